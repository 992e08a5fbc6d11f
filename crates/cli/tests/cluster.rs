//! `orch demo --story cluster`, when all goes well.

mod support;

use std::{fs, sync::OnceLock};

use serde_json::Value;
use support::{json, orch, stderr, stdout};

const CLUSTER: [&str; 4] = ["demo", "--story", "cluster", "--output-json"];
/// Of the lines `sha256(n)`, `sha256(n + 1)`, …, from zero for the first consumer, from 2^33 and 3 × 2^32 for the others.
const SHA256: [&str; 3] = [
    "ade29854d996e380c316d78f5e01db8d0f1543109b00ec110dd235dcc4ae9560",
    "78de8b87411816db5c991e394309fbe51d7c2b5ed9ebeed207dd386064e04c16",
    "0aaa27eaa334e01e2aa7d05f35b3eb63a2d3e2fa61dd851d11403fa804e756fe",
];
const UNIT: i128 = 1_000_000_000_000;

/// What the story told: it is told once for all tests that ask nothing of their own.
fn told() -> &'static Value {
    static TOLD: OnceLock<Value> = OnceLock::new();
    TOLD.get_or_init(|| json(&CLUSTER))
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

fn sum(all: &Value, field: &str) -> i128 {
    list(all).iter().map(|x| planks(&x[field])).sum()
}

#[test]
fn each_consumer_reads_back_what_it_stored() {
    let told = told();
    assert_eq!(told["story"], "cluster");
    for (file, sha256) in list(&told["files"]).iter().zip(SHA256) {
        assert_eq!((&file["sha256"], &file["read_back_sha256"]), (&sha256.into(), &sha256.into()));
    }
    assert_eq!(list(&told["files"]).len(), 3);
    assert_eq!(list(&told["replicas"]).len(), 6);
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
    assert_eq!(sum(parties, "put_in"), sum(parties, "got_back"));
    assert_eq!(sum(parties, "earned"), sum(parties, "paid") + sum(parties, "slashed"));
}

#[test]
fn what_consumers_pay_goes_to_members_manager_and_network_to_the_plank() {
    let told = told();
    let (revenue, parties, failure) = (&told["revenue"], &told["money"]["parties"], &told["failure"]);
    assert_eq!(list(revenue).len(), 5);
    assert_eq!(told["cluster"]["distributions"], 2);
    assert_eq!(sum(revenue, "earned"), sum(parties, "paid"));
    for member in list(revenue) {
        let of = |field: &str| planks(&member[field]);
        assert_eq!(of("earned"), of("network_fee") + of("manager_fee") + of("claimed"));
        let party = of_name(parties, &member["member"]);
        assert_eq!(planks(&party["earned"]), of("claimed") + of("bonus"), "{party}");
        // 2 % and 10 %, each placement rounded by less than three planks.
        assert!((of("earned") / 50 - of("network_fee")).abs() < 6 && of("network_fee") > 0);
        assert!((of("earned") / 10 - of("manager_fee")).abs() < 6);
    }
    assert_eq!(planks(&of(parties, "name", "manager")["earned"]), sum(revenue, "manager_fee"));
    let treasury = sum(revenue, "network_fee") + planks(&failure["rest_to_treasury"]);
    assert_eq!(planks(&of(parties, "name", "treasury")["earned"]), treasury);
}

fn of_name<'a>(parties: &'a Value, name: &Value) -> &'a Value {
    of(parties, "name", name.as_str().unwrap())
}

#[test]
fn every_replica_is_paid_by_price_and_time() {
    let told = told();
    let price = planks(&told["cluster"]["price"]);
    assert_eq!(price, 5 * UNIT / 2);
    let paid: Vec<(&str, i128)> = list(&told["replicas"])
        .iter()
        .map(|x| (x["consumer"].as_str().unwrap(), planks(&x["paid"])))
        .collect();
    let renewed = 2 * (price / 3);
    // The third replica was taken over after eight rounds, one hour after the start the first of them.
    let hours_left = 30 * 24 - (8 * 24 + 19 - 1);
    assert_eq!(
        paid,
        [
            ("consumer 1", price),
            ("consumer 1", price),
            ("consumer 1", price * hours_left / 720),
            ("consumer 2", price),
            ("consumer 2", price),
            ("consumer 3", renewed),
        ]
    );
}

#[test]
fn the_member_that_failed_loses_all_collateral_and_another_that_trusts_takes_the_pot() {
    let told = told();
    let (failure, parties) = (&told["failure"], &told["money"]["parties"]);
    let of = |field: &str| planks(&failure[field]);
    assert_eq!((of("slashed"), failure["missed"].as_u64()), (of("collateral"), Some(3)));
    assert_eq!(of("slashed"), of("to_reporter") + of("pot"));
    assert_eq!(of("pot"), of("bonus") + of("rest_to_consumer") + of("rest_to_treasury"));
    assert!(of("bonus") > 0 && of("to_reporter") > 0);
    assert_eq!(planks(&of_name(parties, &failure["provider"])["slashed"]), of("slashed"));
    let taker = failure["replaced_by"].as_str().unwrap();
    // Provider 4 has ended its trust; the others hold a replica of the reservation.
    assert_eq!(taker, "provider 5");
    assert_eq!(planks(&self::of(&told["revenue"], "member", taker)["bonus"]), of("bonus"));
    let kept: Vec<&str> = list(&told["replicas"]).iter().map(|x| x["provider"].as_str().unwrap()).collect();
    let expected = ["provider 1", "provider 2", "provider 5", "provider 4", "provider 5", "provider 1"];
    assert_eq!(kept, expected);
}

#[test]
fn calls_of_a_cluster_are_weighed() {
    let told = told();
    for name in [
        "create_cluster",
        "set_trust",
        "set_member",
        "distribute",
        "claim",
        "renew",
        "commit_data",
        "replace",
    ] {
        assert!(of(&told["calls"], "name", name)["ref_time_ps"].as_u64().unwrap() > 0);
    }
}

#[test]
fn a_file_can_be_named_and_the_folder_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (file, dir) = (folder.path().join("photo"), folder.path().join("kept"));
    fs::write(&file, [7; 100_000]).unwrap();
    let (file, dir) = (file.to_str().unwrap(), dir.to_str().unwrap());
    let told = json(&["demo", "--story", "cluster", "--file", file, "--dir", dir, "--output-json"]);
    assert_eq!((&told["files"][0]["name"], &told["files"][0]["bytes"]), (&file.into(), &100_000.into()));
    for slot in 0..3 {
        let read_back = format!("{dir}/read-back/consumer-1/replica-{slot}");
        assert_eq!(fs::read(read_back).unwrap(), [7; 100_000]);
    }
    assert_eq!(told["folder"], dir);
    for n in 1..=3 {
        assert_eq!(fs::read_dir(format!("{dir}/consumer-{n}")).unwrap().count(), 0);
    }
}

#[test]
fn the_story_fits_100_columns_and_has_no_escape_codes_without_a_terminal() {
    let output = orch(&CLUSTER[..3]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let text = stdout(&output);
    assert!(!text.contains('\x1b'));
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(text.contains("those are the SHA-256 of the files that were stored"));
}
