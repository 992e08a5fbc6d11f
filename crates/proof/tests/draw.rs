//! Drawn indices: in range, evenly spread, and different for whatever differs.

use orchestrator_proof::{draw, Sha2, DOMAIN, MAX_CHUNKS};

const CONTRACT: [u8; 32] = [1; 32];
const ROOT: [u8; 32] = [2; 32];
const SEED: [u8; 32] = [3; 32];

fn indices(samples: u32, count: u64) -> impl Iterator<Item = u64> {
    (0..samples).map(move |n| draw::<Sha2>(&CONTRACT, 1, &ROOT, n / 256, &SEED, (n % 256) as u8, count))
}

#[test]
fn an_index_is_always_below_the_count() {
    for count in [1, 2, 3, 5, 1000, 1 << 30, MAX_CHUNKS - 1, MAX_CHUNKS, u64::MAX] {
        assert!(indices(500, count).all(|index| index < count), "{count} chunks");
    }
}

#[test]
fn of_no_chunks_the_index_is_zero() {
    assert_eq!(indices(10, 0).max(), Some(0));
}

#[test]
fn every_chunk_of_a_small_replica_is_asked_for() {
    for count in 1..=20 {
        let mut asked: Vec<u64> = indices(512, count).collect();
        asked.sort_unstable();
        asked.dedup();
        assert_eq!(asked, (0..count).collect::<Vec<_>>());
    }
}

/// Pearson's chi-square over equal shares of the index range. With 63 degrees of freedom 103.4 is passed by chance
/// once in a thousand times; the inputs are fixed, so the outcome is too.
#[test]
fn indices_are_spread_evenly() {
    for count in [64, 64 * 1000, MAX_CHUNKS] {
        let samples = 64_000;
        let mut bins = [0u32; 64];
        indices(samples, count).for_each(|index| bins[(index / (count / 64)) as usize] += 1);
        let expected = f64::from(samples) / 64.0;
        let chi_square: f64 = bins.iter().map(|n| (f64::from(*n) - expected).powi(2) / expected).sum();
        assert!(chi_square < 103.4, "{chi_square} at {count} chunks");
        assert!(chi_square > 20.0, "{chi_square} at {count} chunks is too even to be random");
    }
}

#[test]
fn the_index_depends_on_each_input() {
    let base = draw::<Sha2>(&CONTRACT, 1, &ROOT, 1, &SEED, 0, MAX_CHUNKS);
    let others = [
        draw::<Sha2>(&[9; 32], 1, &ROOT, 1, &SEED, 0, MAX_CHUNKS),
        draw::<Sha2>(&CONTRACT, 2, &ROOT, 1, &SEED, 0, MAX_CHUNKS),
        draw::<Sha2>(&CONTRACT, 1 << 63, &ROOT, 1, &SEED, 0, MAX_CHUNKS),
        draw::<Sha2>(&CONTRACT, 1, &[9; 32], 1, &SEED, 0, MAX_CHUNKS),
        draw::<Sha2>(&CONTRACT, 1, &ROOT, 2, &SEED, 0, MAX_CHUNKS),
        draw::<Sha2>(&CONTRACT, 1, &ROOT, 1 << 31, &SEED, 0, MAX_CHUNKS),
        draw::<Sha2>(&CONTRACT, 1, &ROOT, 1, &[9; 32], 0, MAX_CHUNKS),
        draw::<Sha2>(&CONTRACT, 1, &ROOT, 1, &SEED, 1, MAX_CHUNKS),
    ];
    let mut all = others.to_vec();
    all.push(base);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), others.len() + 1);
}

#[test]
fn half_the_count_halves_the_index() {
    // Multiply and shift scales one number to the count, so halving it drops the last bit.
    for (whole, half) in indices(1000, MAX_CHUNKS).zip(indices(1000, MAX_CHUNKS / 2)) {
        assert_eq!(whole / 2, half);
    }
}

#[test]
fn the_domain_is_fixed() {
    assert_eq!(&DOMAIN, b"orchestrator/challenge/v1");
}
