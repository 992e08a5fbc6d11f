//! How many calls a node takes: measured over JSON-RPC on a development node, and counted for a parachain's block.
//!
//! Writes `docs/node-benchmark.md`. `make bench-node` runs it.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path, time::Instant};

use orchestrator::{domain::*, OrchestratorRef, Response};
use orchestrator_chain::{
    at,
    runtime::{CALLS_WEIGHT, UNIT},
    Action, Balance, BuilderOf, Ledger, Limits, Message, NodeLedger, Receipt, Signer, Typed, Weight,
};
use orchestrator_node::banker;
use orchestrator_process::Process;
use orchestrator_scenarios::Data;

/// Chunks of each replica: 128 MiB, a path of 17 hashes.
const CHUNKS: u64 = 1 << 17;
/// Calls of each kind that are under way at once.
const CALLS: usize = 64;
/// Placements that are proven and settled.
const PLACEMENTS: usize = 64;
/// Interval of the rounds: a short one, for its window takes a block for every fifteen seconds.
const INTERVAL_MS: u32 = 60_000;

/// Calls of one kind.
struct Measured {
    name: &'static str,
    /// Placements that each of them is about.
    placements: usize,
    /// The dearest of them.
    weight: Weight,
    calls: usize,
    seconds: f64,
    most_in_a_block: usize,
}

struct Bench {
    ledger: NodeLedger,
    market: BuilderOf<OrchestratorRef>,
    provider: Signer,
    consumer: Signer,
    data: Data,
    node: Process,
}

fn main() {
    let mut bench = Bench::new();
    let measured = bench.run();
    let page = page(&measured);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/node-benchmark.md");
    fs::write(&file, &page).expect("docs can be written");
    print!("{page}");
}

impl Bench {
    fn new() -> Self {
        let node = Process::start();
        let mut ledger = NodeLedger::connect(&node.url()).expect("the node answers");
        let signer = |path: &str| Signer::from_suri(path).expect("a path is a secret");
        let (provider, consumer) = (signer("//Provider"), signer("//Consumer"));
        let made = ledger.create(
            &banker(),
            orchestrator_bundle::WASM,
            OrchestratorRef::new(banker().account()),
            0,
            &[],
        );
        let market = at::<OrchestratorRef>(made.expect("the contract can be deployed").contract);
        for party in [&provider, &consumer] {
            ledger.transfer(&banker(), party.account(), 100_000 * UNIT).expect("the banker is rich");
        }
        let data = Data::new(CHUNKS, 1);
        let mut bench = Self { ledger, market, provider, consumer, data, node };
        bench.set_up();
        bench
    }

    fn set_up(&mut self) {
        let (provider, consumer) = (self.provider.clone(), self.consumer.clone());
        for party in [&provider, &consumer] {
            let message = self.market.deposit().transferred_value(10_000 * UNIT);
            self.ledger.send(party, message).expect("there is money");
        }
        let message = self.market.set_provider(Vec::new(), None);
        self.ledger.send(&provider, message).expect("anybody registers");
        let spec = NodeSpec {
            region: 276,
            state: NodeState::Online,
            endpoint: Vec::new(),
            engine: Vec::new(),
            version: Vec::new(),
        };
        let node =
            self.ledger.send(&provider, self.market.register_node(spec)).expect("a provider has nodes").value;
        let message = self.market.register_unit(node, unit());
        self.ledger.send(&provider, message).expect("a node has data units");
        let message = self.market.register_challenger(INTERVAL_MS, INTERVAL_MS / 2);
        self.ledger.send(&consumer, message).expect("anybody registers");
    }

    fn run(&mut self) -> Vec<Measured> {
        let (provider, consumer) = (self.provider.clone(), self.consumer.clone());
        let orders = (0..CALLS).map(|_| self.market.reserve(order(&self.data)).parts().2).collect();
        let reserve = self.measure("reserve, one replica", 1, &consumer, orders);
        let placements: Vec<u64> = (1..=PLACEMENTS as u64).collect();
        for placement in &placements {
            self.ledger.send(&provider, self.market.accept(*placement)).expect("there is collateral");
            self.ledger.send(&provider, self.market.activate(*placement)).expect("it is accepted");
        }
        let mut measured = vec![reserve];
        for (name, size) in [("prove, one placement a call", 1), ("prove, eight placements a call", 8)] {
            self.interval_passes();
            self.ledger
                .send(&consumer, self.market.open_round([size as u8; 32]))
                .expect("the interval is over");
            let calls = placements.chunks(size).map(|x| self.proofs(x)).collect();
            measured.push(self.measure(name, size, &provider, calls));
        }
        let calls = placements.iter().map(|x| self.market.settle(*x).parts().2).collect();
        measured.push(self.measure("settle, one placement a call", 1, &consumer, calls));
        let calls = placements.chunks(16).map(|x| self.market.settle_many(x.to_vec()).parts().2).collect();
        measured.push(self.measure("settle_many, sixteen placements a call", 16, &consumer, calls));
        measured
    }

    /// A round comes after the interval, and after three blocks; a dry run sees the time of the newest one.
    fn interval_passes(&mut self) {
        let now = self.ledger.now_ms().expect("the node answers");
        self.node.clock().set_ms(now + u64::from(INTERVAL_MS));
        for _ in 0..3 {
            self.ledger.transfer(&banker(), self.consumer.account(), 1).expect("the banker is rich");
        }
    }

    /// One call that answers the open round for these placements.
    fn proofs(&self, placements: &[u64]) -> Vec<u8> {
        let responses = placements.iter().map(|placement| {
            let asked = self.ledger.ask(self.provider.account(), self.market.challenge(*placement));
            let asked = asked.expect("a view answers").expect("a round is open");
            let proofs = asked.chunks.iter().map(|x| self.data.proof(*x)).collect();
            Response { placement: *placement, round: asked.round, proofs }
        });
        let responses = responses.collect();
        let mut market = self.market.clone();
        market.prove(responses).parts().2
    }

    /// Sends all calls without waiting for any, then waits for all.
    fn measure(
        &mut self,
        name: &'static str,
        placements: usize,
        signer: &Signer,
        calls: Vec<Vec<u8>>,
    ) -> Measured {
        let contract = self.market.clone().deposit().parts().0;
        let run = self.ledger.dry_run(signer.account(), contract, 0, &calls[0]).expect("it can be called");
        assert!(!run.reverted, "{name} is refused");
        let more = |x: u64| x + x / 4;
        let weight = Weight {
            ref_time: more(run.weight_limit.ref_time),
            proof_size: more(run.weight_limit.proof_size),
        };
        let limits = Limits { weight, storage_deposit: 10 * UNIT };
        let first = self.ledger.next_nonce(signer.account()).expect("the node answers");
        let begin = Instant::now();
        let sent: Vec<_> = (first..)
            .zip(&calls)
            .map(|(nonce, data)| {
                let action = Action::Call { contract, value: 0, data };
                self.ledger.begin_unchecked(signer, &action, limits, nonce).expect("the node takes it")
            })
            .collect();
        let landed: Vec<Receipt> =
            sent.iter().map(|x| self.ledger.finish(x).expect("it succeeds").receipt).collect();
        let seconds = begin.elapsed().as_secs_f64();
        let mut blocks = BTreeMap::<u32, usize>::new();
        for receipt in &landed {
            *blocks.entry(receipt.block).or_default() += 1;
        }
        Measured {
            name,
            placements,
            weight: landed.iter().map(|x| x.block_weight).max_by_key(|x| x.proof_size).unwrap_or_default(),
            calls: landed.len(),
            seconds,
            most_in_a_block: blocks.values().copied().max().unwrap_or_default(),
        }
    }
}

impl Measured {
    /// Calls that the part of a parachain's block has room for that calls may take.
    fn fit(&self) -> u64 {
        let by_time = CALLS_WEIGHT.ref_time() / self.weight.ref_time.max(1);
        let by_proof = CALLS_WEIGHT.proof_size() / self.weight.proof_size.max(1);
        by_time.min(by_proof)
    }
}

fn unit() -> UnitSpec {
    let terms = SlaTerms {
        interval_ms: INTERVAL_MS,
        window_ms: INTERVAL_MS / 2,
        samples: 1,
        slash_bps: 1_000,
        max_misses: 3,
        collateral_bps: 5_000,
        uptime_bps: 9_900,
        latency_ms: 200,
        notice_ms: INTERVAL_MS,
        exit_bps: 2_000,
        maintenance_ms: 0,
    };
    UnitSpec {
        kind: Kind::ObjectStore,
        capacity: 1 << 20,
        price: PRICE,
        currency: Currency::Token,
        terms,
        min_term_ms: 1_000,
        max_term_ms: 12 * MONTH_MS,
        tags: Vec::new(),
        open: true,
    }
}

/// Of a GiB and 30 days, in planks.
const PRICE: Balance = 720_000_000_007;

fn order(data: &Data) -> Order {
    Order {
        replicas: vec![data.on(1)],
        capacity: 1,
        term_ms: MONTH_MS,
        challenger: None,
        referrer: None,
        manifest: Vec::new(),
        max_price: 10 * UNIT,
        choice: None,
    }
}

fn page(measured: &[Measured]) -> String {
    let mut page = String::from(
        "# The contract on a node: calls per second and per block\n\n\
         Written by `make bench-node`; do not edit. One placement is a replica of 128 MiB with one sample a round.\n\n\
         The first columns do not depend on the machine: what the dearest call of a kind took of its block, and how many fit\n\
         into the part of a parachain's block that calls may take, 1.5 s and 3.75 MiB of proof. The last two are what this machine's\n\
         `substrate-contracts-node` did with that many calls sent at once over one connection, signed by one key and waited for until final.\n\n\
         | call | ref_time ms | proof KB | calls a block | placements a block | calls sent | calls a second | most in one block |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for x in measured {
        let (ms, kb) = (x.weight.ref_time as f64 / 1e9, x.weight.proof_size as f64 / 1e3);
        let fit = x.fit();
        writeln!(
            page,
            "| {} | {ms:.2} | {kb:.0} | {fit} | {} | {} | {:.0} | {} |",
            x.name,
            fit * x.placements as u64,
            x.calls,
            x.calls as f64 / x.seconds,
            x.most_in_a_block
        )
        .expect("a string takes all");
    }
    page.push_str(
        "\nA call carries at most 16,384 bytes, so that a batch of 32 proofs is four calls of eight. The development node makes a block\n\
         as soon as there is a transaction; what waits meanwhile comes into the next one.\n",
    );
    page
}
