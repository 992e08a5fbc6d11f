//! What came out of the cluster.

use serde::Serialize;

use crate::demo::facts::{
    planks, CallFacts, ContractFacts, FailureFacts, FileFacts, MoneyFacts, ReplicaFacts,
};

#[derive(Serialize)]
pub struct Facts {
    pub story: &'static str,
    /// One file a consumer.
    pub files: Vec<FileFacts>,
    pub contract: ContractFacts,
    pub cluster: ClusterFacts,
    pub term_days: u64,
    pub rounds: u32,
    pub replicas: Vec<ReplicaFacts>,
    pub failure: FailureFacts,
    pub revenue: Vec<RevenueFacts>,
    pub money: MoneyFacts,
    pub calls: Vec<CallFacts>,
    /// Folder with the stores and the files that were read back, where it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

#[derive(Serialize)]
pub struct ClusterFacts {
    pub id: u64,
    /// For a GiB and 30 days.
    #[serde(serialize_with = "planks")]
    pub price: u128,
    /// The manager's share.
    pub fee_bps: u16,
    /// Members while it ran.
    pub members: usize,
    pub distributions: u32,
}

/// What the work of a member brought, and to whom it went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RevenueFacts {
    pub member: String,
    /// Paid for it by consumers.
    #[serde(serialize_with = "planks")]
    pub earned: u128,
    /// Part of it for the treasury.
    #[serde(serialize_with = "planks")]
    pub network_fee: u128,
    /// Part of it for the manager.
    #[serde(serialize_with = "planks")]
    pub manager_fee: u128,
    /// The rest, which the member claimed.
    #[serde(serialize_with = "planks")]
    pub claimed: u128,
    /// On top, for taking over a lost replica.
    #[serde(serialize_with = "planks")]
    pub bonus: u128,
}

impl RevenueFacts {
    /// Adds what another work brought.
    pub fn add(&mut self, other: &Self) {
        self.earned += other.earned;
        self.network_fee += other.network_fee;
        self.manager_fee += other.manager_fee;
        self.claimed += other.claimed;
        self.bonus += other.bonus;
    }
}
