//! Deals spread over data units, and money that is used again and again.

use orchestrator_domain::{Balance, Result, DAY_MS};

use super::me;
use crate::book::{Book, EPOCH};
use crate::deal::{Deal, Order, UNIT};

/// Score of the provider and of its first data unit after so many deals of four weeks at full weight, shared out in turn
/// among so many data units.
pub fn over_units(deals: u64, units: u64) -> Result<(u16, u16)> {
    let mut book = Book::default();
    let order = |i: u64| Order { term_ms: 28 * DAY_MS, ..Order::new(me(), 1 + i % units) };
    let mut begun = (0..deals).map(|i| book.begin(&order(i), EPOCH)).collect::<Result<Vec<_>>>()?;
    let now = book.keep(&mut begun, 28, EPOCH)?;
    Ok((book.provider(me(), now), book.unit(1, me(), now)))
}

/// What came of money that went round.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// Most that was locked at a time.
    pub locked: Balance,
    pub fee: Balance,
    pub score: u16,
}

/// Ten deals at full weight at a time with oneself, each of this term with one round and five stars, one after the
/// other for four weeks, at this network fee.
pub fn round_and_round(term_ms: u32, fee_bps: u16) -> Result<Round> {
    const AT_A_TIME: u64 = 10;
    let mut book = Book::default();
    let order = Order {
        term_ms: term_ms.into(),
        interval_ms: term_ms,
        collateral_bps: 0,
        fee_bps,
        ..Order::new(me(), 1)
    };
    let end = EPOCH + 28 * DAY_MS;
    let mut round = Round { locked: 0, fee: 0, score: 0 };
    let mut now = EPOCH;
    while now < end {
        let mut deals = book.begin_all(&order, AT_A_TIME, now)?;
        round.locked = deals.iter().map(Deal::locked).sum();
        for deal in &mut deals {
            deal.open_round([1; 32], now)?;
            deal.prove(now)?;
        }
        now += u64::from(term_ms);
        book.rate(&mut deals, 5, now)?;
        round.fee += deals.iter().map(|deal| deal.fee).sum::<Balance>();
    }
    round.score = book.provider(me(), now);
    Ok(round)
}

/// What one deal of four weeks finds at this price a month, or so many at an equal share of it, each by a consumer of its
/// own who gives five stars: good evidence.
pub fn over_consumers(price: Balance, consumers: u64) -> Result<u64> {
    let mut book = Book::default();
    let order = Order { price: price / Balance::from(consumers), ..Order::new(me(), 1) };
    let mut deals = book.begin_all(&order, consumers, EPOCH)?;
    let now = book.keep(&mut deals, 28, EPOCH)?;
    book.rate(&mut deals, 5, now)?;
    Ok(book.evidence(me(), now).good())
}

/// What a deal at full weight was worth that was bought once.
#[derive(Clone, Copy, Debug)]
pub struct Bought {
    pub fee: Balance,
    /// Score of the provider so many months after it was bought.
    pub scores: [u16; 4],
}

/// Months after which `rated_again` looks.
pub const LATER: [u64; 4] = [1, 3, 6, 12];

/// Ten deals with oneself of four weeks at full weight, rated with five stars and then shrunk to a thousandth and kept for a
/// year; rated anew each month if `again`.
pub fn rated_again(again: bool) -> Result<Bought> {
    let mut book = Book::default();
    let price = Balance::from(UNIT) / 1_000;
    let order = Order { price, term_ms: 400 * DAY_MS, collateral_bps: 0, ..Order::new(me(), 1) };
    let mut deals = book.begin_all(&order, crate::kinds::PLACEMENTS, EPOCH)?;
    book.resize(&mut deals, 1_000, EPOCH)?;
    let mut now = book.keep(&mut deals, 28, EPOCH)?;
    book.rate(&mut deals, 5, now)?;
    book.resize(&mut deals, 1, now)?;
    let mut scores = Vec::new();
    for month in 1..=12 {
        now = book.keep(&mut deals, 30, now)?;
        if again {
            book.rate(&mut deals, 5, now)?;
        }
        if LATER.contains(&month) {
            scores.push(book.provider(me(), now));
        }
    }
    let fee = deals.iter().map(|deal| deal.fee).sum();
    let score = |i: usize| scores.get(i).copied().unwrap_or_default();
    Ok(Bought { fee, scores: [score(0), score(1), score(2), score(3)] })
}
