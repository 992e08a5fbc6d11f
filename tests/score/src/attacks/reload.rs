//! Time as a lever: a new account, and settlements that are held back.

use orchestrator_domain::{Evidence, Result, DAY_MS};

use super::me;
use crate::book::{Book, EPOCH};
use crate::deal::Order;
use crate::kinds::{run, Kind, DAYS, PLACEMENTS};

/// First day on which an honest provider with ten placements at this price a month has a score of `target`.
pub fn day_of(target: u16, price: u128) -> Result<Option<usize>> {
    let days = run(Kind::Honest, price, 0)?;
    Ok((1..=DAYS).find(|day| days.get(day - 1).is_some_and(|x| x.provider >= target)))
}

/// What counts of ten terms of 30 days that began on this day of the 30 after which evidence halves and have been over for so
/// many days: settled each day as they went on, or all at once only now.
pub fn held_back(start_day: u64, days: u64) -> Result<[Evidence; 2]> {
    let (mut each, mut late) = (Book::default(), Book::default());
    let order = Order::new(me(), 1);
    let start = EPOCH + start_day * DAY_MS;
    let now = start + (30 + days) * DAY_MS;
    let mut kept = each.begin_all(&order, PLACEMENTS, start)?;
    each.keep(&mut kept, 30, start)?;
    for mut deal in late.begin_all(&order, PLACEMENTS, start)? {
        for day in 0..30 {
            deal.open_round([1; 32], start + day * DAY_MS)?;
            deal.prove(start + day * DAY_MS)?;
        }
        late.settle(&mut deal, now)?;
    }
    Ok([each, late].map(|book| book.evidence(me(), now)))
}
