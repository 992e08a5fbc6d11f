//! Reports of observers, ratings, scores and SLA reports.

use super::market::*;
use crate::events::{QualityReported, Rated, Scored};
use crate::{Average, Observation, Orchestrator};
use orchestrator_domain::{day_before, ClusterSpec, Error, Role, Subject, FULL_WEIGHT, NEUTRAL, PRIOR};

const DAY_MS: u64 = 24 * HOUR_MS;

/// What is seen of data unit 1.
fn seen(uptime_bps: u16, latency_ms: u32) -> Vec<Observation> {
    vec![Observation { unit: 1, uptime_bps, latency_ms }]
}

/// A market with a role of observer for the stranger, and placement 1 active.
fn observed() -> Orchestrator {
    let mut market = active();
    by(&mut market, admin()).set_role(stranger(), Role::Observer, true).unwrap();
    market
}

fn score(market: &Orchestrator, subject: Subject) -> u16 {
    market.score(subject).unwrap().score
}

#[ink::test]
fn an_observer_reports_the_day_before() {
    let mut market = observed();
    let day = day_before(now());
    by(&mut market, stranger()).report_quality(day, seen(9_950, 100)).unwrap();
    let event: QualityReported = last_event();
    assert_eq!((event.unit, event.day, event.observer), (1, day, stranger()));
    assert_eq!((event.uptime_bps, event.latency_ms), (9_950, 100));
    for wrong in [day - 1, day + 1] {
        assert_eq!(market.report_quality(wrong, seen(9_950, 100)), Err(Error::TooLate));
    }
    assert_eq!(market.report_quality(day, seen(10_001, 100)), Err(Error::ShareOutOfBounds));
    let unknown = vec![Observation { unit: 9, uptime_bps: 0, latency_ms: 0 }];
    assert_eq!(market.report_quality(day, unknown), Err(Error::UnknownUnit));
    assert_eq!(by(&mut market, provider()).report_quality(day, seen(10_000, 1)), Err(Error::NotInRole));
}

#[ink::test]
fn a_report_within_the_promise_says_nothing_and_one_below_it_lowers_the_score() {
    let mut market = observed();
    let day = day_before(now());
    by(&mut market, stranger()).report_quality(day, seen(9_900, 200)).unwrap();
    assert_eq!(score(&market, Subject::Provider(provider())), NEUTRAL);
    market.report_quality(day, seen(8_900, 200)).unwrap();
    let event: Scored = latest();
    assert_eq!(event.found.seen.short, DAY_MS / 1_000 / 10 * FULL_WEIGHT);
    let lowered = score(&market, Subject::Provider(provider()));
    assert!(lowered < NEUTRAL);
    assert_eq!(score(&market, Subject::Unit(1)), lowered, "it has no other data unit");
    market.report_quality(day, seen(10_000, 1)).unwrap();
    assert_eq!(score(&market, Subject::Unit(1)), NEUTRAL, "the second report took the place of the first");
}

#[ink::test]
fn what_a_managers_observer_reports_counts_for_the_data_unit_alone() {
    let mut market = serving();
    let day = day_before(now());
    assert_eq!(by(&mut market, stranger()).report_quality(day, seen(0, 1)), Err(Error::NotInRole));
    let spec = ClusterSpec { observers: vec![stranger()], ..cluster_spec() };
    by(&mut market, manager()).update_cluster(1, spec).unwrap();
    by(&mut market, stranger()).report_quality(day, seen(0, 1)).unwrap();
    assert_eq!(score(&market, Subject::Provider(provider())), NEUTRAL);
    assert!(score(&market, Subject::Unit(1)) < NEUTRAL);
    let many = ClusterSpec { observers: vec![stranger(); 9], ..cluster_spec() };
    assert_eq!(by(&mut market, manager()).update_cluster(1, many), Err(Error::TooLong));
}

#[ink::test]
fn the_sla_report_averages_what_was_seen_since_the_activation() {
    let mut market = accepted();
    by(&mut market, admin()).set_role(stranger(), Role::Observer, true).unwrap();
    by(&mut market, stranger()).report_quality(day_before(now()), seen(0, 10_000)).unwrap();
    wait(DAY_MS);
    by(&mut market, provider()).activate(1).unwrap();
    assert_eq!(market.sla(1).unwrap().seen, None);
    for (uptime, latency) in [(9_000, 100), (10_000, 300)] {
        by(&mut market, stranger()).report_quality(day_before(now()), seen(uptime, latency)).unwrap();
        wait(DAY_MS);
    }
    let report = market.sla(1).unwrap();
    assert_eq!(report.seen, Some(Average { uptime_bps: 9_500, latency_ms: 200 }));
    assert_eq!((report.promised_uptime_bps, report.promised_latency_ms), (9_900, 200));
    assert_eq!(market.sla(9), Err(Error::UnknownPlacement));
}

#[ink::test]
fn a_consumer_rates_what_it_has_paid_for() {
    let mut market = active();
    assert_eq!(by(&mut market, consumer()).rate(1, 5), Err(Error::NothingPaid));
    wait(DAY_MS);
    by(&mut market, consumer()).rate(1, 5).unwrap();
    let event: Rated = latest();
    assert_eq!((event.placement, event.stars), (1, 5));
    assert_eq!(placement(&market, 1).rating.stars, 5);
    for stars in [0, 6] {
        assert_eq!(market.rate(1, stars), Err(Error::RatingOutOfBounds));
    }
    assert_eq!(market.rate(9, 5), Err(Error::UnknownPlacement));
    assert_eq!(by(&mut market, stranger()).rate(1, 5), Err(Error::NotConsumer));
}

#[ink::test]
fn a_rating_weighs_what_was_paid_and_a_new_one_takes_its_place() {
    let mut market = active();
    let unit = orchestrator_domain::Config { score_unit: 10_000_000, ..Default::default() };
    by(&mut market, admin()).configure(unit, treasury()).unwrap();
    wait(10 * DAY_MS);
    by(&mut market, consumer()).rate(1, 1).unwrap();
    let paid = placement(&market, 1).settled;
    assert_eq!(paid, TERM_PRICE / 3);
    let weight = u64::try_from(paid * u128::from(PRIOR) / 10_000_000).unwrap();
    assert_eq!(market.score(Subject::Provider(provider())).unwrap().evidence.blamed, weight / 2);
    market.rate(1, 4).unwrap();
    let evidence = market.score(Subject::Provider(provider())).unwrap().evidence;
    assert_eq!((evidence.blamed, evidence.praised), (0, weight / 4));
}

#[ink::test]
fn an_ended_placement_is_rated_once() {
    let mut market = active();
    wait(TERM_MS);
    by(&mut market, consumer()).rate(1, 2).unwrap();
    assert_eq!(market.rate(1, 3), Err(Error::WrongState));
}

#[ink::test]
fn a_failure_of_next_to_nothing_says_next_to_nothing() {
    let market = failed();
    let evidence = market.score(Subject::Unit(1)).unwrap().evidence;
    assert!(evidence.missed == 0 && evidence.broken == 0, "the price is far below the scoring unit");
    assert_eq!(score(&market, Subject::Provider(provider())), NEUTRAL);
    assert_eq!(market.score(Subject::Unit(9)), Err(Error::UnknownUnit));
}

#[ink::test]
fn misses_failures_and_proposals_left_alone_lower_the_score() {
    for (make, alone) in [(active as fn() -> Orchestrator, false), (proposed, true)] {
        let mut market = make();
        let unit = orchestrator_domain::Config { score_unit: 10_000_000, ..Default::default() };
        by(&mut market, admin()).configure(unit, treasury()).unwrap();
        for _ in 0..if alone { 0 } else { 3 } {
            by(&mut market, consumer()).open_round([9; 32]).unwrap();
            wait(HOUR_MS);
        }
        wait(2 * DAY_MS);
        by(&mut market, stranger()).settle(1).unwrap();
        assert!(score(&market, Subject::Provider(provider())) < NEUTRAL, "{alone}");
        let evidence = market.score(Subject::Unit(1)).unwrap().evidence;
        assert_eq!((evidence.missed > 0, evidence.broken > 0), (!alone, true));
    }
}

#[ink::test]
fn eight_observers_count_and_the_next_is_passed_over() {
    let mut market = active();
    for i in 0..9 {
        by(&mut market, admin()).set_role(account(100 + i), Role::Observer, true).unwrap();
    }
    let day = day_before(now());
    for i in 0..9 {
        by(&mut market, account(100 + i)).report_quality(day, seen(9_950, 100)).unwrap();
    }
    let quality = market.service(1).quality;
    let reported: Vec<_> = quality.reports.iter().map(|x| x.observer).collect();
    assert_eq!(reported, (0..8).map(|i| account(100 + i)).collect::<Vec<_>>());
    by(&mut market, account(100)).report_quality(day, seen(9_000, 100)).unwrap();
    assert_eq!(market.service(1).quality.reports.len(), 8, "its second report took the place of its first");
}
