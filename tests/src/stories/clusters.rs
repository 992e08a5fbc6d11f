//! Capacity of several providers, reserved as one service.

use orchestrator_chain::{runtime::UNIT, Ledger};
use orchestrator_domain::{
    price_down, price_up, ClusterSpec, Error, Handover, Order, Replica, State, DAY_MS,
};

use super::members::found;
use crate::{
    sentences::{CLUSTER_PRICE, COMMITTED},
    Market, Who,
    Who::*,
    CAPACITY,
};

/// An order of one replica that names its data unit.
pub(super) fn naming<L: Ledger>(m: &mut Market<L>, cluster: u64, unit: u64) -> Order {
    let mut order = m.cluster_order(cluster, 1);
    order.replicas[0].unit = unit;
    order
}

/// Who took these placements.
pub(super) fn takers<L: Ledger>(m: &Market<L>, placements: &[u64]) -> Vec<Who> {
    placements.iter().map(|x| m.provider_of(*x)).collect()
}

/// The data of a placement, wherever it is chosen to go.
pub(super) fn same_data<L: Ledger>(m: &Market<L>, placement: u64) -> Replica {
    let p = m.placement(placement);
    Replica { unit: 0, root: p.root, chunks: p.chunks }
}

/// Reserved by number of replicas, accepted by trust, proven, paid to the last plank, closed.
pub fn a_cluster_serves_a_reservation_from_reserve_to_close<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare, Third]);
    let before = m.available(Tenant);
    let order = m.cluster_order(c, 2);
    let (id, p) = m.reserve_as(Tenant, order);
    let price = price_up(CLUSTER_PRICE, CAPACITY, m.term()).expect("in bounds");
    assert_eq!(m.account(Tenant).locked, 2 * price);
    for x in &p {
        let x = m.placement(*x);
        assert_eq!((x.state, x.price, x.manager_bps), (State::Accepted, CLUSTER_PRICE, 1_000));
        assert_eq!(x.collateral, price.div_ceil(2));
    }
    m.refused(Provider, Error::WrongState, |at| at.accept(p[0]));
    for unit in [1, 2] {
        let unit = m.picture().units[&unit].clone();
        let member = unit.member.clone().expect("a member");
        assert_eq!((unit.used, member.used, unit.free()), (CAPACITY, CAPACITY, 100 - COMMITTED));
    }
    for x in &p {
        m.activate(*x);
    }
    for _ in 0..10 {
        m.proven_beat(&p);
    }
    let earned = price_down(CLUSTER_PRICE, CAPACITY, m.term()).expect("in bounds");
    for x in &p {
        m.settle(*x);
        assert_eq!((m.state(*x), m.placement(*x).settled), (State::Completed, earned));
    }
    assert_eq!(m.picture().cluster_reservations[&c], [id]);
    m.done(Tenant, |at| at.close(id));
    assert!(m.picture().cluster_reservations[&c].is_empty());
    assert_eq!((m.available(Tenant), m.account(Tenant).locked), (before - 2 * earned, 0));
    assert!(m.picture().units.values().all(|x| x.used == 0));
    assert!(m.picture().units.values().filter_map(|x| x.member.as_ref()).all(|x| x.used == 0));
}

/// A closed cluster takes no new business; what lives in it goes on.
pub fn a_closed_cluster_takes_nothing_new<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider]);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    m.done(Tenant, |at| at.set_auto_renew(id, UNIT));
    let spec = ClusterSpec { open: false, ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(c, spec));
    let order = naming(m, c, 1);
    m.refused(Tenant, Error::UnitChanged, |at| at.reserve(order));
    m.beats(1);
    let order = naming(m, c, 1);
    m.refused(Tenant, Error::ClusterClosed, |at| at.reserve(order));
    let beat = m.beat_ms;
    m.refused(Tenant, Error::ClusterClosed, |at| at.extend(id, beat, UNIT));
    m.refused(Tenant, Error::ClusterClosed, |at| at.resize(id, 2 * CAPACITY, UNIT));
    assert!(found(m, c).is_empty());
    for _ in 1..10 {
        m.proven_beat(&p);
    }
    m.refused(Reporter, Error::ClusterClosed, |at| at.renew(p[0]));
    m.advance(3 * DAY_MS);
    m.settle(p[0]);
    let earned = price_down(CLUSTER_PRICE, CAPACITY, m.term()).expect("in bounds");
    assert_eq!((m.state(p[0]), m.placement(p[0]).settled), (State::Completed, earned));
    let spec = m.cluster_spec();
    m.refused(Buyer, Error::NotManager, |at| at.update_cluster(c, spec));
}

/// Capacity first, data later: nothing is asked until there is data, and all the time is paid.
pub fn a_cluster_keeps_capacity_before_there_is_data<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare]);
    let mut order = m.cluster_order(c, 2);
    for replica in &mut order.replicas {
        (replica.root, replica.chunks) = ([0; 32], 0);
    }
    let (_, p) = m.reserve_as(Tenant, order);
    for x in &p {
        m.activate(*x);
    }
    m.silent_beat();
    for (number, x) in (70..).zip(&p) {
        let (data, provider) = (m.data(number), m.provider_of(*x));
        m.done(Tenant, |at| at.commit_data(*x, data.root, data.chunks));
        m.done(provider, |at| at.accept_data(*x, data.root, data.chunks));
    }
    m.proven_beat(&p);
    for x in &p {
        m.settle(*x);
        let x = m.placement(*x);
        assert_eq!((x.tally.proven, x.tally.missed, x.tally.excused), (1, 0, 1));
        m.earned(x.settled, price_down(CLUSTER_PRICE, CAPACITY, 2 * m.beat_ms).expect("in bounds"));
    }
}

/// Growing takes from what the members have committed, shrinking gives it back to them.
pub fn a_reservation_grows_and_shrinks_in_a_cluster<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare]);
    let (id, p) = m.cluster_deal(Tenant, c, 2);
    m.proven_beat(&p);
    let used = |m: &Market<L>| {
        [1, 2].map(|x| (m.picture().units[&x].used, m.picture().units[&x].member.as_ref().map(|x| x.used)))
    };
    m.refused(Tenant, Error::NotEnoughCapacity, |at| at.resize(id, COMMITTED + 1, u128::MAX));
    m.refused(Tenant, Error::AboveCeiling, |at| at.resize(id, COMMITTED, 1));
    m.done(Tenant, |at| at.resize(id, COMMITTED, u128::MAX));
    assert_eq!(used(m), [(COMMITTED, Some(COMMITTED)); 2]);
    m.proven_beat(&p);
    m.done(Tenant, |at| at.resize(id, 1, 0));
    assert_eq!(used(m), [(1, Some(1)); 2]);
    m.proven_beat(&p);
    let beat = |capacity| price_down(CLUSTER_PRICE, capacity, m.beat_ms).expect("in bounds");
    let expected = beat(CAPACITY) + beat(COMMITTED) + beat(COMMITTED - 1) + beat(1);
    m.settle(p[0]);
    assert_eq!(m.placement(p[0]).settled, expected, "the notice for what was given up included");
}

/// What one deposit pays: many reservations in one cluster, each locked in full, until it no longer reaches.
pub fn many_reservations_are_paid_from_one_deposit<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare, Third]);
    let price = price_up(CLUSTER_PRICE, CAPACITY, m.term()).expect("in bounds");
    let spare = m.available(Tenant) - (9 * price - 1);
    m.done(Tenant, |at| at.withdraw(spare));
    let mut ids = Vec::new();
    for replicas in [1, 3, 2, 1, 1] {
        let (id, _) = m.cluster_deal(Tenant, c, replicas);
        ids.push(id);
    }
    assert_eq!((m.available(Tenant), m.account(Tenant).locked), (price - 1, 8 * price));
    let order = m.cluster_order(c, 1);
    m.refused(Tenant, Error::NotEnoughAvailable, |at| at.reserve(order));
    m.deposit(Tenant, 1);
    let (id, _) = m.cluster_deal(Tenant, c, 1);
    ids.push(id);
    assert_eq!(m.account(Tenant).locked, 9 * price);
    assert_eq!(m.picture().cluster_reservations[&c], ids);
    assert_eq!(m.picture().own_reservations[&m.id(Tenant)], ids);
}

/// A term is renewed at the price that the cluster has then; how long the money lasts is told in advance.
pub fn a_cluster_renews_at_its_new_price<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare]);
    let (id, p) = m.cluster_deal(Tenant, c, 2);
    let new_price = CLUSTER_PRICE + 100_000_000_000;
    let renewal = price_up(new_price, CAPACITY, m.term()).expect("in bounds");
    m.done(Tenant, |at| at.set_auto_renew(id, renewal));
    let spec = ClusterSpec { price: new_price, ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(c, spec.clone()));
    let spare = m.available(Tenant) - 2 * renewal;
    m.done(Tenant, |at| at.withdraw(spare));
    let ends_at = m.placement(p[0]).ends_at;
    assert_eq!(m.ask(|at| at.funded_until(id)), ends_at + m.term(), "for one more term");
    for _ in 0..10 {
        m.proven_beat(&p);
    }
    m.done(Manager, |at| at.update_cluster(c, ClusterSpec { price: new_price + 1_000, ..spec.clone() }));
    m.refused(Reporter, Error::AboveCeiling, |at| at.renew(p[0]));
    m.done(Manager, |at| at.update_cluster(c, spec));
    for x in &p {
        m.done(Reporter, |at| at.renew(*x));
        let x = m.placement(*x);
        let first = price_down(CLUSTER_PRICE, CAPACITY, m.term()).expect("in bounds");
        assert_eq!((x.price, x.escrow, x.settled), (new_price, renewal, first), "the first term at its own");
    }
    assert_eq!(m.available(Tenant), 2, "the two remainders of the first term");
    m.beats(10);
    m.refused(Reporter, Error::NotEnoughAvailable, |at| at.renew(p[0]));
}

/// Whoever has the reservation pays: the escrow moves with it, and so does what it costs from then on.
pub fn ownership_moved_moves_the_payer<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider]);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    m.done(Tenant, |at| at.set_auto_renew(id, u128::MAX));
    let (free, escrow) = (m.available(Tenant), m.account(Tenant).locked);
    let buyer = m.id(Buyer);
    m.done(Tenant, |at| at.offer(Handover::Reservation(id), Some(buyer)));
    m.done(Buyer, |at| at.take_over(Handover::Reservation(id)));
    assert_eq!((m.account(Tenant).locked, m.account(Buyer).locked), (0, escrow));
    let (buyer_free, beat) = (m.available(Buyer), m.beat_ms);
    m.refused(Tenant, Error::NotConsumer, |at| at.extend(id, beat, UNIT));
    m.done(Buyer, |at| at.extend(id, beat, UNIT));
    assert!(m.available(Buyer) < buyer_free);
    for _ in 0..11 {
        m.proven_beat(&p);
    }
    m.refused(Reporter, Error::WrongState, |at| at.renew(p[0]));
    m.settle(p[0]);
    m.done(Buyer, |at| at.close(id));
    let account = m.account(Tenant);
    assert_eq!((account.available, account.locked), (free, 0), "nothing more came from the former owner");
    let earned = price_down(CLUSTER_PRICE, CAPACITY, 11 * m.beat_ms).expect("in bounds");
    assert_eq!(m.available(Buyer), buyer_free + escrow - earned);
}

/// There is no payer but the caller: who has no money reserves nothing, however much others have, and nothing is taken.
pub fn a_reservation_is_always_paid_by_its_caller<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider]);
    let (tenant, unit) = (m.account(Tenant), m.picture().units[&1].clone());
    let order = m.cluster_order(c, 1);
    m.refused(Stranger, Error::NotEnoughAvailable, |at| at.reserve(order.clone()));
    assert_eq!((m.account(Tenant), m.picture().units[&1].clone()), (tenant.clone(), unit));
    let (id, _) = m.reserve_as(Buyer, order);
    assert_eq!(m.reservation(id).consumer, m.id(Buyer));
    let price = price_up(CLUSTER_PRICE, CAPACITY, m.term()).expect("in bounds");
    assert_eq!((m.account(Buyer).locked, m.account(Tenant)), (price, tenant));
}

/// Distrust is effective at once for what is new: placements, renewals, extensions, growth, more capacity. Nothing live
/// feels it.
pub fn distrust_stops_what_is_new_and_nothing_live<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare]);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    let (other, q) = m.cluster_deal(Tenant, c, 1);
    assert_eq!(takers(m, &[p[0], q[0]]), [Provider, Spare]);
    m.done(Tenant, |at| at.set_auto_renew(id, UNIT));
    let (manager, beat) = (m.id(Manager), m.beat_ms);
    m.done(Provider, |at| at.set_trust(manager, false));
    assert!(!m.ask(|at| at.trusts(m.id(Provider), manager)));

    let order = naming(m, c, 1);
    m.refused(Tenant, Error::NotTrusted, |at| at.reserve(order));
    m.refused(Tenant, Error::NotTrusted, |at| at.extend(id, beat, UNIT));
    m.refused(Tenant, Error::NotTrusted, |at| at.resize(id, 2 * CAPACITY, UNIT));
    m.refused(Manager, Error::NotTrusted, |at| at.set_member(c, 1, COMMITTED + 1));
    m.done(Spare, |at| at.withdraw_placement(q[0], u128::MAX));
    let replica = Replica { unit: 1, ..same_data(m, q[0]) };
    m.refused(Tenant, Error::NotTrusted, |at| at.replace(other, 0, replica.clone(), u128::MAX));
    m.refused(Manager, Error::NotTrusted, |at| at.replace(other, 0, replica, u128::MAX));

    for _ in 0..10 {
        m.proven_beat(&p);
    }
    m.refused(Reporter, Error::NotTrusted, |at| at.renew(p[0]));
    m.advance(3 * DAY_MS);
    m.settle(p[0]);
    let earned = price_down(CLUSTER_PRICE, CAPACITY, m.term()).expect("in bounds");
    assert_eq!((m.state(p[0]), m.placement(p[0]).settled), (State::Completed, earned));
    assert_eq!(m.account(Provider).locked, 0, "its collateral is free");
    m.done(Stranger, |at| at.distribute(c));
    let provider = m.id(Provider);
    m.done(Stranger, |at| at.claim(c, provider));
}
