//! The built contract in drink: the very Wasm that goes on chain, on pallet-contracts 31.
//!
//! The off-chain environment of `#[ink::test]` has no transactions, no existential deposit and no refusal of money;
//! here the chain itself does all of that. `market` makes the typed calls, `story` has the people and what they
//! register, `relay` a contract that acts for them, `metadata` what wallets read; every other file tests one matter.
#![cfg(test)]

mod atomicity;
mod clusters;
mod crowd;
mod deal;
mod interface;
mod limits;
mod market;
mod metadata;
mod money;
mod record;
mod refusals;
mod relay;
mod story;
mod time;
