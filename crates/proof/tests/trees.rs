//! One root, however the bytes come.

mod support;

use std::io::{self, Read};

use orchestrator_proof::{
    audit_path, leaf, pair, path_bits, root_of, root_of_reader, verify, Frontier, Hash, Root, Sha2,
    TreeError, CHUNK_BYTES, MAX_CHUNKS,
};
use proptest::prelude::*;
use support::{chunks, replica, Tree};

/// The root by RFC 6962 §2.1, word for word: split at the largest power of two below the number of leaves.
fn by_definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [only] => *only,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            pair::<Sha2>(&by_definition(left), &by_definition(right))
        }
    }
}

fn leaves(replica: &[u8]) -> Vec<Hash> {
    replica.chunks(CHUNK_BYTES).map(leaf::<Sha2>).collect()
}

#[test]
fn every_size_up_to_300_chunks_has_the_root_of_the_definition_and_proves_its_chunks() {
    let replica = replica(300 * CHUNK_BYTES);
    let leaves = leaves(&replica);
    for count in 1..=300 {
        let root = by_definition(&leaves[..count]);
        assert_eq!(root_of(&replica[..count * CHUNK_BYTES]).unwrap(), (root, count as u64));
        let tree = Tree::over(leaves[..count].iter().copied());
        assert_eq!(tree.root(), root);
        for index in (0..count).filter(|index| count < 70 || index % 7 == 0 || index + 2 > count) {
            let path = tree.path(index as u64).unwrap();
            let chunk = &replica[index * CHUNK_BYTES..][..CHUNK_BYTES];
            let verdict = verify::<Sha2>(&root, count as u64, index as u64, chunk, &path);
            assert_eq!(verdict, Ok(()), "chunk {index} of {count}");
        }
        assert_eq!(tree.path(count as u64), None);
    }
}

#[test]
fn sizes_around_powers_of_two_have_the_root_of_the_definition() {
    for power in [512, 1024, 2048, 4096] {
        for count in power - 2..=power + 2 {
            let replica = chunks(count, 1024);
            let root = by_definition(&leaves(&replica));
            assert_eq!(root_of(&replica).unwrap(), (root, count as u64), "{count} chunks");
        }
    }
}

#[test]
fn a_short_last_chunk_counts_as_a_chunk() {
    for count in [1, 2, 3, 64, 65, 128, 200] {
        for last in [1, 2, 55, 56, 63, 64, 65, 1000, 1022, 1023] {
            let replica = chunks(count, last);
            let root = by_definition(&leaves(&replica));
            assert_eq!(
                root_of(&replica).unwrap(),
                (root, count as u64),
                "{count} chunks, the last of {last}"
            );
        }
    }
}

#[test]
fn one_chunk_is_its_own_root_and_needs_no_path() {
    for bytes in [1, 500, 1024] {
        let replica = replica(bytes);
        let (root, count) = root_of(&replica).unwrap();
        assert_eq!((root, count), (leaf::<Sha2>(&replica), 1));
        assert_eq!(verify::<Sha2>(&root, 1, 0, &replica, &[]), Ok(()));
    }
}

/// A tree of 2^40 equal chunks has one hash a level, so that its root and paths are known without building it.
#[test]
fn a_chunk_of_the_largest_replica_is_verified() {
    let chunk = [7; CHUNK_BYTES];
    let mut path = vec![leaf::<Sha2>(&chunk)];
    for _ in 0..40 {
        let below = path[path.len() - 1];
        path.push(pair::<Sha2>(&below, &below));
    }
    let root = path.pop().unwrap();
    for index in [0, 1, 0x55_5555_5555, MAX_CHUNKS - 1] {
        assert_eq!(verify::<Sha2>(&root, MAX_CHUNKS, index, &chunk, &path), Ok(()));
        assert_eq!(path_bits(MAX_CHUNKS, index).unwrap(), format!("{index:040b}"));
    }
    let path_above_the_most = audit_path(MAX_CHUNKS + 1, 0, |_| Ok::<_, ()>([0; 32]));
    assert_eq!(path_above_the_most, Ok(None));
}

#[test]
fn an_empty_input_is_refused() {
    assert!(matches!(Root::new().finish(), Err(TreeError::Empty)));
    assert!(matches!(root_of(&[]), Err(TreeError::Empty)));
    assert!(matches!(root_of_reader(io::empty()), Err(TreeError::Empty)));
    assert_eq!(Frontier::new().root(), None);
}

#[test]
fn a_reader_that_fails_is_refused() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("unplugged"))
        }
    }
    let input = replica(10 << 20);
    for whole in [0, 5, 1 << 20, 10 << 20] {
        let reader = input[..whole].chain(Broken);
        assert!(matches!(root_of_reader(reader), Err(TreeError::Io(_))), "after {whole} bytes");
    }
}

#[test]
fn a_reader_of_many_blocks_has_the_root_of_its_bytes() {
    let input = replica((9 << 20) + 12_345);
    let root = by_definition(&leaves(&input));
    for threads in [1, 2, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            assert_eq!(root_of_reader(Dribble(&input, 1)).unwrap().0, root);
            assert_eq!(root_of_reader(&input[..]).unwrap().0, root);
            assert_eq!(root_of(&input).unwrap().0, root);
        });
    }
}

/// Gives pieces of all lengths, and is interrupted again and again.
struct Dribble<'a>(&'a [u8], usize);

impl Read for Dribble<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.1 = self.1 * 31 % 65_521;
        if self.1 % 5 == 0 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = self.1.min(to.len());
        self.0.read(&mut to[..length])
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn pieces_of_any_length_on_any_cores_give_one_root(
        pieces in prop::collection::vec((0..150_000usize, any::<bool>()), 1..8),
    ) {
        let input = replica(pieces.iter().map(|(length, _)| length).sum());
        let mut root = Root::new();
        let mut rest = &input[..];
        for (length, parallel) in pieces {
            let (piece, after) = rest.split_at(length);
            if parallel { root.update_parallel(piece) } else { root.update(piece) }
            rest = after;
        }
        if input.is_empty() {
            prop_assert!(root.finish().is_err());
        } else {
            let leaves = leaves(&input);
            prop_assert_eq!(root.finish().unwrap(), (by_definition(&leaves), leaves.len() as u64));
        }
    }
}
