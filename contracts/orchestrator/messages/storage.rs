//! What is stored, byte by byte: a later version of the code must read it.

use super::market::*;
use crate::events::BalancesChanged;
use ink::env::Event;
use orchestrator_domain::{Error, Placement};
use scale::{DecodeAll, Encode};

/// The root cell, that every call reads and writes: ids, fees, pauses and sums, and nothing that grows.
#[ink::test]
fn the_root_cell_is_small_and_in_order() {
    let market = active();
    let mut bytes = Vec::new();
    ink::storage::traits::Storable::encode(&market, &mut bytes);
    let settings = market.settings();
    let mut expected = (settings.admin, settings.offered_to, settings.treasury).encode();
    expected.extend((settings.config, settings.pauses).encode());
    expected.extend((market.solvency().owed, settings.fees).encode());
    expected.extend(settings.last_ids.encode());
    assert_eq!(bytes, expected);
    assert_eq!(bytes.len(), 164);
}

/// What proving reads and writes for each placement.
#[ink::test]
fn a_placement_keeps_its_size() {
    let p = placement(&active(), 1);
    let bytes = p.encode();
    assert_eq!(bytes.len(), 401);
    assert_eq!(Placement::decode_all(&mut &bytes[..]), Ok(p));
}

/// `BalancesChanged` is what indexers rebuild accounts from; its topic hashes the spelling of its fields' types.
#[ink::test]
fn the_balance_event_keeps_its_signature() {
    let signature = ink::blake2x256!("BalancesChanged(Vec<AccountBalance>)");
    assert_eq!(BalancesChanged::SIGNATURE_TOPIC, Some(signature));
}

#[ink::test]
fn an_error_is_one_byte() {
    for (error, byte) in [
        (Error::NotAdmin, 0),
        (Error::NotConsumer, 2),
        (Error::NotProvider, 3),
        (Error::Paused, 4),
        (Error::UnknownProvider, 6),
        (Error::UnknownChallenger, 11),
        (Error::NotEnoughAvailable, 13),
    ] {
        assert_eq!(error.encode(), [byte], "{error:?}");
    }
}
