//! From the proposal to the end of the term.

use orchestrator::{Action, Verdict};
use orchestrator_chain::Ledger;
use orchestrator_domain::{price_down, price_up, Error, List, State, DAY_MS};

use crate::{Market, Who::*, CAPACITY, PRICE};

/// Reserved on two units, proven in every round, paid to the last plank, closed.
pub fn a_deal_lives_from_reservation_to_close<L: Ledger>(m: &mut Market<L>) {
    let price = price_up(PRICE, CAPACITY, m.term()).expect("in bounds");
    let before = m.account(Consumer);
    let (id, p) = m.reserve(&[1, 2]);
    assert_eq!(m.account(Consumer).locked, 2 * price);
    assert_eq!(m.available(Consumer), before.available - 2 * price);
    for placement in &p {
        assert_eq!(m.state(*placement), State::Proposed);
        m.accept(*placement);
        assert_eq!(m.placement(*placement).collateral, price.div_ceil(2));
        m.activate(*placement);
    }
    assert_eq!(m.picture().units[&1].used, CAPACITY);
    for _ in 0..10 {
        m.proven_beat(&p);
    }
    m.settle(p[0]);
    m.done(Spare, |at| at.settle(p[1]));
    let earned = price_down(PRICE, CAPACITY, m.term()).expect("in bounds");
    for placement in &p {
        let placement = m.placement(*placement);
        assert_eq!((placement.state, placement.settled), (State::Completed, earned));
        assert_eq!((placement.tally.proven, placement.tally.missed), (10, 0));
    }
    assert_eq!(m.account(Consumer).available, before.available - 2 * earned, "the remainder went back");
    m.done(Consumer, |at| at.close(id));
    assert!(m.picture().reservations.is_empty() && m.picture().placements.is_empty());
    assert_eq!(m.picture().units[&1].used, 0);
    for who in [Consumer, Provider, Spare] {
        let all = m.available(who);
        m.done(who, |at| at.withdraw(all));
    }
}

/// Nothing is locked any more after a provider said no.
pub fn a_provider_declines_and_the_consumer_has_its_money_back<L: Ledger>(m: &mut Market<L>) {
    let before = m.account(Consumer).available;
    let (_, p) = m.reserve(&[1]);
    m.done(Provider, |at| at.decline(p[0]));
    assert_eq!(m.state(p[0]), State::Cancelled);
    assert_eq!((m.available(Consumer), m.account(Consumer).locked), (before, 0));
}

/// It gives up what it cannot fetch, at no cost.
pub fn a_provider_gives_up_what_it_accepted_before_it_is_active<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.reserve(&[1]);
    m.accept(p[0]);
    m.done(Provider, |at| at.decline(p[0]));
    assert_eq!(
        (m.state(p[0]), m.account(Provider).locked, m.picture().units[&1].used),
        (State::Cancelled, 0, 0)
    );
}

/// One replica is taken, the other is not: each slot lives alone.
pub fn one_slot_is_declined_while_the_other_lives<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.reserve(&[1, 2]);
    m.accept(p[0]);
    m.activate(p[0]);
    m.done(Spare, |at| at.decline(p[1]));
    assert_eq!((m.state(p[0]), m.state(p[1])), (State::Active, State::Cancelled));
    m.refused(Consumer, Error::NotEnded, |at| at.close(id));
}

/// The last instant to accept is the one before the deadline.
pub fn a_proposal_lapses_when_its_window_is_over<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.reserve(&[1, 2]);
    m.advance(DAY_MS - 1);
    m.accept(p[0]);
    m.advance(1);
    m.refused(Spare, Error::WrongState, |at| at.accept(p[1]));
    m.settle(p[1]);
    assert_eq!((m.state(p[0]), m.state(p[1])), (State::Accepted, State::Cancelled));
}

/// The last instant to activate is the one before the deadline.
pub fn an_accepted_placement_lapses_when_it_is_not_activated<L: Ledger>(m: &mut Market<L>) {
    let before = m.available(Consumer);
    let (_, p) = m.reserve(&[1, 2]);
    m.accept(p[0]);
    m.accept(p[1]);
    m.advance(8 * DAY_MS - 1);
    m.activate(p[0]);
    m.advance(1);
    m.refused(Spare, Error::WrongState, |at| at.activate(p[1]));
    m.settle(p[1]);
    assert_eq!(m.state(p[1]), State::Cancelled);
    assert_eq!(m.account(Spare).locked, 0);
    let escrow = m.placement(p[0]).escrow;
    assert_eq!(m.available(Consumer), before - escrow, "nothing is paid for what never started");
}

/// A proposal is cancelled for nothing, an accepted placement for the notice.
pub fn a_consumer_cancels_before_and_after_acceptance<L: Ledger>(m: &mut Market<L>) {
    let before = m.available(Consumer);
    let (id, p) = m.reserve(&[1, 2]);
    m.done(Consumer, |at| at.cancel(id, Some(0)));
    assert_eq!(m.state(p[0]), State::Cancelled);
    m.accept(p[1]);
    m.done(Consumer, |at| at.cancel(id, None));
    let notice = price_down(PRICE, CAPACITY, m.beat_ms).expect("in bounds");
    assert_eq!((m.state(p[1]), m.placement(p[1]).settled), (State::Cancelled, notice));
    assert_eq!(m.available(Consumer), before - notice);
    m.done(Consumer, |at| at.close(id));
    assert_eq!(m.available(Consumer), before - notice);
}

/// Capacity first, data later: nothing is asked until there is data.
pub fn capacity_is_reserved_first_and_data_committed_later<L: Ledger>(m: &mut Market<L>) {
    let mut order = m.order(&[1]);
    order.replicas[0].root = [0; 32];
    order.replicas[0].chunks = 0;
    let (_, p) = m.deal_as(Consumer, order);
    m.silent_beat();
    m.settle(p[0]);
    let tally = m.placement(p[0]).tally;
    assert_eq!((tally.missed, tally.excused), (0, 1));
    let data = m.data(7);
    m.done(Consumer, |at| at.commit_data(p[0], data.root, data.chunks));
    assert_eq!(m.ask(|at| at.committed_data(p[0])).map(|x| x.root), Some(data.root));
    m.done(Provider, |at| at.accept_data(p[0], data.root, data.chunks));
    assert_eq!((m.placement(p[0]).root, m.placement(p[0]).chunks), (data.root, data.chunks));
    m.open_round();
    assert_eq!(m.prove(p[0]), Verdict::Proven);
}

/// A new root under a live placement counts from the next round on, and only after both have agreed.
pub fn a_new_root_counts_once_the_provider_takes_it<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1]);
    let (old, new) = (m.placement(p[0]).root, m.data(99));
    m.done(Consumer, |at| at.commit_data(p[0], new.root, new.chunks));
    m.open_round();
    assert_eq!(m.placement(p[0]).root, old);
    m.refused(Provider, Error::RoundOpen, |at| at.accept_data(p[0], new.root, new.chunks));
    assert_eq!(m.prove(p[0]), Verdict::Proven);
    m.done(Provider, |at| at.accept_data(p[0], new.root, new.chunks));
    m.beats(1);
    m.open_round();
    assert_eq!(m.prove(p[0]), Verdict::Proven);
}

/// The delegate works for the provider and never gets at its money.
pub fn a_delegate_operates_and_touches_no_money<L: Ledger>(m: &mut Market<L>) {
    let delegate = m.id(Delegate);
    m.done(Provider, |at| at.set_provider(Vec::new(), Some(delegate)));
    let (_, p) = m.reserve(&[1, 1]);
    m.done(Delegate, |at| at.decline(p[1]));
    m.done(Delegate, |at| at.accept(p[0]));
    m.done(Delegate, |at| at.activate(p[0]));
    let data = m.data(5);
    m.done(Consumer, |at| at.commit_data(p[0], data.root, data.chunks));
    m.done(Delegate, |at| at.accept_data(p[0], data.root, data.chunks));
    m.open_round();
    let response = m.response(p[0]);
    assert_eq!(m.respond(Delegate, response), Verdict::Proven);
    m.beats(1);
    m.refused(Delegate, Error::NotProvider, |at| at.withdraw_placement(p[0], u128::MAX));
    m.settle(p[0]);
    assert_eq!(m.account(Delegate).available, 0);
    m.done(Provider, |at| at.set_provider(Vec::new(), None));
    m.open_round();
    let response = m.response(p[0]);
    assert_eq!(m.respond(Delegate, response), Verdict::NotProvider);
}

/// What has to happen next is told at every stage.
pub fn the_next_action_is_told_at_every_stage<L: Ledger>(m: &mut Market<L>) {
    let next = |m: &Market<L>, p: u64| m.ask(|at| at.next_action_at(p)).map(|x| (x.action, x.at));
    let start = m.clock().now;
    let (id, p) = m.reserve(&[1]);
    assert_eq!(next(m, p[0]), Some((Action::Accept, start + DAY_MS)));
    m.accept(p[0]);
    assert_eq!(next(m, p[0]), Some((Action::Activate, start + 8 * DAY_MS)));
    assert_eq!(m.ask(|at| at.funded_until(id)), 0);
    m.activate(p[0]);
    let ends_at = start + m.term();
    assert_eq!(next(m, p[0]), Some((Action::End, ends_at)));
    assert_eq!(m.ask(|at| at.funded_until(id)), ends_at);
    m.open_round();
    assert_eq!(next(m, p[0]), Some((Action::Prove, start + u64::from(m.window()))));
    assert_eq!(m.prove(p[0]), Verdict::Proven);
    m.advance(m.term());
    m.settle(p[0]);
    assert_eq!(next(m, p[0]).map(|x| x.0), Some(Action::Close));
    m.done(Consumer, |at| at.close(id));
    assert_eq!(next(m, p[0]), None);
}

/// Wallets find what belongs to them, page by page.
pub fn lists_and_search_show_what_is_alive<L: Ledger>(m: &mut Market<L>) {
    let (first, p) = m.reserve(&[1, 2]);
    let (second, _) = m.reserve(&[1]);
    let consumer = List::Reservations(m.id(Consumer));
    let page = m.ask(|at| at.list(consumer.clone(), 0, 1));
    assert_eq!((page.ids, page.next), (vec![first], 1));
    let page = m.ask(|at| at.list(consumer.clone(), 1, 1));
    assert_eq!((page.ids, page.next), (vec![second], 0));
    m.done(Consumer, |at| at.cancel(first, None));
    m.done(Consumer, |at| at.close(first));
    assert_eq!(m.ask(|at| at.list(consumer, 0, 50)).ids, [second]);
    let on_unit = List::UnitPlacements(1);
    assert_eq!(m.ask(|at| at.list(on_unit, 0, 50)).ids, [p[1] + 1]);
    let provider = List::Placements(m.id(Provider));
    assert_eq!(m.ask(|at| at.list(provider.clone(), 0, 50)).ids, [0; 0], "nothing is accepted yet");
    let mut filter = orchestrator::Filter {
        kind: None,
        region: Some(276),
        capacity: 100,
        max_price: PRICE,
        term_ms: m.term(),
        cluster: None,
        min_score: 0,
    };
    let find = |m: &Market<L>, filter: &orchestrator::Filter, cursor, limit| {
        let found = m.ask(|at| at.find_data_units(filter.clone(), cursor, limit));
        (found.units.iter().map(|x| x.id).collect::<Vec<_>>(), found.next)
    };
    assert_eq!(find(m, &filter, 0, 50), (vec![1, 2], 0));
    assert_eq!(find(m, &filter, 0, 1), (vec![1], 2));
    m.accept(p[1] + 1);
    assert_eq!(m.ask(|at| at.list(provider, 0, 50)).ids, [p[1] + 1]);
    assert_eq!(find(m, &filter, 0, 50), (vec![2], 0), "the first has less than 100 free");
    filter.max_price = PRICE - 1;
    assert_eq!(find(m, &filter, 0, 50), (vec![], 0));
    filter.max_price = 0;
    filter.region = Some(40);
    assert_eq!(find(m, &filter, 0, 50), (vec![], 0));
}
