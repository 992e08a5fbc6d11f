//! Records that tests begin with, each made in one place.

use super::{Setup, BASE};
use ink::primitives::AccountId;
use orchestrator_domain::{
    price_up, ClusterSpec, Currency, DataUnit, Kind, Maintenance, Placement, Rating, Round, Seen, SlaTerms,
    Standing, State, Tally, UnitSpec, MAX_TERM_MS, MIN_TERM_MS,
};

/// A minute between rounds, half of it to answer, for ten minutes.
pub fn sample() -> Setup {
    Setup {
        interval: 60_000,
        window: 30_000,
        slower: 0,
        max_misses: 3,
        slash_bps: 1_000,
        price: 1_000_000_000,
        capacity: 10,
        collateral: 1_000_000,
        bonus: 0,
        fee_bps: 200,
        referral_bps: 50,
        manager_bps: 0,
        phase: 0,
        opened_before: false,
        term: 600_000,
    }
}

pub fn terms() -> SlaTerms {
    SlaTerms {
        interval_ms: 60_000,
        window_ms: 30_000,
        samples: 1,
        slash_bps: 1_000,
        max_misses: 3,
        collateral_bps: 10_000,
        uptime_bps: 9_900,
        latency_ms: 500,
        notice_ms: 0,
        exit_bps: 500,
        maintenance_ms: 0,
    }
}

pub fn unit_spec() -> UnitSpec {
    UnitSpec {
        kind: Kind::ObjectStore,
        capacity: 1,
        price: 1,
        currency: Currency::Token,
        terms: terms(),
        min_term_ms: MIN_TERM_MS,
        max_term_ms: MAX_TERM_MS,
        tags: Vec::new(),
        open: true,
    }
}

pub fn unit() -> DataUnit {
    DataUnit {
        provider: AccountId::from([1; 32]),
        node: 1,
        region: 756,
        used: 0,
        place: 0,
        placements: 0,
        changed_at: 0,
        standing: Standing::default(),
        member: None,
        spec: unit_spec(),
    }
}

pub fn cluster_spec() -> ClusterSpec {
    ClusterSpec {
        kind: Kind::ObjectStore,
        price: 1,
        currency: Currency::Token,
        terms: terms(),
        fee_bps: 0,
        open: true,
        parameters: Vec::new(),
        observers: Vec::new(),
    }
}

/// Before the first round of a challenger.
pub fn no_round() -> Round {
    round(0, 0)
}

/// A round that waits for answers, the first of them that nobody has cut.
pub fn round(number: u32, opened_at: u64) -> Round {
    Round { number, opened_at, closed: false, cut: false, cuts: 0, maintenance: Maintenance::default() }
}

/// A placement that was just proposed.
pub fn placement(setup: &Setup) -> Placement {
    Placement {
        reservation: 1,
        slot: 0,
        unit: 1,
        provider: AccountId::from([1; 32]),
        challenger: AccountId::from([2; 32]),
        state: State::Proposed,
        root: [7; 32],
        chunks: 1_000,
        capacity: setup.capacity,
        price: setup.price,
        terms: SlaTerms { max_misses: setup.max_misses, slash_bps: setup.slash_bps, ..terms() },
        fee_bps: setup.fee_bps,
        referral_bps: setup.referral_bps,
        manager_bps: setup.manager_bps,
        reporter_bps: 1_000,
        interval_ms: setup.interval,
        accept_by: u64::MAX,
        activate_by: u64::MAX,
        term_ms: setup.term,
        escrow: price_up(setup.price, setup.capacity, setup.term).unwrap(),
        collateral: 0,
        collateral_initial: setup.collateral,
        bonus: setup.bonus,
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
        place: 1,
        rested_ms: 0,
        rested_before_ms: 0,
        recorded_ms: 0,
        slashed: 0,
        refunded: 0,
        disputable_at: 0,
        rating: Rating::default(),
        seen_before: Seen::default(),
        dispute: None,
    }
}

/// The same, active since `BASE`, with its collateral locked.
pub fn active(setup: &Setup) -> Placement {
    let (started_at, segment_at, ends_at) = (BASE, BASE, BASE + setup.term);
    Placement {
        state: State::Active,
        collateral: setup.collateral,
        started_at,
        segment_at,
        ends_at,
        ..placement(setup)
    }
}
