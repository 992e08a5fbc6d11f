//! What a provider says of itself, and whom it trusts.

use serde_json::json;

use crate::{
    bytes,
    market::{address_of, Market, MANAGER, PROVIDER},
    NODE,
};

#[test]
fn a_provider_changes_only_what_it_names() {
    let market = Market::new();
    let (provider, delegate) = (address_of(PROVIDER), address_of("//Delegate"));
    let show = || market.json(&["provider", "show", &provider])["record"].clone();
    market.act(PROVIDER, &["provider", "set", "--profile", "Alpine Storage"]);
    assert_eq!(show(), json!({ "profile": bytes("Alpine Storage"), "delegate": null }));
    market.act(PROVIDER, &["provider", "set", "--delegate", &delegate]);
    assert_eq!(show(), json!({ "profile": bytes("Alpine Storage"), "delegate": delegate }));
    market.act(PROVIDER, &["provider", "set", "--profile", ""]);
    assert_eq!(show(), json!({ "profile": "0x", "delegate": delegate }));
    market.act(PROVIDER, &["provider", "set", "--no-delegate"]);
    assert_eq!(show(), json!({ "profile": "0x", "delegate": null }));
    market.wrong(PROVIDER, &["provider", "set"], "name what to change");
    market.wrong(PROVIDER, &["provider", "set", "--delegate", "5Grw"], "address");
    market.wrong(
        PROVIDER,
        &["provider", "set", "--delegate", &delegate, "--no-delegate"],
        "cannot be used with",
    );
    market.refused(PROVIDER, &["provider", "set", "--profile", &"x".repeat(513)], "TooLong");
}

#[test]
fn without_x_a_provider_is_only_told_what_would_happen() {
    let market = Market::new();
    let told = market.rehearse(PROVIDER, &["provider", "set", "--profile", "x"]);
    assert_eq!(
        (told["message"].as_str(), told["caller"].as_str()),
        (Some("set_provider"), Some(&*address_of(PROVIDER)))
    );
    let line = market.refusal(&["provider", "show", &address_of(PROVIDER)], 1);
    assert!(line.contains("is no provider") && line.contains("orch provider set"), "{line}");
    market.refused(PROVIDER, &NODE, "UnknownProvider");
}

#[test]
fn people_are_shown_a_provider_with_its_money_and_its_score() {
    let market = Market::new();
    market.unit(PROVIDER, &[]);
    market.deposit(PROVIDER, "12.5");
    let text = market.text(&["provider", "show", "--suri", PROVIDER]);
    for expected in ["\"a provider\"", "12.5 UNIT", "5000 of 10000"] {
        assert!(text.contains(expected), "{text}");
    }
    let told = market.json(&["provider", "show", "--suri", PROVIDER]);
    assert_eq!((&told["nodes"], &told["placements"], &told["score"]), (&json!(1), &json!(0), &json!(5_000)));
    assert_eq!(told["available"], "12500000000000");
    let score = market.json(&["provider", "score", &address_of(PROVIDER)]);
    assert_eq!((&score["score"], &score["prior"]), (&json!(5_000), &json!(5_000)));
}

#[test]
fn trust_is_given_and_taken_back() {
    let market = Market::new();
    let (provider, manager) = (address_of(PROVIDER), address_of(MANAGER));
    let trusts = || market.json(&["provider", "trusts", &provider, &manager])["trusts"].clone();
    assert_eq!(trusts(), false);
    market.act(PROVIDER, &["provider", "trust", &manager]);
    assert_eq!(trusts(), true);
    assert!(market
        .text(&["provider", "trusts", &provider, &manager])
        .contains(&format!("{provider} trusts")));
    assert!(market.text(&["provider", "trusts", &manager, &provider]).contains("does not trust"));
    market.act(PROVIDER, &["provider", "distrust", &manager]);
    assert_eq!(trusts(), false);
    market.wrong(PROVIDER, &["provider", "trust", "nobody"], "address");
}
