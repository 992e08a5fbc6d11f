//! Reservations and placements from the command line: from the order to the last refund.

mod changing;
#[path = "../market/mod.rs"]
mod market;
mod ordering;
mod providing;

use market::{Market, CONSUMER, PROVIDER};
use serde_json::Value;

const TOKEN: u128 = 1_000_000_000_000;
const DAY_MS: u64 = 86_400_000;
const OTHER: &str = "//Other";
/// 10 GiB at 2 tokens a GiB and 30 days.
const ORDER: [&str; 7] = ["reserve", "--unit", "1", "--capacity", "10", "--term", "30d"];

/// A data unit of one provider, with money on both sides and a challenger.
fn offered() -> Market {
    let market = Market::new();
    assert_eq!(market.unit(PROVIDER, &[]), 1);
    market.deposit(PROVIDER, "100");
    market.deposit(CONSUMER, "100");
    market.act(CONSUMER, &["challenge", "register", "--interval", "1d", "--window", "6h"]);
    market
}

/// A second data unit, of another provider.
fn offered_twice() -> Market {
    let market = offered();
    market.fund(OTHER, "1000");
    assert_eq!(market.unit(OTHER, &[]), 2);
    market.deposit(OTHER, "100");
    market
}

/// And an active placement of 30 days.
fn active() -> Market {
    let market = offered();
    market.act(CONSUMER, &ORDER);
    market.act(PROVIDER, &["placement", "accept", "1"]);
    market.act(PROVIDER, &["placement", "activate", "1"]);
    market
}

fn state(market: &Market, placement: u64) -> Value {
    market.json(&["placement", "show", &placement.to_string()])["state"].clone()
}

fn planks(value: &Value) -> u128 {
    value.as_str().unwrap().parse().unwrap()
}
