//! Disputes: what they freeze, who decides them, and how they end.

use orchestrator::{Action, DisputeStep};
use orchestrator_chain::{Balance, Ledger};
use orchestrator_domain::{
    bps_down, bps_up, Error, Handover, Role, State, ANSWER_MS, BOND_BPS, DAY_MS, DECIDE_MS, DISPUTE_FACT_MS,
    DISPUTE_REST_MS,
};

use super::maintenance::{worth, HOUR_MS};
use crate::{Fact, Market, Who, Who::*};

/// Hash of something that was said off the chain.
pub(crate) const SAID: [u8; 32] = [0xd1; 32];

impl<L: Ledger> Market<L> {
    /// The reservation's consumer disputes a placement about this moment. Gives the bond.
    pub fn dispute(&mut self, who: Who, placement: u64) -> Balance {
        let now = self.clock().now;
        self.done(who, |at| at.open_dispute(placement, now, SAID, u128::MAX));
        self.placement(placement).bond()
    }

    /// The provider answers, and the arbiter, who holds the role from now on, decides.
    pub fn decide(&mut self, placement: u64, to_consumer_bps: u16) {
        let provider = self.provider_of(placement);
        self.done(provider, |at| at.answer_dispute(placement, SAID));
        self.grant(Arbiter, Role::Arbiter);
        self.done(Arbiter, |at| at.decide_dispute(placement, to_consumer_bps, SAID));
    }
}

/// The steps of disputes that the last call has told, with the bond and what was refunded.
pub(crate) fn steps<L: Ledger>(m: &Market<L>) -> Vec<(DisputeStep, Balance, Balance)> {
    let facts = Fact::among(&m.receipt().events);
    let step = |x| if let Fact::Dispute(x) = x { Some((x.step, x.bond, x.refunded)) } else { None };
    facts.into_iter().filter_map(step).collect()
}

/// Two placements that have proven three days, of which nothing was settled yet; the second is never disputed.
pub(crate) fn three_days<L: Ledger>(m: &mut Market<L>) -> (u64, Vec<u64>) {
    m.go_daily();
    let (id, p) = m.deal(&[1, 2]);
    for _ in 0..3 {
        m.proven_beat(&p);
    }
    (id, p)
}

/// What is unpaid and the collateral of one placement wait; the bond is a tenth of both. All else goes on.
pub fn a_dispute_freezes_one_placement<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = three_days(m);
    let before = m.account(Consumer);
    let bond = m.dispute(Consumer, p[0]);
    let frozen = worth(3 * DAY_MS) + m.placement(p[0]).collateral;
    assert_eq!(bond, bps_up(frozen, BOND_BPS).expect("in bounds"));
    assert_eq!(steps(m), [(DisputeStep::Opened, bond, 0)]);
    let after = m.account(Consumer);
    assert_eq!((after.available, after.locked), (before.available - bond, before.locked + bond));
    for placement in &p {
        m.settle(*placement);
    }
    assert_eq!((m.placement(p[0]).settled, m.placement(p[1]).settled), (0, worth(3 * DAY_MS)));
    m.refused(Provider, Error::Disputed, |at| at.withdraw_placement(p[0], u128::MAX));
    m.refused(Consumer, Error::Disputed, |at| at.resize(id, 1, u128::MAX));
    m.refused(Consumer, Error::Disputed, |at| at.resize(id, 9, u128::MAX));
    let ends_at = m.placement(p[0]).ends_at;
    m.done(Consumer, |at| at.extend(id, DAY_MS, u128::MAX));
    assert_eq!([p[0], p[1]].map(|x| m.placement(x).ends_at), [ends_at, ends_at + DAY_MS]);
    m.done(Spare, |at| at.withdraw_placement(p[1], u128::MAX));
    m.proven_beat(&p[..1]);
    assert_eq!(m.placement(p[0]).tally.proven, 4, "rounds go on");
    let sla = m.ask(|at| at.sla(p[0])).expect("it exists");
    assert_eq!((sla.disputed, sla.paid, sla.unpaid), (true, 0, worth(4 * DAY_MS)));
}

/// The consumer, over what is active, about something of the last fortnight, for a bond it knows and has, one at a time.
pub fn a_dispute_has_its_conditions<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let (_, waiting) = m.reserve(&[2]);
    let (id, p) = m.deal(&[1]);
    let (_, idle) = m.deal(&[2]);
    let more = 20 * DAY_MS;
    m.done(Consumer, |at| at.extend(id, more, u128::MAX));
    let started = m.clock().now;
    m.beats(2);
    let now = m.clock().now;
    m.refused(Consumer, Error::WrongState, |at| at.open_dispute(waiting[0], now, SAID, u128::MAX));
    m.refused(Consumer, Error::UnknownPlacement, |at| at.open_dispute(99, now, SAID, u128::MAX));
    for who in [Provider, Stranger, Admin, Watcher] {
        m.refused(who, Error::NotConsumer, |at| at.open_dispute(p[0], now, SAID, u128::MAX));
    }
    for fact in [0, started - 1, now + 1, u64::MAX] {
        m.refused(Consumer, Error::TooLate, |at| at.open_dispute(p[0], fact, SAID, u128::MAX));
    }
    m.done(Consumer, |at| at.open_dispute(idle[0], started, SAID, u128::MAX));
    m.advance(DISPUTE_FACT_MS - 2 * DAY_MS + 1);
    m.refused(Consumer, Error::TooLate, |at| at.open_dispute(p[0], started, SAID, u128::MAX));
    let frozen = worth(DISPUTE_FACT_MS + 1) + m.placement(p[0]).collateral;
    let bond = bps_up(frozen, BOND_BPS).expect("in bounds");
    m.refused(Consumer, Error::AboveCeiling, |at| at.open_dispute(p[0], started + 1, SAID, bond - 1));
    let all = m.available(Consumer);
    m.done(Consumer, |at| at.withdraw(all - bond + 1));
    m.refused(Consumer, Error::NotEnoughAvailable, |at| at.open_dispute(p[0], started + 1, SAID, bond));
    m.deposit(Consumer, 1);
    m.done(Consumer, |at| at.open_dispute(p[0], started + 1, SAID, bond));
    assert_eq!(m.available(Consumer), 0);
    m.refused(Consumer, Error::Disputed, |at| at.open_dispute(p[0], started + 1, SAID, u128::MAX));
}

/// Nobody decides: after ten days everything is as if there had been none.
pub fn a_dispute_that_nobody_decides_is_released<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = three_days(m);
    let more = 10 * DAY_MS;
    m.done(Consumer, |at| at.extend(id, more, u128::MAX));
    let (consumer, paid) = (m.available(Consumer), m.placement(p[0]).settled);
    let bond = m.dispute(Consumer, p[0]);
    for _ in 0..9 {
        m.proven_beat(&p);
    }
    m.open_round();
    m.prove(p[0]);
    m.prove(p[1]);
    m.advance(DAY_MS - 1);
    m.settle(p[0]);
    assert_eq!((m.placement(p[0]).settled, m.placement(p[0]).bond()), (paid, bond));
    m.grant(Arbiter, Role::Arbiter);
    m.advance(1);
    m.refused(Arbiter, Error::NotDisputed, |at| at.decide_dispute(p[0], 10_000, SAID));
    m.refused(Provider, Error::NotDisputed, |at| at.answer_dispute(p[0], SAID));
    m.settle(p[0]);
    assert_eq!(steps(m), [(DisputeStep::Released, bond, 0)]);
    m.settle(p[1]);
    let (disputed, not) = (m.placement(p[0]), m.placement(p[1]));
    assert_eq!((disputed.settled, disputed.collateral), (not.settled, not.collateral));
    assert_eq!((disputed.settled, disputed.dispute), (worth(13 * DAY_MS), None));
    assert_eq!(m.available(Consumer), consumer);
    assert_eq!(m.unit_score(1).evidence, m.unit_score(2).evidence);
}

/// Misses cost what they cost, and too many of them end dispute and placement: the bond and what was unpaid go back.
pub fn a_placement_fails_while_it_is_disputed<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = three_days(m);
    let consumer = m.available(Consumer);
    let bond = m.dispute(Consumer, p[0]);
    m.silent_beat();
    m.settle(p[0]);
    let slash = bps_down(m.placement(p[0]).collateral_initial, 1_000).expect("in bounds");
    assert_eq!(m.reservation(id).slots[0].pot, slash);
    assert_eq!((m.placement(p[0]).settled, m.placement(p[0]).bond()), (0, bond));
    m.silent_beat();
    m.silent_beat();
    m.settle(p[0]);
    assert_eq!(steps(m), [(DisputeStep::Released, bond, 0)]);
    let failed = m.placement(p[0]);
    assert_eq!((failed.state, failed.settled), (State::Failed, 0));
    assert_eq!(m.reservation(id).slots[0].pot, failed.collateral_initial);
    let rest = m.placement(p[1]).term_ms;
    let all = orchestrator_domain::price_up(failed.price, failed.capacity, rest).expect("in bounds");
    assert_eq!(m.available(Consumer), consumer + all);
}

/// A term that is over ends once its dispute does, in the same call.
pub fn a_disputed_placement_completes_after_its_dispute<L: Ledger>(m: &mut Market<L>) {
    for decided in [true, false] {
        let (id, p) = three_days(m);
        for _ in 0..7 {
            m.proven_beat(&p);
        }
        m.dispute(Consumer, p[0]);
        m.done(Reporter, |at| at.settle_many(p.clone()));
        assert_eq!((m.state(p[0]), m.state(p[1])), (State::Active, State::Completed));
        m.refused(Consumer, Error::NotEnded, |at| at.close(id));
        m.refused(Provider, Error::Disputed, |at| at.withdraw_placement(p[0], 0));
        if decided {
            m.decide(p[0], 0);
        } else {
            m.advance(DECIDE_MS);
            m.settle(p[0]);
        }
        assert_eq!((m.state(p[0]), m.placement(p[0]).settled), (State::Completed, worth(m.term())));
        m.done(Consumer, |at| at.close(id));
        let left = [Consumer, Provider, Spare].map(|who| m.account(who).locked);
        assert_eq!(left, [0; 3]);
    }
}

/// A renewal waits for the end of the dispute.
pub fn nothing_is_renewed_while_it_is_disputed<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = three_days(m);
    m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
    for _ in 0..7 {
        m.proven_beat(&p);
    }
    m.dispute(Consumer, p[0]);
    m.refused(Reporter, Error::Disputed, |at| at.renew(p[0]));
    m.done(Reporter, |at| at.renew(p[1]));
    m.decide(p[0], 0);
    m.done(Reporter, |at| at.renew(p[0]));
    assert_eq!(m.placement(p[0]).ends_at, m.placement(p[1]).ends_at);
}

/// A consumer may leave what it disputes, with notice; what is frozen stays frozen.
pub fn a_consumer_terminates_what_it_disputes<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = three_days(m);
    let (consumer, price) = (m.available(Consumer), m.placement(p[0]).escrow);
    let bond = m.dispute(Consumer, p[0]);
    m.done(Consumer, |at| at.terminate(id, Some(0)));
    let kept = m.placement(p[0]).escrow;
    assert!(kept - worth(4 * DAY_MS) <= 1, "three days that are unpaid, and the notice");
    assert_eq!(m.available(Consumer), consumer - bond + price - kept);
    m.proven_beat(&p);
    m.settle(p[0]);
    assert_eq!((m.state(p[0]), m.placement(p[0]).settled), (State::Active, 0));
    m.decide(p[0], 10_000);
    assert_eq!((m.state(p[0]), m.placement(p[0]).refunded), (State::Terminated, worth(4 * DAY_MS)));
    assert_eq!(m.available(Consumer), consumer + price, "it has paid nothing");
}

/// Who takes a reservation over takes over its dispute, with the bond.
pub fn a_disputed_reservation_is_handed_over_with_its_bond<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = three_days(m);
    let bond = m.dispute(Consumer, p[0]);
    let (old, new, to) = (m.account(Consumer), m.account(Buyer), m.id(Buyer));
    m.done(Consumer, |at| at.offer(Handover::Reservation(id), Some(to)));
    m.done(Buyer, |at| at.take_over(Handover::Reservation(id)));
    assert_eq!((m.account(Consumer).available, m.account(Consumer).locked), (old.available, 0));
    assert_eq!((m.account(Buyer).available, m.account(Buyer).locked), (new.available, old.locked));
    m.decide(p[0], 5_000);
    let back = bps_down(worth(3 * DAY_MS), 5_000).expect("in bounds");
    assert_eq!(m.available(Buyer), new.available + back + bond);
    assert_eq!(m.available(Consumer), old.available);
}

/// Both deadlines run on the clock that a pause stops.
pub fn a_pause_stretches_the_deadlines_of_a_dispute<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = three_days(m);
    m.grant(Arbiter, Role::Arbiter);
    let opened = m.clock().now;
    for placement in &p {
        m.dispute(Consumer, *placement);
    }
    m.advance(ANSWER_MS - HOUR_MS);
    m.done(Admin, |at| at.set_paused(true));
    m.advance(4 * DAY_MS);
    assert_eq!(m.next(p[0]), Some((Action::Answer, opened + ANSWER_MS + 4 * DAY_MS)));
    m.refused(Arbiter, Error::TooEarly, |at| at.decide_dispute(p[0], 0, SAID));
    m.done(Admin, |at| at.set_paused(false));
    m.done(Provider, |at| at.answer_dispute(p[0], SAID));
    m.advance(HOUR_MS);
    m.refused(Spare, Error::TooLate, |at| at.answer_dispute(p[1], SAID));
    m.advance(DECIDE_MS - ANSWER_MS - 1);
    m.settle(p[0]);
    assert!(m.placement(p[0]).dispute.is_some(), "a fortnight after it was opened, four days of it paused");
    m.done(Arbiter, |at| at.decide_dispute(p[0], 10_000, SAID));
    m.advance(1);
    m.refused(Arbiter, Error::NotDisputed, |at| at.decide_dispute(p[1], 10_000, SAID));
}

/// Thirty days after the opening of one the next can be opened, whoever was right.
pub fn disputes_over_a_placement_are_a_month_apart<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = three_days(m);
    let more = 60 * DAY_MS;
    m.done(Consumer, |at| at.extend(id, more, u128::MAX));
    m.dispute(Consumer, p[0]);
    m.decide(p[0], 0);
    let rest = m.placement(p[0]).disputable_at;
    assert_eq!(rest, m.clock().now + DISPUTE_REST_MS);
    m.advance(DISPUTE_REST_MS - 1);
    let fact = m.clock().now;
    m.refused(Consumer, Error::TooEarly, |at| at.open_dispute(p[0], fact, SAID, u128::MAX));
    m.dispute(Consumer, p[1]);
    m.advance(1);
    m.dispute(Consumer, p[0]);
}

/// What has to be done about a dispute is told before its deadlines.
pub fn the_deadlines_of_a_dispute_are_told<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = three_days(m);
    let more = 30 * DAY_MS;
    m.done(Consumer, |at| at.extend(id, more, u128::MAX));
    let opened = m.clock().now;
    m.dispute(Consumer, p[0]);
    let told = |m: &Market<L>| {
        let facts = Fact::among(&m.receipt().events);
        facts.into_iter().find_map(|x| if let Fact::Dispute(x) = x { Some(x.until) } else { None })
    };
    assert_eq!(
        (m.next(p[0]), told(m)),
        (Some((Action::Answer, opened + ANSWER_MS)), Some(opened + ANSWER_MS))
    );
    m.done(Provider, |at| at.answer_dispute(p[0], SAID));
    assert_eq!(
        (m.next(p[0]), told(m)),
        (Some((Action::Decide, opened + DECIDE_MS)), Some(opened + DECIDE_MS))
    );
    m.dispute(Consumer, p[1]);
    m.advance(ANSWER_MS);
    assert_eq!(m.next(p[1]), Some((Action::Decide, opened + DECIDE_MS)), "nobody has answered");
    m.open_round();
    assert_eq!(m.next(p[1]), Some((Action::Prove, m.clock().now + u64::from(m.window()))), "that is sooner");
    m.grant(Arbiter, Role::Arbiter);
    m.done(Arbiter, |at| at.decide_dispute(p[0], 0, SAID));
    assert_eq!(told(m), Some(0), "there is nothing to wait for any more");
}
