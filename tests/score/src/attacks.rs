//! What can be done to make a score say what is not so, each as a computation over the rules.

pub mod observers;
pub mod others;
pub mod powers;
pub mod reload;
pub mod spread;
pub mod wash;

use ink::primitives::AccountId;
use orchestrator_domain::{Result, MONTH_MS};

use crate::book::{Book, EPOCH};
use crate::deal::{Deal, Order};

/// Who the score is about.
pub fn me() -> AccountId {
    AccountId::from([1; 32])
}

/// An honest provider's ten placements after 30 days, and the instant.
pub fn established() -> Result<(Book, Vec<Deal>, u64)> {
    let mut book = Book::default();
    let mut order = Order::new(me(), 1);
    order.term_ms = 12 * MONTH_MS;
    let mut deals = book.begin_all(&order, crate::kinds::PLACEMENTS, EPOCH)?;
    let now = book.keep(&mut deals, 30, EPOCH)?;
    Ok((book, deals, now))
}
