//! Where slashed money goes: to who reported, to who repairs, to the consumer up to what it paid, the rest to the
//! treasury. And what is told of it.

use orchestrator::{events::Slashed, Action, SlashReason};
use orchestrator_chain::Ledger;
use orchestrator_domain::{bps_down, price_up, Error, SlaTerms, State, UnitSpec, DAY_MS};

use super::maintenance::{worth, HOUR_MS};
use crate::{Fact, Market, Who::*};

/// What the last call has told of slashes.
fn slashes<L: Ledger>(m: &Market<L>) -> Vec<Slashed> {
    let facts = Fact::among(&m.receipt().events);
    facts.into_iter().filter_map(|x| if let Fact::Slashed(x) = x { Some(x) } else { None }).collect()
}

/// Each slash tells the round, the reason, the amount, who reported it, and where the money went.
pub fn a_slash_tells_where_the_money_went<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1, 2]);
    let initial = m.placement(p[0]).collateral_initial;
    let each = bps_down(initial, 1_000).expect("in bounds");
    let share = |amount| bps_down(amount, 1_000).expect("in bounds");
    let (provider, reporter) = (m.id(Provider), m.id(Reporter));
    m.silent_beat();
    m.silent_beat();
    m.done(Reporter, |at| at.report_miss(p[0]));
    let [x] = &slashes(m)[..] else { panic!("one slash for two rounds") };
    assert_eq!((x.placement, x.provider, x.round, x.misses), (p[0], provider, 2, 2));
    assert_eq!((x.reason, x.amount, x.reporter), (SlashReason::Unanswered, 2 * each, Some(reporter)));
    assert_eq!((x.to_reporter, x.to_pot), (share(2 * each), 2 * each - share(2 * each)));
    m.settle(p[1]);
    let [x] = &slashes(m)[..] else { panic!("one slash") };
    assert_eq!((x.reporter, x.to_reporter, x.to_pot), (None, 0, 2 * each), "settling reports nothing");
    m.open_round();
    m.prove_wrongly(p[0]);
    let [x] = &slashes(m)[..] else { panic!("the third miss") };
    assert_eq!((x.round, x.misses, x.reason), (3, 1, SlashReason::InvalidProof));
    assert_eq!((x.amount, x.reporter, x.to_pot), (initial - 2 * each, None, initial - 2 * each));
    m.prove(p[1]);
    let fee = m.ask(|at| at.exit_fee(p[1])).expect("it can leave");
    m.done(Spare, |at| at.withdraw_placement(p[1], fee));
    let [x] = &slashes(m)[..] else { panic!("the exit fee") };
    assert_eq!((x.round, x.misses, x.reason), (3, 0, SlashReason::Exit));
    assert_eq!((x.amount, x.reporter, x.to_pot), (fee, None, fee));
}

/// Two deals of a unit with four times the price as collateral: all that is slashed is found again, to the plank.
fn dear<L: Ledger>(m: &mut Market<L>) -> (u64, u64) {
    let terms = SlaTerms { collateral_bps: 40_000, ..m.terms() };
    let spec = UnitSpec { terms, ..m.unit_spec() };
    m.done(Provider, |at| at.update_unit(1, spec));
    m.beats(1);
    let (id, p) = m.deal(&[1]);
    m.proven_beat(&p);
    (id, p[0])
}

/// Reporter, taker, consumer and treasury have all of it between them.
pub fn what_was_slashed_is_found_again_to_the_plank<L: Ledger>(m: &mut Market<L>) {
    let consumer = m.available(Consumer);
    let (id, p) = dear(m);
    for _ in 0..3 {
        m.silent_beat();
        m.done(Reporter, |at| at.report_miss(p));
    }
    let lost = m.placement(p);
    let (slashed, reported) = (lost.collateral_initial, m.available(Reporter));
    assert_eq!((lost.state, lost.slashed), (State::Failed, slashed));
    let pot = m.reservation(id).slots[0].pot;
    assert_eq!(pot + reported, slashed);
    let left = lost.ends_at - m.clock().now;
    let worth_of_rest = price_up(lost.price, lost.capacity, left).expect("in bounds");
    let replica = m.same_data(p, 2);
    let taken = m.done(Consumer, |at| at.replace(id, 0, replica, u128::MAX));
    assert_eq!((m.placement(taken).bonus, m.placement(taken).escrow), (worth_of_rest, worth_of_rest));
    m.accept(taken);
    m.activate(taken);
    for _ in 0..6 {
        m.proven_beat(&[taken]);
    }
    m.settle(taken);
    let (bonus, fees) = (m.placement(taken).bonus_paid, m.picture().settings.fees);
    assert_eq!((m.state(taken), bonus), (State::Completed, worth_of_rest));
    let spent = lost.settled + m.placement(taken).settled;
    m.done(Consumer, |at| at.close(id));
    let to_treasury = m.picture().settings.fees - fees;
    assert_eq!(reported + bonus + spent + to_treasury, slashed);
    assert_eq!(m.available(Consumer), consumer, "made whole, and never better off");
}

/// What the pot does not cover stays the consumer's loss: the time that was proven is paid.
pub fn a_small_pot_goes_to_the_consumer_as_far_as_it_reaches<L: Ledger>(m: &mut Market<L>) {
    let consumer = m.available(Consumer);
    let (id, p) = m.deal(&[1]);
    for _ in 0..7 {
        m.proven_beat(&p);
    }
    for _ in 0..3 {
        m.silent_beat();
    }
    m.settle(p[0]);
    let (lost, pot) = (m.placement(p[0]), m.reservation(id).slots[0].pot);
    assert!(lost.state == State::Failed && pot < lost.settled);
    let fees = m.picture().settings.fees;
    m.done(Consumer, |at| at.close(id));
    assert_eq!(m.available(Consumer), consumer - lost.settled + pot);
    assert_eq!(m.picture().settings.fees, fees, "nothing is left for the treasury");
}

/// A taker that fails as well leaves the pot what it has not earned of it, and its own slash on top.
pub fn a_taker_that_fails_fills_the_pot_again<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    for _ in 0..3 {
        m.silent_beat();
    }
    m.settle(p[0]);
    let first = m.reservation(id).slots[0].pot;
    let replica = m.same_data(p[0], 2);
    let taken = m.done(Consumer, |at| at.replace(id, 0, replica, u128::MAX));
    m.accept(taken);
    m.activate(taken);
    m.proven_beat(&[taken]);
    for _ in 0..3 {
        m.silent_beat();
    }
    m.settle(taken);
    let failed = m.placement(taken);
    assert_eq!(failed.state, State::Failed);
    assert!(failed.bonus_paid > 0 && failed.bonus_paid < first);
    let slot = m.reservation(id).slots[0].clone();
    assert_eq!(slot.pot, first - failed.bonus_paid + failed.collateral_initial);
    assert_eq!(slot.spent, failed.settled);
}

/// Of all that is ahead the earliest is told: a maintenance, a dispute's deadline, a round, the end of the money.
pub fn the_next_of_many_actions_is_told<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let (id, p) = m.deal(&[1]);
    let start = m.clock().now;
    let ends_at = start + m.term();
    assert_eq!(m.next(p[0]), Some((Action::End, ends_at)));
    let window = m.maintain(Provider, 2 * DAY_MS, HOUR_MS);
    assert_eq!(m.next(p[0]), Some((Action::Maintenance, window.from)));
    m.open_round();
    assert_eq!(m.next(p[0]), Some((Action::Prove, start + u64::from(m.window()))));
    m.prove(p[0]);
    assert_eq!(m.next(p[0]), Some((Action::Maintenance, window.from)));
    m.advance(HOUR_MS);
    m.dispute(Consumer, p[0]);
    assert_eq!(m.next(p[0]), Some((Action::Maintenance, window.from)), "before the answer's deadline");
    m.advance(2 * DAY_MS);
    assert_eq!(m.next(p[0]).map(|x| x.0), Some(Action::Answer));
    m.decide(p[0], 0);
    assert_eq!(m.next(p[0]), Some((Action::End, ends_at)));
    assert_eq!(m.ask(|at| at.funded_until(id)), ends_at, "the money runs out then");
    m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
    assert!(m.ask(|at| at.funded_until(id)) > ends_at);
    m.done(Consumer, |at| at.terminate(id, None));
    assert_eq!(m.next(p[0]), Some((Action::End, m.placement(p[0]).ends_at)));
    m.advance(2 * DAY_MS);
    m.settle(p[0]);
    assert_eq!(m.next(p[0]).map(|x| x.0), Some(Action::Close));
    assert_eq!(m.placement(p[0]).settled, worth(m.placement(p[0]).ends_at - start - HOUR_MS));
    m.refused(Consumer, Error::NothingToReplace, |at| {
        let data = orchestrator_domain::Replica { unit: 2, root: [0; 32], chunks: 0 };
        at.replace(id, 0, data, u128::MAX)
    });
}
