//! Situations in which messages are refused: clusters, their members and what consumers choose of them.

use orchestrator_chain::Embedded;
use orchestrator_domain::{
    Choice, ClusterSpec, Error, Handover, Kind, NodeSpec, Order, Replica, UnitSpec, MAX_MANAGER_BPS,
    UNIT_REST_MS,
};
use orchestrator_scenarios::{Market, Who::*, CLUSTER_PRICE, COMMITTED};

use crate::every;

/// An order of one replica on a member that it names.
fn named(m: &mut Market<Embedded>, cluster: u64, unit: u64) -> Order {
    let mut order = m.cluster_order(cluster, 1);
    order.replicas[0].unit = unit;
    order
}

/// An active placement of the tenant on unit 1, set to renew, and a reservation whose slot is free.
fn placed(m: &mut Market<Embedded>, cluster: u64) -> (u64, u64, u64) {
    let order = named(m, cluster, 1);
    let (id, active) = m.reserve_as(Tenant, order.clone());
    m.activate(active[0]);
    m.done(Tenant, |at| at.set_auto_renew(id, u128::MAX));
    let (empty, _) = m.reserve_as(Tenant, order);
    m.done(Tenant, |at| at.cancel(empty, None));
    (id, active[0], empty)
}

#[test]
fn only_the_manager_runs_its_cluster() {
    every(Error::NotManager, &["update_cluster", "set_member", "offer"], |m| {
        let cluster = m.cluster_set_up(&[Provider]);
        let (spec, me, error) = (m.cluster_spec(), m.id(Stranger), Error::NotManager);
        for who in [Stranger, Provider, Spare, Consumer, Admin] {
            m.refused(who, error, |at| at.update_cluster(cluster, spec.clone()));
            m.refused(who, error, |at| at.offer(Handover::Cluster(cluster), Some(me)));
            m.refused(who, error, |at| at.set_member(cluster, 1, COMMITTED + 1));
            m.refused(who, error, |at| at.set_member(cluster, 2, 1));
        }
        for who in [Stranger, Spare, Admin] {
            m.refused(who, error, |at| at.set_member(cluster, 1, COMMITTED - 1));
            m.refused(who, error, |at| at.set_member(cluster, 1, 0));
        }
        m.done(Provider, |at| at.set_member(cluster, 1, 0));
    });
}

#[test]
fn a_cluster_must_exist() {
    let messages =
        ["update_cluster", "set_member", "distribute", "claim", "quote", "reserve", "offer", "take_over"];
    every(Error::UnknownCluster, &messages, |m| {
        let cluster = m.cluster_set_up(&[Provider]);
        let (spec, provider, term) = (m.cluster_spec(), m.id(Provider), m.term());
        let error = Error::UnknownCluster;
        for id in [0, cluster + 1, u64::MAX] {
            m.refused(Manager, error, |at| at.update_cluster(id, spec.clone()));
            m.refused(Manager, error, |at| at.set_member(id, 1, 1));
            m.refused(Manager, error, |at| at.distribute(id));
            m.refused(Manager, error, |at| at.claim(id, provider));
            m.refused(Manager, error, |at| at.quote(1, 1, term, Some(id)));
            m.refused(Manager, error, |at| at.offer(Handover::Cluster(id), None));
            m.refused(Manager, error, |at| at.take_over(Handover::Cluster(id)));
            let order = m.cluster_order(id, 1);
            m.refused(Tenant, error, |at| at.reserve(order));
        }
    });
}

#[test]
fn a_closed_cluster_takes_nothing_new() {
    let messages = ["quote", "reserve", "replace", "extend", "resize", "renew"];
    every(Error::ClusterClosed, &messages, |m| {
        let cluster = m.cluster_set_up(&[Provider, Spare]);
        let (id, active, empty) = placed(m, cluster);
        let (order, term, error) = (named(m, cluster, 1), m.term(), Error::ClusterClosed);
        let data = m.data(5);
        let spec = ClusterSpec { open: false, ..m.cluster_spec() };
        m.done(Manager, |at| at.update_cluster(cluster, spec));
        m.advance(UNIT_REST_MS);
        m.refused(Tenant, error, |at| at.quote(1, 1, term, Some(cluster)));
        m.refused(Tenant, error, |at| at.reserve(order));
        let anywhere = m.cluster_order(cluster, 1);
        m.refused(Tenant, error, |at| at.reserve(anywhere));
        m.refused(Tenant, error, |at| at.replace(empty, 0, data.on(1), u128::MAX));
        m.refused(Tenant, error, |at| at.extend(id, 1, u128::MAX));
        m.refused(Tenant, error, |at| at.resize(id, 9, u128::MAX));
        m.advance(term);
        m.refused(Stranger, error, |at| at.renew(active));
    });
}

#[test]
fn a_manager_without_trust_takes_nothing_new() {
    let messages = ["set_member", "quote", "reserve", "replace", "extend", "resize", "renew"];
    every(Error::NotTrusted, &messages, |m| {
        let cluster = m.cluster_set_up(&[Provider]);
        let (id, active, empty) = placed(m, cluster);
        let (order, term, data) = (named(m, cluster, 1), m.term(), m.data(5));
        let (manager, error) = (m.id(Manager), Error::NotTrusted);
        m.refused(Manager, error, |at| at.set_member(cluster, 2, 1));
        m.done(Provider, |at| at.set_trust(manager, false));
        m.refused(Manager, error, |at| at.set_member(cluster, 1, COMMITTED + 1));
        m.refused(Tenant, error, |at| at.quote(1, 1, term, Some(cluster)));
        m.refused(Tenant, error, |at| at.reserve(order));
        m.refused(Tenant, error, |at| at.replace(empty, 0, data.on(1), u128::MAX));
        m.refused(Tenant, error, |at| at.extend(id, 1, u128::MAX));
        m.refused(Tenant, error, |at| at.resize(id, 9, u128::MAX));
        m.advance(term);
        m.refused(Stranger, error, |at| at.renew(active));
    });
}

#[test]
fn only_a_member_serves_a_cluster() {
    every(Error::NotMember, &["set_member", "quote", "reserve", "replace"], |m| {
        let cluster = m.cluster_set_up(&[Provider]);
        let other = m.cluster_set_up(&[Third]);
        let (_, _, empty) = placed(m, cluster);
        let elsewhere = m.unit_of(Third).expect("it has one");
        let (term, data, error) = (m.term(), m.data(5), Error::NotMember);
        for who in [Manager, Spare, Stranger] {
            m.refused(who, error, |at| at.set_member(other, 2, 0));
        }
        for unit in [2, elsewhere] {
            let order = named(m, cluster, unit);
            m.refused(Tenant, error, |at| at.quote(unit, 1, term, Some(cluster)));
            m.refused(Tenant, error, |at| at.reserve(order));
            m.refused(Tenant, error, |at| at.replace(empty, 0, data.on(unit), u128::MAX));
        }
    });
}

#[test]
fn a_unit_is_in_one_cluster() {
    every(Error::OtherCluster, &["set_member"], |m| {
        m.cluster_set_up(&[Provider]);
        let other = m.cluster_set_up(&[]);
        for capacity in [0, 1, u64::MAX] {
            m.refused(Manager, Error::OtherCluster, |at| at.set_member(other, 1, capacity));
        }
    });
}

#[test]
fn a_cluster_has_one_kind() {
    every(Error::OtherKind, &["set_member"], |m| {
        m.cluster_set_up(&[Provider]);
        let spec = ClusterSpec { kind: Kind::Compute, ..m.cluster_spec() };
        let cluster = m.done(Manager, |at| at.create_cluster(spec));
        m.refused(Manager, Error::OtherKind, |at| at.set_member(cluster, 2, 1));
    });
}

#[test]
fn a_member_has_the_terms_of_the_cluster() {
    every(Error::TermsDiffer, &["quote", "reserve", "replace"], |m| {
        let cluster = m.cluster_set_up(&[Provider]);
        let (_, _, empty) = placed(m, cluster);
        let (order, term, data) = (named(m, cluster, 1), m.term(), m.data(5));
        let (mut spec, error) = (m.unit_spec(), Error::TermsDiffer);
        spec.terms.latency_ms -= 1;
        m.done(Provider, |at| at.update_unit(1, spec));
        m.advance(UNIT_REST_MS);
        m.refused(Tenant, error, |at| at.quote(1, 1, term, Some(cluster)));
        m.refused(Tenant, error, |at| at.reserve(order));
        m.refused(Tenant, error, |at| at.replace(empty, 0, data.on(1), u128::MAX));
    });
}

#[test]
fn no_member_works_below_its_own_price() {
    let messages = ["quote", "reserve", "replace", "extend", "resize", "renew"];
    every(Error::BelowUnitPrice, &messages, |m| {
        let cluster = m.cluster_set_up(&[Provider]);
        let (id, active, empty) = placed(m, cluster);
        let (order, term, data) = (named(m, cluster, 1), m.term(), m.data(5));
        let (spec, error) = (m.unit_spec(), Error::BelowUnitPrice);
        m.done(Provider, |at| at.update_unit(1, UnitSpec { price: CLUSTER_PRICE + 1, ..spec }));
        m.advance(UNIT_REST_MS);
        m.refused(Tenant, error, |at| at.quote(1, 1, term, Some(cluster)));
        m.refused(Tenant, error, |at| at.reserve(order));
        m.refused(Tenant, error, |at| at.replace(empty, 0, data.on(1), u128::MAX));
        m.refused(Tenant, error, |at| at.extend(id, 1, u128::MAX));
        m.refused(Tenant, error, |at| at.resize(id, 9, u128::MAX));
        m.advance(term);
        m.refused(Stranger, error, |at| at.renew(active));
    });
}

#[test]
fn a_choice_of_region_binds() {
    every(Error::OtherRegion, &["reserve", "replace"], |m| {
        let cluster = m.cluster_set_up(&[Provider, Spare]);
        let node = NodeSpec { region: 40, ..m.picture().nodes[&1].spec.clone() };
        let (spec, data) = (m.unit_spec(), m.data(5));
        let node = m.done(Provider, |at| at.register_node(node));
        let unit = m.done(Provider, |at| at.register_unit(node, spec));
        m.done(Manager, |at| at.set_member(cluster, unit, COMMITTED));
        let mut order = named(m, cluster, 1);
        order.choice = Some(Choice { cluster, region: Some(276), together: false });
        let (empty, _) = m.reserve_as(Tenant, order.clone());
        m.done(Tenant, |at| at.cancel(empty, None));
        m.refused(Tenant, Error::OtherRegion, |at| at.replace(empty, 0, data.on(unit), u128::MAX));
        order.choice = Some(Choice { cluster, region: Some(40), together: false });
        m.refused(Tenant, Error::OtherRegion, |at| at.reserve(order.clone()));
        order.replicas[0].unit = unit;
        m.done(Tenant, |at| at.reserve(order));
    });
}

#[test]
fn a_choice_of_different_providers_binds() {
    every(Error::SameProvider, &["reserve", "replace"], |m| {
        let cluster = m.cluster_set_up(&[Provider, Spare]);
        let mut order = m.cluster_order(cluster, 2);
        order.replicas[0].unit = 1;
        order.replicas[1].unit = 1;
        m.refused(Tenant, Error::SameProvider, |at| at.reserve(order.clone()));
        order.replicas[1].unit = 2;
        let (id, _) = m.reserve_as(Tenant, order.clone());
        m.done(Tenant, |at| at.cancel(id, Some(1)));
        let data = m.data(5);
        m.refused(Tenant, Error::SameProvider, |at| at.replace(id, 1, data.on(1), u128::MAX));
        m.done(Tenant, |at| at.replace(id, 1, data.on(2), u128::MAX));
        let (other, active, _) = placed(m, cluster);
        m.done(Provider, |at| at.withdraw_placement(active, u128::MAX));
        let same = m.same_data(active, 1);
        m.refused(Manager, Error::SameProvider, |at| at.replace(other, 0, same, u128::MAX));
        order.replicas[1].unit = 1;
        order.choice = Some(Choice { cluster, region: None, together: true });
        m.done(Tenant, |at| at.reserve(order));
    });
}

#[test]
fn a_choice_needs_members_that_fit() {
    every(Error::NoMemberFits, &["reserve", "replace"], |m| {
        let cluster = m.cluster_set_up(&[Provider]);
        let (_, _, empty) = placed(m, cluster);
        let (pair, data) = (m.cluster_order(cluster, 2), m.data(5));
        m.refused(Tenant, Error::NoMemberFits, |at| at.reserve(pair));
        let large = Order { capacity: COMMITTED, ..m.cluster_order(cluster, 1) };
        m.refused(Tenant, Error::NoMemberFits, |at| at.reserve(large));
        m.refused(Tenant, Error::NoMemberFits, |at| at.replace(empty, 0, data.on(0), u128::MAX));
        let lonely = m.cluster_set_up(&[]);
        let order = m.cluster_order(lonely, 1);
        m.refused(Tenant, Error::NoMemberFits, |at| at.reserve(order));
    });
}

#[test]
fn a_fee_of_a_manager_has_a_bound() {
    every(Error::FeeTooHigh, &["create_cluster", "update_cluster"], |m| {
        let cluster = m.cluster_set_up(&[]);
        for fee_bps in [MAX_MANAGER_BPS + 1, u16::MAX] {
            let spec = ClusterSpec { fee_bps, ..m.cluster_spec() };
            m.refused(Manager, Error::FeeTooHigh, |at| at.create_cluster(spec.clone()));
            m.refused(Manager, Error::FeeTooHigh, |at| at.update_cluster(cluster, spec));
        }
        let most = ClusterSpec { fee_bps: MAX_MANAGER_BPS, ..m.cluster_spec() };
        m.done(Manager, |at| at.update_cluster(cluster, most));
    });
}

#[test]
fn what_never_began_its_manager_leaves_alone() {
    every(Error::NothingToReplace, &["replace"], |m| {
        let cluster = m.cluster_set_up(&[Provider, Spare]);
        let (id, active, empty) = placed(m, cluster);
        let same = m.same_data(active, 0);
        m.refused(Manager, Error::NothingToReplace, |at| at.replace(empty, 0, same.clone(), u128::MAX));
        m.refused(Manager, Error::NothingToReplace, |at| at.replace(id, 0, same, u128::MAX));
    });
}

#[test]
fn a_manager_replaces_the_same_data() {
    every(Error::BadData, &["replace"], |m| {
        let cluster = m.cluster_set_up(&[Provider, Spare]);
        let (id, active, _) = placed(m, cluster);
        m.done(Provider, |at| at.withdraw_placement(active, u128::MAX));
        let (same, other) = (m.same_data(active, 0), m.data(5));
        let none = Replica { unit: 0, root: [0; 32], chunks: 0 };
        m.refused(Manager, Error::BadData, |at| at.replace(id, 0, other.on(0), u128::MAX));
        m.refused(Manager, Error::BadData, |at| at.replace(id, 0, none, u128::MAX));
        m.done(Manager, |at| at.replace(id, 0, same, u128::MAX));
    });
}

#[test]
fn a_manager_spends_no_more_than_was_left() {
    every(Error::AboveCeiling, &["replace"], |m| {
        let cluster = m.cluster_set_up(&[Provider, Spare, Third]);
        let (id, p) = m.cluster_deal(Tenant, cluster, 2);
        m.done(Provider, |at| at.withdraw_placement(p[0], u128::MAX));
        m.done(Tenant, |at| at.resize(id, 9, u128::MAX));
        let same = m.same_data(p[0], 0);
        m.refused(Manager, Error::AboveCeiling, |at| at.replace(id, 0, same.clone(), u128::MAX));
        m.done(Tenant, |at| at.replace(id, 0, same, u128::MAX));
    });
}
