//! Two disputes, one answered and one not, decided after days.

use orchestrator::{
    domain::{Error, Role, State, ANSWER_MS},
    events::{DisputeMoved, Slashed},
    DisputeStep, SlashReason,
};
use orchestrator_e2e::{paid, share, Data, Parts, Stage, DAILY, UNIT};

const DAY_MS: u64 = 86_400_000;
const EVIDENCE: [u8; 32] = [7; 32];
const ANSWER: [u8; 32] = [8; 32];
const OPINION: [u8; 32] = [9; 32];

#[tokio::test]
#[ignore = "needs a node: make test-node"]
async fn an_arbiter_divides_what_a_dispute_has_frozen() {
    let mut s = Stage::open(DAILY).await;
    let ((provider, first), (other, second)) = (s.provider().await, s.provider().await);
    let (watcher, consumer, arbiter) = (s.watcher().await, s.depositor().await, s.party().await);
    let data = [Data::new(6), Data::new(7)];
    let order = s.order(&watcher, &[(&data[0], first), (&data[1], second)]);
    let (_, p) = s.reserve(&consumer, order).await;
    let mut started = [0; 2];
    for (i, who) in [&provider, &other].into_iter().enumerate() {
        s.take(who, p[i]).await;
        started[i] = s.chain.now().await;
    }
    s.pass(3 * DAY_MS).await;

    let collateral = (paid(DAILY.term_ms) + 1).div_ceil(2);
    let fact = s.chain.now().await;
    let mut bonds = [0; 2];
    for i in 0..2 {
        s.refused(&provider, Error::NotConsumer, |at| at.open_dispute(p[i], fact, EVIDENCE, UNIT)).await;
        let before = s.account(&consumer).await;
        s.done(&consumer, |at| at.open_dispute(p[i], fact, EVIDENCE, UNIT)).await;
        let opened = s.chain.now().await;
        bonds[i] = (paid(opened - started[i]) + collateral).div_ceil(10);
        let told = s.last.only::<DisputeMoved>();
        assert_eq!((told.placement, told.step, told.hash), (p[i], DisputeStep::Opened, EVIDENCE));
        assert_eq!((told.bond, told.until), (bonds[i], opened + ANSWER_MS));
        let after = s.account(&consumer).await;
        assert_eq!(after.available, before.available - bonds[i]);
        assert_eq!(after.locked, before.locked + bonds[i]);
    }
    s.refused(&arbiter, Error::NotInRole, |at| at.decide_dispute(p[0], 5_000, OPINION)).await;
    let (admin, id) = (s.admin.clone(), arbiter.id);
    s.done(&admin, |at| at.set_role(id, Role::Arbiter, true)).await;
    s.pass(2 * DAY_MS).await;
    s.done(&other, |at| at.answer_dispute(p[1], ANSWER)).await;
    let told = s.last.only::<DisputeMoved>();
    assert_eq!((told.placement, told.step, told.hash), (p[1], DisputeStep::Answered, ANSWER));
    s.refused(&arbiter, Error::TooEarly, |at| at.decide_dispute(p[0], 5_000, OPINION)).await;
    s.pass(DAY_MS).await;
    s.refused(&provider, Error::TooLate, |at| at.answer_dispute(p[0], ANSWER)).await;

    // Without an answer: half of what is unpaid goes back, half of the collateral into the pot, the bond to the consumer.
    let before = s.account(&consumer).await;
    s.done(&arbiter, |at| at.decide_dispute(p[0], 5_000, OPINION)).await;
    let unpaid = paid(s.chain.now().await - started[0]);
    let told = s.last.only::<DisputeMoved>();
    let back = share(unpaid, 5_000);
    assert_eq!((told.step, told.hash, told.to_consumer_bps), (DisputeStep::Decided, OPINION, 5_000));
    assert_eq!((told.bond, told.refunded), (bonds[0], back));
    let told = s.last.only::<Slashed>();
    let cut = share(collateral, 5_000);
    assert_eq!((told.reason, told.amount, told.to_pot), (SlashReason::Dispute, cut, cut));
    let after = s.account(&consumer).await;
    assert_eq!(after.available, before.available + back + bonds[0]);
    assert_eq!(after.locked, before.locked - unpaid - bonds[0]);
    let account = s.account(&provider).await;
    let net = Parts::of(unpaid - back, 0, 0).net;
    assert_eq!(account.available, 20 * UNIT - collateral + net);
    assert_eq!(account.locked, collateral - cut);

    // Answered, and found for the provider: it is paid in full, and the bond is its own.
    s.done(&arbiter, |at| at.decide_dispute(p[1], 0, OPINION)).await;
    let unpaid = paid(s.chain.now().await - started[1]);
    let net = Parts::of(unpaid, 0, 0).net;
    let account = s.account(&other).await;
    assert_eq!(account.available, 20 * UNIT - collateral + net + bonds[1]);
    assert_eq!(account.locked, collateral);
    // A dry run takes the newest block's time: in the block of the last payment nothing would be left to pay, and the gas
    // would not do for the transaction.
    s.blocks(1).await;
    s.refused(&arbiter, Error::NotDisputed, |at| at.decide_dispute(p[1], 0, OPINION)).await;

    s.pass(DAILY.term_ms).await;
    s.done(&watcher, |at| at.settle_many(p.clone())).await;
    let whole = paid(DAILY.term_ms);
    for placement in &p {
        let placement = s.placement(*placement).await;
        assert_eq!((placement.state, placement.settled), (State::Completed, whole));
    }
    let account = s.account(&consumer).await;
    assert_eq!(account.available, 20 * UNIT - 2 * whole + back - bonds[1]);
    assert_eq!(account.locked, 0);
    for who in [&consumer, &provider, &other, &arbiter, &watcher] {
        s.check_purse(who).await;
    }
    s.check_contract().await;
}
