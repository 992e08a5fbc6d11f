//! The first week, a disk that loses data, and the repair by a provider that the score lets in.

use orchestrator::domain::{State, Subject, NEUTRAL};
use orchestrator_chain::Ledger;

use crate::{
    demo::{
        claim::{ensure, equal},
        loss::{slashed, Loss},
        sla::{Count, Story, FLAKY, LAZY, LOSS_DAY, SLOW_DAY, SLOW_MS},
    },
    failure::Failure,
};

/// Days until three rounds in a row have asked for a lost chunk, at most: each asks for four, of which a quarter is left, so
/// that it takes longer once in 10^8 times.
const PATIENCE: u32 = 12;

impl<L: Ledger> Story<'_, L> {
    /// A week of rounds, after which the providers are paid and the score knows them.
    pub fn first_week(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("4. A week of daily rounds")?;
        self.days_until(LOSS_DAY)?;
        self.scene.teller.fact(&format!(
            "Flaky was slow on day {SLOW_DAY}: the observer has reported {SLOW_MS} ms to the first byte"
        ))?;
        for number in 0..4 {
            let score = self.score(number)?;
            equal(score < NEUTRAL, number == FLAKY, "a score below neutral")?;
            equal(score > NEUTRAL, number != FLAKY, "a score above neutral")?;
        }
        self.scene.teller.fact(&format!(
            "the score knows that week: Honest has {}, Lazy and Careful as many, Flaky {}",
            self.score(0)?,
            self.score(FLAKY)?
        ))?;
        equal(self.score(0)?, self.score(LAZY)?, "the score of two who did the same")?;
        self.scene.check()
    }

    /// Three quarters of what Lazy keeps disappear. It sends no proof that it knows to be wrong, and fails.
    pub fn lazy_loses_data(&mut self) -> Result<Loss, Failure> {
        self.scene.teller.chapter("5. Lazy's disk loses data, and the rounds find it out")?;
        let (id, before) = self.errand.filled(&self.scene.ledger, LAZY)?;
        let kept = self.scene.damage(&self.errand, LAZY)?;
        self.damaged = Some(id);
        self.scene.teller.mishap(&format!(
            "Lazy has lost {} of the {} chunks of placement {id}",
            before.chunks - kept,
            before.chunks
        ))?;
        let mut loss = Loss::new(LAZY, id, &before, "Lazy");
        let mut slashes = self.count(id)?.missed;
        loop {
            ensure(self.day < LOSS_DAY + PATIENCE, "a placement that fails without its data")?;
            self.one_day()?;
            let missed = self.count(id)?.missed;
            if missed > slashes {
                loss.count(&slashed(&self.scene, id)?)?;
            } else {
                let day = self.day - 1;
                self.scene
                    .teller
                    .note(&format!("day {day}: the round happens to ask for chunks that are still there"))?;
            }
            slashes = missed;
            if self.errand.consumer.placement(&self.scene.ledger, id)?.state == State::Failed {
                break;
            }
        }
        self.damaged = None;
        loss.is_final(&self.scene, &mut self.errand)?;
        self.scene.check()?;
        Ok(loss)
    }

    /// The consumer looks for data units that score no less than one without history, and the cheapest takes over.
    pub fn spare_takes_over(&mut self, loss: &mut Loss) -> Result<(), Failure> {
        self.scene
            .teller
            .chapter("6. The consumer looks for a taker that scores at least as much as an unknown one")?;
        let mut found = self.ranked(NEUTRAL)?;
        found.sort_by_key(|x| x.id);
        let names =
            found.iter().map(|x| self.scene.cast.name(x.unit.provider)).collect::<Vec<_>>().join(", ");
        let ids: Vec<u64> = found.iter().map(|x| x.id).collect();
        let good: Vec<u64> = self
            .units
            .iter()
            .enumerate()
            .filter(|(n, _)| ![LAZY, FLAKY].contains(n))
            .map(|(_, id)| *id)
            .collect();
        equal(ids, good, "the data units that score enough")?;
        self.scene.teller.fact(&format!(
            "the search finds {names}; Lazy has {}, Flaky {}",
            self.score(LAZY)?,
            self.score(FLAKY)?
        ))?;
        let lost = self.rates(LAZY, 1)?;
        self.scene
            .teller
            .fact(&format!("it rates placement {lost} with 1 star while its record is there"))?;
        let count = self.count(lost)?.clone();
        self.reports.push(self.report(lost, &count)?);
        self.errand.is_repaired(&mut self.scene, loss, NEUTRAL)?;
        let (id, p) = self.errand.filled(&self.scene.ledger, LAZY)?;
        equal(self.scene.cast.name(p.provider), "Spare", "who has taken over")?;
        ensure(p.bonus > 0, "a bonus for whoever repairs")?;
        self.counts.insert(id, Count::default());
        self.scene.check()
    }

    /// Score of a provider's data unit.
    pub fn score(&self, number: usize) -> Result<u16, Failure> {
        let unit = self.units.get(number).copied().unwrap_or_default();
        Ok(self.errand.consumer.party().score(&self.scene.ledger, Subject::Unit(unit))?.score)
    }
}
