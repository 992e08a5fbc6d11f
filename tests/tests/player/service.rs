//! Maintenance, reports, ratings and disputes of a random run.

use orchestrator::Observation;
use orchestrator_domain::{day_before, State, Window, ANSWER_MS, DAY_MS, DECIDE_MS};
use orchestrator_scenarios::{Model, Who::*};
use rand::{seq::SliceRandom, Rng};

use super::Player;

impl Player {
    /// How long it is to an instant at which something of these begins or ends.
    pub(super) fn time_to_an_instant(&mut self) -> Option<u64> {
        let (state, clock) = (self.market.picture(), self.market.clock());
        let windows = state.services.values().flat_map(|x| &x.maintenance.windows);
        let mut instants: Vec<u64> = windows.flat_map(|x| [x.from, x.until]).collect();
        for dispute in state.placements.values().filter_map(|p| p.dispute.as_ref()) {
            instants.extend([dispute.answer_by, dispute.decide_by].map(|x| clock.instant_of(x)));
        }
        instants.retain(|x| *x > clock.now);
        let at = *instants.choose(&mut self.rng)?;
        let off = *[0, 0, 0, 1, 900_000].choose(&mut self.rng).expect("there are some");
        Some((at - clock.now).saturating_sub(off).max(1))
    }

    fn observations(&mut self) -> Vec<Observation> {
        let one = |x: &mut Self| Observation {
            unit: x.unit(),
            uptime_bps: *[0, 9_000, 9_899, 9_900, 10_000, 10_001].choose(&mut x.rng).expect("there are some"),
            latency_ms: *[0, 199, 200, 201, u32::MAX].choose(&mut x.rng).expect("there are some"),
        };
        (0..self.rng.gen_range(1..4)).map(|_| one(self)).collect()
    }

    fn rests(&mut self) {
        let unit = self.unit();
        let owner = self.market.picture().units.get(&unit).map(|x| x.provider);
        let best = [Provider, Spare, Third, Fourth].into_iter().find(|x| Some(self.market.id(*x)) == owner);
        let who = self.who(best.unwrap_or(Provider));
        let (beat, now) = (self.market.beat_ms, self.market.clock().now);
        let from = now + DAY_MS + self.rng.gen_range(0..4 * beat) - if self.chance(5) { 4 * beat } else { 0 };
        let length = *[1, beat / 4, beat, 3 * beat].choose(&mut self.rng).expect("there are some");
        let window = self.chance(80).then_some(Window { from, until: from + length });
        self.trail.push(format!("{who:?} set_maintenance {unit} {window:?}"));
        let m = &mut self.market;
        let model = Model { state: m.picture(), clock: m.clock() };
        let said = model.set_maintenance(m.id(who), unit, window);
        let came = m.attempt(who, |at| at.set_maintenance(unit, window));
        if let (Ok(()), Ok(rests)) = (&came, &said) {
            assert_eq!(m.picture().services[&unit].maintenance, *rests);
        }
        self.judge(came, Some(said.map(|_| None)), 0);
    }

    fn reports(&mut self) {
        let (who, seen) = (self.who(Observer), self.observations());
        let day = day_before(self.market.clock().now) + u32::from(self.chance(5));
        self.trail.push(format!("{who:?} report_quality {day} {seen:?}"));
        let m = &mut self.market;
        let model = Model { state: m.picture(), clock: m.clock() };
        let said = model.report_quality(m.id(who), day, &seen);
        let came = m.attempt(who, |at| at.report_quality(day, seen));
        self.judge(came, Some(said.map(|()| None)), 0);
    }

    /// A placement that is disputed, where there is one.
    fn disputed(&mut self) -> u64 {
        let all = &self.market.picture().placements;
        let open: Vec<u64> = all.iter().filter(|(_, p)| p.dispute.is_some()).map(|x| *x.0).collect();
        if open.is_empty() {
            return self.placement_in(State::Active);
        }
        self.among(open)
    }

    pub(super) fn service_acts(&mut self) {
        let pick = self.rng.gen_range(0..12);
        match pick {
            0..=2 => return self.rests(),
            3 | 4 => return self.reports(),
            _ => {}
        }
        let id = if pick > 8 { self.disputed() } else { self.placement_in(State::Active) };
        let reservation = self.market.picture().placements.get(&id).map_or(0, |p| p.reservation);
        let who = match pick {
            9 => self.provider_of(id),
            10 | 11 => self.who(Arbiter),
            _ => self.consumer_of(reservation),
        };
        let ago = *[0, 0, 1, DAY_MS, ANSWER_MS, DECIDE_MS].choose(&mut self.rng).expect("there are some");
        let ago = if self.chance(80) { 0 } else { ago };
        let max = if self.chance(90) { u128::MAX } else { self.money() };
        let bps = *[0, 1, 3_333, 4_999, 5_000, 9_999, 10_000, 10_001].choose(&mut self.rng).expect("some");
        let stars = self.rng.gen_range(0..7);
        self.trail.push(format!("{who:?} service act {pick} on {id}: {stars}, {ago}, {max}, {bps}"));
        let m = &mut self.market;
        let model = Model { state: m.picture(), clock: m.clock() };
        let (caller, fact_at) = (m.id(who), m.clock().now - ago);
        let (said, came) = match pick {
            5 | 6 => (model.rate(caller, id, stars), m.attempt(who, |at| at.rate(id, stars))),
            7 | 8 => {
                let said = model.open_dispute(caller, id, fact_at, [1; 32], max);
                (said, m.attempt(who, |at| at.open_dispute(id, fact_at, [1; 32], max)))
            }
            9 => {
                let said = model.answer_dispute(caller, id, [2; 32]);
                (said, m.attempt(who, |at| at.answer_dispute(id, [2; 32])))
            }
            _ => {
                let said = model.decide_dispute(caller, id, bps);
                (said, m.attempt(who, |at| at.decide_dispute(id, bps, [3; 32])))
            }
        };
        self.judge(came, Some(said.map(Some)), id);
    }
}
