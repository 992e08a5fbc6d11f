//! A market on a chain in memory, with parties.

use std::path::PathBuf;

use orchestrator::{
    domain::{Currency, Kind, NodeSpec, NodeState, SlaTerms, UnitSpec, DAY_MS},
    OrchestratorRef,
};
use orchestrator_chain::{runtime::UNIT, AccountId, Embedded, Ledger, Signer, Typed};
use orchestrator_market::{
    parties::{Consumer, Parcel, Party, PartyError, Provider, Reporter},
    ConsumerSecret, ReplicaStore,
};
use tempfile::TempDir;

pub const TERM_MS: u64 = 10 * DAY_MS;
pub const WINDOW_MS: u32 = 3_600_000;
pub const PHRASE: &str = "//consumer";

pub struct Market {
    pub chain: Embedded,
    pub contract: AccountId,
    pub consumer: Consumer,
    pub providers: Vec<Provider>,
    pub reporter: Reporter,
    pub folder: TempDir,
}

pub fn unit(price: u128) -> UnitSpec {
    let terms = SlaTerms {
        interval_ms: DAY_MS as u32,
        window_ms: WINDOW_MS,
        samples: 3,
        slash_bps: 1_000,
        max_misses: 2,
        collateral_bps: 10_000,
        uptime_bps: 9_900,
        latency_ms: 500,
        notice_ms: 0,
        exit_bps: 1_000,
        maintenance_ms: 0,
    };
    UnitSpec {
        kind: Kind::ObjectStore,
        capacity: 100,
        price,
        currency: Currency::Token,
        terms,
        min_term_ms: DAY_MS,
        max_term_ms: 100 * DAY_MS,
        tags: Vec::new(),
        open: true,
    }
}

pub fn node() -> NodeSpec {
    NodeSpec {
        endpoint: b"https://node.example:4433".to_vec(),
        engine: b"orch".to_vec(),
        version: b"1".to_vec(),
        region: 276,
        state: NodeState::Online,
    }
}

impl Market {
    /// A market with `providers` providers, each with one unit that is a UNIT dearer than the last one's, and a
    /// consumer who is a challenger; the parties have put in 1,000 UNIT.
    pub fn new(providers: u128) -> Self {
        let mut chain = Embedded::in_memory();
        let folder = tempfile::tempdir().unwrap();
        let mut signer = |suri: &str| {
            let signer = Signer::from_suri(suri).unwrap();
            chain.fund(signer.account(), 10_000 * UNIT).unwrap();
            signer
        };
        let (operator, consumer, reporter) = (signer("//operator"), signer(PHRASE), signer("//reporter"));
        let signers: Vec<_> = (0..providers).map(|n| signer(&format!("//provider//{n}"))).collect();
        let constructor = OrchestratorRef::new(operator.account());
        let contract =
            chain.create(&operator, orchestrator_bundle::WASM, constructor, 0, &[]).unwrap().contract;
        let mut market = Self {
            consumer: consumer_at(contract, consumer, folder.path().join("consumer")),
            providers: Vec::new(),
            reporter: Reporter::new(Party::new(reporter, contract)),
            chain,
            contract,
            folder,
        };
        market.consumer.party().deposit(&mut market.chain, 1_000 * UNIT).unwrap();
        market.consumer.register_challenger(&mut market.chain, DAY_MS as u32, WINDOW_MS).unwrap();
        for (n, signer) in (1..).zip(signers) {
            let store = ReplicaStore::open(market.folder.path().join(format!("store-{n}"))).unwrap();
            let provider = Provider::new(Party::new(signer, contract), store);
            provider.register(&mut market.chain, "a provider").unwrap();
            let node = provider.add_node(&mut market.chain, node()).unwrap();
            provider.add_unit(&mut market.chain, node, unit(n * UNIT)).unwrap();
            provider.party().deposit(&mut market.chain, 1_000 * UNIT).unwrap();
            market.providers.push(provider);
        }
        market
    }

    /// A file of so many bytes.
    pub fn file(&self, bytes: usize) -> PathBuf {
        let path = self.folder.path().join(format!("file-{bytes}"));
        let data: Vec<u8> = (0..bytes as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        std::fs::write(&path, data).unwrap();
        path
    }

    /// Replicas of a file, reserved on the cheapest units.
    pub fn reserved(&mut self, bytes: usize, replicas: u32) -> Parcel {
        let mut parcel = self.consumer.seal(&self.file(bytes), replicas, |_, _| ()).unwrap();
        let offers = self.consumer.offers(&self.chain, parcel.capacity(), TERM_MS, &[]).unwrap();
        self.consumer.reserve(&mut self.chain, &mut parcel, &offers, TERM_MS).unwrap();
        parcel
    }

    /// [`Market::reserved`], accepted, handed over and active. Replica `n` is at provider `n`.
    pub fn active(&mut self, bytes: usize, replicas: u32) -> Parcel {
        let mut parcel = self.reserved(bytes, replicas);
        for (slot, provider) in self.providers.iter().enumerate().take(replicas as usize) {
            provider.accept_proposals(&mut self.chain).unwrap();
            let chain = &self.chain;
            self.consumer.send(&mut parcel, slot, |id, data| provider.receive(chain, id, data)).unwrap();
            provider.activate(&mut self.chain, parcel.replicas[slot].placement.unwrap()).unwrap();
        }
        self.consumer.follow(&self.chain, &mut parcel).unwrap();
        parcel
    }

    pub fn open_round(&mut self) {
        self.chain.advance(DAY_MS).unwrap();
        self.consumer.open_round(&mut self.chain, [9; 32]).unwrap();
    }
}

pub fn consumer_at(contract: AccountId, signer: Signer, folder: PathBuf) -> Consumer {
    std::fs::create_dir_all(&folder).unwrap();
    let secret = ConsumerSecret::from_phrase(PHRASE.as_bytes()).unwrap();
    Consumer::new(Party::new(signer, contract), secret, folder)
}

/// The contract's own word for why it refused.
pub fn refusal<T>(result: Result<T, PartyError>) -> orchestrator::domain::Error {
    match result {
        Err(PartyError::Refused { refusal, .. }) => refusal,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("nothing was refused"),
    }
}
