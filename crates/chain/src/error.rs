//! What can go wrong on a chain, in sentences for people.

use std::{fmt, io, path::PathBuf};

use ink::primitives::{AccountId, Hash};
use sp_runtime::{DispatchError, ModuleError};

use crate::{address, Balance, Receipt, Weight};

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
    /// A keystore file cannot be opened.
    #[error("{0}")]
    Keystore(&'static str),
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
    /// There is no contract at the address.
    #[error(
        "there is no contract at {}: check the address, and that this is the right chain",
        address(contract)
    )]
    NoContract {
        /// Where it should be.
        contract: AccountId,
    },
    /// The contract at the address runs code that nobody expects.
    #[error(
        "the contract at {} runs the code {}, not {}: check the address, and that this program has the version of \
         the contract",
        address(contract),
        hex_of(found),
        expected.iter().map(hex_of).collect::<Vec<_>>().join(" or ")
    )]
    OtherCode {
        /// The contract.
        contract: AccountId,
        /// Hash of the code that it runs.
        found: Hash,
        /// Hashes of the code that it may run.
        expected: Vec<Hash>,
    },
    /// No connection to the node, or it was lost and does not come back.
    #[error("the node at {url} cannot be reached ({reason}): check the address, and that the node runs")]
    Unreachable {
        /// Where the node should be.
        url: String,
        /// What was seen of it.
        reason: String,
    },
    /// The chain of the node cannot hold the contract.
    #[error("the chain at {url} has no pallet-contracts ({missing} is missing): name a node of a chain with contracts")]
    NoContracts {
        /// The node.
        url: String,
        /// What is missing.
        missing: String,
    },
    /// The node does not know the state at that block any more.
    #[error(
        "the node has discarded the state of block {block}: ask an archive node, one that runs with \
         --state-pruning archive"
    )]
    Pruned {
        /// The block.
        block: u32,
    },
    /// The signer's limit for the storage deposit is too low.
    #[error(
        "the call takes {needed} planks of storage deposit, more than the limit of {limit}: raise the limit"
    )]
    StorageDepositLimit {
        /// The limit, in planks.
        limit: Balance,
        /// What the call takes, in planks.
        needed: Balance,
    },
    /// The signer's weight limit is too low.
    #[error(
        "the call takes {} ps and {} bytes of proof, more than the limit of {} ps and {} bytes: raise the limit",
        needed.ref_time, needed.proof_size, limit.ref_time, limit.proof_size
    )]
    GasLimit {
        /// The limit.
        limit: Weight,
        /// What the call takes.
        needed: Weight,
    },
    /// A transaction was sent and it is not known what became of it.
    #[error(
        "it is not known yet what became of transaction {}: until block {last_block} it may still be included. \
         Look it up before you repeat the call, or it may be done twice",
        hex_of(hash)
    )]
    Undecided {
        /// Hash of the transaction.
        hash: Hash,
        /// The last block that can hold it.
        last_block: u32,
    },
    /// A transaction is on the chain, and what came of it cannot be read.
    #[error(
        "transaction {} is in block {block}, but what came of it cannot be read: {reason}. Do not repeat the call: \
         look it up",
        hex_of(hash)
    )]
    Unread {
        /// Hash of the transaction.
        hash: Hash,
        /// The block that holds it.
        block: u32,
        /// Why.
        reason: String,
    },
    /// A transaction that was signed before can never be included any more.
    #[error("transaction {} is not on the chain and can never be: make it and sign it again", hex_of(hash))]
    Expired {
        /// Hash of the transaction.
        hash: Hash,
    },
    /// The call is on the chain, and what the message returned cannot be told.
    #[error(
        "the call IS done, in block {}, but what it returned cannot be told, for another call changed the contract \
         in the same block: its events tell what happened, do not repeat it",
        receipt.block
    )]
    AnswerUnknown {
        /// The call, without its output.
        receipt: Box<Receipt>,
    },
    /// The signature is not the account's, or is for something else.
    #[error(
        "the signature is not one of {} for this transaction on this chain: sign again, with that account",
        address(account)
    )]
    Signature {
        /// The account that was to sign.
        account: AccountId,
    },
    /// The bytes are no signed transaction of the chain.
    #[error("this is no signed transaction that the chain can read ({0}): make it and sign it again")]
    Transaction(String),
    /// The node refused a request or a transaction; nothing was done.
    #[error("the node refused: {reason}")]
    Refused {
        /// What the node said.
        reason: String,
    },
    /// The node answered something that cannot be read.
    #[error(
        "the answer of the node cannot be read ({0}): the chain may be too new or too old for this program"
    )]
    Protocol(String),
    /// The chain makes no blocks.
    #[error(
        "the chain has made no block since block {block}: wait until it goes on, or send it a transaction"
    )]
    Halted {
        /// The newest block.
        block: u32,
    },
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
        Self::named(name, account, spendable, fee)
    }

    /// The error that a chain calls `name`.
    pub(crate) fn named(name: String, account: AccountId, spendable: Balance, fee: Balance) -> Self {
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
        "CodeTooLarge" => {
            "the code is larger than the chain takes (123 KiB fit everywhere): build it optimised, for release"
        }
        "CodeRejected" => {
            "the code is no contract that this chain can run: build it with cargo-contract 5.0.3"
        }
        "DuplicateContract" => "the contract exists already: choose another salt",
        "MaxCallDepthReached" => "the calls are nested deeper than the chain allows",
        "OutputBufferTooSmall" | "OutOfBounds" | "ValueTooLarge" | "DecodingFailed" => {
            "an argument or a value is larger than the chain allows: make it smaller"
        }
        "BelowMinimum" => "an account holds at least the existential deposit: send more",
        "StorageDepositLimitGrown" => {
            "the contract stored more than in the dry run, for another call came first: call again"
        }
        "WeightLimitGrown" => "the call took more weight than in the dry run, for another call came first: call again",
        _ => "the chain refused the call",
    }
}

pub(crate) fn hex_of(hash: &Hash) -> String {
    format!("0x{}", hex::encode(hash))
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
