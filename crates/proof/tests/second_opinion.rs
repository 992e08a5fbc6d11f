//! Against `ct-merkle`, which shares no code with this crate and hashes with another generation of `sha2`.

mod support;

use ct_merkle::{mem_backed_tree::MemoryBackedTree, InclusionProof, RootHash};
use orchestrator_proof::{leaf, verify, verify_leaf, Hash, Sha2, CHUNK_BYTES};
use proptest::prelude::*;
use sha2_next::Sha256;
use support::Tree;

type Theirs = MemoryBackedTree<Sha256, Vec<u8>>;

fn theirs(leaves: &[Vec<u8>]) -> Theirs {
    let mut tree = Theirs::new();
    leaves.iter().for_each(|leaf| tree.push(leaf.clone()));
    tree
}

fn ours(leaves: &[Vec<u8>]) -> Tree {
    Tree::over(leaves.iter().map(|bytes| leaf::<Sha2>(bytes)))
}

fn path_of(proof: &InclusionProof<Sha256>) -> Vec<Hash> {
    proof.as_bytes().chunks(32).map(|node| node.try_into().unwrap()).collect()
}

#[test]
fn all_roots_and_paths_up_to_70_leaves_are_the_same() {
    let leaves: Vec<Vec<u8>> = (0..70).map(|n| vec![n; usize::from(n)]).collect();
    for count in 1..=leaves.len() {
        let leaves = &leaves[..count];
        let (theirs, ours) = (theirs(leaves), ours(leaves));
        assert_eq!(ours.root()[..], theirs.root().as_bytes()[..], "{count} leaves");
        for index in 0..count {
            let path = path_of(&theirs.prove_inclusion(index));
            assert_eq!(ours.path(index as u64), Some(path), "leaf {index} of {count}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn roots_are_the_same(leaves in leaves(400)) {
        let theirs: Hash = theirs(&leaves).root().as_bytes()[..].try_into().unwrap();
        prop_assert_eq!(ours(&leaves).root(), theirs);
    }

    #[test]
    fn their_proofs_pass_our_verifier((leaves, index) in leaves_and_index()) {
        let tree = theirs(&leaves);
        let root: Hash = tree.root().as_bytes()[..].try_into().unwrap();
        let path = path_of(&tree.prove_inclusion(index));
        let (count, at) = (leaves.len() as u64, index as u64);
        prop_assert_eq!(verify_leaf::<Sha2>(&root, count, at, leaf::<Sha2>(&leaves[index]), &path), Ok(()));
    }

    #[test]
    fn our_proofs_pass_their_verifier((leaves, index) in leaves_and_index()) {
        let tree = ours(&leaves);
        let root = RootHash::<Sha256>::new(tree.root().into(), leaves.len() as u64);
        let path = tree.path(index as u64).unwrap();
        let proof = InclusionProof::<Sha256>::try_from_bytes(path.as_flattened().to_vec()).unwrap();
        prop_assert!(root.verify_inclusion(&leaves[index], index as u64, &proof).is_ok());
    }

    #[test]
    fn both_verifiers_give_the_same_verdict_on_a_changed_proof(
        (leaves, index) in leaves_and_index(),
        shown_index in any::<prop::sample::Index>(),
        node in any::<prop::sample::Index>(),
        bit in 0..=256usize,
        cut in -1..=1i8,
    ) {
        let (tree, count) = (ours(&leaves), leaves.len());
        let mut path = tree.path(index as u64).unwrap();
        if bit < 256 && !path.is_empty() {
            let node = node.index(path.len());
            path[node][bit / 8] ^= 1 << (bit % 8);
        }
        match cut {
            -1 => _ = path.pop(),
            1 => path.push([bit as u8; 32]),
            _ => {}
        }
        let shown = shown_index.index(count) as u64;
        let leaf = leaf::<Sha2>(&leaves[index]);
        let ours = verify_leaf::<Sha2>(&tree.root(), count as u64, shown, leaf, &path).is_ok();
        let root = RootHash::<Sha256>::new(tree.root().into(), count as u64);
        let proof = InclusionProof::<Sha256>::try_from_bytes(path.as_flattened().to_vec()).unwrap();
        prop_assert_eq!(ours, root.verify_inclusion(&leaves[index], shown, &proof).is_ok());
    }

    #[test]
    fn chunks_of_a_replica_pass(bytes in 1..60 * CHUNK_BYTES, at in any::<prop::sample::Index>()) {
        let chunks: Vec<Vec<u8>> =
            support::replica(bytes).chunks(CHUNK_BYTES).map(<[u8]>::to_vec).collect();
        let (tree, index) = (theirs(&chunks), at.index(chunks.len()));
        let root: Hash = tree.root().as_bytes()[..].try_into().unwrap();
        let path = path_of(&tree.prove_inclusion(index));
        prop_assert_eq!(
            verify::<Sha2>(&root, chunks.len() as u64, index as u64, &chunks[index], &path),
            Ok(())
        );
    }
}

fn leaves(most: usize) -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..=most)
}

fn leaves_and_index() -> impl Strategy<Value = (Vec<Vec<u8>>, usize)> {
    (leaves(300), any::<prop::sample::Index>()).prop_map(|(leaves, at)| {
        let index = at.index(leaves.len());
        (leaves, index)
    })
}
