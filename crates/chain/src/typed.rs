//! Calls that the compiler checks against the contract.
//!
//! A message is what a method of the call builder returns that ink! generates for a contract; a constructor
//! what an associated function of its `…Ref` type returns. Both know arguments, selector and return type:
//!
//! ```text
//! let mut market = at::<MarketRef>(contract);
//! let done = ledger.send(&alice, market.deposit().transferred_value(5 * UNIT))?;
//! let money = ledger.ask(alice.account(), market.account(alice.account()))?;
//! ```

use std::fmt::Debug;

use ink::{
    codegen::TraitCallBuilder,
    env::{
        call::{
            state::Salt,
            utils::{ReturnType, Set, Unset},
            Call, CallBuilder, ConstructorReturnType, CreateBuilder, ExecutionInput, FromAccountId,
            LimitParamsV2,
        },
        ContractEnv, Environment,
    },
    primitives::{AccountId, Hash, LangError},
};
use scale::{Decode, DecodeAll, Encode};

use crate::{Balance, CallError, ChainError, Ledger, Receipt, Signer, Weight};

/// The call builder of a contract, named by its `…Ref` type.
pub type BuilderOf<C> = <C as TraitCallBuilder>::Builder;

/// The call builder for the contract at an address: the source of all its messages.
pub fn at<C>(contract: AccountId) -> BuilderOf<C>
where
    C: TraitCallBuilder + ContractEnv,
    C::Env: Environment<AccountId = AccountId>,
    BuilderOf<C>: FromAccountId<C::Env>,
{
    FromAccountId::from_account_id(contract)
}

/// A message with its arguments, its contract and the money that goes with it.
pub trait Message {
    /// What the message returns.
    type Answer: Decode;

    /// The contract, the planks to send with it, and the encoded message.
    fn parts(self) -> (AccountId, Balance, Vec<u8>);
}

impl<E, Args, R> Message for CallBuilder<E, Set<Call<E>>, Set<ExecutionInput<Args>>, Set<ReturnType<R>>>
where
    E: Environment<AccountId = AccountId, Balance = Balance>,
    Args: Encode,
    R: Decode,
{
    type Answer = R;

    fn parts(self) -> (AccountId, Balance, Vec<u8>) {
        let message = self.params();
        (*message.callee(), *message.transferred_value(), message.exec_input().encode())
    }
}

/// What an ink! constructor function returns before it is told code, money and salt.
pub type Constructor<E, C, Args, R> = CreateBuilder<
    E,
    C,
    Unset<Hash>,
    Set<LimitParamsV2<E>>,
    Unset<Balance>,
    Set<ExecutionInput<Args>>,
    Unset<Salt>,
    Set<ReturnType<R>>,
>;

/// A message that a contract accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called<T> {
    /// What it returned.
    pub value: T,
    /// The call that carried it.
    pub receipt: Receipt,
}

/// A contract that was just made.
pub struct Created<B> {
    /// Its account.
    pub contract: AccountId,
    /// Hash of its code.
    pub code_hash: Hash,
    /// Its call builder.
    pub at: B,
    /// The call that made it.
    pub receipt: Receipt,
}

/// What a message would do if it were signed now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsed<T> {
    /// What it would return.
    pub value: T,
    /// What the contracts would consume.
    pub weight: Weight,
    /// Storage deposit that the signer would pay, in planks; negative where it would be refunded.
    pub storage_deposit: i128,
    /// Fee that the signer would pay, in planks.
    pub fee: Balance,
}

/// Typed calls on any [`Ledger`].
pub trait Typed: Ledger {
    /// Puts `wasm` on the chain and makes a contract with `constructor` and `value` planks.
    fn create<E, C, Args, R>(
        &mut self,
        signer: &Signer,
        wasm: &[u8],
        constructor: Constructor<E, C, Args, R>,
        value: Balance,
        salt: &[u8],
    ) -> Result<Created<BuilderOf<C>>, CallError<R::Error>>
    where
        E: Environment<AccountId = AccountId, Balance = Balance, Hash = Hash>,
        C: TraitCallBuilder + ContractEnv<Env = E> + FromAccountId<E>,
        BuilderOf<C>: FromAccountId<E>,
        Args: Encode,
        R: ConstructorReturnType<C>,
        R::Error: Debug,
    {
        let params = constructor.code_hash(Hash::default()).endowment(value).salt_bytes(salt).params();
        match self.deploy(signer, wasm, &params.exec_input().encode(), value, salt) {
            Ok(made) => Ok(Created {
                contract: made.contract,
                code_hash: made.code_hash,
                at: FromAccountId::from_account_id(made.contract),
                receipt: made.receipt,
            }),
            Err(ChainError::Reverted { output, fee }) if R::IS_RESULT => {
                match <Result<Result<(), R::Error>, LangError>>::decode_all(&mut output.as_slice()) {
                    Ok(Ok(Err(refusal))) => Err(CallError::Refused(refusal)),
                    _ => Err(ChainError::Reverted { output, fee }.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Signs and sends a message that can refuse; a refusal carries the contract's own error and costs the
    /// fee.
    fn send<M, T, E>(&mut self, signer: &Signer, message: M) -> Result<Called<T>, CallError<E>>
    where
        M: Message<Answer = Result<T, E>>,
        T: Decode,
        E: Decode + Debug,
    {
        let (contract, value, data) = message.parts();
        match self.call(signer, contract, value, &data) {
            Ok(receipt) => match answer::<M::Answer>(contract, &receipt.output)? {
                Ok(value) => Ok(Called { value, receipt }),
                Err(refusal) => Err(CallError::Refused(refusal)),
            },
            Err(ChainError::Reverted { output, .. }) => match answer::<M::Answer>(contract, &output)? {
                Ok(_) => Err(ChainError::UnreadableAnswer(contract).into()),
                Err(refusal) => Err(CallError::Refused(refusal)),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Signs and sends a message that cannot refuse.
    fn post<M: Message>(&mut self, signer: &Signer, message: M) -> Result<Called<M::Answer>, ChainError> {
        let (contract, value, data) = message.parts();
        let receipt = match self.call(signer, contract, value, &data) {
            Err(ChainError::Reverted { output, .. }) if is_unknown(&output) => {
                return Err(ChainError::UnknownMessage(contract));
            }
            done => done?,
        };
        Ok(Called { value: answer(contract, &receipt.output)?, receipt })
    }

    /// Tells what [`Typed::send`] would do, and changes nothing.
    fn rehearse<M, T, E>(&self, caller: AccountId, message: M) -> Result<Rehearsed<T>, CallError<E>>
    where
        M: Message<Answer = Result<T, E>>,
        T: Decode,
        E: Decode + Debug,
    {
        let (contract, value, data) = message.parts();
        let run = self.dry_run(caller, contract, value, &data)?;
        match answer::<M::Answer>(contract, &run.output)? {
            Ok(value) => Ok(Rehearsed {
                value,
                weight: run.weight,
                storage_deposit: run.storage_deposit,
                fee: run.fee,
            }),
            Err(refusal) => Err(CallError::Refused(refusal)),
        }
    }

    /// What a message answers to `caller`, without anything being signed or changed.
    fn ask<M: Message>(&self, caller: AccountId, message: M) -> Result<M::Answer, ChainError> {
        let (contract, value, data) = message.parts();
        answer(contract, &self.dry_run(caller, contract, value, &data)?.output)
    }
}

impl<L: Ledger + ?Sized> Typed for L {}

fn answer<R: Decode>(contract: AccountId, output: &[u8]) -> Result<R, ChainError> {
    if is_unknown(output) {
        return Err(ChainError::UnknownMessage(contract));
    }
    match <Result<R, LangError>>::decode_all(&mut &output[..]) {
        Ok(Ok(value)) => Ok(value),
        _ => Err(ChainError::UnreadableAnswer(contract)),
    }
}

/// Every ink! contract answers a message it does not know, or whose arguments it cannot read, in this way.
fn is_unknown(output: &[u8]) -> bool {
    <Result<(), LangError>>::Err(LangError::CouldNotReadInput).encode() == output
}
