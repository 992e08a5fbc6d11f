//! Whatever is changed in a replica, it does not open.

use orchestrator_market::{
    frame_room, open, ConsumerSecret, ReplicaError, ReplicaKey, FRAME_BYTES, HEADER_BYTES, TAG_BYTES,
};
use proptest::prelude::*;

mod samples;
use samples::{file, key, opened, sealed, SALT};

#[test]
fn every_flipped_bit_of_a_small_replica_is_refused() {
    let (_, replica) = sealed(&key(2), &file(300));
    for at in 0..replica.len() {
        for bit in 0..8 {
            let mut changed = replica.clone();
            changed[at] ^= 1 << bit;
            let refusal = opened(&key(2), &changed).expect_err(&format!("bit {bit} of byte {at}"));
            let expected = match at {
                0..8 => matches!(refusal, ReplicaError::NotAReplica),
                8..16 => matches!(refusal, ReplicaError::UnknownFormat { .. }),
                16..20 => matches!(refusal, ReplicaError::OtherReplica { wanted: 2, .. }),
                20..52 => matches!(refusal, ReplicaError::OtherSalt),
                52..64 => matches!(refusal, ReplicaError::WrongSecret),
                _ => matches!(refusal, ReplicaError::Damaged { offset: 0, .. }),
            };
            assert!(expected, "byte {at}: {refusal:?}");
        }
    }
}

#[test]
fn every_truncation_of_a_small_replica_is_refused() {
    let (_, replica) = sealed(&key(0), &file(300));
    for len in 0..replica.len() {
        let refusal = opened(&key(0), &replica[..len]).expect_err(&format!("{len} bytes"));
        let short = len <= HEADER_BYTES + TAG_BYTES;
        assert_eq!(
            matches!(refusal, ReplicaError::TooShort { bytes } if bytes == len as u64),
            short,
            "{len}"
        );
        assert_eq!(matches!(refusal, ReplicaError::Damaged { offset: 0, .. }), !short, "{len}");
    }
}

#[test]
fn a_replica_cut_or_extended_at_or_near_a_frame_is_refused() {
    let (_, replica) = sealed(&key(0), &file(frame_room(0) + 2 * frame_room(1)));
    assert_eq!(replica.len(), 3 * FRAME_BYTES);
    for edge in [FRAME_BYTES, 2 * FRAME_BYTES, 3 * FRAME_BYTES] {
        for len in edge - 20..=edge + 20 {
            let mut changed = replica.clone();
            changed.resize(len, 0);
            assert_eq!(opened(&key(0), &changed).is_ok(), len == replica.len(), "{len} bytes");
        }
    }
}

#[test]
fn frames_that_changed_places_are_refused() {
    let (_, replica) = sealed(&key(0), &file(400_000));
    let frames: Vec<&[u8]> = replica.chunks(FRAME_BYTES).collect();
    let last = frames.len() - 1;
    let swapped = |a: usize, b: usize| {
        let mut order: Vec<usize> = (0..=last).collect();
        order.swap(a, b);
        order
    };
    let orders = [
        swapped(1, 2),
        swapped(0, 1),
        swapped(last, last - 1),
        vec![0, 1, 1, 2, 3, 4, 5, 6],
        vec![0, 2, 3, 4, 5, 6],
        vec![0, 1, 2, 3, 4, 5, 6, 6],
        vec![0, 1, 2, 3, 4, 5],
        vec![0, 0, 1, 2, 3, 4, 5, 6],
    ];
    assert_eq!(last, 6);
    for order in orders {
        let changed: Vec<u8> = order.iter().flat_map(|frame| frames[*frame].iter().copied()).collect();
        let refusal = opened(&key(0), &changed).expect_err("frames in another order");
        // Without the header in front it does not even look like a replica.
        let expected = match order[0] {
            0 => matches!(refusal, ReplicaError::Damaged { .. }),
            _ => matches!(refusal, ReplicaError::NotAReplica),
        };
        assert!(expected, "{order:?}: {refusal}");
    }
}

#[test]
fn a_frame_of_another_replica_is_refused() {
    let plain = file(200_000);
    let (mut a, b) = (sealed(&key(0), &plain).1, sealed(&key(1), &plain).1);
    a[FRAME_BYTES..2 * FRAME_BYTES].copy_from_slice(&b[FRAME_BYTES..2 * FRAME_BYTES]);
    let Err(ReplicaError::Damaged { offset, length }) = opened(&key(0), &a) else { panic!("it opened") };
    assert_eq!((offset, length), (FRAME_BYTES as u64, FRAME_BYTES as u64));
}

#[test]
fn another_number_salt_or_secret_is_refused_by_name_before_anything_is_written() {
    let (_, replica) = sealed(&key(0), &file(1_000));
    let refusal = |key: &ReplicaKey| {
        let mut plain = Vec::new();
        let refusal = open(key, replica.as_slice(), &mut plain, |_| {}).unwrap_err();
        assert!(plain.is_empty());
        refusal
    };
    assert!(matches!(refusal(&key(1)), ReplicaError::OtherReplica { wanted: 1, found: 0 }));
    let other = ReplicaKey::derive(&ConsumerSecret::from_bytes([8; 32]), &SALT, 0);
    assert!(matches!(refusal(&other), ReplicaError::WrongSecret));
    let other = ReplicaKey::derive(&ConsumerSecret::from_bytes([7; 32]), &[0; 32], 0);
    assert!(matches!(refusal(&other), ReplicaError::OtherSalt));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_changed_byte_of_a_larger_replica_is_refused(
        size in 1..300_000_usize, at: prop::sample::Index, change in 1..=255_u8,
    ) {
        let (_, mut replica) = sealed(&key(0), &file(size));
        let at = at.index(replica.len());
        replica[at] ^= change;
        prop_assert!(opened(&key(0), &replica).is_err());
    }

    #[test]
    fn any_cut_of_a_larger_replica_is_refused(size in 1..300_000_usize, len: prop::sample::Index) {
        let (_, replica) = sealed(&key(0), &file(size));
        prop_assert!(opened(&key(0), &replica[..len.index(replica.len())]).is_err());
    }
}
