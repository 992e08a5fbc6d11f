//! What every party is: a key, and the market it acts on.

use orchestrator::{
    domain::{Account, Balance, Cluster, Error, List, Placement, Reservation},
    OrchestratorRef, Page,
};
use orchestrator_chain::{at, AccountId, BuilderOf, Ledger, Message, Signer, Typed};
use scale::Decode;

use crate::parties::PartyError;

/// Entries of a list that one question asks for.
const PAGE: u32 = 50;
/// Each placement takes about 3 ms and 120 KB of a block that has 1,500 ms and 3,750 KB.
const SETTLED_AT_ONCE: usize = 16;

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

    /// All entries of a list, page by page.
    pub fn list<L: Ledger + ?Sized>(&self, ledger: &L, list: &List) -> Result<Vec<u64>, PartyError> {
        let (mut ids, mut cursor) = (Vec::new(), 0);
        loop {
            let page = self.page(ledger, list, cursor)?;
            ids.extend(page.ids);
            if page.next == 0 {
                return Ok(ids);
            }
            cursor = page.next;
        }
    }

    /// One page of a list, from `cursor` on.
    pub fn page<L: Ledger + ?Sized>(&self, ledger: &L, list: &List, cursor: u32) -> Result<Page, PartyError> {
        self.ask(ledger, "read a list", self.market().list(list.clone(), cursor, PAGE))
    }

    /// A reservation.
    pub fn reservation<L: Ledger + ?Sized>(&self, ledger: &L, id: u64) -> Result<Reservation, PartyError> {
        let found = self.ask(ledger, "look up a reservation", self.market().reservation(id))?;
        found.ok_or(PartyError::Gone { what: "reservation", id })
    }

    /// A placement.
    pub fn placement<L: Ledger + ?Sized>(&self, ledger: &L, id: u64) -> Result<Placement, PartyError> {
        let found = self.ask(ledger, "look up a placement", self.market().placement(id))?;
        found.ok_or(PartyError::Gone { what: "placement", id })
    }

    /// A cluster.
    pub fn cluster<L: Ledger + ?Sized>(&self, ledger: &L, id: u64) -> Result<Cluster, PartyError> {
        let found = self.ask(ledger, "look up a cluster", self.market().cluster(id))?;
        found.ok_or(PartyError::Gone { what: "cluster", id })
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
