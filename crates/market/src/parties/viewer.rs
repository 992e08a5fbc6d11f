//! What an account sees of the market, which takes no key.

use orchestrator::{
    domain::{Account, Cluster, Error, List, Placement, Reservation, Subject},
    OrchestratorRef, Page, Score, Service, Settings, SlaReport,
};
use orchestrator_chain::{at, AccountId, BuilderOf, Ledger, Message, Typed};

use crate::parties::PartyError;

/// Entries of a list that one question asks for.
const PAGE: u32 = 50;

/// An account at the market under an address: it asks and signs nothing.
#[derive(Clone, Debug)]
pub struct Viewer {
    account: AccountId,
    contract: AccountId,
}

impl Viewer {
    /// What `account` sees of the market under `contract`.
    pub fn new(account: AccountId, contract: AccountId) -> Self {
        Self { account, contract }
    }

    /// Its account.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The contract's address.
    pub fn contract(&self) -> AccountId {
        self.contract
    }

    /// The contract's messages.
    pub fn market(&self) -> BuilderOf<OrchestratorRef> {
        at::<OrchestratorRef>(self.contract)
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

    /// Who governs, how, and the highest ids given out.
    pub fn settings<L: Ledger + ?Sized>(&self, ledger: &L) -> Result<Settings, PartyError> {
        self.ask(ledger, "read the settings", self.market().settings())
    }

    /// Maintenance of a data unit, and what observers have reported of it.
    pub fn service<L: Ledger + ?Sized>(&self, ledger: &L, unit: u64) -> Result<Service, PartyError> {
        self.ask(ledger, "look up a data unit's service", self.market().service(unit))
    }

    /// Score of a provider or a data unit, and what it rests on.
    pub fn score<L: Ledger + ?Sized>(&self, ledger: &L, of: Subject) -> Result<Score, PartyError> {
        self.inquire(ledger, "read a score", self.market().score(of))
    }

    /// What was promised of a placement, and what became of it up to now.
    pub fn sla<L: Ledger + ?Sized>(&self, ledger: &L, placement: u64) -> Result<SlaReport, PartyError> {
        self.inquire(ledger, "read an SLA report", self.market().sla(placement))
    }

    /// Asks a message for its answer, without signing anything.
    pub fn ask<L, M>(&self, ledger: &L, doing: &'static str, message: M) -> Result<M::Answer, PartyError>
    where
        L: Ledger + ?Sized,
        M: Message,
    {
        ledger.ask(self.account(), message).map_err(PartyError::chain(doing))
    }

    /// [`Viewer::ask`] for a message that can refuse.
    pub fn inquire<L, M, T>(&self, ledger: &L, doing: &'static str, message: M) -> Result<T, PartyError>
    where
        L: Ledger + ?Sized,
        M: Message<Answer = Result<T, Error>>,
    {
        self.ask(ledger, doing, message)?.map_err(|refusal| PartyError::Refused { doing, refusal })
    }
}
