//! The score: what is known of a provider or a data unit, as a number from 0 to 10,000.
//!
//! Evidence counts in seconds, each with the weight of the placement that it comes from. See `docs/score.md` for the
//! formula, worked examples, and what it can be cheated for.

use crate::money::{monthly, share_down};
use crate::time::{DAY_MS, HOUR_MS, MONTH_MS};
use crate::{Balance, Error, Placement, Result, Round, State};

/// Weight of a placement whose monthly price is the scoring unit of the configuration, or more.
pub const FULL_WEIGHT: u64 = 10_000;
/// Score where nothing is known.
pub const NEUTRAL: u16 = 5_000;
/// Score that nothing speaks against.
pub const BEST: u16 = 10_000;
/// Evidence that counts as known before anything is: half of it good, half of it bad. Thirty days at full weight each.
pub const PRIOR: u64 = FULL_WEIGHT * (MONTH_MS / 1_000);
/// How many times a second that was missed counts against a second that was kept.
pub const MISS_FACTOR: u64 = 40;
/// Served time whose proofs are recorded at once at the least, while a placement goes on.
pub const RECORD_MS: u64 = 7 * DAY_MS;

/// What was seen, in seconds times weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Evidence {
    /// Time proven by rounds.
    pub kept: u64,
    /// Time of rounds missed: an interval each.
    pub missed: u64,
    /// What was paid for each placement that was brought to the end of its term, at most a day at full weight.
    pub completed: u64,
    /// Placements failed (up to 30 days each), left by the provider (10 days), not answered or not activated (an hour).
    pub broken: u64,
    /// Time that observers found it out of reach beyond what was promised; a day too slow counts an hour.
    pub short: u64,
    /// Disputes lost: up to 30 days each, by the share that was lost.
    pub lost: u64,
    /// Ratings above three stars: up to half of the time that was paid for.
    pub praised: u64,
    /// Ratings below three stars: up to half of the time that was paid for.
    pub blamed: u64,
}

crate::fixed::fixed!(Evidence {
    kept: u64,
    missed: u64,
    completed: u64,
    broken: u64,
    short: u64,
    lost: u64,
    praised: u64,
    blamed: u64,
});

/// Evidence of a provider or of a data unit. At the end of each 30 days since the epoch all of it halves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Standing {
    /// The 30 days that `now` belongs to, counted from 1970.
    pub month: u32,
    /// Evidence of those 30 days.
    pub now: Evidence,
    /// Evidence from before, as far as it still counts.
    pub past: Evidence,
}

crate::fixed::fixed!(Standing { month: u32, now: Evidence, past: Evidence });

/// What one call has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Findings {
    pub seen: Evidence,
    /// Evidence that this takes the place of: of a rating or a report that was changed.
    pub undone: Evidence,
    /// When that had been recorded.
    pub undone_at: u64,
}

crate::fixed::fixed!(Findings { seen: Evidence, undone: Evidence, undone_at: u64 });

impl Findings {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.undone.is_empty()
    }
}

/// A rating by the consumer of a paid placement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Rating {
    /// 1 to 5; zero without a rating.
    pub stars: u8,
    /// When it was given.
    pub rated_at: u64,
    /// What it weighs: what was paid, at most the scoring unit, which counts as 30 days at full weight.
    pub weight: u64,
}

crate::fixed::fixed!(Rating { stars: u8, rated_at: u64, weight: u64 });

impl Evidence {
    fn parts(&mut self) -> [&mut u64; 8] {
        let Evidence { kept, missed, completed, broken, short, lost, praised, blamed } = self;
        [kept, missed, completed, broken, short, lost, praised, blamed]
    }

    /// What is left of it without other evidence.
    pub fn without(mut self, other: &Evidence) -> Evidence {
        self.change(other, 0, u64::saturating_sub);
        self
    }

    /// Adds other evidence, halved `age` times.
    pub fn add(&mut self, other: &Evidence, age: u32) {
        self.change(other, age, u64::saturating_add);
    }

    #[inline(never)]
    fn change(&mut self, other: &Evidence, age: u32, by: fn(u64, u64) -> u64) {
        let mut other = *other;
        for (x, y) in self.parts().into_iter().zip(other.parts()) {
            *x = by(*x, y.checked_shr(age).unwrap_or(0));
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Evidence::default()
    }

    /// What speaks for it.
    pub fn good(&self) -> u64 {
        self.kept.saturating_add(self.completed).saturating_add(self.praised)
    }

    /// What speaks against it.
    pub fn bad(&self) -> u64 {
        let missed = self.missed.saturating_add(self.short).saturating_mul(MISS_FACTOR);
        missed.saturating_add(self.broken).saturating_add(self.lost).saturating_add(self.blamed)
    }

    /// `(10,000 × good + 2 × prior × PRIOR) / (good + bad + 2 × PRIOR)`, rounded down: 0 to 10,000, the prior without
    /// evidence.
    #[allow(clippy::cast_possible_truncation)]
    pub fn score(&self, prior: u16) -> u16 {
        // Shortened so that the sums stay below 2^63; two in a million at most.
        let (good, bad) = (self.good() >> 18, self.bad() >> 18);
        let known = PRIOR >> 17;
        let above = good.saturating_mul(BEST.into()).saturating_add(known.saturating_mul(prior.into()));
        let all = good.saturating_add(bad).saturating_add(known);
        above.checked_div(all).unwrap_or(0) as u16
    }
}

/// The 30 days since 1970 that an instant belongs to.
#[allow(clippy::cast_possible_truncation)]
fn month(at: u64) -> u32 {
    (at / MONTH_MS) as u32
}

impl Standing {
    /// Brings it to the 30 days that `now` belongs to.
    #[inline(never)]
    pub fn roll(&mut self, now: u64) {
        let age = month(now).saturating_sub(self.month);
        if age > 0 {
            let mut past = self.past;
            past.add(&self.now, 0);
            self.past = Evidence::default();
            self.past.add(&past, age);
            self.now = Evidence::default();
            self.month = month(now);
        }
    }

    /// Adds what was found, and takes away again what it takes the place of.
    #[inline(never)]
    pub fn record(&mut self, findings: &Findings, now: u64) {
        self.roll(now);
        let age = self.month.saturating_sub(month(findings.undone_at));
        let from = if age == 0 { &mut self.now } else { &mut self.past };
        from.change(&findings.undone, age, u64::saturating_sub);
        self.now.add(&findings.seen, 0);
    }

    /// All that counts at the instant `now`.
    pub fn evidence(&self, now: u64) -> Evidence {
        let mut rolled = self.clone();
        rolled.roll(now);
        rolled.now.add(&rolled.past, 0);
        rolled.now
    }
}

/// Weight of a placement: its monthly price in 1/10,000 of the scoring unit, at most 10,000.
#[allow(clippy::cast_possible_truncation)]
pub fn weight(price: Balance, capacity: u64, unit: u64) -> Result<u64> {
    let price = monthly(price, capacity)?.min(unit.into());
    Ok(share_down(price, FULL_WEIGHT, unit)? as u64)
}

/// A length of time, at most `most_ms`, in seconds times weight.
pub fn weighed(ms: u64, most_ms: u64, weight: u64) -> u64 {
    (ms.min(most_ms) / 1_000).saturating_mul(weight)
}

impl Placement {
    /// Time at the weight that it has now, at most so much of it.
    #[inline(never)]
    fn weigh(&self, ms: u64, most_ms: u64, unit: u64) -> Result<u64> {
        Ok(weighed(ms, most_ms, weight(self.price, self.capacity, unit)?))
    }

    /// What was paid for it, in seconds times weight: the scoring unit counts as 30 days at full weight, and no more counts.
    #[allow(clippy::cast_possible_truncation)]
    fn paid(&self, unit: u64) -> Result<u64> {
        let paid = self.settled.saturating_sub(self.refunded).min(unit.into());
        Ok(share_down(paid, PRIOR, unit)? as u64)
    }

    /// How often what it tells has halved when it is told so late after its end.
    #[allow(clippy::cast_possible_truncation)]
    fn halvings(&self, now: u64) -> u32 {
        (now.saturating_sub(self.ends_at) / MONTH_MS).min(63) as u32
    }

    /// How long it was to last from its activation on.
    fn length_ms(&self) -> u64 {
        self.ends_at.saturating_sub(self.started_at).max(self.term_ms)
    }

    /// Time that rounds have proven and that was not recorded yet: a week of it or more, or (`all`) whatever there is. What
    /// lies further back than 30 days is too old to count, and after the end it counts less by the time that has gone by.
    pub fn record_kept(&mut self, until: u64, round: &Round, all: bool, unit: u64) -> Result<u64> {
        let proven = u64::from(self.tally.proven).saturating_mul(self.interval_ms.into());
        let new = self.served_ms(until, round).min(proven).saturating_sub(self.recorded_ms);
        if new == 0 || !(all || new >= RECORD_MS) {
            return Ok(0);
        }
        self.recorded_ms = self.recorded_ms.saturating_add(new);
        Ok(self.weigh(new, MONTH_MS, unit)? >> self.halvings(until))
    }

    /// What so many missed rounds say: an interval each, at most what the placement was to last.
    pub fn missed(&self, rounds: u32, unit: u64) -> Result<u64> {
        let each = u64::from(self.interval_ms).min(self.length_ms());
        self.weigh(u64::from(rounds).saturating_mul(each), u64::MAX, unit)
    }

    /// What an end in this state says. One that time has cancelled was not answered.
    pub fn ended(&self, state: State, now: u64, unit: u64) -> Result<Evidence> {
        let mut seen = Evidence::default();
        let most = match state {
            State::Completed if self.recorded_ms > 0 => {
                let most = weighed(DAY_MS, DAY_MS, FULL_WEIGHT);
                seen.completed = self.paid(unit)?.min(most) >> self.halvings(now);
                return Ok(seen);
            }
            State::Failed => MONTH_MS,
            State::Withdrawn => DAY_MS.saturating_mul(10),
            State::Cancelled => HOUR_MS,
            _ => return Ok(seen),
        };
        seen.broken = self.weigh(self.length_ms(), most, unit)?;
        Ok(seen)
    }

    /// What a dispute says of which the provider has lost so much.
    pub fn lost(&self, bps: u16, unit: u64) -> Result<u64> {
        self.weigh(self.length_ms().min(MONTH_MS).saturating_mul(bps.into()) / 10_000, MONTH_MS, unit)
    }

    /// Takes the consumer's rating, which weighs what was paid.
    pub fn rate(&mut self, stars: u8, now: u64, unit: u64) -> Result<Findings> {
        if !(1..=5).contains(&stars) {
            return Err(Error::RatingOutOfBounds);
        }
        if self.settled <= self.refunded {
            return Err(Error::NothingPaid);
        }
        if self.rating.stars > 0 && !self.is_live() {
            return Err(Error::WrongState);
        }
        let (undone, undone_at) = (self.rating.evidence(), self.rating.rated_at);
        self.rating = Rating { stars, rated_at: now, weight: self.paid(unit)? >> self.halvings(now) };
        Ok(Findings { seen: self.rating.evidence(), undone, undone_at })
    }
}

impl Rating {
    /// What the rating says: three stars nothing, five or one half of what it weighs.
    pub fn evidence(&self) -> Evidence {
        let quarter = self.weight / 4;
        let stars = u64::from(self.stars);
        let mut seen = Evidence::default();
        if stars > 0 {
            seen.praised = quarter.saturating_mul(stars.saturating_sub(3));
            seen.blamed = quarter.saturating_mul(3u64.saturating_sub(stars));
        }
        seen
    }
}
