//! All that was found so far, and the scores that follow from it.

use ink::primitives::AccountId;
use orchestrator_domain::{Error, Evidence, Findings, History, Result, Scoring, Subject, DAY_MS, MONTH_MS};

use crate::deal::{Deal, Order};

/// A beginning of 30 days since 1970: evidence halves at this instant and every 30 days after it.
pub const EPOCH: u64 = 660 * MONTH_MS;

/// The history of findings, as events tell it.
#[derive(Default)]
pub struct Book {
    pub history: History,
    last_id: u64,
    last_at: u64,
}

impl Book {
    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Writes down what a deal has found.
    pub fn note(&mut self, deal: &mut Deal, at: u64) -> Result<()> {
        let found = deal.take_found();
        self.record(Some(deal.p.provider), Some(deal.p.unit), found, at)
    }

    /// Refuses what is told out of order: no chain tells it so.
    pub fn record(
        &mut self,
        provider: Option<AccountId>,
        unit: Option<u64>,
        found: Findings,
        at: u64,
    ) -> Result<()> {
        if at < self.last_at {
            return Err(Error::TooEarly);
        }
        if !found.is_empty() {
            self.last_at = at;
            self.history.record(&Scoring { at, provider, unit, found });
        }
        Ok(())
    }

    pub fn provider(&self, provider: AccountId, now: u64) -> u16 {
        self.history.score(Subject::Provider(provider), provider, now)
    }

    pub fn unit(&self, unit: u64, provider: AccountId, now: u64) -> u16 {
        self.history.score(Subject::Unit(unit), provider, now)
    }

    /// What counts of a provider.
    pub fn evidence(&self, provider: AccountId, now: u64) -> Evidence {
        self.history.providers.get(&provider).map(|x| x.evidence(now)).unwrap_or_default()
    }

    /// A deal kept by the book from now on.
    pub fn begin(&mut self, order: &Order, now: u64) -> Result<Deal> {
        let id = self.next_id();
        Deal::active(id, order, now)
    }

    /// So many deals of the same kind.
    pub fn begin_all(&mut self, order: &Order, deals: u64, now: u64) -> Result<Vec<Deal>> {
        (0..deals).map(|_| self.begin(order, now)).collect()
    }

    /// Brings a deal up to `now`.
    pub fn settle(&mut self, deal: &mut Deal, now: u64) -> Result<()> {
        deal.settle(now)?;
        self.note(deal, now)
    }

    /// Proves each round of each deal from `now` on for so many days, and settles at the end of each day. Says when it was
    /// done.
    pub fn keep(&mut self, deals: &mut [Deal], days: u64, now: u64) -> Result<u64> {
        for day in 0..days {
            let at = now + day * DAY_MS;
            for deal in deals.iter_mut() {
                deal.open_round([1; 32], at)?;
                deal.prove(at)?;
                self.settle(deal, at + DAY_MS)?;
            }
        }
        Ok(now + days * DAY_MS)
    }

    /// The consumers of all deals rate them.
    pub fn rate(&mut self, deals: &mut [Deal], stars: u8, now: u64) -> Result<()> {
        for deal in deals {
            deal.rate(stars, now)?;
            self.note(deal, now)?;
        }
        Ok(())
    }

    /// The consumers of all deals change their capacity.
    pub fn resize(&mut self, deals: &mut [Deal], capacity: u64, now: u64) -> Result<()> {
        for deal in deals {
            deal.resize(capacity, now)?;
            self.note(deal, now)?;
        }
        Ok(())
    }
}
