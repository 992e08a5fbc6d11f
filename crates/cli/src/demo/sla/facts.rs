//! What came out of the month.

use orchestrator::{domain::Evidence, events::Slashed, Score, SlaReport};
use serde::Serialize;

use crate::demo::facts::{
    planks, CallFacts, ContractFacts, FailureFacts, FileFacts, MoneyFacts, ReplicaFacts,
};

#[derive(Serialize)]
pub struct Facts {
    pub story: &'static str,
    pub file: FileFacts,
    pub contract: ContractFacts,
    pub reservation: u64,
    pub term_days: u64,
    pub rounds: u32,
    pub replicas: Vec<ReplicaFacts>,
    pub failure: FailureFacts,
    pub dispute: DisputeFacts,
    pub slashes: Vec<SlashFacts>,
    /// The best first.
    pub ranking: Vec<RankFacts>,
    pub reports: Vec<ReportFacts>,
    pub money: MoneyFacts,
    pub calls: Vec<CallFacts>,
    /// Folder with the stores and the file that was read back, where it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// File with the chain as it stood in the middle of the story, where it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_chain: Option<String>,
}

#[derive(Serialize)]
pub struct DisputeFacts {
    pub placement: u64,
    pub provider: String,
    pub opened_on: u32,
    pub decided_on: u32,
    #[serde(serialize_with = "planks")]
    pub bond: u128,
    pub to_consumer_bps: u16,
    /// What of the unpaid went back to the consumer.
    #[serde(serialize_with = "planks")]
    pub refunded: u128,
    /// What of the collateral went into the pot.
    #[serde(serialize_with = "planks")]
    pub cut: u128,
}

#[derive(Serialize)]
pub struct SlashFacts {
    pub day: u32,
    pub round: u32,
    pub placement: u64,
    pub provider: String,
    pub reason: String,
    #[serde(serialize_with = "planks")]
    pub amount: u128,
    pub reporter: String,
    #[serde(serialize_with = "planks")]
    pub to_reporter: u128,
    #[serde(serialize_with = "planks")]
    pub to_pot: u128,
}

impl SlashFacts {
    pub fn new(day: u32, provider: &str, slash: &Slashed, reporter: &str) -> Self {
        Self {
            day,
            round: slash.round,
            placement: slash.placement,
            provider: provider.to_owned(),
            reason: format!("{:?}", slash.reason),
            amount: slash.amount,
            reporter: reporter.to_owned(),
            to_reporter: slash.to_reporter,
            to_pot: slash.to_pot,
        }
    }
}

/// A data unit as the search ranks it; evidence in seconds times weight.
#[derive(Serialize)]
pub struct RankFacts {
    pub provider: String,
    pub unit: u64,
    pub score: u16,
    pub prior: u16,
    pub kept: u64,
    pub completed: u64,
    pub praised: u64,
    pub missed: u64,
    pub short: u64,
    pub broken: u64,
    pub lost: u64,
    pub blamed: u64,
}

impl RankFacts {
    pub fn new(provider: String, unit: u64, score: &Score) -> Self {
        let Evidence { kept, missed, completed, broken, short, lost, praised, blamed } = score.evidence;
        let (score, prior) = (score.score, score.prior);
        Self { provider, unit, score, prior, kept, completed, praised, missed, short, broken, lost, blamed }
    }
}

/// An SLA report.
#[derive(Serialize)]
pub struct ReportFacts {
    pub placement: u64,
    pub provider: String,
    pub state: String,
    pub rounds: u32,
    pub proven: u32,
    pub missed: u32,
    pub excused: u32,
    pub served_ms: u64,
    pub maintenance_ms: u64,
    pub promised_uptime_bps: u16,
    pub promised_latency_ms: u32,
    pub seen_uptime_bps: Option<u16>,
    pub seen_latency_ms: Option<u32>,
    #[serde(serialize_with = "planks")]
    pub paid: u128,
    #[serde(serialize_with = "planks")]
    pub refunded: u128,
    #[serde(serialize_with = "planks")]
    pub slashed: u128,
    pub stars: u8,
    pub score: u16,
}

impl ReportFacts {
    pub fn new(provider: String, placement: u64, x: &SlaReport) -> Self {
        Self {
            placement,
            provider,
            state: format!("{:?}", x.state),
            rounds: x.proven + x.missed + x.excused,
            proven: x.proven,
            missed: x.missed,
            excused: x.excused,
            served_ms: x.served_ms,
            maintenance_ms: x.maintenance_ms,
            promised_uptime_bps: x.promised_uptime_bps,
            promised_latency_ms: x.promised_latency_ms,
            seen_uptime_bps: x.seen.map(|x| x.uptime_bps),
            seen_latency_ms: x.seen.map(|x| x.latency_ms),
            paid: x.paid,
            refunded: x.refunded,
            slashed: x.slashed,
            stars: x.stars,
            score: x.score,
        }
    }
}
