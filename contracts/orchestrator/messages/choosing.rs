//! Reserving in a cluster: who takes a replica, who is passed over and why.

use super::market::*;
use crate::events::{PlacementMoved, ReservationChanged};
use crate::Orchestrator;
use orchestrator_domain::{
    Choice, ClusterSpec, Error, List, NodeSpec, NodeState, Order, Replica, SlaTerms, State, UnitSpec, DAY_MS,
    MAX_LOOKED_AT, UNIT_REST_MS,
};

pub(super) fn reserve(market: &mut Orchestrator, order: Order) -> Result<u64, Error> {
    by(market, consumer()).reserve(order)
}

/// A replica for the next member that fits.
pub(super) fn anywhere() -> Replica {
    replica(0)
}

/// Data units that hold the placements of a reservation.
pub(super) fn holders(market: &Orchestrator, reservation: u64) -> Vec<u64> {
    let slots = market.reservation(reservation).unwrap().slots;
    slots.iter().map(|x| placement(market, x.placement).unit).collect()
}

/// Another unit of the provider's that is no member.
pub(super) fn with_outsider() -> Orchestrator {
    let mut market = gathered();
    by(&mut market, provider()).register_unit(1, unit_spec()).unwrap();
    market
}

#[ink::test]
fn a_member_takes_a_replica_at_once_at_the_price_of_the_cluster() {
    let mut market = gathered();
    assert_eq!(reserve(&mut market, order_within(&[1])), Ok(1));
    let moved: PlacementMoved = latest();
    assert_eq!((moved.placement, moved.unit, moved.state), (1, 1, State::Accepted));
    assert_eq!(
        (moved.price, moved.escrow, moved.collateral),
        (CLUSTER_PRICE, 2 * TERM_PRICE, 2 * COLLATERAL)
    );
    let event: ReservationChanged = last_event();
    assert_eq!((event.reservation, event.consumer), (1, consumer()));
    let p = placement(&market, 1);
    assert_eq!((p.price, p.manager_bps, p.fee_bps, p.terms), (CLUSTER_PRICE, 1_000, 200, terms()));
    assert_eq!(money(&market, consumer()), (PURSE - 2 * TERM_PRICE, 2 * TERM_PRICE));
    assert_eq!(money(&market, provider()), (PURSE - 2 * COLLATERAL, 2 * COLLATERAL));
    let unit = market.data_unit(1).unwrap();
    assert_eq!((unit.used, unit.member.unwrap().used), (10, 10));
    let r = market.reservation(1).unwrap();
    assert_eq!((r.choice, r.slots[0].provider), (Some(choice()), provider()));
}

#[ink::test]
fn what_is_reserved_in_a_cluster_is_listed_with_cluster_provider_unit_and_consumer() {
    let mut market = gathered();
    reserve(&mut market, order_within(&[0, 0])).unwrap();
    reserve(&mut market, order()).unwrap();
    let ids = |list| market.list(list, 0, 50).ids;
    assert_eq!(ids(List::ClusterReservations(1)), [1]);
    assert_eq!(ids(List::ClusterReservations(9)), NONE);
    assert_eq!(ids(List::Reservations(consumer())), [1, 2]);
    assert_eq!((ids(List::Placements(provider())), ids(List::Placements(spare()))), (vec![1], vec![2]));
    assert_eq!((ids(List::UnitPlacements(1)), ids(List::UnitPlacements(2))), (vec![1, 3], vec![2]));
    assert_eq!((ids(List::Members(1)), ids(List::Members(9))), (vec![1, 2], vec![]));
}

#[ink::test]
fn closing_takes_a_reservation_out_of_every_list() {
    let mut market = entrusted();
    by(&mut market, consumer()).cancel(1, None).unwrap();
    market.close(1).unwrap();
    for list in [
        List::ClusterReservations(1),
        List::Reservations(consumer()),
        List::Placements(provider()),
        List::UnitPlacements(1),
    ] {
        assert_eq!(market.list(list, 0, 50).ids, NONE);
    }
    assert_eq!(market.data_unit(1).unwrap().member.unwrap().used, 0);
}

#[ink::test]
fn members_take_turns() {
    let mut market = gathered();
    for unit in [1, 2, 1, 2] {
        let id = reserve(&mut market, order_within(&[0])).unwrap();
        assert_eq!(holders(&market, id), [unit]);
    }
    let id = reserve(&mut market, order_within(&[0, 0])).unwrap();
    assert_eq!(holders(&market, id), [1, 2]);
}

#[ink::test]
fn named_members_and_chosen_ones_go_together() {
    let mut market = gathered();
    let id = reserve(&mut market, order_within(&[1, 0])).unwrap();
    assert_eq!(holders(&market, id), [1, 2]);
}

#[ink::test]
fn a_member_that_was_named_is_looked_at_first_next_time() {
    let mut market = gathered();
    for (named, unit) in [(2, 2), (0, 2), (0, 1), (1, 1), (0, 1), (0, 2)] {
        let id = reserve(&mut market, order_within(&[named])).unwrap();
        assert_eq!(holders(&market, id), [unit]);
    }
}

#[ink::test]
fn a_member_waits_for_the_data_no_longer_than_the_term_lasts() {
    let mut market = gathered();
    let by_then = now() + DAY_MS;
    for (id, (term_ms, within, waits)) in
        (1..).zip([(HOUR_MS, true, HOUR_MS), (TERM_MS, true, 7 * DAY_MS), (HOUR_MS, false, 7 * DAY_MS)])
    {
        let order = if within { order_within(&[1]) } else { order() };
        reserve(&mut market, Order { term_ms, ..order }).unwrap();
        let p = placement(&market, id);
        assert_eq!((p.accept_by, p.activate_by), (by_then, by_then + waits));
    }
    wait(DAY_MS + HOUR_MS - 1);
    assert_eq!(placement(&market, 1).state, State::Accepted);
    wait(1);
    market.settle(1).unwrap();
    assert_eq!(placement(&market, 1).state, State::Cancelled);
    assert_eq!(market.data_unit(1).unwrap().member.unwrap().used, 10, "the longer term still waits");
}

#[ink::test]
fn a_challenger_in_a_cluster_is_no_slower_than_a_day_or_the_terms() {
    let mut market = gathered();
    let day = u32::try_from(DAY_MS).unwrap();
    for (interval, outcome) in [(day, Ok(1)), (day + 1, Err(Error::IntervalOutOfBounds))] {
        by(&mut market, stranger()).register_challenger(interval, WINDOW_MS).unwrap();
        let order = Order { challenger: Some(stranger()), ..order_within(&[1]) };
        assert_eq!(reserve(&mut market, order), outcome);
    }
    assert_eq!(placement(&market, 1).interval_ms, day, "a miss costs what the challenger's interval is");
}

#[ink::test]
fn no_two_replicas_go_to_one_provider_unless_asked() {
    let mut market = gathered();
    assert_eq!(reserve(&mut market, order_within(&[1, 1])), Err(Error::SameProvider));
    let mut market = gathered();
    assert_eq!(reserve(&mut market, order_within(&[0, 0, 0])), Err(Error::NoMemberFits));
    let mut market = gathered();
    let together = Order { choice: Some(Choice { together: true, ..choice() }), ..order_within(&[1, 1, 0]) };
    let id = reserve(&mut market, together).unwrap();
    assert_eq!(holders(&market, id), [1, 1, 1]);
}

#[ink::test]
fn a_region_is_kept_to() {
    let mut market = gathered();
    let node = by(&mut market, spare()).register_node(NodeSpec { region: 40, ..node_spec() }).unwrap();
    market.register_unit(node, unit_spec()).unwrap();
    by(&mut market, manager()).set_member(1, 3, 20).unwrap();
    let within = |region, units| Order {
        choice: Some(Choice { region: Some(region), ..choice() }),
        ..order_within(units)
    };
    assert_eq!(reserve(&mut market, within(40, &[0])), Ok(1));
    assert_eq!(holders(&market, 1), [3]);
    assert_eq!(reserve(&mut market, within(40, &[1])), Err(Error::OtherRegion));
    assert_eq!(reserve(&mut market, within(380, &[0])), Err(Error::NoMemberFits));
}

#[ink::test]
fn capacity_comes_first_and_data_later() {
    let mut market = gathered();
    let empty = Replica { unit: 0, root: [0; 32], chunks: 0 };
    reserve(&mut market, Order { replicas: vec![empty], ..order_within(&[]) }).unwrap();
    by(&mut market, provider()).activate(1).unwrap();
    by(&mut market, consumer()).commit_data(1, tree()[2], CHUNKS).unwrap();
    by(&mut market, provider()).accept_data(1, tree()[2], CHUNKS).unwrap();
    assert_eq!(placement(&market, 1).chunks, CHUNKS);
    by(&mut market, consumer()).open_round([9; 32]).unwrap();
    assert!(market.challenge(1).is_some());
}

/// What makes a named member refuse, and the contract pass it over.
pub(super) type Change = fn(&mut Orchestrator);

pub(super) const UNFIT: [(Change, Error); 8] = [
    (
        |market| {
            by(market, provider()).update_unit(1, UnitSpec { open: false, ..unit_spec() }).unwrap();
            wait(UNIT_REST_MS);
        },
        Error::UnitClosed,
    ),
    (|market| by(market, provider()).update_unit(1, unit_spec()).unwrap(), Error::UnitChanged),
    (
        |market| {
            let terms = SlaTerms { latency_ms: 201, ..terms() };
            by(market, provider()).update_unit(1, UnitSpec { terms, ..unit_spec() }).unwrap();
            wait(UNIT_REST_MS);
        },
        Error::TermsDiffer,
    ),
    (
        |market| {
            let price = CLUSTER_PRICE + 1;
            by(market, provider()).update_unit(1, UnitSpec { price, ..unit_spec() }).unwrap();
            wait(UNIT_REST_MS);
        },
        Error::BelowUnitPrice,
    ),
    (
        |market| {
            let spec = NodeSpec { state: NodeState::Draining, ..node_spec() };
            by(market, provider()).update_node(1, spec).unwrap();
        },
        Error::NodeNotOnline,
    ),
    (|market| by(market, provider()).set_trust(manager(), false).unwrap(), Error::NotTrusted),
    (|market| by(market, provider()).withdraw(PURSE - 2 * COLLATERAL + 1).unwrap(), Error::ProviderShort),
    (|market| by(market, manager()).set_member(1, 1, 9).unwrap(), Error::NotEnoughCapacity),
];

#[ink::test]
fn a_named_member_that_does_not_fit_says_why() {
    for (change, error) in UNFIT {
        let mut market = gathered();
        change(&mut market);
        assert_eq!(reserve(&mut market, order_within(&[1])), Err(error));
    }
}

#[ink::test]
fn a_member_that_does_not_fit_is_passed_over() {
    for (change, error) in UNFIT {
        let mut market = gathered();
        change(&mut market);
        let id = reserve(&mut market, order_within(&[0])).unwrap();
        assert_eq!(holders(&market, id), [2], "{error:?}");
    }
}

#[ink::test]
fn a_member_as_dear_as_the_cluster_and_with_just_the_collateral_fits() {
    let mut market = gathered();
    by(&mut market, provider()).update_unit(1, UnitSpec { price: CLUSTER_PRICE, ..unit_spec() }).unwrap();
    wait(UNIT_REST_MS);
    market.withdraw(PURSE - 2 * COLLATERAL).unwrap();
    by(&mut market, manager()).set_member(1, 1, 10).unwrap();
    reserve(&mut market, order_within(&[1])).unwrap();
    assert_eq!(money(&market, provider()), (0, 2 * COLLATERAL));
}

#[ink::test]
fn orders_that_cannot_be_are_refused_in_a_cluster_too() {
    let good = || order_within(&[1]);
    let refusals = [
        (Order { choice: Some(Choice { cluster: 9, ..choice() }), ..good() }, Error::UnknownCluster),
        (order_within(&[9]), Error::UnknownUnit),
        (order_within(&[3]), Error::NotMember),
        (Order { capacity: 0, ..good() }, Error::CapacityOutOfBounds),
        (Order { capacity: COMMITTED + 1, ..good() }, Error::NotEnoughCapacity),
        (Order { term_ms: 999, ..good() }, Error::TermOutOfBounds),
        (Order { term_ms: 12 * TERM_MS + 1, ..good() }, Error::TermOutOfBounds),
        (Order { challenger: Some(stranger()), ..good() }, Error::UnknownChallenger),
        (Order { max_price: 2 * TERM_PRICE - 1, ..good() }, Error::AboveCeiling),
        (Order { replicas: vec![Replica { chunks: 0, ..replica(1) }], ..good() }, Error::BadData),
        (order_within(&[]), Error::ReplicasOutOfBounds),
        (Order { choice: None, ..order_within(&[0]) }, Error::UnknownUnit),
    ];
    for (order, error) in refusals {
        assert_eq!(reserve(&mut with_outsider(), order), Err(error));
    }
    let mut market = gathered();
    by(&mut market, stranger()).register_challenger(INTERVAL_MS, WINDOW_MS).unwrap();
    assert_eq!(market.reserve(good()), Err(Error::NotEnoughAvailable));
    let mut market = gathered();
    by(&mut market, stranger()).register_challenger(INTERVAL_MS - 1, WINDOW_MS).unwrap();
    let fast = Order { challenger: Some(stranger()), ..good() };
    assert_eq!(reserve(&mut market, fast), Err(Error::ChallengerTooFast));
    let mut market = gathered();
    by(&mut market, admin()).set_paused(true).unwrap();
    assert_eq!(reserve(&mut market, good()), Err(Error::Paused));
}

#[ink::test]
fn a_member_serves_others_with_what_it_has_not_committed() {
    let mut market = gathered();
    reserve(&mut market, Order { capacity: 50, ..order() }).unwrap();
    by(&mut market, provider()).accept(1).unwrap();
    reserve(&mut market, Order { capacity: COMMITTED, ..order_within(&[1]) }).unwrap();
    assert_eq!(market.data_unit(1).unwrap().used, 100);
    assert_eq!(reserve(&mut market, Order { capacity: 1, ..order() }), Err(Error::NotEnoughCapacity));
}

#[ink::test]
fn a_cluster_that_was_changed_rests_and_a_closed_one_takes_nothing() {
    for (rest, outcome) in [(UNIT_REST_MS - 1, Err(Error::UnitChanged)), (UNIT_REST_MS, Ok(1))] {
        let mut market = gathered();
        by(&mut market, manager()).update_cluster(1, cluster_spec()).unwrap();
        wait(rest);
        assert_eq!(market.quote(1, 10, TERM_MS, Some(1)).map(|_| 1), outcome);
        assert_eq!(reserve(&mut market, order_within(&[1])), outcome);
    }
    let mut market = serving();
    by(&mut market, manager()).update_cluster(1, ClusterSpec { open: false, ..cluster_spec() }).unwrap();
    wait(UNIT_REST_MS);
    assert_eq!(market.quote(1, 10, TERM_MS, Some(1)), Err(Error::ClusterClosed));
    assert_eq!(reserve(&mut market, order_within(&[1])), Err(Error::ClusterClosed));
    assert_eq!(market.extend(1, TERM_MS, u128::MAX), Err(Error::ClusterClosed));
    assert_eq!(market.resize(1, 11, u128::MAX), Err(Error::ClusterClosed));
    market.resize(1, 9, u128::MAX).unwrap();
}

/// A search tells what is wrong with the cluster itself, of which no member could do better.
#[ink::test]
fn a_search_in_a_cluster_that_was_changed_or_is_closed_says_so() {
    let changed = |open, rest| {
        let mut market = gathered();
        by(&mut market, manager()).update_cluster(1, ClusterSpec { open, ..cluster_spec() }).unwrap();
        wait(rest);
        market
    };
    let search = |market: &mut Orchestrator| reserve(market, order_within(&[0]));
    assert_eq!(search(&mut changed(true, UNIT_REST_MS - 1)), Err(Error::UnitChanged));
    assert_eq!(search(&mut changed(true, UNIT_REST_MS)), Ok(1));
    assert_eq!(search(&mut changed(false, UNIT_REST_MS)), Err(Error::ClusterClosed));
    let mut market = empty();
    let closed = ClusterSpec { open: false, ..cluster_spec() };
    by(&mut market, manager()).create_cluster(closed).unwrap();
    assert_eq!(search(&mut market), Err(Error::ClusterClosed), "without members too");
}

/// Closed members before the one that takes something.
fn behind(closed: u32) -> Orchestrator {
    let mut market = furnished();
    by(&mut market, manager()).create_cluster(cluster_spec()).unwrap();
    by(&mut market, provider()).set_trust(manager(), true).unwrap();
    for i in 0..closed {
        let spec = UnitSpec { open: false, ..unit_spec() };
        let unit = by(&mut market, provider()).register_unit(1, spec).unwrap();
        by(&mut market, manager()).set_member(1, unit, 10).unwrap();
        assert_eq!(unit, u64::from(i) + 3);
    }
    market.set_member(1, 1, COMMITTED).unwrap();
    market
}

#[ink::test]
fn forty_members_are_looked_at_and_no_more() {
    for (closed, outcome) in [(MAX_LOOKED_AT - 1, Ok(1)), (MAX_LOOKED_AT, Err(Error::NoMemberFits))] {
        assert_eq!(reserve(&mut behind(closed), order_within(&[0])), outcome);
    }
}

#[ink::test]
fn naming_a_member_leaves_forty_behind_that_take_nothing() {
    let mut market = behind(MAX_LOOKED_AT);
    for units in [&[1], &[0]] {
        let id = reserve(&mut market, order_within(units)).unwrap();
        assert_eq!(holders(&market, id), [1]);
    }
}

#[ink::test]
fn the_forty_are_for_all_replicas_of_an_order_together() {
    for (closed, outcome) in [(9, Ok(1)), (10, Err(Error::NoMemberFits))] {
        let mut market = furnished();
        by(&mut market, manager()).create_cluster(cluster_spec()).unwrap();
        for (id, unit, before) in [(provider(), 1, 29), (spare(), 2, closed)] {
            by(&mut market, id).set_trust(manager(), true).unwrap();
            for _ in 0..before {
                let spec = UnitSpec { open: false, ..unit_spec() };
                let other = by(&mut market, id).register_unit(unit, spec).unwrap();
                by(&mut market, manager()).set_member(1, other, 10).unwrap();
            }
            by(&mut market, manager()).set_member(1, unit, 10).unwrap();
        }
        assert_eq!(reserve(&mut market, order_within(&[0, 0])), outcome);
    }
}

#[ink::test]
fn growing_stays_within_what_is_committed_and_shrinking_gives_it_back() {
    let mut market = serving();
    by(&mut market, consumer()).resize(1, COMMITTED, u128::MAX).unwrap();
    let used = |market: &Orchestrator| market.data_unit(1).unwrap().member.unwrap().used;
    assert_eq!(used(&market), COMMITTED);
    market.resize(1, 5, u128::MAX).unwrap();
    assert_eq!((used(&market), market.data_unit(1).unwrap().used), (5, 5));
    let refused = market.resize(1, COMMITTED + 1, u128::MAX);
    assert_eq!(refused, Err(Error::NotEnoughCapacity));
}

#[ink::test]
fn more_of_a_placement_is_refused_once_the_cluster_asks_for_more() {
    let dearer = || {
        let mut market = serving();
        let spec = ClusterSpec { price: CLUSTER_PRICE + 1, ..cluster_spec() };
        by(&mut market, manager()).update_cluster(1, spec).unwrap();
        market
    };
    assert_eq!(by(&mut dearer(), consumer()).extend(1, TERM_MS, u128::MAX), Err(Error::PriceRisen));
    assert_eq!(by(&mut dearer(), consumer()).resize(1, 11, u128::MAX), Err(Error::PriceRisen));
    let mut market = serving();
    by(&mut market, consumer()).extend(1, TERM_MS, 2 * TERM_PRICE).unwrap();
    assert_eq!(placement(&market, 1).escrow, 4 * TERM_PRICE);
    let mut market = serving();
    by(&mut market, provider()).update_unit(1, UnitSpec { price: CLUSTER_PRICE + 1, ..unit_spec() }).unwrap();
    assert_eq!(by(&mut market, consumer()).extend(1, TERM_MS, u128::MAX), Err(Error::BelowUnitPrice));
}

#[ink::test]
fn a_renewal_pays_the_present_price_of_the_cluster_and_the_managers_share_agreed() {
    let mut market = serving();
    by(&mut market, consumer()).set_auto_renew(1, 30 * PRICE).unwrap();
    let spec = ClusterSpec { price: 3 * PRICE, fee_bps: 3_000, ..cluster_spec() };
    by(&mut market, manager()).update_cluster(1, spec.clone()).unwrap();
    assert_eq!(market.funded_until(1), placement(&market, 1).ends_at + 32 * TERM_MS);
    wait(TERM_MS);
    by(&mut market, stranger()).renew(1).unwrap();
    let p = placement(&market, 1);
    assert_eq!((p.price, p.escrow, p.manager_bps, p.state), (3 * PRICE, 30 * PRICE, 1_000, State::Active));
    by(&mut market, manager()).update_cluster(1, ClusterSpec { open: false, ..spec }).unwrap();
    wait(TERM_MS);
    assert_eq!(by(&mut market, stranger()).renew(1), Err(Error::ClusterClosed));
}
