//! What an admin can do, and what it cannot.

use orchestrator::Verdict;
use orchestrator_chain::{runtime::UNIT, Ledger};
use orchestrator_domain::{Config, Error, Handover, State, DAY_MS, MAX_PAUSE_MS};

use crate::{Market, Who::*};

/// A pause stretches deadlines by its length.
pub fn a_pause_stretches_deadlines<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.reserve(&[1, 2]);
    m.accept(p[0]);
    m.advance(DAY_MS - 1);
    m.done(Admin, |at| at.set_paused(true));
    m.advance(8 * DAY_MS);
    m.refused(Spare, Error::Paused, |at| at.accept(p[1]));
    m.settle(p[1]);
    assert_eq!(m.state(p[1]), State::Proposed, "its last millisecond is still to come");
    m.done(Admin, |at| at.set_paused(false));
    m.accept(p[1]);
    m.advance(7 * DAY_MS);
    m.activate(p[0]);
    m.advance(1);
    m.settle(p[1]);
    assert_eq!(m.state(p[1]), State::Cancelled);
}

/// New business stops; every way out stays open.
pub fn a_pause_keeps_every_exit_open<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1, 2, 1, 1]);
    let (other, q) = m.reserve(&[1, 1]);
    m.done(Consumer, |at| at.set_auto_renew(other, UNIT));
    m.accept(q[0]);
    m.proven_beat(&p);
    m.open_round();
    m.done(Admin, |at| at.set_paused(true));
    m.refused(Admin, Error::Paused, |at| at.set_paused(true));
    let order = m.order(&[1]);
    m.refused(Consumer, Error::Paused, |at| at.reserve(order));
    m.refused(Provider, Error::Paused, |at| at.accept(q[1]));
    let beat = m.beat_ms;
    m.refused(Consumer, Error::Paused, |at| at.extend(id, beat, UNIT));
    m.refused(Consumer, Error::Paused, |at| at.resize(id, 9, UNIT));
    m.beats(1);
    m.refused(Watcher, Error::Paused, |at| at.open_round([0; 32]));
    m.settle(p[0]);
    m.activate(q[0]);
    m.done(Provider, |at| at.decline(q[1]));
    m.done(Provider, |at| at.withdraw_placement(p[0], u128::MAX));
    for slot in 1..4 {
        m.done(Consumer, |at| at.terminate(id, Some(slot)));
    }
    m.beats(1);
    m.done(Stranger, |at| at.settle_many(p.clone()));
    m.done(Consumer, |at| at.close(id));
    for who in [Consumer, Provider, Spare] {
        let all = m.available(who);
        m.done(who, |at| at.withdraw(all));
    }
    m.done(Stranger, |at| at.collect_fees());
    m.done(Admin, |at| at.set_paused(false));
    m.refused(Admin, Error::NotPaused, |at| at.set_paused(false));
}

/// A round whose window a pause cut counts for nobody.
pub fn a_round_cut_by_a_pause_is_excused<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1, 2]);
    m.open_round();
    m.done(Admin, |at| at.set_paused(true));
    m.beats(1);
    m.done(Admin, |at| at.set_paused(false));
    m.settle(p[0]);
    let tally = m.placement(p[0]).tally;
    assert_eq!((tally.missed, tally.excused), (0, 1));
    m.proven_beat(&p[..1]);
    m.silent_beat();
    m.settle(p[1]);
    let tally = m.placement(p[1]).tally;
    assert_eq!((tally.missed, tally.excused), (2, 1), "the cut round is excused later, too");
}

/// Proving stays possible while paused.
pub fn a_round_opened_before_a_pause_needs_no_proof<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1]);
    m.open_round();
    m.done(Admin, |at| at.set_paused(true));
    assert_eq!(m.prove(p[0]), Verdict::NothingAsked);
}

/// A pauser that disappears stops nothing for longer than fourteen days.
pub fn a_pause_ends_by_itself<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.reserve(&[1]);
    m.done(Admin, |at| at.set_paused(true));
    m.advance(MAX_PAUSE_MS - 1);
    m.refused(Provider, Error::Paused, |at| at.accept(p[0]));
    m.advance(1);
    m.accept(p[0]);
    m.activate(p[0]);
    m.open_round();
    assert_eq!(m.prove(p[0]), Verdict::Proven);
}

/// The role goes over only when the other side takes it.
pub fn the_admin_hands_over_in_two_steps<L: Ledger>(m: &mut Market<L>) {
    let next = m.id(Buyer);
    m.refused(Buyer, Error::NotAdmin, |at| at.offer(Handover::Admin, Some(next)));
    m.refused(Buyer, Error::NotOffered, |at| at.take_over(Handover::Admin));
    m.done(Admin, |at| at.offer(Handover::Admin, Some(next)));
    m.done(Admin, |at| at.offer(Handover::Admin, None));
    m.refused(Buyer, Error::NotOffered, |at| at.take_over(Handover::Admin));
    m.done(Admin, |at| at.offer(Handover::Admin, Some(next)));
    m.refused(Admin, Error::NotOffered, |at| at.take_over(Handover::Admin));
    m.done(Buyer, |at| at.take_over(Handover::Admin));
    assert_eq!((m.picture().settings.admin, m.picture().settings.offered_to), (next, None));
    m.refused(Admin, Error::NotInRole, |at| at.set_paused(true));
    m.refused(Admin, Error::NotAdmin, |at| at.offer(Handover::Admin, None));
    m.done(Buyer, |at| at.set_paused(true));
}

/// Fees and windows stay within what was compiled in.
pub fn a_configuration_keeps_to_its_bounds<L: Ledger>(m: &mut Market<L>) {
    let treasury = m.id(Treasury);
    let good = Config {
        network_fee_bps: 1_000,
        referral_bps: 500,
        reporter_bps: 1_000,
        accept_ms: 60_000,
        activate_ms: 30 * 86_400_000,
        score_unit: 1 << 63,
    };
    m.done(Admin, |at| at.configure(good.clone(), treasury));
    assert_eq!(m.picture().settings.config, good);
    for bad in [
        Config { network_fee_bps: 1_001, ..good.clone() },
        Config { referral_bps: 501, ..good.clone() },
        Config { reporter_bps: 1_001, ..good.clone() },
        Config { accept_ms: 59_999, ..good.clone() },
        Config { accept_ms: 30 * 86_400_000 + 1, ..good.clone() },
        Config { activate_ms: 59_999, ..good.clone() },
        Config { activate_ms: 30 * 86_400_000 + 1, ..good.clone() },
        Config { score_unit: 0, ..good.clone() },
        Config { score_unit: (1 << 63) + 1, ..good.clone() },
    ] {
        m.refused(Admin, Error::ConfigOutOfBounds, |at| at.configure(bad, treasury));
    }
    m.refused(Stranger, Error::NotAdmin, |at| at.configure(good, treasury));
}

/// A new fee reaches new placements only.
pub fn a_new_fee_reaches_no_live_placement<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1]);
    let config = Config { network_fee_bps: 1_000, ..Config::default() };
    let treasury = m.id(Treasury);
    m.done(Admin, |at| at.configure(config, treasury));
    let (_, q) = m.deal(&[1]);
    m.beats(1);
    m.settle(p[0]);
    let first = m.picture().settings.fees;
    assert_eq!(first, m.placement(p[0]).settled / 50);
    m.settle(q[0]);
    assert_eq!(m.picture().settings.fees - first, m.placement(q[0]).settled / 10);
}
