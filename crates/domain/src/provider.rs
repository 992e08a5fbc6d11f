//! Providers and their nodes.

use crate::{Error, Result};
use alloc::vec::Vec;
use ink::primitives::AccountId;
use scale::{Decode, Encode};

/// Longest profile of a provider.
pub const MAX_PROFILE_BYTES: usize = 512;
/// Longest endpoint, engine name and version together.
pub const MAX_ENDPOINT_BYTES: usize = 256;

/// What a provider says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Provider {
    /// For people and tools, UTF-8, at most 512 bytes: name, contact, where a report goes.
    pub profile: Vec<u8>,
    /// Account that may accept, decline, activate and prove for it. It cannot withdraw.
    pub delegate: Option<AccountId>,
}

crate::fixed::fixed!(Provider {} then { profile, delegate });

/// Whether a node takes and serves data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
#[repr(u8)]
pub enum NodeState {
    /// Serves, and takes new placements.
    Online,
    /// Serves what it has, takes nothing new.
    Draining,
    /// Does not serve for now.
    Offline,
}

crate::fixed::named!(NodeState { Online, Draining, Offline });

/// What a provider registers of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct NodeSpec {
    /// Country as ISO 3166-1 numeric, 1 to 999. Fixed once registered.
    pub region: u16,
    pub state: NodeState,
    /// Where the node is reached, for example `https://node.example:4433`.
    pub endpoint: Vec<u8>,
    /// Name of the engine that runs on it.
    pub engine: Vec<u8>,
    /// Version of that engine.
    pub version: Vec<u8>,
}

crate::fixed::fixed!(NodeSpec { region: u16, state: NodeState } then { endpoint, engine, version });
crate::fixed::rest!(NodeSpec);

/// One machine or gateway of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Node {
    pub provider: AccountId,
    /// Data units on it.
    pub units: u32,
    /// Entries ever made in the list of its units.
    pub listed: u32,
    /// Its place in the list of the provider's nodes.
    pub place: u32,
    pub spec: NodeSpec,
}

crate::fixed::fixed!(Node { provider: AccountId, units: u32, listed: u32, place: u32 } then { spec });

impl NodeSpec {
    /// Refuses texts that are too long and regions that cannot be.
    pub fn check(&self) -> Result<()> {
        let bytes = self.endpoint.len().saturating_add(self.engine.len()).saturating_add(self.version.len());
        if bytes > MAX_ENDPOINT_BYTES {
            return Err(Error::TooLong);
        }
        if !(1..=999).contains(&self.region) {
            return Err(Error::RegionOutOfBounds);
        }
        Ok(())
    }
}
