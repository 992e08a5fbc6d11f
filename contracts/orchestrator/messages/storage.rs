//! What is stored, byte by byte and under which key: a later version of the code must read it.

use super::market::*;
use crate::events::BalancesChanged;
use crate::Orchestrator;
use ink::env::Event;
use ink::metadata::layout::Layout;
use ink::storage::traits::StorageLayout;
use orchestrator_domain::{
    Account, Commitment, Error, Holder, List, Office, Placement, Role, Share, Upgrade,
};
use scale::{Decode, DecodeAll, Encode};
use std::fmt::Debug;

/// The root cell, that every call reads and writes: ids, fees, pauses, the rate and sums, and nothing that grows.
#[ink::test]
fn the_root_cell_is_small_and_in_order() {
    let market = active();
    let mut bytes = Vec::new();
    ink::storage::traits::Storable::encode(&market, &mut bytes);
    let settings = market.settings();
    let mut expected = (settings.admin, settings.treasury).encode();
    expected.extend((settings.config, settings.pauses, settings.rate).encode());
    expected.extend((market.solvency().owed, settings.fees).encode());
    expected.extend((settings.last_ids, settings.offered_to).encode());
    assert_eq!(bytes, expected);
    assert_eq!(bytes.len(), 212);
}

/// Everything but the root cell is found under the key of its field, which is made of names: renaming loses what is stored.
#[ink::test]
fn every_list_of_records_keeps_its_key() {
    let Layout::Struct(fields) = <Orchestrator as StorageLayout>::layout(&0) else { panic!("a struct") };
    let keys: Vec<(&str, u32)> = fields
        .fields()
        .iter()
        .filter_map(|field| match field.layout() {
            Layout::Root(root) => Some((*field.name(), *root.root_key().key())),
            _ => None,
        })
        .collect();
    let expected = [
        ("accounts", 3_322_940_660),
        ("providers", 2_740_887_291),
        ("nodes", 687_356_070),
        ("units", 3_828_260_392),
        ("challengers", 3_041_626_806),
        ("reservations", 2_411_212_998),
        ("placements", 3_564_253_708),
        ("committed", 540_763_126),
        ("lists", 890_513_327),
        ("clusters", 1_626_510_177),
        ("shares", 2_513_310_473),
        ("trust", 418_561_402),
        ("office", 1_395_041_789),
        ("maintenance", 1_061_800_138),
        ("quality", 3_699_200_533),
    ];
    assert_eq!(keys, expected);
}

fn keeps_its_size<T: Encode + Decode + PartialEq + Debug>(record: T, bytes: usize) {
    let encoded = record.encode();
    assert_eq!(encoded.len(), bytes, "{record:?}");
    assert_eq!(T::decode_all(&mut &encoded[..]), Ok(record));
}

/// What proving reads and writes for each placement.
#[ink::test]
fn a_placement_keeps_its_size() {
    keeps_its_size::<Placement>(placement(&active(), 1), 517);
    keeps_its_size::<Placement>(placement(&proposed(), 1), 517);
    assert_eq!(Commitment { root: [0; 32], chunks: 0 }.encode().len(), 40);
}

#[ink::test]
fn the_records_of_a_market_keep_their_sizes() {
    let market = serving();
    keeps_its_size(market.account(provider()), 180);
    keeps_its_size(Account::default(), 180);
    keeps_its_size(market.provider(provider()).unwrap(), 9);
    keeps_its_size(market.node(1).unwrap(), 77);
    keeps_its_size(market.data_unit(1).unwrap(), 306);
    keeps_its_size(market.challenger(consumer()).unwrap(), 68);
    keeps_its_size(market.reservation(1).unwrap(), 200);
    let market = active();
    keeps_its_size(market.data_unit(1).unwrap(), 278);
    keeps_its_size(market.reservation(1).unwrap(), 190);
}

#[ink::test]
fn the_records_of_a_cluster_and_of_the_office_keep_their_sizes() {
    let market = serving();
    keeps_its_size(market.cluster(1).unwrap(), 190);
    keeps_its_size(market.share(1, provider()), 36);
    keeps_its_size(Share::default(), 36);
    let upgrade = Some(Upgrade { code_hash: [7; 32], from: 1 });
    let holders = vec![Holder { account: admin(), role: Role::Arbiter }];
    keeps_its_size(Office { holders, upgrade }, 1 + 33 + 41);
    keeps_its_size(Office::default(), 2);
}

/// A list's number is part of the key of each of its entries.
#[ink::test]
fn lists_keep_their_numbers() {
    let numbers = [
        List::Reservations(consumer()),
        List::Placements(consumer()),
        List::Nodes(consumer()),
        List::Units(1),
        List::UnitPlacements(1),
        List::Clusters(consumer()),
        List::Members(1),
        List::ClusterReservations(1),
    ];
    for (number, list) in (0u8..).zip(numbers) {
        assert_eq!(list.encode()[0], number, "{list:?}");
    }
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
        (Error::NotInRole, 2),
        (Error::NotConsumer, 3),
        (Error::NotManager, 4),
        (Error::NotProvider, 5),
        (Error::Paused, 6),
        (Error::UnknownProvider, 8),
        (Error::UnknownChallenger, 14),
        (Error::NotEnoughAvailable, 16),
    ] {
        assert_eq!(error.encode(), [byte], "{error:?}");
    }
}
