//! What messages take and views return, besides the records of the domain.

use ink::prelude::vec::Vec;
use ink::primitives::AccountId;
use orchestrator_domain::{Balance, Config, DataUnit, Holder, Kind, Pauses, Rate, Upgrade};

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
}

/// Data units that fit, and where to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Found {
    pub units: Vec<(u64, DataUnit)>,
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
    /// The term ends: anybody renews it, or it completes.
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
    /// Highest ids given out: nodes, data units, reservations, placements, clusters.
    pub last_ids: (u64, u64, u64, u64, u64),
}
