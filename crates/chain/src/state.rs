//! The state of the embedded chain, and the changes that one call makes to it.
//!
//! A call runs on an overlay over the state. What it changed comes out as [`Changes`]; nothing is in the
//! state until those are applied, so that a call can be tried without a trace, and a call that cannot be
//! written to the state file has not happened.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    ops::Bound::{Excluded, Included, Unbounded},
};

use sp_core::{storage::ChildInfo, storage::StateVersion, Hasher, H256};
use sp_runtime::traits::BlakeTwo256;
use sp_state_machine::{
    Backend, BackendTransaction, Ext, IterArgs, OverlayedChanges, StorageIterator, UsageInfo,
};
use sp_trie::MerkleValue;

type Items = BTreeMap<Vec<u8>, Vec<u8>>;

/// Where an item is kept: in the storage of the runtime, or in that of the contract with this trie id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Trie id of the contract, or nothing for the runtime's own storage.
    pub trie: Option<Vec<u8>>,
    /// Key within it.
    pub key: Vec<u8>,
}

/// New values of the items that a call changed; nothing for an item that it removed.
pub type Changes = BTreeMap<Place, Option<Vec<u8>>>;

/// All items of the chain.
#[derive(Debug, Default)]
pub struct State {
    runtime: Items,
    contracts: BTreeMap<Vec<u8>, Items>,
}

impl State {
    /// Runs `action` as the runtime on this state and tells what it would change.
    pub fn run<R>(&self, action: impl FnOnce() -> R) -> (R, Changes) {
        let mut overlay = OverlayedChanges::<BlakeTwo256>::default();
        let result = {
            let mut externalities = Ext::new(&mut overlay, self, None);
            sp_externalities::set_and_run_with_externalities(&mut externalities, action)
        };
        (result, self.changes(&mut overlay))
    }

    /// All items, as the changes that lead there from nothing.
    pub fn items(&self) -> Changes {
        let of = |trie: Option<&Vec<u8>>, items: &Items| -> Vec<_> {
            let place = |key: &Vec<u8>| Place { trie: trie.cloned(), key: key.clone() };
            items.iter().map(|(key, value)| (place(key), Some(value.clone()))).collect()
        };
        let contracts = self.contracts.iter().flat_map(|(trie, items)| of(Some(trie), items));
        of(None, &self.runtime).into_iter().chain(contracts).collect()
    }

    /// Makes `changes` part of the state.
    pub fn apply(&mut self, changes: Changes) {
        for (Place { trie, key }, value) in changes {
            let items = match trie {
                None => &mut self.runtime,
                Some(trie) => self.contracts.entry(trie).or_default(),
            };
            match value {
                Some(value) => items.insert(key, value),
                None => items.remove(&key),
            };
        }
    }

    /// Leaves out what was written with the value it had before, and what came and went within the call.
    fn changes(&self, overlay: &mut OverlayedChanges<BlakeTwo256>) -> Changes {
        let mut changes = Changes::new();
        for (key, entry) in overlay.changes_mut() {
            let value = entry.value().cloned();
            if value.as_ref() != self.runtime.get(key) {
                changes.insert(Place { trie: None, key: key.clone() }, value);
            }
        }
        for (entries, child) in overlay.children_mut() {
            let trie = child.storage_key().to_vec();
            let before = self.contracts.get(&trie);
            for (key, entry) in entries {
                let value = entry.value().cloned();
                if value.as_ref() != before.and_then(|items| items.get(key)) {
                    changes.insert(Place { trie: Some(trie.clone()), key: key.clone() }, value);
                }
            }
        }
        changes
    }

    fn contract(&self, child: &ChildInfo) -> Option<&Items> {
        self.contracts.get(child.storage_key())
    }
}

fn key_after(items: &Items, key: &[u8]) -> Option<Vec<u8>> {
    items.range::<[u8], _>((Excluded(key), Unbounded)).next().map(|(key, _)| key.clone())
}

/// The items that an iteration was asked for, as they were when it began.
pub struct Pairs(std::vec::IntoIter<(Vec<u8>, Vec<u8>)>);

impl StorageIterator<BlakeTwo256> for Pairs {
    type Backend = State;
    type Error = Infallible;

    fn next_key(&mut self, _: &State) -> Option<Result<Vec<u8>, Infallible>> {
        self.0.next().map(|(key, _)| Ok(key))
    }

    fn next_pair(&mut self, _: &State) -> Option<Result<(Vec<u8>, Vec<u8>), Infallible>> {
        self.0.next().map(Ok)
    }

    fn was_complete(&self) -> bool {
        self.0.len() == 0
    }
}

/// The chain has no block headers, hence nobody asks for a state root or a Merkle value: both are zero.
impl Backend<BlakeTwo256> for State {
    type Error = Infallible;
    type TrieBackendStorage = BackendTransaction<BlakeTwo256>;
    type RawIter = Pairs;

    fn storage(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.runtime.get(key).cloned())
    }

    fn storage_hash(&self, key: &[u8]) -> Result<Option<H256>, Infallible> {
        Ok(self.runtime.get(key).map(|value| BlakeTwo256::hash(value)))
    }

    fn exists_storage(&self, key: &[u8]) -> Result<bool, Infallible> {
        Ok(self.runtime.contains_key(key))
    }

    fn child_storage(&self, child: &ChildInfo, key: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.contract(child).and_then(|items| items.get(key)).cloned())
    }

    fn child_storage_hash(&self, child: &ChildInfo, key: &[u8]) -> Result<Option<H256>, Infallible> {
        Ok(self.contract(child).and_then(|items| items.get(key)).map(|value| BlakeTwo256::hash(value)))
    }

    fn exists_child_storage(&self, child: &ChildInfo, key: &[u8]) -> Result<bool, Infallible> {
        Ok(self.contract(child).is_some_and(|items| items.contains_key(key)))
    }

    fn next_storage_key(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(key_after(&self.runtime, key))
    }

    fn next_child_storage_key(&self, child: &ChildInfo, key: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.contract(child).and_then(|items| key_after(items, key)))
    }

    fn raw_iter(&self, args: IterArgs) -> Result<Pairs, Infallible> {
        let prefix = args.prefix.unwrap_or_default();
        let start = args.start_at.filter(|start| *start > prefix).unwrap_or(prefix);
        let from = if args.start_at_exclusive && args.start_at == Some(start) {
            Excluded(start)
        } else {
            Included(start)
        };
        let items = match &args.child_info {
            None => Some(&self.runtime),
            Some(child) => self.contract(child),
        };
        let pairs: Vec<_> = items
            .into_iter()
            .flat_map(|items| items.range::<[u8], _>((from, Unbounded)))
            .take_while(|(key, _)| key.starts_with(prefix))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        Ok(Pairs(pairs.into_iter()))
    }

    fn closest_merkle_value(&self, _: &[u8]) -> Result<Option<MerkleValue<H256>>, Infallible> {
        Ok(None)
    }

    fn child_closest_merkle_value(
        &self,
        _: &ChildInfo,
        _: &[u8],
    ) -> Result<Option<MerkleValue<H256>>, Infallible> {
        Ok(None)
    }

    fn storage_root<'a>(
        &self,
        _: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
        _: StateVersion,
    ) -> (H256, BackendTransaction<BlakeTwo256>) {
        Default::default()
    }

    fn child_storage_root<'a>(
        &self,
        _: &ChildInfo,
        _: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
        _: StateVersion,
    ) -> (H256, bool, BackendTransaction<BlakeTwo256>) {
        Default::default()
    }

    fn register_overlay_stats(&self, _: &sp_state_machine::StateMachineStats) {}

    fn usage_info(&self) -> UsageInfo {
        UsageInfo::empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_io::{default_child_storage as child, storage};

    fn state_with(action: impl FnOnce()) -> State {
        let mut state = State::default();
        let ((), changes) = state.run(action);
        state.apply(changes);
        state
    }

    #[test]
    fn what_was_applied_is_read_back_and_what_was_not_is_not() {
        let state = state_with(|| {
            storage::set(b"a", b"1");
            child::set(b"c", b"a", b"2");
        });
        let (read, changes) = state.run(|| {
            storage::set(b"a", b"changed");
            (storage::get(b"a"), child::get(b"c", b"a"))
        });
        assert_eq!(read.0.map(|v| v.to_vec()), Some(b"changed".to_vec()));
        assert_eq!(read.1, Some(b"2".to_vec()));
        assert_eq!(changes.len(), 1);
        assert_eq!(state.run(|| storage::get(b"a").map(|v| v.to_vec())).0, Some(b"1".to_vec()));
    }

    #[test]
    fn a_value_written_again_or_come_and_gone_is_no_change() {
        let state = state_with(|| storage::set(b"a", b"1"));
        let ((), changes) = state.run(|| {
            storage::set(b"a", b"1");
            storage::set(b"b", b"1");
            storage::clear(b"b");
            child::set(b"c", b"b", b"1");
            child::clear(b"c", b"b");
        });
        assert!(changes.is_empty(), "{changes:?}");
    }

    #[test]
    fn keys_come_in_order_across_state_and_overlay() {
        let state = state_with(|| {
            storage::set(b"pa", b"1");
            storage::set(b"pc", b"3");
            storage::set(b"q", b"4");
        });
        let (keys, _) = state.run(|| {
            storage::set(b"pb", b"2");
            storage::clear(b"pc");
            let mut keys = vec![];
            let mut last = b"p".to_vec();
            while let Some(next) = storage::next_key(&last) {
                keys.push(next.clone());
                last = next;
            }
            keys
        });
        assert_eq!(keys, [b"pa".to_vec(), b"pb".to_vec(), b"q".to_vec()]);
    }

    #[test]
    fn clearing_a_prefix_or_a_whole_contract_clears_nothing_else() {
        let state = state_with(|| {
            for key in [b"pa", b"pb", b"qa"] {
                storage::set(key, b"1");
                child::set(b"c", key, b"1");
                child::set(b"d", key, b"1");
            }
        });
        let ((), changes) = state.run(|| {
            let _ = storage::clear_prefix(b"p", None);
            let _ = child::storage_kill(b"c", None);
        });
        let places: Vec<_> = changes.iter().map(|(place, value)| (place.clone(), value.clone())).collect();
        let removed = |trie: Option<&[u8]>, key: &[u8]| {
            (Place { trie: trie.map(<[u8]>::to_vec), key: key.to_vec() }, None)
        };
        let c = Some(b"c".as_slice());
        assert_eq!(
            places,
            [
                removed(None, b"pa"),
                removed(None, b"pb"),
                removed(c, b"pa"),
                removed(c, b"pb"),
                removed(c, b"qa")
            ]
        );
    }
}
