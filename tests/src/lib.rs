//! Scenarios over the whole contract on a chain, and the invariants that hold after each of their steps.
//!
//! A story is written once, over any [`Ledger`](orchestrator_chain::Ledger): the tests of this package run it on the
//! embedded chain. [`Market`] is its stage: named actors with money, a provider's standard unit, sentences for what
//! they do. Whatever is called through it is checked against the numbered invariants of `docs/invariants.md`.

mod data;
mod facts;
pub mod invariants;
mod market;
mod model;
mod picture;
mod sentences;
pub mod stories;
mod who;

pub use data::Data;
pub use facts::Fact;
pub use market::{At, Market};
pub use model::{Current, Model};
pub use picture::{Candidates, Picture};
pub use sentences::{CAPACITY, CLUSTER_PRICE, COMMITTED, PRICE};
pub use who::Who;
