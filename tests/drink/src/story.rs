//! The people of the tests, and what they register.

use std::io::Cursor;

use ink::primitives::AccountId;
use orchestrator::{
    domain::{
        ClusterSpec, Currency, Kind, NodeSpec, NodeState, Order, Replica, SlaTerms, UnitSpec, MONTH_MS,
    },
    ChunkProof, Response,
};
use orchestrator_proof::{ChunkProof as Prover, StoredTree, TreeWriter};

use crate::market::{account, Market};

/// Length of the usual term.
pub const TERM_MS: u64 = MONTH_MS;
/// Time between two rounds.
pub const INTERVAL_MS: u32 = 3_600_000;
/// Time to answer a round.
pub const WINDOW_MS: u32 = 600_000;
/// Capacity of the usual unit.
pub const CAPACITY: u64 = 100;
/// Price of the usual unit for one unit of capacity and 30 days.
pub const PRICE: u128 = 1_000_000;

/// Who takes part. The numbers keep clear of the sandbox's own account.
pub struct People {
    pub provider: AccountId,
    pub spare: AccountId,
    pub consumer: AccountId,
    pub reporter: AccountId,
    pub referrer: AccountId,
    pub treasury: AccountId,
    pub stranger: AccountId,
}

impl People {
    pub fn new() -> Self {
        People {
            provider: account(11),
            spare: account(12),
            consumer: account(13),
            reporter: account(14),
            referrer: account(15),
            treasury: account(16),
            stranger: account(17),
        }
    }

    pub fn all(&self) -> [AccountId; 7] {
        [self.provider, self.spare, self.consumer, self.reporter, self.referrer, self.treasury, self.stranger]
    }
}

/// SLA terms of the usual unit: a tenth of the collateral a miss, failed after three in a row.
pub fn terms() -> SlaTerms {
    SlaTerms {
        interval_ms: INTERVAL_MS,
        window_ms: WINDOW_MS,
        samples: 2,
        slash_bps: 1_000,
        max_misses: 3,
        collateral_bps: 5_000,
        uptime_bps: 9_900,
        latency_ms: 200,
        notice_ms: 24 * INTERVAL_MS,
        exit_bps: 2_000,
        maintenance_ms: 0,
    }
}

pub fn node() -> NodeSpec {
    NodeSpec {
        endpoint: b"https://node.example:4433".to_vec(),
        engine: b"disk".to_vec(),
        version: b"1.0".to_vec(),
        region: 276,
        state: NodeState::Online,
    }
}

pub fn unit() -> UnitSpec {
    UnitSpec {
        kind: Kind::ObjectStore,
        capacity: CAPACITY,
        price: PRICE,
        currency: Currency::Token,
        terms: terms(),
        min_term_ms: 1_000,
        max_term_ms: 12 * MONTH_MS,
        tags: b"ssd".to_vec(),
        open: true,
    }
}

/// A cluster for the usual unit, at twice its price and a tenth for the manager.
pub fn cluster() -> ClusterSpec {
    ClusterSpec {
        kind: Kind::ObjectStore,
        price: 2 * PRICE,
        currency: Currency::Token,
        terms: terms(),
        fee_bps: 1_000,
        parameters: b"erasure=16/48".to_vec(),
        observers: Vec::new(),
        open: true,
    }
}

/// A replica of four chunks and a bit, with its tree in a file, as a provider keeps it.
pub struct Held {
    data: Vec<u8>,
    tree: StoredTree,
    _folder: tempfile::TempDir,
}

impl Held {
    pub fn new() -> Self {
        let data: Vec<u8> =
            (0..4 * 1024 + 77u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let mut writer = TreeWriter::create(folder.path().join("tree")).expect("there is room for a file");
        writer.update(&data).expect("the tree is written");
        let tree = writer.finish().expect("the tree is complete");
        Held { data, tree, _folder: folder }
    }

    /// It as a replica of an order.
    pub fn replica(&self, unit: u64) -> Replica {
        Replica { unit, root: self.tree.root(), chunks: self.tree.count() }
    }

    /// The answer to what is asked of a placement now.
    pub fn answer(&self, market: &mut Market, placement: u64) -> Response {
        let asked = market.ask(Market::admin(), market.at().challenge(placement)).expect("a round waits");
        let proofs = asked.chunks.iter().map(|index| {
            let proof =
                Prover::read(&self.tree, Cursor::new(&self.data), *index).expect("the chunk is there");
            ChunkProof { chunk: proof.chunk, path: proof.path }
        });
        Response { placement, round: asked.round, proofs: proofs.collect() }
    }
}

/// An order of one replica of the usual size and term.
pub fn order(replica: Replica) -> Order {
    Order {
        replicas: vec![replica],
        capacity: 10,
        term_ms: TERM_MS,
        challenger: None,
        referrer: None,
        manifest: b"ipfs://manifest".to_vec(),
        max_price: u128::MAX,
        choice: None,
    }
}

/// A market in which both providers offer one unit each (1 and 2), everybody has money on the chain and, but for the
/// stranger, in the contract, and the consumer is its own challenger.
pub fn furnished() -> (Market, People) {
    let people = People::new();
    let mut market = Market::open(people.treasury);
    market.fund(people.all());
    for id in [people.provider, people.spare, people.consumer] {
        market.pay(id, PURSE_INSIDE, market.at().deposit()).unwrap();
    }
    for id in [people.provider, people.spare] {
        market.send(id, market.at().set_provider(b"we keep it".to_vec(), None)).unwrap();
        let on = market.send(id, market.at().register_node(node())).unwrap().value;
        market.send(id, market.at().register_unit(on, unit())).unwrap();
    }
    let challenger = market.at().register_challenger(INTERVAL_MS, WINDOW_MS);
    market.send(people.consumer, challenger).unwrap();
    (market, people)
}

/// What everybody deposits in a furnished market.
pub const PURSE_INSIDE: u128 = 100_000_000;

/// A furnished market with one active placement (1) of one reservation (1) that holds data.
pub fn live() -> (Market, People, Held) {
    let (mut market, people) = furnished();
    let held = Held::new();
    market.send(people.consumer, market.at().reserve(order(held.replica(1)))).unwrap();
    market.send(people.provider, market.at().accept(1)).unwrap();
    market.send(people.provider, market.at().activate(1)).unwrap();
    (market, people, held)
}

/// Opens a round of the consumer and lets its window go by.
pub fn missed_round(market: &mut Market, people: &People, seed: u8) {
    market.send(people.consumer, market.at().open_round([seed; 32])).unwrap();
    market.wait(INTERVAL_MS.into());
}
