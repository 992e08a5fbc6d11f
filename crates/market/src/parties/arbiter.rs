//! Whoever decides disputes.

use orchestrator::{
    domain::{Placement, State},
    Action,
};
use orchestrator_chain::Ledger;

use crate::parties::{Party, PartyError};

/// An arbiter: the admin has given it that role.
#[derive(Clone, Debug)]
pub struct Arbiter {
    party: Party,
}

impl Arbiter {
    /// An arbiter with this account.
    pub fn new(party: Party) -> Self {
        Self { party }
    }

    /// Its account.
    pub fn party(&self) -> &Party {
        &self.party
    }

    /// Disputes that wait for a decision: the provider has answered, or had its time to, and nobody has decided.
    pub fn undecided<L: Ledger + ?Sized>(&self, ledger: &L) -> Result<Vec<(u64, Placement)>, PartyError> {
        let doing = "look for disputes";
        let clock = self.party.clock(ledger)?;
        let last = self.party.settings(ledger)?.last_ids.placement;
        let mut undecided = Vec::new();
        for id in 1..=last {
            let found = self.party.ask(ledger, doing, self.party.market().placement(id))?;
            let Some(placement) = found.filter(|p| p.state == State::Active && p.dispute.is_some()) else {
                continue;
            };
            let ahead = self.party.ahead(ledger, &clock, &placement)?;
            if ahead.iter().any(|x| x.action == Action::Decide && clock.now < x.at) {
                undecided.push((id, placement));
            }
        }
        Ok(undecided)
    }

    /// Decides a dispute, with the hash of the reasons: so much of what is unpaid goes back to the consumer, so much of the
    /// collateral into the repair pot, and the bond to the consumer if that is at least half, else to the provider.
    pub fn decide_dispute<L: Ledger + ?Sized>(
        &self,
        ledger: &mut L,
        placement: u64,
        to_consumer_bps: u16,
        opinion: [u8; 32],
    ) -> Result<(), PartyError> {
        let message = self.party.market().decide_dispute(placement, to_consumer_bps, opinion);
        self.party.send(ledger, "decide a dispute", message)
    }
}
