//! What an admin may set, within bounds compiled in.

use crate::time::{DAY_MS, HOUR_MS};
use crate::{Error, Result};

/// Fees and windows. Copied into a placement when it is proposed: a change reaches new placements only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Config {
    /// Share of what is earned that goes to the treasury. At most 1,000 (10 %).
    pub network_fee_bps: u16,
    /// Share of what is earned that goes to the referrer, where there is one. At most 500 (5 %).
    pub referral_bps: u16,
    /// Share of a slash that goes to whoever reported the miss. At most 1,000 (10 %).
    pub reporter_bps: u16,
    /// Time a provider has to accept a proposal. 1 minute to 30 days.
    pub accept_ms: u32,
    /// Time for the transfer of the data after the accept window. 1 minute to 30 days.
    pub activate_ms: u32,
    /// Monthly price from which on a placement counts in full for the score. 1 to 2^63.
    pub score_unit: u64,
}

crate::fixed::fixed!(Config {
    network_fee_bps: u16,
    referral_bps: u16,
    reporter_bps: u16,
    accept_ms: u32,
    activate_ms: u32,
    score_unit: u64,
});

impl Default for Config {
    /// 2 % fee, 0.5 % referral, 10 % for reporters, a day to accept, a week to transfer; 10^12 a month count in full.
    fn default() -> Self {
        Config {
            network_fee_bps: 200,
            referral_bps: 50,
            reporter_bps: 1_000,
            accept_ms: 24 * 3_600_000,
            activate_ms: 7 * 24 * 3_600_000,
            score_unit: 1_000_000_000_000,
        }
    }
}

impl Config {
    /// Refuses numbers outside the bounds named at the fields.
    pub fn check(&self) -> Result<()> {
        let window = |ms: u32| (HOUR_MS / 60..=DAY_MS * 30).contains(&u64::from(ms));
        let ok = self.network_fee_bps <= 1_000
            && self.referral_bps <= 500
            && self.reporter_bps <= 1_000
            && window(self.accept_ms)
            && window(self.activate_ms)
            && (1..=1 << 63).contains(&self.score_unit);
        if ok {
            Ok(())
        } else {
            Err(Error::ConfigOutOfBounds)
        }
    }
}
