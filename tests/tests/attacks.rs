//! What somebody might try, and why it does not pay.

use orchestrator::{Response, Verdict};
use orchestrator_domain::{Error, State, UnitSpec, Window};
use orchestrator_proof::{draw, Sha2};
use orchestrator_scenarios::{Market, Who::*, PRICE};

#[test]
fn a_chunk_count_swapped_behind_the_checked_root_is_refused() {
    let mut m = Market::embedded();
    m.set_up();
    let (_, p) = m.deal(&[1]);
    let data = m.data(7);
    m.done(Consumer, |at| at.commit_data(p[0], data.root, data.chunks));
    m.done(Consumer, |at| at.commit_data(p[0], data.root, 1));
    m.refused(Provider, Error::NothingCommitted, |at| at.accept_data(p[0], data.root, data.chunks));
    m.open_round();
    assert_eq!(m.prove(p[0]), Verdict::Proven, "what was agreed is still what is asked");
}

#[test]
fn terms_swapped_in_front_of_an_order_do_not_bind_it() {
    let mut m = Market::embedded();
    m.set_up();
    let (order, mut spec) = (m.order(&[1]), m.unit_spec());
    spec.terms.notice_ms = 30 * 24 * 3_600_000;
    spec.terms.collateral_bps = 0;
    m.done(Provider, |at| at.update_unit(1, spec));
    m.refused(Consumer, Error::UnitChanged, |at| at.reserve(order));
}

#[test]
fn growing_and_shrinking_again_leaves_the_collateral_as_it_was() {
    let mut m = Market::embedded();
    m.set_up();
    let (id, p) = m.deal(&[1]);
    let before = m.account(Provider).locked;
    m.done(Consumer, |at| at.resize(id, 100, u128::MAX));
    assert!(m.account(Provider).locked > 30 * before);
    m.done(Consumer, |at| at.resize(id, 3, u128::MAX));
    let after = m.placement(p[0]);
    assert!(m.account(Provider).locked <= before + 1, "rounded up at most");
    assert_eq!(after.collateral, after.collateral_initial);
}

#[test]
fn a_pot_is_not_drawn_by_replacing_onto_a_dear_unit() {
    let mut m = Market::embedded();
    m.set_up();
    let mut spec = m.unit_spec();
    spec.terms.collateral_bps = 100_000;
    m.done(Provider, |at| at.update_unit(1, spec.clone()));
    m.advance(2 * m.beat_ms);
    let (id, p) = m.deal(&[1]);
    for _ in 0..3 {
        m.silent_beat();
    }
    m.settle(p[0]);
    assert_eq!(m.state(p[0]), State::Failed);
    let lost = m.placement(p[0]);
    let pot = m.reservation(id).slots[0].pot;
    m.done(Spare, |at| at.update_unit(2, UnitSpec { price: 30 * PRICE, ..spec }));
    m.advance(m.beat_ms);
    let data = m.data(5);
    let taker = m.done(Consumer, |at| at.replace(id, 0, data.on(2), u128::MAX));
    let left = lost.ends_at - m.clock().now;
    let most = orchestrator_domain::price_up(lost.price, lost.capacity, left).expect("in bounds");
    assert_eq!(m.placement(taker).bonus, most, "what the lost one would still have earned");
    assert_eq!(m.reservation(id).slots[0].pot, pot - most);
}

#[test]
fn an_exit_fee_raised_in_front_of_the_exit_is_refused() {
    let mut m = Market::embedded();
    m.set_up();
    let (id, p) = m.deal(&[1]);
    let told = m.ask(|at| at.exit_fee(p[0])).expect("there is one");
    let more = 9 * m.term();
    m.done(Consumer, |at| at.extend(id, more, u128::MAX));
    m.refused(Provider, Error::AboveCeiling, |at| at.withdraw_placement(p[0], told));
    assert_eq!(m.state(p[0]), State::Active);
}

#[test]
fn a_provider_that_puts_off_the_renewal_is_not_paid_for_the_time_between() {
    let mut m = Market::embedded();
    m.set_up();
    let (id, p) = m.deal(&[1]);
    m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
    for _ in 0..10 {
        m.proven_beat(&p);
    }
    m.settle(p[0]);
    let paid = m.placement(p[0]).settled;
    for _ in 0..5 {
        m.silent_beat();
    }
    m.done(Provider, |at| at.renew(p[0]));
    m.settle(p[0]);
    assert_eq!(m.placement(p[0]).settled, paid);
}

#[test]
fn a_proposal_on_a_unit_that_is_gone_gives_its_escrow_back() {
    let mut m = Market::embedded();
    m.set_up();
    let spec = m.unit_spec();
    let fleeting = m.done(Provider, |at| at.register_unit(1, spec));
    let before = m.available(Consumer);
    let (id, p) = m.reserve(&[fleeting]);
    m.done(Provider, |at| at.retire_unit(fleeting));
    let lapses = m.placement(p[0]).accept_by;
    m.advance(lapses - m.clock().working_ms());
    m.done(Stranger, |at| at.settle(p[0]));
    assert_eq!((m.state(p[0]), m.available(Consumer)), (State::Cancelled, before));
    m.done(Consumer, |at| at.close(id));
}

#[test]
fn a_unit_that_is_gone_does_not_silence_its_consumer() {
    let mut m = Market::embedded();
    m.set_up();
    let (_, p) = m.deal(&[1]);
    m.proven_beat(&p);
    m.done(Provider, |at| at.withdraw_placement(p[0], u128::MAX));
    m.done(Provider, |at| at.retire_unit(1));
    m.done(Consumer, |at| at.rate(p[0], 1));
    assert!(m.account(Provider).standing.now.blamed > 0);
}

#[test]
fn maintenance_between_two_misses_costs_the_same_in_steps_and_at_once() {
    let mut m = Market::embedded();
    m.set_up();
    let (quarter, mut spec) = (m.beat_ms / 4, m.unit_spec());
    (spec.terms.maintenance_ms, spec.terms.max_misses) = (m.interval(), 50);
    m.done(Provider, |at| at.update_unit(1, spec));
    m.advance(m.beat_ms);
    let mut order = m.order(&[1, 1]);
    order.term_ms = 60 * m.beat_ms;
    let (_, p) = m.deal_as(Consumer, order);
    let from = m.clock().now + 26 * m.beat_ms + quarter;
    m.done(Provider, |at| at.set_maintenance(1, Some(Window { from, until: from + 2 * quarter })));
    for beat in 0..28 {
        m.open_round();
        if beat < 26 {
            assert_eq!((m.prove(p[0]), m.prove(p[1])), (Verdict::Proven, Verdict::Proven));
        }
        for _ in 0..4 {
            m.advance(quarter);
            m.settle(p[0]);
        }
    }
    m.done(Provider, |at| at.withdraw_placement(p[0], u128::MAX));
    m.done(Provider, |at| at.withdraw_placement(p[1], u128::MAX));
    let (steps, once) = (m.placement(p[0]), m.placement(p[1]));
    assert_eq!((&steps.tally, steps.tally.missed), (&once.tally, 2));
    let worth =
        orchestrator_domain::price_down(once.price, once.capacity, 26 * m.beat_ms).expect("in bounds");
    assert_eq!((steps.settled, once.settled), (worth, worth), "no time is left unpaid twice");
}

#[test]
fn a_dry_run_says_what_becomes_of_a_proof_within_maintenance() {
    let mut m = Market::embedded();
    m.set_up();
    let mut spec = m.unit_spec();
    spec.terms.maintenance_ms = 4 * m.interval();
    m.done(Provider, |at| at.update_unit(1, spec));
    m.advance(m.beat_ms);
    let mut order = m.order(&[1]);
    order.term_ms = 60 * m.beat_ms;
    let (_, p) = m.deal_as(Consumer, order);
    let (from, until) = (m.clock().now + 24 * m.beat_ms, m.clock().now + 26 * m.beat_ms);
    m.done(Provider, |at| at.set_maintenance(1, Some(Window { from, until })));
    m.advance(24 * m.beat_ms);
    let round = m.open_round();
    let (held, data) = (m.placement(p[0]), m.data(0));
    assert_eq!((held.root, held.tally.round + 1), (data.root, round), "nothing is behind");
    let seed = m.picture().challengers[&m.id(Watcher)].seed;
    let drawn = |i| draw::<Sha2>(m.contract.as_ref(), p[0], &data.root, round, &seed, i, data.chunks);
    let proofs = (0..held.terms.samples).map(|i| data.proof(drawn(i))).collect();
    let told = m.respond(Provider, Response { placement: p[0], round, proofs });
    assert_eq!(told, Verdict::Proven);
    assert_eq!(m.placement(p[0]).tally.proven, 1);
}
