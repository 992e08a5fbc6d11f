//! One interface to the contract, the [`Ledger`], whatever chain it lives on.
//!
//! [`Embedded`] is a chain inside the process: pallet-contracts 38 with a production chain's limits, its
//! state in memory or in one file. [`NodeLedger`] is any chain with pallet-contracts, over the network.
//!
//! [`Typed`] adds calls which the compiler checks against the contract: they are built from the call builder
//! that ink! generates, so that no selector is written by hand.

mod account;
mod action;
mod code;
mod embedded;
mod error;
mod extrinsic;
mod file;
mod keystore;
mod ledger;
mod node;
pub mod runtime;
mod signer;
mod state;
mod typed;

pub use account::{address, parse_address};
pub use action::Action;
pub use code::ensure_code;
pub use embedded::{Embedded, BLOCK_MS};
pub use error::{CallError, ChainError, StateError};
pub use ink::primitives::{AccountId, Hash};
pub use ledger::{ContractEvent, Deployment, DryRun, Funds, Ledger, Receipt, Upload, Weight};
pub use node::{Block, ChainInfo, Finality, Landed, Limits, NodeLedger, Options, Signed, Status, Unsigned};
pub use signer::Signer;
pub use typed::{at, BuilderOf, Called, Created, Message, Rehearsed, Typed};

/// An amount of money in planks, the chain's smallest unit.
pub type Balance = u128;
