//! Capacity of several providers, sold as one service.

use orchestrator::{
    domain::{Error, Order, State},
    events::{Claimed, Distributed, MemberSet, Settled, TrustSet},
};
use orchestrator_e2e::{Data, Parts, Party, Stage, CAPACITY, CLUSTER_PRICE, DAILY, UNIT};

const COMMITTED: u64 = 60;

/// What a standard order earns in a standard cluster in so many milliseconds.
fn earned(ms: u64) -> u128 {
    CLUSTER_PRICE * u128::from(CAPACITY) * u128::from(ms) / (30 * 86_400_000)
}

async fn join(s: &mut Stage, manager: &Party, cluster: u64, provider: &Party, unit: u64) {
    let id = manager.id;
    s.refused(manager, Error::NotTrusted, |at| at.set_member(cluster, unit, COMMITTED)).await;
    s.done(provider, |at| at.set_trust(id, true)).await;
    let told = s.last.only::<TrustSet>();
    assert_eq!((told.provider, told.manager, told.trusts), (provider.id, id, true));
    s.done(manager, |at| at.set_member(cluster, unit, COMMITTED)).await;
    let told = s.last.only::<MemberSet>();
    assert_eq!((told.cluster, told.unit, told.capacity), (cluster, unit, COMMITTED));
}

#[tokio::test]
#[ignore = "needs a node: make test-node"]
async fn a_clusters_revenue_is_split_to_the_plank() {
    let mut s = Stage::open(DAILY).await;
    let (members, watcher) = ([s.provider().await, s.provider().await], s.watcher().await);
    let (manager, tenant) = (s.party().await, s.depositor().await);
    let (referrer, anybody) = (s.party().await, s.party().await);
    let spec = s.cluster_spec();
    let cluster = s.done(&manager, |at| at.create_cluster(spec)).await;
    for (provider, unit) in &members {
        join(&mut s, &manager, cluster, provider, *unit).await;
    }

    let data = [Data::new(4), Data::new(5)];
    let order = s.cluster_order(&watcher, cluster, &[&data[0], &data[1]]);
    let order = Order { referrer: Some(referrer.id), ..order };
    let (id, p) = s.reserve(&tenant, order).await;
    let whole = earned(DAILY.term_ms);
    assert_eq!(s.account(&tenant).await.locked, 2 * (whole + 1));
    for ((provider, _), placement) in members.iter().zip(&p) {
        let placed = s.placement(*placement).await;
        assert_eq!(
            (placed.state, placed.provider),
            (State::Accepted, provider.id),
            "trust is the acceptance"
        );
        assert_eq!(s.account(provider).await.locked, (whole + 1).div_ceil(2));
        s.done(provider, |at| at.activate(*placement)).await;
    }
    // The second misses one round, which costs it an interval of pay and a slash.
    s.open_round(&watcher).await;
    s.prove(&members[0].0, p[0], &data[0]).await;
    s.beat().await;
    s.pass(DAILY.term_ms).await;
    s.done(&anybody, |at| at.settle_many(p.clone())).await;
    let dented = earned(DAILY.term_ms - u64::from(DAILY.interval_ms));
    let parts = [whole, dented].map(|x| Parts::of(x, 50, 1_000));
    for (i, told) in s.last.of::<Settled>().iter().enumerate() {
        let expected = (p[i], Some(cluster), [whole, dented][i], parts[i].fee);
        assert_eq!((told.placement, told.cluster, told.gross, told.fee), expected);
        assert_eq!((told.referral, told.manager, told.bonus), (parts[i].referral, parts[i].manager, 0));
    }
    assert_eq!(s.available(&referrer).await, parts[0].referral + parts[1].referral);
    let slashed = (whole + 1).div_ceil(2) / 10;
    assert_eq!(s.available(&members[0].0).await, 20 * UNIT, "its revenue is in the pool");
    assert_eq!(s.available(&members[1].0).await, 20 * UNIT - slashed);

    s.done(&anybody, |at| at.distribute(cluster)).await;
    let told = s.last.only::<Distributed>();
    assert_eq!((told.cluster, told.manager, told.fee), (cluster, manager.id, parts[0].fee + parts[1].fee));
    assert_eq!(told.to_manager, parts[0].manager + parts[1].manager);
    assert_eq!(told.to_members, parts[0].net + parts[1].net);
    assert_eq!(s.available(&manager).await, told.to_manager);
    for ((provider, _), (parts, slashed)) in members.iter().zip(parts.iter().zip([0, slashed])) {
        let who = provider.id;
        s.done(&anybody, |at| at.claim(cluster, who)).await;
        let told = s.last.only::<Claimed>();
        assert_eq!((told.cluster, told.provider, told.amount), (cluster, who, parts.net));
        assert_eq!(s.available(provider).await, 20 * UNIT + parts.net - slashed);
        s.refused(&anybody, Error::ZeroAmount, |at| at.claim(cluster, who)).await;
    }
    let pool = s.ask(|at| at.cluster(cluster)).await.expect("it exists").pool;
    assert_eq!((pool.fee, pool.manager, pool.members, pool.due), (0, 0, 0, 0), "no dust");

    s.done(&tenant, |at| at.close(id)).await;
    let account = s.account(&tenant).await;
    assert_eq!((account.available, account.locked), (20 * UNIT - whole - dented + slashed, 0), "made whole");
    for who in [&members[0].0, &members[1].0, &tenant, &manager, &referrer, &anybody, &watcher] {
        s.check_purse(who).await;
    }
    s.check_contract().await;
}
