//! The score: its formula, how evidence ages, and what it weighs.

use orchestrator_domain::{
    weighed, weight, Balance, Error, Evidence, Findings, Standing, BEST, FULL_WEIGHT, MAX_MONTHLY_PRICE,
    MISS_FACTOR, MONTH_MS, NEUTRAL, PRIOR,
};
use proptest::prelude::*;

const BASE: u64 = 1_700_000_000_000;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn none() -> Evidence {
    Evidence::default()
}

/// In the order of the record.
fn evidence(parts: [u64; 8]) -> Evidence {
    let [kept, missed, completed, broken, short, lost, praised, blamed] = parts;
    Evidence { kept, missed, completed, broken, short, lost, praised, blamed }
}

fn parts(x: &Evidence) -> [u64; 8] {
    [x.kept, x.missed, x.completed, x.broken, x.short, x.lost, x.praised, x.blamed]
}

fn seen(seen: Evidence) -> Findings {
    Findings { seen, ..Findings::default() }
}

/// The documented formula in wide numbers.
fn formula(x: &Evidence, prior: u16) -> u128 {
    let wide = |x: u64| u128::from(x);
    let good = wide(x.kept) + wide(x.completed) + wide(x.praised);
    let missed = u128::from(MISS_FACTOR) * (wide(x.missed) + wide(x.short));
    let bad = missed + wide(x.broken) + wide(x.lost) + wide(x.blamed);
    (10_000 * good + 2 * u128::from(prior) * wide(PRIOR)) / (good + bad + 2 * wide(PRIOR))
}

/// Up to some years at full weight in each part.
fn lifelike() -> impl Strategy<Value = Evidence> {
    prop::array::uniform8(prop_oneof![2 => Just(0), 3 => 0..PRIOR, 2 => 0..100 * PRIOR]).prop_map(evidence)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_score_is_what_the_formula_says_but_for_one_in_ten_thousand(x in lifelike(), prior in 0u16..=BEST) {
        let (score, exact) = (u128::from(x.score(prior)), formula(&x, prior));
        prop_assert!(score.abs_diff(exact) <= 1, "{score} for {exact}");
    }

    #[test]
    fn the_score_is_never_above_the_best(parts in any::<[u64; 8]>(), prior in 0u16..=BEST) {
        prop_assert!(evidence(parts).score(prior) <= BEST);
    }

    #[test]
    fn more_of_what_speaks_for_it_never_lowers_the_score_and_of_what_speaks_against_it_never_raises_it(
        x in prop_oneof![lifelike(), any::<[u64; 8]>().prop_map(evidence)], more in prop_oneof![0..10 * PRIOR, any::<u64>()],
        prior in 0u16..=BEST,
    ) {
        for part in 0..8 {
            let mut numbers = parts(&x);
            numbers[part] = numbers[part].saturating_add(more);
            let (before, after) = (x.score(prior), evidence(numbers).score(prior));
            let is_good = [0, 2, 6].contains(&part);
            prop_assert!(if is_good { before <= after } else { before >= after }, "part {part}: {before} to {after}");
        }
    }

    #[test]
    fn without_evidence_the_score_is_the_prior(prior in 0u16..=BEST, now in any::<u64>()) {
        prop_assert_eq!(none().score(prior), prior);
        prop_assert_eq!(Standing::default().evidence(now).score(prior), prior);
    }

    #[test]
    fn with_the_months_the_score_goes_back_to_the_prior_and_never_away_from_it(x in lifelike(), prior in 0u16..=BEST) {
        let mut standing = Standing::default();
        standing.record(&seen(x), BASE);
        let mut last = None;
        for months in 0..=70 {
            let score = standing.evidence(BASE + months * MONTH_MS).score(prior);
            let apart = score.abs_diff(prior);
            // One of rounding: halves that are odd.
            prop_assert!(last.is_none_or(|x| apart <= x + 1), "{last:?} to {apart}");
            last = Some(apart);
        }
        prop_assert_eq!(last, Some(0));
    }

    #[test]
    fn what_is_recorded_at_once_or_in_parts_within_a_month_is_the_same(
        findings in prop::collection::vec((lifelike(), 0..MONTH_MS), 1..10), now in 0..10 * MONTH_MS,
    ) {
        let begin = BASE / MONTH_MS * MONTH_MS;
        let mut findings = findings;
        findings.sort_by_key(|x| x.1);
        let (mut one_by_one, mut at_once, mut sum) = (Standing::default(), Standing::default(), none());
        for (x, at) in &findings {
            one_by_one.record(&seen(*x), begin + at);
            sum.add(x, 0);
        }
        at_once.record(&seen(sum), begin);
        let now = begin + findings[findings.len() - 1].1 + now;
        prop_assert_eq!(one_by_one.evidence(now), at_once.evidence(now));
    }

    #[test]
    fn looking_often_or_late_changes_nothing(
        x in lifelike(), y in lifelike(), looks in prop::collection::vec(0..20 * MONTH_MS, 0..12), end in 0..9 * MONTH_MS,
    ) {
        let mut looked_at = Standing::default();
        looked_at.record(&seen(x), BASE);
        looked_at.record(&seen(y), BASE + MONTH_MS);
        let left = looked_at.clone();
        let mut looks: Vec<u64> = looks.iter().map(|x| BASE + MONTH_MS + x).collect();
        looks.sort_unstable();
        for at in &looks {
            looked_at.roll(*at);
        }
        let end = looks.last().unwrap_or(&(BASE + MONTH_MS)) + end;
        prop_assert_eq!(looked_at.evidence(end), left.evidence(end));
    }

    #[test]
    fn what_is_undone_months_later_is_gone_but_for_rounding(
        before in lifelike(), wrong in lifelike(), right in lifelike(), between in lifelike(),
        first in 0..MONTH_MS, gap in 0..6 * MONTH_MS,
    ) {
        let (at, later) = (BASE + first, BASE + first + gap);
        let mut changed = Standing::default();
        changed.record(&seen(before), BASE);
        changed.record(&seen(wrong), at);
        changed.record(&seen(between), at + gap / 2);
        changed.record(&Findings { seen: right, undone: wrong, undone_at: at }, later);
        let mut clean = Standing::default();
        clean.record(&seen(before), BASE);
        clean.record(&seen(between), at + gap / 2);
        clean.record(&seen(right), later);
        for now in [later, later + MONTH_MS] {
            let (changed, clean) = (parts(&changed.evidence(now)), parts(&clean.evidence(now)));
            for (x, y) in changed.into_iter().zip(clean) {
                prop_assert!((y..=y + 2).contains(&x), "{x} instead of {y}");
            }
        }
    }

    #[test]
    fn a_weight_is_the_share_of_the_unit_that_a_month_costs_and_never_above_the_full_one(
        price in 0u128..1 << 40, capacity in 1u64..1 << 32, unit in 1u64..=1 << 63,
    ) {
        let expected = (price * Balance::from(capacity)).min(unit.into()) * 10_000 / Balance::from(unit);
        let weight = weight(price, capacity, unit).unwrap();
        prop_assert_eq!(Balance::from(weight), expected);
        prop_assert!(weight <= FULL_WEIGHT);
    }
}

#[test]
fn the_numbers_of_the_score_are_those_of_its_document() {
    assert_eq!((NEUTRAL, BEST, FULL_WEIGHT, MISS_FACTOR, PRIOR), (5_000, 10_000, 10_000, 40, 25_920_000_000));
    for (numbers, score) in [
        ([0; 8], 5_000),
        ([2 * PRIOR, 0, 0, 0, 0, 0, 0, 0], 7_500),
        ([0, 0, 2 * PRIOR, 0, 0, 0, 0, 0], 7_500),
        ([0, 0, 0, 0, 0, 0, 2 * PRIOR, 0], 7_500),
        ([0, PRIOR / 20, 0, 0, 0, 0, 0, 0], 2_500),
        ([0, 0, 0, 2 * PRIOR, 0, 0, 0, 0], 2_500),
        ([0, 0, 0, 0, PRIOR / 20, 0, 0, 0], 2_500),
        ([0, 0, 0, 0, 0, 2 * PRIOR, 0, 0], 2_500),
        ([0, 0, 0, 0, 0, 0, 0, 2 * PRIOR], 2_500),
        ([u64::MAX, 0, 0, 0, 0, 0, 0, 0], 9_999),
        ([0, u64::MAX, 0, 0, 0, 0, 0, 0], 0),
    ] {
        assert_eq!(evidence(numbers).score(NEUTRAL), score, "{numbers:?}");
    }
    assert_eq!(none().score(0), 0);
    assert_eq!(evidence([PRIOR, 0, 0, 0, 0, 0, 0, 0]).score(BEST), BEST, "nothing speaks against it");
}

#[test]
fn evidence_halves_at_the_end_of_each_thirty_days_since_1970_and_not_before() {
    let x = evidence([1 << 40; 8]);
    let begin = BASE / MONTH_MS * MONTH_MS;
    for at in [begin, begin + MONTH_MS - 1] {
        let mut standing = Standing::default();
        standing.record(&seen(x), at);
        let count = |now: u64| standing.evidence(now).kept;
        assert_eq!(count(begin + MONTH_MS - 1), 1 << 40);
        for months in 1..=40 {
            assert_eq!(count(begin + months * MONTH_MS), 1 << (40 - months), "{months} months");
            assert_eq!(count(begin + (months + 1) * MONTH_MS - 1), 1 << (40 - months));
        }
        assert_eq!(standing.evidence(begin + 41 * MONTH_MS), none());
        assert_eq!(standing.evidence(u64::MAX), none());
    }
}

#[test]
fn an_instant_before_the_latest_one_ages_nothing() {
    let mut standing = Standing::default();
    standing.record(&seen(evidence([1_000; 8])), BASE);
    let before = standing.clone();
    standing.roll(BASE - 3 * MONTH_MS);
    assert_eq!(standing, before);
}

#[test]
fn at_the_highest_numbers_sums_stop_there_and_nothing_overflows() {
    let most = evidence([u64::MAX; 8]);
    let mut standing = Standing::default();
    for at in [BASE, BASE, BASE + MONTH_MS, BASE + MONTH_MS] {
        standing.record(&seen(most), at);
    }
    let evidence = standing.evidence(BASE + MONTH_MS);
    assert_eq!((evidence, evidence.good(), evidence.bad()), (most, u64::MAX, u64::MAX));
    assert_eq!((evidence.score(0), evidence.score(BEST)), (4_999, 5_000));
    standing.record(&Findings { seen: none(), undone: most, undone_at: 0 }, BASE + MONTH_MS);
    assert_eq!(standing.evidence(BASE + MONTH_MS), most, "what is too old to count undoes nothing");
    standing.record(&Findings { seen: none(), undone: most, undone_at: BASE + MONTH_MS }, BASE + MONTH_MS);
    assert_eq!(standing.now, none());
}

#[test]
fn a_weight_without_a_unit_or_above_the_bounds_is_refused() {
    assert_eq!(weight(1, 1, 0), Err(Error::Overflow));
    assert_eq!(weight(1, 1, (1 << 63) + 1), Err(Error::Overflow));
    assert_eq!(weight(MAX_MONTHLY_PRICE, 2, 1), Err(Error::PriceTooHigh));
    for (price, unit, weighs) in [
        (0, 1, 0),
        (1, 1, FULL_WEIGHT),
        (9_999, 10_000, 9_999),
        (10_000, 10_000, FULL_WEIGHT),
        (10_001, 10_000, FULL_WEIGHT),
        (1, 10_001, 0),
        (MAX_MONTHLY_PRICE, 1 << 63, FULL_WEIGHT),
    ] {
        assert_eq!(weight(price, 1, unit), Ok(weighs), "{price} of {unit}");
    }
}

#[test]
fn time_weighs_by_the_second_up_to_the_most_that_counts() {
    for (ms, most, of) in [(999, u64::MAX, 0), (1_000, u64::MAX, 7), (1_999, u64::MAX, 7), (5_000, 2_000, 14)]
    {
        assert_eq!(weighed(ms, most, 7), of);
    }
    assert_eq!(weighed(u64::MAX, u64::MAX, FULL_WEIGHT), u64::MAX);
}

#[test]
fn without_other_evidence_never_less_than_none_is_left() {
    let (all, own) = (evidence([5; 8]), evidence([0, 1, 2, 3, 4, 5, 6, u64::MAX]));
    assert_eq!(all.without(&own), evidence([5, 4, 3, 2, 1, 0, 0, 0]));
}
