//! What replicas cost in memory. Alone in its process, because the process is what is measured.
#![cfg(target_os = "linux")]

use std::{
    fs::{self, File},
    io::{self, Read},
};

use orchestrator_market::{
    open, seal, seal_file, ConsumerSecret, Finding, Promise, ReplicaKey, ReplicaStore,
};

const FILE_BYTES: u64 = 256 << 20;
const LIMIT_KIB: u64 = 64 << 10;

/// Most memory that was resident at any time, in KiB.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_large_file_is_sealed_stored_scrubbed_read_and_opened_within_64_mib() {
    let dir = tempfile::tempdir().unwrap();
    let key = ReplicaKey::derive(&ConsumerSecret::random(), &[1; 32], 0);
    let replica = dir.path().join("replica");
    let source = dir.path().join("file");
    io::copy(&mut io::repeat(7).take(FILE_BYTES), &mut File::create(&source).unwrap()).unwrap();

    let sealed = seal_file(&key, &source, &replica, |_| {}).unwrap();
    assert_eq!(seal(&key, io::repeat(7).take(FILE_BYTES), io::sink(), |_| {}).unwrap(), sealed);
    let store = ReplicaStore::open(dir.path().join("store")).unwrap();
    store.put(1, &Promise::from(sealed), File::open(&replica).unwrap()).unwrap();
    let holding = store.holding(1).unwrap();
    assert_eq!(holding.scrub().unwrap(), Finding::Sound);
    assert_eq!(open(&key, holding.reader().unwrap(), io::sink(), |_| {}).unwrap(), FILE_BYTES);

    assert!(peak_kib() <= LIMIT_KIB, "{} KiB", peak_kib());
}
