//! How placements end before their time, and how reservations are closed.

use orchestrator_chain::Ledger;
use orchestrator_domain::{price_down, Error, State, CLOSE_GRACE_MS, DAY_MS};

use crate::{Market, Who::*, CAPACITY, PRICE};

/// The consumer ends early: the notice is paid, the rest comes back at once.
pub fn a_consumer_terminates_with_notice<L: Ledger>(m: &mut Market<L>) {
    let before = m.available(Consumer);
    let (id, p) = m.deal(&[1]);
    m.proven_beat(&p);
    m.proven_beat(&p);
    m.done(Consumer, |at| at.terminate(id, None));
    assert!(m.available(Consumer) > before - price_down(PRICE, CAPACITY, 4 * m.beat_ms).expect("in bounds"));
    assert_eq!(m.state(p[0]), State::Active, "it serves through the notice");
    m.refused(Consumer, Error::TooLate, |at| at.terminate(id, None));
    m.refused(Consumer, Error::TooLate, |at| at.extend(id, 1, u128::MAX));
    m.proven_beat(&p);
    m.settle(p[0]);
    assert_eq!(m.state(p[0]), State::Terminated);
    let paid = price_down(PRICE, CAPACITY, 3 * m.beat_ms).expect("in bounds");
    m.earned(m.available(Consumer), before - paid);
    m.done(Consumer, |at| at.close(id));
}

/// Within the last notice there is nothing to be saved by ending early.
pub fn a_consumer_that_terminates_too_late_stays_to_the_end<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    for _ in 0..9 {
        m.proven_beat(&p);
    }
    m.refused(Consumer, Error::TooLate, |at| at.terminate(id, None));
}

/// The provider leaves for the fee it was told, and the slot is filled anew.
pub fn a_provider_withdraws_for_the_fee_it_was_told<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    m.proven_beat(&p);
    m.settle(p[0]);
    let fee = m.ask(|at| at.exit_fee(p[0])).expect("there is one");
    let before = m.account(Provider);
    assert_eq!(fee, before.locked.div_ceil(5));
    m.done(Provider, |at| at.withdraw_placement(p[0], u128::MAX));
    assert_eq!(m.state(p[0]), State::Withdrawn);
    m.earned(m.available(Provider), before.available + before.locked - fee);
    assert_eq!(m.reservation(id).slots[0].pot, fee);
    assert_eq!(m.account(Consumer).locked, 0);
    m.beats(1);
    m.settle(p[0]);
    let replica = m.data(77).on(2);
    let new = m.done(Consumer, |at| at.replace(id, 0, replica, u128::MAX));
    assert_eq!((m.placement(new).bonus, m.reservation(id).slots[0].pot), (fee, 0));
    m.refused(Consumer, Error::NothingToReplace, |at| {
        at.replace(id, 0, orchestrator_domain::Replica { unit: 2, root: [0; 32], chunks: 0 }, u128::MAX)
    });
    m.done(Spare, |at| at.decline(new));
    assert_eq!(m.reservation(id).slots[0].pot, fee, "a bonus that was not earned goes back");
}

/// It must answer what is asked before it goes, and leaving is free once the term is over.
pub fn a_provider_cannot_leave_an_open_round_behind<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1]);
    m.open_round();
    m.refused(Provider, Error::RoundOpen, |at| at.withdraw_placement(p[0], u128::MAX));
    assert_eq!(m.prove(p[0]), orchestrator::Verdict::Proven);
    m.advance(m.term());
    let before = m.account(Provider);
    m.refused(Provider, Error::WrongState, |at| at.withdraw_placement(p[0], u128::MAX));
    m.settle(p[0]);
    assert_eq!(m.account(Provider).locked, 0);
    assert!(m.available(Provider) >= before.available + before.locked);
}

/// While a renewal is waited for, the provider may leave and pays nothing.
pub fn a_provider_leaves_free_once_the_term_is_over<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
    m.advance(m.term());
    m.settle(p[0]);
    let before = m.account(Provider);
    m.done(Provider, |at| at.withdraw_placement(p[0], u128::MAX));
    assert_eq!(m.state(p[0]), State::Completed);
    assert_eq!(m.available(Provider), before.available + before.locked);
}

/// Only the consumer closes, at any time after the end, and gets the storage deposit.
pub fn a_consumer_closes_and_gets_the_storage_deposit<L: Ledger>(m: &mut Market<L>) {
    let (id, _) = m.deal(&[1]);
    m.refused(Consumer, Error::NotEnded, |at| at.close(id));
    m.advance(m.term());
    m.refused(Reporter, Error::NotConsumer, |at| at.close(id));
    m.done(Consumer, |at| at.close(id));
    assert!(m.receipt().storage_deposit < 0);
    m.refused(Consumer, Error::UnknownReservation, |at| at.close(id));
}

/// After the grace anybody closes and keeps the storage deposit for it; the money goes where it belongs.
pub fn a_keeper_closes_after_the_grace_and_is_paid_by_the_deposit<L: Ledger>(m: &mut Market<L>) {
    let before = m.available(Consumer);
    let (id, p) = m.reserve(&[1]);
    m.accept(p[0]);
    m.done(Provider, |at| at.decline(p[0]));
    let until = m.placement(p[0]).activate_by + CLOSE_GRACE_MS - m.clock().now;
    m.advance(until - 1);
    m.refused(Reporter, Error::NotConsumer, |at| at.close(id));
    m.advance(1);
    m.done(Reporter, |at| at.close(id));
    assert!(m.receipt().storage_deposit < 0);
    assert_eq!(m.available(Consumer), before);
}

/// No deal waits for a keeper: what is due is done by whatever touches it next, years later.
pub fn a_deal_that_nobody_touched_for_years_ends_as_agreed<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1, 2]);
    m.advance(3 * 365 * DAY_MS);
    m.done(Stranger, |at| at.close(id));
    assert!(m.picture().placements.is_empty());
    assert_eq!(m.account(Consumer).locked, 0);
    let earned = price_down(PRICE, CAPACITY, m.term()).expect("in bounds");
    assert_eq!(m.picture().settings.fees, 2 * (earned / 50));
    m.refused(Stranger, Error::UnknownPlacement, |at| at.settle(p[0]));
}
