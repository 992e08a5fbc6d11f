//! Time: windows, misses, failure, pauses, renewal. The clock moves only where a test moves it.

use ink::primitives::AccountId;
use orchestrator::{
    domain::{min_blocks, price_down, Error, State, CLOSE_GRACE_MS, MAX_PAUSE_MS, RENEW_GRACE_MS},
    events::{PlacementMoved, Settled, Slashed},
    Action, SlashReason, Verdict,
};

use crate::{
    market::Market,
    story::{
        furnished, live, missed_round, order, Held, INTERVAL_MS, PRICE, PURSE_INSIDE, TERM_MS, WINDOW_MS,
    },
};

const DAY_MS: u64 = 24 * 3_600_000;
const COLLATERAL: u128 = 5 * PRICE;

/// When something becomes due for a placement.
fn due(market: &mut Market, placement: u64) -> (Action, u64) {
    let next = market.ask(Market::admin(), market.at().next_action_at(placement)).expect("it exists");
    (next.action, next.at)
}

fn pause(market: &mut Market, paused: bool) {
    market.send(Market::admin(), market.at().set_paused(paused)).unwrap();
}

fn state_after_settling(market: &mut Market, by: AccountId, placement: u64) -> State {
    market.send(by, market.at().settle(placement)).unwrap();
    market.placement(placement).state
}

#[test]
fn a_proposal_can_be_accepted_until_its_last_millisecond() {
    let (mut market, p) = furnished();
    let held = Held::new();
    for _ in 0..2 {
        market.send(p.consumer, market.at().reserve(order(held.replica(1)))).unwrap();
    }
    assert_eq!(due(&mut market, 1), (Action::Accept, market.now() + DAY_MS));
    market.wait(DAY_MS - 1);
    market.send(p.provider, market.at().accept(1)).unwrap();
    market.wait(1);
    assert_eq!(market.send(p.provider, market.at().accept(2)).unwrap_err(), Error::WrongState);
    assert_eq!(state_after_settling(&mut market, p.stranger, 2), State::Cancelled);
    assert_eq!(market.money(p.consumer).locked, 10 * PRICE);
}

#[test]
fn an_acceptance_that_is_not_activated_in_time_ends_without_loss() {
    let (mut market, p) = furnished();
    market.send(p.consumer, market.at().reserve(order(Held::new().replica(1)))).unwrap();
    market.send(p.provider, market.at().accept(1)).unwrap();
    let (action, until) = due(&mut market, 1);
    assert_eq!((action, until), (Action::Activate, market.now() + 8 * DAY_MS));
    market.wait(8 * DAY_MS);
    assert_eq!(market.send(p.provider, market.at().activate(1)).unwrap_err(), Error::WrongState);
    assert_eq!(state_after_settling(&mut market, p.stranger, 1), State::Cancelled);
    for id in [p.consumer, p.provider] {
        assert_eq!((market.money(id).available, market.money(id).locked), (PURSE_INSIDE, 0));
    }
    assert_eq!(market.ask(p.provider, market.at().data_unit(1)).unwrap().used, 0);
}

#[test]
fn a_round_is_answered_within_its_window_only() {
    let (mut market, p, held) = live();
    market.send(p.consumer, market.at().open_round([1; 32])).unwrap();
    let opened = market.now();
    assert_eq!(due(&mut market, 1), (Action::Prove, opened + u64::from(WINDOW_MS)));
    let answer = held.answer(&mut market, 1);
    market.wait(u64::from(WINDOW_MS) - 1);
    assert_eq!(market.ask(p.provider, market.at().check_proof(answer.clone())), Verdict::Proven);
    market.wait(1);
    let late = market.send(p.provider, market.at().prove(vec![answer])).unwrap();
    assert_eq!(late.value, [Verdict::NothingAsked]);
    assert_eq!(market.ask(p.provider, market.at().challenge(1)), None);
}

#[test]
fn a_chain_that_stood_still_closes_no_window() {
    let (mut market, p, held) = live();
    market.send(p.consumer, market.at().open_round([1; 32])).unwrap();
    market.jump(10 * DAY_MS, min_blocks(WINDOW_MS) - 1);
    assert_eq!(market.send(p.reporter, market.at().report_miss(1)).unwrap_err(), Error::NothingMissed);
    assert_eq!(market.send(p.consumer, market.at().open_round([2; 32])).unwrap_err(), Error::TooEarly);
    let answer = held.answer(&mut market, 1);
    let done = market.send(p.provider, market.at().prove(vec![answer])).unwrap();
    assert_eq!(done.value, [Verdict::Proven]);
}

#[test]
fn a_reported_miss_pays_the_reporter_and_fills_the_pot() {
    let (mut market, p, _) = live();
    missed_round(&mut market, &p, 1);
    let done = market.send(p.reporter, market.at().report_miss(1)).unwrap();
    let slashed: Slashed = done.one();
    assert_eq!((slashed.placement, slashed.provider, slashed.round), (1, p.provider, 1));
    assert_eq!((slashed.misses, slashed.reason), (1, SlashReason::Unanswered));
    let (amount, share) = (COLLATERAL / 10, COLLATERAL / 100);
    assert_eq!((slashed.amount, slashed.to_reporter, slashed.to_pot), (amount, share, amount - share));
    assert_eq!(market.money(p.reporter).available, share);
    assert_eq!(market.reservation(1).slots[0].pot, amount - share);
    assert_eq!(market.send(p.reporter, market.at().report_miss(1)).unwrap_err(), Error::NothingMissed);
    market.check_books(&p.all(), &[1]);
}

#[test]
fn parties_of_a_placement_earn_nothing_by_reporting_it() {
    for by_consumer in [true, false] {
        let (mut market, p, _) = live();
        missed_round(&mut market, &p, 1);
        let reporter = if by_consumer { p.consumer } else { p.provider };
        let slashed: Slashed = market.send(reporter, market.at().report_miss(1)).unwrap().one();
        assert_eq!((slashed.to_reporter, slashed.to_pot), (0, COLLATERAL / 10));
    }
}

#[test]
fn an_unproven_interval_is_not_paid() {
    let (mut market, p, _) = live();
    missed_round(&mut market, &p, 1);
    market.wait(TERM_MS);
    market.send(p.stranger, market.at().settle(1)).unwrap();
    let served = TERM_MS - u64::from(INTERVAL_MS);
    assert_eq!(market.placement(1).settled, price_down(PRICE, 10, served).unwrap());
    assert_eq!(market.placement(1).state, State::Completed);
}

#[test]
fn the_third_miss_in_a_row_forfeits_everything_and_pays_nothing_after_it() {
    let (mut market, p, _) = live();
    for seed in 1..=3 {
        missed_round(&mut market, &p, seed);
    }
    let done = market.send(p.reporter, market.at().report_miss(1)).unwrap();
    assert_eq!(done.one::<PlacementMoved>().state, State::Failed);
    let forfeited: u128 = done.all::<Slashed>().iter().map(|x| x.amount).sum();
    assert_eq!(forfeited, COLLATERAL);
    assert!(done.all::<Settled>().iter().all(|x| x.gross == 0));
    assert_eq!(market.money(p.provider).available, PURSE_INSIDE - COLLATERAL);
    assert_eq!(market.money(p.provider).locked, 0);
    assert_eq!(market.money(p.consumer).locked, 0);
    market.check_books(&p.all(), &[1]);
}

#[test]
fn a_proof_in_between_starts_the_row_anew() {
    let (mut market, p, held) = live();
    for seed in 1..=2 {
        missed_round(&mut market, &p, seed);
    }
    market.send(p.consumer, market.at().open_round([3; 32])).unwrap();
    let answer = held.answer(&mut market, 1);
    let verdicts = market.send(p.provider, market.at().prove(vec![answer])).unwrap().value;
    assert_eq!(verdicts, [Verdict::Proven]);
    market.wait(INTERVAL_MS.into());
    for seed in 4..=5 {
        missed_round(&mut market, &p, seed);
    }
    assert_eq!(state_after_settling(&mut market, p.stranger, 1), State::Active);
    let tally = market.placement(1).tally;
    assert_eq!((tally.proven, tally.missed, tally.excused, tally.streak), (1, 4, 0, 2));
}

#[test]
fn a_failed_replica_is_taken_over_and_its_pot_pays_the_taker() {
    let (mut market, p, held) = live();
    for seed in 1..=3 {
        missed_round(&mut market, &p, seed);
    }
    market.send(p.reporter, market.at().report_miss(1)).unwrap();
    let pot = market.reservation(1).slots[0].pot;
    assert_eq!(pot, COLLATERAL - COLLATERAL / 10);
    let replaced = market.send(p.consumer, market.at().replace(1, 0, held.replica(2), u128::MAX)).unwrap();
    assert_eq!(replaced.value, 2);
    assert_eq!(market.reservation(1).slots[0].pot, 0);
    assert_eq!(market.placement(2).bonus, pot);
    market.send(p.spare, market.at().accept(2)).unwrap();
    market.send(p.spare, market.at().activate(2)).unwrap();
    market.check_books(&p.all(), &[1]);
    let left = market.placement(2).term_ms;
    market.wait(left);
    let settled: Settled = market.send(p.stranger, market.at().settle(2)).unwrap().one();
    assert_eq!(settled.bonus, pot);
    market.check_books(&p.all(), &[1]);
}

#[test]
fn rounds_before_activation_are_nobodys_miss() {
    let (mut market, p) = furnished();
    market.send(p.consumer, market.at().reserve(order(Held::new().replica(1)))).unwrap();
    market.send(p.provider, market.at().accept(1)).unwrap();
    missed_round(&mut market, &p, 1);
    market.send(p.consumer, market.at().open_round([2; 32])).unwrap();
    market.send(p.provider, market.at().activate(1)).unwrap();
    market.wait(INTERVAL_MS.into());
    assert_eq!(market.send(p.reporter, market.at().report_miss(1)).unwrap_err(), Error::NothingMissed);
}

#[test]
fn rounds_after_the_end_are_nobodys_miss() {
    let (mut market, p, _) = live();
    market.wait(TERM_MS);
    missed_round(&mut market, &p, 1);
    assert_eq!(market.send(p.reporter, market.at().report_miss(1)).unwrap_err(), Error::NothingMissed);
    assert_eq!(state_after_settling(&mut market, p.stranger, 1), State::Completed);
    assert_eq!(market.money(p.provider).locked, 0);
}

#[test]
fn a_pause_stops_new_business_and_keeps_every_exit_open() {
    let (mut market, p, held) = live();
    market.send(p.consumer, market.at().reserve(order(held.replica(2)))).unwrap();
    pause(&mut market, true);
    let refusals = [
        market.send(p.consumer, market.at().reserve(order(held.replica(2)))).map(|x| x.events),
        market.send(p.spare, market.at().accept(2)).map(|x| x.events),
        market.send(p.consumer, market.at().open_round([1; 32])).map(|x| x.events),
        market.send(p.consumer, market.at().extend(1, 1_000, u128::MAX)).map(|x| x.events),
    ];
    assert!(refusals.iter().all(|x| *x == Err(Error::Paused)), "{refusals:?}");
    market.wait(DAY_MS);
    market.send(p.stranger, market.at().settle(1)).unwrap();
    market.send(p.consumer, market.at().terminate(1, None)).unwrap();
    market.send(p.provider, market.at().withdraw_placement(1, u128::MAX)).unwrap();
    market.send(p.consumer, market.at().cancel(2, None)).unwrap();
    for reservation in [1, 2] {
        market.send(p.consumer, market.at().close(reservation)).unwrap();
    }
    for id in [p.consumer, p.provider] {
        let available = market.money(id).available;
        market.send(id, market.at().withdraw(available)).unwrap();
    }
}

#[test]
fn a_pause_stretches_the_time_to_accept_by_its_length() {
    let (mut market, p) = furnished();
    market.send(p.consumer, market.at().reserve(order(Held::new().replica(1)))).unwrap();
    let (_, until) = due(&mut market, 1);
    pause(&mut market, true);
    market.wait(3 * DAY_MS);
    pause(&mut market, false);
    assert_eq!(due(&mut market, 1), (Action::Accept, until + 3 * DAY_MS));
    market.wait(DAY_MS - 1);
    market.send(p.provider, market.at().accept(1)).unwrap();
}

#[test]
fn a_round_cut_by_a_pause_counts_for_nobody() {
    let (mut market, p, _) = live();
    market.send(p.consumer, market.at().open_round([1; 32])).unwrap();
    pause(&mut market, true);
    market.wait(INTERVAL_MS.into());
    pause(&mut market, false);
    assert_eq!(market.send(p.reporter, market.at().report_miss(1)).unwrap_err(), Error::NothingMissed);
    missed_round(&mut market, &p, 2);
    market.send(p.reporter, market.at().report_miss(1)).unwrap();
    let tally = market.placement(1).tally;
    assert_eq!((tally.missed, tally.excused), (1, 1));
}

#[test]
fn a_pause_that_nobody_ends_stops_business_for_two_weeks_only() {
    let (mut market, p, held) = live();
    pause(&mut market, true);
    market.wait(MAX_PAUSE_MS - 1);
    let refused = market.send(p.consumer, market.at().reserve(order(held.replica(2)))).unwrap_err();
    assert_eq!(refused, Error::Paused);
    market.wait(1);
    market.send(p.consumer, market.at().reserve(order(held.replica(2)))).unwrap();
}

#[test]
fn a_renewal_starts_a_term_anew_while_the_grace_lasts() {
    let (mut market, p, _) = live();
    market.send(p.consumer, market.at().set_auto_renew(1, 10 * PRICE)).unwrap();
    let ends_at = market.placement(1).ends_at;
    assert_eq!(market.send(p.stranger, market.at().renew(1)).unwrap_err(), Error::TooEarly);
    market.wait(TERM_MS + RENEW_GRACE_MS - 1);
    market.send(p.stranger, market.at().renew(1)).unwrap();
    let renewed = market.placement(1);
    assert!(renewed.segment_at > ends_at, "the time between is not paid");
    assert_eq!(renewed.ends_at, renewed.segment_at + TERM_MS);
    market.check_books(&p.all(), &[1]);
    market.wait(TERM_MS + RENEW_GRACE_MS);
    assert_eq!(market.send(p.stranger, market.at().renew(1)).unwrap_err(), Error::WrongState);
    assert_eq!(state_after_settling(&mut market, p.stranger, 1), State::Completed);
    assert_eq!(market.placement(1).settled, 20 * PRICE);
}

#[test]
fn anybody_may_close_what_its_consumer_left_lying_for_ninety_days() {
    let (mut market, p, _) = live();
    market.wait(TERM_MS + CLOSE_GRACE_MS - 1);
    assert_eq!(market.send(p.stranger, market.at().close(1)).unwrap_err(), Error::NotConsumer);
    market.wait(1);
    let done = market.send(p.stranger, market.at().close(1)).unwrap();
    assert!(done.storage_refund() > 0, "the storage deposit is the keeper's pay");
    market.check_books(&p.all(), &[]);
}

/// The deadline to activate runs on the clock that pauses stop; the grace must not.
#[test]
fn many_pauses_leave_a_cancelled_reservation_to_its_consumer() {
    let (mut market, p) = furnished();
    for _ in 0..8 {
        pause(&mut market, true);
        market.wait(MAX_PAUSE_MS);
        pause(&mut market, false);
        market.wait(MAX_PAUSE_MS);
    }
    market.send(p.consumer, market.at().reserve(order(Held::new().replica(1)))).unwrap();
    market.send(p.consumer, market.at().cancel(1, None)).unwrap();
    let refused = market.send(p.stranger, market.at().close(1)).map(|x| x.value);
    assert_eq!(refused, Err(Error::NotConsumer));
}
