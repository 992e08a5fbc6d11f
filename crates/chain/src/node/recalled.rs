//! The state of a block of another chain, read item by item as the runtime asks for it.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    fmt,
};

use sp_core::{
    storage::{ChildInfo, StateVersion},
    Hasher, H256,
};
use sp_runtime::traits::BlakeTwo256;
use sp_state_machine::{
    Backend, BackendTransaction, Ext, IterArgs, OverlayedChanges, StorageIterator, UsageInfo,
};
use sp_trie::MerkleValue;

/// Where an item is kept: the prefixed key of a child trie, if it is in one, and the key.
pub type Place = (Option<Vec<u8>>, Vec<u8>);

type Fetched = Result<Option<Vec<u8>>, Unread>;

/// An item that could not be read.
#[derive(Debug)]
pub struct Unread;

/// A state that is fetched as it is needed.
pub struct Recalled<'a> {
    fetch: &'a dyn Fn(&Place) -> Fetched,
    known: RefCell<HashMap<Place, Option<Vec<u8>>>>,
    failed: Cell<bool>,
}

impl<'a> Recalled<'a> {
    /// A state whose items `fetch` tells.
    pub fn new(fetch: &'a dyn Fn(&Place) -> Fetched) -> Self {
        Self { fetch, known: RefCell::default(), failed: Cell::new(false) }
    }

    /// Runs `action` as the runtime on this state; nothing where an item that it needs could not be read.
    pub fn run<R>(&self, action: impl FnOnce() -> R) -> Option<R> {
        let mut overlay = OverlayedChanges::<BlakeTwo256>::default();
        let result = {
            let mut externalities = Ext::new(&mut overlay, self, None);
            sp_externalities::set_and_run_with_externalities(&mut externalities, action)
        };
        (!self.failed.get()).then_some(result)
    }

    /// The runtime takes no error for an answer: it goes on with nothing, and its result counts for nothing.
    fn item(&self, place: Place) -> Option<Vec<u8>> {
        if let Some(known) = self.known.borrow().get(&place) {
            return known.clone();
        }
        if self.failed.get() {
            return None;
        }
        let value = (self.fetch)(&place).unwrap_or_else(|Unread| self.fail());
        self.known.borrow_mut().insert(place, value.clone());
        value
    }

    fn fail(&self) -> Option<Vec<u8>> {
        self.failed.set(true);
        None
    }

    fn top(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.item((None, key.to_vec()))
    }

    fn child(&self, child: &ChildInfo, key: &[u8]) -> Option<Vec<u8>> {
        self.item((Some(child.prefixed_storage_key().into_inner()), key.to_vec()))
    }
}

impl fmt::Debug for Recalled<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Recalled").finish_non_exhaustive()
    }
}

/// Walking over items is nothing that a call to a contract does.
pub struct Nothing<'a>(std::marker::PhantomData<Recalled<'a>>);

impl<'a> StorageIterator<BlakeTwo256> for Nothing<'a> {
    type Backend = Recalled<'a>;
    type Error = String;

    fn next_key(&mut self, state: &Recalled<'a>) -> Option<Result<Vec<u8>, String>> {
        state.fail().map(Ok)
    }

    fn next_pair(&mut self, state: &Recalled<'a>) -> Option<Result<(Vec<u8>, Vec<u8>), String>> {
        state.fail();
        None
    }

    fn was_complete(&self) -> bool {
        false
    }
}

impl<'a> Backend<BlakeTwo256> for Recalled<'a> {
    type Error = String;
    type TrieBackendStorage = BackendTransaction<BlakeTwo256>;
    type RawIter = Nothing<'a>;

    fn storage(&self, key: &[u8]) -> Result<Option<Vec<u8>>, String> {
        Ok(self.top(key))
    }

    fn storage_hash(&self, key: &[u8]) -> Result<Option<H256>, String> {
        Ok(self.top(key).map(|value| BlakeTwo256::hash(&value)))
    }

    fn child_storage(&self, child: &ChildInfo, key: &[u8]) -> Result<Option<Vec<u8>>, String> {
        Ok(self.child(child, key))
    }

    fn child_storage_hash(&self, child: &ChildInfo, key: &[u8]) -> Result<Option<H256>, String> {
        Ok(self.child(child, key).map(|value| BlakeTwo256::hash(&value)))
    }

    fn next_storage_key(&self, _: &[u8]) -> Result<Option<Vec<u8>>, String> {
        Ok(self.fail())
    }

    fn next_child_storage_key(&self, _: &ChildInfo, _: &[u8]) -> Result<Option<Vec<u8>>, String> {
        Ok(self.fail())
    }

    fn raw_iter(&self, _: IterArgs) -> Result<Nothing<'a>, String> {
        self.fail();
        Ok(Nothing(std::marker::PhantomData))
    }

    fn closest_merkle_value(&self, _: &[u8]) -> Result<Option<MerkleValue<H256>>, String> {
        Ok(None)
    }

    fn child_closest_merkle_value(
        &self,
        _: &ChildInfo,
        _: &[u8],
    ) -> Result<Option<MerkleValue<H256>>, String> {
        Ok(None)
    }

    fn storage_root<'b>(
        &self,
        _: impl Iterator<Item = (&'b [u8], Option<&'b [u8]>)>,
        _: StateVersion,
    ) -> (H256, BackendTransaction<BlakeTwo256>) {
        Default::default()
    }

    fn child_storage_root<'b>(
        &self,
        _: &ChildInfo,
        _: impl Iterator<Item = (&'b [u8], Option<&'b [u8]>)>,
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

    #[test]
    fn an_item_is_fetched_once_and_what_is_written_is_read_back() {
        let fetched = RefCell::new(Vec::new());
        let fetch = |place: &Place| {
            fetched.borrow_mut().push(place.clone());
            Ok(Some(vec![1]))
        };
        let state = Recalled::new(&fetch);
        let read = state.run(|| {
            let first = storage::get(b"a").map(|value| value.to_vec());
            storage::set(b"a", b"2");
            (
                first,
                storage::get(b"a").map(|value| value.to_vec()),
                child::get(b"trie", b"b"),
                child::get(b"trie", b"b"),
            )
        });
        assert_eq!(read, Some((Some(vec![1]), Some(b"2".to_vec()), Some(vec![1]), Some(vec![1]))));
        let trie = b":child_storage:default:trie".to_vec();
        assert_eq!(*fetched.borrow(), [(None, b"a".to_vec()), (Some(trie), b"b".to_vec())]);
    }

    #[test]
    fn what_ran_without_an_item_that_it_needed_counts_for_nothing() {
        let fetch = |_: &Place| Err(Unread);
        assert_eq!(Recalled::new(&fetch).run(|| storage::get(b"a").is_some()), None);
        assert_eq!(Recalled::new(&fetch).run(|| 7), Some(7));
    }

    #[test]
    fn what_walks_over_items_counts_for_nothing() {
        let fetch = |_: &Place| Ok(None);
        assert_eq!(Recalled::new(&fetch).run(|| storage::next_key(b"a")), None);
    }
}
