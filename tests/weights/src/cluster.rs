//! Every message of a cluster, and what the search for its members costs.

use orchestrator_chain::{runtime::UNIT, Typed};
use orchestrator_domain::{
    Choice, Error, Handover, Order, Replica, UnitSpec, MAX_LOOKED_AT, MONTH_MS, UNIT_REST_MS,
};

use crate::{
    bench::{cluster, id, order, unit, Bench, Cost, HOUR_MS},
    data::Tebibyte,
};

/// Members of providers of their own: one for a single replica, twenty for a large reservation, one that takes over, two
/// that are in no reservation.
const MEMBERS: usize = 24;
/// Capacity that a member commits, enough for a few replicas.
const COMMITTED: u64 = 1 << 12;

fn member(number: usize) -> String {
    format!("//Member//{number}")
}

/// A replica without data, on a member that the contract chooses.
fn any() -> Replica {
    Replica { unit: 0, root: [0; 32], chunks: 0 }
}

/// An order in the cluster 1, with no two replicas at one provider.
fn within(replicas: Vec<Replica>) -> Order {
    let choice = Some(Choice { cluster: 1, region: None, together: false });
    Order { choice, ..order(replicas) }
}

/// The smallest order.
fn small() -> Order {
    Order { capacity: 1, ..within(vec![any()]) }
}

/// The cluster 1 with its manager, a provider that trusts it, and a consumer that is its own challenger.
fn founded() -> Bench {
    let mut b = Bench::new();
    b.provider("//Provider");
    b.deposit("//Consumer");
    b.send("//Consumer", |at| at.register_challenger(3_600_000, 1_800_000));
    b.send("//Manager", |at| at.create_cluster(cluster()));
    b.send("//Provider", |at| at.set_trust(id("//Manager"), true));
    b
}

/// Makes units of one provider members of the cluster. Says their ids.
fn join(b: &mut Bench, members: u64, capacity: u64) -> Vec<u64> {
    let spec = UnitSpec { price: 1, ..unit() };
    let mut ids = Vec::new();
    for _ in 0..members {
        let spec = spec.clone();
        let (unit, _) = b.send("//Provider", |at| at.register_unit(1, spec));
        b.send("//Manager", |at| at.set_member(1, unit, capacity));
        ids.push(unit);
    }
    ids
}

/// Every message that has to do with clusters once, in a cluster with so many other members and reservations.
pub fn measure(entities: u64) -> Vec<Cost> {
    let mut b = founded();
    let data = Tebibyte::new();
    join(&mut b, entities, 1);
    for _ in 0..entities {
        b.send("//Consumer", |at| at.reserve(small()));
    }
    let held = b.chain.ask(id("//Admin"), b.at.cluster(1)).expect("a view answers").expect("it exists");
    let expected = u32::try_from(entities).expect("a few thousand");
    assert_eq!((held.members, held.reservations, held.turn), (expected, expected, expected));

    let (manager, consumer, reporter) = ("//Manager", "//Consumer", "//Reporter");
    b.cost("create_cluster", manager, |at| at.create_cluster(cluster()));
    b.cost("update_cluster", manager, |at| at.update_cluster(1, cluster()));
    b.advance(UNIT_REST_MS);
    let mut units = Vec::new();
    for i in 0..MEMBERS {
        let who = member(i);
        let on = b.provider(&who);
        let (unit, _) = b.send(&who, |at| at.register_unit(on, unit()));
        units.push(unit);
        if i == 0 {
            b.cost("set_trust", &who, |at| at.set_trust(id(manager), true));
            b.cost("set_member, first", manager, |at| at.set_member(1, unit, COMMITTED / 2));
            b.cost("set_member, more", manager, |at| at.set_member(1, unit, COMMITTED));
        } else {
            b.send(&who, |at| at.set_trust(id(manager), true));
            b.send(manager, |at| at.set_member(1, unit, COMMITTED));
        }
    }

    let chosen = |count: usize| within(vec![data.on(0); count]);
    let r = b.cost("reserve, cluster, 1 chosen", consumer, |at| at.reserve(chosen(1)));
    let many = b.cost("reserve, cluster, 20 chosen", consumer, |at| at.reserve(chosen(20)));
    let named = |count: usize| within(units[..count].iter().map(|x| data.on(*x)).collect());
    b.cost("reserve, cluster, 1 named", consumer, |at| at.reserve(named(1)));
    b.cost("reserve, cluster, 20 named", consumer, |at| at.reserve(named(20)));
    let (p, replicas) = (b.placements(r)[0], b.placements(many));
    b.cost("activate, cluster", &member(0), |at| at.activate(p));
    for (i, id) in replicas.iter().enumerate() {
        b.send(&member(i + 1), |at| at.activate(*id));
    }

    b.advance(2 * HOUR_MS);
    b.cost("settle, cluster", reporter, |at| at.settle(p));
    let ten = replicas[..10].to_vec();
    b.cost("settle_many, cluster, 10", reporter, |at| at.settle_many(ten.clone()));
    b.cost("distribute", reporter, |at| at.distribute(1));
    b.cost("claim", reporter, |at| at.claim(1, id(&member(0))));
    b.cost("extend, cluster", consumer, |at| at.extend(r, HOUR_MS, UNIT));
    b.cost("resize, cluster", consumer, |at| at.resize(r, 1 << 11, 10 * UNIT));
    // As `close` below it fits into one call only when what it acts on was settled before.
    b.cost("settle_many, cluster, 20", reporter, |at| at.settle_many(replicas.clone()));
    b.cost("extend, cluster, 20 slots", consumer, |at| at.extend(many, HOUR_MS, UNIT));
    b.cost("resize, cluster, 20 slots", consumer, |at| at.resize(many, 1 << 11, 1_000 * UNIT));
    b.cost("withdraw_placement, cluster", &member(1), |at| at.withdraw_placement(replicas[0], UNIT));
    let same = data.on(0);
    let taken = b.cost("replace, cluster, by the manager", manager, |at| {
        at.replace(many, 0, same.clone(), 1_000 * UNIT)
    });
    let taker = b.chain.ask(id(manager), b.at.placement(taken)).expect("a view answers");
    assert_eq!(taker.expect("it exists").provider, id(&member(21)));
    b.cost("terminate, cluster, 1 slot", consumer, |at| at.terminate(many, Some(19)));
    b.cost("set_member, one leaves", manager, |at| at.set_member(1, units[22], 0));

    b.send(consumer, |at| at.set_auto_renew(r, 1_000 * UNIT));
    b.advance(MONTH_MS);
    b.cost("renew, cluster", reporter, |at| at.renew(p));
    let what = Handover::Cluster(1);
    b.cost("offer, cluster", manager, |at| at.offer(what, Some(id(reporter))));
    b.cost("take_over, cluster", reporter, |at| at.take_over(what));
    let replicas = b.placements(many);
    b.send(reporter, |at| at.settle_many(replicas));
    b.cost("close, cluster, 20 replicas", consumer, |at| at.close(many));
    b.costs
}

/// Registers a provider of its own with a member that has room.
fn join_with_room(b: &mut Bench, number: usize) -> u64 {
    let who = member(number);
    let on = b.provider(&who);
    b.send(&who, |at| at.set_trust(id("//Manager"), true));
    let (fits, _) = b.send(&who, |at| at.register_unit(on, unit()));
    b.send("//Manager", |at| at.set_member(1, fits, COMMITTED));
    fits
}

/// Leaves the provider without money for collateral, which is what a search finds out last of a member.
fn impoverish(b: &mut Bench) {
    let account = b.chain.ask(id("//Provider"), b.at.account(id("//Provider"))).expect("a view answers");
    b.send("//Provider", |at| at.withdraw(account.available));
}

/// What it costs to look at members in vain: a search that is refused, and one whose last look finds a member. The
/// members that do not fit are full, or (`short`) their provider lacks the collateral. They are as many as one call looks
/// at, and so many more.
pub fn search(more: u64, short: bool) -> Vec<Cost> {
    let mut b = founded();
    let looked_at = usize::try_from(MAX_LOOKED_AT).expect("a few dozen");
    let units = join(&mut b, u64::from(MAX_LOOKED_AT) + more, 1);
    join_with_room(&mut b, 0);
    if short {
        impoverish(&mut b);
    } else {
        // The first is named last, so that it is looked at first.
        for unit in units.iter().rev() {
            let named = Order { replicas: vec![Replica { unit: *unit, ..any() }], ..small() };
            b.send("//Consumer", |at| at.reserve(named));
        }
    }
    let refusal = b.cost_of_refusal("reserve, 40 in vain", "//Consumer", |at| at.reserve(small()));
    assert_eq!(refusal, Error::NoMemberFits);
    let last = units[looked_at - 1];
    // Where it is short, the member with room takes its place.
    let capacity = if short { 0 } else { 2 };
    b.send("//Manager", |at| at.set_member(1, last, capacity));
    b.cost("reserve, 39 in vain", "//Consumer", |at| at.reserve(small()));
    b.costs
}

/// The most that a reservation can take: twenty replicas, and all the looks that are left in vain, each to its end.
pub fn widest() -> Cost {
    let mut b = founded();
    join(&mut b, 20, 1 << 10);
    impoverish(&mut b);
    for number in 0..20 {
        join_with_room(&mut b, number);
    }
    let data = Tebibyte::new();
    b.cost("reserve, 20 chosen, 20 in vain", "//Consumer", |at| at.reserve(within(vec![data.on(0); 20])));
    b.costs.remove(0)
}
