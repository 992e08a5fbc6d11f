//! Calls that are signed elsewhere: `orch` writes them, a stand-in for the phone signs, `orch tx submit` sends.

use std::{fs, path::PathBuf, process::Output};

use assert_cmd::Command;
use ink::env::{hash::Blake2x256, hash_bytes};
use orchestrator::{
    domain::{Currency, Kind, NodeSpec, NodeState, SlaTerms, UnitSpec},
    OrchestratorRef,
};
use orchestrator_chain::{
    address, at, runtime::UNIT, AccountId, Action, BuilderOf, Ledger, NodeLedger, Options, Signer, Typed,
};
use orchestrator_node::banker;
use orchestrator_process::Process;
use scale::{Compact, Decode, Encode};
use serde_json::{json, Value};
use tempfile::TempDir;

/// A market on a node, a consumer with money in it, and a folder that `orch` runs in.
struct Stage {
    node: Process,
    ledger: NodeLedger,
    contract: AccountId,
    market: BuilderOf<OrchestratorRef>,
    consumer: Signer,
    folder: TempDir,
}

impl Stage {
    fn new() -> Self {
        let node = Process::start();
        let options = Options { finality: orchestrator_chain::Finality::Best, ..Options::default() };
        let mut ledger = NodeLedger::with(&node.url(), options).expect("the node answers");
        let made = ledger.create(
            &banker(),
            orchestrator_bundle::WASM,
            OrchestratorRef::new(banker().account()),
            0,
            &[],
        );
        let contract = made.expect("the contract can be deployed").contract;
        let mut stage = Self {
            node,
            ledger,
            contract,
            market: at::<OrchestratorRef>(contract),
            consumer: key("//Consumer"),
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
        };
        stage.fund(&key("//Consumer"));
        stage.deposit(100);
        stage
    }

    fn fund(&mut self, who: &Signer) {
        self.ledger.transfer(&banker(), who.account(), 1_000 * UNIT).expect("the banker is rich");
    }

    /// The consumer pays in so many tokens, signing here.
    fn deposit(&mut self, tokens: u128) {
        let message = self.market.deposit().transferred_value(tokens * UNIT);
        self.ledger.send(&self.consumer, message).expect("the consumer can pay");
    }

    /// A provider with a node and a data unit on it.
    fn unit(&mut self, provider: &Signer) -> u64 {
        self.fund(provider);
        let profile = self.market.set_provider(b"a provider".to_vec(), None);
        self.ledger.send(provider, profile).expect("anybody can provide");
        let node = self.market.register_node(node_spec());
        let node = self.ledger.send(provider, node).expect("a provider has nodes").value;
        let unit = self.market.register_unit(node, unit_spec());
        self.ledger.send(provider, unit).expect("a node has units").value
    }

    fn available(&self) -> u128 {
        let account = self.market.account(self.consumer.account());
        self.ledger.ask(self.contract, account).expect("a view answers").available
    }

    /// What the consumer has on the chain.
    fn outside(&self) -> u128 {
        self.ledger.balance(self.consumer.account()).expect("the node answers").free
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.file(name)).expect("it was written")).expect("it is JSON")
    }

    /// Runs `orch` in the folder, told the chain by the environment. It has no key.
    fn orch(&self, arguments: &[&str]) -> Output {
        let mut orch = Command::cargo_bin("orch").expect("`make test-node` has built it");
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ORCH_")) {
            orch.env_remove(name);
        }
        orch.env("ORCH_URL", self.node.url()).env("ORCH_CONTRACT", address(&self.contract));
        orch.env("ORCH_ACCOUNT", self.consumer.address()).current_dir(self.folder.path());
        orch.args(arguments).output().expect("it runs")
    }

    /// What a run prints for people. It has to succeed.
    fn text(&self, arguments: &[&str]) -> String {
        let output = self.orch(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && complaint.is_empty(), "{arguments:?}: {complaint}");
        String::from_utf8(output.stdout).expect("text")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.text(&[arguments, &["--output-json"]].concat()))
            .expect("one JSON document")
    }

    /// The line of a run that has to be refused with this exit code and print nothing else.
    fn refusal(&self, arguments: &[&str], code: i32) -> String {
        let output = self.orch(arguments);
        let line = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {line}");
        assert!(output.stdout.is_empty() && line.lines().count() == 1, "{arguments:?}: {line}");
        line
    }

    /// Writes a deposit of so many tokens to `call.json`, and signs it as a phone does.
    fn waiting(&self, tokens: &str) -> String {
        let _ = fs::remove_file(self.file("call.json"));
        let told = self.json(&["account", "deposit", tokens, "--unsigned", "call.json", "--qr"]);
        assert_eq!((&told["executed"], &told["unsigned"]), (&json!(false), &json!("call.json")));
        self.phone(&told).sign(&self.consumer)
    }

    fn phone(&self, told: &Value) -> Seen {
        let seen = Seen::of(&bytes_of(&told["qr_bytes"]));
        assert_eq!(seen.account, self.consumer.account());
        assert_eq!(seen.genesis, self.ledger.genesis_hash().encode());
        seen
    }
}

/// What a phone sees in a QR code.
struct Seen {
    account: AccountId,
    /// What the chain wants signed, before it is hashed.
    payload: Vec<u8>,
    genesis: Vec<u8>,
}

impl Seen {
    /// Takes a code apart as the wallet's description says, not as `orch` puts it together.
    fn of(code: &[u8]) -> Self {
        let (head, rest) = code.split_at(35);
        assert_eq!(head[..3], [0x53, 0x01, 0x02], "a transaction for a key of sr25519");
        let account: [u8; 32] = head[3..].try_into().expect("32 bytes");
        let (body, genesis) = rest.split_at(rest.len() - 32);
        let mut payload = body;
        let length = Compact::<u32>::decode(&mut payload).expect("the length of the method").0 as usize;
        assert!(length < payload.len(), "the extensions are behind the method");
        Self { account: AccountId::from(account), payload: payload.to_vec(), genesis: genesis.to_vec() }
    }

    /// The answer, as the wallet shows it: the kind of the key, and the signature.
    fn sign(&self, signer: &Signer) -> String {
        let signature = if self.payload.len() > 256 {
            let mut hash = [0; 32];
            hash_bytes::<Blake2x256>(&self.payload, &mut hash);
            signer.sign(&hash)
        } else {
            signer.sign(&self.payload)
        };
        format!("01{}", hex::encode(signature))
    }
}

fn bytes_of(digits: &Value) -> Vec<u8> {
    hex::decode(digits.as_str().and_then(|x| x.strip_prefix("0x")).expect("digits")).expect("digits")
}

fn key(path: &str) -> Signer {
    Signer::from_suri(path).expect("a path is a secret")
}

fn node_spec() -> NodeSpec {
    NodeSpec {
        endpoint: b"https://node.example:4433".to_vec(),
        engine: b"orch".to_vec(),
        version: b"0.1.0".to_vec(),
        region: 276,
        state: NodeState::Online,
    }
}

fn unit_spec() -> UnitSpec {
    UnitSpec {
        kind: Kind::ObjectStore,
        capacity: 100,
        price: UNIT,
        currency: Currency::Token,
        terms: SlaTerms {
            interval_ms: 60_000,
            window_ms: 30_000,
            samples: 2,
            slash_bps: 1_000,
            max_misses: 3,
            collateral_bps: 5_000,
            uptime_bps: 9_900,
            latency_ms: 200,
            notice_ms: 60_000,
            exit_bps: 2_000,
            maintenance_ms: 0,
        },
        min_term_ms: 60_000,
        max_term_ms: 30 * 86_400_000,
        tags: Vec::new(),
        open: true,
    }
}

/// What a reader finds in a picture of one code.
fn scanned(file: &[u8]) -> Vec<u8> {
    let mut decoder = png::Decoder::new(file);
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().expect("it is a picture");
    let mut pixels = vec![0; reader.output_buffer_size()];
    let width = reader.next_frame(&mut pixels).expect("it is whole").width as usize;
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, width, |x, y| pixels[y * width + x]);
    let codes = picture.detect_grids();
    assert_eq!(codes.len(), 1);
    let mut bytes = Vec::new();
    codes[0].decode_to(&mut bytes).expect("it can be read");
    bytes
}

#[test]
#[ignore = "needs a node: make test-node"]
fn twenty_providers_are_reserved_with_one_signature_from_one_qr_code() {
    let mut stage = Stage::new();
    let units: Vec<u64> = (1..=20).map(|number| stage.unit(&key(&format!("//Provider/{number}")))).collect();
    let register = stage.market.register_challenger(60_000, 30_000);
    stage.ledger.send(&stage.consumer, register).expect("anybody can challenge");
    let replicas: Vec<String> =
        units.iter().map(|unit| format!("{unit}:{}:1048576", hex::encode([7; 32]))).collect();
    let mut order = vec!["reserve", "--capacity", "1", "--term", "7d"];
    order.extend(replicas.iter().flat_map(|replica| ["--unit", replica]));
    order.extend(["--unsigned", "order.json", "--qr=order.png"]);

    let before = stage.available();
    let told = stage.json(&order);
    assert_eq!((&told["message"], &told["qr"]), (&json!("reserve"), &json!("order.png")));
    let picture = fs::read(stage.file("order.png")).expect("it was drawn");
    assert!(scanned(&picture) == bytes_of(&told["qr_bytes"]), "a camera reads what the phone signs");
    assert_eq!(
        stage.read("order.json")["orch"]["arguments"]["order"]["replicas"].as_array().map(Vec::len),
        Some(20)
    );
    assert_eq!(stage.available(), before, "nothing is done yet");
    let signature = stage.phone(&told).sign(&stage.consumer);

    let submit = ["tx", "submit", "order.json", "--signature", &signature];
    assert_eq!(stage.json(&submit)["executed"], false);
    assert_eq!(stage.available(), before, "without -x nothing is sent");
    let receipt = stage.json(&[&submit[..], &["-x"]].concat());
    assert_eq!((&receipt["executed"], &receipt["answer"]), (&json!(true), &json!(1)));
    for (placement, unit) in (1..=20).zip(units) {
        let placement =
            stage.ledger.ask(stage.contract, stage.market.placement(placement)).expect("a view answers");
        let placement = placement.expect("each replica has its placement");
        assert_eq!((placement.reservation, placement.unit), (1, unit));
    }
    assert!(stage.available() < before, "the price is locked");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_signature_counts_for_its_account_and_its_call_only() {
    let stage = Stage::new();
    let (inside, outside) = (stage.available(), stage.outside());
    let for_another_call = stage.waiting("3");
    let right = stage.waiting("2");
    let told = stage.read("call.json");
    let extra = [bytes_of(&told["orch"]["extra"]), bytes_of(&told["orch"]["additional"])].concat();
    let payload = [bytes_of(&told["method"]), extra].concat();
    let of_another_account = hex::encode(banker().sign(&payload));
    for wrong in [&for_another_call, &of_another_account] {
        let line = stage.refusal(&["tx", "submit", "call.json", "--signature", wrong, "-x"], 2);
        assert!(line.contains(&format!("not one of {}", stage.consumer.address())), "{line}");
    }
    assert_eq!((stage.available(), stage.outside()), (inside, outside), "and nothing was paid");
    stage.text(&["tx", "submit", "call.json", "--signature", &right, "-x"]);
    assert_eq!(stage.available(), inside + 2 * UNIT);
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_call_that_is_submitted_twice_is_done_and_paid_once() {
    let mut stage = Stage::new();
    let signature = stage.waiting("2");
    let submit = ["tx", "submit", "call.json", "--signature", &signature];
    let hash = stage.json(&submit)["hash"].as_str().expect("a hash").to_owned();
    let line = stage.refusal(&["tx", "status", &hash], 1);
    assert!(line.contains("is in none of the blocks"), "{line}");
    let sent = [&submit[..], &["-x"]].concat();
    let block = stage.json(&sent)["block"].clone();
    let (inside, outside) = (stage.available(), stage.outside());
    for again in [&submit[..], &sent] {
        let told = stage.json(again);
        assert_eq!((&told["already"], &told["hash"], &told["block"]), (&json!(true), &json!(hash), &block));
        let text = stage.text(again);
        assert!(text.contains("is on the chain already") && text.contains("nothing paid"), "{text}");
    }
    assert_eq!((stage.available(), stage.outside()), (inside, outside));
    let status = stage.json(&["tx", "status", &hash]);
    assert_eq!(
        (&status["found"], &status["block"], &status["failure"]),
        (&json!(true), &block, &Value::Null)
    );
    assert!(stage.text(&["tx", "status", &hash, "--from-block", "0"]).contains("success"));
    stage.deposit(1);
    let later = stage.ledger.block_number().expect("the node answers").to_string();
    assert!(stage
        .refusal(&["tx", "status", &hash, "--from-block", &later], 1)
        .contains("is in none of the blocks"));
    assert!(stage
        .refusal(&["tx", "status", &hash, "--from-block", "4000000000"], 2)
        .contains("the newest block is"));
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_wallet_may_answer_with_the_bare_signature_or_the_whole_transaction() {
    let stage = Stage::new();
    let before = stage.available();
    let bare = stage.waiting("2")[2..].to_owned();
    stage.text(&["tx", "submit", "call.json", "--signature", &format!("0x{bare}"), "-x"]);
    let tagged = stage.waiting("3");
    let told = stage.read("call.json");
    let parts = [vec![0x84, 0], stage.consumer.account().encode(), hex::decode(tagged).expect("digits")];
    let body = [parts.concat(), bytes_of(&told["orch"]["extra"]), bytes_of(&told["method"])].concat();
    fs::write(stage.file("signed"), format!("0x{}\n", hex::encode(body.encode())))
        .expect("a file can be written");
    stage.text(&["tx", "submit", "call.json", "--signature-file", "signed", "-x"]);
    assert_eq!(stage.available(), before + 5 * UNIT);
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_call_is_written_anew_once_its_account_has_sent_another_one() {
    let mut stage = Stage::new();
    let signature = stage.waiting("2");
    stage.deposit(1);
    let (inside, outside) = (stage.available(), stage.outside());
    let submit = ["tx", "submit", "call.json", "--signature", &signature];
    assert!(stage.refusal(&submit, 1).contains("with -x orch finds out"));
    let line = stage.refusal(&[&submit[..], &["-x"]].concat(), 1);
    assert!(
        line.contains("the chain takes this transaction no more") && line.contains("write it anew"),
        "{line}"
    );
    assert_eq!((stage.available(), stage.outside()), (inside, outside));
    let signature = stage.waiting("2");
    stage.text(&["tx", "submit", "call.json", "--signature", &signature, "-x"]);
    assert_eq!(stage.available(), inside + 2 * UNIT);
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_call_is_written_anew_once_its_last_block_is_over() {
    let mut stage = Stage::new();
    let signature = stage.waiting("2");
    let last = stage.read("call.json")["orch"]["last_block"].as_u64().expect("a number");
    let (inside, outside) = (stage.available(), stage.outside());
    let pace = Action::Transfer { recipient: banker().account(), amount: 1 };
    while u64::from(stage.ledger.block_number().expect("the node answers")) < last {
        let sent = stage.ledger.begin(&banker(), &pace, None).expect("the banker is rich");
        stage.ledger.finish(&sent).expect("a block for each transaction");
    }
    let submit = ["tx", "submit", "call.json", "--signature", &signature];
    for again in [&submit[..], &[&submit[..], &["-x"]].concat()] {
        let line = stage.refusal(again, 1);
        assert!(line.contains(&format!("up to block {last}")) && line.contains("write it anew"), "{line}");
    }
    assert_eq!((stage.available(), stage.outside()), (inside, outside));
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_call_for_another_chain_or_another_version_of_it_is_refused() {
    let stage = Stage::new();
    stage.waiting("2");
    let told = stage.read("call.json");
    let genesis = hex::encode(stage.ledger.genesis_hash());
    let version =
        u32::from_str_radix(&told["specVersion"].as_str().expect("digits")[2..], 16).expect("digits");
    let submit = |name: &str, old: &str, new: &str, field: &str, value: Value| {
        let mut changed = told.clone();
        let additional = hex::encode(bytes_of(&told["orch"]["additional"])).replacen(old, new, 1);
        changed[field] = value;
        changed["orch"]["additional"] = json!(format!("0x{additional}"));
        let extra = hex::encode(bytes_of(&told["orch"]["extra"]));
        let payload = format!("{}{extra}{additional}", hex::encode(bytes_of(&told["method"])));
        let signature = hex::encode(stage.consumer.sign(&hex::decode(payload).expect("digits")));
        fs::write(stage.file(name), changed.to_string()).expect("a file can be written");
        let arguments = ["tx", "submit", name, "--signature", &signature, "-x"];
        let outcome = stage.orch(&arguments);
        (outcome.status.code(), String::from_utf8_lossy(&outcome.stderr).into_owned())
    };
    let other = "ee".repeat(32);
    let (code, line) = submit("chain.json", &genesis, &other, "genesisHash", json!(format!("0x{other}")));
    assert_eq!(code, Some(2));
    assert!(line.contains("for another chain"), "{line}");
    let (now, before) = (hex::encode(version.to_le_bytes()), hex::encode((version - 1).to_le_bytes()));
    let (code, line) =
        submit("old.json", &now, &before, "specVersion", json!(format!("0x{:08x}", version - 1)));
    assert_eq!(code, Some(1));
    assert!(line.contains("was upgraded") && line.contains("write it anew"), "{line}");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn what_the_contract_would_refuse_is_neither_written_nor_sent() {
    let mut stage = Stage::new();
    let provider = key("//Provider");
    let unit = stage.unit(&provider);
    let register = stage.market.register_challenger(60_000, 30_000);
    stage.ledger.send(&stage.consumer, register).expect("anybody can challenge");
    let number = unit.to_string();
    let reserve = ["reserve", "--capacity", "1", "--term", "7d", "--unit", &number, "--max-price", "1"];
    let told = stage.json(&[&reserve[..], &["--unsigned", "call.json", "--qr"]].concat());
    let signature = stage.phone(&told).sign(&stage.consumer);
    let dearer = stage.market.update_unit(unit, UnitSpec { price: 2 * UNIT, ..unit_spec() });
    stage.ledger.send(&provider, dearer).expect("a provider changes its unit");
    let (inside, outside) = (stage.available(), stage.outside());
    let submit = ["tx", "submit", "call.json", "--signature", &signature];
    for again in [&submit[..], &[&submit[..], &["-x"]].concat()] {
        let line = stage.refusal(again, 1);
        assert!(line.contains("the contract refused") && line.contains("(UnitChanged)"), "{line}");
    }
    assert_eq!((stage.available(), stage.outside()), (inside, outside), "not even a fee");
    let line = stage.refusal(&["account", "withdraw", "2000", "--unsigned", "other.json"], 1);
    assert!(line.contains("the contract refused"), "{line}");
    assert!(!stage.file("other.json").exists());
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_code_in_the_terminal_comes_with_its_file_and_the_next_step() {
    let stage = Stage::new();
    let text = stage.text(&["account", "deposit", "2", "--qr"]);
    let (code, told): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.chars().all(|x| "█▀▄ ".contains(x)));
    let columns = code[0].chars().count();
    assert!(columns > 40 && code.len() == columns.div_ceil(2), "{text}");
    let next = told.last().expect("the next step");
    let file = next.split(' ').find(|word| word.ends_with(".json")).expect("its file");
    assert!(file.starts_with("deposit-") && stage.file(file).exists(), "{next}");
    assert!(next.contains("orch tx submit") && next.contains("--signature 0x… -x"), "{next}");
    let line = stage.refusal(&["account", "deposit", "2", "--qr"], 2);
    assert!(line.contains("exists already"), "{line}");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn no_file_is_ever_overwritten() {
    let stage = Stage::new();
    for name in ["there.json", "there.png"] {
        fs::write(stage.file(name), "mine").expect("a file can be written");
    }
    let deposit = |more: &[&str]| stage.refusal(&[&["account", "deposit", "2"], more].concat(), 2);
    assert!(deposit(&["--unsigned", "there.json"]).contains("there.json exists already"));
    assert!(deposit(&["--unsigned", "new.json", "--qr=there.png"]).contains("there.png exists already"));
    assert!(deposit(&["--unsigned", "there.json", "--qr=new.png"]).contains("there.json exists already"));
    assert!(deposit(&["--unsigned", "missing/new.json"]).contains("check that the folder exists"));
    assert!(deposit(&["--unsigned", "new.json", "--qr=new.jpg"]).contains("new.jpg is no such name"));
    let mut names: Vec<_> = fs::read_dir(stage.folder.path())
        .expect("a folder")
        .map(|x| x.expect("a file").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["there.json", "there.png"]);
    for name in ["there.json", "there.png"] {
        assert_eq!(fs::read(stage.file(name)).expect("it is there"), b"mine");
    }
}
