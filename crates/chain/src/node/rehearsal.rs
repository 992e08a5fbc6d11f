//! What a call would do, told by the chain's own program.

use frame_support::weights::Weight as RuntimeWeight;
use pallet_contracts::{Code, Determinism, ExecReturnValue, StorageDeposit};
use scale::{Decode, Encode};
use sp_runtime::{AccountId32, DispatchError};

use crate::{account::to_runtime, AccountId, Action, Balance, ChainError, DryRun, Hash, Weight};

use super::{
    link::Fault,
    options::{Limits, Options},
    reading::unreadable,
    spec::Spec,
    transaction::{unsigned_bytes, Block, Envelope},
    NodeLedger,
};

/// What came of an execution that left nothing behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rehearsal {
    pub consumed: Weight,
    pub required: Weight,
    /// Paid by the caller; negative where refunded.
    pub deposit: i128,
    pub reverted: bool,
    pub output: Vec<u8>,
}

/// The head of what the chain answers; chains differ in what comes after it.
type Answer = (RuntimeWeight, RuntimeWeight, StorageDeposit<Balance>, Vec<u8>);

impl NodeLedger {
    /// Runs `action` on the state of a block with the highest limits there are.
    pub(super) async fn rehearse(
        &self,
        spec: &Spec,
        caller: AccountId,
        action: &Action<'_>,
        at: Hash,
    ) -> Result<Rehearsal, Fault> {
        type None64 = Option<RuntimeWeight>;
        type NoLimit = Option<Balance>;
        let origin = to_runtime(&caller);
        let (weight, deposit): (None64, NoLimit) = (None, None);
        let ran = match action {
            Action::Call { contract, value, data } => {
                let input = (origin, to_runtime(contract), value, weight, deposit, data).encode();
                read_call(&self.run("ContractsApi_call", &input, Some(at)).await?)?
            }
            Action::Deploy { wasm, constructor, value, salt } => {
                let code = Code::<sp_core::H256>::Upload(wasm.to_vec());
                let input = (origin, value, weight, deposit, code, constructor, salt).encode();
                read_instantiation(&self.run("ContractsApi_instantiate", &input, Some(at)).await?)?
            }
            Action::Upload { wasm } => {
                let input = (origin, wasm, deposit, Determinism::Enforced).encode();
                read_upload(&self.run("ContractsApi_upload_code", &input, Some(at)).await?)?
            }
            Action::Transfer { recipient, amount } => {
                return self.rehearse_transfer(spec, caller, *recipient, *amount, at).await;
            }
        };
        match ran {
            Ok(run) => Ok(run),
            Err(error) => {
                let spendable = self.account(caller, Some(at)).await?.spendable(spec.existential_deposit());
                Err(ChainError::named(spec.name(&error), caller, spendable, 0).into())
            }
        }
    }

    /// The chain has no dry run of a transfer: what it would refuse is told from the two accounts.
    async fn rehearse_transfer(
        &self,
        spec: &Spec,
        sender: AccountId,
        recipient: AccountId,
        amount: Balance,
        at: Hash,
    ) -> Result<Rehearsal, Fault> {
        let least = spec.existential_deposit();
        let spendable = self.account(sender, Some(at)).await?.spendable(least);
        let name = if self.account(recipient, Some(at)).await?.free.saturating_add(amount) < least {
            "BelowMinimum"
        } else if spendable < amount {
            "FundsUnavailable"
        } else {
            return Ok(Rehearsal::default());
        };
        Err(ChainError::named(name.to_owned(), sender, spendable, 0).into())
    }

    /// The fee of `action` with the weight that it would consume, of a transaction signed with `limits`.
    pub(super) async fn fee(
        &self,
        spec: &Spec,
        caller: AccountId,
        action: &Action<'_>,
        limits: Limits,
        consumed: Weight,
        at: Block,
    ) -> Result<Balance, Fault> {
        let nonce = self.account(caller, Some(at.hash)).await?.nonce;
        let envelope =
            Envelope::new(spec, self.genesis, nonce.into(), at, spec.mortality(self.options.mortal_blocks))?;
        let signed = unsigned_bytes(&caller, &envelope, &spec.encode(action, limits)?);
        let method = spec.encode(action, Limits { weight: consumed, ..limits })?;
        let priced = unsigned_bytes(&caller, &envelope, &method);
        Ok(self.price(priced, signed.len(), at.hash).await?.map_or(0, |(_, fee)| fee))
    }

    /// The weight and the fee of a transaction as if it had `length` bytes, before it runs; nothing where the
    /// chain has no fees.
    pub(super) async fn price(
        &self,
        mut bytes: Vec<u8>,
        length: usize,
        at: Hash,
    ) -> Result<Option<(RuntimeWeight, Balance)>, Fault> {
        u32::try_from(length).unwrap_or(u32::MAX).encode_to(&mut bytes);
        match self.run("TransactionPaymentApi_query_info", &bytes, Some(at)).await {
            Ok(answer) => {
                let (weight, _, fee) = <(RuntimeWeight, u8, Balance)>::decode(&mut answer.as_slice())
                    .map_err(|_| unreadable("fee"))?;
                Ok(Some((weight, fee)))
            }
            Err(Fault::Answer(refusal)) if !refusal.is_pruned() => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

/// The limits to sign, from what a dry run took.
pub fn limits(options: &Options, spec: &Spec, run: &Rehearsal) -> Result<Limits, ChainError> {
    let needed = run.required;
    let weight = match options.gas_limit {
        Some(limit) if limit.ref_time < needed.ref_time || limit.proof_size < needed.proof_size => {
            return Err(ChainError::GasLimit { limit, needed });
        }
        Some(limit) => limit,
        None => {
            let wanted = Weight {
                ref_time: with_margin(needed.ref_time.into(), options.gas_margin_bps)
                    .try_into()
                    .unwrap_or(u64::MAX),
                proof_size: with_margin(needed.proof_size.into(), options.gas_margin_bps)
                    .try_into()
                    .unwrap_or(u64::MAX),
            };
            let most = spec.extrinsic_weights().map_or(RuntimeWeight::MAX, |(_, most)| most);
            if needed.ref_time > most.ref_time() || needed.proof_size > most.proof_size() {
                return Err(ChainError::OutOfGas { fee: 0 });
            }
            // A call takes a fixed weight besides, for which a share of the block is left.
            let (ref_time, proof_size) = (most.ref_time() / 20 * 19, most.proof_size() / 20 * 19);
            Weight {
                ref_time: wanted.ref_time.min(ref_time.max(needed.ref_time)),
                proof_size: wanted.proof_size.min(proof_size.max(needed.proof_size)),
            }
        }
    };
    let needed = u128::try_from(run.deposit).unwrap_or_default();
    let storage_deposit = match options.storage_deposit_limit {
        Some(limit) if limit < needed => return Err(ChainError::StorageDepositLimit { limit, needed }),
        Some(limit) => limit,
        None => with_margin(needed, options.deposit_margin_bps)
            .saturating_add(spec.deposit_of(MORE_ITEMS, MORE_BYTES)),
    };
    Ok(Limits { weight, storage_deposit })
}

/// What a call may store more than when it was tried, for by the time it lands other calls or the clock have given it
/// more to do.
const MORE_ITEMS: u128 = 4;
const MORE_BYTES: u128 = 512;

fn with_margin(amount: u128, bps: u32) -> u128 {
    amount.saturating_add(amount.saturating_mul(bps.into()).div_ceil(10_000))
}

impl Rehearsal {
    /// It as the ledger tells it, with the limits to sign and the fee to pay.
    pub fn told(self, fee: Balance) -> DryRun {
        DryRun {
            weight: self.consumed,
            weight_limit: self.required,
            storage_deposit: if self.reverted { 0 } else { self.deposit },
            fee,
            reverted: self.reverted,
            output: self.output,
        }
    }

    fn answered((consumed, required, deposit, _): Answer, value: ExecReturnValue) -> Self {
        Self {
            consumed: consumed.into(),
            required: required.into(),
            deposit: signed(&deposit),
            reverted: value.did_revert(),
            output: value.data,
        }
    }
}

type Ran = Result<Rehearsal, DispatchError>;

fn read_call(bytes: &[u8]) -> Result<Ran, Fault> {
    type Done = Result<ExecReturnValue, DispatchError>;
    let (answer, done) = <(Answer, Done)>::decode(&mut &*bytes).map_err(|_| unreadable("dry run"))?;
    Ok(done.map(|value| Rehearsal::answered(answer, value)))
}

fn read_instantiation(bytes: &[u8]) -> Result<Ran, Fault> {
    type Done = Result<(ExecReturnValue, AccountId32), DispatchError>;
    let (answer, done) = <(Answer, Done)>::decode(&mut &*bytes).map_err(|_| unreadable("dry run"))?;
    Ok(done.map(|(value, _)| Rehearsal::answered(answer, value)))
}

fn read_upload(bytes: &[u8]) -> Result<Ran, Fault> {
    type Done = Result<(Hash, Balance), DispatchError>;
    let done = Done::decode(&mut &*bytes).map_err(|_| unreadable("dry run"))?;
    Ok(done.map(|(_, deposit)| Rehearsal {
        deposit: signed(&StorageDeposit::Charge(deposit)),
        ..Rehearsal::default()
    }))
}

/// A storage deposit as one number: negative where it is refunded.
pub fn signed(deposit: &StorageDeposit<Balance>) -> i128 {
    match deposit {
        StorageDeposit::Charge(amount) => i128::try_from(*amount).unwrap_or(i128::MAX),
        StorageDeposit::Refund(amount) => i128::try_from(*amount).map_or(i128::MIN, |amount| -amount),
    }
}
