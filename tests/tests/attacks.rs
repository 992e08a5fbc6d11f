//! What somebody might try, and why it does not pay.

use orchestrator::Verdict;
use orchestrator_domain::{Error, State, UnitSpec};
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
