//! Stores with something in them.

use std::{
    io::{self, Read},
    path::PathBuf,
};

use orchestrator_market::{Finding, Promise, ReplicaStore};
use orchestrator_proof::root_of;
use tempfile::TempDir;

pub const PLACEMENT: u64 = 17;

pub fn replica(bytes: usize) -> Vec<u8> {
    (0..bytes as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

pub fn promise(data: &[u8]) -> Promise {
    let (root, chunks) = root_of(data).unwrap();
    Promise { root, chunks }
}

/// A store with one replica of `bytes` bytes.
pub fn stored(bytes: usize) -> (TempDir, ReplicaStore, Vec<u8>) {
    let dir = tempfile::tempdir().unwrap();
    let store = ReplicaStore::open(dir.path()).unwrap();
    let data = replica(bytes);
    store.put(PLACEMENT, &promise(&data), data.as_slice()).unwrap();
    (dir, store, data)
}

pub fn file(dir: &TempDir, name: &str) -> PathBuf {
    dir.path().join(PLACEMENT.to_string()).join(name)
}

pub fn read(store: &ReplicaStore) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    store.holding(PLACEMENT).unwrap().reader().unwrap().read_to_end(&mut data)?;
    Ok(data)
}

pub fn scrub(store: &ReplicaStore) -> Finding {
    store.holding(PLACEMENT).unwrap().scrub().unwrap()
}
