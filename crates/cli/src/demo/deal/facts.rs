//! What came out of the deal.

use serde::Serialize;

use crate::demo::facts::{CallFacts, ContractFacts, FailureFacts, FileFacts, MoneyFacts, ReplicaFacts};

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
    pub money: MoneyFacts,
    pub calls: Vec<CallFacts>,
    /// Folder with the stores and the file that was read back, where it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}
