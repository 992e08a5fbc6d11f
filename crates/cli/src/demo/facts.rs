//! What came out: what the tables show, and what `--output-json` prints. Amounts are planks, as text, for a JSON
//! number does not hold them.

use serde::{Serialize, Serializer};

#[derive(Serialize)]
pub struct FileFacts {
    /// Whose it is.
    pub consumer: String,
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
    /// SHA-256 of what was read back.
    pub read_back_sha256: String,
    pub equal: bool,
}

#[derive(Serialize)]
pub struct ContractFacts {
    pub address: String,
    pub code_hash: String,
    pub code_bytes: usize,
    pub limit_bytes: usize,
}

/// What became of one slot.
#[derive(Serialize)]
pub struct ReplicaFacts {
    /// Whose it is.
    pub consumer: String,
    pub slot: usize,
    pub placement: u64,
    pub provider: String,
    pub stage: String,
    pub root: String,
    pub chunks: u64,
    pub proven: u32,
    pub missed: u32,
    #[serde(serialize_with = "planks")]
    pub paid: u128,
    #[serde(serialize_with = "planks")]
    pub bonus: u128,
}

/// What became of the placement that was lost.
#[derive(Serialize)]
pub struct FailureFacts {
    pub placement: u64,
    pub provider: String,
    pub replaced_by: String,
    pub missed: u32,
    #[serde(serialize_with = "planks")]
    pub collateral: u128,
    #[serde(serialize_with = "planks")]
    pub slashed: u128,
    #[serde(serialize_with = "planks")]
    pub to_reporter: u128,
    /// What of the slashes went into the repair pot.
    #[serde(serialize_with = "planks")]
    pub pot: u128,
    /// What of the pot the spare provider earned on top of its price.
    #[serde(serialize_with = "planks")]
    pub bonus: u128,
    /// What was left of the pot at the end.
    #[serde(serialize_with = "planks")]
    pub rest_to_consumer: u128,
    #[serde(serialize_with = "planks")]
    pub rest_to_treasury: u128,
}

/// Money inside the contract, and of the accounts on the chain.
#[derive(Serialize)]
pub struct MoneyFacts {
    pub parties: Vec<PartyFacts>,
    pub total: Sums,
    #[serde(serialize_with = "planks")]
    pub held: u128,
    #[serde(serialize_with = "planks")]
    pub owed: u128,
    /// Whether every sum comes out to the last plank.
    pub exact: bool,
    /// After how many calls `held >= owed` was looked at and true.
    pub solvent_after_calls: u64,
}

#[derive(Serialize)]
pub struct PartyFacts {
    pub name: String,
    pub address: String,
    #[serde(flatten)]
    pub sums: Sums,
}

/// What happened to an account's money: in the contract, and on the chain for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    #[serde(serialize_with = "planks")]
    pub put_in: u128,
    #[serde(serialize_with = "planks")]
    pub earned: u128,
    #[serde(serialize_with = "planks")]
    pub paid: u128,
    #[serde(serialize_with = "planks")]
    pub slashed: u128,
    #[serde(serialize_with = "planks")]
    pub got_back: u128,
    /// Still in the contract, available or locked.
    #[serde(serialize_with = "planks")]
    pub left: u128,
    /// Fees for calls, paid to the chain.
    #[serde(serialize_with = "planks")]
    pub fees: u128,
    /// Storage deposits paid less those returned.
    #[serde(serialize_with = "signed_planks")]
    pub storage: i128,
    /// On the chain before.
    #[serde(serialize_with = "planks")]
    pub before: u128,
    /// On the chain afterwards.
    #[serde(serialize_with = "planks")]
    pub after: u128,
}

/// The dearest call of one kind.
#[derive(Serialize)]
pub struct CallFacts {
    pub name: String,
    pub count: usize,
    pub ref_time_ps: u64,
    pub proof_size_bytes: u64,
    #[serde(serialize_with = "signed_planks")]
    pub storage_deposit: i128,
    #[serde(serialize_with = "planks")]
    pub fee: u128,
}

pub fn planks<S: Serializer>(amount: &u128, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(amount)
}

fn signed_planks<S: Serializer>(amount: &i128, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(amount)
}
