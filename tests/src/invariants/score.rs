//! Scores against the history of events.

use std::collections::BTreeMap;

use orchestrator::Score;
use orchestrator_chain::AccountId;
use orchestrator_domain::{Balance, History, Subject, BEST, MISS_FACTOR, NEUTRAL, PRIOR};

use super::{hold, Check};
use crate::{Fact, Picture};

/// Invariant 17: what a score rests on is the sum of what events said was found.
pub fn standings(history: &History, s: &Picture) -> Check {
    for (id, account) in &s.accounts {
        let told = history.providers.get(id).cloned().unwrap_or_default();
        hold(17, told == account.standing, || format!("{id:?}: {told:?} by events, {:?}", account.standing))?;
    }
    for (id, unit) in &s.units {
        let told = history.units.get(id).cloned().unwrap_or_default();
        hold(17, told == unit.standing, || format!("unit {id}: {told:?} by events, {:?}", unit.standing))?;
    }
    Ok(())
}

/// Invariant 17: a score told by the contract is a number from 0 to 10,000 that anybody can compute from the events, and the
/// formula's result up to one.
pub fn score(history: &History, s: &Picture, subject: Subject, told: &Score, at_ms: u64) -> Check {
    let provider = match subject {
        Subject::Provider(id) => id,
        Subject::Unit(id) => s.units.get(&id).map_or([0; 32].into(), |x| x.provider),
    };
    let expected = history.score(subject, provider, at_ms);
    hold(17, told.score <= BEST && told.score == expected, || {
        format!("{subject:?} has {told:?}, events say {expected} at {at_ms}")
    })?;
    let neutral = told.prior == NEUTRAL || matches!(subject, Subject::Unit(_));
    hold(17, neutral && told.prior <= BEST, || format!("{subject:?} starts at {told:?}"))?;
    let x = &told.evidence;
    let good = i128::from(x.kept) + i128::from(x.completed) + i128::from(x.praised);
    let missed = (i128::from(x.missed) + i128::from(x.short)) * i128::from(MISS_FACTOR);
    let bad = missed + i128::from(x.broken) + i128::from(x.lost) + i128::from(x.blamed);
    let known = 2 * i128::from(PRIOR);
    let exact = (i128::from(BEST) * good + known * i128::from(told.prior)) / (good + bad + known);
    let near = exact.abs_diff(told.score.into()) <= 1;
    hold(17, near, || format!("{subject:?} has {told:?}, the formula says {exact}"))
}

/// Invariant 19: each missed round that is slashed counts its interval, weighed by what the placement costs in 30 days.
pub fn misses(before: &Picture, facts: &[Fact]) -> Check {
    let mut slashed: BTreeMap<(AccountId, u64), u128> = BTreeMap::new();
    let mut scored = slashed.clone();
    let full = Balance::from(before.settings.config.score_unit);
    for fact in facts {
        match fact {
            Fact::Slashed(x) if x.misses > 0 => {
                let Some(p) = before.placements.get(&x.placement) else {
                    return hold(19, false, || format!("placement {} was slashed", x.placement));
                };
                let monthly = p.price * Balance::from(p.capacity);
                let weight = monthly.min(full) * 10_000 / full;
                let length = p.ends_at.saturating_sub(p.started_at).max(p.term_ms);
                let each = u64::from(p.interval_ms).min(length);
                let seconds = u128::from(x.misses) * u128::from(each) / 1_000;
                *slashed.entry((p.provider, p.unit)).or_default() += seconds * weight;
            }
            Fact::Scored(x) if x.found.seen.missed > 0 => {
                let Some(both) = x.provider.zip(x.unit) else {
                    return hold(19, false, || format!("{:?} or {:?} alone has missed", x.provider, x.unit));
                };
                *scored.entry(both).or_default() += u128::from(x.found.seen.missed);
            }
            _ => {}
        }
    }
    slashed.retain(|_, x| *x > 0);
    hold(19, slashed == scored, || format!("slashed for {slashed:?}, scored {scored:?}"))
}
