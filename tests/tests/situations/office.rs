//! Situations in which messages are refused: roles, the rate of the token, upgrades.

use orchestrator_chain::{runtime::UNIT, Embedded};
use orchestrator_domain::{
    ClusterSpec, Currency, Error, Role, UnitSpec, Window, DAY_MS, MAX_RATE, RATE_AGE_MS, RATE_STEP_MS,
    UNIT_REST_MS, UPGRADE_NOTICE_MS,
};
use orchestrator_scenarios::{Market, Who::*};

use super::service::{disputed, resting, seen};
use crate::every;

/// A price feed that has told a rate of one token for a dollar.
pub(super) fn rated(m: &mut Market<Embedded>) -> u64 {
    let (feed, now) = (m.id(PriceFeed), m.clock().now);
    m.done(Admin, |at| at.set_role(feed, Role::PriceFeed, true));
    m.done(PriceFeed, |at| at.set_rate(UNIT, now));
    now
}

#[test]
fn a_role_is_held_by_who_was_given_it() {
    every(Error::NotInRole, &["set_paused", "set_rate", "report_quality", "decide_dispute"], |m| {
        outsiders(m);
        let (now, pauser) = (m.clock().now, m.id(Pauser));
        m.refused(Pauser, Error::NotInRole, |at| at.set_paused(true));
        m.refused(PriceFeed, Error::NotInRole, |at| at.set_rate(UNIT, now));
        m.refused(Admin, Error::NotInRole, |at| at.set_rate(UNIT, now));
        for role in [Role::Pauser, Role::PriceFeed] {
            m.done(Admin, |at| at.set_role(pauser, role, role == Role::Pauser));
        }
        m.refused(Pauser, Error::NotInRole, |at| at.set_rate(UNIT, now));
        m.done(Pauser, |at| at.set_paused(true));
        m.done(Admin, |at| at.set_role(pauser, Role::Pauser, false));
        m.refused(Pauser, Error::NotInRole, |at| at.set_paused(false));
    });
}

/// Who observes or decides without the role, or in another cluster.
fn outsiders(m: &mut Market<Embedded>) {
    let (_, p) = disputed(m, &[]);
    m.done(Provider, |at| at.answer_dispute(p, [2; 32]));
    let (observer, error) = (m.id(Reporter), Error::NotInRole);
    m.done(Admin, |at| at.set_role(observer, Role::PriceFeed, true));
    for who in [Admin, Reporter, Stranger] {
        m.refused(who, error, |at| at.decide_dispute(p, 0, [3; 32]));
        let (day, seen) = seen(m, 1);
        m.refused(who, error, |at| at.report_quality(day, seen));
    }
    m.cluster_set_up(&[Spare]);
    let named = ClusterSpec { observers: vec![observer], ..m.cluster_spec() };
    m.done(Manager, |at| at.create_cluster(named.clone()));
    let (day, mut both) = seen(m, 2);
    m.refused(Reporter, error, |at| at.report_quality(day, both.clone()));
    m.done(Manager, |at| at.update_cluster(1, named));
    m.done(Reporter, |at| at.report_quality(day, both.clone()));
    both.extend(seen(m, 1).1);
    m.refused(Reporter, error, |at| at.report_quality(day, both));
    m.done(Admin, |at| at.set_role(observer, Role::PriceFeed, false));
}

#[test]
fn a_price_in_dollars_needs_a_fresh_rate() {
    let messages = ["quote", "reserve", "replace", "extend", "resize", "renew"];
    every(Error::RateStale, &messages, |m| {
        let in_dollars = UnitSpec { currency: Currency::MicroUsd, price: 720_000, ..m.unit_spec() };
        m.done(Provider, |at| at.update_unit(1, in_dollars));
        m.advance(UNIT_REST_MS);
        let mut order = m.order(&[1]);
        order.term_ms *= 2;
        m.refused(Consumer, Error::RateStale, |at| at.reserve(order.clone()));
        let told = rated(m);
        let (id, active) = m.deal_as(Consumer, order.clone());
        m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
        let (empty, _) = m.reserve_as(Consumer, order.clone());
        m.done(Consumer, |at| at.cancel(empty, None));
        let (term, data, error) = (m.term(), m.data(5), Error::RateStale);
        m.advance(told + RATE_AGE_MS - 1 - m.clock().now);
        assert!(m.ask(|at| at.quote(1, 1, term, None)).is_ok());
        m.advance(1);
        m.refused(Consumer, error, |at| at.quote(1, 1, term, None));
        m.refused(Consumer, error, |at| at.reserve(order));
        m.refused(Consumer, error, |at| at.replace(empty, 0, data.on(1), u128::MAX));
        m.refused(Consumer, error, |at| at.extend(id, 1, u128::MAX));
        m.refused(Consumer, error, |at| at.resize(id, 9, u128::MAX));
        m.advance(term);
        m.refused(Stranger, error, |at| at.renew(active[0]));
    });
}

#[test]
fn a_rate_has_bounds() {
    every(Error::RateOutOfBounds, &["set_rate"], |m| {
        let at_first = rated(m);
        m.advance(RATE_STEP_MS);
        let (now, error) = (m.clock().now, Error::RateOutOfBounds);
        assert_eq!(now, at_first + RATE_STEP_MS);
        for rate in [0, MAX_RATE + 1, u128::MAX, UNIT * 11 / 10 + 1, UNIT * 10 / 11 - 1] {
            m.refused(PriceFeed, error, |at| at.set_rate(rate, now));
        }
        m.done(PriceFeed, |at| at.set_rate(UNIT * 11 / 10, now));
    });
}

#[test]
fn upgrades_and_maintenance_are_announced_first() {
    every(Error::NothingAnnounced, &["upgrade", "set_maintenance"], |m| {
        resting(m, DAY_MS);
        m.refused(Provider, Error::NothingAnnounced, |at| at.set_maintenance(1, None));
        let from = m.clock().now + DAY_MS;
        m.done(Provider, |at| at.set_maintenance(1, Some(Window { from, until: from + 1 })));
        m.done(Provider, |at| at.set_maintenance(1, None));
        m.refused(Provider, Error::NothingAnnounced, |at| at.set_maintenance(1, None));
        m.done(Provider, |at| at.set_maintenance(1, Some(Window { from, until: from + 1 })));
        m.advance(DAY_MS + 1);
        m.refused(Provider, Error::NothingAnnounced, |at| at.set_maintenance(1, None));
        m.refused(Admin, Error::NothingAnnounced, |at| at.upgrade());
        m.done(Admin, |at| at.announce_upgrade(Some([7; 32])));
        m.done(Admin, |at| at.announce_upgrade(None));
        m.advance(8 * DAY_MS);
        m.refused(Admin, Error::NothingAnnounced, |at| at.upgrade());
    });
}

#[test]
fn an_upgrade_needs_its_code() {
    every(Error::UnknownCode, &["upgrade"], |m| {
        m.done(Admin, |at| at.announce_upgrade(Some([7; 32])));
        m.advance(UPGRADE_NOTICE_MS);
        m.refused(Admin, Error::UnknownCode, |at| at.upgrade());
    });
}
