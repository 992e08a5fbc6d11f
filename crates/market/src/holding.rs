//! One replica in a store: reading, proving, scrubbing.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use orchestrator_proof::{path_len, ChunkProof, Root, StoredTree, TreeError, TreeWriter, CHUNK_BYTES};

use crate::{error::StoreError, frame::read_full, output::sync_folder, record::Record, store::disk};

pub(crate) const DATA: &str = "data";
pub(crate) const TREE: &str = "tree";
pub(crate) const META: &str = "meta";
const REBUILT: &str = "tree.rebuilt";

/// How many lost chunks a scrub looks for before it is sure that the replica has to be received again.
pub const LOST_CHUNKS_TOLD: usize = 16;

/// A replica that a store holds.
#[derive(Debug)]
pub struct Holding {
    folder: PathBuf,
    record: Record,
}

/// What a scrub found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Data and tree are what they were.
    Sound,
    /// The tree was damaged and has been rebuilt from the data, which is sound.
    TreeRebuilt,
    /// The data is damaged: the first lost chunks, at most [`LOST_CHUNKS_TOLD`]. None are told if the tree
    /// that would tell them is damaged too.
    Damaged {
        /// Indices of lost or changed chunks, from zero.
        lost: Vec<u64>,
    },
}

impl Holding {
    pub(crate) fn open(folder: PathBuf, placement: u64) -> Result<Self, StoreError> {
        let json = match fs::read(folder.join(META)) {
            Ok(json) => json,
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(StoreError::Disk(error)),
            Err(_) if folder.exists() => return Err(StoreError::BrokenRecord { placement }),
            Err(_) => return Err(StoreError::NotStored { placement }),
        };
        Ok(Self { record: Record::decode(placement, &json)?, folder })
    }

    /// What was promised and stored.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The replica as a stream. It is hashed as it is read: if it is not what was stored, the stream ends in
    /// an error of kind [`io::ErrorKind::InvalidData`] that carries [`StoreError::Unsound`] instead of ending
    /// well.
    pub fn reader(&self) -> Result<impl Read + Send, StoreError> {
        Ok(CheckedReader { data: self.data(0)?, root: Some(Root::new()), record: self.record })
    }

    /// Chunks with their paths, each checked against the promised root: what is returned will be accepted.
    ///
    /// Costs O(log n) reads a chunk. Refuses with [`StoreError::Damaged`] at the first chunk that is lost,
    /// [`StoreError::BrokenTree`] and [`StoreError::NoSuchChunk`].
    pub fn proof(&self, indices: &[u64]) -> Result<Vec<ChunkProof>, StoreError> {
        let tree = self.tree()?;
        let Some(first) = indices.first() else { return Ok(Vec::new()) };
        let mut data = self.data(*first)?;
        indices.iter().map(|index| self.chunk_proof(&tree, &mut data, *index)).collect()
    }

    /// Chunks with their paths, whatever state they are in: the shape is always right, lost bytes are zeros.
    /// What is damaged gives a proof that is refused. For showing what a refusal looks like, not for
    /// providers.
    ///
    /// Refuses only with [`StoreError::NoSuchChunk`].
    pub fn proof_unchecked(&self, indices: &[u64]) -> Result<Vec<ChunkProof>, StoreError> {
        let tree = self.tree().ok();
        let mut data = File::open(self.folder.join(DATA)).ok();
        let chunks = self.record.chunks;
        let mut proofs = Vec::with_capacity(indices.len());
        for &index in indices {
            let length = path_len(chunks, index).ok_or_else(|| self.no_such_chunk(index))? as usize;
            let path = tree.as_ref().and_then(|tree| tree.path(index).ok());
            let start = index * CHUNK_BYTES as u64;
            let mut chunk = vec![0; (self.record.bytes - start).min(CHUNK_BYTES as u64) as usize];
            if let Some(data) = &mut data {
                // What cannot be read stays zero, as it would be after the loss this is to show.
                data.seek(SeekFrom::Start(start)).and_then(|_| read_full(data, &mut chunk)).ok();
            }
            proofs.push(ChunkProof { index, chunk, path: path.unwrap_or_else(|| vec![[0; 32]; length]) });
        }
        Ok(proofs)
    }

    /// Reads all of the data, builds its tree again beside the stored one and compares the two; a damaged
    /// tree over sound data is replaced. One scrub of a replica at a time. Refuses only what the disk
    /// refuses.
    pub fn scrub(&self) -> Result<Finding, StoreError> {
        let (kept, rebuilt) = (self.folder.join(TREE), self.folder.join(REBUILT));
        if !self.rebuild(&rebuilt)? {
            fs::remove_file(&rebuilt).or_else(absent).map_err(StoreError::Disk)?;
            return Ok(Finding::Damaged { lost: self.lost_chunks()? });
        }
        if same_bytes(&kept, &rebuilt).map_err(StoreError::Disk)? {
            fs::remove_file(&rebuilt).map_err(StoreError::Disk)?;
            return Ok(Finding::Sound);
        }
        fs::rename(&rebuilt, &kept).map_err(StoreError::Disk)?;
        sync_folder(&self.folder).map_err(StoreError::Disk)?;
        Ok(Finding::TreeRebuilt)
    }

    /// Builds the tree of what is in the data file; tells whether it is that of the record.
    fn rebuild(&self, path: &Path) -> Result<bool, StoreError> {
        let data = match File::open(self.folder.join(DATA)) {
            Ok(data) => data,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(StoreError::Disk(error)),
        };
        let mut tree = TreeWriter::create(path).map_err(disk)?;
        tree.update_from(data).map_err(disk)?;
        match tree.finish() {
            Ok(tree) => Ok(tree.root() == self.record.root && tree.bytes() == self.record.bytes),
            Err(TreeError::Empty) => Ok(false),
            Err(error) => Err(disk(error)),
        }
    }

    fn lost_chunks(&self) -> Result<Vec<u64>, StoreError> {
        let tree = match self.tree() {
            Ok(tree) => tree,
            Err(StoreError::BrokenTree { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut data = match File::open(self.folder.join(DATA)) {
            Ok(data) => data,
            Err(_) => return Ok((0..self.record.chunks).take(LOST_CHUNKS_TOLD).collect()),
        };
        let mut lost = Vec::new();
        for index in 0..self.record.chunks {
            match self.chunk_proof(&tree, &mut data, index) {
                Err(StoreError::Damaged { index, .. }) => lost.push(index),
                Err(StoreError::Disk(error)) => return Err(StoreError::Disk(error)),
                _ => {}
            }
            if lost.len() == LOST_CHUNKS_TOLD {
                break;
            }
        }
        Ok(lost)
    }

    fn chunk_proof(&self, tree: &StoredTree, data: &mut File, index: u64) -> Result<ChunkProof, StoreError> {
        let placement = self.record.placement;
        let proof = ChunkProof::read(tree, data, index).map_err(|error| match error {
            TreeError::LostChunk { index } => StoreError::Damaged { placement, index },
            TreeError::NoSuchChunk { index, .. } => self.no_such_chunk(index),
            TreeError::Io(error) => StoreError::Disk(error),
            _ => StoreError::BrokenTree { placement },
        })?;
        // The tree vouches for its own root only; this is the one that was promised.
        match proof.verify(&self.record.root, self.record.chunks) {
            Ok(()) => Ok(proof),
            Err(_) => Err(StoreError::BrokenTree { placement }),
        }
    }

    fn data(&self, first: u64) -> Result<File, StoreError> {
        File::open(self.folder.join(DATA)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::Damaged { placement: self.record.placement, index: first },
            _ => StoreError::Disk(error),
        })
    }

    fn tree(&self) -> Result<StoredTree, StoreError> {
        let placement = self.record.placement;
        let tree = StoredTree::open(self.folder.join(TREE)).map_err(|error| match error {
            TreeError::Io(error) if error.kind() != io::ErrorKind::NotFound => StoreError::Disk(error),
            _ => StoreError::BrokenTree { placement },
        })?;
        if tree.root() != self.record.root || tree.bytes() != self.record.bytes {
            return Err(StoreError::BrokenTree { placement });
        }
        Ok(tree)
    }

    fn no_such_chunk(&self, index: u64) -> StoreError {
        StoreError::NoSuchChunk { placement: self.record.placement, index, chunks: self.record.chunks }
    }
}

/// Hashes what it reads and turns a wrong end into an error.
struct CheckedReader {
    data: File,
    /// None when the end has been reached.
    root: Option<Root>,
    record: Record,
}

impl Read for CheckedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.data.read(buffer)?;
        if length > 0 {
            if let Some(root) = &mut self.root {
                root.update(&buffer[..length]);
            }
            return Ok(length);
        }
        if buffer.is_empty() {
            return Ok(0);
        }
        match self.root.take().map(Root::finish) {
            None => Ok(0),
            Some(Ok(end)) if end == (self.record.root, self.record.chunks) => Ok(0),
            Some(_) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                StoreError::Unsound { placement: self.record.placement },
            )),
        }
    }
}

fn absent(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }
}

/// Whether two files hold the same; a missing one differs from every other.
fn same_bytes(a: &Path, b: &Path) -> io::Result<bool> {
    let (Ok(a), Ok(b)) = (File::open(a), File::open(b)) else { return Ok(false) };
    if a.metadata()?.len() != b.metadata()?.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (BufReader::new(a), BufReader::new(b));
    loop {
        let (left, right) = (a.fill_buf()?, b.fill_buf()?);
        let length = left.len().min(right.len());
        if left[..length] != right[..length] {
            return Ok(false);
        }
        if length == 0 {
            return Ok(left.len() == right.len());
        }
        a.consume(length);
        b.consume(length);
    }
}
