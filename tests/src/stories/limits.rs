//! Every limit, at the last value that fits and the first that does not.

use orchestrator::OrchestratorRef;
use orchestrator_chain::{at, AccountId, ChainError, Ledger, Message};
use orchestrator_domain::{
    Access, Error, List, NodeSpec, Replica, UnitSpec, MAX_CAPACITY, MAX_MONTHLY_PRICE, MAX_TERM_MS,
};

use crate::{sentences::node_spec, Market, Who::*};

/// Profile, endpoint with engine and version, tags and manifest.
pub fn texts_have_their_limits<L: Ledger>(m: &mut Market<L>) {
    m.done(Buyer, |at| at.set_provider(vec![b'a'; 512], None));
    m.refused(Buyer, Error::TooLong, |at| at.set_provider(vec![b'a'; 513], None));
    let node = NodeSpec { endpoint: vec![b'a'; 256], engine: Vec::new(), version: Vec::new(), ..node_spec() };
    m.done(Buyer, |at| at.register_node(node.clone()));
    let long = NodeSpec { version: vec![b'1'], ..node.clone() };
    m.refused(Buyer, Error::TooLong, |at| at.register_node(long.clone()));
    m.refused(Buyer, Error::TooLong, |at| at.update_node(3, long));
    for region in [0, 1_000] {
        let nowhere = NodeSpec { region, ..node_spec() };
        m.refused(Buyer, Error::RegionOutOfBounds, |at| at.register_node(nowhere.clone()));
        m.refused(Buyer, Error::RegionOutOfBounds, |at| at.update_node(3, nowhere));
    }
    for region in [1, 999] {
        m.done(Buyer, |at| at.register_node(NodeSpec { region, ..node_spec() }));
    }
    let tags = UnitSpec { tags: vec![b'a'; 128], ..m.unit_spec() };
    m.done(Buyer, |at| at.register_unit(3, tags.clone()));
    m.refused(Buyer, Error::TooLong, |at| at.register_unit(3, UnitSpec { tags: vec![b'a'; 129], ..tags }));
    let mut order = m.order(&[1]);
    order.manifest = vec![1; 256];
    let (id, _) = m.reserve_as(Consumer, order.clone());
    assert_eq!(m.reservation(id).manifest, order.manifest);
    order.manifest.push(1);
    m.refused(Consumer, Error::TooLong, |at| at.reserve(order));
}

/// One to twenty replicas.
pub fn a_reservation_has_one_to_twenty_replicas<L: Ledger>(m: &mut Market<L>) {
    let mut order = m.order(&[1; 20]);
    let (_, p) = m.reserve_as(Consumer, order.clone());
    assert_eq!(p.len(), 20);
    order.replicas.push(order.replicas[0].clone());
    m.refused(Consumer, Error::ReplicasOutOfBounds, |at| at.reserve(order.clone()));
    order.replicas.clear();
    m.refused(Consumer, Error::ReplicasOutOfBounds, |at| at.reserve(order));
}

/// Thirty-two grants.
pub fn an_access_list_has_at_most_thirty_two_entries<L: Ledger>(m: &mut Market<L>) {
    let (id, _) = m.reserve(&[1]);
    let account = |i: u8| AccountId::from([i; 32]);
    for i in 1..=32 {
        m.done(Consumer, |at| at.set_access(id, account(i), Some(Access::Reader)));
    }
    m.refused(Consumer, Error::TooLong, |at| at.set_access(id, account(33), Some(Access::Reader)));
    m.done(Consumer, |at| at.set_access(id, account(32), Some(Access::Writer)));
    m.done(Consumer, |at| at.set_access(id, account(1), None));
    m.done(Consumer, |at| at.set_access(id, account(33), Some(Access::Reader)));
}

/// Fifty entries a page, whatever is asked for, and every entry on some page.
pub fn a_page_has_at_most_fifty_entries<L: Ledger>(m: &mut Market<L>) {
    for _ in 0..3 {
        m.reserve(&[1; 17]);
    }
    let list = List::UnitPlacements(1);
    let all: Vec<u64> = (1..=51).collect();
    let page = m.ask(|at| at.list(list.clone(), 0, u32::MAX));
    assert_eq!((page.ids, page.next), (all[..50].to_vec(), 50));
    let page = m.ask(|at| at.list(list.clone(), 0, 51));
    assert_eq!(page.ids.len(), 50);
    let page = m.ask(|at| at.list(list.clone(), 50, 50));
    assert_eq!((page.ids, page.next), (vec![51], 0));
    for (cursor, limit) in [(51, 50), (u32::MAX, 50), (u32::MAX, u32::MAX)] {
        let page = m.ask(|at| at.list(list.clone(), cursor, limit));
        assert_eq!((page.ids, page.next), (vec![], 0));
    }
}

/// Capacity, price and term of a unit.
pub fn numbers_of_a_unit_have_their_limits<L: Ledger>(m: &mut Market<L>) {
    let spec = m.unit_spec();
    let ok = [
        UnitSpec { capacity: 1, ..spec.clone() },
        UnitSpec { capacity: MAX_CAPACITY, ..spec.clone() },
        UnitSpec { price: 0, ..spec.clone() },
        UnitSpec { price: MAX_MONTHLY_PRICE, ..spec.clone() },
        UnitSpec { min_term_ms: 1_000, max_term_ms: MAX_TERM_MS, ..spec.clone() },
        UnitSpec { min_term_ms: MAX_TERM_MS, max_term_ms: MAX_TERM_MS, ..spec.clone() },
    ];
    for spec in ok {
        m.done(Provider, |at| at.update_unit(1, spec));
    }
    let bad = [
        (Error::CapacityOutOfBounds, UnitSpec { capacity: 0, ..spec.clone() }),
        (Error::CapacityOutOfBounds, UnitSpec { capacity: MAX_CAPACITY + 1, ..spec.clone() }),
        (Error::PriceTooHigh, UnitSpec { price: MAX_MONTHLY_PRICE + 1, ..spec.clone() }),
        (Error::PriceTooHigh, UnitSpec { price: u128::MAX, ..spec.clone() }),
        (Error::TermOutOfBounds, UnitSpec { min_term_ms: 999, ..spec.clone() }),
        (Error::TermOutOfBounds, UnitSpec { max_term_ms: MAX_TERM_MS + 1, ..spec.clone() }),
        (Error::TermOutOfBounds, UnitSpec { min_term_ms: 2_000, max_term_ms: 1_999, ..spec.clone() }),
    ];
    for (error, spec) in bad {
        m.refused(Provider, error, |at| at.update_unit(1, spec.clone()));
        m.refused(Provider, error, |at| at.register_unit(1, spec));
    }
}

/// Every number of the SLA terms.
pub fn numbers_of_sla_terms_have_their_limits<L: Ledger>(m: &mut Market<L>) {
    let month = 30 * 86_400_000u32;
    let spec = m.unit_spec();
    let terms = &spec.terms;
    type Edit = fn(&mut orchestrator_domain::SlaTerms, u32);
    let cases: [(Edit, u32, u32); 10] = [
        (|t, x| (t.interval_ms, t.window_ms) = (x, 1_000), month, month + 1),
        (|t, x| (t.interval_ms, t.window_ms) = (x, x), 1_000, 999),
        (|t, x| t.window_ms = x, terms.interval_ms, terms.interval_ms + 1),
        (|t, x| t.samples = x as u8, 7, 8),
        (|t, x| t.slash_bps = x as u16, 10_000, 10_001),
        (|t, x| t.max_misses = x as u8, 100, 101),
        (|t, x| t.collateral_bps = x, 100_000, 100_001),
        (|t, x| t.uptime_bps = x as u16, 10_000, 10_001),
        (|t, x| (t.notice_ms, t.exit_bps) = (x, 10_000), month, month + 1),
        (|t, x| t.maintenance_ms = x, 3 * 86_400_000, 3 * 86_400_000 + 1),
    ];
    for (edit, last, first) in cases {
        let with = |x| {
            let mut spec = spec.clone();
            edit(&mut spec.terms, x);
            spec
        };
        m.done(Provider, |at| at.update_unit(1, with(last)));
        m.refused(Provider, Error::TermsOutOfBounds, |at| at.update_unit(1, with(first)));
    }
    for edit in [(|t, _| t.samples = 0) as Edit, |t, _| t.max_misses = 0, |t, _| t.exit_bps = 10_001] {
        let mut spec = spec.clone();
        edit(&mut spec.terms, 0);
        m.refused(Provider, Error::TermsOutOfBounds, |at| at.register_unit(1, spec));
    }
}

/// Interval and window of a challenger.
pub fn numbers_of_a_challenger_have_their_limits<L: Ledger>(m: &mut Market<L>) {
    let month = 30 * 86_400_000u32;
    for (interval, window) in [(999, 999), (1_000, 999), (1_000, 1_001), (month + 1, 1_000)] {
        m.refused(Buyer, Error::IntervalOutOfBounds, |at| at.register_challenger(interval, window));
    }
    m.done(Buyer, |at| at.register_challenger(1_000, 1_000));
    m.done(Buyer, |at| at.register_challenger(month, month));
}

/// Term, capacity and ceiling of an order.
pub fn numbers_of_an_order_have_their_limits<L: Ledger>(m: &mut Market<L>) {
    let order = m.order(&[1]);
    let spec = m.unit_spec();
    for (ms, fits) in [
        (spec.min_term_ms - 1, false),
        (spec.min_term_ms, true),
        (spec.max_term_ms, true),
        (spec.max_term_ms + 1, false),
    ] {
        let order = orchestrator_domain::Order { term_ms: ms, ..order.clone() };
        let quote = m.ask(|at| at.quote(1, order.capacity, ms, None));
        match m.attempt(Consumer, |at| at.reserve(order)) {
            Ok(_) => assert!(fits && quote.is_ok()),
            Err(refusal) => assert!(!fits && refusal == Error::TermOutOfBounds && quote == Err(refusal)),
        }
    }
    for (capacity, refusal) in [(0, Error::CapacityOutOfBounds), (101, Error::NotEnoughCapacity)] {
        let order = orchestrator_domain::Order { capacity, ..order.clone() };
        m.refused(Consumer, refusal, |at| at.reserve(order));
        assert_eq!(m.ask(|at| at.quote(1, capacity, spec.min_term_ms, None)), Err(refusal));
    }
    let price = m.ask(|at| at.quote(1, order.capacity, order.term_ms, None)).expect("it is offered").price;
    let mut exact = orchestrator_domain::Order { max_price: price, ..order };
    m.done(Consumer, |at| at.reserve(exact.clone()));
    exact.max_price -= 1;
    m.refused(Consumer, Error::AboveCeiling, |at| at.reserve(exact));
}

/// As many chunks as the capacity holds.
pub fn data_has_as_many_chunks_as_the_capacity_holds<L: Ledger>(m: &mut Market<L>) {
    let mut order = m.order(&[1]);
    let most = order.capacity << 20;
    order.replicas[0].chunks = most;
    let (_, p) = m.reserve_as(Consumer, order.clone());
    m.done(Consumer, |at| at.commit_data(p[0], [1; 32], most));
    for (root, chunks) in [([1; 32], most + 1), ([1; 32], 0), ([0; 32], 1), ([1; 32], u64::MAX)] {
        order.replicas[0] = Replica { unit: 1, root, chunks };
        m.refused(Consumer, Error::BadData, |at| at.reserve(order.clone()));
        m.refused(Consumer, Error::BadData, |at| at.commit_data(p[0], root, chunks));
    }
}

/// The contract reads calls of up to 16,384 bytes; the chain turns a longer one down before anything happens, and the
/// ledger says so in a sentence.
pub fn a_call_has_at_most_16_kib<L: Ledger>(m: &mut Market<L>) {
    let (signer, contract) = (Stranger.signer(), m.contract);
    let call = |length: usize| {
        // No ids, and bytes that are left over.
        let mut data = at::<OrchestratorRef>(contract).settle_many(Vec::new()).parts().2;
        data.resize(length, 0);
        data
    };
    m.ledger.call(&signer, contract, 0, &call(16_384)).expect("it fits");
    let long = m.ledger.dry_run(signer.account(), contract, 0, &call(16_385)).expect_err("too long");
    let sent = m.ledger.call(&signer, contract, 0, &call(16_385)).expect_err("too long");
    for error in [&long, &sent] {
        assert!(matches!(error, ChainError::Dispatch { .. }), "{error}");
    }
    m.unchanged();
}
