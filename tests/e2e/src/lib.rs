//! The contract on a real `substrate-contracts-node`, driven by ink_e2e: whole lives, with the node's fees, storage
//! deposits and existential deposit, to the plank.
//!
//! A [`Stage`] is a node of its own with the very code that `make contract` has built, and [`Party`]s with a purse each.
//! Whatever is sent through it is watched: what the chain tells of fees, deposits and transfers is added up for each
//! party, and what the contract tells of accounts is compared with what it answers. The lives themselves are the tests.
//!
//! [`Happened`] is what one block tells, [`Chain`] what the node's storage says.

mod chain;
mod data;
mod happened;
mod market;
mod money;
mod purse;
mod stage;

pub use chain::{Chain, Occupied, Outside};
pub use data::Data;
pub use happened::Happened;
pub use market::{Pace, CAPACITY, CLUSTER_PRICE, DAILY, PRICE};
pub use money::{paid, share, Parts, BYTE, EXISTENTIAL, ITEM, UNIT};
pub use purse::Outlay;
pub use stage::{At, Message, Party, Rehearsal, Stage, PURSE};
