//! What a review has found: facts that held nowhere else.

use super::market::*;
use crate::{Action, Average, ChunkProof, Orchestrator, Response, Verdict};
use orchestrator_domain::{Config, Role, SlaTerms, State, UnitSpec, Window, CLOSE_GRACE_MS};

const DAY_MS: u64 = 24 * HOUR_MS;

/// Makes every placement count in full for the score.
fn weighty(market: &mut Orchestrator) {
    by(market, admin()).configure(Config { score_unit: 1, ..Config::default() }, treasury()).unwrap();
}

/// A market whose data unit 1 may be maintained for a day in thirty, with a proposal for it.
fn rested(max_misses: u8) -> Orchestrator {
    let mut market = furnished();
    let terms = SlaTerms { maintenance_ms: 86_400_000, max_misses, ..terms() };
    by(&mut market, provider()).update_unit(1, UnitSpec { terms, ..unit_spec() }).unwrap();
    wait(HOUR_MS);
    by(&mut market, consumer()).reserve(order()).unwrap();
    by(&mut market, provider()).accept(1).unwrap();
    market
}

fn minutes(from: u64, until: u64) -> Window {
    let minute = HOUR_MS / 60;
    Window { from: now() + from * minute, until: now() + until * minute }
}

fn open(market: &mut Orchestrator) {
    by(market, consumer()).open_round([9; 32]).unwrap();
}

#[ink::test]
fn a_proposal_on_a_retired_unit_is_still_cancelled_by_time() {
    let mut market = proposed();
    weighty(&mut market);
    by(&mut market, provider()).retire_unit(1).unwrap();
    wait(2 * DAY_MS);
    assert_eq!(by(&mut market, stranger()).settle(1), Ok(()));
    assert_eq!(placement(&market, 1).state, State::Cancelled);
    assert_eq!(money(&market, consumer()), (PURSE, 0));
}

#[ink::test]
fn a_consumer_cancels_and_closes_what_waits_on_a_retired_unit() {
    let mut market = proposed();
    weighty(&mut market);
    by(&mut market, provider()).retire_unit(1).unwrap();
    wait(2 * DAY_MS + CLOSE_GRACE_MS);
    assert_eq!(by(&mut market, consumer()).close(1), Ok(()));
    assert_eq!(money(&market, consumer()), (PURSE, 0));
}

#[ink::test]
fn a_rating_counts_for_the_provider_after_its_unit_was_retired() {
    let mut market = active();
    weighty(&mut market);
    wait(TERM_MS);
    by(&mut market, provider()).settle(1).unwrap();
    market.retire_unit(1).unwrap();
    assert_eq!(by(&mut market, consumer()).rate(1, 1), Ok(()));
    assert!(market.account(provider()).standing.now.blamed > 0);
}

#[ink::test]
fn rounds_opened_in_maintenance_right_after_the_activation_are_excused() {
    let mut market = rested(3);
    by(&mut market, provider()).set_maintenance(1, Some(minutes(24 * 60 + 20, 24 * 60 + 40))).unwrap();
    wait(DAY_MS);
    market.activate(1).unwrap();
    wait(HOUR_MS / 2);
    open(&mut market);
    assert_eq!(market.challenge(1), None, "opened in maintenance");
    wait(HOUR_MS);
    open(&mut market);
    by(&mut market, stranger()).settle(1).unwrap();
    assert_eq!(placement(&market, 1).tally.missed, 0);
}

#[ink::test]
fn two_misses_around_maintenance_cost_the_same_settled_in_steps_or_at_once() {
    let mut paid = [0, 0];
    for (i, in_steps) in [true, false].into_iter().enumerate() {
        let mut market = rested(100);
        by(&mut market, provider()).set_maintenance(1, Some(minutes(36 * 60 + 10, 36 * 60 + 50))).unwrap();
        market.activate(1).unwrap();
        wait(36 * HOUR_MS);
        for _ in 0..2 {
            open(&mut market);
            if in_steps {
                wait(HOUR_MS - 1);
                by(&mut market, stranger()).settle(1).unwrap();
                wait(1);
            } else {
                wait(HOUR_MS);
            }
        }
        by(&mut market, stranger()).settle(1).unwrap();
        paid[i] = placement(&market, 1).settled;
    }
    assert_eq!(paid[0], paid[1]);
}

#[ink::test]
fn two_misses_around_maintenance_leave_what_was_served_before_them_paid() {
    let mut market = rested(2);
    by(&mut market, provider()).set_maintenance(1, Some(minutes(36 * 60 + 10, 36 * 60 + 50))).unwrap();
    market.activate(1).unwrap();
    wait(36 * HOUR_MS);
    for _ in 0..2 {
        open(&mut market);
        wait(WINDOW_MS.into());
        by(&mut market, stranger()).report_miss(1).unwrap();
        if placement(&market, 1).state == State::Active {
            wait(HOUR_MS - u64::from(WINDOW_MS));
        }
    }
    let p = placement(&market, 1);
    assert_eq!((p.state, p.served_before_ms), (State::Failed, 36 * HOUR_MS));
}

#[ink::test]
fn a_dispute_that_outlasts_the_term_is_what_happens_next() {
    let mut market = active();
    wait(TERM_MS - DAY_MS);
    by(&mut market, consumer()).open_dispute(1, now(), [1; 32], u128::MAX).unwrap();
    let opened = now();
    wait(DAY_MS + 1);
    let next = market.next_action_at(1).unwrap();
    assert_eq!((next.action, next.at), (Action::Answer, opened + 3 * DAY_MS));
}

#[ink::test]
fn a_dry_run_of_a_proof_in_maintenance_says_what_the_proof_does() {
    let mut market = rested(3);
    by(&mut market, provider()).set_maintenance(1, Some(minutes(24 * 60 + 20, 24 * 60 + 40))).unwrap();
    market.activate(1).unwrap();
    wait(DAY_MS + HOUR_MS / 2);
    open(&mut market);
    let [leaf, pair, _] = tree();
    let proof = ChunkProof { chunk: chunk(), path: vec![leaf, pair] };
    let response = Response { placement: 1, round: 1, proofs: vec![proof.clone(), proof] };
    let said = by(&mut market, provider()).check_proof(response.clone());
    assert_eq!(market.prove(vec![response]).unwrap(), [said]);
    assert_eq!(said, Verdict::Proven);
}

#[ink::test]
fn an_sla_report_never_shows_more_than_all_of_the_time() {
    let mut market = accepted();
    for observer in [stranger(), spare()] {
        by(&mut market, admin()).set_role(observer, Role::Observer, true).unwrap();
    }
    let report = |market: &mut Orchestrator, observer, uptime_bps| {
        let day = u32::try_from(now() / DAY_MS).unwrap() - 1;
        let seen = crate::Observation { unit: 1, uptime_bps, latency_ms: 1 };
        by(market, observer).report_quality(day, vec![seen]).unwrap();
    };
    report(&mut market, stranger(), 0);
    by(&mut market, provider()).activate(1).unwrap();
    report(&mut market, spare(), 10_000);
    wait(DAY_MS);
    report(&mut market, stranger(), 10_000);
    assert_eq!(market.sla(1).unwrap().seen, Some(Average { uptime_bps: 10_000, latency_ms: 1 }));
}

#[ink::test]
fn what_was_never_active_has_seen_nothing() {
    let mut market = proposed();
    by(&mut market, admin()).set_role(stranger(), Role::Observer, true).unwrap();
    let day = u32::try_from(now() / DAY_MS).unwrap() - 1;
    let seen = crate::Observation { unit: 1, uptime_bps: 1, latency_ms: 1 };
    by(&mut market, stranger()).report_quality(day, vec![seen]).unwrap();
    assert_eq!(market.sla(1).unwrap().seen, None);
}

/// What is paid of a placement whose rounds, an hour apart, are all missed around a window of three hours.
fn paid_around_a_long_window(in_steps: bool) -> u128 {
    let mut market = rested(100);
    by(&mut market, provider()).set_maintenance(1, Some(minutes(36 * 60 - 10, 39 * 60 - 10))).unwrap();
    market.activate(1).unwrap();
    wait(30 * HOUR_MS);
    for _ in 30..44 {
        open(&mut market);
        wait(HOUR_MS);
        if in_steps {
            by(&mut market, stranger()).settle(1).unwrap();
        }
    }
    wait(5 * HOUR_MS);
    by(&mut market, stranger()).settle(1).unwrap();
    assert_eq!(placement(&market, 1).tally.missed, 11);
    placement(&market, 1).settled
}

#[ink::test]
fn rounds_missed_around_maintenance_cost_the_same_settled_in_steps_or_at_once() {
    assert_eq!(paid_around_a_long_window(false), paid_around_a_long_window(true));
}
