//! The interface to a chain that holds the contract.

use ink::primitives::{AccountId, Hash};
use scale::{Decode, Encode};

use crate::{Balance, ChainError, Signer};

/// What an execution takes of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Time on the reference machine, in picoseconds.
    pub ref_time: u64,
    /// Size of the proof that a parachain's validator needs, in bytes.
    pub proof_size: u64,
}

/// What a contract said in a call that succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ContractEvent {
    /// The block that holds the call.
    pub block: u32,
    /// The time of that block, in milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// The contract that emitted the event.
    pub contract: AccountId,
    /// Hashes by which the event can be found; the first one names its type.
    pub topics: Vec<Hash>,
    /// The SCALE-encoded event.
    pub data: Vec<u8>,
}

/// A call that is on the chain and succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The block that holds the call.
    pub block: u32,
    /// The time of that block, in milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// What the contracts consumed.
    pub weight: Weight,
    /// What the call took of its block: `weight` and the fixed part of a signed call.
    pub block_weight: Weight,
    /// Storage deposit that the signer paid, in planks; negative where it was refunded.
    pub storage_deposit: i128,
    /// Fee that the signer paid, in planks.
    pub fee: Balance,
    /// What contracts said during the call, in order.
    pub events: Vec<ContractEvent>,
    /// The SCALE-encoded return value of the message.
    pub output: Vec<u8>,
}

/// A contract that was put on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The account of the contract.
    pub contract: AccountId,
    /// Hash of its code.
    pub code_hash: Hash,
    /// The call that did it.
    pub receipt: Receipt,
}

/// Code that was put on the chain without a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Hash of the code.
    pub code_hash: Hash,
    /// The call that did it.
    pub receipt: Receipt,
}

/// What a call would do if it were signed now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DryRun {
    /// What the contracts would consume.
    pub weight: Weight,
    /// The weight limit to sign, which is more: what a host function may need is taken first, and what it did
    /// not need is given back.
    pub weight_limit: Weight,
    /// Storage deposit that the signer would pay, in planks; negative where it would be refunded.
    pub storage_deposit: i128,
    /// Fee that the signer would pay, in planks.
    pub fee: Balance,
    /// Whether the contract would revert, which it does when a message returns an error.
    pub reverted: bool,
    /// The SCALE-encoded return value of the message.
    pub output: Vec<u8>,
}

/// The money of an account, in planks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funds {
    /// What it can spend, but for the existential deposit.
    pub free: Balance,
    /// What is held for deposits.
    pub reserved: Balance,
}

/// A chain with contracts on it.
///
/// Whatever an account signs is a transaction of its own: it succeeds, or leaves nothing but its fee. An
/// account that cannot pay the fee is refused before anything happens.
pub trait Ledger {
    /// The time of the newest block, in milliseconds since the Unix epoch.
    fn now_ms(&self) -> Result<u64, ChainError>;

    /// The number of the newest block.
    fn block_number(&self) -> Result<u32, ChainError>;

    /// The money of an account; zero for one that does not exist.
    fn balance(&self, account: AccountId) -> Result<Funds, ChainError>;

    /// Hash of the code that a contract runs, or nothing where there is no contract.
    fn code_hash(&self, contract: AccountId) -> Result<Option<Hash>, ChainError>;

    /// What `contract` said in block `from_block` and later, oldest first.
    fn events(&self, contract: AccountId, from_block: u32) -> Result<Vec<ContractEvent>, ChainError>;

    /// Tells what [`Ledger::call`] would do, and changes nothing. A contract that would revert is an
    /// answer; a call that would fail in any other way is an error.
    fn dry_run(
        &self,
        caller: AccountId,
        contract: AccountId,
        value: Balance,
        data: &[u8],
    ) -> Result<DryRun, ChainError>;

    /// Calls `contract` with the encoded message `data` and `value` planks.
    fn call(
        &mut self,
        signer: &Signer,
        contract: AccountId,
        value: Balance,
        data: &[u8],
    ) -> Result<Receipt, ChainError>;

    /// Puts `wasm` on the chain and a contract that runs it, made by the encoded `constructor` with `value`
    /// planks. The same signer, code, constructor and `salt` twice is refused.
    fn deploy(
        &mut self,
        signer: &Signer,
        wasm: &[u8],
        constructor: &[u8],
        value: Balance,
        salt: &[u8],
    ) -> Result<Deployment, ChainError>;

    /// Puts `wasm` on the chain, for a contract that changes its own code. Code that is there already costs
    /// the fee and no deposit.
    fn upload(&mut self, signer: &Signer, wasm: &[u8]) -> Result<Upload, ChainError>;

    /// Sends `amount` planks to an account; the signer's account stays alive.
    fn transfer(
        &mut self,
        signer: &Signer,
        recipient: AccountId,
        amount: Balance,
    ) -> Result<Receipt, ChainError>;

    /// Returns when the chain's time is at least `ms` milliseconds later, with the blocks that belong to it.
    fn advance(&mut self, ms: u64) -> Result<(), ChainError>;
}
