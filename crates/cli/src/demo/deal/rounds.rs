//! Days: a round is opened, whoever can answers, and the reporter looks for misses.

use orchestrator::{domain::State, Verdict};
use orchestrator_chain::Ledger;

use crate::{
    demo::{
        claim::{ensure, equal},
        deal::Story,
        offer::WINDOW_MS,
    },
    failure::Failure,
};

impl<L: Ledger> Story<'_, L> {
    /// Opens a round with a fresh seed; says its number.
    pub fn open_round(&mut self) -> Result<u32, Failure> {
        let round = self.errand.consumer.open_round(&mut self.scene.ledger, rand::random())?;
        self.scene.rounds += 1;
        Ok(round)
    }

    /// Has every provider but those of the slots named prove the open round, and checks that each did.
    pub fn all_prove(&mut self, round: u32, but: &[usize]) -> Result<(), Failure> {
        for slot in self.errand.slots().filter(|slot| !but.contains(slot)) {
            let (id, before) = self.errand.filled(&self.scene.ledger, slot)?;
            let answers = self.scene.cast.provider(before.provider)?.answer(&mut self.scene.ledger)?;
            ensure(answers.lost.is_empty(), "a disk with everything on it")?;
            equal(answers.verdicts, vec![(id, round, Verdict::Proven)], "the verdict on the proof")?;
            let proven = self.errand.consumer.placement(&self.scene.ledger, id)?.tally.proven;
            equal(proven, before.tally.proven + 1, "the number of proven rounds")?;
        }
        Ok(())
    }

    /// Some days on which everybody proves.
    pub fn rounds_are_proven(&mut self, days: u32) -> Result<(), Failure> {
        self.scene
            .teller
            .chapter("5. Every day a round of challenges, opened by the consumer with a random seed")?;
        self.scene.day_ends()?;
        for _ in 0..days {
            let round = self.open_round()?;
            self.all_prove(round, &[])?;
            self.scene.window_closes()?;
            equal(
                self.scene.cast.reporter.report(&mut self.scene.ledger)?,
                Vec::new(),
                "what there is to report",
            )?;
            self.scene.day_ends()?;
        }
        let samples = self.errand.filled(&self.scene.ledger, 0)?.1.terms.samples;
        self.scene.teller.fact(&format!(
            "rounds 1 to {days}: each replica showed {samples} random chunks a round with their Merkle paths; all proven"
        ))?;
        self.scene.check()
    }

    /// The rest of the term: a round a day until all terms are over; says how many there were.
    pub fn rounds_until_the_end(&mut self) -> Result<u32, Failure> {
        let mut days = 0;
        loop {
            let mut ends = Vec::new();
            for slot in self.errand.slots() {
                let (_, p) = self.errand.filled(&self.scene.ledger, slot)?;
                equal(p.state, State::Active, "the state of the placement")?;
                ends.push(p.ends_at);
            }
            let first = ends.iter().min().copied().unwrap_or_default();
            let last = ends.iter().max().copied().unwrap_or_default();
            let now = self.scene.ledger.now_ms()?;
            if now + WINDOW_MS >= first {
                self.scene.ledger.advance(last.saturating_sub(now))?;
                return Ok(days);
            }
            let round = self.open_round()?;
            self.all_prove(round, &[])?;
            self.scene.window_closes()?;
            self.scene.day_ends()?;
            days += 1;
        }
    }
}
