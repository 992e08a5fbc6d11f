//! Nodes of a provider.

use serde_json::json;

use crate::{
    bytes, ids,
    market::{address_of, Market, CONSUMER, PROVIDER},
    NODE,
};

#[test]
fn a_node_changes_only_what_is_named_and_keeps_its_region() {
    let market = Market::new();
    market.act(PROVIDER, &["provider", "set"]);
    let more = ["--engine", "orch", "--engine-version", "1.0", "--state", "draining"];
    assert_eq!(market.act(PROVIDER, &[&NODE[..], &more].concat())["answer"], 1);
    market.act(PROVIDER, &["node", "update", "1", "--engine-version", "1.1"]);
    let told = market.json(&["node", "show", "1"]);
    assert_eq!(
        told["spec"],
        json!({
            "region": 276, "state": "Draining", "endpoint": bytes("https://node.example:4433"),
            "engine": bytes("orch"), "version": bytes("1.1"),
        })
    );
    market.act(PROVIDER, &["node", "update", "1", "--state", "online", "--endpoint", "quic://other.example"]);
    let list = market.json(&["node", "list", &address_of(PROVIDER)]);
    assert_eq!(ids(&list, "id"), [1]);
    assert_eq!(list[0]["spec"]["state"], "Online");
    let text = market.text(&["node", "list", "--suri", PROVIDER]);
    assert!(text.contains("quic://other.example") && text.contains("orch 1.1"), "{text}");
    market.wrong(PROVIDER, &["node", "update", "1", "--state", "online"], "stands already");
    market.wrong(PROVIDER, &["node", "update", "1", "--region", "250"], "--region");
    market.refused(CONSUMER, &["node", "update", "1", "--state", "offline"], "NotProvider");
    market.refused(PROVIDER, &["node", "update", "1", "--endpoint", &"x".repeat(257)], "TooLong");
    let line = market.refusal(&["node", "update", "2", "--state", "offline", "--suri", PROVIDER], 1);
    assert!(line.contains("there is no node 2"), "{line}");
}

#[test]
fn a_node_is_retired_once_nothing_is_on_it() {
    let market = Market::new();
    assert_eq!(market.unit(PROVIDER, &[]), 1);
    market.refused(PROVIDER, &["node", "retire", "1"], "NodeInUse");
    market.refused(CONSUMER, &["unit", "retire", "1"], "NotProvider");
    market.act(PROVIDER, &["unit", "retire", "1"]);
    market.act(PROVIDER, &["node", "retire", "1"]);
    assert!(market.refusal(&["node", "show", "1"], 1).contains("there is no node 1"));
    assert!(market.refusal(&["unit", "show", "1"], 1).contains("there is no data unit 1"));
    assert_eq!(market.json(&["node", "list", &address_of(PROVIDER)]), json!([]));
    assert!(market.text(&["node", "list", &address_of(PROVIDER)]).contains("no nodes"));
    assert!(market.refusal(&["unit", "list", "1"], 1).contains("there is no node 1"));
    market.act(PROVIDER, &NODE);
    assert!(market.text(&["unit", "list", "2"]).contains("no data units"));
    assert_eq!(market.json(&["unit", "list", "2"]), json!([]));
}

#[test]
fn a_region_or_a_node_that_cannot_be_is_refused() {
    let market = Market::new();
    market.act(PROVIDER, &["provider", "set"]);
    for region in ["0", "1000", "de"] {
        market.wrong(PROVIDER, &["node", "register", "--region", region, "--endpoint", "x"], "--region");
    }
    market.wrong(PROVIDER, &["node", "register", "--region", "276"], "--endpoint");
    market.wrong(PROVIDER, &[&NODE[..], &["--state", "asleep"]].concat(), "draining");
    market.refused(PROVIDER, &["node", "retire", "1"], "UnknownNode");
}
