//! What every party is: a key, and the market it acts on.

use std::ops::Deref;

use orchestrator::domain::{Balance, Error};
use orchestrator_chain::{AccountId, Ledger, Message, Signer, Typed};
use scale::Decode;

use crate::parties::{PartyError, Viewer};

/// Each placement takes about 3 ms and 120 KB of a block that has 1,500 ms and 3,750 KB.
const SETTLED_AT_ONCE: usize = 16;

/// An account of the market: the key that signs for it and the contract's address.
///
/// What can be asked without the key is its [`Viewer`]'s.
#[derive(Clone, Debug)]
pub struct Party {
    signer: Signer,
    viewer: Viewer,
}

impl Deref for Party {
    type Target = Viewer;

    fn deref(&self) -> &Viewer {
        &self.viewer
    }
}

impl Party {
    /// Whoever holds `signer`, at the market under `contract`.
    pub fn new(signer: Signer, contract: AccountId) -> Self {
        let viewer = Viewer::new(signer.account(), contract);
        Self { signer, viewer }
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

    /// Settles placements, in as few calls as a block has room for.
    pub fn settle<L: Ledger + ?Sized>(&self, ledger: &mut L, placements: &[u64]) -> Result<(), PartyError> {
        for batch in placements.chunks(SETTLED_AT_ONCE) {
            self.send(ledger, "settle", self.market().settle_many(batch.to_vec()))?;
        }
        Ok(())
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
}
