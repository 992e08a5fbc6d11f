//! What a block tells of a transaction that it holds.

use std::sync::Arc;

use frame_support::weights::Weight as RuntimeWeight;
use scale::Decode;
use sp_core::blake2_256;
use sp_runtime::{AccountId32, DispatchError};
use subxt::{
    events::Phase,
    ext::subxt_core::events::{EventDetails, Events},
    SubstrateConfig,
};

use crate::{account::from_runtime, AccountId, Balance, ChainError, ContractEvent, Hash, Receipt, Weight};

use super::{
    link::{Fault, Refusal},
    reading::{item, unreadable},
    spec::{Call, Spec},
    transaction::Block,
    Landed, NodeLedger,
};

/// What happened to one transaction, from the events of its block.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub error: Option<DispatchError>,
    pub block_weight: RuntimeWeight,
    pub fee: Balance,
    pub storage_deposit: i128,
    pub events: Vec<ContractEvent>,
    /// The last contract that was made, which is the one that was asked for: those made within come first.
    pub made: Option<AccountId>,
    /// Whether anything happened to a contract, or to anybody's money but the signer's for the fee.
    pub touches_contracts: bool,
}

/// A block with what happened in it.
pub struct Scene {
    pub block: Block,
    pub at_ms: u64,
    pub parent: Hash,
    pub spec: Arc<Spec>,
    pub extrinsics: Vec<Vec<u8>>,
    events: Vec<EventDetails<SubstrateConfig>>,
}

impl NodeLedger {
    /// Reads a block and its events.
    pub(super) async fn scene(&self, block: Block) -> Result<Scene, Fault> {
        let body = self.body(block.hash).await?;
        // The program that made the block is the one that its parent's state holds.
        let spec = self.spec(Some(body.parent)).await.map_err(|fault| pruned(fault, block.number))?;
        let events = self.events_of(&spec, block).await?;
        let at_ms = self.time(Some(block.hash)).await.map_err(|fault| pruned(fault, block.number))?;
        Ok(Scene { block, at_ms, parent: body.parent, spec, extrinsics: body.extrinsics.clone(), events })
    }

    /// The events of a block, in order.
    pub(super) async fn events_of(
        &self,
        spec: &Spec,
        block: Block,
    ) -> Result<Vec<EventDetails<SubstrateConfig>>, Fault> {
        let bytes = self.storage(&item("System", "Events"), Some(block.hash)).await;
        let bytes = bytes.map_err(|fault| pruned(fault, block.number))?.unwrap_or_default();
        Events::<SubstrateConfig>::decode_from(bytes, spec.metadata.clone())
            .iter()
            .collect::<Result<_, _>>()
            .map_err(|error| {
                ChainError::Protocol(format!("events of block {}: {error}", block.number)).into()
            })
    }

    /// What contracts consumed in a transaction: what it took of its block without the fixed part.
    pub(super) async fn consumed(
        &self,
        scene: &Scene,
        index: u32,
        outcome: &Outcome,
    ) -> Result<Weight, Fault> {
        let Some((call, bytes)) = scene.call(index) else { return Ok(Weight::default()) };
        let limit = match call {
            Call::Message { gas_limit, .. } | Call::Deploy { gas_limit, .. } => gas_limit,
            Call::Upload { .. } | Call::Transfer { .. } => return Ok(Weight::default()),
        };
        let Some((base, _)) = scene.spec.extrinsic_weights() else { return Ok(Weight::default()) };
        let length = bytes.len();
        let Some((most, _)) = self.price(bytes, length, scene.parent).await? else {
            return Ok(Weight::default());
        };
        let fixed = base.saturating_add(most.saturating_sub(limit));
        Ok(outcome.block_weight.saturating_sub(fixed).into())
    }

    /// The error that a transaction ended with, as the embedded chain would tell it.
    pub(super) async fn failure(
        &self,
        scene: &Scene,
        signer: AccountId,
        error: &DispatchError,
        fee: Balance,
        output: Vec<u8>,
    ) -> Result<ChainError, Fault> {
        let name = scene.spec.name(error);
        let grown = |name: &str| ChainError::named(name.to_owned(), signer, 0, fee);
        Ok(match name.as_str() {
            "ContractReverted" => ChainError::Reverted { output, fee },
            // A call that was too much for its limits, which the dry run had kept: the chain had moved on.
            "OutOfGas" => grown("WeightLimitGrown"),
            "StorageDepositLimitExhausted" => grown("StorageDepositLimitGrown"),
            _ => {
                let least = scene.spec.existential_deposit();
                let spendable = self.account(signer, Some(scene.parent)).await?.spendable(least);
                ChainError::named(name, signer, spendable, fee)
            }
        })
    }
}

impl NodeLedger {
    /// What a block tells of its transaction with that number.
    pub(super) fn read(
        &self,
        scene: &Scene,
        index: u32,
        signer: AccountId,
    ) -> Result<Result<Landed, ChainError>, Fault> {
        let mut outcome = scene.outcome(index, signer)?;
        if let Some(error) = outcome.error.take() {
            let output = if scene.spec.name(&error) == "ContractReverted" {
                self.answer(scene, index)?.filter(|output| output.reverted).map(|output| output.data)
            } else {
                None
            };
            let failure = self.failure(scene, signer, &error, outcome.fee, output.unwrap_or_default());
            return self.runtime().block_on(failure).map(Err);
        }
        let weight = self.runtime().block_on(self.consumed(scene, index, &outcome))?;
        let (contract, receipt) = (outcome.made, |output| scene.receipt(outcome, weight, output));
        Ok(match scene.call(index) {
            Some((Call::Message { .. }, _)) => {
                match self.answer(scene, index)?.filter(|output| !output.reverted) {
                    Some(output) => {
                        Ok(Landed { receipt: receipt(output.data), contract: None, code_hash: None })
                    }
                    None => Err(ChainError::AnswerUnknown { receipt: Box::new(receipt(Vec::new())) }),
                }
            }
            Some((Call::Deploy { code, .. }, _)) => {
                let output = self.answer(scene, index)?.map(|output| output.data).unwrap_or_default();
                Ok(Landed { receipt: receipt(output), contract, code_hash: Some(blake2_256(&code).into()) })
            }
            Some((Call::Upload { code }, _)) => Ok(Landed {
                receipt: receipt(Vec::new()),
                contract: None,
                code_hash: Some(blake2_256(&code).into()),
            }),
            Some((Call::Transfer { .. }, _)) | None => {
                Ok(Landed { receipt: receipt(Vec::new()), contract: None, code_hash: None })
            }
        })
    }
}

impl Scene {
    /// What happened to the transaction with that number, signed by `signer`.
    pub fn outcome(&self, index: u32, signer: AccountId) -> Result<Outcome, Fault> {
        let mut outcome = Outcome::default();
        let mut ended = false;
        for event in self.events.iter().filter(|event| event.phase() == Phase::ApplyExtrinsic(index)) {
            ended |= outcome.add(event, signer, self).ok_or_else(|| unreadable("event"))?;
        }
        if ended {
            Ok(outcome)
        } else {
            Err(unreadable("events"))
        }
    }

    /// The call that the transaction with that number carries, and the transaction.
    pub fn call(&self, index: u32) -> Option<(Call, Vec<u8>)> {
        let bytes = self.extrinsics.get(usize::try_from(index).ok()?)?.clone();
        let (_, call) = self.signed_call(&bytes)?;
        Some((call?, bytes))
    }

    /// Who signed the transaction with that number, and its call where it is one of those that are signed here.
    pub fn signed(&self, index: u32) -> Option<(AccountId, Option<Call>)> {
        self.signed_call(self.extrinsics.get(usize::try_from(index).ok()?)?)
    }

    fn signed_call(&self, bytes: &[u8]) -> Option<(AccountId, Option<Call>)> {
        use sp_runtime::MultiAddress;
        use subxt::ext::subxt_core::blocks::Extrinsics;
        let read =
            Extrinsics::<SubstrateConfig>::decode_from(vec![bytes.to_vec()], self.spec.metadata.clone());
        let details = read.ok()?.iter().next()?;
        match MultiAddress::<AccountId32, ()>::decode(&mut details.address_bytes()?).ok()? {
            MultiAddress::Id(account) => {
                Some((from_runtime(&account), self.spec.decode(details.call_bytes())))
            }
            _ => None,
        }
    }

    /// The receipt of a transaction that succeeded.
    pub fn receipt(&self, outcome: Outcome, weight: Weight, output: Vec<u8>) -> Receipt {
        Receipt {
            block: self.block.number,
            at_ms: self.at_ms,
            weight,
            block_weight: outcome.block_weight.into(),
            storage_deposit: outcome.storage_deposit,
            fee: outcome.fee,
            events: outcome.events,
            output,
        }
    }
}

impl Outcome {
    /// Adds what an event tells; true where it is the one that ends a transaction.
    fn add(
        &mut self,
        event: &EventDetails<SubstrateConfig>,
        signer: AccountId,
        scene: &Scene,
    ) -> Option<bool> {
        let mut fields = event.field_bytes();
        let input = &mut fields;
        let deposit = |amount: Balance| i128::try_from(amount).ok();
        self.touches_contracts |= event.pallet_name() == "Contracts";
        match (event.pallet_name(), event.variant_name()) {
            ("System", "ExtrinsicSuccess") => {
                self.block_weight = RuntimeWeight::decode(input).ok()?;
                return Some(true);
            }
            ("System", "ExtrinsicFailed") => {
                self.error = Some(DispatchError::decode(input).ok()?);
                self.block_weight = RuntimeWeight::decode(input).ok()?;
                return Some(true);
            }
            ("TransactionPayment", "TransactionFeePaid") => {
                let (who, fee) = <(AccountId32, Balance)>::decode(input).ok()?;
                if from_runtime(&who) == signer {
                    self.fee = self.fee.checked_add(fee)?;
                }
            }
            ("Contracts", "ContractEmitted") => {
                self.events.push(emitted(event, scene.block.number, scene.at_ms)?);
            }
            ("Contracts", "StorageDepositTransferredAndHeld") => {
                let (from, _, amount) = <(AccountId32, AccountId32, Balance)>::decode(input).ok()?;
                if from_runtime(&from) == signer {
                    self.storage_deposit = self.storage_deposit.checked_add(deposit(amount)?)?;
                }
            }
            ("Contracts", "StorageDepositTransferredAndReleased") => {
                let (_, to, amount) = <(AccountId32, AccountId32, Balance)>::decode(input).ok()?;
                if from_runtime(&to) == signer {
                    self.storage_deposit = self.storage_deposit.checked_sub(deposit(amount)?)?;
                }
            }
            ("Contracts", "CodeStored") => {
                let (_, held, uploader) = <(Hash, Balance, AccountId32)>::decode(input).ok()?;
                if from_runtime(&uploader) == signer {
                    self.storage_deposit = self.storage_deposit.checked_add(deposit(held)?)?;
                }
            }
            ("Contracts", "Instantiated") => {
                let (_, contract) = <(AccountId32, AccountId32)>::decode(input).ok()?;
                self.made = Some(from_runtime(&contract));
                // The signer gives every new contract what an account must hold.
                self.storage_deposit =
                    self.storage_deposit.checked_add(deposit(scene.spec.existential_deposit())?)?;
            }
            _ => {}
        }
        Some(false)
    }
}

/// What a contract said, where `event` is one of those.
pub fn emitted(event: &EventDetails<SubstrateConfig>, block: u32, at_ms: u64) -> Option<ContractEvent> {
    if (event.pallet_name(), event.variant_name()) != ("Contracts", "ContractEmitted") {
        return None;
    }
    let (contract, data) = <(AccountId32, Vec<u8>)>::decode(&mut event.field_bytes()).ok()?;
    let topics = event.topics().iter().map(|topic| Hash::from(topic.0)).collect();
    Some(ContractEvent { block, at_ms, contract: from_runtime(&contract), topics, data })
}

/// Tells a state that the node has discarded from other refusals.
pub fn pruned(fault: Fault, block: u32) -> Fault {
    match fault {
        Fault::Answer(refusal) if Refusal::is_pruned(&refusal) => ChainError::Pruned { block }.into(),
        other => other,
    }
}
