//! The rate of the token: its bounds, its steps, its age, and the prices that it turns into tokens.

use orchestrator_domain::{
    price_up, Currency, Error, Rate, MAX_MONTHLY_PRICE, MAX_RATE, RATE_AGE_MS, RATE_STEP_MS,
};
use proptest::prelude::*;

const NOW: u64 = 1_700_000_000_000;
const HOUR_MS: u64 = 3_600_000;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn rate(per_usd: u128) -> Rate {
    Rate { per_usd, at: NOW }
}

/// Whether `next` is taken `hours` after `last`.
fn is_taken(last: u128, next: u128, hours: u64) -> bool {
    let at = NOW + hours * HOUR_MS;
    let verdict = rate(last).set(next, at, at);
    assert!(matches!(verdict, Ok(()) | Err(Error::RateOutOfBounds)));
    verdict.is_ok()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_rate_is_taken_if_and_only_if_it_is_within_its_bounds(
        last in 1..=MAX_RATE, fewer in 0u32..80, tenths in 0u128..40, off in -2i128..=2,
        after in 0u64..30 * HOUR_MS, seen in 0u64..2 * HOUR_MS,
    ) {
        let last = (last >> fewer).max(1);
        let next = (last * tenths / 10).saturating_add_signed(off);
        let (at, now) = (NOW + after, NOW + after + seen);
        let hours = u128::from(after / HOUR_MS).min(10);
        let near = next * 10 <= last * (10 + hours) && last * 10 <= next * (10 + hours);
        let mut rate = rate(last);
        let verdict = rate.set(next, at, now);
        let expected = if !(1..=MAX_RATE).contains(&next) {
            Err(Error::RateOutOfBounds)
        } else if after < HOUR_MS {
            Err(Error::TooEarly)
        } else if seen >= HOUR_MS {
            Err(Error::TooLate)
        } else if !near {
            Err(Error::RateOutOfBounds)
        } else {
            Ok(())
        };
        prop_assert_eq!(verdict, expected);
        let expected = if verdict.is_ok() { (next, at) } else { (last, NOW) };
        prop_assert_eq!((rate.per_usd, rate.at), expected, "a refusal changes nothing");
    }

    #[test]
    fn a_price_in_dollars_is_rounded_up_to_tokens_and_never_by_more_than_one(
        per_usd in 1..=MAX_RATE, fewer in 0u32..80, micro_usd in any::<u64>(), shift in 16u32..64,
    ) {
        let (per_usd, micro_usd) = ((per_usd >> fewer).max(1), u128::from(micro_usd >> shift));
        let tokens = rate(per_usd).tokens_up(micro_usd, Currency::MicroUsd, NOW).unwrap();
        let exact = per_usd * micro_usd;
        prop_assert!(tokens * 1_000_000 >= exact && tokens * 1_000_000 < exact + 1_000_000);
    }
}

#[test]
fn a_rate_of_zero_and_one_above_the_highest_are_refused() {
    for (per_usd, verdict) in [
        (0, Err(Error::RateOutOfBounds)),
        (1, Ok(())),
        (MAX_RATE, Ok(())),
        (MAX_RATE + 1, Err(Error::RateOutOfBounds)),
        (u128::MAX, Err(Error::RateOutOfBounds)),
    ] {
        let mut rate = Rate::default();
        assert_eq!(rate.set(per_usd, NOW, NOW), verdict);
        assert_eq!(rate, if verdict.is_ok() { Rate { per_usd, at: NOW } } else { Rate::default() });
    }
    assert_eq!(rate(5).set(0, NOW + 10 * HOUR_MS, NOW + 10 * HOUR_MS), Err(Error::RateOutOfBounds));
}

#[test]
fn a_rate_is_observed_less_than_an_hour_ago_and_not_in_the_future() {
    for (at, verdict) in [
        (NOW + 1, Err(Error::TooEarly)),
        (NOW, Ok(())),
        (NOW - RATE_STEP_MS + 1, Ok(())),
        (NOW - RATE_STEP_MS, Err(Error::TooLate)),
        (0, Err(Error::TooLate)),
    ] {
        assert_eq!(Rate::default().set(5, at, NOW), verdict, "{at}");
    }
}

#[test]
fn rates_are_an_hour_apart_by_the_instants_at_which_they_were_observed() {
    assert_eq!(RATE_STEP_MS, HOUR_MS);
    let later = NOW + 2 * HOUR_MS - 2;
    assert_eq!(rate(100).set(100, NOW + HOUR_MS - 1, later), Err(Error::TooEarly));
    assert_eq!(rate(100).set(100, NOW + HOUR_MS, later), Ok(()));
    assert_eq!(rate(100).set(100, NOW, later), Err(Error::TooEarly));
    assert_eq!(rate(100).set(100, NOW - 1, later), Err(Error::TooEarly));
}

#[test]
fn after_a_silence_the_rate_takes_one_step_an_hour_and_none_for_the_hours_gone_by() {
    let mut rate = rate(100);
    let now = NOW + 50 * HOUR_MS;
    for hours in 1..50 {
        assert_eq!(rate.set(110, NOW + hours * HOUR_MS, now), Err(Error::TooLate), "{hours}");
    }
    let at = now - HOUR_MS + 1;
    rate.set(200, at, now).unwrap();
    assert_eq!(rate.set(220, now, now), Err(Error::TooEarly));
    assert_eq!(rate.set(221, at + HOUR_MS, at + HOUR_MS), Err(Error::RateOutOfBounds));
    assert_eq!(rate.set(220, at + HOUR_MS, at + HOUR_MS), Ok(()));
}

#[test]
fn the_step_is_a_tenth_an_hour_up_and_its_inverse_down_to_the_double_and_the_half() {
    for (hours, lowest, highest) in [
        (1, 909_091, 1_100_000),
        (2, 833_334, 1_200_000),
        (10, 500_000, 2_000_000),
        (500, 500_000, 2_000_000),
    ] {
        for (next, taken) in
            [(lowest - 1, false), (lowest, true), (1_000_000, true), (highest, true), (highest + 1, false)]
        {
            assert_eq!(is_taken(1_000_000, next, hours), taken, "{next} after {hours} hours");
        }
    }
    assert!(is_taken(MAX_RATE, MAX_RATE / 2, 10) && is_taken(MAX_RATE / 2, MAX_RATE, 10));
    assert!(is_taken(1, 2, 10) && !is_taken(1, 2, 9) && !is_taken(1, 3, 10));
}

#[test]
fn a_rate_counts_for_twelve_hours() {
    assert_eq!(RATE_AGE_MS, 12 * HOUR_MS);
    for (now, verdict) in [
        (NOW, Ok(7)),
        (NOW + RATE_AGE_MS - 1, Ok(7)),
        (NOW + RATE_AGE_MS, Err(Error::RateStale)),
        (u64::MAX, Err(Error::RateStale)),
    ] {
        assert_eq!(rate(7).tokens_up(1_000_000, Currency::MicroUsd, now), verdict);
        assert_eq!(rate(7).tokens_up(1_000_000, Currency::Token, now), Ok(1_000_000), "tokens need no rate");
    }
    assert_eq!(Rate::default().tokens_up(1, Currency::MicroUsd, 0), Err(Error::RateStale));
    assert_eq!(Rate::default().tokens_up(1, Currency::Token, NOW), Ok(1));
}

#[test]
fn a_price_in_dollars_rounds_up() {
    let tokens = |per_usd, micro_usd| rate(per_usd).tokens_up(micro_usd, Currency::MicroUsd, NOW);
    assert_eq!(
        (tokens(1, 0), tokens(1, 1), tokens(1, 1_000_000), tokens(1, 1_000_001)),
        (Ok(0), Ok(1), Ok(1), Ok(2))
    );
    assert_eq!((tokens(10_000_000_000, 1), tokens(10_000_000_001, 1)), (Ok(10_000), Ok(10_001)));
}

#[test]
fn a_price_in_dollars_beyond_what_can_be_told_in_tokens_is_too_high() {
    let tokens = |micro_usd| rate(MAX_RATE).tokens_up(micro_usd, Currency::MicroUsd, NOW);
    assert!(tokens((1 << 48) - 1).is_ok());
    for micro_usd in [1 << 48, u128::from(u64::MAX), u128::from(u64::MAX) + 1, MAX_MONTHLY_PRICE] {
        assert_eq!(tokens(micro_usd), Err(Error::PriceTooHigh));
    }
    assert_eq!(rate(1).tokens_up(u128::from(u64::MAX), Currency::MicroUsd, NOW), Ok(18_446_744_073_710));
    let dear = tokens(1_000_001).unwrap();
    assert!(dear > MAX_MONTHLY_PRICE);
    assert_eq!(
        price_up(dear, 1, 1),
        Err(Error::PriceTooHigh),
        "what can be told may still be too high to agree to"
    );
}
