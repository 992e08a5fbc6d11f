//! What the rounds of a challenger mean for a placement: proven, missed or excused, each exactly once.
//!
//! Nobody has to mark a miss in time. The latest round is known with its instant; of the older ones the placement
//! knows how many there were and that they lie at least one interval apart. From that the misses since the last touch
//! follow in O(1). Where the instant of an old round is not known, the latest instant possible is assumed: the
//! provider gets the benefit.

use crate::{bps_down, Balance, Placement, Result, Round, State};

/// What accounting has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Misses {
    /// Rounds missed that were not accounted for before.
    pub count: u32,
    /// Too many in a row: when the round that was one too many was opened.
    pub failed_at: Option<u64>,
}

impl Placement {
    /// Whether the latest round is open and waits for a proof of this placement. Older rounds must be accounted for.
    pub fn owes_proof(&self, round: &Round) -> bool {
        self.is_asked(round) && !round.closed
    }

    /// Whether the latest round concerns this placement and is not accounted for.
    fn is_asked(&self, round: &Round) -> bool {
        self.state == State::Active
            && self.chunks > 0
            && round.number > self.tally.round
            && !round.cut
            && !round.maintenance.contains(round.opened_at)
            && round.opened_at < self.ends_at
    }

    /// Whether there are rounds that must be accounted for before the latest can be proven.
    pub fn is_behind(&self, round: &Round) -> bool {
        self.state == State::Active && self.tally.round.saturating_add(1) < round.number
    }

    /// Accounts every round that is over.
    pub fn account(&mut self, round: &Round) -> Misses {
        if self.state != State::Active || round.number <= self.tally.round {
            return Misses::default();
        }
        let misses = if self.chunks == 0 { Misses::default() } else { self.account_older(round) };
        if misses.failed_at.is_some() || self.owes_proof(round) {
            return misses;
        }
        if self.is_asked(round) {
            let latest = self.miss(round);
            return Misses { count: misses.count.saturating_add(1), failed_at: latest.failed_at };
        }
        self.excuse_to(round);
        misses
    }

    /// Everything up to the latest round that is not proven or missed is excused.
    fn excuse_to(&mut self, round: &Round) {
        let rest = round.number.saturating_sub(self.tally.round);
        self.tally.excused = self.tally.excused.saturating_add(rest);
        self.tally.round = round.number;
        self.tally.cuts = round.cuts.saturating_add(u32::from(round.cut));
        self.tally.opened_at = round.opened_at;
    }

    /// Accounts the rounds before the latest; the windows of all of them are over.
    fn account_older(&mut self, round: &Round) -> Misses {
        let older = round.number.saturating_sub(self.tally.round).saturating_sub(1);
        if older == 0 {
            return Misses::default();
        }
        let interval = u64::from(self.interval_ms);
        // The round `back` before the latest was opened `back` intervals before it, or earlier.
        let back = match round.opened_at.checked_sub(self.ends_at) {
            Some(past) => u32::try_from(past.checked_div(interval).unwrap_or(0)).unwrap_or(u32::MAX),
            None => 0,
        }
        .saturating_add(1);
        let before_end = older.saturating_add(1).saturating_sub(back);
        let cut = round.cuts.saturating_sub(self.tally.cuts);
        let rested = round.maintenance.rounds_between(self.tally.opened_at, round.opened_at, interval, older);
        let missed = before_end.saturating_sub(cut).saturating_sub(rested);
        let latest_by = round.opened_at.saturating_sub(interval.saturating_mul(back.into()));
        // The last one missed is none of those that are excused.
        let skipped = round.maintenance.rounds_back(latest_by, interval).min(rested);
        let opened_by = latest_by.saturating_sub(interval.saturating_mul(skipped.into()));
        let room = u32::from(self.terms.max_misses).saturating_sub(self.tally.streak);
        let count = missed.min(room);

        // On the clock that maintenance stops, rounds may lie closer together than an interval, but for those it has excused.
        let known = round.maintenance.ms_until(self.tally.opened_at);
        let rests = round.maintenance.ms_until(opened_by).saturating_sub(known);
        let closer = rests.saturating_sub(interval.saturating_mul(rested.saturating_sub(skipped).into()));
        self.tally.missed = self.tally.missed.saturating_add(count);
        self.tally.streak = self.tally.streak.saturating_add(count);
        self.tally.excused = self.tally.excused.saturating_add(older.saturating_sub(count));
        self.tally.round = round.number.saturating_sub(1);
        self.tally.cuts = round.cuts;
        self.tally.opened_at = self.tally.opened_at.saturating_add(interval.saturating_mul(older.into()));
        if count == 0 {
            return Misses::default();
        }
        let full = interval.saturating_mul(u64::from(count.saturating_sub(1)));
        let lost = self.dent(u64::MAX, round).saturating_add(full);
        self.unpaid_ms = self.unpaid_ms.saturating_add(lost.saturating_sub(closer));
        self.tally.dent_at = 0;
        if count == room {
            let later = u64::from(missed.saturating_sub(room));
            let failed_at = opened_by.saturating_sub(interval.saturating_mul(later));
            self.excuse_to(round);
            return Misses { count, failed_at: Some(failed_at.max(self.segment_at).min(self.ends_at)) };
        }
        self.tally.dent_at = round.maintenance.clock(opened_by);
        Misses { count, failed_at: None }
    }

    /// The last missed round's interval is over once a newer one is missed. Until then it stays open, since a renewal
    /// moves the end that cuts it off.
    fn close_dent(&mut self, round: &Round) {
        self.unpaid_ms = self.unpaid_ms.saturating_add(self.dent(round.opened_at, round));
        self.tally.dent_at = 0;
    }

    /// The latest round is missed: its window is over, or its proof was invalid.
    pub fn miss(&mut self, round: &Round) -> Misses {
        self.close_dent(round);
        self.tally.missed = self.tally.missed.saturating_add(1);
        self.tally.streak = self.tally.streak.saturating_add(1);
        self.tally.round = round.number;
        self.tally.cuts = round.cuts;
        self.tally.opened_at = round.opened_at;
        self.tally.dent_at = round.maintenance.clock(round.opened_at);
        let failed = self.tally.streak >= u32::from(self.terms.max_misses);
        Misses { count: 1, failed_at: failed.then(|| round.opened_at.max(self.segment_at).min(self.ends_at)) }
    }

    /// The latest round is proven.
    pub fn prove(&mut self, round: &Round) {
        self.tally.proven = self.tally.proven.saturating_add(1);
        self.tally.streak = 0;
        self.tally.round = round.number;
        self.tally.cuts = round.cuts;
        self.tally.opened_at = round.opened_at;
    }

    /// Takes what the misses cost out of the collateral: a share of the initial collateral each, all of it when the
    /// placement has failed.
    pub fn slash(&mut self, misses: &Misses) -> Result<Balance> {
        let amount = if misses.failed_at.is_some() {
            self.collateral
        } else {
            let each = bps_down(self.collateral_initial, self.terms.slash_bps.into())?;
            each.saturating_mul(misses.count.into()).min(self.collateral)
        };
        self.collateral = self.collateral.saturating_sub(amount);
        Ok(amount)
    }
}
