//! The spare provider takes over, the term ends, the file is read back, and everybody leaves.

use orchestrator::domain::{price_up, State, DAY_MS};
use orchestrator_chain::Ledger;
use orchestrator_market::parties::Stage;

use crate::{
    demo::{
        claim::{computed, ensure, equal},
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
        let slot = loss.slot;
        self.errand.asks_in_vain(&self.scene, slot)?;
        self.errand.rebuild(&self.scene, loss)?;

        let avoid: Vec<_> =
            self.errand.slots().map(|i| Ok(self.errand.filled(&self.scene.ledger, i)?.1.provider)).collect();
        let avoid = avoid.into_iter().collect::<Result<Vec<_>, Failure>>()?;
        let (ledger, consumer) = (&mut self.scene.ledger, &self.errand.consumer);
        let lost = consumer.placement(ledger, loss.facts.placement)?;
        let left = lost.ends_at - ledger.now_ms()?;
        let unearned = computed(price_up(lost.price, lost.capacity, left))?;
        let offers = consumer.offers(ledger, self.errand.parcel.capacity(), left, &avoid)?;
        let Some(offer) = offers.first() else { return ensure(false, "a spare provider with room") };
        let id = consumer.replace(ledger, &mut self.errand.parcel, slot as u8, offer)?;
        let p = self.errand.consumer.placement(&self.scene.ledger, id)?;
        equal((p.provider, p.term_ms), (offer.provider, left), "provider and term of the replacement")?;
        let days = left as f64 / DAY_MS as f64;
        self.scene.teller.fact(&format!(
            "placement {id} proposes the slot to {} for the {days:.1} days that are left",
            self.scene.cast.name(p.provider)
        ))?;
        loss.is_taken_over(&self.scene, &self.errand, &p, unearned)?;
        let accepted = self.scene.cast.provider(p.provider)?.accept_proposals(&mut self.scene.ledger)?;
        equal(accepted, vec![id], "what the spare provider accepted")?;
        self.errand.hand_over(&mut self.scene, slot)?;
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
