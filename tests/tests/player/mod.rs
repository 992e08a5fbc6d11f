//! One random run.

mod clusters;
mod others;
mod service;

use std::fmt::Debug;

use orchestrator_chain::{runtime::UNIT, Embedded};
use orchestrator_domain::{Access, Error, Handover, Placement, Result, Role, State, DAY_MS};
use orchestrator_scenarios::{Market, Model, Who, Who::*};
use rand::{rngs::StdRng, seq::SliceRandom, Rng, SeedableRng};

/// Plays one run, and tells it if it fails.
pub struct Player {
    market: Market<Embedded>,
    rng: StdRng,
    seed: u64,
    trail: Vec<String>,
    /// Calls that were accepted.
    pub accepted: u64,
    /// Calls that were refused.
    pub refused: u64,
}

impl Drop for Player {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("ORCH_SEED={} ORCH_RUNS=1\n{}", self.seed, self.trail.join("\n"));
        }
    }
}

/// What the rules say a call does.
type Said = Option<Result<Option<Placement>>>;

impl Player {
    /// A market that is set up, and a course of random numbers.
    pub fn new(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut market = Market::embedded();
        if rng.gen_bool(0.8) {
            market.quota_ms = 4 * market.interval();
        }
        market.set_up();
        if rng.gen_bool(0.8) {
            market.cluster_set_up(&[Provider, Spare, Third, Fourth]);
        }
        if rng.gen_bool(0.4) {
            let (feed, now) = (market.id(PriceFeed), market.clock().now);
            market.done(Admin, |at| at.set_role(feed, Role::PriceFeed, true));
            market.done(PriceFeed, |at| at.set_rate(UNIT, now));
        }
        for (who, role) in [(Arbiter, Role::Arbiter), (Observer, Role::Observer), (Reporter, Role::Observer)]
        {
            let held = market.id(who);
            market.done(Admin, |at| at.set_role(held, role, true));
        }
        market.watch_refusals_quickly();
        Self { market, rng, seed, trail: Vec::new(), accepted: 0, refused: 0 }
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.gen_range(0..100) < percent
    }

    /// Somebody: most often who it should be.
    fn who(&mut self, best: Who) -> Who {
        if self.chance(85) {
            return best;
        }
        *Who::ALL.choose(&mut self.rng).expect("there are parties")
    }

    fn among(&mut self, ids: Vec<u64>) -> u64 {
        match ids.choose(&mut self.rng) {
            Some(id) if self.rng.gen_range(0..100) < 95 => *id,
            _ => *[0, 1, 99, u64::MAX].choose(&mut self.rng).expect("there are some"),
        }
    }

    fn placement(&mut self) -> u64 {
        self.among(self.market.picture().placements.keys().copied().collect())
    }

    fn placement_in(&mut self, state: State) -> u64 {
        if self.chance(15) {
            return self.placement();
        }
        let all = &self.market.picture().placements;
        let fit: Vec<u64> = all.iter().filter(|(_, p)| p.state == state).map(|(id, _)| *id).collect();
        if fit.is_empty() {
            return self.placement();
        }
        self.among(fit)
    }

    fn reservation(&mut self) -> u64 {
        self.among(self.market.picture().reservations.keys().copied().collect())
    }

    fn unit(&mut self) -> u64 {
        self.among(self.market.picture().units.keys().copied().collect())
    }

    fn provider_of(&mut self, placement: u64) -> Who {
        let known = self.market.picture().placements.contains_key(&placement);
        let best = if known { self.market.provider_of(placement) } else { Provider };
        self.who(best)
    }

    fn consumer_of(&mut self, reservation: u64) -> Who {
        let consumer = self.market.picture().reservations.get(&reservation).map(|r| r.consumer);
        let best = [Consumer, Buyer, Tenant].into_iter().find(|who| Some(self.market.id(*who)) == consumer);
        self.who(best.unwrap_or(Consumer))
    }

    fn money(&mut self) -> u128 {
        let most = 1u128 << self.rng.gen_range(0..45);
        *[0, 1, most, most / 3, 10 * UNIT, u128::MAX].choose(&mut self.rng).expect("there are some")
    }

    fn pass_time(&mut self) {
        let beat = self.market.beat_ms;
        let instant = if self.chance(12) { self.time_to_an_instant() } else { None };
        let ms = match (instant, self.rng.gen_range(0..20)) {
            (Some(ms), _) => ms,
            (None, 0..=6) => return,
            (None, 7..=13) => self.rng.gen_range(0..beat),
            (None, 14..=17) => beat,
            (None, 18) => self.rng.gen_range(0..20 * beat),
            _ => self.rng.gen_range(0..40 * DAY_MS),
        };
        if self.chance(5) {
            self.trail.push(format!("halt {ms}"));
            self.market.ledger.halt(ms).expect("time can pass");
        } else {
            self.trail.push(format!("advance {ms}"));
            self.market.advance(ms);
        }
    }

    /// What came of a call, against what the rules said.
    fn judge<T: Debug>(&mut self, came: Result<T>, said: Said, placement: u64) {
        self.trail.push(format!("  {came:?}"));
        match &came {
            Ok(_) => self.accepted += 1,
            Err(_) => self.refused += 1,
        }
        match (said, came) {
            (None, _) => {}
            (Some(Err(said)), Err(came)) => assert_eq!(came, said),
            (Some(Ok(None)), Ok(_)) => {}
            (Some(Ok(Some(said))), Ok(_)) => {
                assert_eq!(self.market.picture().placements.get(&placement), Some(&said));
            }
            (Some(said), came) => panic!("the rules say {said:?}, the contract {came:?}"),
        }
    }

    /// Lets time pass and makes one call.
    pub fn play(&mut self) {
        self.pass_time();
        if self.market.picture().placements.is_empty() && self.chance(70) {
            return self.reserve();
        }
        match self.rng.gen_range(0..100) {
            0..=11 => self.reserve(),
            12..=31 => self.provider_acts(),
            32..=46 => self.rounds(),
            47..=57 => self.anybody_acts(),
            58..=70 => self.consumer_acts(),
            71..=82 => self.service_acts(),
            83..=85 => self.money_moves(),
            86..=88 => self.units_change(),
            89..=96 => self.cluster_acts(),
            _ => self.admin_acts(),
        }
    }

    fn reserve(&mut self) {
        let best = *[Consumer, Consumer, Buyer, Tenant].choose(&mut self.rng).expect("there are some");
        let who = self.who(best);
        let replicas = self.rng.gen_range(1..4);
        let mut order = if !self.market.picture().clusters.is_empty() && self.chance(50) {
            let cluster = self.cluster();
            self.cluster_order(cluster, replicas)
        } else {
            let units: Vec<u64> = (0..replicas).map(|_| self.unit()).collect();
            self.market.order(&units)
        };
        if self.chance(30) {
            order.capacity = self.rng.gen_range(0..60);
        }
        if self.chance(30) {
            order.term_ms = self.rng.gen_range(0..110) * self.market.beat_ms;
        }
        if self.chance(30) {
            let referrer = self.who(Referrer);
            order.referrer = Some(self.market.id(referrer));
        }
        if self.chance(10) {
            let challenger = self.who(Watcher);
            order.challenger = Some(self.market.id(challenger));
        }
        if self.chance(10) {
            order.max_price = self.money();
        }
        if self.chance(10) {
            (order.replicas[0].root, order.replicas[0].chunks) = ([0; 32], 0);
        }
        self.trail.push(format!("{who:?} reserve {order:?}"));
        let model = Model { state: self.market.picture(), clock: self.market.clock() };
        let said = model.reserve(self.market.id(who), &order);
        let came = self.market.attempt(who, |at| at.reserve(order));
        if let (Ok(id), Ok(units)) = (&came, &said) {
            let slots = self.market.reservation(*id).slots;
            let taken: Vec<u64> = slots.iter().map(|x| self.market.placement(x.placement).unit).collect();
            assert_eq!(taken, *units);
        }
        self.judge(came, Some(said.map(|_| None)), 0);
    }

    /// A slot is filled anew, by its consumer or, in a cluster, its manager.
    fn replace(&mut self) {
        let all = &self.market.picture().placements;
        let lost = |p: &&Placement| matches!(p.state, State::Failed | State::Cancelled | State::Withdrawn);
        let lost: Vec<_> = all.values().filter(lost).map(|p| (p.reservation, p.slot, p.root)).collect();
        let (id, slot, root) = match lost.choose(&mut self.rng) {
            Some(lost) if self.rng.gen_bool(0.9) => *lost,
            _ => (self.reservation(), self.rng.gen_range(0..4), [0; 32]),
        };
        let within = self.market.picture().reservations.get(&id).and_then(|r| r.cluster());
        let who = match within {
            Some(cluster) if self.chance(60) => self.manager_of(cluster),
            _ => self.consumer_of(id),
        };
        let number = self.rng.gen_range(1_000..9_000);
        let unit = if self.chance(60) && within.is_some() { 0 } else { self.unit() };
        let mut replica = self.market.data(number).on(unit);
        match self.rng.gen_range(0..10) {
            0..=6 => replica.root = root,
            7 => (replica.root, replica.chunks) = ([0; 32], 0),
            _ => {}
        }
        if replica.root == [0; 32] {
            replica.chunks = 0;
        }
        let max = if self.chance(80) { u128::MAX } else { self.money() };
        self.trail.push(format!("{who:?} replace slot {slot} of {id} by {replica:?} for {max}"));
        let model = Model { state: self.market.picture(), clock: self.market.clock() };
        let said = model.replace(self.market.id(who), id, slot, &replica, max);
        let came = self.market.attempt(who, |at| at.replace(id, slot, replica, max));
        if let (Ok(new), Ok(unit)) = (&came, &said) {
            assert_eq!(self.market.placement(*new).unit, *unit);
        }
        self.judge(came, Some(said.map(|_| None)), 0);
    }

    fn provider_acts(&mut self) {
        let state = *[State::Proposed, State::Accepted, State::Active].choose(&mut self.rng).expect("three");
        let id = self.placement_in(state);
        let found = self.market.picture().placements.get(&id).map(|p| p.state);
        let pick = match found {
            _ if self.chance(15) => self.rng.gen_range(0..12),
            Some(State::Proposed) => *[0, 0, 0, 0, 0, 10].choose(&mut self.rng).expect("six"),
            Some(State::Accepted) => *[5, 5, 5, 5, 5, 11].choose(&mut self.rng).expect("six"),
            _ => *[5, 9, 11].choose(&mut self.rng).expect("three"),
        };
        let who = self.provider_of(id);
        let caller = self.market.id(who);
        self.trail.push(format!("{who:?} provider act {pick} on {id}"));
        let model = Model { state: self.market.picture(), clock: self.market.clock() };
        let (said, came) = match pick {
            0..=4 => (Some(model.accept(caller, id).map(Some)), self.market.attempt(who, |at| at.accept(id))),
            5..=8 => {
                (Some(model.activate(caller, id).map(Some)), self.market.attempt(who, |at| at.activate(id)))
            }
            9 => {
                let said = model.withdraw_placement(caller, id);
                let came = self.market.attempt(who, |at| at.withdraw_placement(id, u128::MAX));
                if let Ok(p) = &said {
                    // The exit fee leaves the record in between; state and pay are what the rules fix.
                    let now = self.market.placement(id);
                    assert_eq!((now.state, now.settled, now.tally), (p.state, p.settled, p.tally.clone()));
                }
                (Some(said.map(|_| None)), came)
            }
            10 => (Some(model.decline(caller, id).map(Some)), self.market.attempt(who, |at| at.decline(id))),
            _ => {
                let data = self.market.ask(|at| at.committed_data(id));
                let (root, chunks) = data.map_or(([0; 32], 1), |x| (x.root, x.chunks));
                (None, self.market.attempt(who, |at| at.accept_data(id, root, chunks)))
            }
        };
        self.judge(came, said, id);
    }

    fn rounds(&mut self) {
        if self.chance(45) {
            let who = self.who(Watcher);
            let seed = self.rng.gen();
            self.trail.push(format!("{who:?} open_round"));
            let model = Model { state: self.market.picture(), clock: self.market.clock() };
            let said = model.open_round(self.market.id(who));
            let came = self.market.attempt(who, |at| at.open_round(seed));
            assert_eq!(came, said);
            return self.judge(came, None, 0);
        }
        let active: Vec<u64> = self.market.picture().placements.keys().copied().collect();
        let known = |p: &u64| self.market.placement(*p).chunks > 0;
        let mut responses: Vec<_> =
            active.iter().filter(|p| known(p)).map(|p| self.market.response(*p)).collect();
        responses.shuffle(&mut self.rng);
        responses.truncate(4);
        for response in &mut responses {
            match self.rng.gen_range(0..20) {
                0 | 1 => response.proofs[0].chunk[5] ^= 1,
                2 => drop(response.proofs.pop()),
                3 => response.round = self.rng.gen(),
                4 => response.proofs[0].path.truncate(1),
                5 => response.placement = self.rng.gen_range(0..20),
                _ => {}
            }
        }
        let best = *[Provider, Provider, Spare, Third, Fourth].choose(&mut self.rng).expect("there are some");
        let own = |x: &&orchestrator::Response| {
            let known = self.market.picture().placements.contains_key(&x.placement);
            known && self.market.provider_of(x.placement) == best
        };
        if responses.iter().filter(own).count() == 0 {
            responses.truncate(1);
        }
        let who = self.who(best);
        let ids: Vec<u64> = responses.iter().map(|x| x.placement).collect();
        self.trail.push(format!("{who:?} prove {ids:?}"));
        let came = self.market.attempt(who, |at| at.prove(responses));
        assert_eq!(came.as_ref().map(Vec::len), Ok(ids.len()), "a batch is never refused");
        self.judge(came, None, 0);
    }

    fn anybody_acts(&mut self) {
        let who = self.who(Reporter);
        let caller = self.market.id(who);
        let (pick, id, reservation) =
            (self.rng.gen_range(0..8), self.placement_in(State::Active), self.reservation());
        self.trail
            .push(format!("{who:?} anybody's act {pick} on placement {id} or reservation {reservation}"));
        let model = Model { state: self.market.picture(), clock: self.market.clock() };
        let (said, came) = match pick {
            0 | 1 => (Some(model.settle(id).map(Some)), self.market.attempt(who, |at| at.settle(id))),
            2 | 3 => {
                (Some(model.report_miss(id).map(Some)), self.market.attempt(who, |at| at.report_miss(id)))
            }
            4 | 5 => {
                let said = model.renew(id);
                let came = self.market.attempt(who, |at| at.renew(id));
                let short = matches!(came, Err(Error::NotEnoughAvailable | Error::ProviderShort));
                if let Ok(until) = said {
                    assert!(short || self.market.placement(id).ends_at == until);
                }
                (if short && said.is_ok() { None } else { Some(said.map(|_| None)) }, came)
            }
            6 => {
                let said = model.close(caller, reservation).map(|()| None);
                (Some(said), self.market.attempt(who, |at| at.close(reservation)))
            }
            _ => {
                let ids = vec![id, reservation, self.rng.gen_range(0..30), id];
                (Some(Ok(None)), self.market.attempt(who, |at| at.settle_many(ids)))
            }
        };
        self.judge(came, said, id);
    }

    fn consumer_acts(&mut self) {
        let id = self.reservation();
        let who = self.consumer_of(id);
        let slot = if self.chance(50) { None } else { Some(self.rng.gen_range(0..4)) };
        let pick = self.rng.gen_range(0..14);
        if pick == 6 || pick == 13 {
            return self.replace();
        }
        let other = self.who(Buyer);
        let (to, beat, ceiling) = (self.market.id(other), self.market.beat_ms, self.money());
        let (more, capacity) = (self.rng.gen_range(0..6 * beat), self.rng.gen_range(0..9));
        let number = self.rng.gen_range(1_000..9_000);
        let data = self.market.data(number);
        let placement = self.placement_in(State::Active);
        self.trail.push(format!(
            "{who:?} consumer act {pick} on {id} {slot:?} {more} {capacity} {ceiling} {placement}"
        ));
        let m = &mut self.market;
        let model = Model { state: m.picture(), clock: m.clock() };
        let said = (pick == 12).then(|| model.close(m.id(who), id).map(|()| None));
        let came = match pick {
            0 => m.attempt(who, |at| at.cancel(id, slot)),
            1 => m.attempt(who, |at| at.terminate(id, slot)),
            2 | 3 => m.attempt(who, |at| at.extend(id, more, ceiling.max(UNIT))),
            4 | 5 => m.attempt(who, |at| at.resize(id, capacity, ceiling.max(UNIT))),
            7 => m.attempt(who, |at| at.set_auto_renew(id, ceiling)),
            8 => m.attempt(who, |at| at.offer(Handover::Reservation(id), Some(to))),
            9 => m.attempt(other, |at| at.take_over(Handover::Reservation(id))),
            10 => m.attempt(who, |at| at.set_access(id, to, Some(Access::Reader))),
            11 => m.attempt(who, |at| at.commit_data(placement, data.root, data.chunks)),
            _ => m.attempt(who, |at| at.close(id)),
        };
        self.judge(came, said, 0);
    }
}
