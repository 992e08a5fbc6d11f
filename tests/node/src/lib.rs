//! The contract on a real node: a ledger whose time tests move, a way to it that tests break, and the market of the
//! scenarios on both.

mod proxy;
mod timed;

pub use proxy::{Proxy, Way};
pub use timed::Timed;

use orchestrator_chain::Signer;
use orchestrator_scenarios::Market;

/// Interval of the standard challenger in scenarios on a node: short, because each window needs a block for every
/// fifteen seconds of it, and here each block is a transaction.
pub const BEAT_MS: u64 = 60_000;

/// The stage of the scenarios on a chain that may have stood for others before; no two have the same `number`.
pub fn market(ledger: Timed, number: u64) -> Market<Timed> {
    let mut market = Market::open(ledger, &banker(), BEAT_MS, &number.to_le_bytes());
    // Each block is five milliseconds after the one before, whatever the clock says.
    market.drift_ms = 300;
    market
}

/// Who owns money on a development chain from the start.
pub fn banker() -> Signer {
    Signer::from_suri("//Alice").expect("a derivation path is a secret URI")
}
