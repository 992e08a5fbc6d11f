//! Data units: what is said of them, and what is refused.

use serde_json::json;

use crate::{
    bytes,
    market::{Market, CONSUMER, PROVIDER},
    DAY_MS,
};

#[test]
fn a_data_unit_has_the_terms_that_help_tells_where_none_are_named() {
    let market = Market::new();
    let unit = market.unit(PROVIDER, &[]).to_string();
    let spec = market.json(&["unit", "show", &unit])["spec"].clone();
    assert_eq!(
        spec["terms"],
        json!({
            "interval_ms": DAY_MS, "window_ms": DAY_MS / 4, "samples": 4, "slash_bps": 2_000, "max_misses": 3,
            "collateral_bps": 10_000, "uptime_bps": 9_990, "latency_ms": 200, "notice_ms": DAY_MS, "exit_bps": 1_000,
            "maintenance_ms": DAY_MS / 6,
        })
    );
    assert_eq!((&spec["price"], &spec["currency"]), (&json!("2000000000000"), &json!("Token")));
    assert_eq!(
        (&spec["kind"], &spec["capacity"], &spec["open"]),
        (&json!("ObjectStore"), &json!(100), &json!(true))
    );
    assert_eq!((&spec["min_term_ms"], &spec["max_term_ms"]), (&json!(DAY_MS), &json!(365 * DAY_MS)));
    let help = market.text(&["unit", "register", "--help"]);
    for at_first in
        ["1d at first", "6h at first", "4 at first", "2000 (20 %) at first", "3 at first", "4h at first"]
    {
        assert!(help.contains(at_first), "{help}");
    }
}

#[test]
fn a_data_unit_has_the_terms_that_are_named() {
    let market = Market::new();
    let terms = [
        "--interval",
        "2h",
        "--window",
        "30m",
        "--samples",
        "7",
        "--slash-bps",
        "10000",
        "--max-misses",
        "1",
        "--collateral-bps",
        "100000",
        "--uptime-bps",
        "10000",
        "--latency-ms",
        "5",
        "--notice",
        "0",
        "--exit-bps",
        "0",
        "--maintenance",
        "0",
        "--tags",
        "ssd",
        "--min-term",
        "1s",
        "--max-term",
        "1825d",
        "--closed",
    ];
    let unit = market.unit(PROVIDER, &terms).to_string();
    let spec = market.json(&["unit", "show", &unit])["spec"].clone();
    assert_eq!(
        spec["terms"],
        json!({
            "interval_ms": 7_200_000, "window_ms": 1_800_000, "samples": 7, "slash_bps": 10_000, "max_misses": 1,
            "collateral_bps": 100_000, "uptime_bps": 10_000, "latency_ms": 5, "notice_ms": 0, "exit_bps": 0,
            "maintenance_ms": 0,
        })
    );
    assert_eq!((&spec["tags"], &spec["open"]), (&json!(bytes("ssd")), &json!(false)));
    assert_eq!((&spec["min_term_ms"], &spec["max_term_ms"]), (&json!(1_000), &json!(1_825 * DAY_MS)));
}

#[test]
fn a_data_unit_changes_only_what_is_named() {
    let market = Market::new();
    let unit = market.unit(PROVIDER, &["--tags", "ssd"]).to_string();
    let spec = || market.json(&["unit", "show", &unit])["spec"].clone();
    let mut expected = spec();
    market.act(PROVIDER, &["unit", "update", &unit, "--price-usd", "0.02"]);
    (expected["price"], expected["currency"]) = (json!("20000"), json!("MicroUsd"));
    assert_eq!(spec(), expected);
    assert!(market.text(&["unit", "show", &unit]).contains("0.02 USD"));
    assert!(market.text(&["unit", "list", "1"]).contains("0.02 USD"));
    market.act(PROVIDER, &["unit", "update", &unit, "--closed", "--capacity", "50", "--max-term", "60d"]);
    (expected["open"], expected["capacity"], expected["max_term_ms"]) =
        (json!(false), json!(50), json!(60 * DAY_MS));
    assert_eq!(spec(), expected);
    market.act(PROVIDER, &["unit", "update", &unit, "--open", "--uptime-bps", "9000", "--price", "3"]);
    (expected["open"], expected["terms"]["uptime_bps"]) = (json!(true), json!(9_000));
    (expected["price"], expected["currency"]) = (json!("3000000000000"), json!("Token"));
    assert_eq!(spec(), expected);
    market.wrong(PROVIDER, &["unit", "update", &unit], "name what to change");
    market.wrong(PROVIDER, &["unit", "update", &unit, "--open", "--price", "3"], "stands already");
    market.refused(CONSUMER, &["unit", "update", &unit, "--price", "1"], "NotProvider");
    let line = market.refusal(&["unit", "update", "9", "--price", "1", "--suri", PROVIDER], 1);
    assert!(line.contains("there is no data unit 9"), "{line}");
}

#[test]
fn numbers_out_of_bounds_are_refused_before_anything_is_signed() {
    let market = Market::new();
    market.node(PROVIDER);
    let offer = |more: &[&'static str]| {
        let whole = ["unit", "register", "1", "--kind", "compute", "--capacity", "8", "--price", "1"];
        [&whole[..], more].concat()
    };
    let wrong = [
        ("--interval", "0"),
        ("--interval", "31d"),
        ("--window", "1"),
        ("--samples", "0"),
        ("--samples", "8"),
        ("--slash-bps", "10001"),
        ("--max-misses", "0"),
        ("--max-misses", "101"),
        ("--collateral-bps", "100001"),
        ("--uptime-bps", "10001"),
        ("--latency-ms", "fast"),
        ("--notice", "31d"),
        ("--exit-bps", "10001"),
        ("--maintenance", "73h"),
        ("--min-term", "0s"),
        ("--max-term", "1826d"),
    ];
    for (option, value) in wrong {
        market.wrong(PROVIDER, &offer(&[option, value]), option);
    }
    market.wrong(PROVIDER, &offer(&["--window", "25h"]), "the window is longer than the interval");
    market.wrong(PROVIDER, &offer(&["--min-term", "366d"]), "shortest term is longer");
    market.wrong(PROVIDER, &offer(&["--price-usd", "1"]), "cannot be used with");
    let bare = ["unit", "register", "1", "--kind", "compute"];
    market.wrong(PROVIDER, &[&bare[..], &["--capacity", "8"]].concat(), "--price or --price-usd");
    market.wrong(PROVIDER, &[&bare[..], &["--price", "1"]].concat(), "--capacity");
    for capacity in ["0", "4294967297", "many"] {
        market.wrong(
            PROVIDER,
            &[&bare[..], &["--price", "1", "--capacity", capacity]].concat(),
            "--capacity",
        );
    }
    for price in ["1,5", "0.0000000000001", "-1"] {
        market.wrong(PROVIDER, &[&bare[..], &["--capacity", "8", "--price", price]].concat(), "");
    }
    market.wrong(
        PROVIDER,
        &[&bare[..], &["--capacity", "8", "--price-usd", "0.0000001"]].concat(),
        "6 decimals",
    );
    market.refused(PROVIDER, &offer(&["--tags", &*"x".repeat(129).leak()]), "TooLong");
    market.refused(CONSUMER, &offer(&[]), "NotProvider");
}
