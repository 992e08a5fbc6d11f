//! Everything that happens, as past participles. `BalanceChanged` alone rebuilds every account.

use crate::records::SlashReason;
use ink::primitives::AccountId;
use orchestrator_domain::{Config, NodeState, Role, State};

/// Both halves of an account's money, as they are now.
#[ink::event]
pub struct BalanceChanged {
    #[ink(topic)]
    pub account: AccountId,
    pub available: u128,
    pub locked: u128,
}

/// Money came in.
#[ink::event]
pub struct Deposited {
    #[ink(topic)]
    pub account: AccountId,
    pub from: AccountId,
    pub amount: u128,
}

/// Money went out.
#[ink::event]
pub struct Withdrawn {
    #[ink(topic)]
    pub account: AccountId,
    pub amount: u128,
}

/// A provider registered or changed its profile or delegate.
#[ink::event]
pub struct ProviderUpdated {
    #[ink(topic)]
    pub provider: AccountId,
    pub delegate: Option<AccountId>,
}

/// A node was registered, changed, or (without a state) retired.
#[ink::event]
pub struct NodeUpdated {
    #[ink(topic)]
    pub node: u64,
    #[ink(topic)]
    pub provider: AccountId,
    pub state: Option<NodeState>,
}

/// A data unit was registered, changed, or (with capacity zero) retired.
#[ink::event]
pub struct DataUnitUpdated {
    #[ink(topic)]
    pub unit: u64,
    #[ink(topic)]
    pub provider: AccountId,
    pub capacity: u64,
    pub price: u128,
    pub open: bool,
}

/// An account registered as a challenger, or slowed down.
#[ink::event]
pub struct ChallengerRegistered {
    #[ink(topic)]
    pub challenger: AccountId,
    pub interval_ms: u32,
    pub window_ms: u32,
}

/// A round was opened for every placement of this challenger.
#[ink::event]
pub struct RoundOpened {
    #[ink(topic)]
    pub challenger: AccountId,
    pub round: u32,
    pub seed: [u8; 32],
}

/// A consumer reserved; the placements follow as `PlacementMoved`.
#[ink::event]
pub struct ReservationOpened {
    #[ink(topic)]
    pub reservation: u64,
    #[ink(topic)]
    pub consumer: AccountId,
    pub price: u128,
}

/// A placement entered a state. `until` is its end when it becomes active, else zero.
#[ink::event]
pub struct PlacementMoved {
    #[ink(topic)]
    pub placement: u64,
    #[ink(topic)]
    pub reservation: u64,
    #[ink(topic)]
    pub provider: AccountId,
    pub slot: u8,
    pub unit: u64,
    pub state: State,
    pub until: u64,
}

/// A new root was offered by the consumer, or (accepted) taken by the provider.
#[ink::event]
pub struct DataCommitted {
    #[ink(topic)]
    pub placement: u64,
    pub root: [u8; 32],
    pub chunks: u64,
    pub accepted: bool,
}

/// Extended, resized, renewed or terminated: end, capacity and escrow from now on.
#[ink::event]
pub struct PlacementChanged {
    #[ink(topic)]
    pub placement: u64,
    pub ends_at: u64,
    pub capacity: u64,
    pub price: u128,
    pub escrow: u128,
    pub collateral: u128,
}

/// A round was proven.
#[ink::event]
pub struct Proven {
    #[ink(topic)]
    pub placement: u64,
    pub round: u32,
}

/// Collateral was taken for `misses` rounds up to `round`.
#[ink::event]
pub struct Slashed {
    #[ink(topic)]
    pub placement: u64,
    #[ink(topic)]
    pub provider: AccountId,
    pub round: u32,
    pub misses: u32,
    pub reason: SlashReason,
    pub amount: u128,
    pub to_reporter: u128,
    pub to_pot: u128,
}

/// A placement was paid: `gross` left the escrow, the provider got it less fee and referral, and the bonus.
#[ink::event]
pub struct Settled {
    #[ink(topic)]
    pub placement: u64,
    #[ink(topic)]
    pub provider: AccountId,
    pub gross: u128,
    pub fee: u128,
    pub referral: u128,
    pub bonus: u128,
}

/// The reservation is to renew for at most this price a replica, or no more (zero).
#[ink::event]
pub struct AutoRenewSet {
    #[ink(topic)]
    pub reservation: u64,
    pub up_to: u128,
}

/// An account got a role in the access list, or (none) lost it.
#[ink::event]
pub struct AccessSet {
    #[ink(topic)]
    pub reservation: u64,
    #[ink(topic)]
    pub account: AccountId,
    pub role: Option<Role>,
}

/// A reservation was offered to another consumer, or (none) not any more.
#[ink::event]
pub struct ReservationOffered {
    #[ink(topic)]
    pub reservation: u64,
    pub to: Option<AccountId>,
}

/// A reservation, its escrow and its duties went to another consumer.
#[ink::event]
pub struct ReservationTransferred {
    #[ink(topic)]
    pub reservation: u64,
    #[ink(topic)]
    pub from: AccountId,
    #[ink(topic)]
    pub to: AccountId,
    pub escrow: u128,
}

/// The records are gone; what was left in the pots went where it belongs.
#[ink::event]
pub struct ReservationClosed {
    #[ink(topic)]
    pub reservation: u64,
    pub to_consumer: u128,
    pub to_treasury: u128,
}

/// The admin offered its role, or (by the account that was offered it) it was accepted.
#[ink::event]
pub struct AdminOffered {
    pub to: Option<AccountId>,
    pub admin: AccountId,
}

/// Fees, windows or the treasury changed, for new placements.
#[ink::event]
pub struct Configured {
    pub config: Config,
    pub treasury: AccountId,
}

/// New business stopped, or goes on.
#[ink::event]
pub struct PauseChanged {
    pub paused: bool,
}

/// Network fees were credited to the treasury.
#[ink::event]
pub struct FeesCollected {
    pub amount: u128,
}
