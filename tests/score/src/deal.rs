//! A placement and its challenger in the hands of the rules: the calls that the contract makes, in its order.

use ink::primitives::AccountId;
use orchestrator_domain::{
    price_up, Balance, Challenger, Clock, Error, Findings, Misses, Pauses, Placement, Rating, Result, Round,
    Seen, SlaTerms, State, Tally, DAY_MS, MONTH_MS,
};

/// What counts in full for a month: the scoring unit of the configuration.
pub const UNIT: u64 = 1_000_000_000_000;
/// The share of what is earned that goes to the treasury, unless an order says another.
pub const FEE_BPS: u16 = 200;
/// Chunks of 1 KiB in a replica: a GiB.
pub const CHUNKS: u64 = 1 << 20;

/// What is agreed of a deal.
#[derive(Clone)]
pub struct Order {
    pub provider: AccountId,
    pub unit: u64,
    /// For the whole of it and 30 days.
    pub price: Balance,
    pub term_ms: u64,
    pub interval_ms: u32,
    pub window_ms: u32,
    pub samples: u8,
    pub max_misses: u8,
    pub collateral_bps: u32,
    /// The share of what is earned that goes to the treasury.
    pub fee_bps: u16,
}

impl Order {
    /// Daily rounds with an hour to answer and three samples, for 30 days, at the scoring unit a month.
    pub fn new(provider: AccountId, unit: u64) -> Self {
        Order {
            provider,
            unit,
            price: UNIT.into(),
            term_ms: MONTH_MS,
            interval_ms: DAY_MS as u32,
            window_ms: 3_600_000,
            samples: 3,
            max_misses: 3,
            collateral_bps: 10_000,
            fee_bps: FEE_BPS,
        }
    }

    fn terms(&self) -> SlaTerms {
        SlaTerms {
            interval_ms: self.interval_ms,
            window_ms: self.window_ms,
            samples: self.samples,
            slash_bps: 1_000,
            max_misses: self.max_misses,
            collateral_bps: self.collateral_bps,
            uptime_bps: 9_900,
            latency_ms: 500,
            notice_ms: 0,
            exit_bps: 500,
            maintenance_ms: 0,
        }
    }
}

/// One placement, challenged by a challenger of its own.
pub struct Deal {
    pub id: u64,
    pub p: Placement,
    pub challenger: Challenger,
    /// Paid to the treasury so far.
    pub fee: Balance,
    /// The scoring unit of the configuration.
    pub score_unit: u64,
    found: Findings,
}

/// The moment of a call on a chain that was never paused.
fn clock(now: u64) -> Clock {
    Clock { now, block: (now / 6_000) as u32, pauses: Pauses::default() }
}

impl Deal {
    /// Proposes a placement at the instant `now`.
    pub fn propose(id: u64, order: &Order, now: u64) -> Result<Self> {
        let challenger = Challenger::new(order.interval_ms, order.window_ms)?;
        let terms = order.terms();
        terms.check()?;
        let escrow = price_up(order.price, 1, order.term_ms)?;
        let accept_by = now + DAY_MS;
        let mut p = Placement {
            reservation: id,
            slot: 0,
            unit: order.unit,
            provider: order.provider,
            challenger: AccountId::from([9; 32]),
            state: State::Proposed,
            root: [7; 32],
            chunks: CHUNKS,
            capacity: 1,
            price: order.price,
            terms,
            fee_bps: order.fee_bps,
            referral_bps: 0,
            manager_bps: 0,
            reporter_bps: 1_000,
            interval_ms: order.interval_ms,
            accept_by,
            activate_by: accept_by + 7 * DAY_MS,
            term_ms: order.term_ms,
            escrow,
            collateral: 0,
            collateral_initial: 0,
            bonus: 0,
            bonus_paid: 0,
            started_at: 0,
            ends_at: 0,
            segment_at: 0,
            served_before_ms: 0,
            earned_before: 0,
            unpaid_ms: 0,
            settled: 0,
            terminated: false,
            unit_place: 0,
            tally: Tally::default(),
            place: 0,
            rested_ms: 0,
            rested_before_ms: 0,
            recorded_ms: 0,
            slashed: 0,
            refunded: 0,
            disputable_at: 0,
            rating: Rating::default(),
            seen_before: Seen::default(),
            dispute: None,
        };
        p.collateral_initial = p.collateral_up(escrow)?;
        Ok(Deal { id, p, challenger, fee: 0, score_unit: UNIT, found: Findings::default() })
    }

    /// A placement that was proposed, accepted and activated at one instant.
    pub fn active(id: u64, order: &Order, now: u64) -> Result<Self> {
        let mut deal = Deal::propose(id, order, now)?;
        deal.p.accept(&clock(now))?;
        let round = deal.round(now);
        deal.p.activate(&clock(now), &round)?;
        Ok(deal)
    }

    /// What is locked for it of both sides.
    pub fn locked(&self) -> Balance {
        self.p.escrow + self.p.collateral
    }

    fn round(&self, now: u64) -> Round {
        self.challenger.latest(&clock(now))
    }

    /// What was found for the score since this was asked last.
    pub fn take_found(&mut self) -> Findings {
        std::mem::take(&mut self.found)
    }

    pub fn open_round(&mut self, seed: [u8; 32], now: u64) -> Result<()> {
        self.challenger.open(seed, &clock(now))
    }

    /// The chunks that the latest round asks for.
    pub fn drawn(&self) -> impl Iterator<Item = u64> + '_ {
        let Deal { id, p, challenger: c, .. } = self;
        (0..p.terms.samples).map(move |i| {
            orchestrator_proof::draw::<orchestrator_proof::Sha2>(
                &[1; 32], *id, &p.root, c.round, &c.seed, i, p.chunks,
            )
        })
    }

    /// Takes a valid proof of the round that is open. Refuses where none is asked.
    pub fn prove(&mut self, now: u64) -> Result<()> {
        let round = self.round(now);
        if self.p.is_behind(&round) {
            self.settle(now)?;
        }
        if !self.p.owes_proof(&round) {
            return Err(Error::TooLate);
        }
        self.p.prove(&round);
        Ok(())
    }

    /// Brings it up to `now`: accounts rounds, pays, and carries out what is due.
    pub fn settle(&mut self, now: u64) -> Result<()> {
        if self.p.dispute_is_over(&clock(now)) {
            self.p.dispute = None;
        }
        let round = self.round(now);
        let misses = self.p.account(&round);
        self.punish(&misses, &round, now)?;
        self.advance(now, &round)
    }

    /// Pays, and carries out what time has brought about.
    fn advance(&mut self, now: u64, round: &Round) -> Result<()> {
        if self.p.dispute.is_some() {
            return Ok(());
        }
        match self.p.due(&clock(now), round, 0) {
            Some(state) => {
                if state == State::Cancelled {
                    self.found.seen = self.p.ended(state, now, self.score_unit)?;
                }
                self.finish(state, now, now, round)
            }
            None => self.pay(now, round, false),
        }
    }

    fn punish(&mut self, misses: &Misses, round: &Round, now: u64) -> Result<()> {
        if misses.count == 0 {
            return Ok(());
        }
        let amount = self.p.slash(misses)?;
        self.p.slashed += amount;
        self.found.seen.missed += self.p.missed(misses.count, self.score_unit)?;
        match misses.failed_at {
            Some(at) => self.finish(State::Failed, at, now, round),
            None => Ok(()),
        }
    }

    fn record(&mut self, until: u64, round: &Round, all: bool) -> Result<()> {
        self.found.seen.kept += self.p.record_kept(until, round, all, self.score_unit)?;
        Ok(())
    }

    fn pay(&mut self, until: u64, round: &Round, ends: bool) -> Result<()> {
        if self.p.state == State::Active {
            self.record(until, round, ends)?;
        }
        self.fee += self.p.settle(until, round)?.fee;
        Ok(())
    }

    fn finish(&mut self, state: State, until: u64, now: u64, round: &Round) -> Result<()> {
        self.pay(until, round, true)?;
        if self.p.state == State::Active {
            self.p.close(until, round);
            let ended = self.p.ended(state, now, self.score_unit)?;
            self.found.seen.add(&ended, 0);
        }
        self.p.end(state);
        Ok(())
    }

    /// The provider does not take the proposal.
    pub fn decline(&mut self, now: u64) -> Result<()> {
        self.settle(now)?;
        self.p.ensure(State::Proposed)?;
        let round = self.round(now);
        self.finish(State::Cancelled, 0, now, &round)
    }

    /// The provider leaves.
    pub fn withdraw(&mut self, now: u64) -> Result<()> {
        self.settle(now)?;
        self.p.ensure(State::Active)?;
        let round = self.round(now);
        self.finish(State::Withdrawn, now, now, &round)
    }

    /// The consumer changes the capacity. Its escrow follows.
    pub fn resize(&mut self, capacity: u64, now: u64) -> Result<()> {
        self.settle(now)?;
        self.p.ensure(State::Active)?;
        let round = self.round(now);
        self.record(now, &round, true)?;
        self.p.start_segment(now, &round)?;
        self.p.capacity = capacity;
        self.p.escrow = self.p.owed_up(self.p.ends_at)?;
        Ok(())
    }

    /// The consumer ends it early, without notice.
    pub fn terminate(&mut self, now: u64) -> Result<()> {
        self.settle(now)?;
        self.p.ensure(State::Active)?;
        self.p.terminated = true;
        self.p.ends_at = now;
        self.p.escrow = self.p.owed_up(now)?;
        let round = self.round(now);
        self.advance(now, &round)
    }

    /// The consumer opens a dispute about this moment.
    pub fn dispute(&mut self, now: u64) -> Result<Balance> {
        self.settle(now)?;
        let round = self.round(now);
        self.p.dispute(now, [1; 32], &clock(now), &round)
    }

    /// The consumer rates it.
    pub fn rate(&mut self, stars: u8, now: u64) -> Result<()> {
        self.settle(now)?;
        let found = self.p.rate(stars, now, self.score_unit)?;
        self.found.seen.add(&found.seen, 0);
        self.found.undone = found.undone;
        self.found.undone_at = found.undone_at;
        Ok(())
    }
}
