//! Maintenance of data units: announced ahead, unpaid, and without slash.
//!
//! For a placement the announced windows are a clock that stands still: its served time, and the interval that a missed
//! round costs, are measured on that clock. So no millisecond is left unpaid twice, and settling in steps pays what
//! settling once pays.

use crate::time::{DAY_MS, MONTH_MS};
use crate::{Error, Result};
use alloc::vec::Vec;

/// How long ahead maintenance is announced, at least, and how long at most.
pub const MAINTENANCE_NOTICE_MS: u64 = DAY_MS;
/// Most windows that a data unit remembers. None is forgotten within 30 days after its end.
pub const MAX_WINDOWS: usize = 4;

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Window {
    pub from: u64,
    /// First instant after it.
    pub until: u64,
}

crate::fixed::fixed!(Window { from: u64, until: u64 });

/// Maintenance of a data unit, past and announced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Maintenance {
    /// Length of all windows before those listed.
    pub before_ms: u64,
    /// The latest windows, at most four, in their order.
    pub windows: Vec<Window>,
}

crate::fixed::fixed!(Maintenance { before_ms: u64 } then { windows });

impl Maintenance {
    /// Milliseconds of maintenance before `at`. Exact for every instant since the end of the last window that is not
    /// listed any more.
    pub fn ms_until(&self, at: u64) -> u64 {
        self.windows
            .iter()
            .fold(self.before_ms, |sum, x| sum.saturating_add(at.min(x.until).saturating_sub(x.from)))
    }

    /// The instant on the clock that maintenance stops.
    pub(crate) fn clock(&self, at: u64) -> u64 {
        at.saturating_sub(self.ms_until(at))
    }

    /// Whether an instant lies in a window.
    pub fn contains(&self, at: u64) -> bool {
        self.windows.iter().any(|x| x.from <= at && at < x.until)
    }

    /// The window that is going on or comes next.
    pub fn next(&self, now: u64) -> Option<Window> {
        self.windows.iter().find(|x| now < x.until).copied()
    }

    /// Most of the rounds between two others that can have been opened within windows. There are `rounds` of them, and
    /// `interval` from one to the next at least: the more they fill the time between, the better is known when each was.
    pub(crate) fn rounds_between(&self, after: u64, before: u64, interval: u64, rounds: u32) -> u32 {
        let rounds = u64::from(rounds);
        let least = interval.saturating_mul(rounds.saturating_add(1));
        let slack = before.saturating_sub(after).saturating_sub(least);
        let intervals = |ms: u64| ms.checked_div(interval).unwrap_or(0);
        let mut within = 0u64;
        for x in &self.windows {
            // The round of number `i` was opened `i` intervals after `after`, or up to `slack` later.
            let last = intervals(x.until.min(before).saturating_sub(1).saturating_sub(after)).min(rounds);
            let earliest = x.from.saturating_sub(slack).saturating_sub(after);
            let first = intervals(earliest.saturating_add(interval).saturating_sub(1)).max(1);
            let long = intervals(x.until.saturating_sub(x.from).saturating_sub(1)).saturating_add(1);
            within = within.saturating_add(last.saturating_add(1).saturating_sub(first).min(long));
        }
        u32::try_from(within).unwrap_or(u32::MAX)
    }

    /// How many rounds, `interval` apart and the last of them at `at`, lie in windows before one that does not.
    pub(crate) fn rounds_back(&self, mut at: u64, interval: u64) -> u32 {
        let mut rounds = 0u64;
        for x in self.windows.iter().rev() {
            if x.from <= at && at < x.until {
                let within = at.saturating_sub(x.from).checked_div(interval).unwrap_or(0).saturating_add(1);
                at = at.saturating_sub(interval.saturating_mul(within));
                rounds = rounds.saturating_add(within);
            }
        }
        u32::try_from(rounds).unwrap_or(u32::MAX)
    }

    /// Announces a window, after all others, a day to 31 days ahead. No 30 days hold more than `quota_ms` of maintenance.
    pub fn announce(&mut self, window: Window, quota_ms: u32, now: u64) -> Result<()> {
        let earliest = now.saturating_add(MAINTENANCE_NOTICE_MS);
        if window.from < earliest {
            return Err(Error::TooLate);
        }
        let follows = self.windows.last().is_none_or(|x| x.until <= window.from);
        let month_ago = window.until.saturating_sub(MONTH_MS);
        let mut sum = window.until.saturating_sub(window.from);
        if !follows || sum == 0 || window.from > earliest.saturating_add(MONTH_MS) {
            return Err(Error::MaintenanceOutOfBounds);
        }
        for x in &self.windows {
            sum = sum.saturating_add(x.until.saturating_sub(x.from.max(month_ago)));
        }
        if sum > quota_ms.into() {
            return Err(Error::MaintenanceOutOfBounds);
        }
        if self.windows.len() >= MAX_WINDOWS {
            let first = self.windows.remove(0);
            if first.until.saturating_add(MONTH_MS) > now {
                return Err(Error::TooLong);
            }
            self.before_ms = self.before_ms.saturating_add(first.until.saturating_sub(first.from));
        }
        self.windows.push(window);
        Ok(())
    }

    /// Takes back the last window if it has not begun, or ends it now. Says what is left of it.
    pub fn end(&mut self, now: u64) -> Result<Window> {
        let last = self.windows.last_mut().filter(|x| now < x.until).ok_or(Error::NothingAnnounced)?;
        last.until = now.max(last.from);
        let left = *last;
        if left.from == left.until {
            self.windows.pop();
        }
        Ok(left)
    }
}
