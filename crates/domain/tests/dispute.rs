//! Disputes: their deadlines, the bond, and how what is frozen is divided.

mod history;

use history::{active, disputed, no_round, round, sample, setups, Run, Setup, Touching, BASE};
use orchestrator_domain::{
    bps_down, bps_up, price_down, price_up, Balance, Clock, Error, Pauses, Placement, State, ANSWER_MS,
    BOND_BPS, DAY_MS, DECIDE_MS, DISPUTE_FACT_MS, DISPUTE_REST_MS,
};
use proptest::prelude::*;

const FACT: [u8; 32] = [9; 32];
const ANSWER: [u8; 32] = [8; 32];
/// When a dispute is opened in these tests.
const OPENED: u64 = BASE + 40 * DAY_MS;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn clock(now: u64) -> Clock {
    Clock { now, block: 0, pauses: Pauses::default() }
}

/// A hundred days, nothing paid so far.
fn placement() -> Placement {
    active(&Setup { term: 100 * DAY_MS, ..sample() })
}

fn open(p: &mut Placement, fact_at: u64, now: u64) -> Result<Balance, Error> {
    p.dispute(fact_at, FACT, &clock(now), &no_round())
}

fn opened() -> Placement {
    let mut p = placement();
    open(&mut p, OPENED, OPENED).unwrap();
    p
}

fn divide(p: &mut Placement, bps: u16, now: u64) -> Result<(Balance, Balance), Error> {
    p.divide_down(bps, &clock(now), &no_round())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_goes_back_and_what_is_paid_are_what_was_unpaid_and_no_share_is_taken_of_what_goes_back(
        price in 0u128..1 << 40, capacity in 1u64..1_000, collateral in 0u128..1 << 60, bps in 0u16..=10_000,
        fee_bps in 0u16..=1_000, referral_bps in 0u16..=500, manager_bps in 0u16..=3_000,
        paid_at in 0..40 * DAY_MS, later in 0..90 * DAY_MS,
    ) {
        let term = 100 * DAY_MS;
        let setup =
            Setup { price, capacity, collateral, fee_bps, referral_bps, manager_bps, term, ..sample() };
        let mut p = active(&setup);
        let mut shares = 0;
        let mut pay = |p: &mut Placement, at: u64| {
            let paid = p.settle(at, &no_round()).unwrap();
            shares += paid.fee + paid.referral + paid.manager;
            paid.gross
        };
        let first = pay(&mut p, BASE + paid_at);
        let unpaid = price_down(price, capacity, 40 * DAY_MS).unwrap() - first;
        prop_assert_eq!(p.unpaid(OPENED, &no_round()), Ok(unpaid));
        let bond = open(&mut p, OPENED, OPENED);
        if unpaid + collateral == 0 {
            prop_assert_eq!(bond, Err(Error::ZeroAmount));
            return Ok(());
        }
        prop_assert_eq!(bond, Ok(bps_up(unpaid + collateral, BOND_BPS).unwrap()));
        prop_assert_eq!(p.bond(), bond.unwrap());
        p.answer(ANSWER, &clock(OPENED)).unwrap();
        let (back, cut) = divide(&mut p, bps, OPENED).unwrap();
        prop_assert_eq!(back, bps_down(unpaid, bps.into()).unwrap());
        prop_assert_eq!((cut, p.collateral), (bps_down(collateral, bps.into()).unwrap(), collateral - cut));
        prop_assert_eq!(pay(&mut p, OPENED), unpaid - back);
        prop_assert_eq!((p.refunded, p.settled), (back, first + unpaid));
        prop_assert_eq!(p.escrow, p.owed_up(p.ends_at).unwrap());
        let rest = pay(&mut p, OPENED + later);
        let kept = first + unpaid - back + rest;
        prop_assert_eq!(p.settled - p.refunded, kept);
        let all = fee_bps + referral_bps + manager_bps;
        prop_assert_eq!(shares, bps_down(kept, all.into()).unwrap());
        prop_assert_eq!(kept + back + p.escrow, price_up(price, capacity, term).unwrap());
    }

    #[test]
    fn in_whatever_steps_it_is_settled_all_that_is_paid_and_given_back_is_what_was_earned(
        setup in setups(50_000), plans in disputed(90_000),
    ) {
        for touching in [Touching::AtEveryEnd, Touching::AfterEveryEvent] {
            let run = Run::through(&setup, &plans, touching);
            prop_assert_eq!(run.gross + run.given_back, run.truth().earned);
            prop_assert_eq!((run.p.settled - run.p.refunded, run.p.refunded), (run.gross, run.given_back));
            let price = price_up(setup.price, setup.capacity, setup.term).unwrap();
            prop_assert_eq!(run.gross + run.given_back + run.refunded, price);
            let all = setup.fee_bps + setup.referral_bps + setup.manager_bps;
            let shares = run.fee + run.referral + run.manager;
            prop_assert_eq!(shares, bps_down(run.gross, all.into()).unwrap());
            prop_assert!(run.slashed <= setup.collateral);
            prop_assert_eq!((run.p.escrow, run.p.collateral, run.p.dispute), (0, 0, None));
        }
    }

    #[test]
    fn rounds_are_judged_in_a_dispute_as_ever(setup in setups(50_000), plans in disputed(90_000)) {
        let run = Run::through(&setup, &plans, Touching::AfterEveryEvent);
        let truth = run.truth();
        prop_assert_eq!(run.p.tally.proven, truth.proven);
        prop_assert_eq!(run.p.tally.missed, truth.missed);
        prop_assert_eq!(run.failed_at, truth.failed_at);
        prop_assert_eq!(run.p.state == State::Failed, truth.failed_at.is_some());
    }
}

#[test]
fn a_fact_lies_at_most_fourteen_days_back_and_not_ahead() {
    assert_eq!(DISPUTE_FACT_MS, 14 * DAY_MS);
    for (fact_at, in_time) in [
        (OPENED - DISPUTE_FACT_MS - 1, false),
        (OPENED - DISPUTE_FACT_MS, true),
        (OPENED, true),
        (OPENED + 1, false),
        (0, false),
        (u64::MAX, false),
    ] {
        let mut p = placement();
        let verdict = open(&mut p, fact_at, OPENED);
        assert_eq!(verdict.is_ok(), in_time, "{fact_at}");
        if !in_time {
            assert_eq!((verdict, p), (Err(Error::TooLate), placement()), "a refusal changes nothing");
        }
    }
}

#[test]
fn nothing_before_the_activation_is_disputed() {
    let now = BASE + DAY_MS;
    assert_eq!(open(&mut placement(), BASE - 1, now), Err(Error::TooLate));
    assert!(open(&mut placement(), BASE, now).is_ok());
}

#[test]
fn only_an_active_placement_is_disputed_and_once_at_a_time() {
    use State::*;
    for state in [Proposed, Accepted, Completed, Terminated, Cancelled, Withdrawn, Failed] {
        assert_eq!(open(&mut Placement { state, ..placement() }, OPENED, OPENED), Err(Error::WrongState));
    }
    let (mut p, before) = (opened(), opened());
    assert_eq!(open(&mut p, OPENED, OPENED + DISPUTE_REST_MS), Err(Error::Disputed));
    assert_eq!((p.ensure_undisputed(), placement().ensure_undisputed()), (Err(Error::Disputed), Ok(())));
    assert_eq!(p, before);
}

#[test]
fn the_next_dispute_waits_thirty_days_from_the_opening_of_the_last() {
    assert_eq!(DISPUTE_REST_MS, 30 * DAY_MS);
    let mut p = opened();
    p.answer(ANSWER, &clock(OPENED)).unwrap();
    divide(&mut p, 10_000, OPENED + 1).unwrap();
    let again = OPENED + DISPUTE_REST_MS;
    assert_eq!(open(&mut p, again - 1, again - 1), Err(Error::TooEarly));
    assert!(open(&mut p, again, again).is_ok());
}

#[test]
fn the_bond_is_a_tenth_of_what_freezes_rounded_up() {
    assert_eq!(BOND_BPS, 1_000);
    for (collateral, bond) in [(1, 1), (10, 1), (11, 2), (1_000_000, 100_000)] {
        let mut p = Placement { collateral, ..placement() };
        p.settle(OPENED, &no_round()).unwrap();
        assert_eq!(open(&mut p, OPENED, OPENED), Ok(bond), "{collateral} and nothing unpaid");
    }
    let mut p = Placement { collateral: 0, ..placement() };
    p.settle(OPENED, &no_round()).unwrap();
    assert_eq!(open(&mut p, OPENED, OPENED), Err(Error::ZeroAmount), "there is nothing to freeze");
    assert_eq!((p.bond(), p.dispute), (0, None));
}

#[test]
fn time_that_an_open_round_holds_back_is_not_unpaid() {
    let mut p = Placement { collateral: 0, ..placement() };
    let asked = round(1, BASE + 10 * DAY_MS);
    let bond = p.dispute(OPENED, FACT, &clock(OPENED), &asked).unwrap();
    let unpaid = price_down(p.price, p.capacity, 10 * DAY_MS).unwrap();
    assert_eq!(bond, bps_up(unpaid, BOND_BPS).unwrap());
}

#[test]
fn the_provider_answers_within_three_days() {
    assert_eq!(ANSWER_MS, 3 * DAY_MS);
    assert_eq!(placement().answer(ANSWER, &clock(OPENED)), Err(Error::NotDisputed));
    for (now, verdict) in
        [(OPENED, Ok(())), (OPENED + ANSWER_MS - 1, Ok(())), (OPENED + ANSWER_MS, Err(Error::TooLate))]
    {
        let mut p = opened();
        assert_eq!(p.answer(ANSWER, &clock(now)), verdict);
        let said = if verdict.is_ok() { ANSWER } else { [0; 32] };
        assert_eq!(p.dispute.map(|x| (x.evidence, x.answer)), Some((FACT, said)));
    }
}

#[test]
fn a_dispute_is_decided_after_the_answer_or_when_its_time_is_up() {
    assert_eq!(divide(&mut placement(), 5_000, OPENED), Err(Error::NotDisputed));
    for (now, verdict) in [(OPENED, false), (OPENED + ANSWER_MS - 1, false), (OPENED + ANSWER_MS, true)] {
        let mut p = opened();
        let divided = divide(&mut p, 5_000, now);
        assert_eq!(divided.is_ok(), verdict);
        if !verdict {
            assert_eq!((divided, p), (Err(Error::TooEarly), opened()), "a refusal changes nothing");
        }
        let mut answered = opened();
        answered.answer(ANSWER, &clock(OPENED)).unwrap();
        assert!(divide(&mut answered, 5_000, now).is_ok());
        assert_eq!(divide(&mut answered, 5_000, now), Err(Error::NotDisputed), "once");
    }
}

#[test]
fn no_more_than_all_is_given_back() {
    for (bps, all) in [
        (0, (0, 0)),
        (10_000, (bps_down(price_down(1_000_000_000, 10, 43 * DAY_MS).unwrap(), 10_000).unwrap(), 1_000_000)),
    ] {
        assert_eq!(divide(&mut opened(), bps, OPENED + ANSWER_MS), Ok(all));
    }
    for bps in [10_001, u16::MAX] {
        let mut p = opened();
        assert_eq!((divide(&mut p, bps, OPENED + ANSWER_MS), p), (Err(Error::ShareOutOfBounds), opened()));
    }
}

#[test]
fn an_arbiter_has_ten_days() {
    assert_eq!(DECIDE_MS, 10 * DAY_MS);
    for (ms, over) in [(0, false), (DECIDE_MS - 1, false), (DECIDE_MS, true)] {
        assert_eq!(opened().dispute_is_over(&clock(OPENED + ms)), over);
        assert!(!placement().dispute_is_over(&clock(OPENED + ms)));
    }
}

#[test]
fn a_pause_stretches_both_deadlines() {
    let paused = |now| {
        let pauses = Pauses { paused: false, began_at: OPENED, count: 1, ended_ms: 2 * DAY_MS, next_at: 0 };
        Clock { now, block: 0, pauses }
    };
    let (answer_by, decide_by) = (OPENED + ANSWER_MS + 2 * DAY_MS, OPENED + DECIDE_MS + 2 * DAY_MS);
    assert_eq!(opened().answer(ANSWER, &paused(answer_by - 1)), Ok(()));
    assert_eq!(opened().answer(ANSWER, &paused(answer_by)), Err(Error::TooLate));
    assert_eq!(opened().divide_down(0, &paused(answer_by - 1), &no_round()), Err(Error::TooEarly));
    assert!(opened().divide_down(0, &paused(answer_by), &no_round()).is_ok());
    let over = [decide_by - 1, decide_by].map(|now| opened().dispute_is_over(&paused(now)));
    assert_eq!(over, [false, true]);
}

#[test]
fn time_ends_no_placement_that_is_disputed() {
    let (p, end) = (opened(), BASE + 100 * DAY_MS);
    assert_eq!(p.due(&clock(end), &no_round(), 0), None);
    let terminated = Placement { terminated: true, ..p.clone() };
    assert_eq!(terminated.due(&clock(end), &no_round(), 0), None);
    let free = Placement { dispute: None, ..p };
    assert_eq!(free.due(&clock(end), &no_round(), 0), Some(State::Completed));
}
