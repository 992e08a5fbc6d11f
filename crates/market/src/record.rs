//! What is promised of a replica, and what a store writes down about one.

use orchestrator_proof::Hash;
use serde::{Deserialize, Serialize};

use crate::{error::StoreError, sealing::Sealed};

/// What the chain says a placement's replica is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Root of the tree.
    pub root: Hash,
    /// Number of chunks.
    pub chunks: u64,
}

impl From<Sealed> for Promise {
    fn from(sealed: Sealed) -> Self {
        Self { root: sealed.root, chunks: sealed.chunks }
    }
}

/// What a store knows of a replica it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Placement's id.
    pub placement: u64,
    /// Root of the tree.
    pub root: Hash,
    /// Number of chunks.
    pub chunks: u64,
    /// Bytes of the replica.
    pub bytes: u64,
}

const FORMAT: u32 = 1;

/// The record as it is on disk: JSON, so that an operator can read it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u32,
    placement: u64,
    root: String,
    chunks: u64,
    bytes: u64,
}

impl Record {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let Self { placement, root, chunks, bytes } = *self;
        let written = Written { format: FORMAT, placement, root: hex::encode(root), chunks, bytes };
        let mut json = serde_json::to_vec_pretty(&written).expect("numbers and a string are valid JSON");
        json.push(b'\n');
        json
    }

    /// Refuses what is not the record of this placement.
    pub(crate) fn decode(placement: u64, json: &[u8]) -> Result<Self, StoreError> {
        let broken = StoreError::BrokenRecord { placement };
        let Ok(written) = serde_json::from_slice::<Written>(json) else { return Err(broken) };
        let mut record = Self { placement, root: [0; 32], chunks: written.chunks, bytes: written.bytes };
        let root = hex::decode_to_slice(&written.root, &mut record.root);
        let consistent = written.format == FORMAT
            && written.placement == placement
            && written.bytes > 0
            && written.chunks == crate::chunks_of(written.bytes);
        match root {
            Ok(()) if consistent => Ok(record),
            _ => Err(broken),
        }
    }
}
