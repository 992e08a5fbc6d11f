//! A refused message leaves nothing: no money, no record, no event, whatever it had done before it refused.

use orchestrator::domain::{Error, Order, Replica};
use scale::Encode;

use crate::{
    market::{Fault, Market, Message, PURSE},
    story::{live, order, Held, TERM_MS},
};

/// Sends a message that must refuse, and compares the chain's whole state before and after.
pub fn leaves_nothing<Args: Encode, T: scale::Decode + std::fmt::Debug>(
    market: &mut Market,
    caller: ink::primitives::AccountId,
    message: Message<Args, Result<T, Error>>,
    expected: Error,
) {
    let before = market.state_root();
    assert_eq!(market.send(caller, message).unwrap_err(), expected);
    assert_eq!(market.state_root(), before, "{expected:?} must leave the state as it was");
}

#[test]
fn the_state_root_sees_what_a_message_changes() {
    let (mut market, p, _) = live();
    let before = market.state_root();
    market.send(p.consumer, market.at().set_auto_renew(1, 1)).unwrap();
    assert_ne!(market.state_root(), before);
}

#[test]
fn reserving_refused_at_its_last_replica_proposes_none() {
    let (mut market, p, held) = live();
    let mut replicas = vec![held.replica(1); 19];
    replicas.push(held.replica(99));
    let order = Order { replicas, capacity: 1, ..order(held.replica(1)) };
    let message = market.at().reserve(order);
    leaves_nothing(&mut market, p.consumer, message, Error::UnknownUnit);
}

#[test]
fn reserving_above_the_ceiling_or_the_money_reserves_nothing() {
    let (mut market, p, held) = live();
    let message = market.at().reserve(Order { max_price: 9_999_999, ..order(held.replica(2)) });
    leaves_nothing(&mut market, p.consumer, message, Error::AboveCeiling);
    market.send(p.stranger, market.at().register_challenger(3_600_000, 600_000)).unwrap();
    let message = market.at().reserve(order(held.replica(2)));
    leaves_nothing(&mut market, p.stranger, message, Error::NotEnoughAvailable);
}

#[test]
fn accepting_without_collateral_takes_no_capacity() {
    let (mut market, p, held) = live();
    market.send(p.consumer, market.at().reserve(order(held.replica(2)))).unwrap();
    let available = market.money(p.spare).available;
    market.send(p.spare, market.at().withdraw(available)).unwrap();
    let message = market.at().accept(2);
    let before = market.state_root();
    let refused = market.send(p.spare, message).unwrap_err();
    assert!(matches!(refused, Error::NotEnoughAvailable | Error::ProviderShort), "{refused:?}");
    assert_eq!(market.state_root(), before);
}

#[test]
fn extending_and_growing_above_the_ceiling_change_nothing() {
    let (mut market, p, _) = live();
    market.wait(TERM_MS / 7);
    let message = market.at().extend(1, TERM_MS, 1);
    leaves_nothing(&mut market, p.consumer, message, Error::AboveCeiling);
    let message = market.at().resize(1, 50, 1);
    leaves_nothing(&mut market, p.consumer, message, Error::AboveCeiling);
}

#[test]
fn closing_with_one_replica_alive_settles_and_frees_none() {
    let (mut market, p, held) = live();
    let two = Order { replicas: vec![held.replica(1), held.replica(2)], ..order(held.replica(1)) };
    market.send(p.consumer, market.at().reserve(two)).unwrap();
    market.send(p.provider, market.at().accept(2)).unwrap();
    market.send(p.provider, market.at().activate(2)).unwrap();
    market.wait(TERM_MS / 60);
    market.send(p.spare, market.at().accept(3)).unwrap();
    market.send(p.spare, market.at().activate(3)).unwrap();
    market.wait(TERM_MS - 1_000);
    let message = market.at().close(2);
    leaves_nothing(&mut market, p.consumer, message, Error::NotEnded);
}

#[test]
fn replacing_above_the_ceiling_keeps_the_old_placement_and_its_pot() {
    let (mut market, p, _) = live();
    market.send(p.provider, market.at().withdraw_placement(1, u128::MAX)).unwrap();
    assert!(market.reservation(1).slots[0].pot > 0);
    let replica = Replica { unit: 2, ..Held::new().replica(2) };
    let message = market.at().replace(1, 0, replica, 1);
    leaves_nothing(&mut market, p.consumer, message, Error::AboveCeiling);
}

#[test]
fn a_report_of_nothing_settles_nothing() {
    let (mut market, p, _) = live();
    market.wait(TERM_MS / 2);
    let message = market.at().report_miss(1);
    leaves_nothing(&mut market, p.reporter, message, Error::NothingMissed);
}

#[test]
fn taking_another_root_than_offered_keeps_the_offer() {
    let (mut market, p, _) = live();
    market.send(p.consumer, market.at().commit_data(1, [9; 32], 3)).unwrap();
    let message = market.at().accept_data(1, [8; 32], 3);
    leaves_nothing(&mut market, p.provider, message, Error::NothingCommitted);
}

#[test]
fn a_batch_longer_than_the_buffer_judges_none_of_it() {
    let (mut market, p, held) = live();
    market.send(p.consumer, market.at().open_round([7; 32])).unwrap();
    let answer = held.answer(&mut market, 1);
    let enough = 16_384 / answer.encoded_size() + 1;
    let long = market.at().prove(vec![answer.clone(); enough]).params().exec_input().encode();
    assert!(long.len() > 16_384);
    let before = market.state_root();
    assert!(matches!(market.fault(p.provider, 0, long), Fault::Dispatch(_)));
    assert_eq!(market.state_root(), before);
    market.send(p.provider, market.at().prove(vec![answer])).unwrap();
}

#[test]
fn money_sent_with_a_message_that_does_not_exist_stays_with_its_sender() {
    let (mut market, p, _) = live();
    let before = market.state_root();
    let refused = market.fault(p.stranger, 1_000, vec![0xde, 0xad, 0xbe, 0xef]);
    assert!(matches!(refused, Fault::Reverted(_) | Fault::Dispatch(_)));
    assert_eq!(market.state_root(), before);
    assert_eq!(market.purse(p.stranger), PURSE);
}
