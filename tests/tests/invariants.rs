//! Each invariant notices when it is broken: a good state is spoiled in one place, and the number is told.

use orchestrator_chain::{AccountId, Embedded, Ledger, Message};
use orchestrator_domain::{Error, Role, State};
use orchestrator_scenarios::{
    invariants::{gone, money, pools, state, Broken, Watch},
    At, Fact, Market, Picture, Who,
    Who::*,
    COMMITTED,
};

/// A state with a failed, an active and a proposed placement, a pot, fees and a bonus.
fn eventful() -> (Picture, u64) {
    let mut m = Market::embedded();
    m.set_up();
    let (id, p) = m.deal(&[1, 2]);
    m.proven_beat(&p);
    for _ in 0..3 {
        m.proven_beat(&p[1..]);
    }
    m.settle(p[0]);
    m.settle(p[1]);
    assert_eq!((m.state(p[0]), m.state(p[1])), (State::Failed, State::Active));
    let (other, q) = m.deal(&[1]);
    m.done(Provider, |at| at.withdraw_placement(q[0], u128::MAX));
    let replica = m.data(50).on(2);
    m.done(Consumer, |at| at.replace(other, 0, replica, u128::MAX));
    assert!(m.reservation(id).slots[0].pot > 0);
    (m.picture().clone(), m.clock().now)
}

fn broken(picture: &Picture, at_ms: u64, spoil: impl FnOnce(&mut Picture)) -> Option<u8> {
    let mut spoiled = picture.clone();
    spoil(&mut spoiled);
    state(&spoiled, at_ms).err().map(|x| x.number)
}

#[test]
fn a_state_that_is_spoiled_in_one_place_is_told_by_its_number() {
    let (s, now) = eventful();
    let broken = |spoil: fn(&mut Picture)| broken(&s, now, spoil);
    let active = 2;
    assert_eq!(broken(|_| ()), None);
    assert_eq!(broken(|s| s.settings.fees += 1), Some(1));
    assert_eq!(broken(|s| s.solvency.owed += 1), Some(1));
    assert_eq!(broken(|s| s.solvency.held = s.solvency.owed - 1), Some(1));
    assert_eq!(broken(|s| s.reservations.get_mut(&1).unwrap().slots[0].pot += 1), Some(1));
    assert_eq!(broken(|s| s.placements.get_mut(&4).unwrap().bonus += 1), Some(1));
    assert_eq!(broken(|s| s.placements.get_mut(&2).unwrap().escrow += 1), Some(3));
    assert_eq!(broken(|s| s.placements.get_mut(&2).unwrap().collateral -= 1), Some(3));
    assert_eq!(broken(|s| s.placements.get_mut(&2).unwrap().ends_at += 1_000), Some(4));
    assert_eq!(broken(|s| s.placements.get_mut(&4).unwrap().term_ms += 1_000), Some(4));
    assert_eq!(broken(|s| s.units.get_mut(&2).unwrap().used += 1), Some(5));
    assert_eq!(broken(|s| s.units.get_mut(&2).unwrap().spec.capacity = 1), Some(5));
    assert_eq!(broken(|s| drop(s.units.remove(&2))), Some(5));
    assert_eq!(broken(|s| s.placements.get_mut(&1).unwrap().bonus_paid += 1), Some(6));
    assert_eq!(state(&s, s.placements[&active].segment_at).err().map(|x| x.number), Some(7));
    assert_eq!(broken(|s| s.placements.get_mut(&1).unwrap().tally.streak = 0), Some(8));
    assert_eq!(broken(|s| s.placements.get_mut(&2).unwrap().collateral_initial = 0), Some(9));
    assert_eq!(broken(|s| s.own_placements.values_mut().next().unwrap().push(9)), Some(13));
    assert_eq!(broken(|s| s.own_units.values_mut().next().unwrap().clear()), Some(13));
    assert_eq!(broken(|s| s.placements.get_mut(&2).unwrap().slot = 0), Some(14));
    assert_eq!(broken(|s| s.units.get_mut(&1).unwrap().region = 40), Some(14));
}

fn step(before: &Picture, at_ms: u64, spoil: impl FnOnce(&mut Picture)) -> Result<(), Broken> {
    let mut now = before.clone();
    spoil(&mut now);
    Watch::new(before.clone()).step(now, at_ms, [7; 32].into(), &Vec::<Fact>::new())
}

#[test]
fn a_refusal_that_changes_something_is_told() {
    let (s, _) = eventful();
    let watch = Watch::new(s.clone());
    assert_eq!(watch.refusal(&s), Ok(()));
    let mut other = s;
    other.grants.insert(1, Vec::new());
    assert_eq!(watch.refusal(&other).err().map(|x| x.number), Some(11));
}

#[test]
fn money_that_no_event_brought_is_told() {
    let (s, now) = eventful();
    // A watch that has seen no deposit misses it at once.
    assert_eq!(step(&s, now, |_| ()).err().map(|x| x.number), Some(2));
}

/// A cluster of three members with two replicas of the tenant's, and money in every part of its pool. The replicas are
/// placements 1 and 2, on units 1 and 2.
fn in_cluster() -> Market<Embedded> {
    let mut m = Market::embedded();
    m.set_up();
    let cluster = m.cluster_set_up(&[Provider, Spare, Third]);
    let (_, p) = m.cluster_deal(Tenant, cluster, 2);
    assert_eq!((cluster, p.as_slice()), (1, [1, 2].as_slice()));
    m.proven_beat(&p);
    m.settle(1);
    m.settle(2);
    m.done(Stranger, |at| at.distribute(cluster));
    m.proven_beat(&p);
    m.settle(1);
    let pool = m.cluster(cluster).pool;
    assert!(pool.fee > 0 && pool.manager > 0 && pool.members > 0 && pool.due > 0);
    m
}

#[test]
fn a_cluster_that_is_spoiled_in_one_place_is_told_by_its_number() {
    let m = in_cluster();
    let (s, now) = (m.picture().clone(), m.clock().now);
    let broken = |spoil: fn(&mut Picture)| broken(&s, now, spoil);
    assert_eq!(broken(|_| ()), None);
    assert_eq!(broken(|s| cluster(s).pool.fee += 1), Some(1));
    assert_eq!(broken(|s| cluster(s).pool.manager += 1), Some(1));
    assert_eq!(broken(|s| cluster(s).pool.members += 1), Some(1));
    assert_eq!(broken(|s| cluster(s).pool.due += 1), Some(1));
    assert_eq!(broken(|s| member(s, 1).used += 1), Some(5));
    assert_eq!(broken(|s| member(s, 1).capacity = 101), Some(5));
    assert_eq!(broken(|s| member(s, 3).used = 1), Some(5));
    assert_eq!(broken(|s| s.units.get_mut(&1).unwrap().spec.capacity = COMMITTED - 1), Some(5));
    assert_eq!(broken(|s| s.units.get_mut(&1).unwrap().member = None), Some(5));
    assert_eq!(broken(|s| s.placements.get_mut(&1).unwrap().place = 0), Some(13));
    assert_eq!(broken(|s| s.unit_placements.get_mut(&1).unwrap().clear()), Some(13));
    assert_eq!(broken(|s| s.own_clusters.clear()), Some(13));
    assert_eq!(broken(|s| s.cluster_reservations.get_mut(&1).unwrap().push(1)), Some(13));
    assert_eq!(broken(|s| s.members.get_mut(&1).unwrap().swap(0, 1)), Some(13));
    assert_eq!(broken(|s| cluster(s).members -= 1), Some(13));
    assert_eq!(broken(|s| member(s, 3).place = 3), Some(13));
    assert_eq!(broken(|s| slots(s)[0].provider = [9; 32].into()), Some(14));
    assert_eq!(broken(|s| choice(s).region = Some(40)), Some(14));
    assert_eq!(broken(astray), Some(14));
    assert_eq!(broken(|s| s.shares.values_mut().next().unwrap().pooled += 1), Some(15));
    assert_eq!(broken(|s| s.shares.values_mut().next().unwrap().due += 1), Some(15));
    assert_eq!(broken(|s| s.shares.values_mut().for_each(|x| x.distributions = 1)), Some(15));
    assert_eq!(broken(|s| s.shares.values_mut().for_each(|x| x.distributions += 9)), Some(15));
    assert_eq!(broken(stray_share), Some(15));
}

#[test]
fn two_replicas_with_one_provider_are_told_where_the_consumer_chose_several() {
    let mut m = Market::embedded();
    m.set_up();
    let cluster = m.cluster_set_up(&[Provider, Spare]);
    let mut order = m.cluster_order(cluster, 2);
    order.choice.as_mut().expect("it is in a cluster").together = true;
    order.replicas.iter_mut().for_each(|x| x.unit = 1);
    m.reserve_as(Tenant, order);
    let now = m.clock().now;
    assert_eq!(broken(m.picture(), now, |_| ()), None);
    assert_eq!(broken(m.picture(), now, |s| choice(s).together = false), Some(14));
}

fn cluster(s: &mut Picture) -> &mut orchestrator_domain::Cluster {
    s.clusters.get_mut(&1).expect("there is a cluster")
}

fn member(s: &mut Picture, unit: u64) -> &mut orchestrator_domain::Member {
    s.units.get_mut(&unit).and_then(|x| x.member.as_mut()).expect("it is a member")
}

fn slots(s: &mut Picture) -> &mut Vec<orchestrator_domain::Slot> {
    &mut s.reservations.get_mut(&1).expect("there is a reservation").slots
}

fn choice(s: &mut Picture) -> &mut orchestrator_domain::Choice {
    s.reservations.get_mut(&1).and_then(|r| r.choice.as_mut()).expect("it is in a cluster")
}

/// The third unit is a member of a cluster that does not exist.
fn astray(s: &mut Picture) {
    member(s, 3).cluster = 9;
    cluster(s).members -= 1;
    s.members.get_mut(&1).expect("it has members").pop();
}

fn stray_share(s: &mut Picture) {
    let share = s.shares.values().next().cloned().expect("there is a share");
    s.shares.insert((9, [1; 32].into()), share);
}

/// One call, with the states before and after it and what its events say.
struct Step {
    before: Picture,
    after: Picture,
    caller: AccountId,
    facts: Vec<Fact>,
    at_ms: u64,
}

impl Step {
    fn of<M, T>(m: &mut Market<Embedded>, who: Who, message: impl FnOnce(&mut At) -> M) -> Self
    where
        M: Message<Answer = Result<T, Error>>,
        T: scale::Decode,
    {
        let before = m.picture().clone();
        m.done(who, message);
        let (caller, facts) = (m.id(who), Fact::among(&m.receipt().events));
        let step = Self { before, after: m.picture().clone(), caller, facts, at_ms: m.receipt().at_ms };
        assert_eq!((step.money(), step.pools()), (None, None));
        step
    }

    fn money(&self) -> Option<u8> {
        let told = money(&self.before, &self.after, self.caller, &self.facts, self.at_ms);
        told.err().map(|x| x.number)
    }

    fn pools(&self) -> Option<u8> {
        pools(&self.before, &self.after, &self.facts).err().map(|x| x.number)
    }
}

fn take(s: &mut Picture, m: &Market<Embedded>, who: Who) {
    s.accounts.get_mut(&m.id(who)).expect("it is known").available -= 1;
}

#[test]
fn money_that_moves_past_a_pool_is_told() {
    let mut m = in_cluster();
    m.beats(1);
    let settled = |m: &mut Market<Embedded>| Step::of(m, Stranger, |at| at.settle(2));
    let mut step = settled(&mut m);
    step.after.settings.fees += 1;
    assert_eq!((step.money(), step.pools()), (Some(12), None));
    step.after.settings.fees -= 1;
    take(&mut step.after, &m, Spare);
    assert_eq!((step.money(), step.pools()), (Some(12), None));
    step.after = m.picture().clone();
    cluster(&mut step.after).pool.members += 1;
    assert_eq!((step.money(), step.pools()), (None, Some(15)));
    step.after = m.picture().clone();
    step.after.shares.values_mut().for_each(|x| x.pooled += 1);
    assert_eq!((step.money(), step.pools()), (None, Some(15)));
    step.after = m.picture().clone();
    for fact in &mut step.facts {
        if let Fact::Settled(x) = fact {
            x.cluster = None;
        }
    }
    assert_eq!((step.money(), step.pools()), (Some(12), Some(15)));
}

#[test]
fn a_distribution_to_somebody_else_is_told() {
    let mut m = in_cluster();
    let mut step = Step::of(&mut m, Stranger, |at| at.distribute(1));
    cluster(&mut step.before).manager = m.id(Tenant);
    assert_eq!(step.money(), Some(12));
    for fact in &mut step.facts {
        if let Fact::Distributed(x) = fact {
            x.to_members += 1;
        }
    }
    assert_eq!(step.pools(), Some(15));
}

#[test]
fn a_claim_of_more_than_was_due_is_told() {
    let mut m = in_cluster();
    let provider = m.id(Provider);
    let mut step = Step::of(&mut m, Stranger, |at| at.claim(1, provider));
    step.facts.iter_mut().for_each(|fact| {
        if let Fact::Claimed(x) = fact {
            x.amount += 1;
        }
    });
    assert_eq!((step.money(), step.pools()), (Some(12), Some(15)));
}

#[test]
fn a_replacement_that_nobody_agreed_to_is_told() {
    let mut m = in_cluster();
    m.done(Provider, |at| at.withdraw_placement(1, u128::MAX));
    let same = m.same_data(1, 0);
    let step = Step::of(&mut m, Manager, |at| at.replace(1, 0, same, u128::MAX));
    let new = slots(&mut step.after.clone())[0].placement;
    let spoiled = |spoil: &dyn Fn(&mut Step)| {
        let Step { before, after, caller, at_ms, .. } = &step;
        let facts = Fact::among(&m.receipt().events);
        let mut other =
            Step { before: before.clone(), after: after.clone(), caller: *caller, facts, at_ms: *at_ms };
        spoil(&mut other);
        other.money()
    };
    let placed = |s: &mut Step, spoil: fn(&mut orchestrator_domain::Placement)| {
        spoil(s.after.placements.get_mut(&new).expect("it was placed"));
    };
    assert_eq!(spoiled(&|_| ()), None);
    assert_eq!(spoiled(&|s| s.caller = m.id(Stranger)), Some(12));
    assert_eq!(spoiled(&|s| s.before.placements.get_mut(&1).unwrap().ends_at = 0), Some(12));
    assert_eq!(spoiled(&|s| s.before.placements.get_mut(&1).unwrap().provider = m.id(Third)), Some(12));
    assert_eq!(spoiled(&|s| placed(s, |p| p.escrow += 1)), Some(12));
    assert_eq!(spoiled(&|s| placed(s, |p| p.root = [1; 32])), Some(12));
    assert_eq!(spoiled(&|s| s.at_ms += 1_000), Some(12));
    assert_eq!(spoiled(&|s| s.after.trust.clear()), Some(12));
}

#[test]
fn a_cluster_that_is_gone_is_told() {
    let m = in_cluster();
    let told = |spoil: fn(&mut Picture)| {
        let mut now = m.picture().clone();
        spoil(&mut now);
        gone(m.picture(), &now).err().map(|x| x.number)
    };
    assert_eq!(told(|_| ()), None);
    assert_eq!(told(|s| s.clusters.clear()), Some(14));
    assert_eq!(told(|s| s.settings.last_ids.cluster -= 1), Some(14));
    assert_eq!(told(|s| cluster(s).spec.kind = orchestrator_domain::Kind::Compute), Some(14));
    assert_eq!(told(|s| cluster(s).pool.distributions = 0), Some(14));
}

#[test]
fn shares_that_do_not_add_up_are_told() {
    let m = in_cluster();
    let empty = Picture::read(&Market::embedded().ledger, Market::embedded().contract, &Default::default());
    let told = |spoil: fn(&mut Fact)| {
        let events = m.ledger.events(m.contract, 0).expect("events are kept");
        let mut facts = Fact::among(&events);
        facts.iter_mut().for_each(spoil);
        let step = Watch::new(empty.clone()).step(m.picture().clone(), m.clock().now, m.id(Stranger), &facts);
        step.err().map(|x| x.number)
    };
    // All of history in one step says too little of who paid whom: that comes after the shares.
    assert_eq!(told(|_| ()), Some(12));
    let dearer = |fact: &mut Fact| {
        if let Fact::Settled(x) = fact {
            x.manager += 1;
        }
    };
    assert_eq!(told(dearer), Some(4));
}

#[test]
fn a_role_that_a_refused_call_has_changed_is_told() {
    let mut m = in_cluster();
    let pauser = m.id(Pauser);
    let watch = Watch::new(m.picture().clone());
    m.done(Admin, |at| at.set_role(pauser, Role::Pauser, true));
    assert_eq!(watch.quick_refusal(m.picture()).err().map(|x| x.number), Some(11));
}
