//! The widest that each bound allows goes through the chain's own limits: 16,384 bytes a message, one call's weight.

use orchestrator::{
    domain::{
        Error, List, Order, Replica, SlaTerms, State, UnitSpec, MAX_MANIFEST_BYTES, MAX_REPLICAS,
        MAX_TAG_BYTES, MAX_TERM_MS,
    },
    events::PlacementMoved,
    ChunkProof, Filter, Response,
};
use scale::Encode;

use crate::story::{furnished, order, terms, unit, Held, PURSE_INSIDE, TERM_MS};

/// What ink! and the pallet give a message's bytes.
const MESSAGE_BYTES: usize = 16_384;

fn capacity_only(unit: u64) -> Replica {
    Replica { unit, root: [0; 32], chunks: 0 }
}

#[test]
fn twenty_replicas_go_through_a_whole_life_in_one_call_a_step() {
    let (mut market, p) = furnished();
    let held = Held::new();
    let widest = Order {
        replicas: vec![held.replica(1); MAX_REPLICAS],
        capacity: 1,
        manifest: vec![7; MAX_MANIFEST_BYTES],
        ..order(held.replica(1))
    };
    let reserved = market.send(p.consumer, market.at().reserve(widest)).unwrap();
    assert_eq!(reserved.all::<PlacementMoved>().len(), MAX_REPLICAS);
    for id in 1..=20 {
        market.send(p.provider, market.at().accept(id)).unwrap();
        market.send(p.provider, market.at().activate(id)).unwrap();
    }
    market.wait(TERM_MS / 3);
    market.send(p.consumer, market.at().resize(1, 2, u128::MAX)).unwrap();
    market.send(p.consumer, market.at().extend(1, 1_000, u128::MAX)).unwrap();
    market.send(p.consumer, market.at().terminate(1, None)).unwrap();
    market.check_books(&p.all(), &[1]);
    market.wait(TERM_MS);
    let closed = market.send(p.consumer, market.at().close(1)).unwrap();
    let states: Vec<_> = closed.all::<PlacementMoved>().iter().map(|x| x.state).collect();
    assert_eq!(states, [State::Terminated; MAX_REPLICAS]);
    market.check_books(&p.all(), &[]);
}

#[test]
fn a_full_page_of_the_longest_units_fits_an_answer() {
    let (mut market, p) = furnished();
    for _ in 0..60 {
        let spec = UnitSpec { tags: vec![b'x'; MAX_TAG_BYTES], ..unit() };
        market.send(p.provider, market.at().register_unit(1, spec)).unwrap();
    }
    let any = Filter {
        kind: None,
        region: None,
        capacity: 1,
        max_price: 0,
        term_ms: TERM_MS,
        cluster: None,
        min_score: 0,
    };
    let page = market.ask(p.consumer, market.at().find_data_units(any, 3, u32::MAX));
    assert_eq!((page.units.len(), page.next), (35, 38));
    let page = market.ask(p.consumer, market.at().list(List::Units(1), 0, u32::MAX));
    assert_eq!((page.ids.len(), page.next), (50, 50));
}

#[test]
fn a_message_of_all_the_bytes_there_are_is_read_and_one_more_is_not() {
    let (mut market, p) = furnished();
    let bytes_of = |market: &crate::market::Market, filling: usize| {
        let proof = ChunkProof { chunk: vec![0; filling], path: vec![] };
        let response = Response { placement: 1, round: 1, proofs: vec![proof] };
        market.at().prove(vec![response]).params().exec_input().encode()
    };
    let rest = bytes_of(&market, 16_000).len() - 16_000;
    let full = bytes_of(&market, MESSAGE_BYTES - rest);
    assert_eq!(full.len(), MESSAGE_BYTES);
    assert!(market.reads(p.provider, full));
    let over = bytes_of(&market, MESSAGE_BYTES - rest + 1);
    assert!(!market.reads(p.provider, over));
}

/// A provider must be able to answer what it agreed to. The largest replica has paths of 40 hashes; eight such chunks
/// are more than a message, seven are not.
#[test]
fn a_replica_whose_answer_fits_no_message_is_not_agreed_to() {
    for samples in 1..=8u8 {
        let (mut market, p) = furnished();
        let terms = SlaTerms { samples, ..terms() };
        let large = UnitSpec { capacity: 1 << 20, price: 1, terms, ..unit() };
        let proof = ChunkProof { chunk: vec![0; 1_024], path: vec![[0; 32]; 40] };
        let answer = Response { placement: 1, round: 1, proofs: vec![proof; samples.into()] };
        let bytes = market.at().prove(vec![answer]).params().exec_input().encode().len();
        let of = Order {
            replicas: vec![Replica { unit: 3, root: [1; 32], chunks: 1 << 40 }],
            capacity: 1 << 20,
            ..order(capacity_only(3))
        };
        let registered = market.send(p.provider, market.at().register_unit(1, large)).map(drop);
        let agreed = registered.and_then(|()| market.send(p.consumer, market.at().reserve(of)).map(drop));
        if bytes <= MESSAGE_BYTES {
            assert_eq!(agreed, Ok(()), "{samples} samples take {bytes} bytes");
        } else {
            assert!(
                matches!(agreed, Err(Error::BadData | Error::TermsOutOfBounds)),
                "{samples} samples take {bytes} bytes: {agreed:?}"
            );
        }
    }
}

#[test]
fn how_long_the_money_lasts_is_told_for_the_shortest_terms_too() {
    let (mut market, p) = furnished();
    let shortest = Order { term_ms: 1_000, ..order(capacity_only(1)) };
    market.send(p.consumer, market.at().reserve(shortest)).unwrap();
    market.send(p.provider, market.at().accept(1)).unwrap();
    market.send(p.provider, market.at().activate(1)).unwrap();
    market.send(p.consumer, market.at().set_auto_renew(1, u128::MAX)).unwrap();
    let ends_at = market.placement(1).ends_at;
    let available = market.money(p.consumer).available;
    assert!(available > PURSE_INSIDE / 2);
    let until = market.ask(p.consumer, market.at().funded_until(1));
    assert!(until > ends_at && until <= ends_at + MAX_TERM_MS + 1_000, "{until}");
}
