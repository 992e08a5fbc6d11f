//! What later versions of the code must keep: storage keys, numbers of messages, bytes of errors, names of events.
//!
//! Two files are on record. Where a change is meant (before anything is deployed; afterwards only at the end of a list),
//! `DRINK_LAYOUT=write` writes them anew.

use std::path::Path;

use orchestrator::domain::Error;
use scale::{Decode, Encode};
use serde_json::Value;

use crate::metadata::{list, metadata, text};

/// Compares lines with those on record in a file of this crate.
fn compare(file: &str, lines: &[String]) {
    let record = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("DRINK_LAYOUT").is_some_and(|x| x == "write") {
        std::fs::write(&record, lines.join("\n") + "\n").expect("the record can be written");
    }
    let recorded = std::fs::read_to_string(&record).expect("the record can be read");
    for (number, (then, now)) in (1..).zip(recorded.lines().zip(lines)) {
        assert_eq!(then, now, "line {number} of {file}");
    }
    assert_eq!(recorded.lines().count(), lines.len(), "{file}: lines came or went at the end");
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

/// A later version of the code reads what this one stored: no field may move, and no key change.
#[test]
fn the_storage_layout_is_the_one_on_record() {
    let mut fields = Vec::new();
    layout(&metadata()["storage"], "", &mut fields);
    compare("layout.txt", &fields);
}

fn errors(metadata: &Value) -> &Vec<Value> {
    let is_error =
        |x: &&Value| x["type"]["path"] == serde_json::json!(["orchestrator_domain", "error", "Error"]);
    let error = list(metadata, "/types").iter().find(is_error).expect("the metadata has the error type");
    list(error, "/type/def/variant/variants")
}

/// A number is given once: a message keeps it, and no other ever gets it. The same holds for the byte of an error and the
/// signature of an event, which is made of its name and its fields.
#[test]
fn messages_errors_and_events_keep_their_numbers() {
    let metadata = metadata();
    let line = |kind: &str, number: &str, name: &Value| format!("{kind} {number} {}", text(name, "label"));
    let mut lines: Vec<String> = Vec::new();
    for message in list(&metadata, "/spec/messages") {
        lines.push(line("message", text(message, "selector"), message));
    }
    for event in list(&metadata, "/spec/events") {
        lines.push(line("event", text(event, "signature_topic"), event));
    }
    for error in errors(&metadata) {
        lines.push(format!("error {} {}", error["index"], text(error, "name")));
    }
    compare("numbers.txt", &lines);
}

/// A wallet shows the variant's name by its index; a program knows the byte. They must be the same.
#[test]
fn every_error_is_one_byte_in_the_documented_order() {
    let metadata = metadata();
    let variants = errors(&metadata);
    assert!(variants.len() > 60, "{} errors", variants.len());
    for (byte, variant) in (0u8..).zip(variants) {
        assert_eq!(variant["index"], byte);
        let error = Error::decode(&mut &[byte][..]).expect("the byte is an error");
        assert_eq!(format!("{error:?}"), text(variant, "name"));
        assert_eq!(error.encode(), [byte]);
        assert!(crate::metadata::has_words(&variant["docs"]), "{error:?} says nothing of itself");
    }
    let past = u8::try_from(variants.len()).expect("there are fewer than 256 errors");
    assert!(Error::decode(&mut &[past][..]).is_err());
}
