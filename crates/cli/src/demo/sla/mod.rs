//! `orch demo --story sla`: a month of daily rounds with providers of every kind, and what the contract says of them at
//! its end.

mod days;
mod dispute;
mod ending;
mod facts;
mod judged;
mod loss;
mod maintenance;
mod opening;
mod tables;

use std::collections::BTreeMap;

use orchestrator::{
    domain::{SlaTerms, DAY_MS},
    Observation,
};
use orchestrator_chain::Ledger;
use orchestrator_market::parties::{Arbiter, Observer};

use crate::{
    demo::{
        calls,
        cast::Keys,
        errand::Errand,
        facts::{FileFacts, ReplicaFacts},
        input::Content,
        loss::Loss,
        money,
        offer::{TERMS, TERM_MS},
        scene::Scene,
    },
    failure::Failure,
};
use facts::{DisputeFacts, Facts, RankFacts, ReportFacts, SlashFacts};
pub use tables::show;

const CONSUMER: &str = "consumer";
/// The providers, the cheapest first. The consumer starts with one replica at each of the first four.
const PROVIDERS: [&str; 6] = ["Honest", "Lazy", "Flaky", "Careful", "Spare", "Newcomer"];
const LAZY: usize = 1;
const FLAKY: usize = 2;
const CAREFUL: usize = 3;
const REPLICAS: u32 = 4;
/// Time to the first byte that observers find at each, in milliseconds.
const LATENCY_MS: [u32; 6] = [80, 150, 190, 110, 120, 100];
/// What Flaky takes on a day on which it is slow.
const SLOW_MS: u32 = 1_500;

/// Days, counted from the hand-over. On these Flaky is offline:
const OFFLINE_DAYS: [u32; 3] = [4, 12, 16];
/// On this it is slow:
const SLOW_DAY: u32 = 6;
/// Before the round of this one Lazy's disk loses data:
const LOSS_DAY: u32 = 8;
/// On this Careful announces maintenance:
const ANNOUNCE_DAY: u32 = 14;
/// On this the consumer opens a dispute over Flaky's last absence:
const DISPUTE_DAY: u32 = 18;
/// These whole days, by UTC, Careful works on its machines:
const MAINTENANCE_DAYS: [u32; 2] = [19, 20];
/// On this the arbiter decides:
const DECISION_DAY: u32 = 21;

/// Keys of all who take part.
pub fn keys() -> Result<Keys, Failure> {
    Keys::new(&[CONSUMER], &["observer", "arbiter"], PROVIDERS.map(str::to_owned).to_vec())
}

/// What all data units of the story promise: maintenance of up to two days in a month, besides what those of other
/// stories do.
fn terms() -> SlaTerms {
    SlaTerms { maintenance_ms: 2 * DAY_MS as u32, ..TERMS }
}

/// What the story itself has seen of a placement, to compare with what the contract says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    proven: u32,
    missed: u32,
    excused: u32,
    slashed: u128,
    /// Uptime and latency of each day that was reported.
    seen: Vec<(u16, u32)>,
}

/// Everything that the chapters share.
pub struct Story<'a, L> {
    scene: Scene<'a, L>,
    errand: Errand,
    observer: Observer,
    arbiter: Arbiter,
    /// Data units, in the order of the providers.
    units: Vec<u64>,
    /// The day that comes next.
    day: u32,
    counts: BTreeMap<u64, Count>,
    /// What the observer has measured on the day before and not reported yet, with the placement.
    measured: Vec<(u64, Observation)>,
    /// The placement whose data is damaged.
    damaged: Option<u64>,
    slashes: Vec<SlashFacts>,
    /// SLA reports of placements that are over.
    reports: Vec<ReportFacts>,
}

impl<'a, L: Ledger> Story<'a, L> {
    pub fn new(scene: Scene<'a, L>, content: Content) -> Result<Self, Failure> {
        let errand = Errand::new(&scene, CONSUMER, content)?;
        Ok(Self {
            observer: Observer::new(scene.cast.party("observer")?),
            arbiter: Arbiter::new(scene.cast.party("arbiter")?),
            scene,
            errand,
            units: Vec::new(),
            day: 0,
            counts: BTreeMap::new(),
            measured: Vec::new(),
            damaged: None,
            slashes: Vec::new(),
            reports: Vec::new(),
        })
    }

    /// Tells it from beginning to end.
    pub fn tell(mut self) -> Result<Facts, Failure> {
        self.market_opens()?;
        self.file_is_sealed()?;
        self.replicas_are_kept()?;
        self.first_week()?;
        let mut loss = self.lazy_loses_data()?;
        self.spare_takes_over(&mut loss)?;
        self.maintenance_is_announced()?;
        let dispute = self.dispute_is_opened()?;
        let dispute = self.dispute_is_decided(dispute)?;
        self.placements_are_rated()?;
        self.term_ends(&mut loss)?;
        let ranking = self.everybody_is_judged()?;
        let file = self.file_is_read_back(&loss)?;
        let replicas = self.errand.replica_facts(&self.scene)?;
        self.everybody_leaves(&mut loss)?;
        self.facts(loss, dispute, ranking, replicas, file)
    }

    fn facts(
        self,
        loss: Loss,
        dispute: DisputeFacts,
        ranking: Vec<RankFacts>,
        replicas: Vec<ReplicaFacts>,
        file: FileFacts,
    ) -> Result<Facts, Failure> {
        let scene = &self.scene;
        Ok(Facts {
            story: "sla",
            file,
            contract: scene.contract()?,
            reservation: self.errand.reservation(),
            term_days: TERM_MS / DAY_MS,
            rounds: scene.rounds,
            replicas,
            failure: loss.facts,
            dispute,
            slashes: self.slashes,
            ranking,
            reports: self.reports,
            money: money::balance(&scene.ledger, &scene.cast)?,
            calls: calls::dearest(scene.ledger.calls()),
            folder: scene.kept_folder(),
            kept_chain: scene.kept_chain(),
        })
    }
}
