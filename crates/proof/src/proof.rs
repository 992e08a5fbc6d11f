//! A chunk with its path: what a provider shows.

use std::io::{Read, Seek, SeekFrom};

use crate::{leaf, stored::at_end, verify, Hash, Refusal, Sha2, StoredTree, TreeError};

/// Shows that a chunk is where it belongs in a replica, to whoever knows the root and the chunk count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkProof {
    /// Which chunk, from zero.
    pub index: u64,
    /// Its bytes.
    pub chunk: Vec<u8>,
    /// Its siblings from the leaf up.
    pub path: Vec<Hash>,
}

impl ChunkProof {
    /// Proves chunk `index` out of a tree and the replica it was built over.
    ///
    /// Refuses as [`ChunkProof::new`], and what `data` refuses; a replica that ends too early has lost the chunk.
    pub fn read(tree: &StoredTree, mut data: impl Read + Seek, index: u64) -> Result<Self, TreeError> {
        let range = tree.chunk_range(index)?;
        let mut chunk = vec![0; (range.end - range.start) as usize];
        data.seek(SeekFrom::Start(range.start))?;
        data.read_exact(&mut chunk).map_err(|error| at_end(error, TreeError::LostChunk { index }))?;
        Self::new(tree, index, chunk)
    }

    /// Proves chunk `index`, whose bytes come from wherever the replica is kept ([`StoredTree::chunk_range`] of it).
    ///
    /// Never gives a proof that would be refused. Refuses with [`TreeError::LostChunk`] if these are not the bytes
    /// that the tree was built over, and as [`StoredTree::path`].
    pub fn new(tree: &StoredTree, index: u64, chunk: Vec<u8>) -> Result<Self, TreeError> {
        let (stored, path) = tree.leaf_and_path(index)?;
        if leaf::<Sha2>(&chunk) != stored {
            return Err(TreeError::LostChunk { index });
        }
        Ok(Self { index, chunk, path })
    }

    /// Checks the proof against what was committed to; refuses as [`verify`].
    pub fn verify(&self, root: &Hash, count: u64) -> Result<(), Refusal> {
        verify::<Sha2>(root, count, self.index, &self.chunk, &self.path)
    }
}
