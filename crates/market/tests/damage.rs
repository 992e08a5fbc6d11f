//! What a provider's disk loses or changes is noticed.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::PathBuf,
};

use orchestrator_market::{Finding, Promise, StoreError, LOST_CHUNKS_TOLD};
use orchestrator_proof::{Refusal, CHUNK_BYTES};

mod stores;
use stores::{file, promise, read, scrub, stored, PLACEMENT};

fn overwrite(path: PathBuf, at: u64, bytes: &[u8]) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(bytes).unwrap();
}

#[test]
fn a_changed_chunk_is_noticed_wherever_it_is_used() {
    let (dir, store, data) = stored(50 * CHUNK_BYTES);
    let Promise { root, chunks } = promise(&data);
    overwrite(file(&dir, "data"), 20 * 1024 + 500, &[data[20 * 1024 + 500] ^ 1]);
    let holding = store.holding(PLACEMENT).unwrap();
    let refusal = holding.proof(&[3, 20]).unwrap_err();
    assert!(matches!(refusal, StoreError::Damaged { placement: PLACEMENT, index: 20 }));
    holding.proof(&[3]).unwrap()[0].verify(&root, chunks).unwrap();
    let shown = &holding.proof_unchecked(&[20]).unwrap()[0];
    assert_eq!(shown.verify(&root, chunks), Err(Refusal::RootMismatch));
    assert_eq!(read(&store).unwrap_err().kind(), io::ErrorKind::InvalidData);
    assert_eq!(scrub(&store), Finding::Damaged { lost: vec![20] });
}

#[test]
fn a_file_that_lost_its_end_is_noticed_wherever_it_is_used() {
    let (dir, store, data) = stored(50 * CHUNK_BYTES);
    let Promise { root, chunks } = promise(&data);
    OpenOptions::new().write(true).open(file(&dir, "data")).unwrap().set_len(47 * 1024 + 1).unwrap();
    let holding = store.holding(PLACEMENT).unwrap();
    assert!(matches!(holding.proof(&[47]), Err(StoreError::Damaged { index: 47, .. })));
    let shown = holding.proof_unchecked(&[46, 47, 49]).unwrap();
    let verdicts: Vec<_> = shown.iter().map(|proof| proof.verify(&root, chunks)).collect();
    assert_eq!(verdicts, [Ok(()), Err(Refusal::RootMismatch), Err(Refusal::RootMismatch)]);
    assert_eq!(read(&store).unwrap_err().kind(), io::ErrorKind::InvalidData);
    assert_eq!(scrub(&store), Finding::Damaged { lost: vec![47, 48, 49] });
}

#[test]
fn a_file_that_grew_is_noticed() {
    let (dir, store, _) = stored(5 * CHUNK_BYTES + 10);
    OpenOptions::new().append(true).open(file(&dir, "data")).unwrap().write_all(b"more").unwrap();
    assert_eq!(read(&store).unwrap_err().kind(), io::ErrorKind::InvalidData);
    assert!(matches!(scrub(&store), Finding::Damaged { .. }));
}

#[test]
fn a_missing_data_file_is_noticed_wherever_it_is_used() {
    let (dir, store, data) = stored(100 * CHUNK_BYTES);
    let Promise { root, chunks } = promise(&data);
    fs::remove_file(file(&dir, "data")).unwrap();
    let holding = store.holding(PLACEMENT).unwrap();
    assert!(matches!(holding.proof(&[9, 5]), Err(StoreError::Damaged { index: 9, .. })));
    assert!(matches!(holding.reader().map(drop), Err(StoreError::Damaged { .. })));
    let shown = &holding.proof_unchecked(&[9]).unwrap()[0];
    assert_eq!(shown.verify(&root, chunks), Err(Refusal::RootMismatch));
    assert_eq!(scrub(&store), Finding::Damaged { lost: (0..LOST_CHUNKS_TOLD as u64).collect() });
}

#[test]
fn an_emptied_data_file_is_noticed() {
    let (dir, store, _) = stored(3 * CHUNK_BYTES);
    File::create(file(&dir, "data")).unwrap();
    assert_eq!(read(&store).unwrap_err().kind(), io::ErrorKind::InvalidData);
    assert_eq!(scrub(&store), Finding::Damaged { lost: vec![0, 1, 2] });
}

#[test]
fn a_damaged_tree_is_noticed_and_rebuilt_by_a_scrub() {
    let damages: [fn(PathBuf); 4] = [
        |tree| fs::remove_file(tree).unwrap(),
        |tree| File::create(tree).map(drop).unwrap(),
        |tree| overwrite(tree, 20, &[1; 40]),
        |tree| overwrite(tree.clone(), fs::metadata(tree).unwrap().len() / 2, &[1; 2048]),
    ];
    for damage in damages {
        let (dir, store, data) = stored(50 * CHUNK_BYTES);
        let Promise { root, chunks } = promise(&data);
        damage(file(&dir, "tree"));
        let all: Vec<u64> = (0..chunks).collect();
        let holding = store.holding(PLACEMENT).unwrap();
        assert!(matches!(holding.proof(&all), Err(StoreError::BrokenTree { placement: PLACEMENT })));
        let shown = holding.proof_unchecked(&all).unwrap();
        assert!(shown.iter().any(|proof| proof.verify(&root, chunks) == Err(Refusal::RootMismatch)));
        assert!(shown.iter().all(|proof| proof.verify(&root, chunks) != Err(Refusal::PathLength)));
        assert!(read(&store).unwrap() == data);
        assert_eq!(scrub(&store), Finding::TreeRebuilt);
        assert_eq!(scrub(&store), Finding::Sound);
        holding.proof(&all).unwrap();
    }
}

#[test]
fn a_tree_of_other_data_is_not_believed() {
    let (dir, store, data) = stored(50 * CHUNK_BYTES);
    let other = vec![1; data.len()];
    store.put(18, &promise(&other), other.as_slice()).unwrap();
    for name in ["data", "tree"] {
        fs::copy(dir.path().join("18").join(name), file(&dir, name)).unwrap();
    }
    let holding = store.holding(PLACEMENT).unwrap();
    assert!(matches!(holding.proof(&[0]), Err(StoreError::BrokenTree { .. })));
    assert_eq!(scrub(&store), Finding::Damaged { lost: vec![] });
}
