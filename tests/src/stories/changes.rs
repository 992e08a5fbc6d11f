//! What a consumer changes while a placement lives.

use orchestrator_chain::{runtime::UNIT, Ledger};
use orchestrator_domain::{
    price_down, price_up, Access, Error, Handover, NodeState, State, UnitSpec, DAY_MS,
};

use crate::{sentences::node_spec, Market, Who::*, CAPACITY, PRICE};

/// Longer at the price agreed: more escrow, more collateral, and paid to the new end.
pub fn a_term_is_extended_at_the_price_agreed<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1, 2]);
    m.proven_beat(&p);
    let before = m.placement(p[0]);
    let more = m.beat_ms * 5;
    m.refused(Consumer, Error::AboveCeiling, |at| at.extend(id, more, 1));
    m.done(Consumer, |at| at.extend(id, more, UNIT));
    let after = m.placement(p[0]);
    assert_eq!(after.ends_at, before.ends_at + more);
    let whole = price_up(PRICE, CAPACITY, 15 * m.beat_ms).expect("in bounds");
    assert_eq!(after.settled + after.escrow, whole);
    let rest = price_up(PRICE, CAPACITY, 14 * m.beat_ms).expect("in bounds");
    assert_eq!(after.collateral_initial, rest.div_ceil(2));
    for _ in 0..14 {
        m.proven_beat(&p);
    }
    m.settle(p[0]);
    assert_eq!(m.placement(p[0]).settled, price_down(PRICE, CAPACITY, 15 * m.beat_ms).expect("in bounds"));
    assert_eq!(m.state(p[0]), State::Completed);
}

/// Extending is new business for the provider: it may have closed the unit, or asked more since.
pub fn a_provider_that_changed_its_offer_is_not_extended<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    let (spec, beat) = (m.unit_spec(), m.beat_ms);
    m.done(Provider, |at| at.update_unit(1, UnitSpec { price: PRICE + 1, ..spec.clone() }));
    m.refused(Consumer, Error::PriceRisen, |at| at.extend(id, beat, UNIT));
    m.done(Provider, |at| at.update_unit(1, UnitSpec { open: false, ..spec.clone() }));
    m.refused(Consumer, Error::UnitClosed, |at| at.extend(id, beat, UNIT));
    m.done(Provider, |at| at.update_unit(1, UnitSpec { price: PRICE - 1, ..spec }));
    m.done(Consumer, |at| at.extend(id, beat, UNIT));
    assert_eq!(m.placement(p[0]).price, PRICE, "the price agreed stays");
    let node = orchestrator_domain::NodeSpec { state: NodeState::Draining, ..node_spec() };
    m.done(Provider, |at| at.update_node(1, node));
    m.refused(Consumer, Error::NodeNotOnline, |at| at.extend(id, beat, UNIT));
}

/// More capacity costs more from now on.
pub fn a_reservation_grows<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    m.proven_beat(&p);
    m.refused(Consumer, Error::AboveCeiling, |at| at.resize(id, 7, 1));
    m.done(Consumer, |at| at.resize(id, 7, UNIT));
    assert_eq!((m.picture().units[&1].used, m.placement(p[0]).capacity), (7, 7));
    for _ in 0..9 {
        m.proven_beat(&p);
    }
    m.settle(p[0]);
    let first = price_down(PRICE, CAPACITY, m.beat_ms).expect("in bounds");
    let rest = price_down(PRICE, 7, 9 * m.beat_ms).expect("in bounds");
    assert_eq!((m.placement(p[0]).settled, m.state(p[0])), (first + rest, State::Completed));
}

/// Less capacity costs less, and the notice for what is given up.
pub fn a_reservation_shrinks_and_pays_the_notice<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    m.proven_beat(&p);
    m.done(Consumer, |at| at.resize(id, 1, 0));
    assert_eq!((m.picture().units[&1].used, m.placement(p[0]).capacity), (1, 1));
    for _ in 0..9 {
        m.proven_beat(&p);
    }
    m.settle(p[0]);
    let first = price_down(PRICE, CAPACITY, m.beat_ms).expect("in bounds");
    let notice = price_down(PRICE, CAPACITY - 1, m.beat_ms).expect("in bounds");
    let rest = price_down(PRICE, 1, 9 * m.beat_ms).expect("in bounds");
    assert_eq!(m.placement(p[0]).settled, first + notice + rest);
}

/// No way around the notice: shrinking and then leaving pays at least what leaving pays.
pub fn shrinking_before_leaving_saves_nothing<L: Ledger>(m: &mut Market<L>) {
    let (left, p) = m.deal(&[1]);
    let (shrunk, q) = m.deal(&[1]);
    m.proven_beat(&[p[0], q[0]]);
    m.done(Consumer, |at| at.resize(shrunk, 1, 0));
    m.done(Consumer, |at| at.terminate(shrunk, None));
    m.done(Consumer, |at| at.terminate(left, None));
    m.proven_beat(&[p[0], q[0]]);
    m.settle(p[0]);
    m.settle(q[0]);
    assert_eq!((m.state(p[0]), m.state(q[0])), (State::Terminated, State::Terminated));
    assert!(m.placement(q[0]).settled + 2 >= m.placement(p[0]).settled);
}

/// A round that is open and unanswered must be answered first.
pub fn nothing_is_resized_while_a_round_is_open<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    m.open_round();
    m.refused(Consumer, Error::RoundOpen, |at| at.resize(id, 4, UNIT));
    m.prove(p[0]);
    m.done(Consumer, |at| at.resize(id, 4, UNIT));
}

/// Renewed by anybody, at the unit's present price, from then on.
pub fn a_term_is_renewed_and_the_time_between_is_not_paid<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    m.done(Consumer, |at| at.set_auto_renew(id, UNIT));
    let spec = m.unit_spec();
    m.done(Provider, |at| at.update_unit(1, UnitSpec { price: PRICE + 100, ..spec }));
    m.refused(Reporter, Error::TooEarly, |at| at.renew(p[0]));
    for _ in 0..10 {
        m.proven_beat(&p);
    }
    m.beats(2);
    m.settle(p[0]);
    assert_eq!(m.state(p[0]), State::Active, "it waits to be renewed");
    m.done(Reporter, |at| at.renew(p[0]));
    let (renewed, now) = (m.placement(p[0]), m.clock().now);
    assert_eq!((renewed.segment_at, renewed.ends_at, renewed.price), (now, now + m.term(), PRICE + 100));
    for _ in 0..10 {
        m.proven_beat(&p);
    }
    m.done(Consumer, |at| at.set_auto_renew(id, 0));
    m.settle(p[0]);
    let old = price_down(PRICE, CAPACITY, m.term()).expect("in bounds");
    let new = price_down(PRICE + 100, CAPACITY, m.term()).expect("in bounds");
    assert_eq!((m.placement(p[0]).settled, m.state(p[0])), (old + new, State::Completed));
}

/// The consumer's ceiling binds, and so does its money.
pub fn a_renewal_keeps_to_the_ceiling_and_the_money<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    let price = price_up(PRICE, CAPACITY, m.term()).expect("in bounds");
    m.done(Consumer, |at| at.set_auto_renew(id, price - 1));
    m.advance(m.term());
    m.refused(Reporter, Error::AboveCeiling, |at| at.renew(p[0]));
    m.done(Consumer, |at| at.set_auto_renew(id, price));
    let all = m.available(Consumer);
    m.done(Consumer, |at| at.withdraw(all));
    m.refused(Reporter, Error::NotEnoughAvailable, |at| at.renew(p[0]));
    m.deposit(Consumer, price);
    m.done(Reporter, |at| at.renew(p[0]));
    assert_eq!(m.ask(|at| at.funded_until(id)), m.placement(p[0]).ends_at);
    m.deposit(Consumer, 3 * price);
    assert_eq!(m.ask(|at| at.funded_until(id)), m.placement(p[0]).ends_at + 3 * m.term());
}

/// Whoever does not renew in time ends.
pub fn a_renewal_is_too_late_after_its_grace<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1, 2]);
    m.done(Consumer, |at| at.set_auto_renew(id, UNIT));
    m.advance(m.term() + 3 * DAY_MS - 1);
    m.done(Reporter, |at| at.renew(p[0]));
    m.advance(1);
    m.refused(Reporter, Error::WrongState, |at| at.renew(p[1]));
    m.settle(p[1]);
    assert_eq!(m.state(p[1]), State::Completed);
}

/// A renewal tops the collateral up again after a slash.
pub fn a_renewal_restores_the_collateral<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    m.done(Consumer, |at| at.set_auto_renew(id, UNIT));
    m.silent_beat();
    m.settle(p[0]);
    assert!(m.placement(p[0]).collateral < m.placement(p[0]).collateral_initial);
    m.beats(9);
    m.done(Stranger, |at| at.renew(p[0]));
    assert_eq!(m.placement(p[0]).collateral, m.placement(p[0]).collateral_initial);
}

/// Payer, refunds and duties move with the reservation.
pub fn a_reservation_goes_to_another_consumer_with_its_escrow<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1, 2]);
    m.done(Consumer, |at| at.set_auto_renew(id, UNIT));
    let buyer = m.id(Buyer);
    m.refused(Buyer, Error::NotOffered, |at| at.take_over(Handover::Reservation(id)));
    m.done(Consumer, |at| at.offer(Handover::Reservation(id), Some(buyer)));
    m.done(Consumer, |at| at.offer(Handover::Reservation(id), None));
    m.refused(Buyer, Error::NotOffered, |at| at.take_over(Handover::Reservation(id)));
    m.done(Consumer, |at| at.offer(Handover::Reservation(id), Some(buyer)));
    m.refused(Stranger, Error::NotOffered, |at| at.take_over(Handover::Reservation(id)));
    let (from, to) = (m.account(Consumer), m.account(Buyer));
    m.done(Buyer, |at| at.take_over(Handover::Reservation(id)));
    assert_eq!(m.account(Buyer).locked, to.locked + from.locked);
    assert_eq!((m.account(Consumer).locked, m.available(Consumer)), (0, from.available));
    assert_eq!(m.reservation(id).renew_up_to, 0, "it did not agree to renew");
    m.refused(Consumer, Error::NotConsumer, |at| at.terminate(id, None));
    m.done(Buyer, |at| at.terminate(id, None));
    m.beats(1);
    m.settle(p[0]);
    m.settle(p[1]);
    m.done(Buyer, |at| at.close(id));
    assert_eq!(m.available(Consumer), from.available);
}

/// An access list is what the consumer makes it.
pub fn an_access_list_is_kept_by_the_consumer<L: Ledger>(m: &mut Market<L>) {
    let (id, _) = m.reserve(&[1]);
    let (reader, writer) = (m.id(Buyer), m.id(Referrer));
    m.done(Consumer, |at| at.set_access(id, reader, Some(Access::Reader)));
    m.done(Consumer, |at| at.set_access(id, writer, Some(Access::Reader)));
    m.done(Consumer, |at| at.set_access(id, writer, Some(Access::Writer)));
    let grants: Vec<_> = m.reservation(id).grants.iter().map(|x| (x.account, x.access)).collect();
    assert_eq!(grants, [(reader, Access::Reader), (writer, Access::Writer)]);
    m.done(Consumer, |at| at.set_access(id, reader, None));
    m.done(Consumer, |at| at.set_access(id, writer, None));
    assert!(m.reservation(id).grants.is_empty());
    m.refused(Buyer, Error::NotConsumer, |at| at.set_access(id, reader, Some(Access::Writer)));
}

/// Nodes drain, units change and retire; what is live keeps what it agreed to.
pub fn a_change_of_a_unit_reaches_no_live_placement<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1]);
    let before = m.placement(p[0]);
    let mut spec = m.unit_spec();
    spec.price *= 2;
    spec.terms.slash_bps = 10_000;
    spec.terms.max_misses = 1;
    spec.capacity = CAPACITY;
    m.done(Provider, |at| at.update_unit(1, spec.clone()));
    assert_eq!(m.placement(p[0]), before);
    spec.capacity = CAPACITY - 1;
    m.refused(Provider, Error::CapacityInUse, |at| at.update_unit(1, spec));
    m.refused(Provider, Error::UnitInUse, |at| at.retire_unit(1));
    m.refused(Provider, Error::NodeInUse, |at| at.retire_node(1));
    m.advance(m.term());
    m.settle(p[0]);
    m.done(Provider, |at| at.retire_unit(1));
    assert!(m.receipt().storage_deposit < 0, "the deposit comes back");
    m.done(Provider, |at| at.retire_node(1));
    assert!(m.receipt().storage_deposit < 0, "the deposit comes back");
}
