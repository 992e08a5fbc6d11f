//! What somebody might try with maintenance, reports, ratings, scores and disputes, and what comes of it.

use orchestrator::{Observation, Response};
use orchestrator_chain::{runtime::UNIT, Balance, Embedded};
use orchestrator_domain::{
    bps_down, day_before, price_down, share_down, ClusterSpec, Error, Evidence, Handover, Order, Role,
    SlaTerms, State, UnitSpec, Window, ANSWER_MS, DAY_MS, DECIDE_MS, DISPUTE_REST_MS, FULL_WEIGHT, MONTH_MS,
    NEUTRAL, PRIOR, UNIT_REST_MS,
};
use orchestrator_proof::{draw, Sha2};
use orchestrator_scenarios::{Data, Market, Who, Who::*, CAPACITY, PRICE};

const HOUR_MS: u64 = DAY_MS / 24;
const SAID: [u8; 32] = [0xa7; 32];
/// A price of which a GiB weighs a hundredth of what counts in full.
const A_HUNDREDTH: Balance = 10_000_000_000;

/// A market of daily rounds.
fn stage() -> Market<Embedded> {
    let mut m = Market::embedded();
    m.set_up();
    m.go_daily();
    m
}

/// A market of daily rounds where unit 1 has other terms.
fn stage_with(change: impl FnOnce(&mut UnitSpec)) -> Market<Embedded> {
    let mut m = stage();
    let mut spec = m.unit_spec();
    change(&mut spec);
    m.done(Provider, |at| at.update_unit(1, spec));
    m.advance(UNIT_REST_MS);
    m
}

/// An order of one unit of capacity, for so many days, on unit 1.
fn small(m: &mut Market<Embedded>, days: u64) -> Order {
    Order { capacity: 1, term_ms: days * DAY_MS, ..m.order(&[1]) }
}

fn worth(ms: u64) -> Balance {
    price_down(PRICE, CAPACITY, ms).expect("in bounds")
}

// ------------------------------------------------------------------------------------------------------- maintenance

#[test]
fn maintenance_announced_after_a_round_was_opened_does_not_excuse_it() {
    let mut m = stage();
    let (interval, window) = (3 * m.interval(), 4 * m.window());
    m.done(Watcher, |at| at.register_challenger(interval, window));
    let (_, p) = m.deal(&[1]);
    m.open_round();
    m.maintain(Provider, DAY_MS, HOUR_MS);
    m.advance(u64::from(window));
    m.settle(p[0]);
    let now = m.placement(p[0]);
    assert_eq!((now.tally.missed, now.tally.excused, now.settled), (1, 0, 0));
}

#[test]
fn tiny_windows_excuse_the_rounds_within_them_and_no_others() {
    let mut m = stage_with(|spec| spec.terms.max_misses = 100);
    let (_, p) = m.deal(&[1, 1]);
    for ahead in [2 * DAY_MS, 3 * DAY_MS + 1, 4 * DAY_MS, 5 * DAY_MS - 1] {
        m.maintain(Provider, ahead, 1);
    }
    m.proven_beat(&p);
    for _ in 0..6 {
        m.silent_beat();
        m.settle(p[0]);
    }
    m.settle(p[1]);
    for placement in p {
        let tally = m.placement(placement).tally;
        assert_eq!((tally.missed, tally.excused), (4, 2), "on the second and the fourth day");
    }
}

#[test]
fn a_tiny_window_excuses_one_round_at_most_and_none_that_somebody_looked_at() {
    let mut m = stage_with(|spec| spec.terms.max_misses = 100);
    let (_, p) = m.deal(&[1, 1]);
    for day in 2..=5 {
        m.maintain(Provider, day * DAY_MS + HOUR_MS, 1);
    }
    m.open_round();
    m.prove(p[0]);
    m.prove(p[1]);
    for _ in 0..7 {
        m.advance(DAY_MS + HOUR_MS);
        m.settle(p[0]);
        m.open_round();
    }
    m.beats(1);
    m.done(Reporter, |at| at.settle_many(p.clone()));
    assert_eq!(m.placement(p[0]).tally.missed, 7, "each round was looked at before the next");
    assert!(m.placement(p[1]).tally.excused <= 4, "nobody knew when these were opened");
}

#[test]
fn a_window_ended_right_after_its_round_excuses_that_one_alone_and_four_come_in_thirty_days() {
    let mut m = stage();
    let (_, p) = m.deal(&[1]);
    for _ in 0..4 {
        m.maintain(Provider, DAY_MS, HOUR_MS);
        m.proven_beat(&p);
        m.open_round();
        m.advance(1);
        m.done(Provider, |at| at.set_maintenance(1, None));
        m.advance(DAY_MS - 1);
    }
    let from = m.clock().now + DAY_MS;
    let fifth = Some(Window { from, until: from + 1 });
    m.refused(Provider, Error::TooLong, |at| at.set_maintenance(1, fifth));
    m.silent_beat();
    m.settle(p[0]);
    let now = m.placement(p[0]);
    assert_eq!((now.tally.proven, now.tally.excused, now.tally.missed), (4, 4, 1));
    assert_eq!(now.settled, worth(8 * DAY_MS - 4), "what it lasted is not paid, and it lasted no longer");
}

#[test]
fn the_first_round_of_a_placement_is_excused_within_maintenance_whoever_looks_when() {
    let mut m = stage();
    m.maintain(Provider, DAY_MS, 2 * HOUR_MS);
    m.advance(DAY_MS - HOUR_MS);
    let (_, p) = m.deal(&[1, 1]);
    m.advance(HOUR_MS + 1);
    m.silent_beat();
    m.settle(p[0]);
    m.proven_beat(&p);
    for placement in p {
        let tally = m.placement(placement).tally;
        assert_eq!((tally.proven, tally.missed, tally.excused), (1, 0, 1));
    }
}

#[test]
fn the_dry_run_says_what_a_proof_within_maintenance_is_worth() {
    let mut m = stage();
    let data: Data = m.data(0);
    let (_, p) = m.deal(&[1]);
    assert_eq!(m.placement(p[0]).root, data.root);
    m.maintain(Provider, DAY_MS, HOUR_MS);
    m.advance(DAY_MS);
    let round = m.open_round();
    let watcher = m.id(Watcher);
    let seed = m.picture().challengers[&watcher].seed;
    let contract = m.contract;
    let proofs = (0..2)
        .map(|i| data.proof(draw::<Sha2>(contract.as_ref(), p[0], &data.root, round, &seed, i, data.chunks)));
    let response = Response { placement: p[0], round, proofs: proofs.collect() };
    let told = m.ask_as(Provider, |at| at.check_proof(response.clone()));
    assert_eq!(m.done(Provider, |at| at.prove(vec![response])), [told]);
}

#[test]
fn maintenance_announced_before_it_was_promised_away_reaches_no_new_placement() {
    let mut m = stage();
    m.maintain(Provider, 20 * DAY_MS, DAY_MS);
    let none = UnitSpec { terms: SlaTerms { maintenance_ms: 0, ..m.terms() }, ..m.unit_spec() };
    if m.attempt(Provider, |at| at.update_unit(1, none)).is_err() {
        return;
    }
    m.advance(UNIT_REST_MS);
    let order = small(&mut m, 30);
    let (_, p) = m.deal_as(Consumer, order);
    m.advance(30 * DAY_MS);
    m.settle(p[0]);
    let quota = m.placement(p[0]).terms.maintenance_ms;
    let rested = m.ask(|at| at.sla(p[0])).expect("it exists").maintenance_ms;
    assert!(rested <= u64::from(quota), "{rested} ms of maintenance, {quota} agreed");
}

// ----------------------------------------------------------------------------------------------------------- quality

#[test]
fn observers_of_a_manager_report_no_unit_of_another_cluster() {
    let mut m = stage();
    let ours = m.cluster_set_up(&[Provider]);
    m.cluster_set_up(&[Spare]);
    let eye = m.id(Stranger);
    let spec = ClusterSpec { observers: vec![eye], ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(ours, spec));
    let day = day_before(m.clock().now);
    let seen = |unit| vec![Observation { unit, uptime_bps: 0, latency_ms: 0 }];
    m.done(Stranger, |at| at.report_quality(day, seen(1)));
    m.refused(Stranger, Error::NotInRole, |at| at.report_quality(day, seen(2)));
    m.done(Provider, |at| at.set_member(ours, 1, 0));
    m.refused(Stranger, Error::NotInRole, |at| at.report_quality(day, seen(1)));
}

#[test]
fn observers_named_by_ones_own_manager_praise_nobody() {
    let mut m = stage();
    m.grant(Observer, Role::Observer);
    let own = m.id(Provider);
    let named = [Provider, Stranger, Buyer].map(|who| m.id(who)).to_vec();
    m.done(Provider, |at| at.set_trust(own, true));
    let spec = ClusterSpec { observers: named, ..m.cluster_spec() };
    let c = m.done(Provider, |at| at.create_cluster(spec));
    m.done(Provider, |at| at.set_member(c, 1, 10));
    for who in [Provider, Stranger, Buyer] {
        m.report(who, 1, 10_000, 0);
    }
    assert_eq!(m.unit_score(1).evidence, Evidence::default(), "keeping a promise is not more than that");
    m.report(Observer, 1, 0, 9_999);
    assert_eq!(m.provider_score(Provider).evidence.short, DAY_MS / 1_000 * FULL_WEIGHT);
    assert_eq!(m.unit_score(1).score, m.provider_score(Provider).score);
    assert!(m.unit_score(1).score < NEUTRAL);
}

#[test]
fn observers_that_a_manager_names_do_not_crowd_out_those_of_the_network() {
    let mut m = stage();
    m.grant(Observer, Role::Observer);
    let c = m.cluster_set_up(&[Provider]);
    let others: Vec<Who> = Who::ALL.into_iter().filter(|who| *who != Observer).take(16).collect();
    for named in others.chunks(8) {
        let observers = named.iter().map(|who| m.id(*who)).collect();
        let spec = ClusterSpec { observers, ..m.cluster_spec() };
        m.done(Manager, |at| at.update_cluster(c, spec));
        for who in named {
            let day = day_before(m.clock().now);
            let seen = vec![Observation { unit: 1, uptime_bps: 10_000, latency_ms: 0 }];
            m.attempt(*who, |at| at.report_quality(day, seen)).ok();
        }
    }
    m.report(Observer, 1, 0, 0);
    assert!(m.provider_score(Provider).score < NEUTRAL);
}

#[test]
fn a_promise_raised_between_two_reports_takes_nothing_back() {
    let mut m = stage();
    m.grant(Observer, Role::Observer);
    m.grant(Fourth, Role::Observer);
    let mut spec = m.unit_spec();
    spec.terms.uptime_bps = 0;
    let idle = m.done(Provider, |at| at.register_unit(1, spec.clone()));
    m.report(Observer, 1, 0, 0);
    let short = m.provider_score(Provider).evidence.short;
    m.report(Observer, idle, 0, 0);
    spec.terms.uptime_bps = 10_000;
    m.done(Provider, |at| at.update_unit(idle, spec));
    m.report(Fourth, idle, 10_000, 0);
    assert!(short > 0);
    assert_eq!(m.provider_score(Provider).evidence.short, short, "what was found of the other unit stays");
}

// --------------------------------------------------------------------------------------------------- ratings, scores

#[test]
fn who_has_paid_nothing_rates_nothing() {
    let mut m = stage();
    let (id, p) = m.reserve(&[1, 2]);
    m.refused(Consumer, Error::NothingPaid, |at| at.rate(p[0], 5));
    m.accept(p[0]);
    m.refused(Consumer, Error::NothingPaid, |at| at.rate(p[0], 5));
    m.done(Consumer, |at| at.cancel(id, Some(1)));
    m.refused(Consumer, Error::NothingPaid, |at| at.rate(p[1], 1));
    m.activate(p[0]);
    m.beats(2);
    m.dispute(Consumer, p[0]);
    m.decide(p[0], 10_000);
    m.refused(Consumer, Error::NothingPaid, |at| at.rate(p[0], 1));
}

#[test]
fn what_was_closed_is_rated_no_more() {
    let mut m = stage();
    let (id, p) = m.deal(&[1]);
    m.beats(10);
    m.done(Consumer, |at| at.rate(p[0], 4));
    m.done(Consumer, |at| at.close(id));
    m.refused(Consumer, Error::UnknownPlacement, |at| at.rate(p[0], 1));
}

#[test]
fn growing_in_front_of_a_rating_makes_it_no_heavier() {
    let mut m = stage_with(|spec| spec.price = A_HUNDREDTH);
    let order = small(&mut m, 30);
    let (id, p) = m.deal_as(Consumer, order);
    m.advance(20 * DAY_MS);
    m.done(Consumer, |at| at.resize(id, 100, u128::MAX));
    m.done(Consumer, |at| at.rate(p[0], 5));
    let most = 20 * DAY_MS / 1_000 * FULL_WEIGHT / 100 / 2;
    let praised = m.unit_score(1).evidence.praised;
    assert!(praised <= most, "{praised} for what had cost {most}");
}

#[test]
fn growing_in_front_of_a_settlement_makes_proven_time_no_heavier() {
    let mut m = stage_with(|spec| spec.price = A_HUNDREDTH);
    let order = small(&mut m, 30);
    let (id, p) = m.deal_as(Consumer, order);
    for _ in 0..6 {
        m.proven_beat(&p);
    }
    m.done(Consumer, |at| at.resize(id, 100, u128::MAX));
    m.proven_beat(&p);
    m.settle(p[0]);
    let day = DAY_MS / 1_000 * FULL_WEIGHT;
    let (most, kept) = (6 * day / 100 + day, m.unit_score(1).evidence.kept);
    assert!(kept > 0 && kept <= most, "{kept} for what was worth {most}");
}

#[test]
fn time_that_nobody_asked_a_proof_for_says_nothing() {
    let mut m = stage();
    let (_, p) = m.deal(&[1]);
    let mut bare = m.order(&[2]);
    (bare.replicas[0].root, bare.replicas[0].chunks) = ([0; 32], 0);
    let (_, q) = m.deal_as(Consumer, bare);
    m.advance(m.term());
    m.done(Reporter, |at| at.settle_many(vec![p[0], q[0]]));
    for placement in [p[0], q[0]] {
        assert_eq!((m.state(placement), m.placement(placement).settled), (State::Completed, worth(m.term())));
    }
    assert_eq!([1, 2].map(|x| m.unit_score(x).evidence), [Evidence::default(), Evidence::default()]);
}

/// A placement of a second, whose challenger has an interval of thirty days.
fn second() -> (Market<Embedded>, u64) {
    let mut m = stage_with(|spec| spec.min_term_ms = 1_000);
    let (month, slow) = (u32::try_from(MONTH_MS).expect("in bounds"), m.id(Stranger));
    m.done(Stranger, |at| at.register_challenger(month, month));
    let order = Order { term_ms: 1_000, challenger: Some(slow), ..m.order(&[1]) };
    let (_, p) = m.deal_as(Consumer, order);
    m.done(Stranger, |at| at.open_round([7; 32]));
    (m, p[0])
}

#[test]
fn a_second_proven_by_a_monthly_round_says_no_more_good_than_was_paid_for_it() {
    let (mut m, p) = second();
    m.prove(p);
    m.advance(1_000);
    m.settle(p);
    assert_eq!(m.state(p), State::Completed);
    let paid = share_down(m.placement(p).settled, PRIOR, 1_000_000_000_000).expect("in bounds");
    let evidence = m.unit_score(1).evidence;
    assert_eq!((evidence.kept, u128::from(evidence.completed)), (FULL_WEIGHT, paid));
    assert!(paid < 3 * u128::from(FULL_WEIGHT), "three seconds' worth");
}

#[test]
fn a_second_missed_by_a_monthly_round_says_no_more_bad_than_a_second() {
    let (mut m, p) = second();
    m.advance(MONTH_MS);
    m.settle(p);
    let missed = m.unit_score(1).evidence.missed;
    assert!(missed > 0 && missed <= FULL_WEIGHT, "{missed} for a second");
}

#[test]
fn a_unit_registered_anew_starts_with_the_score_of_its_provider() {
    let mut m = stage();
    m.grant(Observer, Role::Observer);
    m.report(Observer, 1, 0, 0);
    let spec = m.unit_spec();
    m.done(Provider, |at| at.retire_unit(1));
    let anew = m.done(Provider, |at| at.register_unit(1, spec));
    let known = m.provider_score(Provider).score;
    assert!(known < NEUTRAL);
    assert_eq!(m.unit_score(anew).score, known);
}

// ---------------------------------------------------------------------------------------------------------- disputes

#[test]
fn who_disputes_whenever_it_can_delays_pay_by_ten_days_in_thirty_and_takes_none() {
    let mut m = stage();
    let order = Order { term_ms: 70 * DAY_MS, capacity: 1, ..m.order(&[1, 2]) };
    let (_, p) = m.deal_as(Consumer, order);
    for _ in 0..2 {
        m.dispute(Consumer, p[0]);
        m.advance(DECIDE_MS);
        m.done(Reporter, |at| at.settle_many(p.clone()));
        assert_eq!(m.placement(p[0]).settled, m.placement(p[1]).settled);
        m.advance(DISPUTE_REST_MS - DECIDE_MS - 1);
        let now = m.clock().now;
        m.refused(Consumer, Error::TooEarly, |at| at.open_dispute(p[0], now, SAID, UNIT));
        m.advance(1);
    }
    m.dispute(Consumer, p[0]);
    m.advance(DECIDE_MS);
    m.done(Reporter, |at| at.settle_many(p.clone()));
    let (disputed, not) = (m.placement(p[0]), m.placement(p[1]));
    assert_eq!((disputed.settled, disputed.state), (not.settled, State::Completed));
    assert_eq!(m.available(Provider), m.available(Spare));
}

#[test]
fn a_bond_is_not_escaped_by_handing_the_reservation_over() {
    let mut m = stage();
    let (id, p) = m.deal(&[1]);
    m.beats(5);
    let bond = m.dispute(Consumer, p[0]);
    let (before, alias) = (m.available(Provider), m.id(Stranger));
    let what = Handover::Reservation(id);
    m.done(Consumer, |at| at.offer(what, Some(alias)));
    m.done(Stranger, |at| at.take_over(what));
    m.decide(p[0], 0);
    let pay = worth(5 * DAY_MS);
    let fee = bps_down(pay, 200).expect("in bounds");
    assert_eq!(m.available(Provider), before + pay - fee + bond);
    assert_eq!(m.available(Stranger), 0);
}

#[test]
fn an_arbiter_gives_no_more_than_is_frozen() {
    let mut m = stage();
    let (id, p) = m.deal(&[1, 1]);
    m.beats(5);
    let before = [Consumer, Provider, Spare].map(|who| m.available(who));
    m.dispute(Consumer, p[0]);
    m.decide(p[0], 10_000);
    let after = [Consumer, Provider, Spare].map(|who| m.available(who));
    assert_eq!(after, [before[0] + worth(5 * DAY_MS), before[1], before[2]]);
    let other = m.placement(p[1]);
    assert_eq!((other.collateral, other.settled), (other.collateral_initial, 0));
    assert_eq!(m.reservation(id).slots[1].pot, 0);
    m.refused(Arbiter, Error::NotDisputed, |at| at.decide_dispute(p[0], 10_000, SAID));
}

#[test]
fn a_dispute_and_the_misses_after_it_refund_once() {
    let mut m = stage_with(|spec| spec.terms.collateral_bps = 50_000);
    let before = m.available(Consumer);
    let (id, p) = m.deal(&[1]);
    for _ in 0..2 {
        m.proven_beat(&p);
    }
    m.settle(p[0]);
    for _ in 0..2 {
        m.proven_beat(&p);
    }
    m.dispute(Consumer, p[0]);
    m.decide(p[0], 5_000);
    for _ in 0..3 {
        m.silent_beat();
    }
    m.settle(p[0]);
    let failed = m.placement(p[0]);
    let spent = m.reservation(id).slots[0].spent;
    assert_eq!((failed.state, spent), (State::Failed, failed.settled - failed.refunded));
    m.done(Consumer, |at| at.close(id));
    assert_eq!(m.available(Consumer), before, "whole again, once");
}

#[test]
fn a_provider_does_not_rid_itself_of_an_arbiter_by_naming_it_its_delegate() {
    let mut m = stage();
    m.grant(Arbiter, Role::Arbiter);
    let (_, p) = m.deal(&[1]);
    m.beats(1);
    m.dispute(Consumer, p[0]);
    let arbiter = m.id(Arbiter);
    m.done(Provider, |at| at.set_provider(Vec::new(), Some(arbiter)));
    m.advance(ANSWER_MS);
    m.done(Arbiter, |at| at.decide_dispute(p[0], 10_000, SAID));
}

/// What a provider has in the end that has been disputed over nine unpaid days, and either waits for a decision against
/// it or fails on purpose.
fn disputed(fails: bool) -> Balance {
    let mut m = stage_with(|spec| spec.terms.max_misses = 1);
    let (_, p) = m.deal(&[1]);
    for _ in 0..9 {
        m.proven_beat(&p);
    }
    m.dispute(Consumer, p[0]);
    if fails {
        m.open_round();
        m.prove_wrongly(p[0]);
        assert_eq!(m.state(p[0]), State::Failed);
    } else {
        m.decide(p[0], 10_000);
        m.advance(DAY_MS);
        m.settle(p[0]);
    }
    let account = m.account(Provider);
    account.available + account.locked
}

#[test]
fn failing_on_purpose_saves_a_provider_nothing_of_what_is_disputed() {
    let (failed, decided) = (disputed(true), disputed(false));
    assert!(failed <= decided, "{failed} by failing, {decided} by waiting for the decision");
}
