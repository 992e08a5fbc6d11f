//! Data units: reservable capacity on a node.

use crate::money::check_price;
use crate::time::{MAX_TERM_MS, MIN_TERM_MS};
use crate::{Balance, Error, Result, SlaTerms, Standing};
use alloc::vec::Vec;
use ink::primitives::AccountId;
use scale::{Decode, Encode};

/// Most units of capacity that a data unit may have.
pub const MAX_CAPACITY: u64 = 1 << 32;
/// Longest tags of a data unit.
pub const MAX_TAG_BYTES: usize = 128;
/// How long a changed data unit takes nothing new, so that nobody agrees to terms changed behind its back.
pub const UNIT_REST_MS: u64 = 600_000;
const CHUNKS_PER_GIB: u64 = 1 << 20;
const MAX_CHUNKS: u64 = 1 << 40;

/// What a data unit is, and with it the unit its capacity counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
#[repr(u8)]
pub enum Kind {
    /// Objects, in GiB.
    ObjectStore,
    /// Blocks, in GiB.
    BlockStore,
    /// Files, in GiB.
    FileStore,
    /// Processors, in vCPU.
    Compute,
    /// Function runtimes, in concurrent instances.
    Functions,
    /// Delivery of content, in Mbit/s.
    Delivery,
}

crate::fixed::named!(Kind { ObjectStore, BlockStore, FileStore, Compute, Functions, Delivery });

/// What a price counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
#[repr(u8)]
pub enum Currency {
    /// The chain's token, in its smallest unit.
    Token,
    /// Millionths of a US dollar, turned into tokens at the rate of the moment at which a term is paid for.
    MicroUsd,
}

crate::fixed::named!(Currency { Token, MicroUsd });

/// What a provider registers of a data unit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct UnitSpec {
    pub kind: Kind,
    /// Capacity in the kind's unit, 1 to 2^32.
    pub capacity: u64,
    /// Price per unit of capacity and 30 days. In a cluster it is the least that the cluster must ask.
    pub price: Balance,
    pub currency: Currency,
    pub terms: SlaTerms,
    /// Shortest term, at least one second.
    pub min_term_ms: u64,
    /// Longest term, at most five years. It also bounds extensions.
    pub max_term_ms: u64,
    /// Whether it takes new placements, which the provider accepts one by one, and extensions, growth and renewals of
    /// live ones, which lock more collateral without asking.
    pub open: bool,
    /// For people and tools, UTF-8, at most 128 bytes.
    pub tags: Vec<u8>,
}

crate::fixed::fixed!(UnitSpec {
    kind: Kind,
    capacity: u64,
    price: Balance,
    currency: Currency,
    terms: SlaTerms,
    min_term_ms: u64,
    max_term_ms: u64,
    open: bool,
} then { tags });

/// A reservable capacity on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct DataUnit {
    pub provider: AccountId,
    pub node: u64,
    /// Region of its node.
    pub region: u16,
    /// Capacity taken by accepted and active placements.
    pub used: u64,
    /// Its place in the list of the node's units.
    pub place: u32,
    /// Entries ever made in the list of its placements.
    pub placements: u32,
    /// When it was last changed; zero if never.
    pub changed_at: u64,
    /// What its score rests on.
    pub standing: Standing,
    /// What of it is committed to a cluster.
    pub member: Option<Member>,
    pub spec: UnitSpec,
}

crate::fixed::fixed!(DataUnit {
    provider: AccountId,
    node: u64,
    region: u16,
    used: u64,
    place: u32,
    placements: u32,
    changed_at: u64,
    standing: Standing,
} then { member, spec });
crate::fixed::rest!(Option<Member>, UnitSpec);

/// Capacity of a data unit that is committed to a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Member {
    pub cluster: u64,
    /// Committed to the cluster.
    pub capacity: u64,
    /// What of that placements of the cluster have taken.
    pub used: u64,
    /// Its place in the list of the cluster's members.
    pub place: u32,
}

crate::fixed::fixed!(Member { cluster: u64, capacity: u64, used: u64, place: u32 });

impl Member {
    /// Capacity that the cluster can still give to placements.
    pub fn free(&self) -> u64 {
        self.capacity.saturating_sub(self.used)
    }
}

/// Whether a replica of so many chunks of 1 KiB goes into `capacity`; zero chunks stand for no data yet. Kinds that do
/// not store take no data at all.
pub fn chunks_fit(kind: Kind, capacity: u64, chunks: u64) -> bool {
    let room = match kind {
        Kind::ObjectStore | Kind::BlockStore | Kind::FileStore => capacity.saturating_mul(CHUNKS_PER_GIB),
        Kind::Compute | Kind::Functions | Kind::Delivery => 0,
    };
    chunks <= room.min(MAX_CHUNKS)
}

impl UnitSpec {
    /// Refuses numbers outside the bounds named at the fields.
    pub fn check(&self) -> Result<()> {
        if !(1..=MAX_CAPACITY).contains(&self.capacity) {
            return Err(Error::CapacityOutOfBounds);
        }
        if self.min_term_ms < MIN_TERM_MS
            || self.min_term_ms > self.max_term_ms
            || self.max_term_ms > MAX_TERM_MS
        {
            return Err(Error::TermOutOfBounds);
        }
        if self.tags.len() > MAX_TAG_BYTES {
            return Err(Error::TooLong);
        }
        check_price(self.price, self.currency)?;
        self.terms.check()
    }
}

impl DataUnit {
    /// Capacity that is neither taken nor committed to a cluster.
    pub fn free(&self) -> u64 {
        self.spec.capacity.saturating_sub(self.least_capacity())
    }

    /// What the capacity cannot go below: taken by placements, or committed to a cluster.
    pub fn least_capacity(&self) -> u64 {
        self.used.saturating_add(self.member.as_ref().map_or(0, Member::free))
    }

    /// The membership in a cluster. Refuses a data unit that is no member of it.
    pub fn member(&mut self, cluster: u64) -> Result<&mut Member> {
        self.member.as_mut().filter(|x| x.cluster == cluster).ok_or(Error::NotMember)
    }

    /// Capacity for a new placement of a cluster, or for one of none. Refuses a data unit that is no member.
    pub fn room(&self, cluster: Option<u64>) -> Result<u64> {
        match (cluster, &self.member) {
            (None, _) => Ok(self.free()),
            (Some(id), Some(member)) if member.cluster == id => Ok(member.free()),
            _ => Err(Error::NotMember),
        }
    }

    /// Takes capacity for a placement, in a cluster out of what is committed to it.
    pub fn take(&mut self, capacity: u64, cluster: Option<u64>) -> Result<()> {
        if capacity > self.room(cluster)? {
            return Err(Error::NotEnoughCapacity);
        }
        self.used = self.used.saturating_add(capacity);
        if let (Some(_), Some(member)) = (cluster, &mut self.member) {
            member.used = member.used.saturating_add(capacity);
        }
        Ok(())
    }

    /// Gives capacity back.
    pub fn give_back(&mut self, capacity: u64, cluster: Option<u64>) {
        self.used = self.used.saturating_sub(capacity);
        if let (Some(_), Some(member)) = (cluster, &mut self.member) {
            member.used = member.used.saturating_sub(capacity);
        }
    }

    /// Refuses a term that the unit does not offer.
    pub fn check_term(&self, term_ms: u64) -> Result<()> {
        if !(self.spec.min_term_ms..=self.spec.max_term_ms).contains(&term_ms) {
            return Err(Error::TermOutOfBounds);
        }
        Ok(())
    }

    /// Refuses new business of this size: too large, too short, too long, or with a unit changed a moment ago.
    pub fn check_offer(&self, capacity: u64, term_ms: u64, now: u64, cluster: Option<u64>) -> Result<()> {
        if capacity == 0 {
            return Err(Error::CapacityOutOfBounds);
        }
        if capacity > self.room(cluster)? {
            return Err(Error::NotEnoughCapacity);
        }
        self.check_term(term_ms)?;
        ensure_rested(self.changed_at, now)
    }
}

/// Refuses what was changed a moment ago, so that nobody agrees to terms swapped in front of an order.
pub fn ensure_rested(changed_at: u64, now: u64) -> Result<()> {
    if changed_at > 0 && now < changed_at.saturating_add(UNIT_REST_MS) {
        return Err(Error::UnitChanged);
    }
    Ok(())
}
