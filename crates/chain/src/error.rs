//! What can go wrong on a chain, in sentences for people.

use std::{fmt, io, path::PathBuf};

use ink::primitives::AccountId;
use sp_runtime::{DispatchError, ModuleError};

use crate::{address, Balance};

/// Why something was not done on the chain. Where there is a `fee`, it has been paid nevertheless.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The contract refused the call; `output` carries its typed error.
    #[error("the contract refused the call and reverted ({} bytes of output)", output.len())]
    Reverted {
        /// The SCALE-encoded return value of the message.
        output: Vec<u8>,
        /// Fee in planks; zero for a dry run.
        fee: Balance,
    },
    /// The call needs more than the share of a block that calls may take.
    #[error("the call needs more weight than one call may take: split it into smaller ones")]
    OutOfGas {
        /// Fee in planks; zero for a dry run.
        fee: Balance,
    },
    /// The signer has too little money for the value, the storage deposit and the fee.
    #[error(
        "{} can spend {spendable} planks, too little for the value, storage deposit and fee of this call: \
         send it more money",
        address(account)
    )]
    InsufficientFunds {
        /// The signer.
        account: AccountId,
        /// What it could spend before the call, in planks.
        spendable: Balance,
        /// Fee in planks; zero where not even the fee could be paid.
        fee: Balance,
    },
    /// The chain refused the call or the contract broke down.
    #[error("{reason} ({name})")]
    Dispatch {
        /// The chain's own name of the error.
        name: String,
        /// What it means.
        reason: &'static str,
        /// Fee in planks; zero for a dry run.
        fee: Balance,
    },
    /// The contract does not know the message: it is another contract, or another version of it.
    #[error("the contract at {} does not know this message: check the address and the version", address(.0))]
    UnknownMessage(AccountId),
    /// The contract answered something that is not what the message returns.
    #[error("the answer of the contract at {} cannot be read: check the address and the version", address(.0))]
    UnreadableAnswer(AccountId),
    /// Not an SS58 address.
    #[error("`{0}` is no account address: copy the SS58 address from your wallet again")]
    Address(String),
    /// Not a secret URI.
    #[error("the secret is neither a mnemonic, a 0x seed nor a derivation path such as //Alice: check it")]
    Secret,
    /// The clock or the block number would overflow.
    #[error("the chain's clock cannot move that far: name a shorter time")]
    ClockOverflow,
    /// The amount cannot be given to the account.
    #[error(
        "{amount} planks cannot be given to {}: an account holds from {} planks up to 2^128",
        address(account),
        crate::runtime::EXISTENTIAL_DEPOSIT
    )]
    Unfundable {
        /// The account that was to receive it.
        account: AccountId,
        /// The amount in planks.
        amount: Balance,
    },
    /// The state file cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
}

impl ChainError {
    /// The fee that was paid although the call failed, in planks.
    pub fn fee(&self) -> Balance {
        match self {
            Self::Reverted { fee, .. }
            | Self::OutOfGas { fee }
            | Self::InsufficientFunds { fee, .. }
            | Self::Dispatch { fee, .. } => *fee,
            _ => 0,
        }
    }

    pub(crate) fn dispatch(
        error: DispatchError,
        account: AccountId,
        spendable: Balance,
        fee: Balance,
    ) -> Self {
        let name = match error {
            DispatchError::Module(ModuleError { message: Some(name), .. }) => name.to_owned(),
            DispatchError::Token(error) => format!("{error:?}"),
            other => format!("{other:?}"),
        };
        match name.as_str() {
            "OutOfGas" => Self::OutOfGas { fee },
            "TransferFailed"
            | "StorageDepositNotEnoughFunds"
            | "StorageDepositLimitExhausted"
            | "FundsUnavailable"
            | "NotExpendable"
            | "InsufficientBalance" => Self::InsufficientFunds { account, spendable, fee },
            _ => Self::Dispatch { reason: meaning(&name), name, fee },
        }
    }
}

fn meaning(name: &str) -> &'static str {
    match name {
        "ContractTrapped" => "the contract broke down and nothing of the call remains: report it",
        "ContractNotFound" => "there is no contract at this address: check the address",
        "CodeTooLarge" => "the code is larger than 123 KiB: build it optimised, for release",
        "CodeRejected" => {
            "the code is no contract that this chain can run: build it with cargo-contract 5.0.3"
        }
        "DuplicateContract" => "the contract exists already: choose another salt",
        "MaxCallDepthReached" => "the calls are nested deeper than the chain allows",
        "OutputBufferTooSmall" | "OutOfBounds" | "ValueTooLarge" | "DecodingFailed" => {
            "an argument or a value is larger than the chain allows: make it smaller"
        }
        "BelowMinimum" => "an account holds at least 0.001 UNIT: send more",
        _ => "the chain refused the call",
    }
}

/// Why a typed call did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum CallError<E: fmt::Debug> {
    /// The contract refused, with its own error.
    #[error("the contract refused: {0:?}")]
    Refused(E),
    /// Anything else.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// Why a state file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another process has it open.
    #[error("{} is in use by another process: end that one first", .0.display())]
    InUse(PathBuf),
    /// It is something else.
    #[error("{} is no state file of this program: name another file", .0.display())]
    Foreign(PathBuf),
    /// It is a state file and damaged.
    #[error("{} is damaged and was left as it is: restore it from a copy, or name another file", .0.display())]
    Damaged(PathBuf),
    /// It was written by another version.
    #[error("{} was written by another version of this program (it has {found}, this one needs {expected}): use that version, or name another file", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version, format and runtime.
        found: String,
        /// The version that can be read.
        expected: String,
    },
    /// The operating system refused.
    #[error("{} cannot be used as state file: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// A call could not be written down, hence has not happened.
    #[error("the call was not done, for it could not be written to {}: {error}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the storage engine said.
        error: String,
    },
}
