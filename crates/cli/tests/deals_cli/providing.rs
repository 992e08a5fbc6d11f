//! What a provider does with what is proposed to it, and what becomes of its promises.

use serde_json::{json, Value};

use crate::{
    active,
    market::{address_of, CONSUMER, MANAGER, PROVIDER},
    offered, planks, state, ORDER, TOKEN,
};

#[test]
fn a_provider_sees_what_is_proposed_to_it() {
    let market = offered();
    market.act(CONSUMER, &ORDER);
    market.act(CONSUMER, &ORDER);
    market.act(PROVIDER, &["placement", "accept", "2"]);
    let listed = market.json(&["placement", "list", "--suri", PROVIDER]);
    let seen: Vec<_> =
        listed.as_array().unwrap().iter().map(|x| (x["id"].clone(), x["state"].clone())).collect();
    assert_eq!(seen, [(json!(1), json!("Proposed")), (json!(2), json!("Accepted"))]);
    assert_eq!(market.json(&["placement", "list", "--unit", "1"]), listed);
    assert_eq!(market.json(&["placement", "list", &address_of(CONSUMER)]), json!([]));
    assert!(market.text(&["placement", "list", "--unit", "1"]).contains("30d to come"));
    assert!(market.text(&["placement", "list", "--unit", "7"]).contains("no placements on data unit 7"));
    assert_eq!(market.json(&["placement", "next", "1"])["action"], "Accept");
    assert_eq!(market.json(&["placement", "next", "2"])["action"], "Activate");
    market.refusal(&["placement", "next", "3"], 1);
}

#[test]
fn only_the_provider_takes_or_declines_a_proposal() {
    let market = offered();
    market.act(CONSUMER, &ORDER);
    market.refused(CONSUMER, &["placement", "accept", "1"], "NotProvider");
    market.refused(PROVIDER, &["placement", "activate", "1"], "WrongState");
    market.act(PROVIDER, &["placement", "decline", "1"]);
    assert_eq!(state(&market, 1), "Cancelled");
    assert_eq!(market.money(CONSUMER), (100 * TOKEN, 0));
    market.refused(PROVIDER, &["placement", "accept", "1"], "WrongState");
    market.refused(PROVIDER, &["placement", "accept", "7"], "UnknownPlacement");
    market.act(CONSUMER, &["reservation", "close", "1"]);
    assert!(market.refusal(&["placement", "show", "1"], 1).contains("no placement 1"));
}

#[test]
fn a_provider_leaves_for_the_fee_that_was_told() {
    let market = active();
    let fee: u128 = market.json(&["placement", "exit-fee", "1"]).as_str().unwrap().parse().unwrap();
    assert_eq!(fee, 2 * TOKEN);
    market.refused(PROVIDER, &["placement", "withdraw", "1", "--max-fee", "1.999999999999"], "AboveCeiling");
    market.refused(CONSUMER, &["placement", "withdraw", "1"], "NotProvider");
    let told = market.act(PROVIDER, &["placement", "withdraw", "1"]);
    assert_eq!(planks(&told["arguments"]["max_fee"]), fee);
    assert_eq!(state(&market, 1), "Withdrawn");
    assert_eq!(planks(&market.json(&["reservation", "show", "1"])["slots"][0]["pot"]), fee);
    market.refusal(&["placement", "exit-fee", "7"], 1);
}

#[test]
fn data_is_offered_by_the_consumer_and_taken_by_the_provider() {
    let market = active();
    let root = "ef".repeat(32);
    assert_eq!(market.json(&["placement", "data", "1"]), Value::Null);
    assert!(market.text(&["placement", "data", "1"]).contains("Nothing was offered"));
    market.act(CONSUMER, &["placement", "commit", "1", &root, "7"]);
    let told = json!({"root": format!("0x{root}"), "chunks": 7, "in_force": false});
    assert_eq!(market.json(&["placement", "data", "1"]), told);
    market.refused(PROVIDER, &["placement", "accept-data", "1", &root, "8"], "NothingCommitted");
    market.act(PROVIDER, &["placement", "accept-data", "1", &root, "7"]);
    assert_eq!(market.json(&["placement", "data", "1"])["in_force"], true);
    assert_eq!(market.json(&["placement", "show", "1"])["chunks"], 7);
    market.wrong(CONSUMER, &["placement", "commit", "1", "abc", "7"], "64 hexadecimal digits");
    market.refused(MANAGER, &["placement", "commit", "1", &root, "7"], "NotConsumer");
    market.refusal(&["placement", "data", "9"], 1);
}

#[test]
fn a_paid_placement_is_rated_and_its_promises_are_told() {
    let market = active();
    market.wrong(CONSUMER, &["placement", "rate", "1", "6"], "1..=5");
    market.refused(CONSUMER, &["placement", "rate", "1", "5"], "NothingPaid");
    market.advance("10d");
    market.refused(PROVIDER, &["placement", "rate", "1", "5"], "NotConsumer");
    market.act(CONSUMER, &["placement", "rate", "1", "4"]);
    let sla = market.json(&["placement", "sla", "1"]);
    assert_eq!(
        (&sla["stars"], &sla["promised_uptime_bps"], &sla["state"]),
        (&json!(4), &json!(9_990), &json!("Active"))
    );
    assert!(market.text(&["placement", "sla", "1"]).contains("99.90 %"));
    market.refusal(&["placement", "sla", "9"], 1);
    let text = market.text(&["placement", "show", "1"]);
    assert!(text.contains("PAID UNTIL") && text.contains("terms slash"), "{text}");
}
