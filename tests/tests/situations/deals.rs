//! Situations in which messages are refused: reservations, placements, rounds, money.

use orchestrator_chain::{runtime::UNIT, Embedded};
use orchestrator_domain::{
    Error, Order, Replica, Role, Subject, UnitSpec, Window, ANSWER_MS, DAY_MS, PAUSE_REST_MS, RATE_AGE_MS,
    UNIT_REST_MS, UPGRADE_NOTICE_MS, UPGRADE_OPEN_MS,
};
use orchestrator_scenarios::{Market, Who::*, CAPACITY, PRICE};

use super::{
    office::rated,
    service::{disputed, resting, seen},
};
use crate::every;

#[test]
fn a_pause_stops_new_business() {
    let messages = ["open_round", "reserve", "replace", "accept", "extend", "resize", "set_paused"];
    every(Error::Paused, &messages, |m| {
        let (id, active) = m.deal(&[1]);
        let (_, proposed) = m.reserve(&[1]);
        let (empty, _) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(empty, None));
        m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
        let (order, data, term) = (m.order(&[1]), m.data(9), m.term());
        m.done(Admin, |at| at.set_paused(true));
        m.refused(Admin, Error::Paused, |at| at.set_paused(true));
        m.refused(Watcher, Error::Paused, |at| at.open_round([0; 32]));
        m.refused(Consumer, Error::Paused, |at| at.reserve(order));
        m.refused(Consumer, Error::Paused, |at| at.replace(empty, 0, data.on(1), u128::MAX));
        m.refused(Provider, Error::Paused, |at| at.accept(proposed[0]));
        m.refused(Consumer, Error::Paused, |at| at.extend(id, 1, u128::MAX));
        m.refused(Consumer, Error::Paused, |at| at.resize(id, 9, u128::MAX));
        m.advance(term);
        m.done(Stranger, |at| at.renew(active[0]));
    });
}

#[test]
fn a_unit_must_exist() {
    let messages = [
        "update_unit",
        "retire_unit",
        "quote",
        "reserve",
        "replace",
        "accept",
        "commit_data",
        "accept_data",
        "set_member",
        "set_maintenance",
        "report_quality",
        "score",
    ];
    every(Error::UnknownUnit, &messages, |m| {
        let (spec, term, error) = (m.unit_spec(), m.term(), Error::UnknownUnit);
        let observer = m.id(Reporter);
        m.done(Admin, |at| at.set_role(observer, Role::Observer, true));
        let gone = m.done(Provider, |at| at.register_unit(1, spec.clone()));
        let (_, proposed) = m.reserve(&[gone]);
        let (empty, _) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(empty, None));
        let data = m.data(3);
        m.done(Consumer, |at| at.commit_data(proposed[0], data.root, data.chunks));
        m.done(Provider, |at| at.retire_unit(gone));
        m.refused(Provider, error, |at| at.accept(proposed[0]));
        m.refused(Consumer, error, |at| at.commit_data(proposed[0], data.root, data.chunks));
        m.refused(Provider, error, |at| at.accept_data(proposed[0], data.root, data.chunks));
        let cluster = m.cluster_set_up(&[]);
        for id in [0, gone, gone + 1, u64::MAX] {
            m.refused(Manager, error, |at| at.set_member(cluster, id, 1));
            m.refused(Provider, error, |at| at.update_unit(id, spec.clone()));
            m.refused(Provider, error, |at| at.retire_unit(id));
            m.refused(Provider, error, |at| at.quote(id, 1, term, None));
            m.refused(Provider, error, |at| at.set_maintenance(id, None));
            m.refused(Stranger, error, |at| at.score(Subject::Unit(id)));
            let (day, seen) = seen(m, id);
            m.refused(Reporter, error, |at| at.report_quality(day, seen));
            let order = m.order(&[1, id]);
            m.refused(Consumer, error, |at| at.reserve(order));
            m.refused(Consumer, error, |at| at.replace(empty, 0, data.on(id), u128::MAX));
        }
        m.done(Provider, |at| at.decline(proposed[0]));
    });
}

#[test]
fn a_payer_needs_money() {
    let messages = ["withdraw", "reserve", "replace", "extend", "resize", "renew", "open_dispute"];
    every(Error::NotEnoughAvailable, &messages, |m| {
        let (id, active) = m.deal(&[1]);
        let (empty, _) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(empty, None));
        m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
        let (order, data, beat) = (m.order(&[1]), m.data(9), m.beat_ms);
        let all = m.available(Consumer);
        m.refused(Consumer, Error::NotEnoughAvailable, |at| at.withdraw(all + 1));
        m.done(Consumer, |at| at.withdraw(all));
        m.refused(Consumer, Error::NotEnoughAvailable, |at| at.withdraw(1));
        m.refused(Consumer, Error::NotEnoughAvailable, |at| at.reserve(order));
        m.refused(Consumer, Error::NotEnoughAvailable, |at| at.replace(empty, 0, data.on(1), u128::MAX));
        m.refused(Consumer, Error::NotEnoughAvailable, |at| at.extend(id, beat, u128::MAX));
        m.refused(Consumer, Error::NotEnoughAvailable, |at| at.resize(id, 9, u128::MAX));
        let now = m.clock().now;
        m.refused(Consumer, Error::NotEnoughAvailable, |at| {
            at.open_dispute(active[0], now, [1; 32], u128::MAX)
        });
        m.beats(10);
        m.refused(Stranger, Error::NotEnoughAvailable, |at| at.renew(active[0]));
    });
}

#[test]
fn a_provider_needs_its_collateral() {
    let messages = ["accept", "extend", "resize", "renew", "reserve", "replace"];
    every(Error::ProviderShort, &messages, |m| {
        let cluster = m.cluster_set_up(&[Provider]);
        let mut order = m.cluster_order(cluster, 1);
        order.replicas[0].unit = 1;
        let (empty, _) = m.reserve_as(Tenant, order.clone());
        m.done(Tenant, |at| at.cancel(empty, None));
        let data = m.data(9);
        let (id, active) = m.deal(&[1]);
        let (_, proposed) = m.reserve(&[1]);
        let term = m.term();
        m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
        let all = m.available(Provider);
        m.done(Provider, |at| at.withdraw(all));
        m.refused(Provider, Error::ProviderShort, |at| at.accept(proposed[0]));
        m.refused(Tenant, Error::ProviderShort, |at| at.reserve(order));
        m.refused(Tenant, Error::ProviderShort, |at| at.replace(empty, 0, data.on(1), u128::MAX));
        m.refused(Consumer, Error::ProviderShort, |at| at.extend(id, term, u128::MAX));
        m.refused(Consumer, Error::ProviderShort, |at| at.resize(id, 9, u128::MAX));
        let spec = UnitSpec { price: PRICE * 5, ..m.unit_spec() };
        m.done(Provider, |at| at.update_unit(1, spec));
        m.advance(term);
        m.refused(Stranger, Error::ProviderShort, |at| at.renew(active[0]));
    });
}

#[test]
fn a_ceiling_binds() {
    let messages = ["reserve", "replace", "extend", "resize", "renew", "withdraw_placement", "open_dispute"];
    every(Error::AboveCeiling, &messages, |m| {
        let (id, active) = m.deal(&[1]);
        let (empty, _) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(empty, None));
        m.done(Consumer, |at| at.set_auto_renew(id, 1));
        let (beat, data, error) = (m.beat_ms, m.data(4), Error::AboveCeiling);
        let order = Order { max_price: 1, ..m.order(&[1]) };
        m.refused(Consumer, error, |at| at.reserve(order));
        m.refused(Consumer, error, |at| at.replace(empty, 0, data.on(1), 1));
        m.refused(Consumer, error, |at| at.extend(id, beat, 1));
        m.refused(Consumer, error, |at| at.resize(id, 9, 1));
        m.refused(Provider, error, |at| at.withdraw_placement(active[0], 1));
        let (now, bond) = (m.clock().now, m.placement(active[0]).collateral.div_ceil(10));
        m.refused(Consumer, error, |at| at.open_dispute(active[0], now, [1; 32], bond - 1));
        m.beats(10);
        m.refused(Stranger, error, |at| at.renew(active[0]));
    });
}

#[test]
fn replicas_have_bounds() {
    every(Error::ReplicasOutOfBounds, &["reserve"], |m| {
        for units in [vec![], vec![1; 21]] {
            let order = m.order(&units);
            m.refused(Consumer, Error::ReplicasOutOfBounds, |at| at.reserve(order));
        }
    });
}

#[test]
fn data_must_be_possible() {
    every(Error::BadData, &["reserve", "replace", "commit_data", "accept_data"], |m| {
        let (id, p) = m.deal(&[1]);
        let (empty, _) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(empty, None));
        let most = CAPACITY << 20;
        for (root, chunks) in [([0; 32], 1), ([1; 32], 0), ([1; 32], most + 1)] {
            let mut order = m.order(&[1]);
            order.replicas[0] = Replica { unit: 1, root, chunks };
            let replica = order.replicas[0].clone();
            m.refused(Consumer, Error::BadData, |at| at.reserve(order));
            m.refused(Consumer, Error::BadData, |at| at.replace(empty, 0, replica, u128::MAX));
            m.refused(Consumer, Error::BadData, |at| at.commit_data(p[0], root, chunks));
        }
        m.done(Consumer, |at| at.commit_data(p[0], [1; 32], most));
        m.done(Consumer, |at| at.resize(id, 1, u128::MAX));
        m.refused(Provider, Error::BadData, |at| at.accept_data(p[0], [1; 32], most));
    });
}

#[test]
fn a_challenger_keeps_to_the_terms_of_the_unit() {
    every(Error::ChallengerTooFast, &["reserve", "replace"], |m| {
        let (empty, _) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(empty, None));
        let data = m.data(4);
        for change in [(1, 0), (0, 1)] {
            let mut spec = m.unit_spec();
            spec.terms.interval_ms += change.0;
            spec.terms.window_ms += change.1;
            m.done(Provider, |at| at.update_unit(1, spec));
            m.advance(UNIT_REST_MS);
            let order = m.order(&[1]);
            m.refused(Consumer, Error::ChallengerTooFast, |at| at.reserve(order));
            m.refused(Consumer, Error::ChallengerTooFast, |at| at.replace(empty, 0, data.on(1), u128::MAX));
        }
    });
}

#[test]
fn some_things_come_too_early() {
    let messages =
        ["open_round", "renew", "set_paused", "set_rate", "upgrade", "open_dispute", "decide_dispute"];
    every(Error::TooEarly, &messages, |m| {
        let told = rated(m);
        m.refused(PriceFeed, Error::TooEarly, |at| at.set_rate(UNIT, told + 1));
        m.refused(PriceFeed, Error::TooEarly, |at| at.set_rate(UNIT, told));
        m.done(Admin, |at| at.announce_upgrade(Some([7; 32])));
        m.advance(UPGRADE_NOTICE_MS - 1);
        m.refused(Admin, Error::TooEarly, |at| at.upgrade());
        m.done(Admin, |at| at.set_paused(true));
        m.done(Admin, |at| at.set_paused(false));
        m.advance(PAUSE_REST_MS - 1);
        m.refused(Admin, Error::TooEarly, |at| at.set_paused(true));
        m.advance(1);
        m.done(Admin, |at| at.set_paused(true));
        m.done(Admin, |at| at.set_paused(false));
        let (id, p) = m.deal(&[1]);
        m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
        m.open_round();
        m.advance(m.beat_ms - 1);
        m.refused(Watcher, Error::TooEarly, |at| at.open_round([1; 32]));
        m.advance(m.term() - m.beat_ms);
        m.refused(Stranger, Error::TooEarly, |at| at.renew(p[0]));
        let (_, p) = disputed(m, &[Stranger]);
        m.refused(Stranger, Error::TooEarly, |at| at.decide_dispute(p, 0, [3; 32]));
        m.advance(ANSWER_MS - 1);
        m.refused(Stranger, Error::TooEarly, |at| at.decide_dispute(p, 0, [3; 32]));
        let mut order = m.order(&[1]);
        order.term_ms = 100 * m.beat_ms;
        let (_, q) = m.deal_as(Consumer, order);
        let now = m.clock().now;
        m.done(Consumer, |at| at.open_dispute(q[0], now, [1; 32], u128::MAX));
        m.done(Provider, |at| at.answer_dispute(q[0], [2; 32]));
        m.done(Stranger, |at| at.decide_dispute(q[0], 0, [3; 32]));
        m.refused(Consumer, Error::TooEarly, |at| at.open_dispute(q[0], now, [1; 32], u128::MAX));
        m.advance(1);
        m.done(Stranger, |at| at.decide_dispute(p, 0, [3; 32]));
    });
}

#[test]
fn some_things_come_too_late() {
    let messages = [
        "terminate",
        "extend",
        "resize",
        "replace",
        "set_rate",
        "upgrade",
        "set_maintenance",
        "report_quality",
        "open_dispute",
        "answer_dispute",
    ];
    every(Error::TooLate, &messages, |m| {
        words_that_come_too_late(m);
        let told = rated(m);
        m.done(Admin, |at| at.announce_upgrade(Some([7; 32])));
        m.advance(UPGRADE_NOTICE_MS + UPGRADE_OPEN_MS);
        m.refused(Admin, Error::TooLate, |at| at.upgrade());
        m.refused(PriceFeed, Error::TooLate, |at| at.set_rate(UNIT, told + RATE_AGE_MS));
        let (left, p) = m.deal(&[1]);
        m.done(Provider, |at| at.withdraw_placement(p[0], u128::MAX));
        m.advance(m.term());
        let data = m.data(4);
        m.refused(Consumer, Error::TooLate, |at| at.replace(left, 0, data.on(2), u128::MAX));
        let (id, _) = m.deal(&[1]);
        let (last, _) = m.deal(&[1]);
        m.done(Consumer, |at| at.terminate(id, None));
        m.refused(Consumer, Error::TooLate, |at| at.terminate(id, None));
        m.refused(Consumer, Error::TooLate, |at| at.extend(id, 1, u128::MAX));
        m.refused(Consumer, Error::TooLate, |at| at.resize(id, 9, u128::MAX));
        m.beats(9);
        m.refused(Consumer, Error::TooLate, |at| at.terminate(last, None));
    });
}

/// Maintenance told on the day itself, reports of another day, facts before the placement or ahead, answers after three
/// days.
fn words_that_come_too_late(m: &mut Market<Embedded>) {
    let error = Error::TooLate;
    resting(m, DAY_MS);
    let from = m.clock().now + DAY_MS - 1;
    m.refused(Provider, error, |at| at.set_maintenance(1, Some(Window { from, until: from + 9 })));
    let observer = m.id(Reporter);
    m.done(Admin, |at| at.set_role(observer, Role::Observer, true));
    let (day, reports) = seen(m, 1);
    for other in [0, day - 1, day + 1, u32::MAX] {
        m.refused(Reporter, error, |at| at.report_quality(other, reports.clone()));
    }
    let (_, p) = m.deal(&[2]);
    let now = m.clock().now;
    for fact_at in [0, now - 1, now + 1, u64::MAX] {
        m.refused(Consumer, error, |at| at.open_dispute(p[0], fact_at, [1; 32], u128::MAX));
    }
    m.done(Consumer, |at| at.open_dispute(p[0], now, [1; 32], u128::MAX));
    m.advance(ANSWER_MS);
    m.refused(Spare, error, |at| at.answer_dispute(p[0], [2; 32]));
}

#[test]
fn each_change_needs_its_state() {
    let messages = [
        "accept",
        "decline",
        "activate",
        "cancel",
        "terminate",
        "extend",
        "resize",
        "commit_data",
        "accept_data",
        "withdraw_placement",
        "renew",
        "rate",
        "open_dispute",
    ];
    every(Error::WrongState, &messages, |m| {
        let (running, active) = m.deal(&[1]);
        let (fresh, proposed) = m.reserve(&[1]);
        let (empty, over) = m.reserve(&[1]);
        let (data, error) = (m.data(4), Error::WrongState);
        m.done(Consumer, |at| at.commit_data(over[0], data.root, data.chunks));
        m.done(Consumer, |at| at.cancel(empty, None));
        m.refused(Consumer, error, |at| at.cancel(running, None));
        m.refused(Consumer, error, |at| at.cancel(running, Some(0)));
        m.refused(Consumer, error, |at| at.commit_data(over[0], data.root, data.chunks));
        m.refused(Provider, error, |at| at.accept_data(over[0], data.root, data.chunks));
        for p in [active[0], over[0]] {
            m.refused(Provider, error, |at| at.accept(p));
            m.refused(Provider, error, |at| at.decline(p));
            m.refused(Provider, error, |at| at.activate(p));
        }
        m.refused(Provider, error, |at| at.activate(proposed[0]));
        for (id, p) in [(fresh, proposed[0]), (empty, over[0])] {
            m.refused(Consumer, error, |at| at.terminate(id, None));
            m.refused(Consumer, error, |at| at.terminate(id, Some(0)));
            m.refused(Consumer, error, |at| at.extend(id, 1, u128::MAX));
            m.refused(Consumer, error, |at| at.resize(id, 9, u128::MAX));
            m.refused(Provider, error, |at| at.withdraw_placement(p, u128::MAX));
            m.refused(Stranger, error, |at| at.renew(p));
            m.refused(Consumer, error, |at| at.open_dispute(p, 0, [1; 32], u128::MAX));
        }
        m.refused(Consumer, error, |at| at.cancel(empty, None));
        m.proven_beat(&active);
        m.done(Consumer, |at| at.rate(active[0], 2));
        m.done(Provider, |at| at.withdraw_placement(active[0], u128::MAX));
        m.refused(Consumer, error, |at| at.rate(active[0], 1));
    });
}

#[test]
fn data_is_committed_before_it_is_accepted() {
    every(Error::NothingCommitted, &["accept_data"], |m| {
        let (_, p) = m.deal(&[1]);
        let data = m.data(4);
        m.refused(Provider, Error::NothingCommitted, |at| at.accept_data(p[0], data.root, data.chunks));
        m.done(Consumer, |at| at.commit_data(p[0], data.root, data.chunks));
        m.refused(Provider, Error::NothingCommitted, |at| at.accept_data(p[0], [1; 32], data.chunks));
        m.done(Provider, |at| at.accept_data(p[0], data.root, data.chunks));
        m.refused(Provider, Error::NothingCommitted, |at| at.accept_data(p[0], data.root, data.chunks));
    });
}

#[test]
fn an_open_round_comes_first() {
    every(Error::RoundOpen, &["accept_data", "withdraw_placement", "resize", "renew"], |m| {
        let (id, p) = m.deal(&[1]);
        let (data, quarter, error) = (m.data(4), m.beat_ms / 4, Error::RoundOpen);
        m.done(Consumer, |at| at.commit_data(p[0], data.root, data.chunks));
        m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
        m.advance(m.term() - quarter);
        m.open_round();
        m.refused(Provider, error, |at| at.accept_data(p[0], data.root, data.chunks));
        m.refused(Provider, error, |at| at.withdraw_placement(p[0], u128::MAX));
        m.refused(Consumer, error, |at| at.resize(id, 9, u128::MAX));
        m.advance(quarter);
        m.refused(Stranger, error, |at| at.renew(p[0]));
    });
}

#[test]
fn a_report_needs_a_miss() {
    every(Error::NothingMissed, &["report_miss"], |m| {
        let (_, p) = m.deal(&[1]);
        m.open_round();
        m.refused(Reporter, Error::NothingMissed, |at| at.report_miss(p[0]));
        m.prove(p[0]);
        m.beats(1);
        m.refused(Reporter, Error::NothingMissed, |at| at.report_miss(p[0]));
    });
}

#[test]
fn only_what_has_ended_is_closed() {
    every(Error::NotEnded, &["close"], |m| {
        let (id, p) = m.reserve(&[1]);
        m.refused(Consumer, Error::NotEnded, |at| at.close(id));
        m.accept(p[0]);
        m.refused(Consumer, Error::NotEnded, |at| at.close(id));
        m.activate(p[0]);
        m.refused(Consumer, Error::NotEnded, |at| at.close(id));
    });
}

#[test]
fn only_what_is_to_renew_renews() {
    every(Error::NotRenewing, &["renew"], |m| {
        let (id, p) = m.deal(&[1]);
        m.refused(Stranger, Error::NotRenewing, |at| at.renew(p[0]));
        m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
        m.done(Consumer, |at| at.terminate(id, None));
        m.refused(Stranger, Error::NotRenewing, |at| at.renew(p[0]));
    });
}

#[test]
fn only_a_free_slot_is_filled() {
    every(Error::NothingToReplace, &["replace"], |m| {
        let (id, p) = m.deal(&[1, 1]);
        let data = m.data(4);
        m.refused(Consumer, Error::NothingToReplace, |at| at.replace(id, 0, data.on(2), u128::MAX));
        m.done(Consumer, |at| at.terminate(id, Some(1)));
        m.advance(m.term());
        m.settle(p[0]);
        m.refused(Consumer, Error::NothingToReplace, |at| at.replace(id, 0, data.on(2), u128::MAX));
        m.refused(Consumer, Error::NothingToReplace, |at| at.replace(id, 1, data.on(2), u128::MAX));
    });
}
