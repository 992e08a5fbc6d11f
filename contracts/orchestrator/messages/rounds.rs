//! Challengers, rounds, proofs and reports.

use super::market::*;
use crate::events::{ChallengerRegistered, Proven, RoundOpened, Slashed};
use crate::{ChunkProof, Orchestrator, Response, SlashReason, Verdict};
use ink::env::{test, DefaultEnvironment as E};
use orchestrator_domain::{min_blocks, Error, State};

/// The right answer to round `round`, whichever chunks it asks for.
fn answer(round: u32) -> Response {
    let [leaf, pair, _] = tree();
    let proof = ChunkProof { chunk: chunk(), path: vec![leaf, pair] };
    Response { placement: 1, round, proofs: vec![proof; 2] }
}

fn prove(market: &mut Orchestrator, response: Response) -> Verdict {
    market.prove(vec![response]).unwrap()[0]
}

#[ink::test]
fn a_challenger_registers_and_slows_down() {
    let mut market = empty();
    by(&mut market, stranger()).register_challenger(5_000, 4_000).unwrap();
    let event: ChallengerRegistered = last_event();
    assert_eq!((event.challenger, event.interval_ms, event.window_ms), (stranger(), 5_000, 4_000));
    market.register_challenger(6_000, 6_000).unwrap();
    let record = market.challenger(stranger()).unwrap();
    assert_eq!((record.interval_ms, record.window_ms, record.round), (6_000, 6_000, 0));
}

#[ink::test]
fn a_challenger_never_gets_faster_nor_leaves_its_bounds() {
    let mut market = empty();
    by(&mut market, stranger());
    for (interval, window) in [(999, 999), (5_000, 999), (5_000, 5_001), (2_592_000_001, 5_000)] {
        assert_eq!(market.register_challenger(interval, window), Err(Error::IntervalOutOfBounds));
    }
    market.register_challenger(5_000, 4_000).unwrap();
    assert_eq!(market.register_challenger(4_999, 4_000), Err(Error::IntervalOutOfBounds));
    assert_eq!(market.register_challenger(5_000, 3_999), Err(Error::IntervalOutOfBounds));
}

#[ink::test]
fn rounds_are_numbered_and_keep_their_seed() {
    let mut market = furnished();
    by(&mut market, consumer());
    assert_eq!(market.open_round([1; 32]), Ok(1));
    let event: RoundOpened = last_event();
    assert_eq!((event.challenger, event.round, event.seed), (consumer(), 1, [1; 32]));
    wait(HOUR_MS);
    assert_eq!(market.open_round([2; 32]), Ok(2));
    let record = market.challenger(consumer()).unwrap();
    assert_eq!((record.round, record.seed, record.opened_at), (2, [2; 32], now()));
}

#[ink::test]
fn only_a_registered_challenger_opens_rounds() {
    let mut market = furnished();
    assert_eq!(by(&mut market, stranger()).open_round([1; 32]), Err(Error::UnknownChallenger));
}

#[ink::test]
fn a_round_waits_for_its_interval_and_for_blocks() {
    let mut market = furnished();
    by(&mut market, consumer()).open_round([1; 32]).unwrap();
    let (opened, block) = (now(), ink::env::block_number::<E>());
    wait(HOUR_MS - 1);
    assert_eq!(market.open_round([2; 32]), Err(Error::TooEarly));
    test::set_block_timestamp::<E>(opened + HOUR_MS);
    test::set_block_number::<E>(block + min_blocks(WINDOW_MS) - 1);
    assert_eq!(market.open_round([2; 32]), Err(Error::TooEarly));
    test::set_block_number::<E>(block + min_blocks(WINDOW_MS));
    assert_eq!(market.open_round([2; 32]), Ok(2));
}

#[ink::test]
fn a_pause_stops_rounds() {
    let mut market = furnished();
    by(&mut market, admin()).set_paused(true).unwrap();
    assert_eq!(by(&mut market, consumer()).open_round([1; 32]), Err(Error::Paused));
}

#[ink::test]
fn nothing_is_asked_before_a_round_and_after_its_window() {
    let mut market = active();
    assert_eq!(market.challenge(1), None);
    by(&mut market, consumer()).open_round([9; 32]).unwrap();
    let asked = market.challenge(1).unwrap();
    assert_eq!((asked.round, asked.seed, asked.chunks.len()), (1, [9; 32], 2));
    assert!(asked.chunks.iter().all(|x| *x < CHUNKS));
    assert_eq!(asked.closes_at, now() + u64::from(WINDOW_MS));
    wait(u64::from(WINDOW_MS) - 1);
    assert!(market.challenge(1).is_some());
    wait(1);
    assert_eq!(market.challenge(1), None);
    assert_eq!(market.challenge(9), None);
}

#[ink::test]
fn the_right_chunks_prove_a_round_once() {
    let mut market = asked();
    by(&mut market, provider());
    assert_eq!(market.check_proof(answer(1)), Verdict::Proven);
    assert_eq!(prove(&mut market, answer(1)), Verdict::Proven);
    let event: Proven = last_event();
    assert_eq!((event.placement, event.round), (1, 1));
    let tally = placement(&market, 1).tally;
    assert_eq!((tally.round, tally.proven, tally.missed), (1, 1, 0));
    assert_eq!(prove(&mut market, answer(1)), Verdict::NothingAsked);
    assert_eq!(market.check_proof(answer(1)), Verdict::NothingAsked);
}

#[ink::test]
fn a_wrong_answer_is_a_miss_of_its_round_at_once() {
    type Spoil = fn(&mut Response, [[u8; 32]; 3]);
    let wrong: [Spoil; 7] = [
        |x, _| x.proofs[0].chunk[0] ^= 1,
        |x, _| x.proofs[1].chunk.truncate(1_023),
        |x, _| x.proofs[1].chunk.push(7),
        |x, _| x.proofs[0].path.truncate(1),
        |x, hashes| x.proofs[0].path.push(hashes[2]),
        |x, _| x.proofs[1].path.reverse(),
        |x, _| x.proofs.truncate(1),
    ];
    for spoil in wrong {
        let mut market = asked();
        by(&mut market, provider());
        let mut response = answer(1);
        spoil(&mut response, tree());
        assert_eq!(market.check_proof(response.clone()), Verdict::Invalid);
        assert_eq!(prove(&mut market, response), Verdict::Invalid);
        let p = placement(&market, 1);
        assert_eq!((p.tally.missed, p.collateral), (1, COLLATERAL - COLLATERAL / 10));
        assert_eq!(prove(&mut market, answer(1)), Verdict::NothingAsked);
    }
}

#[ink::test]
fn a_proof_too_many_is_a_wrong_answer() {
    let mut market = asked();
    let mut response = answer(1);
    response.proofs.push(response.proofs[0].clone());
    by(&mut market, provider());
    assert_eq!(market.check_proof(response), Verdict::Invalid);
}

#[ink::test]
fn what_answers_nothing_costs_nothing() {
    let mut market = asked();
    by(&mut market, provider());
    assert_eq!(prove(&mut market, answer(2)), Verdict::WrongRound);
    assert_eq!(prove(&mut market, Response { placement: 9, ..answer(1) }), Verdict::UnknownPlacement);
    assert_eq!(market.check_proof(Response { placement: 9, ..answer(1) }), Verdict::UnknownPlacement);
    by(&mut market, stranger());
    assert_eq!(prove(&mut market, answer(1)), Verdict::NotProvider);
    assert_eq!(placement(&market, 1).tally.missed, 0);
    assert!(market.challenge(1).is_some());
}

#[ink::test]
fn a_batch_is_judged_item_by_item() {
    let mut market = asked();
    by(&mut market, provider());
    let batch = vec![Response { placement: 9, ..answer(1) }, answer(2), answer(1), answer(1)];
    let verdicts = market.prove(batch).unwrap();
    let expected = [Verdict::UnknownPlacement, Verdict::WrongRound, Verdict::Proven, Verdict::NothingAsked];
    assert_eq!(verdicts, expected);
    assert_eq!(market.prove(vec![]), Ok(vec![]));
}

#[ink::test]
fn the_delegate_proves_for_its_provider() {
    let mut market = asked();
    by(&mut market, provider()).set_provider(vec![], Some(stranger())).unwrap();
    by(&mut market, stranger());
    assert_eq!(prove(&mut market, answer(1)), Verdict::Proven);
}

#[ink::test]
fn a_proof_accounts_for_the_rounds_missed_before_it() {
    let mut market = asked();
    wait(HOUR_MS);
    by(&mut market, consumer()).open_round([9; 32]).unwrap();
    by(&mut market, provider());
    assert_eq!(prove(&mut market, answer(2)), Verdict::Proven);
    let tally = placement(&market, 1).tally;
    assert_eq!((tally.round, tally.proven, tally.missed, tally.streak), (2, 1, 1, 0));
}

#[ink::test]
fn a_placement_without_data_is_asked_nothing() {
    let mut market = furnished();
    let empty = orchestrator_domain::Replica { unit: 1, root: [0; 32], chunks: 0 };
    let order = orchestrator_domain::Order { replicas: vec![empty], ..order() };
    by(&mut market, consumer()).reserve(order).unwrap();
    by(&mut market, provider()).accept(1).unwrap();
    market.activate(1).unwrap();
    by(&mut market, consumer()).open_round([9; 32]).unwrap();
    assert_eq!(market.challenge(1), None);
    wait(HOUR_MS);
    assert_eq!(by(&mut market, stranger()).report_miss(1), Err(Error::NothingMissed));
}

#[ink::test]
fn a_report_slashes_and_pays_its_reporter() {
    let mut market = asked();
    wait(HOUR_MS);
    by(&mut market, stranger()).report_miss(1).unwrap();
    let share = COLLATERAL / 100;
    assert_eq!(money(&market, stranger()), (share, 0));
    assert_eq!(placement(&market, 1).collateral, COLLATERAL - COLLATERAL / 10);
    assert_eq!(market.reservation(1).unwrap().slots[0].pot, COLLATERAL / 10 - share);
    assert_eq!(money(&market, provider()), (PURSE - COLLATERAL, COLLATERAL - COLLATERAL / 10));
}

#[ink::test]
fn a_slash_is_announced_with_round_reason_and_where_it_went() {
    let mut market = asked();
    let mut response = answer(1);
    response.proofs[0].chunk[0] ^= 1;
    by(&mut market, provider());
    assert_eq!(prove(&mut market, response), Verdict::Invalid);
    let slash: Slashed = latest();
    assert_eq!((slash.placement, slash.provider, slash.round, slash.misses), (1, provider(), 1, 1));
    assert_eq!((slash.reason, slash.amount), (SlashReason::InvalidProof, COLLATERAL / 10));
    assert_eq!((slash.to_reporter, slash.to_pot), (0, COLLATERAL / 10));
}

#[ink::test]
fn nothing_missed_is_nothing_to_report() {
    let mut market = active();
    by(&mut market, stranger());
    assert_eq!(market.report_miss(1), Err(Error::NothingMissed));
    assert_eq!(market.report_miss(9), Err(Error::UnknownPlacement));
    by(&mut market, consumer()).open_round([9; 32]).unwrap();
    wait(u64::from(WINDOW_MS) - 1);
    assert_eq!(by(&mut market, stranger()).report_miss(1), Err(Error::NothingMissed));
}

#[ink::test]
fn three_misses_in_a_row_fail_a_placement() {
    let market = failed();
    let p = placement(&market, 1);
    assert_eq!((p.state, p.escrow, p.collateral), (State::Failed, 0, 0));
    assert_eq!(p.tally.missed, 3);
    assert_eq!(money(&market, provider()), (PURSE - COLLATERAL, 0));
    assert_eq!(money(&market, consumer()), (PURSE, 0));
    assert_eq!(market.data_unit(1).unwrap().used, 0);
}
