//! `orch demo --story deal`: one consumer deals with providers directly.

mod ending;
mod facts;
mod loss;
mod opening;
mod rounds;
mod tables;

use orchestrator::domain::DAY_MS;
use orchestrator_chain::Ledger;

use crate::{
    args::DemoOptions,
    demo::{
        calls,
        cast::Keys,
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
use facts::Facts;
pub use tables::show;

const CONSUMER: &str = "consumer";

/// Providers and replicas of a story.
#[derive(Clone, Copy)]
pub struct Numbers {
    providers: u8,
    replicas: u8,
}

impl Numbers {
    /// Refuses replicas that leave no provider to spare.
    pub fn of(options: &DemoOptions) -> Result<Self, Failure> {
        let (providers, replicas) = (options.providers.unwrap_or(3), options.replicas.unwrap_or(2));
        if replicas >= providers {
            return Err(Failure::Input(format!(
                "{replicas} replicas need at least {} providers, one to spare: name fewer --replicas than \
                 --providers ({providers})",
                u32::from(replicas) + 1
            )));
        }
        Ok(Self { providers, replicas })
    }

    /// Keys of all who take part.
    pub fn keys(self) -> Result<Keys, Failure> {
        Keys::new(&[CONSUMER], &[], Keys::numbered(self.providers))
    }
}

/// Everything that the chapters share.
pub struct Story<'a, L> {
    scene: Scene<'a, L>,
    errand: Errand,
    replicas: u8,
}

impl<'a, L: Ledger> Story<'a, L> {
    pub fn new(scene: Scene<'a, L>, content: Content, numbers: Numbers) -> Result<Self, Failure> {
        let errand = Errand::new(&scene, CONSUMER, content)?;
        Ok(Self { scene, errand, replicas: numbers.replicas })
    }

    /// Tells it from beginning to end.
    pub fn tell(mut self) -> Result<Facts, Failure> {
        self.market_opens()?;
        self.file_is_sealed()?;
        self.replicas_are_reserved()?;
        self.replicas_are_handed_over()?;
        self.rounds_are_proven(5)?;
        let mut loss = self.disk_loses_data()?;
        self.silence_is_punished(&mut loss)?;
        self.spare_takes_over(&mut loss)?;
        self.term_ends(&mut loss)?;
        let file = self.file_is_read_back(&loss)?;
        let replicas = self.errand.replica_facts(&self.scene)?;
        self.everybody_leaves(&mut loss)?;
        self.facts(loss, replicas, file)
    }

    fn facts(self, loss: Loss, replicas: Vec<ReplicaFacts>, file: FileFacts) -> Result<Facts, Failure> {
        let scene = &self.scene;
        Ok(Facts {
            story: "deal",
            file,
            contract: scene.contract()?,
            reservation: self.errand.reservation(),
            term_days: TERM_MS / DAY_MS,
            rounds: scene.rounds,
            replicas,
            failure: loss.facts,
            money: money::balance(&scene.ledger, &scene.cast)?,
            calls: calls::dearest(scene.ledger.calls()),
            folder: scene.kept_folder(),
        })
    }
}
