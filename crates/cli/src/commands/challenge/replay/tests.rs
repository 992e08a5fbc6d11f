//! What a replay says of slashes that follow from the events, and of such that do not.

use ink::env::Event;
use orchestrator::{
    domain::{Balance, SlaTerms, State, Window, DAY_MS},
    events::{MaintenanceSet, PlacementMoved, Proven, RoundOpened, Slashed},
    SlashReason,
};
use orchestrator_chain::{AccountId, ContractEvent, Hash};
use scale::Encode;

use super::{
    course::{Agreed, Course},
    judged::{Judged, Standing},
};

const HOUR_MS: u64 = 3_600_000;
const STAKE: Balance = 1_000;
/// Blocks of six seconds.
const BLOCK_MS: u64 = 6_000;

fn account(byte: u8) -> AccountId {
    AccountId::from([byte; 32])
}

/// A placement with its events: a round a day, six hours to answer, a fifth of the stake for a miss, all for three.
struct Chain(Course);

impl Chain {
    fn new() -> Self {
        let terms = SlaTerms {
            interval_ms: 86_400_000,
            window_ms: 21_600_000,
            samples: 2,
            slash_bps: 2_000,
            max_misses: 3,
            collateral_bps: 10_000,
            uptime_bps: 0,
            latency_ms: 0,
            notice_ms: 0,
            exit_bps: 1_000,
            maintenance_ms: 0,
        };
        let mut chain = Self(Course::new(Agreed {
            placement: 1,
            contract: account(9),
            provider: account(1),
            challenger: account(2),
            unit: 1,
            terms,
            reporter_bps: 1_000,
            first: Some(([7; 32], 100)),
            window_ms: 21_600_000,
        }));
        chain.moved(0, State::Accepted, 10, STAKE);
        chain.moved(0, State::Active, 10, STAKE);
        chain
    }

    fn see<E: Event + Encode>(&mut self, at_ms: u64, event: E) {
        let topic = E::SIGNATURE_TOPIC.map(Hash::from).unwrap();
        let block = u32::try_from(at_ms / BLOCK_MS).unwrap();
        let data = event.encode();
        self.0.see(&ContractEvent { block, at_ms, contract: account(9), topics: vec![topic], data });
    }

    fn moved(&mut self, at: u64, state: State, capacity: u64, collateral: Balance) {
        self.see(
            at,
            PlacementMoved {
                placement: 1,
                reservation: 1,
                provider: account(1),
                slot: 0,
                unit: 1,
                state,
                ends_at: 30 * DAY_MS,
                capacity,
                price: 1,
                escrow: 1,
                collateral,
            },
        );
    }

    fn round(&mut self, number: u32) {
        self.see(day(number), RoundOpened { challenger: account(2), round: number, seed: [3; 32] });
    }

    fn slashed(&mut self, at: u64, round: u32, misses: u32, amount: Balance, reason: SlashReason) {
        self.see(
            at,
            Slashed {
                placement: 1,
                provider: account(1),
                round,
                misses,
                reason,
                amount,
                reporter: None,
                to_reporter: 0,
                to_pot: amount,
            },
        );
    }

    /// What the replay complains of, slash by slash.
    fn complaints(&self) -> Vec<Vec<String>> {
        self.0.slashes().iter().map(Judged::complaints).collect()
    }

    fn agrees(&self) -> bool {
        self.complaints().iter().all(Vec::is_empty)
    }
}

/// When a round is opened.
fn day(number: u32) -> u64 {
    u64::from(number) * DAY_MS
}

#[test]
fn a_slash_that_follows_from_the_events_agrees() {
    let mut chain = Chain::new();
    chain.round(1);
    chain.round(2);
    chain.slashed(day(2) + 6 * HOUR_MS, 2, 2, 400, SlashReason::Unanswered);
    assert!(chain.agrees(), "{:?}", chain.complaints());
    let slashes = chain.0.slashes();
    assert_eq!((slashes[0].rounds.len(), slashes[0].expected), (2, 400));
    assert_eq!(slashes[0].rounds[0].chunks.as_ref().map(Vec::len), Some(2));
}

#[test]
fn a_slash_of_another_amount_differs() {
    for amount in [0, 199, 201, 1_000] {
        let mut chain = Chain::new();
        chain.round(1);
        chain.slashed(day(2), 1, 1, amount, SlashReason::Unanswered);
        assert_eq!(chain.complaints(), [["the amount should be 200 planks"]], "{amount}");
    }
}

#[test]
fn a_slash_for_more_rounds_than_were_missed_differs() {
    let mut chain = Chain::new();
    chain.round(1);
    chain.see(day(1) + HOUR_MS, Proven { placement: 1, round: 1 });
    chain.round(2);
    chain.slashed(day(3), 2, 2, 400, SlashReason::Unanswered);
    assert_eq!(chain.complaints(), [["2 misses are told, and 1 rounds were missed"]]);
}

#[test]
fn a_slash_while_the_window_is_open_differs() {
    for (at, agrees) in [(day(1) + 6 * HOUR_MS - 1, false), (day(1) + 6 * HOUR_MS, true)] {
        let mut chain = Chain::new();
        chain.round(1);
        chain.slashed(at, 1, 1, 200, SlashReason::Unanswered);
        assert_eq!(chain.agrees(), agrees, "{at}");
    }
}

#[test]
fn a_slash_for_a_round_in_maintenance_differs() {
    let mut chain = Chain::new();
    chain.see(0, MaintenanceSet { unit: 1, window: Window { from: day(1), until: day(1) + 1 } });
    chain.round(1);
    chain.slashed(day(2), 1, 1, 200, SlashReason::Unanswered);
    assert_eq!(chain.complaints().concat().len(), 1);
    assert_eq!(chain.0.slashes()[0].rounds[0].standing, Standing::InMaintenance);

    let mut chain = Chain::new();
    let windows = [Window { from: day(1), until: day(1) + 1 }, Window { from: day(1), until: day(1) }];
    windows.map(|window| chain.see(0, MaintenanceSet { unit: 1, window }));
    chain.round(1);
    chain.slashed(day(2), 1, 1, 200, SlashReason::Unanswered);
    assert!(chain.agrees(), "maintenance that was taken back excuses nothing");
}

#[test]
fn a_wrong_proof_counts_only_while_its_round_waits_for_one() {
    let wrong = |at: u64, proven: bool| {
        let mut chain = Chain::new();
        chain.round(1);
        if proven {
            chain.see(day(1) + 1, Proven { placement: 1, round: 1 });
        }
        chain.slashed(at, 1, 1, 200, SlashReason::InvalidProof);
        chain.agrees()
    };
    assert!(wrong(day(1) + HOUR_MS, false));
    assert!(!wrong(day(1) + HOUR_MS, true) && !wrong(day(1) + 6 * HOUR_MS, false));
}

#[test]
fn the_third_miss_in_a_row_takes_all_and_ends_the_placement() {
    let mut chain = Chain::new();
    for number in [1, 2, 3] {
        chain.round(number);
    }
    chain.slashed(day(4), 3, 3, STAKE, SlashReason::Unanswered);
    assert_eq!(chain.complaints(), [["everything was forfeited, and the placement did not fail"]]);
    chain.moved(day(4), State::Failed, 10, 0);
    assert!(chain.agrees());
}

#[test]
fn a_proof_between_two_misses_starts_the_row_anew() {
    let mut chain = Chain::new();
    chain.round(1);
    chain.round(2);
    chain.slashed(day(2) + 6 * HOUR_MS, 2, 2, 400, SlashReason::Unanswered);
    chain.round(3);
    chain.see(day(3) + 1, Proven { placement: 1, round: 3 });
    chain.round(4);
    chain.slashed(day(5), 4, 1, 200, SlashReason::Unanswered);
    assert!(chain.agrees(), "{:?}", chain.complaints());
}

#[test]
fn the_base_of_a_slash_follows_the_capacity() {
    let mut chain = Chain::new();
    chain.moved(HOUR_MS, State::Active, 5, STAKE / 2);
    chain.round(1);
    chain.slashed(day(2), 1, 1, 100, SlashReason::Unanswered);
    chain.moved(day(2) + 1, State::Active, 8, STAKE / 2);
    chain.round(3);
    chain.slashed(day(4), 3, 1, 120, SlashReason::Unanswered);
    assert!(chain.agrees(), "{:?}", chain.complaints());
}

#[test]
fn leaving_costs_its_share_of_the_stake_and_a_decision_what_was_decided() {
    for (amount, agrees) in [(100, true), (99, false)] {
        let mut chain = Chain::new();
        chain.slashed(day(1), 0, 0, amount, SlashReason::Exit);
        assert_eq!(chain.agrees(), agrees, "{amount}");
    }
    let mut chain = Chain::new();
    chain.slashed(day(1), 0, 0, 0, SlashReason::Dispute);
    assert_eq!(chain.complaints(), [["no arbiter has decided anything"]]);
}
