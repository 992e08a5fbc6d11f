//! What the parties do, in sentences.

use orchestrator::{Response, Verdict};
use orchestrator_chain::{runtime::UNIT, Balance, Ledger};
use orchestrator_domain::{
    Account, Choice, Cluster, ClusterSpec, Currency, Kind, NodeSpec, NodeState, Order, Placement, Replica,
    Reservation, Share, SlaTerms, State, UnitSpec,
};

use crate::{Data, Market, Who};

/// Price of a standard unit for a GiB and 30 days, in planks: a beat of an hour costs a little over 10^9, so that every
/// amount has a remainder to be rounded.
pub const PRICE: Balance = 720_000_000_007;
/// Capacity of a standard order, in GiB.
pub const CAPACITY: u64 = 3;
/// Price of a standard cluster, above that of its members' units.
pub const CLUSTER_PRICE: Balance = 900_000_000_011;
/// What each member of a standard cluster commits to it of the hundred GiB of its unit.
pub const COMMITTED: u64 = 60;

impl<L: Ledger> Market<L> {
    /// Registers what every story needs: the watcher as a challenger, unit 1 of the provider and unit 2 of the spare,
    /// and money for all who will need it.
    pub fn set_up(&mut self) {
        for who in [Who::Consumer, Who::Buyer, Who::Provider, Who::Spare] {
            self.deposit(who, 100 * UNIT);
        }
        let (interval, window) = (self.interval(), self.window());
        self.done(Who::Watcher, |at| at.register_challenger(interval, window));
        for (who, unit) in [(Who::Provider, 1), (Who::Spare, 2)] {
            assert_eq!(self.register(who), unit);
        }
    }

    /// Gives each of these providers that has none a node with a standard unit, and money to those who will need it.
    /// They trust the manager, who creates a standard cluster and takes part of each unit. Gives its id.
    pub fn cluster_set_up(&mut self, providers: &[Who]) -> u64 {
        let poor = |m: &Self, who| m.account(who).available == 0;
        if poor(self, Who::Tenant) {
            self.deposit(Who::Tenant, 100 * UNIT);
        }
        let spec = self.cluster_spec();
        let cluster = self.done(Who::Manager, |at| at.create_cluster(spec));
        let manager = self.id(Who::Manager);
        for who in providers.iter().copied() {
            if poor(self, who) {
                self.deposit(who, 100 * UNIT);
            }
            let unit = self.unit_of(who).unwrap_or_else(|| self.register(who));
            self.done(who, |at| at.set_trust(manager, true));
            self.done(Who::Manager, |at| at.set_member(cluster, unit, COMMITTED));
        }
        cluster
    }

    /// Registers a provider with a node and a standard unit on it; gives the unit.
    fn register(&mut self, who: Who) -> u64 {
        self.done(who, |at| at.set_provider(format!("{who:?}").into_bytes(), None));
        let node = self.done(who, |at| at.register_node(node_spec()));
        let spec = self.unit_spec();
        self.done(who, |at| at.register_unit(node, spec))
    }

    /// The first unit of a provider, if it has one.
    pub fn unit_of(&self, who: Who) -> Option<u64> {
        let provider = self.id(who);
        self.picture().units.iter().find(|(_, unit)| unit.provider == provider).map(|(id, _)| *id)
    }

    /// Interval of the standard challenger.
    pub fn interval(&self) -> u32 {
        u32::try_from(self.beat_ms).expect("a beat is short")
    }

    /// Window of the standard challenger: half a beat.
    pub fn window(&self) -> u32 {
        self.interval() / 2
    }

    /// Standard term: ten beats.
    pub fn term(&self) -> u64 {
        self.beat_ms * 10
    }

    /// Terms of the standard unit: a slash of 10 %, failed after three misses, collateral of half the price, a beat of
    /// notice, an exit fee of a fifth of the collateral, no maintenance.
    pub fn terms(&self) -> SlaTerms {
        SlaTerms {
            interval_ms: self.interval(),
            window_ms: self.window(),
            samples: 2,
            slash_bps: 1_000,
            max_misses: 3,
            collateral_bps: 5_000,
            uptime_bps: 9_900,
            latency_ms: 200,
            notice_ms: self.interval(),
            exit_bps: 2_000,
            maintenance_ms: self.quota_ms,
        }
    }

    /// The standard unit: 100 GiB, terms of one beat to a hundred.
    pub fn unit_spec(&self) -> UnitSpec {
        UnitSpec {
            kind: Kind::ObjectStore,
            capacity: 100,
            price: PRICE,
            currency: Currency::Token,
            terms: self.terms(),
            min_term_ms: self.beat_ms,
            max_term_ms: self.beat_ms * 100,
            tags: b"ssd".to_vec(),
            open: true,
        }
    }

    /// The standard cluster: the terms of the standard unit, a price above its, a tenth for the manager.
    pub fn cluster_spec(&self) -> ClusterSpec {
        ClusterSpec {
            kind: Kind::ObjectStore,
            price: CLUSTER_PRICE,
            currency: Currency::Token,
            terms: self.terms(),
            fee_bps: 1_000,
            parameters: b"replicas".to_vec(),
            open: true,
            observers: Vec::new(),
        }
    }

    /// A replica of eight chunks; every number gives another one.
    pub fn data(&mut self, number: u64) -> Data {
        let data = Data::new(8, number);
        self.data.insert(data.root, data.clone());
        data
    }

    /// A standard order of one replica on each of these units, with the watcher as challenger.
    pub fn order(&mut self, units: &[u64]) -> Order {
        let first = self.picture().settings.last_ids.placement * 100;
        let replicas = (first..).zip(units).map(|(number, unit)| self.data(number).on(*unit)).collect();
        Order {
            replicas,
            capacity: CAPACITY,
            term_ms: self.term(),
            challenger: Some(self.id(Who::Watcher)),
            referrer: None,
            manifest: Vec::new(),
            max_price: 10 * UNIT,
            choice: None,
        }
    }

    /// The consumer reserves one replica on each of these units. Gives the reservation and its placements.
    pub fn reserve(&mut self, units: &[u64]) -> (u64, Vec<u64>) {
        let order = self.order(units);
        self.reserve_as(Who::Consumer, order)
    }

    /// Somebody places an order. Gives the reservation and its placements.
    pub fn reserve_as(&mut self, who: Who, order: Order) -> (u64, Vec<u64>) {
        let id = self.done(who, |at| at.reserve(order));
        (id, self.reservation(id).slots.iter().map(|slot| slot.placement).collect())
    }

    /// The consumer reserves; the providers accept and activate.
    pub fn deal(&mut self, units: &[u64]) -> (u64, Vec<u64>) {
        let order = self.order(units);
        self.deal_as(Who::Consumer, order)
    }

    /// Somebody places an order; the providers accept and activate.
    pub fn deal_as(&mut self, who: Who, order: Order) -> (u64, Vec<u64>) {
        let (id, placements) = self.reserve_as(who, order);
        for placement in &placements {
            self.accept(*placement);
            self.activate(*placement);
        }
        (id, placements)
    }

    /// A standard order of so many replicas in a cluster, each with another provider, wherever it is chosen to go.
    pub fn cluster_order(&mut self, cluster: u64, replicas: usize) -> Order {
        let choice = Some(Choice { cluster, region: None, together: false });
        Order { choice, ..self.order(&vec![0; replicas]) }
    }

    /// Somebody reserves in a cluster; the providers activate. Gives the reservation and its placements.
    pub fn cluster_deal(&mut self, who: Who, cluster: u64, replicas: usize) -> (u64, Vec<u64>) {
        let order = self.cluster_order(cluster, replicas);
        let (id, placements) = self.reserve_as(who, order);
        for placement in &placements {
            self.activate(*placement);
        }
        (id, placements)
    }

    /// Puts money into the contract.
    pub fn deposit(&mut self, who: Who, amount: Balance) {
        self.done(who, |at| at.deposit().transferred_value(amount));
    }

    /// The placement's provider accepts it.
    pub fn accept(&mut self, placement: u64) {
        let who = self.provider_of(placement);
        self.done(who, |at| at.accept(placement));
    }

    /// The placement's provider activates it.
    pub fn activate(&mut self, placement: u64) {
        let who = self.provider_of(placement);
        self.done(who, |at| at.activate(placement));
    }

    /// The watcher opens a round.
    pub fn open_round(&mut self) -> u32 {
        let seed = [self.picture().challengers[&self.id(Who::Watcher)].round as u8; 32];
        self.done(Who::Watcher, |at| at.open_round(seed))
    }

    /// The response of a placement to the round that is open, from its data. Where nothing is asked it answers the
    /// first chunks of the latest round.
    pub fn response(&self, placement: u64) -> Response {
        let p = self.placement(placement);
        let data = self.data.get(&p.root).expect("the data is known");
        let asked = self.ask(|at| at.challenge(placement));
        let chunks = asked.map_or_else(|| vec![0; p.terms.samples.into()], |x| x.chunks);
        let round = self.picture().challengers.get(&p.challenger).map_or(0, |c| c.round);
        Response { placement, round, proofs: chunks.iter().map(|index| data.proof(*index)).collect() }
    }

    /// The placement's provider answers the open round.
    pub fn prove(&mut self, placement: u64) -> Verdict {
        let response = self.response(placement);
        self.respond(self.provider_of(placement), response)
    }

    /// The placement's provider shows other bytes than it was asked for.
    pub fn prove_wrongly(&mut self, placement: u64) -> Verdict {
        let mut response = self.response(placement);
        response.proofs[0].chunk[0] ^= 1;
        self.respond(self.provider_of(placement), response)
    }

    /// Somebody sends one response; `check_proof` must have told its verdict.
    pub fn respond(&mut self, who: Who, response: Response) -> Verdict {
        let told = self.ask_as(who, |at| at.check_proof(response.clone()));
        let verdicts = self.done(who, |at| at.prove(vec![response]));
        assert_eq!(verdicts, [told], "the dry run says what happens");
        told
    }

    /// One beat: a round is opened and all these placements prove it.
    pub fn proven_beat(&mut self, placements: &[u64]) {
        self.open_round();
        for placement in placements {
            assert_eq!(self.prove(*placement), Verdict::Proven);
        }
        self.beats(1);
    }

    /// One beat: a round is opened and nobody answers.
    pub fn silent_beat(&mut self) {
        self.open_round();
        self.beats(1);
    }

    /// Somebody settles a placement.
    pub fn settle(&mut self, placement: u64) {
        self.done(Who::Reporter, |at| at.settle(placement));
    }

    /// A placement as it is stored.
    pub fn placement(&self, id: u64) -> Placement {
        self.picture().placements[&id].clone()
    }

    /// The data of a placement once more, on another unit; zero lets the contract choose a member.
    pub fn same_data(&self, placement: u64, unit: u64) -> Replica {
        let Placement { root, chunks, .. } = self.placement(placement);
        Replica { unit, root, chunks }
    }

    /// State of a placement as it is stored.
    pub fn state(&self, id: u64) -> State {
        self.picture().placements[&id].state
    }

    /// A reservation.
    pub fn reservation(&self, id: u64) -> Reservation {
        self.picture().reservations[&id].clone()
    }

    /// A cluster.
    pub fn cluster(&self, id: u64) -> Cluster {
        self.picture().clusters[&id].clone()
    }

    /// What a provider has earned in a cluster and not been credited.
    pub fn share(&self, cluster: u64, who: Who) -> Share {
        self.picture().shares.get(&(cluster, self.id(who))).cloned().unwrap_or_default()
    }

    /// Money of a party inside the contract.
    pub fn account(&self, who: Who) -> Account {
        self.picture().accounts.get(&self.id(who)).cloned().unwrap_or_default()
    }

    /// What a party can withdraw.
    pub fn available(&self, who: Who) -> Balance {
        self.account(who).available
    }

    /// Who provides a placement.
    pub fn provider_of(&self, placement: u64) -> Who {
        let provider = self.placement(placement).provider;
        Who::ALL.into_iter().find(|who| self.id(*who) == provider).expect("a party provides it")
    }
}

/// A node in Germany.
pub(crate) fn node_spec() -> NodeSpec {
    NodeSpec {
        endpoint: b"https://node.example:4433".to_vec(),
        engine: b"orch".to_vec(),
        version: b"0.1.0".to_vec(),
        region: 276,
        state: NodeState::Online,
    }
}
