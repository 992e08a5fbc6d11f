//! Time as the contract sees it: milliseconds since the Unix epoch, block numbers, pauses.

use crate::{Error, Result};

/// One hour.
pub const HOUR_MS: u64 = 3_600_000;
/// One day.
pub const DAY_MS: u64 = 24 * HOUR_MS;
/// The 30 days that every price is quoted for.
pub const MONTH_MS: u64 = 30 * DAY_MS;
/// Shortest term that a data unit may offer.
pub const MIN_TERM_MS: u64 = 1_000;
/// Longest term, and longest a placement may reach into the future: five years of 365 days.
pub const MAX_TERM_MS: u64 = 5 * 365 * DAY_MS;
/// How long a pause stretches deadlines at most. A pauser that disappears cannot stop the contract for longer.
pub const MAX_PAUSE_MS: u64 = 14 * DAY_MS;
/// How long the market is open between two pauses, at least.
pub const PAUSE_REST_MS: u64 = 7 * DAY_MS;
/// How long after a term's end it can still be renewed without a gap.
pub const RENEW_GRACE_MS: u64 = 3 * DAY_MS;
/// How long after its last term a reservation belongs to its consumer alone; later anyone may close it.
pub const CLOSE_GRACE_MS: u64 = 90 * DAY_MS;

/// Blocks that must pass within a window besides its milliseconds: one for every 15 seconds of it, at least three. A chain that
/// stood still and wakes up with a jump of its clock has not given anybody the time to answer.
pub fn min_blocks(window_ms: u32) -> u32 {
    (window_ms / 15_000).max(3)
}

/// Every pause so far, in the few numbers that the rules need.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Pauses {
    /// Whether a pause was begun and not ended. It stops counting after [`MAX_PAUSE_MS`] by itself.
    pub paused: bool,
    /// When the latest pause began.
    pub began_at: u64,
    /// How many pauses there have been.
    pub count: u32,
    /// Length of all ended pauses together.
    pub ended_ms: u64,
    /// First instant at which the next pause may begin.
    pub next_at: u64,
}

crate::fixed::fixed!(Pauses { paused: bool, began_at: u64, count: u32, ended_ms: u64, next_at: u64 });

/// The moment of a call.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Block time in milliseconds since the Unix epoch.
    pub now: u64,
    /// Block number.
    pub block: u32,
    pub pauses: Pauses,
}

impl Clock {
    /// Length of the pause that is going on, zero without one.
    fn pausing_ms(&self) -> u64 {
        if self.pauses.paused {
            self.now.saturating_sub(self.pauses.began_at).min(MAX_PAUSE_MS)
        } else {
            0
        }
    }

    /// Whether new business is refused now.
    pub fn is_paused(&self) -> bool {
        self.pauses.paused && self.now.saturating_sub(self.pauses.began_at) < MAX_PAUSE_MS
    }

    /// Refuses new business while paused.
    pub fn ensure_open(&self) -> Result<()> {
        if self.is_paused() {
            return Err(Error::Paused);
        }
        Ok(())
    }

    /// Milliseconds that were not paused: the clock that deadlines run on, so that a pause stretches them.
    pub fn working_ms(&self) -> u64 {
        self.now.saturating_sub(self.pauses.ended_ms).saturating_sub(self.pausing_ms())
    }

    /// The instant at which the working clock will show `at`, if no further pause comes.
    pub fn instant_of(&self, at: u64) -> u64 {
        at.saturating_add(self.pauses.ended_ms).saturating_add(self.pausing_ms())
    }
}

impl Pauses {
    /// Begins a pause. Refuses until the market was open for as long as the pause before lasted, at least a week, so that it
    /// is open half of the time, and one daily round in seven is cut at most, whatever a pauser does.
    pub fn begin(&mut self, now: u64) -> Result<()> {
        if self.paused {
            return Err(Error::Paused);
        }
        if now < self.next_at {
            return Err(Error::TooEarly);
        }
        self.paused = true;
        self.began_at = now;
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    /// Ends the pause, counting no more than [`MAX_PAUSE_MS`] of it.
    pub fn end(&mut self, now: u64) -> Result<()> {
        if !self.paused {
            return Err(Error::NotPaused);
        }
        self.paused = false;
        let length = now.saturating_sub(self.began_at).min(MAX_PAUSE_MS);
        self.ended_ms = self.ended_ms.saturating_add(length);
        let ended_at = self.began_at.saturating_add(length);
        self.next_at = ended_at.saturating_add(length.max(PAUSE_REST_MS));
        Ok(())
    }
}
