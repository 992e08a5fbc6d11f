//! The numbers both sides agree on, and the one place that bounds them.

use crate::time::DAY_MS;
use crate::{Error, Result};

/// SLA terms of a data unit. Copied into a placement when it is proposed, and immutable there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct SlaTerms {
    /// Shortest interval between two rounds that the provider accepts. 1 s to 30 days.
    pub interval_ms: u32,
    /// Shortest window to answer a round that the provider accepts. 1 s up to the interval.
    pub window_ms: u32,
    /// Chunks asked for in a round. 1 to 7: the proofs of seven chunks of the largest replica still fit into one call.
    pub samples: u8,
    /// Share of the initial collateral that a miss costs. At most 10,000.
    pub slash_bps: u16,
    /// Misses in a row after which the placement has failed. 1 to 100.
    pub max_misses: u8,
    /// Collateral as a share of the term's price. At most 100,000, ten times the price.
    pub collateral_bps: u32,
    /// Promised share of time at which the data can be read. At most 10,000.
    pub uptime_bps: u16,
    /// Promised time to the first byte.
    pub latency_ms: u32,
    /// Time that is still paid when the consumer ends early. At most 30 days.
    pub notice_ms: u32,
    /// Share of the collateral that leaving early costs the provider. At most 10,000.
    pub exit_bps: u16,
    /// Maintenance that the provider may announce in 30 days. At most 3 days.
    pub maintenance_ms: u32,
}

crate::fixed::fixed!(SlaTerms {
    interval_ms: u32,
    window_ms: u32,
    samples: u8,
    slash_bps: u16,
    max_misses: u8,
    collateral_bps: u32,
    uptime_bps: u16,
    latency_ms: u32,
    notice_ms: u32,
    exit_bps: u16,
    maintenance_ms: u32,
});

const MONTH: u32 = 30 * 24 * 3_600_000;

impl SlaTerms {
    /// Refuses terms that promise less than `before`: less uptime, more latency, more maintenance. What these say is
    /// judged for all placements of a data unit together.
    pub fn ensure_keep(&self, before: &SlaTerms) -> Result<()> {
        let kept = self.uptime_bps >= before.uptime_bps
            && self.latency_ms <= before.latency_ms
            && self.maintenance_ms <= before.maintenance_ms;
        if kept {
            Ok(())
        } else {
            Err(Error::PromiseWeakened)
        }
    }

    /// Refuses numbers outside the bounds named at the fields.
    pub fn check(&self) -> Result<()> {
        let ok = (1_000..=MONTH).contains(&self.interval_ms)
            && (1_000..=self.interval_ms).contains(&self.window_ms)
            && (1..=7).contains(&self.samples)
            && self.slash_bps <= 10_000
            && (1..=100).contains(&self.max_misses)
            && self.collateral_bps <= 100_000
            && self.uptime_bps <= 10_000
            && self.notice_ms <= MONTH
            && self.exit_bps <= 10_000
            && u64::from(self.maintenance_ms) <= DAY_MS.saturating_mul(3);
        if ok {
            Ok(())
        } else {
            Err(Error::TermsOutOfBounds)
        }
    }
}
