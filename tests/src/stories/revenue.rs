//! What clusters earn and who gets it, and prices in another currency.

use orchestrator::Filter;
use orchestrator_chain::{runtime::UNIT, AccountId, Balance, Ledger};
use orchestrator_domain::{
    bps_down, price_down, price_up, ClusterSpec, Currency, Error, Order, Role, Share, State, UnitSpec,
    RATE_AGE_MS, RATE_STEP_MS,
};

use crate::{sentences::CLUSTER_PRICE, Market, Who, Who::*, CAPACITY, PRICE};

/// Who gets what of what was earned.
#[derive(Clone, Copy, Default)]
struct Parts {
    fee: Balance,
    referral: Balance,
    manager: Balance,
    member: Balance,
}

impl Parts {
    /// The formula of the documents: 2 % network fee, what is asked for the referrer and for the manager. All together round
    /// down, and so does each cut of it.
    fn of(earned: Balance, referral_bps: u32, manager_bps: u32) -> Self {
        let (ours, all) = (200 + referral_bps, 200 + referral_bps + manager_bps);
        let sum = bps_down(earned, all).expect("in bounds");
        let not_manager = sum * Balance::from(ours) / Balance::from(all);
        let referral = not_manager * Balance::from(referral_bps) / Balance::from(ours);
        Parts { fee: not_manager - referral, referral, manager: sum - not_manager, member: earned - sum }
    }

    fn add(&mut self, other: Parts) {
        self.fee += other.fee;
        self.referral += other.referral;
        self.manager += other.manager;
        self.member += other.member;
    }
}

/// What a standard order has earned on a member after so many paid beats.
fn earned<L: Ledger>(m: &Market<L>, capacity: u64, beats: u64) -> Balance {
    price_down(CLUSTER_PRICE, capacity, beats * m.beat_ms).expect("in bounds")
}

fn claim<L: Ledger>(m: &mut Market<L>, cluster: u64, who: Who) {
    let provider = m.id(who);
    m.done(Stranger, |at| at.claim(cluster, provider));
}

/// Settled, distributed and claimed in between and at the end: fee, referral, manager and members to the plank, by what
/// each member has proven, and nothing is left over.
pub fn a_round_of_revenue_is_exact<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare, Third]);
    let tenant = m.available(Tenant);
    let before = [Provider, Spare, Third].map(|who| m.available(who));
    let mut order = m.cluster_order(c, 3);
    order.referrer = Some(m.id(Referrer));
    let mut small = m.cluster_order(c, 1);
    small.capacity = 1;
    let (_, mut p) = m.reserve_as(Tenant, order);
    let (_, q) = m.reserve_as(Tenant, small);
    p.extend(q);
    for x in &p {
        m.activate(*x);
    }
    let expected: Vec<_> = p.iter().map(|x| m.provider_of(*x)).collect();
    assert_eq!(expected, [Provider, Spare, Third, Provider]);
    for beat in 0..10 {
        let proving = if beat == 4 { vec![p[0], p[1], p[3]] } else { p.clone() };
        m.proven_beat(&proving);
        if beat % 3 == 1 {
            m.settle(p[beat % 4]);
            m.done(Stranger, |at| at.distribute(c));
            m.attempt(Stranger, |at| at.claim(c, Provider.signer().account())).ok();
        }
    }
    let slashed = m.placement(p[2]).collateral_initial / 10;
    m.done(Stranger, |at| at.settle_many(p.clone()));
    m.done(Stranger, |at| at.distribute(c));
    for who in [Provider, Spare, Third] {
        claim(m, c, who);
    }
    let (whole, dented, small) = (earned(m, CAPACITY, 10), earned(m, CAPACITY, 9), earned(m, 1, 10));
    let parts = [
        (Provider, Parts::of(whole, 50, 1_000)),
        (Spare, Parts::of(whole, 50, 1_000)),
        (Third, Parts::of(dented, 50, 1_000)),
        (Provider, Parts::of(small, 0, 1_000)),
    ];
    let mut all = Parts::default();
    for (_, part) in parts {
        all.add(part);
    }
    for (who, before) in [Provider, Spare, Third].into_iter().zip(before) {
        let members: Balance = parts.iter().filter(|x| x.0 == who).map(|x| x.1.member).sum();
        let slashed = if who == Third { slashed } else { 0 };
        assert_eq!(m.available(who), before + members - slashed, "{who:?}");
    }
    assert_eq!(m.picture().settings.fees, all.fee);
    assert_eq!((m.available(Referrer), m.available(Manager)), (all.referral, all.manager));
    assert_eq!(m.available(Tenant), tenant - (2 * whole + dented + small));
    assert_eq!(all.fee + all.referral + all.manager + all.member, 2 * whole + dented + small);
    let pool = m.cluster(c).pool;
    assert_eq!((pool.fee, pool.manager, pool.members, pool.due), (0, 0, 0, 0), "no dust");
}

/// At the price of its unit and without a manager's fee, a member is paid what the same deal pays directly, to the plank.
pub fn a_member_gets_what_a_direct_deal_pays<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider]);
    let spec = ClusterSpec { price: PRICE, fee_bps: 0, ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(c, spec));
    m.beats(1);
    let before = [Provider, Spare].map(|who| m.available(who));
    let mut within = m.cluster_order(c, 1);
    let mut direct = m.order(&[2]);
    (within.referrer, direct.referrer) = (Some(m.id(Referrer)), Some(m.id(Referrer)));
    let (_, p) = m.reserve_as(Tenant, within);
    m.activate(p[0]);
    let (_, q) = m.deal_as(Consumer, direct);
    for beat in 0..10 {
        m.proven_beat(&[p[0], q[0]]);
        if beat % 2 == 0 {
            m.settle(p[0]);
        }
        if beat % 3 == 0 {
            m.settle(q[0]);
            m.attempt(Stranger, |at| at.distribute(c)).ok();
        }
    }
    m.done(Stranger, |at| at.settle_many(vec![p[0], q[0]]));
    m.done(Stranger, |at| at.distribute(c));
    claim(m, c, Provider);
    let after = [Provider, Spare].map(|who| m.available(who));
    let gained = [after[0] - before[0], after[1] - before[1]];
    assert_eq!(gained[0], gained[1]);
    let whole = price_down(PRICE, CAPACITY, m.term()).expect("in bounds");
    assert_eq!(gained[0], Parts::of(whole, 50, 0).member);
}

/// A member that proves nothing gets nothing, and the consumer pays nothing for it: no billing while a node is down.
pub fn a_member_that_proves_nothing_gets_nothing<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare]);
    let tenant = m.available(Tenant);
    let (id, p) = m.cluster_deal(Tenant, c, 2);
    for _ in 0..10 {
        m.proven_beat(&p[1..]);
    }
    m.done(Stranger, |at| at.settle_many(p.clone()));
    assert_eq!((m.state(p[0]), m.placement(p[0]).settled), (State::Failed, 0));
    assert_eq!(m.share(c, Provider), Share::default());
    m.done(Stranger, |at| at.distribute(c));
    let provider = m.id(Provider);
    m.refused(Provider, Error::ZeroAmount, |at| at.claim(c, provider));
    let (spare, whole) = (m.available(Spare), earned(m, CAPACITY, 10));
    claim(m, c, Spare);
    assert_eq!(m.available(Spare) - spare, Parts::of(whole, 0, 1_000).member);
    m.done(Tenant, |at| at.close(id));
    assert_eq!(m.available(Tenant), tenant - whole, "the pot of the failed one goes to the treasury");
}

/// Nothing to distribute is no distribution: without members, without work, and a second time. Nor is there anything to
/// claim before.
pub fn a_distribution_of_nothing_is_refused<L: Ledger>(m: &mut Market<L>) {
    m.refused(Stranger, Error::UnknownCluster, |at| at.distribute(1));
    let c = m.cluster_set_up(&[]);
    m.refused(Stranger, Error::ZeroAmount, |at| at.distribute(c));
    let c = m.cluster_set_up(&[Provider]);
    m.refused(Stranger, Error::ZeroAmount, |at| at.distribute(c));
    let (_, p) = m.cluster_deal(Tenant, c, 1);
    m.refused(Stranger, Error::ZeroAmount, |at| at.distribute(c));
    m.proven_beat(&p);
    m.settle(p[0]);
    let ids = [Provider, Stranger].map(|who| m.id(who));
    for id in ids {
        m.refused(Stranger, Error::ZeroAmount, |at| at.claim(c, id));
    }
    m.done(Stranger, |at| at.distribute(c));
    m.refused(Stranger, Error::ZeroAmount, |at| at.distribute(c));
    assert_eq!(m.cluster(c).pool.distributions, 1);
    claim(m, c, Provider);
    for id in ids {
        m.refused(Stranger, Error::ZeroAmount, |at| at.claim(c, id));
    }
    m.refused(Stranger, Error::UnknownCluster, |at| at.claim(99, ids[0]));
}

/// Paying many costs what paying one costs: no list of payees is gone through.
pub fn a_distribution_costs_the_same_for_one_member_and_for_five<L: Ledger>(m: &mut Market<L>) {
    let mut costs = Vec::new();
    for members in [&[Provider][..], &[Provider, Spare, Third, Fourth, Fifth]] {
        for who in members {
            let unit = m.unit_of(*who);
            let Some((unit, member)) = unit.and_then(|x| Some((x, m.picture().units[&x].member.clone()?)))
            else {
                continue;
            };
            m.done(*who, |at| at.set_member(member.cluster, unit, 0));
        }
        let c = m.cluster_set_up(members);
        let (id, p) = m.cluster_deal(Tenant, c, members.len());
        m.proven_beat(&p);
        m.done(Tenant, |at| at.terminate(id, None));
        m.proven_beat(&p);
        m.done(Stranger, |at| at.settle_many(p));
        m.done(Stranger, |at| at.distribute(c));
        costs.push(m.receipt().weight);
        claim(m, c, Provider);
        costs.push(m.receipt().weight);
    }
    for (one, five) in [(costs[0], costs[2]), (costs[1], costs[3])] {
        assert!(five.ref_time <= one.ref_time / 50 * 51, "{one:?} and {five:?}");
        assert!(five.proof_size <= one.proof_size / 50 * 51, "{one:?} and {five:?}");
    }
}

/// A member that never claims, a referrer whose account does not exist, a manager that is gone: everybody else gets all of
/// its own, in any order.
pub fn one_dead_payee_among_many_blocks_nobody<L: Ledger>(m: &mut Market<L>) {
    let members = [Provider, Spare, Third, Fourth, Fifth];
    let c = m.cluster_set_up(&members);
    let dead: AccountId = [0; 32].into();
    let mut order = m.cluster_order(c, 5);
    order.referrer = Some(dead);
    let (id, p) = m.reserve_as(Tenant, order);
    for x in &p {
        m.activate(*x);
    }
    for _ in 0..10 {
        m.proven_beat(&p);
    }
    m.done(Stranger, |at| at.settle_many(p));
    m.done(Stranger, |at| at.distribute(c));
    m.refused(Stranger, Error::ZeroAmount, |at| at.claim(c, dead));
    for who in [Fifth, Provider, Fourth, Spare] {
        claim(m, c, who);
        let all = m.available(who);
        assert_eq!(all, 100 * UNIT + Parts::of(earned(m, CAPACITY, 10), 50, 1_000).member);
        m.done(who, |at| at.withdraw(all));
    }
    assert!(m.picture().accounts[&dead].available > 0);
    assert_eq!(m.cluster(c).pool.due, Parts::of(earned(m, CAPACITY, 10), 50, 1_000).member);
    m.done(Tenant, |at| at.close(id));
    m.done(Stranger, |at| at.collect_fees());
}

/// A member that has nothing left is slashed out of what it has locked, and settling goes on with the next one.
pub fn settling_goes_on_though_a_member_has_nothing_left<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare, Third]);
    let (_, p) = m.cluster_deal(Tenant, c, 3);
    let all = m.available(Provider);
    m.done(Provider, |at| at.withdraw(all));
    for _ in 0..4 {
        m.proven_beat(&p[1..]);
    }
    m.done(Stranger, |at| at.settle_many(vec![p[0], 999, p[1], p[2]]));
    assert_eq!(m.state(p[0]), State::Failed);
    for x in &p[1..] {
        assert_eq!(m.placement(*x).settled, earned(m, CAPACITY, 4));
    }
}

/// A new price or fee of the cluster reaches no placement that was agreed before, neither served time nor the rest.
pub fn a_new_price_reaches_nothing_agreed_before<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider]);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    m.proven_beat(&p);
    let before = m.placement(p[0]);
    let spec = ClusterSpec { price: 2 * CLUSTER_PRICE, fee_bps: 3_000, ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(c, spec));
    assert_eq!(m.placement(p[0]), before);
    let beat = m.beat_ms;
    m.refused(Tenant, Error::PriceRisen, |at| at.extend(id, beat, UNIT));
    for _ in 1..10 {
        m.proven_beat(&p);
    }
    m.settle(p[0]);
    let whole = earned(m, CAPACITY, 10);
    assert_eq!(m.placement(p[0]).settled, whole);
    m.done(Stranger, |at| at.distribute(c));
    assert_eq!(m.available(Manager), Parts::of(whole, 0, 1_000).manager);
}

/// Who bought, and who pays, is never asked of the payee: a share stays when the member leaves the cluster.
pub fn a_member_that_left_claims_what_it_has_earned<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider, Spare]);
    let (id, p) = m.cluster_deal(Tenant, c, 1);
    m.proven_beat(&p);
    m.done(Tenant, |at| at.terminate(id, None));
    m.proven_beat(&p);
    m.settle(p[0]);
    assert_eq!(m.state(p[0]), State::Terminated);
    let manager = m.id(Manager);
    m.done(Provider, |at| at.set_member(c, 1, 0));
    m.done(Provider, |at| at.set_trust(manager, false));
    m.done(Provider, |at| at.retire_unit(1));
    m.done(Stranger, |at| at.distribute(c));
    let before = m.available(Provider);
    claim(m, c, Provider);
    assert_eq!(m.available(Provider) - before, Parts::of(earned(m, CAPACITY, 2), 0, 1_000).member);
}

/// Makes the price feed tell what a dollar costs now.
fn tell_rate<L: Ledger>(m: &mut Market<L>, per_usd: Balance) {
    let (feed, now) = (m.id(PriceFeed), m.clock().now);
    m.done(Admin, |at| at.set_role(feed, Role::PriceFeed, true));
    m.done(PriceFeed, |at| at.set_rate(per_usd, now));
}

/// Unit 1 in dollars, and a cluster in dollars with the spare's unit, which is not.
fn dollars<L: Ledger>(m: &mut Market<L>) -> u64 {
    let unit = UnitSpec { price: 720_007, currency: Currency::MicroUsd, ..m.unit_spec() };
    m.done(Provider, |at| at.update_unit(1, unit));
    let c = m.cluster_set_up(&[Spare]);
    let cluster = ClusterSpec { price: 900_011, currency: Currency::MicroUsd, ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(c, cluster));
    m.beats(1);
    c
}

/// An order on unit 1 and one on the cluster's member, for a day.
fn orders<L: Ledger>(m: &mut Market<L>, cluster: u64) -> [Order; 2] {
    let mut orders = [m.order(&[1]), m.cluster_order(cluster, 1)];
    orders[1].replicas[0] = m.data(99).on(2);
    orders.map(|order| Order { term_ms: 2 * RATE_AGE_MS, ..order })
}

/// The rate counts when a term is paid for, and never again: what is owed stays what it was, whatever the rate becomes.
pub fn a_price_in_dollars_is_fixed_when_it_is_paid<L: Ledger>(m: &mut Market<L>) {
    let c = dollars(m);
    tell_rate(m, UNIT);
    let [direct, within] = orders(m, c);
    let (id, p) = m.deal_as(Consumer, direct);
    let (_, q) = m.reserve_as(Tenant, within);
    m.activate(q[0]);
    let prices = [720_007_000_000, 900_011_000_000];
    for (x, price) in [p[0], q[0]].into_iter().zip(prices) {
        let x = m.placement(x);
        assert_eq!(x.price, price);
        assert_eq!(x.escrow, price_up(price, CAPACITY, 2 * RATE_AGE_MS).expect("in bounds"));
    }
    let (agreed, owed) = ([p[0], q[0]].map(|x| m.placement(x)), m.picture().solvency.owed);
    m.advance(RATE_STEP_MS);
    tell_rate(m, 1_100_000_000_001 - 1);
    assert_eq!([p[0], q[0]].map(|x| m.placement(x)), agreed);
    assert_eq!(m.picture().solvency.owed, owed);
    m.refused(Consumer, Error::PriceRisen, |at| at.extend(id, 60_000, UNIT));
    let [direct, within] = orders(m, c);
    let (_, more) = m.reserve_as(Consumer, direct);
    assert_eq!(m.placement(more[0]).price, 792_007_700_000);
    let (_, more) = m.reserve_as(Tenant, within);
    assert_eq!(m.placement(more[0]).price, 990_012_100_000);
    m.advance(RATE_STEP_MS);
    tell_rate(m, UNIT);
    m.advance(RATE_STEP_MS);
    tell_rate(m, 909_090_909_091);
    m.done(Consumer, |at| at.extend(id, 60_000, UNIT));
    m.done(Stranger, |at| at.settle_many(vec![p[0], q[0]]));
    for (x, price) in [p[0], q[0]].into_iter().zip(prices) {
        let expected = price_down(price, CAPACITY, 3 * RATE_STEP_MS).expect("in bounds");
        assert_eq!((m.placement(x).price, m.placement(x).settled), (price, expected));
    }
}

/// Without a rate of the last twelve hours nothing is bought for dollars; every payment and every way out goes on.
pub fn a_stale_rate_stops_what_is_new_and_no_exit<L: Ledger>(m: &mut Market<L>) {
    let c = dollars(m);
    tell_rate(m, UNIT);
    let [direct, within] = orders(m, c);
    let (a, p) = m.deal_as(Consumer, direct.clone());
    let (b, q) = m.reserve_as(Tenant, within.clone());
    m.activate(q[0]);
    let short = Order { term_ms: RATE_AGE_MS, ..m.order(&[1]) };
    let (renewing, r) = m.deal_as(Consumer, short);
    m.done(Consumer, |at| at.set_auto_renew(renewing, UNIT));
    m.advance(RATE_AGE_MS - 1);
    m.reserve_as(Consumer, direct.clone());
    m.advance(1);

    m.refused(Consumer, Error::RateStale, |at| at.reserve(direct));
    m.refused(Tenant, Error::RateStale, |at| at.reserve(within));
    for (who, id) in [(Consumer, a), (Tenant, b)] {
        m.refused(who, Error::RateStale, |at| at.extend(id, 60_000, UNIT));
        m.refused(who, Error::RateStale, |at| at.resize(id, 2 * CAPACITY, UNIT));
    }
    m.refused(Reporter, Error::RateStale, |at| at.renew(r[0]));
    for cluster in [None, Some(c)] {
        let unit = if cluster.is_none() { 1 } else { 2 };
        let quote = m.ask(|at| at.quote(unit, CAPACITY, m.term(), cluster));
        assert_eq!(quote.map(|x| x.price), Err(Error::RateStale));
        let (kind, region, term_ms) = (None, None, m.term());
        let filter = Filter { kind, region, capacity: 1, max_price: 0, term_ms, cluster, min_score: 0 };
        let found: Vec<_> =
            m.ask(|at| at.find_data_units(filter, 0, 50)).units.iter().map(|x| x.id).collect();
        assert_eq!(found, if cluster.is_none() { &[2][..] } else { &[] });
    }

    m.done(Stranger, |at| at.settle_many(vec![p[0], q[0]]));
    assert!(m.placement(p[0]).settled > 0 && m.placement(q[0]).settled > 0);
    m.done(Consumer, |at| at.resize(a, 1, 0));
    m.done(Consumer, |at| at.terminate(a, None));
    m.done(Spare, |at| at.withdraw_placement(q[0], u128::MAX));
    m.done(Stranger, |at| at.distribute(c));
    claim(m, c, Spare);
    m.beats(1);
    m.settle(p[0]);
    m.done(Consumer, |at| at.close(a));
    m.done(Tenant, |at| at.close(b));
    let all = m.available(Spare);
    m.done(Spare, |at| at.withdraw(all));

    tell_rate(m, 2 * UNIT);
    m.done(Reporter, |at| at.renew(r[0]));
    assert_eq!(m.placement(r[0]).price, 1_440_014_000_000, "a renewal takes the rate of its moment");
}

/// A dollar costs something: zero is no rate, and before the first one nothing in dollars is sold.
pub fn an_exchange_rate_of_zero_is_refused<L: Ledger>(m: &mut Market<L>) {
    let c = dollars(m);
    let [direct, within] = orders(m, c);
    m.refused(Consumer, Error::RateStale, |at| at.reserve(direct.clone()));
    m.refused(Tenant, Error::RateStale, |at| at.reserve(within));
    let (feed, now) = (m.id(PriceFeed), m.clock().now);
    m.done(Admin, |at| at.set_role(feed, Role::PriceFeed, true));
    m.refused(PriceFeed, Error::RateOutOfBounds, |at| at.set_rate(0, now));
    m.refused(Consumer, Error::RateStale, |at| at.reserve(direct.clone()));
    m.done(PriceFeed, |at| at.set_rate(1, now));
    let (_, p) = m.reserve_as(Consumer, direct);
    assert_eq!(m.placement(p[0]).price, 1, "rounded up: never for nothing");
}
