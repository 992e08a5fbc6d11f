//! What somebody might try in a cluster, and what comes of it.

use orchestrator_chain::{runtime::UNIT, Embedded};
use orchestrator_domain::{
    price_down, price_up, Choice, ClusterSpec, Currency, Error, Handover, Order, State, UnitSpec, DAY_MS,
    UNIT_REST_MS,
};
use orchestrator_scenarios::{Market, Who::*, CAPACITY, CLUSTER_PRICE, COMMITTED, PRICE};

fn stage() -> Market<Embedded> {
    let mut m = Market::embedded();
    m.set_up();
    m
}

/// Adds members of one provider, each with so much for the cluster.
fn join(m: &mut Market<Embedded>, cluster: u64, members: u32, capacity: u64) -> Vec<u64> {
    let spec = m.unit_spec();
    let mut units = Vec::new();
    for _ in 0..members {
        let unit = m.done(Provider, |at| at.register_unit(1, spec.clone()));
        m.done(Manager, |at| at.set_member(cluster, unit, capacity));
        units.push(unit);
    }
    units
}

/// An order of so many replicas of one unit of capacity each, wherever they go.
fn small(m: &mut Market<Embedded>, cluster: u64, replicas: usize) -> Order {
    let choice = Some(Choice { cluster, region: None, together: true });
    Order { choice, capacity: 1, ..m.cluster_order(cluster, replicas) }
}

/// The order with its only replica on this data unit.
fn on(unit: u64, mut order: Order) -> Order {
    order.replicas[0].unit = unit;
    order
}

/// The only placement of a deal misses until it has failed.
fn fails(m: &mut Market<Embedded>, placement: u64) {
    for _ in 0..3 {
        m.silent_beat();
    }
    m.settle(placement);
    assert_eq!(m.state(placement), State::Failed);
}

/// Time passes until a placement is no longer waited for.
fn lapses(m: &mut Market<Embedded>, placement: u64) {
    m.advance(m.placement(placement).activate_by - m.clock().now);
    m.settle(placement);
    assert_eq!(m.state(placement), State::Cancelled);
}

// ------------------------------------------------------------------------------------------------- choosing members

#[test]
fn capacity_that_joins_a_full_cluster_is_found_once_it_was_named() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider]);
    m.done(Manager, |at| at.set_member(c, 1, 1));
    join(&mut m, c, 40, 1);
    let mut ids = Vec::new();
    for replicas in [20, 20, 1] {
        let order = small(&mut m, c, replicas);
        ids.push(m.reserve_as(Tenant, order).0);
    }
    m.done(Tenant, |at| at.cancel(ids[0], Some(0)));
    let order = small(&mut m, c, 1);
    let (_, p) = m.reserve_as(Tenant, order);
    assert_eq!(m.placement(p[0]).unit, 1, "all are full, and the newest will be the 41st from here on");
    let newest = join(&mut m, c, 1, COMMITTED)[0];
    let order = small(&mut m, c, 1);
    m.refused(Tenant, Error::NoMemberFits, |at| at.reserve(order.clone()));
    m.reserve_as(Tenant, on(newest, order.clone()));
    let (_, p) = m.reserve_as(Tenant, order);
    assert_eq!(m.placement(p[0]).unit, newest);
}

#[test]
fn forty_units_of_one_member_without_money_hide_no_other_once_it_was_named() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider]);
    join(&mut m, c, 40, 2);
    let manager = m.id(Manager);
    m.done(Spare, |at| at.set_trust(manager, true));
    m.done(Manager, |at| at.set_member(c, 2, COMMITTED));
    let all = m.available(Provider);
    m.done(Provider, |at| at.withdraw(all));
    let order = small(&mut m, c, 1);
    m.refused(Tenant, Error::NoMemberFits, |at| at.reserve(order.clone()));
    m.reserve_as(Tenant, on(2, order.clone()));
    let (_, p) = m.reserve_as(Tenant, order);
    assert_eq!(m.provider_of(p[0]), Spare);
}

#[test]
fn a_search_that_cannot_succeed_says_why() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Spare]);
    let (order, spec) = (m.cluster_order(c, 1), m.cluster_spec());
    for (spec, error) in [
        (ClusterSpec { open: false, ..spec.clone() }, Error::ClusterClosed),
        (ClusterSpec { currency: Currency::MicroUsd, ..spec }, Error::RateStale),
    ] {
        m.done(Manager, |at| at.update_cluster(c, spec));
        m.refused(Tenant, Error::UnitChanged, |at| at.reserve(order.clone()));
        m.beats(1);
        m.refused(Tenant, error, |at| at.reserve(order.clone()));
    }
}

#[test]
fn a_turn_past_the_last_member_begins_anew() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider, Spare, Third]);
    m.cluster_deal(Tenant, c, 2);
    let idle = m.picture().units.iter().find(|(_, unit)| unit.used == 0).map(|(id, _)| *id);
    m.done(Manager, |at| at.set_member(c, idle.expect("three for two"), 0));
    let (_, p) = m.cluster_deal(Tenant, c, 2);
    assert_ne!(m.provider_of(p[0]), m.provider_of(p[1]));
}

#[test]
fn a_member_on_its_way_out_takes_nothing_new() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider]);
    let (first, p) = m.cluster_deal(Tenant, c, 1);
    let (_, q) = m.cluster_deal(Tenant, c, 1);
    m.done(Provider, |at| at.set_member(c, 1, CAPACITY));
    let order = m.cluster_order(c, 1);
    m.refused(Tenant, Error::NoMemberFits, |at| at.reserve(order.clone()));
    m.done(Tenant, |at| at.terminate(first, None));
    m.beats(2);
    m.settle(p[0]);
    assert_eq!((m.state(p[0]), m.state(q[0])), (State::Terminated, State::Active));
    m.refused(Tenant, Error::NoMemberFits, |at| at.reserve(order));
}

#[test]
fn a_member_on_its_way_out_is_neither_extended_nor_renewed() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider]);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    m.done(Tenant, |at| at.set_auto_renew(id, u128::MAX));
    m.done(Provider, |at| at.set_member(c, 1, 0));
    let ms = m.term();
    m.refused(Tenant, Error::NotEnoughCapacity, |at| at.extend(id, ms, u128::MAX));
    for _ in 0..10 {
        m.proven_beat(&p);
    }
    m.refused(Reporter, Error::NotEnoughCapacity, |at| at.renew(p[0]));
    m.done(Tenant, |at| at.set_auto_renew(id, 0));
    m.settle(p[0]);
    assert_eq!(m.state(p[0]), State::Completed);
    m.done(Provider, |at| at.set_member(c, 1, 0));
    m.done(Provider, |at| at.retire_unit(1));
}

#[test]
fn capacity_waits_for_data_no_longer_than_the_window_to_accept_and_the_term() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider, Spare]);
    let before = m.account(Tenant);
    let short = Order { term_ms: m.beat_ms, capacity: COMMITTED, ..m.cluster_order(c, 2) };
    let (_, p) = m.reserve_as(Tenant, short);
    let order = m.cluster_order(c, 1);
    m.refused(Buyer, Error::NoMemberFits, |at| at.reserve(order.clone()));
    let held = m.placement(p[0]);
    assert_eq!(held.activate_by - held.accept_by, m.beat_ms);
    m.advance(held.activate_by - m.clock().now);
    m.done(Stranger, |at| at.settle_many(p));
    m.reserve_as(Buyer, order);
    let after = m.account(Tenant);
    assert_eq!((after.available, after.locked), (before.available, 0), "nothing was served, nothing is paid");
}

#[test]
fn a_member_declines_an_order_that_holds_its_capacity_at_no_cost() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider]);
    let before = m.account(Provider);
    let order = Order { capacity: COMMITTED, ..m.cluster_order(c, 1) };
    let (_, p) = m.reserve_as(Tenant, order);
    assert!(m.account(Provider).locked > 0);
    m.done(Provider, |at| at.decline(p[0]));
    let after = m.account(Provider);
    assert_eq!((after.available, after.locked), (before.available, before.locked));
    assert_eq!(m.picture().units[&1].used, 0);
}

#[test]
fn a_member_risks_what_it_keeps_available_at_the_price_of_its_cluster() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider]);
    let spec = ClusterSpec { price: 100 * CLUSTER_PRICE, ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(c, spec));
    m.beats(1);
    let order = m.cluster_order(c, 1);
    m.reserve_as(Tenant, order.clone());
    let bound = price_up(100 * CLUSTER_PRICE, CAPACITY, m.term()).expect("in bounds").div_ceil(2);
    assert_eq!(m.account(Provider).locked, bound);
    let too_much = m.available(Provider) - (bound - 1);
    m.done(Provider, |at| at.withdraw(too_much));
    m.refused(Tenant, Error::ProviderShort, |at| at.reserve(on(1, order)));
}

#[test]
fn a_slow_challenger_pays_a_member_for_nothing_that_it_did_not_prove() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider]);
    let (interval, window, watch) = (3 * m.interval(), m.window(), m.id(Stranger));
    m.done(Stranger, |at| at.register_challenger(interval, window));
    let order = Order { challenger: Some(watch), ..m.cluster_order(c, 1) };
    let (_, p) = m.reserve_as(Tenant, order);
    m.done(Provider, |at| at.activate(p[0]));
    for seed in 0..3 {
        m.done(Stranger, |at| at.open_round([seed; 32]));
        m.beats(3);
    }
    m.settle(p[0]);
    assert_eq!((m.state(p[0]), m.placement(p[0]).settled), (State::Failed, 0));
}

#[test]
fn one_miss_costs_a_member_no_more_than_a_day_or_the_interval_of_its_terms() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider]);
    let (day, watch) = (u32::try_from(DAY_MS).expect("in bounds"), m.id(Stranger));
    m.done(Stranger, |at| at.register_challenger(day, day));
    let order = Order { challenger: Some(watch), ..m.cluster_order(c, 1) };
    m.reserve_as(Tenant, order.clone());
    m.done(Stranger, |at| at.register_challenger(day + 1, day));
    m.refused(Tenant, Error::IntervalOutOfBounds, |at| at.reserve(on(1, order.clone())));
    m.refused(Tenant, Error::IntervalOutOfBounds, |at| at.reserve(order));
}

#[test]
fn a_manager_binds_no_money_for_what_never_started() {
    for declined in [true, false] {
        let mut m = stage();
        let c = m.cluster_set_up(&[Provider, Spare]);
        let before = m.account(Tenant);
        let order = m.cluster_order(c, 1);
        let (id, p) = m.reserve_as(Tenant, order);
        if declined {
            m.done(Provider, |at| at.decline(p[0]));
        } else {
            lapses(&mut m, p[0]);
        }
        let same = m.same_data(p[0], 0);
        m.refused(Manager, Error::NothingToReplace, |at| at.replace(id, 0, same.clone(), u128::MAX));
        m.advance(3 * 365 * DAY_MS);
        m.refused(Manager, Error::NothingToReplace, |at| at.replace(id, 0, same, u128::MAX));
        let after = m.account(Tenant);
        assert_eq!((after.available, after.locked), (before.available, 0));
    }
}

#[test]
fn what_never_started_is_no_option_on_an_old_price() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider, Spare]);
    let before = m.account(Tenant).available;
    let order = m.cluster_order(c, 1);
    let (id, p) = m.reserve_as(Tenant, order);
    lapses(&mut m, p[0]);
    assert_eq!(m.account(Tenant).available, before, "waiting was for nothing");
    let spec = ClusterSpec { price: 3 * CLUSTER_PRICE, fee_bps: 0, open: false, ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(c, spec.clone()));
    m.advance(365 * DAY_MS);
    let same = m.same_data(p[0], 0);
    m.refused(Tenant, Error::ClusterClosed, |at| at.replace(id, 0, same.clone(), u128::MAX));
    m.done(Manager, |at| at.update_cluster(c, ClusterSpec { open: true, ..spec }));
    m.advance(UNIT_REST_MS);
    let next = m.done(Tenant, |at| at.replace(id, 0, same, u128::MAX));
    assert_eq!((m.placement(next).price, m.placement(next).manager_bps), (3 * CLUSTER_PRICE, 0));
}

#[test]
fn a_replacement_that_comes_to_nothing_takes_nothing_of_what_was_agreed() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider, Spare, Third]);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    let agreed = m.placement(p[0]);
    fails(&mut m, p[0]);
    let (spec, replica) = (m.cluster_spec(), m.same_data(p[0], 0));
    m.done(Manager, |at| at.update_cluster(c, ClusterSpec { price: 3 * CLUSTER_PRICE, ..spec }));
    let q = m.done(Manager, |at| at.replace(id, 0, replica.clone(), u128::MAX));
    let taker = m.provider_of(q);
    m.done(taker, |at| at.decline(q));
    m.refused(Manager, Error::NothingToReplace, |at| at.replace(id, 0, replica.clone(), u128::MAX));
    let again = m.done(Tenant, |at| at.replace(id, 0, replica, u128::MAX));
    let now = m.placement(again);
    assert_eq!((now.price, now.terms, now.manager_bps), (agreed.price, agreed.terms, agreed.manager_bps));
}

#[test]
fn a_manager_does_not_give_a_failed_member_its_slot_with_its_own_slash_back() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider, Spare]);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    assert_eq!(m.provider_of(p[0]), Provider);
    let other = join(&mut m, c, 1, COMMITTED)[0];
    fails(&mut m, p[0]);
    assert!(m.reservation(id).slots[0].pot > 0);
    for unit in [1, other] {
        let same = m.same_data(p[0], unit);
        m.refused(Manager, Error::SameProvider, |at| at.replace(id, 0, same, u128::MAX));
    }
    let same = m.same_data(p[0], 0);
    let next = m.done(Manager, |at| at.replace(id, 0, same, u128::MAX));
    assert_eq!(m.provider_of(next), Spare);
}

#[test]
fn a_manager_replaces_where_less_than_the_shortest_term_is_left() {
    let mut m = stage();
    let long = UnitSpec { min_term_ms: m.term(), ..m.unit_spec() };
    m.done(Provider, |at| at.update_unit(1, long.clone()));
    m.done(Spare, |at| at.update_unit(2, long));
    let c = m.cluster_set_up(&[Provider, Spare]);
    m.beats(1);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    fails(&mut m, p[0]);
    let left = m.placement(p[0]).ends_at - m.clock().now;
    let same = m.same_data(p[0], 0);
    let next = m.done(Manager, |at| at.replace(id, 0, same, u128::MAX));
    assert!(left < m.term());
    assert_eq!((m.provider_of(next), m.placement(next).term_ms), (Spare, left));
}

/// What the manager pays for the storage of a replacement, where the consumer has offered other data or not; and what
/// offering it had cost.
fn storage_of_a_replacement(offered: bool) -> (i128, i128) {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider, Spare]);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    let mut cost = 0;
    if offered {
        let next = m.data(77);
        m.done(Tenant, |at| at.commit_data(p[0], next.root, next.chunks));
        cost = m.receipt().storage_deposit;
    }
    m.done(Provider, |at| at.withdraw_placement(p[0], u128::MAX));
    let same = m.same_data(p[0], 0);
    m.done(Manager, |at| at.replace(id, 0, same, u128::MAX));
    (m.receipt().storage_deposit, cost)
}

#[test]
fn the_deposit_for_data_that_was_offered_goes_to_who_replaces_the_placement() {
    let (without, nothing) = storage_of_a_replacement(false);
    let (with, cost) = storage_of_a_replacement(true);
    assert_eq!(nothing, 0);
    assert!(cost > 0);
    assert!((without - with).abs_diff(cost) <= 10, "{without} without, {with} with what had cost {cost}");
}

// ----------------------------------------------------------------------------------------------- prices and revenue

#[test]
fn a_price_cut_before_a_renewal_goes_no_lower_than_the_members_own() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider]);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    m.done(Tenant, |at| at.set_auto_renew(id, UNIT));
    for _ in 0..10 {
        m.proven_beat(&p);
    }
    let spec = ClusterSpec { price: PRICE - 1, fee_bps: 3_000, ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(c, spec.clone()));
    m.refused(Manager, Error::BelowUnitPrice, |at| at.renew(p[0]));
    m.done(Manager, |at| at.update_cluster(c, ClusterSpec { price: PRICE, ..spec }));
    m.done(Manager, |at| at.renew(p[0]));
    assert_eq!((m.placement(p[0]).price, m.placement(p[0]).manager_bps), (PRICE, 1_000));
}

#[test]
fn a_price_raised_before_a_renewal_keeps_to_the_ceiling() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider]);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    let ceiling = price_up(CLUSTER_PRICE, CAPACITY, m.term()).expect("in bounds");
    m.done(Tenant, |at| at.set_auto_renew(id, ceiling));
    for _ in 0..10 {
        m.proven_beat(&p);
    }
    let spec = ClusterSpec { price: CLUSTER_PRICE + 100, ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(c, spec));
    m.refused(Manager, Error::AboveCeiling, |at| at.renew(p[0]));
}

#[test]
fn dealing_with_oneself_in_ones_own_cluster_costs_the_network_fee() {
    let mut m = stage();
    let own = m.id(Provider);
    let before = m.account(Provider).available;
    m.done(Provider, |at| at.set_trust(own, true));
    let spec = ClusterSpec { fee_bps: 3_000, ..m.cluster_spec() };
    let c = m.done(Provider, |at| at.create_cluster(spec));
    m.done(Provider, |at| at.set_member(c, 1, COMMITTED));
    let order = Order { referrer: Some(own), ..m.cluster_order(c, 1) };
    let (id, p) = m.reserve_as(Provider, order);
    m.activate(p[0]);
    for _ in 0..10 {
        m.proven_beat(&p);
    }
    m.done(Provider, |at| at.settle(p[0]));
    m.done(Provider, |at| at.distribute(c));
    m.done(Provider, |at| at.claim(c, own));
    m.done(Provider, |at| at.close(id));
    let earned = price_down(CLUSTER_PRICE, CAPACITY, m.term()).expect("in bounds");
    let lost = before - m.account(Provider).available;
    let fee = earned * 200 / 10_000;
    assert!((fee..=fee + 1).contains(&lost), "{lost} lost, a fee of {fee}");
    assert_eq!(m.account(Provider).locked, 0);
}

#[test]
fn cheap_work_bought_from_oneself_draws_nothing_of_dear_work() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider, Spare]);
    let dear = m.cluster_order(c, 1);
    let (_, p) = m.reserve_as(Tenant, on(1, dear));
    m.activate(p[0]);
    let spec = ClusterSpec { price: PRICE, ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(c, spec));
    m.beats(1);
    let cheap = Order { capacity: COMMITTED, ..m.cluster_order(c, 1) };
    let (_, q) = m.reserve_as(Spare, on(2, cheap));
    m.activate(q[0]);
    m.proven_beat(&[p[0], q[0]]);
    for placement in [q[0], p[0]] {
        m.settle(placement);
        m.done(Spare, |at| at.distribute(c));
    }
    let own = m.id(Provider);
    let before = m.available(Provider);
    m.done(Stranger, |at| at.claim(c, own));
    let net = |earned: u128| earned - earned * 1_200 / 10_000;
    assert_eq!(m.available(Provider) - before, net(m.placement(p[0]).settled));
}

#[test]
fn leaving_and_rejoining_pays_once() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider, Spare]);
    let (_, p) = m.cluster_deal(Tenant, c, 2);
    m.proven_beat(&p);
    for placement in &p {
        let who = m.provider_of(*placement);
        m.done(who, |at| at.withdraw_placement(*placement, u128::MAX));
    }
    let own = m.id(Provider);
    let due = m.cluster(c).pool.members;
    m.done(Provider, |at| at.set_member(c, 1, 0));
    m.done(Manager, |at| at.set_member(c, 1, 7));
    m.done(Stranger, |at| at.distribute(c));
    m.done(Provider, |at| at.set_member(c, 1, 0));
    m.done(Stranger, |at| at.claim(c, own));
    m.done(Manager, |at| at.set_member(c, 1, 7));
    m.refused(Provider, Error::ZeroAmount, |at| at.claim(c, own));
    m.refused(Stranger, Error::ZeroAmount, |at| at.distribute(c));
    assert_eq!(m.cluster(c).pool.due, due - due / 2);
}

#[test]
fn what_is_handed_over_to_oneself_stays_what_it_was() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Provider]);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    m.proven_beat(&p);
    let (manager, consumer) = (m.id(Manager), m.id(Tenant));
    let before = m.account(Tenant);
    m.done(Manager, |at| at.offer(Handover::Cluster(c), Some(manager)));
    m.done(Manager, |at| at.take_over(Handover::Cluster(c)));
    m.done(Tenant, |at| at.offer(Handover::Reservation(id), Some(consumer)));
    m.done(Tenant, |at| at.take_over(Handover::Reservation(id)));
    let after = m.account(Tenant);
    assert_eq!((before.available, before.locked), (after.available, after.locked));
    assert_eq!(m.cluster(c).manager, manager);
}
