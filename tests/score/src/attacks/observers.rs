//! Observers that a manager has named, who is an alias of the provider, or its enemy.

use ink::primitives::AccountId;
use orchestrator_domain::{Error, Findings, Quality, Report, Result, SlaTerms, DAY_MS};

use super::{established, me};
use crate::deal::{Deal, Order};

fn promised() -> Result<SlaTerms> {
    Ok(Deal::propose(1, &Order::new(me(), 1), 0)?.p.terms)
}

fn report(number: u8, network: bool, uptime_bps: u16) -> Report {
    let kind = u8::from(network);
    Report {
        observer: AccountId::from([number.wrapping_mul(2) + kind; 32]),
        network,
        uptime_bps,
        latency_ms: 100,
    }
}

/// Scores of the provider and of its data unit, established before, after ten days of which so many observers of the
/// network and of the cluster have reported this uptime each.
pub fn reported(network: (u8, u16), cluster: (u8, u16)) -> Result<(u16, u16)> {
    let (mut book, _, start) = established()?;
    let promised = promised()?;
    let mut quality = Quality::default();
    let mut now = start;
    for _ in 0..10 {
        now += DAY_MS;
        let seen = (0..network.0).map(|i| report(i, true, network.1));
        let named = (0..cluster.0).map(|i| report(i, false, cluster.1));
        for report in seen.chain(named) {
            let (of_unit, of_provider) = quality.report(report, &promised, now)?;
            book.record(None, Some(1), of_unit, now)?;
            book.record(Some(me()), None, of_provider, now)?;
        }
    }
    Ok((book.provider(me(), now), book.unit(1, me(), now)))
}

/// Scores as `reported` tells them, after ten days more on each of which an observer named by the manager has reported that the
/// data unit was out of reach, while its provider promised nothing, and the contrary once it promised everything.
pub fn promise_raised(raised: bool) -> Result<(u16, u16)> {
    let (mut book, _, start) = established()?;
    let promised = promised()?;
    let (little, much) =
        (SlaTerms { uptime_bps: 0, ..promised.clone() }, SlaTerms { uptime_bps: 10_000, ..promised.clone() });
    let mut quality = Quality::default();
    let mut now = start;
    for day in 0..20 {
        now += DAY_MS;
        let mut said = Vec::new();
        if day < 10 {
            said.push((report(1, true, 9_000), &promised));
        } else if raised {
            said.push((report(2, false, 0), &little));
            said.push((report(2, false, 10_000), &much));
        }
        for (report, promised) in said {
            let (of_unit, of_provider) = quality.report(report, promised, now)?;
            book.record(None, Some(1), of_unit, now)?;
            book.record(Some(me()), None, of_provider, now)?;
        }
    }
    Ok((book.provider(me(), now), book.unit(1, me(), now)))
}

/// Whether the provider's score knows what an observer of the network saw after a manager had named eight observers, had them
/// report, and named eight others who did the same.
pub fn heard_in_a_crowd() -> Result<bool> {
    let promised = promised()?;
    let mut quality = Quality::default();
    for i in 0..16 {
        take(&mut quality, report(i, false, 10_000), &promised, DAY_MS)?;
    }
    let heard = take(&mut quality, report(1, true, 0), &promised, DAY_MS)?;
    Ok(heard.is_some_and(|(_, of_provider)| of_provider.seen.short > 0))
}

/// What a report says, or nothing where enough have reported before.
fn take(
    quality: &mut Quality,
    report: Report,
    promised: &SlaTerms,
    now: u64,
) -> Result<Option<(Findings, Findings)>> {
    let mut with = quality.clone();
    match with.report(report, promised, now) {
        Ok(found) => {
            *quality = with;
            Ok(Some(found))
        }
        Err(Error::TooLong) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}
