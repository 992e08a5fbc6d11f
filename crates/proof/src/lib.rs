//! Merkle trees over the chunks of a replica, as of RFC 6962 §2.1: prover and verifier side by side.
//!
//! A replica is cut into chunks of [`CHUNK_BYTES`]; only the last may be shorter. A leaf is
//! `SHA-256(0x00 ‖ chunk)`, a pair is `SHA-256(0x01 ‖ left ‖ right)`, and a tree whose number of leaves is no power
//! of two is unbalanced: no leaf is repeated to fill it up.
//!
//! Without the feature `std` this is what a contract needs and nothing more: [`verify`] and [`draw`], without
//! allocation and without a path that panics. With it come the streaming [`Root`], the [`TreeWriter`] and the
//! [`StoredTree`] from which a [`ChunkProof`] costs O(log n) reads.
//!
//! What is committed to is the root and the number of chunks. The length of the last chunk is not: its hash is, so
//! no other length can be proven, but a verifier learns the length only from the chunk it is shown.
//!
//! A root does not fix the count: a path of one tree can be one of a tree of another size. Whoever will have to prove
//! compares both with what it holds before it agrees.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod challenge;
mod verifier;

#[cfg(feature = "std")]
mod builder;
#[cfg(feature = "std")]
mod error;
#[cfg(feature = "std")]
mod frontier;
#[cfg(feature = "std")]
mod hasher;
#[cfg(feature = "std")]
mod path;
#[cfg(feature = "std")]
mod proof;
#[cfg(feature = "std")]
mod root;
#[cfg(feature = "std")]
mod stored;
#[cfg(feature = "std")]
mod writer;

pub use challenge::{draw, DOMAIN};
pub use verifier::{leaf, pair, path_len, verify, verify_leaf, Refusal};

#[cfg(feature = "std")]
pub use crate::{
    error::TreeError,
    frontier::Frontier,
    hasher::Sha2,
    path::{audit_path, path_bits, position},
    proof::ChunkProof,
    root::{root_of, root_of_reader, Root},
    stored::StoredTree,
    writer::TreeWriter,
};

/// Bytes of every chunk of a replica but the last, which has 1 to this many.
pub const CHUNK_BYTES: usize = 1024;

/// Chunks of the largest replica: 2^40, which is 1 PiB. Bounds the bias of [`draw`] and the length of a path.
pub const MAX_CHUNKS: u64 = 1 << 40;

/// A SHA-256 value: of a leaf, of a pair, or the root.
pub type Hash = [u8; 32];

/// SHA-256 of a whole message. On chain it is the host function, off chain `Sha2`.
pub trait Sha256 {
    /// The SHA-256 value of `data`.
    fn sha256(data: &[u8]) -> Hash;
}

/// Copies `bytes` to the front of `to` and gives what is left of `to` behind them; nothing is left if they do not
/// fit. One copy of this serves every preimage, which keeps a contract small.
fn put<'a>(to: &'a mut [u8], bytes: &[u8]) -> &'a mut [u8] {
    match to.split_at_mut_checked(bytes.len()) {
        Some((head, tail)) => {
            head.copy_from_slice(bytes);
            tail
        }
        None => &mut [],
    }
}
