//! Messages in ink!'s off-chain environment: each group's successes and refusals, without a chain.
//!
//! The environment has no transactions: after a refusal the contract may be half changed, where a chain would have
//! undone it. A test therefore stops using a contract for anything else once it has refused something that had
//! begun to write. Atomicity, value and existential deposit are tested on the real Wasm, in `tests/drink`.
//!
//! The folder is named `messages` because cargo takes a folder `tests` for integration tests.

#[path = "messages/accounts.rs"]
mod accounts;
#[path = "messages/choosing.rs"]
mod choosing;
#[path = "messages/clusters.rs"]
mod clusters;
#[path = "messages/disputes.rs"]
mod disputes;
#[path = "messages/finding.rs"]
mod finding;
#[path = "messages/governance.rs"]
mod governance;
#[path = "messages/maintenance.rs"]
mod maintenance;
#[path = "messages/market.rs"]
mod market;
#[path = "messages/offers.rs"]
mod offers;
#[path = "messages/placements.rs"]
mod placements;
#[path = "messages/quality.rs"]
mod quality;
#[path = "messages/rates.rs"]
mod rates;
#[path = "messages/replacing.rs"]
mod replacing;
#[path = "messages/reservations.rs"]
mod reservations;
#[path = "messages/revenue.rs"]
mod revenue;
#[path = "messages/review.rs"]
mod review;
#[path = "messages/rounds.rs"]
mod rounds;
#[path = "messages/storage.rs"]
mod storage;
#[path = "messages/views.rs"]
mod views;
