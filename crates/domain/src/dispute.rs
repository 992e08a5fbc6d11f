//! Disputes over a placement: what is unpaid and the collateral wait until an arbiter has divided them, or time is up.

use crate::time::{Clock, DAY_MS};
use crate::{bps_down, bps_up};
use crate::{Balance, Error, Placement, Result, Round, State};

/// How long after the fact a dispute can be opened.
pub const DISPUTE_FACT_MS: u64 = 14 * DAY_MS;
/// How long the provider has to answer, on the clock that pauses stop.
pub const ANSWER_MS: u64 = 3 * DAY_MS;
/// How long an arbiter has to decide from the opening on, on the clock that pauses stop.
pub const DECIDE_MS: u64 = 10 * DAY_MS;
/// How long after the opening of one the next dispute over the same placement can be opened.
pub const DISPUTE_REST_MS: u64 = 30 * DAY_MS;
/// Bond as a share of what is frozen.
pub const BOND_BPS: u32 = 1_000;

/// An open dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Dispute {
    /// When what it is about happened.
    pub fact_at: u64,
    /// Hash of the consumer's evidence.
    pub evidence: [u8; 32],
    /// Hash of the provider's answer, zero without one.
    pub answer: [u8; 32],
    /// Locked from the consumer.
    pub bond: Balance,
    /// Deadline of the answer, on the clock that pauses stop. Before it an arbiter decides only if there is one.
    pub answer_by: u64,
    /// Deadline of the decision, on the clock that pauses stop. From then on everything is as if undisputed.
    pub decide_by: u64,
}

crate::fixed::fixed!(Dispute {
    fact_at: u64,
    evidence: [u8; 32],
    answer: [u8; 32],
    bond: Balance,
    answer_by: u64,
    decide_by: u64,
});

impl Placement {
    /// The consumer's bond while a dispute is open.
    pub fn bond(&self) -> Balance {
        self.dispute.as_ref().map_or(0, |x| x.bond)
    }

    /// Refuses what would move frozen money.
    pub fn ensure_undisputed(&self) -> Result<()> {
        if self.dispute.is_some() {
            return Err(Error::Disputed);
        }
        Ok(())
    }

    /// Earned and not paid.
    pub fn unpaid(&self, now: u64, round: &Round) -> Result<Balance> {
        Ok(self.earned_down(now, round)?.saturating_sub(self.settled))
    }

    /// Opens a dispute about what happened at `fact_at`; says the bond, a tenth of what freezes. Refuses what is not
    /// active, what lies too far back or ahead, a second dispute within 30 days, and where there is nothing to freeze.
    pub fn dispute(
        &mut self,
        fact_at: u64,
        evidence: [u8; 32],
        clock: &Clock,
        round: &Round,
    ) -> Result<Balance> {
        self.ensure(State::Active)?;
        self.ensure_undisputed()?;
        if clock.now < self.disputable_at {
            return Err(Error::TooEarly);
        }
        let oldest = clock.now.saturating_sub(DISPUTE_FACT_MS).max(self.started_at);
        if !(oldest..=clock.now.min(self.ends_at)).contains(&fact_at) {
            return Err(Error::TooLate);
        }
        let frozen = self.unpaid(clock.now, round)?.saturating_add(self.collateral);
        let bond = bps_up(frozen, BOND_BPS)?;
        if bond == 0 {
            return Err(Error::ZeroAmount);
        }
        let working = clock.working_ms();
        self.disputable_at = clock.now.saturating_add(DISPUTE_REST_MS);
        self.dispute = Some(Dispute {
            fact_at,
            evidence,
            answer: [0; 32],
            bond,
            answer_by: working.saturating_add(ANSWER_MS),
            decide_by: working.saturating_add(DECIDE_MS),
        });
        Ok(bond)
    }

    /// Takes the provider's answer, within its time.
    pub fn answer(&mut self, answer: [u8; 32], clock: &Clock) -> Result<()> {
        let dispute = self.dispute.as_mut().ok_or(Error::NotDisputed)?;
        if clock.working_ms() >= dispute.answer_by {
            return Err(Error::TooLate);
        }
        dispute.answer = answer;
        Ok(())
    }

    /// Whether the open dispute's time is up.
    pub fn dispute_is_over(&self, clock: &Clock) -> bool {
        self.dispute.as_ref().is_some_and(|x| clock.working_ms() >= x.decide_by)
    }

    /// Divides what is frozen: `bps` of what is unpaid goes back to the consumer, and as much of the collateral is cut.
    /// Says both, rounded down. Refuses before the provider has answered or its time to is up.
    pub fn divide_down(&mut self, bps: u16, clock: &Clock, round: &Round) -> Result<(Balance, Balance)> {
        let dispute = self.dispute.as_ref().ok_or(Error::NotDisputed)?;
        if dispute.answer == [0; 32] && clock.working_ms() < dispute.answer_by {
            return Err(Error::TooEarly);
        }
        if bps > 10_000 {
            return Err(Error::ShareOutOfBounds);
        }
        let back = bps_down(self.unpaid(clock.now, round)?, bps.into())?;
        let cut = bps_down(self.collateral, bps.into())?;
        self.escrow = self.escrow.checked_sub(back).ok_or(Error::Overflow)?;
        self.settled = self.settled.checked_add(back).ok_or(Error::Overflow)?;
        self.refunded = self.refunded.checked_add(back).ok_or(Error::Overflow)?;
        self.collateral = self.collateral.saturating_sub(cut);
        self.dispute = None;
        Ok((back, cut))
    }
}
