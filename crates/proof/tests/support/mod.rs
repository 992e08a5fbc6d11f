//! What several tests build.
#![allow(dead_code)]

use std::convert::Infallible;

use orchestrator_proof::{audit_path, Frontier, Hash, CHUNK_BYTES};

/// All nodes of a tree over leaves of any length, in memory.
pub struct Tree {
    frontier: Frontier,
    nodes: Vec<Hash>,
}

impl Tree {
    pub fn over(leaves: impl IntoIterator<Item = Hash>) -> Self {
        let mut tree = Self { frontier: Frontier::new(), nodes: Vec::new() };
        for leaf in leaves {
            tree.frontier.push(leaf, |node| tree.nodes.push(*node));
        }
        tree
    }

    pub fn root(&self) -> Hash {
        self.frontier.root().expect("a tree with leaves")
    }

    pub fn path(&self, index: u64) -> Option<Vec<Hash>> {
        let node = |position: u64| Ok::<_, Infallible>(self.nodes[usize::try_from(position).unwrap()]);
        audit_path(self.frontier.leaves(), index, node).unwrap()
    }
}

/// Bytes of a replica that repeat in no obvious way.
pub fn replica(bytes: usize) -> Vec<u8> {
    (0..bytes as u64).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8 ^ (i >> 10) as u8).collect()
}

/// Bytes of a replica of so many chunks, the last of `last` bytes.
pub fn chunks(count: usize, last: usize) -> Vec<u8> {
    replica((count - 1) * CHUNK_BYTES + last)
}

pub fn hash(hex: &str) -> Hash {
    hex::decode(hex).unwrap().try_into().unwrap()
}
