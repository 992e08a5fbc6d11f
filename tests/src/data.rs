//! Replicas small enough to be held in memory, with their trees.

use orchestrator::ChunkProof;
use orchestrator_domain::Replica;
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
    /// Bytes that differ for each `seed`, in `chunks` chunks, at least one, of which the last is short.
    pub fn new(chunks: u64, seed: u64) -> Self {
        let length = (chunks as usize).saturating_mul(CHUNK_BYTES).saturating_sub(100).max(1);
        let mixed =
            |i: usize| (i as u64 + 1).wrapping_mul(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1) >> 32;
        let bytes: Vec<u8> = (0..length).map(|i| mixed(i) as u8).collect();
        let (mut frontier, mut nodes) = (Frontier::new(), Vec::new());
        for chunk in bytes.chunks(CHUNK_BYTES) {
            frontier.push(leaf::<Sha2>(chunk), |node| nodes.push(*node));
        }
        let root = frontier.root().expect("there is a chunk");
        let chunks = frontier.leaves();
        Self { bytes, nodes, root, chunks }
    }

    /// What an order says of it.
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
