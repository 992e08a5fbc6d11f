//! What wallets rely on: names, selectors, documentation, bytes that can be read.

use std::collections::BTreeSet;

use drink::session::NO_ARGS;
use orchestrator::{domain::Error, LastIds};
use scale::Encode;

use crate::{
    market::{account, on_chain, Fault, Market},
    metadata::{has_words, list, metadata, text},
    story::{furnished, People},
};

#[test]
fn the_code_fits_the_production_chains() {
    let bytes = orchestrator_bundle::WASM.len();
    assert!(bytes <= 123 * 1024, "{bytes} bytes do not fit Cere's 123 KiB");
}

#[test]
fn every_message_constructor_and_event_is_documented() {
    let metadata = metadata();
    for kind in ["/spec/messages", "/spec/constructors", "/spec/events"] {
        for item in list(&metadata, kind) {
            assert!(has_words(&item["docs"]), "{} says nothing of itself", text(item, "label"));
        }
    }
}

/// A message's selector is its number, and the metadata shows it: a wallet needs nothing else to call it.
#[test]
fn messages_are_numbered_from_one_without_gap_or_double() {
    let metadata = metadata();
    let messages = list(&metadata, "/spec/messages");
    assert!(messages.len() > 60, "{} messages", messages.len());
    for (number, message) in (1u32..).zip(messages) {
        assert_eq!(text(message, "selector"), format!("0x{number:08x}"), "{}", text(message, "label"));
    }
    let names: BTreeSet<_> = messages.iter().map(|x| text(x, "label")).collect();
    assert_eq!(names.len(), messages.len());
    let [constructor] = &list(&metadata, "/spec/constructors")[..] else { panic!("one constructor") };
    assert!(messages.iter().all(|x| x["selector"] != constructor["selector"]));
}

#[test]
fn the_code_answers_to_the_numbers_of_the_metadata_and_to_no_other() {
    let (mut market, p) = furnished();
    let count = u32::try_from(list(&metadata(), "/spec/messages").len()).expect("a few dozen");
    // Zeros are valid arguments of every message: first variants, empty lists, no options.
    let bytes = |number: u32| [&number.to_be_bytes()[..], &[0; 600]].concat();
    for number in 1..=count {
        assert!(market.reads(p.stranger, bytes(number)), "{number}");
    }
    for number in (count + 1..count + 200).chain([0, u32::MAX, 1 << 24]) {
        assert!(!market.reads(p.stranger, bytes(number)), "{number}");
    }
}

#[test]
fn no_two_events_share_a_signature_and_none_pays_for_another_topic() {
    let metadata = metadata();
    let mut seen = BTreeSet::new();
    for event in list(&metadata, "/spec/events") {
        assert!(seen.insert(text(event, "signature_topic").to_owned()), "{}", text(event, "label"));
        let topics = list(event, "/args").iter().filter(|x| x["indexed"] == true).count();
        assert_eq!(topics, 0, "{}", text(event, "label"));
    }
}

#[test]
fn a_form_of_four_fields_is_enough_for_every_message() {
    for message in list(&metadata(), "/spec/messages") {
        assert!(list(message, "/args").len() <= 4, "{}", text(message, "label"));
    }
}

#[test]
fn money_is_taken_by_the_two_deposits_only() {
    let metadata = metadata();
    let payable = list(&metadata, "/spec/messages").iter().filter(|x| x["payable"] == true);
    assert_eq!(payable.map(|x| text(x, "label")).collect::<Vec<_>>(), ["deposit", "deposit_for"]);
}

#[test]
fn views_change_nothing_and_verbs_do() {
    let metadata = metadata();
    let views: BTreeSet<&str> = list(&metadata, "/spec/messages")
        .iter()
        .filter(|x| x["mutates"] == false)
        .map(|x| text(x, "label"))
        .collect();
    let expected = [
        "account",
        "challenge",
        "challenger",
        "check_proof",
        "cluster",
        "committed_data",
        "data_unit",
        "exit_fee",
        "find_data_units",
        "funded_until",
        "list",
        "next_action_at",
        "node",
        "placement",
        "provider",
        "quote",
        "reservation",
        "score",
        "service",
        "settings",
        "share",
        "sla",
        "solvency",
        "trusts",
    ];
    assert_eq!(views, BTreeSet::from(expected));
}

#[test]
fn a_wallet_calls_by_name_and_reads_what_comes_back() {
    let p = People::new();
    let mut market = Market::open(p.treasury);
    market.fund([p.consumer]);
    let session = market.session();
    session.set_actor(on_chain(p.consumer));
    session.call::<_, Result<(), Error>>("deposit", NO_ARGS, Some(42)).unwrap().unwrap().unwrap();
    let argument = [on_chain(p.consumer).to_string()];
    let account: orchestrator::domain::Account = session.call("account", &argument, None).unwrap().unwrap();
    assert_eq!((account.available, account.locked), (42, 0));
    let refused: Error = session.call_and_expect_error("withdraw", &["0"], None).unwrap();
    assert_eq!(refused, Error::ZeroAmount);
}

#[test]
fn an_event_reads_by_the_metadata_alone() {
    let p = People::new();
    let mut market = Market::open(p.treasury);
    market.fund([p.consumer]);
    let session = market.session();
    session.set_actor(on_chain(p.consumer));
    session.call::<_, Result<(), Error>>("deposit", NO_ARGS, Some(42)).unwrap().unwrap().unwrap();
    let topics = |name: &str| {
        let metadata = metadata();
        let event = list(&metadata, "/spec/events").iter().find(|x| x["label"] == name).cloned();
        text(&event.expect("the metadata has the event"), "signature_topic").to_owned()
    };
    let transcoder = crate::market::bundle().transcoder;
    let data = session.record().last_event_batch().contract_events()[1].to_vec();
    let topic: [u8; 32] = hex(&topics("Deposited"));
    let shown = transcoder.decode_contract_event(&topic, &mut &data.encode()[..]).unwrap().to_string();
    assert!(shown.starts_with("Deposited"), "{shown}");
    assert!(shown.contains("amount: 42"), "{shown}");
}

fn hex(text: &str) -> [u8; 32] {
    let digits = text.strip_prefix("0x").expect("hexadecimal starts with 0x");
    std::array::from_fn(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).expect("two digits"))
}

#[test]
fn bytes_that_are_no_message_are_refused_as_unreadable() {
    let (mut market, p) = furnished();
    let unreadable = Fault::Reverted(
        <Result<(), ink::primitives::LangError>>::Err(ink::primitives::LangError::CouldNotReadInput).encode(),
    );
    assert_eq!(market.fault(p.consumer, 0, vec![0xde, 0xad, 0xbe, 0xef]), unreadable);
    assert_eq!(market.fault(p.consumer, 0, vec![]), unreadable);
    let mut cut = market.at().withdraw(1).params().exec_input().encode();
    cut.pop();
    assert_eq!(market.fault(p.consumer, 0, cut), unreadable);
    assert_eq!(
        market.ask(account(1), market.at().settings()).last_ids,
        LastIds { node: 2, unit: 2, ..LastIds::default() }
    );
}
