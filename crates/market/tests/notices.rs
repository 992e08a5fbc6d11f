//! What an account is told to do, on the contract's own code.

// Not everything that deals need is needed here.
#[allow(dead_code)]
#[path = "deals/mod.rs"]
mod market;

use market::{unit, Market, TERM_MS, WINDOW_MS};
use orchestrator::domain::{Role, SlaTerms, UnitSpec, Window, DAY_MS};
use orchestrator_chain::{runtime::UNIT, AccountId, Ledger, Signer};
use orchestrator_market::parties::{Doer, Matter, Notice, Party, Topic, Viewer};

const HOUR_MS: u64 = 3_600_000;

fn notices(market: &Market, account: AccountId, ahead_ms: u64) -> Vec<Notice> {
    let viewer = Viewer::new(account, market.contract);
    let notices = viewer.notices(&market.chain, ahead_ms).unwrap();
    assert!(notices.is_sorted_by_key(|x| x.at));
    notices
}

/// What is told, and whether it is the account's own to do.
fn told(market: &Market, account: AccountId, ahead_ms: u64) -> Vec<(Matter, Topic, bool)> {
    notices(market, account, ahead_ms).iter().map(|x| (x.matter, x.topic, x.own)).collect()
}

fn consumer(market: &Market) -> AccountId {
    market.consumer.party().account()
}

fn provider(market: &Market, n: usize) -> AccountId {
    market.providers[n].party().account()
}

/// The first of what is ahead of a placement, against what the contract says.
fn ensure_first(market: &Market, id: u64) {
    let party = market.consumer.party();
    let clock = party.clock(&market.chain).unwrap();
    let p = party.placement(&market.chain, id).unwrap();
    let ahead = party.ahead(&market.chain, &clock, &p).unwrap();
    let next = party.ask(&market.chain, "ask what is next", party.market().next_action_at(id)).unwrap();
    assert_eq!(ahead.first(), next.as_ref());
}

#[test]
fn who_has_nothing_is_told_nothing() {
    let market = Market::new(1);
    for account in [consumer(&market), provider(&market, 0), market.reporter.party().account()] {
        assert_eq!(notices(&market, account, u64::MAX), []);
    }
}

#[test]
fn a_proposal_waits_for_its_provider_and_then_for_its_consumer() {
    let mut market = Market::new(1);
    market.reserved(5_000, 1);
    let one = Topic::Placement(1);
    ensure_first(&market, 1);
    assert_eq!(told(&market, provider(&market, 0), DAY_MS), [(Matter::Accept, one, true)]);
    assert_eq!(told(&market, consumer(&market), DAY_MS), [(Matter::Accept, one, false)]);
    assert_eq!(told(&market, provider(&market, 0), DAY_MS - 1), []);
    market.chain.advance(DAY_MS).unwrap();
    assert_eq!(told(&market, provider(&market, 0), DAY_MS), [(Matter::Settle, one, false)]);
    assert_eq!(told(&market, consumer(&market), 0), [(Matter::Settle, one, true)]);
}

#[test]
fn a_provider_is_told_to_activate_and_to_prove() {
    let mut market = Market::new(1);
    market.reserved(5_000, 1);
    market.providers[0].accept_proposals(&mut market.chain).unwrap();
    let one = Topic::Placement(1);
    ensure_first(&market, 1);
    assert_eq!(told(&market, provider(&market, 0), 8 * DAY_MS), [(Matter::Activate, one, true)]);
    let mut market = Market::new(1);
    market.active(5_000, 1);
    assert_eq!(told(&market, provider(&market, 0), DAY_MS), []);
    market.open_round();
    ensure_first(&market, 1);
    let found = notices(&market, provider(&market, 0), DAY_MS);
    let at = market.chain.now_ms().unwrap() + u64::from(WINDOW_MS);
    assert_eq!(found, [Notice { at, matter: Matter::Prove, topic: one, doer: Doer::Provider, own: true }]);
    assert_eq!(told(&market, consumer(&market), DAY_MS), [(Matter::Prove, one, false)]);
    market.providers[0].answer(&mut market.chain).unwrap();
    assert_eq!(told(&market, provider(&market, 0), DAY_MS), []);
    ensure_first(&market, 1);
}

#[test]
fn money_that_runs_out_is_told_to_the_consumer_and_renewal_moves_it() {
    let mut market = Market::new(1);
    market.active(5_000, 1);
    let end = market.chain.now_ms().unwrap() + TERM_MS;
    let paid = (Matter::PaidUntil, Topic::Reservation(1), true);
    assert_eq!(told(&market, consumer(&market), TERM_MS - 1), []);
    assert_eq!(told(&market, consumer(&market), TERM_MS), [paid]);
    assert_eq!(notices(&market, consumer(&market), TERM_MS)[0].at, end);
    let ends = (Matter::End, Topic::Placement(1), false);
    assert_eq!(told(&market, provider(&market, 0), TERM_MS), [ends]);
    market.consumer.set_auto_renew(&mut market.chain, 1, UNIT).unwrap();
    assert_eq!(told(&market, consumer(&market), TERM_MS), []);
}

#[test]
fn what_is_over_is_settled_by_its_provider_and_closed_by_its_consumer() {
    let mut market = Market::new(1);
    market.active(5_000, 1);
    market.chain.advance(TERM_MS).unwrap();
    let settle = |own| (Matter::Settle, Topic::Placement(1), own);
    assert_eq!(told(&market, provider(&market, 0), 0), [settle(true)]);
    assert_eq!(told(&market, consumer(&market), 0), [settle(false)]);
    market.providers[0].settle(&mut market.chain).unwrap();
    ensure_first(&market, 1);
    assert_eq!(told(&market, provider(&market, 0), 100 * DAY_MS), []);
    let close = (Matter::Close, Topic::Reservation(1), true);
    assert_eq!(told(&market, consumer(&market), 100 * DAY_MS), [close]);
    assert_eq!(told(&market, consumer(&market), DAY_MS), []);
    market.consumer.close(&mut market.chain, 1).unwrap();
    assert_eq!(told(&market, consumer(&market), 100 * DAY_MS), []);
}

#[test]
fn a_lost_replica_is_told_at_once_however_far_its_end_is() {
    let mut market = Market::new(2);
    market.active(5_000, 2);
    for _ in 0..2 {
        market.open_round();
        market.providers[0].answer(&mut market.chain).unwrap();
        market.chain.advance(WINDOW_MS.into()).unwrap();
        market.reporter.report(&mut market.chain).unwrap();
    }
    let lost = (Matter::Replace, Topic::Placement(2), true);
    assert_eq!(told(&market, consumer(&market), 0), [lost]);
    assert_eq!(told(&market, provider(&market, 1), TERM_MS), []);
}

#[test]
fn a_proposal_that_was_declined_is_lost_as_long_as_another_replica_is_kept() {
    let mut market = Market::new(2);
    let mut parcel = market.reserved(5_000, 2);
    let declining = market.providers[1].party();
    declining.send(&mut market.chain, "decline", declining.market().decline(2)).unwrap();
    assert_eq!(told(&market, consumer(&market), 0), []);
    let keeping = &market.providers[0];
    keeping.accept_proposals(&mut market.chain).unwrap();
    let chain = &market.chain;
    market.consumer.send(&mut parcel, 0, |id, data| keeping.receive(chain, id, data)).unwrap();
    keeping.activate(&mut market.chain, 1).unwrap();
    let lost = (Matter::Replace, Topic::Placement(2), true);
    assert_eq!(told(&market, consumer(&market), 0), [lost]);
    assert_eq!(told(&market, provider(&market, 1), TERM_MS), []);
    market.chain.advance(TERM_MS).unwrap();
    let settle = (Matter::Settle, Topic::Placement(1), false);
    assert_eq!(told(&market, consumer(&market), 0), [settle]);
}

#[test]
fn maintenance_is_told_to_both_and_once_it_began_when_it_ends() {
    let mut market = Market::new(1);
    let terms = SlaTerms { maintenance_ms: DAY_MS as u32, ..unit(UNIT).terms };
    let spec = UnitSpec { terms, ..unit(UNIT / 2) };
    let rests = market.providers[0].add_unit(&mut market.chain, 1, spec).unwrap();
    market.active(5_000, 1);
    let from = market.chain.now_ms().unwrap() + 2 * DAY_MS;
    let window = Window { from, until: from + 10 * HOUR_MS };
    market.providers[0].set_maintenance(&mut market.chain, rests, Some(window)).unwrap();
    ensure_first(&market, 1);
    let begins = |topic| (Matter::Maintenance, topic, false);
    assert_eq!(told(&market, provider(&market, 0), 2 * DAY_MS), [begins(Topic::Unit(rests))]);
    assert_eq!(told(&market, consumer(&market), 2 * DAY_MS), [begins(Topic::Placement(1))]);
    assert_eq!(told(&market, consumer(&market), 2 * DAY_MS - 1), []);
    market.chain.advance(2 * DAY_MS).unwrap();
    market.consumer.open_round(&mut market.chain, [9; 32]).unwrap();
    let back = (Matter::Back, Topic::Unit(rests), true);
    assert_eq!(told(&market, provider(&market, 0), DAY_MS), [back]);
    assert_eq!(told(&market, consumer(&market), DAY_MS), []);
    ensure_first(&market, 1);
}

#[test]
fn a_dispute_waits_for_its_provider_and_then_for_an_arbiter() {
    let mut market = Market::new(1);
    let signer = |suri| Signer::from_suri(suri).unwrap();
    let operator = Party::new(signer("//operator"), market.contract);
    let arbiter = signer("//arbiter").account();
    let message = operator.market().set_role(arbiter, Role::Arbiter, true);
    operator.send(&mut market.chain, "set a role", message).unwrap();
    market.active(5_000, 1);
    let now = market.chain.now_ms().unwrap();
    market.consumer.open_dispute(&mut market.chain, 1, now, [1; 32], u128::MAX).unwrap();
    ensure_first(&market, 1);
    let answer = |own| (Matter::Answer, Topic::Placement(1), own);
    let decide = |own| (Matter::Decide, Topic::Placement(1), own);
    assert_eq!(told(&market, provider(&market, 0), 3 * DAY_MS), [answer(true)]);
    assert_eq!(told(&market, arbiter, 3 * DAY_MS), [answer(false)]);
    assert_eq!(told(&market, consumer(&market), 3 * DAY_MS), [answer(false)]);
    market.providers[0].answer_dispute(&mut market.chain, 1, [2; 32]).unwrap();
    ensure_first(&market, 1);
    assert_eq!(told(&market, provider(&market, 0), 9 * DAY_MS), []);
    let ends = (Matter::End, Topic::Placement(1), false);
    assert_eq!(told(&market, provider(&market, 0), 10 * DAY_MS), [decide(false), ends]);
    assert_eq!(told(&market, arbiter, 10 * DAY_MS), [decide(true), ends]);
    market.chain.advance(10 * DAY_MS).unwrap();
    let settle = (Matter::Settle, Topic::Placement(1), true);
    assert_eq!(told(&market, provider(&market, 0), 0), [settle]);
}
