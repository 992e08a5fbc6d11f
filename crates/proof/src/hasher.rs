//! SHA-256 off the chain.

use std::slice;

use sha2::{
    compress256,
    digest::{generic_array::GenericArray, typenum::U64},
    Digest,
};

use crate::{Hash, Sha256, CHUNK_BYTES};

/// The `sha2` crate, which picks the machine's SHA instructions where there are any.
#[derive(Debug, Clone, Copy)]
pub struct Sha2;

impl Sha256 for Sha2 {
    fn sha256(data: &[u8]) -> Hash {
        sha2::Sha256::digest(data).into()
    }
}

const BLOCK: usize = 64;
type Block = GenericArray<u8, U64>;

/// Initial hash value of SHA-256 (FIPS 180-4 §5.3.3).
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// Messages that are hashed side by side. SHA instructions wait for one another within a message, not across
/// messages, so that a core gets through two in little more than the time of one.
const LANES: usize = 2;

/// Preimages of leaves of full chunks and of pairs, padded once (FIPS 180-4 §5.1.1) and filled again and again.
pub(crate) struct Lanes {
    leaves: [[Block; 17]; LANES],
    pairs: [[Block; 2]; LANES],
}

impl Lanes {
    pub(crate) fn new() -> Self {
        Self { leaves: [padded(0, 1 + CHUNK_BYTES); LANES], pairs: [padded(1, 65); LANES] }
    }

    /// Hashes of the leaves of full chunks that lie one behind the other, one for each of `hashes`.
    pub(crate) fn leaves(&mut self, chunks: &[u8], hashes: &mut [Hash]) {
        for (chunks, hashes) in chunks.chunks(LANES * CHUNK_BYTES).zip(hashes.chunks_mut(LANES)) {
            for (blocks, chunk) in self.leaves.iter_mut().zip(chunks.chunks_exact(CHUNK_BYTES)) {
                let (first, rest) = chunk.split_at(BLOCK - 1);
                blocks[0][1..].copy_from_slice(first);
                for (block, bytes) in blocks[1..].iter_mut().zip(rest.chunks(BLOCK)) {
                    block[..bytes.len()].copy_from_slice(bytes);
                }
            }
            hash(&self.leaves, hashes);
        }
    }

    /// Hashes of the pairs of `row`, one for each of `hashes`.
    pub(crate) fn pairs(&mut self, row: &[Hash], hashes: &mut [Hash]) {
        for (row, hashes) in row.chunks(LANES * 2).zip(hashes.chunks_mut(LANES)) {
            for (blocks, pair) in self.pairs.iter_mut().zip(row.chunks_exact(2)) {
                let (first, last) = pair.as_flattened().split_at(BLOCK - 1);
                blocks[0][1..].copy_from_slice(first);
                blocks[1][..1].copy_from_slice(last);
            }
            hash(&self.pairs, hashes);
        }
    }
}

/// `prefix` and zeros up to `length` bytes, then the padding.
fn padded<const BLOCKS: usize>(prefix: u8, length: usize) -> [Block; BLOCKS] {
    let mut blocks = [Block::default(); BLOCKS];
    blocks[0][0] = prefix;
    blocks[length / BLOCK][length % BLOCK] = 0x80;
    blocks[BLOCKS - 1][BLOCK - 8..].copy_from_slice(&(length as u64 * 8).to_be_bytes());
    blocks
}

fn hash<const BLOCKS: usize>(messages: &[[Block; BLOCKS]; LANES], hashes: &mut [Hash]) {
    let mut states = [INITIAL; LANES];
    for block in 0..BLOCKS {
        for (state, message) in states.iter_mut().zip(messages) {
            compress256(state, slice::from_ref(&message[block]));
        }
    }
    for (hash, state) in hashes.iter_mut().zip(states) {
        for (bytes, word) in hash.chunks_exact_mut(4).zip(state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_agree_with_one_hash_at_a_time() {
        let mut lanes = Lanes::new();
        for n in 0..=8 {
            let chunks: Vec<u8> = (0..n * CHUNK_BYTES).map(|i| (i * 7 + i / 1000 + n) as u8).collect();
            let mut leaves = vec![[0; 32]; n];
            lanes.leaves(&chunks, &mut leaves);
            let expected: Vec<_> = chunks.chunks(CHUNK_BYTES).map(crate::leaf::<Sha2>).collect();
            assert_eq!(leaves, expected);

            let mut pairs = vec![[0; 32]; n / 2];
            lanes.pairs(&leaves[..n / 2 * 2], &mut pairs);
            let expected: Vec<_> =
                leaves.chunks_exact(2).map(|pair| crate::pair::<Sha2>(&pair[0], &pair[1])).collect();
            assert_eq!(pairs, expected);
        }
    }
}
