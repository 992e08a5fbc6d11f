//! What providers offer: accounts, nodes, data units, search and quotes, maintenance, pay.

#[path = "../market/mod.rs"]
mod market;
mod nodes;
mod providers;
mod search;
mod serving;
mod units;

use serde_json::Value;

const NODE: [&str; 6] = ["node", "register", "--region", "276", "--endpoint", "https://node.example:4433"];
const DAY_MS: u64 = 86_400_000;

/// A number of each entry of a list.
fn ids(list: &Value, name: &str) -> Vec<u64> {
    list.as_array().unwrap().iter().map(|x| x[name].as_u64().unwrap()).collect()
}

/// Bytes as JSON tells them.
fn bytes(text: &str) -> String {
    format!("0x{}", hex::encode(text))
}
