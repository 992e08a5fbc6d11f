//! Money, units and governance of a random run.

use orchestrator_chain::runtime::UNIT;
use orchestrator_domain::{Config, Error, NodeState, UnitSpec};
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
        let best = if self.chance(50) { Provider } else { Spare };
        let who = self.who(best);
        let (pick, unit, node) = (self.rng.gen_range(0..8), self.unit(), self.rng.gen_range(1..4));
        let mut spec: UnitSpec = self.market.unit_spec();
        spec.price = spec.price * self.rng.gen_range(1..5u128) / 2;
        spec.capacity = self.rng.gen_range(0..120);
        spec.open = self.chance(80);
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
        let (pick, paused) = (self.rng.gen_range(0..6), self.chance(50));
        let config = Config {
            network_fee_bps: self.rng.gen_range(0..1_100),
            referral_bps: self.rng.gen_range(0..550),
            reporter_bps: self.rng.gen_range(0..1_100),
            ..Config::default()
        };
        let (interval, window) = (self.market.interval() * self.rng.gen_range(1..3), self.market.window());
        self.trail.push(format!("{who:?} admin {pick} {paused} {config:?}"));
        let m = &mut self.market;
        let treasury = m.id(Treasury);
        let is_admin = m.picture().settings.admin == m.id(who);
        let said = match pick {
            0 | 1 if !is_admin => Err(Error::NotAdmin),
            0 | 1 => config.check().map(|()| None),
            2..=4 if !is_admin => Err(Error::NotAdmin),
            2..=4 if paused && m.picture().settings.pauses.paused => Err(Error::Paused),
            2..=4 if !paused && !m.picture().settings.pauses.paused => Err(Error::NotPaused),
            _ => Ok(None),
        };
        let (said, came) = match pick {
            0 | 1 => (Some(said), m.attempt(who, |at| at.configure(config, treasury))),
            2..=4 => (Some(said), m.attempt(who, |at| at.set_paused(paused))),
            _ => (None, m.attempt(Watcher, |at| at.register_challenger(interval, window))),
        };
        self.judge(came, said, 0);
    }
}
