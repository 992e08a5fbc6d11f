//! The rate of the token, and what is priced in US dollars.

use super::market::*;
use crate::events::{DataUnitUpdated, GovernanceChanged};
use crate::{Filter, Orchestrator};
use orchestrator_domain::{
    price_up, ClusterSpec, Currency, Error, Rate, Role, UnitSpec, MAX_MONTHLY_PRICE, MAX_RATE, RATE_AGE_MS,
    RATE_STEP_MS, UNIT_REST_MS,
};

/// Two dollars per unit of capacity and 30 days.
const MICRO_USD: u128 = 2_000_000;
/// At this rate they are the usual price.
const PER_USD: u128 = PRICE / 2;

fn spec() -> UnitSpec {
    UnitSpec { price: MICRO_USD, currency: Currency::MicroUsd, ..unit_spec() }
}

/// The stranger is the price feed.
fn fed(mut market: Orchestrator) -> Orchestrator {
    by(&mut market, admin()).set_role(stranger(), Role::PriceFeed, true).unwrap();
    by(&mut market, stranger()).set_rate(PER_USD, now()).unwrap();
    market
}

/// Unit 1 is priced in dollars, and there is a rate.
fn priced() -> Orchestrator {
    let mut market = furnished();
    by(&mut market, provider()).update_unit(1, spec()).unwrap();
    wait(UNIT_REST_MS);
    fed(market)
}

/// With a placement on it.
fn running() -> Orchestrator {
    let mut market = priced();
    by(&mut market, consumer()).reserve(order()).unwrap();
    by(&mut market, provider()).accept(1).unwrap();
    market.activate(1).unwrap();
    market
}

#[ink::test]
fn a_price_feed_sets_the_rate() {
    let market = fed(empty());
    let event: GovernanceChanged = last_event();
    let rate = Rate { per_usd: PER_USD, at: now() };
    assert_eq!((event.settings.rate, market.settings().rate), (rate.clone(), rate));
}

#[ink::test]
fn the_rate_is_set_by_price_feeds_alone() {
    let mut market = fed(empty());
    for (id, role) in [(spare(), Role::Pauser), (consumer(), Role::Observer), (provider(), Role::Arbiter)] {
        by(&mut market, admin()).set_role(id, role, true).unwrap();
        assert_eq!(by(&mut market, id).set_rate(PER_USD, now()), Err(Error::NotInRole));
    }
    assert_eq!(by(&mut market, admin()).set_rate(PER_USD, now()), Err(Error::NotInRole));
    market.set_role(stranger(), Role::PriceFeed, false).unwrap();
    wait(HOUR_MS);
    assert_eq!(by(&mut market, stranger()).set_rate(PER_USD, now()), Err(Error::NotInRole));
}

#[ink::test]
fn a_rate_of_zero_and_one_above_the_highest_are_refused() {
    let mut market = fed(empty());
    let before = market.settings();
    wait(10 * HOUR_MS);
    for per_usd in [0, MAX_RATE + 1, u128::MAX] {
        assert_eq!(market.set_rate(per_usd, now()), Err(Error::RateOutOfBounds));
    }
    assert_eq!(market.settings(), before);
    let mut market = empty();
    by(&mut market, admin()).set_role(stranger(), Role::PriceFeed, true).unwrap();
    assert_eq!(by(&mut market, stranger()).set_rate(0, now()), Err(Error::RateOutOfBounds));
    market.set_rate(1, now()).unwrap();
}

#[ink::test]
fn a_rate_comes_after_the_last_in_time_and_in_steps() {
    let mut market = fed(empty());
    let first = now();
    wait(HOUR_MS);
    assert_eq!(market.set_rate(PER_USD, now() + 1), Err(Error::TooEarly), "the future");
    assert_eq!(market.set_rate(PER_USD, first + HOUR_MS - 1), Err(Error::TooEarly), "too near");
    assert_eq!(market.set_rate(PER_USD * 11 / 10 + 1, now()), Err(Error::RateOutOfBounds));
    assert_eq!(market.set_rate(PER_USD * 10 / 11, now()), Err(Error::RateOutOfBounds));
    market.set_rate(PER_USD * 11 / 10, now()).unwrap();
    wait(2 * RATE_AGE_MS);
    assert_eq!(market.set_rate(PER_USD, now() - RATE_STEP_MS), Err(Error::TooLate), "an hour ago");
    market.set_rate(PER_USD, now() - RATE_STEP_MS + 1).unwrap();
    assert_eq!(market.set_rate(PER_USD, now()), Err(Error::TooEarly), "no second step at once");
}

#[ink::test]
fn a_unit_priced_in_dollars_is_announced_and_quoted_in_tokens_rounded_up() {
    let mut market = priced();
    let event: DataUnitUpdated = latest();
    assert_eq!((event.unit, event.price, event.currency), (1, MICRO_USD, Currency::MicroUsd));
    assert_eq!(market.quote(1, 10, TERM_MS, None).unwrap().price, TERM_PRICE);
    wait(HOUR_MS);
    by(&mut market, stranger()).set_rate(PER_USD + 1, now()).unwrap();
    assert_eq!(market.quote(1, 10, TERM_MS, None).unwrap().price, 10 * (PRICE + 2));
    by(&mut market, provider()).update_unit(1, UnitSpec { price: MICRO_USD + 1, ..spec() }).unwrap();
    wait(UNIT_REST_MS);
    assert_eq!(market.quote(1, 10, TERM_MS, None).unwrap().price, 10 * (PRICE + 3), "half a token is one");
}

#[ink::test]
fn what_is_owed_does_not_depend_on_a_later_rate() {
    let mut market = running();
    let p = placement(&market, 1);
    assert_eq!((p.price, p.escrow), (PRICE, TERM_PRICE));
    wait(10 * HOUR_MS);
    by(&mut market, stranger()).set_rate(2 * PER_USD, now()).unwrap();
    wait(TERM_MS - 10 * HOUR_MS);
    market.settle(1).unwrap();
    assert_eq!(placement(&market, 1).settled, TERM_PRICE);
    assert_eq!(money(&market, provider()).0, PURSE + TERM_PRICE - TERM_PRICE / 50);
}

#[ink::test]
fn without_a_rate_nothing_is_reserved_in_dollars() {
    let mut market = furnished();
    by(&mut market, provider()).update_unit(1, spec()).unwrap();
    wait(UNIT_REST_MS);
    assert_eq!(market.quote(1, 10, TERM_MS, None), Err(Error::RateStale));
    assert_eq!(by(&mut market, consumer()).reserve(order()), Err(Error::RateStale));
}

#[ink::test]
fn a_stale_rate_stops_new_terms_and_never_settling_and_ending() {
    let mut market = running();
    by(&mut market, consumer()).set_auto_renew(1, u128::MAX).unwrap();
    wait(RATE_AGE_MS - 1);
    market.quote(1, 10, TERM_MS, None).unwrap();
    wait(1);
    assert_eq!(market.quote(1, 10, TERM_MS, None), Err(Error::RateStale));
    assert_eq!(market.reserve(order()), Err(Error::RateStale));
    assert_eq!(market.extend(1, TERM_MS, u128::MAX), Err(Error::RateStale));
    assert_eq!(market.resize(1, 11, u128::MAX), Err(Error::RateStale));
    assert_eq!(market.funded_until(1), placement(&market, 1).ends_at, "no renewal can be told");
    let any = Filter {
        kind: None,
        region: None,
        capacity: 1,
        max_price: 0,
        term_ms: TERM_MS,
        cluster: None,
        min_score: 0,
    };
    let found: Vec<u64> = market.find_data_units(any, 0, 50).units.into_iter().map(|x| x.id).collect();
    assert_eq!(found, [2]);
    market.resize(1, 9, u128::MAX).unwrap();
    market.settle(1).unwrap();
    assert!(placement(&market, 1).settled > 0);
    wait(TERM_MS);
    assert_eq!(by(&mut market, stranger()).renew(1), Err(Error::RateStale));
    by(&mut market, consumer()).set_auto_renew(1, 0).unwrap();
    market.close(1).unwrap();
}

#[ink::test]
fn a_renewal_is_paid_at_the_rate_of_its_moment() {
    let mut market = running();
    by(&mut market, consumer()).set_auto_renew(1, 2 * TERM_PRICE).unwrap();
    wait(TERM_MS);
    by(&mut market, stranger()).set_rate(2 * PER_USD, now()).unwrap();
    market.renew(1).unwrap();
    let p = placement(&market, 1);
    assert_eq!((p.price, p.escrow), (2 * PRICE, 2 * TERM_PRICE));
    wait(TERM_MS);
    by(&mut market, stranger()).set_rate(2 * PER_USD + 1, now()).unwrap();
    assert_eq!(market.renew(1), Err(Error::AboveCeiling));
}

#[ink::test]
fn more_of_a_placement_is_refused_once_the_rate_has_risen() {
    let mut market = running();
    wait(HOUR_MS);
    by(&mut market, stranger()).set_rate(PER_USD + 1, now()).unwrap();
    assert_eq!(by(&mut market, consumer()).extend(1, TERM_MS, u128::MAX), Err(Error::PriceRisen));
    wait(HOUR_MS);
    by(&mut market, stranger()).set_rate(PER_USD - 1, now()).unwrap();
    by(&mut market, consumer()).extend(1, TERM_MS, u128::MAX).unwrap();
    assert_eq!(placement(&market, 1).price, PRICE, "at the price agreed");
}

#[ink::test]
fn a_price_in_dollars_beyond_what_can_be_told_in_tokens_is_refused() {
    let mut market = priced();
    let most = u128::from(u64::MAX);
    by(&mut market, provider());
    for price in [most + 1, MAX_MONTHLY_PRICE] {
        let dear = UnitSpec { price, ..spec() };
        assert_eq!(market.update_unit(1, dear.clone()), Err(Error::PriceTooHigh));
        assert_eq!(market.register_unit(1, dear), Err(Error::PriceTooHigh));
        let dear = ClusterSpec { price, currency: Currency::MicroUsd, ..cluster_spec() };
        assert_eq!(market.create_cluster(dear), Err(Error::PriceTooHigh));
    }
    assert_eq!(market.data_unit(1).unwrap().spec, spec());
    market.update_unit(1, UnitSpec { price: most, ..spec() }).unwrap();
    let dear = ClusterSpec { price: most, currency: Currency::MicroUsd, ..cluster_spec() };
    assert_eq!(market.create_cluster(dear.clone()), Ok(1));
    assert_eq!(market.update_cluster(1, ClusterSpec { price: most + 1, ..dear }), Err(Error::PriceTooHigh));
    wait(UNIT_REST_MS);
    market.quote(1, 1, TERM_MS, None).unwrap();
}

/// Only then are members looked at, of which none would do either.
#[ink::test]
fn a_search_tells_that_the_rate_of_the_cluster_is_stale() {
    let spec = ClusterSpec { price: MICRO_USD, currency: Currency::MicroUsd, ..cluster_spec() };
    let dollars = || {
        let mut market = gathered();
        by(&mut market, manager()).update_cluster(1, spec.clone()).unwrap();
        wait(UNIT_REST_MS);
        market
    };
    let search = |market: &mut Orchestrator| by(market, consumer()).reserve(order_within(&[0]));
    assert_eq!(search(&mut dollars()), Err(Error::RateStale), "there was none yet");
    let mut market = fed(dollars());
    wait(RATE_AGE_MS);
    assert_eq!(search(&mut market), Err(Error::RateStale));
    assert_eq!(search(&mut fed(dollars())), Ok(1));
}

#[ink::test]
fn a_cluster_priced_in_dollars_must_ask_what_its_members_ask_in_tokens() {
    let mut market = gathered();
    let spec = ClusterSpec { price: MICRO_USD, currency: Currency::MicroUsd, ..cluster_spec() };
    by(&mut market, manager()).update_cluster(1, spec).unwrap();
    wait(UNIT_REST_MS);
    assert_eq!(by(&mut market, consumer()).reserve(order_within(&[1])), Err(Error::RateStale));
    let mut market = fed(market);
    by(&mut market, consumer()).reserve(order_within(&[1])).unwrap();
    assert_eq!(placement(&market, 1).escrow, price_up(PRICE, 10, TERM_MS).unwrap());
    wait(HOUR_MS);
    by(&mut market, stranger()).set_rate(PER_USD - 1, now()).unwrap();
    let refused = by(&mut market, consumer()).reserve(order_within(&[1]));
    assert_eq!(refused, Err(Error::BelowUnitPrice));
}
