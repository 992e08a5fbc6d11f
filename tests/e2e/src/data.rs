//! A replica small enough to be held in memory, with its tree.

use orchestrator::{domain::Replica, ChunkProof};
use orchestrator_proof::{audit_path, leaf, Frontier, Hash, Sha2, CHUNK_BYTES};

/// A replica and its tree.
#[derive(Clone, Debug)]
pub struct Data {
    bytes: Vec<u8>,
    nodes: Vec<Hash>,
    /// Merkle root over the chunks.
    pub root: Hash,
    /// Number of chunks.
    pub chunks: u64,
}

impl Data {
    /// Eleven chunks, of which the last is short; every number gives others.
    pub fn new(number: u8) -> Self {
        let byte = |i: usize| (i / 251) as u8 ^ (i as u8).wrapping_mul(number);
        let bytes: Vec<u8> = (0..10 * CHUNK_BYTES + 300).map(byte).collect();
        let (mut frontier, mut nodes) = (Frontier::new(), Vec::new());
        for chunk in bytes.chunks(CHUNK_BYTES) {
            frontier.push(leaf::<Sha2>(chunk), |node| nodes.push(*node));
        }
        let root = frontier.root().expect("there are chunks");
        Self { bytes, nodes, root, chunks: frontier.leaves() }
    }

    /// What an order says of it; in a cluster unit zero lets the contract choose.
    pub fn on(&self, unit: u64) -> Replica {
        Replica { unit, root: self.root, chunks: self.chunks }
    }

    /// The proof of one chunk.
    pub fn proof(&self, index: u64) -> ChunkProof {
        let node = |position: u64| Ok::<Hash, ()>(self.nodes[position as usize]);
        let path = audit_path(self.chunks, index, node).expect("nodes are there").expect("so is the chunk");
        let chunk = self.bytes.chunks(CHUNK_BYTES).nth(index as usize).expect("so is the chunk").to_vec();
        ChunkProof { chunk, path }
    }
}
