//! `orch demo --story cluster`: a manager runs five providers as one service for three consumers.

mod days;
mod ending;
mod facts;
mod loss;
mod opening;
mod reserving;
mod revenue;
mod tables;

use orchestrator::domain::{Placement, DAY_MS};
use orchestrator_chain::{AccountId, Ledger};
use orchestrator_market::parties::Manager;

use crate::{
    demo::{
        calls,
        cast::Keys,
        claim::ensure,
        errand::Errand,
        facts::{FileFacts, ReplicaFacts},
        input::Content,
        loss::Loss,
        money,
        offer::TERM_MS,
        scene::Scene,
    },
    failure::Failure,
};
use facts::{ClusterFacts, Facts, RevenueFacts};
pub use tables::show;

const CONSUMERS: [&str; 3] = ["consumer 1", "consumer 2", "consumer 3"];
const PROVIDERS: u8 = 5;

/// Keys of all who take part.
pub fn keys() -> Result<Keys, Failure> {
    Keys::new(&CONSUMERS, &["manager"], Keys::numbered(PROVIDERS))
}

/// Everything that the chapters share.
pub struct Story<'a, L> {
    scene: Scene<'a, L>,
    manager: Manager,
    cluster: u64,
    /// Stores three replicas for a term.
    first: Errand,
    /// Reserves capacity for two, and has data later.
    second: Errand,
    /// Stores one for a short term that renews once.
    third: Errand,
}

/// The placement that was lost, as it ended.
pub struct Failed {
    record: Placement,
    /// When the first round that it missed was opened: nothing is paid from there on.
    silent_at: u64,
}

impl<'a, L: Ledger> Story<'a, L> {
    /// The first consumer stores `content`, the others `texts`.
    pub fn new(scene: Scene<'a, L>, content: Content, texts: [Content; 2]) -> Result<Self, Failure> {
        let [second, third] = texts;
        Ok(Self {
            manager: Manager::new(scene.cast.party("manager")?),
            cluster: 0,
            first: Errand::new(&scene, CONSUMERS[0], content)?,
            second: Errand::new(&scene, CONSUMERS[1], second)?,
            third: Errand::new(&scene, CONSUMERS[2], third)?,
            scene,
        })
    }

    /// Tells it from beginning to end.
    pub fn tell(mut self) -> Result<Facts, Failure> {
        self.market_opens()?;
        self.cluster_is_made()?;
        self.replicas_are_reserved()?;
        self.capacity_is_reserved()?;
        self.renewal_is_agreed()?;
        self.rounds_are_proven(4)?;
        self.data_is_committed()?;
        let (mut loss, failed) = self.member_loses_data()?;
        self.manager_replaces(&mut loss, &failed)?;
        self.revenue_is_distributed()?;
        self.term_renews()?;
        self.terms_end(&mut loss)?;
        let files = self.files_are_read_back(&loss)?;
        let replicas = self.replica_facts()?;
        let revenue = self.revenue_is_shared(&failed)?;
        self.everybody_leaves(&mut loss, &revenue)?;
        self.facts(loss, files, replicas, revenue)
    }

    fn errands(&self) -> [&Errand; 3] {
        [&self.first, &self.second, &self.third]
    }

    fn manager_account(&self) -> AccountId {
        self.manager.party().account()
    }

    /// All replicas as they stand before the reservations are closed.
    fn replica_facts(&self) -> Result<Vec<ReplicaFacts>, Failure> {
        let mut all = Vec::new();
        for errand in self.errands() {
            all.extend(errand.replica_facts(&self.scene)?);
        }
        Ok(all)
    }

    fn facts(
        self,
        loss: Loss,
        files: Vec<FileFacts>,
        replicas: Vec<ReplicaFacts>,
        revenue: Vec<RevenueFacts>,
    ) -> Result<Facts, Failure> {
        let scene = &self.scene;
        let cluster = self.manager.cluster(&scene.ledger, self.cluster)?;
        ensure(cluster.members == 0, "a cluster without members")?;
        Ok(Facts {
            story: "cluster",
            files,
            contract: scene.contract()?,
            cluster: ClusterFacts {
                id: self.cluster,
                price: cluster.spec.price,
                fee_bps: cluster.spec.fee_bps,
                members: revenue.len(),
                distributions: cluster.pool.distributions,
            },
            term_days: TERM_MS / DAY_MS,
            rounds: scene.rounds,
            replicas,
            failure: loss.facts,
            revenue,
            money: money::balance(&scene.ledger, &scene.cast)?,
            calls: calls::dearest(scene.ledger.calls()),
            folder: scene.kept_folder(),
        })
    }
}
