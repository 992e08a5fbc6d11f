//! A key, files and their replicas.

use orchestrator_market::{open, seal, ConsumerSecret, ReplicaError, ReplicaKey, Sealed};

pub const SALT: [u8; 32] = [9; 32];

pub fn key(number: u32) -> ReplicaKey {
    ReplicaKey::derive(&ConsumerSecret::from_bytes([7; 32]), &SALT, number)
}

pub fn file(len: usize) -> Vec<u8> {
    (0..len as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

pub fn sealed(key: &ReplicaKey, plain: &[u8]) -> (Sealed, Vec<u8>) {
    let mut replica = Vec::new();
    let sealed = seal(key, plain, &mut replica, |_| {}).unwrap();
    (sealed, replica)
}

pub fn opened(key: &ReplicaKey, replica: &[u8]) -> Result<Vec<u8>, ReplicaError> {
    let mut plain = Vec::new();
    open(key, replica, &mut plain, |_| {})?;
    Ok(plain)
}
