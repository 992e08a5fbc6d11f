//! Calls that are signed elsewhere: what is refused before any node is asked.

mod market;

use std::{fs, path::PathBuf};

use assert_cmd::Command;
use market::{address_of, Market, CONSUMER, PROVIDER};
use orchestrator_chain::{address, AccountId, Signer};
use serde_json::{json, Value};

/// A node that is not there: nothing listens on that port.
const NOWHERE: &str = "ws://127.0.0.1:1";

/// The contract that the call of [`written`] is for.
fn contract() -> String {
    address(&AccountId::from([2; 32]))
}

/// `deposit_for` of 5 UNIT, as a chain encodes it.
fn method() -> String {
    let (contract, account) = ("02".repeat(32), "03".repeat(32));
    format!("080600{contract}0b005039278c0403005ed0b202350c0001070010a5d4e89000000002{account}")
}

fn hex_of(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// A call that waits for the consumer's signature, as `orch` writes it, and the signature.
fn written(change: impl Fn(&mut Value)) -> (Value, String) {
    let signer = Signer::from_suri(CONSUMER).unwrap();
    let (method, extra, genesis, birth) = (method(), "5700240000", "aa".repeat(32), "bb".repeat(32));
    let additional = format!("7000000002000000{genesis}{birth}00");
    let signature = signer.sign(&hex::decode(format!("{method}{extra}{additional}")).unwrap());
    let mut document = json!({
        "address": signer.address(), "blockHash": format!("0x{birth}"), "blockNumber": "0x00000105", "era": "0x5700",
        "genesisHash": format!("0x{genesis}"), "method": format!("0x{method}"), "nonce": "0x00000009",
        "signedExtensions": ["CheckGenesis"], "specVersion": "0x00000070", "transactionVersion": "0x00000002",
        "tip": "0x00000000000000000000000000000000", "version": 4, "mode": 0, "metadataHash": null,
        "withSignedTransaction": true,
        "orch": {
            "format": "orch call 1", "last_block": 516, "fee": "1", "storage_deposit": "1",
            "storage_deposit_limit": "1000000000000", "ref_time_ps": 1, "proof_size_bytes": 1,
            "ref_time_limit_ps": 3_000_000_000_u64, "proof_size_limit_bytes": 200_000, "extra": format!("0x{extra}"), "additional": format!("0x{additional}"),
        },
    });
    change(&mut document);
    (document, hex_of(&signature))
}

/// That call in a file, and the signature.
fn waiting(market: &Market) -> (PathBuf, String) {
    let (document, signature) = written(|_| {});
    let file = market.file("call.json");
    fs::write(&file, document.to_string()).unwrap();
    (file, signature)
}

/// The line of a submission that is refused as wrong input.
fn refusal(market: &Market, more: &[&str]) -> String {
    let (file, _) = waiting(market);
    market.refusal(&[&["tx", "submit", file.to_str().unwrap()], more].concat(), 2)
}

#[test]
fn nothing_is_signed_elsewhere_on_a_chain_in_a_file() {
    let market = Market::new();
    let (file, png) = (market.file("new.json"), market.file("new.png"));
    let (file, png) = (file.to_str().unwrap(), format!("--qr={}", png.display()));
    for way in [vec!["--unsigned", file], vec![&png], vec!["--unsigned", file, &png], vec!["--qr"]] {
        let call = ["account", "deposit", "1", "--account", &address_of(CONSUMER)];
        let line = market.refusal(&[&call, way.as_slice()].concat(), 2);
        assert!(line.contains("on a chain in a file nothing is signed elsewhere"), "{line}");
        assert!(line.contains("--suri") && line.contains("--url"), "{line}");
        assert!(!market.file("new.json").exists() && !market.file("new.png").exists());
    }
}

#[test]
fn a_call_is_either_written_for_a_wallet_or_done() {
    let market = Market::new();
    for way in [&["--unsigned", "new.json"][..], &["--qr=new.png"], &["--qr"]] {
        let call = ["account", "deposit", "1", "--suri", CONSUMER, "-x", "-y"];
        let line = market.refusal(&[call.as_slice(), way].concat(), 2);
        assert!(line.contains("cannot be used with"), "{line}");
    }
}

#[test]
fn nothing_is_submitted_to_a_chain_in_a_file() {
    let market = Market::new();
    let (file, signature) = waiting(&market);
    let submit =
        ["tx", "submit", file.to_str().unwrap(), "--signature", &signature, "--contract", &contract()];
    let line = market.refusal(&submit, 2);
    assert!(line.contains("a chain in a file has no transactions that are signed elsewhere"), "{line}");
    let line = market.refusal(&["tx", "status", &"00".repeat(32)], 2);
    assert!(line.contains("name a node with --url"), "{line}");
}

#[test]
fn a_node_that_is_not_there_is_told() {
    let market = Market::new();
    let (file, signature) = waiting(&market);
    let mut orch = Command::cargo_bin("orch").unwrap();
    orch.env_remove("ORCH_CHAIN").env_remove("ORCH_CONTRACT").args(["tx", "submit", file.to_str().unwrap()]);
    let output = orch.args(["--signature", &signature, "--url", NOWHERE]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot be reached"));
}

#[test]
fn a_call_for_another_contract_than_the_one_named_is_refused() {
    let market = Market::new();
    let (_, signature) = written(|_| {});
    let line = refusal(&market, &["--signature", &signature]);
    assert!(line.contains(&format!("the call is for the contract {}", contract())), "{line}");
}

#[test]
fn a_signature_that_is_not_the_accounts_for_this_call_is_refused() {
    let market = Market::new();
    let (_, signature) = written(|_| {});
    let other = Signer::from_suri(PROVIDER).unwrap().sign(&hex::decode(method()).unwrap());
    let mut spoilt = hex::decode(&signature[2..]).unwrap();
    spoilt[10] ^= 1;
    for wrong in [hex_of(&other), hex_of(&spoilt)] {
        let line = refusal(&market, &["--signature", &wrong]);
        assert!(line.contains(&format!("not one of {}", address_of(CONSUMER))), "{line}");
    }
    for wrong in ["", "0x", "0x01", "signature", &format!("{signature}0101")] {
        let line = refusal(&market, &["--signature", wrong]);
        assert!(line.contains("copy all that the wallet gave"), "{line}");
    }
}

#[test]
fn a_signature_is_named_once() {
    let market = Market::new();
    assert!(refusal(&market, &[]).contains("--signature"));
    let file = market.file("signature");
    let both = ["--signature", "0x00", "--signature-file", file.to_str().unwrap()];
    assert!(refusal(&market, &both).contains("cannot be used with"));
    assert!(refusal(&market, &both[2..]).contains("cannot read"));
    let (_, signature) = written(|_| {});
    fs::write(&file, format!("{signature}\n")).unwrap();
    assert!(refusal(&market, &both[2..]).contains("the call is for the contract"));
}

#[test]
fn a_file_that_is_no_call_or_was_changed_is_refused() {
    let market = Market::new();
    let (_, signature) = written(|_| {});
    let file = market.file("call.json");
    let submit = ["tx", "submit", file.to_str().unwrap(), "--signature", &signature];
    assert!(market.refusal(&submit, 2).contains("cannot read"));
    fs::write(&file, "{}").unwrap();
    assert!(market.refusal(&submit, 2).contains("is no call that orch has written"));
    let change = |change: &dyn Fn(&mut Value)| {
        fs::write(&file, written(change).0.to_string()).unwrap();
        market.refusal(&submit, 2)
    };
    assert!(change(&|x| x["tip"] = json!("0x01")).contains("tip was changed"));
    assert!(change(&|x| x["orch"]["format"] = json!("orch call 2")).contains("format"));
    assert!(change(&|x| x["address"] = json!(address_of(PROVIDER))).contains("sign again"));
    let limits = "its limits were changed";
    assert!(change(&|x| x["orch"]["storage_deposit_limit"] = json!("1")).contains(limits));
    assert!(change(&|x| x["orch"]["ref_time_limit_ps"] = json!(1)).contains(limits));
    assert!(change(&|x| x["orch"]["last_block"] = json!(517)).contains("last_block was changed"));
    let other = method().replace("0303", "0404");
    assert!(change(&|x| x["method"] = json!(format!("0x{other}"))).contains("sign again"));
}

#[test]
fn what_is_submitted_is_signed_already() {
    let market = Market::new();
    for more in [&["--unsigned", "other.json"][..], &["--qr=other.png"]] {
        assert!(refusal(&market, &[&["--signature", "0x00"], more].concat()).contains("nothing more to sign"));
    }
}

#[test]
fn a_hash_of_a_transaction_has_64_digits() {
    let market = Market::new();
    for wrong in ["", "0x", "00", &"0g".repeat(32), &"00".repeat(33)] {
        let line = market.refusal(&["tx", "status", wrong], 2);
        assert!(line.contains("64 hexadecimal digits"), "{line}");
    }
}
