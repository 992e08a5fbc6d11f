//! What every call of the contract reads.

use crate::{Balance, Config, Pauses, Rate};
use ink::primitives::AccountId;

/// Who governs, how, and the sums and numbers that belong to nothing else: one storage cell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Root {
    pub admin: AccountId,
    /// Account that network fees go to.
    pub treasury: AccountId,
    pub config: Config,
    pub pauses: Pauses,
    pub rate: Rate,
    /// All that the contract owes.
    pub owed: Balance,
    /// Network fees that are not credited yet.
    pub fees: Balance,
    /// Highest ids given out.
    pub last_node: u64,
    pub last_unit: u64,
    pub last_reservation: u64,
    pub last_placement: u64,
    pub last_cluster: u64,
    /// Who may take over the admin's role.
    pub offered_to: Option<AccountId>,
}

crate::fixed::fixed!(Root {
    admin: AccountId,
    treasury: AccountId,
    config: Config,
    pauses: Pauses,
    rate: Rate,
    owed: Balance,
    fees: Balance,
    last_node: u64,
    last_unit: u64,
    last_reservation: u64,
    last_placement: u64,
    last_cluster: u64,
} then { offered_to });
