//! Disputes.

use super::market::*;
use crate::events::{DisputeMoved, Slashed};
use crate::{Action, DisputeStep, Orchestrator, SlashReason};
use orchestrator_domain::{Error, Role};

const DAY_MS: u64 = 24 * HOUR_MS;
/// What a day of the usual placement costs.
const DAY_PRICE: u128 = TERM_PRICE / 30;

/// A market in which placement 1 is active for a day and unpaid, and the stranger is an arbiter.
fn unpaid() -> Orchestrator {
    let mut market = active();
    by(&mut market, admin()).set_role(stranger(), Role::Arbiter, true).unwrap();
    wait(DAY_MS);
    market
}

/// With a dispute open.
fn disputed() -> Orchestrator {
    let mut market = unpaid();
    by(&mut market, consumer()).open_dispute(1, now(), [1; 32], u128::MAX).unwrap();
    market
}

/// With it answered.
fn answered() -> Orchestrator {
    let mut market = disputed();
    by(&mut market, provider()).answer_dispute(1, [2; 32]).unwrap();
    market
}

fn bond() -> u128 {
    (DAY_PRICE + COLLATERAL).div_ceil(10)
}

#[ink::test]
fn a_dispute_locks_a_tenth_of_what_it_freezes() {
    let mut market = unpaid();
    let (available, locked) = money(&market, consumer());
    let too_little = by(&mut market, consumer()).open_dispute(1, now(), [1; 32], bond() - 1);
    assert_eq!(too_little, Err(Error::AboveCeiling));
    let market = disputed();
    assert_eq!(money(&market, consumer()), (available - bond(), locked + bond()));
    let event: DisputeMoved = latest();
    assert_eq!((event.placement, event.step, event.hash), (1, DisputeStep::Opened, [1; 32]));
    assert_eq!((event.bond, event.until), (bond(), now() + 3 * DAY_MS));
    let next = market.next_action_at(1).unwrap();
    assert_eq!((next.action, next.at), (Action::Answer, now() + 3 * DAY_MS));
}

#[ink::test]
fn a_dispute_is_opened_by_the_consumer_about_something_recent() {
    let mut market = unpaid();
    by(&mut market, consumer());
    let open = |market: &mut Orchestrator, at| market.open_dispute(1, at, [1; 32], u128::MAX);
    assert_eq!(open(&mut market, now() + 1), Err(Error::TooLate));
    assert_eq!(open(&mut market, now() - DAY_MS - 1), Err(Error::TooLate), "before it was active");
    assert_eq!(market.open_dispute(9, now(), [1; 32], 0), Err(Error::UnknownPlacement));
    assert_eq!(open(by(&mut market, stranger()), now()), Err(Error::NotConsumer));
    wait(14 * DAY_MS);
    assert_eq!(open(by(&mut market, consumer()), now() - 14 * DAY_MS - 1), Err(Error::TooLate));
    assert_eq!(open(&mut market, now() - 14 * DAY_MS), Ok(()));
    assert_eq!(open(&mut market, now()), Err(Error::Disputed));
    let mut market = accepted();
    assert_eq!(open(by(&mut market, consumer()), now()), Err(Error::WrongState));
}

#[ink::test]
fn nothing_of_a_disputed_placement_is_paid_or_ends() {
    let mut market = disputed();
    by(&mut market, stranger()).settle(1).unwrap();
    assert_eq!(placement(&market, 1).settled, 0);
    assert_eq!(by(&mut market, provider()).withdraw_placement(1, u128::MAX), Err(Error::Disputed));
    by(&mut market, consumer());
    assert_eq!(market.extend(1, DAY_MS, u128::MAX), Err(Error::Disputed));
    assert_eq!(market.resize(1, 5, u128::MAX), Err(Error::Disputed));
    assert_eq!(market.close(1), Err(Error::NotEnded));
}

#[ink::test]
fn an_arbiter_waits_for_the_answer_or_its_time() {
    let mut market = disputed();
    assert_eq!(by(&mut market, stranger()).decide_dispute(1, 0, [3; 32]), Err(Error::TooEarly));
    wait(3 * DAY_MS - 1);
    assert_eq!(market.decide_dispute(1, 0, [3; 32]), Err(Error::TooEarly));
    wait(1);
    assert_eq!(by(&mut market, provider()).answer_dispute(1, [2; 32]), Err(Error::TooLate));
    assert_eq!(by(&mut market, stranger()).decide_dispute(1, 0, [3; 32]), Ok(()));
    let mut market = answered();
    assert_eq!(by(&mut market, stranger()).decide_dispute(1, 10_001, [3; 32]), Err(Error::ShareOutOfBounds));
    assert_eq!(market.decide_dispute(1, 0, [3; 32]), Ok(()));
}

#[ink::test]
fn a_decision_divides_what_is_frozen_and_nothing_more() {
    let mut market = answered();
    let (consumer_before, provider_before) = (money(&market, consumer()), money(&market, provider()));
    by(&mut market, stranger()).decide_dispute(1, 6_000, [3; 32]).unwrap();
    let back = DAY_PRICE * 6_000 / 10_000;
    let cut = COLLATERAL * 6_000 / 10_000;
    let p = placement(&market, 1);
    assert_eq!((p.refunded, p.collateral, p.slashed), (back, COLLATERAL - cut, cut));
    assert_eq!(p.settled, DAY_PRICE);
    let slashed: Slashed = latest();
    assert_eq!((slashed.reason, slashed.amount, slashed.to_pot), (SlashReason::Dispute, cut, cut));
    assert_eq!((slashed.reporter, slashed.to_reporter), (None, 0));
    assert_eq!(market.reservation(1).unwrap().slots[0].pot, cut);
    let paid = DAY_PRICE - back;
    let fee = paid * 200 / 10_000;
    assert_eq!(
        money(&market, consumer()),
        (consumer_before.0 + back + bond(), consumer_before.1 - DAY_PRICE - bond())
    );
    assert_eq!(money(&market, provider()), (provider_before.0 + paid - fee, provider_before.1 - cut));
    let event: DisputeMoved = latest();
    assert_eq!((event.step, event.to_consumer_bps, event.refunded), (DisputeStep::Decided, 6_000, back));
}

#[ink::test]
fn the_bond_goes_to_who_was_right() {
    for (bps, to_provider) in [(0, bond()), (4_999, bond()), (5_000, 0), (10_000, 0)] {
        let mut market = answered();
        let before = money(&market, provider()).0;
        by(&mut market, stranger()).decide_dispute(1, bps, [3; 32]).unwrap();
        let paid = DAY_PRICE - DAY_PRICE * u128::from(bps) / 10_000;
        let got = money(&market, provider()).0 - before;
        assert_eq!(got, paid - paid * 200 / 10_000 + to_provider, "{bps}");
    }
}

#[ink::test]
fn a_party_decides_nothing() {
    for party in [consumer(), provider()] {
        let mut market = answered();
        assert_eq!(by(&mut market, party).decide_dispute(1, 0, [3; 32]), Err(Error::NotInRole));
        by(&mut market, admin()).set_role(party, Role::Arbiter, true).unwrap();
        assert_eq!(by(&mut market, party).decide_dispute(1, 0, [3; 32]), Err(Error::OwnDispute));
    }
}

#[ink::test]
fn silence_releases_everything_as_if_undisputed() {
    let mut market = answered();
    wait(10 * DAY_MS - 1);
    by(&mut market, stranger()).settle(1).unwrap();
    assert_eq!(placement(&market, 1).settled, 0);
    wait(1);
    market.settle(1).unwrap();
    let p = placement(&market, 1);
    let paid = TERM_PRICE * 11 / 30;
    assert_eq!((p.settled, p.dispute, p.collateral), (paid, None, COLLATERAL));
    assert_eq!(money(&market, consumer()).1, TERM_PRICE - paid);
    let event: DisputeMoved = latest();
    assert_eq!((event.step, event.bond), (DisputeStep::Released, bond()));
    assert_eq!(market.decide_dispute(1, 0, [3; 32]), Err(Error::NotDisputed));
}

#[ink::test]
fn the_next_dispute_waits_for_thirty_days_from_the_last() {
    let mut market = answered();
    by(&mut market, stranger()).decide_dispute(1, 0, [3; 32]).unwrap();
    by(&mut market, consumer());
    wait(28 * DAY_MS);
    assert_eq!(market.open_dispute(1, now(), [1; 32], u128::MAX), Err(Error::TooEarly));
}

#[ink::test]
fn a_placement_that_fails_ends_its_dispute() {
    let mut market = disputed();
    let bound = money(&market, consumer()).1;
    for _ in 0..3 {
        by(&mut market, consumer()).open_round([9; 32]).unwrap();
        wait(HOUR_MS);
    }
    by(&mut market, stranger()).report_miss(1).unwrap();
    let p = placement(&market, 1);
    assert_eq!((p.dispute, p.collateral), (None, 0));
    assert_eq!(money(&market, consumer()).1, bound - TERM_PRICE - bond());
    assert_eq!(by(&mut market, provider()).answer_dispute(1, [2; 32]), Err(Error::NotDisputed));
}

#[ink::test]
fn a_reservation_is_handed_over_with_the_bond() {
    let mut market = disputed();
    let what = orchestrator_domain::Handover::Reservation(1);
    by(&mut market, consumer()).offer(what, Some(spare())).unwrap();
    by(&mut market, spare()).take_over(what).unwrap();
    assert_eq!(money(&market, consumer()).1, 0);
    assert_eq!(money(&market, spare()).1, TERM_PRICE + bond());
}
