//! From the reservation to the last withdrawal.

use orchestrator::{
    domain::State,
    events::{Deposited, FeesCollected, PlacementMoved, ReservationClosed, Settled, Withdrawn},
};
use orchestrator_e2e::{paid, share, Data, Occupied, Parts, Stage, BYTE, DAILY, EXISTENTIAL, ITEM, UNIT};

#[tokio::test]
#[ignore = "needs a node: make test-node"]
async fn a_deal_is_exact_to_the_plank_inside_and_outside_the_contract() {
    let mut s = Stage::open(DAILY).await;
    assert_eq!(s.chain.constant("Balances", "ExistentialDeposit"), EXISTENTIAL);
    assert_eq!(s.chain.constant("Contracts", "DepositPerItem"), ITEM);
    assert_eq!(s.chain.constant("Contracts", "DepositPerByte"), BYTE);
    let ((provider, first), (other, second)) = (s.provider().await, s.provider().await);
    let (watcher, consumer) = (s.watcher().await, s.party().await);
    s.done(&consumer, |at| at.deposit().transferred_value(7 * UNIT)).await;
    let told = s.last.only::<Deposited>();
    assert_eq!((told.account, told.from, told.amount), (consumer.id, consumer.id, 7 * UNIT));
    s.check_contract().await;
    let before = s.chain.contract(s.contract).await;

    let data = [Data::new(1), Data::new(2)];
    let order = s.order(&watcher, &[(&data[0], first), (&data[1], second)]);
    let (id, p) = s.reserve(&consumer, order).await;
    let (earned, owed) = (paid(DAILY.term_ms), paid(DAILY.term_ms) + 1);
    let account = s.account(&consumer).await;
    assert_eq!(
        (account.available, account.locked),
        (7 * UNIT - 2 * owed, 2 * owed),
        "what is owed rounds up"
    );
    for (who, placement) in [(&provider, p[0]), (&other, p[1])] {
        s.take(who, placement).await;
        let told = s.last.only::<PlacementMoved>();
        assert_eq!((told.placement, told.state, told.escrow), (placement, State::Active, owed));
        assert_eq!((told.collateral, told.provider), (owed.div_ceil(2), who.id));
        assert_eq!(s.account(who).await.locked, owed.div_ceil(2));
    }
    s.check_contract().await;
    for _ in 0..3 {
        s.open_round(&watcher).await;
        s.prove(&provider, p[0], &data[0]).await;
        s.prove(&other, p[1], &data[1]).await;
        s.beat().await;
    }
    s.done(&watcher, |at| at.settle(p[0])).await;
    let early = s.last.only::<Settled>();
    let started = s.placement(p[0]).await.started_at;
    assert_eq!(early.gross, paid(s.chain.now().await - started));

    s.pass(DAILY.term_ms).await;
    s.done(&watcher, |at| at.settle_many(p.clone())).await;
    let parts = Parts::of(earned, 0, 0);
    let told = s.last.of::<Settled>();
    assert_eq!(told.len(), 2);
    assert_eq!((early.gross + told[0].gross, early.fee + told[0].fee), (earned, parts.fee), "in two steps");
    assert_eq!((told[1].gross, told[1].fee), (earned, share(earned, 200)), "at once");
    for (who, placement) in [(&provider, p[0]), (&other, p[1])] {
        let placement = s.placement(placement).await;
        assert_eq!((placement.state, placement.tally.proven), (State::Completed, 3));
        let account = s.account(who).await;
        assert_eq!((account.available, account.locked), (20 * UNIT + parts.net, 0));
    }
    let account = s.account(&consumer).await;
    assert_eq!((account.available, account.locked), (7 * UNIT - 2 * earned, 0), "the remainder went back");

    let full = s.chain.contract(s.contract).await;
    let released = s.outlay(&consumer).released;
    s.done(&consumer, |at| at.close(id)).await;
    let told = s.last.only::<ReservationClosed>();
    assert_eq!((told.reservation, told.to_consumer, told.to_treasury), (id, 0, 0));
    let closed = s.chain.contract(s.contract).await;
    let size = |x: &Occupied| (x.items, x.bytes, x.base_deposit);
    assert_eq!(size(&closed), size(&before), "all that the reservation occupied is free again");
    let returned = s.outlay(&consumer).released - released;
    assert_eq!(returned, full.deposits() - closed.deposits(), "to who closed it, whoever paid it");

    let treasury = s.treasury.clone();
    s.done(&watcher, |at| at.collect_fees()).await;
    assert_eq!(s.last.only::<FeesCollected>().amount, 2 * parts.fee);
    let out = [
        (&consumer, 7 * UNIT, 7 * UNIT - 2 * earned),
        (&provider, 20 * UNIT, 20 * UNIT + parts.net),
        (&other, 20 * UNIT, 20 * UNIT + parts.net),
        (&treasury, 0, 2 * parts.fee),
    ];
    for (who, put_in, taken_out) in out {
        s.done(who, |at| at.withdraw(taken_out)).await;
        let told = s.last.only::<Withdrawn>();
        assert_eq!((told.account, told.amount), (who.id, taken_out));
        let outlay = s.outlay(who);
        assert_eq!((outlay.sent, outlay.received), (put_in, taken_out));
    }
    let solvency = s.ask(|at| at.solvency()).await;
    assert_eq!((solvency.held, solvency.owed), (0, 0), "nothing is left inside");
    assert_eq!(s.chain.account(s.contract).await.free, EXISTENTIAL);
    let admin = s.admin.clone();
    for who in [&admin, &treasury, &consumer, &provider, &other, &watcher] {
        s.check_purse(who).await;
    }
    s.check_contract().await;
}
