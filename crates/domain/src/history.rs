//! Standings from the history of events alone: what anybody computes who does not want to take the contract's word.

use crate::score::{Findings, Standing};
use crate::Subject;
use alloc::collections::BTreeMap;
use ink::primitives::AccountId;

/// What one event says that was found for the score, with the time of its block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scoring {
    pub at: u64,
    pub provider: Option<AccountId>,
    pub unit: Option<u64>,
    pub found: Findings,
}

/// Standings of all providers and data units that events speak of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    pub providers: BTreeMap<AccountId, Standing>,
    pub units: BTreeMap<u64, Standing>,
}

impl History {
    /// Takes the next event, in the order of the chain.
    pub fn record(&mut self, scoring: &Scoring) {
        if let Some(provider) = scoring.provider {
            self.providers.entry(provider).or_default().record(&scoring.found, scoring.at);
        }
        if let Some(unit) = scoring.unit {
            self.units.entry(unit).or_default().record(&scoring.found, scoring.at);
        }
    }

    /// Score of a provider, or of a data unit of `provider`, at the instant `now`.
    pub fn score(&self, subject: Subject, provider: AccountId, now: u64) -> u16 {
        let known = |x: Option<&Standing>| x.cloned().unwrap_or_default().evidence(now);
        let all = known(self.providers.get(&provider));
        match subject {
            Subject::Provider(_) => all.score(crate::NEUTRAL),
            Subject::Unit(id) => {
                let own = known(self.units.get(&id));
                own.score(all.without(&own).score(crate::NEUTRAL))
            }
        }
    }
}
