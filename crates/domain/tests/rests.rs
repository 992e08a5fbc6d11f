//! Rounds and pay of a placement whose data unit has maintenance.

mod history;

use history::{active, disputed, plans, round, sample, setups, windows, Plan, Run, Setup, Touching, BASE};
use orchestrator_domain::{price_down, price_up, Balance, Maintenance, Placement, Round, State, Window};
use proptest::prelude::*;

const MINUTE: u64 = 60_000;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn rest(windows: &[(u64, u64)]) -> Maintenance {
    let window = |(from, until): &(u64, u64)| Window { from: BASE + from, until: BASE + until };
    Maintenance { before_ms: 0, windows: windows.iter().map(window).collect() }
}

fn within(maintenance: &Maintenance, at: u64) -> bool {
    maintenance.windows.iter().any(|x| (x.from..x.until).contains(&at))
}

/// A placement that has accounted a round at `BASE`, and after so many others looks at one that is still open.
fn looked_at(interval: u32, maintenance: &Maintenance, opened: &[u64]) -> (Placement, Round) {
    let setup = Setup { interval, max_misses: 100, term: 100_000_000, ..sample() };
    let mut p = active(&setup);
    (p.tally.opened_at, p.tally.round) = (BASE, 1);
    let number = 1 + u32::try_from(opened.len()).unwrap();
    let latest = Round { maintenance: maintenance.clone(), ..round(number, *opened.last().unwrap()) };
    // The latest is cut off, so that it counts for nothing here.
    (p, Round { cut: true, ..latest })
}

prop_compose! {
    /// Instants an interval apart or more, mostly by less than another one.
    fn opened(most_extra: u64)(
        interval in 1_000u32..100_000,
        extra in prop::collection::vec(prop_oneof![Just(0), 0..=most_extra], 1..30),
    ) -> (u32, Vec<u64>) {
        let mut at = BASE;
        let next = |x: &u64| {
            at += u64::from(interval) + x;
            at
        };
        (interval, extra.iter().map(next).collect())
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_round_opened_within_maintenance_is_ever_missed(
        (interval, opened) in opened(90_000), maintenance in windows(400_000),
    ) {
        let (mut p, latest) = looked_at(interval, &maintenance, &opened);
        let misses = p.account(&latest);
        let older = &opened[..opened.len() - 1];
        let outside = older.iter().filter(|x| !within(&maintenance, **x)).count();
        prop_assert!(misses.count as usize <= outside, "{} of {outside}", misses.count);
        prop_assert_eq!(p.tally.missed + p.tally.excused, latest.number - 1);
    }

    #[test]
    fn exactly_an_interval_apart_every_round_outside_of_maintenance_is_missed(
        (interval, opened) in opened(0), maintenance in windows(400_000),
    ) {
        let (mut p, latest) = looked_at(interval, &maintenance, &opened);
        let misses = p.account(&latest);
        let older = &opened[..opened.len() - 1];
        let outside = older.iter().filter(|x| !within(&maintenance, **x)).count();
        prop_assert_eq!(misses.count as usize, outside);
    }

    #[test]
    fn no_more_rounds_are_excused_than_can_have_been_opened_within_maintenance(
        (interval, opened) in opened(90_000), maintenance in windows(400_000),
    ) {
        let (mut p, latest) = looked_at(interval, &maintenance, &opened);
        p.account(&latest);
        let most: u64 = maintenance
            .windows
            .iter()
            .map(|x| (x.until.min(latest.opened_at).saturating_sub(x.from)).div_ceil(interval.into()))
            .sum();
        prop_assert!(u64::from(p.tally.excused) <= most + 1, "besides the one that was cut");
    }

    #[test]
    fn accounting_in_two_steps_misses_no_round_within_maintenance_either(
        (interval, opened) in opened(90_000), maintenance in windows(400_000), between in 0usize..30,
    ) {
        let (mut p, latest) = looked_at(interval, &maintenance, &opened);
        let between = between.min(opened.len() - 1);
        let number = u32::try_from(between).unwrap() + 2;
        // Still open then: what was before it is accounted, and it is left.
        let open = Round { number, opened_at: opened[between], cut: false, ..latest.clone() };
        let first = p.account(&open);
        let cut = u32::from(number == latest.number);
        let second = p.account(&Round { cuts: 0, ..latest.clone() });
        let older = &opened[..opened.len() - 1];
        let outside = older.iter().filter(|x| !within(&maintenance, **x)).count();
        prop_assert!((first.count + second.count) as usize <= outside + cut as usize);
        prop_assert_eq!(p.tally.missed + p.tally.excused, latest.number - 1);
    }

    #[test]
    fn touched_whenever_a_window_ends_accounting_and_pay_are_exact(
        setup in setups(50_000), maintenance in windows(200_000), plans in plans(90_000, true),
    ) {
        for touching in [Touching::AtEveryEnd, Touching::AfterEveryEvent] {
            let run = Run::through_windows(&setup, &maintenance, &plans, touching);
            let truth = run.truth();
            prop_assert_eq!(run.p.tally.proven, truth.proven);
            prop_assert_eq!(run.p.tally.missed, truth.missed);
            prop_assert_eq!(run.p.tally.streak, truth.streak);
            prop_assert_eq!(run.failed_at, truth.failed_at);
            prop_assert_eq!(run.gross, truth.earned);
            prop_assert_eq!(setup.collateral - run.slashed, truth.collateral);
        }
    }

    #[test]
    fn settling_in_steps_pays_what_settling_once_pays(
        setup in setups(50_000), maintenance in windows(200_000), plans in plans(90_000, true),
    ) {
        let mut totals = Vec::new();
        for touching in [Touching::AtEveryEnd, Touching::AfterEveryEvent] {
            let run = Run::through_windows(&setup, &maintenance, &plans, touching);
            totals.push((run.gross, run.fee, run.referral, run.manager, run.bonus, run.refunded, run.slashed));
        }
        prop_assert_eq!(totals[0], totals[1]);
    }

    #[test]
    fn with_renewals_too_it_is_paid_what_was_earned(
        setup in setups(50_000), maintenance in windows(200_000), plans in plans(90_000, true),
    ) {
        let setup = Setup { term: setup.term / 5 + 1_000, ..setup };
        for touching in [Touching::AtEveryEnd, Touching::AfterEveryEvent] {
            let mut run = Run::maintained(&setup, &maintenance);
            run.renews = true;
            let run = run.finished(&plans, touching);
            prop_assert_eq!(run.gross, run.truth().earned);
        }
    }

    #[test]
    fn with_disputes_too_all_that_is_paid_and_given_back_is_what_was_earned(
        setup in setups(50_000), maintenance in windows(200_000), plans in disputed(90_000),
    ) {
        for touching in [Touching::AtEveryEnd, Touching::AfterEveryEvent] {
            let run = Run::through_windows(&setup, &maintenance, &plans, touching);
            prop_assert_eq!(run.gross + run.given_back, run.truth().earned);
            let price = price_up(setup.price, setup.capacity, setup.term).unwrap();
            prop_assert_eq!(run.gross + run.given_back + run.refunded, price);
        }
    }

    #[test]
    fn whoever_looks_late_finds_no_more_misses_and_the_provider_gets_the_benefit(
        setup in setups(50_000), maintenance in windows(200_000), plans in plans(90_000, true),
    ) {
        for touching in [Touching::Never, Touching::AsPlanned] {
            let run = Run::through_windows(&setup, &maintenance, &plans, touching);
            let truth = run.truth();
            if truth.failed_at.is_none() {
                prop_assert!(run.p.tally.missed <= truth.missed);
                prop_assert_eq!(run.failed_at, None);
            }
            prop_assert!(run.slashed <= setup.collateral - truth.collateral);
            prop_assert!(run.gross >= truth.earned, "{} < {}", run.gross, truth.earned);
        }
    }

    #[test]
    fn at_exact_intervals_every_miss_is_found_whenever_it_is_touched(
        setup in setups(0), maintenance in windows(200_000), plans in plans(0, false),
    ) {
        // Where the challenger has opened no round before, nobody knows how soon its first one comes.
        let setup = Setup { term: 10_000_000, opened_before: true, ..setup };
        for touching in [Touching::Never, Touching::AsPlanned, Touching::AfterEveryEvent] {
            let run = Run::through_windows(&setup, &maintenance, &plans, touching);
            let truth = run.truth();
            prop_assert_eq!(run.p.tally.missed, truth.missed);
            prop_assert_eq!(run.p.tally.streak, truth.streak);
            prop_assert_eq!(run.failed_at.is_some(), truth.failed_at.is_some());
            prop_assert_eq!(setup.collateral - run.slashed, truth.collateral);
        }
    }

    #[test]
    fn served_is_never_more_than_what_maintenance_leaves_and_never_falls(
        setup in setups(50_000), maintenance in windows(400_000), plans in plans(90_000, true),
        instants in prop::collection::vec(0u64..4_000_000, 2..20),
    ) {
        for touching in [Touching::Never, Touching::AsPlanned, Touching::AfterEveryEvent] {
            let run = Run::through_windows(&setup, &maintenance, &plans, touching);
            let until = run.failed_at.unwrap_or(run.p.ends_at);
            let span = run.stopped(until) - run.stopped(run.p.started_at);
            prop_assert!(run.gross <= price_down(setup.price, setup.capacity, span).unwrap());
            prop_assert_eq!(run.gross + run.refunded, price_up(setup.price, setup.capacity, setup.term).unwrap());
        }
        let mut run = Run::maintained(&setup, &maintenance);
        let round = run.round();
        let mut instants: Vec<u64> = instants.iter().map(|x| run.p.started_at + x).collect();
        instants.sort_unstable();
        let mut last = 0;
        for at in instants {
            let served = run.p.served_ms(at, &round);
            let end = at.min(run.p.ends_at);
            prop_assert_eq!(served, run.stopped(end) - run.stopped(run.p.started_at));
            prop_assert!(served >= last);
            last = served;
        }
        run.p.close(u64::MAX, &round);
        prop_assert_eq!(run.p.rested_ms - run.p.rested_before_ms, setup.term - run.p.served_before_ms);
    }

    #[test]
    fn a_new_segment_within_or_beside_maintenance_changes_nothing_that_was_served(
        setup in setups(0), maintenance in windows(400_000), cuts in prop::collection::vec(0u64..3_000_000, 0..6),
    ) {
        let mut run = Run::maintained(&setup, &maintenance);
        let whole = run.p.served_ms(u64::MAX, &run.round());
        let mut cuts: Vec<u64> = cuts.iter().map(|x| run.p.started_at + x % setup.term).collect();
        cuts.sort_unstable();
        for at in cuts {
            let before = run.p.served_ms(at, &run.round());
            run.p.start_segment(at, &run.round()).unwrap();
            prop_assert_eq!(run.p.served_ms(at, &run.round()), before);
        }
        prop_assert_eq!(run.p.served_ms(u64::MAX, &run.round()), whole);
    }
}

fn silent(rounds: usize) -> Vec<Plan> {
    vec![Plan { extra: 0, events: Vec::new() }; rounds]
}

#[test]
fn maintenance_is_not_paid() {
    let run = Run::through_windows(&sample(), &rest(&[(100_000, 130_000)]), &[], Touching::Never);
    assert_eq!(run.gross, price_down(1_000_000_000, 10, 570_000).unwrap());
    assert_eq!(run.p.state, State::Completed);
}

#[test]
fn a_round_asks_nothing_from_the_first_instant_of_a_window_to_its_last() {
    for (from, until, asks) in [
        (MINUTE, MINUTE + 1, false),
        (MINUTE - 1, MINUTE + 1, false),
        (MINUTE - 1, MINUTE, true),
        (MINUTE + 1, MINUTE + 2, true),
    ] {
        let mut run = Run::maintained(&sample(), &rest(&[(from, until)]));
        run.at(BASE + MINUTE);
        run.open();
        assert_eq!(run.p.owes_proof(&run.round()), asks, "{from} to {until}");
        run.at(BASE + MINUTE + 30_000);
        run.touch();
        assert_eq!((run.p.tally.missed, run.p.tally.excused), (asks.into(), (!asks).into()));
    }
}

#[test]
fn a_window_that_begins_after_a_round_was_opened_excuses_nothing() {
    let run =
        Run::through_windows(&sample(), &rest(&[(MINUTE + 1, 2 * MINUTE)]), &silent(1), Touching::AtEveryEnd);
    assert_eq!((run.p.tally.missed, run.p.tally.excused), (1, 0));
    let served = 600_000 - (MINUTE - 1) - MINUTE;
    assert_eq!(
        run.gross,
        price_down(1_000_000_000, 10, served).unwrap(),
        "the missed interval and the window"
    );
}

/// Nothing is known of the challenger before the activation, so its first round may come at once.
#[test]
fn a_round_opened_within_maintenance_right_after_the_activation_is_not_missed() {
    let setup = Setup { phase: 59_990, opened_before: true, max_misses: 9, ..sample() };
    let mut run = Run::maintained(&setup, &rest(&[(59_995, 90_000)]));
    for opened in [60_000, 120_000] {
        run.at(BASE + opened);
        run.open();
    }
    run.touch();
    assert_eq!((run.p.tally.missed, run.p.tally.excused), (0, 1), "one was within, the other is open");
}

/// Two rounds an interval apart, and half of it maintenance: the two misses cost the time that there was.
#[test]
fn two_missed_rounds_with_maintenance_between_them_cost_no_time_twice() {
    let setup = Setup { max_misses: 9, ..sample() };
    let maintenance = rest(&[(5 * MINUTE + 10_000, 5 * MINUTE + 40_000)]);
    let mut run = Run::maintained(&setup, &maintenance);
    for minute in 1..=6 {
        run.at(BASE + minute * MINUTE);
        run.open();
        if minute < 5 {
            run.p.prove(&run.round());
        } else {
            run.at(run.clock.now + 30_000);
        }
        run.touch();
    }
    run.at(BASE + 7 * MINUTE);
    assert_eq!(run.p.served_ms(run.clock.now, &run.round()), 5 * MINUTE, "all before the first miss");
}

#[test]
fn what_is_served_never_falls_below_what_was_paid() {
    let setup = Setup { max_misses: 9, term: 420_000, ..sample() };
    let maintenance = rest(&[(310_000, 340_000)]);
    let mut totals: Vec<Balance> = Vec::new();
    for touching in [Touching::AtEveryEnd, Touching::AfterEveryEvent] {
        let mut plans = silent(6);
        for plan in &mut plans[..4] {
            plan.events = vec![(100, history::Event::Answer(true))];
        }
        let run = Run::through_windows(&setup, &maintenance, &plans, touching);
        assert_eq!(run.p.tally.missed, 2);
        totals.push(run.gross);
    }
    assert_eq!(totals, [price_down(1_000_000_000, 10, 5 * MINUTE).unwrap(); 2]);
}
