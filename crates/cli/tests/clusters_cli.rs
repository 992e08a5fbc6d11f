//! Clusters from the command line: made, filled, earning, and what comes to whom.

mod market;

use market::{address_of, Market, CONSUMER, MANAGER, PROVIDER};
use serde_json::{json, Value};

const CREATE: [&str; 8] =
    ["cluster", "create", "--kind", "object-store", "--price", "3", "--fee-bps", "1000"];

/// A cluster of the manager, and in it 60 of the 100 GiB of a data unit.
fn gathered(market: &Market, more: &[&str]) -> u64 {
    let unit = market.unit(PROVIDER, &[]);
    market.act(PROVIDER, &["provider", "trust", &address_of(MANAGER)]);
    let cluster = market.act(MANAGER, &[&CREATE[..], more].concat())["answer"].as_u64().unwrap();
    assert_eq!((unit, cluster), (1, 1));
    market.act(MANAGER, &["cluster", "member", "1", "1", "60"]);
    unit
}

/// And a placement of 10 GiB in it, half of whose term is over.
fn earning(market: &Market) {
    let unit = gathered(market, &[]);
    market.deposit(PROVIDER, "100");
    market.deposit(CONSUMER, "100");
    market.placement(PROVIDER, unit, Some(1));
    market.advance("15d");
}

fn planks(value: &Value) -> u128 {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn a_cluster_changes_only_what_is_named() {
    let market = Market::new();
    let observers = [address_of("//Observer"), address_of("//Watcher")];
    let more =
        ["--observer", &observers[0], "--observer", &observers[1], "--parameters", "eu", "--samples", "2"];
    assert_eq!(market.act(MANAGER, &[&CREATE[..], &more].concat())["answer"], 1);
    let show = || market.json(&["cluster", "show", "1"])["spec"].clone();
    let mut expected = show();
    assert_eq!((&expected["fee_bps"], &expected["terms"]["samples"]), (&json!(1_000), &json!(2)));
    assert_eq!((&expected["observers"], &expected["open"]), (&json!(observers), &json!(true)));
    assert_eq!(
        (&expected["price"], &expected["terms"]["window_ms"]),
        (&json!("3000000000000"), &json!(21_600_000))
    );

    market.act(MANAGER, &["cluster", "update", "1", "--price-usd", "1.5", "--closed"]);
    (expected["price"], expected["currency"], expected["open"]) =
        (json!("1500000"), json!("MicroUsd"), json!(false));
    assert_eq!(show(), expected);
    market.act(
        MANAGER,
        &["cluster", "update", "1", "--open", "--fee-bps", "0", "--parameters", "", "--window", "7h"],
    );
    (expected["open"], expected["fee_bps"], expected["parameters"]) = (json!(true), json!(0), json!("0x"));
    expected["terms"]["window_ms"] = json!(25_200_000);
    assert_eq!(show(), expected);
    market.act(MANAGER, &["cluster", "update", "1", "--observer", &observers[1]]);
    expected["observers"] = json!([observers[1]]);
    assert_eq!(show(), expected);
    market.act(MANAGER, &["cluster", "update", "1", "--no-observers"]);
    expected["observers"] = json!([]);
    assert_eq!(show(), expected);

    market.wrong(MANAGER, &["cluster", "update", "1"], "name what to change");
    market.wrong(MANAGER, &["cluster", "update", "1", "--no-observers"], "stands already");
    market.refused(PROVIDER, &["cluster", "update", "1", "--price", "1"], "NotManager");
    assert!(market.refusal(&["cluster", "update", "2", "--price", "1"], 1).contains("there is no cluster 2"));
}

#[test]
fn a_cluster_that_cannot_be_is_refused() {
    let market = Market::new();
    market.wrong(MANAGER, &[&CREATE[..7], &["3001"]].concat(), "--fee-bps");
    market.wrong(MANAGER, &CREATE[..6], "--fee-bps");
    market.wrong(
        MANAGER,
        &["cluster", "create", "--kind", "compute", "--fee-bps", "1"],
        "--price or --price-usd",
    );
    market.wrong(MANAGER, &[&CREATE[..], &["--observer", "nobody"]].concat(), "address");
    market.wrong(MANAGER, &[&CREATE[..], &["--window", "2d"]].concat(), "longer than the interval");
    let observer = ["--observer", &*address_of("//Observer")];
    market.refused(MANAGER, &[&CREATE[..], &observer.repeat(9)].concat(), "TooLong");
    assert!(market.refusal(&["cluster", "show", "1"], 1).contains("there is no cluster 1"));
    for list in ["members", "reservations", "share"] {
        let line = market.refusal(&["cluster", list, "1", "--suri", PROVIDER], 1);
        assert!(line.contains("there is no cluster 1"), "{line}");
    }
    assert!(market.text(&["cluster", "list", &address_of(MANAGER)]).contains("manages no clusters"));
    assert_eq!(market.json(&["cluster", "list", "--suri", MANAGER]), json!([]));
}

#[test]
fn only_a_provider_that_trusts_the_manager_becomes_a_member() {
    let market = Market::new();
    market.unit(PROVIDER, &[]);
    market.act(MANAGER, &CREATE);
    let member = |capacity| ["cluster", "member", "1", "1", capacity];
    market.refused(MANAGER, &member("60"), "NotTrusted");
    assert!(market.text(&["cluster", "members", "1"]).contains("no members"));
    market.act(PROVIDER, &["provider", "trust", &address_of(MANAGER)]);
    market.refused(MANAGER, &member("101"), "NotEnoughCapacity");
    market.refused(PROVIDER, &member("60"), "NotManager");
    market.act(MANAGER, &member("60"));
    let told = market.json(&["cluster", "members", "1"]);
    assert_eq!(
        (&told[0]["id"], &told[0]["member"]["capacity"], &told[0]["trusts"]),
        (&json!(1), &json!(60), &json!(true))
    );
    let text = market.text(&["cluster", "members", "1"]);
    assert!(
        text.contains("60 GiB") && text.contains("same") && text.contains(&address_of(PROVIDER)),
        "{text}"
    );
    market.act(PROVIDER, &member("20"));
    assert_eq!(market.json(&["cluster", "members", "1"])[0]["member"]["capacity"], 20);
    market.act(PROVIDER, &["provider", "distrust", &address_of(MANAGER)]);
    market.act(MANAGER, &["cluster", "update", "1", "--uptime-bps", "9999"]);
    let text = market.text(&["cluster", "members", "1"]);
    assert!(text.contains("differ") && text.contains(" no "), "{text}");
    market.act(MANAGER, &member("0"));
    assert_eq!(market.json(&["cluster", "members", "1"]), json!([]));
    market.refused(MANAGER, &member("0"), "NotMember");
    market.wrong(MANAGER, &["cluster", "member", "1", "1"], "CAPACITY");
}

#[test]
fn members_are_found_and_quoted_at_the_price_of_the_cluster() {
    let market = Market::new();
    gathered(&market, &[]);
    let quote = |more: &[&str]| {
        let told =
            market.json(&[&["market", "quote", "1", "--capacity", "10", "--term", "30d"], more].concat());
        planks(&told["price"]) / 1_000_000_000_000
    };
    assert_eq!((quote(&[]), quote(&["--cluster", "1"])), (20, 30));
    let text = market.text(&["market", "search", "--cluster", "1"]);
    assert!(text.contains("3 UNIT") && text.contains("60 GiB"), "{text}");
    let text = market.text(&["market", "search"]);
    assert!(text.contains("2 UNIT") && text.contains("40 GiB"), "{text}");
    assert_eq!(market.json(&["market", "search", "--cluster", "1", "--capacity", "61"]), json!([]));
    let text = market.text(&["cluster", "list", &address_of(MANAGER)]);
    assert!(text.contains("3 UNIT") && text.contains("10.00 %"), "{text}");
}

#[test]
fn what_a_cluster_earns_is_distributed_and_claimed() {
    let market = Market::new();
    earning(&market);
    let share = || {
        let told = market.json(&["cluster", "share", "1", &address_of(PROVIDER)]);
        (planks(&told["due"]) / 1_000_000_000, planks(&told["pooled"]) / 1_000_000_000)
    };
    market.refused(CONSUMER, &["distribute", "1"], "ZeroAmount");
    assert_eq!(share(), (0, 0));
    market.act(CONSUMER, &["settle", "1"]);
    // Half a term at 30 tokens, less 2 % for the network and 10 % for the manager.
    assert_eq!(share(), (0, 13_200));
    market.refused(PROVIDER, &["cluster", "claim", "1"], "ZeroAmount");
    let told = market.rehearse(CONSUMER, &["distribute", "1"]);
    assert_eq!(told["message"], "distribute");
    let receipt = market.act(CONSUMER, &["distribute", "1"]);
    assert!(receipt["events"].as_array().unwrap().iter().any(|x| x["name"] == "Distributed"), "{receipt}");
    assert_eq!(share(), (13_200, 0));
    assert_eq!(market.money(MANAGER).0 / 1_000_000_000, 1_500);
    let text = market.text(&["cluster", "share", "1", "--suri", PROVIDER]);
    assert!(text.contains("due, for claim") && text.contains("13.2"), "{text}");

    let before = market.money(PROVIDER).0;
    market.act(CONSUMER, &["cluster", "claim", "1", &address_of(PROVIDER)]);
    assert_eq!((market.money(PROVIDER).0 - before) / 1_000_000_000, 13_200);
    assert_eq!(share(), (0, 0));
    market.refused(PROVIDER, &["cluster", "claim", "1"], "ZeroAmount");
    market.refused(PROVIDER, &["distribute", "1"], "ZeroAmount");
    market.refused(PROVIDER, &["distribute", "2"], "UnknownCluster");
    market.wrong(PROVIDER, &["distribute"], "CLUSTER");
}

#[test]
fn reservations_in_a_cluster_are_listed_with_until_when_they_are_paid() {
    let market = Market::new();
    earning(&market);
    let told = market.json(&["cluster", "reservations", "1"]);
    assert_eq!((&told[0]["id"], &told[0]["capacity"]), (&json!(1), &json!(10)));
    let placements = market.json(&["unit", "placements", "1"]);
    assert_eq!(told[0]["paid_until"], placements[0]["ends_at"]);
    let text = market.text(&["cluster", "reservations", "1"]);
    assert!(
        text.contains("PAID UNTIL") && text.contains("1 x 10 GiB") && text.contains(&address_of(CONSUMER)),
        "{text}"
    );
    market.act(MANAGER, &CREATE);
    assert!(market.text(&["cluster", "reservations", "2"]).contains("No reservations"));
}

#[test]
fn observers_that_the_manager_names_report_on_members() {
    let market = Market::new();
    market.fund("//Observer", "10");
    gathered(&market, &["--observer", &address_of("//Observer")]);
    market.advance("1d");
    let report = ["unit", "report", "1:9000:350"];
    market.refused(CONSUMER, &report, "NotInRole");
    market.act("//Observer", &report);
    let told = market.json(&["unit", "service", "1"])["quality"]["reports"][0].clone();
    assert_eq!((&told["uptime_bps"], &told["latency_ms"]), (&json!(9_000), &json!(350)));
    assert_eq!((&told["observer"], &told["network"]), (&json!(address_of("//Observer")), &json!(false)));
    // The day before the chain's clock, named as a date.
    let text = market.text(&["chain", "show"]);
    let today = text.lines().find(|line| line.contains("time")).unwrap().split_whitespace().nth(1).unwrap();
    market.wrong("//Observer", &["unit", "report", "1:9000:350", "--day", today], "the day before only");
}
