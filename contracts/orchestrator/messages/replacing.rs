//! Who takes over a lost replica in a cluster, on whose word, and for what.

use super::choosing::*;
use super::market::*;
use crate::Orchestrator;
use orchestrator_domain::{
    price_up, Choice, ClusterSpec, Error, Handover, List, Order, Replica, SlaTerms, State, UnitSpec, DAY_MS,
    UNIT_REST_MS,
};

#[ink::test]
fn a_lost_replica_goes_to_another_provider_at_what_was_agreed_for_it() {
    let mut market = deserted();
    let spec = ClusterSpec { price: 9 * PRICE, fee_bps: 3_000, ..cluster_spec() };
    by(&mut market, manager()).update_cluster(1, spec).unwrap();
    let fee = 2 * COLLATERAL / 5;
    assert_eq!(by(&mut market, consumer()).replace(1, 0, anywhere(), u128::MAX), Ok(2));
    let p = placement(&market, 2);
    assert_eq!((p.unit, p.provider, p.state), (2, spare(), State::Accepted));
    assert_eq!((p.price, p.terms, p.manager_bps), (CLUSTER_PRICE, terms(), 1_000));
    assert_eq!((p.bonus, p.escrow, p.term_ms), (fee, 2 * TERM_PRICE, TERM_MS));
    assert_eq!(market.reservation(1).unwrap().slots[0].provider, spare());
    assert_eq!(market.placement(1), None);
    assert_eq!(market.list(List::UnitPlacements(1), 0, 50).ids, NONE);
    assert_eq!(money(&market, consumer()), (PURSE - 2 * TERM_PRICE, 2 * TERM_PRICE));
}

#[ink::test]
fn a_lost_replica_does_not_go_back_to_its_provider_unless_it_is_named() {
    let mut market = deserted();
    by(&mut market, spare()).set_trust(manager(), false).unwrap();
    let refused = by(&mut market, consumer()).replace(1, 0, anywhere(), u128::MAX);
    assert_eq!(refused, Err(Error::NoMemberFits));
    assert_eq!(market.replace(1, 0, replica(1), u128::MAX), Ok(2));
}

#[ink::test]
fn the_manager_replaces_for_a_consumer_of_its_cluster() {
    let mut market = deserted();
    let left = price_up(CLUSTER_PRICE, 10, TERM_MS).unwrap();
    assert_eq!(by(&mut market, manager()).replace(1, 0, anywhere(), left), Ok(2));
    let p = placement(&market, 2);
    assert_eq!((p.provider, p.escrow, p.root, p.chunks), (spare(), left, tree()[2], CHUNKS));
    assert_eq!(market.reservation(1).unwrap().consumer, consumer());
    assert_eq!(money(&market, consumer()), (PURSE - left, left));
    assert_eq!(money(&market, manager()), (0, 0));
}

#[ink::test]
fn the_manager_replaces_nothing_that_the_consumer_did_not_agree_to() {
    let replace = |market: &mut Orchestrator, data| by(market, manager()).replace(1, 0, data, u128::MAX);
    let other = Replica { unit: 0, root: [8; 32], chunks: 3 };
    assert_eq!(replace(&mut deserted(), other), Err(Error::BadData));
    let fewer = Replica { chunks: CHUNKS - 1, ..anywhere() };
    assert_eq!(replace(&mut deserted(), fewer), Err(Error::BadData));
    let none = Replica { unit: 0, root: [0; 32], chunks: 0 };
    assert_eq!(replace(&mut deserted(), none), Err(Error::BadData), "it would never be challenged");
    for alive in [entrusted, serving] {
        assert_eq!(replace(&mut alive(), anywhere()), Err(Error::NothingToReplace));
    }
    for lose in [
        (|market| by(market, consumer()).cancel(1, None)) as fn(&mut Orchestrator) -> Result<(), Error>,
        |market| by(market, provider()).decline(1),
        |market| {
            wait(8 * DAY_MS);
            market.settle(1)
        },
    ] {
        let mut market = entrusted();
        lose(&mut market).unwrap();
        assert_eq!(placement(&market, 1).state, State::Cancelled);
        assert_eq!(replace(&mut market, anywhere()), Err(Error::NothingToReplace), "it was never active");
    }
    let mut market = deserted();
    assert_eq!(
        by(&mut market, manager()).replace(1, 0, anywhere(), 2 * TERM_PRICE - 1),
        Err(Error::AboveCeiling)
    );
    let mut market = deserted();
    let available = money(&market, consumer()).0;
    by(&mut market, consumer()).withdraw(available).unwrap();
    assert_eq!(replace(&mut market, anywhere()), Err(Error::NotEnoughAvailable));
    let mut market = deserted();
    wait(TERM_MS);
    assert_eq!(replace(&mut market, anywhere()), Err(Error::TooLate));
}

#[ink::test]
fn the_manager_asks_the_consumer_for_no_more_than_what_was_left() {
    let grown = || {
        let mut market = gathered();
        let choice = Some(Choice { together: true, ..choice() });
        reserve(&mut market, Order { choice, ..order_within(&[1, 2]) }).unwrap();
        by(&mut market, spare()).activate(2).unwrap();
        by(&mut market, provider()).activate(1).unwrap();
        market.withdraw_placement(1, u128::MAX).unwrap();
        by(&mut market, consumer()).resize(1, 11, u128::MAX).unwrap();
        market
    };
    let refused = by(&mut grown(), manager()).replace(1, 0, replica(2), u128::MAX);
    assert_eq!(refused, Err(Error::AboveCeiling), "the lost one had ten of eleven");
    by(&mut grown(), consumer()).replace(1, 0, replica(2), u128::MAX).unwrap();
}

#[ink::test]
fn a_replacement_in_a_cluster_may_be_shorter_than_its_unit_offers() {
    for caller in [manager(), consumer()] {
        for unit in [0, 2] {
            let mut market = deserted();
            let spec = UnitSpec { min_term_ms: TERM_MS, ..unit_spec() };
            by(&mut market, spare()).update_unit(2, spec).unwrap();
            wait(UNIT_REST_MS);
            by(&mut market, caller).replace(1, 0, replica(unit), u128::MAX).unwrap();
            let (p, left) = (placement(&market, 2), TERM_MS - UNIT_REST_MS);
            assert_eq!((p.unit, p.term_ms), (2, left));
            assert_eq!(p.escrow, price_up(CLUSTER_PRICE, 10, left).unwrap());
        }
    }
    let mut market = entrusted();
    let spec = UnitSpec { min_term_ms: TERM_MS + 1, ..unit_spec() };
    by(&mut market, spare()).update_unit(2, spec).unwrap();
    wait(UNIT_REST_MS);
    by(&mut market, provider()).decline(1).unwrap();
    let refused = by(&mut market, consumer()).replace(1, 0, replica(2), u128::MAX);
    assert_eq!(refused, Err(Error::TermOutOfBounds), "nothing had begun that goes on");
}

#[ink::test]
fn what_was_never_active_is_replaced_at_todays_price_terms_and_share() {
    let declined = |open| {
        let mut market = entrusted();
        by(&mut market, provider()).decline(1).unwrap();
        let terms = SlaTerms { samples: 3, ..terms() };
        by(&mut market, spare()).update_unit(2, UnitSpec { terms: terms.clone(), ..unit_spec() }).unwrap();
        let spec = ClusterSpec { price: 3 * PRICE, fee_bps: 3_000, terms, open, ..cluster_spec() };
        by(&mut market, manager()).update_cluster(1, spec).unwrap();
        market
    };
    let replace =
        |market: &mut Orchestrator, unit| by(market, consumer()).replace(1, 0, replica(unit), u128::MAX);
    for unit in [0, 2] {
        assert_eq!(replace(&mut declined(true), unit), Err(Error::UnitChanged));
        let mut market = declined(true);
        wait(UNIT_REST_MS);
        assert_eq!(replace(&mut market, unit), Ok(2));
        let p = placement(&market, 2);
        assert_eq!((p.unit, p.price, p.manager_bps), (2, 3 * PRICE, 3_000));
        assert_eq!((p.terms.samples, p.term_ms, p.escrow), (3, TERM_MS, 3 * TERM_PRICE));
        let mut market = declined(false);
        wait(UNIT_REST_MS);
        assert_eq!(replace(&mut market, unit), Err(Error::ClusterClosed));
    }
}

#[ink::test]
fn what_was_active_is_replaced_in_a_closed_cluster() {
    for caller in [manager(), consumer()] {
        let mut market = deserted();
        by(&mut market, manager()).update_cluster(1, ClusterSpec { open: false, ..cluster_spec() }).unwrap();
        assert_eq!(by(&mut market, caller).replace(1, 0, anywhere(), u128::MAX), Ok(2));
    }
}

#[ink::test]
fn the_manager_gives_a_lost_replica_to_another_provider_only() {
    let mut market = deserted();
    by(&mut market, provider()).register_unit(1, unit_spec()).unwrap();
    by(&mut market, manager()).set_member(1, 3, 10).unwrap();
    let refused = market.replace(1, 0, replica(3), u128::MAX);
    assert_eq!(refused, Err(Error::SameProvider), "another unit of the same provider");
    let refused = by(&mut deserted(), manager()).replace(1, 0, replica(1), u128::MAX);
    assert_eq!(refused, Err(Error::SameProvider));
    assert_eq!(by(&mut deserted(), consumer()).replace(1, 0, replica(1), u128::MAX), Ok(2));
}

#[ink::test]
fn a_manager_with_a_reservation_of_its_own_replaces_like_any_consumer() {
    let mut market = entrusted();
    by(&mut market, consumer()).offer(Handover::Reservation(1), Some(manager())).unwrap();
    deposit(&mut market, manager(), 2 * TERM_PRICE);
    by(&mut market, manager()).take_over(Handover::Reservation(1)).unwrap();
    by(&mut market, provider()).decline(1).unwrap();
    let other = Replica { unit: 1, root: [8; 32], chunks: 3 };
    assert_eq!(by(&mut market, manager()).replace(1, 0, other, u128::MAX), Ok(2));
    assert_eq!((placement(&market, 2).provider, placement(&market, 2).root), (provider(), [8; 32]));
}

#[ink::test]
fn replacing_in_a_cluster_is_for_its_consumer_and_its_manager() {
    for caller in [admin(), provider(), spare(), stranger()] {
        let refused = by(&mut deserted(), caller).replace(1, 0, anywhere(), u128::MAX);
        assert_eq!(refused, Err(Error::NotConsumer));
    }
    let mut market = failed();
    by(&mut market, manager()).create_cluster(cluster_spec()).unwrap();
    let refused = market.replace(1, 0, replica(2), u128::MAX);
    assert_eq!(refused, Err(Error::NotConsumer), "the reservation is in no cluster");
}

#[ink::test]
fn a_replacement_keeps_to_members_choice_terms_and_price() {
    let replace =
        |market: &mut Orchestrator, unit| by(market, consumer()).replace(1, 0, replica(unit), u128::MAX);
    let mut market = deserted();
    by(&mut market, spare()).register_unit(2, unit_spec()).unwrap();
    assert_eq!(replace(&mut market, 3), Err(Error::NotMember));
    let unfit = |spec: UnitSpec| {
        let mut market = deserted();
        by(&mut market, spare()).update_unit(2, spec).unwrap();
        wait(UNIT_REST_MS);
        market
    };
    let stricter = SlaTerms { max_misses: 2, ..terms() };
    assert_eq!(replace(&mut unfit(UnitSpec { terms: stricter, ..unit_spec() }), 2), Err(Error::TermsDiffer));
    let dearer = UnitSpec { price: CLUSTER_PRICE + 1, ..unit_spec() };
    assert_eq!(replace(&mut unfit(dearer), 2), Err(Error::BelowUnitPrice));
    let mut market = gathered();
    reserve(&mut market, order_within(&[1, 2])).unwrap();
    by(&mut market, provider()).decline(1).unwrap();
    assert_eq!(replace(&mut market, 2), Err(Error::SameProvider));
}

#[ink::test]
fn a_replacement_is_refused_for_what_a_first_placement_is_refused_for() {
    for (change, error) in UNFIT {
        for begun in [false, true] {
            let mut market = gathered();
            reserve(&mut market, order_within(&[2])).unwrap();
            by(&mut market, spare());
            if begun {
                market.activate(1).unwrap();
                market.withdraw_placement(1, u128::MAX).unwrap();
            } else {
                market.decline(1).unwrap();
            }
            change(&mut market);
            let refused = by(&mut market, consumer()).replace(1, 0, replica(1), u128::MAX);
            assert_eq!(refused, Err(error), "begun: {begun}");
        }
    }
    let mut market = deserted();
    by(&mut market, admin()).set_paused(true).unwrap();
    assert_eq!(by(&mut market, manager()).replace(1, 0, anywhere(), u128::MAX), Err(Error::Paused));
}
