//! A signed call on the runtime: fee, execution, rollback. Everything here runs inside the runtime.

use frame_support::{
    dispatch::DispatchClass,
    storage::{storage_prefix, unhashed, with_transaction, TransactionOutcome},
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude, Precision, Preservation},
    },
    weights::{constants::ExtrinsicBaseWeight, Weight},
};
use pallet_balances::WeightInfo as _;
use pallet_contracts::{
    Code, CollectEvents, DebugInfo, Determinism, ExecReturnValue, StorageDeposit, WeightInfo as _,
};
use scale::Encode;
use sp_runtime::{AccountId32, DispatchError, MultiAddress};

use crate::{
    account::{from_runtime, to_runtime},
    runtime::{Balances, Contracts, Runtime, RuntimeCall, RuntimeEvent, System, Timestamp},
    Action, Balance, ContractEvent, Hash,
};

type ContractWeights = <Runtime as pallet_contracts::Config>::WeightInfo;
type BalanceWeights = <Runtime as pallet_balances::Config>::WeightInfo;

/// Bytes of a signed transaction around the call it carries: length, version, address, signature, era, nonce,
/// tip and metadata mode (4 + 1 + 33 + 65 + 2 + 4 + 1 + 1).
const ENVELOPE_BYTES: u64 = 111;

/// What came of an execution.
pub struct Run {
    pub result: Result<Output, DispatchError>,
    /// What the contracts consumed.
    pub consumed: Weight,
    /// The limit that the contracts need to get through.
    pub required: Weight,
    /// Paid by the signer; negative where refunded.
    pub deposit: i128,
}

/// What a contract answered.
#[derive(Default)]
pub struct Output {
    pub reverted: bool,
    pub data: Vec<u8>,
}

/// A signed call that is part of the chain, whether it succeeded or not.
pub struct Included {
    pub run: Run,
    pub block: u32,
    pub at_ms: u64,
    pub block_weight: Weight,
    pub fee: Balance,
    pub events: Vec<ContractEvent>,
}

/// Signs `action` as `origin`. Nothing is included, hence nothing changes, where the fee cannot be paid.
///
/// As a client of a node does it, the action is tried first, to learn the limit to sign. The fee for that
/// limit is taken before the action runs, and what was not needed is given back after it.
pub fn submit(origin: &AccountId32, action: &Action<'_>) -> Option<Included> {
    let limit = rehearse(origin, action).required;
    let upfront = action.fee(limit, limit);
    Balances::burn_from(origin, upfront, Preservation::Preserve, Precision::Exact, Fortitude::Polite).ok()?;
    System::reset_events();
    let run = undone_if(|run| !run.succeeded(), || action.run(origin, limit));
    let events = contract_events();
    System::reset_events();
    let fee = action.fee(limit, run.consumed);
    let unused = upfront.saturating_sub(fee);
    if unused > 0 {
        // The account is alive, for the fee was taken without killing it: this cannot fail.
        Balances::mint_into(origin, unused).ok()?;
        System::reset_events();
    }
    Some(Included {
        block: System::block_number(),
        at_ms: Timestamp::get(),
        block_weight: action.block_weight(run.consumed),
        run,
        fee,
        events,
    })
}

/// Runs `action` as `origin` with the highest limit there is, and takes it back.
pub fn rehearse(origin: &AccountId32, action: &Action<'_>) -> Run {
    undone_if(|_| true, || action.run(origin, action.highest_limit()))
}

/// Runs `action` as `origin` with the highest limit there is, without a fee, and tells what contracts said.
pub fn execute(origin: &AccountId32, action: &Action<'_>) -> (Run, Vec<ContractEvent>) {
    // Forgetting them as the pallet does walks over all topics, which a state that is read from afar cannot.
    for item in [b"Events".as_slice(), b"EventCount"] {
        unhashed::kill(&storage_prefix(b"System", item));
    }
    let run = undone_if(|run| !run.succeeded(), || action.run(origin, action.highest_limit()));
    (run, contract_events())
}

/// What `origin` can spend and stay alive.
pub fn spendable(origin: &AccountId32) -> Balance {
    Balances::reducible_balance(origin, Preservation::Preserve, Fortitude::Polite)
}

fn undone_if(undo: impl FnOnce(&Run) -> bool, action: impl FnOnce() -> Run) -> Run {
    let outcome = with_transaction(|| -> TransactionOutcome<Result<Run, DispatchError>> {
        let run = action();
        if undo(&run) {
            TransactionOutcome::Rollback(Ok(run))
        } else {
            TransactionOutcome::Commit(Ok(run))
        }
    });
    outcome.unwrap_or_else(Run::refused)
}

fn contract_events() -> Vec<ContractEvent> {
    let (block, at_ms) = (System::block_number(), Timestamp::get());
    System::read_events_no_consensus()
        .filter_map(|record| match record.event {
            RuntimeEvent::Contracts(pallet_contracts::Event::ContractEmitted { contract, data }) => {
                let topics = record.topics.iter().map(|topic| Hash::from(topic.0)).collect();
                Some(ContractEvent { block, at_ms, contract: from_runtime(&contract), topics, data })
            }
            _ => None,
        })
        .collect()
}

impl Action<'_> {
    /// Fee in planks of the transaction that was signed with `limit`, as on the development node: one a
    /// picosecond of its weight, one a byte of its length.
    pub fn fee(&self, limit: Weight, consumed: Weight) -> Balance {
        let length = ENVELOPE_BYTES.saturating_add(self.runtime_call(limit).encoded_size() as u64);
        u128::from(self.block_weight(consumed).ref_time()).saturating_add(u128::from(length))
    }

    fn block_weight(&self, consumed: Weight) -> Weight {
        ExtrinsicBaseWeight::get().saturating_add(self.fixed_weight()).saturating_add(consumed)
    }

    fn highest_limit(&self) -> Weight {
        let weights = <Runtime as frame_system::Config>::BlockWeights::get();
        let highest = weights.get(DispatchClass::Normal).max_extrinsic.unwrap_or(weights.max_block);
        highest.saturating_sub(self.fixed_weight())
    }

    fn fixed_weight(&self) -> Weight {
        match self {
            Self::Call { .. } => ContractWeights::call(),
            Self::Deploy { wasm, constructor, salt, .. } => {
                ContractWeights::instantiate_with_code(length(wasm), length(constructor), length(salt))
            }
            Self::Upload { wasm } => ContractWeights::upload_code_determinism_enforced(length(wasm)),
            Self::Transfer { .. } => BalanceWeights::transfer_keep_alive(),
        }
    }

    fn runtime_call(&self, gas_limit: Weight) -> RuntimeCall {
        let storage_deposit_limit = None;
        match self {
            Self::Call { contract, value, data } => RuntimeCall::Contracts(pallet_contracts::Call::call {
                dest: MultiAddress::Id(to_runtime(contract)),
                value: *value,
                gas_limit,
                storage_deposit_limit,
                data: data.to_vec(),
            }),
            Self::Deploy { wasm, constructor, value, salt } => {
                RuntimeCall::Contracts(pallet_contracts::Call::instantiate_with_code {
                    value: *value,
                    gas_limit,
                    storage_deposit_limit,
                    code: wasm.to_vec(),
                    data: constructor.to_vec(),
                    salt: salt.to_vec(),
                })
            }
            Self::Upload { wasm } => RuntimeCall::Contracts(pallet_contracts::Call::upload_code {
                code: wasm.to_vec(),
                storage_deposit_limit,
                determinism: Determinism::Enforced,
            }),
            Self::Transfer { recipient, amount } => {
                RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
                    dest: MultiAddress::Id(to_runtime(recipient)),
                    value: *amount,
                })
            }
        }
    }

    fn run(&self, origin: &AccountId32, limit: Weight) -> Run {
        let (debug, collect) = (DebugInfo::Skip, CollectEvents::Skip);
        match self {
            Self::Call { contract, value, data } => {
                let done = Contracts::bare_call(
                    origin.clone(),
                    to_runtime(contract),
                    *value,
                    limit,
                    None,
                    data.to_vec(),
                    debug,
                    collect,
                    Determinism::Enforced,
                );
                Run {
                    consumed: done.gas_consumed,
                    required: done.gas_required,
                    deposit: signed(&done.storage_deposit),
                    result: done.result.map(Output::from),
                }
            }
            Self::Deploy { wasm, constructor, value, salt } => {
                let done = Contracts::bare_instantiate(
                    origin.clone(),
                    *value,
                    limit,
                    None,
                    Code::Upload(wasm.to_vec()),
                    constructor.to_vec(),
                    salt.to_vec(),
                    debug,
                    collect,
                );
                Run {
                    consumed: done.gas_consumed,
                    required: done.gas_required,
                    deposit: signed(&done.storage_deposit),
                    result: done.result.map(|made| Output::from(made.result)),
                }
            }
            Self::Upload { wasm } => {
                let done =
                    Contracts::bare_upload_code(origin.clone(), wasm.to_vec(), None, Determinism::Enforced);
                match done {
                    Ok(stored) => Run {
                        deposit: signed(&StorageDeposit::Charge(stored.deposit)),
                        ..Run::without_contracts(Ok(Output::default()))
                    },
                    Err(error) => Run::refused(error),
                }
            }
            Self::Transfer { recipient, amount } => {
                let done = <Balances as Mutate<AccountId32>>::transfer(
                    origin,
                    &to_runtime(recipient),
                    *amount,
                    Preservation::Preserve,
                );
                Run::without_contracts(done.map(|_| Output::default()))
            }
        }
    }
}

impl From<ExecReturnValue> for Output {
    fn from(answer: ExecReturnValue) -> Self {
        Self { reverted: answer.did_revert(), data: answer.data }
    }
}

impl Run {
    fn without_contracts(result: Result<Output, DispatchError>) -> Self {
        Self { result, consumed: Weight::zero(), required: Weight::zero(), deposit: 0 }
    }

    fn refused(error: DispatchError) -> Self {
        Self::without_contracts(Err(error))
    }

    fn succeeded(&self) -> bool {
        self.result.as_ref().is_ok_and(|output| !output.reverted)
    }
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

fn signed(deposit: &StorageDeposit<Balance>) -> i128 {
    match deposit {
        StorageDeposit::Charge(amount) => i128::try_from(*amount).unwrap_or(i128::MAX),
        StorageDeposit::Refund(amount) => i128::try_from(*amount).map_or(i128::MIN, |amount| -amount),
    }
}
