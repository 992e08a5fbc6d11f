//! The verifier: does this chunk belong under that root, at that index?

use crate::{put, Hash, Sha256, CHUNK_BYTES};

/// Why a proof is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(thiserror::Error))]
pub enum Refusal {
    /// The count is zero or the root is all zeros: nothing was committed to.
    #[cfg_attr(
        feature = "std",
        error("nothing is committed to: commit the root and chunk count of a replica first")
    )]
    EmptyTree,
    /// The index is not below the count.
    #[cfg_attr(
        feature = "std",
        error("the index is not below the chunk count: name a chunk of this replica")
    )]
    IndexOutOfRange,
    /// The chunk is not of 1024 bytes or, if it is the last one, not of 1 to 1024.
    #[cfg_attr(
        feature = "std",
        error("the chunk's length is wrong: send 1024 bytes, or the shorter rest if it is the last chunk")
    )]
    ChunkLength,
    /// The path does not have the one length that follows from count and index.
    #[cfg_attr(
        feature = "std",
        error("the path's length is wrong: send the siblings of this index in a tree of this count")
    )]
    PathLength,
    /// Chunk and path lead to another root.
    #[cfg_attr(
        feature = "std",
        error(
            "chunk and path do not lead to the root: check index, order of the path and the replica itself"
        )
    )]
    RootMismatch,
}

/// Hash of a leaf, `SHA-256(0x00 ‖ chunk)` (RFC 6962 §2.1).
///
/// A chunk longer than [`CHUNK_BYTES`] is no leaf: it gives 32 zero bytes, under which no tree can be found.
pub fn leaf<H: Sha256>(chunk: &[u8]) -> Hash {
    let mut preimage = [0; CHUNK_BYTES + 1];
    put(preimage.get_mut(1..).unwrap_or_default(), chunk);
    match preimage.get(..chunk.len().wrapping_add(1)) {
        Some(preimage) => H::sha256(preimage),
        None => [0; 32],
    }
}

/// Hash of a pair, `SHA-256(0x01 ‖ left ‖ right)` (RFC 6962 §2.1).
pub fn pair<H: Sha256>(left: &Hash, right: &Hash) -> Hash {
    let mut preimage = [1; 65];
    let rest = preimage.get_mut(1..).unwrap_or_default();
    put(put(rest, left), right);
    H::sha256(&preimage)
}

/// Siblings in the path of `index` in a tree of `count` leaves (RFC 6962 §2.1.1); `None` if there is no such leaf.
///
/// In an unbalanced tree paths differ in length, so this depends on the index too. At most 40 up to
/// [`crate::MAX_CHUNKS`].
pub fn path_len(count: u64, index: u64) -> Option<u32> {
    turns(count, index).map(|(_, length)| length)
}

/// The way from a leaf up to the root: bit `n` is set if the node at step `n` is a right child. With the steps.
///
/// Up to where the ways of `index` and of the last leaf meet, every level has a sibling, on the side that the
/// index' bit tells. Above that the leaf is on the right edge, where only full subtrees to the left are siblings.
pub(crate) fn turns(count: u64, index: u64) -> Option<(u64, u32)> {
    let last = count.checked_sub(1)?;
    if index > last {
        return None;
    }
    let inner = u64::BITS.wrapping_sub((index ^ last).leading_zeros());
    let edge = index.checked_shr(inner).unwrap_or(0).count_ones();
    let above = u64::MAX.checked_shl(inner).unwrap_or(0);
    Some((index | above, inner.wrapping_add(edge)))
}

/// Checks that `chunk` is chunk `index` of the replica of `count` chunks under `root`.
///
/// `path` holds the siblings from the leaf up (RFC 6962 §2.1.1). Its length must be exactly [`path_len`]; every chunk
/// but the last must have exactly [`CHUNK_BYTES`] bytes, the last 1 to [`CHUNK_BYTES`]. Bytes and path are refused by
/// their lengths before anything is hashed.
pub fn verify<H: Sha256>(
    root: &Hash,
    count: u64,
    index: u64,
    chunk: &[u8],
    path: &[Hash],
) -> Result<(), Refusal> {
    let way = admit(root, count, index, path)?;
    let is_last = index.wrapping_add(1) == count;
    if chunk.len() != CHUNK_BYTES && !(is_last && !chunk.is_empty() && chunk.len() < CHUNK_BYTES) {
        return Err(Refusal::ChunkLength);
    }
    climb::<H>(root, way, leaf::<H>(chunk), path)
}

/// As [`verify`], for a leaf that is known by its hash. Says nothing of the length of what was hashed.
pub fn verify_leaf<H: Sha256>(
    root: &Hash,
    count: u64,
    index: u64,
    leaf: Hash,
    path: &[Hash],
) -> Result<(), Refusal> {
    let way = admit(root, count, index, path)?;
    climb::<H>(root, way, leaf, path)
}

fn admit(root: &Hash, count: u64, index: u64, path: &[Hash]) -> Result<u64, Refusal> {
    if count == 0 || *root == [0; 32] {
        return Err(Refusal::EmptyTree);
    }
    let (turns, length) = turns(count, index).ok_or(Refusal::IndexOutOfRange)?;
    if path.len() != length as usize {
        return Err(Refusal::PathLength);
    }
    Ok(turns)
}

fn climb<H: Sha256>(root: &Hash, mut turns: u64, mut node: Hash, path: &[Hash]) -> Result<(), Refusal> {
    for sibling in path {
        let (left, right) = if turns & 1 == 1 { (sibling, &node) } else { (&node, sibling) };
        node = pair::<H>(left, right);
        turns >>= 1;
    }
    if node == *root {
        Ok(())
    } else {
        Err(Refusal::RootMismatch)
    }
}
