//! Which chunks a round asks of a placement.

use crate::{put, Hash, Sha256};

/// What a challenge's hash starts with, so that it can be no other hash of the market.
pub const DOMAIN: [u8; 25] = *b"orchestrator/challenge/v1";

const PREIMAGE: usize = DOMAIN.len() + 32 + 8 + 32 + 4 + 32 + 1;

/// Index of the chunk that sample `i` of a round asks of a placement, below `count`; zero if `count` is zero.
///
/// `x` is the first eight bytes, little-endian, of
/// `SHA-256(`[`DOMAIN`]` ‖ contract ‖ placement as u64 LE ‖ root ‖ round as u32 LE ‖ seed ‖ i)`, and the index is
/// `⌊x × count / 2^64⌋`. Nothing of the block goes into it.
///
/// Bias: of the 2^64 values of `x` an index gets `⌊2^64 / count⌋` or one more, so its probability is less than 2^-64
/// away from `1 / count`: relative to that, less than `count / 2^64`, which is 2^-24 at [`crate::MAX_CHUNKS`].
/// Samples are drawn independently; two of them can ask for one chunk.
pub fn draw<H: Sha256>(
    contract: &[u8; 32],
    placement: u64,
    root: &Hash,
    round: u32,
    seed: &[u8; 32],
    i: u8,
    count: u64,
) -> u64 {
    let mut preimage = [0; PREIMAGE];
    let mut rest: &mut [u8] = &mut preimage;
    let (placement, round) = (placement.to_le_bytes(), round.to_le_bytes());
    for part in [&DOMAIN[..], contract, &placement, root, &round, seed, &[i]] {
        rest = put(rest, part);
    }
    let hash = H::sha256(&preimage);
    let x = hash.first_chunk().map_or(0, |first| u64::from_le_bytes(*first));
    // Both factors are below 2^64, so the product fits and so does its upper half.
    let product = u128::from(x).wrapping_mul(u128::from(count));
    u64::try_from(product >> 64).unwrap_or_default()
}
