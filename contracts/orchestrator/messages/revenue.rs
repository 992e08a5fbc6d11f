//! Revenue of a cluster: into the pool, to treasury and manager, and to its members.

use super::market::*;
use crate::events::{Claimed, ClusterChanged, Distributed, Settled};
use crate::Orchestrator;
use orchestrator_domain::{price_down, ClusterSpec, Error, Handover, List, Order, Pool, Share};

/// Parts of the price of the usual order in the usual cluster.
const GROSS: u128 = 2 * TERM_PRICE;
const FEE: u128 = GROSS / 50;
const TO_MANAGER: u128 = GROSS / 10;
const NET: u128 = GROSS - FEE - TO_MANAGER;

/// The term of placement 1 is over and settled.
fn settled() -> Orchestrator {
    let mut market = serving();
    wait(TERM_MS);
    by(&mut market, stranger()).settle(1).unwrap();
    market
}

/// And distributed.
fn distributed() -> Orchestrator {
    let mut market = settled();
    market.distribute(1).unwrap();
    market
}

fn pool(market: &Orchestrator) -> Pool {
    market.cluster(1).unwrap().pool
}

/// Refuses unless every unit of money that the contract owes is found somewhere.
fn ensure_balanced(market: &Orchestrator) {
    let accounts = [admin(), provider(), spare(), consumer(), stranger(), treasury(), manager()];
    let mut sum: u128 = accounts.iter().map(|x| money(market, *x)).map(|(a, b)| a + b).sum();
    for id in market.list(List::ClusterReservations(1), 0, 50).ids {
        for slot in market.reservation(id).unwrap().slots {
            let bonus = market.placement(slot.placement).map_or(0, |p| p.bonus - p.bonus_paid);
            sum += slot.pot + bonus;
        }
    }
    let pool = pool(market);
    sum += market.settings().fees + pool.fee + pool.manager + pool.members + pool.due;
    assert_eq!(market.solvency().owed, sum);
    let shares = [provider(), spare()].map(|x| market.share(1, x)).map(|x| x.pooled + x.due);
    assert_eq!(shares.iter().sum::<u128>(), pool.members + pool.due);
}

#[ink::test]
fn settling_pays_into_the_pool() {
    let market = settled();
    let event: Settled = latest();
    assert_eq!((event.placement, event.provider, event.cluster), (1, provider(), Some(1)));
    assert_eq!((event.gross, event.fee, event.referral), (GROSS, FEE, 0));
    assert_eq!((event.manager, event.bonus), (TO_MANAGER, 0));
    let expected = Pool { distributions: 0, fee: FEE, manager: TO_MANAGER, members: NET, due: 0 };
    assert_eq!(pool(&market), expected);
    assert_eq!(market.share(1, provider()), Share { distributions: 0, pooled: NET, due: 0 });
    assert_eq!(market.share(1, spare()), Share::default());
    assert_eq!(money(&market, provider()), (PURSE, 0), "the collateral is back, the pay is in the pool");
    assert_eq!((money(&market, manager()), market.settings().fees), ((0, 0), 0));
    ensure_balanced(&market);
}

#[ink::test]
fn distributing_pays_treasury_and_manager_and_leaves_the_rest_due() {
    let mut market = settled();
    by(&mut market, stranger()).distribute(1).unwrap();
    let event: Distributed = last_event();
    assert_eq!((event.cluster, event.manager), (1, manager()));
    assert_eq!((event.fee, event.to_manager, event.to_members), (FEE, TO_MANAGER, NET));
    assert_eq!(pool(&market), Pool { distributions: 1, due: NET, ..Pool::default() });
    assert_eq!((money(&market, manager()), market.settings().fees), ((TO_MANAGER, 0), FEE));
    ensure_balanced(&market);
    by(&mut market, stranger()).collect_fees().unwrap();
    assert_eq!(money(&market, treasury()), (FEE, 0));
}

#[ink::test]
fn claiming_credits_the_member_whoever_calls() {
    let mut market = distributed();
    by(&mut market, stranger()).claim(1, provider()).unwrap();
    let event: Claimed = last_event();
    assert_eq!((event.cluster, event.provider, event.amount), (1, provider(), NET));
    assert_eq!(money(&market, provider()), (PURSE + NET, 0));
    assert_eq!(money(&market, stranger()), (0, 0));
    assert_eq!(pool(&market), Pool { distributions: 1, ..Pool::default() });
    assert_eq!(market.share(1, provider()), Share { distributions: 1, pooled: 0, due: 0 });
    ensure_balanced(&market);
}

#[ink::test]
fn a_distribution_with_no_members_or_no_work_is_refused() {
    let mut market = empty();
    by(&mut market, manager()).create_cluster(cluster_spec()).unwrap();
    assert_eq!(market.distribute(1), Err(Error::ZeroAmount));
    for idle in [gathered, entrusted, serving] {
        assert_eq!(by(&mut idle(), stranger()).distribute(1), Err(Error::ZeroAmount));
    }
    let mut market = distributed();
    assert_eq!(market.distribute(1), Err(Error::ZeroAmount), "twice in a row");
    assert_eq!(market.distribute(9), Err(Error::UnknownCluster));
}

#[ink::test]
fn nothing_due_is_nothing_to_claim() {
    let mut market = settled();
    assert_eq!(market.claim(1, provider()), Err(Error::ZeroAmount), "not distributed");
    let mut market = distributed();
    assert_eq!(market.claim(1, spare()), Err(Error::ZeroAmount), "a member that proved nothing");
    assert_eq!(market.claim(1, stranger()), Err(Error::ZeroAmount), "no member");
    assert_eq!(market.claim(9, provider()), Err(Error::UnknownCluster));
    market.claim(1, provider()).unwrap();
    assert_eq!(market.claim(1, provider()), Err(Error::ZeroAmount), "twice");
}

#[ink::test]
fn the_order_of_settling_distributing_and_claiming_changes_nothing() {
    let both = || {
        let mut market = gathered();
        let two = Order { referrer: Some(stranger()), ..order_within(&[1, 2]) };
        by(&mut market, consumer()).reserve(two).unwrap();
        by(&mut market, provider()).activate(1).unwrap();
        by(&mut market, spare()).activate(2).unwrap();
        market
    };
    let outcome = |market: &Orchestrator| {
        let accounts = [provider(), spare(), consumer(), stranger(), manager()];
        (accounts.map(|x| money(market, x)), market.settings().fees)
    };
    let mut once = both();
    wait(TERM_MS);
    by(&mut once, stranger()).settle_many(vec![1, 2]).unwrap();
    once.distribute(1).unwrap();
    once.claim(1, provider()).unwrap();
    once.claim(1, spare()).unwrap();
    ensure_balanced(&once);
    let expected = outcome(&once);
    assert_eq!(expected.0[0], expected.0[1], "equal work, equal pay");
    let mut market = both();
    for step in 1..=12u64 {
        wait(TERM_MS / 12);
        by(&mut market, stranger()).settle(1 + step % 2).unwrap();
        if step % 5 == 0 {
            market.distribute(1).unwrap();
        }
        if step % 6 == 0 {
            market.claim(1, provider()).unwrap();
        }
        ensure_balanced(&market);
    }
    market.settle_many(vec![2, 1]).unwrap();
    market.distribute(1).unwrap();
    for id in [spare(), provider()] {
        market.claim(1, id).unwrap();
    }
    ensure_balanced(&market);
    assert_eq!(outcome(&market), expected);
    assert_eq!((pool(&market).members, pool(&market).due), (0, 0));
}

#[ink::test]
fn without_a_fee_of_the_manager_a_member_gets_what_a_direct_placement_pays() {
    let mut market = furnished();
    let spec = ClusterSpec { fee_bps: 0, price: PRICE, ..cluster_spec() };
    by(&mut market, manager()).create_cluster(spec).unwrap();
    by(&mut market, provider()).set_trust(manager(), true).unwrap();
    by(&mut market, manager()).set_member(1, 1, COMMITTED).unwrap();
    by(&mut market, consumer()).reserve(order_within(&[1])).unwrap();
    by(&mut market, consumer()).reserve(Order { replicas: vec![replica(2)], ..order() }).unwrap();
    by(&mut market, spare()).accept(2).unwrap();
    market.activate(2).unwrap();
    by(&mut market, provider()).activate(1).unwrap();
    wait(TERM_MS / 7);
    by(&mut market, stranger()).settle_many(vec![1, 2]).unwrap();
    market.distribute(1).unwrap();
    market.claim(1, provider()).unwrap();
    assert_eq!(money(&market, provider()), money(&market, spare()));
    assert_eq!(money(&market, manager()), (0, 0));
}

#[ink::test]
fn a_referrer_and_a_bonus_are_paid_past_the_pool() {
    let mut market = gathered();
    let order = Order { referrer: Some(stranger()), ..order_within(&[1]) };
    by(&mut market, consumer()).reserve(order).unwrap();
    by(&mut market, provider()).activate(1).unwrap();
    market.withdraw_placement(1, u128::MAX).unwrap();
    by(&mut market, manager()).replace(1, 0, replica(0), u128::MAX).unwrap();
    let bonus = placement(&market, 2).bonus;
    assert!(bonus > 0);
    by(&mut market, spare()).activate(2).unwrap();
    wait(TERM_MS);
    market.settle(2).unwrap();
    let referral = GROSS / 200;
    assert_eq!(money(&market, stranger()), (referral, 0));
    assert_eq!(money(&market, spare()), (PURSE + bonus, 0));
    assert_eq!(pool(&market).members, NET - referral);
    ensure_balanced(&market);
}

#[ink::test]
fn a_notice_for_what_was_cancelled_goes_the_way_of_all_pay() {
    let mut market = entrusted();
    by(&mut market, consumer()).cancel(1, None).unwrap();
    let notice = price_down(CLUSTER_PRICE, 10, 86_400_000).unwrap();
    let pool = pool(&market);
    assert_eq!(pool.fee + pool.manager + pool.members, notice);
    assert_eq!(money(&market, provider()), (PURSE, 0));
    ensure_balanced(&market);
}

/// Payees are credited one by one, each by its own claim: none can hold up another.
#[ink::test]
fn one_member_that_nobody_claims_for_holds_up_no_other() {
    let mut market = gathered();
    by(&mut market, consumer()).reserve(order_within(&[1, 2])).unwrap();
    by(&mut market, provider()).activate(1).unwrap();
    by(&mut market, spare()).activate(2).unwrap();
    for paid in 1..=4 {
        wait(TERM_MS / 4);
        by(&mut market, stranger()).settle_many(vec![1, 2]).unwrap();
        market.distribute(1).unwrap();
        market.claim(1, spare()).unwrap();
        assert_eq!(market.share(1, provider()).due + market.share(1, provider()).pooled, NET * paid / 4);
    }
    market.claim(1, provider()).unwrap();
    assert_eq!(money(&market, provider()), (PURSE + NET, 0));
    assert_eq!(money(&market, spare()), (PURSE + NET, 0));
    ensure_balanced(&market);
}

#[ink::test]
fn a_cluster_handed_over_pays_the_former_manager_first() {
    let mut market = settled();
    by(&mut market, manager()).offer(Handover::Cluster(1), Some(stranger())).unwrap();
    by(&mut market, stranger()).take_over(Handover::Cluster(1)).unwrap();
    let event: Distributed = latest();
    assert_eq!((event.manager, event.to_manager), (manager(), TO_MANAGER));
    let event: ClusterChanged = last_event();
    assert_eq!(event.manager, stranger());
    assert_eq!(money(&market, manager()), (TO_MANAGER, 0));
    assert_eq!(money(&market, stranger()), (0, 0));
    assert_eq!((pool(&market).due, pool(&market).manager), (NET, 0));
    market.claim(1, provider()).unwrap();
    ensure_balanced(&market);
}

#[ink::test]
fn a_manager_that_offers_its_cluster_to_itself_loses_nothing() {
    let mut market = settled();
    by(&mut market, manager()).offer(Handover::Cluster(1), Some(manager())).unwrap();
    market.take_over(Handover::Cluster(1)).unwrap();
    assert_eq!(money(&market, manager()), (TO_MANAGER, 0));
    assert_eq!(market.list(List::Clusters(manager()), 0, 50).ids, [1]);
    assert_eq!(market.cluster(1).unwrap().manager, manager());
    ensure_balanced(&market);
}

#[ink::test]
fn what_is_earned_under_the_new_manager_goes_to_the_new_manager() {
    let mut market = serving();
    by(&mut market, manager()).offer(Handover::Cluster(1), Some(spare())).unwrap();
    by(&mut market, spare()).take_over(Handover::Cluster(1)).unwrap();
    wait(TERM_MS);
    market.settle(1).unwrap();
    market.distribute(1).unwrap();
    assert_eq!(money(&market, spare()), (PURSE + TO_MANAGER, 0));
    assert_eq!(money(&market, manager()), (0, 0));
}

#[ink::test]
fn a_member_that_left_still_claims_what_it_earned() {
    let mut market = settled();
    by(&mut market, provider()).set_member(1, 1, 0).unwrap();
    market.set_trust(manager(), false).unwrap();
    market.retire_unit(1).unwrap();
    market.distribute(1).unwrap();
    market.claim(1, provider()).unwrap();
    assert_eq!(money(&market, provider()), (PURSE + NET, 0));
}

#[ink::test]
fn revenue_moves_while_paused_and_out_of_a_closed_cluster() {
    let mut market = settled();
    let spec = ClusterSpec { open: false, ..cluster_spec() };
    by(&mut market, manager()).update_cluster(1, spec).unwrap();
    by(&mut market, admin()).set_paused(true).unwrap();
    by(&mut market, stranger()).distribute(1).unwrap();
    market.claim(1, provider()).unwrap();
    assert_eq!(money(&market, provider()), (PURSE + NET, 0));
}

#[ink::test]
fn a_failure_in_a_cluster_pays_only_what_was_proven() {
    let mut market = serving();
    for _ in 0..3 {
        by(&mut market, consumer()).open_round([9; 32]).unwrap();
        wait(HOUR_MS);
    }
    by(&mut market, stranger()).report_miss(1).unwrap();
    assert_eq!(pool(&market), Pool::default());
    assert_eq!(money(&market, consumer()), (PURSE, 0));
    assert_eq!(market.data_unit(1).unwrap().member.unwrap().used, 0);
    assert_eq!(by(&mut market, stranger()).distribute(1), Err(Error::ZeroAmount));
    ensure_balanced(&market);
}
