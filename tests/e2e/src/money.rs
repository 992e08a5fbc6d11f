//! What the documents promise, in plain arithmetic: the contract's own is not asked.

use crate::{CAPACITY, PRICE};

/// The dev node's token.
pub const UNIT: u128 = 1_000_000_000_000;
/// Existential deposit of the dev node.
pub const EXISTENTIAL: u128 = UNIT / 1_000;
/// Storage deposit for an item on the dev node.
pub const ITEM: u128 = UNIT / 10;
/// Storage deposit for a byte on the dev node.
pub const BYTE: u128 = UNIT * 5 / 1_000_000;

const MONTH_MS: u128 = 30 * 86_400_000;

/// What a standard order earns in so many milliseconds: it rounds down.
pub fn paid(ms: u64) -> u128 {
    PRICE * u128::from(CAPACITY) * u128::from(ms) / MONTH_MS
}

/// A share in 1/10,000, rounded down.
pub fn share(amount: u128, bps: u128) -> u128 {
    amount * bps / 10_000
}

/// Who gets what of what was earned. All shares together round down, and so does each cut of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The treasury's.
    pub fee: u128,
    /// The referrer's.
    pub referral: u128,
    /// The cluster manager's.
    pub manager: u128,
    /// What is left, for the provider.
    pub net: u128,
}

impl Parts {
    /// Of one placement's earnings: 2 % fee, and what was agreed for referrer and manager.
    pub fn of(earned: u128, referral_bps: u128, manager_bps: u128) -> Self {
        let ours = 200 + referral_bps;
        let sum = share(earned, ours + manager_bps);
        let not_manager = sum * ours / (ours + manager_bps);
        let referral = not_manager * referral_bps / ours;
        Parts { fee: not_manager - referral, referral, manager: sum - not_manager, net: earned - sum }
    }
}
