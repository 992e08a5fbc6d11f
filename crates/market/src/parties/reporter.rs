//! Whoever watches that misses are accounted for, and earns a share of the slash.

use orchestrator::domain::{Error, State};
use orchestrator_chain::{CallError, Ledger, Typed};

use crate::parties::{Party, PartyError};

/// A reporter needs nothing but the chain: it reports every miss that nobody has had accounted for yet.
#[derive(Clone, Debug)]
pub struct Reporter {
    party: Party,
}

impl Reporter {
    /// A reporter with this account.
    pub fn new(party: Party) -> Self {
        Self { party }
    }

    /// Its account.
    pub fn party(&self) -> &Party {
        &self.party
    }

    /// Looks through the active placements and reports those with a missed round; says which. A dry run tells first
    /// whether there is something to report, so that no fee is paid for nothing.
    pub fn report<L: Ledger + ?Sized>(&self, ledger: &mut L) -> Result<Vec<u64>, PartyError> {
        let last = self.party.settings(ledger)?.last_ids.placement;
        let mut reported = Vec::new();
        for id in 1..=last {
            if self.has_missed(ledger, id)? {
                self.party.send(ledger, "report a miss", self.party.market().report_miss(id))?;
                reported.push(id);
            }
        }
        Ok(reported)
    }

    fn has_missed<L: Ledger + ?Sized>(&self, ledger: &L, id: u64) -> Result<bool, PartyError> {
        let doing = "look for misses";
        let placement = self.party.ask(ledger, doing, self.party.market().placement(id))?;
        if placement.is_none_or(|p| p.state != State::Active) {
            return Ok(false);
        }
        match ledger.rehearse(self.party.account(), self.party.market().report_miss(id)) {
            Ok(_) => Ok(true),
            Err(CallError::Refused(Error::NothingMissed)) => Ok(false),
            Err(error) => Err(PartyError::call(doing, error)),
        }
    }
}
