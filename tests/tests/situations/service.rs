//! Situations in which messages are refused: maintenance, reports, ratings, disputes.

use orchestrator::Observation;
use orchestrator_chain::Embedded;
use orchestrator_domain::{day_before, Error, Role, UnitSpec, Window, DAY_MS, UNIT_REST_MS};
use orchestrator_scenarios::{Market, Who, Who::*};

use crate::every;

/// A dispute of the consumer about an active placement, which anybody of these can decide. Gives its reservation and it.
pub(super) fn disputed(m: &mut Market<Embedded>, arbiters: &[Who]) -> (u64, u64) {
    let (id, p) = m.deal(&[1]);
    let now = m.clock().now;
    m.done(Consumer, |at| at.open_dispute(p[0], now, [1; 32], u128::MAX));
    for who in arbiters {
        let arbiter = m.id(*who);
        m.done(Admin, |at| at.set_role(arbiter, Role::Arbiter, true));
    }
    (id, p[0])
}

/// The provider's unit may rest so long in 30 days.
pub(super) fn resting(m: &mut Market<Embedded>, quota_ms: u64) {
    let mut spec = m.unit_spec();
    spec.terms.maintenance_ms = u32::try_from(quota_ms).expect("it is a month at most");
    m.done(Provider, |at| at.update_unit(1, spec));
    m.advance(UNIT_REST_MS);
}

/// What an observer might have seen of the provider's unit on the day before.
pub(super) fn seen(m: &Market<Embedded>, unit: u64) -> (u32, Vec<Observation>) {
    (day_before(m.clock().now), vec![Observation { unit, uptime_bps: 9_990, latency_ms: 20 }])
}

#[test]
fn a_promise_is_kept_while_placements_rest_on_it() {
    every(Error::PromiseWeakened, &["update_unit", "accept"], |m| {
        resting(m, DAY_MS);
        let kept = m.picture().units[&1].spec.clone();
        let (_, p) = m.deal(&[1]);
        let worse = |change: fn(&mut UnitSpec)| {
            let mut spec = kept.clone();
            change(&mut spec);
            spec
        };
        let weaker = [
            worse(|x| x.terms.uptime_bps -= 1),
            worse(|x| x.terms.latency_ms += 1),
            worse(|x| x.terms.maintenance_ms += 1),
        ];
        for spec in weaker.clone() {
            m.refused(Provider, Error::PromiseWeakened, |at| at.update_unit(1, spec));
        }
        let (_, proposed) = m.reserve(&[1]);
        m.done(Provider, |at| at.withdraw_placement(p[0], u128::MAX));
        for spec in weaker {
            m.done(Provider, |at| at.update_unit(1, spec));
            m.refused(Provider, Error::PromiseWeakened, |at| at.accept(proposed[0]));
        }
        let mut better = kept;
        (better.terms.uptime_bps, better.terms.latency_ms, better.terms.maintenance_ms) = (9_999, 1, 0);
        m.done(Provider, |at| at.update_unit(1, better));
        m.accept(proposed[0]);
    });
}

#[test]
fn maintenance_has_bounds() {
    every(Error::MaintenanceOutOfBounds, &["set_maintenance"], |m| {
        let quota = 4 * m.beat_ms;
        resting(m, quota);
        let (first, error) = (m.clock().now + 2 * DAY_MS, Error::MaintenanceOutOfBounds);
        let of = |from: u64, ms: u64| Some(Window { from, until: from + ms });
        for window in [of(first, 0), of(first, quota + 1), of(first + 60 * DAY_MS, 1)] {
            m.refused(Provider, error, |at| at.set_maintenance(1, window));
        }
        let backwards = Some(Window { from: first, until: first - 1 });
        m.refused(Provider, error, |at| at.set_maintenance(1, backwards));
        m.done(Provider, |at| at.set_maintenance(1, of(first, quota - 1)));
        m.refused(Provider, error, |at| at.set_maintenance(1, of(first + quota - 2, 1)));
        m.refused(Provider, error, |at| at.set_maintenance(1, of(first + quota, 2)));
        m.refused(Spare, error, |at| at.set_maintenance(2, of(first, 1)));
        m.done(Provider, |at| at.set_maintenance(1, of(first + quota - 1, 1)));
    });
}

#[test]
fn a_share_is_a_share() {
    every(Error::ShareOutOfBounds, &["report_quality", "decide_dispute"], |m| {
        let (_, p) = disputed(m, &[Stranger]);
        m.done(Provider, |at| at.answer_dispute(p, [2; 32]));
        let observer = m.id(Reporter);
        m.done(Admin, |at| at.set_role(observer, Role::Observer, true));
        let (day, mut seen) = seen(m, 1);
        for share in [10_001, u16::MAX] {
            m.refused(Stranger, Error::ShareOutOfBounds, |at| at.decide_dispute(p, share, [3; 32]));
            seen[0].uptime_bps = share;
            m.refused(Reporter, Error::ShareOutOfBounds, |at| at.report_quality(day, seen.clone()));
        }
        seen[0].uptime_bps = 10_000;
        m.done(Reporter, |at| at.report_quality(day, seen));
        m.done(Stranger, |at| at.decide_dispute(p, 10_000, [3; 32]));
    });
}

#[test]
fn a_rating_has_one_to_five_stars() {
    every(Error::RatingOutOfBounds, &["rate"], |m| {
        let (_, p) = m.deal(&[1]);
        m.proven_beat(&p);
        for stars in [0, 6, u8::MAX] {
            m.refused(Consumer, Error::RatingOutOfBounds, |at| at.rate(p[0], stars));
        }
        m.done(Consumer, |at| at.rate(p[0], 5));
    });
}

#[test]
fn what_was_not_paid_is_not_rated() {
    every(Error::NothingPaid, &["rate"], |m| {
        let (id, p) = m.reserve(&[1, 2]);
        m.refused(Consumer, Error::NothingPaid, |at| at.rate(p[0], 5));
        m.accept(p[0]);
        m.refused(Consumer, Error::NothingPaid, |at| at.rate(p[0], 5));
        m.activate(p[0]);
        m.refused(Consumer, Error::NothingPaid, |at| at.rate(p[0], 1));
        m.done(Consumer, |at| at.cancel(id, Some(1)));
        m.refused(Consumer, Error::NothingPaid, |at| at.rate(p[1], 1));
        m.open_round();
        m.beats(1);
        m.refused(Consumer, Error::NothingPaid, |at| at.rate(p[0], 1));
    });
}

#[test]
fn a_dispute_freezes_what_it_is_about() {
    let messages = ["extend", "resize", "withdraw_placement", "renew", "open_dispute"];
    every(Error::Disputed, &messages, |m| {
        let (id, p) = disputed(m, &[]);
        m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
        let (beat, now, error) = (m.beat_ms, m.clock().now, Error::Disputed);
        m.refused(Consumer, error, |at| at.extend(id, beat, u128::MAX));
        m.refused(Consumer, error, |at| at.resize(id, 9, u128::MAX));
        m.refused(Consumer, error, |at| at.resize(id, 1, u128::MAX));
        m.refused(Provider, error, |at| at.withdraw_placement(p, u128::MAX));
        m.refused(Consumer, error, |at| at.open_dispute(p, now, [1; 32], u128::MAX));
        m.advance(m.term());
        m.refused(Stranger, error, |at| at.renew(p));
        m.refused(Provider, error, |at| at.withdraw_placement(p, u128::MAX));
    });
}

#[test]
fn there_is_a_dispute_to_answer_and_decide() {
    every(Error::NotDisputed, &["answer_dispute", "decide_dispute"], |m| {
        let (_, p) = disputed(m, &[Stranger]);
        let (_, calm) = m.deal(&[1]);
        let error = Error::NotDisputed;
        m.refused(Provider, error, |at| at.answer_dispute(calm[0], [2; 32]));
        m.refused(Stranger, error, |at| at.decide_dispute(calm[0], 0, [2; 32]));
        m.done(Provider, |at| at.answer_dispute(p, [2; 32]));
        m.done(Stranger, |at| at.decide_dispute(p, 0, [2; 32]));
        m.refused(Provider, error, |at| at.answer_dispute(p, [2; 32]));
        m.refused(Stranger, error, |at| at.decide_dispute(p, 0, [2; 32]));
        let mut order = m.order(&[1]);
        order.term_ms = 100 * m.beat_ms;
        let (_, undecided) = m.deal_as(Consumer, order);
        let now = m.clock().now;
        m.done(Consumer, |at| at.open_dispute(undecided[0], now, [1; 32], u128::MAX));
        m.advance(10 * DAY_MS);
        m.refused(Stranger, error, |at| at.decide_dispute(undecided[0], 0, [2; 32]));
        m.refused(Provider, error, |at| at.answer_dispute(undecided[0], [2; 32]));
    });
}

#[test]
fn a_party_decides_no_dispute_of_its_own() {
    every(Error::OwnDispute, &["decide_dispute"], |m| {
        let (_, p) = disputed(m, &[Provider, Consumer, Manager]);
        m.done(Provider, |at| at.answer_dispute(p, [2; 32]));
        for who in [Provider, Consumer] {
            m.refused(who, Error::OwnDispute, |at| at.decide_dispute(p, 0, [3; 32]));
        }
        m.done(Manager, |at| at.decide_dispute(p, 0, [3; 32]));
        let cluster = m.cluster_set_up(&[Spare]);
        let (_, within) = m.cluster_deal(Consumer, cluster, 1);
        let now = m.clock().now;
        m.done(Consumer, |at| at.open_dispute(within[0], now, [1; 32], u128::MAX));
        m.done(Spare, |at| at.answer_dispute(within[0], [2; 32]));
        m.refused(Manager, Error::OwnDispute, |at| at.decide_dispute(within[0], 0, [3; 32]));
        m.done(Provider, |at| at.decide_dispute(within[0], 0, [3; 32]));
    });
}
