//! Whatever goes wrong on the way to a chain: nothing is lost, nothing is paid twice.

use std::{
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use orchestrator::{domain::Account, OrchestratorRef};
use orchestrator_chain::{
    at, runtime::UNIT, AccountId, BuilderOf, CallError, ChainError, Ledger, NodeLedger, Options, Signer,
    Status, Typed,
};
use orchestrator_node::{banker, Proxy, Way};
use orchestrator_process::Process;

/// What says that a transaction is sent.
const SUBMIT: &str = "author_submitAndWatchExtrinsic";

/// A market on a node, and somebody with money.
struct Stage {
    node: Arc<Mutex<Process>>,
    direct: NodeLedger,
    contract: AccountId,
    market: BuilderOf<OrchestratorRef>,
    payer: Signer,
}

impl Stage {
    fn new() -> Self {
        let node = Process::start();
        let mut direct = NodeLedger::connect(&node.url()).expect("the node answers");
        let payer = Signer::from_suri("//Payer").expect("a path is a secret");
        direct.transfer(&banker(), payer.account(), 1_000 * UNIT).expect("the banker is rich");
        let treasury = banker().account();
        let made =
            direct.create(&banker(), orchestrator_bundle::WASM, OrchestratorRef::new(treasury), 0, &[]);
        let contract = made.expect("the contract can be deployed").contract;
        let market = at::<OrchestratorRef>(contract);
        Self { node: Arc::new(Mutex::new(node)), direct, contract, market, payer }
    }

    fn port(&self) -> u16 {
        self.node.lock().expect("nobody panicked").port()
    }

    fn inside(&self) -> Account {
        self.direct.ask(self.contract, self.market.account(self.payer.account())).expect("a view answers")
    }

    /// What the payer has on the chain.
    fn outside(&self) -> u128 {
        self.direct.balance(self.payer.account()).expect("the node answers").free
    }

    /// A way to the node that gives a silent one up after a second.
    fn hasty(&self, url: &str) -> NodeLedger {
        let options = Options { request_ms: 1_000, patience_ms: 60_000, ..Options::default() };
        NodeLedger::with(url, options).expect("the node answers")
    }

    /// Pays in a token and tells the fee. What is inside afterwards must be what was there and that token.
    fn deposit(&mut self, ledger: &mut NodeLedger) -> u128 {
        let (inside, outside) = (self.inside().available, self.outside());
        let message = self.market.deposit().transferred_value(UNIT);
        let receipt = ledger.send(&self.payer, message).expect("it gets through").receipt;
        assert_eq!(self.inside().available, inside + UNIT, "once, and once only");
        let deposit = u128::try_from(receipt.storage_deposit).expect("nothing is freed");
        assert_eq!(self.outside(), outside - UNIT - receipt.fee - deposit, "and one fee");
        receipt.fee
    }
}

fn later(ms: u64, action: impl FnOnce() + Send + 'static) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(ms));
        action();
    })
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_transaction_lost_on_its_way_is_sent_again_and_paid_once() {
    let mut stage = Stage::new();
    let proxy = Arc::new(Proxy::to(stage.port()));
    let mut ledger = stage.hasty(&proxy.url());
    proxy.trap(SUBMIT, Way::Deaf);
    let opened = {
        let proxy = proxy.clone();
        later(2_500, move || proxy.set(Way::Open))
    };
    stage.deposit(&mut ledger);
    opened.join().expect("the way was opened");
    assert_eq!(proxy.sprung(), 1, "it was lost indeed");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_transaction_whose_answer_is_lost_is_found_and_paid_once() {
    let mut stage = Stage::new();
    let proxy = Arc::new(Proxy::to(stage.port()));
    let mut ledger = stage.hasty(&proxy.url());
    proxy.trap(SUBMIT, Way::Mute);
    let opened = {
        let proxy = proxy.clone();
        later(2_500, move || proxy.set(Way::Open))
    };
    stage.deposit(&mut ledger);
    opened.join().expect("the way was opened");
    assert_eq!(proxy.sprung(), 1);
    assert!(proxy.connections() > 1, "the silent connection was given up");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_stalled_node_is_waited_for() {
    let mut stage = Stage::new();
    let proxy = Arc::new(Proxy::to(stage.port()));
    let mut ledger = stage.hasty(&proxy.url());
    proxy.set(Way::Stalled);
    let opened = {
        let proxy = proxy.clone();
        later(2_500, move || proxy.set(Way::Open))
    };
    stage.deposit(&mut ledger);
    opened.join().expect("the way was opened");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_cut_connection_is_made_anew() {
    let mut stage = Stage::new();
    let proxy = Arc::new(Proxy::to(stage.port()));
    let mut ledger = stage.hasty(&proxy.url());
    for _ in 0..3 {
        proxy.trap(SUBMIT, Way::Cut);
        let opened = {
            let proxy = proxy.clone();
            later(1_500, move || proxy.set(Way::Open))
        };
        stage.deposit(&mut ledger);
        opened.join().expect("the way was opened");
    }
    assert_eq!(proxy.sprung(), 3);
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_node_killed_in_the_middle_of_a_batch_loses_and_doubles_nothing() {
    let mut stage = Stage::new();
    let mut ledger = stage.hasty(&stage.node.lock().expect("nobody panicked").url());
    let node = stage.node.clone();
    let killer = thread::spawn(move || {
        for _ in 0..3 {
            thread::sleep(Duration::from_millis(1_200));
            node.lock().expect("nobody panicked").kill();
            thread::sleep(Duration::from_millis(800));
            node.lock().expect("nobody panicked").restart();
        }
    });
    let (inside, outside) = (stage.inside().available, stage.outside());
    let (mut sent, mut costs) = (0, 0);
    while sent < 10 || !killer.is_finished() {
        let message = stage.market.deposit().transferred_value(UNIT);
        let receipt = ledger.send(&stage.payer, message).expect("it gets through in the end").receipt;
        sent += 1;
        costs += receipt.fee + u128::try_from(receipt.storage_deposit).expect("nothing is freed");
    }
    killer.join().expect("the node was restarted");
    assert_eq!(stage.inside().available, inside + sent * UNIT, "each of {sent} deposits once");
    assert_eq!(stage.outside(), outside - sent * UNIT - costs, "each with one fee");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_node_that_stays_away_is_given_up_with_a_word_on_what_is_undecided() {
    let mut stage = Stage::new();
    let first = stage.direct.block_number().expect("the node answers");
    let proxy = Proxy::to(stage.port());
    let options = Options { request_ms: 500, patience_ms: 3_000, ..Options::default() };
    let mut ledger = NodeLedger::with(&proxy.url(), options).expect("the node answers");
    let inside = stage.inside().available;
    proxy.trap(SUBMIT, Way::Cut);
    let message = stage.market.deposit().transferred_value(UNIT);
    match ledger.send(&stage.payer, message) {
        Err(CallError::Chain(error @ ChainError::Undecided { hash, .. })) => {
            assert!(error.to_string().contains(&hex::encode(hash)), "its hash is told: {error}");
            let status = stage.direct.status(hash, first).expect("the node answers");
            assert!(matches!(status, Status::Included { failure: None, finalized: true, .. }), "{status:?}");
        }
        other => panic!("{:?}", other.map(|x| x.receipt)),
    }
    assert_eq!(stage.inside().available, inside + UNIT, "it had arrived before the way was cut");
    let outside = stage.outside();
    let message = stage.market.deposit().transferred_value(UNIT);
    let refused = ledger.send(&stage.payer, message).map(|x| x.receipt);
    assert!(matches!(refused, Err(CallError::Chain(ChainError::Unreachable { .. }))), "{refused:?}");
    assert_eq!(stage.outside(), outside, "nothing was sent, nothing is paid");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn two_with_one_key_get_everything_through_once() {
    let mut stage = Stage::new();
    let url = stage.node.lock().expect("nobody panicked").url();
    let contract = stage.contract;
    let (inside, outside) = (stage.inside().available, stage.outside());
    let send = move |url: String| {
        let mut ledger = NodeLedger::connect(&url).expect("the node answers");
        let payer = Signer::from_suri("//Payer").expect("a path is a secret");
        let mut costs = 0;
        for _ in 0..10 {
            let message = at::<OrchestratorRef>(contract).deposit().transferred_value(UNIT);
            let receipt = ledger.send(&payer, message).expect("it gets through").receipt;
            costs += receipt.fee + u128::try_from(receipt.storage_deposit).expect("nothing is freed");
        }
        costs
    };
    let other = {
        let url = url.clone();
        thread::spawn(move || send(url))
    };
    let costs = send(url) + other.join().expect("the other one got through");
    assert_eq!(stage.inside().available, inside + 20 * UNIT);
    assert_eq!(stage.outside(), outside - 20 * UNIT - costs, "each with one fee");
    let mut third = stage.hasty(&stage.node.lock().expect("nobody panicked").url());
    stage.deposit(&mut third);
}
