//! Providers, nodes, data units, and finding them.

use super::market::*;
use crate::events::{DataUnitUpdated, NodeUpdated, ProviderUpdated};
use crate::{Filter, LastIds, Orchestrator};
use orchestrator_domain::{
    Error, Kind, List, NodeSpec, NodeState, SlaTerms, UnitSpec, MAX_CAPACITY, MAX_ENDPOINT_BYTES,
    MAX_MONTHLY_PRICE, MAX_PROFILE_BYTES, MAX_TAG_BYTES, MAX_TERM_MS, MIN_TERM_MS, UNIT_REST_MS,
};

fn any() -> Filter {
    Filter {
        kind: None,
        region: None,
        capacity: 1,
        max_price: 0,
        term_ms: TERM_MS,
        cluster: None,
        min_score: 0,
    }
}

fn found(market: &Orchestrator, filter: Filter) -> Vec<u64> {
    market.find_data_units(filter, 0, 50).units.into_iter().map(|x| x.id).collect()
}

#[ink::test]
fn a_provider_registers_and_changes_its_profile_and_delegate() {
    let mut market = empty();
    assert_eq!(market.provider(provider()), None);
    by(&mut market, provider()).set_provider(vec![1], None).unwrap();
    by(&mut market, provider()).set_provider(vec![2], Some(spare())).unwrap();
    let record = market.provider(provider()).unwrap();
    assert_eq!((record.profile, record.delegate), (vec![2], Some(spare())));
    let event: ProviderUpdated = last_event();
    assert_eq!((event.provider, event.delegate), (provider(), Some(spare())));
}

#[ink::test]
fn a_profile_ends_at_its_limit() {
    let mut market = empty();
    by(&mut market, provider()).set_provider(vec![0; MAX_PROFILE_BYTES], None).unwrap();
    assert_eq!(market.set_provider(vec![0; MAX_PROFILE_BYTES + 1], None), Err(Error::TooLong));
}

#[ink::test]
fn nodes_and_units_are_numbered_from_one() {
    let market = furnished();
    assert_eq!(market.node(0), None);
    assert_eq!(market.node(1).unwrap().provider, provider());
    assert_eq!(market.node(2).unwrap().provider, spare());
    assert_eq!(market.data_unit(0), None);
    assert_eq!(market.data_unit(2).unwrap().node, 2);
    assert_eq!(market.data_unit(1).unwrap().region, 276);
    assert_eq!(market.settings().last_ids, LastIds { node: 2, unit: 2, ..LastIds::default() });
}

#[ink::test]
fn only_a_provider_registers_a_node() {
    let mut market = empty();
    assert_eq!(by(&mut market, stranger()).register_node(node_spec()), Err(Error::UnknownProvider));
}

#[ink::test]
fn a_node_keeps_within_its_bounds() {
    let mut market = furnished();
    by(&mut market, provider());
    for region in [0, 1_000] {
        let refused = market.register_node(NodeSpec { region, ..node_spec() });
        assert_eq!(refused, Err(Error::RegionOutOfBounds));
        assert_eq!(market.update_node(1, NodeSpec { region, ..node_spec() }), Err(Error::RegionOutOfBounds));
    }
    let rest = node_spec().engine.len() + node_spec().version.len();
    let endpoint = vec![b'x'; MAX_ENDPOINT_BYTES - rest];
    market.register_node(NodeSpec { endpoint: endpoint.clone(), ..node_spec() }).unwrap();
    let endpoint = [endpoint, vec![b'x']].concat();
    assert_eq!(market.register_node(NodeSpec { endpoint, ..node_spec() }), Err(Error::TooLong));
}

#[ink::test]
fn a_node_changes_all_but_its_region() {
    let mut market = furnished();
    let spec = NodeSpec { region: 40, state: NodeState::Draining, version: vec![2], ..node_spec() };
    by(&mut market, provider()).update_node(1, spec.clone()).unwrap();
    assert_eq!(market.node(1).unwrap().spec, NodeSpec { region: 276, ..spec });
    let event: NodeUpdated = last_event();
    assert_eq!((event.node, event.provider, event.state), (1, provider(), Some(NodeState::Draining)));
}

#[ink::test]
fn nodes_and_units_are_changed_by_their_provider_only() {
    let mut market = furnished();
    by(&mut market, spare());
    assert_eq!(market.update_node(1, node_spec()), Err(Error::NotProvider));
    assert_eq!(market.retire_node(1), Err(Error::NotProvider));
    assert_eq!(market.register_unit(1, unit_spec()), Err(Error::NotProvider));
    assert_eq!(market.update_unit(1, unit_spec()), Err(Error::NotProvider));
    assert_eq!(market.retire_unit(1), Err(Error::NotProvider));
}

#[ink::test]
fn what_does_not_exist_is_not_changed() {
    let mut market = furnished();
    by(&mut market, provider());
    assert_eq!(market.update_node(9, node_spec()), Err(Error::UnknownNode));
    assert_eq!(market.retire_node(9), Err(Error::UnknownNode));
    assert_eq!(market.register_unit(9, unit_spec()), Err(Error::UnknownNode));
    assert_eq!(market.update_unit(9, unit_spec()), Err(Error::UnknownUnit));
    assert_eq!(market.retire_unit(9), Err(Error::UnknownUnit));
}

#[ink::test]
fn retiring_takes_units_first_and_then_the_node() {
    let mut market = furnished();
    by(&mut market, provider());
    assert_eq!(market.retire_node(1), Err(Error::NodeInUse));
    market.retire_unit(1).unwrap();
    let event: DataUnitUpdated = last_event();
    assert_eq!((event.unit, event.capacity, event.open), (1, 0, false));
    market.retire_node(1).unwrap();
    let event: NodeUpdated = last_event();
    assert_eq!((event.node, event.state), (1, None));
    assert_eq!((market.data_unit(1), market.node(1)), (None, None));
    assert_eq!(market.list(List::Nodes(provider()), 0, 50).ids, NONE);
}

#[ink::test]
fn a_unit_that_carries_a_placement_stays() {
    let mut market = accepted();
    by(&mut market, provider());
    assert_eq!(market.retire_unit(1), Err(Error::UnitInUse));
    let small = |capacity| UnitSpec { capacity, ..unit_spec() };
    assert_eq!(market.update_unit(1, small(9)), Err(Error::CapacityInUse));
    market.update_unit(1, small(10)).unwrap();
}

#[ink::test]
fn a_unit_keeps_within_its_bounds() {
    let mut market = furnished();
    by(&mut market, provider());
    let good = unit_spec;
    let refusals = [
        (UnitSpec { capacity: 0, ..good() }, Error::CapacityOutOfBounds),
        (UnitSpec { capacity: MAX_CAPACITY + 1, ..good() }, Error::CapacityOutOfBounds),
        (UnitSpec { min_term_ms: MIN_TERM_MS - 1, ..good() }, Error::TermOutOfBounds),
        (UnitSpec { max_term_ms: MAX_TERM_MS + 1, ..good() }, Error::TermOutOfBounds),
        (UnitSpec { min_term_ms: 2_000, max_term_ms: 1_999, ..good() }, Error::TermOutOfBounds),
        (UnitSpec { tags: vec![0; MAX_TAG_BYTES + 1], ..good() }, Error::TooLong),
        (UnitSpec { price: MAX_MONTHLY_PRICE + 1, ..good() }, Error::PriceTooHigh),
        (UnitSpec { terms: SlaTerms { samples: 0, ..terms() }, ..good() }, Error::TermsOutOfBounds),
    ];
    for (spec, error) in refusals {
        assert_eq!(market.register_unit(1, spec.clone()), Err(error));
        assert_eq!(market.update_unit(1, spec), Err(error));
    }
    let widest = UnitSpec {
        capacity: MAX_CAPACITY,
        min_term_ms: MIN_TERM_MS,
        max_term_ms: MAX_TERM_MS,
        tags: vec![0; MAX_TAG_BYTES],
        price: MAX_MONTHLY_PRICE,
        ..good()
    };
    market.register_unit(1, widest).unwrap();
}

#[ink::test]
fn a_unit_changes_all_but_its_kind_and_for_new_placements_only() {
    let mut market = active();
    let spec = UnitSpec { kind: Kind::Compute, price: 3 * PRICE, open: false, ..unit_spec() };
    by(&mut market, provider()).update_unit(1, spec.clone()).unwrap();
    assert_eq!(market.data_unit(1).unwrap().spec, UnitSpec { kind: Kind::ObjectStore, ..spec });
    assert_eq!(placement(&market, 1).price, PRICE);
}

#[ink::test]
fn units_are_found_by_what_is_asked_of_them() {
    let mut market = furnished();
    by(&mut market, spare());
    let other = UnitSpec { kind: Kind::Compute, capacity: 5, price: 2 * PRICE, ..unit_spec() };
    market.register_unit(2, other).unwrap();
    assert_eq!(found(&market, any()), [1, 2, 3]);
    assert_eq!(found(&market, Filter { kind: Some(Kind::Compute), ..any() }), [3]);
    assert_eq!(found(&market, Filter { region: Some(40), ..any() }), NONE);
    assert_eq!(found(&market, Filter { region: Some(276), ..any() }), [1, 2, 3]);
    assert_eq!(found(&market, Filter { capacity: 6, ..any() }), [1, 2]);
    assert_eq!(found(&market, Filter { max_price: PRICE, ..any() }), [1, 2]);
    assert_eq!(found(&market, Filter { term_ms: 13 * TERM_MS, ..any() }), NONE);
    assert_eq!(found(&market, Filter { capacity: 0, ..any() }), NONE);
    market.update_node(2, NodeSpec { state: NodeState::Offline, ..node_spec() }).unwrap();
    assert_eq!(found(&market, any()), [1]);
}

#[ink::test]
fn what_is_taken_is_not_found() {
    let market = active();
    assert_eq!(found(&market, Filter { capacity: 90, ..any() }), [1, 2]);
    assert_eq!(found(&market, Filter { capacity: 91, ..any() }), [2]);
}

#[ink::test]
fn pages_of_units_follow_each_other_to_the_end() {
    let mut market = furnished();
    by(&mut market, provider());
    for _ in 0..3 {
        market.register_unit(1, unit_spec()).unwrap();
    }
    let first = market.find_data_units(any(), 0, 2);
    assert_eq!((first.units.len(), first.next), (2, 3));
    let second = market.find_data_units(any(), first.next, 2);
    assert_eq!((second.units[0].id, second.next), (3, 5));
    let third = market.find_data_units(any(), second.next, 2);
    assert_eq!((third.units.len(), third.next), (1, 0));
}

#[ink::test]
fn a_quote_is_what_reserving_locks() {
    let mut market = furnished();
    let quote = market.quote(1, 10, TERM_MS, None).unwrap();
    assert_eq!((quote.price, quote.collateral, quote.fee), (TERM_PRICE, COLLATERAL, TERM_PRICE / 50));
    by(&mut market, consumer()).reserve(order()).unwrap();
    by(&mut market, provider()).accept(1).unwrap();
    assert_eq!(money(&market, consumer()).1, quote.price);
    assert_eq!(money(&market, provider()).1, quote.collateral);
}

#[ink::test]
fn a_quote_refuses_what_reserving_refuses() {
    let mut market = furnished();
    assert_eq!(market.quote(9, 10, TERM_MS, None), Err(Error::UnknownUnit));
    assert_eq!(market.quote(1, 0, TERM_MS, None), Err(Error::CapacityOutOfBounds));
    assert_eq!(market.quote(1, 101, TERM_MS, None), Err(Error::NotEnoughCapacity));
    assert_eq!(market.quote(1, 10, 999, None), Err(Error::TermOutOfBounds));
    by(&mut market, provider()).update_unit(1, UnitSpec { open: false, ..unit_spec() }).unwrap();
    assert_eq!(market.quote(1, 10, TERM_MS, None), Err(Error::UnitChanged));
    wait(UNIT_REST_MS);
    assert_eq!(market.quote(1, 10, TERM_MS, None), Err(Error::UnitClosed));
    by(&mut market, spare());
    market.update_node(2, NodeSpec { state: NodeState::Draining, ..node_spec() }).unwrap();
    assert_eq!(market.quote(2, 10, TERM_MS, None), Err(Error::NodeNotOnline));
}
