//! Trust, clusters, their members and their managers.

use super::market::*;
use crate::events::{ClusterChanged, MemberSet, TrustSet};
use crate::{LastIds, Orchestrator};
use orchestrator_domain::{
    ClusterSpec, Currency, Error, Handover, Kind, List, Member, NodeSpec, NodeState, Order, Pool, SlaTerms,
    State, UnitSpec, MAX_MANAGER_BPS, MAX_MONTHLY_PRICE, MAX_PARAMETER_BYTES,
};

const CLUSTER: Handover = Handover::Cluster(1);

fn member(market: &Orchestrator, unit: u64) -> Option<Member> {
    market.data_unit(unit).unwrap().member
}

fn members(market: &Orchestrator) -> Vec<u64> {
    market.list(List::Members(1), 0, 50).ids
}

#[ink::test]
fn trust_is_between_a_provider_and_a_manager_until_it_ends() {
    let mut market = empty();
    assert!(!market.trusts(provider(), manager()));
    by(&mut market, provider()).set_trust(manager(), true).unwrap();
    let event: TrustSet = last_event();
    assert_eq!((event.provider, event.manager, event.trusts), (provider(), manager(), true));
    assert!(market.trusts(provider(), manager()));
    assert!(!market.trusts(manager(), provider()) && !market.trusts(spare(), manager()));
    market.set_trust(manager(), true).unwrap();
    market.set_trust(manager(), false).unwrap();
    let event: TrustSet = last_event();
    assert!(!event.trusts && !market.trusts(provider(), manager()));
}

#[ink::test]
fn a_cluster_is_created_empty_and_listed_with_its_manager() {
    let mut market = empty();
    assert_eq!(market.cluster(1), None);
    assert_eq!(by(&mut market, manager()).create_cluster(cluster_spec()), Ok(1));
    let event: ClusterChanged = last_event();
    assert_eq!((event.cluster, event.manager, event.offered_to), (1, manager(), None));
    assert_eq!((event.price, event.currency), (CLUSTER_PRICE, Currency::Token));
    assert_eq!((event.fee_bps, event.open), (1_000, true));
    assert_eq!(market.create_cluster(cluster_spec()), Ok(2));
    assert_eq!(by(&mut market, stranger()).create_cluster(cluster_spec()), Ok(3));
    let record = market.cluster(1).unwrap();
    assert_eq!((record.manager, record.spec, record.pool), (manager(), cluster_spec(), Pool::default()));
    assert_eq!((record.members, record.reservations, record.changed_at), (0, 0, 0));
    assert_eq!(market.list(List::Clusters(manager()), 0, 50).ids, [1, 2]);
    assert_eq!(market.list(List::Clusters(stranger()), 0, 50).ids, [3]);
    assert_eq!(market.settings().last_ids, LastIds { cluster: 3, ..LastIds::default() });
}

#[ink::test]
fn a_cluster_keeps_within_its_bounds() {
    let mut market = gathered();
    by(&mut market, manager());
    let good = cluster_spec;
    let refusals = [
        (ClusterSpec { fee_bps: MAX_MANAGER_BPS + 1, ..good() }, Error::FeeTooHigh),
        (ClusterSpec { parameters: vec![0; MAX_PARAMETER_BYTES + 1], ..good() }, Error::TooLong),
        (ClusterSpec { price: MAX_MONTHLY_PRICE + 1, ..good() }, Error::PriceTooHigh),
        (ClusterSpec { terms: SlaTerms { samples: 0, ..terms() }, ..good() }, Error::TermsOutOfBounds),
    ];
    let before = market.cluster(1);
    for (spec, error) in refusals {
        assert_eq!(market.create_cluster(spec.clone()), Err(error));
        assert_eq!(market.update_cluster(1, spec), Err(error));
    }
    assert_eq!(market.cluster(1), before);
    let widest = ClusterSpec {
        fee_bps: MAX_MANAGER_BPS,
        parameters: vec![0; MAX_PARAMETER_BYTES],
        price: MAX_MONTHLY_PRICE,
        ..good()
    };
    market.update_cluster(1, widest.clone()).unwrap();
    market.create_cluster(widest).unwrap();
}

#[ink::test]
fn a_cluster_changes_all_but_its_kind_and_for_new_placements_only() {
    let mut market = entrusted();
    let before = placement(&market, 1);
    let spec = ClusterSpec {
        kind: Kind::Compute,
        price: 7 * PRICE,
        terms: SlaTerms { samples: 3, ..terms() },
        fee_bps: 3_000,
        parameters: vec![9],
        open: false,
        ..cluster_spec()
    };
    by(&mut market, manager()).update_cluster(1, spec.clone()).unwrap();
    let event: ClusterChanged = last_event();
    assert_eq!((event.price, event.fee_bps, event.open), (7 * PRICE, 3_000, false));
    let record = market.cluster(1).unwrap();
    assert_eq!(record.spec, ClusterSpec { kind: Kind::ObjectStore, ..spec });
    assert_eq!((record.changed_at, record.members, record.reservations), (now(), 2, 1));
    assert_eq!(placement(&market, 1), before);
}

#[ink::test]
fn a_cluster_is_changed_by_its_manager_only() {
    let mut market = gathered();
    for caller in [admin(), provider(), stranger()] {
        by(&mut market, caller);
        assert_eq!(market.update_cluster(1, cluster_spec()), Err(Error::NotManager));
        assert_eq!(market.offer(CLUSTER, Some(caller)), Err(Error::NotManager));
    }
    by(&mut market, manager());
    assert_eq!(market.update_cluster(9, cluster_spec()), Err(Error::UnknownCluster));
    assert_eq!(market.offer(Handover::Cluster(9), None), Err(Error::UnknownCluster));
    assert_eq!(market.take_over(Handover::Cluster(9)), Err(Error::UnknownCluster));
    assert_eq!(market.set_member(9, 1, 1), Err(Error::UnknownCluster));
}

#[ink::test]
fn a_member_commits_capacity_out_of_what_is_free() {
    let mut market = furnished();
    by(&mut market, provider()).set_trust(manager(), true).unwrap();
    by(&mut market, manager()).create_cluster(cluster_spec()).unwrap();
    market.set_member(1, 1, 30).unwrap();
    let event: MemberSet = last_event();
    assert_eq!((event.cluster, event.unit, event.provider, event.capacity), (1, 1, provider(), 30));
    assert_eq!(member(&market, 1), Some(Member { cluster: 1, capacity: 30, used: 0, place: 0 }));
    assert_eq!((market.data_unit(1).unwrap().free(), members(&market)), (70, vec![1]));
    market.set_member(1, 1, 100).unwrap();
    assert_eq!(market.data_unit(1).unwrap().free(), 0);
    market.set_member(1, 1, 40).unwrap();
    assert_eq!((market.data_unit(1).unwrap().free(), market.cluster(1).unwrap().members), (60, 1));
    assert_eq!(market.set_member(1, 1, 101), Err(Error::NotEnoughCapacity));
}

#[ink::test]
fn what_direct_placements_hold_is_not_committed() {
    let mut market = accepted();
    by(&mut market, provider()).set_trust(manager(), true).unwrap();
    by(&mut market, manager()).create_cluster(cluster_spec()).unwrap();
    market.set_member(1, 1, 90).unwrap();
    assert_eq!(market.set_member(1, 1, 91), Err(Error::NotEnoughCapacity));
    let direct = by(&mut market, consumer()).reserve(order());
    assert_eq!(direct, Err(Error::NotEnoughCapacity));
}

#[ink::test]
fn joining_is_refused_where_it_cannot_be() {
    let mut market = gathered();
    by(&mut market, manager()).create_cluster(cluster_spec()).unwrap();
    assert_eq!(market.set_member(1, 9, 1), Err(Error::UnknownUnit));
    assert_eq!(market.set_member(2, 1, 1), Err(Error::OtherCluster));
    assert_eq!(market.set_member(2, 1, 0), Err(Error::OtherCluster));
    let other = UnitSpec { kind: Kind::Compute, ..unit_spec() };
    by(&mut market, provider()).register_unit(1, other).unwrap();
    market.register_unit(1, unit_spec()).unwrap();
    by(&mut market, manager());
    assert_eq!(market.set_member(1, 3, 1), Err(Error::OtherKind));
    assert_eq!(market.set_member(1, 4, 0), Err(Error::NotMember));
}

#[ink::test]
fn a_manager_takes_nothing_of_units_that_are_not_its_own_without_trust() {
    let mut market = furnished();
    by(&mut market, manager()).create_cluster(cluster_spec()).unwrap();
    assert_eq!(market.set_member(1, 1, 1), Err(Error::NotTrusted));
    let mut market = gathered();
    by(&mut market, provider()).set_trust(manager(), false).unwrap();
    assert_eq!(by(&mut market, manager()).set_member(1, 1, COMMITTED + 1), Err(Error::NotTrusted));
    market.set_member(1, 1, COMMITTED - 1).unwrap();
    let mut market = gathered();
    by(&mut market, stranger()).create_cluster(cluster_spec()).unwrap();
    assert_eq!(market.set_member(2, 1, 1), Err(Error::OtherCluster));
    for capacity in [0, COMMITTED - 1, COMMITTED, COMMITTED + 1] {
        assert_eq!(market.set_member(1, 1, capacity), Err(Error::NotManager), "{capacity}");
    }
}

#[ink::test]
fn a_manager_acts_on_members_through_its_cluster_alone() {
    let mut market = serving();
    by(&mut market, consumer()).reserve(order_within(&[2])).unwrap();
    by(&mut market, manager());
    assert_eq!(market.update_unit(1, unit_spec()), Err(Error::NotProvider));
    assert_eq!(market.retire_unit(1), Err(Error::NotProvider));
    let offline = NodeSpec { state: NodeState::Offline, ..node_spec() };
    assert_eq!(market.update_node(1, offline), Err(Error::NotProvider));
    assert_eq!(market.register_unit(1, unit_spec()), Err(Error::NotProvider));
    assert_eq!(market.activate(2), Err(Error::NotProvider));
    assert_eq!(market.decline(2), Err(Error::NotProvider));
    assert_eq!(market.withdraw_placement(1, u128::MAX), Err(Error::NotProvider));
    assert_eq!(market.terminate(1, None), Err(Error::NotConsumer));
    assert_eq!(market.set_auto_renew(1, 0), Err(Error::NotConsumer));
}

#[ink::test]
fn a_provider_lowers_what_its_own_unit_has_committed_and_never_raises_it() {
    let mut market = entrusted();
    by(&mut market, provider());
    assert_eq!(market.set_member(1, 1, COMMITTED + 1), Err(Error::NotManager));
    assert_eq!(market.set_member(1, 2, 10), Err(Error::NotManager), "it is another's");
    market.set_member(1, 1, 9).unwrap();
    assert_eq!(member(&market, 1), Some(Member { cluster: 1, capacity: 9, used: 10, place: 0 }));
    assert_eq!(market.set_member(1, 1, 10), Err(Error::NotManager), "not up to what is in use either");
}

#[ink::test]
fn below_what_is_in_use_nothing_new_comes_and_what_is_live_runs_to_its_end() {
    for caller in [provider(), manager()] {
        let mut market = serving();
        by(&mut market, caller).set_member(1, 1, 0).unwrap();
        let event: MemberSet = last_event();
        assert_eq!((event.cluster, event.unit, event.provider, event.capacity), (1, 1, provider(), 0));
        assert_eq!(member(&market, 1), Some(Member { cluster: 1, capacity: 0, used: 10, place: 0 }));
        assert_eq!((market.data_unit(1).unwrap().free(), members(&market)), (90, vec![1, 2]));
        assert_eq!(market.quote(1, 1, TERM_MS, Some(1)), Err(Error::NotEnoughCapacity));
        by(&mut market, consumer()).reserve(order_within(&[0])).unwrap();
        assert_eq!(placement(&market, 2).unit, 2);
        wait(TERM_MS);
        market.settle(1).unwrap();
        let p = placement(&market, 1);
        assert_eq!((p.state, p.settled), (State::Completed, 2 * TERM_PRICE));
        assert_eq!(member(&market, 1), Some(Member { cluster: 1, capacity: 0, used: 0, place: 0 }));
        assert_eq!(by(&mut market, provider()).retire_unit(1), Err(Error::UnitInUse), "still a member");
        by(&mut market, caller).set_member(1, 1, 0).unwrap();
        assert_eq!((member(&market, 1), members(&market)), (None, vec![2]));
        by(&mut market, provider()).retire_unit(1).unwrap();
    }
    let lowered = || {
        let mut market = serving();
        by(&mut market, provider()).set_member(1, 1, 5).unwrap();
        market
    };
    let refused = by(&mut lowered(), consumer()).reserve(Order { capacity: 1, ..order_within(&[1]) });
    assert_eq!(refused, Err(Error::NotEnoughCapacity));
    let refused = by(&mut lowered(), consumer()).resize(1, 11, u128::MAX);
    assert_eq!(refused, Err(Error::NotEnoughCapacity));
    by(&mut lowered(), consumer()).resize(1, 9, u128::MAX).unwrap();
}

#[ink::test]
fn what_was_lowered_below_its_use_is_raised_within_what_the_unit_has() {
    let mut market = serving();
    by(&mut market, manager()).set_member(1, 1, 0).unwrap();
    assert_eq!(market.set_member(1, 1, 101), Err(Error::NotEnoughCapacity));
    for (capacity, free) in [(5, 90), (10, 90), (11, 89), (100, 0)] {
        market.set_member(1, 1, capacity).unwrap();
        assert_eq!(market.data_unit(1).unwrap().free(), free, "{capacity}");
        market.set_member(1, 1, 0).unwrap();
    }
    by(&mut market, provider()).set_trust(manager(), false).unwrap();
    assert_eq!(by(&mut market, manager()).set_member(1, 1, 1), Err(Error::NotTrusted));
}

#[ink::test]
fn the_last_member_takes_the_place_of_one_that_leaves() {
    let mut market = gathered();
    for unit in [3, 4] {
        by(&mut market, provider()).register_unit(1, unit_spec()).unwrap();
        by(&mut market, manager()).set_member(1, unit, 10).unwrap();
    }
    assert_eq!(members(&market), [1, 2, 3, 4]);
    by(&mut market, provider()).set_member(1, 1, 0).unwrap();
    let event: MemberSet = last_event();
    assert_eq!((event.unit, event.capacity), (1, 0));
    assert_eq!((members(&market), member(&market, 1)), (vec![4, 2, 3], None));
    assert_eq!(member(&market, 4).unwrap().place, 0);
    by(&mut market, manager()).set_member(1, 3, 0).unwrap();
    assert_eq!(members(&market), [4, 2]);
    market.set_member(1, 4, 0).unwrap();
    market.set_member(1, 2, 0).unwrap();
    assert_eq!((members(&market), market.cluster(1).unwrap().members), (vec![], 0));
    market.set_member(1, 3, 5).unwrap();
    assert_eq!((members(&market), member(&market, 3).unwrap().place), (vec![3], 0));
}

#[ink::test]
fn a_member_is_not_retired_and_keeps_what_it_committed() {
    let mut market = gathered();
    by(&mut market, provider());
    assert_eq!(market.retire_unit(1), Err(Error::UnitInUse));
    let small = |capacity| UnitSpec { capacity, ..unit_spec() };
    assert_eq!(market.update_unit(1, small(COMMITTED - 1)), Err(Error::CapacityInUse));
    market.update_unit(1, small(COMMITTED)).unwrap();
    market.set_member(1, 1, 0).unwrap();
    market.retire_unit(1).unwrap();
}

#[ink::test]
fn management_moves_in_two_steps() {
    let mut market = gathered();
    by(&mut market, manager()).offer(CLUSTER, Some(stranger())).unwrap();
    let event: ClusterChanged = last_event();
    assert_eq!((event.manager, event.offered_to), (manager(), Some(stranger())));
    for caller in [spare(), manager()] {
        assert_eq!(by(&mut market, caller).take_over(CLUSTER), Err(Error::NotOffered));
    }
    by(&mut market, stranger()).take_over(CLUSTER).unwrap();
    let event: ClusterChanged = last_event();
    assert_eq!((event.cluster, event.manager, event.offered_to), (1, stranger(), None));
    let record = market.cluster(1).unwrap();
    assert_eq!((record.manager, record.offered_to, record.members), (stranger(), None, 2));
    assert_eq!(market.list(List::Clusters(manager()), 0, 50).ids, NONE);
    assert_eq!(market.list(List::Clusters(stranger()), 0, 50).ids, [1]);
    assert_eq!(market.take_over(CLUSTER), Err(Error::NotOffered), "once");
    market.update_cluster(1, cluster_spec()).unwrap();
    assert_eq!(by(&mut market, manager()).update_cluster(1, cluster_spec()), Err(Error::NotManager));
}

#[ink::test]
fn an_offer_of_a_cluster_can_be_taken_back() {
    let mut market = gathered();
    by(&mut market, manager()).offer(CLUSTER, Some(stranger())).unwrap();
    market.offer(CLUSTER, None).unwrap();
    assert_eq!(by(&mut market, stranger()).take_over(CLUSTER), Err(Error::NotOffered));
}

#[ink::test]
fn what_is_offered_of_one_thing_gives_no_right_to_another() {
    let mut market = serving();
    by(&mut market, manager()).create_cluster(cluster_spec()).unwrap();
    market.offer(Handover::Cluster(2), Some(stranger())).unwrap();
    by(&mut market, stranger());
    for what in [Handover::Admin, Handover::Reservation(1), CLUSTER] {
        assert_eq!(market.take_over(what), Err(Error::NotOffered), "{what:?}");
    }
    market.take_over(Handover::Cluster(2)).unwrap();
}

#[ink::test]
fn members_that_do_not_trust_a_new_manager_take_nothing_new() {
    let mut market = serving();
    by(&mut market, manager()).offer(CLUSTER, Some(stranger())).unwrap();
    by(&mut market, stranger()).take_over(CLUSTER).unwrap();
    let refused = by(&mut market, consumer()).reserve(order_within(&[1]));
    assert_eq!(refused, Err(Error::NotTrusted));
    assert_eq!(market.reserve(order_within(&[0])), Err(Error::NoMemberFits));
    assert_eq!(market.extend(1, TERM_MS, u128::MAX), Err(Error::NotTrusted));
    assert_eq!(market.resize(1, 11, u128::MAX), Err(Error::NotTrusted));
    assert_eq!(by(&mut market, stranger()).set_member(1, 1, COMMITTED + 1), Err(Error::NotTrusted));
    by(&mut market, provider()).set_trust(stranger(), true).unwrap();
    by(&mut market, consumer()).reserve(order_within(&[0])).unwrap();
    assert_eq!(placement(&market, 2).provider, provider());
}

#[ink::test]
fn distrust_stops_new_placements_at_once_and_live_ones_run_to_their_end() {
    let mut market = serving();
    by(&mut market, provider()).set_trust(manager(), false).unwrap();
    assert_eq!(by(&mut market, consumer()).reserve(order_within(&[1])), Err(Error::NotTrusted));
    market.set_auto_renew(1, u128::MAX).unwrap();
    wait(TERM_MS);
    assert_eq!(by(&mut market, stranger()).renew(1), Err(Error::NotTrusted));
    market.settle(1).unwrap();
    assert_eq!(placement(&market, 1).settled, 2 * TERM_PRICE);
}
