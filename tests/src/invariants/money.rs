//! Whose money changes in a call, and by whose word.

use std::collections::BTreeMap;

use orchestrator::DisputeStep;
use orchestrator_chain::AccountId;
use orchestrator_domain::{price_up, Balance, Placement, Reservation, State};

use super::{consumer, hold, reservation, Check};
use crate::{Fact, Picture};

/// Invariant 12: every change of an account's money and of the fees is one that an event names, and nobody but the caller
/// can take from what another has available, other than by standing offers: of a data unit, of trust in a manager, of an
/// auto-renewal, and of what was left of a replica that a manager replaces.
pub fn money(before: &Picture, now: &Picture, caller: AccountId, facts: &[Fact], at_ms: u64) -> Check {
    let mut named: BTreeMap<AccountId, i128> = BTreeMap::new();
    let mut add = |id: AccountId, amount: i128| *named.entry(id).or_default() += amount;
    let mut fees = 0;
    let mut consenting = vec![caller];
    for fact in facts {
        match fact {
            Fact::Deposited(x) => {
                hold(12, x.from == caller, || format!("{:?} deposited", x.from))?;
                add(x.account, signed(x.amount));
            }
            Fact::Withdrawn(x) => {
                hold(12, x.account == caller, || format!("{:?} withdrew", x.account))?;
                add(x.account, -signed(x.amount));
            }
            Fact::Settled(x) => {
                let p = before.placements.get(&x.placement);
                let r = p.and_then(|p| before.reservations.get(&p.reservation));
                let Some(r) = r else { return hold(12, false, || format!("{} settled", x.placement)) };
                add(r.consumer, -signed(x.gross));
                add(x.provider, signed(x.bonus));
                if x.cluster.is_none() {
                    add(x.provider, signed(x.gross - x.fee - x.referral));
                    fees += signed(x.fee);
                }
                let placed = x.cluster == r.cluster() && (x.cluster.is_some() || x.manager == 0);
                hold(12, placed && p.is_some_and(|p| p.provider == x.provider), || {
                    format!("{:?} got {} for {p:?} in {:?}", x.provider, x.gross, x.cluster)
                })?;
                if let Some(referrer) = r.referrer {
                    add(referrer, signed(x.referral));
                }
                let free = r.referrer.is_none() && x.referral > 0;
                hold(12, !free, || format!("a referral share of {} went to nobody", x.referral))?;
            }
            Fact::Slashed(x) => {
                add(x.provider, -signed(x.amount));
                let told = x.reporter.filter(|id| *id == caller).is_some() == (x.to_reporter > 0);
                hold(12, told, || format!("{:?} got {} of a slash", x.reporter, x.to_reporter))?;
                add(caller, signed(x.to_reporter));
            }
            Fact::Reservation(x) => {
                let from = before.reservations.get(&x.reservation).map_or(x.consumer, |r| r.consumer);
                if from != x.consumer {
                    hold(12, x.consumer == caller, || format!("{:?} got a reservation", x.consumer))?;
                    let moved = before.placements.values().filter(|p| p.reservation == x.reservation);
                    let escrow: i128 = moved.map(|p| signed(p.escrow) + signed(p.bond())).sum();
                    add(from, -escrow);
                    add(x.consumer, escrow);
                }
            }
            Fact::Closed(x) => {
                let consumer = before.reservations.get(&x.reservation).map(|r| r.consumer);
                add(consumer.unwrap_or(caller), signed(x.to_consumer));
                fees += signed(x.to_treasury);
            }
            Fact::Collected(x) => {
                add(now.settings.treasury, signed(x.amount));
                fees -= signed(x.amount);
            }
            Fact::Distributed(x) => {
                let manager = before.clusters.get(&x.cluster).map(|c| c.manager);
                hold(12, manager == Some(x.manager), || format!("{:?} got {}", x.manager, x.to_manager))?;
                add(x.manager, signed(x.to_manager));
                fees += signed(x.fee);
            }
            Fact::Claimed(x) => add(x.provider, signed(x.amount)),
            Fact::Dispute(x) if x.step == DisputeStep::Decided && x.to_consumer_bps < 5_000 => {
                let p = before.placements.get(&x.placement);
                let Some(p) = p else { return hold(12, false, || format!("{} decided", x.placement)) };
                add(p.provider, signed(x.bond));
                consumer(before, p).into_iter().for_each(|id| add(id, -signed(x.bond)));
            }
            Fact::Moved(x) if matches!(x.state, State::Accepted | State::Active) => {
                let Some(p) = now.placements.get(&x.placement) else { continue };
                if trusts(now, p) {
                    consenting.push(x.provider);
                }
                let agreed = renews(now, p) || is_replaced(before, now, p, caller, at_ms);
                consenting.extend(consumer(now, p).filter(|_| agreed));
            }
            Fact::Moved(_)
            | Fact::Balances(_)
            | Fact::Committed(_)
            | Fact::Access(_)
            | Fact::Trust(_)
            | Fact::Cluster(_)
            | Fact::Member(_)
            | Fact::Maintenance(_)
            | Fact::Quality(_)
            | Fact::Rated(_)
            | Fact::Dispute(_)
            | Fact::Proven(_)
            | Fact::Scored(_) => {}
        }
    }
    let collected = signed(now.settings.fees) - signed(before.settings.fees);
    hold(12, collected == fees, || format!("fees changed by {collected}, events say {fees}"))?;
    for (id, account) in &now.accounts {
        let was = before.accounts.get(id).cloned().unwrap_or_default();
        let change = signed(account.available + account.locked) - signed(was.available + was.locked);
        let named = named.get(id).copied().unwrap_or_default();
        hold(12, change == named, || format!("{id:?} changed by {change}, events say {named}"))?;
        hold(12, account.available >= was.available || consenting.contains(id), || {
            format!("{id:?} had {} available, now {}", was.available, account.available)
        })?;
    }
    Ok(())
}

fn renews(s: &Picture, p: &Placement) -> bool {
    reservation(s, p).is_some_and(|r| r.renews())
}

/// Whether a placement's provider stands by its offer: that of its data unit, or in a cluster its trust in the manager.
fn trusts(s: &Picture, p: &Placement) -> bool {
    let cluster = reservation(s, p).and_then(Reservation::cluster);
    let manager = cluster.and_then(|id| s.clusters.get(&id)).map(|c| c.manager);
    cluster.is_none() || manager.is_some_and(|x| s.trust.contains(&(p.provider, x)))
}

/// Whether a placement replaces one of the caller's cluster that had been active, with the same data and another
/// provider, for no more than what was left of its price.
fn is_replaced(before: &Picture, now: &Picture, p: &Placement, caller: AccountId, at_ms: u64) -> bool {
    let slot = before.reservations.get(&p.reservation).and_then(|r| r.slots.get(usize::from(p.slot)));
    let Some(lost) = slot.and_then(|slot| before.placements.get(&slot.placement)) else { return false };
    let cluster = reservation(now, p).and_then(Reservation::cluster).and_then(|id| now.clusters.get(&id));
    let worth = price_up(lost.price, lost.capacity, lost.ends_at.saturating_sub(at_ms)).unwrap_or_default();
    let same = (p.root, p.chunks) == (lost.root, lost.chunks);
    let moved = p.provider != lost.provider && p.escrow <= worth;
    cluster.is_some_and(|c| c.manager == caller) && lost.ends_at > 0 && moved && same
}

pub(super) fn signed(amount: Balance) -> i128 {
    i128::try_from(amount).unwrap_or(i128::MAX)
}
