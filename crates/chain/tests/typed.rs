//! Typed calls, against an ink! contract's generated call builder.
//!
//! The code that runs on the chain is written by hand to the same interface: what is tested is this crate,
//! not the ink! compiler.

#![allow(unexpected_cfgs)]

mod support;

use orchestrator_chain::{
    at, runtime::UNIT, AccountId, BuilderOf, CallError, ChainError, Created, Embedded, Ledger, Signer, Typed,
};
use support::{signer, PURSE};

#[ink::contract]
mod counter {
    /// Why the counter refuses.
    #[derive(Debug, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    pub enum Refusal {
        /// The counter does not go up in such steps.
        TooMuch,
        /// It does not begin there.
        TooHigh(u32),
    }

    #[ink(storage)]
    pub struct Counter {
        count: u32,
    }

    impl Counter {
        #[ink(constructor)]
        pub fn new(count: u32) -> Self {
            Self { count }
        }

        #[ink(constructor)]
        pub fn bounded(count: u32) -> Result<Self, Refusal> {
            if count > 100 {
                return Err(Refusal::TooHigh(count));
            }
            Ok(Self { count })
        }

        #[ink(message)]
        pub fn count(&self) -> u32 {
            self.count
        }

        #[ink(message, payable)]
        pub fn add(&mut self, step: u32) -> Result<u32, Refusal> {
            if step > 100 {
                return Err(Refusal::TooMuch);
            }
            self.count = self.count.wrapping_add(step);
            Ok(self.count)
        }

        #[ink(message)]
        pub fn restart(&mut self) {
            self.count = 0;
        }

        /// The hand-written code does not have this one.
        #[ink(message)]
        pub fn missing(&self) -> bool {
            true
        }

        /// The hand-written code returns fewer bytes for this one.
        #[ink(message)]
        pub fn misread(&self) -> u64 {
            u64::from(self.count)
        }
    }
}

use counter::{CounterRef, Refusal};

fn selector(bytes: [u8; 4]) -> i32 {
    i32::from_le_bytes(bytes)
}

fn counter_code() -> Vec<u8> {
    let text = include_str!("support/counter.wat")
        .replace("{new}", &selector(ink::selector_bytes!("new")).to_string())
        .replace("{bounded}", &selector(ink::selector_bytes!("bounded")).to_string())
        .replace("{count}", &selector(ink::selector_bytes!("count")).to_string())
        .replace("{misread}", &selector(ink::selector_bytes!("misread")).to_string())
        .replace("{add}", &selector(ink::selector_bytes!("add")).to_string())
        .replace("{restart}", &selector(ink::selector_bytes!("restart")).to_string());
    wat::parse_str(text).expect("the contract is well formed")
}

fn chain() -> (Embedded, Signer) {
    let (mut chain, alice) = (Embedded::in_memory(), signer("Alice"));
    chain.fund(alice.account(), PURSE).expect("funded");
    (chain, alice)
}

fn counter(count: u32) -> (Embedded, Signer, Created<BuilderOf<CounterRef>>) {
    let (mut chain, alice) = chain();
    let made = chain.create(&alice, &counter_code(), CounterRef::new(count), 0, &[]).expect("made");
    (chain, alice, made)
}

#[test]
fn a_message_is_sent_with_its_arguments_and_returns_its_value() {
    let (mut chain, alice, mut counter) = counter(5);
    let called = chain.send(&alice, counter.at.add(7)).expect("accepted");
    assert_eq!(called.value, 12);
    assert_eq!(chain.ask(alice.account(), counter.at.count()).expect("answered"), 12);
    assert!(called.receipt.fee > 0);
}

#[test]
fn a_refusal_carries_the_error_of_the_contract_and_changes_nothing() {
    let (mut chain, alice, mut counter) = counter(5);
    let refused = chain.send(&alice, counter.at.add(101)).expect_err("too much");
    assert!(matches!(refused, CallError::Refused(Refusal::TooMuch)), "{refused}");
    assert_eq!(chain.ask(alice.account(), counter.at.count()).expect("answered"), 5);
}

#[test]
fn a_question_to_a_message_that_can_refuse_answers_its_result() {
    let (chain, alice, mut counter) = counter(5);
    assert_eq!(chain.ask(alice.account(), counter.at.add(1)).expect("answered"), Ok(6));
    assert_eq!(chain.ask(alice.account(), counter.at.add(101)).expect("answered"), Err(Refusal::TooMuch));
    assert_eq!(chain.ask(alice.account(), counter.at.count()).expect("answered"), 5);
}

#[test]
fn a_rehearsal_tells_value_and_price_and_changes_nothing() {
    let (mut chain, alice, mut counter) = counter(5);
    let rehearsed = chain.rehearse(alice.account(), counter.at.add(1)).expect("accepted");
    let refused = chain.rehearse(alice.account(), counter.at.add(101)).expect_err("too much");
    assert!(matches!(refused, CallError::Refused(Refusal::TooMuch)), "{refused}");
    let called = chain.send(&alice, counter.at.add(1)).expect("accepted");
    assert_eq!((rehearsed.value, rehearsed.weight), (called.value, called.receipt.weight));
    assert_eq!(
        (rehearsed.fee, rehearsed.storage_deposit),
        (called.receipt.fee, called.receipt.storage_deposit)
    );
}

#[test]
fn a_message_that_cannot_refuse_is_posted() {
    let (mut chain, alice, mut counter) = counter(5);
    chain.post(&alice, counter.at.restart()).expect("done");
    assert_eq!(chain.ask(alice.account(), counter.at.count()).expect("answered"), 0);
}

#[test]
fn money_goes_with_a_message() {
    let (mut chain, alice, mut counter) = counter(5);
    let held = chain.balance(counter.contract).expect("readable").free;
    chain.send(&alice, counter.at.add(1).transferred_value(3 * UNIT)).expect("accepted");
    assert_eq!(chain.balance(counter.contract).expect("readable").free, held + 3 * UNIT);
}

#[test]
fn a_constructor_can_refuse_with_its_own_error() {
    let (mut chain, alice) = chain();
    let made = chain.create(&alice, &counter_code(), CounterRef::bounded(100), UNIT, &[]).expect("made");
    assert_eq!(chain.ask(alice.account(), made.at.count()).expect("answered"), 100);
    let refused = chain.create(&alice, &counter_code(), CounterRef::bounded(101), 0, &[]);
    match refused {
        Err(CallError::Refused(Refusal::TooHigh(101))) => {}
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the contract was made"),
    }
}

#[test]
fn a_contract_is_reached_again_by_its_address_and_through_any_ledger() {
    let (chain, alice, made) = counter(5);
    let ledger: Box<dyn Ledger> = Box::new(chain);
    let counter = at::<CounterRef>(made.contract);
    assert_eq!(ledger.ask(alice.account(), counter.count()).expect("answered"), 5);
}

#[test]
fn a_message_that_the_contract_does_not_know_is_told_apart() {
    let (mut chain, alice, counter) = counter(5);
    let asked = chain.ask(alice.account(), counter.at.missing()).expect_err("unknown");
    assert!(matches!(asked, ChainError::UnknownMessage(_)), "{asked}");
    let posted = chain.post(&alice, counter.at.missing()).expect_err("unknown");
    assert!(matches!(posted, ChainError::UnknownMessage(_)), "{posted}");
}

#[test]
fn an_answer_of_another_type_is_refused() {
    let (chain, alice, counter) = counter(5);
    let asked = chain.ask(alice.account(), counter.at.misread()).expect_err("four bytes for eight");
    assert!(matches!(asked, ChainError::UnreadableAnswer(_)), "{asked}");
}

#[test]
fn a_message_to_an_account_without_contract_is_an_error_of_the_chain() {
    let (mut chain, alice) = chain();
    let mut nothing = at::<CounterRef>(AccountId::from([9; 32]));
    let sent = chain.send(&alice, nothing.add(1)).expect_err("nothing there");
    assert!(matches!(sent, CallError::Chain(ChainError::Dispatch { .. })), "{sent}");
}
