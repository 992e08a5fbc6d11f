//! Against published values, and against values that were computed with another program.

mod support;

use orchestrator_proof::{
    draw, leaf, pair, path_bits, path_len, root_of, verify_leaf, Hash, Sha2, Sha256, CHUNK_BYTES,
};
use support::{hash, Tree};

/// Leaves of the test tree that Certificate Transparency implementations share (RFC 6962; published with
/// google/certificate-transparency and transparency-dev/merkle).
const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// Roots over the first 1 to 8 of them, from the same place.
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Count, index, path, from the same place.
const PATHS: [(u64, u64, &[&str]); 7] = [
    (1, 0, &[]),
    (2, 0, &["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"]),
    (2, 1, &["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"]),
    (3, 2, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        5,
        1,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        8,
        0,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        8,
        5,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
];

fn published(count: usize) -> impl Iterator<Item = Hash> {
    LEAVES[..count].iter().map(|bytes| leaf::<Sha2>(&hex::decode(bytes).unwrap()))
}

#[test]
fn roots_are_the_published_ones() {
    for (n, root) in ROOTS.iter().enumerate() {
        assert_eq!(Tree::over(published(n + 1)).root(), hash(root), "{} leaves", n + 1);
    }
}

#[test]
fn paths_are_the_published_ones_and_verify() {
    for (count, index, path) in PATHS {
        let path: Vec<Hash> = path.iter().map(|node| hash(node)).collect();
        let leaves: Vec<Hash> = published(count as usize).collect();
        assert_eq!(Tree::over(leaves.clone()).path(index), Some(path.clone()), "leaf {index} of {count}");
        let root = hash(ROOTS[count as usize - 1]);
        assert_eq!(verify_leaf::<Sha2>(&root, count, index, leaves[index as usize], &path), Ok(()));
    }
}

/// RFC 6962 §2.1.3 draws a tree of seven leaves and lists the paths of d0, d3, d4 and d6 by the names of its nodes.
#[test]
fn the_paths_of_the_rfcs_example_tree_have_its_nodes() {
    let [a, b, c, d, e, f, j]: [Hash; 7] = published(7).collect::<Vec<_>>().try_into().expect("seven leaves");
    let (g, h, i) = (pair::<Sha2>(&a, &b), pair::<Sha2>(&c, &d), pair::<Sha2>(&e, &f));
    let (k, l) = (pair::<Sha2>(&g, &h), pair::<Sha2>(&i, &j));
    let tree = Tree::over([a, b, c, d, e, f, j]);
    assert_eq!(tree.path(0), Some(vec![b, h, l]));
    assert_eq!(tree.path(3), Some(vec![c, g, l]));
    assert_eq!(tree.path(4), Some(vec![f, j, k]));
    assert_eq!(tree.path(6), Some(vec![i, k]));
}

/// Computed with Python's hashlib from the definition in RFC 6962 §2.1, over the bytes
/// `(7 i + i // 1024) % 256` for `i` below 5 × 1024 + 100.
#[test]
fn the_root_of_a_replica_is_what_another_program_computes() {
    let replica: Vec<u8> = (0..5 * CHUNK_BYTES + 100).map(|i| (7 * i + i / CHUNK_BYTES) as u8).collect();
    let root = hash("66f4634922ecc212f67a131f218c367334f710293390f1bf4aa8b83016070a54");
    assert_eq!(root_of(&replica).unwrap(), (root, 6));
}

/// FIPS 180-4's example message.
#[test]
fn the_hash_is_sha_256() {
    let digest = hash("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(Sha2::sha256(b"abc"), digest);
}

/// Computed with Python: `int.from_bytes(hashlib.sha256(domain + contract + placement.to_bytes(8, "little") + root +
/// round.to_bytes(4, "little") + seed + bytes([i])).digest()[:8], "little") * count >> 64`.
#[test]
fn drawn_indices_are_what_another_program_computes() {
    let ascending = |from: u8| -> Hash { std::array::from_fn(|i| from + i as u8) };
    let (a, b, c) = ([0x11; 32], [0x22; 32], [0x33; 32]);
    assert_eq!(draw::<Sha2>(&a, 1, &b, 1, &c, 0, 1000), 579);
    assert_eq!(draw::<Sha2>(&a, 1, &b, 1, &c, 1, 1000), 702);
    assert_eq!(draw::<Sha2>(&a, 0x0102_0304_0506_0708, &b, 0x0a0b_0c0d, &c, 255, 1 << 40), 347_648_797_144);
    let (a, b, c) = (ascending(0), ascending(32), ascending(64));
    assert_eq!(draw::<Sha2>(&a, 7, &b, 42, &c, 3, 1 << 30), 324_473_160);
    assert_eq!(draw::<Sha2>(&a, 7, &b, 42, &c, 3, 1), 0);
}

#[test]
fn the_way_to_a_chunk_reads_from_the_root_down() {
    // In the RFC's tree of seven leaves d6 hangs two levels below the root, the others three.
    let ways = ["000", "001", "010", "011", "100", "101", "11"];
    for (index, way) in ways.iter().enumerate() {
        assert_eq!(path_bits(7, index as u64).as_deref(), Ok(*way));
        assert_eq!(path_len(7, index as u64), Some(way.len() as u32));
    }
    assert_eq!(path_bits(1, 0).as_deref(), Ok(""));
    assert!(path_bits(7, 7).is_err());
    assert!(path_bits(0, 0).is_err());
}
