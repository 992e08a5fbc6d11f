//! What an admin, and who opens rounds or disputes, can do to a score.

use orchestrator_domain::{Balance, Result, DAY_MS};

use super::{established, me};
use crate::book::{Book, EPOCH};
use crate::deal::{Order, UNIT};

/// Good evidence, in thousandths of 30 days at full weight, of a deal of four weeks at a thousandth of full weight, settled
/// only at its end and then rated with five stars, in a block in which the scoring unit is so many times smaller.
pub fn unit_lowered(times: u64) -> Result<u64> {
    let mut book = Book::default();
    let order = Order { price: Balance::from(UNIT) / 1_000, term_ms: 28 * DAY_MS, ..Order::new(me(), 1) };
    let mut deal = book.begin(&order, EPOCH)?;
    for day in 0..28 {
        deal.open_round([1; 32], EPOCH + day * DAY_MS)?;
        deal.prove(EPOCH + day * DAY_MS)?;
    }
    let end = EPOCH + 28 * DAY_MS;
    deal.score_unit = UNIT / times;
    deal.rate(5, end)?;
    book.note(&mut deal, end)?;
    Ok(book.evidence(me(), end).good() * 1_000 / orchestrator_domain::PRIOR)
}

/// Score of a new provider and of an established one after a competitor with a deal at full weight, whose challenger has this
/// interval, has opened one round at a moment at which the provider was out of reach.
pub fn caught(interval_ms: u32) -> Result<(u16, u16)> {
    let mut scores = [0; 2];
    for (score, mut book) in scores.iter_mut().zip([Book::default(), established()?.0]) {
        let start = EPOCH + 30 * DAY_MS;
        let order = Order { interval_ms, ..Order::new(me(), 2) };
        let mut deal = book.begin(&order, start)?;
        deal.open_round([1; 32], start)?;
        let closed = start + u64::from(order.window_ms);
        book.settle(&mut deal, closed)?;
        *score = book.provider(me(), closed);
    }
    Ok((scores[0], scores[1]))
}

/// Score a day after ten placements at full weight were to end, of which an alias has disputed each on its 21st day, if it has,
/// and nobody decided: so that the last of what was proven was recorded after evidence had halved.
pub fn disputed_with_oneself(disputed: bool) -> Result<u16> {
    let mut book = Book::default();
    let mut deals = book.begin_all(&Order::new(me(), 1), crate::kinds::PLACEMENTS, EPOCH)?;
    let day_21 = book.keep(&mut deals, 21, EPOCH)?;
    if disputed {
        for deal in &mut deals {
            deal.dispute(day_21)?;
        }
    }
    let now = book.keep(&mut deals, 9, day_21)? + DAY_MS;
    for deal in &mut deals {
        book.settle(deal, now)?;
    }
    Ok(book.provider(me(), now))
}
