//! What each attack gains at most, or costs at least.

use orchestrator_domain::{weighed, Balance, DAY_MS, FULL_WEIGHT, NEUTRAL};
use orchestrator_score::attacks::{observers, others, powers, reload, spread, wash};
use orchestrator_score::deal::{FEE_BPS, UNIT};
use orchestrator_score::kinds::HOUR_MS;

const FULL: Balance = UNIT as Balance;

#[test]
fn washing_costs_the_network_fee_on_every_day_and_a_day_counts_two_and_a_half_at_most() {
    for way in wash::WAYS {
        for target in [6_000, 9_000, 9_500] {
            let washed = wash::wash(way, target).unwrap();
            // Good evidence that the score stands for, in units of 60 days: (score - 5,000) / (10,000 - score).
            let score = Balance::from(washed.score);
            let neutral = Balance::from(NEUTRAL);
            let month = FULL * Balance::from(FEE_BPS) / 10_000;
            let least = month * 2 * (score - neutral) / (10_000 - score) * 2 / 5;
            assert!(washed.fee * 1_001 / 1_000 >= least, "{way:?} to {score}: {} < {least}", washed.fee);
            assert!(washed.locked >= washed.fee * 10_000 / Balance::from(FEE_BPS));
        }
    }
}

#[test]
fn a_washed_point_costs_more_the_higher_the_score_is() {
    for way in wash::WAYS {
        let fee = |target| wash::wash(way, target).unwrap().fee;
        assert!((fee(9_500) - fee(9_000)) > (fee(9_000) - fee(8_000)) / 2);
        assert!(fee(8_000) > fee(6_000));
    }
}

#[test]
fn one_placement_never_lifts_a_provider_or_its_unit_above_7_840_whatever_its_price() {
    for price in [FULL / 100, FULL, FULL * 1_000_000] {
        let (provider, unit) = wash::one_deal(price).unwrap();
        assert!(provider <= 7_840 && unit <= 7_840, "{provider} {unit}");
    }
    assert_eq!(wash::one_deal(FULL).unwrap(), wash::one_deal(FULL * 1_000).unwrap());
}

#[test]
fn many_small_deals_weigh_no_more_than_one_of_their_price() {
    let one = wash::many_deals(1, FULL).unwrap();
    for deals in [3, 100, 1_000] {
        assert!(wash::many_deals(deals, FULL / Balance::from(deals)).unwrap() <= one);
    }
    assert_eq!(wash::many_deals(20_000, FULL / 20_000).unwrap(), NEUTRAL);
}

#[test]
fn a_deal_grown_for_a_moment_finds_no_more_than_its_fee_would_have_paid_for() {
    let (small, grown) = (wash::grown(false).unwrap(), wash::grown(true).unwrap());
    assert!(grown.good <= small.good + 1, "{grown:?} against {small:?}");
    assert!(grown.fee >= small.fee);
}

#[test]
fn a_new_account_earns_the_score_again_from_neutral() {
    assert_eq!(reload::day_of(NEUTRAL, FULL).unwrap(), Some(1));
    assert!(reload::day_of(6_000, FULL).unwrap().is_some_and(|day| day >= 7));
    assert!(reload::day_of(9_000, FULL).unwrap().is_some_and(|day| day >= 28));
    assert_eq!(reload::day_of(9_000, FULL / 10).unwrap(), None);
}

#[test]
fn settling_late_counts_at_most_four_times_as_much_and_never_more_than_the_time_since_the_end_leaves() {
    // Ten placements of 31 days.
    let all = weighed(310 * DAY_MS, u64::MAX, FULL_WEIGHT);
    for start in [0, 1, 2, 15, 29] {
        for days in [0, 15, 29, 30, 59, 60, 90, 360] {
            let [each, late] = reload::held_back(start, days).unwrap();
            // Each halving rounds down.
            assert!(each.good() <= late.good() + 100, "{start} {days}");
            assert!(late.good() <= 4 * (each.good() + 100), "{start} {days}");
            assert!(late.good() <= all >> (days / 30), "{start} {days}");
        }
    }
}

#[test]
fn a_dispute_with_oneself_holds_back_no_more_than_ten_days_of_evidence() {
    let (plain, disputed) =
        (powers::disputed_with_oneself(false).unwrap(), powers::disputed_with_oneself(true).unwrap());
    // Of 30 days and one each, all but ten have halved: (105 + 100 + 30) / (205 + 60).
    assert!(plain < disputed && disputed <= 8_868, "{plain} {disputed}");
}

#[test]
fn bad_ratings_at_the_end_of_what_was_kept_sink_nobody_below_neutral() {
    for deals in [1, 5, 20] {
        for start in [0, 1, 15, 29] {
            let (new, established) = others::blamed(deals, start, 0).unwrap();
            assert!(new > NEUTRAL && established > NEUTRAL, "{deals} {start}");
        }
    }
}

#[test]
fn bad_ratings_given_later_say_at_most_twice_what_is_left_of_the_time_kept() {
    for deals in [1, 5, 20] {
        for start in [0, 1, 15, 29] {
            for days in [15, 29, 59, 89] {
                let (new, established) = others::blamed(deals, start, days).unwrap();
                // Of 31 days good a quarter is left where 15 days bad are whole; both halve alike from then on.
                let least = 10_000 * (31 * deals + 120) / (91 * deals + 240);
                assert!(u64::from(new) + 1 >= least && established > new, "{deals} {start} {days}: {new}");
            }
            assert!(others::blamed(deals, start, 120).unwrap().0 > NEUTRAL);
        }
    }
}

#[test]
fn proposals_that_are_declined_cost_no_points_and_unanswered_ones_an_hour_each() {
    for proposals in [1, 10, 100, 1_000] {
        let (new, established, locked) = others::spammed(proposals, false).unwrap();
        let declined = others::spammed(proposals, true).unwrap();
        let none = others::spammed(0, false).unwrap();
        assert_eq!((declined.0, declined.1), (none.0, none.1));
        // (0 + 30) / (days + 60)
        let expected = 10_000 * 30 * 24 / (proposals + 60 * 24);
        assert!(u64::from(new).abs_diff(expected) <= 1, "{new} {expected}");
        assert!(established < none.1);
        assert!(locked >= FULL * Balance::from(proposals) / 720);
    }
}

#[test]
fn money_that_goes_round_pays_the_fee_each_time_and_needs_less_the_shorter_the_terms_are() {
    let [month, day, hour] =
        [28 * 24, 24, 1].map(|hours| spread::round_and_round((hours * HOUR_MS) as u32, FEE_BPS).unwrap());
    assert!(month.fee - day.fee < 1_000 && day.fee - hour.fee < 10_000, "{month:?} {day:?} {hour:?}");
    assert!(month.score < day.score && day.score == hour.score);
    assert!(month.locked > 27 * day.locked && day.locked > 23 * hour.locked);
    let free = spread::round_and_round((24 * HOUR_MS) as u32, 0).unwrap();
    assert_eq!((free.fee, free.score), (0, day.score));
}

#[test]
fn deals_spread_over_two_data_units_lift_one_of_them_but_not_their_provider() {
    let (provider, alone) = spread::over_units(20, 1).unwrap();
    assert_eq!(provider, alone);
    for units in [2, 5] {
        let (same, unit) = spread::over_units(20, units).unwrap();
        assert_eq!(same, provider);
        // What is missing to 10,000 is at most the product of what is missing in each half: 0.5 × 60/(10 × 29 + 60) of it.
        assert!(unit > alone && unit <= 9_860, "{unit}");
    }
}

#[test]
fn many_consumers_are_worth_what_one_is_that_pays_as_much() {
    let one = spread::over_consumers(FULL, 1).unwrap();
    for consumers in [10, 100] {
        let many = spread::over_consumers(FULL, consumers).unwrap();
        assert!(many <= one && one - many < 1_000, "{one} {many}");
    }
}

#[test]
fn a_miss_counts_the_challenger_s_interval() {
    let [day, week, month] = [1, 7, 30].map(|days| powers::caught((days * 24 * HOUR_MS) as u32).unwrap());
    assert_eq!(
        [day.0, week.0, month.0],
        [40, 280, 1_200].map(|bad| 10_000u32 * 30 / (bad + 60)).map(|x| x as u16)
    );
    assert!(day.1 > NEUTRAL && week.1 < NEUTRAL && month.1 < week.1);
}

#[test]
fn a_smaller_scoring_unit_lifts_a_deal_to_full_weight_and_no_further() {
    let [one, ten, most] = [1, 1_000, 1_000_000].map(|times| powers::unit_lowered(times).unwrap());
    assert!(one < ten && ten <= most);
    // 28 days, a day and half a month.
    assert!(most <= (28 + 1 + 15) * 1_000 / 30);
}

#[test]
fn observers_of_a_manager_move_the_data_unit_alone() {
    let none = observers::reported((0, 0), (0, 0)).unwrap();
    let hostile = observers::reported((0, 0), (8, 0)).unwrap();
    assert_eq!(hostile.0, none.0);
    assert!(hostile.1 < none.1);
}

#[test]
fn observers_of_an_alias_cannot_hide_from_the_provider_s_score_what_the_network_sees() {
    let seen = observers::reported((3, 9_000), (0, 0)).unwrap();
    let hidden = observers::reported((3, 9_000), (8, 10_000)).unwrap();
    let none = observers::reported((0, 0), (0, 0)).unwrap();
    assert_eq!(hidden.0, seen.0);
    assert!(hidden.0 < none.0 && hidden.1 < none.1);
}

#[test]
fn good_reports_raise_no_score() {
    let none = observers::reported((0, 0), (0, 0)).unwrap();
    assert_eq!(observers::reported((3, 10_000), (8, 10_000)).unwrap(), none);
}

#[test]
fn a_manager_cannot_crowd_the_network_s_observers_out_by_naming_others() {
    assert!(observers::heard_in_a_crowd().unwrap());
}

#[test]
fn a_promise_raised_between_two_reports_takes_back_nothing_that_was_reported_before() {
    assert_eq!(observers::promise_raised(true).unwrap(), observers::promise_raised(false).unwrap());
}
