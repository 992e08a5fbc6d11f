//! Clusters: what their life announces, what a refusal leaves, whom they pay, and a manager that is a contract.

use ink::primitives::AccountId;
use orchestrator::{
    domain::{price_down, Choice, ClusterSpec, Error, Handover, List, Order, Replica, State},
    events::{
        BalancesChanged, Claimed, ClusterChanged, Distributed, MemberSet, PlacementMoved, Settled, TrustSet,
    },
};

use crate::{
    atomicity::leaves_nothing,
    market::{account, Market},
    relay,
    story::{cluster, furnished, node, order, terms, unit, People, CAPACITY, PRICE, PURSE_INSIDE, TERM_MS},
};

/// Committed by each member.
const COMMITTED: u64 = 40;
/// What a replica of the usual order earns in the cluster in a term, and how it is split.
const GROSS: u128 = 20 * PRICE;
const FEE: u128 = GROSS / 50;
const TO_MANAGER: u128 = GROSS / 10;
const TO_MEMBER: u128 = GROSS - FEE - TO_MANAGER;

/// A market in which the cluster 1 has one unit of each of several providers.
struct Service {
    market: Market,
    people: People,
    manager: AccountId,
    /// Their data units have the ids from 3 on.
    members: Vec<AccountId>,
}

impl Service {
    fn everybody(&self) -> Vec<AccountId> {
        self.people.all().into_iter().chain(self.members.iter().copied()).chain([self.manager]).collect()
    }

    fn check_books(&mut self, reservations: &[u64]) {
        let everybody = self.everybody();
        self.market.check_books(&everybody, reservations);
    }

    fn available(&mut self, id: AccountId) -> u128 {
        self.market.money(id).available
    }

    /// Reserves replicas that the contract finds members for, and has them activated.
    fn live(&mut self, replicas: usize) {
        let more = GROSS * u128::try_from(replicas).unwrap();
        self.market.pay(self.people.consumer, more, self.market.at().deposit()).unwrap();
        let ordered = self.market.at().reserve(ordered(replicas));
        self.market.send(self.people.consumer, ordered).unwrap();
        for id in 1..=u64::try_from(replicas).unwrap() {
            let provider = self.market.placement(id).provider;
            self.market.send(provider, self.market.at().activate(id)).unwrap();
        }
    }
}

/// Providers with a unit each that trust the manager.
fn trusting(count: u8, manager: AccountId) -> Service {
    let (mut market, people) = furnished();
    let members: Vec<_> = (0..count).map(|i| account(100 + i)).collect();
    market.fund(members.iter().copied().chain([manager]));
    for id in &members {
        market.pay(*id, PURSE_INSIDE, market.at().deposit()).unwrap();
        market.send(*id, market.at().set_provider(vec![], None)).unwrap();
        let on = market.send(*id, market.at().register_node(node())).unwrap().value;
        market.send(*id, market.at().register_unit(on, unit())).unwrap();
        market.send(*id, market.at().set_trust(manager, true)).unwrap();
    }
    Service { market, people, manager, members }
}

fn service(count: u8) -> Service {
    let mut s = trusting(count, account(21));
    s.market.send(s.manager, s.market.at().create_cluster(cluster())).unwrap();
    for id in 3..3 + u64::from(count) {
        s.market.send(s.manager, s.market.at().set_member(1, id, COMMITTED)).unwrap();
    }
    s
}

/// An order of so many replicas without data, on members that the contract chooses, each of another provider.
fn ordered(replicas: usize) -> Order {
    let any = Replica { unit: 0, root: [0; 32], chunks: 0 };
    let choice = Some(Choice { cluster: 1, region: None, together: false });
    Order { replicas: vec![any.clone(); replicas], choice, ..order(any) }
}

#[test]
fn trusting_creating_and_joining_are_announced() {
    let mut s = trusting(1, account(21));
    let (market, manager, member) = (&mut s.market, s.manager, s.members[0]);
    let done = market.send(member, market.at().set_trust(manager, true)).unwrap();
    assert_eq!(done.kinds(), ["TrustSet"]);
    let trust: TrustSet = done.one();
    assert_eq!((trust.provider, trust.manager, trust.trusts), (member, manager, true));

    let done = market.send(manager, market.at().create_cluster(cluster())).unwrap();
    assert_eq!((done.value, done.kinds()), (1, vec!["ClusterChanged".to_owned()]));
    let created: ClusterChanged = done.one();
    assert_eq!((created.cluster, created.manager, created.offered_to), (1, manager, None));
    assert_eq!((created.price, created.fee_bps, created.open), (2 * PRICE, 1_000, true));

    let done = market.send(manager, market.at().set_member(1, 3, COMMITTED)).unwrap();
    assert_eq!(done.kinds(), ["MemberSet"]);
    let joined: MemberSet = done.one();
    assert_eq!((joined.cluster, joined.unit, joined.provider, joined.capacity), (1, 3, member, COMMITTED));
    assert_eq!(market.ask(member, market.at().data_unit(3)).unwrap().free(), CAPACITY - COMMITTED);

    let closed = ClusterSpec { open: false, ..cluster() };
    let done = market.send(manager, market.at().update_cluster(1, closed)).unwrap();
    assert!(!done.one::<ClusterChanged>().open);

    let left: MemberSet = market.send(member, market.at().set_member(1, 3, 0)).unwrap().one();
    assert_eq!((left.unit, left.capacity), (3, 0));
    assert_eq!(market.ask(member, market.at().data_unit(3)).unwrap().free(), CAPACITY);
    let done = market.send(member, market.at().set_trust(manager, false)).unwrap();
    assert!(!done.one::<TrustSet>().trusts);
}

#[test]
fn reserving_in_a_cluster_announces_what_members_have_accepted_by_trust() {
    let mut s = service(3);
    let done = s.market.send(s.people.consumer, s.market.at().reserve(ordered(2))).unwrap();
    assert_eq!(
        done.kinds(),
        [
            "BalancesChanged",
            "PlacementMoved",
            "BalancesChanged",
            "PlacementMoved",
            "BalancesChanged",
            "ReservationChanged"
        ]
    );
    let moved = done.all::<PlacementMoved>();
    for (i, placement) in moved.iter().enumerate() {
        assert_eq!((placement.state, placement.provider), (State::Accepted, s.members[i]));
        assert_eq!((placement.price, placement.escrow, placement.collateral), (2 * PRICE, GROSS, GROSS / 2));
    }
    let locked: Vec<_> = done.all::<BalancesChanged>().iter().map(|x| x.accounts[0]).collect();
    let expected = [(s.members[0], GROSS / 2), (s.members[1], GROSS / 2), (s.people.consumer, 2 * GROSS)];
    assert_eq!(locked.iter().map(|x| (x.account, x.locked)).collect::<Vec<_>>(), expected);
    let listed = s.market.ask(s.manager, s.market.at().list(List::ClusterReservations(1), 0, 50));
    assert_eq!(listed.ids, [1]);
    s.check_books(&[1]);
}

#[test]
fn revenue_goes_into_the_pool_to_the_manager_and_to_whom_it_is_due() {
    let mut s = service(2);
    s.live(1);
    let (stranger, member) = (s.people.stranger, s.members[0]);
    s.market.wait(TERM_MS);
    let done = s.market.send(stranger, s.market.at().settle(1)).unwrap();
    let settled: Settled = done.one();
    assert_eq!((settled.cluster, settled.provider), (Some(1), member));
    assert_eq!((settled.gross, settled.fee, settled.manager), (GROSS, FEE, TO_MANAGER));
    assert_eq!((settled.referral, settled.bonus), (0, 0));
    assert_eq!(s.available(member), PURSE_INSIDE, "what it earned is in the pool");
    assert_eq!(s.market.send(stranger, s.market.at().claim(1, member)).unwrap_err(), Error::ZeroAmount);
    s.check_books(&[1]);

    let done = s.market.send(stranger, s.market.at().distribute(1)).unwrap();
    assert_eq!(done.kinds(), ["BalancesChanged", "Distributed"]);
    let shared: Distributed = done.one();
    assert_eq!((shared.cluster, shared.manager), (1, s.manager));
    assert_eq!((shared.fee, shared.to_manager, shared.to_members), (FEE, TO_MANAGER, TO_MEMBER));
    assert_eq!(s.available(s.manager), TO_MANAGER);
    s.check_books(&[1]);

    let done = s.market.send(stranger, s.market.at().claim(1, member)).unwrap();
    assert_eq!(done.kinds(), ["BalancesChanged", "Claimed"]);
    let claimed: Claimed = done.one();
    assert_eq!((claimed.cluster, claimed.provider, claimed.amount), (1, member, TO_MEMBER));
    assert_eq!(s.available(member), PURSE_INSIDE + TO_MEMBER);
    assert_eq!(s.market.send(stranger, s.market.at().claim(1, member)).unwrap_err(), Error::ZeroAmount);
    s.check_books(&[1]);
}

#[test]
fn management_is_offered_taken_over_and_paid_for_up_to_then() {
    let mut s = service(1);
    s.live(1);
    s.market.wait(TERM_MS);
    s.market.send(s.people.stranger, s.market.at().settle(1)).unwrap();
    let (what, next) = (Handover::Cluster(1), s.people.spare);
    let done = s.market.send(s.manager, s.market.at().offer(what, Some(next))).unwrap();
    assert_eq!(done.kinds(), ["ClusterChanged"]);
    assert_eq!(done.one::<ClusterChanged>().offered_to, Some(next));
    let refused = s.market.send(s.people.stranger, s.market.at().take_over(what)).unwrap_err();
    assert_eq!(refused, Error::NotOffered);

    let done = s.market.send(next, s.market.at().take_over(what)).unwrap();
    assert_eq!(done.kinds(), ["BalancesChanged", "Distributed", "ClusterChanged"]);
    assert_eq!(done.one::<Distributed>().manager, s.manager);
    let changed: ClusterChanged = done.one();
    assert_eq!((changed.manager, changed.offered_to), (next, None));
    assert_eq!((s.available(s.manager), s.available(next)), (TO_MANAGER, PURSE_INSIDE));
    for (manager, clusters) in [(s.manager, vec![]), (next, vec![1])] {
        let listed = s.market.ask(manager, s.market.at().list(List::Clusters(manager), 0, 50));
        assert_eq!(listed.ids, clusters);
    }
    s.check_books(&[1]);
}

#[test]
fn a_reservation_whose_third_replica_finds_no_member_takes_none() {
    let mut s = service(3);
    let last = s.members[2];
    s.market.send(last, s.market.at().set_trust(s.manager, false)).unwrap();
    let message = s.market.at().reserve(ordered(3));
    leaves_nothing(&mut s.market, s.people.consumer, message, Error::NoMemberFits);
    s.market.send(s.people.consumer, s.market.at().reserve(ordered(2))).unwrap();
    s.market.send(last, s.market.at().set_trust(s.manager, true)).unwrap();
    let done = s.market.send(s.people.consumer, s.market.at().reserve(ordered(3))).unwrap();
    assert_eq!(done.all::<PlacementMoved>()[0].provider, last, "it is still its turn");
    s.check_books(&[1, 2]);
}

#[test]
fn a_cluster_without_members_or_without_their_room_takes_nothing() {
    let mut s = service(0);
    let message = s.market.at().reserve(ordered(1));
    leaves_nothing(&mut s.market, s.people.consumer, message, Error::NoMemberFits);
    let mut s = service(2);
    let large = Order { capacity: COMMITTED + 1, ..ordered(1) };
    let message = s.market.at().reserve(large);
    leaves_nothing(&mut s.market, s.people.consumer, message, Error::NoMemberFits);
}

#[test]
fn a_cluster_that_has_earned_nothing_distributes_nothing() {
    let mut without_members = service(0);
    let mut without_work = service(2);
    without_work.live(2);
    let mut distributed = service(2);
    distributed.live(1);
    distributed.market.wait(TERM_MS);
    distributed.market.send(distributed.people.stranger, distributed.market.at().settle(1)).unwrap();
    distributed.market.send(distributed.people.stranger, distributed.market.at().distribute(1)).unwrap();
    for s in [&mut without_members, &mut without_work, &mut distributed] {
        let message = s.market.at().distribute(1);
        leaves_nothing(&mut s.market, s.people.stranger, message, Error::ZeroAmount);
        let message = s.market.at().distribute(2);
        leaves_nothing(&mut s.market, s.people.stranger, message, Error::UnknownCluster);
    }
}

/// Manager, treasury and one member are gone from the chain: none of them can be sent a coin or sign anything. Money is
/// credited to each of them here, and moves when they come back for it.
#[test]
fn one_dead_payee_among_many_keeps_nobody_from_its_money() {
    let mut s = service(10);
    s.live(10);
    let (dead, elsewhere) = (s.members[3], account(1));
    for gone in [dead, s.manager, s.people.treasury] {
        let purse = s.market.purse(gone);
        s.market.transfer(gone, elsewhere, purse);
        assert_eq!(s.market.purse(gone), 0);
    }
    s.market.wait(TERM_MS);
    s.market.send(s.people.stranger, s.market.at().settle_many((1..=10).collect())).unwrap();
    s.market.send(s.people.stranger, s.market.at().distribute(1)).unwrap();
    for id in s.members.clone() {
        s.market.send(s.people.stranger, s.market.at().claim(1, id)).unwrap();
        assert_eq!(s.available(id), PURSE_INSIDE + TO_MEMBER);
    }
    s.market.send(s.people.stranger, s.market.at().collect_fees()).unwrap();
    s.check_books(&[1]);
    for id in s.members.clone().into_iter().filter(|x| *x != dead) {
        let purse = s.market.purse(id);
        s.market.send(id, s.market.at().withdraw(PURSE_INSIDE + TO_MEMBER)).unwrap();
        assert_eq!(s.market.purse(id), purse + PURSE_INSIDE + TO_MEMBER);
    }
    let left =
        [(s.manager, 10 * TO_MANAGER), (s.people.treasury, 10 * FEE), (dead, PURSE_INSIDE + TO_MEMBER)];
    for (id, amount) in left {
        assert_eq!(s.available(id), amount);
        s.market.send(id, s.market.at().withdraw(amount)).unwrap();
        assert_eq!(s.market.purse(id), amount);
    }
    s.check_books(&[1]);
}

#[test]
fn a_contract_manages_a_cluster_as_anybody_does() {
    let (mut market, people) = furnished();
    let manager = relay::deploy(&mut market, people.stranger);
    let (by, member) = (people.stranger, people.provider);
    market.send(member, market.at().set_trust(manager, true)).unwrap();
    let id = market.send_through(manager, by, market.at().create_cluster(cluster())).unwrap().value;
    assert_eq!(market.cluster(id).manager, manager);
    let refused = market.send(by, market.at().set_member(id, 1, COMMITTED)).unwrap_err();
    assert_eq!(refused, Error::NotManager, "who asks the manager is not the manager");
    let refused = market.send_through(manager, by, market.at().set_member(id, 2, COMMITTED)).unwrap_err();
    assert_eq!(refused, Error::NotTrusted);
    market.send_through(manager, by, market.at().set_member(id, 1, COMMITTED)).unwrap();

    market.send(people.consumer, market.at().reserve(ordered(1))).unwrap();
    market.send(member, market.at().activate(1)).unwrap();
    market.wait(TERM_MS);
    market.send(by, market.at().settle(1)).unwrap();
    let (what, next) = (Handover::Cluster(id), people.spare);
    market.send_through(manager, by, market.at().offer(what, Some(next))).unwrap();
    market.send(next, market.at().take_over(what)).unwrap();
    assert_eq!((market.cluster(id).manager, market.money(manager).available), (next, TO_MANAGER));
    let refused = market.send_through(manager, by, market.at().update_cluster(id, cluster())).unwrap_err();
    assert_eq!(refused, Error::NotManager);

    let purse = market.purse(manager);
    market.send_through(manager, by, market.at().withdraw(TO_MANAGER)).unwrap();
    assert_eq!(market.purse(manager), purse + TO_MANAGER);
    market.send(next, market.at().offer(what, Some(manager))).unwrap();
    market.send_through(manager, by, market.at().take_over(what)).unwrap();
    assert_eq!(market.cluster(id).manager, manager);
}

#[test]
fn a_contract_that_manages_a_cluster_moves_a_placement_of_a_member_that_leaves() {
    let (mut market, people) = furnished();
    let manager = relay::deploy(&mut market, people.stranger);
    market.send_through(manager, people.stranger, market.at().create_cluster(cluster())).unwrap();
    for (provider, unit) in [(people.provider, 1), (people.spare, 2)] {
        market.send(provider, market.at().set_trust(manager, true)).unwrap();
        market.send_through(manager, people.stranger, market.at().set_member(1, unit, COMMITTED)).unwrap();
    }
    market.send(people.consumer, market.at().reserve(ordered(1))).unwrap();
    market.send(people.provider, market.at().activate(1)).unwrap();
    market.wait(TERM_MS / 3);
    market.send(people.provider, market.at().withdraw_placement(1, u128::MAX)).unwrap();
    let pot = market.reservation(1).slots[0].pot;
    assert_eq!(pot, GROSS / 2 / 5, "the exit fee is a fifth of the collateral");

    let any = Replica { unit: 0, root: [0; 32], chunks: 0 };
    let message = market.at().replace(1, 0, any.clone(), u128::MAX);
    let moved = market.send_through(manager, people.stranger, message).unwrap().value;
    let taken = market.placement(moved);
    assert_eq!((taken.provider, taken.state), (people.spare, State::Accepted));
    assert_eq!((taken.price, taken.terms, taken.bonus), (2 * PRICE, terms(), pot));
    let refused = market.send(people.stranger, market.at().replace(1, 0, any, u128::MAX)).unwrap_err();
    assert_eq!(refused, Error::NotConsumer);

    market.send(people.spare, market.at().activate(moved)).unwrap();
    market.wait(TERM_MS);
    let settled: Settled = market.send(people.stranger, market.at().settle(moved)).unwrap().one();
    let rest = price_down(2 * PRICE, 10, TERM_MS - TERM_MS / 3).unwrap();
    assert_eq!((settled.gross, settled.bonus), (rest, pot), "the bonus is the taker's alone, not the pool's");
    assert_eq!(market.money(people.spare).available, PURSE_INSIDE + pot);
    market.check_books(&[people.all().to_vec(), vec![manager]].concat(), &[1]);
}
