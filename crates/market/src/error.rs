//! What can go wrong with replicas and the replica store, each with a sentence that says what to do.

use std::{io, path::PathBuf};

use thiserror::Error;

/// Why a replica could not be sealed or opened.
#[derive(Debug, Error)]
pub enum ReplicaError {
    /// The phrase a secret should come from has no bytes.
    #[error("the phrase is empty: give the mnemonic or seed of the consumer's key")]
    EmptyPhrase,
    /// There is nothing to seal.
    #[error("the input is empty: give a file with at least one byte")]
    EmptyInput,
    /// More plain bytes than one replica can hold ([`crate::MAX_PLAIN_BYTES`]).
    #[error("the input is larger than one replica can be (about 256 TiB): split it into several files")]
    TooLarge,
    /// The first bytes are not those of a replica.
    #[error("this is not an encrypted replica: give the file a provider returned, not the original")]
    NotAReplica,
    /// A replica, but of a format this program does not know.
    #[error(
        "the replica has format version {version} with frames of {frame_bytes} bytes, which this \
             program cannot read: use the version that sealed it, or a newer one"
    )]
    UnknownFormat {
        /// Format version in the header.
        version: u32,
        /// Bytes of a frame in the header.
        frame_bytes: u32,
    },
    /// The header names another replica number than was asked for.
    #[error(
        "this is replica {found}, not replica {wanted}: fetch the other one, or open it as number {found}"
    )]
    OtherReplica {
        /// Replica number that was asked for.
        wanted: u32,
        /// Replica number in the header.
        found: u32,
    },
    /// The header carries another salt than the reservation's.
    #[error(
        "the replica was sealed for another reservation: check the reservation's number and its manifest"
    )]
    OtherSalt,
    /// The header was not written with this secret, or was changed since.
    #[error(
        "the secret does not fit this replica: use the secret of the consumer that sealed it; if \
             you did, the header is damaged, so fetch another replica"
    )]
    WrongSecret,
    /// A frame is not what was sealed in this place: changed, moved, cut off or followed by other bytes.
    #[error(
        "the replica is damaged in the {length} bytes from {offset} on, or cut off or extended \
             there: fetch another replica"
    )]
    Damaged {
        /// Where the frame starts, in bytes of the replica.
        offset: u64,
        /// How many bytes of it there are.
        length: u64,
    },
    /// The replica ends inside the header or before anything is in it.
    #[error("the replica ends after {bytes} bytes, which is too short: fetch it again")]
    TooShort {
        /// Bytes there were.
        bytes: u64,
    },
    /// The source of the bytes failed.
    #[error("reading the input failed ({0}): check the disk or connection and start again")]
    Read(#[source] io::Error),
    /// The target of the bytes failed.
    #[error("writing the output failed ({0}): check free space and permissions and start again")]
    Write(#[source] io::Error),
    /// The input file cannot be opened.
    #[error("cannot read {} ({source}): check the name and that you may read it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The output file cannot be created.
    #[error("cannot write {} ({source}): check that the folder exists and that you may write there",
        path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The output file exists, and nothing is ever overwritten.
    #[error("{} exists already: choose another name or move it away", path.display())]
    OutputExists {
        /// The file.
        path: PathBuf,
    },
}

/// Why the replica store refused.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another process, or another part of this one, has the store open.
    #[error("the replica store {} is in use: stop the other agent or give this one another folder",
        folder.display())]
    InUse {
        /// Folder of the store.
        folder: PathBuf,
    },
    /// The folder cannot be created, read or written.
    #[error("cannot use {} as replica store ({source}): check the path and its permissions",
        folder.display())]
    Unusable {
        /// Folder of the store.
        folder: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Root or chunk count of the promise is zero: no data is committed yet.
    #[error(
        "no data is committed to this placement yet: send the replica after the consumer has \
             committed its root"
    )]
    NothingPromised,
    /// The placement has a replica already.
    #[error("placement {placement} is stored already: remove it first if its data is to be replaced")]
    AlreadyStored {
        /// Placement's id.
        placement: u64,
    },
    /// The disk has less room than the replica and its tree take.
    #[error("{needed} bytes are needed and {free} are free: make room or decline the placement")]
    NoRoom {
        /// Bytes of the replica and its tree, at most.
        needed: u64,
        /// Bytes free on the disk.
        free: u64,
    },
    /// More bytes came than the promised chunks hold.
    #[error("more than the promised {promised} chunks arrived: send the replica whose root is committed")]
    TooMuch {
        /// Chunks promised.
        promised: u64,
    },
    /// Fewer chunks came than were promised.
    #[error("{received} of the promised {promised} chunks arrived: send the whole replica again")]
    TooLittle {
        /// Chunks promised.
        promised: u64,
        /// Chunks that came.
        received: u64,
    },
    /// What came has another root than was promised.
    #[error(
        "the data has root {} instead of {}: send the replica whose root is committed",
        hex::encode(received),
        hex::encode(promised)
    )]
    OtherRoot {
        /// Root promised.
        promised: [u8; 32],
        /// Root of what came.
        received: [u8; 32],
    },
    /// The source of the bytes failed.
    #[error("receiving the replica failed ({0}): send it again")]
    Receive(#[source] io::Error),
    /// There is no replica for this placement.
    #[error("placement {placement} is not stored here: check its number, or receive its replica first")]
    NotStored {
        /// Placement's id.
        placement: u64,
    },
    /// The record beside the data cannot be understood.
    #[error("the record of placement {placement} is damaged: remove the replica and receive it again")]
    BrokenRecord {
        /// Placement's id.
        placement: u64,
    },
    /// The stored tree is damaged, which says nothing about the data.
    #[error(
        "the tree of placement {placement} is damaged: scrub the store, which rebuilds it from the data"
    )]
    BrokenTree {
        /// Placement's id.
        placement: u64,
    },
    /// A chunk is lost or is not what it was.
    #[error(
        "chunk {index} of placement {placement} is lost or changed: receive the replica again \
             before a round asks for it"
    )]
    Damaged {
        /// Placement's id.
        placement: u64,
        /// The chunk, from zero.
        index: u64,
    },
    /// What was read from end to end is not what was stored.
    #[error(
        "the data of placement {placement} is damaged: scrub the store to see where, and receive \
             the replica again"
    )]
    Unsound {
        /// Placement's id.
        placement: u64,
    },
    /// There is no such chunk.
    #[error("there is no chunk {index} in placement {placement}: it has {chunks}")]
    NoSuchChunk {
        /// Placement's id.
        placement: u64,
        /// The chunk that was asked for.
        index: u64,
        /// Chunks of the replica.
        chunks: u64,
    },
    /// The disk refused.
    #[error("the disk under the replica store failed ({0}): check it and try again")]
    Disk(#[source] io::Error),
}
