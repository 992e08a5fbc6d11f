//! What an account can sign.

use crate::{AccountId, Balance};

/// What an account can sign, on whatever chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// A message to a contract.
    Call {
        /// The contract.
        contract: AccountId,
        /// What goes with it, in planks.
        value: Balance,
        /// The encoded message.
        data: &'a [u8],
    },
    /// New code and a contract that runs it.
    Deploy {
        /// The code.
        wasm: &'a [u8],
        /// The encoded constructor.
        constructor: &'a [u8],
        /// What the contract begins with, in planks.
        value: Balance,
        /// Makes the contract's address another one.
        salt: &'a [u8],
    },
    /// New code.
    Upload {
        /// The code.
        wasm: &'a [u8],
    },
    /// Money for another account; the sender's stays alive.
    Transfer {
        /// The other account.
        recipient: AccountId,
        /// How much, in planks.
        amount: Balance,
    },
}
