//! A provider's replicas in a folder.
//!
//! ```text
//! FOLDER/lock                  held while a store is open
//! FOLDER/17/{data,tree,meta}   replica of placement 17, its tree and its record
//! FOLDER/.incoming-…           a replica that is being received
//! FOLDER/.removed-…            a replica that is being removed
//! ```
//!
//! A replica is received beside its place and moved there by one rename, after its root was checked and its
//! bytes are on the disk. So whatever happens in between, a numbered folder is always a whole replica; what
//! else is left is cleared away when the store is opened next.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use fs4::fs_std::FileExt;
use orchestrator_proof::{TreeError, TreeWriter, CHUNK_BYTES};

use crate::{
    error::StoreError,
    frame::read_full,
    holding::{Holding, DATA, META, TREE},
    output::sync_folder,
    record::{Promise, Record},
};

const LOCK: &str = "lock";
const INCOMING: &str = ".incoming-";
const REMOVED: &str = ".removed-";
const BLOCK_BYTES: usize = 1 << 20;
/// Bytes a stored tree takes for a chunk.
const TREE_BYTES_PER_CHUNK: u64 = 64;

/// A folder of replicas, keyed by placement. One process has it open at a time; threads can share it.
#[derive(Debug)]
pub struct ReplicaStore {
    folder: PathBuf,
    _lock: File,
}

/// Room of a store, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Taken by replicas and their trees.
    pub used: u64,
    /// Free on the disk.
    pub free: u64,
}

impl ReplicaStore {
    /// Opens the store in `folder`, which is created if need be, and clears away what a crash left half-done.
    ///
    /// Refuses with [`StoreError::InUse`] while it is open elsewhere and with [`StoreError::Unusable`] if the
    /// folder cannot be created or written.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let folder = folder.into();
        let unusable = |source| StoreError::Unusable { folder: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(unusable)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(LOCK))
            .map_err(unusable)?;
        if !lock.try_lock_exclusive().map_err(unusable)? {
            return Err(StoreError::InUse { folder });
        }
        clear(&folder).map_err(unusable)?;
        Ok(Self { folder, _lock: lock })
    }

    /// Receives the replica of a placement. It can be seen only after all of it has arrived, has the root and
    /// chunk count that the chain promises, and is on the disk; a refusal leaves nothing.
    ///
    /// Takes a few MiB of memory. Reads no more than the promised chunks, so a sender cannot fill the disk.
    pub fn put(&self, placement: u64, promise: &Promise, data: impl Read) -> Result<Record, StoreError> {
        if promise.chunks == 0 || promise.root == [0; 32] {
            return Err(StoreError::NothingPromised);
        }
        let place = self.place(placement);
        if place.exists() {
            return Err(StoreError::AlreadyStored { placement });
        }
        self.admit(promise)?;
        let incoming =
            tempfile::Builder::new().prefix(INCOMING).tempdir_in(&self.folder).map_err(StoreError::Disk)?;
        let record = receive(incoming.path(), placement, promise, data)?;
        write_synced(&incoming.path().join(META), &record.encode()).map_err(StoreError::Disk)?;
        sync_folder(incoming.path()).map_err(StoreError::Disk)?;
        fs::rename(incoming.path(), &place).map_err(|error| match place.exists() {
            true => StoreError::AlreadyStored { placement },
            false => StoreError::Disk(error),
        })?;
        sync_folder(&self.folder).map_err(StoreError::Disk)?;
        Ok(record)
    }

    /// The replica of a placement, to read and prove from. Refuses with [`StoreError::NotStored`] and
    /// [`StoreError::BrokenRecord`]; whether the data is sound shows when it is used.
    pub fn holding(&self, placement: u64) -> Result<Holding, StoreError> {
        Holding::open(self.place(placement), placement)
    }

    /// Removes the replica of a placement. Refuses with [`StoreError::NotStored`]; once it returns, a crash
    /// does not bring the replica back.
    pub fn remove(&self, placement: u64) -> Result<(), StoreError> {
        let grave =
            tempfile::Builder::new().prefix(REMOVED).tempdir_in(&self.folder).map_err(StoreError::Disk)?;
        fs::rename(self.place(placement), grave.path().join("replica")).map_err(|error| {
            match error.kind() {
                io::ErrorKind::NotFound => StoreError::NotStored { placement },
                _ => StoreError::Disk(error),
            }
        })?;
        sync_folder(&self.folder).map_err(StoreError::Disk)?;
        grave.close().map_err(StoreError::Disk)
    }

    /// Placements whose replicas are here, in the order of their ids.
    pub fn placements(&self) -> Result<Vec<u64>, StoreError> {
        let mut placements = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(StoreError::Disk)? {
            let name = entry.map_err(StoreError::Disk)?.file_name();
            // What is not named as the store names it belongs to somebody else.
            placements.extend(
                name.to_str().and_then(|name| name.parse().ok().filter(|id: &u64| id.to_string() == name)),
            );
        }
        placements.sort_unstable();
        Ok(placements)
    }

    /// Bytes that a replica of so many chunks takes with its tree, at most.
    pub fn room(chunks: u64) -> u64 {
        chunks.saturating_mul(CHUNK_BYTES as u64 + TREE_BYTES_PER_CHUNK)
    }

    /// Bytes used by the replicas and free on the disk.
    pub fn space(&self) -> Result<Space, StoreError> {
        let mut used = 0;
        for placement in self.placements()? {
            for name in [DATA, TREE, META] {
                used += fs::metadata(self.place(placement).join(name)).map_or(0, |file| file.len());
            }
        }
        Ok(Space { used, free: fs4::available_space(&self.folder).map_err(StoreError::Disk)? })
    }

    fn place(&self, placement: u64) -> PathBuf {
        self.folder.join(placement.to_string())
    }

    fn admit(&self, promise: &Promise) -> Result<(), StoreError> {
        let free = fs4::available_space(&self.folder).map_err(StoreError::Disk)?;
        let needed = Self::room(promise.chunks);
        if needed > free {
            return Err(StoreError::NoRoom { needed, free });
        }
        Ok(())
    }
}

/// Writes what arrives into `folder` and checks it against the promise.
fn receive(
    folder: &Path,
    placement: u64,
    promise: &Promise,
    mut data: impl Read,
) -> Result<Record, StoreError> {
    let mut file = File::create_new(folder.join(DATA)).map_err(StoreError::Disk)?;
    let mut tree = TreeWriter::create(folder.join(TREE)).map_err(disk)?;
    let mut block = vec![0; BLOCK_BYTES];
    let mut bytes = 0;
    loop {
        let length = read_full(&mut data, &mut block).map_err(StoreError::Receive)?;
        if length == 0 {
            break;
        }
        bytes += length as u64;
        if crate::chunks_of(bytes) > promise.chunks {
            return Err(StoreError::TooMuch { promised: promise.chunks });
        }
        file.write_all(&block[..length]).map_err(StoreError::Disk)?;
        tree.update_parallel(&block[..length]).map_err(disk)?;
    }
    let (promised, received) = (promise.chunks, crate::chunks_of(bytes));
    if received < promised {
        return Err(StoreError::TooLittle { promised, received });
    }
    let tree = tree.finish().map_err(disk)?;
    if tree.root() != promise.root {
        return Err(StoreError::OtherRoot { promised: promise.root, received: tree.root() });
    }
    file.sync_all().map_err(StoreError::Disk)?;
    Ok(Record { placement, root: promise.root, chunks: received, bytes })
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// What writing a tree can meet once there are bytes and not too many of them.
pub(crate) fn disk(error: TreeError) -> StoreError {
    match error {
        TreeError::Io(error) => StoreError::Disk(error),
        other => StoreError::Disk(io::Error::other(other)),
    }
}

/// Removes what a crash left of receiving and removing.
fn clear(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(INCOMING) || name.starts_with(REMOVED) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
