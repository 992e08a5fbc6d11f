//! Trees in files: what they prove, and what is found when they or the replica are damaged.

mod support;

use std::{
    fs,
    io::{self, Cursor},
    path::Path,
};

use orchestrator_proof::{ChunkProof, Refusal, Root, StoredTree, TreeError, TreeWriter, CHUNK_BYTES};
use support::{chunks, replica};

const HEADER: usize = 88;

fn store(file: &Path, replica: &[u8]) -> StoredTree {
    let mut writer = TreeWriter::create(file).unwrap();
    writer.update(replica).unwrap();
    writer.finish().unwrap()
}

/// Folder, name of the tree, replica.
fn stored(count: usize, last: usize) -> (tempfile::TempDir, std::path::PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let (file, replica) = (folder.path().join("replica.tree"), chunks(count, last));
    store(&file, &replica);
    (folder, file, replica)
}

#[test]
fn every_chunk_of_every_size_is_proven_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let sizes = (1..=20).chain([63, 64, 65, 127, 128, 129, 191, 200, 256, 257]);
    for (count, last) in sizes.flat_map(|count| [(count, 1024), (count, 1), (count, 700)]) {
        let replica = chunks(count, last);
        let tree = store(&folder.path().join("replica.tree"), &replica);
        assert_eq!((tree.count(), tree.bytes()), (count as u64, replica.len() as u64));
        let mut root = Root::new();
        root.update(&replica);
        assert_eq!((tree.root(), tree.count()), root.finish().unwrap());
        for index in 0..tree.count() {
            let proof = ChunkProof::read(&tree, Cursor::new(&replica), index).unwrap();
            assert_eq!(proof.verify(&tree.root(), tree.count()), Ok(()), "chunk {index} of {count}");
            assert_eq!(proof.path, tree.path(index).unwrap());
        }
    }
}

#[test]
fn however_it_was_written_the_file_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (file, other) = (folder.path().join("a"), folder.path().join("b"));
    let replica = replica(5_000_001);
    store(&file, &replica);
    let expected = fs::read(&file).unwrap();

    let mut writer = TreeWriter::create(&other).unwrap();
    writer.update_from(&replica[..]).unwrap();
    writer.finish().unwrap();
    assert_eq!(fs::read(&other).unwrap(), expected);

    let mut writer = TreeWriter::create(&other).unwrap();
    for piece in replica.chunks(777_777) {
        writer.update_parallel(piece).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(fs::read(&other).unwrap(), expected);
}

#[test]
fn a_tree_takes_two_hashes_a_chunk() {
    for count in [1, 2, 3, 64, 100, 255, 256] {
        let (_folder, file, _) = stored(count, 1024);
        let nodes = 2 * count - count.count_ones() as usize;
        assert_eq!(fs::metadata(file).unwrap().len() as usize, HEADER + 32 * nodes);
    }
}

#[test]
fn the_ranges_of_the_chunks_make_up_the_replica() {
    let (_folder, file, replica) = stored(11, 77);
    let tree = StoredTree::open(file).unwrap();
    let mut end = 0;
    for index in 0..11 {
        let range = tree.chunk_range(index).unwrap();
        assert_eq!(range.start, end);
        end = range.end;
    }
    assert_eq!(end, replica.len() as u64);
}

#[test]
fn a_chunk_beyond_the_last_is_refused() {
    let (_folder, file, replica) = stored(11, 77);
    let tree = StoredTree::open(file).unwrap();
    for index in [11, 12, u64::MAX] {
        let refused = |error| matches!(error, TreeError::NoSuchChunk { index: i, last: 10 } if i == index);
        assert!(refused(tree.path(index).unwrap_err()));
        assert!(refused(tree.chunk_range(index).unwrap_err()));
        assert!(refused(ChunkProof::read(&tree, Cursor::new(&replica), index).unwrap_err()));
        assert!(refused(ChunkProof::new(&tree, index, vec![0; CHUNK_BYTES]).unwrap_err()));
    }
}

#[test]
fn a_changed_or_lost_chunk_gives_no_proof_and_the_others_do() {
    let (_folder, file, mut replica) = stored(11, 77);
    let tree = StoredTree::open(file).unwrap();
    replica[3 * CHUNK_BYTES + 500] ^= 1;
    replica.truncate(replica.len() - 1);
    for index in 0..11 {
        let proof = ChunkProof::read(&tree, Cursor::new(&replica), index);
        match index {
            3 | 10 => assert!(matches!(proof, Err(TreeError::LostChunk { index: i }) if i == index)),
            _ => assert_eq!(proof.unwrap().verify(&tree.root(), 11), Ok(())),
        }
    }
    let long = vec![0; CHUNK_BYTES + 1];
    assert!(matches!(ChunkProof::new(&tree, 3, long), Err(TreeError::LostChunk { index: 3 })));
    assert!(matches!(ChunkProof::new(&tree, 3, vec![]), Err(TreeError::LostChunk { index: 3 })));
}

#[test]
fn a_proof_is_refused_for_another_replica() {
    let (_folder, file, replica) = stored(11, 77);
    let tree = StoredTree::open(file).unwrap();
    let proof = ChunkProof::read(&tree, Cursor::new(&replica), 4).unwrap();
    assert_eq!(proof.verify(&[1; 32], 11), Err(Refusal::RootMismatch));
    assert_eq!(proof.verify(&tree.root(), 4), Err(Refusal::IndexOutOfRange));
}

#[test]
fn a_flipped_bit_anywhere_in_the_file_never_gives_a_wrong_path() {
    let (_folder, file, _) = stored(11, 77);
    let good = fs::read(&file).unwrap();
    let paths: Vec<_> = (0..11).map(|index| StoredTree::open(&file).unwrap().path(index).unwrap()).collect();
    for byte in 0..good.len() {
        let mut bad = good.clone();
        bad[byte] ^= 1 << (byte % 8);
        fs::write(&file, &bad).unwrap();
        let opened = StoredTree::open(&file);
        if byte < HEADER {
            let refused = opened.err();
            let expected = match byte {
                0..8 => matches!(refused, Some(TreeError::NotATree)),
                8..12 => matches!(refused, Some(TreeError::OtherFormat { known: 1, .. })),
                _ => matches!(refused, Some(TreeError::BrokenFile)),
            };
            assert!(expected, "byte {byte}");
            continue;
        }
        let tree = opened.unwrap();
        let mut broken = 0;
        for index in 0..11 {
            match tree.path(index) {
                Ok(path) => assert_eq!(path, paths[index as usize], "byte {byte}"),
                Err(error) => {
                    assert!(matches!(error, TreeError::BrokenPath { index: i } if i == index));
                    broken += 1;
                }
            }
        }
        assert!(broken > 0, "byte {byte} is part of no path");
    }
}

#[test]
fn a_file_of_another_length_is_refused() {
    let (_folder, file, _) = stored(11, 77);
    let good = fs::read(&file).unwrap();
    for length in 0..good.len() {
        fs::write(&file, &good[..length]).unwrap();
        let refused = StoredTree::open(&file).err();
        match length < HEADER {
            true => assert!(matches!(refused, Some(TreeError::NotATree)), "{length} bytes"),
            false => assert!(matches!(refused, Some(TreeError::BrokenFile)), "{length} bytes"),
        }
    }
    fs::write(&file, [&good[..], &[0]].concat()).unwrap();
    assert!(matches!(StoredTree::open(&file), Err(TreeError::BrokenFile)));
}

#[test]
fn a_file_cut_while_it_is_open_is_refused() {
    let (_folder, file, _) = stored(11, 77);
    let tree = StoredTree::open(&file).unwrap();
    fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(HEADER as u64 + 32).unwrap();
    assert!(matches!(tree.path(10), Err(TreeError::BrokenFile)));
}

#[test]
fn no_file_is_refused_as_the_disk_says() {
    let folder = tempfile::tempdir().unwrap();
    let refused = StoredTree::open(folder.path().join("none")).err();
    assert!(matches!(refused, Some(TreeError::Io(error)) if error.kind() == io::ErrorKind::NotFound));
    let refused = TreeWriter::create(folder.path().join("none").join("replica.tree")).err();
    assert!(matches!(refused, Some(TreeError::Io(error)) if error.kind() == io::ErrorKind::NotFound));
}

#[test]
fn an_empty_replica_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let writer = TreeWriter::create(folder.path().join("replica.tree")).unwrap();
    assert!(matches!(writer.finish(), Err(TreeError::Empty)));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn until_it_is_whole_the_tree_before_stays_in_place() {
    let (folder, file, old) = stored(11, 77);
    let before = fs::read(&file).unwrap();
    let mut writer = TreeWriter::create(&file).unwrap();
    writer.update(&replica(1_000_000)).unwrap();
    assert_eq!(fs::read(&file).unwrap(), before);
    drop(writer);
    assert_eq!(fs::read(&file).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left of the unfinished one");
    let tree = StoredTree::open(&file).unwrap();
    assert!(ChunkProof::read(&tree, Cursor::new(&old), 0).is_ok());
}

#[test]
fn what_a_killed_writer_left_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("replica.tree");
    fs::write(folder.path().join("replica.tree.partial"), vec![7; 100_000]).unwrap();
    let replica = chunks(11, 77);
    let tree = store(&file, &replica);
    assert!(ChunkProof::read(&tree, Cursor::new(&replica), 10).is_ok());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn threads_prove_from_one_tree_at_once() {
    let (_folder, file, replica) = stored(200, 1024);
    let tree = StoredTree::open(file).unwrap();
    std::thread::scope(|scope| {
        for first in 0..4 {
            let (tree, replica) = (&tree, &replica);
            scope.spawn(move || {
                for index in (first..200).step_by(4) {
                    assert!(ChunkProof::read(tree, Cursor::new(replica), index).is_ok());
                }
            });
        }
    });
}

#[test]
fn errors_tell_what_to_do() {
    for error in
        [TreeError::Empty, TreeError::NotATree, TreeError::BrokenFile, TreeError::LostChunk { index: 3 }]
    {
        let sentence = error.to_string();
        assert!(sentence.contains([':', ',']) && !sentence.ends_with('.'), "{sentence}");
    }
}
