//! A market on a chain, and what its calls have cost.

use std::fmt::Write as _;

use ink::primitives::Hash;
use orchestrator::OrchestratorRef;
use orchestrator_chain::{
    runtime::UNIT, AccountId, BuilderOf, Called, Embedded, Ledger, Message, Receipt, Signer, Typed,
};
use orchestrator_domain::{
    ClusterSpec, Currency, Error, Kind, NodeSpec, NodeState, Order, Replica, SlaTerms, UnitSpec, MONTH_MS,
};
use scale::Decode;

pub const HOUR_MS: u64 = 3_600_000;

/// Cost of one call.
#[derive(Clone)]
pub struct Cost {
    pub name: &'static str,
    pub ref_time: u64,
    pub proof_size: u64,
    deposit: i128,
    input: usize,
}

impl Cost {
    /// Time on the reference machine in microseconds.
    pub fn micros(&self) -> u64 {
        self.ref_time / 1_000_000
    }
}

/// A market on a chain, and what its calls have cost.
pub struct Bench {
    pub chain: Embedded,
    pub at: BuilderOf<OrchestratorRef>,
    pub costs: Vec<Cost>,
    pub code_hash: Hash,
}

pub fn signer(name: &str) -> Signer {
    Signer::from_suri(name).expect("a derivation path is a secret URI")
}

pub fn id(name: &str) -> AccountId {
    signer(name).account()
}

pub fn node() -> NodeSpec {
    NodeSpec {
        endpoint: b"https://node.example:4433".to_vec(),
        engine: b"orch".to_vec(),
        version: b"0.1.0".to_vec(),
        region: 276,
        state: NodeState::Online,
    }
}

pub fn terms() -> SlaTerms {
    SlaTerms {
        interval_ms: 3_600_000,
        window_ms: 1_800_000,
        samples: 1,
        slash_bps: 1_000,
        max_misses: 2,
        collateral_bps: 5_000,
        uptime_bps: 9_900,
        latency_ms: 200,
        notice_ms: 3_600_000,
        exit_bps: 2_000,
        maintenance_ms: 0,
    }
}

pub fn unit() -> UnitSpec {
    UnitSpec {
        kind: Kind::ObjectStore,
        capacity: 1 << 30,
        price: 1_000_000,
        currency: Currency::Token,
        terms: terms(),
        min_term_ms: HOUR_MS,
        max_term_ms: 12 * MONTH_MS,
        tags: b"ssd".to_vec(),
        open: true,
    }
}

pub fn cluster() -> ClusterSpec {
    ClusterSpec {
        kind: Kind::ObjectStore,
        price: 1_000_000,
        currency: Currency::Token,
        terms: terms(),
        fee_bps: 1_000,
        parameters: vec![1; 64],
        observers: Vec::new(),
        open: true,
    }
}

pub fn order(replicas: Vec<Replica>) -> Order {
    Order {
        replicas,
        capacity: 1 << 10,
        term_ms: MONTH_MS,
        challenger: None,
        referrer: None,
        manifest: vec![1; 64],
        max_price: 1_000 * UNIT,
        choice: None,
    }
}

impl Bench {
    /// A market in which nobody is registered, with money on the chain for those who are in every market.
    pub fn new() -> Self {
        let mut chain = Embedded::in_memory();
        for name in ["//Admin", "//Provider", "//Consumer", "//Reporter", "//Manager"] {
            chain.fund(id(name), 1_000_000 * UNIT).expect("money can be made");
        }
        let new = OrchestratorRef::new(id("//Treasury"));
        let made =
            chain.create(&signer("//Admin"), orchestrator_bundle::WASM, new, 0, &[]).expect("it deploys");
        Bench { chain, at: made.at, costs: Vec::new(), code_hash: made.code_hash }
    }

    /// Sends a message that must be accepted.
    pub fn send<M, T>(
        &mut self,
        who: &str,
        message: impl FnOnce(&mut BuilderOf<OrchestratorRef>) -> M,
    ) -> (T, Receipt)
    where
        M: Message<Answer = Result<T, Error>>,
        T: Decode,
    {
        let called = self.chain.send(&signer(who), message(&mut self.at)).expect("it is accepted");
        (called.value, called.receipt)
    }

    /// Sends a message and writes down what it cost.
    pub fn cost<M, T>(
        &mut self,
        name: &'static str,
        who: &str,
        message: impl Fn(&mut BuilderOf<OrchestratorRef>) -> M,
    ) -> T
    where
        M: Message<Answer = Result<T, Error>>,
        T: Decode,
    {
        let input = message(&mut self.at).parts().2.len();
        let sent = self.chain.send(&signer(who), message(&mut self.at));
        let Called { value, receipt } = sent.unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        let (ref_time, proof_size) = (receipt.weight.ref_time, receipt.weight.proof_size);
        self.costs.push(Cost { name, ref_time, proof_size, deposit: receipt.storage_deposit, input });
        value
    }

    /// Writes down what a message costs that is refused, and says why it was.
    pub fn cost_of_refusal<M, T>(
        &mut self,
        name: &'static str,
        who: &str,
        message: impl Fn(&mut BuilderOf<OrchestratorRef>) -> M,
    ) -> Error
    where
        M: Message<Answer = Result<T, Error>>,
        T: Decode,
    {
        let (contract, value, data) = message(&mut self.at).parts();
        let run = self.chain.dry_run(id(who), contract, value, &data).expect("it runs to its end");
        assert!(run.reverted, "{name} is refused");
        let (ref_time, proof_size) = (run.weight.ref_time, run.weight.proof_size);
        self.costs.push(Cost { name, ref_time, proof_size, deposit: run.storage_deposit, input: data.len() });
        let answer = self.chain.ask(id(who), message(&mut self.at)).expect("the refusal can be read");
        answer.err().expect("it is refused")
    }

    pub fn advance(&mut self, ms: u64) {
        self.chain.advance(ms).expect("time passes");
    }

    /// Lets an account deposit much.
    pub fn deposit(&mut self, who: &str) {
        self.send(who, |at| at.deposit().transferred_value(100_000 * UNIT));
    }

    /// Registers a provider with a node, and money to lock as collateral. Says the node's id.
    pub fn provider(&mut self, who: &str) -> u64 {
        self.chain.fund(id(who), 1_000_000 * UNIT).expect("money can be made");
        self.deposit(who);
        self.send(who, |at| at.set_provider(vec![1; 64], None));
        self.send(who, |at| at.register_node(node())).0
    }

    pub fn placements(&self, reservation: u64) -> Vec<u64> {
        let r = self.chain.ask(id("//Admin"), self.at.reservation(reservation)).expect("a view answers");
        r.expect("it exists").slots.iter().map(|x| x.placement).collect()
    }
}

/// All costs as text, one line each.
pub fn table(costs: &[Cost]) -> String {
    let mut text = format!(
        "{:<32} {:>12} {:>12} {:>16} {:>8}\n",
        "message", "ref_time µs", "proof bytes", "deposit planks", "input"
    );
    for x in costs {
        let time = x.micros();
        writeln!(text, "{:<32} {time:>12} {:>12} {:>16} {:>8}", x.name, x.proof_size, x.deposit, x.input)
            .expect("a string takes text");
    }
    text
}

pub fn find<'a>(costs: &'a [Cost], name: &str) -> &'a Cost {
    costs.iter().find(|x| x.name == name).expect("it was measured")
}

/// Whether two numbers differ by no more than so many percent of the larger.
pub fn near(a: i128, b: i128, percent: i128) -> bool {
    (a - b).abs() * 100 <= a.abs().max(b.abs()) * percent
}
