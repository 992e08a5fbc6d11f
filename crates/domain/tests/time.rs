//! Pauses, the clock that they stop, and when a challenger may open a round.

use orchestrator_domain::{min_blocks, Challenger, Clock, Error, Pauses, MAX_PAUSE_MS, PAUSE_REST_MS};
use proptest::prelude::*;

const BASE: u64 = 1_700_000_000_000;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn clock(now: u64) -> Clock {
    Clock { now, block: 0, pauses: Pauses::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_working_clock_runs_but_for_pauses_of_which_each_counts_up_to_its_limit(
        steps in prop::collection::vec((0u64..2 * MAX_PAUSE_MS, any::<bool>()), 0..40), ahead in 0..MAX_PAUSE_MS,
    ) {
        let mut clock = clock(BASE);
        let (mut working, mut began) = (BASE, None::<u64>);
        for (ms, turn) in steps {
            let paused_for = |now: u64| began.map_or(0, |at| (now - at).min(MAX_PAUSE_MS));
            let before = paused_for(clock.now);
            clock.now += ms;
            working += ms - (paused_for(clock.now) - before);
            prop_assert_eq!(clock.working_ms(), working);
            prop_assert_eq!(clock.is_paused(), began.is_some_and(|at| clock.now - at < MAX_PAUSE_MS));
            prop_assert_eq!(clock.ensure_open().is_err(), clock.is_paused());
            prop_assert_eq!(clock.instant_of(clock.working_ms()), clock.now, "the inverse at this moment");
            if turn && began.is_some() {
                prop_assert_eq!(clock.pauses.end(clock.now), Ok(()));
                began = None;
            } else if turn {
                // The clock must hold for pauses closer together than the contract ever lets them be.
                clock.pauses.next_at = 0;
                prop_assert_eq!(clock.pauses.begin(clock.now), Ok(()));
                began = Some(clock.now);
            }
            prop_assert_eq!(clock.working_ms(), working, "turning changes nothing at its moment");
        }
        if began.is_some() {
            clock.pauses.end(clock.now).unwrap();
        }
        let deadline = clock.working_ms() + ahead;
        clock.now = clock.instant_of(deadline);
        prop_assert_eq!(clock.working_ms(), deadline, "the instant foretold is the instant reached");
    }

    #[test]
    fn whatever_a_pauser_does_the_market_is_open_half_of_the_time(
        steps in prop::collection::vec((0u64..2 * MAX_PAUSE_MS, any::<bool>()), 0..40),
    ) {
        let mut clock = clock(BASE);
        let mut closed = 0;
        for (ms, turn) in steps {
            let working = clock.working_ms();
            clock.now += ms;
            closed += ms - (clock.working_ms() - working);
            if turn && clock.pauses.paused {
                clock.pauses.end(clock.now).unwrap();
                prop_assert!(clock.pauses.next_at >= clock.pauses.began_at + PAUSE_REST_MS);
            } else if turn {
                let refused = clock.now < clock.pauses.next_at;
                prop_assert_eq!(clock.pauses.begin(clock.now).is_err(), refused);
            }
            prop_assert!(closed <= (clock.now - BASE) / 2 + MAX_PAUSE_MS);
            let weeks = (clock.now - BASE) / PAUSE_REST_MS;
            prop_assert!(u64::from(clock.pauses.count) <= weeks + 1, "one daily round in seven is cut at most");
        }
    }

    #[test]
    fn a_round_opens_when_its_interval_and_the_blocks_of_the_last_window_are_over(
        interval in 1_000u32..=30 * 24 * 3_600_000, part in 0u64..=1_000, ms in 0u64..4_000_000_000, blocks in 0u32..50_000,
    ) {
        let span = u64::from(interval) - 1_000;
        let window = u32::try_from(1_000 + span * part / 1_000).unwrap();
        let mut c = Challenger::new(interval, window).unwrap();
        let mut clock = clock(BASE);
        prop_assert_eq!(c.open([1; 32], &clock), Ok(()));
        let opened = c.clone();
        (clock.now, clock.block) = (BASE + ms, blocks);
        let over = ms >= u64::from(interval) && blocks >= min_blocks(window);
        prop_assert_eq!(c.open([2; 32], &clock).is_ok(), over);
        if over {
            prop_assert_eq!((c.round, c.seed, c.opened_at, c.opened_block), (2, [2; 32], clock.now, blocks));
        } else {
            prop_assert_eq!(&c, &opened, "a refusal changes nothing");
        }
        let closed = ms >= u64::from(window) && blocks >= min_blocks(window);
        prop_assert_eq!(opened.latest(&clock).closed, closed);
    }
}

#[test]
fn a_pause_begins_once_and_ends_once() {
    let mut pauses = Pauses::default();
    assert_eq!(pauses.end(BASE), Err(Error::NotPaused));
    assert_eq!(pauses.begin(BASE), Ok(()));
    assert_eq!(pauses.begin(BASE), Err(Error::Paused));
    assert_eq!(pauses.end(BASE + 5), Ok(()));
    assert_eq!(pauses.end(BASE + 5), Err(Error::NotPaused));
    assert_eq!((pauses.count, pauses.ended_ms), (1, 5));
}

#[test]
fn the_next_pause_waits_as_long_as_the_last_one_lasted_and_a_week_at_least() {
    assert_eq!(PAUSE_REST_MS, 7 * 24 * 3_600_000);
    for (lasted, counted, waits) in [
        (0, 0, PAUSE_REST_MS),
        (PAUSE_REST_MS - 1, PAUSE_REST_MS - 1, PAUSE_REST_MS),
        (PAUSE_REST_MS, PAUSE_REST_MS, PAUSE_REST_MS),
        (PAUSE_REST_MS + 1, PAUSE_REST_MS + 1, PAUSE_REST_MS + 1),
        (MAX_PAUSE_MS, MAX_PAUSE_MS, MAX_PAUSE_MS),
        (MAX_PAUSE_MS + 5, MAX_PAUSE_MS, MAX_PAUSE_MS),
    ] {
        let mut pauses = Pauses::default();
        pauses.begin(BASE).unwrap();
        pauses.end(BASE + lasted).unwrap();
        let next = BASE + counted + waits;
        assert_eq!((pauses.next_at, pauses.ended_ms), (next, counted), "after {lasted}");
        let ended = pauses.clone();
        assert_eq!(pauses.begin(next - 1), Err(Error::TooEarly));
        assert_eq!(pauses, ended, "a refusal changes nothing");
        assert_eq!((pauses.begin(next), pauses.count), (Ok(()), 2));
    }
}

#[test]
fn a_pause_that_nobody_ended_for_long_makes_the_next_one_wait_no_longer_than_its_limit() {
    let mut pauses = Pauses::default();
    pauses.begin(BASE).unwrap();
    let late = BASE + 3 * MAX_PAUSE_MS;
    pauses.end(late).unwrap();
    assert_eq!(pauses.next_at, BASE + 2 * MAX_PAUSE_MS);
    assert_eq!(pauses.begin(late), Ok(()));
}

#[test]
fn a_pauser_that_disappears_stops_the_contract_for_no_longer_than_the_limit() {
    let mut clock = clock(BASE);
    clock.pauses.begin(BASE).unwrap();
    clock.now = BASE + MAX_PAUSE_MS - 1;
    assert_eq!((clock.ensure_open(), clock.working_ms()), (Err(Error::Paused), BASE));
    clock.now = BASE + MAX_PAUSE_MS;
    assert_eq!((clock.ensure_open(), clock.working_ms()), (Ok(()), BASE));
    clock.now += 7;
    assert_eq!(clock.working_ms(), BASE + 7);
    clock.pauses.end(clock.now).unwrap();
    assert_eq!((clock.working_ms(), clock.pauses.ended_ms), (BASE + 7, MAX_PAUSE_MS));
}

#[test]
fn no_round_opens_while_paused() {
    let mut c = Challenger::new(5_000, 3_000).unwrap();
    let mut clock = clock(BASE);
    clock.pauses.begin(BASE).unwrap();
    assert_eq!((c.open([1; 32], &clock), c.round), (Err(Error::Paused), 0));
    clock.pauses.end(BASE).unwrap();
    assert_eq!((c.open([1; 32], &clock), c.round), (Ok(()), 1));
}

#[test]
fn a_round_is_cut_by_a_pause_that_begins_inside_its_window_only() {
    for (began, cut) in [(0, true), (2_999, true), (3_000, false), (4_000, false)] {
        let mut c = Challenger::new(5_000, 3_000).unwrap();
        let mut clock = clock(BASE);
        c.open([1; 32], &clock).unwrap();
        clock.pauses.begin(BASE + began).unwrap();
        clock.pauses.end(BASE + began + 10).unwrap();
        (clock.now, clock.block) = (BASE + 5_000, 10);
        assert_eq!(c.latest(&clock).cut, cut, "begun after {began}");
        c.open([2; 32], &clock).unwrap();
        assert_eq!((c.cuts, c.latest(&clock).cut), (u32::from(cut), false));
    }
}

#[test]
fn a_round_opened_after_the_limit_of_a_pause_nobody_ended_is_not_cut_by_it() {
    let mut c = Challenger::new(5_000, 3_000).unwrap();
    let mut clock = clock(BASE);
    clock.pauses.begin(BASE).unwrap();
    clock.now = BASE + MAX_PAUSE_MS;
    c.open([1; 32], &clock).unwrap();
    clock.now += 1_000;
    clock.pauses.end(clock.now).unwrap();
    assert!(!c.latest(&clock).cut);
}

#[test]
fn a_window_that_became_longer_is_for_the_next_round() {
    let mut c = Challenger::new(5_000, 3_000).unwrap();
    let mut clock = clock(BASE);
    c.open([1; 32], &clock).unwrap();
    c.slow_down(9_000, 9_000).unwrap();
    assert_eq!((c.closes_at(), c.next_at()), (BASE + 3_000, BASE + 9_000));
    (clock.now, clock.block) = (BASE + 9_000, 3);
    c.open([2; 32], &clock).unwrap();
    assert_eq!(c.closes_at(), BASE + 18_000);
}

#[test]
fn a_window_lasts_a_block_every_fifteen_seconds_and_three_at_least() {
    assert_eq!((min_blocks(0), min_blocks(59_999), min_blocks(60_000)), (3, 3, 4));
}
