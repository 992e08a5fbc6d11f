//! What a tree costs, as a ratio to what `sha2` does with the same bytes in one piece.
//!
//! Both are timed in turn, and the best time of each counts: what else the machine does only ever adds to a time.
//! A ratio holds on other machines as well, as far as they have SHA instructions.

use std::{hint::black_box, time::Instant};

use criterion::{Criterion, Throughput};
use orchestrator_proof::{
    draw, path_len, root_of, root_of_reader, verify, ChunkProof, Root, Sha2, Sha256, TreeWriter, CHUNK_BYTES,
};

const BYTES: usize = 32 << 20;
const ROUNDS: usize = 25;

/// Seconds that `work` takes.
fn seconds<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    black_box(work());
    start.elapsed().as_secs_f64()
}

/// Prints how much faster `ours` is than `base`, in bytes per second over equally many bytes.
fn ratio(name: &str, mut base: impl FnMut(), mut ours: impl FnMut()) {
    let (mut best_base, mut best_ours) = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        best_base = best_base.min(seconds(&mut base));
        best_ours = best_ours.min(seconds(&mut ours));
    }
    println!("ratio {name:<42} {:>5.2}", best_base / best_ours);
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool")
}

fn ratios(data: &[u8], folder: &std::path::Path) {
    let raw = || {
        black_box(Sha2::sha256(data));
    };
    let streaming = || {
        let mut root = Root::new();
        data.chunks(1 << 20).for_each(|piece| root.update(piece));
        black_box(root.finish().expect("a root"));
    };
    let parallel = || {
        black_box(root_of(data).expect("a root"));
    };
    let reader = || {
        black_box(root_of_reader(data).expect("a root"));
    };
    let stored = || {
        let mut tree = TreeWriter::create(folder.join("ratio.tree")).expect("a file");
        tree.update_from(data).expect("a tree");
        black_box(&tree);
    };
    println!("\nratio to raw sha2 over the same {} MiB, best of {ROUNDS}:", BYTES >> 20);
    ratio("root, streaming, 1 core", raw, streaming);
    let (one, two) = (pool(1), pool(2));
    ratio("root, blocks, pool of 1", raw, || one.install(parallel));
    ratio("root, blocks, pool of 2", raw, || two.install(parallel));
    ratio("root, reader, pool of 1", raw, || one.install(reader));
    ratio("root, reader, pool of 2", raw, || two.install(reader));
    ratio("root and stored tree, pool of 1", raw, || one.install(stored));
    ratio("root and stored tree, pool of 2", raw, || two.install(stored));
    ratio("scaling: root, pool of 2 against 1", || one.install(parallel), || two.install(parallel));
}

/// Verifying against hashing, one after another, the messages that a verifier cannot but hash.
fn verify_ratio(proof: &ChunkProof, root: &[u8; 32], count: u64) {
    let many = BYTES / 4 / CHUNK_BYTES;
    let length = path_len(count, proof.index).expect("an index in range");
    let (leaf, pair) = ([0; CHUNK_BYTES + 1], [1; 65]);
    let bare = || {
        for _ in 0..many {
            black_box(Sha2::sha256(black_box(&leaf)));
            (0..length).for_each(|_| _ = black_box(Sha2::sha256(black_box(&pair))));
        }
    };
    let ours = || {
        for _ in 0..many {
            let done = verify::<Sha2>(root, count, proof.index, black_box(&proof.chunk), &proof.path);
            done.expect("a valid proof");
        }
    };
    ratio("verify against hashing its path only", bare, ours);
}

fn main() {
    let data: Vec<u8> =
        (0..BYTES as u64 / 8).flat_map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes()).collect();
    let folder = tempfile::tempdir().expect("a folder");
    ratios(&data, folder.path());

    let mut writer = TreeWriter::create(folder.path().join("bench.tree")).expect("a file");
    writer.update_from(data.as_slice()).expect("a tree");
    let tree = writer.finish().expect("a stored tree");
    let (root, count) = (tree.root(), tree.count());
    let read = |index| ChunkProof::read(&tree, std::io::Cursor::new(&data), index).expect("a proof");
    let proof = read(count / 3);
    verify_ratio(&proof, &root, count);
    println!();

    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(500))
        .measurement_time(std::time::Duration::from_secs(2))
        .configure_from_args();
    let mut group = criterion.benchmark_group("proof");
    group.throughput(Throughput::Elements(1));
    let mut round = 0;
    group.bench_function("create from a stored tree of 65536 chunks", |bencher| {
        bencher.iter(|| {
            round += 1;
            read(draw::<Sha2>(&[1; 32], 1, &root, round, &[2; 32], 0, count))
        })
    });
    group.bench_function("verify in a tree of 65536 chunks", |bencher| {
        bencher.iter(|| black_box(&proof).verify(&root, count))
    });
    group.bench_function("draw", |bencher| {
        bencher.iter(|| draw::<Sha2>(&[1; 32], 1, &root, black_box(7), &[2; 32], 0, count))
    });
    group.finish();
    let mut group = criterion.benchmark_group("root");
    group.throughput(Throughput::Bytes(BYTES as u64)).sample_size(10);
    group.bench_function("streaming on one core", |bencher| {
        bencher.iter(|| {
            let mut root = Root::new();
            root.update(&data);
            root.finish()
        })
    });
    group.finish();
}
