//! Lists, what is due next, how long the money lasts.

use super::market::*;
use crate::{Action, NextAction};
use orchestrator_domain::{Handover, List, Order, UnitSpec, CLOSE_GRACE_MS};

const DAY_MS: u64 = 86_400_000;

fn next(action: Action, at: u64) -> Option<NextAction> {
    Some(NextAction { action, at })
}

#[ink::test]
fn what_is_due_follows_the_life_of_a_placement() {
    let mut market = proposed();
    let reserved = now();
    assert_eq!(market.next_action_at(1), next(Action::Accept, reserved + DAY_MS));
    by(&mut market, provider()).accept(1).unwrap();
    assert_eq!(market.next_action_at(1), next(Action::Activate, reserved + 8 * DAY_MS));
    market.activate(1).unwrap();
    let ends_at = reserved + TERM_MS;
    assert_eq!(market.next_action_at(1), next(Action::End, ends_at));
    by(&mut market, consumer()).open_round([9; 32]).unwrap();
    assert_eq!(market.next_action_at(1), next(Action::Prove, reserved + u64::from(WINDOW_MS)));
    wait(TERM_MS);
    market.settle(1).unwrap();
    assert_eq!(market.next_action_at(1), next(Action::Close, ends_at + CLOSE_GRACE_MS));
    assert_eq!(market.next_action_at(9), None);
}

#[ink::test]
fn money_lasts_to_the_end_and_through_the_renewals_it_covers() {
    let mut market = active();
    let ends_at = now() + TERM_MS;
    assert_eq!(market.funded_until(1), ends_at);
    by(&mut market, consumer()).set_auto_renew(1, TERM_PRICE).unwrap();
    market.withdraw(PURSE - TERM_PRICE - 2 * TERM_PRICE - 1).unwrap();
    assert_eq!(market.funded_until(1), ends_at + 2 * TERM_MS);
    assert_eq!(market.funded_until(9), 0);
    assert_eq!(proposed().funded_until(1), 0);
}

#[ink::test]
fn a_renewal_above_the_ceiling_does_not_make_money_last() {
    let mut market = active();
    let ends_at = now() + TERM_MS;
    for (up_to, renewals) in [(0, 0), (TERM_PRICE - 1, 0), (TERM_PRICE, 99)] {
        by(&mut market, consumer()).set_auto_renew(1, up_to).unwrap();
        assert_eq!(market.funded_until(1), ends_at + renewals * TERM_MS, "up to {up_to}");
    }
    by(&mut market, provider()).update_unit(1, UnitSpec { price: PRICE + 1, ..unit_spec() }).unwrap();
    assert_eq!(market.funded_until(1), ends_at, "the price has risen");
}

#[ink::test]
fn one_replica_above_the_ceiling_ends_what_all_are_funded_for() {
    let mut market = furnished();
    let two = Order { replicas: vec![replica(1), replica(2)], ..order() };
    by(&mut market, consumer()).reserve(two).unwrap();
    for (id, who) in [(1, provider()), (2, spare())] {
        by(&mut market, who).accept(id).unwrap();
        market.activate(id).unwrap();
    }
    let ends_at = now() + TERM_MS;
    by(&mut market, consumer()).set_auto_renew(1, TERM_PRICE).unwrap();
    assert_eq!(market.funded_until(1), ends_at + 49 * TERM_MS, "each for at most the ceiling");
    by(&mut market, spare()).update_unit(2, UnitSpec { price: PRICE + 1, ..unit_spec() }).unwrap();
    assert_eq!(market.funded_until(1), ends_at);
}

#[ink::test]
fn lists_hold_what_their_owner_has() {
    let mut market = furnished();
    for _ in 0..3 {
        by(&mut market, consumer()).reserve(order()).unwrap();
    }
    by(&mut market, provider()).register_unit(1, unit_spec()).unwrap();
    let ids = |list| market.list(list, 0, 50).ids;
    assert_eq!(ids(List::Reservations(consumer())), [1, 2, 3]);
    assert_eq!(ids(List::Reservations(provider())), NONE);
    assert_eq!(ids(List::UnitPlacements(1)), [1, 2, 3]);
    assert_eq!(ids(List::UnitPlacements(2)), NONE);
    assert_eq!(ids(List::UnitPlacements(9)), NONE);
    assert_eq!(ids(List::Placements(provider())), NONE, "nothing is accepted");
    assert_eq!(ids(List::Nodes(spare())), [2]);
    assert_eq!(ids(List::Units(1)), [1, 3]);
    assert_eq!(ids(List::Units(9)), NONE);
}

#[ink::test]
fn what_was_accepted_and_forgotten_is_listed_no_more() {
    let mut market = accepted();
    assert_eq!(market.list(List::Placements(provider()), 0, 50).ids, [1]);
    by(&mut market, consumer()).reserve(order()).unwrap();
    assert_eq!(market.list(List::Placements(provider()), 0, 50).ids, [1], "a proposal is not listed");
    by(&mut market, provider()).accept(2).unwrap();
    assert_eq!(market.list(List::Placements(provider()), 0, 50).ids, [1, 2]);
    by(&mut market, consumer()).cancel(1, None).unwrap();
    market.close(1).unwrap();
    assert_eq!(market.list(List::Placements(provider()), 0, 50).ids, [2]);
    assert_eq!(market.list(List::UnitPlacements(1), 0, 50).ids, [2]);
}

#[ink::test]
fn what_was_proposed_and_never_accepted_takes_nobody_elses_place() {
    let mut market = accepted();
    by(&mut market, consumer()).reserve(order()).unwrap();
    market.cancel(2, None).unwrap();
    market.close(2).unwrap();
    assert_eq!(market.list(List::Placements(provider()), 0, 50).ids, [1]);
    assert_eq!(market.list(List::UnitPlacements(1), 0, 50).ids, [1]);
}

#[ink::test]
fn pages_follow_each_other_and_skip_what_is_gone() {
    let mut market = furnished();
    for _ in 0..5 {
        by(&mut market, consumer()).reserve(order()).unwrap();
    }
    by(&mut market, consumer()).cancel(2, None).unwrap();
    market.close(2).unwrap();
    let list = || List::Reservations(consumer());
    let first = market.list(list(), 0, 2);
    assert_eq!((first.ids, first.next), (vec![1], 2));
    let second = market.list(list(), first.next, 2);
    assert_eq!((second.ids, second.next), (vec![3, 4], 4));
    let third = market.list(list(), second.next, 2);
    assert_eq!((third.ids, third.next), (vec![5], 0));
    assert_eq!(market.list(list(), 5, 2).ids, NONE);
    assert_eq!(market.list(list(), u32::MAX, u32::MAX).ids, NONE);
}

#[ink::test]
fn a_page_has_fifty_entries_at_most() {
    let mut market = furnished();
    for _ in 0..3 {
        let order = Order { replicas: vec![replica(1); 20], capacity: 1, ..order() };
        by(&mut market, consumer()).reserve(order).unwrap();
    }
    let page = market.list(List::UnitPlacements(1), 0, u32::MAX);
    assert_eq!((page.ids.len(), page.next), (50, 50));
    assert_eq!(market.list(List::UnitPlacements(1), 0, 0).ids, [1], "a page looks at one place at least");
}

#[ink::test]
fn a_reservation_that_changed_hands_changes_lists() {
    let mut market = active();
    by(&mut market, consumer()).offer(Handover::Reservation(1), Some(stranger())).unwrap();
    by(&mut market, stranger()).take_over(Handover::Reservation(1)).unwrap();
    assert_eq!(market.list(List::Reservations(consumer()), 0, 50).ids, NONE);
    assert_eq!(market.list(List::Reservations(stranger()), 0, 50).ids, [1]);
}
