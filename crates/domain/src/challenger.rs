//! Challengers and their rounds.

use crate::time::{min_blocks, Clock};
use crate::{Error, Maintenance, Result};

const MAX_INTERVAL_MS: u32 = 30 * 24 * 3_600_000;

/// Account that opens rounds for the placements that named it, and its latest round.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Challenger {
    /// Least time between two rounds. Never gets shorter.
    pub interval_ms: u32,
    /// Time to answer a round. Never gets shorter, never above the interval.
    pub window_ms: u32,
    /// Number of the latest round, zero before the first.
    pub round: u32,
    /// Seed of the latest round.
    pub seed: [u8; 32],
    /// When the latest round was opened.
    pub opened_at: u64,
    /// In which block the latest round was opened.
    pub opened_block: u32,
    /// Time to answer the latest round.
    pub open_window_ms: u32,
    /// Pauses of the contract before the latest round was opened.
    pub pauses: u32,
    /// Rounds before the latest whose window was cut by a pause; they count for nobody.
    pub cuts: u32,
}

crate::fixed::fixed!(Challenger {
    interval_ms: u32,
    window_ms: u32,
    round: u32,
    seed: [u8; 32],
    opened_at: u64,
    opened_block: u32,
    open_window_ms: u32,
    pauses: u32,
    cuts: u32,
});

/// The latest round as it stands at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    pub number: u32,
    pub opened_at: u64,
    /// The window is over, in time and in blocks.
    pub closed: bool,
    /// A pause began inside the window.
    pub cut: bool,
    /// Rounds before this one that were cut.
    pub cuts: u32,
    /// Maintenance of the data unit that it is looked at for: a round opened within it asks nothing. None of it known
    /// where it does not matter.
    pub maintenance: Maintenance,
}

impl Challenger {
    /// A challenger before its first round. Interval 1 s to 30 days, window 1 s up to the interval.
    pub fn new(interval_ms: u32, window_ms: u32) -> Result<Self> {
        if !(1_000..=MAX_INTERVAL_MS).contains(&interval_ms) || !(1_000..=interval_ms).contains(&window_ms) {
            return Err(Error::IntervalOutOfBounds);
        }
        Ok(Challenger {
            interval_ms,
            window_ms,
            round: 0,
            seed: [0; 32],
            opened_at: 0,
            opened_block: 0,
            open_window_ms: window_ms,
            pauses: 0,
            cuts: 0,
        })
    }

    /// Slows the challenger down: placements rely on what it was when they named it, so it never gets faster.
    pub fn slow_down(&mut self, interval_ms: u32, window_ms: u32) -> Result<()> {
        let slower = Challenger::new(interval_ms, window_ms)?;
        if interval_ms < self.interval_ms || window_ms < self.window_ms {
            return Err(Error::IntervalOutOfBounds);
        }
        self.interval_ms = slower.interval_ms;
        self.window_ms = slower.window_ms;
        Ok(())
    }

    /// Whether a pause began inside the window of the latest round. After a second pause within one round the start
    /// of the first is not known any more, and the round does not count.
    fn is_cut(&self, clock: &Clock) -> bool {
        let since = clock.pauses.count.saturating_sub(self.pauses);
        since > 1 || (since == 1 && clock.pauses.began_at < self.closes_at())
    }

    /// When the window of the latest round ends, if blocks keep coming.
    pub fn closes_at(&self) -> u64 {
        self.opened_at.saturating_add(self.open_window_ms.into())
    }

    /// First block in which the window of the latest round can be over.
    pub fn closes_block(&self) -> u32 {
        self.opened_block.saturating_add(min_blocks(self.open_window_ms))
    }

    /// First instant at which the next round may be opened.
    pub fn next_at(&self) -> u64 {
        if self.round == 0 {
            return 0;
        }
        self.opened_at.saturating_add(self.interval_ms.into())
    }

    /// The latest round at this moment.
    pub fn latest(&self, clock: &Clock) -> Round {
        Round {
            number: self.round,
            opened_at: self.opened_at,
            closed: clock.now >= self.closes_at() && clock.block >= self.closes_block(),
            cut: self.round > 0 && self.is_cut(clock),
            cuts: self.cuts,
            maintenance: Maintenance::default(),
        }
    }

    /// Opens the next round. Refuses before the interval is over, before the last window had its blocks, and while
    /// paused.
    pub fn open(&mut self, seed: [u8; 32], clock: &Clock) -> Result<()> {
        clock.ensure_open()?;
        if self.round > 0 {
            if clock.now < self.next_at() || clock.block < self.closes_block() {
                return Err(Error::TooEarly);
            }
            self.cuts = self.cuts.saturating_add(u32::from(self.is_cut(clock)));
        }
        self.round = self.round.checked_add(1).ok_or(Error::Overflow)?;
        self.seed = seed;
        self.opened_at = clock.now;
        self.opened_block = clock.block;
        self.open_window_ms = self.window_ms;
        self.pauses = clock.pauses.count;
        Ok(())
    }
}
