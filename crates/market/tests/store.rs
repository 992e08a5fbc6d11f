//! A provider's store of replicas, from outside.

use std::{
    fs,
    io::{self, Read},
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use orchestrator_market::{Finding, Promise, ReplicaStore, StoreError};
use orchestrator_proof::{ChunkProof, CHUNK_BYTES};
use tempfile::TempDir;

mod stores;
use stores::{file, promise, read, replica, scrub, stored, PLACEMENT};

fn names(dir: &TempDir) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_replica_comes_back_as_it_was_put() {
    for bytes in [1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 100_000, 3 << 20] {
        let (_dir, store, data) = stored(bytes);
        let record = *store.holding(PLACEMENT).unwrap().record();
        assert_eq!((record.placement, record.bytes), (PLACEMENT, bytes as u64));
        assert_eq!(Promise { root: record.root, chunks: record.chunks }, promise(&data));
        assert!(read(&store).unwrap() == data);
        assert_eq!(scrub(&store), Finding::Sound);
    }
}

#[test]
fn a_reopened_store_has_what_it_had() {
    let (dir, store, data) = stored(100_000);
    store.put(3, &promise(b"small"), b"small".as_slice()).unwrap();
    drop(store);
    let store = ReplicaStore::open(dir.path()).unwrap();
    assert_eq!(store.placements().unwrap(), [3, PLACEMENT]);
    assert!(read(&store).unwrap() == data);
}

#[test]
fn every_chunk_proves_under_the_promised_root() {
    for bytes in [1, CHUNK_BYTES, 7 * CHUNK_BYTES + 1, 64 * CHUNK_BYTES, 100 * CHUNK_BYTES - 1] {
        let (_dir, store, data) = stored(bytes);
        let Promise { root, chunks } = promise(&data);
        let indices: Vec<u64> = (0..chunks).collect();
        let holding = store.holding(PLACEMENT).unwrap();
        let proofs = holding.proof(&indices).unwrap();
        assert_eq!(proofs.len() as u64, chunks);
        for (proof, chunk) in proofs.iter().zip(data.chunks(CHUNK_BYTES)) {
            assert_eq!(proof.chunk, chunk);
            proof.verify(&root, chunks).unwrap();
        }
        assert_eq!(holding.proof_unchecked(&indices).unwrap(), proofs);
        assert!(holding.proof(&[]).unwrap().is_empty());
    }
}

#[test]
fn a_chunk_that_does_not_exist_has_no_proof() {
    let (_dir, store, _) = stored(5 * CHUNK_BYTES);
    let holding = store.holding(PLACEMENT).unwrap();
    for index in [5, u64::MAX] {
        let refusals = [holding.proof(&[0, index]), holding.proof_unchecked(&[0, index])];
        for refusal in refusals {
            assert!(matches!(
                refusal,
                Err(StoreError::NoSuchChunk { placement: PLACEMENT, index: i, chunks: 5 }) if i == index
            ));
        }
    }
}

#[test]
fn a_damaged_record_is_refused_and_can_be_removed() {
    let (dir, store, _) = stored(1000);
    let sound = fs::read_to_string(file(&dir, "meta")).unwrap();
    let broken =
        ["", "{}", &sound[..sound.len() / 2], &sound.replace("17", "18"), &sound.replace("1000", "5000")];
    for json in broken {
        fs::write(file(&dir, "meta"), json).unwrap();
        assert!(
            matches!(store.holding(PLACEMENT), Err(StoreError::BrokenRecord { placement: PLACEMENT })),
            "{json}"
        );
    }
    fs::remove_file(file(&dir, "meta")).unwrap();
    assert!(matches!(store.holding(PLACEMENT), Err(StoreError::BrokenRecord { .. })));
    store.remove(PLACEMENT).unwrap();
    assert_eq!(names(&dir), ["lock"]);
}

#[test]
fn what_is_not_promised_is_refused_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = ReplicaStore::open(dir.path()).unwrap();
    let data = replica(10 * CHUNK_BYTES);
    let good = promise(&data);
    let put = |promise: &Promise, data: &[u8]| store.put(PLACEMENT, promise, data).unwrap_err();
    assert!(matches!(put(&Promise { chunks: 0, ..good }, &data), StoreError::NothingPromised));
    assert!(matches!(put(&Promise { root: [0; 32], ..good }, &data), StoreError::NothingPromised));
    assert!(matches!(put(&good, &[&data[..], b"!"].concat()), StoreError::TooMuch { promised: 10 }));
    let refusal = put(&good, &data[..9 * CHUNK_BYTES]);
    assert!(matches!(refusal, StoreError::TooLittle { promised: 10, received: 9 }));
    assert!(matches!(put(&good, b""), StoreError::TooLittle { promised: 10, received: 0 }));
    let mut other = data.clone();
    other[5000] ^= 1;
    let StoreError::OtherRoot { promised, received } = put(&good, &other) else { panic!("another refusal") };
    assert_eq!((promised, received), (good.root, promise(&other).root));
    assert!(matches!(put(&good, &data[..data.len() - 1]), StoreError::OtherRoot { .. }));
    assert_eq!(names(&dir), ["lock"]);
    assert!(store.placements().unwrap().is_empty());
    assert!(matches!(store.holding(PLACEMENT), Err(StoreError::NotStored { placement: PLACEMENT })));
}

#[test]
fn an_endless_sender_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let store = ReplicaStore::open(dir.path()).unwrap();
    let refusal = store.put(PLACEMENT, &promise(&replica(5000)), io::repeat(1)).unwrap_err();
    assert!(matches!(refusal, StoreError::TooMuch { promised: 5 }));
    assert_eq!(names(&dir), ["lock"]);
}

#[test]
fn a_broken_connection_is_told_as_such_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = ReplicaStore::open(dir.path()).unwrap();
    let data = replica(5000);
    let refusal = store.put(PLACEMENT, &promise(&data), data[..3000].chain(Unplugged)).unwrap_err();
    assert!(matches!(refusal, StoreError::Receive(_)));
    assert_eq!(names(&dir), ["lock"]);
}

#[test]
fn a_replica_larger_than_the_disk_is_refused_before_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let store = ReplicaStore::open(dir.path()).unwrap();
    for chunks in [1 << 50, u64::MAX] {
        let refusal = store.put(PLACEMENT, &Promise { root: [1; 32], chunks }, Unplugged).unwrap_err();
        assert!(matches!(refusal, StoreError::NoRoom { .. }));
    }
}

#[test]
fn a_placement_is_stored_once() {
    let (_dir, store, data) = stored(5000);
    let refusal = store.put(PLACEMENT, &promise(b"other"), b"other".as_slice()).unwrap_err();
    assert!(matches!(refusal, StoreError::AlreadyStored { placement: PLACEMENT }));
    assert!(read(&store).unwrap() == data);
}

#[test]
fn of_two_senders_at_once_one_is_stored() {
    let dir = tempfile::tempdir().unwrap();
    let store = ReplicaStore::open(dir.path()).unwrap();
    let data = replica(2 << 20);
    let stored = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| match store.put(PLACEMENT, &promise(&data), data.as_slice()) {
                Ok(_) => drop(stored.fetch_add(1, Ordering::SeqCst)),
                Err(refusal) => assert!(matches!(refusal, StoreError::AlreadyStored { .. }), "{refusal}"),
            });
        }
    });
    assert_eq!(stored.into_inner(), 1);
    assert_eq!(names(&dir), ["17", "lock"]);
    assert!(read(&store).unwrap() == data);
}

#[test]
fn a_removed_replica_is_gone() {
    let (dir, store, data) = stored(5000);
    store.remove(PLACEMENT).unwrap();
    assert!(matches!(store.holding(PLACEMENT), Err(StoreError::NotStored { .. })));
    assert!(matches!(store.remove(PLACEMENT), Err(StoreError::NotStored { placement: PLACEMENT })));
    assert_eq!(names(&dir), ["lock"]);
    store.put(PLACEMENT, &promise(&data), data.as_slice()).unwrap();
}

#[test]
fn what_a_crash_left_is_not_seen_and_is_cleared() {
    let (dir, store, data) = stored(5000);
    drop(store);
    for leftover in [".incoming-x1", ".removed-x2/replica"] {
        let folder = dir.path().join(leftover);
        fs::create_dir_all(&folder).unwrap();
        for name in ["data", "tree.partial", "meta"] {
            fs::write(folder.join(name), b"half").unwrap();
        }
    }
    fs::write(dir.path().join("notes.txt"), b"the operator's").unwrap();
    fs::create_dir(dir.path().join("007")).unwrap();
    let store = ReplicaStore::open(dir.path()).unwrap();
    assert_eq!(names(&dir), ["007", "17", "lock", "notes.txt"]);
    assert_eq!(store.placements().unwrap(), [PLACEMENT]);
    assert!(read(&store).unwrap() == data);
}

#[test]
fn a_store_is_open_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = ReplicaStore::open(dir.path()).unwrap();
    let refusal = ReplicaStore::open(dir.path()).unwrap_err();
    assert!(matches!(refusal, StoreError::InUse { folder } if folder == dir.path()));
    drop(store);
    ReplicaStore::open(dir.path()).unwrap();
}

#[test]
fn a_folder_that_cannot_be_one_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let taken = dir.path().join("taken");
    fs::write(&taken, b"a file").unwrap();
    for folder in [taken.clone(), taken.join("store")] {
        let refusal = ReplicaStore::open(&folder).unwrap_err();
        assert!(matches!(refusal, StoreError::Unusable { folder: f, .. } if f == folder));
    }
    assert_eq!(fs::read(taken).unwrap(), b"a file");
}

#[test]
fn space_counts_data_and_trees() {
    let (dir, store, data) = stored(100 * CHUNK_BYTES);
    let expected: u64 =
        ["data", "tree", "meta"].iter().map(|name| fs::metadata(file(&dir, name)).unwrap().len()).sum();
    let space = store.space().unwrap();
    assert_eq!(space.used, expected);
    assert!(space.used > data.len() as u64 && space.free > 0);
    store.remove(PLACEMENT).unwrap();
    assert_eq!(store.space().unwrap().used, 0);
}

#[test]
fn threads_prove_from_one_store() {
    let (_dir, store, data) = stored(200 * CHUNK_BYTES);
    let Promise { root, chunks } = promise(&data);
    thread::scope(|scope| {
        for start in 0..4 {
            let store = &store;
            scope.spawn(move || {
                let indices: Vec<u64> = (start..chunks).step_by(4).collect();
                let proofs: Vec<ChunkProof> = store.holding(PLACEMENT).unwrap().proof(&indices).unwrap();
                assert!(proofs.iter().all(|proof| proof.verify(&root, chunks).is_ok()));
            });
        }
    });
}

struct Unplugged;

impl Read for Unplugged {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("unplugged"))
    }
}
