//! A replica of 1 TiB, and what orders say of it.

use orchestrator::{ChunkProof, Response};
use orchestrator_domain::Replica;
use orchestrator_proof::{Hash, Sha2, CHUNK_BYTES};

/// Levels of the tree over a replica of 1 TiB.
pub const LEVELS: usize = 30;

/// A replica of 1 TiB in which every chunk is the same, so that every node of a level is the same and the path of any
/// chunk is known without storing it.
pub struct Tebibyte {
    pub chunk: Vec<u8>,
    pub path: Vec<Hash>,
    pub root: Hash,
}

impl Tebibyte {
    pub fn new() -> Self {
        let chunk = vec![7; CHUNK_BYTES];
        let mut node = orchestrator_proof::leaf::<Sha2>(&chunk);
        let mut path = Vec::new();
        for _ in 0..LEVELS {
            path.push(node);
            node = orchestrator_proof::pair::<Sha2>(&node, &node);
        }
        Tebibyte { chunk, path, root: node }
    }

    pub fn response(&self, placement: u64, round: u32) -> Response {
        let proof = ChunkProof { chunk: self.chunk.clone(), path: self.path.clone() };
        Response { placement, round, proofs: vec![proof] }
    }

    /// It as a replica of an order; on the unit zero, in a cluster, on a member that the contract chooses.
    pub fn on(&self, unit: u64) -> Replica {
        Replica { unit, root: self.root, chunks: 1 << LEVELS }
    }
}
