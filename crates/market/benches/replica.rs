//! Sealing and opening, against what the cipher and SHA-256 alone do with the same bytes.
//!
//! The ratios at the end are what counts: the contenders take turns, and each is judged by its best turn, so
//! a busy machine disturbs them alike.

use std::{
    fs,
    hint::black_box,
    io,
    sync::OnceLock,
    time::{Duration, Instant},
};

use chacha20poly1305::{AeadInPlace, KeyInit, XChaCha20Poly1305};
use criterion::{Criterion, Throughput};
use orchestrator_market::{
    open, seal, ConsumerSecret, Promise, ReplicaKey, ReplicaStore, FRAME_BYTES, TAG_BYTES,
};
use sha2::{Digest, Sha256};

const FILE_BYTES: usize = 32 << 20;
const TURNS: u32 = 30;

type Contender<'a> = (&'static str, Box<dyn FnMut() + 'a>);

fn main() {
    let key = ReplicaKey::derive(&ConsumerSecret::from_bytes([7; 32]), &[9; 32], 0);
    let plain = vec![0x5a; FILE_BYTES];
    let mut replica = Vec::with_capacity(FILE_BYTES + FILE_BYTES / 1000);
    let sealed = seal(&key, plain.as_slice(), &mut replica, |_| {}).expect("memory can be sealed");
    let promise = Promise::from(sealed);

    let dir = tempfile::tempdir().expect("a folder for the bench");
    let store = ReplicaStore::open(dir.path()).expect("a store for the bench");
    store.put(1, &promise, replica.as_slice()).expect("a replica for the bench");
    let holding = store.holding(1).expect("what was put");
    let mut chunk = 0;

    let cipher = XChaCha20Poly1305::new((&[7; 32]).into());
    let mut in_place = plain.clone();
    let mut hashed_too = plain.clone();
    let encrypt = |buffer: &mut [u8]| {
        for frame in buffer.chunks_mut(FRAME_BYTES - TAG_BYTES) {
            black_box(cipher.encrypt_in_place_detached((&[1; 24]).into(), &[], frame).expect("short enough"));
        }
    };
    let mut contenders: Vec<Contender> = vec![
        ("cipher", Box::new(|| encrypt(&mut in_place))),
        (
            "sha2",
            Box::new(|| {
                black_box(Sha256::digest(&plain));
            }),
        ),
        (
            "cipher, then sha2",
            Box::new(|| {
                encrypt(&mut hashed_too);
                black_box(Sha256::digest(&hashed_too));
            }),
        ),
        ("seal", Box::new(|| drop(black_box(seal(&key, plain.as_slice(), io::sink(), |_| {}))))),
        ("open", Box::new(|| drop(black_box(open(&key, replica.as_slice(), io::sink(), |_| {}))))),
    ];

    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("replica");
    group.throughput(Throughput::Bytes(FILE_BYTES as u64));
    for (name, contender) in &mut contenders {
        group.bench_function(*name, |bencher| bencher.iter(&mut *contender));
    }
    group.finish();
    criterion.bench_function("store/proof of one chunk of 64 MiB", |bencher| {
        bencher.iter(|| {
            chunk = (chunk + 7919) % promise.chunks;
            black_box(holding.proof(&[chunk]))
        });
    });
    print_ratios(&mut contenders);
}

/// Times of one contender: the best on the clock, and on average of this thread on a processor, which other
/// programs disturb little but the kernel counts in ticks.
#[derive(Clone, Copy)]
struct Times {
    clock: Duration,
    thread: Duration,
}

fn print_ratios(contenders: &mut [Contender]) {
    let mut times = vec![Times { clock: Duration::MAX, thread: Duration::ZERO }; contenders.len()];
    for _ in 0..TURNS {
        for ((_, contender), times) in contenders.iter_mut().zip(&mut times) {
            let (clock, thread) = (Instant::now(), thread_time());
            contender();
            times.thread += thread_time().saturating_sub(thread) / TURNS;
            times.clock = clock.elapsed().min(times.clock);
        }
    }
    let [cipher, sha2, both, seal, open] = times[..] else { return };
    let speed = |time: Duration| FILE_BYTES as f64 / time.as_secs_f64() / f64::from(1 << 20);
    println!("\n{:<22}{:>14}{:>24}", "MiB/s", "on the clock", "of the calling thread");
    for ((name, _), time) in contenders.iter().zip(&times) {
        println!("{name:<22}{:>14.0}{:>24.0}", speed(time.clock), speed(time.thread));
    }
    println!("\n{:<54}{:>6}", "ratio", "");
    let ratio = |what: &str, of: Duration, to: Duration| {
        println!("{what:<54}{:>6.2}", to.as_secs_f64() / of.as_secs_f64())
    };
    ratio("seal : slower of cipher and sha2, clock", seal.clock, cipher.clock.max(sha2.clock));
    ratio("seal : cipher then sha2 on one thread, clock", seal.clock, both.clock);
    ratio("seal's encrypting thread : cipher, thread time", seal.thread, cipher.thread);
    ratio("open : cipher, thread time", open.thread, cipher.thread);
}

/// How long this thread has been on a processor. Only Linux tells; elsewhere, the clock.
fn thread_time() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|stat| stat.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}
