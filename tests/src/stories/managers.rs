//! What a manager does for its cluster, and what it cannot do.

use orchestrator_chain::{runtime::UNIT, Ledger};
use orchestrator_domain::{price_down, price_up, ClusterSpec, Error, Handover, Replica, State};

use super::clusters::{naming, same_data, takers};
use crate::{
    sentences::{node_spec, CLUSTER_PRICE},
    Market,
    Who::*,
    CAPACITY,
};

/// The first placement of a deal fails, the others prove all the time: four beats.
fn first_fails<L: Ledger>(m: &mut Market<L>, placements: &[u64]) {
    m.proven_beat(placements);
    for _ in 0..3 {
        m.proven_beat(&placements[1..]);
    }
    m.settle(placements[0]);
    assert_eq!(m.state(placements[0]), State::Failed);
}

/// The manager moves a lost replica to another member: at the price, the terms and the manager's share that were agreed,
/// whatever the cluster asks now, with the pot for the taker.
pub fn a_failed_member_is_replaced_by_the_manager<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare, Third]);
    let (id, p) = m.cluster_deal(Tenant, c, 2);
    assert_eq!(takers(m, &p), [Provider, Spare]);
    first_fails(m, &p);
    let lost = m.placement(p[0]);
    assert_eq!(m.reservation(id).slots[0].pot, lost.collateral_initial);
    let spec = ClusterSpec { price: 2 * CLUSTER_PRICE, fee_bps: 3_000, ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(c, spec));
    let (before, replica) = (m.account(Tenant), same_data(m, p[0]));
    let new = m.done(Manager, |at| at.replace(id, 0, replica, u128::MAX));
    let (taken, left) = (m.placement(new), lost.ends_at - m.clock().now);
    let worth = price_up(CLUSTER_PRICE, CAPACITY, left).expect("in bounds");
    assert_eq!((m.provider_of(new), taken.state), (Third, State::Accepted));
    assert_eq!((taken.price, taken.manager_bps, taken.term_ms), (lost.price, lost.manager_bps, left));
    assert_eq!((&taken.terms, taken.root, taken.escrow), (&lost.terms, lost.root, worth));
    assert_eq!(taken.bonus, lost.collateral_initial.min(worth));
    assert_eq!(m.available(Tenant), before.available - worth, "paid with what the failure had refunded");
    m.activate(new);
    let third = m.available(Third);
    for _ in 0..6 {
        m.proven_beat(&[new, p[1]]);
    }
    m.settle(new);
    assert_eq!(m.state(new), State::Completed);
    assert_eq!(m.available(Third), third + taken.collateral + taken.bonus, "the bonus needs no distribution");
    let earned = price_down(CLUSTER_PRICE, CAPACITY, left).expect("in bounds");
    assert_eq!(m.placement(new).settled, earned);
}

/// The consumer replaces as well, also with other data and in the order that it likes.
pub fn a_failed_member_is_replaced_by_the_consumer<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare, Third]);
    let (id, p) = m.cluster_deal(Tenant, c, 2);
    first_fails(m, &p);
    let lost = m.placement(p[0]);
    let data = m.data(4_711);
    m.refused(Tenant, Error::SameProvider, |at| at.replace(id, 0, data.on(2), u128::MAX));
    m.refused(Tenant, Error::AboveCeiling, |at| at.replace(id, 0, data.on(3), 1));
    let new = m.done(Tenant, |at| at.replace(id, 0, data.on(3), u128::MAX));
    let taken = m.placement(new);
    assert_eq!((taken.root, taken.price, &taken.terms), (data.root, lost.price, &lost.terms));
    assert_eq!(taken.bonus, lost.collateral_initial.min(taken.escrow));
    m.activate(new);
    m.proven_beat(&[new, p[1]]);
}

/// A member that leaves pays its fee into the pot; the replica moves on, with the pot, and not back to it by choice.
pub fn a_leaving_member_is_replaced<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare]);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    m.proven_beat(&p);
    let fee = m.ask(|at| at.exit_fee(p[0])).expect("there is a placement");
    m.done(Provider, |at| at.withdraw_placement(p[0], fee));
    assert_eq!(m.reservation(id).slots[0].pot, fee);
    let replica = same_data(m, p[0]);
    let new = m.done(Manager, |at| at.replace(id, 0, replica, u128::MAX));
    assert_eq!((m.provider_of(new), m.placement(new).bonus), (Spare, fee));
    m.done(Spare, |at| at.decline(new));
    let replica = same_data(m, new);
    m.refused(Manager, Error::NothingToReplace, |at| at.replace(id, 0, replica.clone(), u128::MAX));
    let new = m.done(Tenant, |at| at.replace(id, 0, replica, u128::MAX));
    assert_eq!((m.provider_of(new), m.placement(new).bonus), (Provider, fee), "the spare has just declined");
}

/// One member's failure costs no other member anything, and what is slashed goes to the repair.
pub fn a_failing_member_costs_no_other_its_collateral<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare, Third]);
    let (id, p) = m.cluster_deal(Tenant, c, 3);
    let honest = [Spare, Third].map(|who| m.account(who));
    first_fails(m, &p);
    assert_eq!([Spare, Third].map(|who| m.account(who)), honest);
    let slots = m.reservation(id).slots;
    assert_eq!(slots[0].pot, m.placement(p[0]).collateral_initial, "slashed value goes to the repair");
    assert_eq!((slots[1].pot, slots[2].pot), (0, 0));
}

/// A manager moves what was lost, and nothing else: no other data, not back to who lost it, nothing that lives, nothing
/// that never began, and no reservation of another cluster.
pub fn a_manager_replaces_within_bounds<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare, Third]);
    let (id, p) = m.cluster_deal(Tenant, c, 2);
    first_fails(m, &p);
    let same = same_data(m, p[0]);
    let live = same_data(m, p[1]);
    m.refused(Manager, Error::NothingToReplace, |at| at.replace(id, 1, live, u128::MAX));
    let none = Replica { unit: 0, root: [0; 32], chunks: 0 };
    for other in [m.data(4_711).on(0), none] {
        m.refused(Manager, Error::BadData, |at| at.replace(id, 0, other, u128::MAX));
    }
    let back = Replica { unit: 1, ..same.clone() };
    m.refused(Manager, Error::SameProvider, |at| at.replace(id, 0, back, u128::MAX));
    m.refused(Manager, Error::AboveCeiling, |at| at.replace(id, 0, same.clone(), 1));
    let spec = m.cluster_spec();
    m.done(Stranger, |at| at.create_cluster(spec));
    m.refused(Stranger, Error::NotConsumer, |at| at.replace(id, 0, same.clone(), u128::MAX));
    m.done(Manager, |at| at.replace(id, 0, same, u128::MAX));

    let order = m.cluster_order(c, 1);
    let (own, q) = m.reserve_as(Tenant, order);
    m.done(Tenant, |at| at.cancel(own, None));
    let replica = same_data(m, q[0]);
    m.refused(Manager, Error::NothingToReplace, |at| at.replace(own, 0, replica.clone(), u128::MAX));
    m.done(Tenant, |at| at.replace(own, 0, replica, u128::MAX));
}

/// Running a cluster is no power over its members' units, its consumers' reservations or another manager's cluster.
pub fn a_manager_acts_on_no_unit_that_is_not_its_own<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider]);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    m.refused(Manager, Error::NotTrusted, |at| at.set_member(c, 2, 1));
    let spec = m.cluster_spec();
    let foreign = m.done(Stranger, |at| at.create_cluster(spec.clone()));
    m.refused(Manager, Error::NotManager, |at| at.set_member(foreign, 2, 1));
    m.refused(Manager, Error::NotManager, |at| at.update_cluster(foreign, spec));
    m.refused(Stranger, Error::OtherCluster, |at| at.set_member(foreign, 1, 1));
    m.refused(Stranger, Error::OtherCluster, |at| at.set_member(foreign, 1, 0));
    let unit = m.unit_spec();
    m.refused(Manager, Error::NotProvider, |at| at.update_unit(1, unit));
    m.refused(Manager, Error::NotProvider, |at| at.retire_unit(1));
    m.refused(Manager, Error::NotProvider, |at| at.update_node(1, node_spec()));
    m.refused(Manager, Error::NotProvider, |at| at.decline(p[0]));
    m.refused(Manager, Error::NotProvider, |at| at.withdraw_placement(p[0], u128::MAX));
    let beat = m.beat_ms;
    m.refused(Manager, Error::NotConsumer, |at| at.cancel(id, None));
    m.refused(Manager, Error::NotConsumer, |at| at.terminate(id, None));
    m.refused(Manager, Error::NotConsumer, |at| at.extend(id, beat, UNIT));
    m.refused(Manager, Error::NotConsumer, |at| at.resize(id, 1, UNIT));
    m.refused(Manager, Error::NotConsumer, |at| at.set_auto_renew(id, UNIT));
    m.refused(Manager, Error::NotConsumer, |at| at.commit_data(p[0], [1; 32], 8));
    m.refused(Manager, Error::NotConsumer, |at| at.offer(Handover::Reservation(id), None));
}

/// Management goes over when the other side takes it: what was earned to the former manager, what comes to the new one,
/// and what is new waits for the members' trust.
pub fn management_is_handed_over_in_two_steps<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider]);
    let (_, p) = m.cluster_deal(Tenant, c, 1);
    m.proven_beat(&p);
    m.settle(p[0]);
    let (earned, what, buyer) = (m.cluster(c).pool.manager, Handover::Cluster(c), m.id(Buyer));
    assert!(earned > 0);
    m.refused(Buyer, Error::NotManager, |at| at.offer(what, Some(buyer)));
    m.refused(Buyer, Error::NotOffered, |at| at.take_over(what));
    m.done(Manager, |at| at.offer(what, Some(buyer)));
    m.done(Manager, |at| at.offer(what, None));
    m.refused(Buyer, Error::NotOffered, |at| at.take_over(what));
    m.done(Manager, |at| at.offer(what, Some(buyer)));
    m.refused(Manager, Error::NotOffered, |at| at.take_over(what));
    let before = m.available(Buyer);
    m.done(Buyer, |at| at.take_over(what));
    assert_eq!((m.available(Manager), m.available(Buyer)), (earned, before));
    assert_eq!((m.cluster(c).manager, m.cluster(c).offered_to), (buyer, None));
    assert_eq!(m.picture().own_clusters[&buyer], [c]);
    assert!(m.picture().own_clusters[&m.id(Manager)].is_empty());

    let spec = m.cluster_spec();
    m.refused(Manager, Error::NotManager, |at| at.update_cluster(c, spec));
    m.refused(Manager, Error::NotManager, |at| at.set_member(c, 1, CAPACITY));
    let order = naming(m, c, 1);
    m.refused(Tenant, Error::NotTrusted, |at| at.reserve(order.clone()));
    m.done(Provider, |at| at.set_trust(buyer, true));
    m.reserve_as(Tenant, order);
    m.proven_beat(&p);
    m.settle(p[0]);
    let more = m.cluster(c).pool.manager;
    m.done(Stranger, |at| at.distribute(c));
    assert_eq!((m.available(Manager), m.available(Buyer)), (earned, before + more));
}

/// A manager is an account and no more: it needs no money here, no registration and no units, and gets its share all the
/// same. Whether somebody's key, several keys or a contract moves it, nothing asks.
pub fn a_manager_needs_nothing_but_an_account<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider]);
    assert_eq!(m.ledger.code_hash(m.id(Manager)).expect("readable"), None);
    assert_eq!((m.account(Manager).available, m.account(Manager).locked), (0, 0));
    let (_, p) = m.cluster_deal(Tenant, c, 1);
    m.proven_beat(&p);
    m.settle(p[0]);
    m.done(Stranger, |at| at.distribute(c));
    let share = m.available(Manager);
    assert!(share > 0);
    m.done(Manager, |at| at.withdraw(share));
}
