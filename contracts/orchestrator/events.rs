//! Everything that happens, as past participles. `BalancesChanged` alone rebuilds every account.
//!
//! No field is a topic: besides the topic that names the event, each one costs a read and a write of the chain's
//! database (127 µs of ref_time on pallet-contracts 38), more than all else that an event costs. Whoever reads events
//! decodes them anyway.

use crate::records::{AccountBalance, DisputeStep, Settings, SlashReason};
use ink::prelude::vec::Vec;
use ink::primitives::AccountId;
use orchestrator_domain::{Access, Currency, Findings, NodeState, State, Window};

/// Both halves of the money of each account that a posting has touched, as they are now.
#[ink::event]
pub struct BalancesChanged {
    pub accounts: Vec<AccountBalance>,
}

/// Money came in.
#[ink::event]
pub struct Deposited {
    pub account: AccountId,
    pub from: AccountId,
    pub amount: u128,
}

/// Money went out.
#[ink::event]
pub struct Withdrawn {
    pub account: AccountId,
    pub amount: u128,
}

/// A provider registered or changed its profile or delegate.
#[ink::event]
pub struct ProviderUpdated {
    pub provider: AccountId,
    pub delegate: Option<AccountId>,
}

/// A node was registered, changed, or (without a state) retired.
#[ink::event]
pub struct NodeUpdated {
    pub node: u64,
    pub provider: AccountId,
    pub state: Option<NodeState>,
}

/// A data unit was registered, changed, or (with capacity zero) retired.
#[ink::event]
pub struct DataUnitUpdated {
    pub unit: u64,
    pub provider: AccountId,
    pub capacity: u64,
    pub price: u128,
    pub currency: Currency,
    pub open: bool,
}

/// A provider began or ended its trust in a manager.
#[ink::event]
pub struct TrustSet {
    pub provider: AccountId,
    pub manager: AccountId,
    pub trusts: bool,
}

/// A cluster was created, changed, offered to another manager, or taken over by one.
#[ink::event]
pub struct ClusterChanged {
    pub cluster: u64,
    pub manager: AccountId,
    pub offered_to: Option<AccountId>,
    pub price: u128,
    pub currency: Currency,
    pub fee_bps: u16,
    pub open: bool,
}

/// A data unit has committed so much to a cluster; with zero it is no member any more.
#[ink::event]
pub struct MemberSet {
    pub cluster: u64,
    pub unit: u64,
    pub provider: AccountId,
    pub capacity: u64,
}

/// The pool of a cluster was distributed: the network fee to the treasury's fees, the manager's share to its account; the
/// members' part is due to them.
#[ink::event]
pub struct Distributed {
    pub cluster: u64,
    pub manager: AccountId,
    pub fee: u128,
    pub to_manager: u128,
    pub to_members: u128,
}

/// What was due to a provider in a cluster was credited to it.
#[ink::event]
pub struct Claimed {
    pub cluster: u64,
    pub provider: AccountId,
    pub amount: u128,
}

/// An account registered as a challenger, or slowed down.
#[ink::event]
pub struct ChallengerRegistered {
    pub challenger: AccountId,
    pub interval_ms: u32,
    pub window_ms: u32,
}

/// A round was opened for every placement of this challenger.
#[ink::event]
pub struct RoundOpened {
    pub challenger: AccountId,
    pub round: u32,
    pub seed: [u8; 32],
}

/// A placement entered a state, or was extended, resized, renewed or terminated: what holds for it from now on.
/// `ends_at` is zero before it is active.
#[ink::event]
pub struct PlacementMoved {
    pub placement: u64,
    pub reservation: u64,
    pub provider: AccountId,
    pub slot: u8,
    pub unit: u64,
    pub state: State,
    pub ends_at: u64,
    pub capacity: u64,
    pub price: u128,
    pub escrow: u128,
    pub collateral: u128,
}

/// A new root was offered by the consumer, or (accepted) taken by the provider.
#[ink::event]
pub struct DataCommitted {
    pub placement: u64,
    pub root: [u8; 32],
    pub chunks: u64,
    pub accepted: bool,
}

/// A round was proven.
#[ink::event]
pub struct Proven {
    pub placement: u64,
    pub round: u32,
}

/// Collateral was taken: for `misses` rounds up to `round`, for leaving early, or by a decision. What the reporter, if any,
/// did not get went into the repair pot of the slot.
#[ink::event]
pub struct Slashed {
    pub placement: u64,
    pub provider: AccountId,
    pub round: u32,
    pub misses: u32,
    pub reason: SlashReason,
    pub amount: u128,
    pub reporter: Option<AccountId>,
    pub to_reporter: u128,
    pub to_pot: u128,
}

/// A placement was paid: `gross` left the escrow. The provider got the bonus, and what is left after fee, referral and the
/// manager's share; in a cluster all that but bonus and referral went into the pool.
#[ink::event]
pub struct Settled {
    pub placement: u64,
    pub provider: AccountId,
    pub cluster: Option<u64>,
    pub gross: u128,
    pub fee: u128,
    pub referral: u128,
    pub manager: u128,
    pub bonus: u128,
}

/// Maintenance of a data unit was announced, cut short, or (with an empty window) taken back.
#[ink::event]
pub struct MaintenanceSet {
    pub unit: u64,
    pub window: Window,
}

/// An observer reported the quality of service of a data unit on a day, counted from 1970.
#[ink::event]
pub struct QualityReported {
    pub unit: u64,
    pub day: u32,
    pub observer: AccountId,
    pub uptime_bps: u16,
    pub latency_ms: u32,
}

/// A consumer rated a placement with 1 to 5 stars.
#[ink::event]
pub struct Rated {
    pub placement: u64,
    pub stars: u8,
}

/// A dispute over a placement was opened, answered, decided, or released undecided, with the hash of what was said. `until`
/// is when the time of the answer, or after it of the decision is up, if no pause comes. Decided, so much of what was unpaid
/// went back to the consumer; what was cut of the collateral is told by `Slashed`. The bond goes to the consumer if at
/// least half was given to it, or if nobody decided; else to the provider.
#[ink::event]
pub struct DisputeMoved {
    pub placement: u64,
    pub step: DisputeStep,
    pub hash: [u8; 32],
    pub bond: u128,
    pub until: u64,
    pub to_consumer_bps: u16,
    pub refunded: u128,
}

/// What was found for the score of a provider, a data unit, or both. The sum of these is their standing.
#[ink::event]
pub struct Scored {
    pub provider: Option<AccountId>,
    pub unit: Option<u64>,
    pub found: Findings,
}

/// A reservation was opened, set to renew (for at most so much a replica, zero for no more), offered to another consumer,
/// or taken over by one, with its escrow and its duties.
#[ink::event]
pub struct ReservationChanged {
    pub reservation: u64,
    pub consumer: AccountId,
    pub offered_to: Option<AccountId>,
    pub renew_up_to: u128,
}

/// An account got access to the data, or (none) lost it.
#[ink::event]
pub struct AccessSet {
    pub reservation: u64,
    pub account: AccountId,
    pub access: Option<Access>,
}

/// The records are gone; what was left in the pots went where it belongs.
#[ink::event]
pub struct ReservationClosed {
    pub reservation: u64,
    pub to_consumer: u128,
    pub to_treasury: u128,
}

/// Admin, offer of the role, treasury, fees, windows, pause, roles, rate or the announced upgrade changed: all of them as
/// they are now.
#[ink::event]
pub struct GovernanceChanged {
    pub settings: Settings,
}

/// Network fees were credited to the treasury.
#[ink::event]
pub struct FeesCollected {
    pub amount: u128,
}

/// Emits an event under the topic that names it.
///
/// ink!'s own way builds the topics of each event type in code of its own, which takes 1 KB of the contract.
#[cfg(not(feature = "std"))]
pub(crate) fn emit<E: ink::env::Event + scale::Encode>(event: E) {
    let mut data = Vec::new();
    event.encode_to(&mut data);
    deposit(&E::SIGNATURE_TOPIC.unwrap_or_default(), &data);
}

#[cfg(not(feature = "std"))]
#[inline(never)]
fn deposit(signature: &[u8; 32], data: &[u8]) {
    use pallet_contracts_uapi::{HostFn, HostFnImpl};
    let mut topics = [4; 33];
    topics[1..].copy_from_slice(signature);
    HostFnImpl::deposit_event(&topics, data);
}

/// Emits an event under the topic that names it.
#[cfg(feature = "std")]
pub(crate) fn emit<E: ink::env::Event>(event: E) {
    ink::env::emit_event::<ink::env::DefaultEnvironment, E>(event);
}
