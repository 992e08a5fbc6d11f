//! The chain inside the process.

use std::path::Path;

use frame_support::traits::{
    fungible::{Inspect, Mutate},
    Hooks,
};
use ink::primitives::{AccountId, Hash};
use sp_core::{Hasher, H256};
use sp_runtime::traits::BlakeTwo256;

use crate::{
    account::{from_runtime, to_runtime},
    extrinsic::{self, Included},
    file::StateFile,
    runtime::{Balances, Contracts, Runtime, System, Timestamp, BLOCK_WEIGHT, GENESIS_MS},
    state::{Changes, State},
    Action, Balance, ChainError, ContractEvent, Deployment, DryRun, Funds, Ledger, Receipt, Signer, Upload,
    Weight,
};

/// The time between two blocks while the chain runs, in milliseconds.
pub const BLOCK_MS: u64 = 6_000;

/// A chain with contracts inside the process: no node, no network, no wall clock.
///
/// Time and block number move only by [`Ledger::advance`], [`Embedded::halt`] and nothing else. Calls between
/// two such moves are in one block; how many fit into a real block is not enforced, how large one may be is.
#[derive(Debug)]
pub struct Embedded {
    state: State,
    history: Vec<ContractEvent>,
    file: Option<StateFile>,
}

impl Embedded {
    /// A new chain in memory, at block 1 and [`GENESIS_MS`]; it ends with the value.
    pub fn in_memory() -> Self {
        let mut chain = Self { state: State::default(), history: Vec::new(), file: None };
        chain.state.apply(chain.genesis());
        chain
    }

    /// The chain in the file at `path`, or a new one where there is no file.
    ///
    /// Each call is in the file, durably, before it returns. A file that is in use, damaged, of another
    /// version or of another program is refused and stays as it is.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ChainError> {
        let path = path.as_ref();
        let empty = Self::in_memory();
        let (file, state, history) = StateFile::open(path, &empty.genesis())?;
        Ok(Self { state, history, file: Some(file) })
    }

    /// Writes the chain as it is now to a new file, for [`Embedded::open`]. It goes on by itself from there.
    ///
    /// Refuses a file that is there already.
    pub fn copy_to(&self, path: impl AsRef<Path>) -> Result<(), ChainError> {
        Ok(StateFile::create(path.as_ref(), &self.state.items(), &self.history)?)
    }

    /// Gives `amount` planks to an account, out of nothing.
    ///
    /// Refuses to leave an account with less than the existential deposit.
    pub fn fund(&mut self, account: AccountId, amount: Balance) -> Result<(), ChainError> {
        let (done, changes) = self.state.run(|| {
            let done = Balances::mint_into(&to_runtime(&account), amount);
            System::reset_events();
            done
        });
        done.map_err(|_| ChainError::Unfundable { account, amount })?;
        self.commit(changes, Vec::new())
    }

    /// Lets `ms` milliseconds pass in which the chain stands still: one block comes after them.
    pub fn halt(&mut self, ms: u64) -> Result<(), ChainError> {
        self.mine(ms, 1)
    }

    fn genesis(&self) -> Changes {
        let ((), changes) = State::default().run(|| {
            System::set_block_number(1);
            pallet_timestamp::Now::<Runtime>::put(GENESIS_MS);
        });
        changes
    }

    fn mine(&mut self, ms: u64, blocks: u64) -> Result<(), ChainError> {
        let (done, changes) = self.state.run(|| {
            let number = u32::try_from(blocks).ok()?.checked_add(System::block_number())?;
            pallet_timestamp::Now::<Runtime>::put(Timestamp::get().checked_add(ms)?);
            System::set_block_number(number);
            Contracts::on_idle(number, BLOCK_WEIGHT);
            System::reset_events();
            Some(())
        });
        done.ok_or(ChainError::ClockOverflow)?;
        self.commit(changes, Vec::new())
    }

    fn read<R>(&self, action: impl FnOnce() -> R) -> R {
        self.state.run(action).0
    }

    fn commit(&mut self, changes: Changes, events: Vec<ContractEvent>) -> Result<(), ChainError> {
        if let Some(file) = &self.file {
            file.write(&changes, self.history.len(), &events)?;
        }
        self.state.apply(changes);
        self.history.extend(events);
        Ok(())
    }

    fn submit(&mut self, signer: &Signer, action: &Action<'_>) -> Result<Receipt, ChainError> {
        let account = signer.account();
        let origin = to_runtime(&account);
        let spendable = self.read(|| extrinsic::spendable(&origin));
        let (included, changes) = self.state.run(|| extrinsic::submit(&origin, action));
        let Some(Included { run, block, at_ms, block_weight, fee, events }) = included else {
            return Err(ChainError::InsufficientFunds { account, spendable, fee: 0 });
        };
        let failed = run.result.as_ref().map_or(true, |output| output.reverted);
        self.commit(changes, if failed { Vec::new() } else { events.clone() })?;
        let output = run.result.map_err(|error| ChainError::dispatch(error, account, spendable, fee))?;
        if output.reverted {
            return Err(ChainError::Reverted { output: output.data, fee });
        }
        Ok(Receipt {
            block,
            at_ms,
            weight: run.consumed.into(),
            block_weight: block_weight.into(),
            storage_deposit: run.deposit,
            fee,
            events,
            output: output.data,
        })
    }
}

impl Ledger for Embedded {
    fn now_ms(&self) -> Result<u64, ChainError> {
        Ok(self.read(Timestamp::get))
    }

    fn block_number(&self) -> Result<u32, ChainError> {
        Ok(self.read(System::block_number))
    }

    fn balance(&self, account: AccountId) -> Result<Funds, ChainError> {
        let account = to_runtime(&account);
        Ok(self.read(|| {
            let free = Balances::free_balance(&account);
            Funds { free, reserved: Balances::total_balance(&account).saturating_sub(free) }
        }))
    }

    fn code_hash(&self, contract: AccountId) -> Result<Option<Hash>, ChainError> {
        let contract = to_runtime(&contract);
        Ok(self.read(|| Contracts::code_hash(&contract)).map(to_hash))
    }

    fn events(&self, contract: AccountId, from_block: u32) -> Result<Vec<ContractEvent>, ChainError> {
        let first = self.history.partition_point(|event| event.block < from_block);
        Ok(self.history.iter().skip(first).filter(|event| event.contract == contract).cloned().collect())
    }

    fn dry_run(
        &self,
        caller: AccountId,
        contract: AccountId,
        value: Balance,
        data: &[u8],
    ) -> Result<DryRun, ChainError> {
        let origin = to_runtime(&caller);
        let action = Action::Call { contract, value, data };
        let (run, fee, spendable) = self.read(|| {
            let run = extrinsic::rehearse(&origin, &action);
            let fee = action.fee(run.required, run.consumed);
            (run, fee, extrinsic::spendable(&origin))
        });
        let output = run.result.map_err(|error| ChainError::dispatch(error, caller, spendable, 0))?;
        Ok(DryRun {
            weight: run.consumed.into(),
            weight_limit: run.required.into(),
            storage_deposit: if output.reverted { 0 } else { run.deposit },
            fee,
            reverted: output.reverted,
            output: output.data,
        })
    }

    fn call(
        &mut self,
        signer: &Signer,
        contract: AccountId,
        value: Balance,
        data: &[u8],
    ) -> Result<Receipt, ChainError> {
        let action = Action::Call { contract, value, data };
        self.submit(signer, &action)
    }

    fn deploy(
        &mut self,
        signer: &Signer,
        wasm: &[u8],
        constructor: &[u8],
        value: Balance,
        salt: &[u8],
    ) -> Result<Deployment, ChainError> {
        let receipt = self.submit(signer, &Action::Deploy { wasm, constructor, value, salt })?;
        let code_hash = BlakeTwo256::hash(wasm);
        let deployer = to_runtime(&signer.account());
        let contract = Contracts::contract_address(&deployer, &code_hash, constructor, salt);
        Ok(Deployment { contract: from_runtime(&contract), code_hash: to_hash(code_hash), receipt })
    }

    fn upload(&mut self, signer: &Signer, wasm: &[u8]) -> Result<Upload, ChainError> {
        let receipt = self.submit(signer, &Action::Upload { wasm })?;
        Ok(Upload { code_hash: to_hash(BlakeTwo256::hash(wasm)), receipt })
    }

    fn transfer(
        &mut self,
        signer: &Signer,
        recipient: AccountId,
        amount: Balance,
    ) -> Result<Receipt, ChainError> {
        let action = Action::Transfer { recipient, amount };
        self.submit(signer, &action)
    }

    /// Moves the clock by exactly `ms`, with a block every [`BLOCK_MS`] and one at the end.
    fn advance(&mut self, ms: u64) -> Result<(), ChainError> {
        self.mine(ms, ms.div_ceil(BLOCK_MS))
    }
}

impl From<frame_support::weights::Weight> for Weight {
    fn from(weight: frame_support::weights::Weight) -> Self {
        Self { ref_time: weight.ref_time(), proof_size: weight.proof_size() }
    }
}

fn to_hash(hash: H256) -> Hash {
    Hash::from(hash.0)
}
