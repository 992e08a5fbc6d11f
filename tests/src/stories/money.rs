//! Deposits, payments and the shares of them.

use orchestrator_chain::{runtime::UNIT, Ledger};
use orchestrator_domain::{bps_down, price_down, Error};

use crate::{Market, Who::*, CAPACITY, PRICE};

/// What goes in can come out, less nothing.
pub fn money_goes_in_and_out<L: Ledger>(m: &mut Market<L>) {
    let stranger = m.id(Stranger);
    m.done(Buyer, |at| at.deposit_for(stranger).transferred_value(5 * UNIT));
    assert_eq!(m.available(Stranger), 5 * UNIT);
    let outside = m.ledger.balance(stranger).expect("readable").free;
    m.done(Stranger, |at| at.withdraw(5 * UNIT));
    let fee = m.receipt().fee;
    let deposit = m.receipt().storage_deposit.max(0) as u128;
    assert_eq!(m.ledger.balance(stranger).expect("readable").free, outside + 5 * UNIT - fee - deposit);
    m.refused(Stranger, Error::NotEnoughAvailable, |at| at.withdraw(1));
}

/// Money sent to the contract belongs to nobody in it, and does no harm.
pub fn money_sent_past_the_messages_is_owed_to_nobody<L: Ledger>(m: &mut Market<L>) {
    let before = m.ask(|at| at.solvency());
    let (signer, contract) = (Stranger.signer(), m.contract);
    m.ledger.transfer(&signer, contract, UNIT).expect("anyone can send");
    let after = m.ask(|at| at.solvency());
    assert_eq!((after.held, after.owed), (before.held + UNIT, before.owed));
    m.deposit(Buyer, UNIT);
}

/// Settling twice in a row pays once; settling in steps pays what settling once pays.
pub fn settling_twice_pays_once_and_in_steps_the_same<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1, 2]);
    for _ in 0..10 {
        m.open_round();
        for placement in &p {
            m.prove(*placement);
        }
        for _ in 0..3 {
            m.advance(m.beat_ms / 3);
            m.settle(p[0]);
        }
    }
    m.settle(p[1]);
    let before = m.available(Provider);
    m.settle(p[0]);
    assert_eq!(m.available(Provider), before);
    let (stepwise, once) = (m.placement(p[0]), m.placement(p[1]));
    assert_eq!((stepwise.settled, stepwise.state), (once.settled, once.state));
    let money = |who| m.available(who) + m.account(who).locked;
    assert_eq!(money(Provider), money(Spare), "fees too");
}

/// Several at once, whether they exist or not.
pub fn many_are_settled_in_one_call<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1, 2]);
    m.beats(2);
    m.done(Stranger, |at| at.settle_many(vec![p[0], 999, p[1], p[0]]));
    let earned = price_down(PRICE, CAPACITY, 2 * m.beat_ms).expect("in bounds");
    m.earned(m.placement(p[0]).settled, earned);
    m.earned(m.placement(p[1]).settled, earned);
    m.done(Stranger, |at| at.settle_many(Vec::new()));
}

/// Fee, referral and reporter's share are exact, taken from what is earned and not from what is owed.
pub fn every_share_is_exact<L: Ledger>(m: &mut Market<L>) {
    let consumer = m.available(Consumer);
    let mut order = m.order(&[1]);
    order.referrer = Some(m.id(Referrer));
    let (_, p) = m.deal_as(Consumer, order);
    for _ in 0..10 {
        m.proven_beat(&p);
        m.settle(p[0]);
    }
    let earned = price_down(PRICE, CAPACITY, m.term()).expect("in bounds");
    let fee = bps_down(earned, 200).expect("in bounds");
    let referral = bps_down(earned, 50).expect("in bounds");
    assert_eq!(m.available(Referrer), referral);
    assert_eq!(m.picture().settings.fees, fee);
    assert_eq!(m.available(Provider), 100 * UNIT + earned - fee - referral);
    assert_eq!(m.available(Consumer), consumer - earned);
    m.done(Stranger, |at| at.collect_fees());
    assert_eq!((m.available(Treasury), m.picture().settings.fees), (fee, 0));
    m.refused(Stranger, Error::ZeroAmount, |at| at.collect_fees());
}

/// A payee whose account does not exist cannot take its money out, and holds up nobody.
pub fn one_dead_payee_blocks_nobody<L: Ledger>(m: &mut Market<L>) {
    let mut order = m.order(&[1]);
    order.referrer = Some([0; 32].into());
    let (_, p) = m.deal_as(Consumer, order);
    for _ in 0..10 {
        m.proven_beat(&p);
    }
    m.settle(p[0]);
    let dead = m.picture().accounts[&[0; 32].into()].clone();
    assert!(dead.available > 0);
    let all = m.available(Provider);
    m.done(Provider, |at| at.withdraw(all));
    m.done(Stranger, |at| at.collect_fees());
}

/// Whoever is provider, consumer, challenger and reporter at once gains nothing by it.
pub fn a_party_that_deals_with_itself_gains_nothing<L: Ledger>(m: &mut Market<L>) {
    let before = m.available(Provider);
    let mut order = m.order(&[1]);
    order.referrer = Some(m.id(Provider));
    let (id, p) = m.deal_as(Provider, order);
    m.proven_beat(&p);
    for _ in 0..3 {
        m.silent_beat();
        m.attempt(Provider, |at| at.report_miss(p[0])).expect("a miss is reported");
    }
    m.done(Provider, |at| at.close(id));
    let account = m.account(Provider);
    assert!(account.available <= before && account.locked == 0);
    assert_eq!(before - account.available, m.picture().settings.fees);
}
