//! Reports of observers: medians, what they say against the promise, and the sums over days.

mod history;

use ink::primitives::AccountId;
use orchestrator_domain::{
    day_before, Error, Evidence, Findings, Quality, Report, Seen, SlaTerms, Standing, DAY_MS, FULL_WEIGHT,
    MAX_REPORTS,
};
use proptest::prelude::*;

/// Noon of day 20,000; reports are about day 19,999.
const NOON: u64 = 20_000 * DAY_MS + DAY_MS / 2;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// 99 % of the time within half a second.
fn promised() -> SlaTerms {
    history::terms()
}

fn report(observer: u8, network: bool, uptime_bps: u16, latency_ms: u32) -> Report {
    Report { observer: AccountId::from([observer; 32]), network, uptime_bps, latency_ms }
}

/// Seconds of a day times weight that were too few or too slow.
fn short(below_bps: u64, slow: bool) -> Evidence {
    let ms = DAY_MS / 10_000 * below_bps + if slow { DAY_MS / 24 } else { 0 };
    Evidence { short: ms.min(DAY_MS) / 1_000 * FULL_WEIGHT, ..Evidence::default() }
}

/// The middle of what was reported; of two in the middle the one that is better for the provider.
fn middle(mut values: Vec<u32>, higher: bool) -> u32 {
    values.sort_unstable();
    let count = values.len();
    values[if higher || count % 2 == 1 { count / 2 } else { count / 2 - 1 }]
}

/// What the latest report of each observer says.
fn medians(reports: &[Report], network: bool) -> Option<(u32, u32)> {
    let latest: Vec<&Report> = reports
        .iter()
        .enumerate()
        .filter(|(i, x)| {
            !reports[i + 1..].iter().any(|y| y.observer == x.observer) && (x.network || !network)
        })
        .map(|x| x.1)
        .collect();
    if latest.is_empty() {
        return None;
    }
    let uptime = middle(latest.iter().map(|x| x.uptime_bps.into()).collect(), true);
    Some((uptime, middle(latest.iter().map(|x| x.latency_ms).collect(), false)))
}

fn said(reports: &[Report], network: bool) -> Evidence {
    medians(reports, network).map_or(Evidence::default(), |(uptime, latency)| {
        let below = u64::from(promised().uptime_bps).saturating_sub(uptime.into());
        short(below, latency > promised().latency_ms)
    })
}

fn reports(most: usize) -> impl Strategy<Value = Vec<Report>> {
    let one = (0u8..16, 0u16..=10_000, prop_oneof![0u32..1_000, any::<u32>()]);
    // Whether an observer is one of the network does not change within a day.
    prop::collection::vec(one.prop_map(|(who, up, slow)| report(who, who % 2 == 0, up, slow)), 0..most)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn after_each_report_the_medians_of_all_observers_count_for_the_unit_and_the_networks_for_its_provider(
        reports in reports(40),
    ) {
        let mut quality = Quality::default();
        for (i, one) in reports.iter().enumerate() {
            let (unit, provider) = quality.report(one.clone(), &promised(), NOON).unwrap();
            let (before, now) = (&reports[..i], &reports[..=i]);
            let found = |network| Findings {
                seen: said(now, network),
                undone: said(before, network),
                undone_at: NOON,
            };
            prop_assert_eq!((unit, provider), (found(false), found(true)));
            let (uptime, latency) = medians(now, false).unwrap();
            prop_assert_eq!(&quality.seen, &Seen { days: 1, uptime_bps: uptime.into(), latency_ms: latency.into() });
        }
    }

    #[test]
    fn a_days_findings_together_say_what_its_last_medians_say(reports in reports(40)) {
        let (mut quality, mut unit, mut provider) = (Quality::default(), Standing::default(), Standing::default());
        for one in &reports {
            let found = quality.report(one.clone(), &promised(), NOON).unwrap();
            unit.record(&found.0, NOON);
            provider.record(&found.1, NOON);
        }
        prop_assert_eq!(unit.evidence(NOON), said(&reports, false));
        prop_assert_eq!(provider.evidence(NOON), said(&reports, true));
    }

    #[test]
    fn sums_are_the_medians_of_each_day_and_averages_those_of_the_days_since(
        days in prop::collection::vec((1u64..4, reports(12)), 1..8), since in 0usize..8,
    ) {
        let mut quality = Quality::default();
        let (mut now, mut sum, mut before) = (NOON, Seen::default(), Seen::default());
        let (mut ups, mut slows) = (Vec::new(), Vec::new());
        for (i, (later, reports)) in days.iter().enumerate() {
            if i == since {
                before = quality.seen.clone();
                (ups, slows) = (Vec::new(), Vec::new());
            }
            now += later * DAY_MS;
            for one in reports {
                quality.report(one.clone(), &promised(), now).unwrap();
            }
            if let Some((uptime, latency)) = medians(reports, false) {
                sum.days += 1;
                sum.uptime_bps += u64::from(uptime);
                sum.latency_ms += u64::from(latency);
                ups.push(u64::from(uptime));
                slows.push(u64::from(latency));
            }
            prop_assert_eq!(&quality.seen, &sum);
        }
        let average = |x: &[u64]| x.iter().sum::<u64>().checked_div(x.len() as u64);
        let expected = average(&ups).zip(average(&slows)).map(|(x, y)| (x as u16, y as u32));
        prop_assert_eq!(quality.seen.since(&before), expected);
    }
}

#[test]
fn the_median_of_one_to_sixteen_observers_is_the_middle_and_of_two_middles_the_better() {
    for count in 1..=16u8 {
        let mut quality = Quality::default();
        // From both ends inwards, so that the place of a report decides nothing.
        for i in 0..count {
            let i = if i % 2 == 0 { i / 2 } else { count - 1 - i / 2 };
            let one = report(i, i % 2 == 0, u16::from(i) * 100, u32::from(i) * 10);
            quality.report(one, &promised(), NOON).unwrap();
        }
        assert_eq!(quality.reports.len(), usize::from(count));
        let (higher, lower) = (u64::from(count) / 2, (u64::from(count) - 1) / 2);
        let seen = Seen { days: 1, uptime_bps: higher * 100, latency_ms: lower * 10 };
        assert_eq!(quality.seen, seen, "{count} observers");
    }
}

#[test]
fn equal_values_are_their_own_median() {
    for count in 1..=16u8 {
        let mut quality = Quality::default();
        for i in 0..count {
            quality.report(report(i, i % 2 == 0, 9_000, 70), &promised(), NOON).unwrap();
        }
        assert_eq!(quality.seen, Seen { days: 1, uptime_bps: 9_000, latency_ms: 70 });
    }
}

#[test]
fn the_promise_is_kept_up_to_its_number_and_broken_beyond() {
    for (uptime, latency, evidence) in [
        (9_900, 500, short(0, false)),
        (10_000, 0, short(0, false)),
        (9_899, 500, short(1, false)),
        (9_900, 501, short(0, true)),
        (0, 500, short(9_900, false)),
        (0, u32::MAX, short(9_900, true)),
    ] {
        let found = Quality::default().report(report(1, true, uptime, latency), &promised(), NOON).unwrap();
        assert_eq!((found.0.seen, found.1.seen), (evidence, evidence), "{uptime} at {latency}");
    }
    assert_eq!(short(1, false).short, 8 * FULL_WEIGHT, "8.64 s, whole seconds");
    assert_eq!(short(0, true).short, 3_600 * FULL_WEIGHT);
}

#[test]
fn a_day_counts_against_a_unit_no_more_than_a_day() {
    let all = SlaTerms { uptime_bps: 10_000, ..promised() };
    let found = Quality::default().report(report(1, true, 0, u32::MAX), &all, NOON).unwrap();
    assert_eq!(found.0.seen.short, 86_400 * FULL_WEIGHT);
}

#[test]
fn more_uptime_than_there_is_gets_refused() {
    let mut quality = Quality::default();
    let refused = quality.report(report(1, true, 10_001, 0), &promised(), NOON);
    assert_eq!((refused, quality), (Err(Error::ShareOutOfBounds), Quality::default()));
    assert!(Quality::default().report(report(1, true, 10_000, 0), &promised(), NOON).is_ok());
}

#[test]
fn a_ninth_observer_of_the_network_or_of_the_cluster_is_refused_and_the_eight_may_change_their_reports() {
    assert_eq!(MAX_REPORTS, 8);
    for network in [true, false] {
        let mut quality = Quality::default();
        for i in 0..8 {
            quality.report(report(i, network, 5_000, 100), &promised(), NOON).unwrap();
        }
        let refused = quality.clone().report(report(8, network, 5_000, 100), &promised(), NOON);
        assert_eq!(refused, Err(Error::TooLong));
        assert!(quality.report(report(7, network, 6_000, 100), &promised(), NOON).is_ok());
        assert!(
            quality.report(report(8, !network, 5_000, 100), &promised(), NOON).is_ok(),
            "the others have room"
        );
        assert!(
            quality.report(report(9, network, 5_000, 100), &promised(), NOON + DAY_MS).is_ok(),
            "another day"
        );
    }
}

#[test]
fn a_report_takes_the_place_of_the_same_observers_first() {
    let mut quality = Quality::default();
    quality.report(report(1, true, 5_000, 900), &promised(), NOON).unwrap();
    let (found, _) = quality.report(report(1, true, 9_900, 100), &promised(), NOON + 7).unwrap();
    assert_eq!((found.seen, found.undone, found.undone_at), (short(0, false), short(4_900, true), NOON + 7));
    assert_eq!(quality.reports, [report(1, true, 9_900, 100)]);
}

#[test]
fn observers_of_a_cluster_count_for_the_unit_alone() {
    let mut quality = Quality::default();
    let (unit, provider) = quality.report(report(1, false, 0, 100), &promised(), NOON).unwrap();
    assert_eq!((unit.seen, provider.is_empty()), (short(9_900, false), true));
    let (unit, provider) = quality.report(report(2, true, 9_800, 100), &promised(), NOON).unwrap();
    assert_eq!((unit.seen, unit.undone), (short(100, false), short(9_900, false)), "the better of two");
    assert_eq!((provider.seen, provider.undone.is_empty()), (short(100, false), true));
    let (unit, provider) = quality.report(report(3, false, 0, 100), &promised(), NOON).unwrap();
    assert_eq!(unit.seen, short(9_900, false));
    assert_eq!(provider.seen, provider.undone, "nothing new for the provider");
}

#[test]
fn a_day_ends_at_midnight_and_its_reports_with_it() {
    let midnight = 20_001 * DAY_MS;
    assert_eq!((day_before(midnight - 1), day_before(midnight)), (19_999, 20_000));
    assert_eq!((day_before(0), day_before(DAY_MS - 1), day_before(2 * DAY_MS)), (0, 0, 1));
    let mut quality = Quality::default();
    quality.report(report(1, true, 5_000, 100), &promised(), midnight - 1).unwrap();
    let (found, _) = quality.report(report(1, true, 9_000, 300), &promised(), midnight).unwrap();
    assert_eq!(
        (found.seen, found.undone),
        (short(900, false), Evidence::default()),
        "another day undoes nothing"
    );
    assert_eq!((quality.day, quality.reports.len()), (20_000, 1));
    assert_eq!(quality.seen, Seen { days: 2, uptime_bps: 14_000, latency_ms: 400 });
}

#[test]
fn without_a_day_since_there_is_no_average() {
    let seen = Seen { days: 3, uptime_bps: 27_000, latency_ms: 300 };
    assert_eq!((Seen::default().since(&Seen::default()), seen.since(&seen)), (None, None));
    assert_eq!(seen.since(&Seen::default()), Some((9_000, 100)));
    assert_eq!(Seen::default().since(&seen), None, "another record's sums");
}

/// A provider that raises its promise within a day must not wipe out what other days have found.
#[test]
fn a_report_undoes_what_the_days_reports_have_found_and_no_more_whatever_is_promised_since() {
    let nothing = SlaTerms { uptime_bps: 0, ..promised() };
    let (mut quality, mut standing) = (Quality::default(), Standing::default());
    let (found, _) = quality.report(report(1, true, 5_000, 100), &promised(), NOON).unwrap();
    standing.record(&found, NOON);
    let yesterday = short(4_900, false);
    assert_eq!(standing.evidence(NOON), yesterday);
    let (found, _) = quality.report(report(1, true, 5_000, 100), &nothing, NOON + DAY_MS).unwrap();
    standing.record(&found, NOON + DAY_MS);
    let (found, _) = quality.report(report(2, true, 10_000, 100), &promised(), NOON + DAY_MS).unwrap();
    standing.record(&found, NOON + DAY_MS);
    assert!(standing.evidence(NOON + DAY_MS).short >= yesterday.short, "yesterday is wiped out");
}
