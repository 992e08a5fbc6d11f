//! `orch demo`, when all goes well.

mod support;

use std::{fs, sync::OnceLock};

use serde_json::Value;
use support::{json, orch, stderr, stdout};

/// What the story told: it is told once for all tests that ask nothing of their own.
fn told() -> &'static Value {
    static TOLD: OnceLock<Value> = OnceLock::new();
    TOLD.get_or_init(|| json(&["demo", "--output-json"]))
}

fn planks(value: &Value) -> i128 {
    value.as_str().unwrap().parse().unwrap()
}

fn parties(told: &Value) -> Vec<&Value> {
    told["money"]["parties"].as_array().unwrap().iter().collect()
}

#[test]
fn what_is_read_back_is_the_file_that_was_stored() {
    let told = told();
    assert_eq!(told["file"]["equal"], true);
    assert_eq!(told["file"]["sha256"], told["file"]["read_back_sha256"]);
    // Of the lines `sha256(0)`, `sha256(1)`, … that the demo stores when no file is named.
    assert_eq!(told["file"]["sha256"], "ade29854d996e380c316d78f5e01db8d0f1543109b00ec110dd235dcc4ae9560");
}

#[test]
fn every_sum_is_exact_for_everybody() {
    let told = told();
    assert_eq!(told["money"]["exact"], true);
    assert!(planks(&told["money"]["held"]) >= planks(&told["money"]["owed"]));
    for party in parties(told) {
        let of = |field: &str| planks(&party[field]);
        let (came, went) =
            (of("put_in") + of("earned"), of("paid") + of("slashed") + of("got_back") + of("left"));
        assert_eq!(came, went, "{party}");
        let after = of("before") + of("got_back") - of("put_in") - of("fees") - of("storage");
        assert_eq!(of("after"), after, "{party}");
    }
    let sum = |field: &str| parties(told).iter().map(|party| planks(&party[field])).sum::<i128>();
    assert_eq!(sum("put_in"), sum("got_back") + planks(&told["money"]["owed"]));
    assert_eq!(sum("earned"), sum("paid") + sum("slashed"));
}

#[test]
fn the_lost_replica_costs_its_provider_all_collateral_and_earns_reporter_and_spare_theirs() {
    let told = told();
    let failure = &told["failure"];
    assert_eq!(planks(&failure["slashed"]), planks(&failure["collateral"]));
    assert_eq!(planks(&failure["slashed"]), planks(&failure["to_reporter"]) + planks(&failure["pot"]));
    let rest = planks(&failure["rest_to_consumer"]) + planks(&failure["rest_to_treasury"]);
    assert_eq!(planks(&failure["pot"]), planks(&failure["bonus"]) + rest);
    assert!(planks(&failure["bonus"]) > 0 && planks(&failure["to_reporter"]) > 0);
    assert_ne!(failure["provider"], failure["replaced_by"]);
    let earned =
        |name: &Value| planks(&parties(told).into_iter().find(|x| &x["name"] == name).unwrap()["earned"]);
    assert_eq!(earned(&"reporter".into()), planks(&failure["to_reporter"]));
    assert!(earned(&failure["replaced_by"]) > planks(&failure["bonus"]));
    let last = told["replicas"].as_array().unwrap().last().unwrap();
    assert_eq!(last["provider"], failure["replaced_by"]);
    assert_eq!(last["stage"], "COMPLETED");
}

#[test]
fn the_deal_is_told_where_no_story_is_named() {
    assert_eq!(told()["story"], "deal");
    assert_eq!(json(&["demo", "--story", "deal", "--output-json"])["story"], "deal");
}

#[test]
fn weights_and_size_are_told() {
    let told = told();
    for name in [
        "(deploy)",
        "reserve",
        "accept",
        "activate",
        "open_round",
        "prove",
        "report_miss",
        "replace",
        "close",
    ] {
        let call = told["calls"].as_array().unwrap().iter().find(|x| x["name"] == name);
        let call = call.unwrap_or_else(|| panic!("{name} is missing"));
        assert!(call["ref_time_ps"].as_u64().unwrap() > 0 && call["count"].as_u64().unwrap() > 0, "{call}");
    }
    assert!(told["contract"]["code_bytes"].as_u64() <= told["contract"]["limit_bytes"].as_u64());
}

#[test]
fn a_file_and_other_numbers_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("photo");
    fs::write(&file, [7; 100_000]).unwrap();
    let dir = folder.path().join("kept");
    let (file, dir) = (file.to_str().unwrap(), dir.to_str().unwrap());
    let told =
        json(&["demo", "--file", file, "--providers", "5", "--replicas", "3", "--dir", dir, "--output-json"]);
    assert_eq!(told["file"]["bytes"], 100_000);
    assert_eq!(told["file"]["equal"], true);
    assert_eq!(told["replicas"].as_array().unwrap().len(), 3);
    assert_eq!(fs::read(format!("{dir}/read-back/replica-0")).unwrap(), [7; 100_000]);
    assert!(fs::read_dir(format!("{dir}/provider-1")).unwrap().count() > 0);
    assert_eq!(fs::read_dir(format!("{dir}/consumer")).unwrap().count(), 0);
}

#[test]
fn one_byte_and_one_replica_are_enough() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("byte");
    fs::write(&file, b"!").unwrap();
    let told = json(&[
        "demo",
        "--file",
        file.to_str().unwrap(),
        "--providers",
        "2",
        "--replicas",
        "1",
        "--output-json",
    ]);
    assert_eq!(told["file"]["equal"], true);
    assert_eq!(told["failure"]["replaced_by"], "provider 2");
}

#[test]
fn the_story_fits_100_columns_and_has_no_escape_codes_without_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-long-name-without-any-place-to-break-it-".repeat(4));
    fs::write(&file, [1; 5_000]).unwrap();
    let file = file.to_str().unwrap();
    for arguments in [&["demo"][..], &["demo", "--file", file, "--providers", "6", "--replicas", "5"]] {
        let output = orch(arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(stderr(&output), "");
        let text = stdout(&output);
        assert!(!text.contains('\x1b'));
        for line in text.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
        assert!(text.contains("that is the SHA-256 of the file that was stored"));
    }
}

#[test]
fn the_chain_of_a_demo_is_kept_in_the_file_that_was_named() {
    let folder = tempfile::tempdir().unwrap();
    let chain = folder.path().join("chain");
    let told = json(&["demo", "--chain", chain.to_str().unwrap(), "--output-json"]);
    assert_eq!(told["file"]["equal"], true);
    let chain = orchestrator_chain::Embedded::open(&chain).unwrap();
    let contract = orchestrator_chain::parse_address(told["contract"]["address"].as_str().unwrap()).unwrap();
    let code = orchestrator_chain::Ledger::code_hash(&chain, contract).unwrap().unwrap();
    assert_eq!(hex::encode(code), told["contract"]["code_hash"].as_str().unwrap());
}
