//! Money, units and governance of a random run.

use orchestrator_chain::runtime::UNIT;
use orchestrator_domain::{Config, Currency, Error, NodeState, Office, Role, UnitSpec};
use orchestrator_scenarios::{Model, Who, Who::*};
use rand::{seq::SliceRandom, Rng};

use super::Player;

impl Player {
    pub(super) fn money_moves(&mut self) {
        let who = *Who::ALL.choose(&mut self.rng).expect("there are parties");
        let amount = self.money().min(50 * UNIT);
        let pick = self.rng.gen_range(0..4);
        self.trail.push(format!("{who:?} money {pick} {amount}"));
        let m = &mut self.market;
        let model = Model { state: m.picture(), clock: m.clock() };
        let said = if amount == 0 { Err(Error::ZeroAmount) } else { Ok(None) };
        let (said, came) = match pick {
            0 => (Some(said), m.attempt(who, |at| at.deposit().transferred_value(amount))),
            1 => {
                let to = m.id(Consumer);
                (Some(said), m.attempt(who, |at| at.deposit_for(to).transferred_value(amount)))
            }
            2 => {
                let said = model.withdraw(m.id(who), amount).map(|()| None);
                (Some(said), m.attempt(who, |at| at.withdraw(amount)))
            }
            _ => (None, m.attempt(who, |at| at.collect_fees())),
        };
        self.judge(came, said, 0);
    }

    pub(super) fn units_change(&mut self) {
        let best = *[Provider, Spare, Spare, Third].choose(&mut self.rng).expect("there are some");
        let who = self.who(best);
        let (pick, unit, node) = (self.rng.gen_range(0..8), self.unit(), self.rng.gen_range(1..4));
        let mut spec: UnitSpec = self.market.unit_spec();
        spec.price = spec.price * self.rng.gen_range(1..5u128) / 2;
        spec.capacity = self.rng.gen_range(0..120);
        spec.open = self.chance(80);
        if self.chance(10) {
            (spec.currency, spec.price) = (Currency::MicroUsd, spec.price / 1_000_000);
        }
        let mut at_node = self.market.picture().nodes.values().next().map(|n| n.spec.clone());
        if let Some(spec) = &mut at_node {
            spec.state = if self.chance(70) { NodeState::Online } else { NodeState::Draining };
        }
        let delegate = self.chance(30).then(|| self.market.id(Delegate));
        self.trail.push(format!("{who:?} units {pick} unit {unit} node {node}"));
        let m = &mut self.market;
        let came = match (pick, at_node) {
            (0, Some(spec)) => m.attempt(who, |at| at.register_node(spec)).map(drop),
            (1 | 2, Some(spec)) => m.attempt(who, |at| at.update_node(node, spec)),
            (3, _) => m.attempt(who, |at| at.register_unit(node, spec)).map(drop),
            (4 | 5, _) => m.attempt(who, |at| at.update_unit(unit, spec)),
            (6, _) => m.attempt(who, |at| at.retire_unit(unit)),
            (7, _) => m.attempt(who, |at| at.retire_node(node)),
            _ => m.attempt(who, |at| at.set_provider(Vec::new(), delegate)),
        };
        self.judge(came, None, 0);
    }

    pub(super) fn admin_acts(&mut self) {
        let who = self.who(Admin);
        let (pick, paused) = (self.rng.gen_range(0..9), self.chance(50));
        let config = Config {
            network_fee_bps: self.rng.gen_range(0..1_100),
            referral_bps: self.rng.gen_range(0..550),
            reporter_bps: self.rng.gen_range(0..1_100),
            ..Config::default()
        };
        let (interval, window) = (self.market.interval() * self.rng.gen_range(1..3), self.market.window());
        let (role, feed) =
            (if self.chance(50) { Role::Pauser } else { Role::PriceFeed }, self.who(PriceFeed));
        let (to, per_usd) =
            (if role == Role::Pauser { Pauser } else { PriceFeed }, self.rng.gen_range(8..13) * UNIT / 10);
        let ago = self.rng.gen_range(0..3) * self.market.beat_ms / 2;
        self.trail
            .push(format!("{who:?} admin {pick} {paused} {config:?} {role:?} {feed:?} {per_usd} {ago}"));
        let m = &mut self.market;
        let (treasury, now, settings) = (m.id(Treasury), m.clock().now, m.picture().settings.clone());
        let by = if pick == 7 { feed } else { who };
        let is_admin = settings.admin == m.id(by);
        let held = Office { holders: settings.holders, upgrade: None };
        let holds = |role| held.holds(m.id(by), role);
        let said = match pick {
            0 | 1 | 5 | 6 if !is_admin => Err(Error::NotAdmin),
            0 | 1 => config.check(),
            2..=4 if !is_admin && !holds(Role::Pauser) => Err(Error::NotInRole),
            2..=4 if paused => settings.pauses.clone().begin(now),
            2..=4 => settings.pauses.clone().end(now),
            5 | 6 => held.clone().set_role(m.id(to), role, true),
            7 if !holds(Role::PriceFeed) => Err(Error::NotInRole),
            7 => settings.rate.clone().set(per_usd, now - ago, now),
            _ => Ok(()),
        };
        let (said, to) = (Some(said.map(|()| None)), m.id(to));
        let (said, came) = match pick {
            0 | 1 => (said, m.attempt(by, |at| at.configure(config, treasury))),
            2..=4 => (said, m.attempt(by, |at| at.set_paused(paused))),
            5 | 6 => (said, m.attempt(by, |at| at.set_role(to, role, true))),
            7 => (said, m.attempt(by, |at| at.set_rate(per_usd, now - ago))),
            _ => (None, m.attempt(Watcher, |at| at.register_challenger(interval, window))),
        };
        self.judge(came, said, 0);
    }
}
