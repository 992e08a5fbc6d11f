//! A replica is lost, its provider slashed, and another one paid to take it over.

use orchestrator::{
    domain::State,
    events::{PlacementMoved, ReservationClosed, Settled, Slashed},
    SlashReason,
};
use orchestrator_e2e::{paid, share, Data, Parts, Stage, DAILY, UNIT};

#[tokio::test]
#[ignore = "needs a node: make test-node"]
async fn a_lost_replica_is_slashed_and_its_pot_pays_who_takes_it_over() {
    let mut s = Stage::open(DAILY).await;
    let ((provider, first), (taker, second)) = (s.provider().await, s.provider().await);
    let (watcher, consumer, reporter) = (s.watcher().await, s.depositor().await, s.party().await);
    let data = Data::new(3);
    let order = s.order(&watcher, &[(&data, first)]);
    let (id, p) = s.reserve(&consumer, order).await;
    s.take(&provider, p[0]).await;
    let started = s.chain.now().await;
    let collateral = (paid(DAILY.term_ms) + 1).div_ceil(2);
    let each = share(collateral, 1_000);

    let (mut opened, mut reported, mut pot) = (0, 0, 0);
    for (misses, amount) in [(1, each), (2, each), (3, collateral - 2 * each)] {
        opened = s.open_round(&watcher).await;
        s.beat().await;
        s.done(&reporter, |at| at.report_miss(p[0])).await;
        let told = s.last.only::<Slashed>();
        assert_eq!((told.placement, told.provider, told.reporter), (p[0], provider.id, Some(reporter.id)));
        assert_eq!((told.round, told.misses, told.reason), (misses, 1, SlashReason::Unanswered));
        assert_eq!((told.amount, told.to_reporter), (amount, share(amount, 1_000)));
        assert_eq!(told.to_pot, told.amount - told.to_reporter);
        (reported, pot) = (reported + told.to_reporter, pot + told.to_pot);
    }
    assert_eq!(s.last.only::<PlacementMoved>().state, State::Failed);
    let lost = s.placement(p[0]).await;
    let interval = u64::from(DAILY.interval_ms);
    let earned = paid(opened - started - 2 * interval);
    assert_eq!((lost.state, lost.settled, lost.slashed), (State::Failed, earned, collateral));
    let parts = Parts::of(earned, 0, 0);
    let account = s.account(&provider).await;
    assert_eq!((account.available, account.locked), (20 * UNIT - collateral + parts.net, 0));
    assert_eq!(s.available(&reporter).await, reported);
    assert_eq!(s.ask(|at| at.reservation(id)).await.map(|x| x.slots[0].pot), Some(pot));
    s.check_contract().await;

    let replica = data.on(second);
    let next = s.done(&consumer, |at| at.replace(id, 0, replica, UNIT)).await;
    let left = lost.ends_at - s.chain.now().await;
    let proposed = s.placement(next).await;
    assert_eq!((proposed.term_ms, proposed.escrow, proposed.bonus), (left, paid(left) + 1, pot));
    s.take(&taker, next).await;
    s.open_round(&watcher).await;
    s.prove(&taker, next, &data).await;
    s.pass(left).await;
    s.done(&reporter, |at| at.settle(next)).await;
    let told = s.last.only::<Settled>();
    let parts = Parts::of(paid(left), 0, 0);
    assert_eq!((told.provider, told.gross, told.fee, told.bonus), (taker.id, paid(left), parts.fee, pot));
    let account = s.account(&taker).await;
    assert_eq!((account.available, account.locked), (20 * UNIT + parts.net + pot, 0));

    s.done(&consumer, |at| at.close(id)).await;
    let told = s.last.only::<ReservationClosed>();
    assert_eq!((told.to_consumer, told.to_treasury), (0, 0), "the pot is with the taker");
    let account = s.account(&consumer).await;
    assert_eq!((account.available, account.locked), (20 * UNIT - earned - paid(left), 0));
    s.done(&reporter, |at| at.withdraw(reported)).await;
    assert_eq!(s.outlay(&reporter).received, reported);
    for who in [&consumer, &provider, &taker, &watcher, &reporter] {
        s.check_purse(who).await;
    }
    s.check_contract().await;
}
