//! One interface to the contract, the [`Ledger`], whatever chain it lives on.
//!
//! [`Embedded`] is a chain inside the process: pallet-contracts 38 with a production chain's limits, its
//! state in memory or in one file. A client of a node can implement the same trait.
//!
//! [`Typed`] adds calls which the compiler checks against the contract: they are built from the call builder
//! that ink! generates, so that no selector is written by hand.

mod account;
mod embedded;
mod error;
mod extrinsic;
mod file;
mod ledger;
pub mod runtime;
mod signer;
mod state;
mod typed;

pub use account::{address, parse_address};
pub use embedded::{Embedded, BLOCK_MS};
pub use error::{CallError, ChainError, StateError};
pub use ink::primitives::{AccountId, Hash};
pub use ledger::{ContractEvent, Deployment, DryRun, Funds, Ledger, Receipt, Upload, Weight};
pub use signer::Signer;
pub use typed::{at, BuilderOf, Called, Created, Message, Rehearsed, Typed};

/// An amount of money in planks, the chain's smallest unit.
pub type Balance = u128;
