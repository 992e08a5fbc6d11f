//! Reservations: what a consumer orders.

use crate::time::Clock;
use crate::{Balance, DataUnit, Error, Result};
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
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Replica {
    /// The data unit; in a cluster zero lets the contract choose a member.
    pub unit: u64,
    /// Merkle root of the encrypted replica, zero without data.
    pub root: [u8; 32],
    /// Its chunks of 1 KiB, zero without data.
    pub chunks: u64,
}

crate::fixed::fixed!(Replica { unit: u64, root: [u8; 32], chunks: u64 });

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
    /// The cluster that the replicas go to, and which of its members; none to deal with data units directly.
    pub choice: Option<Choice>,
}

/// Which members of a cluster may hold the replicas of a reservation. It binds replacements too.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Choice {
    pub cluster: u64,
    /// Country as ISO 3166-1 numeric, none for any.
    pub region: Option<u16>,
    /// Whether one provider may hold several of the replicas.
    pub together: bool,
}

/// Place of one replica in a reservation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Slot {
    /// The placement that fills it now, or filled it last.
    pub placement: u64,
    /// That placement's provider.
    pub provider: AccountId,
    /// Repair pot: slashed here, not yet paid to anybody.
    pub pot: Balance,
    /// What the consumer paid for ended placements of this slot.
    pub spent: Balance,
}

crate::fixed::fixed!(Slot { placement: u64, provider: AccountId, pot: Balance, spent: Balance });

/// What a consumer ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Reservation {
    /// Who ordered it, pays for it and gets every refund.
    pub consumer: AccountId,
    pub challenger: AccountId,
    /// Capacity per replica.
    pub capacity: u64,
    /// Length of a term.
    pub term_ms: u64,
    /// Most that renewing one replica for a term may cost; zero when it is not to renew.
    pub renew_up_to: Balance,
    /// Its place in the list of the consumer's reservations.
    pub place: u32,
    /// Its place in the list of the cluster's reservations.
    pub cluster_place: u32,
    /// Who may take it over, with everything that is in escrow.
    pub offered_to: Option<AccountId>,
    pub referrer: Option<AccountId>,
    /// The cluster it is in, and which of its members may hold it.
    pub choice: Option<Choice>,
    /// Where its manifest is found, or the manifest itself.
    pub manifest: Vec<u8>,
    /// Access list.
    pub grants: Vec<Grant>,
    pub slots: Vec<Slot>,
}

crate::fixed::fixed!(Reservation {
    consumer: AccountId,
    challenger: AccountId,
    capacity: u64,
    term_ms: u64,
    renew_up_to: Balance,
    place: u32,
    cluster_place: u32,
} then { offered_to, referrer, choice, manifest, grants, slots });
crate::fixed::rest!(Option<Choice>);

/// What an account on the access list may do with the data. Providers enforce it off chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
#[repr(u8)]
pub enum Access {
    Reader,
    Writer,
}

crate::fixed::named!(Access { Reader, Writer });

/// Entry of an access list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Grant {
    pub account: AccountId,
    pub access: Access,
}

crate::fixed::fixed!(Grant { account: AccountId, access: Access });

impl Reservation {
    /// Refuses everybody but the consumer.
    pub fn ensure_consumer(&self, caller: AccountId) -> Result<()> {
        if caller != self.consumer {
            return Err(Error::NotConsumer);
        }
        Ok(())
    }

    /// The cluster it is in.
    pub fn cluster(&self) -> Option<u64> {
        self.choice.as_ref().map(|x| x.cluster)
    }

    /// Refuses a data unit that the consumer's choice leaves out, for the slot `at`: one of another region, or of a
    /// provider that holds another slot.
    pub fn ensure_chosen(&self, unit: &DataUnit, at: u8) -> Result<()> {
        let Some(choice) = &self.choice else { return Ok(()) };
        if choice.region.is_some_and(|x| x != unit.region) {
            return Err(Error::OtherRegion);
        }
        let others = (0u8..).zip(&self.slots).filter(|(i, _)| *i != at);
        if !choice.together && others.into_iter().any(|(_, slot)| slot.provider == unit.provider) {
            return Err(Error::SameProvider);
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
