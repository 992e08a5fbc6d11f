//! Deals with oneself: what a score costs that was bought from an alias, and what one deal or many can lift.

use orchestrator_domain::{Balance, Result, DAY_MS, MONTH_MS};

use super::me;
use crate::book::{Book, EPOCH};
use crate::deal::{Deal, Order, UNIT};

/// A way to wash: terms of so many days, all at the same time, with a rating at the end or without.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    pub days: u64,
    pub stars: Option<u8>,
}

/// Terms of four weeks; the same with five stars from the alias; terms of one day with five stars.
pub const WAYS: [Way; 3] =
    [Way { days: 28, stars: None }, Way { days: 28, stars: Some(5) }, Way { days: 1, stars: Some(5) }];

/// What it took.
#[derive(Clone, Copy, Debug)]
pub struct Washed {
    pub deals: u64,
    /// Network fee, the only part of the price that does not come back.
    pub fee: Balance,
    /// Locked at the same time.
    pub locked: Balance,
    pub score: u16,
}

/// Deals at full weight with oneself until a new account's score is at least `target`.
pub fn wash(way: Way, target: u16) -> Result<Washed> {
    let order = Order { term_ms: way.days * DAY_MS, collateral_bps: 0, ..Order::new(me(), 1) };
    let mut washed = Washed { deals: 0, fee: 0, locked: 0, score: 0 };
    while washed.score < target {
        let mut book = Book::default();
        washed.deals += 1;
        let mut deals = book.begin_all(&order, washed.deals, EPOCH)?;
        washed.locked = deals.iter().map(Deal::locked).sum();
        let end = book.keep(&mut deals, way.days, EPOCH)?;
        if let Some(stars) = way.stars {
            book.rate(&mut deals, stars, end)?;
        }
        washed.fee = deals.iter().map(|deal| deal.fee).sum();
        washed.score = book.provider(me(), end);
    }
    Ok(washed)
}

/// The highest scores of the provider and of its data unit that one deal at `price` a month leads to in two years, rated
/// again with five stars every 30 days.
pub fn one_deal(price: Balance) -> Result<(u16, u16)> {
    let mut book = Book::default();
    let order = Order { price, term_ms: 24 * MONTH_MS, ..Order::new(me(), 1) };
    let mut deals = book.begin_all(&order, 1, EPOCH)?;
    let (mut provider, mut unit) = (0, 0);
    for day in 0..720 {
        let at = book.keep(&mut deals, 1, EPOCH + day * DAY_MS)?;
        if day % 30 == 28 {
            book.rate(&mut deals, 5, at)?;
        }
        provider = provider.max(book.provider(me(), at));
        unit = unit.max(book.unit(1, me(), at));
    }
    Ok((provider, unit))
}

/// Score of a provider after 30 days of so many deals at `price` a month each.
pub fn many_deals(deals: u64, price: Balance) -> Result<u16> {
    let mut book = Book::default();
    let order = Order { price, ..Order::new(me(), 1) };
    let mut deals = book.begin_all(&order, deals, EPOCH + DAY_MS)?;
    let now = book.keep(&mut deals, 28, EPOCH + DAY_MS)?;
    Ok(book.provider(me(), now))
}

/// What a deal found that was small but for a moment.
#[derive(Clone, Copy, Debug)]
pub struct Grown {
    pub fee: Balance,
    /// Its evidence, in thousandths of 30 days at full weight.
    pub good: u64,
}

/// A deal of four weeks at a thousandth of full weight, grown to full weight for a second before what rounds have proven
/// is recorded, each week; and rated while it is large. Without growth if `grows` is false.
pub fn grown(grows: bool) -> Result<Grown> {
    const SECOND: u64 = 1_000;
    let mut book = Book::default();
    let start = EPOCH + DAY_MS;
    let order = Order { price: Balance::from(UNIT) / 1_000, collateral_bps: 0, ..Order::new(me(), 1) };
    let mut deal = book.begin(&order, start)?;
    let mut now = start;
    for week in 0..4 {
        for day in 0..7 {
            let at = start + (week * 7 + day) * DAY_MS;
            deal.open_round([1; 32], at)?;
            deal.prove(at)?;
        }
        now = start + (week + 1) * 7 * DAY_MS;
        if grows {
            deal.resize(1_000, now - SECOND)?;
        }
        deal.settle(now)?;
        if week == 3 {
            deal.rate(5, now)?;
        }
        if grows {
            deal.resize(1, now)?;
        }
        book.note(&mut deal, now)?;
    }
    let evidence = book.evidence(me(), now);
    Ok(Grown { fee: deal.fee, good: evidence.good() * 1_000 / orchestrator_domain::PRIOR })
}
