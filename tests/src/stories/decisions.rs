//! Disputes that an arbiter decides.

use orchestrator::{Action, DisputeStep, SlashReason};
use orchestrator_chain::Ledger;
use orchestrator_domain::{bps_down, Error, Role, State, ANSWER_MS, DAY_MS, DECIDE_MS};

use super::disputes::{steps, three_days, SAID};
use super::maintenance::worth;
use crate::{Fact, Market, Who::*};

/// All to the consumer: what was unpaid back, the collateral into the pot, the bond back.
pub fn an_arbiter_finds_for_the_consumer<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = three_days(m);
    let before = m.account(Consumer);
    let (provider, collateral) = (m.available(Provider), m.placement(p[0]).collateral);
    let bond = m.dispute(Consumer, p[0]);
    m.decide(p[0], 10_000);
    let back = worth(3 * DAY_MS);
    assert_eq!(steps(m), [(DisputeStep::Decided, bond, back)]);
    let told = Fact::among(&m.receipt().events);
    assert!(told.iter().any(|x| matches!(x, Fact::Slashed(x)
        if x.reason == SlashReason::Dispute && (x.amount, x.to_pot, x.misses) == (collateral, collateral, 0)
            && x.reporter.is_none())));
    assert_eq!(m.available(Consumer), before.available + back);
    assert_eq!((m.available(Provider), m.reservation(id).slots[0].pot), (provider, collateral));
    let now = m.placement(p[0]);
    assert_eq!((now.state, now.refunded, now.collateral), (State::Active, back, 0));
    assert_eq!(m.unit_score(1).evidence.lost, 10 * DAY_MS / 1_000 * 10_000, "the whole term");
    assert_eq!(m.provider_score(Provider).evidence.lost, m.unit_score(1).evidence.lost);
    let sla = m.ask(|at| at.sla(p[0])).expect("it exists");
    assert_eq!((sla.paid, sla.refunded, sla.slashed, sla.disputed), (0, back, collateral, false));
    m.proven_beat(&p);
    m.settle(p[0]);
    assert_eq!(m.placement(p[0]).settled, worth(4 * DAY_MS), "from then on it is paid");
}

/// Nothing to the consumer: the provider is paid, and gets the bond.
pub fn an_arbiter_finds_for_the_provider<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = three_days(m);
    let (consumer, provider) = (m.available(Consumer), m.available(Provider));
    let bond = m.dispute(Consumer, p[0]);
    m.decide(p[0], 0);
    assert_eq!(steps(m), [(DisputeStep::Decided, bond, 0)]);
    let pay = worth(3 * DAY_MS);
    let fee = bps_down(pay, 200).expect("in bounds");
    assert_eq!(m.available(Consumer), consumer - bond);
    assert_eq!(m.available(Provider), provider + pay - fee + bond);
    assert_eq!(m.unit_score(1).evidence.lost, 0);
    let now = m.placement(p[0]);
    assert_eq!((now.settled, now.refunded, now.collateral), (pay, 0, now.collateral_initial));
}

/// Half and half: of both what is frozen; the bond is the consumer's from one half on.
pub fn an_arbiter_divides<L: Ledger>(m: &mut Market<L>) {
    for bps in [5_000, 4_999] {
        let (_, p) = three_days(m);
        let collateral = m.placement(p[0]).collateral;
        let (consumer, provider, fees) =
            (m.available(Consumer), m.available(Provider), m.picture().settings.fees);
        let bond = m.dispute(Consumer, p[0]);
        m.decide(p[0], bps);
        let share = |x| bps_down(x, bps.into()).expect("in bounds");
        let (back, cut) = (share(worth(3 * DAY_MS)), share(collateral));
        let pay = worth(3 * DAY_MS) - back;
        let fee = bps_down(pay, 200).expect("in bounds");
        let (lost, won) = if bps < 5_000 { (bond, bond) } else { (0, 0) };
        assert_eq!(m.available(Consumer), consumer + back - lost);
        assert_eq!(m.available(Provider), provider + pay - fee + won);
        assert_eq!(m.picture().settings.fees, fees + fee, "no share is taken of what went back");
        assert_eq!(m.placement(p[0]).collateral, collateral - cut);
        let weighed = 10 * DAY_MS * u64::from(bps) / 10_000 / 1_000 * 10_000;
        assert_eq!(m.unit_score(1).evidence.lost, weighed);
        m.advance(100 * DAY_MS);
        m.done(Reporter, |at| at.settle_many(p));
        m.advance(DAY_MS * 3_000);
    }
}

/// The provider has three days; only then, or once it has answered, an arbiter decides, who must be one.
pub fn a_provider_is_heard_before_anybody_decides<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = three_days(m);
    m.grant(Arbiter, Role::Arbiter);
    m.refused(Arbiter, Error::NotDisputed, |at| at.decide_dispute(p[0], 0, SAID));
    m.refused(Provider, Error::NotDisputed, |at| at.answer_dispute(p[0], SAID));
    let opened = m.clock().now;
    for placement in &p {
        m.dispute(Consumer, *placement);
    }
    assert_eq!(m.next(p[0]), Some((Action::Answer, opened + ANSWER_MS)));
    for who in [Consumer, Spare, Stranger, Arbiter] {
        m.refused(who, Error::NotProvider, |at| at.answer_dispute(p[0], SAID));
    }
    m.refused(Arbiter, Error::TooEarly, |at| at.decide_dispute(p[0], 0, SAID));
    let delegate = m.id(Delegate);
    m.done(Provider, |at| at.set_provider(Vec::new(), Some(delegate)));
    m.done(Delegate, |at| at.answer_dispute(p[0], SAID));
    assert_eq!(m.placement(p[0]).dispute.map(|x| x.answer), Some(SAID));
    assert_eq!(m.next(p[0]), Some((Action::Decide, opened + DECIDE_MS)), "the end of the term waits");
    for who in [Consumer, Provider, Admin, Stranger] {
        m.refused(who, Error::NotInRole, |at| at.decide_dispute(p[0], 0, SAID));
    }
    m.refused(Arbiter, Error::ShareOutOfBounds, |at| at.decide_dispute(p[0], 10_001, SAID));
    m.done(Arbiter, |at| at.decide_dispute(p[0], 1, SAID));
    m.advance(ANSWER_MS - 1);
    m.refused(Arbiter, Error::TooEarly, |at| at.decide_dispute(p[1], 0, SAID));
    m.advance(1);
    m.refused(Spare, Error::TooLate, |at| at.answer_dispute(p[1], SAID));
    m.done(Arbiter, |at| at.decide_dispute(p[1], 10_000, SAID));
}

/// In a cluster the pool gets its part of what is paid, and of what went back nobody gets any.
pub fn a_dispute_in_a_cluster_leaves_the_pool_its_part<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let c = m.cluster_set_up(&[Provider]);
    let (_, p) = m.cluster_deal(Tenant, c, 1);
    for _ in 0..3 {
        m.proven_beat(&p);
    }
    let unpaid = m.ask(|at| at.sla(p[0])).expect("it exists").unpaid;
    m.dispute(Tenant, p[0]);
    m.settle(p[0]);
    assert_eq!(m.cluster(c).pool.members, 0);
    m.decide(p[0], 6_000);
    let paid = unpaid - bps_down(unpaid, 6_000).expect("in bounds");
    let pool = m.cluster(c).pool;
    assert_eq!(pool.fee + pool.manager + pool.members, paid);
    let shares = bps_down(paid, 1_200).expect("in bounds");
    assert_eq!((pool.members, m.share(c, Provider).pooled), (paid - shares, paid - shares));
    m.done(Stranger, |at| at.distribute(c));
    assert_eq!(m.available(Manager), pool.manager);
}

/// An arbiter that is the consumer, the provider or the cluster's manager decides nothing there, and elsewhere it does.
pub fn an_arbiter_that_is_a_party_decides_nothing<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let c = m.cluster_set_up(&[Provider]);
    let (_, p) = m.cluster_deal(Tenant, c, 1);
    let (_, q) = m.deal(&[2]);
    for who in [Tenant, Provider, Manager] {
        m.grant(who, Role::Arbiter);
    }
    m.proven_beat(&[p[0], q[0]]);
    m.dispute(Tenant, p[0]);
    m.dispute(Consumer, q[0]);
    m.advance(ANSWER_MS);
    for who in [Tenant, Provider, Manager] {
        m.refused(who, Error::OwnDispute, |at| at.decide_dispute(p[0], 0, SAID));
    }
    m.done(Manager, |at| at.decide_dispute(q[0], 0, SAID));
}
