//! Deposit, deposit for, withdraw, account, solvency.

use super::market::*;
use crate::events::{Deposited, Withdrawn};
use crate::Solvency;
use ink::env::{test, DefaultEnvironment as E};
use orchestrator_domain::{Account, Error};

#[ink::test]
fn nobody_has_money_before_a_deposit() {
    let market = empty();
    assert_eq!(market.account(consumer()), Account::default());
    assert_eq!(market.solvency(), Solvency { held: 0, owed: 0 });
}

#[ink::test]
fn a_deposit_credits_its_caller() {
    let mut market = empty();
    deposit(&mut market, consumer(), 500);
    assert_eq!(money(&market, consumer()), (500, 0));
    assert_eq!(market.solvency(), Solvency { held: 500, owed: 500 });
    let event: Deposited = last_event();
    assert_eq!((event.account, event.from, event.amount), (consumer(), consumer(), 500));
}

#[ink::test]
fn deposits_add_up() {
    let mut market = empty();
    deposit(&mut market, consumer(), 500);
    deposit(&mut market, consumer(), 1);
    assert_eq!(money(&market, consumer()), (501, 0));
}

#[ink::test]
fn a_deposit_for_another_credits_the_other() {
    let mut market = empty();
    paying(&mut market, consumer(), 500).deposit_for(provider()).unwrap();
    assert_eq!(money(&market, provider()), (500, 0));
    assert_eq!(money(&market, consumer()), (0, 0));
    let event: Deposited = last_event();
    assert_eq!((event.account, event.from), (provider(), consumer()));
}

#[ink::test]
fn a_deposit_of_nothing_is_refused() {
    let mut market = empty();
    assert_eq!(by(&mut market, consumer()).deposit(), Err(Error::ZeroAmount));
    assert_eq!(by(&mut market, consumer()).deposit_for(provider()), Err(Error::ZeroAmount));
}

#[ink::test]
fn a_withdrawal_pays_its_caller_out() {
    let mut market = empty();
    deposit(&mut market, consumer(), 500);
    by(&mut market, consumer()).withdraw(200).unwrap();
    assert_eq!(money(&market, consumer()), (300, 0));
    assert_eq!(test::get_account_balance::<E>(consumer()), Ok(LEAST + 200));
    assert_eq!(market.solvency(), Solvency { held: 300, owed: 300 });
    let event: Withdrawn = last_event();
    assert_eq!((event.account, event.amount), (consumer(), 200));
}

#[ink::test]
fn a_withdrawal_of_nothing_is_refused() {
    let mut market = empty();
    deposit(&mut market, consumer(), 500);
    assert_eq!(by(&mut market, consumer()).withdraw(0), Err(Error::ZeroAmount));
}

#[ink::test]
fn a_withdrawal_of_others_money_is_refused() {
    let mut market = empty();
    deposit(&mut market, consumer(), 500);
    deposit(&mut market, provider(), 5);
    assert_eq!(by(&mut market, provider()).withdraw(6), Err(Error::NotEnoughAvailable));
}

#[ink::test]
fn a_withdrawal_above_what_the_contract_holds_is_refused() {
    let mut market = empty();
    deposit(&mut market, consumer(), 500);
    test::set_account_balance::<E>(account(200), 0);
    assert_eq!(by(&mut market, consumer()).withdraw(500), Err(Error::NotEnoughHeld));
}

#[ink::test]
fn locked_money_is_not_withdrawn() {
    let mut market = proposed();
    assert_eq!(money(&market, consumer()), (PURSE - TERM_PRICE, TERM_PRICE));
    let refused = by(&mut market, consumer()).withdraw(PURSE - TERM_PRICE + 1);
    assert_eq!(refused, Err(Error::NotEnoughAvailable));
}

#[ink::test]
fn money_sent_past_the_messages_is_held_and_owed_to_nobody() {
    let mut market = empty();
    deposit(&mut market, consumer(), 500);
    paying(&mut market, stranger(), 70);
    assert_eq!(market.solvency(), Solvency { held: 570, owed: 500 });
    assert_eq!(money(&market, stranger()), (0, 0));
}
