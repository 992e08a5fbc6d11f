//! Reading of records.
//!
//! A mapping's own `get` has the whole way from the key to the record in code of its own for each type of record. Here the
//! way to the bytes is shared by all records with the same type of key, which made the contract 2 KB smaller.

use ink::prelude::{vec, vec::Vec};
use ink::storage::traits::{Packed, StorageKey};
use ink::storage::Mapping;
use scale::{Decode, Encode, Input};

/// The bytes of a record.
struct Bytes(Vec<u8>);

impl Encode for Bytes {
    fn encode_to<T: scale::Output + ?Sized>(&self, dest: &mut T) {
        dest.write(&self.0);
    }
}

impl Decode for Bytes {
    fn decode<I: Input>(input: &mut I) -> Result<Self, scale::Error> {
        let mut bytes = vec![0; input.remaining_len()?.unwrap_or_default()];
        input.read(&mut bytes)?;
        Ok(Bytes(bytes))
    }
}

/// The bytes stored under a key of the contract's storage.
#[inline(never)]
fn fetch<K: Encode>(key: &(u32, K)) -> Option<Bytes> {
    ink::env::get_contract_storage(key).unwrap_or_default()
}

/// Reads records of a mapping.
pub(crate) trait Read<K, V> {
    /// The record of this key, none where there is none. A record that cannot be read stops the call.
    fn read(&self, key: K) -> Option<V>;
}

impl<K: Encode, V: Packed + Decode, T: StorageKey> Read<K, V> for Mapping<K, V, T> {
    fn read(&self, key: K) -> Option<V> {
        let bytes = fetch(&(T::KEY, key))?.0;
        match <V as Decode>::decode(&mut &bytes[..]) {
            Ok(record) => Some(record),
            Err(_) => panic!("a record in storage cannot be read"),
        }
    }
}
