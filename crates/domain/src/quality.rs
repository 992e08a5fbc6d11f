//! Quality of service as observers report it: uptime and latency of a data unit on a day.

use crate::score::{weighed, Evidence, Findings, FULL_WEIGHT};
use crate::time::{DAY_MS, HOUR_MS};
use crate::{Error, Result, SlaTerms};
use alloc::vec::Vec;
use ink::primitives::AccountId;

/// Most observers of the network, and most of a cluster, whose reports count for one data unit and day.
pub const MAX_REPORTS: usize = 8;

/// What an observer has seen of a data unit on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Report {
    pub observer: AccountId,
    /// Whether the observer holds the role in the whole network; else the cluster's manager has named it.
    pub network: bool,
    /// Share of the day at which the data could be read.
    pub uptime_bps: u16,
    /// Time to the first byte, the median of the day.
    pub latency_ms: u32,
}

crate::fixed::fixed!(Report { observer: AccountId, network: bool, uptime_bps: u16, latency_ms: u32 });

/// Sums over days: of each the medians of what observers reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Seen {
    /// Days with a report.
    pub days: u32,
    pub uptime_bps: u64,
    pub latency_ms: u64,
}

crate::fixed::fixed!(Seen { days: u32, uptime_bps: u64, latency_ms: u64 });

/// Reports of a data unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Quality {
    /// Day of the reports, counted from 1970.
    pub day: u32,
    /// Days before that one, and that one as its reports stand.
    pub seen: Seen,
    /// What of the day is recorded as short: for the data unit, and for its provider.
    pub short: u64,
    pub provider_short: u64,
    pub reports: Vec<Report>,
}

crate::fixed::fixed!(Quality { day: u32, seen: Seen, short: u64, provider_short: u64 } then { reports });

/// The day before an instant, counted from 1970: the one that reports are about.
#[allow(clippy::cast_possible_truncation)]
pub fn day_before(now: u64) -> u32 {
    (now / DAY_MS).saturating_sub(1) as u32
}

/// The middle one of the values; of two, the one that is better for the provider: `higher` or not.
///
/// Counts instead of sorting: for sixteen values a sorting algorithm is more code than all of this file.
fn median(values: &[u32], higher: bool) -> Option<u32> {
    let middle = if higher { values.len() / 2 } else { values.len().saturating_sub(1) / 2 };
    let below = |x: u32| values.iter().filter(|y| **y < x).count();
    values.iter().copied().filter(|x| below(*x) <= middle).max()
}

impl Quality {
    /// Medians of uptime and latency over the observers of the day, all of them or those of the network.
    fn medians(&self, network: bool) -> Option<(u32, u32)> {
        let (mut uptime, mut latency) = (Vec::new(), Vec::new());
        for x in self.reports.iter().filter(|x| x.network || !network) {
            uptime.push(u32::from(x.uptime_bps));
            latency.push(x.latency_ms);
        }
        Some((median(&uptime, true)?, median(&latency, false)?))
    }

    /// What the day's reports say against the promise.
    #[inline(never)]
    fn short(&self, promised: &SlaTerms, network: bool) -> u64 {
        let mut short = 0;
        if let Some((uptime, latency)) = self.medians(network) {
            let below = u64::from(promised.uptime_bps).saturating_sub(uptime.into());
            let slow = if latency > promised.latency_ms { HOUR_MS } else { 0 };
            let ms = (DAY_MS / 10_000).saturating_mul(below).saturating_add(slow);
            short = weighed(ms, DAY_MS, FULL_WEIGHT);
        }
        short
    }

    /// Adds or takes away the day's medians.
    fn count(&mut self, add: bool) {
        let Some((uptime, latency)) = self.medians(false) else { return };
        let Seen { days, uptime_bps, latency_ms } = &mut self.seen;
        if add {
            *days = days.saturating_add(1);
            *uptime_bps = uptime_bps.saturating_add(uptime.into());
            *latency_ms = latency_ms.saturating_add(latency.into());
        } else {
            *days = days.saturating_sub(1);
            *uptime_bps = uptime_bps.saturating_sub(uptime.into());
            *latency_ms = latency_ms.saturating_sub(latency.into());
        }
    }

    /// Takes an observer's report about the day before `now`; a second one replaces its first. Each changes the medians at
    /// once. Says what that means for the data unit, and for its provider, where observers of the network alone count.
    pub fn report(&mut self, report: Report, promised: &SlaTerms, now: u64) -> Result<(Findings, Findings)> {
        if report.uptime_bps > 10_000 {
            return Err(Error::ShareOutOfBounds);
        }
        let day = day_before(now);
        if day != self.day {
            self.day = day;
            self.reports = Vec::new();
            (self.short, self.provider_short) = (0, 0);
        }
        self.count(false);
        self.reports.retain(|x| x.observer != report.observer);
        if self.reports.iter().filter(|x| x.network == report.network).count() >= MAX_REPORTS {
            return Err(Error::TooLong);
        }
        self.reports.push(report);
        self.count(true);
        let findings = |recorded: &mut u64, short| {
            let undone = Evidence { short: core::mem::replace(recorded, short), ..Evidence::default() };
            Findings { seen: Evidence { short, ..Evidence::default() }, undone, undone_at: now }
        };
        let (all, network) = (self.short(promised, false), self.short(promised, true));
        Ok((findings(&mut self.short, all), findings(&mut self.provider_short, network)))
    }
}

impl Seen {
    /// Averages of uptime and latency over the days since `before`; none without a day.
    #[allow(clippy::cast_possible_truncation)]
    pub fn since(&self, before: &Seen) -> Option<(u16, u32)> {
        let days = u64::from(self.days.checked_sub(before.days)?);
        let uptime = self.uptime_bps.saturating_sub(before.uptime_bps).checked_div(days)?;
        let latency = self.latency_ms.saturating_sub(before.latency_ms).checked_div(days)?;
        // The day before may have been reported anew since.
        Some((uptime.min(10_000) as u16, latency as u32))
    }
}
