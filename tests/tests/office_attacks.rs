//! What a pauser or a price feed might try, and what comes of a price in dollars at the edges.

use orchestrator_chain::{runtime::UNIT, Embedded};
use orchestrator_domain::{
    ClusterSpec, Currency, Error, Order, Role, State, UnitSpec, DAY_MS, MAX_RATE, RATE_AGE_MS, RATE_STEP_MS,
};
use orchestrator_scenarios::{Market, Who::*, PRICE};

fn stage() -> Market<Embedded> {
    let mut m = Market::embedded();
    m.set_up();
    m
}

fn tell_rate(m: &mut Market<Embedded>, per_usd: u128) {
    let (feed, now) = (m.id(PriceFeed), m.clock().now);
    m.done(Admin, |at| at.set_role(feed, Role::PriceFeed, true));
    m.done(PriceFeed, |at| at.set_rate(per_usd, now));
}

#[test]
fn after_a_silent_day_a_rate_doubles_once() {
    let mut m = stage();
    tell_rate(&mut m, UNIT);
    m.advance(DAY_MS);
    let now = m.clock().now;
    for hour in 1..24 {
        m.refused(PriceFeed, Error::TooLate, |at| at.set_rate(UNIT, now - hour * RATE_STEP_MS));
    }
    m.refused(PriceFeed, Error::RateOutOfBounds, |at| at.set_rate(2 * UNIT + 1, now));
    m.done(PriceFeed, |at| at.set_rate(2 * UNIT, now + 1 - RATE_STEP_MS));
    m.refused(PriceFeed, Error::TooEarly, |at| at.set_rate(2 * UNIT, now));
    m.beats(1);
    let tenth = 2 * UNIT + UNIT / 5;
    m.refused(PriceFeed, Error::RateOutOfBounds, |at| at.set_rate(tenth + 1, now + RATE_STEP_MS));
    m.done(PriceFeed, |at| at.set_rate(tenth, now + RATE_STEP_MS));
}

#[test]
fn pauses_excuse_one_of_four_daily_rounds() {
    let mut m = stage();
    let day = u32::try_from(DAY_MS).expect("a day is short");
    m.done(Reporter, |at| at.register_challenger(day, day / 2));
    let pauser = m.id(Pauser);
    m.done(Admin, |at| at.set_role(pauser, Role::Pauser, true));
    let order = Order { challenger: Some(m.id(Reporter)), term_ms: 100 * m.beat_ms, ..m.order(&[1]) };
    let (_, p) = m.deal_as(Consumer, order);
    for round in 0..4u8 {
        m.done(Reporter, |at| at.open_round([round; 32]));
        if round == 0 {
            m.done(Pauser, |at| at.set_paused(true));
            m.advance(6_000);
            m.done(Pauser, |at| at.set_paused(false));
        } else {
            m.refused(Pauser, Error::TooEarly, |at| at.set_paused(true));
        }
        m.advance(DAY_MS);
    }
    m.settle(p[0]);
    let p = m.placement(p[0]);
    assert_eq!((p.state, p.tally.excused, p.tally.missed), (State::Failed, 1, 3));
}

#[test]
fn a_stale_rate_keeps_a_lost_replica_off_what_is_priced_in_dollars() {
    let mut m = stage();
    tell_rate(&mut m, UNIT);
    let c = m.cluster_set_up(&[Provider, Spare, Third]);
    let tokens = m.unit_of(Third).expect("a unit");
    let dollars = UnitSpec { price: 720_007, currency: Currency::MicroUsd, ..m.unit_spec() };
    m.done(Spare, |at| at.update_unit(2, dollars));
    let spec = ClusterSpec { price: 900_011, currency: Currency::MicroUsd, ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(c, spec));
    m.beats(1);
    let order = Order { term_ms: 4 * m.term(), ..m.cluster_order(c, 1) };
    let (id, p) = m.reserve_as(Tenant, order);
    m.activate(p[0]);
    m.done(Provider, |at| at.withdraw_placement(p[0], u128::MAX));
    m.advance(RATE_AGE_MS);
    let price = m.placement(p[0]).price;
    let same = m.same_data(p[0], 2);
    m.refused(Tenant, Error::RateStale, |at| at.replace(id, 0, same, u128::MAX));
    let same = m.same_data(p[0], 0);
    let next = m.done(Manager, |at| at.replace(id, 0, same, u128::MAX));
    assert_eq!((m.placement(next).unit, m.placement(next).price), (tokens, price), "as agreed, in tokens");
    assert!(price > PRICE);
}

#[test]
fn a_dollar_price_that_no_rate_can_turn_into_tokens_is_refused_when_set() {
    let mut m = stage();
    let c = m.cluster_set_up(&[Spare]);
    let price = u128::from(u64::MAX) + 1;
    let spec = ClusterSpec { price, currency: Currency::MicroUsd, ..m.cluster_spec() };
    m.refused(Manager, Error::PriceTooHigh, |at| at.update_cluster(c, spec));
    let spec = UnitSpec { price, currency: Currency::MicroUsd, ..m.unit_spec() };
    m.refused(Spare, Error::PriceTooHigh, |at| at.update_unit(2, spec));
}

#[test]
fn the_highest_rate_and_prices_are_refused_and_overflow_nothing() {
    let mut m = stage();
    tell_rate(&mut m, MAX_RATE);
    let c = m.cluster_set_up(&[Spare]);
    for (price, error) in [
        (1, Error::ProviderShort),
        (u128::from(u32::MAX), Error::PriceTooHigh),
        (u128::from(u64::MAX), Error::PriceTooHigh),
    ] {
        let spec = ClusterSpec { price, currency: Currency::MicroUsd, ..m.cluster_spec() };
        m.done(Manager, |at| at.update_cluster(c, spec));
        m.beats(1);
        let mut order = m.cluster_order(c, 1);
        order.replicas[0].unit = 2;
        m.refused(Tenant, error, |at| at.reserve(order));
    }
}
