//! Data units that serve: maintenance, reports, pay.

use serde_json::json;

use crate::{
    market::{address_of, Market, CONSUMER, MANAGER, PROVIDER},
    DAY_MS,
};

#[test]
fn maintenance_is_announced_by_date_or_from_now_on_and_taken_back() {
    let market = Market::new();
    let unit = market.unit(PROVIDER, &[]).to_string();
    let announce = |from: &str, time: &str| -> Vec<String> {
        ["unit", "maintenance", "announce", &unit, "--from", from, "--for", time].map(str::to_owned).to_vec()
    };
    let act = |arguments: Vec<String>| {
        market.act(PROVIDER, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let windows = || market.json(&["unit", "service", &unit])["maintenance"]["windows"].clone();
    let now = market.now_ms();
    act(announce("+26h", "1h"));
    assert_eq!(windows(), json!([{ "from": now + 93_600_000, "until": now + 97_200_000 }]));
    // The clock of a new chain begins with the year 2025.
    act(announce("2025-01-25T03:04:05Z", "90m"));
    let from = windows()[1]["from"].as_u64().unwrap();
    assert_eq!((from % DAY_MS, windows()[1]["until"].as_u64().unwrap() - from), (11_045_000, 5_400_000));
    assert!(market.text(&["unit", "service", &unit]).contains("2025-01-25 04:34:05 UTC"));
    market.act(PROVIDER, &["unit", "maintenance", "cancel", &unit]);
    market.act(PROVIDER, &["unit", "maintenance", "cancel", &unit]);
    assert_eq!(windows(), json!([]));
    market.refused(PROVIDER, &["unit", "maintenance", "cancel", &unit], "NothingAnnounced");
}

#[test]
fn maintenance_that_comes_too_soon_or_takes_too_long_is_refused() {
    let market = Market::new();
    let unit = market.unit(PROVIDER, &[]).to_string();
    let announce = |from: &'static str, time: &'static str| {
        ["unit", "maintenance", "announce", &unit, "--from", from, "--for", time].map(str::to_owned)
    };
    let refused = |arguments: [String; 8], error| {
        market.refused(PROVIDER, &arguments.each_ref().map(String::as_str), error)
    };
    let wrong = |arguments: [String; 8], says| {
        market.wrong(PROVIDER, &arguments.each_ref().map(String::as_str), says)
    };
    wrong(announce("+23h", "1h"), "24h ahead at least");
    wrong(announce("2020-01-01", "1h"), "24h ahead at least");
    wrong(announce("tomorrow", "1h"), "2027-01-02T03:04:05Z");
    wrong(announce("2027-02-29", "1h"), "2027-01-02T03:04:05Z");
    wrong(announce("+26h", "0"), "--for");
    refused(announce("+26h", "5h"), "MaintenanceOutOfBounds");
    refused(announce("+40d", "1h"), "MaintenanceOutOfBounds");
    let other = announce("+26h", "1h");
    market.refused(CONSUMER, &other.each_ref().map(String::as_str), "NotProvider");
    assert!(market.refusal(&["unit", "service", "9"], 1).contains("there is no data unit 9"));
}

#[test]
fn reports_are_for_observers_and_about_the_day_before() {
    let market = Market::new();
    let unit = market.unit(PROVIDER, &[]);
    let seen = format!("{unit}:9990:120");
    market.refused(CONSUMER, &["unit", "report", &seen], "NotInRole");
    market.wrong(
        CONSUMER,
        &["unit", "report", &seen, "--day", "2020-01-01"],
        "the day before only, which is 20",
    );
    market.wrong(CONSUMER, &["unit", "report", &seen, "--day", "yesterday"], "--day");
    for wrong in ["1", "1:10001:5", "1:99.9:5", "1:9990:5ms"] {
        market.wrong(CONSUMER, &["unit", "report", wrong], "such as 3:9990:120");
    }
    market.wrong(CONSUMER, &["unit", "report"], "UNIT:UPTIME_BPS:LATENCY_MS");
    market.wrong(CONSUMER, &[&["unit", "report"][..], &[&*seen; 33]].concat(), "no more were expected");
    let score = market.json(&["unit", "score", "1"]);
    assert_eq!((&score["score"], &score["prior"]), (&json!(5_000), &json!(5_000)));
    assert!(market.refusal(&["unit", "score", "9"], 1).contains("(UnknownUnit)"));
}

#[test]
fn settling_pays_what_was_earned_up_to_now() {
    let market = Market::new();
    let unit = market.unit(PROVIDER, &[]);
    market.deposit(PROVIDER, "100");
    market.deposit(CONSUMER, "100");
    let placement = market.placement(PROVIDER, unit, None).to_string();
    assert_eq!(market.money(PROVIDER), (80_000_000_000_000, 20_000_000_000_000));
    let listed = market.text(&["unit", "placements", "1"]);
    assert!(
        listed.contains("PAID UNTIL") && listed.contains("Active") && listed.contains("10 GiB"),
        "{listed}"
    );
    let told = market.json(&["unit", "placements", "1"]);
    assert_eq!((&told[0]["id"], &told[0]["state"]), (&json!(1), &json!("Active")));
    assert_eq!(told[0]["paid_until"], told[0]["ends_at"]);

    market.advance("15d");
    let receipt = market.act(MANAGER, &["settle", &placement]);
    assert_eq!(
        (receipt["message"].as_str(), receipt["events"][0]["name"].as_str()),
        (Some("settle"), Some("Settled"))
    );
    // Half a term at 20 tokens less 2 %, but for the time that blocks take.
    let (available, _) = market.money(PROVIDER);
    assert_eq!((available - 80_000_000_000_000) / 1_000_000_000, 9_800);
    market.advance("16d");
    market.act(PROVIDER, &["settle", "--mine"]);
    assert_eq!(market.money(PROVIDER), (119_600_000_000_000, 0));
    market.wrong(PROVIDER, &["settle", "--mine"], "no live placement");
    market.wrong(PROVIDER, &["settle", "1", "--mine"], "cannot be used with");
    market.wrong(PROVIDER, &["settle"], "PLACEMENT");
    market.wrong(PROVIDER, &["settle", "one"], "PLACEMENT");
    market.refused(PROVIDER, &["settle", "2"], "UnknownPlacement");
}

#[test]
fn more_placements_than_one_call_settles_are_settled_in_several() {
    let market = Market::new();
    let unit = market.unit(PROVIDER, &[]);
    market.deposit(PROVIDER, "100");
    market.deposit(CONSUMER, "100");
    let placement = market.placement(PROVIDER, unit, None);
    market.advance("31d");
    let named: Vec<String> = (0..17).map(|n| (placement + 16 - n).to_string()).collect();
    let mut arguments: Vec<&str> = ["settle"].into_iter().chain(named.iter().map(String::as_str)).collect();
    let line = market.refusal(&[&arguments[..], &["--qr", "--account", &address_of(CONSUMER)]].concat(), 2);
    assert!(line.contains("at most 16") && line.contains("2 runs"), "{line}");
    arguments.extend(["-x", "-y", "--suri", CONSUMER]);
    let text = market.text(&arguments);
    assert!(text.contains("Call 1 of 2, placements 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16:"), "{text}");
    assert!(text.contains("Call 2 of 2, placements 17:") && text.contains("Settled"), "{text}");
    assert_eq!(market.money(PROVIDER), (119_600_000_000_000, 0));
}
