//! Everything that is not the one valid proof is refused, and for the right reason.

mod support;

use orchestrator_proof::{leaf, path_len, verify, verify_leaf, Hash, Refusal, Sha2, CHUNK_BYTES, MAX_CHUNKS};
use support::{chunks, Tree};

struct Case {
    root: Hash,
    count: u64,
    index: u64,
    chunk: Vec<u8>,
    path: Vec<Hash>,
}

impl Case {
    fn new(count: usize, last: usize, index: usize) -> Self {
        let replica = chunks(count, last);
        let tree = Tree::over(replica.chunks(CHUNK_BYTES).map(leaf::<Sha2>));
        Self {
            root: tree.root(),
            count: count as u64,
            index: index as u64,
            chunk: replica.chunks(CHUNK_BYTES).nth(index).unwrap().to_vec(),
            path: tree.path(index as u64).unwrap(),
        }
    }

    fn verdict(&self) -> Result<(), Refusal> {
        verify::<Sha2>(&self.root, self.count, self.index, &self.chunk, &self.path)
    }

    #[track_caller]
    fn refused(mut self, change: impl FnOnce(&mut Self), why: Refusal) {
        assert_eq!(self.verdict(), Ok(()), "valid before the change");
        change(&mut self);
        assert_eq!(self.verdict(), Err(why));
    }
}

#[test]
fn a_zero_count_is_refused() {
    Case::new(11, 1024, 3).refused(|case| case.count = 0, Refusal::EmptyTree);
}

#[test]
fn a_zero_root_is_refused() {
    Case::new(11, 1024, 3).refused(|case| case.root = [0; 32], Refusal::EmptyTree);
}

#[test]
fn an_index_at_the_count_is_refused() {
    Case::new(11, 1024, 10).refused(|case| case.index = 11, Refusal::IndexOutOfRange);
    Case::new(11, 1024, 10).refused(|case| case.index = u64::MAX, Refusal::IndexOutOfRange);
    Case::new(1, 5, 0).refused(|case| case.index = 1, Refusal::IndexOutOfRange);
}

#[test]
fn every_other_index_is_refused() {
    for index in 0..11 {
        for other in (0..11).filter(|other| *other != index) {
            let mut case = Case::new(11, 1024, index);
            case.index = other as u64;
            let verdict = case.verdict();
            assert!(
                matches!(verdict, Err(Refusal::RootMismatch | Refusal::PathLength)),
                "{index} as {other}"
            );
        }
    }
}

#[test]
fn another_count_is_refused_unless_the_way_is_the_same() {
    // A proof of chunk 3 of 11 is one of any tree of 9 to 16 as far as the way goes: same turns, same length.
    for count in 1..40 {
        let mut case = Case::new(11, 1024, 3);
        case.count = count;
        assert_eq!(case.verdict().is_ok(), (9..=16).contains(&count), "as of {count}");
    }
}

#[test]
fn a_path_one_node_short_is_refused() {
    Case::new(11, 1024, 3).refused(|case| case.path.truncate(3), Refusal::PathLength);
    Case::new(11, 1024, 3).refused(|case| _ = case.path.remove(0), Refusal::PathLength);
    Case::new(11, 1024, 3).refused(|case| case.path.clear(), Refusal::PathLength);
}

#[test]
fn a_path_one_node_long_is_refused() {
    Case::new(11, 1024, 3).refused(|case| case.path.push([7; 32]), Refusal::PathLength);
    Case::new(11, 1024, 3).refused(|case| case.path.insert(0, [7; 32]), Refusal::PathLength);
    Case::new(1, 1024, 0).refused(|case| case.path.push([7; 32]), Refusal::PathLength);
}

#[test]
fn any_two_nodes_of_a_path_swapped_are_refused() {
    for (i, j) in [(0, 1), (1, 2), (2, 3), (0, 3)] {
        Case::new(11, 1024, 3).refused(|case| case.path.swap(i, j), Refusal::RootMismatch);
    }
    Case::new(11, 1024, 3).refused(|case| case.path.reverse(), Refusal::RootMismatch);
}

#[test]
fn a_chunk_with_a_trailing_byte_is_refused() {
    Case::new(11, 1024, 3).refused(|case| case.chunk.push(0), Refusal::ChunkLength);
    Case::new(11, 1024, 10).refused(|case| case.chunk.push(0), Refusal::ChunkLength);
    Case::new(1, 1024, 0).refused(|case| case.chunk.push(0), Refusal::ChunkLength);
}

#[test]
fn a_short_last_chunk_with_a_trailing_byte_is_refused() {
    for last in [1, 63, 64, 512, 1023] {
        Case::new(11, last, 10).refused(|case| case.chunk.push(0), Refusal::RootMismatch);
    }
}

#[test]
fn a_chunk_that_is_not_the_last_must_be_full() {
    Case::new(11, 1024, 3).refused(|case| case.chunk.truncate(1023), Refusal::ChunkLength);
    Case::new(11, 1024, 9).refused(|case| case.chunk.truncate(1), Refusal::ChunkLength);
    Case::new(11, 1024, 3).refused(|case| case.chunk.clear(), Refusal::ChunkLength);
}

#[test]
fn a_cut_last_chunk_is_refused() {
    Case::new(11, 1024, 10).refused(|case| case.chunk.truncate(1023), Refusal::RootMismatch);
    Case::new(11, 77, 10).refused(|case| case.chunk.truncate(76), Refusal::RootMismatch);
    Case::new(11, 77, 10).refused(|case| case.chunk.clear(), Refusal::ChunkLength);
    Case::new(1, 77, 0).refused(|case| case.chunk.clear(), Refusal::ChunkLength);
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    for (last, index) in [(1024, 3), (100, 10)] {
        let mut case = Case::new(11, last, index);
        for bit in 0..case.chunk.len() * 8 {
            case.chunk[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(case.verdict(), Err(Refusal::RootMismatch), "bit {bit} of the chunk");
            case.chunk[bit / 8] ^= 1 << (bit % 8);
        }
        for bit in 0..case.path.len() * 256 {
            case.path.as_flattened_mut()[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(case.verdict(), Err(Refusal::RootMismatch), "bit {bit} of the path");
            case.path.as_flattened_mut()[bit / 8] ^= 1 << (bit % 8);
        }
        for bit in 0..256 {
            case.root[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(case.verdict(), Err(Refusal::RootMismatch), "bit {bit} of the root");
            case.root[bit / 8] ^= 1 << (bit % 8);
        }
        assert_eq!(case.verdict(), Ok(()));
    }
}

#[test]
fn a_pair_cannot_be_shown_as_a_chunk() {
    // The preimage of the root of a tree of two, shown as the only chunk of a tree of one.
    let case = Case::new(2, 1024, 0);
    let mut preimage = vec![1];
    preimage.extend(leaf::<Sha2>(&case.chunk));
    preimage.extend(case.path[0]);
    for shown in [&preimage[..], &preimage[1..]] {
        assert_eq!(verify::<Sha2>(&case.root, 1, 0, shown, &[]), Err(Refusal::RootMismatch));
    }
}

#[test]
fn a_leaf_known_by_its_hash_is_held_to_index_and_path_alike() {
    let case = Case::new(11, 1024, 3);
    let node = leaf::<Sha2>(&case.chunk);
    let verdict = |count, index, path: &[Hash]| verify_leaf::<Sha2>(&case.root, count, index, node, path);
    assert_eq!(verdict(11, 3, &case.path), Ok(()));
    assert_eq!(verdict(0, 3, &case.path), Err(Refusal::EmptyTree));
    assert_eq!(verdict(11, 11, &case.path), Err(Refusal::IndexOutOfRange));
    assert_eq!(verdict(11, 3, &case.path[1..]), Err(Refusal::PathLength));
    assert_eq!(verdict(11, 4, &case.path), Err(Refusal::RootMismatch));
}

#[test]
fn no_count_and_no_index_makes_the_verifier_panic() {
    let edges = [0, 1, 2, 3, MAX_CHUNKS - 1, MAX_CHUNKS, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX];
    let path = [[5; 32]; 65];
    for count in edges {
        for index in edges {
            assert_eq!(path_len(count, index).is_some(), index < count);
            for length in 0..=path.len() {
                let verdict = verify::<Sha2>(&[9; 32], count, index, &[0; CHUNK_BYTES], &path[..length]);
                assert!(verdict.is_err());
            }
        }
    }
    assert_eq!(path_len(MAX_CHUNKS, 0), Some(40));
    assert_eq!(path_len(MAX_CHUNKS, MAX_CHUNKS - 1), Some(40));
}
