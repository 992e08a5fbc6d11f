//! Revenue of a cluster: whatever is settled, distributed and claimed in whatever order, each gets what it has earned and
//! nothing is left or lost.

mod history;

use history::{plans, sample, setups, Plan, Run, Setup, Touching};
use ink::primitives::AccountId;
use orchestrator_domain::{
    price_up, Balance, Cluster, ClusterSpec, Error, Payment, Pool, Share, MAX_MANAGER_BPS, MAX_MONTHLY_PRICE,
    MAX_TERM_MS,
};
use proptest::prelude::*;

const MEMBERS: usize = 4;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn cluster() -> Cluster {
    Cluster {
        manager: AccountId::from([1; 32]),
        offered_to: None,
        spec: ClusterSpec { fee_bps: 1_000, ..history::cluster_spec() },
        changed_at: 0,
        members: 0,
        turn: 0,
        reservations: 0,
        place: 0,
        pool: Pool::default(),
    }
}

/// Parts of a payment; what is left of them is the member's.
fn payment(fee: Balance, referral: Balance, manager: Balance, net: Balance) -> Payment {
    Payment { gross: fee + referral + manager + net, fee, referral, manager, bonus: 0 }
}

#[derive(Clone, Debug)]
enum Step {
    Pay(usize, Payment),
    Distribute,
    Claim(usize),
    Roll(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let part = || prop_oneof![1 => Just(0u128), 3 => 0u128..1_000, 1 => 0..MAX_MONTHLY_PRICE];
    let paid = (part(), part(), part(), part()).prop_map(|(a, b, c, d)| payment(a, b, c, d));
    let step = prop_oneof![
        6 => (0..MEMBERS, paid).prop_map(|(member, paid)| Step::Pay(member, paid)),
        3 => Just(Step::Distribute),
        3 => (0..MEMBERS).prop_map(Step::Claim),
        1 => (0..MEMBERS).prop_map(Step::Roll),
    ];
    prop::collection::vec(step, 0..60)
}

/// A cluster, its members, and what has left its pool.
#[derive(Clone, Debug)]
struct Books {
    cluster: Cluster,
    shares: Vec<Share>,
    treasury: Balance,
    manager: Balance,
    credited: Vec<Balance>,
    /// What each member has earned up to the latest distribution, and since.
    earned: Vec<(Balance, Balance)>,
}

impl Books {
    fn new() -> Books {
        Books {
            cluster: cluster(),
            shares: vec![Share::default(); MEMBERS],
            treasury: 0,
            manager: 0,
            credited: vec![0; MEMBERS],
            earned: vec![(0, 0); MEMBERS],
        }
    }

    fn pay(&mut self, member: usize, paid: &Payment) {
        self.cluster.collect(paid, &mut self.shares[member]).unwrap();
        self.earned[member].1 += paid.net();
    }

    fn distribute(&mut self) {
        let Pool { fee, manager, members, .. } = self.cluster.pool;
        let before = self.cluster.clone();
        match self.cluster.distribute() {
            Ok(parts) => {
                assert_eq!(parts, (fee, manager, members));
                self.treasury += fee;
                self.manager += manager;
                for earned in &mut self.earned {
                    *earned = (earned.0 + earned.1, 0);
                }
            }
            refused => {
                assert_eq!((refused, fee + manager + members), (Err(Error::ZeroAmount), 0));
                assert_eq!(self.cluster, before, "a refusal changes nothing");
            }
        }
    }

    /// A member gets what it had earned when the cluster distributed last, and has not got yet.
    fn claim(&mut self, member: usize) {
        let due = self.earned[member].0 - self.credited[member];
        let verdict = self.cluster.claim(&mut self.shares[member]);
        assert_eq!(verdict, if due > 0 { Ok(due) } else { Err(Error::ZeroAmount) });
        self.credited[member] += due;
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Pay(member, paid) => self.pay(*member, paid),
            Step::Distribute => self.distribute(),
            Step::Claim(member) => self.claim(*member),
            Step::Roll(member) => self.shares[*member].roll(self.cluster.pool.distributions).unwrap(),
        }
        let Pool { members, due, .. } = self.cluster.pool;
        let shares: Balance = self.shares.iter().map(|x| x.pooled + x.due).sum();
        assert_eq!(shares, members + due, "the shares are the members' part of the pool");
        let earned: Balance = self.earned.iter().map(|x| x.0 + x.1).sum();
        assert_eq!(earned, shares + self.credited.iter().sum::<Balance>());
    }

    fn close(&mut self) {
        self.distribute();
        for member in 0..MEMBERS {
            self.claim(member);
        }
    }

    fn run(steps: &[Step]) -> Books {
        let mut books = Books::new();
        for step in steps {
            books.step(step);
        }
        books.close();
        books
    }

    /// What everybody has got.
    fn paid_out(&self) -> (Balance, Balance, &[Balance]) {
        (self.treasury, self.manager, &self.credited)
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_unit_of_money_is_accounted_for_whatever_happens_in_whatever_order(steps in steps()) {
        let books = Books::run(&steps);
        let mut sums = (0, 0, vec![0; MEMBERS]);
        for step in &steps {
            if let Step::Pay(member, paid) = step {
                sums.0 += paid.fee;
                sums.1 += paid.manager;
                sums.2[*member] += paid.gross - paid.fee - paid.referral - paid.manager;
            }
        }
        prop_assert_eq!(books.paid_out(), (sums.0, sums.1, &sums.2[..]));
        let Pool { fee, manager, members, due, .. } = books.cluster.pool;
        prop_assert_eq!((fee, manager, members, due), (0, 0, 0, 0), "no dust is left");
    }

    #[test]
    fn the_order_of_payments_distributions_and_claims_changes_nothing(
        (steps, shuffled) in steps().prop_flat_map(|x| (Just(x.clone()), Just(x).prop_shuffle())),
    ) {
        let (books, others) = (Books::run(&steps), Books::run(&shuffled));
        prop_assert_eq!(books.paid_out(), others.paid_out());
    }

    #[test]
    fn each_member_receives_exactly_what_its_placements_earned_less_the_shares_that_the_consumer_agreed_to(
        setup in setups(50_000), histories in prop::collection::vec(plans(90_000, true), MEMBERS),
        order in prop::collection::vec((0..MEMBERS, any::<bool>(), any::<bool>()), 0..200),
        manager_bps in prop_oneof![Just(0u16), 1u16..=MAX_MANAGER_BPS],
    ) {
        let setup = Setup { manager_bps, bonus: 0, ..setup };
        let run = |setup: &Setup, touching| -> Vec<Run> {
            histories.iter().map(|plans| Run::through(setup, plans, touching)).collect()
        };
        let members = run(&setup, Touching::AfterEveryEvent);
        let mut waiting: Vec<Vec<Payment>> = members.iter().map(|x| x.payments.clone()).collect();
        let mut books = Books::new();
        for (member, distributes, claims) in order {
            if !waiting[member].is_empty() {
                let paid = waiting[member].remove(0);
                books.step(&Step::Pay(member, paid));
            }
            if distributes {
                books.step(&Step::Distribute);
            }
            if claims {
                books.step(&Step::Claim(member));
            }
        }
        for (member, payments) in waiting.iter().enumerate() {
            for paid in payments {
                books.step(&Step::Pay(member, paid.clone()));
            }
        }
        books.close();
        let direct = run(&Setup { manager_bps: 0, ..setup }, Touching::AfterEveryEvent);
        for (i, member) in members.iter().enumerate() {
            prop_assert_eq!(books.credited[i], member.gross - member.fee - member.referral - member.manager);
            let alone = direct[i].gross - direct[i].fee - direct[i].referral;
            let got = books.credited[i] + member.manager;
            prop_assert!(alone <= got && got <= alone + 1, "{got} of {alone}: the manager's share, and rounding");
            if manager_bps == 0 {
                prop_assert_eq!(books.credited[i], alone, "exactly what direct placements pay");
            }
        }
    }
}

#[test]
fn a_distribution_with_no_members_or_no_work_is_refused() {
    let mut cluster = cluster();
    assert_eq!(cluster.distribute(), Err(Error::ZeroAmount));
    let mut share = Share::default();
    cluster.collect(&Payment::default(), &mut share).unwrap();
    assert_eq!(cluster.distribute(), Err(Error::ZeroAmount));
    assert_eq!((cluster.pool, share), (Pool::default(), Share::default()));
}

#[test]
fn each_part_alone_is_worth_a_distribution() {
    for (fee, manager, net) in [(1, 0, 0), (0, 1, 0), (0, 0, 1)] {
        let mut cluster = cluster();
        cluster.collect(&payment(fee, 0, manager, net), &mut Share::default()).unwrap();
        assert_eq!(cluster.distribute(), Ok((fee, manager, net)));
        assert_eq!((cluster.pool.distributions, cluster.pool.due), (1, net));
        assert_eq!(cluster.distribute(), Err(Error::ZeroAmount));
    }
}

#[test]
fn what_was_earned_since_the_latest_distribution_is_not_due() {
    let (mut cluster, mut share) = (cluster(), Share::default());
    cluster.collect(&payment(0, 0, 0, 10), &mut share).unwrap();
    assert_eq!(cluster.claim(&mut share), Err(Error::ZeroAmount));
    cluster.distribute().unwrap();
    cluster.collect(&payment(0, 0, 0, 5), &mut share).unwrap();
    assert_eq!((share.pooled, share.due), (5, 10));
    assert_eq!(cluster.claim(&mut share), Ok(10));
    assert_eq!(cluster.claim(&mut share), Err(Error::ZeroAmount));
    assert_eq!((cluster.pool.members, cluster.pool.due), (5, 0));
}

#[test]
fn a_member_that_proves_nothing_receives_nothing() {
    let silent = vec![Plan { extra: 0, events: Vec::new() }; 3];
    let setup = Setup { max_misses: 1, manager_bps: 1_000, ..sample() };
    let mut run = Run::new(&setup);
    run.open();
    run.at(run.clock.now + 30_000);
    run.touch();
    let idle = Run::through(&Setup { term: 30_000, ..setup }, &silent, Touching::Never);
    let (mut cluster, mut busy, mut lazy) = (cluster(), Share::default(), Share::default());
    for paid in &idle.payments {
        cluster.collect(paid, &mut busy).unwrap();
    }
    for paid in &run.payments {
        cluster.collect(paid, &mut lazy).unwrap();
    }
    cluster.distribute().unwrap();
    assert_eq!(cluster.claim(&mut lazy), Err(Error::ZeroAmount));
    assert!(cluster.claim(&mut busy).unwrap() > 0);
    assert_eq!((run.gross, cluster.pool.due), (0, 0));
}

/// As many placements as a contract will ever have, each of them paid the price of the dearest and longest term.
#[test]
fn no_pool_that_the_bounds_allow_overflows() {
    let most = price_up(MAX_MONTHLY_PRICE, 1, MAX_TERM_MS).unwrap();
    let all = most.checked_mul(u32::MAX.into()).unwrap();
    let mut cluster = cluster();
    cluster.pool = Pool { fee: all, manager: all, members: all, due: all, distributions: 1 };
    let mut share = Share { distributions: 0, pooled: all, due: all };
    cluster.collect(&payment(most, most, most, most), &mut share).unwrap();
    assert_eq!(cluster.distribute(), Ok((all + most, all + most, all + most)));
    assert_eq!(cluster.claim(&mut share), Ok(2 * all + most));
}

#[test]
fn sums_that_leave_the_range_are_refused() {
    let mut cluster = cluster();
    let mut share = Share { pooled: Balance::MAX, ..Share::default() };
    assert_eq!(cluster.collect(&payment(0, 0, 0, 1), &mut share), Err(Error::Overflow));
    cluster.pool = Pool { fee: 1, distributions: u32::MAX, ..Pool::default() };
    assert_eq!(cluster.distribute(), Err(Error::Overflow));
    let mut share = Share { due: 2, ..Share::default() };
    cluster.pool = Pool { due: 1, ..Pool::default() };
    assert_eq!(cluster.claim(&mut share), Err(Error::Overflow), "more than the pool owes");
}
