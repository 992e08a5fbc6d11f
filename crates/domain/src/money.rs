//! Accounts, and the only arithmetic that turns a price into an amount.
//!
//! Bounds, and why nothing here can overflow: a monthly price of a replica is at most 2^80, a term at most five years
//! (61 months, below 2^38 ms), so that the price of a term stays below 2^86; collateral is at most ten times that,
//! below 2^90, and times the milliseconds of a term below 2^128. Where an operation could still fail it is checked.

use crate::time::MONTH_MS;
use crate::{Currency, Error, Result, Standing};

/// Amount of the chain's token in its smallest unit.
pub type Balance = u128;

/// Highest price of one replica for 30 days: price per unit × capacity.
pub const MAX_MONTHLY_PRICE: Balance = 1 << 80;

/// Money of one account inside the contract, and how many entries its lists have had.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Account {
    /// May be withdrawn, or locked by a reservation or an acceptance.
    pub available: Balance,
    /// Escrow of its reservations and collateral of its placements.
    pub locked: Balance,
    /// Entries ever made in the list of its reservations.
    pub reservations: u32,
    /// Entries ever made in the list of placements it has accepted, as their provider.
    pub placements: u32,
    /// Entries ever made in the list of its nodes.
    pub nodes: u32,
    /// Entries ever made in the list of its clusters.
    pub clusters: u32,
    /// What its score as a provider rests on.
    pub standing: Standing,
}

crate::fixed::fixed!(Account {
    available: Balance,
    locked: Balance,
    reservations: u32,
    placements: u32,
    nodes: u32,
    clusters: u32,
    standing: Standing,
});

/// The low and the high 64 bits.
#[allow(clippy::cast_possible_truncation)]
fn halves(x: u128) -> [u64; 2] {
    [x as u64, (x >> 64) as u64]
}

/// `dividend / divisor`, rounded down, for divisors below 2^63. Schoolbook division bit by bit: the compiler's own for
/// 128 bits by 128 bits takes 1.2 KiB of code, which every call of the contract pays for.
fn quotient(dividend: u128, divisor: u64) -> u128 {
    let [low, high] = halves(dividend);
    let (mut high, mut low, mut rest) = (high, low, 0u64);
    for _ in 0..128 {
        rest = (rest << 1) | (high >> 63);
        high = (high << 1) | (low >> 63);
        low <<= 1;
        if rest >= divisor {
            rest = rest.wrapping_sub(divisor);
            low |= 1;
        }
    }
    (u128::from(high) << 64) | u128::from(low)
}

/// `(amount × part + extra) / whole`, rounded down.
#[inline(never)]
fn share(amount: Balance, part: u64, extra: u64, whole: u64) -> Result<Balance> {
    match amount.checked_mul(part.into()).and_then(|x| x.checked_add(extra.into())) {
        Some(product) if whole > 0 && whole <= 1 << 63 => Ok(quotient(product, whole)),
        _ => Err(Error::Overflow),
    }
}

/// `amount × part / whole`, rounded down. Refuses a whole of zero or above 2^63.
pub fn share_down(amount: Balance, part: u64, whole: u64) -> Result<Balance> {
    share(amount, part, 0, whole)
}

/// `amount × part / whole`, rounded up. Refuses a whole of zero or above 2^63.
pub fn share_up(amount: Balance, part: u64, whole: u64) -> Result<Balance> {
    share(amount, part, whole.saturating_sub(1), whole)
}

/// Share of an amount in 1/10,000, rounded down: what is paid out.
pub fn bps_down(amount: Balance, bps: u32) -> Result<Balance> {
    share_down(amount, bps.into(), 10_000)
}

/// Share of an amount in 1/10,000, rounded up: what is owed.
pub fn bps_up(amount: Balance, bps: u32) -> Result<Balance> {
    share_up(amount, bps.into(), 10_000)
}

/// `price` per unit and 30 days, for `capacity` units: the monthly price of a replica. Refuses above
/// [`MAX_MONTHLY_PRICE`].
pub fn monthly(price: Balance, capacity: u64) -> Result<Balance> {
    match price.checked_mul(capacity.into()) {
        Some(monthly) if monthly <= MAX_MONTHLY_PRICE => Ok(monthly),
        _ => Err(Error::PriceTooHigh),
    }
}

/// Refuses a price that could never be accounted for: above [`MAX_MONTHLY_PRICE`] a unit, or in millionths of a dollar
/// above 2^64.
pub fn check_price(price: Balance, currency: Currency) -> Result<()> {
    if currency == Currency::MicroUsd && price > u64::MAX.into() {
        return Err(Error::PriceTooHigh);
    }
    monthly(price, 1).map(drop)
}

/// What `capacity` units cost for `ms` milliseconds, rounded down: what is paid.
pub fn price_down(price: Balance, capacity: u64, ms: u64) -> Result<Balance> {
    share_down(monthly(price, capacity)?, ms, MONTH_MS)
}

/// What `capacity` units cost for `ms` milliseconds, rounded up: what is owed.
pub fn price_up(price: Balance, capacity: u64, ms: u64) -> Result<Balance> {
    share_up(monthly(price, capacity)?, ms, MONTH_MS)
}

impl Account {
    /// Takes from what is available.
    pub fn debit(&mut self, amount: Balance) -> Result<()> {
        self.available = self.available.checked_sub(amount).ok_or(Error::NotEnoughAvailable)?;
        Ok(())
    }

    /// Adds to what is available.
    pub fn credit(&mut self, amount: Balance) -> Result<()> {
        self.available = self.available.checked_add(amount).ok_or(Error::Overflow)?;
        Ok(())
    }

    /// Adds to what is locked.
    pub fn bind(&mut self, amount: Balance) -> Result<()> {
        self.locked = self.locked.checked_add(amount).ok_or(Error::Overflow)?;
        Ok(())
    }

    /// Takes from what is locked.
    pub fn release(&mut self, amount: Balance) -> Result<()> {
        self.locked = self.locked.checked_sub(amount).ok_or(Error::Overflow)?;
        Ok(())
    }
}
