//! Who stands where after so many days of daily rounds.

use orchestrator_domain::NEUTRAL;
use orchestrator_score::kinds::{run, Kind, Runs, DAYS};

fn of(kind: Kind, price: u128) -> Runs {
    Runs::of(kind, price).unwrap()
}

const PRICES: [u128; 2] = [1_000_000_000_000, 100_000_000_000];

#[test]
fn an_honest_provider_is_above_a_new_one_in_every_run_from_the_first_week_on() {
    for price in PRICES {
        let runs = of(Kind::Honest, price);
        assert_eq!(runs.from_day(100, |x| x.provider > NEUTRAL), Some(7));
        assert_eq!(runs.from_day(100, |x| x.unit > NEUTRAL), Some(7));
    }
}

#[test]
fn lazy_ones_that_show_three_samples_or_more_are_below_a_new_one_in_every_run_within_a_week() {
    for price in PRICES {
        for samples in [3, 7] {
            let runs = of(Kind::Lazy(samples), price);
            assert!(runs.from_day(100, |x| x.provider < NEUTRAL).is_some_and(|day| day <= 7));
            assert!(runs.from_day(100, |x| x.unit < NEUTRAL).is_some_and(|day| day <= 7));
        }
    }
}

#[test]
fn flaky_ones_are_below_a_new_one_in_every_run_on_day_30() {
    for price in PRICES {
        for stretch in [24, 72] {
            let runs = of(Kind::Flaky(stretch), price);
            assert!(runs.range(30, |x| x.provider).most < NEUTRAL);
            assert!(runs.range(30, |x| x.unit).most < NEUTRAL);
        }
        let runs = of(Kind::Flaky(24), price);
        assert!(runs.from_day(100, |x| x.provider < NEUTRAL).is_some_and(|day| day <= 30));
    }
}

#[test]
fn a_lazy_one_with_a_single_sample_is_below_every_honest_one_on_day_30() {
    for price in PRICES {
        let least = of(Kind::Honest, price).range(30, |x| x.provider).least;
        assert!(of(Kind::Lazy(1), price).range(30, |x| x.provider).most < least);
    }
}

#[test]
fn a_provider_that_misses_one_round_in_a_hundred_stays_above_a_new_one() {
    let runs = Runs::full(Kind::Careless).unwrap();
    assert!(runs.from_day(100, |x| x.provider > NEUTRAL).is_some_and(|day| day <= 30));
}

#[test]
fn the_more_samples_a_lazy_one_shows_the_lower_it_stands() {
    let middle = |samples| of(Kind::Lazy(samples), PRICES[0]).range(30, |x| x.provider).middle;
    assert!(middle(1) > middle(3) && middle(3) > middle(7));
}

#[test]
fn a_new_provider_stays_at_neutral() {
    assert!(run(Kind::New, PRICES[0], 0).unwrap().iter().all(|x| (x.provider, x.unit) == (NEUTRAL, NEUTRAL)));
}

#[test]
fn a_run_of_the_same_number_is_the_same_and_of_another_is_not() {
    let scores = |number| -> Vec<u16> {
        run(Kind::Lazy(1), PRICES[0], number).unwrap().iter().map(|x| x.provider).collect()
    };
    assert_eq!(scores(3), scores(3));
    assert_ne!(scores(3), scores(4));
    assert_eq!(scores(3).len(), DAYS);
}
