//! What messages take and views return, besides the records of the domain.

use ink::prelude::vec::Vec;
use ink::primitives::AccountId;
use orchestrator_domain::{
    Balance, Config, DataUnit, Evidence, Holder, Kind, Maintenance, Pauses, Quality, Rate, State, Upgrade,
};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Page {
    pub ids: Vec<u64>,
    /// Cursor of the next page, zero on the last one.
    pub next: u32,
}

/// What `find_data_units` looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Filter {
    pub kind: Option<Kind>,
    /// ISO 3166-1 numeric.
    pub region: Option<u16>,
    /// Least free capacity, at least one.
    pub capacity: u64,
    /// Highest price per unit and 30 days, in tokens; zero for any.
    pub max_price: Balance,
    /// Term that the unit must offer.
    pub term_ms: u64,
    /// Only members of this cluster, at its price; the cursor then counts members.
    pub cluster: Option<u64>,
    /// Least score of the data unit, zero for any.
    pub min_score: u16,
}

/// A data unit that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Offer {
    pub id: u64,
    pub score: u16,
    pub unit: DataUnit,
}

/// Data units that fit, the best score first, and where to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Found {
    pub units: Vec<Offer>,
    /// Cursor of the next page, zero when every unit was looked at.
    pub next: u64,
}

/// What a term on a data unit costs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Quote {
    /// Locked from the consumer.
    pub price: Balance,
    /// Locked from the provider.
    pub collateral: Balance,
    /// Part of the price that goes to the treasury, at most.
    pub fee: Balance,
    /// Score of the data unit, 0 to 10,000.
    pub score: u16,
}

/// A score and what it rests on: `(10,000 × good + 2 × prior × known) / (good + bad + 2 × known)` as
/// `docs/score.md` tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Score {
    /// 0 to 10,000; the prior where nothing is known.
    pub score: u16,
    /// 5,000 for a provider; for a data unit the score of what is known of its provider elsewhere.
    pub prior: u16,
    /// What counts now, in seconds times weight.
    pub evidence: Evidence,
}

/// How a data unit serves, besides its rounds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Service {
    /// Past and announced.
    pub maintenance: Maintenance,
    /// What observers have reported.
    pub quality: Quality,
}

/// What an observer has seen of a data unit on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Observation {
    pub unit: u64,
    /// Share of the day at which the data could be read.
    pub uptime_bps: u16,
    /// Time to the first byte, the median of the day.
    pub latency_ms: u32,
}

/// What was promised of a placement and what became of it, up to now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct SlaReport {
    pub state: State,
    pub started_at: u64,
    pub ends_at: u64,
    pub proven: u32,
    pub missed: u32,
    /// Rounds that count for nobody.
    pub excused: u32,
    /// Time that is paid for.
    pub served_ms: u64,
    /// Maintenance since it was activated.
    pub maintenance_ms: u64,
    pub promised_uptime_bps: u16,
    pub promised_latency_ms: u32,
    /// Averages of what observers have reported of the data unit since it was activated; none without reports.
    pub seen: Option<Average>,
    /// What left the escrow for the provider, fees included.
    pub paid: Balance,
    /// Earned and not paid yet.
    pub unpaid: Balance,
    /// Given back to the consumer by decisions of arbiters.
    pub refunded: Balance,
    /// Collateral that is left.
    pub collateral: Balance,
    pub slashed: Balance,
    /// 1 to 5, zero without a rating.
    pub stars: u8,
    pub disputed: bool,
    /// Score of its data unit.
    pub score: u16,
}

/// Average of what observers have reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Average {
    pub uptime_bps: u16,
    pub latency_ms: u32,
}

/// The highest ids given out: as many as there have ever been.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct LastIds {
    pub node: u64,
    pub unit: u64,
    pub reservation: u64,
    pub placement: u64,
    pub cluster: u64,
}

/// What happened to a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum DisputeStep {
    /// By the consumer.
    Opened,
    /// By the provider.
    Answered,
    /// By an arbiter.
    Decided,
    /// Nobody has decided in time, or the placement has failed.
    Released,
}

/// What is asked of a placement now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Challenge {
    pub round: u32,
    pub seed: [u8; 32],
    /// Indices of the chunks to show, in this order.
    pub chunks: Vec<u64>,
    /// The answer is too late from this instant on, once `closes_block` is reached as well.
    pub closes_at: u64,
    pub closes_block: u32,
}

/// One chunk and its Merkle path, leaf side first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct ChunkProof {
    pub chunk: Vec<u8>,
    pub path: Vec<[u8; 32]>,
}

/// Answer of a placement to a round: a proof for each chunk asked, in the order asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Response {
    pub placement: u64,
    pub round: u32,
    pub proofs: Vec<ChunkProof>,
}

/// What became of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Verdict {
    /// The round is proven.
    Proven,
    /// The proof is wrong: the round is missed.
    Invalid,
    /// No round waits for a proof of this placement: proven already, too late, or excused.
    NothingAsked,
    /// The response answers another round than the one that is open.
    WrongRound,
    /// The caller is neither the provider nor its delegate.
    NotProvider,
    /// No placement has this id.
    UnknownPlacement,
}

/// Why collateral was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum SlashReason {
    /// Windows went by without a proof.
    Unanswered,
    /// A proof was wrong.
    InvalidProof,
    /// The provider left before the end.
    Exit,
    /// An arbiter gave it to the repair pot.
    Dispute,
}

/// What has to happen next with a placement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Action {
    /// The provider accepts or declines.
    Accept,
    /// The provider activates.
    Activate,
    /// The provider proves the open round.
    Prove,
    /// Maintenance begins: no rounds count, and no time is paid, until it is over.
    Maintenance,
    /// The provider answers a dispute.
    Answer,
    /// An arbiter decides a dispute.
    Decide,
    /// The term and what is paid for end: anybody renews it, or it completes.
    End,
    /// The consumer closes the reservation, or replaces the placement.
    Close,
}

/// What has to happen next, and by when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct NextAction {
    pub action: Action,
    pub at: u64,
}

/// Both halves of an account's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct AccountBalance {
    pub account: AccountId,
    pub available: Balance,
    pub locked: Balance,
}

/// Money in the contract and money it owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Solvency {
    /// Free balance of the contract.
    pub held: Balance,
    /// All accounts, escrow, collateral, pots and fees.
    pub owed: Balance,
}

/// Who governs, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Settings {
    pub admin: AccountId,
    /// Who may accept to be the next admin.
    pub offered_to: Option<AccountId>,
    /// Account that network fees go to.
    pub treasury: AccountId,
    /// Fees collected and not yet credited to the treasury.
    pub fees: Balance,
    pub config: Config,
    pub pauses: Pauses,
    /// Tokens for a US dollar, as the price feed tells.
    pub rate: Rate,
    /// Who holds which role.
    pub holders: Vec<Holder>,
    /// Code that the contract is going to run.
    pub upgrade: Option<Upgrade>,
    /// Highest ids given out.
    pub last_ids: LastIds,
}
