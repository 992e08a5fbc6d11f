//! What is ordered: what it locks, what it says, and what is refused.

use serde_json::{json, Value};

use crate::{
    market::{address_of, Market, CONSUMER, MANAGER, PROVIDER},
    offered, offered_twice, planks, state, DAY_MS, ORDER, OTHER, TOKEN,
};

#[test]
fn an_order_locks_what_is_asked_at_the_moment_and_no_more() {
    let market = offered();
    let told = market.rehearse(CONSUMER, &ORDER);
    assert_eq!(told["message"], "reserve");
    assert_eq!(told["arguments"]["order"]["max_price"], json!("20000000000000"));
    assert_eq!(market.money(CONSUMER), (100 * TOKEN, 0));

    assert_eq!(market.act(CONSUMER, &ORDER)["answer"], 1);
    assert_eq!(market.money(CONSUMER), (80 * TOKEN, 20 * TOKEN));
    market.refused(CONSUMER, &[&ORDER[..], &["--max-price", "19.999999999999"]].concat(), "AboveCeiling");
    market.act(CONSUMER, &[&ORDER[..], &["--max-price", "20"]].concat());
    assert_eq!(market.money(CONSUMER), (60 * TOKEN, 40 * TOKEN));
}

#[test]
fn people_are_told_what_each_replica_costs_and_until_when_it_is_paid_for() {
    let market = offered_twice();
    let text = market.text(&[&ORDER[..], &["--unit", "2", "--suri", CONSUMER]].concat());
    for expected in
        ["DATA UNIT", "COLLATERAL", "20 UNIT", "40 UNIT", "PAID UNTIL", "30d after activation", "Add -x"]
    {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn a_consumer_without_a_challenger_is_told_how_to_become_one() {
    let market = Market::new();
    market.unit(PROVIDER, &[]);
    market.deposit(CONSUMER, "100");
    let asked = [&ORDER[..], &["--suri", CONSUMER]].concat();
    let become_one = "orch challenge register --interval 1d --window 6h";
    assert!(market.refusal(&asked, 1).contains(become_one));
    let challenger = address_of(MANAGER);
    let named = [&ORDER[..], &["--challenger", &challenger]].concat();
    let line = market.refusal(&[&named[..], &["--suri", CONSUMER]].concat(), 1);
    assert!(line.contains(&challenger) && line.contains(become_one), "{line}");
    market.act(MANAGER, &["challenge", "register", "--interval", "1d", "--window", "6h"]);
    let told = market.rehearse(CONSUMER, &named);
    assert_eq!(told["arguments"]["order"]["challenger"], challenger);
}

#[test]
fn an_order_carries_everything_that_was_typed() {
    let market = offered();
    let root = "ab".repeat(32);
    let manifest = market.file("manifest");
    std::fs::write(&manifest, [0, 255, 7]).unwrap();
    let unit = format!("1:0x{root}:3");
    let manifest = format!("@{}", manifest.display());
    let referrer = address_of(MANAGER);
    let typed = [
        "reserve",
        "--unit",
        &unit,
        "--unit",
        "1",
        "--capacity",
        "5",
        "--term",
        "2d",
        "--manifest",
        &manifest,
    ];
    let order = market.rehearse(CONSUMER, &[&typed[..], &["--referrer", &referrer]].concat());
    let order = &order["arguments"]["order"];
    let replica = json!({"unit": 1, "root": format!("0x{root}"), "chunks": 3});
    let empty = json!({"unit": 1, "root": format!("0x{}", "00".repeat(32)), "chunks": 0});
    assert_eq!(order["replicas"], json!([replica, empty]));
    assert_eq!((&order["capacity"], &order["term_ms"]), (&json!(5), &json!(2 * DAY_MS)));
    assert_eq!((&order["manifest"], &order["referrer"]), (&json!("0x00ff07"), &json!(referrer)));
    assert_eq!((&order["challenger"], &order["choice"]), (&Value::Null, &Value::Null));
}

#[test]
fn what_cannot_be_ordered_is_refused_before_anything_is_signed() {
    let market = offered();
    let wrong = |arguments: &[&str], says: &str| {
        let order = [&["reserve", "--capacity", "10", "--term", "30d"], arguments].concat();
        market.wrong(CONSUMER, &order, says);
    };
    wrong(&[], "required");
    wrong(&["--unit", "0"], "ID:ROOT:CHUNKS");
    wrong(&["--unit", "1:ab:3"], "64 hexadecimal digits");
    wrong(&["--unit", "1", "--replicas", "2"], "cannot be used with");
    wrong(&["--unit", "1", "--region", "276"], "--cluster");
    wrong(&["--unit", "1", "--together"], "--cluster");
    wrong(&["--cluster", "1", "--unit", "1", "--replicas", "2"], "cannot be used with");
    wrong(&["--cluster", "1", "--replicas", "21"], "1..=20");
    let data = format!("{}:1", "ab".repeat(32));
    wrong(&["--cluster", "1", "--replicas", "2", "--data", &data], "--data names 1 replicas");
    wrong(&["--unit", "1", "--manifest", &"x".repeat(257)], "257 bytes");
    wrong(&["--unit", "1", "--manifest", "@missing"], "cannot read missing");
    wrong(&["--unit", "1", "--challenger", "nobody"], "no account address");
    wrong(&["--unit", "1", "--max-price", "1,5"], "in tokens");
    wrong(&["--unit", "1"].repeat(21), "at most 20 replicas");
    market.wrong(CONSUMER, &["reserve", "--unit", "1", "--capacity", "0", "--term", "30d"], "0 is not in");
    let order = |unit, capacity, term| ["reserve", "--unit", unit, "--capacity", capacity, "--term", term];
    market.refused(CONSUMER, &order("9", "10", "30d"), "UnknownUnit");
    market.refused(CONSUMER, &order("1", "101", "30d"), "NotEnoughCapacity");
    market.refused(CONSUMER, &order("1", "10", "1h"), "TermOutOfBounds");
    market.refused(CONSUMER, &order("1", "60", "30d"), "NotEnoughAvailable");
    market.refused(
        CONSUMER,
        &["reserve", "--cluster", "1", "--capacity", "1", "--term", "1d"],
        "UnknownCluster",
    );
}

#[test]
fn a_cluster_chooses_members_for_an_order_at_its_price() {
    let market = offered_twice();
    market.deposit(CONSUMER, "100");
    for provider in [PROVIDER, OTHER] {
        market.act(provider, &["provider", "trust", &address_of(MANAGER)]);
    }
    market
        .act(MANAGER, &["cluster", "create", "--kind", "object-store", "--price", "3", "--fee-bps", "1000"]);
    market.act(MANAGER, &["cluster", "member", "1", "1", "50"]);
    let order = ["reserve", "--cluster", "1", "--capacity", "10", "--term", "30d"];
    market.refused(CONSUMER, &[&order[..], &["--replicas", "2"]].concat(), "NoMemberFits");
    market.refused(CONSUMER, &[&order[..], &["--region", "250"]].concat(), "NoMemberFits");
    let together = market.rehearse(CONSUMER, &[&order[..], &["--replicas", "2", "--together"]].concat());
    assert_eq!(planks(&together["arguments"]["order"]["max_price"]), 60 * TOKEN);

    market.act(MANAGER, &["cluster", "member", "1", "2", "50"]);
    let data = format!("{}:2", "ab".repeat(32));
    let replicas = ["--data", &data, "--data", &data, "--region", "276"];
    let told = market.act(CONSUMER, &[&order[..], &replicas].concat());
    assert_eq!(told["arguments"]["order"]["choice"], json!({"cluster": 1, "region": 276, "together": false}));
    let slots = market.json(&["reservation", "show", "1"])["slots"].clone();
    let units: Vec<_> = slots.as_array().unwrap().iter().map(|x| x["unit"].as_u64().unwrap()).collect();
    assert!(units.contains(&1) && units.contains(&2), "{units:?}");
    assert_eq!(slots[0]["state"], "Accepted");
    assert_eq!(state(&market, 2), "Accepted");

    let named = market.act(CONSUMER, &[&order[..], &["--unit", "2"]].concat());
    assert_eq!(planks(&named["arguments"]["order"]["max_price"]), 30 * TOKEN);
    assert!(market.text(&[&order[..], &["--suri", CONSUMER]].concat()).contains("a member whose turn it is"));
    market.act(CONSUMER, &["reservation", "cancel", "1", "--slot", "0"]);
    // Nobody else has room in the cluster: the contract would choose a member, and finds none but the one that holds it.
    market.refused(CONSUMER, &["reservation", "replace", "1", "0"], "NoMemberFits");
}
