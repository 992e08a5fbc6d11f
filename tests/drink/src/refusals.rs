//! The main refusals, as the chain hands them back: typed errors out of reverted calls.

use orchestrator::domain::{
    Access, Config, Error, Handover, Kind, NodeSpec, NodeState, Order, Replica, Role, SlaTerms, UnitSpec,
    MAX_GRANTS, MAX_MANIFEST_BYTES, MAX_PROFILE_BYTES, MAX_TAG_BYTES, UNIT_REST_MS,
};

use crate::{
    market::{account, Market},
    story::{
        furnished, live, missed_round, node, order, terms, unit, Held, INTERVAL_MS, PRICE, TERM_MS, WINDOW_MS,
    },
};

/// Asserts a refusal without naming the market three times.
macro_rules! refused {
    ($market:ident, $caller:expr, $message:ident ( $($argument:expr),* ), $error:ident) => {{
        let message = $market.at().$message($($argument),*);
        assert_eq!($market.send($caller, message).map(|x| x.value).unwrap_err(), Error::$error);
    }};
}

#[test]
fn registering_refuses_what_is_out_of_bounds() {
    let (mut market, p) = furnished();
    refused!(market, p.provider, set_provider(vec![0; MAX_PROFILE_BYTES + 1], None), TooLong);
    market.send(p.provider, market.at().set_provider(vec![0; MAX_PROFILE_BYTES], None)).unwrap();
    refused!(market, p.stranger, register_node(node()), UnknownProvider);
    refused!(market, p.provider, register_node(NodeSpec { region: 0, ..node() }), RegionOutOfBounds);
    refused!(market, p.provider, register_node(NodeSpec { region: 1_000, ..node() }), RegionOutOfBounds);
    refused!(market, p.provider, register_node(NodeSpec { endpoint: vec![0; 257], ..node() }), TooLong);
    refused!(market, p.provider, register_unit(99, unit()), UnknownNode);
    refused!(market, p.stranger, register_unit(1, unit()), NotProvider);
    refused!(market, p.provider, register_unit(1, UnitSpec { capacity: 0, ..unit() }), CapacityOutOfBounds);
    refused!(market, p.provider, register_unit(1, UnitSpec { min_term_ms: 999, ..unit() }), TermOutOfBounds);
    refused!(market, p.provider, register_unit(1, UnitSpec { price: (1 << 80) + 1, ..unit() }), PriceTooHigh);
    let tags = vec![0; MAX_TAG_BYTES + 1];
    refused!(market, p.provider, register_unit(1, UnitSpec { tags, ..unit() }), TooLong);
    let wild = SlaTerms { samples: 9, ..terms() };
    refused!(market, p.provider, register_unit(1, UnitSpec { terms: wild, ..unit() }), TermsOutOfBounds);
}

#[test]
fn changing_and_retiring_respect_owner_and_use() {
    let (mut market, p, _) = live();
    refused!(market, p.stranger, update_node(1, node()), NotProvider);
    refused!(market, p.provider, update_node(99, node()), UnknownNode);
    refused!(market, p.provider, retire_node(1), NodeInUse);
    refused!(market, p.stranger, update_unit(1, unit()), NotProvider);
    refused!(market, p.provider, update_unit(99, unit()), UnknownUnit);
    refused!(market, p.provider, update_unit(1, UnitSpec { capacity: 9, ..unit() }), CapacityInUse);
    market.send(p.provider, market.at().update_unit(1, UnitSpec { capacity: 10, ..unit() })).unwrap();
    refused!(market, p.provider, retire_unit(1), UnitInUse);
    refused!(market, p.stranger, retire_unit(2), NotProvider);
    market.send(p.spare, market.at().retire_unit(2)).unwrap();
    market.send(p.spare, market.at().retire_node(2)).unwrap();
    refused!(market, p.spare, retire_unit(2), UnknownUnit);
}

#[test]
fn challengers_are_bounded_and_only_get_slower() {
    let (mut market, p) = furnished();
    refused!(market, p.reporter, register_challenger(999, 999), IntervalOutOfBounds);
    refused!(market, p.reporter, register_challenger(5_000, 5_001), IntervalOutOfBounds);
    refused!(market, p.consumer, register_challenger(INTERVAL_MS - 1, WINDOW_MS), IntervalOutOfBounds);
    refused!(market, p.consumer, register_challenger(INTERVAL_MS, WINDOW_MS - 1), IntervalOutOfBounds);
    market.send(p.consumer, market.at().register_challenger(INTERVAL_MS + 1, WINDOW_MS)).unwrap();
    refused!(market, p.stranger, open_round([0; 32]), UnknownChallenger);
    market.send(p.consumer, market.at().open_round([0; 32])).unwrap();
    market.wait(INTERVAL_MS.into());
    refused!(market, p.consumer, open_round([0; 32]), TooEarly);
    market.wait(1);
    market.send(p.consumer, market.at().open_round([0; 32])).unwrap();
}

#[test]
fn reserving_refuses_orders_that_cannot_be() {
    let (mut market, p) = furnished();
    let held = Held::new();
    let good = || order(held.replica(1));
    let one = held.replica(1);
    refused!(market, p.consumer, reserve(Order { replicas: vec![], ..good() }), ReplicasOutOfBounds);
    refused!(market, p.consumer, reserve(Order { replicas: vec![one; 21], ..good() }), ReplicasOutOfBounds);
    let manifest = vec![0; MAX_MANIFEST_BYTES + 1];
    refused!(market, p.consumer, reserve(Order { manifest, ..good() }), TooLong);
    refused!(market, p.consumer, reserve(order(held.replica(99))), UnknownUnit);
    refused!(market, p.consumer, reserve(Order { capacity: 0, ..good() }), CapacityOutOfBounds);
    refused!(market, p.consumer, reserve(Order { capacity: 101, ..good() }), NotEnoughCapacity);
    refused!(market, p.consumer, reserve(Order { term_ms: 999, ..good() }), TermOutOfBounds);
    refused!(market, p.consumer, reserve(Order { term_ms: 12 * TERM_MS + 1, ..good() }), TermOutOfBounds);
    let challenger = Some(p.stranger);
    refused!(market, p.consumer, reserve(Order { challenger, ..good() }), UnknownChallenger);
    refused!(market, p.consumer, reserve(Order { max_price: 10 * PRICE - 1, ..good() }), AboveCeiling);
    refused!(
        market,
        p.consumer,
        reserve(Order { capacity: 100, term_ms: 2 * TERM_MS, ..good() }),
        NotEnoughAvailable
    );
    for replica in [
        Replica { chunks: 0, ..held.replica(1) },
        Replica { root: [0; 32], ..held.replica(1) },
        Replica { chunks: 10 * (1 << 20) + 1, ..held.replica(1) },
    ] {
        refused!(market, p.consumer, reserve(order(replica)), BadData);
    }
    market.send(p.stranger, market.at().register_challenger(INTERVAL_MS - 1, WINDOW_MS)).unwrap();
    refused!(market, p.consumer, reserve(Order { challenger, ..good() }), ChallengerTooFast);
    market.send(p.consumer, market.at().reserve(Order { max_price: 10 * PRICE, ..good() })).unwrap();
}

#[test]
fn what_does_not_store_takes_no_data() {
    let (mut market, p) = furnished();
    let compute = UnitSpec { kind: Kind::Compute, ..unit() };
    market.send(p.provider, market.at().register_unit(1, compute)).unwrap();
    refused!(market, p.consumer, reserve(order(Held::new().replica(3))), BadData);
    let empty = Replica { unit: 3, root: [0; 32], chunks: 0 };
    market.send(p.consumer, market.at().reserve(order(empty))).unwrap();
}

#[test]
fn closed_units_and_nodes_that_are_not_online_take_nothing_new() {
    let (mut market, p, held) = live();
    market.send(p.consumer, market.at().reserve(order(held.replica(1)))).unwrap();
    for state in [NodeState::Draining, NodeState::Offline] {
        market.send(p.provider, market.at().update_node(1, NodeSpec { state, ..node() })).unwrap();
        refused!(market, p.provider, accept(2), NodeNotOnline);
        refused!(market, p.consumer, extend(1, TERM_MS, u128::MAX), NodeNotOnline);
        let asked = market.ask(p.consumer, market.at().quote(1, 1, TERM_MS, None));
        assert_eq!(asked, Err(Error::NodeNotOnline));
    }
    market.send(p.provider, market.at().update_node(1, node())).unwrap();
    market.send(p.provider, market.at().update_unit(1, UnitSpec { open: false, ..unit() })).unwrap();
    refused!(market, p.consumer, reserve(order(held.replica(1))), UnitChanged);
    market.wait(UNIT_REST_MS);
    refused!(market, p.consumer, reserve(order(held.replica(1))), UnitClosed);
    refused!(market, p.consumer, extend(1, TERM_MS, u128::MAX), UnitClosed);
    refused!(market, p.consumer, resize(1, 11, u128::MAX), UnitClosed);
    market.send(p.provider, market.at().update_unit(1, UnitSpec { price: PRICE + 1, ..unit() })).unwrap();
    refused!(market, p.consumer, extend(1, TERM_MS, u128::MAX), PriceRisen);
}

#[test]
fn every_step_of_a_placement_is_for_its_own_party_and_state() {
    let (mut market, p, held) = live();
    market.send(p.consumer, market.at().reserve(order(held.replica(1)))).unwrap();
    for id in [p.consumer, p.stranger] {
        refused!(market, id, accept(2), NotProvider);
        refused!(market, id, decline(2), NotProvider);
        refused!(market, id, activate(2), NotProvider);
        refused!(market, id, withdraw_placement(1, u128::MAX), NotProvider);
    }
    refused!(market, p.provider, activate(2), WrongState);
    refused!(market, p.provider, withdraw_placement(2, u128::MAX), WrongState);
    refused!(market, p.provider, accept(1), WrongState);
    refused!(market, p.provider, decline(1), WrongState);
    refused!(market, p.consumer, terminate(2, None), WrongState);
    refused!(market, p.consumer, cancel(1, None), WrongState);
    refused!(market, p.consumer, extend(2, TERM_MS, u128::MAX), WrongState);
    refused!(market, p.consumer, replace(1, 0, held.replica(2), u128::MAX), NothingToReplace);
    refused!(market, p.consumer, replace(1, 1, held.replica(2), u128::MAX), UnknownSlot);
    for slot in [1, u8::MAX] {
        refused!(market, p.consumer, cancel(1, Some(slot)), UnknownSlot);
        refused!(market, p.consumer, terminate(1, Some(slot)), UnknownSlot);
    }
    refused!(market, p.provider, accept_data(1, [9; 32], 3), NothingCommitted);
    refused!(market, p.consumer, close(1), NotEnded);
    refused!(market, p.stranger, renew(1), NotRenewing);
    refused!(market, p.consumer, terminate(9, None), UnknownReservation);
    for id in [p.provider, p.consumer, p.stranger] {
        refused!(market, id, accept(9), UnknownPlacement);
        refused!(market, id, settle(9), UnknownPlacement);
        refused!(market, id, report_miss(9), UnknownPlacement);
    }
}

#[test]
fn a_provider_neither_leaves_nor_takes_a_root_while_a_round_waits_for_its_proof() {
    let (mut market, p, _) = live();
    market.send(p.consumer, market.at().commit_data(1, [9; 32], 3)).unwrap();
    market.send(p.consumer, market.at().open_round([1; 32])).unwrap();
    refused!(market, p.provider, withdraw_placement(1, u128::MAX), RoundOpen);
    refused!(market, p.provider, accept_data(1, [9; 32], 3), RoundOpen);
    refused!(market, p.consumer, resize(1, 5, u128::MAX), RoundOpen);
    market.wait(INTERVAL_MS.into());
    market.send(p.provider, market.at().accept_data(1, [9; 32], 3)).unwrap();
    market.send(p.provider, market.at().withdraw_placement(1, u128::MAX)).unwrap();
    assert_eq!(market.placement(1).tally.missed, 1);
}

#[test]
fn ending_early_is_said_once_and_in_time() {
    let (mut market, p, _) = live();
    market.send(p.consumer, market.at().terminate(1, None)).unwrap();
    refused!(market, p.consumer, terminate(1, None), TooLate);
    refused!(market, p.consumer, extend(1, TERM_MS, u128::MAX), TooLate);
    let (mut market, p, _) = live();
    market.wait(TERM_MS - 24 * u64::from(INTERVAL_MS));
    refused!(market, p.consumer, terminate(1, None), TooLate);
}

#[test]
fn the_delegate_operates_and_touches_no_money() {
    let (mut market, p, held) = live();
    market.send(p.provider, market.at().set_provider(vec![], Some(p.stranger))).unwrap();
    market.send(p.consumer, market.at().reserve(order(held.replica(1)))).unwrap();
    market.send(p.stranger, market.at().accept(2)).unwrap();
    market.send(p.stranger, market.at().activate(2)).unwrap();
    refused!(market, p.stranger, withdraw_placement(2, u128::MAX), NotProvider);
    refused!(market, p.stranger, update_unit(1, unit()), NotProvider);
    assert_eq!(market.money(p.stranger).locked, 0);
    missed_round(&mut market, &p, 1);
    market.send(p.provider, market.at().set_provider(vec![], None)).unwrap();
    refused!(market, p.stranger, activate(2), NotProvider);
}

#[test]
fn access_lists_end_at_their_limit() {
    let (mut market, p, _) = live();
    for i in 0..u8::try_from(MAX_GRANTS).unwrap() {
        let message = market.at().set_access(1, account(100 + i), Some(Access::Reader));
        market.send(p.consumer, message).unwrap();
    }
    refused!(market, p.consumer, set_access(1, p.stranger, Some(Access::Writer)), TooLong);
    market.send(p.consumer, market.at().set_access(1, account(100), None)).unwrap();
    market.send(p.consumer, market.at().set_access(1, p.stranger, Some(Access::Writer))).unwrap();
    assert_eq!(market.reservation(1).grants.len(), MAX_GRANTS);
}

#[test]
fn governing_is_for_the_admin_within_bounds() {
    let (mut market, p) = furnished();
    let admin = Market::admin();
    refused!(market, p.stranger, configure(Config::default(), p.stranger), NotAdmin);
    refused!(market, p.stranger, set_paused(true), NotInRole);
    refused!(market, p.stranger, offer(Handover::Admin, Some(p.stranger)), NotAdmin);
    refused!(market, p.stranger, take_over(Handover::Admin), NotOffered);
    refused!(market, p.stranger, set_role(p.stranger, Role::Pauser, true), NotAdmin);
    refused!(market, p.stranger, announce_upgrade(Some([1; 32])), NotAdmin);
    refused!(market, p.stranger, upgrade(), NotAdmin);
    refused!(market, admin, set_rate(1, 1), NotInRole);
    refused!(market, p.stranger, collect_fees(), ZeroAmount);
    for config in [
        Config { network_fee_bps: 1_001, ..Config::default() },
        Config { referral_bps: 501, ..Config::default() },
        Config { reporter_bps: 1_001, ..Config::default() },
        Config { accept_ms: 59_999, ..Config::default() },
        Config { activate_ms: 30 * 86_400_000 + 1, ..Config::default() },
    ] {
        refused!(market, admin, configure(config, p.treasury), ConfigOutOfBounds);
    }
    refused!(market, admin, set_paused(false), NotPaused);
    market.send(admin, market.at().set_paused(true)).unwrap();
    refused!(market, admin, set_paused(true), Paused);
    market.send(admin, market.at().offer(Handover::Admin, Some(p.spare))).unwrap();
    market.send(p.spare, market.at().take_over(Handover::Admin)).unwrap();
    refused!(market, admin, set_paused(false), NotInRole);
    refused!(market, p.spare, take_over(Handover::Admin), NotOffered);
}
