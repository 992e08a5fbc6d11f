//! The terms end, the files are read back, and everybody leaves.

use orchestrator::domain::State;
use orchestrator_chain::Ledger;

use crate::{
    demo::{
        claim::{ensure, equal},
        cluster::{facts::RevenueFacts, Story},
        facts::FileFacts,
        loss::Loss,
    },
    failure::Failure,
    output::unit,
};

impl<L: Ledger> Story<'_, L> {
    /// Rounds go on to the end of the last term; then the manager settles everything.
    pub fn terms_end(&mut self, loss: &mut Loss) -> Result<(), Failure> {
        self.scene.teller.chapter("12. The terms go on to their ends")?;
        let days = self.rounds_until_the_end()?;
        self.scene.teller.fact(&format!(
            "{days} more rounds, all proven; the last term is over on day {}",
            self.scene.day()?
        ))?;
        self.manager.settle(&mut self.scene.ledger, self.cluster)?;
        for errand in self.errands() {
            for slot in errand.slots() {
                let (id, p) = errand.filled(&self.scene.ledger, slot)?;
                equal(p.state, State::Completed, "the state of the placement")?;
                equal((p.escrow, p.collateral), (0, 0), "escrow and collateral of a completed placement")?;
                equal(p.bonus_paid, p.bonus, "the bonus that was paid")?;
                let bonus = match p.bonus {
                    0 => String::new(),
                    bonus => format!(" and the bonus of {} UNIT", unit(bonus)),
                };
                self.scene.teller.fact(&format!(
                    "placement {id} of {} at {} has completed: paid {} UNIT{bonus}",
                    errand.name,
                    self.scene.cast.name(p.provider),
                    unit(p.settled)
                ))?;
            }
        }
        let (_, taker) = self.first.filled(&self.scene.ledger, loss.slot)?;
        equal(taker.bonus_paid, loss.facts.bonus, "the bonus that was paid, against the one promised,")?;
        loss.spent += taker.settled;
        self.scene.check()
    }

    /// On other machines, with nothing but their phrases and the market's address, the consumers read their files back.
    pub fn files_are_read_back(&mut self, loss: &Loss) -> Result<Vec<FileFacts>, Failure> {
        self.scene
            .teller
            .chapter("13. The consumers read their files back elsewhere, from their phrases and the chain")?;
        let mut files = Vec::new();
        for errand in self.errands() {
            self.scene.teller.note(&errand.name)?;
            let folder = self.scene.folder.join("read-back").join(errand.name.replace(' ', "-"));
            let taken_over = (errand.name == self.first.name).then_some(loss.slot);
            let file = errand.read_back(&self.scene, &folder, taken_over)?;
            ensure(file.equal, "a file that is what was stored")?;
            files.push(file);
        }
        self.scene.teller.fact("those are the SHA-256 of the files that were stored")?;
        Ok(files)
    }

    /// The reservations are closed, the cluster gives its members back, and all take their money out.
    pub fn everybody_leaves(&mut self, loss: &mut Loss, revenue: &[RevenueFacts]) -> Result<(), Failure> {
        self.scene.teller.chapter("15. Everybody leaves")?;
        self.first.close(&mut self.scene, Some(loss))?;
        self.second.close(&mut self.scene, None)?;
        self.third.close(&mut self.scene, None)?;
        let fees: u128 = revenue.iter().map(|x| x.network_fee).sum();
        let party = self.manager.party();
        let settings = party.ask(&self.scene.ledger, "read the settings", party.market().settings())?;
        equal(
            settings.fees,
            fees + loss.facts.rest_to_treasury,
            "the network's fees, against its share of everything,",
        )?;
        self.manager.release_members(&mut self.scene.ledger, self.cluster)?;
        let me = self.manager_account();
        for (_, provider) in &self.scene.cast.providers {
            provider.set_trust(&mut self.scene.ledger, me, false)?;
        }
        self.scene
            .teller
            .fact("the cluster has given all capacity back, and the providers have ended their trust")?;
        self.scene.everybody_leaves()
    }
}
