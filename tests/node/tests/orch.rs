//! `orch` on a node: a deal told in its commands, and what goes wrong there, one clear line each.

use std::{process::Output, thread};

use assert_cmd::Command;
use orchestrator::OrchestratorRef;
use orchestrator_chain::{address, runtime::UNIT, AccountId, Action, Ledger, NodeLedger, Signer, Typed};
use orchestrator_node::banker;
use orchestrator_process::Process;
use serde_json::Value;

/// A market on a node that `orch` has deployed.
struct Stage {
    node: Process,
    ledger: NodeLedger,
    contract: String,
}

fn key(path: &str) -> Signer {
    Signer::from_suri(path).expect("a path is a secret")
}

impl Stage {
    fn new() -> Self {
        let node = Process::start();
        let ledger = NodeLedger::connect(&node.url()).expect("the node answers");
        let mut stage = Self { node, ledger, contract: String::new() };
        let made = stage.json("//Alice", &["deploy", "-x", "-y"]);
        stage.contract = made["contract"].as_str().expect("it is told").to_owned();
        stage
    }

    fn fund(&mut self, path: &str) {
        self.ledger.transfer(&banker(), key(path).account(), 1_000 * UNIT).expect("the banker is rich");
    }

    /// What somebody has on the chain.
    fn outside(&self, path: &str) -> u128 {
        self.ledger.balance(key(path).account()).expect("the node answers").free
    }

    fn command(&self, who: &str, arguments: &[&str]) -> Command {
        let mut orch = Command::cargo_bin("orch").expect("`make test-node` has built it");
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ORCH_")) {
            orch.env_remove(name);
        }
        orch.env("ORCH_URL", self.node.url()).env("ORCH_SURI", who).args(arguments);
        if !self.contract.is_empty() {
            orch.env("ORCH_CONTRACT", &self.contract);
        }
        orch
    }

    fn json(&self, who: &str, arguments: &[&str]) -> Value {
        let Output { status, stdout, stderr } =
            self.command(who, arguments).arg("--output-json").output().expect("it runs");
        let complaint = String::from_utf8_lossy(&stderr);
        assert!(status.success() && complaint.is_empty(), "{arguments:?}: {complaint}");
        serde_json::from_slice(&stdout).expect("one JSON document")
    }

    /// Signs and sends; gives the receipt.
    fn act(&self, who: &str, arguments: &[&str]) -> Value {
        let receipt = self.json(who, &[arguments, &["-x", "-y"]].concat());
        assert_eq!(receipt["executed"], true);
        receipt
    }

    /// The one line of a call that is refused. The account must have what it had.
    fn refused(&self, who: &str, arguments: &[&str], code: i32) -> String {
        let before = self.outside(who);
        let Output { status, stdout, stderr } = self.command(who, arguments).output().expect("it runs");
        let line = String::from_utf8_lossy(&stderr).into_owned();
        assert_eq!(status.code(), Some(code), "{arguments:?}: {line}");
        assert!(stdout.is_empty() && line.lines().count() == 1, "{arguments:?}: {line}");
        assert_eq!(self.outside(who), before, "{arguments:?} cost something");
        line
    }
}

fn planks(amount: &Value) -> i128 {
    amount.as_str().and_then(|x| x.parse().ok()).expect("an amount is a string of planks")
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_deal_is_made_with_orch_alone() {
    let mut stage = Stage::new();
    let (provider, consumer) = ("//Provider", "//Consumer");
    for who in [provider, consumer] {
        stage.fund(who);
        let before = stage.outside(who) as i128;
        let receipt = stage.act(who, &["account", "deposit", "100"]);
        let costs = planks(&receipt["fee"]) + planks(&receipt["storage_deposit"]) + 100 * UNIT as i128;
        assert_eq!(stage.outside(who) as i128, before - costs, "what the receipt tells is what was paid");
    }
    stage.act(provider, &["provider", "set", "--profile", "Provider"]);
    let endpoint = ["--region", "276", "--endpoint", "https://node.example"];
    assert_eq!(stage.act(provider, &[&["node", "register"][..], &endpoint].concat())["answer"], 1);
    let offer = ["--kind", "object-store", "--capacity", "100", "--price", "0.7"];
    let terms = ["--interval", "1m", "--window", "30s", "--min-term", "1m"];
    let unit = stage.act(provider, &[&["unit", "register", "1"][..], &offer, &terms].concat());
    assert_eq!(unit["answer"], 1);
    stage.act(consumer, &["challenge", "register", "--interval", "1m", "--window", "30s"]);
    assert_eq!(stage.json(consumer, &["market", "search", "--term", "30d"])[0]["id"], 1);

    let order = ["reserve", "--unit", "1", "--capacity", "10", "--term", "30d"];
    let tried = stage.json(consumer, &order);
    assert_eq!((&tried["executed"], &tried["answer"]), (&Value::from(false), &Value::from(1)));
    assert!(stage.json(consumer, &["reservation", "list"]).as_array().is_some_and(Vec::is_empty));
    assert_eq!(stage.act(consumer, &order)["answer"], 1);
    stage.act(provider, &["placement", "accept", "1"]);
    stage.act(provider, &["placement", "activate", "1"]);
    stage.node.clock().advance(86_400_000);
    stage.act(consumer, &["challenge", "open"]);
    let settled = stage.act("//Alice", &["settle", "1"]);
    let named =
        |name: &str| settled["events"].as_array().is_some_and(|x| x.iter().any(|x| x["name"] == name));
    assert!(named("Settled"), "{settled:#}");
    let events = stage.json(consumer, &["events", "--name", "PlacementMoved"]);
    let states: Vec<_> =
        events.as_array().into_iter().flatten().map(|x| x["fields"]["state"].clone()).collect();
    assert_eq!(states[..3], ["Proposed", "Accepted", "Active"].map(Value::from));
}

#[test]
#[ignore = "needs a node: make test-node"]
fn what_cannot_be_done_is_one_line_and_costs_nothing() {
    let mut stage = Stage::new();
    stage.fund("//Consumer");
    let deposit = ["account", "deposit", "5", "-x", "-y"];

    let line = stage.refused("//Nobody", &deposit, 1);
    assert!(line.contains("send it more money"), "{line}");
    let line = stage.refused("//Consumer", &["account", "withdraw", "1", "-x", "-y"], 1);
    assert!(line.contains("NotEnoughAvailable") && line.contains("deposit first"), "{line}");
    let limited = [&deposit[..], &["--storage-deposit-limit", "0.0001"]].concat();
    let line = stage.refused("//Consumer", &limited, 2);
    assert!(line.contains("deposit"), "{line}");

    let nowhere = address(&AccountId::from([7; 32]));
    let line = stage.refused("//Consumer", &[&deposit[..], &["--contract", &nowhere]].concat(), 2);
    assert!(line.contains("there is no contract") && line.contains(&nowhere), "{line}");
    let line = stage.refused("//Consumer", &[&deposit[..], &["--url", "ws://127.0.0.1:9"]].concat(), 1);
    assert!(line.contains("ws://127.0.0.1:9"), "{line}");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn other_code_behind_the_address_gets_no_money() {
    let mut stage = Stage::new();
    stage.fund("//Consumer");
    // The same module with a section of notes behind it is other code.
    let mut wasm = orchestrator_bundle::WASM.to_vec();
    wasm.extend([0, 5, 4, b'n', b'o', b't', b'e']);
    let constructor = OrchestratorRef::new(banker().account());
    let made = stage.ledger.create(&banker(), &wasm, constructor, 0, &[]).expect("it is as good as ours");
    stage.contract = address(&made.contract);
    let line = stage.refused("//Consumer", &["account", "deposit", "5", "-x", "-y"], 2);
    assert!(line.contains("code") && line.contains(&hex::encode(made.code_hash)), "{line}");

    let mut metadata: Value = serde_json::from_str(orchestrator_bundle::METADATA).expect("JSON");
    metadata["source"]["hash"] = format!("0x{}", hex::encode(made.code_hash)).into();
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), metadata.to_string()).expect("it can be written");
    let named = file.path().to_str().expect("a name");
    stage.act("//Consumer", &["account", "deposit", "5", "--metadata", named]);
}

#[test]
#[ignore = "needs a node: make test-node"]
fn two_programs_with_one_key_pay_once_each() {
    let mut stage = Stage::new();
    stage.fund("//Consumer");
    let before = stage.outside("//Consumer") as i128;
    let pay = |stage: &Stage| {
        let receipts = (0..5).map(|_| stage.act("//Consumer", &["account", "deposit", "1"]));
        receipts.map(|x| planks(&x["fee"]) + planks(&x["storage_deposit"])).sum::<i128>()
    };
    let costs: i128 = thread::scope(|scope| {
        let other = scope.spawn(|| pay(&stage));
        pay(&stage) + other.join().expect("the other got through")
    });
    assert_eq!(stage.outside("//Consumer") as i128, before - costs - 10 * UNIT as i128);
    let inside = stage.json("//Consumer", &["account", "show"]);
    assert_eq!(planks(&inside["available"]), 10 * UNIT as i128);
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_transaction_is_found_by_its_hash() {
    let mut stage = Stage::new();
    let recipient = key("//Bob").account();
    let sent = stage.ledger.begin(&banker(), &Action::Transfer { recipient, amount: UNIT }, None);
    let sent = sent.expect("the node takes it");
    stage.ledger.finish(&sent).expect("it succeeds");
    let hash = format!("0x{}", hex::encode(sent.hash));
    assert_eq!(stage.json("//Alice", &["tx", "status", &hash])["found"], true);
    let other = format!("0x{}", "07".repeat(32));
    assert_eq!(stage.json("//Alice", &["tx", "status", &other])["found"], false);
}
