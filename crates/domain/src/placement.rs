//! Placements: one replica of a reservation on one data unit, with its money.
//!
//! For a live placement `escrow = earned_before + price_up(ends_at − segment_at) − settled`: it can always pay its
//! provider to the end. A segment is a stretch of time with one price and one capacity.

use crate::money::{price_down, price_up, share_down};
use crate::reservation::ensure_before;
use crate::{bps_down, bps_up, Balance, Clock, Dispute, Error, Rating, Result, Round, Seen, SlaTerms};
use ink::primitives::AccountId;
use scale::{Decode, Encode};

/// Where a placement is in its life. What time alone decides is carried out by whatever touches it next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
#[repr(u8)]
pub enum State {
    /// Waits for the provider to accept. Escrow is locked, no capacity taken.
    Proposed,
    /// Collateral is locked and capacity taken; the data travels.
    Accepted,
    /// Held by the provider: paid and challenged.
    Active,
    /// The term is over.
    Completed,
    /// The consumer ended it early and paid the notice.
    Terminated,
    /// Declined, cancelled, or a window went by.
    Cancelled,
    /// The provider left and paid the exit fee.
    Withdrawn,
    /// Too many misses in a row; the collateral is forfeited.
    Failed,
}

crate::fixed::named!(State {
    Proposed,
    Accepted,
    Active,
    Completed,
    Terminated,
    Cancelled,
    Withdrawn,
    Failed
});

/// What became of the rounds of a placement.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Tally {
    /// The last round that is accounted for.
    pub round: u32,
    /// Rounds up to that one that a pause had cut.
    pub cuts: u32,
    pub proven: u32,
    pub missed: u32,
    pub excused: u32,
    /// Misses in a row up to now.
    pub streak: u32,
    /// When the last missed round was opened, or the latest that can have been, on the clock that maintenance stops: one
    /// interval from there on is not paid.
    pub dent_at: u64,
    /// No round after the last accounted one was opened earlier than an interval after this instant.
    pub opened_at: u64,
}

crate::fixed::fixed!(Tally {
    round: u32,
    cuts: u32,
    proven: u32,
    missed: u32,
    excused: u32,
    streak: u32,
    dent_at: u64,
    opened_at: u64,
});

/// One replica of a reservation on one data unit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Placement {
    pub reservation: u64,
    pub slot: u8,
    pub unit: u64,
    pub provider: AccountId,
    pub challenger: AccountId,
    pub state: State,
    /// Merkle root of the encrypted replica, zero without data.
    pub root: [u8; 32],
    /// Chunks of 1 KiB under that root, zero without data: then it is never challenged.
    pub chunks: u64,
    pub capacity: u64,
    /// Price per unit of capacity and 30 days, as agreed.
    pub price: Balance,
    pub terms: SlaTerms,
    /// Network fee, as agreed.
    pub fee_bps: u16,
    /// Referral share, as agreed; zero without a referrer.
    pub referral_bps: u16,
    /// The cluster manager's share, as agreed; zero outside clusters.
    pub manager_bps: u16,
    /// Reporter's share of a slash, as agreed.
    pub reporter_bps: u16,
    /// What one missed round costs in paid time: the challenger's interval when it was named.
    pub interval_ms: u32,
    /// Deadline of the proposal, on the clock that pauses stop.
    pub accept_by: u64,
    /// Deadline of the transfer, on the clock that pauses stop.
    pub activate_by: u64,
    pub term_ms: u64,
    /// Locked for it from the consumer's money and not yet paid.
    pub escrow: Balance,
    /// Locked for it from the provider's money.
    pub collateral: Balance,
    /// What was locked, or will be when it is accepted: the base of every slash.
    pub collateral_initial: Balance,
    /// Repair pot that came with the slot: earned with the time served of the first term.
    pub bonus: Balance,
    /// What of it was paid.
    pub bonus_paid: Balance,
    pub started_at: u64,
    pub ends_at: u64,
    /// Start of the stretch of time with the present price and capacity.
    pub segment_at: u64,
    /// Milliseconds served before that; once it has ended, all of them.
    pub served_before_ms: u64,
    /// Money earned before that.
    pub earned_before: Balance,
    /// Milliseconds since then that missed rounds have cost, but for the last missed round's.
    pub unpaid_ms: u64,
    /// Paid up to now, fees included.
    pub settled: Balance,
    /// Whether the consumer has ended it early.
    pub terminated: bool,
    /// Its place in the list of the data unit's placements.
    pub unit_place: u32,
    pub tally: Tally,
    /// Its place in the list of the provider's placements, counted from one; zero until it is accepted.
    pub place: u32,
    /// Maintenance of its data unit before the present segment, or once it has ended before its end.
    pub rested_ms: u64,
    /// Maintenance of its data unit before it was activated.
    pub rested_before_ms: u64,
    /// Served time whose proofs the score knows.
    pub recorded_ms: u64,
    /// Slashed up to now.
    pub slashed: Balance,
    /// What of `settled` went back to the consumer by a decision of an arbiter.
    pub refunded: Balance,
    /// First instant at which the next dispute can be opened.
    pub disputable_at: u64,
    pub rating: Rating,
    /// What observers had reported of the data unit when it was activated.
    pub seen_before: Seen,
    pub dispute: Option<Dispute>,
}

crate::fixed::fixed!(Placement {
    reservation: u64,
    slot: u8,
    unit: u64,
    provider: AccountId,
    challenger: AccountId,
    state: State,
    root: [u8; 32],
    chunks: u64,
    capacity: u64,
    price: Balance,
    terms: SlaTerms,
    fee_bps: u16,
    referral_bps: u16,
    manager_bps: u16,
    reporter_bps: u16,
    interval_ms: u32,
    accept_by: u64,
    activate_by: u64,
    term_ms: u64,
    escrow: Balance,
    collateral: Balance,
    collateral_initial: Balance,
    bonus: Balance,
    bonus_paid: Balance,
    started_at: u64,
    ends_at: u64,
    segment_at: u64,
    served_before_ms: u64,
    earned_before: Balance,
    unpaid_ms: u64,
    settled: Balance,
    terminated: bool,
    unit_place: u32,
    tally: Tally,
    place: u32,
    rested_ms: u64,
    rested_before_ms: u64,
    recorded_ms: u64,
    slashed: Balance,
    refunded: Balance,
    disputable_at: u64,
    rating: Rating,
    seen_before: Seen,
} then { dispute });
crate::fixed::rest!(Option<Dispute>);

/// A root that the consumer offers for a live placement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Commitment {
    pub root: [u8; 32],
    pub chunks: u64,
}

crate::fixed::fixed!(Commitment { root: [u8; 32], chunks: u64 });

/// What one settlement pays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// Leaves the consumer's escrow.
    pub gross: Balance,
    /// Part of it for the treasury.
    pub fee: Balance,
    /// Part of it for the referrer.
    pub referral: Balance,
    /// Part of it for the cluster's manager.
    pub manager: Balance,
    /// Repair bonus on top, from the pot.
    pub bonus: Balance,
}

impl Payment {
    /// What of it is the provider's, besides the bonus.
    pub fn net(&self) -> Balance {
        let shares = self.fee.saturating_add(self.referral).saturating_add(self.manager);
        self.gross.saturating_sub(shares)
    }
}

impl Placement {
    /// Whether it can still change.
    pub fn is_live(&self) -> bool {
        matches!(self.state, State::Proposed | State::Accepted | State::Active)
    }

    /// Whether it holds capacity of its data unit.
    pub fn holds_capacity(&self) -> bool {
        matches!(self.state, State::Accepted | State::Active)
    }

    /// Refuses other states.
    pub fn ensure(&self, state: State) -> Result<()> {
        if self.state != state {
            return Err(Error::WrongState);
        }
        Ok(())
    }

    /// Accepts the proposal: from here on it holds capacity and collateral.
    pub fn accept(&mut self, clock: &Clock) -> Result<Balance> {
        self.ensure(State::Proposed)?;
        ensure_before(clock, self.accept_by)?;
        self.state = State::Accepted;
        self.collateral = self.collateral_initial;
        Ok(self.collateral)
    }

    /// Starts the term. Rounds up to the latest are none of its business.
    pub fn activate(&mut self, clock: &Clock, round: &Round) -> Result<()> {
        self.ensure(State::Accepted)?;
        ensure_before(clock, self.activate_by)?;
        self.state = State::Active;
        self.started_at = clock.now;
        self.segment_at = clock.now;
        self.ends_at = clock.now.saturating_add(self.term_ms);
        self.rested_ms = round.maintenance.ms_until(clock.now);
        self.rested_before_ms = self.rested_ms;
        self.tally.round = round.number;
        self.tally.cuts = round.cuts.saturating_add(u32::from(round.cut));
        self.tally.opened_at = round.opened_at.max(clock.now.saturating_sub(self.interval_ms.into()));
        Ok(())
    }

    /// Part of the last missed round's interval that lies inside the present segment and before `until`, all on the clock
    /// that maintenance stops.
    pub(crate) fn dent(&self, until: u64, round: &Round) -> u64 {
        let at = self.tally.dent_at;
        if at == 0 {
            return 0;
        }
        let from = at.max(self.segment_at.saturating_sub(self.rested_ms));
        let until = round.maintenance.clock(until.min(self.ends_at));
        at.saturating_add(self.interval_ms.into()).min(until).saturating_sub(from)
    }

    /// Milliseconds served in the present segment up to `until`. A round that is open and unanswered holds back all
    /// time from its opening on, since the placement may turn out to have failed there; a missed one costs one interval.
    fn served_in_segment(&self, until: u64, round: &Round) -> u64 {
        let until = if self.owes_proof(round) { until.min(round.opened_at) } else { until };
        let until = until.min(self.ends_at);
        let span =
            round.maintenance.clock(until).saturating_sub(self.segment_at.saturating_sub(self.rested_ms));
        span.saturating_sub(self.unpaid_ms).saturating_sub(self.dent(until, round))
    }

    /// Milliseconds served up to `until`, in all segments.
    pub fn served_ms(&self, until: u64, round: &Round) -> u64 {
        self.served_before_ms.saturating_add(self.served_in_segment(until, round))
    }

    /// What it has earned up to `until`, rounded down. It never falls as time goes on, so that settling in steps pays
    /// what settling once pays.
    pub fn earned_down(&self, until: u64, round: &Round) -> Result<Balance> {
        let now = price_down(self.price, self.capacity, self.served_in_segment(until, round))?;
        self.earned_before.checked_add(now).ok_or(Error::Overflow)
    }

    /// What must be in escrow to pay the provider up to `end`, rounded up.
    pub fn owed_up(&self, end: u64) -> Result<Balance> {
        let rest = price_up(self.price, self.capacity, end.saturating_sub(self.segment_at))?;
        let all = self.earned_before.checked_add(rest).ok_or(Error::Overflow)?;
        all.checked_sub(self.settled).ok_or(Error::Overflow)
    }

    /// Network fee, referral share and manager's share of everything earned so far. Their sum rounds down, and each is
    /// cut out of what is left of it: rounding each by itself, a step of one unit could give away more than one.
    fn shares(&self, earned: Balance) -> Result<(Balance, Balance, Balance)> {
        let ours = self.fee_bps.saturating_add(self.referral_bps);
        let all = ours.saturating_add(self.manager_bps);
        let sum = bps_down(earned, all.into())?;
        let not_manager = share_down(sum, ours.into(), all.max(1).into())?;
        let referral = share_down(not_manager, self.referral_bps.into(), ours.max(1).into())?;
        Ok((not_manager.saturating_sub(referral), referral, sum.saturating_sub(not_manager)))
    }

    /// Pays what was earned up to `until` and not paid yet. A placement that has ended earns nothing more.
    pub fn settle(&mut self, until: u64, round: &Round) -> Result<Payment> {
        if !self.is_live() {
            return Ok(Payment::default());
        }
        let earned = self.earned_down(until, round)?.max(self.settled);
        let gross = earned.saturating_sub(self.settled);
        let before = self.shares(self.settled.saturating_sub(self.refunded))?;
        let shares = self.shares(earned.saturating_sub(self.refunded))?;
        let fee = shares.0.saturating_sub(before.0);
        let referral = shares.1.saturating_sub(before.1);
        let manager = shares.2.saturating_sub(before.2);
        let mut bonus = 0;
        if self.bonus > 0 {
            let served = self.served_ms(until, round).min(self.term_ms);
            bonus = share_down(self.bonus, served, self.term_ms)?.saturating_sub(self.bonus_paid);
        }
        self.escrow = self.escrow.checked_sub(gross).ok_or(Error::Overflow)?;
        self.settled = earned;
        self.bonus_paid = self.bonus_paid.checked_add(bonus).ok_or(Error::Overflow)?;
        Ok(Payment { gross, fee, referral, manager, bonus })
    }

    /// Begins a segment at `at`, with everything before it fixed. Needs every round accounted for.
    pub fn start_segment(&mut self, at: u64, round: &Round) -> Result<()> {
        if self.owes_proof(round) {
            return Err(Error::RoundOpen);
        }
        self.earned_before = self.earned_down(at, round)?;
        self.served_before_ms = self.served_ms(at, round);
        self.segment_at = at;
        self.rested_ms = round.maintenance.ms_until(at);
        self.unpaid_ms = 0;
        Ok(())
    }

    /// The state that time has brought about and nobody has carried out yet.
    pub fn due(&self, clock: &Clock, round: &Round, renews_until: u64) -> Option<State> {
        match self.state {
            State::Proposed if clock.working_ms() >= self.accept_by => Some(State::Cancelled),
            State::Accepted if clock.working_ms() >= self.activate_by => Some(State::Cancelled),
            State::Active if self.dispute.is_some() || self.owes_proof(round) => None,
            State::Active if self.terminated && clock.now >= self.ends_at => Some(State::Terminated),
            State::Active if clock.now >= self.ends_at.max(renews_until) => Some(State::Completed),
            _ => None,
        }
    }

    /// What leaving now costs the provider, rounded up.
    pub fn exit_fee_up(&self) -> Result<Balance> {
        Ok(bps_up(self.collateral_initial, self.terms.exit_bps.into())?.min(self.collateral))
    }

    /// Collateral that a term at a price asks for, rounded up.
    pub fn collateral_up(&self, term_price: Balance) -> Result<Balance> {
        bps_up(term_price, self.terms.collateral_bps)
    }

    /// Fixes what it has served, at its end.
    pub fn close(&mut self, until: u64, round: &Round) {
        self.served_before_ms = self.served_ms(until, round);
        self.rested_ms = round.maintenance.ms_until(until.min(self.ends_at));
    }

    /// Ends it: what is left of escrow, collateral and bonus leaves the record, in this order.
    pub fn end(&mut self, state: State) -> (Balance, Balance, Balance) {
        let bonus = self.bonus.saturating_sub(self.bonus_paid);
        let left = (self.escrow, self.collateral, bonus);
        self.escrow = 0;
        self.collateral = 0;
        self.bonus = self.bonus_paid;
        self.state = state;
        left
    }
}
