//! Whoever measures how data units serve, and tells the contract.

use orchestrator::{
    domain::{day_before, DAY_MS},
    Observation,
};
use orchestrator_chain::Ledger;

use crate::parties::{Party, PartyError};

/// A report takes about 0.4 ms and 40 KB of a block that has 1,500 ms and 3,750 KB.
const REPORTED_AT_ONCE: usize = 32;

/// An observer: of the network, if the admin has given it that role, or of the clusters whose managers name it.
#[derive(Clone, Debug)]
pub struct Observer {
    party: Party,
}

impl Observer {
    /// An observer with this account.
    pub fn new(party: Party) -> Self {
        Self { party }
    }

    /// Its account.
    pub fn party(&self) -> &Party {
        &self.party
    }

    /// The day that can be reported now, counted from 1970: the one before the chain's.
    pub fn day<L: Ledger + ?Sized>(&self, ledger: &L) -> Result<u32, PartyError> {
        Ok(day_before(ledger.now_ms().map_err(PartyError::chain("read the time"))?))
    }

    /// Reports what it has seen on the day before, in as few calls as a block has room for; says of which data units. A day
    /// on which maintenance of a data unit was announced is not told: out of reach is what it was announced to be.
    pub fn report_quality<L: Ledger + ?Sized>(
        &self,
        ledger: &mut L,
        seen: &[Observation],
    ) -> Result<Vec<u64>, PartyError> {
        let day = self.day(ledger)?;
        let mut told = Vec::new();
        for one in seen {
            if !self.rested(ledger, one.unit, day)? {
                told.push(*one);
            }
        }
        for batch in told.chunks(REPORTED_AT_ONCE) {
            let message = self.party.market().report_quality(day, batch.to_vec());
            self.party.send(ledger, "report the quality of service", message)?;
        }
        Ok(told.iter().map(|x| x.unit).collect())
    }

    /// Whether maintenance of a data unit fell on a day.
    fn rested<L: Ledger + ?Sized>(&self, ledger: &L, unit: u64, day: u32) -> Result<bool, PartyError> {
        let from = u64::from(day).saturating_mul(DAY_MS);
        let maintenance = self.party.service(ledger, unit)?.maintenance;
        let until = maintenance.ms_until(from.saturating_add(DAY_MS));
        Ok(until > maintenance.ms_until(from))
    }
}
