//! Ratings, the end of the term, and everybody leaves.

use orchestrator::domain::{price_down, Error, State};
use orchestrator_chain::Ledger;
use orchestrator_market::parties::PartyError;

use crate::{
    demo::{
        claim::{computed, ensure, equal},
        facts::FileFacts,
        loss::Loss,
        sla::{Story, CAREFUL, DECISION_DAY, FLAKY, LAZY},
    },
    failure::Failure,
    output::unit,
};

/// Rounds of the term: one a day.
const DAYS: u32 = 30;

impl<L: Ledger> Story<'_, L> {
    /// The consumer rates what it has paid for, and changes its mind about one.
    pub fn placements_are_rated(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("9. The consumer rates what it has paid for")?;
        let flaky = self.rates(FLAKY, 3)?;
        self.days_until(DAYS - 1)?;
        self.rates(0, 5)?;
        self.rates(CAREFUL, 4)?;
        let before = self.score(FLAKY)?;
        self.rates(FLAKY, 1)?;
        ensure(self.score(FLAKY)? < before, "a score that a worse rating lowers")?;
        self.scene.teller.fact(&format!(
            "day {}: Honest gets 5 stars, Careful 4; Flaky had 3 since day {}, and has 1 now, which takes its score from \
             {before} to {}",
            self.day,
            DECISION_DAY,
            self.score(FLAKY)?
        ))?;
        let (_, spare) = self.errand.filled(&self.scene.ledger, LAZY)?;
        equal(spare.rating.stars, 0, "the stars of what was not rated")?;
        let stranger = self.scene.cast.reporter.party();
        let message = stranger.market().rate(flaky, 5);
        match stranger.inquire(&self.scene.ledger, "rate a placement", message) {
            Err(PartyError::Refused { refusal: Error::NotConsumer, .. }) => {}
            other => ensure(false, &format!("a stranger that cannot rate ({other:?})"))?,
        }
        self.scene.teller.fact("nobody else can rate a placement (NotConsumer)")?;
        self.scene.check()
    }

    pub fn rates(&mut self, slot: usize, stars: u8) -> Result<u64, Failure> {
        let (id, _) = self.errand.filled(&self.scene.ledger, slot)?;
        self.errand.consumer.rate(&mut self.scene.ledger, id, stars)?;
        let rating = self.errand.consumer.placement(&self.scene.ledger, id)?.rating;
        equal(rating.stars, stars, "the stars of a placement")?;
        ensure(rating.weight > 0, "a rating that weighs something")?;
        Ok(id)
    }

    /// The last day; then everything is settled.
    pub fn term_ends(&mut self, loss: &mut Loss) -> Result<(), Failure> {
        self.scene.teller.chapter("10. The term ends")?;
        self.days_until(DAYS)?;
        self.observer_reports()?;
        for slot in self.errand.slots() {
            let (id, before) = self.errand.filled(&self.scene.ledger, slot)?;
            ensure(self.scene.ledger.now_ms()? >= before.ends_at, "a term that is over")?;
            self.scene.cast.provider(before.provider)?.settle(&mut self.scene.ledger)?;
            let p = self.errand.consumer.placement(&self.scene.ledger, id)?;
            equal(p.state, State::Completed, "the state of the placement")?;
            equal((p.escrow, p.collateral), (0, 0), "escrow and collateral of a completed placement")?;
            equal(p.bonus_paid, p.bonus, "the bonus that was paid")?;
            let earned = computed(price_down(p.price, p.capacity, p.served_before_ms))?;
            equal(p.settled, earned, "what was earned, by price and time served,")?;
            let mut more = String::new();
            if p.bonus > 0 {
                more += &format!(", and the bonus of {} UNIT", unit(p.bonus));
            }
            if p.refunded > 0 {
                more += &format!(", the other {} UNIT went back to the consumer", unit(p.refunded));
            }
            self.scene.teller.fact(&format!(
                "placement {id} at {} has completed its term: paid {} UNIT{more}",
                self.scene.cast.name(p.provider),
                unit(p.settled - p.refunded)
            ))?;
            if slot == loss.slot {
                loss.spent += p.settled;
            }
        }
        self.errand.consumer.follow(&self.scene.ledger, &mut self.errand.parcel)?;
        self.scene.check()
    }

    /// On another machine, with nothing but the phrase and the market's address, the consumer reads its file back.
    pub fn file_is_read_back(&mut self, loss: &Loss) -> Result<FileFacts, Failure> {
        self.scene.teller.chapter("12. The consumer reads its file back on another machine")?;
        let folder = self.scene.folder.join("read-back");
        let file = self.errand.read_back(&self.scene, &folder, Some(loss.slot))?;
        ensure(file.equal, "a file that is what was stored")?;
        self.scene.teller.fact("that is the SHA-256 of the file that was stored")?;
        Ok(file)
    }

    /// The reservation is closed, providers give up their units, and all take their money out.
    pub fn everybody_leaves(&mut self, loss: &mut Loss) -> Result<(), Failure> {
        self.scene.teller.chapter("13. Everybody leaves")?;
        self.errand.close(&mut self.scene, Some(loss))?;
        self.scene.everybody_leaves()
    }
}
