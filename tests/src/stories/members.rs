//! Which members of a cluster take a replica, and how they come and go.

use orchestrator::Filter;
use orchestrator_chain::{runtime::UNIT, Ledger};
use orchestrator_domain::{ClusterSpec, Error, Kind, NodeSpec, NodeState, Replica, UnitSpec};

use super::clusters::{naming, same_data, takers};
use crate::{
    sentences::{node_spec, CLUSTER_PRICE, COMMITTED},
    Market,
    Who::*,
    CAPACITY,
};

/// Each replica goes to the member whose turn it is, and never two of a reservation to one provider.
pub fn members_take_turns_and_no_provider_holds_two_replicas<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare, Third]);
    let spec = m.unit_spec();
    let second = m.done(Provider, |at| at.register_unit(1, spec));
    m.done(Manager, |at| at.set_member(c, second, COMMITTED));
    for expected in [&[Provider, Spare][..], &[Third, Provider], &[Provider, Spare], &[Third], &[Provider]] {
        let order = m.cluster_order(c, expected.len());
        let (_, p) = m.reserve_as(Tenant, order);
        assert_eq!(takers(m, &p), expected);
    }
    let order = m.cluster_order(c, 3);
    let (_, p) = m.reserve_as(Tenant, order);
    assert_eq!(takers(m, &p), [Provider, Spare, Third]);
    let order = m.cluster_order(c, 4);
    m.refused(Tenant, Error::NoMemberFits, |at| at.reserve(order));
    let mut order = m.cluster_order(c, 2);
    (order.replicas[0].unit, order.replicas[1].unit) = (1, second);
    m.refused(Tenant, Error::SameProvider, |at| at.reserve(order));
}

/// Two replicas with one provider are for those who ask for it.
pub fn replicas_are_together_for_who_asks<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider]);
    let mut order = m.cluster_order(c, 3);
    m.refused(Tenant, Error::NoMemberFits, |at| at.reserve(order.clone()));
    order.choice.as_mut().expect("in a cluster").together = true;
    let (_, p) = m.reserve_as(Tenant, order.clone());
    assert_eq!(takers(m, &p), [Provider; 3]);
    for replica in &mut order.replicas {
        replica.unit = 1;
    }
    let (_, p) = m.reserve_as(Tenant, order);
    assert_eq!(takers(m, &p), [Provider; 3]);
    assert_eq!(m.picture().units[&1].used, 6 * CAPACITY);
}

/// The region of an order binds: it chooses members, refuses those that are named, and holds for replacements.
pub fn a_region_binds<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare]);
    for who in [Third, Fourth] {
        m.deposit(who, 100 * UNIT);
        m.done(who, |at| at.set_provider(Vec::new(), None));
        let node = m.done(who, |at| at.register_node(NodeSpec { region: 250, ..node_spec() }));
        let spec = m.unit_spec();
        m.done(who, |at| at.register_unit(node, spec));
    }
    let french = m.cluster_set_up(&[Third, Fourth]);
    let units = [Third, Fourth].map(|who| m.unit_of(who).expect("a unit"));
    for unit in units {
        m.refused(Manager, Error::OtherCluster, |at| at.set_member(c, unit, 1));
        m.done(Manager, |at| at.set_member(french, unit, 0));
        m.done(Manager, |at| at.set_member(c, unit, COMMITTED));
    }
    let mut order = m.cluster_order(c, 1);
    order.choice.as_mut().expect("in a cluster").region = Some(250);
    let (id, p) = m.reserve_as(Tenant, order.clone());
    assert_eq!(takers(m, &p), [Third]);
    order.replicas[0].unit = 1;
    m.refused(Tenant, Error::OtherRegion, |at| at.reserve(order));
    m.done(Third, |at| at.decline(p[0]));
    let named = Replica { unit: 1, ..same_data(m, p[0]) };
    m.refused(Tenant, Error::OtherRegion, |at| at.replace(id, 0, named, u128::MAX));
    let replica = same_data(m, p[0]);
    let next = m.done(Tenant, |at| at.replace(id, 0, replica, u128::MAX));
    assert_eq!(m.provider_of(next), Fourth);
    m.done(Fourth, |at| at.decline(next));
    m.done(Manager, |at| at.set_member(c, units[0], 0));
    m.done(Manager, |at| at.set_member(c, units[1], 0));
    let replica = same_data(m, next);
    m.refused(Tenant, Error::NoMemberFits, |at| at.replace(id, 0, replica, u128::MAX));
}

/// Of two members the spare is chosen, whoever's turn it is; the provider's unit is refused by name, with its own error.
fn passed_over<L: Ledger>(m: &mut Market<L>, cluster: u64, error: Error) {
    for _ in 0..2 {
        let order = m.cluster_order(cluster, 1);
        let (id, p) = m.reserve_as(Tenant, order);
        assert_eq!(takers(m, &p), [Spare], "{error:?}");
        m.done(Tenant, |at| at.cancel(id, None));
    }
    let order = naming(m, cluster, 1);
    m.refused(Tenant, error, |at| at.reserve(order));
    if error != Error::ProviderShort {
        assert_eq!(found(m, cluster), [2], "{error:?}");
    }
}

/// The data units of a cluster that a search shows for a standard order.
pub(super) fn found<L: Ledger>(m: &Market<L>, cluster: u64) -> Vec<u64> {
    let filter = Filter {
        kind: None,
        region: None,
        capacity: CAPACITY,
        max_price: 0,
        term_ms: m.term(),
        cluster: Some(cluster),
        min_score: 0,
    };
    m.ask(|at| at.find_data_units(filter, 0, 50)).units.iter().map(|x| x.id).collect()
}

/// A member that does not fit is passed over where the contract chooses, and refused with its own error where it is named.
pub fn a_member_that_does_not_fit_is_passed_over<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare]);
    let manager = m.id(Manager);
    assert_eq!(found(m, c), [1, 2]);

    m.done(Manager, |at| at.set_member(c, 1, CAPACITY - 1));
    passed_over(m, c, Error::NotEnoughCapacity);
    m.done(Manager, |at| at.set_member(c, 1, COMMITTED));

    let all = m.available(Provider);
    m.done(Provider, |at| at.withdraw(all));
    passed_over(m, c, Error::ProviderShort);
    m.deposit(Provider, all);

    m.done(Provider, |at| at.set_trust(manager, false));
    passed_over(m, c, Error::NotTrusted);
    m.done(Provider, |at| at.set_trust(manager, true));

    for state in [NodeState::Draining, NodeState::Offline] {
        m.done(Provider, |at| at.update_node(1, NodeSpec { state, ..node_spec() }));
        passed_over(m, c, Error::NodeNotOnline);
    }
    m.done(Provider, |at| at.update_node(1, node_spec()));

    let good = m.unit_spec();
    m.done(Provider, |at| at.update_unit(1, good.clone()));
    passed_over(m, c, Error::UnitChanged);
    let mut terms = good.terms.clone();
    terms.samples = 1;
    for (spec, error) in [
        (UnitSpec { open: false, ..good.clone() }, Error::UnitClosed),
        (UnitSpec { price: CLUSTER_PRICE + 1, ..good.clone() }, Error::BelowUnitPrice),
        (UnitSpec { terms, ..good.clone() }, Error::TermsDiffer),
        (UnitSpec { min_term_ms: m.term() + 1, ..good.clone() }, Error::TermOutOfBounds),
    ] {
        m.done(Provider, |at| at.update_unit(1, spec));
        m.beats(1);
        passed_over(m, c, error);
    }
    m.done(Provider, |at| at.update_unit(1, UnitSpec { price: CLUSTER_PRICE, ..good }));
    m.beats(1);
    let order = naming(m, c, 1);
    m.reserve_as(Tenant, order);
}

/// Without members, or with none that has room, nobody takes a replica; and at most forty are looked at.
pub fn no_member_fits_where_none_is_left<L: Ledger>(m: &mut Market<L>) {
    let empty = m.cluster_set_up(&[]);
    let order = m.cluster_order(empty, 1);
    m.refused(Tenant, Error::NoMemberFits, |at| at.reserve(order));
    let order = naming(m, empty, 1);
    m.refused(Tenant, Error::NotMember, |at| at.reserve(order));

    let c = m.cluster_set_up(&[Provider]);
    let mut order = naming(m, c, 1);
    order.capacity = COMMITTED;
    m.reserve_as(Tenant, order);
    let order = m.cluster_order(c, 1);
    m.refused(Tenant, Error::NoMemberFits, |at| at.reserve(order));

    let spec = m.unit_spec();
    for _ in 1..40 {
        let unit = m.done(Provider, |at| at.register_unit(1, spec.clone()));
        m.done(Manager, |at| at.set_member(c, unit, 1));
    }
    let last = m.done(Provider, |at| at.register_unit(1, spec));
    m.done(Manager, |at| at.set_member(c, last, COMMITTED));
    assert_eq!(m.cluster(c).members, 41);
    let order = m.cluster_order(c, 1);
    m.refused(Tenant, Error::NoMemberFits, |at| at.reserve(order));
    let order = naming(m, c, last);
    m.reserve_as(Tenant, order);
    m.done(Manager, |at| at.set_member(c, 3, 0));
    let order = m.cluster_order(c, 1);
    let (_, p) = m.reserve_as(Tenant, order);
    assert_eq!(m.placement(p[0]).unit, last, "it is among the first forty now");
}

/// Manager and provider give back what placements do not use; taking more is for the manager alone.
pub fn a_member_gives_capacity_back<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider]);
    let (id, _) = m.cluster_deal(Tenant, c, 1);
    m.refused(Provider, Error::NotManager, |at| at.set_member(c, 1, COMMITTED + 1));
    m.refused(Manager, Error::NotEnoughCapacity, |at| at.set_member(c, 1, 101));
    for who in [Stranger, Spare] {
        m.refused(who, Error::NotManager, |at| at.set_member(c, 1, CAPACITY));
    }
    let small = UnitSpec { capacity: COMMITTED - 1, ..m.unit_spec() };
    m.refused(Provider, Error::CapacityInUse, |at| at.update_unit(1, small));
    m.done(Provider, |at| at.set_member(c, 1, CAPACITY));
    assert_eq!(m.picture().units[&1].free(), 100 - CAPACITY);
    for who in [Provider, Manager] {
        m.done(who, |at| at.set_member(c, 1, CAPACITY - 1));
        m.done(who, |at| at.set_member(c, 1, 0));
        assert_eq!((m.picture().units[&1].free(), m.cluster(c).members), (100 - CAPACITY, 1), "in use still");
    }
    m.done(Manager, |at| at.set_member(c, 1, CAPACITY + 1));
    assert_eq!(m.picture().units[&1].free(), 100 - CAPACITY - 1);
    m.done(Tenant, |at| at.terminate(id, None));
    m.beats(1);
    m.done(Stranger, |at| at.settle_many(vec![1]));
    m.refused(Provider, Error::UnitInUse, |at| at.retire_unit(1));
    m.done(Provider, |at| at.set_member(c, 1, 0));
    m.refused(Manager, Error::NotMember, |at| at.set_member(c, 1, 0));
    assert_eq!((m.picture().units[&1].free(), m.cluster(c).members), (100, 0));
    m.done(Provider, |at| at.retire_unit(1));
}

/// Capacity that is committed is kept for the cluster; what is not is for everybody else.
pub fn committed_capacity_is_for_the_cluster_alone<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider]);
    let mut order = m.order(&[1]);
    order.capacity = 100 - COMMITTED;
    let (_, p) = m.reserve_as(Consumer, order);
    m.accept(p[0]);
    let order = m.order(&[1]);
    m.refused(Consumer, Error::NotEnoughCapacity, |at| at.reserve(order));
    let mut order = m.cluster_order(c, 1);
    order.capacity = COMMITTED;
    m.reserve_as(Tenant, order);
    assert_eq!((m.picture().units[&1].free(), m.picture().units[&1].used), (0, 100));
}

/// The list of members stays dense: the last one takes the place of one that leaves, and another can come.
pub fn the_last_member_takes_the_place_of_one_that_leaves<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare, Third]);
    let members = |m: &Market<L>| {
        let list = m.picture().members[&c].clone();
        for (place, unit) in (0..).zip(&list) {
            let member = m.picture().units[unit].member.clone().expect("a member");
            assert_eq!((member.cluster, member.place), (c, place));
        }
        assert_eq!(m.cluster(c).members as usize, list.len());
        list
    };
    assert_eq!(members(m), [1, 2, 3]);
    m.done(Manager, |at| at.set_member(c, 1, 0));
    assert_eq!(members(m), [3, 2]);
    m.done(Manager, |at| at.set_member(c, 2, 0));
    assert_eq!(members(m), [3]);
    m.done(Third, |at| at.set_member(c, 3, 0));
    assert!(members(m).is_empty());
    for unit in [2, 1, 3] {
        m.done(Manager, |at| at.set_member(c, unit, COMMITTED));
    }
    assert_eq!(members(m), [2, 1, 3]);
    let order = m.cluster_order(c, 3);
    let (_, p) = m.reserve_as(Tenant, order);
    assert_eq!(takers(m, &p), [Spare, Provider, Third], "everybody has a turn");
}

/// What is not a member's kind is no member.
pub fn a_cluster_has_one_kind<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[]);
    let manager = m.id(Manager);
    m.done(Provider, |at| at.set_trust(manager, true));
    let compute = UnitSpec { kind: Kind::Compute, ..m.unit_spec() };
    let unit = m.done(Provider, |at| at.register_unit(1, compute));
    m.refused(Manager, Error::OtherKind, |at| at.set_member(c, unit, 1));
    let spec = ClusterSpec { kind: Kind::Compute, ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(c, spec));
    m.refused(Manager, Error::OtherKind, |at| at.set_member(c, unit, 1));
    m.done(Manager, |at| at.set_member(c, 1, 1));
}
