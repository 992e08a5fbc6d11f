//! Data units: reservable capacity on a node.

use crate::money::monthly;
use crate::time::{MAX_TERM_MS, MIN_TERM_MS};
use crate::{Balance, Error, Result, SlaTerms};
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

/// What a provider registers of a data unit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct UnitSpec {
    pub kind: Kind,
    /// Capacity in the kind's unit, 1 to 2^32.
    pub capacity: u64,
    /// Price per unit of capacity and 30 days, in the chain's smallest unit of money.
    pub price: Balance,
    pub terms: SlaTerms,
    /// Shortest term, at least one second.
    pub min_term_ms: u64,
    /// Longest term, at most five years. It also bounds extensions.
    pub max_term_ms: u64,
    /// For people and tools, UTF-8, at most 128 bytes.
    pub tags: Vec<u8>,
    /// Whether it takes new placements, which the provider accepts one by one, and extensions, growth and renewals of
    /// live ones, which lock more collateral without asking.
    pub open: bool,
}

/// A reservable capacity on a node.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
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
    /// When it was last changed; zero if never.
    pub changed_at: u64,
    pub spec: UnitSpec,
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
        monthly(self.price, 1)?;
        self.terms.check()
    }
}

impl DataUnit {
    /// Capacity that is not taken.
    pub fn free(&self) -> u64 {
        self.spec.capacity.saturating_sub(self.used)
    }

    /// Takes capacity for a placement.
    pub fn take(&mut self, capacity: u64) -> Result<()> {
        if capacity > self.free() {
            return Err(Error::NotEnoughCapacity);
        }
        self.used = self.used.saturating_add(capacity);
        Ok(())
    }

    /// Gives capacity back.
    pub fn give_back(&mut self, capacity: u64) {
        self.used = self.used.saturating_sub(capacity);
    }

    /// Refuses a term that the unit does not offer.
    pub fn check_term(&self, term_ms: u64) -> Result<()> {
        if !(self.spec.min_term_ms..=self.spec.max_term_ms).contains(&term_ms) {
            return Err(Error::TermOutOfBounds);
        }
        Ok(())
    }

    /// Refuses new business of this size: closed, too large, too short, too long, or changed a moment ago.
    pub fn check_offer(&self, capacity: u64, term_ms: u64, now: u64) -> Result<()> {
        if !self.spec.open {
            return Err(Error::UnitClosed);
        }
        if capacity == 0 {
            return Err(Error::CapacityOutOfBounds);
        }
        if capacity > self.free() {
            return Err(Error::NotEnoughCapacity);
        }
        self.check_term(term_ms)?;
        if self.changed_at > 0 && now < self.changed_at.saturating_add(UNIT_REST_MS) {
            return Err(Error::UnitChanged);
        }
        Ok(())
    }
}
