//! Rounds that are proven, missed or excused, and what follows.

use orchestrator::Verdict;
use orchestrator_chain::{Embedded, Ledger};
use orchestrator_domain::{bps_down, price_down, Error, State};

use crate::{Market, Who::*, CAPACITY, PRICE};

/// A missed round costs a tenth of the collateral and one interval of pay.
pub fn a_missed_round_is_slashed_and_not_paid<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1]);
    let initial = m.placement(p[0]).collateral_initial;
    m.silent_beat();
    m.proven_beat(&p);
    m.settle(p[0]);
    let placement = m.placement(p[0]);
    let slash = bps_down(initial, 1_000).expect("in bounds");
    assert_eq!(placement.collateral, initial - slash);
    assert_eq!((placement.tally.missed, placement.tally.streak), (1, 0));
    m.earned(placement.settled, price_down(PRICE, CAPACITY, m.beat_ms).expect("in bounds"));
    assert_eq!(m.reservation(1).slots[0].pot, slash, "nobody reported: all of it is for the repair");
}

/// A wrong proof is a miss of its round, at once; the round cannot be proven any more.
pub fn an_invalid_proof_is_a_miss_at_once<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1]);
    m.open_round();
    assert_eq!(m.prove_wrongly(p[0]), Verdict::Invalid);
    assert_eq!(m.placement(p[0]).tally.missed, 1);
    assert_eq!(m.prove(p[0]), Verdict::NothingAsked);
    m.beats(1);
    m.settle(p[0]);
    assert_eq!(m.placement(p[0]).tally.missed, 1, "not counted a second time");
    // The interval of the miss is not paid.
    m.earned(m.placement(p[0]).settled, 0);
}

/// One bad response of a batch fails alone.
pub fn one_bad_response_of_a_batch_fails_alone<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1, 1, 1, 2]);
    m.open_round();
    let mut responses: Vec<_> = p.iter().map(|x| m.response(*x)).collect();
    responses[1].proofs[1].chunk[0] ^= 1;
    responses[2].round += 1;
    let mut unknown = responses[0].clone();
    unknown.placement = 999;
    responses.push(unknown);
    responses.push(responses[0].clone());
    let verdicts = m.done(Provider, |at| at.prove(responses));
    use Verdict::*;
    assert_eq!(verdicts, [Proven, Invalid, WrongRound, NotProvider, UnknownPlacement, NothingAsked]);
}

/// A response of the wrong shape is an invalid proof and no more than that.
pub fn a_response_of_the_wrong_shape_is_invalid<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1, 1, 1]);
    m.open_round();
    let mut few = m.response(p[0]);
    few.proofs.pop();
    assert_eq!(m.respond(Provider, few), Verdict::Invalid);
    let mut short = m.response(p[1]);
    short.proofs[0].path.pop();
    assert_eq!(m.respond(Provider, short), Verdict::Invalid);
    let mut many = m.response(p[2]);
    many.proofs.push(many.proofs[0].clone());
    assert_eq!(m.respond(Provider, many), Verdict::Invalid);
}

/// The window is over at its end, not before.
pub fn a_proof_counts_up_to_the_last_instant_of_the_window<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1, 2]);
    m.open_round();
    m.advance(u64::from(m.window()) - 1);
    assert_eq!(m.prove(p[0]), Verdict::Proven);
    m.advance(1);
    assert_eq!(m.prove(p[1]), Verdict::NothingAsked);
    m.settle(p[1]);
    assert_eq!(m.placement(p[1]).tally.missed, 1);
}

/// Three misses in a row forfeit everything; the pay ends where the last of them began.
pub fn three_misses_in_a_row_fail_a_placement<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    let initial = m.placement(p[0]).collateral_initial;
    m.proven_beat(&p);
    for _ in 0..3 {
        m.silent_beat();
    }
    m.settle(p[0]);
    let placement = m.placement(p[0]);
    assert_eq!((placement.state, placement.tally.missed), (State::Failed, 3));
    m.earned(placement.settled, price_down(PRICE, CAPACITY, m.beat_ms).expect("in bounds"));
    assert_eq!(m.reservation(id).slots[0].pot, initial);
    assert_eq!((m.account(Provider).locked, m.account(Consumer).locked), (0, 0));
    m.beats(1);
    m.settle(p[0]);
    m.settle(p[0]);
}

/// Misses are found whenever somebody looks, in one go, and cost what they would have cost one by one.
pub fn misses_found_late_cost_what_they_cost_in_time<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1, 2]);
    m.silent_beat();
    m.settle(p[0]);
    m.silent_beat();
    m.settle(p[0]);
    m.settle(p[1]);
    let (often, once) = (m.placement(p[0]), m.placement(p[1]));
    assert_eq!(often.collateral, once.collateral);
    m.earned(often.settled, once.settled);
    assert_eq!(often.tally.missed, once.tally.missed);
}

/// Who reports a miss gets a tenth of the slash; the parties of the deal get none.
pub fn a_reporter_gets_its_share_and_the_parties_none<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    let slash = bps_down(m.placement(p[0]).collateral_initial, 1_000).expect("in bounds");
    m.refused(Reporter, Error::NothingMissed, |at| at.report_miss(p[0]));
    m.silent_beat();
    m.done(Reporter, |at| at.report_miss(p[0]));
    let share = bps_down(slash, 1_000).expect("in bounds");
    assert_eq!(m.available(Reporter), share);
    m.refused(Reporter, Error::NothingMissed, |at| at.report_miss(p[0]));
    let consumer = m.account(Consumer);
    m.silent_beat();
    m.done(Consumer, |at| at.report_miss(p[0]));
    assert_eq!(m.available(Consumer), consumer.available);
    assert_eq!(m.reservation(id).slots[0].pot, 2 * slash - share);
    let provider = m.account(Provider);
    m.silent_beat();
    m.done(Provider, |at| at.report_miss(p[0]));
    assert_eq!(m.state(p[0]), State::Failed);
    assert_eq!(m.available(Provider), provider.available);
}

/// The spare takes a lost replica over, earns the pot with the time it serves, and the deal closes.
pub fn a_spare_repairs_a_failed_replica_for_the_pot<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    let initial = m.placement(p[0]).collateral_initial;
    for _ in 0..3 {
        m.silent_beat();
    }
    m.settle(p[0]);
    let lost = m.placement(p[0]);
    let replica = m.data(1_000).on(2);
    let taken = m.done(Consumer, |at| at.replace(id, 0, replica, u128::MAX));
    assert!(!m.picture().placements.contains_key(&p[0]));
    let new = m.placement(taken);
    assert_eq!((new.bonus, new.state, new.slot), (initial, State::Proposed, 0));
    assert_eq!(new.term_ms, lost.ends_at - m.clock().now);
    m.accept(taken);
    m.activate(taken);
    let spare = m.account(Spare);
    for _ in 0..7 {
        m.proven_beat(&[taken]);
    }
    m.settle(taken);
    let done = m.placement(taken);
    assert_eq!((done.state, done.bonus_paid), (State::Completed, initial));
    let fee = bps_down(done.settled, 200).expect("in bounds");
    assert_eq!(m.available(Spare), spare.available + spare.locked + done.settled - fee + initial);
    m.done(Consumer, |at| at.close(id));
}

/// What is left in the pot makes the consumer whole, and never better off than that.
pub fn a_pot_left_at_close_makes_the_consumer_whole_and_no_more<L: Ledger>(m: &mut Market<L>) {
    let before = m.available(Consumer);
    let (id, p) = m.deal(&[1]);
    m.proven_beat(&p);
    for _ in 0..3 {
        m.silent_beat();
    }
    m.settle(p[0]);
    let (pot, paid) = (m.reservation(id).slots[0].pot, m.placement(p[0]).settled);
    assert!(pot > paid && paid > 0);
    let fees = m.picture().settings.fees;
    m.done(Consumer, |at| at.close(id));
    assert_eq!(m.available(Consumer), before);
    assert_eq!(m.picture().settings.fees, fees + pot - paid);
}

/// The challenger may get slower, never faster; rounds come at most once an interval.
pub fn a_challenger_slows_down_and_never_speeds_up<L: Ledger>(m: &mut Market<L>) {
    let (interval, window) = (m.interval(), m.window());
    let (_, p) = m.deal(&[1]);
    m.open_round();
    m.refused(Watcher, Error::IntervalOutOfBounds, |at| at.register_challenger(interval - 1, window));
    m.refused(Watcher, Error::IntervalOutOfBounds, |at| at.register_challenger(interval, window - 1));
    m.done(Watcher, |at| at.register_challenger(interval * 2, window * 2));
    assert_eq!(m.prove(p[0]), Verdict::Proven);
    m.beats(1);
    m.refused(Watcher, Error::TooEarly, |at| at.open_round([0; 32]));
    m.beats(1);
    m.open_round();
    m.advance(u64::from(window));
    assert_eq!(m.prove(p[0]), Verdict::Proven, "the longer window holds");
    m.beats(2);
    m.silent_beat();
    m.beats(1);
    m.settle(p[0]);
    assert_eq!(m.placement(p[0]).tally.missed, 1);
    let served = 5 * m.beat_ms + u64::from(window);
    let paid = price_down(PRICE, CAPACITY, served).expect("in bounds");
    // A miss costs the interval agreed, not the slower one.
    m.earned(m.placement(p[0]).settled, paid);
}

/// A chain that stood still and comes back with a jump of its clock slashes nobody.
pub fn a_halted_chain_slashes_nobody(m: &mut Market<Embedded>) {
    let (_, p) = m.deal(&[1]);
    m.open_round();
    m.ledger.halt(m.beat_ms * 2).expect("it can stand still");
    m.settle(p[0]);
    assert_eq!(m.placement(p[0]).tally.missed, 0, "the window has had one block");
    m.refused(Watcher, Error::TooEarly, |at| at.open_round([7; 32]));
    assert_eq!(m.prove(p[0]), Verdict::Proven);
    m.beats(1);
    m.silent_beat();
    m.settle(p[0]);
    assert_eq!(m.placement(p[0]).tally.missed, 1, "once blocks come again, windows close");
}

/// The provider that waits for its last moment, and the one that settles while a round is open, gain nothing.
pub fn time_after_an_open_round_is_paid_once_it_is_proven<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1]);
    let half = m.beat_ms / 4;
    m.advance(half);
    m.open_round();
    m.advance(half);
    m.settle(p[0]);
    m.earned(m.placement(p[0]).settled, price_down(PRICE, CAPACITY, half).expect("in bounds"));
    assert_eq!(m.prove(p[0]), Verdict::Proven);
    m.settle(p[0]);
    m.earned(m.placement(p[0]).settled, price_down(PRICE, CAPACITY, 2 * half).expect("in bounds"));
}
