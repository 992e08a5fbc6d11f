//! What a consumer says of a placement: its rating, and where it does not agree, a dispute.

use orchestrator::domain::{bps_up, Balance, BOND_BPS};
use orchestrator_chain::Ledger;

use crate::parties::{Consumer, PartyError};

impl Consumer {
    /// Rates a placement that it has paid for with 1 to 5 stars. While the placement lives it can be changed.
    pub fn rate<L>(&self, ledger: &mut L, placement: u64, stars: u8) -> Result<(), PartyError>
    where
        L: Ledger + ?Sized,
    {
        self.party().send(ledger, "rate a placement", self.party().market().rate(placement, stars))
    }

    /// What a dispute over a placement would lock now: a tenth of what it would freeze.
    pub fn bond<L: Ledger + ?Sized>(&self, ledger: &L, placement: u64) -> Result<Balance, PartyError> {
        let report = self.party().sla(ledger, placement)?;
        let frozen = report.unpaid.saturating_add(report.collateral);
        let doing = "compute a bond";
        bps_up(frozen, BOND_BPS).map_err(|refusal| PartyError::Refused { doing, refusal })
    }

    /// Opens a dispute over what happened to an active placement at `fact_at`, with the hash of the evidence and a bond of at
    /// most `max_bond`: see [`Consumer::bond`]. What is unpaid and the collateral wait for its end.
    pub fn open_dispute<L>(
        &self,
        ledger: &mut L,
        placement: u64,
        fact_at: u64,
        evidence: [u8; 32],
        max_bond: Balance,
    ) -> Result<(), PartyError>
    where
        L: Ledger + ?Sized,
    {
        let message = self.party().market().open_dispute(placement, fact_at, evidence, max_bond);
        self.party().send(ledger, "open a dispute", message)
    }
}
