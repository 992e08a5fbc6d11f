//! The office from the command line: settings, roles, pauses, the rate, upgrades, fees, and disputes with their arbiter.

mod market;

use std::fs;

use market::{address_of, Market, ADMIN, CONSUMER, MANAGER, PROVIDER};
use serde_json::{json, Value};
use sha2::{Digest, Sha256};

const TOKEN: u128 = 1_000_000_000_000;
const DAY_MS: u64 = 86_400_000;
const ARBITER: &str = "//Arbiter";

fn planks(value: &Value) -> u128 {
    value.as_str().unwrap().parse().unwrap()
}

fn settings(market: &Market) -> Value {
    market.json(&["admin", "show"])["settings"].clone()
}

/// The chain's clock as people read it.
fn clock(market: &Market) -> String {
    let text = market.text(&["chain", "show"]);
    let time = text.lines().find_map(|line| line.trim().strip_prefix("time ")).unwrap();
    time.trim().strip_suffix(" UTC").unwrap().to_owned()
}

/// A placement of 30 days that is active, and an arbiter.
fn disputable() -> Market {
    let market = Market::new();
    let unit = market.unit(PROVIDER, &[]);
    market.deposit(PROVIDER, "100");
    market.deposit(CONSUMER, "100");
    assert_eq!(market.placement(PROVIDER, unit, None), 1);
    market.fund(ARBITER, "100");
    market.act(ADMIN, &["admin", "grant", "arbiter", &address_of(ARBITER)]);
    market.advance("10d");
    market
}

#[test]
fn only_what_is_named_is_configured() {
    let market = Market::new();
    let before = settings(&market);
    let mut config = before["config"].clone();
    market.act(ADMIN, &["admin", "configure", "--network-fee-bps", "300", "--accept", "2h"]);
    (config["network_fee_bps"], config["accept_ms"]) = (json!(300), json!(7_200_000));
    assert_eq!(
        (&settings(&market)["config"], &settings(&market)["treasury"]),
        (&config, &before["treasury"])
    );
    let treasury = address_of(MANAGER);
    let all = [
        "admin",
        "configure",
        "--referral-bps",
        "100",
        "--reporter-bps",
        "500",
        "--activate",
        "3d",
        "--score-unit",
        "2.5",
        "--treasury",
        &treasury,
    ];
    market.act(ADMIN, &all);
    (config["referral_bps"], config["reporter_bps"], config["activate_ms"], config["score_unit"]) =
        (json!(100), json!(500), json!(3 * DAY_MS), json!(2_500_000_000_000u64));
    assert_eq!((&settings(&market)["config"], &settings(&market)["treasury"]), (&config, &json!(treasury)));
}

#[test]
fn what_cannot_be_configured_is_refused() {
    let market = Market::new();
    let configure = |name, value| ["admin", "configure", name, value];
    market.wrong(ADMIN, &["admin", "configure"], "name what to change");
    market.wrong(ADMIN, &configure("--network-fee-bps", "200"), "name what to change");
    market.wrong(ADMIN, &configure("--network-fee-bps", "1001"), "0..=1000");
    market.wrong(ADMIN, &configure("--referral-bps", "501"), "0..=500");
    market.wrong(ADMIN, &configure("--accept", "59s"), "1m to 30d");
    market.wrong(ADMIN, &configure("--activate", "31d"), "1m to 30d");
    market.wrong(ADMIN, &configure("--score-unit", "18446744.1"), "at most 2^63");
    market.wrong(ADMIN, &configure("--treasury", "me"), "no account address");
    market.refused(ADMIN, &configure("--score-unit", "0"), "ConfigOutOfBounds");
    market.refused(MANAGER, &configure("--network-fee-bps", "300"), "NotAdmin");
}

#[test]
fn people_are_told_the_settings_and_the_solvency() {
    let market = Market::new();
    market.deposit(CONSUMER, "7");
    let text = market.text(&["admin", "show"]);
    for expected in [
        "config network fee    2.00 %",
        "config accept         1d",
        "config score unit     1 UNIT",
        "last ids unit         0",
        "solvency",
        "7 UNIT",
        "holders",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    let told = market.json(&["admin", "show"]);
    assert_eq!(planks(&told["solvency"]["owed"]), 7 * TOKEN);
    assert_eq!(told["settings"]["admin"], address_of(ADMIN));
}

#[test]
fn roles_are_granted_and_revoked_and_a_pauser_pauses() {
    let market = Market::new();
    let account = address_of(MANAGER);
    market.refused(MANAGER, &["admin", "pause"], "NotInRole");
    market.refused(MANAGER, &["admin", "grant", "pauser", &account], "NotAdmin");
    market.wrong(ADMIN, &["admin", "grant", "king", &account], "price-feed");
    market.act(ADMIN, &["admin", "grant", "pauser", &account]);
    market.act(ADMIN, &["admin", "grant", "observer", &account]);
    let holder = |role: &str| json!({"account": account, "role": role});
    assert_eq!(settings(&market)["holders"], json!([holder("Pauser"), holder("Observer")]));
    market.act(MANAGER, &["admin", "pause"]);
    assert_eq!(settings(&market)["pauses"]["paused"], true);
    market.refused(ADMIN, &["admin", "pause"], "Paused");
    market.act(MANAGER, &["admin", "resume"]);
    market.refused(MANAGER, &["admin", "resume"], "NotPaused");
    market.refused(MANAGER, &["admin", "pause"], "TooEarly");
    market.act(ADMIN, &["admin", "revoke", "pauser", &account]);
    assert_eq!(settings(&market)["holders"], json!([holder("Observer")]));
}

#[test]
fn a_price_feed_sets_the_rate_of_now_or_of_a_moment_ago() {
    let market = Market::new();
    market.refused(MANAGER, &["admin", "rate", "0.5"], "NotInRole");
    market.act(ADMIN, &["admin", "grant", "price-feed", &address_of(MANAGER)]);
    market.act(MANAGER, &["admin", "rate", "0.5"]);
    let rate = settings(&market)["rate"].clone();
    assert_eq!(planks(&rate["per_usd"]), TOKEN / 2);
    market.refused(MANAGER, &["admin", "rate", "0.5"], "TooEarly");
    market.advance("3h");
    market.refused(MANAGER, &["admin", "rate", "5"], "RateOutOfBounds");
    market.refused(MANAGER, &["admin", "rate", "0.5", "--at", "2020-01-01"], "TooEarly");
    market.refused(MANAGER, &["admin", "rate", "0.5", "--at", "+1h"], "TooEarly");
    market.wrong(MANAGER, &["admin", "rate", "0.5", "--at", "soon"], "date and time by UTC");
    market.act(MANAGER, &["admin", "rate", "0.55"]);
    assert_eq!(planks(&settings(&market)["rate"]["per_usd"]), TOKEN * 55 / 100);
}

#[test]
fn an_upgrade_is_uploaded_announced_taken_back_and_not_put_in_force_too_early() {
    let market = Market::new();
    let wasm = market.file("market.wasm");
    fs::write(&wasm, orchestrator_bundle::WASM).unwrap();
    let upload = ["admin", "upload", wasm.to_str().unwrap()];
    let told = market.rehearse(ADMIN, &upload);
    let hash = told["code_hash"].as_str().unwrap().to_owned();
    assert_eq!(told["code_bytes"], orchestrator_bundle::WASM.len());
    assert_eq!(market.act(ADMIN, &upload)["code_hash"], hash);
    market.refused(MANAGER, &["admin", "announce-upgrade", &hash], "NotAdmin");
    market.refused(ADMIN, &["admin", "upgrade"], "NothingAnnounced");
    market.act(ADMIN, &["admin", "announce-upgrade", &hash]);
    assert_eq!(settings(&market)["upgrade"]["code_hash"], hash);
    market.refused(ADMIN, &["admin", "upgrade"], "TooEarly");
    market.act(ADMIN, &["admin", "announce-upgrade", "--none"]);
    assert_eq!(settings(&market)["upgrade"], Value::Null);
    market.act(ADMIN, &["admin", "announce-upgrade", &hash]);
    market.advance("7d");
    market.act(ADMIN, &["admin", "upgrade"]);
    assert_eq!(settings(&market)["upgrade"], Value::Null);
    market.wrong(ADMIN, &["admin", "announce-upgrade"], "required");
    market.wrong(ADMIN, &["admin", "announce-upgrade", "0x12"], "64 hexadecimal digits");
}

#[test]
fn what_is_no_code_is_not_uploaded() {
    let market = Market::new();
    let text = market.file("text");
    fs::write(&text, "no code").unwrap();
    market.wrong(ADMIN, &["admin", "upload", text.to_str().unwrap()], "is no WebAssembly");
    market.wrong(ADMIN, &["admin", "upload", "missing.wasm"], "cannot read missing.wasm");
    let broken = market.file("broken.wasm");
    fs::write(&broken, b"\0asm\x01\0\0\0").unwrap();
    let refused = ["admin", "upload", broken.to_str().unwrap(), "-x", "-y", "--suri", ADMIN];
    assert!(market.run(&refused).status.code() == Some(1));
}

#[test]
fn fees_are_collected_for_the_treasury() {
    let market = disputable();
    market.refused(MANAGER, &["admin", "collect-fees"], "ZeroAmount");
    market.act(CONSUMER, &["placement", "rate", "1", "5"]);
    let fees = planks(&settings(&market)["fees"]);
    assert!(fees > 0);
    let before = market.money(ADMIN).0;
    market.act(MANAGER, &["admin", "collect-fees"]);
    assert_eq!(market.money(ADMIN).0, before + fees);
}

#[test]
fn the_admins_role_is_handed_over_in_two_steps() {
    let market = Market::new();
    let heir = address_of(MANAGER);
    market.wrong(ADMIN, &["admin", "offer"], "required");
    market.refused(MANAGER, &["admin", "offer", &heir], "NotAdmin");
    market.act(ADMIN, &["admin", "offer", &heir]);
    market.act(ADMIN, &["admin", "offer", "--nobody"]);
    market.refused(MANAGER, &["admin", "take"], "NotOffered");
    market.act(ADMIN, &["admin", "offer", &heir]);
    market.act(MANAGER, &["admin", "take"]);
    assert_eq!((&settings(&market)["admin"], &settings(&market)["offered_to"]), (&json!(heir), &Value::Null));
    market.refused(ADMIN, &["admin", "offer", "--nobody"], "NotAdmin");
}

#[test]
fn a_dispute_is_opened_answered_and_decided() {
    let market = disputable();
    let evidence = market.file("evidence");
    fs::write(&evidence, "it was gone").unwrap();
    let evidence_hash = format!("0x{}", hex::encode(Sha256::digest("it was gone")));
    let fact_at = clock(&market);
    market.advance("1d");
    assert_eq!(market.json(&["dispute", "show", "1"]), Value::Null);
    assert!(market.text(&["dispute", "show", "1"]).contains("No dispute"));
    let open = ["dispute", "open", "1", "--fact-at", &fact_at, "--evidence", evidence.to_str().unwrap()];
    let text = market.text(&[&open[..], &["--suri", CONSUMER]].concat());
    assert!(text.contains(&evidence_hash[..60]) && text.contains("The bond is at most"), "{text}");
    market.refused(PROVIDER, &open, "NotConsumer");
    market.refused(CONSUMER, &[&open[..], &["--max-bond", "1"]].concat(), "AboveCeiling");
    let told = market.act(CONSUMER, &open);
    assert_eq!(told["arguments"]["evidence"], evidence_hash);
    let shown = market.json(&["dispute", "show", "1"]);
    assert_eq!(shown["evidence"], evidence_hash);
    let (bond, most) = (planks(&shown["bond"]), planks(&told["arguments"]["max_bond"]));
    assert!(bond <= most && most - bond < TOKEN / 100, "{bond} of {most}");
    let until = |name: &str| shown[name].as_u64().unwrap();
    assert_eq!(until("decide_until") - until("answer_until"), 7 * DAY_MS);
    assert!(market.text(&["dispute", "show", "1"]).contains("none yet"));

    let decide =
        |bps| ["dispute", "decide", "1", "--to-consumer-bps", bps, "--opinion", evidence.to_str().unwrap()];
    market.refused(ARBITER, &decide("6000"), "TooEarly");
    let answer = format!("0x{}", "ab".repeat(32));
    market.refused(CONSUMER, &["dispute", "answer", "1", "--answer", &answer], "NotProvider");
    market.act(PROVIDER, &["dispute", "answer", "1", "--answer", &answer]);
    assert_eq!(market.json(&["dispute", "show", "1"])["answer"], answer);
    market.refused(CONSUMER, &decide("6000"), "NotInRole");
    market.wrong(ARBITER, &decide("10001"), "0..=10000");
    let before = market.money(CONSUMER).0;
    market.act(ARBITER, &decide("6000"));
    assert!(market.money(CONSUMER).0 > before + bond);
    assert_eq!(market.json(&["dispute", "show", "1"]), Value::Null);

    let replay = market.json(&["challenge", "replay", "1"]);
    assert_eq!((&replay["agrees"], &replay["slashes"][0]["reason"]), (&json!(true), &json!("Dispute")));
    assert_eq!(planks(&replay["slashes"][0]["amount"]), 12 * TOKEN);
}

#[test]
fn what_is_no_word_in_a_dispute_is_refused() {
    let market = disputable();
    let open = |fact_at, evidence| ["dispute", "open", "1", "--fact-at", fact_at, "--evidence", evidence];
    let hash = format!("0x{}", "ab".repeat(32));
    market.wrong(CONSUMER, &open("yesterday", &hash), "date and time by UTC");
    market.wrong(CONSUMER, &open("2020-01-01", "missing"), "cannot read missing");
    market.wrong(CONSUMER, &open("2020-01-01", "0x12"), "64 hexadecimal digits");
    market.refused(CONSUMER, &open("2020-01-01", &hash), "TooLate");
    let zero = format!("0x{}", "00".repeat(32));
    market.wrong(PROVIDER, &["dispute", "answer", "1", "--answer", &zero], "no answer");
    market.refused(PROVIDER, &["dispute", "answer", "1", "--answer", &hash], "NotDisputed");
    market.refusal(&["dispute", "show", "9"], 1);
    let unknown =
        ["dispute", "open", "9", "--fact-at", "2020-01-01", "--evidence", &hash, "--suri", CONSUMER];
    assert!(market.refusal(&unknown, 1).contains("UnknownPlacement"));
}
