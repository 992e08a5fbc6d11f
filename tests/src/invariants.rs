//! The numbered invariants of `docs/invariants.md`, checked from one observed state to the next.

mod disputes;
mod lists;
mod maintenance;
mod money;
mod pools;
mod score;

use std::collections::BTreeMap;
use std::fmt;

use orchestrator::Score;
use orchestrator_chain::AccountId;
use orchestrator_domain::{
    bps_down, price_down, price_up, share_up, Balance, DataUnit, History, Maintenance, Placement,
    Reservation, Scoring, State, Subject,
};

use crate::{Fact, Picture};
use lists::{cluster_lists, lists};
use pools::{inside, shares};

pub use disputes::disputes;
pub use maintenance::maintenance;
pub use money::money;
pub use pools::pools;
pub use score::{misses, score, standings};

/// An invariant that does not hold.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken {
    /// Its number in `docs/invariants.md`.
    pub number: u8,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invariant {} is broken: {}", self.number, self.found)
    }
}

type Check = Result<(), Broken>;

fn hold(number: u8, holds: bool, found: impl FnOnce() -> String) -> Check {
    if holds {
        Ok(())
    } else {
        Err(Broken { number, found: found() })
    }
}

/// What is remembered from call to call: the state after the last one, and sums over the events so far.
pub struct Watch {
    last: Picture,
    deposited: Balance,
    withdrawn: Balance,
    balances: BTreeMap<AccountId, (Balance, Balance)>,
    /// Round of the challenger at which each placement was activated.
    since: BTreeMap<u64, u32>,
    /// What fee, referral and manager's share have taken of each placement's pay.
    given: BTreeMap<u64, Balance>,
    /// What was slashed of each placement's collateral.
    slashed: BTreeMap<u64, Balance>,
    /// Standings, from events alone.
    history: History,
}

impl Watch {
    /// Starts at a contract without entries.
    pub fn new(picture: Picture) -> Self {
        Self {
            last: picture,
            deposited: 0,
            withdrawn: 0,
            balances: BTreeMap::new(),
            since: BTreeMap::new(),
            given: BTreeMap::new(),
            slashed: BTreeMap::new(),
            history: History::default(),
        }
    }

    /// The state after the last call.
    pub fn picture(&self) -> &Picture {
        &self.last
    }

    /// Invariant 11: a refused call has changed nothing that can be seen.
    pub fn refusal(&self, now: &Picture) -> Check {
        hold(11, *now == self.last, || format!("before {:?}\nafter {now:?}", self.last))
    }

    /// The part of invariant 11 that is cheap to read: all balances, sums and settings are what they were.
    pub fn quick_refusal(&self, now: &Picture) -> Check {
        let same = now.settings == self.last.settings
            && now.solvency == self.last.solvency
            && now.accounts == self.last.accounts;
        hold(11, same, || format!("before {:?}\nafter {now:?}", self.last.accounts))
    }

    /// Checks all invariants after a call of `caller` at the time `at_ms` that was accepted and brought these facts.
    pub fn step(&mut self, now: Picture, at_ms: u64, caller: AccountId, facts: &[Fact]) -> Check {
        for fact in facts {
            match fact {
                Fact::Deposited(x) => self.deposited += x.amount,
                Fact::Withdrawn(x) => self.withdrawn += x.amount,
                Fact::Settled(x) => {
                    *self.given.entry(x.placement).or_default() += x.fee + x.referral + x.manager;
                }
                Fact::Slashed(x) => *self.slashed.entry(x.placement).or_default() += x.amount,
                Fact::Scored(x) => {
                    let scoring = Scoring { at: at_ms, provider: x.provider, unit: x.unit, found: x.found };
                    self.history.record(&scoring);
                }
                Fact::Balances(x) => {
                    self.balances.extend(x.accounts.iter().map(|x| (x.account, (x.available, x.locked))));
                }
                _ => {}
            }
        }
        state(&now, at_ms)?;
        let flow = self.deposited.checked_sub(self.withdrawn);
        hold(2, flow == Some(now.solvency.owed), || format!("{flow:?} came in, {:?}", now.solvency))?;
        for (id, account) in &now.accounts {
            let told = self.balances.get(id).copied().unwrap_or_default();
            let seen = (account.available, account.locked);
            hold(10, told == seen, || format!("{id:?}: events say {told:?}, the view {seen:?}"))?;
        }
        for (id, p) in &now.placements {
            self.rounds(*id, p)?;
            self.shares(*id, p)?;
            let slashed = self.slashed.get(id).copied().unwrap_or_default();
            hold(9, p.slashed == slashed, || format!("events say {slashed} of placement {id}: {p:?}"))?;
            if let Some(before) = self.last.placements.get(id) {
                stays_final(*id, before, p)?;
                grows(*id, before, p)?;
                collateral(*id, before, p, facts)?;
            }
        }
        gone(&self.last, &now)?;
        money(&self.last, &now, caller, facts, at_ms)?;
        pools(&self.last, &now, facts)?;
        disputes(&self.last, &now, facts)?;
        maintenance(&self.last, &now, at_ms, facts)?;
        standings(&self.history, &now)?;
        misses(&self.last, facts)?;
        self.last = now;
        Ok(())
    }

    /// Invariant 4: what the shares have taken of all that was paid is what their sum takes of it at once.
    fn shares(&self, id: u64, p: &Placement) -> Check {
        let bps = u32::from(p.fee_bps) + u32::from(p.referral_bps) + u32::from(p.manager_bps);
        let given = self.given.get(&id).copied().unwrap_or_default();
        let paid = p.settled.saturating_sub(p.refunded);
        let all = bps_down(paid, bps);
        hold(4, all == Ok(given), || format!("{given} of {paid} given away by placement {id}, not {all:?}"))
    }

    /// Invariant 17: a score that the contract has told at `at_ms` is what its events add up to.
    pub fn score(&self, subject: Subject, told: &Score, at_ms: u64) -> Check {
        score(&self.history, &self.last, subject, told, at_ms)
    }

    /// Invariant 8: each round since the activation is proven, missed or excused, exactly once.
    fn rounds(&mut self, id: u64, p: &Placement) -> Check {
        let t = &p.tally;
        let counted = t.proven + t.missed + t.excused;
        if p.state == State::Active {
            self.since.entry(id).or_insert(t.round - counted);
        }
        let since = self.since.get(&id).copied().unwrap_or_default();
        hold(8, since + counted == t.round, || format!("placement {id} active since round {since}: {t:?}"))
    }
}

/// The invariants of a single state.
pub fn state(s: &Picture, at_ms: u64) -> Check {
    let (mut available, mut locked) = (0, 0);
    for account in s.accounts.values() {
        available += account.available;
        locked += account.locked;
    }
    let pots: Balance = s.reservations.values().flat_map(|r| &r.slots).map(|slot| slot.pot).sum();
    let bonuses: Balance = s.placements.values().map(|p| p.bonus.saturating_sub(p.bonus_paid)).sum();
    let pools: Balance = s.clusters.values().map(|c| inside(&c.pool)).sum();
    let sum = available + locked + pots + bonuses + pools + s.settings.fees;
    hold(1, sum == s.solvency.owed && s.solvency.held >= s.solvency.owed, || {
        let fees = s.settings.fees;
        format!("{available} + {locked} + {pots} + {bonuses} + {pools} + {fees}, {:?}", s.solvency)
    })?;
    for (id, account) in &s.accounts {
        let escrow: Balance =
            s.placements.values().filter(|p| consumer(s, p) == Some(*id)).map(|p| p.escrow).sum();
        let collateral: Balance =
            s.placements.values().filter(|p| p.provider == *id).map(|p| p.collateral).sum();
        let bonds: Balance =
            s.placements.values().filter(|p| consumer(s, p) == Some(*id)).map(Placement::bond).sum();
        hold(3, account.locked == escrow + bonds + collateral, || {
            format!("{id:?}: {} is not {escrow} + {bonds} + {collateral}", account.locked)
        })?;
    }
    for (id, p) in &s.placements {
        placement(*id, p, at_ms, s.services.get(&p.unit).map(|x| &x.maintenance))?;
    }
    for (id, unit) in &s.units {
        let taken = s.placements.values().filter(|p| p.unit == *id && p.holds_capacity());
        let taken: u64 = taken.map(|p| p.capacity).sum();
        hold(5, unit.used == taken && taken <= unit.spec.capacity, || {
            format!("unit {id}: {} used, {taken} taken of {}", unit.used, unit.spec.capacity)
        })?;
        member(s, *id, unit)?;
    }
    for (id, p) in s.placements.iter().filter(|(_, p)| p.holds_capacity()) {
        let unit = s.units.get(&p.unit);
        let cluster = reservation(s, p).and_then(Reservation::cluster);
        let carried =
            unit.is_some_and(|x| cluster.is_none() || x.member.as_ref().map(|m| m.cluster) == cluster);
        hold(5, carried, || format!("placement {id} in {cluster:?} is on {unit:?}"))?;
    }
    shares(s)?;
    lists(s)?;
    cluster_lists(s)
}

/// Invariant 5 of a member: its cluster's placements take of what it has committed, and the rest is kept free for them.
fn member(s: &Picture, id: u64, unit: &DataUnit) -> Check {
    let Some(member) = &unit.member else { return Ok(()) };
    let within = |p: &&Placement| reservation(s, p).and_then(Reservation::cluster) == Some(member.cluster);
    let taken = s.placements.values().filter(|p| p.unit == id && p.holds_capacity()).filter(within);
    let taken: u64 = taken.map(|p| p.capacity).sum();
    hold(5, member.used == taken, || format!("unit {id}: {taken} taken in the cluster, {member:?}"))?;
    let kept = unit.used + member.capacity.saturating_sub(member.used);
    hold(5, kept <= unit.spec.capacity, || format!("unit {id} keeps {kept} of {}", unit.spec.capacity))
}

/// Invariants 4, 6, 7, 8, 9 and 16 of one placement.
fn placement(id: u64, p: &Placement, at_ms: u64, rests: Option<&Maintenance>) -> Check {
    let price = |ms| price_up(p.price, p.capacity, ms).unwrap_or(Balance::MAX);
    match p.state {
        State::Proposed | State::Accepted => {
            hold(4, p.escrow == price(p.term_ms) && p.settled == 0, || format!("placement {id}: {p:?}"))?;
        }
        State::Active => {
            let term = p.earned_before + price(p.ends_at - p.segment_at);
            hold(4, p.settled + p.escrow == term, || format!("placement {id} costs {term}: {p:?}"))?;
            let until = at_ms.min(p.ends_at);
            let rested = rests.map_or(0, |x| x.ms_until(until)).saturating_sub(p.rested_ms);
            let served = until.saturating_sub(p.segment_at).saturating_sub(rested);
            let most = p.earned_before + price_down(p.price, p.capacity, served).unwrap_or(0);
            hold(7, p.settled <= most, || format!("placement {id} can have earned {most}: {p:?}"))?;
        }
        _ => {
            let empty = p.escrow == 0 && p.collateral == 0 && p.bonus == p.bonus_paid;
            hold(6, empty, || format!("placement {id} has ended with money in it: {p:?}"))?;
        }
    }
    hold(16, p.dispute.is_none() || p.state == State::Active, || format!("placement {id}: {p:?}"))?;
    hold(16, p.refunded <= p.settled, || format!("placement {id}: {p:?}"))?;
    let initial = if p.state == State::Proposed { 0 } else { p.collateral_initial };
    hold(9, p.collateral <= initial, || format!("placement {id}: {p:?}"))?;
    hold(9, p.bonus_paid <= p.bonus, || format!("placement {id}: {p:?}"))?;
    let most = u32::from(p.terms.max_misses);
    let streak = p.tally.streak <= p.tally.missed && (p.state == State::Failed) == (p.tally.streak >= most);
    hold(8, streak, || format!("placement {id} fails after {most} misses: {p:?}"))
}

fn reservation<'a>(s: &'a Picture, p: &Placement) -> Option<&'a Reservation> {
    s.reservations.get(&p.reservation)
}

fn consumer(s: &Picture, p: &Placement) -> Option<AccountId> {
    reservation(s, p).map(|r| r.consumer)
}

/// Invariant 6: a placement that has ended never changes again, but for one rating where there was none.
fn stays_final(id: u64, before: &Placement, now: &Placement) -> Check {
    let rating = if before.rating.stars == 0 { &now.rating } else { &before.rating };
    let same = Placement { rating: rating.clone(), ..before.clone() } == *now;
    hold(6, before.is_live() || same, || format!("placement {id}: {before:?}\nbecame {now:?}"))
}

/// Invariant 7: what was settled, served and counted never becomes less; agreed terms never change.
fn grows(id: u64, before: &Placement, now: &Placement) -> Check {
    let (b, n) = (&before.tally, &now.tally);
    let grown = before.settled <= now.settled
        && before.bonus_paid <= now.bonus_paid
        && before.segment_at <= now.segment_at
        && before.served_before_ms <= now.served_before_ms
        && before.earned_before <= now.earned_before
        && before.slashed <= now.slashed
        && before.refunded <= now.refunded
        && before.recorded_ms <= now.recorded_ms
        && before.disputable_at <= now.disputable_at
        && (b.round <= n.round && b.proven <= n.proven && b.missed <= n.missed && b.excused <= n.excused);
    hold(7, grown, || format!("placement {id}: {before:?}\nbecame {now:?}"))?;
    let agreed = before.terms == now.terms
        && (before.fee_bps, before.referral_bps, before.manager_bps, before.reporter_bps)
            == (now.fee_bps, now.referral_bps, now.manager_bps, now.reporter_bps)
        && (before.provider, before.challenger, before.unit, before.interval_ms)
            == (now.provider, now.challenger, now.unit, now.interval_ms);
    hold(7, agreed, || format!("placement {id}: {before:?}\nbecame {now:?}"))
}

/// Invariant 9: collateral leaves a placement by slashes alone, and never more than there is.
fn collateral(id: u64, before: &Placement, now: &Placement, facts: &[Fact]) -> Check {
    let mut slashed = 0;
    for fact in facts {
        if let Fact::Slashed(x) = fact {
            if x.placement == id {
                slashed += x.amount;
                hold(9, x.to_reporter + x.to_pot == x.amount && x.to_reporter * 10 <= x.amount, || {
                    format!("{} + {} of {}", x.to_reporter, x.to_pot, x.amount)
                })?;
            }
        }
    }
    let lost = |p: &Placement| p.collateral_initial - p.collateral;
    if before.holds_capacity() && now.holds_capacity() {
        let renewed = before.state == State::Active && now.segment_at >= before.ends_at && lost(now) == 0;
        let initial = share_up(before.collateral_initial, now.capacity, before.capacity);
        let shrunk = now.capacity < before.capacity
            && initial == Ok(now.collateral_initial)
            && now.collateral == (before.collateral - slashed).min(now.collateral_initial);
        let explained = lost(now) == lost(before) + slashed || renewed || shrunk;
        return hold(9, explained, || format!("placement {id} lost {slashed}: {before:?}\nbecame {now:?}"));
    }
    hold(9, slashed <= before.collateral, || format!("{slashed} slashed of placement {id}: {before:?}"))?;
    let forfeited = now.state != State::Failed || before == now || slashed == before.collateral;
    hold(9, forfeited, || format!("placement {id} failed and lost {slashed}: {before:?}"))
}

/// Invariant 14: ids only grow, and what is gone never comes back.
pub fn gone(before: &Picture, now: &Picture) -> Check {
    let (b, n) = (before.settings.last_ids, now.settings.last_ids);
    let came_back = |was: bool, is: bool, id: u64, last: u64| is && !was && id <= last;
    let back = now.nodes.keys().any(|i| came_back(before.nodes.contains_key(i), true, *i, b.node))
        || now.units.keys().any(|i| came_back(before.units.contains_key(i), true, *i, b.unit))
        || now
            .reservations
            .keys()
            .any(|i| came_back(before.reservations.contains_key(i), true, *i, b.reservation))
        || now.placements.keys().any(|i| came_back(before.placements.contains_key(i), true, *i, b.placement));
    let grown = b.node <= n.node
        && b.unit <= n.unit
        && b.reservation <= n.reservation
        && b.placement <= n.placement
        && b.cluster <= n.cluster;
    hold(14, !back && grown, || format!("{b:?} then {n:?}"))?;
    let clusters = now.clusters.keys().copied().eq(1..=n.cluster);
    let distributed = before.clusters.iter().all(|(id, c)| {
        now.clusters.get(id).is_some_and(|x| {
            x.spec.kind == c.spec.kind
                && x.pool.distributions >= c.pool.distributions
                && x.reservations >= c.reservations
        })
    });
    hold(14, clusters && distributed, || format!("clusters {:?} then {:?}", before.clusters, now.clusters))
}
