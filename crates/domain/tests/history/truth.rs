//! The same history judged round by round, with every instant known.

use super::{Fate, Run};
use orchestrator_domain::{Balance, MONTH_MS};

/// What is true of a history at a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Truth {
    pub proven: u32,
    pub missed: u32,
    pub streak: u32,
    pub failed_at: Option<u64>,
    pub earned: Balance,
    pub collateral: Balance,
}

impl Run {
    /// An instant on the clock that maintenance stops.
    pub fn stopped(&self, at: u64) -> u64 {
        self.maintenance.windows.iter().fold(at, |rest, x| rest - (at.min(x.until).saturating_sub(x.from)))
    }

    fn rests(&self, at: u64) -> bool {
        self.maintenance.windows.iter().any(|x| (x.from..x.until).contains(&at))
    }

    /// Judges every round so far by itself.
    pub fn truth(&self) -> Truth {
        let (setup, p) = (&self.setup, &self.p);
        let mut truth = Truth { collateral: setup.collateral, ..Truth::default() };
        let each = setup.collateral * Balance::from(setup.slash_bps) / 10_000;
        let mut until = self.clock.now.min(p.ends_at);
        let mut missed = Vec::new();
        let concerns = |at: u64| {
            at < p.ends_at && !self.rests(at) && !self.gaps.iter().any(|(end, on)| *end <= at && at <= *on)
        };
        for x in self.asked.iter().filter(|x| concerns(x.opened_at)) {
            let is_over = self.clock.now >= x.closes_at;
            match x.fate {
                Fate::Cut => {}
                Fate::Proven => {
                    truth.proven += 1;
                    truth.streak = 0;
                }
                Fate::Waiting if !is_over => until = until.min(x.opened_at),
                Fate::Wrong | Fate::Waiting => {
                    truth.missed += 1;
                    truth.streak += 1;
                    missed.push(x.opened_at);
                    truth.collateral -= each.min(truth.collateral);
                    if truth.streak == u32::from(setup.max_misses) {
                        truth.failed_at = Some(x.opened_at);
                        truth.collateral = 0;
                        until = x.opened_at;
                        break;
                    }
                }
            }
        }
        let monthly = setup.price * Balance::from(setup.capacity);
        let mut from = p.started_at;
        for to in self.gaps.iter().map(|x| x.0).chain([p.ends_at]) {
            let served = self.served(from, to.min(until), &missed);
            truth.earned += monthly * Balance::from(served) / Balance::from(MONTH_MS);
            from = to;
        }
        truth
    }

    /// Time between two instants that was neither maintenance nor within an interval of a missed round. Where
    /// maintenance brings two such intervals together they cost no more than the time that both cover.
    fn served(&self, from: u64, to: u64, missed: &[u64]) -> u64 {
        let (mut at, to) = (self.stopped(from), self.stopped(to));
        let mut served = 0;
        for dent in missed.iter().map(|x| self.stopped(*x)) {
            served += dent.min(to).saturating_sub(at);
            at = at.max(dent + u64::from(self.setup.interval));
        }
        served + to.saturating_sub(at)
    }
}
