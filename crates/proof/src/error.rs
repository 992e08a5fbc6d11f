//! What can go wrong off the chain.

use std::io;

use crate::MAX_CHUNKS;

/// Why a tree could not be built, opened or proven from.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// There was not a single byte.
    #[error("the input is empty: there is no replica of nothing, give at least one byte")]
    Empty,
    /// More than [`MAX_CHUNKS`] chunks.
    #[error("the input has more than {MAX_CHUNKS} chunks (1 PiB): split it into several replicas")]
    TooLarge,
    /// Reading or writing failed.
    #[error("{0}: check the disk, then try again")]
    Io(#[from] io::Error),
    /// The file does not start as a stored tree does.
    #[error("this is no stored tree: name the tree's file, or build it from the replica")]
    NotATree,
    /// The file is a stored tree in another format.
    #[error(
        "the stored tree has format {found}, this program reads format {known}: rebuild it from the replica"
    )]
    OtherFormat {
        /// Format in the file.
        found: u32,
        /// Format that this version reads and writes.
        known: u32,
    },
    /// The header contradicts itself or the file's length.
    #[error("the stored tree is damaged or cut short: rebuild it from the replica")]
    BrokenFile,
    /// The nodes on the path of this chunk do not lead to the stored root.
    #[error("the stored tree is damaged around chunk {index}: rebuild it from the replica")]
    BrokenPath {
        /// The chunk whose path was asked for.
        index: u64,
    },
    /// The replica does not hold the bytes that the tree was built over.
    #[error("chunk {index} of the replica is lost or changed: fetch the replica again")]
    LostChunk {
        /// The chunk that was asked for.
        index: u64,
    },
    /// There is no such chunk.
    #[error("there is no chunk {index}: this replica has chunks 0 to {last}")]
    NoSuchChunk {
        /// The chunk that was asked for.
        index: u64,
        /// The last chunk there is.
        last: u64,
    },
}
