//! Prices in US dollars, and the rate that turns them into tokens.

use crate::money::share_up;
use crate::time::HOUR_MS;
use crate::{Balance, Currency, Error, Result};

/// Highest rate.
pub const MAX_RATE: Balance = 1 << 80;
/// How long a rate counts.
pub const RATE_AGE_MS: u64 = 12 * HOUR_MS;
/// Least time between two rates.
pub const RATE_STEP_MS: u64 = HOUR_MS;
/// Most hours since the last rate that widen the step.
const MAX_STEPS: u64 = 10;
const MICRO: u64 = 1_000_000;

/// Tokens for a US dollar, and when that was observed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Rate {
    /// Smallest units of the chain's token for one US dollar, 1 to 2^80; zero before the first.
    pub per_usd: Balance,
    /// When it was observed.
    pub at: u64,
}

crate::fixed::fixed!(Rate { per_usd: Balance, at: u64 });

impl Rate {
    /// Sets a rate observed at `at`: at least an hour after the last, less than an hour ago, and not further
    /// from the last than a tenth of the lower of both for each hour between them, at most its double.
    pub fn set(&mut self, per_usd: Balance, at: u64, now: u64) -> Result<()> {
        if !(1..=MAX_RATE).contains(&per_usd) {
            return Err(Error::RateOutOfBounds);
        }
        if at > now || (self.per_usd > 0 && at < self.at.saturating_add(RATE_STEP_MS)) {
            return Err(Error::TooEarly);
        }
        if now >= at.saturating_add(RATE_STEP_MS) {
            return Err(Error::TooLate);
        }
        let hours = at.saturating_sub(self.at).checked_div(RATE_STEP_MS).unwrap_or(0).min(MAX_STEPS);
        let widest = hours.saturating_add(10);
        let (last, next) = (self.per_usd, per_usd);
        if last > 0 && (share_up(next, 10, widest)? > last || share_up(last, 10, widest)? > next) {
            return Err(Error::RateOutOfBounds);
        }
        *self = Rate { per_usd, at };
        Ok(())
    }

    /// A price in tokens, rounded up. Refuses one in dollars while the rate is missing or stale.
    pub fn tokens_up(&self, price: Balance, currency: Currency, now: u64) -> Result<Balance> {
        if currency == Currency::Token {
            return Ok(price);
        }
        if self.per_usd == 0 || now >= self.at.saturating_add(RATE_AGE_MS) {
            return Err(Error::RateStale);
        }
        let micro_usd = u64::try_from(price).map_err(|_| Error::PriceTooHigh)?;
        share_up(self.per_usd, micro_usd, MICRO).map_err(|_| Error::PriceTooHigh)
    }
}
