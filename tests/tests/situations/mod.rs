//! Situations in which messages are refused: parties, records, limits.

mod clusters;
mod deals;
mod offers;
mod office;
mod service;

use orchestrator_chain::Embedded;
use orchestrator_domain::{
    Access, ClusterSpec, Config, Error, Handover, NodeSpec, NodeState, Role, UnitSpec, Window, DAY_MS,
    MAX_HOLDERS, MAX_OBSERVERS, MAX_PARAMETER_BYTES, MAX_WINDOWS, MONTH_MS, SLOWEST_IN_CLUSTER_MS,
    UNIT_REST_MS,
};
use orchestrator_scenarios::{Market, Who::*};

use super::every;

#[test]
fn only_the_admin_governs() {
    every(Error::NotAdmin, &["offer", "configure", "set_role", "announce_upgrade", "upgrade"], |m| {
        let me = m.id(Stranger);
        m.refused(Stranger, Error::NotAdmin, |at| at.offer(Handover::Admin, Some(me)));
        m.refused(Treasury, Error::NotAdmin, |at| at.configure(Config::default(), me));
        m.refused(Stranger, Error::NotAdmin, |at| at.set_role(me, Role::Pauser, true));
        m.refused(Stranger, Error::NotAdmin, |at| at.announce_upgrade(Some([1; 32])));
        m.refused(Stranger, Error::NotAdmin, |at| at.upgrade());
    });
}

#[test]
fn only_who_was_offered_takes_over() {
    every(Error::NotOffered, &["take_over"], |m| {
        let (id, _) = m.reserve(&[1]);
        let cluster = m.cluster_set_up(&[]);
        m.refused(Admin, Error::NotOffered, |at| at.take_over(Handover::Admin));
        m.refused(Consumer, Error::NotOffered, |at| at.take_over(Handover::Reservation(id)));
        m.refused(Manager, Error::NotOffered, |at| at.take_over(Handover::Cluster(cluster)));
        let buyer = m.id(Buyer);
        m.done(Consumer, |at| at.offer(Handover::Reservation(id), Some(buyer)));
        m.done(Admin, |at| at.offer(Handover::Admin, Some(buyer)));
        m.done(Manager, |at| at.offer(Handover::Cluster(cluster), Some(buyer)));
        m.refused(Stranger, Error::NotOffered, |at| at.take_over(Handover::Reservation(id)));
        m.refused(Stranger, Error::NotOffered, |at| at.take_over(Handover::Admin));
        m.refused(Stranger, Error::NotOffered, |at| at.take_over(Handover::Cluster(cluster)));
    });
}

#[test]
fn only_the_consumer_changes_its_reservation() {
    let messages = [
        "cancel",
        "terminate",
        "extend",
        "resize",
        "replace",
        "close",
        "set_auto_renew",
        "offer",
        "set_access",
        "commit_data",
        "rate",
        "open_dispute",
    ];
    every(Error::NotConsumer, &messages, |m| {
        let (id, p) = m.deal(&[1]);
        let (ended, _) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(ended, None));
        let (me, data, now) = (m.id(Stranger), m.data(3), m.clock().now);
        for who in [Stranger, Provider, Watcher, Admin] {
            m.refused(who, Error::NotConsumer, |at| at.cancel(id, None));
            m.refused(who, Error::NotConsumer, |at| at.terminate(id, None));
            m.refused(who, Error::NotConsumer, |at| at.extend(id, 1, u128::MAX));
            m.refused(who, Error::NotConsumer, |at| at.resize(id, 1, u128::MAX));
            m.refused(who, Error::NotConsumer, |at| at.replace(id, 0, data.on(2), u128::MAX));
            m.refused(who, Error::NotConsumer, |at| at.close(ended));
            m.refused(who, Error::NotConsumer, |at| at.set_auto_renew(id, 1));
            m.refused(who, Error::NotConsumer, |at| at.offer(Handover::Reservation(id), Some(me)));
            m.refused(who, Error::NotConsumer, |at| at.set_access(id, me, Some(Access::Writer)));
            m.refused(who, Error::NotConsumer, |at| at.commit_data(p[0], data.root, data.chunks));
            m.refused(who, Error::NotConsumer, |at| at.rate(p[0], 5));
            m.refused(who, Error::NotConsumer, |at| at.open_dispute(p[0], now, [1; 32], u128::MAX));
        }
    });
}

#[test]
fn only_the_provider_works_with_its_own() {
    let messages = [
        "update_node",
        "retire_node",
        "register_unit",
        "update_unit",
        "retire_unit",
        "accept",
        "decline",
        "activate",
        "accept_data",
        "withdraw_placement",
        "set_maintenance",
        "answer_dispute",
    ];
    every(Error::NotProvider, &messages, |m| {
        let (_, p) = m.reserve(&[1]);
        let (node, spec) = (m.picture().nodes[&1].spec.clone(), m.unit_spec());
        for who in [Stranger, Spare, Consumer, Admin] {
            m.refused(who, Error::NotProvider, |at| at.update_node(1, node.clone()));
            m.refused(who, Error::NotProvider, |at| at.retire_node(1));
            m.refused(who, Error::NotProvider, |at| at.register_unit(1, spec.clone()));
            m.refused(who, Error::NotProvider, |at| at.update_unit(1, spec.clone()));
            m.refused(who, Error::NotProvider, |at| at.retire_unit(1));
            m.refused(who, Error::NotProvider, |at| at.accept(p[0]));
            m.refused(who, Error::NotProvider, |at| at.decline(p[0]));
            m.refused(who, Error::NotProvider, |at| at.activate(p[0]));
            m.refused(who, Error::NotProvider, |at| at.accept_data(p[0], [1; 32], 1));
            m.refused(who, Error::NotProvider, |at| at.withdraw_placement(p[0], u128::MAX));
            m.refused(who, Error::NotProvider, |at| at.set_maintenance(1, None));
            m.refused(who, Error::NotProvider, |at| at.answer_dispute(p[0], [2; 32]));
        }
    });
}

#[test]
fn there_is_a_pause_to_end() {
    every(Error::NotPaused, &["set_paused"], |m| {
        m.refused(Admin, Error::NotPaused, |at| at.set_paused(false));
    });
}

#[test]
fn a_node_needs_a_provider() {
    every(Error::UnknownProvider, &["register_node"], |m| {
        let node = m.picture().nodes[&1].spec.clone();
        m.refused(Stranger, Error::UnknownProvider, |at| at.register_node(node));
    });
}

#[test]
fn a_node_must_exist() {
    every(Error::UnknownNode, &["update_node", "retire_node", "register_unit"], |m| {
        let (node, spec) = (m.picture().nodes[&1].spec.clone(), m.unit_spec());
        let gone = m.done(Provider, |at| at.register_node(node.clone()));
        m.done(Provider, |at| at.retire_node(gone));
        for id in [0, gone, gone + 1, u64::MAX] {
            m.refused(Provider, Error::UnknownNode, |at| at.update_node(id, node.clone()));
            m.refused(Provider, Error::UnknownNode, |at| at.retire_node(id));
            m.refused(Provider, Error::UnknownNode, |at| at.register_unit(id, spec.clone()));
        }
    });
}

#[test]
fn a_reservation_must_exist() {
    let messages = [
        "cancel",
        "terminate",
        "extend",
        "resize",
        "replace",
        "close",
        "set_auto_renew",
        "offer",
        "take_over",
        "set_access",
    ];
    every(Error::UnknownReservation, &messages, |m| {
        let (gone, _) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(gone, None));
        m.done(Consumer, |at| at.close(gone));
        let (me, data, error) = (m.id(Buyer), m.data(3), Error::UnknownReservation);
        for id in [0, gone, gone + 1, u64::MAX] {
            m.refused(Consumer, error, |at| at.cancel(id, None));
            m.refused(Consumer, error, |at| at.terminate(id, None));
            m.refused(Consumer, error, |at| at.extend(id, 1, u128::MAX));
            m.refused(Consumer, error, |at| at.resize(id, 1, u128::MAX));
            m.refused(Consumer, error, |at| at.replace(id, 0, data.on(2), u128::MAX));
            m.refused(Consumer, error, |at| at.close(id));
            m.refused(Consumer, error, |at| at.set_auto_renew(id, 1));
            m.refused(Consumer, error, |at| at.offer(Handover::Reservation(id), Some(me)));
            m.refused(Consumer, error, |at| at.take_over(Handover::Reservation(id)));
            m.refused(Consumer, error, |at| at.set_access(id, me, Some(Access::Writer)));
        }
    });
}

#[test]
fn a_placement_must_exist() {
    let messages = [
        "report_miss",
        "accept",
        "decline",
        "activate",
        "commit_data",
        "accept_data",
        "settle",
        "withdraw_placement",
        "exit_fee",
        "renew",
        "rate",
        "sla",
        "open_dispute",
        "answer_dispute",
        "decide_dispute",
    ];
    every(Error::UnknownPlacement, &messages, |m| {
        let (closed, gone) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(closed, None));
        m.done(Consumer, |at| at.close(closed));
        let (error, arbiter) = (Error::UnknownPlacement, m.id(Stranger));
        m.done(Admin, |at| at.set_role(arbiter, Role::Arbiter, true));
        for id in [0, gone[0], gone[0] + 1, u64::MAX] {
            m.refused(Reporter, error, |at| at.report_miss(id));
            m.refused(Provider, error, |at| at.accept(id));
            m.refused(Provider, error, |at| at.decline(id));
            m.refused(Provider, error, |at| at.activate(id));
            m.refused(Consumer, error, |at| at.commit_data(id, [1; 32], 1));
            m.refused(Provider, error, |at| at.accept_data(id, [1; 32], 1));
            m.refused(Stranger, error, |at| at.settle(id));
            m.refused(Provider, error, |at| at.withdraw_placement(id, u128::MAX));
            m.refused(Provider, error, |at| at.exit_fee(id));
            m.refused(Stranger, error, |at| at.renew(id));
            m.refused(Consumer, error, |at| at.rate(id, 5));
            m.refused(Stranger, error, |at| at.sla(id));
            m.refused(Consumer, error, |at| at.open_dispute(id, 0, [1; 32], u128::MAX));
            m.refused(Provider, error, |at| at.answer_dispute(id, [2; 32]));
            m.refused(Stranger, error, |at| at.decide_dispute(id, 0, [3; 32]));
        }
    });
}

#[test]
fn a_challenger_must_be_registered() {
    every(Error::UnknownChallenger, &["open_round", "reserve"], |m| {
        m.refused(Stranger, Error::UnknownChallenger, |at| at.open_round([0; 32]));
        let mut order = m.order(&[1]);
        order.challenger = None;
        m.refused(Consumer, Error::UnknownChallenger, |at| at.reserve(order.clone()));
        order.challenger = Some(m.id(Stranger));
        m.refused(Consumer, Error::UnknownChallenger, |at| at.reserve(order));
    });
}

#[test]
fn a_slot_must_exist() {
    every(Error::UnknownSlot, &["cancel", "terminate", "replace"], |m| {
        let (id, _) = m.reserve(&[1]);
        let data = m.data(3);
        for slot in [1, 255] {
            m.refused(Consumer, Error::UnknownSlot, |at| at.cancel(id, Some(slot)));
            m.refused(Consumer, Error::UnknownSlot, |at| at.terminate(id, Some(slot)));
            m.refused(Consumer, Error::UnknownSlot, |at| at.replace(id, slot, data.on(2), u128::MAX));
        }
    });
}

#[test]
fn an_amount_is_not_zero() {
    let messages =
        ["deposit", "deposit_for", "withdraw", "collect_fees", "distribute", "claim", "open_dispute"];
    every(Error::ZeroAmount, &messages, |m| {
        let (other, cluster) = (m.id(Buyer), m.cluster_set_up(&[Provider]));
        m.refused(Stranger, Error::ZeroAmount, |at| at.distribute(cluster));
        for who in [Provider, Spare, Stranger] {
            let provider = m.id(who);
            m.refused(Stranger, Error::ZeroAmount, |at| at.claim(cluster, provider));
        }
        m.refused(Consumer, Error::ZeroAmount, |at| at.deposit());
        m.refused(Consumer, Error::ZeroAmount, |at| at.deposit_for(other));
        m.refused(Consumer, Error::ZeroAmount, |at| at.withdraw(0));
        m.refused(Consumer, Error::ZeroAmount, |at| at.collect_fees());
        let mut unsecured = m.unit_spec();
        unsecured.terms.collateral_bps = 0;
        m.done(Spare, |at| at.update_unit(2, unsecured));
        m.advance(UNIT_REST_MS);
        let (_, p) = m.deal(&[2]);
        let now = m.clock().now;
        m.refused(Consumer, Error::ZeroAmount, |at| at.open_dispute(p[0], now, [1; 32], u128::MAX));
    });
}

#[test]
fn a_region_is_iso_3166() {
    every(Error::RegionOutOfBounds, &["register_node", "update_node"], |m| {
        for region in [0, 1_000, u16::MAX] {
            let node = NodeSpec { region, ..m.picture().nodes[&1].spec.clone() };
            m.refused(Provider, Error::RegionOutOfBounds, |at| at.register_node(node.clone()));
            m.refused(Provider, Error::RegionOutOfBounds, |at| at.update_node(1, node));
        }
    });
}

#[test]
fn texts_and_lists_have_limits() {
    let messages = [
        "set_provider",
        "register_node",
        "update_node",
        "register_unit",
        "update_unit",
        "reserve",
        "set_access",
        "create_cluster",
        "update_cluster",
        "set_role",
        "set_maintenance",
    ];
    every(Error::TooLong, &messages, |m| {
        let (id, _) = m.reserve(&[1]);
        let cluster = m.cluster_set_up(&[]);
        let spec = ClusterSpec { parameters: vec![0; MAX_PARAMETER_BYTES + 1], ..m.cluster_spec() };
        m.refused(Manager, Error::TooLong, |at| at.create_cluster(spec.clone()));
        m.refused(Manager, Error::TooLong, |at| at.update_cluster(cluster, spec));
        let nine = ClusterSpec { observers: vec![[1; 32].into(); MAX_OBSERVERS + 1], ..m.cluster_spec() };
        m.refused(Manager, Error::TooLong, |at| at.create_cluster(nine.clone()));
        m.refused(Manager, Error::TooLong, |at| at.update_cluster(cluster, nine));
        many_windows(m);
        for i in m.picture().settings.holders.len()..MAX_HOLDERS {
            let i = i as u8;
            m.done(Admin, |at| at.set_role([i; 32].into(), Role::Observer, true));
        }
        m.refused(Admin, Error::TooLong, |at| at.set_role([99; 32].into(), Role::Observer, true));
        let node = NodeSpec { endpoint: vec![0; 257], ..m.picture().nodes[&1].spec.clone() };
        let unit = UnitSpec { tags: vec![0; 129], ..m.unit_spec() };
        let mut order = m.order(&[1]);
        order.manifest = vec![0; 257];
        m.refused(Provider, Error::TooLong, |at| at.set_provider(vec![0; 513], None));
        m.refused(Provider, Error::TooLong, |at| at.register_node(node.clone()));
        m.refused(Provider, Error::TooLong, |at| at.update_node(1, node));
        m.refused(Provider, Error::TooLong, |at| at.register_unit(1, unit.clone()));
        m.refused(Provider, Error::TooLong, |at| at.update_unit(1, unit));
        m.refused(Consumer, Error::TooLong, |at| at.reserve(order));
        for i in 0..32u8 {
            m.done(Consumer, |at| at.set_access(id, [i; 32].into(), Some(Access::Reader)));
        }
        m.refused(Consumer, Error::TooLong, |at| at.set_access(id, [32; 32].into(), Some(Access::Reader)));
    });
}

/// Four windows are remembered for 30 days: the fifth is refused before the first is that old.
fn many_windows(m: &mut Market<Embedded>) {
    service::resting(m, DAY_MS);
    let first = m.clock().now + DAY_MS;
    let window = |i: u64| Some(Window { from: first + i * DAY_MS, until: first + i * DAY_MS + 1 });
    for i in 0..MAX_WINDOWS as u64 {
        m.done(Provider, |at| at.set_maintenance(1, window(i)));
    }
    m.refused(Provider, Error::TooLong, |at| at.set_maintenance(1, window(9)));
    m.advance(first + MONTH_MS - m.clock().now);
    m.refused(Provider, Error::TooLong, |at| at.set_maintenance(1, window(40)));
    m.advance(1);
    m.done(Provider, |at| at.set_maintenance(1, window(40)));
}

#[test]
fn sla_terms_have_bounds() {
    let messages = ["register_unit", "update_unit", "create_cluster", "update_cluster"];
    every(Error::TermsOutOfBounds, &messages, |m| {
        let (mut unit, mut spec) = (m.unit_spec(), m.cluster_spec());
        let cluster = m.cluster_set_up(&[]);
        unit.terms.samples = 9;
        spec.terms.samples = 9;
        m.refused(Manager, Error::TermsOutOfBounds, |at| at.create_cluster(spec.clone()));
        m.refused(Manager, Error::TermsOutOfBounds, |at| at.update_cluster(cluster, spec));
        m.refused(Provider, Error::TermsOutOfBounds, |at| at.register_unit(1, unit.clone()));
        m.refused(Provider, Error::TermsOutOfBounds, |at| at.update_unit(1, unit));
    });
}

#[test]
fn a_configuration_has_bounds() {
    every(Error::ConfigOutOfBounds, &["configure"], |m| {
        let treasury = m.id(Treasury);
        let dear = Config { network_fee_bps: 1_001, ..Config::default() };
        let weightless = Config { score_unit: 0, ..Config::default() };
        for config in [dear, weightless] {
            m.refused(Admin, Error::ConfigOutOfBounds, |at| at.configure(config, treasury));
        }
    });
}

#[test]
fn a_node_with_units_stays() {
    every(Error::NodeInUse, &["retire_node"], |m| {
        m.refused(Provider, Error::NodeInUse, |at| at.retire_node(1));
    });
}

#[test]
fn a_unit_with_placements_stays() {
    every(Error::UnitInUse, &["retire_unit"], |m| {
        let (_, p) = m.reserve(&[1]);
        m.accept(p[0]);
        m.refused(Provider, Error::UnitInUse, |at| at.retire_unit(1));
        m.cluster_set_up(&[Spare]);
        m.refused(Spare, Error::UnitInUse, |at| at.retire_unit(2));
    });
}

#[test]
fn an_interval_has_bounds() {
    every(Error::IntervalOutOfBounds, &["register_challenger", "reserve", "replace"], |m| {
        let (interval, window) = (m.interval(), m.window());
        m.refused(Stranger, Error::IntervalOutOfBounds, |at| at.register_challenger(999, 999));
        m.refused(Watcher, Error::IntervalOutOfBounds, |at| at.register_challenger(interval - 1, window));
        let c = m.cluster_set_up(&[Provider, Spare]);
        let (id, p) = m.cluster_deal(Consumer, c, 1);
        for _ in 0..3 {
            m.silent_beat();
        }
        m.settle(p[0]);
        let (order, same) = (m.cluster_order(c, 1), m.same_data(p[0], 0));
        m.done(Watcher, |at| at.register_challenger(SLOWEST_IN_CLUSTER_MS + 1, window));
        m.refused(Consumer, Error::IntervalOutOfBounds, |at| at.reserve(order));
        m.refused(Consumer, Error::IntervalOutOfBounds, |at| at.replace(id, 0, same, u128::MAX));
    });
}

#[test]
fn a_draining_node_takes_nothing_new() {
    let messages = ["quote", "reserve", "replace", "accept", "extend", "resize", "renew"];
    every(Error::NodeNotOnline, &messages, |m| {
        let (id, active) = m.deal(&[1]);
        let (_, proposed) = m.reserve(&[1]);
        let (empty, _) = m.reserve(&[1]);
        m.done(Consumer, |at| at.cancel(empty, None));
        m.done(Consumer, |at| at.set_auto_renew(id, u128::MAX));
        let (order, data, term) = (m.order(&[1]), m.data(9), m.term());
        for state in [NodeState::Draining, NodeState::Offline] {
            let node = NodeSpec { state, ..m.picture().nodes[&1].spec.clone() };
            m.done(Provider, |at| at.update_node(1, node));
            m.refused(Stranger, Error::NodeNotOnline, |at| at.quote(1, 1, term, None));
            m.refused(Consumer, Error::NodeNotOnline, |at| at.reserve(order.clone()));
            m.refused(Consumer, Error::NodeNotOnline, |at| at.replace(empty, 0, data.on(1), u128::MAX));
            m.refused(Provider, Error::NodeNotOnline, |at| at.accept(proposed[0]));
            m.refused(Consumer, Error::NodeNotOnline, |at| at.extend(id, 1, u128::MAX));
            m.refused(Consumer, Error::NodeNotOnline, |at| at.resize(id, 9, u128::MAX));
        }
        m.advance(term);
        m.refused(Stranger, Error::NodeNotOnline, |at| at.renew(active[0]));
    });
}
