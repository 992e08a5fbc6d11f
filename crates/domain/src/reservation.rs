//! Reservations: what a consumer orders.

use crate::time::Clock;
use crate::{Balance, Error, Result};
use alloc::vec::Vec;
use ink::primitives::AccountId;
use scale::{Decode, Encode};

/// Most replicas of one reservation.
pub const MAX_REPLICAS: usize = 20;
/// Longest manifest pointer.
pub const MAX_MANIFEST_BYTES: usize = 256;
/// Most entries of an access list.
pub const MAX_GRANTS: usize = 32;

/// One replica in an order: where it goes, and its data where that is known already.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Replica {
    pub unit: u64,
    /// Merkle root of the encrypted replica, zero without data.
    pub root: [u8; 32],
    /// Its chunks of 1 KiB, zero without data.
    pub chunks: u64,
}

/// What a consumer asks for in `reserve`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Order {
    /// 1 to 20 replicas.
    pub replicas: Vec<Replica>,
    /// Capacity per replica, in the unit of the data units' kind.
    pub capacity: u64,
    /// Term in milliseconds, from each placement's activation.
    pub term_ms: u64,
    /// Who opens the rounds; the consumer itself if none is named. Must be registered.
    pub challenger: Option<AccountId>,
    /// Who gets the referral share of what is earned.
    pub referrer: Option<AccountId>,
    /// Where the reservation's manifest is found, at most 256 bytes.
    pub manifest: Vec<u8>,
    /// Most that all replicas together may cost for the term.
    pub max_price: Balance,
}

/// Place of one replica in a reservation.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Slot {
    /// The placement that fills it now, or filled it last.
    pub placement: u64,
    /// Repair pot: slashed here, not yet paid to anybody.
    pub pot: Balance,
    /// What the consumer paid for ended placements of this slot.
    pub spent: Balance,
}

/// What a consumer ordered.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Reservation {
    /// Who ordered it, pays for it and gets every refund.
    pub consumer: AccountId,
    /// Who may take it over, with everything that is in escrow.
    pub offered_to: Option<AccountId>,
    pub challenger: AccountId,
    pub referrer: Option<AccountId>,
    /// Capacity per replica.
    pub capacity: u64,
    /// Length of a term.
    pub term_ms: u64,
    /// Most that renewing one replica for a term may cost; zero when it is not to renew.
    pub renew_up_to: Balance,
    /// Its place in the list of the consumer's reservations.
    pub place: u32,
    /// Where its manifest is found, or the manifest itself.
    pub manifest: Vec<u8>,
    /// Access list.
    pub grants: Vec<Grant>,
    pub slots: Vec<Slot>,
}

/// What an account on the access list may do with the data. Providers enforce it off chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub enum Role {
    Reader,
    Writer,
}

/// Entry of an access list.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Grant {
    pub account: AccountId,
    pub role: Role,
}

impl Reservation {
    /// Refuses everybody but the consumer.
    pub fn ensure_consumer(&self, caller: AccountId) -> Result<()> {
        if caller != self.consumer {
            return Err(Error::NotConsumer);
        }
        Ok(())
    }

    /// The slot of this number.
    pub fn slot(&mut self, slot: u8) -> Result<&mut Slot> {
        self.slots.get_mut(usize::from(slot)).ok_or(Error::UnknownSlot)
    }

    /// Whether its terms wait for a renewal instead of ending.
    pub fn renews(&self) -> bool {
        self.renew_up_to > 0
    }
}

impl Slot {
    /// What of the pot makes the consumer whole when the reservation closes, never more than it paid for the slot;
    /// the rest belongs to the treasury.
    pub fn made_whole(&self) -> Balance {
        self.pot.min(self.spent)
    }
}

/// Refuses a deadline of the working clock that has passed.
pub fn ensure_before(clock: &Clock, deadline: u64) -> Result<()> {
    if clock.working_ms() >= deadline {
        return Err(Error::TooLate);
    }
    Ok(())
}
