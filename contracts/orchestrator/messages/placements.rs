//! A placement from its acceptance to its end.

use super::market::*;
use crate::events::{DataCommitted, PlacementMoved, Settled};
use orchestrator_domain::{price_down, Commitment, Error, NodeSpec, NodeState, Order, State, UnitSpec};

const DAY_MS: u64 = 86_400_000;

#[ink::test]
fn accepting_locks_collateral_and_takes_capacity() {
    let market = accepted();
    let p = placement(&market, 1);
    assert_eq!((p.state, p.collateral, p.collateral_initial), (State::Accepted, COLLATERAL, COLLATERAL));
    assert_eq!(money(&market, provider()), (PURSE - COLLATERAL, COLLATERAL));
    assert_eq!(market.data_unit(1).unwrap().used, 10);
}

#[ink::test]
fn accepting_is_refused_to_others_and_where_something_is_missing() {
    for caller in [consumer(), spare(), stranger()] {
        assert_eq!(by(&mut proposed(), caller).accept(1), Err(Error::NotProvider));
    }
    assert_eq!(by(&mut proposed(), provider()).accept(9), Err(Error::UnknownPlacement));
    assert_eq!(by(&mut accepted(), provider()).accept(1), Err(Error::WrongState));
    let mut market = proposed();
    by(&mut market, provider()).withdraw(PURSE - COLLATERAL + 1).unwrap();
    let refused = market.accept(1);
    assert!(matches!(refused, Err(Error::NotEnoughAvailable | Error::ProviderShort)), "{refused:?}");
    let mut market = proposed();
    by(&mut market, provider()).update_unit(1, UnitSpec { capacity: 9, ..unit_spec() }).unwrap();
    assert_eq!(market.accept(1), Err(Error::NotEnoughCapacity));
    let mut market = proposed();
    by(&mut market, provider());
    market.update_node(1, NodeSpec { state: NodeState::Offline, ..node_spec() }).unwrap();
    assert_eq!(market.accept(1), Err(Error::NodeNotOnline));
}

#[ink::test]
fn a_proposal_is_open_for_a_day() {
    let mut market = proposed();
    wait(DAY_MS - 1);
    by(&mut market, provider()).accept(1).unwrap();
    let mut market = proposed();
    wait(DAY_MS);
    by(&mut market, stranger()).settle(1).unwrap();
    assert_eq!(placement(&market, 1).state, State::Cancelled);
    assert_eq!(money(&market, consumer()), (PURSE, 0));
}

#[ink::test]
fn declining_gives_everything_back_before_the_start() {
    for before in [proposed, accepted] {
        let mut market = before();
        for caller in [consumer(), stranger()] {
            assert_eq!(by(&mut market, caller).decline(1), Err(Error::NotProvider));
        }
        by(&mut market, provider()).decline(1).unwrap();
        assert_eq!(placement(&market, 1).state, State::Cancelled);
        assert_eq!(money(&market, consumer()), (PURSE, 0));
        assert_eq!(money(&market, provider()), (PURSE, 0));
        assert_eq!(market.data_unit(1).unwrap().used, 0);
        assert_eq!(market.decline(1), Err(Error::WrongState));
    }
    assert_eq!(by(&mut active(), provider()).decline(1), Err(Error::WrongState));
}

#[ink::test]
fn activating_starts_the_term() {
    let mut market = accepted();
    wait(HOUR_MS);
    by(&mut market, provider()).activate(1).unwrap();
    let event: PlacementMoved = last_event();
    assert_eq!((event.placement, event.state, event.ends_at), (1, State::Active, now() + TERM_MS));
    let p = placement(&market, 1);
    assert_eq!((p.started_at, p.segment_at, p.ends_at), (now(), now(), now() + TERM_MS));
}

#[ink::test]
fn activating_is_refused_to_others_twice_and_unaccepted() {
    assert_eq!(by(&mut accepted(), consumer()).activate(1), Err(Error::NotProvider));
    assert_eq!(by(&mut proposed(), provider()).activate(1), Err(Error::WrongState));
    assert_eq!(by(&mut active(), provider()).activate(1), Err(Error::WrongState));
    let mut market = accepted();
    wait(8 * DAY_MS);
    assert_eq!(by(&mut market, provider()).activate(1), Err(Error::WrongState));
}

#[ink::test]
fn the_delegate_operates_but_does_not_leave() {
    let mut market = proposed();
    by(&mut market, provider()).set_provider(vec![], Some(stranger())).unwrap();
    by(&mut market, stranger()).accept(1).unwrap();
    market.activate(1).unwrap();
    assert_eq!(market.withdraw_placement(1, u128::MAX), Err(Error::NotProvider));
    assert_eq!(money(&market, stranger()), (0, 0));
    assert_eq!(money(&market, provider()), (PURSE - COLLATERAL, COLLATERAL));
}

#[ink::test]
fn settling_pays_what_was_earned_and_once_only() {
    let mut market = active();
    wait(TERM_MS / 7);
    by(&mut market, stranger()).settle(1).unwrap();
    let gross = price_down(PRICE, 10, TERM_MS / 7).unwrap();
    assert_eq!(money(&market, provider()).0, PURSE - COLLATERAL + gross - gross / 50);
    assert_eq!(money(&market, consumer()).1, TERM_PRICE - gross);
    assert_eq!(placement(&market, 1).settled, gross);
    let events = announced();
    market.settle(1).unwrap();
    assert_eq!(announced(), events);
    assert_eq!(placement(&market, 1).settled, gross);
}

#[ink::test]
fn settling_in_steps_pays_what_settling_once_pays() {
    let mut market = active();
    for step in [1, 7, 999, 86_399_999, 12_345_678] {
        wait(step);
        by(&mut market, stranger()).settle(1).unwrap();
    }
    let served = 1 + 7 + 999 + 86_399_999 + 12_345_678;
    let gross = price_down(PRICE, 10, served).unwrap();
    assert_eq!(placement(&market, 1).settled, gross);
    assert_eq!(money(&market, provider()).0, PURSE - COLLATERAL + gross - gross / 50);
}

#[ink::test]
fn a_term_that_is_over_completes_and_pays_the_whole_price() {
    let mut market = active();
    wait(TERM_MS + HOUR_MS);
    by(&mut market, stranger()).settle(1).unwrap();
    let p = placement(&market, 1);
    assert_eq!((p.state, p.settled, p.escrow, p.collateral), (State::Completed, TERM_PRICE, 0, 0));
    assert_eq!(money(&market, provider()), (PURSE + TERM_PRICE - TERM_PRICE / 50, 0));
    assert_eq!(money(&market, consumer()), (PURSE - TERM_PRICE, 0));
    assert_eq!(market.data_unit(1).unwrap().used, 0);
}

#[ink::test]
fn a_referrer_is_paid_out_of_what_is_earned() {
    let mut market = furnished();
    let order = Order { referrer: Some(stranger()), ..order() };
    by(&mut market, consumer()).reserve(order).unwrap();
    by(&mut market, provider()).accept(1).unwrap();
    market.activate(1).unwrap();
    wait(TERM_MS);
    market.settle(1).unwrap();
    let (fee, referral) = (TERM_PRICE / 50, TERM_PRICE / 200);
    assert_eq!(money(&market, stranger()), (referral, 0));
    assert_eq!(market.settings().fees, fee);
    assert_eq!(money(&market, provider()), (PURSE + TERM_PRICE - fee - referral, 0));
}

#[ink::test]
fn settling_many_passes_over_what_does_not_exist() {
    let mut market = active();
    by(&mut market, consumer()).reserve(order()).unwrap();
    by(&mut market, provider()).accept(2).unwrap();
    market.activate(2).unwrap();
    wait(TERM_MS);
    by(&mut market, stranger()).settle_many(vec![9, 1, 2, 1]).unwrap();
    for id in [1, 2] {
        assert_eq!(placement(&market, id).settled, TERM_PRICE);
    }
    assert_eq!(market.settle_many(vec![]), Ok(()));
    assert_eq!(market.settle(9), Err(Error::UnknownPlacement));
}

#[ink::test]
fn a_settlement_is_announced_with_its_parts() {
    let mut market = active();
    wait(TERM_MS / 2);
    by(&mut market, stranger()).settle(1).unwrap();
    let event: Settled = latest();
    assert_eq!((event.cluster, event.manager), (None, 0));
    assert_eq!((event.placement, event.provider, event.gross), (1, provider(), TERM_PRICE / 2));
    assert_eq!((event.fee, event.referral, event.bonus), (TERM_PRICE / 100, 0, 0));
}

#[ink::test]
fn leaving_costs_the_exit_fee_that_was_told_in_advance() {
    let mut market = active();
    let fee = market.exit_fee(1).unwrap();
    assert_eq!(fee, COLLATERAL / 5);
    by(&mut market, provider()).withdraw_placement(1, u128::MAX).unwrap();
    let p = placement(&market, 1);
    assert_eq!((p.state, p.collateral, p.escrow), (State::Withdrawn, 0, 0));
    assert_eq!(money(&market, provider()), (PURSE - fee, 0));
    assert_eq!(money(&market, consumer()), (PURSE, 0));
    assert_eq!(market.reservation(1).unwrap().slots[0].pot, fee);
    assert_eq!(market.exit_fee(9), Err(Error::UnknownPlacement));
}

#[ink::test]
fn leaving_is_refused_to_others_and_with_a_round_unanswered() {
    for caller in [consumer(), stranger()] {
        assert_eq!(by(&mut active(), caller).withdraw_placement(1, u128::MAX), Err(Error::NotProvider));
    }
    assert_eq!(by(&mut accepted(), provider()).withdraw_placement(1, u128::MAX), Err(Error::WrongState));
    assert_eq!(by(&mut asked(), provider()).withdraw_placement(1, u128::MAX), Err(Error::RoundOpen));
    assert_eq!(by(&mut active(), provider()).withdraw_placement(9, u128::MAX), Err(Error::UnknownPlacement));
}

#[ink::test]
fn a_new_root_needs_both_sides() {
    let mut market = active();
    by(&mut market, consumer()).commit_data(1, [8; 32], 3).unwrap();
    let event: DataCommitted = last_event();
    assert_eq!((event.placement, event.root, event.chunks, event.accepted), (1, [8; 32], 3, false));
    assert_eq!(market.committed_data(1), Some(Commitment { root: [8; 32], chunks: 3 }));
    assert_eq!(placement(&market, 1).root, tree()[2]);
    by(&mut market, provider()).accept_data(1, [8; 32], 3).unwrap();
    let p = placement(&market, 1);
    assert_eq!((p.root, p.chunks), ([8; 32], 3));
    assert_eq!(market.accept_data(1, [8; 32], 3), Err(Error::NothingCommitted), "it is in force");
}

#[ink::test]
fn a_new_root_is_refused_to_the_wrong_side_and_where_it_does_not_fit() {
    let mut market = active();
    assert_eq!(by(&mut market, provider()).commit_data(1, [8; 32], 3), Err(Error::NotConsumer));
    assert_eq!(market.accept_data(1, [8; 32], 3), Err(Error::NothingCommitted));
    by(&mut market, consumer());
    assert_eq!(market.commit_data(9, [8; 32], 3), Err(Error::UnknownPlacement));
    assert_eq!(market.commit_data(1, [8; 32], 0), Err(Error::BadData));
    assert_eq!(market.commit_data(1, [0; 32], 3), Err(Error::BadData));
    assert_eq!(market.commit_data(1, [8; 32], (10 << 20) + 1), Err(Error::BadData));
    market.commit_data(1, [8; 32], 3).unwrap();
    assert_eq!(market.accept_data(1, [8; 32], 3), Err(Error::NotProvider));
    assert_eq!(by(&mut market, provider()).accept_data(1, [7; 32], 3), Err(Error::NothingCommitted));
    assert_eq!(
        market.accept_data(1, [8; 32], 1),
        Err(Error::NothingCommitted),
        "not the count that was checked"
    );
    assert_eq!(by(&mut failed(), consumer()).commit_data(1, [8; 32], 3), Err(Error::WrongState));
}

#[ink::test]
fn a_root_is_not_changed_under_an_open_round() {
    let mut market = asked();
    by(&mut market, consumer()).commit_data(1, [8; 32], 3).unwrap();
    assert_eq!(by(&mut market, provider()).accept_data(1, [8; 32], 3), Err(Error::RoundOpen));
}
