//! What a consumer does with what it has ordered.

use serde_json::{json, Value};

use crate::{
    active,
    market::{address_of, CONSUMER, MANAGER, PROVIDER},
    offered_twice, planks, DAY_MS, TOKEN,
};

#[test]
fn a_reservation_is_shown_with_what_fills_its_slots() {
    let market = active();
    let now = market.now_ms();
    let told = market.json(&["reservation", "show", "1"]);
    assert_eq!((&told["consumer"], &told["capacity"]), (&json!(address_of(CONSUMER)), &json!(10)));
    let until = told["paid_until"].as_u64().unwrap();
    assert!((now + 29 * DAY_MS..=now + 30 * DAY_MS).contains(&until), "{until}");
    let slot = &told["slots"][0];
    assert_eq!(slot["provider"], address_of(PROVIDER));
    assert_eq!((&slot["placement"], &slot["unit"]), (&json!(1), &json!(1)));
    assert_eq!((&slot["state"], &slot["paid_until"]), (&json!("Active"), &json!(until)));
    assert_eq!(market.json(&["reservation", "funded", "1"]), json!({"reservation": 1, "paid_until": until}));
    let listed = market.json(&["reservation", "list", &address_of(CONSUMER)]);
    assert_eq!((&listed[0]["id"], &listed[0]["paid_until"]), (&json!(1), &json!(until)));
    assert_eq!(market.json(&["reservation", "list", "--suri", PROVIDER]), json!([]));
    for arguments in [&["reservation", "show", "1"][..], &["reservation", "list", "--suri", CONSUMER]] {
        assert!(market.text(arguments).contains("PAID UNTIL"));
    }
    assert!(market.refusal(&["reservation", "show", "9"], 1).contains("no reservation 9"));
    assert!(market.refusal(&["reservation", "funded", "9"], 1).contains("no reservation 9"));
    market.refusal(&["reservation", "list"], 2);
}

#[test]
fn extending_and_growing_lock_what_they_take_at_the_moment() {
    let market = active();
    let before = market.money(CONSUMER).1;
    let told = market.act(CONSUMER, &["reservation", "extend", "1", "15d"]);
    assert_eq!(told["arguments"]["max_price"], json!((10 * TOKEN).to_string()));
    assert_eq!(market.money(CONSUMER).1, before + 10 * TOKEN);
    market.refused(CONSUMER, &["reservation", "extend", "1", "15d", "--max-price", "9"], "AboveCeiling");

    market.advance("15d");
    let before = market.money(CONSUMER);
    let told = market.act(CONSUMER, &["reservation", "resize", "1", "12"]);
    let locked = before.0 - market.money(CONSUMER).0;
    let most = planks(&told["arguments"]["max_price"]);
    // 2 GiB for 30 days at 2 tokens; rounding, and the blocks until the call, take next to nothing.
    assert!(locked <= most && most <= 4 * TOKEN && most - locked < TOKEN / 1_000, "{locked} of {most}");
    market.refused(CONSUMER, &["reservation", "resize", "1", "20", "--max-price", "1"], "AboveCeiling");
    let told = market.act(CONSUMER, &["reservation", "resize", "1", "6"]);
    assert!(planks(&told["arguments"]["max_price"]) <= 2);
    assert_eq!(market.json(&["reservation", "show", "1"])["capacity"], 6);
    market.refused(PROVIDER, &["reservation", "resize", "1", "7"], "NotConsumer");
    market.wrong(CONSUMER, &["reservation", "extend", "1", "15"], "a number with s, m, h or d");
}

#[test]
fn a_cancelled_slot_is_replaced_with_the_same_data() {
    let market = offered_twice();
    let root = "cd".repeat(32);
    let unit = format!("1:{root}:5");
    market.act(CONSUMER, &["reserve", "--unit", &unit, "--capacity", "10", "--term", "30d"]);
    let replace = ["reservation", "replace", "1", "0", "--unit", "2"];
    market.refused(CONSUMER, &replace, "NothingToReplace");
    market.act(CONSUMER, &["reservation", "cancel", "1", "--slot", "0"]);
    market.wrong(CONSUMER, &replace[..4], "--unit ID");
    market.refused(CONSUMER, &["reservation", "replace", "1", "3", "--unit", "2"], "UnknownSlot");
    market.refused(CONSUMER, &[&replace[..], &["--max-price", "1"]].concat(), "AboveCeiling");
    let told = market.act(CONSUMER, &replace);
    assert_eq!(told["arguments"]["replica"], json!({"unit": 2, "root": format!("0x{root}"), "chunks": 5}));
    assert_eq!((&told["answer"], planks(&told["arguments"]["max_price"])), (&json!(2), 20 * TOKEN));
    assert_eq!(market.money(CONSUMER).1, 20 * TOKEN);
    assert_eq!(market.json(&["reservation", "show", "1"])["slots"][0]["unit"], 2);
}

#[test]
fn a_consumer_ends_early_and_closes() {
    let market = active();
    market.refused(CONSUMER, &["reservation", "cancel", "1"], "WrongState");
    market.refused(PROVIDER, &["reservation", "terminate", "1"], "NotConsumer");
    market.act(CONSUMER, &["reservation", "terminate", "1", "--slot", "0"]);
    market.refused(CONSUMER, &["reservation", "terminate", "1"], "TooLate");
    market.refused(CONSUMER, &["reservation", "close", "1"], "NotEnded");
    market.advance("2d");
    market.act(CONSUMER, &["reservation", "close", "1"]);
    let (available, locked) = market.money(CONSUMER);
    assert!(locked == 0 && available > 99 * TOKEN && available < 100 * TOKEN, "{available}");
    assert_eq!(market.json(&["reservation", "show", "1"]), Value::Null);
}

#[test]
fn a_term_renews_up_to_what_the_consumer_said() {
    let market = active();
    market.act(CONSUMER, &["reservation", "renew-up-to", "1", "20"]);
    let listed = market.json(&["reservation", "list", "--suri", CONSUMER]);
    assert_eq!(planks(&listed[0]["renew_up_to"]), 20 * TOKEN);
    let funded = market.json(&["reservation", "funded", "1"])["paid_until"].as_u64().unwrap();
    let ends = market.json(&["placement", "show", "1"])["ends_at"].as_u64().unwrap();
    assert_eq!(funded, ends + 4 * 30 * DAY_MS);
    market.refused(MANAGER, &["placement", "renew", "1"], "TooEarly");
    market.advance("30d");
    market.act(MANAGER, &["placement", "renew", "1"]);
    let renewed = market.json(&["placement", "show", "1"]);
    assert!(renewed["paid_until"].as_u64().unwrap() > ends + 29 * DAY_MS);
    market.act(CONSUMER, &["reservation", "renew-up-to", "1", "0"]);
    market.advance("31d");
    market.refused(MANAGER, &["placement", "renew", "1"], "WrongState");
}

#[test]
fn access_is_given_and_taken_away() {
    let market = active();
    let reader = address_of(MANAGER);
    let grants = || market.json(&["reservation", "show", "1"])["grants"].clone();
    market.act(CONSUMER, &["reservation", "grant", "1", &reader, "--access", "writer"]);
    assert_eq!(grants(), json!([{"account": reader, "access": "Writer"}]));
    market.act(CONSUMER, &["reservation", "grant", "1", &reader, "--access", "reader"]);
    assert_eq!(grants(), json!([{"account": reader, "access": "Reader"}]));
    market.refused(PROVIDER, &["reservation", "revoke", "1", &reader], "NotConsumer");
    market.act(CONSUMER, &["reservation", "revoke", "1", &reader]);
    assert_eq!(grants(), json!([]));
    market.wrong(CONSUMER, &["reservation", "grant", "1", &reader, "--access", "owner"], "reader, writer");
    market.wrong(CONSUMER, &["reservation", "grant", "1", &reader], "--access");
}

#[test]
fn a_reservation_is_handed_over_in_two_steps() {
    let market = active();
    let heir = address_of(MANAGER);
    market.wrong(CONSUMER, &["reservation", "offer", "1"], "required");
    market.wrong(CONSUMER, &["reservation", "offer", "1", &heir, "--nobody"], "cannot be used with");
    market.act(CONSUMER, &["reservation", "offer", "1", &heir]);
    market.act(CONSUMER, &["reservation", "offer", "1", "--nobody"]);
    market.refused(MANAGER, &["reservation", "take", "1"], "NotOffered");
    market.act(CONSUMER, &["reservation", "offer", "1", &heir]);
    market.act(MANAGER, &["reservation", "take", "1"]);
    assert_eq!(market.json(&["reservation", "show", "1"])["consumer"], heir);
    market.refused(CONSUMER, &["reservation", "offer", "1", "--nobody"], "NotConsumer");
}
