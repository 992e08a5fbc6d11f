//! What placements say for the score: their proofs, misses, ends, disputes and ratings.

mod history;

use history::{active, no_round, sample, Setup, BASE};
use orchestrator_domain::{
    Balance, Error, Evidence, Placement, Rating, State, DAY_MS, FULL_WEIGHT, MONTH_MS, PRIOR,
};
use proptest::prelude::*;

/// Monthly price of the sample.
const UNIT: u64 = 10_000_000_000;
/// A day at full weight.
const DAY: u64 = DAY_MS / 1_000 * FULL_WEIGHT;

fn none() -> Evidence {
    Evidence::default()
}

/// An hour between rounds, a hundred days.
fn long() -> Placement {
    active(&Setup { term: 100 * DAY_MS, interval: 3_600_000, ..sample() })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_proven_is_recorded_once_however_often_one_looks(
        proven in 0u32..100_000, instants in prop::collection::vec(0..100 * DAY_MS, 1..20),
    ) {
        let setup = Setup { term: 100 * DAY_MS, interval: 3_600_000, ..sample() };
        let (mut p, mut sum) = (active(&setup), 0);
        p.tally.proven = proven;
        let mut instants = instants;
        instants.sort_unstable();
        for at in &instants {
            let before = p.recorded_ms;
            sum += p.record_kept(BASE + at, &no_round(), false, UNIT).unwrap();
            let new = p.recorded_ms - before;
            prop_assert!(new == 0 || new >= 7 * DAY_MS);
        }
        let end = *instants.last().unwrap();
        sum += p.record_kept(BASE + end, &no_round(), true, UNIT).unwrap();
        prop_assert_eq!(p.recorded_ms, end.min(u64::from(proven) * 3_600_000));
        prop_assert!(sum <= p.recorded_ms / 1_000 * FULL_WEIGHT);
        prop_assert_eq!(p.record_kept(BASE + end, &no_round(), true, UNIT), Ok(0));
    }
}

#[test]
fn proofs_are_recorded_from_a_week_on_and_the_rest_at_the_end() {
    let week = 7 * DAY_MS;
    let mut p = long();
    p.tally.proven = 7 * 24;
    assert_eq!(p.record_kept(BASE + week - 1, &no_round(), false, UNIT), Ok(0));
    assert_eq!(p.recorded_ms, 0, "nothing is recorded for nothing");
    assert_eq!(p.clone().record_kept(BASE + week - 1, &no_round(), true, UNIT), Ok(7 * DAY - FULL_WEIGHT));
    assert_eq!(p.record_kept(BASE + week, &no_round(), false, UNIT), Ok(7 * DAY));
    assert_eq!(p.record_kept(BASE + 3 * week, &no_round(), true, UNIT), Ok(0), "served and not proven");
    p.tally.proven += 1;
    assert_eq!(p.record_kept(BASE + 3 * week, &no_round(), true, UNIT), Ok(3_600 * FULL_WEIGHT));
}

#[test]
fn what_lies_further_back_than_thirty_days_is_not_recorded() {
    let mut p = long();
    p.tally.proven = 100 * 24;
    assert_eq!(p.record_kept(BASE + 100 * DAY_MS, &no_round(), true, UNIT), Ok(30 * DAY));
    assert_eq!(p.recorded_ms, 100 * DAY_MS, "and never later");
}

#[test]
fn what_is_recorded_after_the_end_has_halved_as_often_as_if_it_had_been_recorded_then() {
    let mut p = long();
    p.tally.proven = 100 * 24;
    for (late, halvings) in
        [(0, 0), (MONTH_MS - 1, 0), (MONTH_MS, 1), (5 * MONTH_MS, 5), (500 * MONTH_MS, 63)]
    {
        let kept = p.clone().record_kept(p.ends_at + late, &no_round(), true, UNIT);
        assert_eq!(kept, Ok((30 * DAY) >> halvings), "{late} after the end");
    }
}

#[test]
fn a_missed_round_says_its_interval() {
    assert_eq!(long().missed(3, UNIT), Ok(3 * 3_600 * FULL_WEIGHT));
    assert_eq!(long().missed(3, 2 * UNIT), Ok(3 * 3_600 * FULL_WEIGHT / 2));
}

#[test]
fn an_end_says_what_its_document_says() {
    let p = Placement { recorded_ms: 2 * DAY_MS, settled: 2 * Balance::from(UNIT), ..long() };
    let broken = |seconds: u64| Evidence { broken: seconds * FULL_WEIGHT, ..none() };
    for (state, said) in [
        (State::Completed, Evidence { completed: DAY, ..none() }),
        (State::Failed, broken(30 * 86_400)),
        (State::Withdrawn, broken(10 * 86_400)),
        (State::Cancelled, broken(3_600)),
        (State::Terminated, none()),
        (State::Proposed, none()),
        (State::Accepted, none()),
        (State::Active, none()),
    ] {
        assert_eq!(p.ended(state, p.ends_at, UNIT), Ok(said), "{state:?}");
    }
    let short = Placement { term_ms: 5_000, ends_at: BASE + 5_000, ..p.clone() };
    assert_eq!(short.ended(State::Failed, BASE, UNIT), Ok(broken(5)));
    let shortened = Placement { ends_at: BASE + 5_000, ..p };
    assert_eq!(
        shortened.ended(State::Failed, BASE, UNIT),
        Ok(broken(30 * 86_400)),
        "ended early, agreed for long"
    );
}

#[test]
fn an_end_of_term_says_what_was_paid_where_something_was_proven_and_less_the_later_it_is_told() {
    let completed = |p: &Placement, now: u64| p.ended(State::Completed, now, UNIT).unwrap().completed;
    let tenth = Balance::from(UNIT) / 300;
    let p = Placement { recorded_ms: 1, settled: tenth + 5, refunded: 5, ..long() };
    let said = completed(&p, p.ends_at);
    assert!((DAY / 10 - 1_000..=DAY / 10).contains(&said), "{said}: a tenth of a day's price");
    for months in [1, 2, 63] {
        assert_eq!(completed(&p, p.ends_at + months * MONTH_MS), said >> months);
    }
    assert_eq!(completed(&Placement { recorded_ms: 0, ..p.clone() }, p.ends_at), 0, "nothing was proven");
    assert_eq!(completed(&Placement { refunded: p.settled, ..p.clone() }, p.ends_at), 0, "nothing was paid");
}

#[test]
fn a_dispute_says_by_the_share_that_was_lost_up_to_thirty_days() {
    for (bps, said) in [(0, 0), (1, 259 * FULL_WEIGHT), (5_000, 15 * DAY), (10_000, 30 * DAY)] {
        assert_eq!(long().lost(bps, UNIT), Ok(said), "{bps}");
    }
}

#[test]
fn a_rating_speaks_by_its_stars_with_half_of_its_weight_at_the_most() {
    for (stars, praised, blamed) in [(0, 0, 0), (1, 0, 50), (2, 0, 25), (3, 0, 0), (4, 25, 0), (5, 50, 0)] {
        let rating = Rating { stars, rated_at: 0, weight: 100 };
        assert_eq!(rating.evidence(), Evidence { praised, blamed, ..none() }, "{stars} stars");
    }
}

#[test]
fn a_rating_needs_one_to_five_stars_and_something_paid_that_was_not_given_back() {
    let mut p = Placement { settled: 1, ..long() };
    let unrated = p.clone();
    for stars in [0, 6, 255] {
        assert_eq!(p.rate(stars, BASE, UNIT), Err(Error::RatingOutOfBounds));
    }
    for (settled, refunded) in [(0, 0), (5, 5)] {
        let mut unpaid = Placement { settled, refunded, ..unrated.clone() };
        assert_eq!(unpaid.rate(5, BASE, UNIT), Err(Error::NothingPaid));
    }
    assert_eq!(p, unrated, "a refusal changes nothing");
    assert!((1..=5).all(|stars| p.clone().rate(stars, BASE, UNIT).is_ok()));
}

#[test]
fn a_rating_weighs_what_was_paid_and_takes_the_place_of_the_one_before() {
    let unit = Balance::from(UNIT);
    let mut p = Placement { settled: unit / 10 + 7, refunded: 7, ..long() };
    let first = p.rate(1, BASE + DAY_MS, UNIT).unwrap();
    let blamed = Evidence { blamed: PRIOR / 20, ..none() };
    let praised = Evidence { praised: PRIOR / 2, ..none() };
    assert_eq!((first.seen, first.undone), (blamed, none()));
    p.settled = unit + 7;
    let second = p.rate(5, BASE + 2 * DAY_MS, UNIT).unwrap();
    assert_eq!((second.seen, second.undone, second.undone_at), (praised, blamed, BASE + DAY_MS));
    p.settled = 9 * unit;
    let third = p.rate(5, BASE + 50 * DAY_MS, UNIT).unwrap();
    assert_eq!((third.seen, third.undone), (praised, praised), "no more than the scoring unit counts");
}

#[test]
fn after_the_end_a_placement_is_rated_once_and_the_later_the_less() {
    let ended = Placement { settled: UNIT.into(), state: State::Completed, ..long() };
    for (late, halvings) in [(0, 0), (MONTH_MS - 1, 0), (MONTH_MS, 1), (3 * MONTH_MS, 3)] {
        let mut p = ended.clone();
        let found = p.rate(5, p.ends_at + late, UNIT).unwrap();
        assert_eq!(found.seen, Evidence { praised: (PRIOR >> halvings) / 4 * 2, ..none() });
        assert_eq!(p.rate(1, p.ends_at + late, UNIT), Err(Error::WrongState));
    }
}
