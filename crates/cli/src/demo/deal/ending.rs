//! The spare provider takes over, the term ends, the file is read back, and everybody leaves.

use orchestrator::domain::State;
use orchestrator_chain::Ledger;
use orchestrator_market::parties::Stage;

use crate::{
    demo::{
        claim::{ensure, equal},
        deal::Story,
        facts::FileFacts,
        loss::Loss,
    },
    failure::Failure,
    output::unit,
};

impl<L: Ledger> Story<'_, L> {
    /// The consumer rebuilds the lost replica, and the spare provider takes it over with the repair pot.
    pub fn spare_takes_over(&mut self, loss: &mut Loss) -> Result<(), Failure> {
        self.scene.teller.chapter("8. The spare provider takes the replica over")?;
        self.errand.is_repaired(&mut self.scene, loss, 0)?;
        self.scene.day_ends()?;
        self.scene.check()
    }

    /// Rounds go on to the end of the term; then everything is settled.
    pub fn term_ends(&mut self, loss: &mut Loss) -> Result<(), Failure> {
        self.scene.teller.chapter("9. The term goes on to its end")?;
        let days = self.rounds_until_the_end()?;
        self.scene.teller.fact(&format!(
            "{days} more rounds, all proven; the term is over on day {}",
            self.scene.day()?
        ))?;
        for (_, provider) in &self.scene.cast.providers {
            provider.settle(&mut self.scene.ledger)?;
        }
        self.errand.consumer.follow(&self.scene.ledger, &mut self.errand.parcel)?;
        for slot in self.errand.slots() {
            let (id, p) = self.errand.filled(&self.scene.ledger, slot)?;
            equal(p.state, State::Completed, "the state of the placement")?;
            equal((p.escrow, p.collateral), (0, 0), "escrow and collateral of a completed placement")?;
            equal(self.errand.parcel.replica(slot)?.stage, Stage::Completed, "the stage of the replica")?;
            let bonus = match slot == loss.slot {
                true => {
                    equal(
                        p.bonus_paid,
                        loss.facts.bonus,
                        "the bonus that was paid, against the one promised,",
                    )?;
                    loss.spent += p.settled;
                    format!(" and the bonus of {} UNIT", unit(p.bonus_paid))
                }
                false => String::new(),
            };
            self.scene.teller.fact(&format!(
                "placement {id} at {} has completed its term: paid {} UNIT{bonus}",
                self.scene.cast.name(p.provider),
                unit(p.settled)
            ))?;
        }
        self.scene.check()
    }

    /// On another machine, with nothing but the phrase and the market's address, the consumer reads its file back.
    pub fn file_is_read_back(&mut self, loss: &Loss) -> Result<FileFacts, Failure> {
        self.scene.teller.chapter(
            "10. The consumer reads its file back on another machine, from its phrase and the chain",
        )?;
        let folder = self.scene.folder.join("read-back");
        let file = self.errand.read_back(&self.scene, &folder, Some(loss.slot))?;
        ensure(file.equal, "a file that is what was stored")?;
        self.scene.teller.fact("that is the SHA-256 of the file that was stored")?;
        Ok(file)
    }

    /// The reservation is closed, providers give up their units, and all take their money out.
    pub fn everybody_leaves(&mut self, loss: &mut Loss) -> Result<(), Failure> {
        self.scene.teller.chapter("11. Everybody leaves")?;
        self.errand.close(&mut self.scene, Some(loss))?;
        self.scene.everybody_leaves()
    }
}
