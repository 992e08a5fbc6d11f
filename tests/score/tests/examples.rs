//! The worked examples of `docs/score.md`, computed with the rules.

use std::fs;

use orchestrator_domain::{weighed, weight, Evidence, Findings, Standing, DAY_MS, FULL_WEIGHT, NEUTRAL};
use orchestrator_score::attacks::me;
use orchestrator_score::book::EPOCH;
use orchestrator_score::deal::{Deal, Order, UNIT};
use orchestrator_score::docs;

/// Rows of the table of this name, without its head.
fn rows(name: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(docs("score.md")).unwrap();
    let (_, table) = text.split_once(&format!("<!-- example: {name} -->\n")).expect("the table is there");
    let (table, _) = table.split_once("<!--").unwrap();
    let cells = |line: &str| line.trim_matches('|').split('|').map(|x| x.trim().replace(',', "")).collect();
    let rows: Vec<Vec<String>> = table.lines().skip(2).map(cells).collect();
    assert!(rows.len() > 4, "{name} has rows");
    rows
}

/// A number of days, or a fraction of one, as evidence at full weight.
fn days(cell: &str) -> u64 {
    let (above, below) = cell.split_once('/').unwrap_or((cell, "1"));
    let days = above.parse::<f64>().unwrap() / below.parse::<f64>().unwrap();
    weighed((days * DAY_MS as f64) as u64, u64::MAX, FULL_WEIGHT)
}

#[test]
fn weights_are_as_told() {
    for row in rows("weights") {
        let price = row[0].parse().unwrap();
        assert_eq!(weight(price, 1, UNIT).unwrap(), row[1].parse::<u64>().unwrap(), "{row:?}");
    }
}

#[test]
fn scores_are_as_told() {
    for row in rows("scores") {
        let part = |i: usize| days(&row[i]);
        let evidence = Evidence {
            kept: part(0),
            missed: part(1),
            completed: part(2),
            broken: part(3),
            short: part(4),
            lost: part(5),
            praised: part(6),
            blamed: part(7),
        };
        let (prior, score) = (row[8].parse().unwrap(), row[9].parse::<u16>().unwrap());
        assert_eq!(evidence.score(prior), score, "{row:?}");
    }
}

#[test]
fn evidence_halves_as_told() {
    for row in rows("decay") {
        let day = |i: usize| EPOCH + row[i].parse::<u64>().unwrap() * DAY_MS;
        let mut standing = Standing::default();
        let seen = Evidence { kept: days("30"), ..Default::default() };
        standing.record(&Findings { seen, ..Default::default() }, day(0));
        let counts = standing.evidence(day(1));
        let told = days(&row[2]);
        assert!(counts.kept.abs_diff(told) <= told / 100, "{row:?}: {} {told}", counts.kept);
        assert_eq!(counts.score(NEUTRAL), row[3].parse::<u16>().unwrap(), "{row:?}");
    }
}

/// A deal that has proven so many daily rounds, and when the last of its days is over.
fn proven(rounds: u64) -> (Deal, u64) {
    let mut deal = Deal::active(1, &Order::new(me(), 1), EPOCH).unwrap();
    for day in 0..rounds {
        deal.open_round([1; 32], EPOCH + day * DAY_MS).unwrap();
        deal.prove(EPOCH + day * DAY_MS).unwrap();
    }
    (deal, EPOCH + rounds * DAY_MS)
}

fn missed(rounds: u64) -> (Deal, u64) {
    let (mut deal, now) = proven(0);
    for day in 0..rounds {
        deal.open_round([1; 32], now + day * DAY_MS).unwrap();
    }
    (deal, now + rounds * DAY_MS)
}

fn rated(stars: u8) -> (Deal, u64) {
    let (mut deal, now) = proven(30);
    deal.rate(stars, now).unwrap();
    (deal, now)
}

fn proposed(declined: bool) -> (Deal, u64) {
    let mut deal = Deal::propose(1, &Order::new(me(), 1), EPOCH).unwrap();
    if declined {
        deal.decline(EPOCH).unwrap();
    }
    (deal, EPOCH + DAY_MS)
}

fn left() -> (Deal, u64) {
    let (mut deal, now) = proven(10);
    deal.withdraw(now).unwrap();
    (deal, now)
}

fn terminated() -> (Deal, u64) {
    let (mut deal, now) = proven(10);
    deal.terminate(now).unwrap();
    (deal, now)
}

#[test]
fn facts_count_as_told() {
    for row in rows("facts") {
        let (mut deal, now) = match row[0].as_str() {
            "six rounds proven" => proven(6),
            "seven rounds proven" => proven(7),
            "thirty rounds proven term over" => proven(30),
            "the same five stars" => rated(5),
            "the same two stars" => rated(2),
            "one round missed" => missed(1),
            "three rounds missed in a row" => missed(3),
            "ten rounds proven then left by the provider" => left(),
            "ten rounds proven then ended early by the consumer" => terminated(),
            "proposal not answered" => proposed(false),
            "proposal declined" => proposed(true),
            other => panic!("nobody knows how to do: {other}"),
        };
        deal.settle(now).unwrap();
        let part = |i: usize| days(&row[i]);
        let told = Evidence {
            kept: part(1),
            missed: part(2),
            completed: part(3),
            broken: part(4),
            praised: part(5),
            blamed: part(6),
            ..Default::default()
        };
        assert_eq!(deal.take_found().seen, told, "{row:?}");
    }
}
