//! The parties of a deal, on the contract's own code.

#[path = "deals/mod.rs"]
mod market;

use std::{fs, io::Read};

use market::{consumer_at, node, refusal, unit, Market, PHRASE, TERM_MS, WINDOW_MS};
use orchestrator::{
    domain::{Access, Error, Order, Replica, State, UnitSpec, DAY_MS},
    Verdict,
};
use orchestrator_chain::{runtime::UNIT, AccountId, Ledger, Signer};
use orchestrator_market::{
    parties::{PartyError, Stage},
    StoreError,
};

#[test]
fn a_replica_goes_through_its_stages() {
    let mut market = Market::new(1);
    let mut parcel = market.consumer.seal(&market.file(3_000), 1, |_, _| ()).unwrap();
    assert_eq!(parcel.replicas[0].stage, Stage::Encrypted);
    let offers = market.consumer.offers(&market.chain, 1, TERM_MS, &[]).unwrap();
    market.consumer.reserve(&mut market.chain, &mut parcel, &offers, TERM_MS).unwrap();
    assert_eq!(parcel.replicas[0].stage, Stage::Funded);
    let provider = &market.providers[0];
    provider.accept_proposals(&mut market.chain).unwrap();
    market.consumer.follow(&market.chain, &mut parcel).unwrap();
    assert_eq!(parcel.replicas[0].stage, Stage::Accepted);
    let chain = &market.chain;
    market.consumer.send(&mut parcel, 0, |id, data| provider.receive(chain, id, data)).unwrap();
    assert_eq!(parcel.replicas[0].stage, Stage::Transferred);
    market.consumer.follow(&market.chain, &mut parcel).unwrap();
    assert_eq!(parcel.replicas[0].stage, Stage::Transferred);
    provider.activate(&mut market.chain, 1).unwrap();
    market.consumer.follow(&market.chain, &mut parcel).unwrap();
    assert_eq!(parcel.replicas[0].stage, Stage::Completed);
    assert!(!parcel.replicas[0].path.exists());
}

#[test]
fn offers_are_the_cheapest_of_each_provider_without_those_to_avoid() {
    let mut market = Market::new(3);
    let first = &market.providers[0];
    let own_node = first.add_node(&mut market.chain, node()).unwrap();
    first.add_unit(&mut market.chain, own_node, unit(UNIT / 2)).unwrap();
    let account = |n: usize| market.providers[n].party().account();
    let offers = |avoid: &[AccountId]| market.consumer.offers(&market.chain, 1, TERM_MS, avoid).unwrap();
    let found: Vec<_> = offers(&[]).iter().map(|offer| (offer.unit, offer.provider)).collect();
    assert_eq!(found, [(4, account(0)), (2, account(1)), (3, account(2))]);
    assert_eq!(offers(&[account(0), account(1)]).len(), 1);
    assert_eq!(offers(&[])[0].price, UNIT / 6 + 1);
}

#[test]
fn units_that_want_a_slower_challenger_are_no_offers() {
    let mut market = Market::new(1);
    let mut slow = unit(UNIT / 2);
    slow.terms.interval_ms += 1;
    market.providers[0].add_unit(&mut market.chain, 1, slow).unwrap();
    let offers = market.consumer.offers(&market.chain, 1, TERM_MS, &[]).unwrap();
    assert_eq!(offers.iter().map(|offer| offer.unit).collect::<Vec<_>>(), [1]);
}

#[test]
fn more_replicas_than_offers_are_refused_and_nothing_is_reserved() {
    let mut market = Market::new(1);
    let mut parcel = market.consumer.seal(&market.file(10), 2, |_, _| ()).unwrap();
    let offers = market.consumer.offers(&market.chain, 1, TERM_MS, &[]).unwrap();
    let refused = market.consumer.reserve(&mut market.chain, &mut parcel, &offers, TERM_MS);
    assert!(matches!(refused, Err(PartyError::TooFewOffers { wanted: 2, found: 1 })));
    assert_eq!(parcel.reservation, None);
    assert_eq!(market.consumer.party().money(&market.chain).unwrap().locked, 0);
}

#[test]
fn a_file_that_cannot_be_sealed_leaves_nothing_behind() {
    let market = Market::new(0);
    assert!(market.consumer.seal(&market.file(0), 2, |_, _| ()).is_err());
    assert_eq!(fs::read_dir(market.folder.path().join("consumer")).unwrap().count(), 0);
}

#[test]
fn a_provider_declines_what_its_money_does_not_cover() {
    let mut market = Market::new(1);
    let provider = &market.providers[0];
    provider.party().withdraw_all(&mut market.chain).unwrap();
    let mut parcel = market.reserved(100, 1);
    assert!(market.providers[0].accept_proposals(&mut market.chain).unwrap().is_empty());
    market.consumer.follow(&market.chain, &mut parcel).unwrap();
    assert_eq!(parcel.replicas[0].stage, Stage::Failed);
    assert_eq!(market.consumer.placement(&market.chain, 1).unwrap().state, State::Cancelled);
    assert_eq!(market.consumer.party().money(&market.chain).unwrap().locked, 0);
}

#[test]
fn a_proposal_that_was_not_answered_in_time_stands_in_nobodys_way() {
    let mut market = Market::new(1);
    market.reserved(100, 1);
    market.chain.advance(DAY_MS).unwrap();
    market.reserved(200, 1);
    assert_eq!(market.consumer.placement(&market.chain, 1).unwrap().state, State::Proposed);
    assert_eq!(market.providers[0].accept_proposals(&mut market.chain).unwrap(), [2]);
}

#[test]
fn a_provider_declines_what_its_disk_has_no_room_for() {
    let mut market = Market::new(1);
    let roomy = UnitSpec { capacity: 1 << 30, ..unit(1) };
    let big = market.providers[0].add_unit(&mut market.chain, 1, roomy).unwrap();
    let order = Order {
        replicas: vec![Replica { unit: big, root: [1; 32], chunks: 1 << 40 }],
        capacity: 1 << 20,
        term_ms: TERM_MS,
        challenger: None,
        referrer: None,
        manifest: Vec::new(),
        max_price: u128::MAX,
        choice: None,
    };
    let party = market.consumer.party();
    party.send(&mut market.chain, "reserve", party.market().reserve(order)).unwrap();
    assert!(market.providers[0].accept_proposals(&mut market.chain).unwrap().is_empty());
    assert_eq!(market.consumer.placement(&market.chain, 1).unwrap().state, State::Cancelled);
}

#[test]
fn a_provider_keeps_only_the_replica_that_the_chain_names() {
    let mut market = Market::new(1);
    market.reserved(5_000, 1);
    let provider = &market.providers[0];
    provider.accept_proposals(&mut market.chain).unwrap();
    let refused = provider.receive(&market.chain, 1, &[7; 5_000][..]);
    assert!(matches!(
        refused,
        Err(PartyError::Store(StoreError::OtherRoot { .. } | StoreError::TooLittle { .. }))
    ));
    assert!(provider.store().placements().unwrap().is_empty());
    let refused = provider.activate(&mut market.chain, 1);
    assert!(matches!(refused, Err(PartyError::Store(StoreError::NotStored { placement: 1 }))));
    assert_eq!(market.consumer.placement(&market.chain, 1).unwrap().state, State::Accepted);
}

#[test]
fn a_provider_leaves_placements_of_others_alone() {
    let mut market = Market::new(2);
    market.reserved(100, 1);
    let other = &market.providers[1];
    assert!(other.accept_proposals(&mut market.chain).unwrap().is_empty());
    let refused = other.receive(&market.chain, 1, &[7; 100][..]);
    assert!(matches!(refused, Err(PartyError::OtherProvider { placement: 1, .. })));
    let refused = other.activate(&mut market.chain, 9);
    assert!(matches!(refused, Err(PartyError::Gone { what: "placement", id: 9 })));
}

#[test]
fn more_proofs_than_a_message_holds_go_in_several_calls() {
    let mut market = Market::new(1);
    for n in 0..6 {
        market.active(200_000 + n, 1);
    }
    market.open_round();
    let provider = &market.providers[0];
    let answers = provider.answer(&mut market.chain).unwrap();
    assert!(answers.lost.is_empty());
    let expected: Vec<_> = (1..=6).map(|id| (id, 1, Verdict::Proven)).collect();
    assert_eq!(answers.verdicts, expected);
    assert!(provider.answer(&mut market.chain).unwrap().verdicts.is_empty());
}

#[test]
fn what_the_disk_has_lost_is_not_sent_unless_asked_to_and_the_rest_is_proven() {
    let mut market = Market::new(1);
    for n in 0..2 {
        market.active(20_000 + n, 1);
    }
    market.open_round();
    fs::write(market.folder.path().join("store-1/1/data"), [0; 20]).unwrap();
    let provider = &market.providers[0];
    let answers = provider.answer(&mut market.chain).unwrap();
    assert!(matches!(answers.lost[..], [(1, StoreError::Damaged { placement: 1, .. })]));
    assert_eq!(answers.verdicts, [(2, 1, Verdict::Proven)]);
    let answers = provider.answer_unchecked(&mut market.chain).unwrap();
    assert_eq!(answers.verdicts, [(1, 1, Verdict::Invalid)]);
}

#[test]
fn a_reporter_reports_misses_once_and_pays_nothing_where_there_are_none() {
    let mut market = Market::new(2);
    market.active(20_000, 2);
    market.open_round();
    market.providers[0].answer(&mut market.chain).unwrap();
    let before = market.chain.balance(market.reporter.party().account()).unwrap();
    assert!(market.reporter.report(&mut market.chain).unwrap().is_empty());
    assert_eq!(market.chain.balance(market.reporter.party().account()).unwrap(), before);
    market.chain.advance(WINDOW_MS.into()).unwrap();
    assert_eq!(market.reporter.report(&mut market.chain).unwrap(), [2]);
    assert!(market.reporter.report(&mut market.chain).unwrap().is_empty());
    assert!(market.reporter.party().money(&market.chain).unwrap().available > 0);
}

#[test]
fn the_consumer_and_who_is_on_the_access_list_may_read() {
    let mut market = Market::new(1);
    market.active(2_000, 1);
    let (provider, consumer) = (&market.providers[0], market.consumer.party());
    let stranger = market.reporter.party().account();
    assert!(provider.serve(&market.chain, 1, consumer.account()).is_ok());
    let refused = provider.serve(&market.chain, 1, stranger).map(drop);
    assert!(matches!(refused, Err(PartyError::NoAccess { placement: 1, .. })));
    let grant = consumer.market().set_access(1, stranger, Some(Access::Reader));
    consumer.send(&mut market.chain, "grant access", grant).unwrap();
    let mut replica = Vec::new();
    provider.serve(&market.chain, 1, stranger).unwrap().read_to_end(&mut replica).unwrap();
    assert!(replica.len() > 2_000);
}

#[test]
fn phrase_and_chain_alone_bring_the_data_back() {
    let mut market = Market::new(2);
    market.active(70_000, 2);
    let folder = market.folder.path().join("elsewhere");
    let elsewhere = consumer_at(market.contract, Signer::from_suri(PHRASE).unwrap(), folder.clone());
    let places = elsewhere.locate(&market.chain).unwrap();
    assert_eq!(places.len(), 2);
    for place in places {
        assert_eq!(place.endpoint, "https://node.example:4433");
        let provider = &market.providers[place.slot as usize];
        let data = provider.serve(&market.chain, place.placement, elsewhere.party().account()).unwrap();
        let output = folder.join(place.slot.to_string());
        assert_eq!(elsewhere.restore(&place, data, &output).unwrap(), 70_000);
        assert_eq!(fs::read(output).unwrap(), fs::read(market.file(70_000)).unwrap());
    }
}

#[test]
fn a_provider_that_does_not_deliver_is_unavailable_until_it_does() {
    let mut market = Market::new(1);
    let mut parcel = market.active(70_000, 1);
    let place = market.consumer.locate(&market.chain).unwrap().remove(0);
    let output = market.folder.path().join("output");
    let none = Err::<&[u8], _>(PartyError::Gone { what: "placement", id: 1 });
    assert!(market.consumer.retrieve(&mut parcel, &place, none, &output).is_err());
    market.consumer.follow(&market.chain, &mut parcel).unwrap();
    assert_eq!(parcel.replicas[0].stage, Stage::Unavailable);
    let data = market.providers[0].serve(&market.chain, 1, market.consumer.party().account());
    market.consumer.retrieve(&mut parcel, &place, data, &output).unwrap();
    assert_eq!(parcel.replicas[0].stage, Stage::Completed);
}

#[test]
fn a_manifest_of_another_program_is_not_taken_for_ours() {
    let mut market = Market::new(1);
    let order = Order {
        replicas: vec![Replica { unit: 1, root: [0; 32], chunks: 0 }],
        capacity: 1,
        term_ms: TERM_MS,
        challenger: None,
        referrer: None,
        manifest: b"ipfs://".to_vec(),
        max_price: u128::MAX,
        choice: None,
    };
    let party = market.consumer.party();
    party.send(&mut market.chain, "reserve", party.market().reserve(order)).unwrap();
    let located = market.consumer.locate(&market.chain);
    assert!(matches!(located, Err(PartyError::ForeignManifest { reservation: 1 })));
}

#[test]
fn a_failed_replica_is_sealed_again_with_the_same_root_and_replaced() {
    let mut market = Market::new(2);
    let mut parcel = market.active(20_000, 1);
    let sealed = parcel.replicas[0].sealed;
    for _ in 0..2 {
        market.open_round();
        market.chain.advance(WINDOW_MS.into()).unwrap();
        assert_eq!(market.reporter.report(&mut market.chain).unwrap(), [1]);
    }
    market.consumer.follow(&market.chain, &mut parcel).unwrap();
    assert_eq!(parcel.replicas[0].stage, Stage::Failed);

    market.consumer.seal_again(&mut parcel, 0, &market.file(20_000), |_| ()).unwrap();
    assert_eq!(parcel.replicas[0].sealed, sealed);
    let failed = market.providers[0].party().account();
    let offers = market.consumer.offers(&market.chain, 1, 8 * DAY_MS, &[failed]).unwrap();
    let id = market.consumer.replace(&mut market.chain, &mut parcel, 0, &offers[0]).unwrap();
    assert_eq!((id, parcel.replicas[0].placement, parcel.replicas[0].stage), (2, Some(2), Stage::Funded));
    assert!(market.consumer.placement(&market.chain, 2).unwrap().bonus > 0);
    assert_eq!(market.providers[1].accept_proposals(&mut market.chain).unwrap(), [2]);
}

#[test]
fn everything_can_be_wound_up() {
    let mut market = Market::new(1);
    let parcel = market.active(20_000, 1);
    market.chain.advance(TERM_MS).unwrap();
    let provider = &market.providers[0];
    assert_eq!(refusal(provider.retire_all(&mut market.chain)), Error::UnitInUse);
    provider.settle(&mut market.chain).unwrap();
    provider.retire_all(&mut market.chain).unwrap();
    market.consumer.close(&mut market.chain, parcel.reservation.unwrap()).unwrap();
    assert_eq!(provider.clear_out(&market.chain).unwrap(), [1]);
    assert!(provider.party().withdraw_all(&mut market.chain).unwrap() > 1_000 * UNIT);
    assert_eq!(provider.party().withdraw_all(&mut market.chain).unwrap(), 0);
}

#[test]
fn a_refusal_is_a_sentence_that_says_what_could_not_be_done() {
    let mut market = Market::new(1);
    let refused = market.consumer.party().withdraw(&mut market.chain, 1_500 * UNIT);
    let sentence = "cannot withdraw: the account has less available than the message needs: deposit first \
                    (NotEnoughAvailable)";
    assert_eq!(refused.as_ref().unwrap_err().to_string(), sentence);
    assert_eq!(refusal(refused), Error::NotEnoughAvailable);
}
