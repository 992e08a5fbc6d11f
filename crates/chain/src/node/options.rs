//! How a ledger on a node behaves.

use crate::{Balance, Weight};

/// When a call counts as done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Finality {
    /// Once its block is final: no other chain of blocks can take its place.
    #[default]
    Finalized,
    /// Once it is in the best block. That is quicker, and the block may still be replaced by another one.
    Best,
}

/// How a [`NodeLedger`](crate::NodeLedger) behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// When a call counts as done.
    pub finality: Finality,
    /// How long to go on with one call, in milliseconds.
    pub patience_ms: u64,
    /// A request without an answer for so long counts as a lost connection, in milliseconds.
    pub request_ms: u64,
    /// For how many blocks a transaction can be included; the next power of two counts.
    pub mortal_blocks: u64,
    /// What is signed as weight limit on top of what the dry run needs.
    pub gas_margin_bps: u32,
    /// What is signed as storage deposit limit on top of what the dry run takes, besides four items and 512 bytes.
    pub deposit_margin_bps: u32,
    /// The weight limit to sign instead. A call that needs more is refused before it is signed.
    pub gas_limit: Option<Weight>,
    /// The storage deposit limit to sign instead, in planks. A call that takes more is refused before it is
    /// signed.
    pub storage_deposit_limit: Option<Balance>,
}

impl Options {
    /// For how many blocks a transaction can be included that is signed elsewhere, by a person with a phone.
    pub const LONG_MORTALITY: u64 = 256;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            finality: Finality::Finalized,
            patience_ms: 120_000,
            request_ms: 20_000,
            mortal_blocks: 64,
            gas_margin_bps: 20_000,
            deposit_margin_bps: 2_500,
            gas_limit: None,
            storage_deposit_limit: None,
        }
    }
}

/// What a transaction may take at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Weight of the contracts.
    pub weight: Weight,
    /// Storage deposit, in planks.
    pub storage_deposit: Balance,
}
