//! The parties of a deal. Each knows its own key, the chain and what is sent to it, and nothing of the others.
//!
//! They work on any [`Ledger`](orchestrator_chain::Ledger): what one of them learns of a deal it asks the chain for,
//! so that a party that was away takes up where the chain stands.

mod ahead;
mod arbiter;
mod consumer;
mod error;
mod judging;
mod manager;
mod manifest;
mod notices;
mod observer;
mod parcel;
mod party;
mod provider;
mod refusal;
mod reporter;
mod viewer;

pub use arbiter::Arbiter;
pub use consumer::{Consumer, InCluster, Offer, Whereabouts};
pub use error::PartyError;
pub use manager::{Filled, Manager};
pub use manifest::Manifest;
pub use notices::{Doer, Matter, Notice, Topic};
pub use observer::Observer;
pub use parcel::{Parcel, Stage, Tracked};
pub use party::Party;
pub use provider::{Answers, Provider};
pub use refusal::sentence;
pub use reporter::Reporter;
pub use viewer::Viewer;
