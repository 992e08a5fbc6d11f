//! Each bound: the limit is accepted, one beyond is refused.

mod history;

use history::{cluster_spec, terms, unit_spec};
use ink::primitives::AccountId;
use orchestrator_domain::{
    chunks_fit, Challenger, ClusterSpec, Config, Currency, DataUnit, Error, Kind, NodeSpec, NodeState,
    SlaTerms, Slot, UnitSpec, MAX_CAPACITY, MAX_ENDPOINT_BYTES, MAX_MANAGER_BPS, MAX_MONTHLY_PRICE,
    MAX_OBSERVERS, MAX_PARAMETER_BYTES, MAX_TAG_BYTES, MAX_TERM_MS, MIN_TERM_MS, UNIT_REST_MS,
};

const DAY: u32 = 24 * 3_600_000;
const MONTH: u32 = 30 * DAY;
/// Highest price in millionths of a dollar.
const MOST_MICRO_USD: u128 = (1 << 64) - 1;

fn node() -> NodeSpec {
    NodeSpec {
        endpoint: b"https://node.example".to_vec(),
        engine: b"engine".to_vec(),
        version: b"1".to_vec(),
        region: 756,
        state: NodeState::Online,
    }
}

#[test]
fn sla_terms_are_accepted_at_each_bound_and_refused_beyond() {
    let accepted: [fn(&mut SlaTerms); 17] = [
        |x| (x.interval_ms, x.window_ms) = (1_000, 1_000),
        |x| (x.interval_ms, x.window_ms) = (MONTH, MONTH),
        |x| x.window_ms = 1_000,
        |x| x.window_ms = x.interval_ms,
        |x| x.samples = 1,
        |x| x.samples = 7,
        |x| x.slash_bps = 0,
        |x| x.slash_bps = 10_000,
        |x| x.max_misses = 1,
        |x| x.max_misses = 100,
        |x| x.collateral_bps = 0,
        |x| x.collateral_bps = 100_000,
        |x| x.uptime_bps = 10_000,
        |x| x.latency_ms = u32::MAX,
        |x| x.notice_ms = MONTH,
        |x| x.exit_bps = 10_000,
        |x| x.maintenance_ms = 3 * DAY,
    ];
    let refused: [fn(&mut SlaTerms); 14] = [
        |x| (x.interval_ms, x.window_ms) = (999, 999),
        |x| x.interval_ms = MONTH + 1,
        |x| x.window_ms = 999,
        |x| x.window_ms = x.interval_ms + 1,
        |x| x.samples = 0,
        |x| x.samples = 8,
        |x| x.slash_bps = 10_001,
        |x| x.max_misses = 0,
        |x| x.max_misses = 101,
        |x| x.collateral_bps = 100_001,
        |x| x.uptime_bps = 10_001,
        |x| x.notice_ms = MONTH + 1,
        |x| x.exit_bps = 10_001,
        |x| x.maintenance_ms = 3 * DAY + 1,
    ];
    for (i, change) in accepted.iter().enumerate() {
        let mut terms = terms();
        change(&mut terms);
        assert_eq!(terms.check(), Ok(()), "accepted {i}");
    }
    for (i, change) in refused.iter().enumerate() {
        let mut terms = terms();
        change(&mut terms);
        assert_eq!(terms.check(), Err(Error::TermsOutOfBounds), "refused {i}");
        let spec = UnitSpec { terms, ..unit_spec() };
        assert_eq!(spec.check(), Err(Error::TermsOutOfBounds), "refused in a data unit {i}");
    }
}

#[test]
fn terms_keep_a_promise_that_is_no_lower_and_nothing_else_counts() {
    let before = SlaTerms { maintenance_ms: 1_000, ..terms() };
    let kept: [fn(&mut SlaTerms); 6] = [
        |_| {},
        |x| x.uptime_bps += 1,
        |x| x.latency_ms -= 1,
        |x| x.maintenance_ms -= 1,
        |x| (x.interval_ms, x.window_ms, x.samples) = (1_000, 1_000, 7),
        |x| (x.slash_bps, x.max_misses, x.collateral_bps, x.exit_bps) = (0, 100, 0, 0),
    ];
    let weakened: [fn(&mut SlaTerms); 4] = [
        |x| x.uptime_bps -= 1,
        |x| x.latency_ms += 1,
        |x| x.maintenance_ms += 1,
        |x| (x.uptime_bps, x.latency_ms, x.maintenance_ms) = (10_000, 501, 0),
    ];
    for (i, change) in kept.iter().enumerate() {
        let mut terms = before.clone();
        change(&mut terms);
        assert_eq!(terms.ensure_keep(&before), Ok(()), "kept {i}");
    }
    for (i, change) in weakened.iter().enumerate() {
        let mut terms = before.clone();
        change(&mut terms);
        assert_eq!(terms.ensure_keep(&before), Err(Error::PromiseWeakened), "weakened {i}");
    }
}

#[test]
fn a_configuration_is_accepted_at_each_bound_and_refused_beyond() {
    let accepted: [fn(&mut Config); 10] = [
        |x| (x.network_fee_bps, x.referral_bps, x.reporter_bps) = (0, 0, 0),
        |x| x.network_fee_bps = 1_000,
        |x| x.referral_bps = 500,
        |x| x.reporter_bps = 1_000,
        |x| x.accept_ms = 60_000,
        |x| x.accept_ms = MONTH,
        |x| x.activate_ms = 60_000,
        |x| x.activate_ms = MONTH,
        |x| x.score_unit = 1,
        |x| x.score_unit = 1 << 63,
    ];
    let refused: [fn(&mut Config); 10] = [
        |x| x.network_fee_bps = 1_001,
        |x| x.referral_bps = 501,
        |x| x.reporter_bps = 1_001,
        |x| x.accept_ms = 59_999,
        |x| x.accept_ms = MONTH + 1,
        |x| x.activate_ms = 59_999,
        |x| x.activate_ms = MONTH + 1,
        |x| x.score_unit = 0,
        |x| x.score_unit = (1 << 63) + 1,
        |x| x.score_unit = u64::MAX,
    ];
    assert_eq!(Config::default().check(), Ok(()));
    for (i, change) in accepted.iter().enumerate() {
        let mut config = Config::default();
        change(&mut config);
        assert_eq!(config.check(), Ok(()), "accepted {i}");
    }
    for (i, change) in refused.iter().enumerate() {
        let mut config = Config::default();
        change(&mut config);
        assert_eq!(config.check(), Err(Error::ConfigOutOfBounds), "refused {i}");
    }
}

#[test]
fn a_data_unit_is_accepted_at_each_bound_and_refused_beyond_with_the_error_that_names_it() {
    let accepted: [fn(&mut UnitSpec); 7] = [
        |x| x.capacity = MAX_CAPACITY,
        |x| x.min_term_ms = MAX_TERM_MS,
        |x| x.max_term_ms = MIN_TERM_MS,
        |x| x.tags = vec![b'x'; MAX_TAG_BYTES],
        |x| x.price = 0,
        |x| x.price = MAX_MONTHLY_PRICE,
        |x| (x.price, x.currency) = (MOST_MICRO_USD, Currency::MicroUsd),
    ];
    type Change = fn(&mut UnitSpec);
    let refused: [(Change, Error); 8] = [
        (|x| x.capacity = 0, Error::CapacityOutOfBounds),
        (|x| x.capacity = MAX_CAPACITY + 1, Error::CapacityOutOfBounds),
        (|x| x.min_term_ms = MIN_TERM_MS - 1, Error::TermOutOfBounds),
        (|x| x.max_term_ms = MAX_TERM_MS + 1, Error::TermOutOfBounds),
        (|x| (x.min_term_ms, x.max_term_ms) = (5_001, 5_000), Error::TermOutOfBounds),
        (|x| x.tags = vec![b'x'; MAX_TAG_BYTES + 1], Error::TooLong),
        (|x| x.price = MAX_MONTHLY_PRICE + 1, Error::PriceTooHigh),
        (|x| (x.price, x.currency) = (MOST_MICRO_USD + 1, Currency::MicroUsd), Error::PriceTooHigh),
    ];
    for (i, change) in accepted.iter().enumerate() {
        let mut spec = unit_spec();
        change(&mut spec);
        assert_eq!(spec.check(), Ok(()), "accepted {i}");
    }
    for (change, error) in refused {
        let mut spec = unit_spec();
        change(&mut spec);
        assert_eq!(spec.check(), Err(error));
    }
}

#[test]
fn a_cluster_is_accepted_at_each_bound_and_refused_beyond_with_the_error_that_names_it() {
    let good = cluster_spec();
    let accepted: [fn(&mut ClusterSpec); 7] = [
        |x| x.observers = vec![AccountId::from([1; 32]); MAX_OBSERVERS],
        |x| x.fee_bps = MAX_MANAGER_BPS,
        |x| x.parameters = vec![b'x'; MAX_PARAMETER_BYTES],
        |x| x.price = 0,
        |x| x.price = MAX_MONTHLY_PRICE,
        |x| (x.price, x.currency) = (MOST_MICRO_USD, Currency::MicroUsd),
        |x| x.open = false,
    ];
    type Change = fn(&mut ClusterSpec);
    let refused: [(Change, Error); 7] = [
        (|x| x.observers = vec![AccountId::from([1; 32]); MAX_OBSERVERS + 1], Error::TooLong),
        (|x| x.fee_bps = MAX_MANAGER_BPS + 1, Error::FeeTooHigh),
        (|x| x.fee_bps = u16::MAX, Error::FeeTooHigh),
        (|x| x.parameters = vec![b'x'; MAX_PARAMETER_BYTES + 1], Error::TooLong),
        (|x| x.price = MAX_MONTHLY_PRICE + 1, Error::PriceTooHigh),
        (|x| (x.price, x.currency) = (MOST_MICRO_USD + 1, Currency::MicroUsd), Error::PriceTooHigh),
        (|x| x.terms.samples = 0, Error::TermsOutOfBounds),
    ];
    assert_eq!((MAX_MANAGER_BPS, MAX_PARAMETER_BYTES, MAX_OBSERVERS), (3_000, 512, 8));
    for (i, change) in accepted.iter().enumerate() {
        let mut spec = good.clone();
        change(&mut spec);
        assert_eq!(spec.check(), Ok(()), "accepted {i}");
    }
    for (change, error) in refused {
        let mut spec = good.clone();
        change(&mut spec);
        assert_eq!(spec.check(), Err(error));
    }
}

#[test]
fn a_node_is_accepted_at_each_bound_and_refused_beyond() {
    let fill = MAX_ENDPOINT_BYTES - node().engine.len() - node().version.len();
    assert_eq!(NodeSpec { endpoint: vec![b'x'; fill], ..node() }.check(), Ok(()));
    assert_eq!(NodeSpec { endpoint: vec![b'x'; fill + 1], ..node() }.check(), Err(Error::TooLong));
    for (region, verdict) in [
        (0, Err(Error::RegionOutOfBounds)),
        (1, Ok(())),
        (999, Ok(())),
        (1_000, Err(Error::RegionOutOfBounds)),
    ] {
        assert_eq!(NodeSpec { region, ..node() }.check(), verdict);
    }
}

#[test]
fn a_challenger_is_accepted_at_each_bound_and_refused_beyond() {
    for (interval, window) in [(1_000, 1_000), (MONTH, 1_000), (MONTH, MONTH), (5_000, 5_000)] {
        let c = Challenger::new(interval, window).unwrap();
        assert_eq!((c.interval_ms, c.window_ms, c.round, c.next_at()), (interval, window, 0, 0));
    }
    for (interval, window) in [(999, 999), (MONTH + 1, 1_000), (5_000, 999), (5_000, 5_001), (0, 0)] {
        assert_eq!(Challenger::new(interval, window), Err(Error::IntervalOutOfBounds));
    }
}

#[test]
fn a_challenger_gets_slower_and_never_faster() {
    let mut c = Challenger::new(5_000, 3_000).unwrap();
    let before = c.clone();
    for (interval, window) in [(4_999, 3_000), (5_000, 2_999), (5_000, 5_001), (MONTH + 1, 3_000)] {
        assert_eq!(c.slow_down(interval, window), Err(Error::IntervalOutOfBounds));
        assert_eq!(c, before, "a refusal changes nothing");
    }
    assert_eq!(c.slow_down(5_000, 3_000), Ok(()));
    assert_eq!(c.slow_down(6_000, 6_000), Ok(()));
    assert_eq!((c.interval_ms, c.window_ms), (6_000, 6_000));
}

#[test]
fn stores_take_as_many_chunks_as_their_capacity_holds_and_other_kinds_none() {
    for kind in [Kind::ObjectStore, Kind::BlockStore, Kind::FileStore] {
        assert!(chunks_fit(kind, 1, 1 << 20) && !chunks_fit(kind, 1, (1 << 20) + 1));
        assert!(chunks_fit(kind, u64::MAX, 1 << 40) && !chunks_fit(kind, u64::MAX, (1 << 40) + 1));
    }
    for kind in [Kind::Compute, Kind::Functions, Kind::Delivery] {
        assert!(chunks_fit(kind, 1 << 32, 0) && !chunks_fit(kind, 1 << 32, 1));
    }
}

#[test]
fn a_data_unit_offers_what_is_free_within_its_terms() {
    let spec = UnitSpec { capacity: 10, min_term_ms: 2_000, max_term_ms: 3_000, ..unit_spec() };
    let mut unit = DataUnit { spec, ..history::unit() };
    assert_eq!((unit.take(11, None), unit.used), (Err(Error::NotEnoughCapacity), 0));
    assert_eq!((unit.take(6, None), unit.free()), (Ok(()), 4));
    assert_eq!(unit.check_offer(4, 2_000, 0, None), Ok(()));
    assert_eq!(unit.check_offer(4, 3_000, 0, None), Ok(()));
    assert_eq!(unit.check_offer(0, 2_000, 0, None), Err(Error::CapacityOutOfBounds));
    assert_eq!(unit.check_offer(5, 2_000, 0, None), Err(Error::NotEnoughCapacity));
    assert_eq!(unit.check_offer(4, 1_999, 0, None), Err(Error::TermOutOfBounds));
    assert_eq!(unit.check_offer(4, 3_001, 0, None), Err(Error::TermOutOfBounds));
    unit.give_back(6, None);
    assert_eq!(unit.free(), 10);
    unit.changed_at = 1_000;
    assert_eq!(unit.check_offer(1, 2_000, 1_000 + UNIT_REST_MS - 1, None), Err(Error::UnitChanged));
    assert_eq!(unit.check_offer(1, 2_000, 1_000 + UNIT_REST_MS, None), Ok(()));
}

#[test]
fn a_consumer_is_made_whole_and_never_better_off() {
    for (pot, spent, whole) in [(5, 9, 5), (9, 9, 9), (10, 9, 9), (10, 0, 0)] {
        assert_eq!(Slot { placement: 1, provider: AccountId::from([1; 32]), pot, spent }.made_whole(), whole);
    }
}
