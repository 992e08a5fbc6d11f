//! A market on a chain in a file, for tests that drive the program as people do.

#![allow(dead_code)]

use std::{fs, path::PathBuf, process::Output, sync::OnceLock};

use assert_cmd::Command;
use orchestrator::{
    domain::{Choice, Order, Replica, DAY_MS},
    OrchestratorRef,
};
use orchestrator_chain::{address, at, parse_address, Embedded, Signer, Typed};
use serde_json::Value;
use tempfile::TempDir;

/// Who deploys the market and governs it.
pub const ADMIN: &str = "//Admin";
pub const PROVIDER: &str = "//Provider";
pub const CONSUMER: &str = "//Consumer";
pub const MANAGER: &str = "//Manager";

/// What each of the accounts above has on the chain, besides the admin with more, in tokens.
const MONEY: &str = "10000";

/// A chain of its own for each test, with the market deployed and the accounts above funded.
pub struct Market {
    folder: TempDir,
    pub contract: String,
}

/// The address of a key.
pub fn address_of(suri: &str) -> String {
    address(&Signer::from_suri(suri).unwrap().account())
}

/// The chain that every test begins with a copy of.
fn first() -> &'static Market {
    static FIRST: OnceLock<Market> = OnceLock::new();
    FIRST.get_or_init(|| {
        let mut market = Market { folder: tempfile::tempdir().unwrap(), contract: String::new() };
        let deployed = market.act(ADMIN, &["deploy"]);
        market.contract = deployed["contract"].as_str().unwrap().to_owned();
        for account in [PROVIDER, CONSUMER, MANAGER] {
            market.fund(account, MONEY);
        }
        market
    })
}

impl Market {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(first().chain(), folder.path().join("chain")).unwrap();
        Self { folder, contract: first().contract.clone() }
    }

    /// The chain's file.
    pub fn chain(&self) -> PathBuf {
        self.folder.path().join("chain")
    }

    /// A file of this name beside the chain's.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program, told chain and contract by the environment.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut orch = Command::cargo_bin("orch").unwrap();
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ORCH_")) {
            orch.env_remove(name);
        }
        orch.env("ORCH_CHAIN", self.chain());
        if !self.contract.is_empty() {
            orch.env("ORCH_CONTRACT", &self.contract);
        }
        orch.args(arguments).output().unwrap()
    }

    /// What a run prints for people. It has to succeed.
    pub fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (out, complaint) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(output.status.success() && complaint.is_empty(), "{arguments:?}: {complaint}");
        let longest = out.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        assert!(longest <= 100, "{longest} columns in {out}");
        out
    }

    /// What a run prints for programs. It has to succeed.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let arguments = [arguments, &["--output-json"]].concat();
        serde_json::from_str(&self.text(&arguments)).unwrap()
    }

    /// Has an account sign and send; says the receipt. It has to succeed.
    pub fn act(&self, suri: &str, arguments: &[&str]) -> Value {
        let receipt = self.json(&[arguments, &["-x", "-y", "--suri", suri]].concat());
        assert_eq!(receipt["executed"], true, "{receipt}");
        receipt
    }

    /// Tries what an account could send; says what the dry run told. It has to succeed, and to change nothing.
    pub fn rehearse(&self, suri: &str, arguments: &[&str]) -> Value {
        let before = self.bytes();
        let told = self.json(&[arguments, &["--suri", suri]].concat());
        assert_eq!(told["executed"], false, "{told}");
        assert!(before == self.bytes(), "a dry run has changed the chain");
        told
    }

    /// The line of a run that has to be refused with this exit code, print nothing else and change nothing.
    pub fn refusal(&self, arguments: &[&str], code: i32) -> String {
        let before = self.bytes();
        let output = self.run(arguments);
        let line = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {line}");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "", "{arguments:?}");
        assert!(line.starts_with("orch: ") && line.lines().count() == 1, "{line}");
        assert!(before == self.bytes(), "what was refused has changed the chain");
        line
    }

    /// [`Market::refusal`] by the contract: what an account would sign is refused with this error, nothing is sent.
    pub fn refused(&self, suri: &str, arguments: &[&str], error: &str) {
        let line = self.refusal(&[arguments, &["-x", "-y", "--suri", suri]].concat(), 1);
        assert!(line.contains(&format!("({error})")), "{line}");
    }

    /// [`Market::refusal`] of what was typed: the line has to say this.
    pub fn wrong(&self, suri: &str, arguments: &[&str], says: &str) {
        let line = self.refusal(&[arguments, &["-x", "-y", "--suri", suri]].concat(), 2);
        assert!(line.contains(says), "{line}");
    }

    /// Gives an account so many tokens on the chain.
    pub fn fund(&self, suri: &str, tokens: &str) {
        self.text(&["chain", "fund", &address_of(suri), tokens]);
    }

    /// Moves so many tokens of an account into the contract.
    pub fn deposit(&self, suri: &str, tokens: &str) {
        self.act(suri, &["account", "deposit", tokens]);
    }

    /// Lets time pass.
    pub fn advance(&self, length: &str) {
        self.text(&["chain", "advance", length]);
    }

    /// The chain's clock.
    pub fn now_ms(&self) -> u64 {
        self.json(&["chain", "show"])["now_ms"].as_u64().unwrap()
    }

    /// What an account has in the contract, in planks: available and locked.
    pub fn money(&self, suri: &str) -> (u128, u128) {
        let told = self.json(&["account", "show", &address_of(suri)]);
        let planks = |name: &str| told[name].as_str().unwrap().parse().unwrap();
        (planks("available"), planks("locked"))
    }

    /// Registers a provider and a node of it; says the node's id.
    pub fn node(&self, suri: &str) -> u64 {
        self.act(suri, &["provider", "set", "--profile", "a provider"]);
        let arguments = ["node", "register", "--region", "276", "--endpoint", "https://node.example:4433"];
        self.act(suri, &arguments)["answer"].as_u64().unwrap()
    }

    /// Registers a data unit of 100 GiB at 2 tokens a GiB and 30 days, on a node of its own; says its id.
    pub fn unit(&self, suri: &str, more: &[&str]) -> u64 {
        let node = self.node(suri).to_string();
        let offer =
            ["unit", "register", &node, "--kind", "object-store", "--capacity", "100", "--price", "2"];
        self.act(suri, &[&offer, more].concat())["answer"].as_u64().unwrap()
    }

    /// Has the consumer reserve 10 GiB of a data unit for 30 days and the provider hold them, without data, so that
    /// nothing is to be proven; says the placement's id. Both need money in the contract.
    pub fn placement(&self, provider: &str, unit: u64, cluster: Option<u64>) -> u64 {
        let mut chain = Embedded::open(self.chain()).unwrap();
        let [provider, consumer] = [provider, CONSUMER].map(|x| Signer::from_suri(x).unwrap());
        let mut market = at::<OrchestratorRef>(parse_address(&self.contract).unwrap());
        let day = u32::try_from(DAY_MS).unwrap();
        chain.send(&consumer, market.register_challenger(day, day / 2)).unwrap();
        let order = Order {
            replicas: vec![Replica { unit, root: [0; 32], chunks: 0 }],
            capacity: 10,
            term_ms: 30 * DAY_MS,
            challenger: None,
            referrer: None,
            manifest: Vec::new(),
            max_price: u128::MAX,
            choice: cluster.map(|cluster| Choice { cluster, region: None, together: false }),
        };
        let reservation = chain.send(&consumer, market.reserve(order)).unwrap().value;
        let found = chain.ask(consumer.account(), market.reservation(reservation)).unwrap().unwrap();
        let placement = found.slots[0].placement;
        if cluster.is_none() {
            chain.send(&provider, market.accept(placement)).unwrap();
        }
        chain.send(&provider, market.activate(placement)).unwrap();
        placement
    }

    /// Has the consumer rate a placement.
    pub fn rate(&self, placement: u64, stars: u8) {
        let mut chain = Embedded::open(self.chain()).unwrap();
        let mut market = at::<OrchestratorRef>(parse_address(&self.contract).unwrap());
        chain.send(&Signer::from_suri(CONSUMER).unwrap(), market.rate(placement, stars)).unwrap();
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.chain()).unwrap_or_default()
    }
}
