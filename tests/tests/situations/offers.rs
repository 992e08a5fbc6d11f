//! Situations in which messages are refused: what a data unit offers, and what it does not.

use orchestrator_domain::{
    ClusterSpec, Error, Order, UnitSpec, MAX_CAPACITY, MAX_MONTHLY_PRICE, UNIT_REST_MS,
};
use orchestrator_scenarios::{Who::*, CAPACITY, COMMITTED, PRICE};

use crate::every;

#[test]
fn a_term_is_within_what_the_unit_offers() {
    let messages = ["register_unit", "update_unit", "quote", "reserve", "replace", "extend", "renew"];
    every(Error::TermOutOfBounds, &messages, |m| {
        let (id, active) = m.deal(&[1]);
        let (empty, _) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(empty, None));
        m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
        let (spec, beat, data, error) = (m.unit_spec(), m.beat_ms, m.data(4), Error::TermOutOfBounds);
        let never = UnitSpec { min_term_ms: beat, max_term_ms: beat - 1, ..spec.clone() };
        m.refused(Provider, error, |at| at.register_unit(1, never.clone()));
        m.refused(Provider, error, |at| at.update_unit(1, never));
        for ms in [0, 1 + 90 * beat, u64::MAX] {
            m.refused(Consumer, error, |at| at.extend(id, ms, u128::MAX));
        }
        m.done(Provider, |at| at.update_unit(1, UnitSpec { max_term_ms: beat, ..spec }));
        m.refused(Consumer, error, |at| at.quote(1, 1, 2 * beat, None));
        let order = m.order(&[1]);
        m.refused(Consumer, error, |at| at.reserve(order));
        m.refused(Consumer, error, |at| at.replace(empty, 0, data.on(1), u128::MAX));
        m.beats(10);
        m.refused(Stranger, error, |at| at.renew(active[0]));
    });
}

#[test]
fn a_capacity_has_bounds() {
    let messages = ["register_unit", "update_unit", "quote", "reserve", "resize"];
    every(Error::CapacityOutOfBounds, &messages, |m| {
        let (id, _) = m.deal(&[1]);
        let (spec, term, error) = (m.unit_spec(), m.term(), Error::CapacityOutOfBounds);
        for capacity in [0, MAX_CAPACITY + 1, u64::MAX] {
            m.refused(Provider, error, |at| at.register_unit(1, UnitSpec { capacity, ..spec.clone() }));
            m.refused(Provider, error, |at| at.update_unit(1, UnitSpec { capacity, ..spec.clone() }));
        }
        m.refused(Consumer, error, |at| at.quote(1, 0, term, None));
        let order = Order { capacity: 0, ..m.order(&[1]) };
        m.refused(Consumer, error, |at| at.reserve(order));
        for capacity in [0, CAPACITY] {
            m.refused(Consumer, error, |at| at.resize(id, capacity, u128::MAX));
        }
    });
}

#[test]
fn a_unit_has_no_more_than_it_has() {
    let messages = ["quote", "reserve", "replace", "accept", "resize", "set_member"];
    every(Error::NotEnoughCapacity, &messages, |m| {
        let cluster = m.cluster_set_up(&[Spare]);
        let (error, term, committed) = (Error::NotEnoughCapacity, m.term(), m.order(&[2]));
        m.refused(Manager, error, |at| at.set_member(cluster, 2, 101));
        m.refused(Consumer, error, |at| at.quote(2, 101 - COMMITTED, term, None));
        m.refused(Tenant, error, |at| at.quote(2, COMMITTED + 1, term, Some(cluster)));
        let taken = Order { capacity: 101 - COMMITTED, ..committed };
        m.refused(Consumer, error, |at| at.reserve(taken));
        let (id, _) = m.deal(&[1]);
        let (_, proposed) = m.reserve(&[1]);
        let (empty, _) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(empty, None));
        let (spec, data) = (m.unit_spec(), m.data(4));
        m.done(Provider, |at| at.update_unit(1, UnitSpec { capacity: CAPACITY, ..spec }));
        let order = m.order(&[1]);
        m.refused(Consumer, error, |at| at.quote(1, 1, term, None));
        m.refused(Consumer, error, |at| at.reserve(order));
        m.refused(Consumer, error, |at| at.replace(empty, 0, data.on(1), u128::MAX));
        m.refused(Provider, error, |at| at.accept(proposed[0]));
        for capacity in [CAPACITY + 1, u64::MAX] {
            m.refused(Consumer, error, |at| at.resize(id, capacity, u128::MAX));
        }
    });
}

#[test]
fn capacity_in_use_stays() {
    every(Error::CapacityInUse, &["update_unit", "resize"], |m| {
        m.cluster_set_up(&[Spare]);
        let less = UnitSpec { capacity: COMMITTED - 1, ..m.unit_spec() };
        m.refused(Spare, Error::CapacityInUse, |at| at.update_unit(2, less));
        let mut order = m.order(&[1]);
        order.replicas[0].chunks = CAPACITY << 20;
        let (id, _) = m.deal_as(Consumer, order);
        let spec = UnitSpec { capacity: CAPACITY - 1, ..m.unit_spec() };
        m.refused(Provider, Error::CapacityInUse, |at| at.update_unit(1, spec));
        m.refused(Consumer, Error::CapacityInUse, |at| at.resize(id, CAPACITY - 1, u128::MAX));
    });
}

#[test]
fn a_price_has_a_bound() {
    let messages = [
        "register_unit",
        "update_unit",
        "quote",
        "reserve",
        "replace",
        "resize",
        "renew",
        "create_cluster",
        "update_cluster",
    ];
    every(Error::PriceTooHigh, &messages, |m| {
        let cluster = m.cluster_set_up(&[]);
        let above = ClusterSpec { price: MAX_MONTHLY_PRICE + 1, ..m.cluster_spec() };
        m.refused(Manager, Error::PriceTooHigh, |at| at.create_cluster(above.clone()));
        m.refused(Manager, Error::PriceTooHigh, |at| at.update_cluster(cluster, above));
        let (spec, term, beat, error) = (m.unit_spec(), m.term(), m.beat_ms, Error::PriceTooHigh);
        let dear = UnitSpec { price: MAX_MONTHLY_PRICE + 1, ..spec.clone() };
        m.refused(Provider, error, |at| at.register_unit(1, dear.clone()));
        m.refused(Provider, error, |at| at.update_unit(1, dear));
        let (renewing, active) = m.deal(&[1]);
        m.done(Consumer, |at| at.set_auto_renew(renewing, u128::MAX));
        let (empty, _) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(empty, None));
        let vast = UnitSpec { price: 1 << 50, capacity: MAX_CAPACITY, ..spec.clone() };
        m.done(Spare, |at| at.update_unit(2, vast));
        m.advance(UNIT_REST_MS);
        let mut small = m.order(&[2]);
        (small.capacity, small.term_ms) = (1, beat);
        let (id, _) = m.deal_as(Consumer, small.clone());
        let most = MAX_CAPACITY - 1;
        m.refused(Consumer, error, |at| at.resize(id, most, u128::MAX));
        m.refused(Consumer, error, |at| at.quote(2, most, term, None));
        small.capacity = most;
        m.refused(Consumer, error, |at| at.reserve(small));
        m.done(Provider, |at| at.update_unit(1, UnitSpec { price: MAX_MONTHLY_PRICE, ..spec }));
        m.advance(UNIT_REST_MS);
        let data = m.data(4);
        m.refused(Consumer, error, |at| at.replace(empty, 0, data.on(1), u128::MAX));
        m.advance(term);
        m.refused(Stranger, error, |at| at.renew(active[0]));
    });
}

#[test]
fn a_risen_price_ends_the_standing_offer() {
    every(Error::PriceRisen, &["extend", "resize"], |m| {
        let (id, _) = m.deal(&[1]);
        let spec = UnitSpec { price: PRICE + 1, ..m.unit_spec() };
        m.done(Provider, |at| at.update_unit(1, spec));
        m.refused(Consumer, Error::PriceRisen, |at| at.extend(id, 1, u128::MAX));
        m.refused(Consumer, Error::PriceRisen, |at| at.resize(id, 9, u128::MAX));
        m.done(Consumer, |at| at.resize(id, 1, u128::MAX));
    });
}

#[test]
fn a_changed_unit_rests() {
    every(Error::UnitChanged, &["quote", "reserve", "replace"], |m| {
        let cluster = m.cluster_set_up(&[Spare]);
        let spec = ClusterSpec { price: PRICE, ..m.cluster_spec() };
        m.done(Manager, |at| at.update_cluster(cluster, spec));
        let mut within = m.cluster_order(cluster, 1);
        within.replicas[0].unit = 2;
        m.refused(Tenant, Error::UnitChanged, |at| at.quote(2, 1, within.term_ms, Some(cluster)));
        m.refused(Tenant, Error::UnitChanged, |at| at.reserve(within));
        let (empty, _) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(empty, None));
        let (term, data, order, error) = (m.term(), m.data(4), m.order(&[1]), Error::UnitChanged);
        let spec = m.unit_spec();
        m.done(Provider, |at| at.update_unit(1, spec));
        m.advance(UNIT_REST_MS - 6_000);
        m.refused(Consumer, error, |at| at.quote(1, 1, term, None));
        m.refused(Consumer, error, |at| at.reserve(order.clone()));
        m.refused(Consumer, error, |at| at.replace(empty, 0, data.on(1), u128::MAX));
        m.advance(6_000);
        m.done(Consumer, |at| at.reserve(order));
    });
}

#[test]
fn a_closed_unit_takes_nothing_new() {
    every(Error::UnitClosed, &["quote", "reserve", "replace", "extend", "resize", "renew"], |m| {
        let (id, active) = m.deal(&[1]);
        let (empty, _) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(empty, None));
        m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
        let (term, data, order, error) = (m.term(), m.data(4), m.order(&[1]), Error::UnitClosed);
        let spec = UnitSpec { open: false, ..m.unit_spec() };
        m.done(Provider, |at| at.update_unit(1, spec));
        m.advance(UNIT_REST_MS);
        m.refused(Consumer, error, |at| at.quote(1, 1, term, None));
        m.refused(Consumer, error, |at| at.reserve(order));
        m.refused(Consumer, error, |at| at.replace(empty, 0, data.on(1), u128::MAX));
        m.refused(Consumer, error, |at| at.extend(id, 1, u128::MAX));
        m.refused(Consumer, error, |at| at.resize(id, 9, u128::MAX));
        m.advance(term);
        m.refused(Stranger, error, |at| at.renew(active[0]));
    });
}
