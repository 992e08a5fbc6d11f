//! Records are read and written as a table of their fields says, not by derived code: what comes out is SCALE's.

mod numbers;

use numbers::Numbers;
use orchestrator_domain::*;
use proptest::prelude::*;
use scale::{Decode, DecodeAll, Encode};
use scale_info::{TypeDef, TypeInfo};

/// Read back as it was written, alone and with more behind it; refused when cut short anywhere.
fn is_read_as_written<T: Encode + Decode + PartialEq + std::fmt::Debug>(record: &T) {
    let mut bytes = record.encode();
    assert_eq!(T::decode_all(&mut &bytes[..]).as_ref(), Ok(record));
    for length in 0..bytes.len() {
        assert!(T::decode(&mut &bytes[..length]).is_err(), "cut at {length} of {}", bytes.len());
    }
    bytes.extend([7, 7]);
    let mut input = &bytes[..];
    assert_eq!(T::decode(&mut input).as_ref(), Ok(record));
    assert_eq!(input, [7, 7]);
}

/// Names of a record's fields as the metadata tells them to everybody else.
fn told<T: TypeInfo>() -> Vec<&'static str> {
    match T::type_info().type_def {
        TypeDef::Composite(record) => record.fields.iter().filter_map(|x| x.name).collect(),
        other => panic!("no record: {other:?}"),
    }
}

/// SCALE writes a record as its fields, one after the other, in the order of the metadata.
macro_rules! is_scale {
    ($value:expr, $record:ident { $($field:ident),+ $(,)? }) => {{
        let value: $record = $value;
        is_read_as_written(&value);
        assert_eq!(told::<$record>(), [$(stringify!($field)),+]);
        let written = value.encode();
        let $record { $($field),+ } = value;
        assert_eq!(written, [$($field.encode()),+].concat());
    }};
}

/// What the derived code writes.
#[derive(Encode)]
struct Derived {
    kept: u64,
    missed: u64,
    completed: u64,
    broken: u64,
    short: u64,
    lost: u64,
    praised: u64,
    blamed: u64,
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_record_is_written_as_scale_says_and_read_as_it_was_written(
        numbers in prop::collection::vec(any::<u64>(), 16..40),
    ) {
        let mut x = Numbers(numbers, 0);
        is_scale!(x.placement(), Placement {
            reservation, slot, unit, provider, challenger, state, root, chunks, capacity, price, terms, fee_bps,
            referral_bps, manager_bps, reporter_bps, interval_ms, accept_by, activate_by, term_ms, escrow, collateral,
            collateral_initial, bonus, bonus_paid, started_at, ends_at, segment_at, served_before_ms, earned_before,
            unpaid_ms, settled, terminated, unit_place, tally, place, rested_ms, rested_before_ms, recorded_ms,
            slashed, refunded, disputable_at, rating, seen_before, dispute,
        });
        is_scale!(x.placement().tally, Tally { round, cuts, proven, missed, excused, streak, dent_at, opened_at });
        is_scale!(x.placement().rating, Rating { stars, rated_at, weight });
        is_scale!(x.dispute(), Dispute { fact_at, evidence, answer, bond, answer_by, decide_by });
        is_scale!(x.terms(), SlaTerms {
            interval_ms, window_ms, samples, slash_bps, max_misses, collateral_bps, uptime_bps, latency_ms, notice_ms,
            exit_bps, maintenance_ms,
        });
        is_scale!(x.challenger(), Challenger {
            interval_ms, window_ms, round, seed, opened_at, opened_block, open_window_ms, pauses, cuts,
        });
        is_scale!(x.unit(), DataUnit {
            provider, node, region, used, place, placements, changed_at, standing, member, spec,
        });
        is_scale!(x.unit().spec, UnitSpec {
            kind, capacity, price, currency, terms, min_term_ms, max_term_ms, open, tags,
        });
        is_scale!(x.reservation(), Reservation {
            consumer, challenger, capacity, term_ms, renew_up_to, place, cluster_place, offered_to, referrer, choice,
            manifest, grants, slots,
        });
        is_scale!(x.cluster(), Cluster {
            manager, changed_at, members, turn, reservations, place, pool, offered_to, spec,
        });
        is_scale!(x.cluster().spec, ClusterSpec {
            kind, price, currency, terms, fee_bps, open, parameters, observers,
        });
        is_scale!(x.cluster().pool, Pool { distributions, fee, manager, members, due });
        is_scale!(x.office(), Office { holders, upgrade });
        is_scale!(x.account_record(), Account {
            available, locked, reservations, placements, nodes, clusters, standing,
        });
        is_scale!(x.config(), Config {
            network_fee_bps, referral_bps, reporter_bps, accept_ms, activate_ms, score_unit,
        });
        is_scale!(x.root(), Root {
            admin, treasury, config, pauses, rate, owed, fees, last_node, last_unit, last_reservation, last_placement,
            last_cluster, offered_to,
        });
        is_scale!(x.pauses(), Pauses { paused, began_at, count, ended_ms, next_at });
        is_scale!(x.rate(), Rate { per_usd, at });
        is_scale!(
            Share { distributions: x.int(), pooled: x.money(), due: x.money() },
            Share { distributions, pooled, due }
        );
        is_scale!(Replica { unit: x.next(), root: x.hash(), chunks: x.next() }, Replica { unit, root, chunks });
    }

    #[test]
    fn what_the_score_rests_on_is_written_as_scale_says_and_read_as_it_was_written(
        numbers in prop::collection::vec(any::<u64>(), 16..40),
    ) {
        let mut x = Numbers(numbers, 0);
        is_scale!(x.evidence(), Evidence { kept, missed, completed, broken, short, lost, praised, blamed });
        is_scale!(x.standing(), Standing { month, now, past });
        is_scale!(x.findings(), Findings { seen, undone, undone_at });
        is_scale!(x.maintenance(), Maintenance { before_ms, windows });
        is_scale!(Window { from: x.next(), until: x.next() }, Window { from, until });
        is_scale!(x.quality(), Quality { day, seen, short, provider_short, reports });
        is_scale!(x.seen(), Seen { days, uptime_bps, latency_ms });
        for report in x.quality().reports {
            is_scale!(report, Report { observer, network, uptime_bps, latency_ms });
        }
    }

    #[test]
    fn evidence_is_written_as_the_derived_code_would(parts in any::<[u64; 8]>()) {
        let [kept, missed, completed, broken, short, lost, praised, blamed] = parts;
        let derived = Derived { kept, missed, completed, broken, short, lost, praised, blamed };
        let evidence = Evidence { kept, missed, completed, broken, short, lost, praised, blamed };
        prop_assert_eq!(evidence.encode(), derived.encode());
        prop_assert_eq!(evidence.encoded_size(), 64);
        prop_assert_eq!(Evidence::decode_all(&mut &derived.encode()[..]), Ok(evidence));
    }
}

#[test]
fn what_is_no_value_is_refused() {
    let pauses = Pauses::default().encode();
    assert!(Pauses::decode_all(&mut &pauses[..]).is_ok());
    assert!(Pauses::decode_all(&mut &[&[2], &pauses[1..]].concat()[..]).is_err(), "a flag is 0 or 1");
    let mut x = Numbers(vec![0], 0);
    let mut placement = x.placement().encode();
    let state = 8 + 1 + 8 + 32 + 32;
    assert_eq!(placement[state], 0);
    placement[state] = 8;
    assert!(Placement::decode_all(&mut &placement[..]).is_err(), "there are eight states");
}

#[test]
fn a_name_that_is_none_is_refused() {
    assert!(Kind::decode(&mut &[5][..]).is_ok() && Kind::decode(&mut &[6][..]).is_err());
    assert!(Currency::decode(&mut &[1][..]).is_ok() && Currency::decode(&mut &[2][..]).is_err());
    let named = |last: u8| [&[1; 32][..], &[last]].concat();
    assert!(Holder::decode(&mut &named(3)[..]).is_ok() && Holder::decode(&mut &named(4)[..]).is_err());
    assert!(Grant::decode(&mut &named(1)[..]).is_ok() && Grant::decode(&mut &named(2)[..]).is_err());
}

#[test]
fn a_list_that_says_it_is_longer_than_its_bytes_is_refused() {
    let windows = Maintenance { before_ms: 1, windows: vec![Window { from: 2, until: 3 }; 3] };
    let mut bytes = windows.encode();
    assert_eq!((bytes.len(), bytes[8]), (8 + 1 + 3 * 16, 3 << 2));
    bytes[8] = 4 << 2;
    assert!(Maintenance::decode(&mut &bytes[..]).is_err());
    let most = [&1u64.encode()[..], &scale::Compact(u32::MAX).encode()].concat();
    assert!(Maintenance::decode(&mut &most[..]).is_err(), "refused before anything is kept for it");
}

#[test]
fn a_dispute_is_there_or_not() {
    let mut x = Numbers(vec![0], 0);
    let mut placement = x.placement().encode();
    assert_eq!(placement.pop(), Some(0));
    placement.push(2);
    assert!(Placement::decode_all(&mut &placement[..]).is_err());
}
