//! What wallets and later versions rely on: names, selectors, documentation, error codes, storage keys.

use std::collections::BTreeSet;

use drink::session::NO_ARGS;
use orchestrator::domain::Error;
use scale::{Decode, Encode};
use serde_json::Value;

use crate::{
    market::{account, on_chain, Fault, Market},
    story::{furnished, People},
};

fn metadata() -> Value {
    serde_json::from_str(orchestrator_bundle::METADATA).expect("the metadata is JSON")
}

fn list<'a>(of: &'a Value, path: &str) -> &'a Vec<Value> {
    of.pointer(path).and_then(Value::as_array).unwrap_or_else(|| panic!("the metadata has {path}"))
}

fn text<'a>(of: &'a Value, field: &str) -> &'a str {
    of[field].as_str().unwrap_or_else(|| panic!("{of} has {field}"))
}

fn has_words(docs: &Value) -> bool {
    docs.as_array()
        .is_some_and(|lines| lines.iter().any(|x| x.as_str().is_some_and(|x| !x.trim().is_empty())))
}

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

#[test]
fn no_two_messages_share_a_selector() {
    let metadata = metadata();
    let mut seen = BTreeSet::new();
    for kind in ["/spec/messages", "/spec/constructors"] {
        for item in list(&metadata, kind) {
            assert!(seen.insert(text(item, "selector").to_owned()), "{}", text(item, "label"));
        }
    }
    assert!(seen.len() > 50, "{} selectors", seen.len());
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
        "settings",
        "solvency",
    ];
    assert_eq!(views, BTreeSet::from(expected));
}

/// A wallet shows the variant's name by its index; a program knows the byte. Both must stay.
#[test]
fn every_error_is_one_byte_in_the_documented_order() {
    let metadata = metadata();
    let types = list(&metadata, "/types");
    let is_error =
        |x: &&Value| x["type"]["path"] == serde_json::json!(["orchestrator_domain", "error", "Error"]);
    let error = types.iter().find(is_error).expect("the metadata has the error type");
    let variants = list(error, "/type/def/variant/variants");
    assert!(variants.len() > 40, "{} errors", variants.len());
    for (byte, variant) in (0u8..).zip(variants) {
        assert_eq!(variant["index"], byte);
        let error = Error::decode(&mut &[byte][..]).expect("the byte is an error");
        assert_eq!(format!("{error:?}"), text(variant, "name"));
        assert_eq!(error.encode(), [byte]);
    }
    let past = u8::try_from(variants.len()).expect("there are fewer than 256 errors");
    assert!(Error::decode(&mut &[past][..]).is_err());
}

/// Every field of the storage as `path: key`, in the order in which it is encoded.
fn layout(of: &Value, path: &str, into: &mut Vec<String>) {
    if let Some(root) = of.get("root") {
        layout(&root["layout"], path, into);
    } else if let Some(fields) = of.get("struct") {
        for field in list(fields, "/fields") {
            layout(&field["layout"], &format!("{path}.{}", text(field, "name")), into);
        }
    } else if let Some(choice) = of.get("enum") {
        let variants = choice["variants"].as_object().expect("an enum has variants");
        let names: Vec<_> = variants.values().map(|x| text(x, "name")).collect();
        into.push(format!("{path}: {} {}", text(choice, "dispatchKey"), names.join("|")));
        for variant in variants.values() {
            for field in list(variant, "/fields") {
                let path = format!("{path}.{}.{}", text(variant, "name"), text(field, "name"));
                layout(&field["layout"], &path, into);
            }
        }
    } else if let Some(array) = of.get("array") {
        layout(&array["layout"], &format!("{path}[{}]", array["len"]), into);
    } else if let Some(leaf) = of.get("leaf") {
        into.push(format!("{path}: {}", text(leaf, "key")));
    } else {
        panic!("this kind of layout is new: {of}");
    }
}

/// A later version of the code reads what this one stored: no field may move, and no key change. Where that is meant
/// (before anything is deployed), `DRINK_LAYOUT=write` writes the file anew.
#[test]
fn the_storage_layout_is_the_one_on_record() {
    let mut fields = Vec::new();
    layout(&metadata()["storage"], "", &mut fields);
    let now = fields.join("\n") + "\n";
    let record = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("layout.txt");
    if std::env::var_os("DRINK_LAYOUT").is_some_and(|x| x == "write") {
        std::fs::write(&record, &now).expect("the record can be written");
    }
    let recorded = std::fs::read_to_string(&record).expect("the record can be read");
    for (line, (then, now)) in recorded.lines().zip(now.lines()).enumerate() {
        assert_eq!(then, now, "line {} of the layout", line + 1);
    }
    assert_eq!(recorded.lines().count(), now.lines().count(), "fields came or went at the end");
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
    assert_eq!(market.ask(account(1), market.at().settings()).last_ids, (2, 2, 0, 0));
}
