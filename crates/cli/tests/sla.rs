//! `orch demo --story sla`, when all goes well.

mod support;

use std::sync::OnceLock;

use serde_json::Value;
use support::{json, orch, stderr, stdout};

const SLA: [&str; 4] = ["demo", "--story", "sla", "--output-json"];

/// What the story told: it is told once for all tests that ask nothing of their own.
fn told() -> &'static Value {
    static TOLD: OnceLock<Value> = OnceLock::new();
    TOLD.get_or_init(|| json(&SLA))
}

fn planks(value: &Value) -> i128 {
    value.as_str().unwrap().parse().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// The entry whose `field` is `value`.
fn of<'a>(all: &'a Value, field: &str, value: &str) -> &'a Value {
    let found = list(all).iter().find(|x| x[field] == value);
    found.unwrap_or_else(|| panic!("no {field} is {value}"))
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[test]
fn what_is_read_back_is_the_file_that_was_stored() {
    let told = told();
    assert_eq!((&told["story"], &told["file"]["equal"]), (&"sla".into(), &true.into()));
    assert_eq!(told["rounds"], 30);
    assert_eq!(list(&told["replicas"]).len(), 4);
    assert!(list(&told["replicas"]).iter().all(|x| x["stage"] == "COMPLETED"));
}

#[test]
fn every_sum_is_exact_for_everybody() {
    let told = told();
    let parties = &told["money"]["parties"];
    assert_eq!(list(parties).len(), 12);
    for party in list(parties) {
        let of = |field: &str| planks(&party[field]);
        let (came, went) = (of("put_in") + of("earned"), of("paid") + of("slashed") + of("got_back"));
        assert_eq!((came, of("left")), (went, 0), "{party}");
        let after = of("before") + of("got_back") - of("put_in") - of("fees") - of("storage");
        assert_eq!(of("after"), after, "{party}");
    }
    assert_eq!(planks(&told["money"]["owed"]), 0);
    assert!(number(&told["money"]["solvent_after_calls"]) > 200);
}

#[test]
fn the_ranking_is_what_the_evidence_says() {
    let told = told();
    let ranking = list(&told["ranking"]);
    assert!(ranking.is_sorted_by(|x, y| number(&x["score"]) >= number(&y["score"])));
    for x in ranking {
        let part = |name: &str| i128::from(number(&x[name]));
        let good = part("kept") + part("completed") + part("praised");
        let bad = 40 * (part("missed") + part("short")) + part("broken") + part("lost") + part("blamed");
        let known = 60 * 86_400 * 10_000;
        let score = (10_000 * good + part("prior") * known) / (good + bad + known);
        // The contract shortens its sums by 18 bits.
        assert!((score - part("score")).abs() <= 1, "{x}");
    }
    let score = |name: &str| number(&of(&told["ranking"], "provider", name)["score"]);
    assert_eq!(score("Newcomer"), 5_000);
    for better in ["Honest", "Careful", "Spare"] {
        assert!(score(better) > 5_000, "{better}");
    }
    for worse in ["Flaky", "Lazy"] {
        assert!(score(worse) < 5_000, "{worse}");
    }
    assert_eq!(ranking[0]["provider"], "Honest");
}

#[test]
fn reports_tell_rounds_quality_and_stars_of_each_placement() {
    let told = told();
    let reports = &told["reports"];
    assert_eq!(list(reports).len(), 5);
    let report = |name: &str| of(reports, "provider", name);
    let rounds = |name: &str| {
        ["rounds", "proven", "missed", "excused", "stars"].map(|field| number(&report(name)[field]))
    };
    assert_eq!(rounds("Honest"), [30, 30, 0, 0, 5]);
    assert_eq!(rounds("Flaky"), [30, 27, 3, 0, 1]);
    assert_eq!(rounds("Careful"), [30, 28, 0, 2, 4]);
    assert_eq!(report("Lazy")["state"], "Failed");
    assert!(rounds("Lazy")[2] >= 3 && rounds("Lazy")[1] >= 8);
    assert_eq!(rounds("Spare")[1] + rounds("Lazy")[0], 30);
    assert_eq!(report("Careful")["maintenance_ms"], 2 * 86_400_000);
    assert_eq!(report("Honest")["seen_uptime_bps"], 10_000);
    assert_eq!(report("Flaky")["seen_uptime_bps"], 9_000);
    assert_eq!(report("Careful")["seen_uptime_bps"], 10_000);
    // 29 days at 190 ms and one at 1,500.
    assert_eq!(report("Flaky")["seen_latency_ms"], 233);
    for x in list(reports) {
        assert_eq!((&x["promised_uptime_bps"], &x["promised_latency_ms"]), (&9_990.into(), &200.into()));
    }
}

#[test]
fn maintenance_is_neither_paid_nor_slashed_and_misses_are() {
    let told = told();
    let price = |name: &str| match name {
        "Honest" => 2_000_000_000_000,
        "Flaky" => 2_200_000_000_000,
        _ => 2_300_000_000_000_i128,
    };
    for (name, days) in [("Honest", 30_u64), ("Flaky", 27), ("Careful", 28)] {
        let report = of(&told["reports"], "provider", name);
        assert_eq!(report["served_ms"], days * 86_400_000);
        let left = planks(&report["paid"]) + planks(&report["refunded"]);
        assert_eq!(left, price(name) * i128::from(days) / 30, "{name}");
        assert_eq!(planks(&report["slashed"]) > 0, name == "Flaky");
    }
}

#[test]
fn every_slash_tells_where_it_went() {
    let told = told();
    let slashes = list(&told["slashes"]);
    for x in slashes {
        let of = |field: &str| planks(&x[field]);
        assert_eq!(of("amount"), of("to_reporter") + of("to_pot"), "{x}");
        let reported = x["reason"] == "Unanswered";
        let reporter = if reported { "reporter" } else { "nobody" };
        assert_eq!(x["reporter"], reporter);
        assert_eq!(of("to_reporter"), if reported { of("amount") / 10 } else { 0 });
    }
    for name in ["Flaky", "Lazy"] {
        let sum: i128 = slashes.iter().filter(|x| x["provider"] == name).map(|x| planks(&x["amount"])).sum();
        assert_eq!(sum, planks(&of(&told["reports"], "provider", name)["slashed"]));
        assert_eq!(sum, planks(&of(&told["money"]["parties"], "name", name)["slashed"]));
    }
    let to_reporter: i128 = slashes.iter().map(|x| planks(&x["to_reporter"])).sum();
    assert_eq!(planks(&of(&told["money"]["parties"], "name", "reporter")["earned"]), to_reporter);
}

#[test]
fn the_dispute_gives_the_consumer_what_was_decided_and_the_lost_replica_is_taken_over() {
    let told = told();
    let dispute = &told["dispute"];
    assert_eq!(dispute["provider"], "Flaky");
    assert_eq!((&dispute["opened_on"], &dispute["decided_on"]), (&18.into(), &21.into()));
    let report = of(&told["reports"], "provider", "Flaky");
    assert_eq!(planks(&report["refunded"]), planks(&dispute["refunded"]));
    // Two fifths of the collateral were left.
    assert_eq!(planks(&dispute["cut"]), 2_200_000_000_000 * 2 / 5 * 6 / 10);
    assert!(planks(&dispute["refunded"]) > 0 && planks(&dispute["bond"]) > 0);
    let failure = &told["failure"];
    assert_eq!((&failure["provider"], &failure["replaced_by"]), (&"Lazy".into(), &"Spare".into()));
    assert_eq!(planks(&failure["slashed"]), planks(&failure["collateral"]));
    let rest = planks(&failure["rest_to_consumer"]) + planks(&failure["rest_to_treasury"]);
    assert_eq!(planks(&failure["pot"]), planks(&failure["bonus"]) + rest);
}

#[test]
fn the_story_fits_100_columns_and_has_no_escape_codes_without_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let keep = folder.path().join("kept");
    let output = orch(&["demo", "--story", "sla", "--keep", keep.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let text = stdout(&output);
    assert!(!text.contains('\x1b'));
    for line in text.lines().filter(|line| !line.contains("--chain")) {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(text.contains("Ranking of the data units") && text.contains("SLA reports"));
    assert!(text.contains("orch watch --once --chain"));
}
