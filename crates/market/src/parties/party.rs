//! What every party is: a key, and the market it acts on.

use orchestrator::{
    domain::{Account, Balance, Error},
    OrchestratorRef,
};
use orchestrator_chain::{at, AccountId, BuilderOf, Ledger, Message, Signer, Typed};
use scale::Decode;

use crate::parties::PartyError;

/// An account of the market: the key that signs for it and the contract's address.
#[derive(Clone, Debug)]
pub struct Party {
    signer: Signer,
    contract: AccountId,
}

impl Party {
    /// Whoever holds `signer`, at the market under `contract`.
    pub fn new(signer: Signer, contract: AccountId) -> Self {
        Self { signer, contract }
    }

    /// Its account.
    pub fn account(&self) -> AccountId {
        self.signer.account()
    }

    /// The contract's address.
    pub fn contract(&self) -> AccountId {
        self.contract
    }

    /// The contract's messages.
    pub fn market(&self) -> BuilderOf<OrchestratorRef> {
        at::<OrchestratorRef>(self.contract)
    }

    /// Moves `amount` planks from the chain into what the account has available in the contract.
    pub fn deposit<L: Ledger + ?Sized>(&self, ledger: &mut L, amount: Balance) -> Result<(), PartyError> {
        self.send(ledger, "deposit", self.market().deposit().transferred_value(amount))
    }

    /// Moves `amount` planks of what it has available out to the chain.
    pub fn withdraw<L: Ledger + ?Sized>(&self, ledger: &mut L, amount: Balance) -> Result<(), PartyError> {
        self.send(ledger, "withdraw", self.market().withdraw(amount))
    }

    /// Withdraws everything available; says how many planks that were. Nothing available is no error.
    pub fn withdraw_all<L: Ledger + ?Sized>(&self, ledger: &mut L) -> Result<Balance, PartyError> {
        let available = self.money(ledger)?.available;
        if available > 0 {
            self.withdraw(ledger, available)?;
        }
        Ok(available)
    }

    /// Its money inside the contract.
    pub fn money<L: Ledger + ?Sized>(&self, ledger: &L) -> Result<Account, PartyError> {
        self.ask(ledger, "read the account", self.market().account(self.account()))
    }

    /// Signs and sends a message; `doing` is what an error says could not be done.
    pub fn send<L, M, T>(&self, ledger: &mut L, doing: &'static str, message: M) -> Result<T, PartyError>
    where
        L: Ledger + ?Sized,
        M: Message<Answer = Result<T, Error>>,
        T: Decode,
    {
        match ledger.send(&self.signer, message) {
            Ok(called) => Ok(called.value),
            Err(error) => Err(PartyError::call(doing, error)),
        }
    }

    /// Asks a message for its answer, without signing anything.
    pub fn ask<L, M>(&self, ledger: &L, doing: &'static str, message: M) -> Result<M::Answer, PartyError>
    where
        L: Ledger + ?Sized,
        M: Message,
    {
        ledger.ask(self.account(), message).map_err(PartyError::chain(doing))
    }

    /// [`Party::ask`] for a message that can refuse.
    pub fn inquire<L, M, T>(&self, ledger: &L, doing: &'static str, message: M) -> Result<T, PartyError>
    where
        L: Ledger + ?Sized,
        M: Message<Answer = Result<T, Error>>,
    {
        self.ask(ledger, doing, message)?.map_err(|refusal| PartyError::Refused { doing, refusal })
    }
}
