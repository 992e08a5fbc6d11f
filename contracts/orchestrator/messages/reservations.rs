//! Reserving, changing, replacing, renewing, handing over and closing.

use super::market::*;
use crate::events::{AccessSet, ReservationChanged, ReservationClosed};
use crate::Orchestrator;
use orchestrator_domain::{
    price_down, price_up, Access, Error, Grant, Handover, NodeSpec, NodeState, Order, Replica, State,
    UnitSpec, CLOSE_GRACE_MS, MAX_GRANTS, MAX_MANIFEST_BYTES, MAX_REPLICAS, RENEW_GRACE_MS,
};

fn reserve(market: &mut Orchestrator, order: Order) -> Result<u64, Error> {
    by(market, consumer()).reserve(order)
}

#[ink::test]
fn reserving_locks_the_price_and_proposes_a_placement_a_replica() {
    let mut market = furnished();
    let two = Order { replicas: vec![replica(1), replica(2)], ..order() };
    assert_eq!(reserve(&mut market, two), Ok(1));
    let event: ReservationChanged = last_event();
    assert_eq!((event.reservation, event.consumer, event.renew_up_to), (1, consumer(), 0));
    assert_eq!(money(&market, consumer()), (PURSE - 2 * TERM_PRICE, 2 * TERM_PRICE));
    let r = market.reservation(1).unwrap();
    assert_eq!((r.consumer, r.challenger, r.capacity, r.term_ms), (consumer(), consumer(), 10, TERM_MS));
    assert_eq!(r.slots.iter().map(|x| x.placement).collect::<Vec<_>>(), [1, 2]);
    for (id, provider) in [(1, provider()), (2, spare())] {
        let p = placement(&market, id);
        assert_eq!((p.state, p.provider, p.escrow, p.collateral), (State::Proposed, provider, TERM_PRICE, 0));
        assert_eq!((p.price, p.terms, p.chunks), (PRICE, terms(), CHUNKS));
    }
    assert_eq!(market.data_unit(1).unwrap().used, 0);
    assert_eq!(r.manifest, b"manifest");
}

#[ink::test]
fn orders_that_cannot_be_are_refused() {
    let good = order;
    let refusals = [
        (Order { replicas: vec![], ..good() }, Error::ReplicasOutOfBounds),
        (Order { replicas: vec![replica(1); MAX_REPLICAS + 1], ..good() }, Error::ReplicasOutOfBounds),
        (Order { manifest: vec![0; MAX_MANIFEST_BYTES + 1], ..good() }, Error::TooLong),
        (Order { replicas: vec![replica(9)], ..good() }, Error::UnknownUnit),
        (Order { capacity: 0, ..good() }, Error::CapacityOutOfBounds),
        (Order { capacity: 101, ..good() }, Error::NotEnoughCapacity),
        (Order { term_ms: 999, ..good() }, Error::TermOutOfBounds),
        (Order { term_ms: 12 * TERM_MS + 1, ..good() }, Error::TermOutOfBounds),
        (Order { challenger: Some(stranger()), ..good() }, Error::UnknownChallenger),
        (Order { max_price: TERM_PRICE - 1, ..good() }, Error::AboveCeiling),
        (Order { replicas: vec![Replica { chunks: 0, ..replica(1) }], ..good() }, Error::BadData),
        (Order { replicas: vec![Replica { root: [0; 32], ..replica(1) }], ..good() }, Error::BadData),
        (
            Order { replicas: vec![Replica { chunks: (10 << 20) + 1, ..replica(1) }], ..good() },
            Error::BadData,
        ),
    ];
    for (order, error) in refusals {
        assert_eq!(reserve(&mut furnished(), order), Err(error));
    }
    let mut market = furnished();
    by(&mut market, stranger()).register_challenger(INTERVAL_MS, WINDOW_MS).unwrap();
    assert_eq!(market.reserve(order()), Err(Error::NotEnoughAvailable));
}

#[ink::test]
fn orders_at_their_limits_are_taken() {
    let mut market = furnished();
    let widest = Order {
        replicas: vec![Replica { chunks: 10 << 20, ..replica(1) }; MAX_REPLICAS],
        manifest: vec![0; MAX_MANIFEST_BYTES],
        max_price: 20 * TERM_PRICE,
        ..order()
    };
    assert_eq!(reserve(&mut market, widest), Ok(1));
    assert_eq!(market.reservation(1).unwrap().slots.len(), MAX_REPLICAS);
}

#[ink::test]
fn a_challenger_faster_than_the_terms_is_refused() {
    let mut market = furnished();
    let named = |challenger| Order { challenger: Some(challenger), ..order() };
    by(&mut market, stranger()).register_challenger(INTERVAL_MS - 1, WINDOW_MS).unwrap();
    assert_eq!(reserve(&mut market, named(stranger())), Err(Error::ChallengerTooFast));
    by(&mut market, spare()).register_challenger(INTERVAL_MS, WINDOW_MS - 1).unwrap();
    assert_eq!(reserve(&mut market, named(spare())), Err(Error::ChallengerTooFast));
}

#[ink::test]
fn cancelling_a_proposal_costs_nothing() {
    let mut market = proposed();
    by(&mut market, consumer()).cancel(1, None).unwrap();
    assert_eq!(placement(&market, 1).state, State::Cancelled);
    assert_eq!(money(&market, consumer()), (PURSE, 0));
}

#[ink::test]
fn cancelling_what_was_accepted_pays_the_notice() {
    let mut market = accepted();
    by(&mut market, consumer()).cancel(1, Some(0)).unwrap();
    let notice = price_down(PRICE, 10, 86_400_000).unwrap();
    assert_eq!(money(&market, consumer()), (PURSE - notice, 0));
    assert_eq!(money(&market, provider()), (PURSE + notice - notice / 50, 0));
    assert_eq!(market.data_unit(1).unwrap().used, 0);
}

#[ink::test]
fn what_was_cancelled_was_not_ended_early_and_is_replaced() {
    for before in [proposed, accepted, entrusted] {
        let mut market = before();
        by(&mut market, consumer()).cancel(1, None).unwrap();
        let p = placement(&market, 1);
        assert_eq!((p.state, p.terminated, p.ends_at), (State::Cancelled, false, 0));
        assert_eq!(market.replace(1, 0, replica(2), u128::MAX), Ok(2));
        assert_eq!((placement(&market, 2).term_ms, placement(&market, 2).provider), (TERM_MS, spare()));
    }
}

#[ink::test]
fn changes_are_for_the_consumer_and_the_right_state() {
    let mut market = active();
    by(&mut market, stranger());
    assert_eq!(market.cancel(1, None), Err(Error::NotConsumer));
    assert_eq!(market.terminate(1, None), Err(Error::NotConsumer));
    assert_eq!(market.extend(1, 1, u128::MAX), Err(Error::NotConsumer));
    assert_eq!(market.resize(1, 1, u128::MAX), Err(Error::NotConsumer));
    assert_eq!(market.set_auto_renew(1, 1), Err(Error::NotConsumer));
    assert_eq!(market.offer(Handover::Reservation(1), Some(stranger())), Err(Error::NotConsumer));
    assert_eq!(market.set_access(1, stranger(), None), Err(Error::NotConsumer));
    assert_eq!(market.replace(1, 0, replica(2), u128::MAX), Err(Error::NotConsumer));
    assert_eq!(market.commit_data(1, [1; 32], 1), Err(Error::NotConsumer));
    by(&mut market, consumer());
    assert_eq!(market.cancel(1, None), Err(Error::WrongState));
    assert_eq!(market.cancel(1, Some(0)), Err(Error::WrongState));
    assert_eq!(market.terminate(9, None), Err(Error::UnknownReservation));
    assert_eq!(by(&mut proposed(), consumer()).terminate(1, Some(0)), Err(Error::WrongState));
    assert_eq!(by(&mut proposed(), consumer()).extend(1, 1_000, u128::MAX), Err(Error::WrongState));
    assert_eq!(by(&mut accepted(), consumer()).resize(1, 11, u128::MAX), Err(Error::WrongState));
}

#[ink::test]
fn terminating_pays_the_notice_and_refunds_the_rest_at_once() {
    let mut market = active();
    wait(TERM_MS / 2);
    by(&mut market, consumer()).terminate(1, None).unwrap();
    let end = placement(&market, 1).ends_at;
    assert_eq!(end, now() + 86_400_000);
    let whole = price_up(PRICE, 10, TERM_MS / 2 + 86_400_000).unwrap();
    assert_eq!(money(&market, consumer()).0, PURSE - whole);
    assert_eq!(market.terminate(1, None), Err(Error::TooLate));
    wait(86_400_000);
    by(&mut market, stranger()).settle(1).unwrap();
    assert_eq!(placement(&market, 1).state, State::Terminated);
}

#[ink::test]
fn ending_within_the_last_notice_is_too_late() {
    let mut market = active();
    wait(TERM_MS - 86_400_000);
    assert_eq!(by(&mut market, consumer()).terminate(1, None), Err(Error::TooLate));
}

#[ink::test]
fn extending_locks_the_longer_time_and_the_collateral_for_it() {
    let mut market = active();
    by(&mut market, consumer()).extend(1, TERM_MS, TERM_PRICE).unwrap();
    let p = placement(&market, 1);
    assert_eq!((p.ends_at, p.escrow), (now() + 2 * TERM_MS, 2 * TERM_PRICE));
    assert_eq!((p.collateral, p.collateral_initial), (2 * COLLATERAL, 2 * COLLATERAL));
    assert_eq!(money(&market, provider()), (PURSE - 2 * COLLATERAL, 2 * COLLATERAL));
}

#[ink::test]
fn extending_refuses_too_long_too_dear_and_nothing() {
    assert_eq!(by(&mut active(), consumer()).extend(1, 0, u128::MAX), Err(Error::TermOutOfBounds));
    assert_eq!(
        by(&mut active(), consumer()).extend(1, 11 * TERM_MS + 1, u128::MAX),
        Err(Error::TermOutOfBounds)
    );
    assert_eq!(by(&mut active(), consumer()).extend(1, u64::MAX, u128::MAX), Err(Error::TermOutOfBounds));
    assert_eq!(by(&mut active(), consumer()).extend(1, TERM_MS, TERM_PRICE - 1), Err(Error::AboveCeiling));
    let mut market = active();
    wait(TERM_MS);
    let late = by(&mut market, consumer()).extend(1, TERM_MS, u128::MAX);
    assert_eq!(late, Err(Error::WrongState));
}

#[ink::test]
fn more_of_a_unit_needs_its_standing_offer() {
    for (spec, error) in [
        (UnitSpec { open: false, ..unit_spec() }, Error::UnitClosed),
        (UnitSpec { price: PRICE + 1, ..unit_spec() }, Error::PriceRisen),
    ] {
        let changed = || {
            let mut market = active();
            by(&mut market, provider()).update_unit(1, spec.clone()).unwrap();
            market
        };
        assert_eq!(by(&mut changed(), consumer()).extend(1, TERM_MS, u128::MAX), Err(error));
        assert_eq!(by(&mut changed(), consumer()).resize(1, 11, u128::MAX), Err(error));
        by(&mut changed(), consumer()).resize(1, 9, u128::MAX).unwrap();
    }
    let mut market = active();
    by(&mut market, provider());
    market.update_node(1, NodeSpec { state: NodeState::Draining, ..node_spec() }).unwrap();
    assert_eq!(by(&mut market, consumer()).extend(1, TERM_MS, u128::MAX), Err(Error::NodeNotOnline));
}

#[ink::test]
fn growing_and_shrinking_move_capacity_and_money() {
    let mut market = active();
    by(&mut market, consumer()).resize(1, 20, TERM_PRICE).unwrap();
    assert_eq!(market.data_unit(1).unwrap().used, 20);
    let p = placement(&market, 1);
    assert_eq!((p.capacity, p.escrow, p.collateral), (20, 2 * TERM_PRICE, 2 * COLLATERAL));
    market.resize(1, 10, 0).unwrap();
    assert_eq!(market.data_unit(1).unwrap().used, 10);
    let notice = price_down(PRICE, 10, 86_400_000).unwrap();
    assert_eq!(placement(&market, 1).escrow, TERM_PRICE + notice);
    assert_eq!(money(&market, consumer()).1, TERM_PRICE + notice);
    let p = placement(&market, 1);
    assert_eq!((p.collateral, p.collateral_initial), (COLLATERAL, COLLATERAL));
    assert_eq!(money(&market, provider()).1, COLLATERAL);
}

#[ink::test]
fn sizes_that_cannot_be_are_refused() {
    let resize = |capacity, max_price| by(&mut active(), consumer()).resize(1, capacity, max_price);
    assert_eq!(resize(0, u128::MAX), Err(Error::CapacityOutOfBounds));
    assert_eq!(resize(10, u128::MAX), Err(Error::CapacityOutOfBounds));
    assert_eq!(resize(101, u128::MAX), Err(Error::NotEnoughCapacity));
    assert_eq!(resize(20, TERM_PRICE - 1), Err(Error::AboveCeiling));
    let mut market = asked();
    assert_eq!(by(&mut market, consumer()).resize(1, 11, u128::MAX), Err(Error::RoundOpen));
    let mut market = active();
    by(&mut market, consumer()).commit_data(1, [1; 32], 10 << 20).unwrap();
    by(&mut market, provider()).accept_data(1, [1; 32], 10 << 20).unwrap();
    assert_eq!(by(&mut market, consumer()).resize(1, 9, u128::MAX), Err(Error::CapacityInUse));
}

#[ink::test]
fn a_failed_slot_is_replaced_with_its_pot_for_the_rest_of_the_term() {
    let mut market = failed();
    let pot = market.reservation(1).unwrap().slots[0].pot;
    assert_eq!(pot, COLLATERAL - COLLATERAL / 10);
    let left = placement(&market, 1).ends_at - now();
    assert_eq!(by(&mut market, consumer()).replace(1, 0, replica(2), u128::MAX), Ok(2));
    let p = placement(&market, 2);
    assert_eq!((p.provider, p.slot, p.term_ms, p.bonus), (spare(), 0, left, pot));
    assert_eq!(p.escrow, price_up(PRICE, 10, left).unwrap());
    assert_eq!(market.placement(1), None);
    assert_eq!(market.reservation(1).unwrap().slots[0].pot, 0);
}

#[ink::test]
fn only_lost_slots_are_replaced() {
    for alive in [proposed, accepted, active] {
        let refused = by(&mut alive(), consumer()).replace(1, 0, replica(2), u128::MAX);
        assert_eq!(refused, Err(Error::NothingToReplace));
    }
    assert_eq!(by(&mut failed(), consumer()).replace(1, 1, replica(2), u128::MAX), Err(Error::UnknownSlot));
    assert_eq!(by(&mut failed(), consumer()).replace(1, 0, replica(9), u128::MAX), Err(Error::UnknownUnit));
    assert_eq!(by(&mut failed(), consumer()).replace(1, 0, replica(2), 1), Err(Error::AboveCeiling));
    assert_eq!(by(&mut failed(), consumer()).replace(9, 0, replica(2), 1), Err(Error::UnknownReservation));
    let mut market = active();
    wait(TERM_MS);
    let refused = by(&mut market, consumer()).replace(1, 0, replica(2), u128::MAX);
    assert_eq!(refused, Err(Error::NothingToReplace));
}

#[ink::test]
fn renewing_starts_a_term_now_at_the_present_price() {
    let mut market = active();
    by(&mut market, consumer()).set_auto_renew(1, 2 * TERM_PRICE).unwrap();
    let event: ReservationChanged = last_event();
    assert_eq!((event.reservation, event.renew_up_to), (1, 2 * TERM_PRICE));
    by(&mut market, provider()).update_unit(1, UnitSpec { price: 2 * PRICE, ..unit_spec() }).unwrap();
    assert_eq!(by(&mut market, stranger()).renew(1), Err(Error::TooEarly));
    let end = placement(&market, 1).ends_at;
    wait(TERM_MS + 5_000);
    by(&mut market, stranger()).renew(1).unwrap();
    let p = placement(&market, 1);
    let now = end + 5_000;
    assert_eq!((p.state, p.ends_at, p.price, p.segment_at), (State::Active, now + TERM_MS, 2 * PRICE, now));
}

#[ink::test]
fn renewing_is_refused_unless_set_cheap_and_open() {
    let ended = |up_to: u128| {
        let mut market = active();
        by(&mut market, consumer()).set_auto_renew(1, up_to).unwrap();
        wait(TERM_MS);
        market
    };
    assert_eq!(by(&mut active(), stranger()).renew(1), Err(Error::NotRenewing));
    assert_eq!(by(&mut active(), stranger()).renew(9), Err(Error::UnknownPlacement));
    assert_eq!(by(&mut ended(TERM_PRICE - 1), stranger()).renew(1), Err(Error::AboveCeiling));
    let mut market = ended(TERM_PRICE);
    by(&mut market, provider()).update_unit(1, UnitSpec { open: false, ..unit_spec() }).unwrap();
    assert_eq!(by(&mut market, stranger()).renew(1), Err(Error::UnitClosed));
    let mut market = ended(TERM_PRICE);
    wait(RENEW_GRACE_MS);
    assert_eq!(by(&mut market, stranger()).renew(1), Err(Error::WrongState));
    let mut market = ended(TERM_PRICE);
    let available = money(&market, consumer()).0;
    by(&mut market, consumer()).withdraw(available).unwrap();
    assert_eq!(by(&mut market, stranger()).renew(1), Err(Error::NotEnoughAvailable));
}

/// The grace to renew in is not stretched by a pause, so a pause must not use it up.
#[ink::test]
fn a_term_that_ends_in_a_pause_is_renewed() {
    let mut market = active();
    by(&mut market, consumer()).set_auto_renew(1, TERM_PRICE).unwrap();
    by(&mut market, admin()).set_paused(true).unwrap();
    wait(TERM_MS);
    by(&mut market, stranger()).renew(1).unwrap();
    assert_eq!(placement(&market, 1).state, State::Active);
}

#[ink::test]
fn handing_over_moves_escrow_and_duties_in_two_steps() {
    let mut market = active();
    by(&mut market, consumer()).set_auto_renew(1, TERM_PRICE).unwrap();
    market.offer(Handover::Reservation(1), Some(stranger())).unwrap();
    assert_eq!(by(&mut market, spare()).take_over(Handover::Reservation(1)), Err(Error::NotOffered));
    assert_eq!(market.take_over(Handover::Reservation(9)), Err(Error::UnknownReservation));
    by(&mut market, stranger()).take_over(Handover::Reservation(1)).unwrap();
    let r = market.reservation(1).unwrap();
    assert_eq!((r.consumer, r.offered_to, r.renew_up_to), (stranger(), None, 0));
    assert_eq!(money(&market, consumer()), (PURSE - TERM_PRICE, 0));
    assert_eq!(money(&market, stranger()), (0, TERM_PRICE));
    assert_eq!(by(&mut market, consumer()).terminate(1, None), Err(Error::NotConsumer));
    by(&mut market, stranger()).terminate(1, None).unwrap();
}

/// A reservation has one party that owns it and pays for it, and the order names no other.
#[ink::test]
fn nobody_orders_at_the_cost_of_another() {
    let mut market = furnished();
    let order = Order { challenger: Some(consumer()), referrer: Some(consumer()), ..order() };
    by(&mut market, spare()).reserve(order).unwrap();
    assert_eq!(money(&market, consumer()), (PURSE, 0));
    assert_eq!(money(&market, spare()), (PURSE - TERM_PRICE, TERM_PRICE));
    assert_eq!(market.reservation(1).unwrap().consumer, spare());
    for caller in [consumer(), provider()] {
        assert_eq!(by(&mut market, caller).offer(Handover::Reservation(1), None), Err(Error::NotConsumer));
    }
}

#[ink::test]
fn who_takes_a_reservation_over_pays_for_it_from_then_on() {
    let mut market = active();
    by(&mut market, consumer()).offer(Handover::Reservation(1), Some(spare())).unwrap();
    by(&mut market, spare()).take_over(Handover::Reservation(1)).unwrap();
    assert_eq!(money(&market, spare()), (PURSE, TERM_PRICE));
    let former = money(&market, consumer());
    market.extend(1, TERM_MS, u128::MAX).unwrap();
    assert_eq!(money(&market, spare()), (PURSE - TERM_PRICE, 2 * TERM_PRICE));
    market.set_auto_renew(1, TERM_PRICE).unwrap();
    wait(2 * TERM_MS);
    by(&mut market, stranger()).renew(1).unwrap();
    assert_eq!(money(&market, spare()), (PURSE - 2 * TERM_PRICE, TERM_PRICE));
    by(&mut market, spare()).terminate(1, None).unwrap();
    wait(TERM_MS);
    market.close(1).unwrap();
    assert_eq!(money(&market, consumer()), former, "nothing more is asked of the former consumer");
    assert_eq!(money(&market, spare()).1, 0);
}

#[ink::test]
fn an_offer_of_a_reservation_can_be_taken_back() {
    let mut market = active();
    by(&mut market, consumer()).offer(Handover::Reservation(1), Some(stranger())).unwrap();
    market.offer(Handover::Reservation(1), None).unwrap();
    assert_eq!(by(&mut market, stranger()).take_over(Handover::Reservation(1)), Err(Error::NotOffered));
}

#[ink::test]
fn the_access_list_holds_one_entry_an_account_and_ends_at_its_limit() {
    let mut market = active();
    by(&mut market, consumer());
    market.set_access(1, stranger(), Some(Access::Reader)).unwrap();
    market.set_access(1, stranger(), Some(Access::Writer)).unwrap();
    let event: AccessSet = last_event();
    assert_eq!((event.reservation, event.account, event.access), (1, stranger(), Some(Access::Writer)));
    assert_eq!(
        market.reservation(1).unwrap().grants,
        [Grant { account: stranger(), access: Access::Writer }]
    );
    for i in 1..MAX_GRANTS {
        let account = ink::primitives::AccountId::from([100 + u8::try_from(i).unwrap(); 32]);
        market.set_access(1, account, Some(Access::Reader)).unwrap();
    }
    assert_eq!(market.set_access(1, spare(), Some(Access::Reader)), Err(Error::TooLong));
    market.set_access(1, stranger(), None).unwrap();
    market.set_access(1, spare(), Some(Access::Reader)).unwrap();
    assert_eq!(market.reservation(1).unwrap().grants.len(), MAX_GRANTS);
    assert_eq!(market.set_access(9, spare(), None), Err(Error::UnknownReservation));
}

#[ink::test]
fn closing_frees_the_records_once_everything_has_ended() {
    let mut market = active();
    assert_eq!(by(&mut market, consumer()).close(1), Err(Error::NotEnded));
    assert_eq!(market.close(9), Err(Error::UnknownReservation));
    wait(TERM_MS);
    assert_eq!(by(&mut market, stranger()).close(1), Err(Error::NotConsumer));
    by(&mut market, consumer()).close(1).unwrap();
    let event: ReservationClosed = last_event();
    assert_eq!((event.reservation, event.to_consumer, event.to_treasury), (1, 0, 0));
    assert_eq!((market.reservation(1), market.placement(1)), (None, None));
}

#[ink::test]
fn a_pot_left_at_the_end_makes_the_consumer_whole_and_no_more() {
    let mut market = failed();
    let pot = market.reservation(1).unwrap().slots[0].pot;
    let spent = market.reservation(1).unwrap().slots[0].spent;
    assert!(spent < pot, "nothing was proven, so little was paid");
    by(&mut market, consumer()).close(1).unwrap();
    let event: ReservationClosed = last_event();
    assert_eq!((event.to_consumer, event.to_treasury), (spent, pot - spent));
    assert_eq!(money(&market, consumer()), (PURSE, 0));
    let owed = 3 * PURSE;
    assert_eq!(market.solvency().owed, owed);
}

#[ink::test]
fn anybody_closes_after_the_long_grace() {
    let mut market = active();
    wait(TERM_MS + CLOSE_GRACE_MS - 1);
    assert_eq!(by(&mut market, stranger()).close(1), Err(Error::NotConsumer));
    wait(1);
    by(&mut market, stranger()).close(1).unwrap();
}
