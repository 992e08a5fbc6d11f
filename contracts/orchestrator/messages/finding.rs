//! Finding members of a cluster, and what a term on one costs.

use super::choosing::*;
use super::market::*;
use crate::Filter;
use orchestrator_domain::{ClusterSpec, Error, UNIT_REST_MS};

#[ink::test]
fn members_are_found_by_place_at_the_price_of_their_cluster() {
    let mut market = with_outsider();
    by(&mut market, manager()).set_member(1, 1, 0).unwrap();
    market.set_member(1, 3, 20).unwrap();
    let any = Filter {
        kind: None,
        region: None,
        capacity: 1,
        max_price: 0,
        term_ms: TERM_MS,
        cluster: Some(1),
        min_score: 0,
    };
    let find = |filter: Filter, cursor, limit| {
        let found = market.find_data_units(filter, cursor, limit);
        (found.units.into_iter().map(|x| x.id).collect::<Vec<_>>(), found.next)
    };
    assert_eq!(find(any.clone(), 0, 50), (vec![2, 3], 0));
    assert_eq!(find(any.clone(), 0, 1), (vec![2], 2));
    assert_eq!(find(any.clone(), 2, 1), (vec![3], 0));
    assert_eq!(find(any.clone(), 3, 1), (vec![], 0));
    assert_eq!(find(Filter { capacity: 21, ..any.clone() }, 0, 50).0, [2]);
    assert_eq!(find(Filter { max_price: CLUSTER_PRICE, ..any.clone() }, 0, 50).0, [2, 3]);
    assert_eq!(find(Filter { max_price: CLUSTER_PRICE - 1, ..any.clone() }, 0, 50).0, NONE);
    assert_eq!(find(Filter { cluster: Some(9), ..any.clone() }, 0, 50), (vec![], 0));
    assert_eq!(
        find(Filter { cluster: None, capacity: 81, ..any }, 0, 50).0,
        [1],
        "members offer what is left"
    );
}

#[ink::test]
fn members_that_take_nothing_are_not_found() {
    let any = Filter {
        kind: None,
        region: None,
        capacity: 10,
        max_price: 0,
        term_ms: TERM_MS,
        cluster: Some(1),
        min_score: 0,
    };
    for (change, error) in UNFIT.into_iter().filter(|x| x.1 != Error::ProviderShort) {
        let mut market = gathered();
        change(&mut market);
        let found = market.find_data_units(any.clone(), 0, 50).units;
        assert_eq!(found.into_iter().map(|x| x.id).collect::<Vec<_>>(), [2], "{error:?}");
    }
    let mut market = gathered();
    by(&mut market, manager()).update_cluster(1, ClusterSpec { open: false, ..cluster_spec() }).unwrap();
    wait(UNIT_REST_MS);
    assert!(market.find_data_units(any, 0, 50).units.is_empty());
}

#[ink::test]
fn a_quote_in_a_cluster_is_what_reserving_there_locks() {
    let mut market = gathered();
    let quote = market.quote(1, 10, TERM_MS, Some(1)).unwrap();
    assert_eq!((quote.price, quote.collateral, quote.fee), (2 * TERM_PRICE, 2 * COLLATERAL, TERM_PRICE / 25));
    reserve(&mut market, order_within(&[1])).unwrap();
    assert_eq!(money(&market, consumer()).1, quote.price);
    assert_eq!(money(&market, provider()).1, quote.collateral);
}

#[ink::test]
fn a_quote_in_a_cluster_refuses_what_reserving_there_refuses() {
    let market = with_outsider();
    assert_eq!(market.quote(1, 10, TERM_MS, Some(9)), Err(Error::UnknownCluster));
    assert_eq!(market.quote(9, 10, TERM_MS, Some(1)), Err(Error::UnknownUnit));
    assert_eq!(market.quote(3, 10, TERM_MS, Some(1)), Err(Error::NotMember));
    assert_eq!(market.quote(1, COMMITTED + 1, TERM_MS, Some(1)), Err(Error::NotEnoughCapacity));
    assert_eq!(market.quote(1, 10, 999, Some(1)), Err(Error::TermOutOfBounds));
    for (change, error) in UNFIT.into_iter().filter(|x| x.1 != Error::ProviderShort) {
        let mut market = gathered();
        change(&mut market);
        assert_eq!(market.quote(1, 10, TERM_MS, Some(1)).map(drop), Err(error));
    }
}
