//! What happens between rounds; random agreements and histories.

use super::{Setup, BASE};
use orchestrator_domain::{Maintenance, Window, MAX_WINDOWS};
use proptest::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A proof, valid or not.
    Answer(bool),
    Pause,
    Resume,
    Touch,
    /// Renews once its term is over, where the reservation is set to renew.
    Renew,
    Dispute,
    /// An arbiter decides, with this share for the consumer.
    Divide(u16),
    /// Nothing happens, but somebody who touches after every event touches.
    Look,
}

/// One round: how long after the interval the next one is opened, and what happens until then. Instants are shares of
/// 1,000 of the time between the two.
#[derive(Clone, Debug)]
pub struct Plan {
    pub extra: u32,
    pub events: Vec<(u16, Event)>,
}

prop_compose! {
    /// Terms, prices and times; `slower` only where it is asked for.
    pub fn setups(slowest: u32)(
        interval in 1_000u32..100_000,
        window in 0u32..1_000,
        slower in 0..=slowest,
        max_misses in 1u8..7,
        slash_bps in 0u16..=10_000,
        price in 0u128..1_000_000_000,
        capacity in 1u64..1_000,
        collateral in 0u128..1_000_000_000,
        bonus in prop_oneof![Just(0u128), 1u128..1_000_000],
        fee_bps in 0u16..=1_000,
        referral_bps in 0u16..=500,
        manager_bps in prop_oneof![Just(0u16), 1u16..=3_000],
        phase in 0u32..1_000,
        opened_before in any::<bool>(),
        term in 1_000u64..3_000_000,
    ) -> Setup {
        Setup {
            interval, slower, max_misses, slash_bps, price, capacity, collateral, bonus, fee_bps, referral_bps,
            manager_bps, opened_before, term,
            window: 1_000 + (interval - 1_000) / 1_000 * window,
            phase: interval / 1_000 * phase,
        }
    }
}

/// Up to 24 rounds, half of them answered.
pub fn plans(most_extra: u32, pauses: bool) -> impl Strategy<Value = Vec<Plan>> {
    drawn(most_extra, pauses, false)
}

/// The same with disputes, of which most are decided.
pub fn disputed(most_extra: u32) -> impl Strategy<Value = Vec<Plan>> {
    drawn(most_extra, true, true)
}

fn drawn(most_extra: u32, pauses: bool, disputes: bool) -> impl Strategy<Value = Vec<Plan>> {
    let event = prop_oneof![
        6 => Just(Event::Answer(true)),
        1 => Just(Event::Answer(false)),
        2 => Just(Event::Renew),
        3 => Just(Event::Touch),
        u32::from(pauses) => Just(Event::Pause),
        u32::from(pauses) => Just(Event::Resume),
        2 * u32::from(disputes) => Just(Event::Dispute),
        2 * u32::from(disputes) => (0u16..=10_000).prop_map(Event::Divide),
    ];
    let events = prop::collection::vec((0u16..1_000, event), 0..4);
    let plan = (0..=most_extra, events).prop_map(|(extra, events)| Plan { extra, events });
    prop::collection::vec(plan, 0..24)
}

/// Up to four windows, one after the other, closer together than the contract ever lets them be.
pub fn windows(most_ms: u64) -> impl Strategy<Value = Maintenance> {
    let window = (0..900_000u64, 1..=most_ms);
    (0u64..5_000_000, prop::collection::vec(window, 0..=MAX_WINDOWS)).prop_map(|(before_ms, lengths)| {
        let mut at = BASE;
        let window = |(gap, length): (u64, u64)| {
            let from = at + gap;
            at = from + length;
            Window { from, until: at }
        };
        Maintenance { before_ms, windows: lengths.into_iter().map(window).collect() }
    })
}
