//! Accounting of rounds in O(1) against the same history judged round by round.

mod history;

use history::{plans, sample, setups, Event, Plan, Run, Setup, Touching, BASE};
use orchestrator_domain::{price_down, price_up, Balance, Misses, State};
use proptest::prelude::*;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn counted(run: &Run) -> u32 {
    run.p.tally.proven + run.p.tally.missed + run.p.tally.excused
}

fn sample_of(max_misses: u8) -> Setup {
    Setup { max_misses, ..sample() }
}

fn silent(rounds: usize) -> Vec<Plan> {
    vec![Plan { extra: 0, events: Vec::new() }; rounds]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn each_round_is_proven_missed_or_excused_exactly_once(
        setup in setups(50_000), plans in plans(90_000, true),
    ) {
        for touching in [Touching::Never, Touching::AsPlanned, Touching::AfterEveryEvent] {
            let run = Run::through(&setup, &plans, touching);
            prop_assert_eq!(counted(&run), run.p.tally.round - run.first_round);
            prop_assert!(run.p.state != State::Active);
        }
    }

    #[test]
    fn touched_after_every_event_accounting_is_exact(setup in setups(50_000), plans in plans(90_000, true)) {
        let run = Run::through(&setup, &plans, Touching::AfterEveryEvent);
        let truth = run.truth();
        prop_assert_eq!(run.p.tally.proven, truth.proven);
        prop_assert_eq!(run.p.tally.missed, truth.missed);
        prop_assert_eq!(run.p.tally.streak, truth.streak);
        prop_assert_eq!(run.failed_at, truth.failed_at);
        prop_assert_eq!(run.p.state == State::Failed, truth.failed_at.is_some());
        prop_assert_eq!(run.gross, truth.earned);
        prop_assert_eq!(setup.collateral - run.slashed, truth.collateral);
    }

    #[test]
    fn at_exact_intervals_accounting_is_exact_whenever_it_is_touched(
        setup in setups(0), plans in plans(0, false),
    ) {
        let mut totals = Vec::new();
        for touching in [Touching::Never, Touching::AsPlanned, Touching::AfterEveryEvent] {
            let run = Run::through(&setup, &plans, touching);
            let truth = run.truth();
            prop_assert_eq!(run.p.tally.proven, truth.proven);
            prop_assert_eq!(run.p.tally.missed, truth.missed);
            prop_assert_eq!(run.p.tally.streak, truth.streak);
            prop_assert_eq!(run.failed_at, truth.failed_at);
            prop_assert_eq!(run.gross, truth.earned);
            prop_assert_eq!(setup.collateral - run.slashed, truth.collateral);
            totals.push((run.gross, run.fee, run.referral, run.manager, run.bonus, run.refunded, run.p.state));
        }
        prop_assert_eq!(totals[0], totals[1]);
        prop_assert_eq!(totals[1], totals[2]);
    }

    #[test]
    fn a_renewal_keeps_accounting_exact_whenever_it_is_touched(setup in setups(0), plans in plans(0, false)) {
        let setup = Setup { term: setup.term / 5 + 1_000, ..setup };
        let mut totals = Vec::new();
        for touching in [Touching::Never, Touching::AsPlanned, Touching::AfterEveryEvent] {
            let run = Run::renewing(&setup, &plans, touching);
            let truth = run.truth();
            prop_assert_eq!(run.p.tally.proven, truth.proven);
            prop_assert_eq!(run.p.tally.missed, truth.missed);
            prop_assert_eq!(run.failed_at, truth.failed_at);
            prop_assert_eq!(run.gross, truth.earned);
            totals.push((run.gross, run.fee, run.referral, run.manager, run.bonus, run.p.state, run.slashed));
        }
        prop_assert_eq!(totals[0], totals[1]);
        prop_assert_eq!(totals[1], totals[2]);
    }

    #[test]
    fn where_an_instant_is_unknown_the_provider_gets_the_benefit(
        setup in setups(50_000), plans in plans(90_000, true),
    ) {
        for touching in [Touching::Never, Touching::AsPlanned] {
            let run = Run::through(&setup, &plans, touching);
            let truth = run.truth();
            if truth.failed_at.is_none() {
                prop_assert!(run.p.tally.missed <= truth.missed);
                prop_assert_eq!(run.failed_at, None);
            }
            prop_assert!(run.slashed <= setup.collateral - truth.collateral);
            prop_assert!(run.gross >= truth.earned, "{} < {}", run.gross, truth.earned);
            prop_assert!(run.gross <= price_down(setup.price, setup.capacity, setup.term).unwrap());
        }
    }

    #[test]
    fn with_renewals_and_unknown_instants_the_provider_loses_no_more_than_rounding(
        setup in setups(50_000), plans in plans(90_000, true),
    ) {
        let setup = Setup { term: setup.term / 5 + 1_000, ..setup };
        for touching in [Touching::Never, Touching::AsPlanned] {
            let run = Run::renewing(&setup, &plans, touching);
            let terms = u32::try_from((run.p.ends_at - run.p.started_at) / setup.term).unwrap();
            prop_assert!(run.gross + Balance::from(terms) > run.truth().earned);
            prop_assert_eq!(counted(&run), run.p.tally.round - run.first_round);
        }
    }

    #[test]
    fn every_miss_before_the_end_is_found_however_late_one_looks(
        setup in setups(50_000), plans in plans(90_000, false),
    ) {
        let setup = Setup { term: 10_000_000, ..setup };
        for touching in [Touching::Never, Touching::AsPlanned] {
            let run = Run::through(&setup, &plans, touching);
            let truth = run.truth();
            prop_assert_eq!(run.p.tally.proven, truth.proven);
            prop_assert_eq!(run.p.tally.missed, truth.missed);
            prop_assert_eq!(run.p.tally.streak, truth.streak);
            prop_assert_eq!(run.failed_at.is_some(), truth.failed_at.is_some());
            prop_assert_eq!(setup.collateral - run.slashed, truth.collateral);
        }
    }

    #[test]
    fn paid_and_refunded_are_the_price_of_the_term(setup in setups(50_000), plans in plans(90_000, true)) {
        let price = price_up(setup.price, setup.capacity, setup.term).unwrap();
        for touching in [Touching::Never, Touching::AsPlanned, Touching::AfterEveryEvent] {
            let run = Run::through(&setup, &plans, touching);
            prop_assert_eq!(run.gross + run.refunded, price);
            prop_assert_eq!(run.p.settled, run.gross);
            prop_assert_eq!((run.p.escrow, run.p.collateral), (0, 0));
        }
    }

    #[test]
    fn misses_at_once_cost_what_they_cost_one_by_one_and_never_more_than_there_is(
        setup in setups(0), count in 0u32..200,
    ) {
        let (mut at_once, mut one_by_one) = (Run::new(&setup).p, Run::new(&setup).p);
        let taken = at_once.slash(&Misses { count, failed_at: None }).unwrap();
        let mut sum = 0;
        for _ in 0..count {
            sum += one_by_one.slash(&Misses { count: 1, failed_at: None }).unwrap();
        }
        prop_assert_eq!(taken, sum);
        prop_assert_eq!(taken + at_once.collateral, setup.collateral);
        let rest = at_once.slash(&Misses { count: 1, failed_at: Some(BASE) }).unwrap();
        prop_assert_eq!((taken + rest, at_once.collateral), (setup.collateral, 0));
    }
}

#[test]
fn a_placement_that_answers_nothing_fails_at_the_round_that_is_one_too_many() {
    for rounds in [3, 4, 9] {
        let run = Run::through(&sample_of(3), &silent(rounds), Touching::Never);
        assert_eq!(run.p.state, State::Failed);
        assert_eq!(run.failed_at, Some(BASE + 3 * 60_000));
        assert_eq!((run.p.tally.missed, run.slashed), (3, 1_000_000));
        assert_eq!(run.gross, price_down(1_000_000_000, 10, 60_000).unwrap(), "paid up to the first miss");
    }
}

#[test]
fn one_miss_short_of_failing_costs_its_share_and_its_time() {
    let run = Run::through(&sample_of(3), &silent(2), Touching::Never);
    assert_eq!(run.p.state, State::Completed);
    assert_eq!((run.p.tally.missed, run.p.tally.streak, run.slashed), (2, 2, 200_000));
    assert_eq!(run.gross, price_down(1_000_000_000, 10, 600_000 - 2 * 60_000).unwrap());
}

#[test]
fn a_round_opened_before_activation_never_counts() {
    let setup = Setup { opened_before: true, phase: 1, ..sample_of(1) };
    let mut run = Run::new(&setup);
    let round = run.round();
    assert_eq!(round.number, 1);
    assert!(!run.p.owes_proof(&round));
    run.at(BASE + 50_000);
    run.touch();
    assert_eq!((run.p.state, counted(&run)), (State::Active, 0));
}

#[test]
fn a_round_opened_at_the_end_or_later_never_counts() {
    let setup = Setup { term: 120_000, ..sample_of(1) };
    let mut run = Run::new(&setup);
    run.at(BASE + 120_000);
    run.open();
    assert!(!run.p.owes_proof(&run.round()));
    run.touch();
    assert_eq!((run.p.state, run.p.tally.missed, run.p.tally.excused), (State::Completed, 0, 1));
}

#[test]
fn a_round_opened_just_before_the_end_holds_the_end_back_until_it_is_judged() {
    let setup = Setup { term: 120_000, ..sample_of(1) };
    let mut run = Run::new(&setup);
    run.at(BASE + 119_999);
    run.open();
    run.at(BASE + 120_000);
    run.touch();
    assert_eq!(run.p.state, State::Active);
    run.at(BASE + 149_998);
    assert!(run.p.owes_proof(&run.round()));
    run.at(BASE + 149_999);
    run.touch();
    assert_eq!((run.p.state, run.failed_at), (State::Failed, Some(BASE + 119_999)));
}

#[test]
fn a_pause_inside_the_window_excuses_the_round_and_one_after_it_does_not() {
    for (pause, missed) in [(29_999 * 1_000 / 60_000, 0), (500, 1), (999, 1)] {
        let events = vec![(u16::try_from(pause).unwrap(), Event::Pause)];
        let run = Run::through(&sample_of(1), &[Plan { extra: 0, events }], Touching::Never);
        assert_eq!(run.p.tally.missed, missed, "pause at {pause} of 1,000");
        assert_eq!(run.p.tally.excused, 1 - missed);
    }
}

#[test]
fn a_pause_excuses_no_round_that_was_missed_before_it() {
    let mut plans = silent(4);
    plans[2].events = vec![(100, Event::Pause), (800, Event::Resume)];
    let run = Run::through(&Setup { term: 10_000_000, ..sample_of(9) }, &plans, Touching::Never);
    assert_eq!((run.p.tally.missed, run.p.tally.excused), (3, 1));
}

#[test]
fn a_cut_round_excuses_itself_and_no_later_one_whenever_it_is_touched() {
    for touch in [150, 900, 1_100, 1_900] {
        let mut plans = silent(6);
        plans[0].events = vec![(100, Event::Pause), (800, Event::Resume)];
        plans[usize::from(touch > 1_000)].events.push((touch % 1_000, Event::Touch));
        let run = Run::through(&Setup { term: 10_000_000, ..sample_of(9) }, &plans, Touching::AsPlanned);
        assert_eq!((run.p.tally.missed, run.p.tally.excused), (5, 1), "touched at {touch}");
    }
}

#[test]
fn a_chain_that_stood_still_has_missed_nothing_until_its_blocks_have_come() {
    let setup = Setup { term: 100_000_000, ..sample_of(1) };
    let mut run = Run::new(&setup);
    run.at(BASE + 60_000);
    run.open();
    run.clock.now += 50_000_000;
    let opened = run.challenger.opened_block;
    for block in opened..opened + 3 {
        run.clock.block = block;
        run.touch();
        assert_eq!((run.p.state, run.p.tally.missed), (State::Active, 0));
        assert!(run.p.owes_proof(&run.round()));
    }
    run.clock.block = opened + 3;
    run.touch();
    assert_eq!((run.p.state, run.p.tally.missed), (State::Failed, 1));
    assert_eq!(run.gross, price_down(1_000_000_000, 10, 60_000).unwrap(), "nothing after the failed round");
}

#[test]
fn an_open_round_holds_back_the_time_since_it_was_opened_and_its_proof_frees_it() {
    let mut run = Run::new(&sample_of(2));
    run.at(BASE + 60_000);
    run.open();
    run.at(BASE + 80_000);
    run.touch();
    assert_eq!(run.gross, price_down(1_000_000_000, 10, 60_000).unwrap());
    let round = run.round();
    run.p.prove(&round);
    run.touch();
    assert_eq!(run.gross, price_down(1_000_000_000, 10, 80_000).unwrap());
    assert!(!run.p.owes_proof(&round), "a round is proven once");
}

#[test]
fn capacity_without_data_is_never_challenged_and_data_from_its_next_round_on() {
    let mut run = Run::new(&sample_of(1));
    run.p.chunks = 0;
    run.at(BASE + 60_000);
    run.open();
    assert!(!run.p.owes_proof(&run.round()));
    run.touch();
    run.p.chunks = 5;
    assert!(!run.p.owes_proof(&run.round()), "the round was opened for no data");
    run.at(BASE + 120_000);
    run.open();
    assert!(run.p.owes_proof(&run.round()));
    assert_eq!((run.p.tally.excused, run.p.tally.missed), (1, 0));
}

#[test]
fn a_valid_proof_ends_the_streak() {
    let mut plans = silent(5);
    plans[2].events = vec![(100, Event::Answer(true))];
    let run = Run::through(&sample_of(3), &plans, Touching::Never);
    assert_eq!((run.p.tally.proven, run.p.tally.missed, run.p.tally.streak), (1, 4, 2));
    assert_eq!(run.p.state, State::Completed);
}

#[test]
fn an_invalid_proof_is_a_miss_at_once() {
    let mut run = Run::new(&sample_of(2));
    run.at(BASE + 60_000);
    run.open();
    let round = run.round();
    let misses = run.p.miss(&round);
    assert_eq!(misses, Misses { count: 1, failed_at: None });
    assert!(!run.p.owes_proof(&round), "there is no second try");
    run.at(BASE + 100_000);
    run.touch();
    assert_eq!(run.p.tally.missed, 1, "the end of its window is no second miss");
}
