//! What the parties do, in sentences.

use orchestrator::{
    domain::{
        Account, Choice, ClusterSpec, Currency, Kind, NodeSpec, NodeState, Order, Placement, SlaTerms,
        UnitSpec,
    },
    events::{DataUnitUpdated, Proven, ReservationChanged, RoundOpened},
    Response, Verdict,
};

use crate::{Data, Party, Stage, UNIT};

/// Price of a standard unit for a GiB and 30 days, in planks: every amount has a remainder to be rounded.
pub const PRICE: u128 = 720_000_000_007;
/// Price of a standard cluster.
pub const CLUSTER_PRICE: u128 = 900_000_000_011;
/// Capacity of a standard order, in GiB.
pub const CAPACITY: u64 = 3;
/// What everybody who needs money inside the contract puts into it.
const STAKE: u128 = 20 * UNIT;

/// How fast a market goes.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Interval of the challenger.
    pub interval_ms: u32,
    /// Time to answer a round. Up to a minute it takes three blocks to be over.
    pub window_ms: u32,
    /// Term of a standard order.
    pub term_ms: u64,
}

/// A round a day, eleven days.
pub const DAILY: Pace = Pace { interval_ms: 86_400_000, window_ms: 45_000, term_ms: 950_400_000 };

impl Stage {
    /// Somebody new with money inside the contract.
    pub async fn depositor(&mut self) -> Party {
        let party = self.party().await;
        self.done(&party, |at| at.deposit().transferred_value(STAKE)).await;
        party
    }

    /// Somebody who opens rounds.
    pub async fn watcher(&mut self) -> Party {
        let (party, pace) = (self.party().await, self.pace);
        self.done(&party, |at| at.register_challenger(pace.interval_ms, pace.window_ms)).await;
        party
    }

    /// A provider with a standard unit on a node, and money for collateral.
    pub async fn provider(&mut self) -> (Party, u64) {
        let party = self.depositor().await;
        self.done(&party, |at| at.set_provider(b"real".to_vec(), None)).await;
        let node = self.done(&party, |at| at.register_node(node_spec())).await;
        let spec = self.unit_spec();
        let unit = self.done(&party, |at| at.register_unit(node, spec)).await;
        assert_eq!(self.last.only::<DataUnitUpdated>().unit, unit);
        (party, unit)
    }

    /// Terms of the standard unit: a slash of 10 %, failed after three misses, collateral of half the price.
    pub fn terms(&self) -> SlaTerms {
        SlaTerms {
            interval_ms: self.pace.interval_ms,
            window_ms: self.pace.window_ms,
            samples: 2,
            slash_bps: 1_000,
            max_misses: 3,
            collateral_bps: 5_000,
            uptime_bps: 9_900,
            latency_ms: 200,
            notice_ms: self.pace.interval_ms,
            exit_bps: 2_000,
            maintenance_ms: 0,
        }
    }

    fn unit_spec(&self) -> UnitSpec {
        UnitSpec {
            kind: Kind::ObjectStore,
            capacity: 100,
            price: PRICE,
            currency: Currency::Token,
            terms: self.terms(),
            min_term_ms: self.pace.interval_ms.into(),
            max_term_ms: 10 * self.pace.term_ms,
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
            parameters: Vec::new(),
            open: true,
            observers: Vec::new(),
        }
    }

    /// A standard order of one replica on each of these units.
    pub fn order(&self, watcher: &Party, replicas: &[(&Data, u64)]) -> Order {
        Order {
            replicas: replicas.iter().map(|(data, unit)| data.on(*unit)).collect(),
            capacity: CAPACITY,
            term_ms: self.pace.term_ms,
            challenger: Some(watcher.id),
            referrer: None,
            manifest: b"manifest".to_vec(),
            max_price: 10 * UNIT,
            choice: None,
        }
    }

    /// A standard order of replicas in a cluster, each with another provider, wherever it is chosen to go.
    pub fn cluster_order(&self, watcher: &Party, cluster: u64, data: &[&Data]) -> Order {
        let replicas: Vec<_> = data.iter().map(|x| (*x, 0)).collect();
        let choice = Some(Choice { cluster, region: None, together: false });
        Order { choice, ..self.order(watcher, &replicas) }
    }

    /// Somebody places an order. Gives the reservation and its placements.
    pub async fn reserve(&mut self, who: &Party, order: Order) -> (u64, Vec<u64>) {
        let id = self.done(who, |at| at.reserve(order)).await;
        assert_eq!(self.last.only::<ReservationChanged>().reservation, id);
        let reservation = self.ask(|at| at.reservation(id)).await.expect("it was made");
        (id, reservation.slots.iter().map(|x| x.placement).collect())
    }

    /// The provider accepts a placement and activates it.
    pub async fn take(&mut self, provider: &Party, placement: u64) {
        self.done(provider, |at| at.accept(placement)).await;
        self.done(provider, |at| at.activate(placement)).await;
    }

    /// The watcher opens a round. Gives the instant.
    pub async fn open_round(&mut self, watcher: &Party) -> u64 {
        let seed = [self.chain.block().await as u8; 32];
        let round = self.done(watcher, |at| at.open_round(seed)).await;
        let told = self.last.only::<RoundOpened>();
        assert_eq!((told.challenger, told.round, told.seed), (watcher.id, round, seed));
        self.chain.now().await
    }

    /// The response of a placement to the round that is open.
    pub async fn response(&mut self, placement: u64, data: &Data) -> Response {
        let asked = self.ask(|at| at.challenge(placement)).await.expect("a round is open");
        let proofs = asked.chunks.iter().map(|index| data.proof(*index)).collect();
        Response { placement, round: asked.round, proofs }
    }

    /// The provider answers the open round.
    pub async fn prove(&mut self, provider: &Party, placement: u64, data: &Data) {
        let response = self.response(placement, data).await;
        let round = response.round;
        let verdicts = self.done(provider, |at| at.prove(vec![response])).await;
        assert_eq!(verdicts, [Verdict::Proven]);
        let told = self.last.only::<Proven>();
        assert_eq!((told.placement, told.round), (placement, round));
    }

    /// Lets a round's window and the interval go by.
    pub async fn beat(&mut self) {
        self.pass(self.pace.interval_ms.into()).await;
        self.blocks(2).await;
    }

    /// A placement as it is stored.
    pub async fn placement(&mut self, id: u64) -> Placement {
        self.ask(|at| at.placement(id)).await.expect("it exists")
    }

    /// Money of a party inside the contract.
    pub async fn account(&mut self, who: &Party) -> Account {
        let id = who.id;
        self.ask(|at| at.account(id)).await
    }

    /// What a party can withdraw.
    pub async fn available(&mut self, who: &Party) -> u128 {
        self.account(who).await.available
    }
}

fn node_spec() -> NodeSpec {
    NodeSpec {
        endpoint: b"https://node.example:4433".to_vec(),
        engine: b"orch".to_vec(),
        version: b"0.1.0".to_vec(),
        region: 276,
        state: NodeState::Online,
    }
}
