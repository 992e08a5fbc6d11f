//! The shortest interval and window there are, by the machine's clock.

use orchestrator::{
    domain::State,
    events::{Settled, Slashed},
};
use orchestrator_e2e::{paid, share, Data, Pace, Parts, Stage, UNIT};
use orchestrator_process::Process;

const SECOND: Pace = Pace { interval_ms: 1_000, window_ms: 1_000, term_ms: 20_000 };

#[tokio::test]
#[ignore = "needs a node: make test-node"]
async fn a_deal_of_seconds_lives_by_the_machines_clock() {
    let node = Process::options().real_clock().start();
    let mut s = Stage::on(node, SECOND, &[]).await;
    let ((provider, unit), watcher, consumer) = (s.provider().await, s.watcher().await, s.depositor().await);
    let data = Data::new(9);
    let order = s.order(&watcher, &[(&data, unit)]);
    let (id, p) = s.reserve(&consumer, order).await;
    s.take(&provider, p[0]).await;
    let started = s.placement(p[0]).await.started_at;
    // A window takes three blocks besides its second, and there are none but ours: no machine is too slow to answer.
    let opened = s.open_round(&watcher).await;
    s.prove(&provider, p[0], &data).await;
    s.wait_until(opened + 1_000).await;
    s.blocks(2).await;
    let opened = s.open_round(&watcher).await;
    assert!(opened + 1_000 < started + SECOND.term_ms, "the machine took all the term for a few blocks");
    s.wait_until(opened + 1_000).await;
    s.blocks(2).await;
    s.done(&watcher, |at| at.report_miss(p[0])).await;
    let collateral = (paid(SECOND.term_ms) + 1).div_ceil(2);
    assert_eq!(s.last.only::<Slashed>().amount, share(collateral, 1_000));

    s.wait_until(started + SECOND.term_ms).await;
    s.done(&watcher, |at| at.settle(p[0])).await;
    assert_eq!(s.last.of::<Settled>().len(), 1);
    let earned = paid(SECOND.term_ms - 1_000);
    let placement = s.placement(p[0]).await;
    assert_eq!((placement.state, placement.settled), (State::Completed, earned));
    assert_eq!((placement.tally.proven, placement.tally.missed), (1, 1));
    let slashed = share(collateral, 1_000);
    assert_eq!(s.available(&provider).await, 20 * UNIT - slashed + Parts::of(earned, 0, 0).net);
    s.done(&consumer, |at| at.close(id)).await;
    let pot = slashed - share(slashed, 1_000);
    assert_eq!(s.available(&consumer).await, 20 * UNIT - earned + pot);
    s.check_purse(&consumer).await;
    s.check_contract().await;
}
