//! A tree in a file, from which a proof costs O(log n) reads.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    path::Path,
    sync::{Mutex, PoisonError},
};

use crate::{
    audit_path, path::full_subtrees, position, verify_leaf, Hash, Sha2, Sha256, TreeError, CHUNK_BYTES,
    MAX_CHUNKS,
};

const MAGIC: [u8; 8] = *b"ORCHTREE";
const FORMAT: u32 = 1;

/// What a file starts with: magic, format, bytes in a chunk (both u32), bytes of the replica (u64), root, and SHA-256
/// of all that. Integers are little-endian. Behind it come the roots of all full subtrees in post-order, leaves
/// included.
pub(crate) struct Header {
    /// Bytes of the replica; the chunk count follows from them.
    pub(crate) bytes: u64,
    pub(crate) root: Hash,
}

impl Header {
    pub(crate) const BYTES: usize = 88;

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::BYTES);
        bytes.extend(MAGIC);
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend((CHUNK_BYTES as u32).to_le_bytes());
        bytes.extend(self.bytes.to_le_bytes());
        bytes.extend(self.root);
        bytes.extend(Sha2::sha256(&bytes));
        bytes
    }

    fn decode(file: &[u8; Self::BYTES]) -> Result<Self, TreeError> {
        let mut rest = &file[..];
        if take(&mut rest) != Some(MAGIC) {
            return Err(TreeError::NotATree);
        }
        let found = take(&mut rest).map_or(0, u32::from_le_bytes);
        if found != FORMAT {
            return Err(TreeError::OtherFormat { found, known: FORMAT });
        }
        let _chunk_bytes: Option<[u8; 4]> = take(&mut rest);
        let header = Self {
            bytes: take(&mut rest).map_or(0, u64::from_le_bytes),
            root: take(&mut rest).unwrap_or_default(),
        };
        // Encoding is unique, so this checks what a chunk is and the checksum, too.
        if header.encode() != file || header.bytes == 0 || header.count() > MAX_CHUNKS {
            return Err(TreeError::BrokenFile);
        }
        Ok(header)
    }

    fn count(&self) -> u64 {
        self.bytes.div_ceil(CHUNK_BYTES as u64)
    }

    fn file_bytes(&self) -> u64 {
        Self::BYTES as u64 + full_subtrees(self.count()) * 32
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

/// The tree of a replica in a file that a [`crate::TreeWriter`] has written.
///
/// Can be used by several threads at once; they take turns in reading.
pub struct StoredTree {
    header: Header,
    file: Mutex<File>,
}

impl StoredTree {
    /// Opens a tree. Refuses what is no tree, another format, and a file whose header or length is not as it was
    /// written; damage further in is found by [`StoredTree::path`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, TreeError> {
        let mut file = File::open(path)?;
        let mut start = [0; Header::BYTES];
        file.read_exact(&mut start).map_err(|error| at_end(error, TreeError::NotATree))?;
        let header = Header::decode(&start)?;
        if file.metadata()?.len() != header.file_bytes() {
            return Err(TreeError::BrokenFile);
        }
        Ok(Self { header, file: Mutex::new(file) })
    }

    /// The root.
    pub fn root(&self) -> Hash {
        self.header.root
    }

    /// Chunks of the replica.
    pub fn count(&self) -> u64 {
        self.header.count()
    }

    /// Bytes of the replica.
    pub fn bytes(&self) -> u64 {
        self.header.bytes
    }

    /// Where chunk `index` is in the replica, in bytes. Refuses with [`TreeError::NoSuchChunk`].
    pub fn chunk_range(&self, index: u64) -> Result<Range<u64>, TreeError> {
        if index >= self.count() {
            return Err(TreeError::NoSuchChunk { index, last: self.count() - 1 });
        }
        let from = index * CHUNK_BYTES as u64;
        Ok(from..self.bytes().min(from + CHUNK_BYTES as u64))
    }

    /// The path of chunk `index`: its siblings from the leaf up, as [`crate::verify`] takes them.
    ///
    /// Reads the leaf and at most two hashes a level, and never gives a path that does not lead to the root. Refuses with
    /// [`TreeError::NoSuchChunk`], and with [`TreeError::BrokenPath`] if the file is damaged where the path runs.
    pub fn path(&self, index: u64) -> Result<Vec<Hash>, TreeError> {
        Ok(self.leaf_and_path(index)?.1)
    }

    pub(crate) fn leaf_and_path(&self, index: u64) -> Result<(Hash, Vec<Hash>), TreeError> {
        self.chunk_range(index)?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut node = |position: u64| {
            let mut hash = [0; 32];
            file.seek(SeekFrom::Start(Header::BYTES as u64 + position * 32))?;
            file.read_exact(&mut hash).map_err(|error| at_end(error, TreeError::BrokenFile))?;
            Ok::<Hash, TreeError>(hash)
        };
        let leaf = node(position(0, index))?;
        let path = audit_path(self.count(), index, node)?.unwrap_or_default();
        verify_leaf::<Sha2>(&self.root(), self.count(), index, leaf, &path)
            .map_err(|_| TreeError::BrokenPath { index })?;
        Ok((leaf, path))
    }
}

/// `short` if a file ended too early, otherwise what the disk said.
pub(crate) fn at_end(error: io::Error, short: TreeError) -> TreeError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => short,
        _ => TreeError::Io(error),
    }
}
