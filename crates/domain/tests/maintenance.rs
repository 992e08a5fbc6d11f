//! Announcing maintenance, taking it back, and the clock that it stops.

use orchestrator_domain::{Error, Maintenance, Window, DAY_MS, MAINTENANCE_NOTICE_MS, MAX_WINDOWS, MONTH_MS};
use proptest::prelude::*;

const NOW: u64 = 1_700_000_000_000;
const HOUR: u64 = 3_600_000;
/// Three days, the most that SLA terms allow.
const QUOTA: u32 = 3 * 24 * 3_600_000;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn window(from: u64, length: u64) -> Window {
    Window { from, until: from + length }
}

fn announced(windows: &[Window]) -> Maintenance {
    Maintenance { before_ms: 0, windows: windows.to_vec() }
}

/// Announces on a copy, so that what is refused leaves no trace.
fn announce(record: &mut Maintenance, window: Window, quota: u32, now: u64) -> Result<(), Error> {
    let mut changed = record.clone();
    changed.announce(window, quota, now)?;
    *record = changed;
    Ok(())
}

/// A deed of the provider: after so much time, a window so far ahead and so long, or (zero) an end.
fn deeds() -> impl Strategy<Value = Vec<(u64, u64, u64)>> {
    let length = prop_oneof![2 => Just(0), 5 => 1..=12 * HOUR, 2 => 12 * HOUR..=3 * DAY_MS];
    prop::collection::vec((0..6 * DAY_MS, DAY_MS..20 * DAY_MS, length), 0..60)
}

/// Everything that was in force at some time, and what is left of it.
#[derive(Default)]
struct Past {
    record: Maintenance,
    all: Vec<Window>,
}

impl Past {
    fn act(&mut self, ahead: u64, length: u64, now: u64) -> Result<(), Error> {
        if length > 0 {
            let window = window(now + ahead, length);
            announce(&mut self.record, window, QUOTA, now)?;
            self.all.push(window);
        } else {
            let left = self.record.end(now)?;
            self.all.pop();
            if left.from < left.until {
                self.all.push(left);
            }
        }
        Ok(())
    }

    /// Maintenance within a stretch of time.
    fn within(&self, from: u64, until: u64) -> u64 {
        self.all.iter().map(|x| x.until.min(until).saturating_sub(x.from.max(from))).sum()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_thirty_days_hold_more_than_the_quota_whenever_they_begin(deeds in deeds()) {
        let (mut past, mut now) = (Past::default(), NOW);
        for (ms, ahead, length) in deeds {
            now += ms;
            let _ = past.act(ahead, length, now);
            // The sum over 30 days is highest where a window begins or where one ends.
            for x in &past.all {
                for from in [x.from, x.until - MONTH_MS, x.from - MONTH_MS, x.until] {
                    prop_assert!(past.within(from, from + MONTH_MS) <= u64::from(QUOTA));
                }
            }
        }
    }

    #[test]
    fn a_window_is_refused_for_the_quota_only_where_some_thirty_days_would_hold_more(
        deeds in deeds(), ahead in DAY_MS..20 * DAY_MS, length in 1..=3 * DAY_MS,
    ) {
        let (mut past, mut now) = (Past::default(), NOW);
        for (ms, ahead, length) in deeds {
            now += ms;
            let _ = past.act(ahead, length, now);
        }
        let wanted = window(now + ahead, length);
        let after_all = past.all.last().is_none_or(|x| x.until <= wanted.from);
        let verdict = announce(&mut past.record.clone(), wanted, QUOTA, now);
        past.all.push(wanted);
        let most = past.all.iter().map(|x| past.within(x.until - MONTH_MS, x.until)).max().unwrap();
        let fits = after_all && most <= u64::from(QUOTA);
        prop_assert_eq!(verdict == Err(Error::MaintenanceOutOfBounds), !fits);
        if fits {
            prop_assert!(verdict == Ok(()) || verdict == Err(Error::TooLong));
        }
    }

    #[test]
    fn what_was_until_an_instant_never_changes_once_the_instant_has_come(deeds in deeds()) {
        let (mut past, mut now) = (Past::default(), NOW);
        for (ms, ahead, length) in deeds {
            now += ms;
            let before = past.record.ms_until(now);
            let rests = past.record.contains(now.saturating_sub(1));
            let _ = past.act(ahead, length, now);
            prop_assert_eq!(past.record.ms_until(now), before);
            prop_assert_eq!(past.record.ms_until(now), past.within(0, now), "forgotten ones are counted");
            prop_assert_eq!(past.record.contains(now - 1), rests);
            let month_ago = now - MONTH_MS;
            prop_assert_eq!(past.record.ms_until(month_ago), past.within(0, month_ago), "30 days back it is exact");
            prop_assert!(past.record.windows.len() <= MAX_WINDOWS);
        }
    }

    #[test]
    fn the_stopped_clock_never_runs_back_and_never_faster_than_time(
        deeds in deeds(), instants in prop::collection::vec(0..400 * DAY_MS, 2..30),
    ) {
        let (mut past, mut now) = (Past::default(), NOW);
        for (ms, ahead, length) in deeds {
            now += ms;
            let _ = past.act(ahead, length, now);
        }
        let mut instants: Vec<u64> = instants.iter().map(|x| NOW - 20 * DAY_MS + x).collect();
        instants.sort_unstable();
        for pair in instants.windows(2) {
            let (earlier, later) = (past.record.ms_until(pair[0]), past.record.ms_until(pair[1]));
            prop_assert!(earlier <= later, "maintenance only grows");
            prop_assert!(later - earlier <= pair[1] - pair[0], "the clock does not run back");
        }
    }

    #[test]
    fn an_instant_is_within_a_window_where_the_clock_stands_still(
        deeds in deeds(), at in 0..200 * DAY_MS,
    ) {
        let (mut past, mut now) = (Past::default(), NOW);
        for (ms, ahead, length) in deeds {
            now += ms;
            let _ = past.act(ahead, length, now);
        }
        let at = now + at;
        let stands = past.record.ms_until(at + 1) - past.record.ms_until(at) == 1;
        prop_assert_eq!(past.record.contains(at), stands);
    }
}

#[test]
fn a_window_begins_a_day_to_thirty_one_days_after_it_was_announced() {
    assert_eq!(MAINTENANCE_NOTICE_MS, DAY_MS);
    for (ahead, verdict) in [
        (0, Err(Error::TooLate)),
        (DAY_MS - 1, Err(Error::TooLate)),
        (DAY_MS, Ok(())),
        (31 * DAY_MS, Ok(())),
        (31 * DAY_MS + 1, Err(Error::MaintenanceOutOfBounds)),
        (u64::MAX - NOW - 1, Err(Error::MaintenanceOutOfBounds)),
    ] {
        let mut record = Maintenance::default();
        assert_eq!(record.announce(window(NOW + ahead, 1), QUOTA, NOW), verdict, "{ahead} ahead");
        assert_eq!(record.windows.len(), usize::from(verdict.is_ok()));
    }
    let mut record = Maintenance::default();
    assert_eq!(
        record.announce(Window { from: NOW - 5, until: NOW + DAY_MS }, QUOTA, NOW),
        Err(Error::TooLate)
    );
}

#[test]
fn a_window_of_no_length_or_less_is_refused() {
    let from = NOW + 2 * DAY_MS;
    for until in [from, from - 1, 0] {
        let mut record = Maintenance::default();
        assert_eq!(record.announce(Window { from, until }, QUOTA, NOW), Err(Error::MaintenanceOutOfBounds));
        assert_eq!(record, Maintenance::default(), "a refusal changes nothing");
    }
}

#[test]
fn a_window_follows_all_others() {
    let first = window(NOW + 2 * DAY_MS, HOUR);
    for (from, verdict) in [
        (first.until - 1, Err(Error::MaintenanceOutOfBounds)),
        (first.until, Ok(())),
        (first.from - DAY_MS + 1, Err(Error::MaintenanceOutOfBounds)),
    ] {
        let mut record = announced(&[first]);
        assert_eq!(record.announce(window(from, 1), QUOTA, NOW), verdict);
    }
}

#[test]
fn the_quota_is_used_up_to_its_last_millisecond() {
    let from = NOW + 2 * DAY_MS;
    let quota = 7_200_000;
    for (length, verdict) in [(quota, Ok(())), (quota + 1, Err(Error::MaintenanceOutOfBounds))] {
        assert_eq!(Maintenance::default().announce(window(from, length.into()), quota, NOW), verdict);
    }
    assert_eq!(Maintenance::default().announce(window(from, 1), 0, NOW), Err(Error::MaintenanceOutOfBounds));
    assert_eq!(
        Maintenance::default().announce(Window { from, until: u64::MAX }, u32::MAX, NOW),
        Err(Error::MaintenanceOutOfBounds)
    );
    let first = window(from, HOUR);
    for (length, verdict) in [(HOUR, Ok(())), (HOUR + 1, Err(Error::MaintenanceOutOfBounds))] {
        assert_eq!(announced(&[first]).announce(window(first.until + 5, length), quota, NOW), verdict);
    }
}

#[test]
fn what_lies_thirty_days_before_the_end_of_a_window_counts_against_it_no_more() {
    let first = window(NOW + 2 * DAY_MS, HOUR);
    let now = NOW + 10 * DAY_MS;
    let quota = 3_600_000;
    for (over, verdict) in [(0, Ok(())), (1, Err(Error::MaintenanceOutOfBounds))] {
        let until = first.until + MONTH_MS - over;
        assert_eq!(announced(&[first]).announce(Window { from: until - HOUR, until }, quota, now), verdict);
    }
}

#[test]
fn the_oldest_window_is_forgotten_thirty_days_after_its_end_and_its_length_is_not() {
    assert_eq!(MAX_WINDOWS, 4);
    let windows: Vec<Window> = (1..=4).map(|i| window(NOW + i * 2 * DAY_MS, i * HOUR)).collect();
    let over = windows[0].until + MONTH_MS;
    let next = window(over + 5 * DAY_MS, HOUR);
    assert_eq!(announce(&mut announced(&windows), next, QUOTA, over - 1), Err(Error::TooLong));
    let mut record = announced(&windows);
    let before = record.ms_until(over);
    assert_eq!(record.announce(next, QUOTA, over), Ok(()));
    assert_eq!((record.before_ms, record.windows.len()), (HOUR, 4));
    assert_eq!((record.windows[0], record.windows[3]), (windows[1], next));
    assert_eq!(record.ms_until(over), before);
    assert_eq!(announce(&mut record, window(next.until, 1), QUOTA, over), Err(Error::TooLong));
}

#[test]
fn what_has_not_begun_is_taken_back_whole() {
    let (first, second) = (window(NOW + 2 * DAY_MS, HOUR), window(NOW + 3 * DAY_MS, HOUR));
    for now in [NOW, second.from] {
        let mut record = announced(&[first, second]);
        assert_eq!(record.end(now), Ok(Window { from: second.from, until: second.from }));
        assert_eq!(record, announced(&[first]));
    }
    let mut record = announced(&[first, second]);
    record.end(NOW).unwrap();
    assert_eq!(record.end(NOW), Ok(Window { from: first.from, until: first.from }));
    assert_eq!(record.end(NOW), Err(Error::NothingAnnounced));
}

#[test]
fn what_is_going_on_ends_now() {
    let first = window(NOW + 2 * DAY_MS, HOUR);
    for now in [first.from + 1, first.until - 1] {
        let mut record = announced(&[first]);
        let left = Window { from: first.from, until: now };
        assert_eq!(record.end(now), Ok(left));
        assert_eq!(record, announced(&[left]));
        assert!(!record.contains(now) && record.contains(now - 1));
        assert_eq!((record.ms_until(u64::MAX), record.next(now)), (now - first.from, None));
        assert_eq!(record.end(now), Err(Error::NothingAnnounced), "it is over");
    }
}

#[test]
fn what_is_over_cannot_be_ended() {
    let first = window(NOW + 2 * DAY_MS, HOUR);
    for now in [first.until, first.until + 1] {
        let mut record = announced(&[first]);
        assert_eq!((record.end(now), record), (Err(Error::NothingAnnounced), announced(&[first])));
    }
    assert_eq!(Maintenance::default().end(NOW), Err(Error::NothingAnnounced));
}

#[test]
fn the_next_window_is_the_one_going_on_or_the_first_to_come() {
    let (first, second) = (window(NOW + 2 * DAY_MS, HOUR), window(NOW + 3 * DAY_MS, HOUR));
    let record = announced(&[first, second]);
    let found = [(NOW, first), (first.from, first), (first.until - 1, first), (first.until, second)];
    for (now, window) in found {
        assert_eq!(record.next(now), Some(window));
    }
    assert_eq!((record.next(second.until - 1), record.next(second.until)), (Some(second), None));
}
