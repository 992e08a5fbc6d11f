//! Random calls by random parties at random times, sensible and not, against the rules of the domain.
//!
//! After every call all invariants hold; what the domain's rules predict of it has come true, refusals included.
//! `ORCH_RUNS` (200), `ORCH_CALLS` (50) and `ORCH_SEED` (the first run's) set how much is played. A failure prints the
//! seed and the calls of its run; `ORCH_SEED=… ORCH_RUNS=1` plays it again.

mod player;

use std::{
    env,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use player::Player;

fn setting(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not {text:?}")),
        Err(_) => default,
    }
}

#[test]
fn random_calls_keep_every_invariant_and_follow_the_rules() {
    let (runs, calls, seed) = (setting("ORCH_RUNS", 200), setting("ORCH_CALLS", 50), setting("ORCH_SEED", 1));
    let (next, accepted, refused) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| loop {
                let run = next.fetch_add(1, Ordering::Relaxed);
                if run >= runs {
                    return;
                }
                let mut player = Player::new(seed.wrapping_add(run));
                for _ in 0..calls {
                    player.play();
                }
                accepted.fetch_add(player.accepted, Ordering::Relaxed);
                refused.fetch_add(player.refused, Ordering::Relaxed);
            });
        }
    });
    let (accepted, refused) = (accepted.into_inner(), refused.into_inner());
    println!("{runs} runs of {calls} calls from seed {seed}: {accepted} accepted, {refused} refused");
    assert_eq!(accepted + refused, runs * calls);
    assert!(runs * calls < 1_000 || (accepted > runs * calls / 4 && refused > runs * calls / 20));
}
