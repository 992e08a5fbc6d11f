//! What a chain says of itself: its calls, errors, constants and prices.

use frame_support::weights::Weight as RuntimeWeight;
use scale::{Compact, Decode, Encode};
use sp_runtime::{AccountId32, DispatchError, MultiAddress};
use subxt::{
    client::RuntimeVersion,
    dynamic::{At, DecodedValue},
    ext::{
        scale_value::{Primitive, ValueDef},
        subxt_core::storage,
    },
    Metadata,
};

use crate::{
    account::{from_runtime, to_runtime},
    AccountId, Action, Balance, ChainError, Hash,
};

use super::options::Limits;

type Address = MultiAddress<AccountId32, ()>;

/// What the calls that are signed here take, by their names in the chain's metadata.
const CALL: [&str; 5] = ["dest", "value", "gas_limit", "storage_deposit_limit", "data"];
const DEPLOY: [&str; 6] = ["value", "gas_limit", "storage_deposit_limit", "code", "data", "salt"];
const UPLOAD: [&str; 3] = ["code", "storage_deposit_limit", "determinism"];
const TRANSFER: [&str; 2] = ["dest", "value"];

/// One version of a chain's runtime.
pub struct Spec {
    pub version: RuntimeVersion,
    pub metadata: Metadata,
}

/// A call that was read from the bytes of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// A message to a contract.
    Message { contract: AccountId, value: Balance, gas_limit: RuntimeWeight, data: Vec<u8> },
    /// New code and a contract that runs it.
    Deploy { value: Balance, gas_limit: RuntimeWeight, code: Vec<u8>, data: Vec<u8>, salt: Vec<u8> },
    /// New code.
    Upload { code: Vec<u8> },
    /// Money for another account.
    Transfer { recipient: AccountId, amount: Balance },
}

impl Spec {
    /// Refuses a chain that does not have what contracts need, and tells what is missing.
    pub fn ensure_contracts(&self) -> Result<(), String> {
        for (pallet, call, fields) in [
            ("Contracts", "call", &CALL[..]),
            ("Contracts", "instantiate_with_code", &DEPLOY),
            ("Contracts", "upload_code", &UPLOAD),
            ("Balances", "transfer_keep_alive", &TRANSFER),
        ] {
            let found = self.metadata.pallet_by_name(pallet).and_then(|pallet| {
                let call = pallet.call_variant_by_name(call)?;
                Some(
                    call.fields
                        .iter()
                        .map(|field| field.name.clone().unwrap_or_default())
                        .eq(fields.iter().copied()),
                )
            });
            if found != Some(true) {
                return Err(format!("{pallet}.{call}"));
            }
        }
        Ok(())
    }

    /// The encoded call, by the chain's own numbers.
    pub fn encode(&self, action: &Action<'_>, limits: Limits) -> Result<Vec<u8>, ChainError> {
        let weight = RuntimeWeight::from_parts(limits.weight.ref_time, limits.weight.proof_size);
        let deposit = Some(Compact(limits.storage_deposit));
        match action {
            Action::Call { contract, value, data } => {
                let dest = Address::Id(to_runtime(contract));
                self.encoded("Contracts", "call", (dest, Compact(*value), weight, deposit, data))
            }
            Action::Deploy { wasm, constructor, value, salt } => self.encoded(
                "Contracts",
                "instantiate_with_code",
                (Compact(*value), weight, deposit, wasm, constructor, salt),
            ),
            Action::Upload { wasm } => self.encoded(
                "Contracts",
                "upload_code",
                (wasm, deposit, pallet_contracts::Determinism::Enforced),
            ),
            Action::Transfer { recipient, amount } => {
                let dest = Address::Id(to_runtime(recipient));
                self.encoded("Balances", "transfer_keep_alive", (dest, Compact(*amount)))
            }
        }
    }

    /// The call that `bytes` encode, where it is one of those that are signed here.
    pub fn decode(&self, bytes: &[u8]) -> Option<Call> {
        type Deposit = Option<Compact<Balance>>;
        let (&pallet, rest) = bytes.split_first()?;
        let (&call, mut input) = rest.split_first()?;
        let pallet = self.metadata.pallet_by_index(pallet)?;
        let input = &mut input;
        let read = match (pallet.name(), pallet.call_variant_by_index(call)?.name.as_str()) {
            ("Contracts", "call") => {
                type Fields = (Address, Compact<Balance>, RuntimeWeight, Deposit, Vec<u8>);
                let (dest, value, gas_limit, _, data) = Fields::decode(input).ok()?;
                Call::Message { contract: account(dest)?, value: value.0, gas_limit, data }
            }
            ("Contracts", "instantiate_with_code") => {
                type Fields = (Compact<Balance>, RuntimeWeight, Deposit, Vec<u8>, Vec<u8>, Vec<u8>);
                let (value, gas_limit, _, code, data, salt) = Fields::decode(input).ok()?;
                Call::Deploy { value: value.0, gas_limit, code, data, salt }
            }
            ("Contracts", "upload_code") => {
                let (code, _, _) = <(Vec<u8>, Deposit, u8)>::decode(input).ok()?;
                Call::Upload { code }
            }
            ("Balances", "transfer_keep_alive" | "transfer_allow_death") => {
                let (dest, amount) = <(Address, Compact<Balance>)>::decode(input).ok()?;
                Call::Transfer { recipient: account(dest)?, amount: amount.0 }
            }
            _ => return None,
        };
        input.is_empty().then_some(read)
    }

    /// The chain's own name of an error.
    pub fn name(&self, error: &DispatchError) -> String {
        match error {
            DispatchError::Module(module) => self
                .metadata
                .pallet_by_index(module.index)
                .and_then(|pallet| {
                    let [number, ..] = module.error;
                    Some(pallet.error_variant_by_index(number)?.name.clone())
                })
                .unwrap_or_else(|| format!("error {:?} of pallet {}", module.error, module.index)),
            DispatchError::Token(error) => format!("{error:?}"),
            other => format!("{other:?}"),
        }
    }

    /// A constant of the chain.
    pub fn constant<T: Decode>(&self, pallet: &str, name: &str) -> Option<T> {
        T::decode(&mut self.metadata.pallet_by_name(pallet)?.constant_by_name(name)?.value()).ok()
    }

    /// The least that an account holds, in planks.
    pub fn existential_deposit(&self) -> Balance {
        self.constant("Balances", "ExistentialDeposit").unwrap_or_default()
    }

    /// What storage of a contract costs while it exists, in planks.
    pub fn deposit_of(&self, items: u128, bytes: u128) -> Balance {
        let price = |name| self.constant::<Balance>("Contracts", name).unwrap_or_default();
        items
            .saturating_mul(price("DepositPerItem"))
            .saturating_add(bytes.saturating_mul(price("DepositPerByte")))
    }

    /// What every transaction takes of a block, and the most that one may take besides.
    pub fn extrinsic_weights(&self) -> Option<(RuntimeWeight, RuntimeWeight)> {
        type Class = (RuntimeWeight, Option<RuntimeWeight>);
        let (_, highest, (base, normal)): (RuntimeWeight, RuntimeWeight, Class) =
            self.constant("System", "BlockWeights")?;
        Some((base, normal.unwrap_or(highest)))
    }

    /// For how many blocks a transaction may be valid, at most `wanted`.
    pub fn mortality(&self, wanted: u64) -> u64 {
        let known = self.constant::<u32>("System", "BlockHashCount").map_or(256, u64::from);
        // The largest power of two of which the chain still knows the first block.
        let most = 1_u64 << known.max(4).ilog2();
        wanted.clamp(4, 4096).next_power_of_two().min(most)
    }

    /// The code that a contract runs, from what the chain stores of the contract.
    pub fn code_hash(&self, info: &[u8]) -> Option<Hash> {
        let place = subxt::dynamic::storage("Contracts", "ContractInfoOf", ());
        let info = storage::decode_value(&mut &*info, &place, &self.metadata).ok()?.to_value().ok()?;
        let mut bytes = Vec::new();
        bytes_of(info.at("code_hash")?, &mut bytes);
        <[u8; 32]>::try_from(bytes).ok().map(Hash::from)
    }

    fn encoded(&self, pallet: &str, call: &str, fields: impl Encode) -> Result<Vec<u8>, ChainError> {
        let numbers = self
            .metadata
            .pallet_by_name(pallet)
            .and_then(|pallet| Some([pallet.index(), pallet.call_variant_by_name(call)?.index]));
        let Some(numbers) = numbers else {
            return Err(ChainError::Protocol(format!("no call {pallet}.{call}")));
        };
        Ok([&numbers[..], &fields.encode()].concat())
    }
}

fn account(address: Address) -> Option<AccountId> {
    match address {
        MultiAddress::Id(account) => Some(from_runtime(&account)),
        _ => None,
    }
}

fn bytes_of(value: &DecodedValue, bytes: &mut Vec<u8>) {
    match &value.value {
        ValueDef::Composite(parts) => parts.values().for_each(|part| bytes_of(part, bytes)),
        ValueDef::Primitive(Primitive::U128(byte)) => bytes.extend(u8::try_from(*byte)),
        _ => {}
    }
}
