//! What a cluster earns reaches those who earned it, whoever settles, distributes and claims, when, and how often.
//!
//! Once over the rules of the domain, with many placements, and once with the contract on a chain, with few.

use std::collections::BTreeMap;

use orchestrator_chain::{runtime::UNIT, Balance, Embedded};
use orchestrator_domain::{
    bps_down, price_down, price_up, Challenger, Choice, Clock, Cluster, ClusterSpec, Currency, Kind, Order,
    Pauses, Placement, Pool, Rating, Round, Seen, Share, SlaTerms, State, Tally, UnitSpec, MAX_MANAGER_BPS,
};
use orchestrator_scenarios::{Market, Who, PRICE};
use proptest::{collection::vec, prelude::*};

const BEAT: u32 = 3_600_000;
const START: u64 = 1_700_000_000_000;
const FEE: u16 = 200;
const REFERRAL: u16 = 50;
const MEMBERS: [Who; 3] = [Who::Provider, Who::Spare, Who::Third];

/// One placement, and in which beats of its term it proves.
#[derive(Clone, Debug)]
struct Plan {
    member: usize,
    price: Balance,
    capacity: u64,
    referred: bool,
    proves: Vec<bool>,
}

/// A call that anyone may make.
#[derive(Clone, Copy, Debug)]
enum Call {
    Settle(prop::sample::Index),
    Distribute,
    Claim(prop::sample::Index),
}

/// What is called in each beat, besides everything at the end.
type Calls = Vec<Vec<Call>>;

/// Who has got what in the end.
#[derive(Clone, Debug, Default, PartialEq)]
struct Paid {
    gross: Balance,
    treasury: Balance,
    referrer: Balance,
    manager: Balance,
    members: BTreeMap<usize, Balance>,
    /// By placement.
    settled: Vec<Balance>,
}

impl Paid {
    fn out(&self) -> Balance {
        self.treasury + self.referrer + self.manager + self.members.values().sum::<Balance>()
    }
}

fn calls(beats: usize) -> impl Strategy<Value = Calls> {
    let call = prop_oneof![
        3 => any::<prop::sample::Index>().prop_map(Call::Settle),
        1 => Just(Call::Distribute),
        1 => any::<prop::sample::Index>().prop_map(Call::Claim),
    ];
    vec(vec(call, 0..4), beats)
}

/// Plans for a term of so many beats; all of them for `prices` and, if so told, without a miss.
fn plans(
    beats: usize,
    prices: impl Strategy<Value = Balance> + Clone,
    misses: bool,
) -> impl Strategy<Value = Vec<Plan>> {
    let beat = prop::bool::weighted(if misses { 0.8 } else { 1.0 });
    let proves = prop_oneof![5 => vec(beat, beats), u32::from(misses) => vec(Just(false), beats)];
    let plan = (0..5usize, prices, 1..50u64, any::<bool>(), proves).prop_map(
        |(member, price, capacity, referred, proves)| Plan { member, price, capacity, referred, proves },
    );
    vec(plan, 1..12)
}

fn terms() -> SlaTerms {
    SlaTerms {
        interval_ms: BEAT,
        window_ms: BEAT / 2,
        samples: 1,
        slash_bps: 1_000,
        max_misses: 3,
        collateral_bps: 5_000,
        uptime_bps: 0,
        latency_ms: 0,
        notice_ms: 0,
        exit_bps: 0,
        maintenance_ms: 0,
    }
}

/// The rules of the domain, and what the contract does with them.
struct Rules {
    clock: Clock,
    challenger: Challenger,
    plans: Vec<Plan>,
    placements: Vec<Placement>,
    /// None to deal directly.
    cluster: Option<Cluster>,
    shares: BTreeMap<usize, Share>,
    paid: Paid,
}

impl Rules {
    fn new(plans: &[Plan], manager_bps: Option<u16>) -> Self {
        let beats = plans[0].proves.len() as u64;
        let clock = Clock { now: START, block: 1, pauses: Pauses::default() };
        let challenger = Challenger::new(BEAT, BEAT / 2).unwrap();
        let round = challenger.latest(&clock);
        let spec = ClusterSpec {
            kind: Kind::ObjectStore,
            price: 0,
            currency: Currency::Token,
            terms: terms(),
            fee_bps: manager_bps.unwrap_or_default(),
            parameters: Vec::new(),
            observers: Vec::new(),
            open: true,
        };
        let cluster = manager_bps.map(|_| Cluster {
            manager: [9; 32].into(),
            offered_to: None,
            spec: spec.clone(),
            changed_at: 0,
            members: 5,
            turn: 0,
            reservations: 0,
            place: 0,
            pool: Pool::default(),
        });
        let placed = |plan: &Plan| {
            let term_ms = beats * u64::from(BEAT);
            let escrow = price_up(plan.price, plan.capacity, term_ms).unwrap();
            let mut p = Placement {
                reservation: 1,
                slot: 0,
                unit: 1,
                provider: [7; 32].into(),
                challenger: [8; 32].into(),
                state: State::Proposed,
                root: [1; 32],
                chunks: 8,
                capacity: plan.capacity,
                price: plan.price,
                terms: terms(),
                fee_bps: FEE,
                referral_bps: if plan.referred { REFERRAL } else { 0 },
                manager_bps: spec.fee_bps,
                reporter_bps: 0,
                interval_ms: BEAT,
                accept_by: u64::MAX,
                activate_by: u64::MAX,
                term_ms,
                escrow,
                collateral: 0,
                collateral_initial: escrow / 2,
                bonus: 0,
                bonus_paid: 0,
                started_at: 0,
                ends_at: 0,
                segment_at: 0,
                served_before_ms: 0,
                earned_before: 0,
                unpaid_ms: 0,
                settled: 0,
                terminated: false,
                place: 0,
                unit_place: 0,
                tally: Tally::default(),
                rested_ms: 0,
                rested_before_ms: 0,
                recorded_ms: 0,
                slashed: 0,
                refunded: 0,
                disputable_at: 0,
                rating: Rating::default(),
                seen_before: Seen::default(),
                dispute: None,
            };
            p.accept(&clock).unwrap();
            p.activate(&clock, &round).unwrap();
            p
        };
        let placements = plans.iter().map(placed).collect();
        let (shares, paid) = (BTreeMap::new(), Paid::default());
        Self { clock, challenger, plans: plans.to_vec(), placements, cluster, shares, paid }
    }

    /// Plays the plans through with these calls and, at the end, every call there is.
    fn play(plans: &[Plan], manager_bps: Option<u16>, calls: &Calls) -> Paid {
        let mut rules = Rules::new(plans, manager_bps);
        for (beat, calls) in calls.iter().enumerate() {
            rules.challenger.open([0; 32], &rules.clock).unwrap();
            for i in 0..rules.placements.len() {
                if rules.plans[i].proves[beat] {
                    rules.prove(i);
                }
            }
            let beat = beat as u64 * u64::from(BEAT);
            for (i, call) in (1..).zip(calls) {
                rules.at(beat + u64::from(BEAT) * i / 6);
                rules.call(call);
            }
            rules.at(beat + u64::from(BEAT));
        }
        for i in 0..rules.placements.len() {
            rules.settle(i);
        }
        rules.distribute();
        for member in 0..5 {
            rules.claim(member);
        }
        if let Some(cluster) = &rules.cluster {
            let Pool { fee, manager, members, due, .. } = cluster.pool;
            assert_eq!((fee, manager, members, due), (0, 0, 0, 0), "nothing is left in the pool");
        }
        rules.paid.settled = rules.placements.iter().map(|p| p.settled).collect();
        rules.paid
    }

    /// So many milliseconds after the start.
    fn at(&mut self, ms: u64) {
        self.clock.now = START + ms;
        self.clock.block = 1 + u32::try_from(ms / 6_000).unwrap();
    }

    fn round(&self) -> Round {
        self.challenger.latest(&self.clock)
    }

    fn call(&mut self, call: &Call) {
        match call {
            Call::Settle(i) => self.settle(i.index(self.placements.len())),
            Call::Distribute => self.distribute(),
            Call::Claim(i) => self.claim(i.index(5)),
        }
    }

    fn prove(&mut self, i: usize) {
        let round = self.round();
        if self.placements[i].is_behind(&round) {
            self.settle(i);
        }
        if self.placements[i].owes_proof(&round) {
            self.placements[i].prove(&round);
        }
    }

    fn settle(&mut self, i: usize) {
        let (round, now) = (self.round(), self.clock.now);
        let misses = self.placements[i].account(&round);
        self.placements[i].slash(&misses).unwrap();
        if let Some(at) = misses.failed_at {
            self.pay(i, at, &round);
            self.placements[i].end(State::Failed);
        }
        self.pay(i, now, &round);
        if let Some(state) = self.placements[i].due(&self.clock, &round, 0) {
            self.placements[i].end(state);
        }
    }

    fn pay(&mut self, i: usize, until: u64, round: &Round) {
        let paid = self.placements[i].settle(until, round).unwrap();
        let member = self.plans[i].member;
        self.paid.gross += paid.gross;
        self.paid.referrer += paid.referral;
        if let Some(cluster) = &mut self.cluster {
            cluster.collect(&paid, self.shares.entry(member).or_default()).unwrap();
        } else {
            self.paid.treasury += paid.fee;
            self.credit(member, paid.net());
        }
    }

    fn distribute(&mut self) {
        if let Some(Ok((fee, manager, _))) = self.cluster.as_mut().map(Cluster::distribute) {
            self.paid.treasury += fee;
            self.paid.manager += manager;
        }
    }

    fn claim(&mut self, member: usize) {
        let Some(cluster) = &mut self.cluster else { return };
        if let Ok(amount) = cluster.claim(self.shares.entry(member).or_default()) {
            self.credit(member, amount);
        }
    }

    fn credit(&mut self, member: usize, amount: Balance) {
        if amount > 0 {
            *self.paid.members.entry(member).or_default() += amount;
        }
    }
}

fn prices() -> impl Strategy<Value = Balance> + Clone {
    prop_oneof![0..1_000u128, 1_000..1_000_000_000_000u128]
}

/// What one settlement of a placement at the end would give its member: everything that the shares do not take, all of
/// them together rounded down.
fn members_part(earned: Balance, referred: bool, manager_bps: u16) -> Balance {
    let referral = if referred { REFERRAL } else { 0 };
    earned - bps_down(earned, u32::from(FEE + referral + manager_bps)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_and_the_number_of_calls_change_nothing(
        plans in plans(12, prices(), true), manager_bps in 0..=MAX_MANAGER_BPS, first in calls(12), second in calls(12),
    ) {
        let never = vec![Vec::new(); 12];
        let paid = Rules::play(&plans, Some(manager_bps), &first);
        prop_assert_eq!(&paid, &Rules::play(&plans, Some(manager_bps), &second));
        prop_assert_eq!(&paid, &Rules::play(&plans, Some(manager_bps), &never));
    }

    #[test]
    fn what_is_paid_out_is_what_was_paid_in(
        plans in plans(12, prices(), true), manager_bps in 0..=MAX_MANAGER_BPS, calls in calls(12),
    ) {
        let paid = Rules::play(&plans, Some(manager_bps), &calls);
        prop_assert_eq!(paid.out(), paid.gross);
        prop_assert_eq!(paid.gross, paid.settled.iter().sum::<Balance>());
        for (plan, settled) in plans.iter().zip(&paid.settled) {
            let proven = plan.proves.iter().filter(|x| **x).count() as u64;
            let most = price_down(plan.price, plan.capacity, proven * u64::from(BEAT)).unwrap();
            prop_assert!(*settled <= most, "{settled} for {proven} beats, worth {most}");
        }
    }

    #[test]
    fn at_one_price_and_all_proven_a_member_gets_what_direct_deals_pay(
        plans in prices().prop_flat_map(|price| plans(12, Just(price), false)), calls in calls(12), others in calls(12),
        manager_bps in 1..=MAX_MANAGER_BPS,
    ) {
        let direct = Rules::play(&plans, None, &others);
        prop_assert_eq!(&Rules::play(&plans, Some(0), &calls), &direct);

        let paid = Rules::play(&plans, Some(manager_bps), &calls);
        prop_assert_eq!(&paid.settled, &direct.settled);
        let mut members = BTreeMap::new();
        for (plan, earned) in plans.iter().zip(&paid.settled) {
            let part = members_part(*earned, plan.referred, manager_bps);
            if part > 0 {
                *members.entry(plan.member).or_default() += part;
            }
        }
        prop_assert_eq!(paid.members, members);
    }

    #[test]
    fn a_member_that_proves_nothing_receives_nothing(
        mut plans in plans(12, prices(), true), idle in 0..5usize, manager_bps in 0..=MAX_MANAGER_BPS, calls in calls(12),
    ) {
        for plan in plans.iter_mut().filter(|x| x.member == idle) {
            plan.proves.fill(false);
        }
        let paid = Rules::play(&plans, Some(manager_bps), &calls);
        prop_assert_eq!(paid.members.get(&idle), None);
        for (plan, settled) in plans.iter().zip(&paid.settled) {
            prop_assert!(*settled == 0 || plan.member != idle);
        }
    }
}

/// A case for the chain: three members with a placement each, in one reservation.
#[derive(Clone, Debug)]
struct Deal {
    price: Balance,
    capacity: u64,
    fee_bps: u16,
    proves: Vec<Vec<bool>>,
}

fn deals() -> impl Strategy<Value = Deal> {
    let fee = prop_oneof![Just(0), 1..=MAX_MANAGER_BPS];
    let proves = vec(vec(prop::bool::weighted(0.75), 3), MEMBERS.len());
    (0..4 * PRICE, 1..20u64, fee, proves).prop_map(|(price, capacity, fee_bps, proves)| Deal {
        price,
        capacity,
        fee_bps,
        proves,
    })
}

/// What each member, the manager, the referrer and the consumer have in the end, and what is in fees and pots.
fn tell(deal: &Deal, calls: &Calls, within: bool) -> Vec<Balance> {
    let mut m = Market::embedded();
    m.set_up();
    let c = m.cluster_set_up(&MEMBERS);
    for (who, unit) in MEMBERS.into_iter().zip(1..) {
        let spec = UnitSpec { price: deal.price, ..m.unit_spec() };
        m.done(who, |at| at.update_unit(unit, spec));
    }
    let spec = ClusterSpec { price: deal.price, fee_bps: deal.fee_bps, ..m.cluster_spec() };
    m.done(Who::Manager, |at| at.update_cluster(c, spec));
    m.beats(1);
    let order = m.order(&[1, 2, 3]);
    let choice = within.then_some(Choice { cluster: c, region: None, together: false });
    let referrer = Some(m.id(Who::Referrer));
    let term_ms = m.beat_ms * 3;
    let order = Order { capacity: deal.capacity, term_ms, choice, referrer, max_price: UNIT, ..order };
    let (_, p) = m.reserve_as(Who::Tenant, order);
    for x in &p {
        if !within {
            m.accept(*x);
        }
        m.activate(*x);
    }
    m.watch_refusals_quickly();
    for (beat, calls) in calls.iter().enumerate() {
        m.open_round();
        for (i, x) in p.iter().enumerate() {
            if deal.proves[i][beat] {
                m.prove(*x);
            }
        }
        let step = m.beat_ms / 6;
        for call in calls {
            m.advance(step);
            make(&mut m, c, &p, call);
        }
        m.advance(m.beat_ms - step * calls.len() as u64);
    }
    m.done(Who::Stranger, |at| at.settle_many(p.clone()));
    make(&mut m, c, &p, &Call::Distribute);
    for who in MEMBERS {
        let id = m.id(who);
        m.attempt(Who::Stranger, |at| at.claim(c, id)).ok();
    }
    let Pool { fee, manager, members, due, .. } = m.cluster(c).pool;
    assert_eq!((fee, manager, members, due), (0, 0, 0, 0), "nothing is left in the pool");
    let parties = MEMBERS.into_iter().chain([Who::Manager, Who::Referrer, Who::Tenant]);
    let mut money: Vec<_> = parties.map(|who| m.available(who)).collect();
    let pots = m.picture().reservations.values().flat_map(|x| &x.slots).map(|x| x.pot).sum();
    money.extend([m.picture().settings.fees, pots]);
    money
}

/// Anyone makes a call; with nothing to do it is refused.
fn make(m: &mut Market<Embedded>, cluster: u64, placements: &[u64], call: &Call) {
    match call {
        Call::Settle(i) => m.settle(placements[i.index(placements.len())]),
        Call::Distribute => drop(m.attempt(Who::Stranger, |at| at.distribute(cluster))),
        Call::Claim(i) => {
            let id = m.id(MEMBERS[i.index(MEMBERS.len())]);
            m.attempt(Who::Stranger, |at| at.claim(cluster, id)).ok();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, failure_persistence: None, max_shrink_iters: 8, ..ProptestConfig::default() })]

    #[test]
    fn on_a_chain_the_calls_change_nothing_and_members_are_paid_as_directly(
        deal in deals(), first in calls(3), second in calls(3),
    ) {
        let paid = tell(&deal, &first, true);
        prop_assert_eq!(&paid, &tell(&deal, &second, true));
        let deal = Deal { fee_bps: 0, ..deal };
        prop_assert_eq!(tell(&deal, &second, true), tell(&deal, &first, false));
        prop_assert_eq!(paid.iter().sum::<Balance>(), 400 * UNIT, "what four parties had deposited");
    }
}
