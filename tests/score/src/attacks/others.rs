//! What others can do to a provider: bad ratings that were bought, and proposals that nobody means.

use orchestrator_domain::{Balance, Result, DAY_MS};

use super::{established, me};
use crate::book::{Book, EPOCH};
use crate::deal::{Deal, Order, UNIT};
use crate::kinds::HOUR_MS;

/// Score of a new provider and of an established one after a competitor has bought so many terms of 30 days at full
/// weight, each kept, and rated all of them with one star so many days after their end. They began on this day of the 30
/// after which evidence halves.
pub fn blamed(deals: u64, start_day: u64, days_later: u64) -> Result<(u16, u16)> {
    let mut scores = [0; 2];
    for (score, mut book) in scores.iter_mut().zip([Book::default(), established()?.0]) {
        let start = EPOCH + (30 + start_day) * DAY_MS;
        let mut bought = book.begin_all(&Order::new(me(), 2), deals, start)?;
        let now = book.keep(&mut bought, 30, start)? + days_later * DAY_MS;
        book.rate(&mut bought, 1, now)?;
        *score = book.provider(me(), now);
    }
    Ok((scores[0], scores[1]))
}

/// Score of a new provider after a competitor has bought so many terms of 400 days at full weight, shrunk each to a thousandth
/// after 30 days that were kept, and rated all of them with one star after 360 days.
pub fn blamed_from_the_past(deals: u64) -> Result<u16> {
    let mut book = Book::default();
    let price = Balance::from(UNIT) / 1_000;
    let order = Order { price, term_ms: 400 * DAY_MS, ..Order::new(me(), 1) };
    let mut bought = book.begin_all(&order, deals, EPOCH)?;
    book.resize(&mut bought, 1_000, EPOCH)?;
    let shrunk = book.keep(&mut bought, 30, EPOCH)?;
    book.resize(&mut bought, 1, shrunk)?;
    let now = book.keep(&mut bought, 330, shrunk)?;
    book.rate(&mut bought, 1, now)?;
    Ok(book.provider(me(), now))
}

/// Score of a new provider and of an established one after so many proposals at full weight for an hour, answered or not;
/// and what was locked for them.
pub fn spammed(proposals: u64, answered: bool) -> Result<(u16, u16, Balance)> {
    let mut scores = [0; 2];
    let mut locked = 0;
    for (score, mut book) in scores.iter_mut().zip([Book::default(), established()?.0]) {
        let start = EPOCH + 30 * DAY_MS;
        let over = start + DAY_MS;
        let order = Order { term_ms: HOUR_MS, ..Order::new(me(), 1) };
        locked = 0;
        for _ in 0..proposals {
            let id = book.next_id();
            let mut deal = Deal::propose(id, &order, start)?;
            locked += deal.locked();
            if answered {
                deal.decline(start)?;
            }
            book.settle(&mut deal, over)?;
        }
        *score = book.provider(me(), over);
    }
    Ok((scores[0], scores[1], locked))
}
