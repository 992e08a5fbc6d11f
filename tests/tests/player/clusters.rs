//! Trust, clusters and their revenue in a random run.

use orchestrator_domain::{Choice, ClusterSpec, Currency, Handover, Kind, Order, MAX_MANAGER_BPS};
use orchestrator_scenarios::{Model, Who, Who::*};
use rand::{seq::SliceRandom, Rng};

use super::Player;

impl Player {
    pub(super) fn cluster(&mut self) -> u64 {
        self.among(self.market.picture().clusters.keys().copied().collect())
    }

    pub(super) fn manager_of(&mut self, cluster: u64) -> Who {
        let manager = self.market.picture().clusters.get(&cluster).map(|x| x.manager);
        let best = Who::ALL.into_iter().find(|who| Some(self.market.id(*who)) == manager);
        self.who(best.unwrap_or(Manager))
    }

    /// An order in a cluster: mostly wherever it is chosen to go, sometimes on members that it names.
    pub(super) fn cluster_order(&mut self, cluster: u64, replicas: usize) -> Order {
        let mut order = self.market.cluster_order(cluster, replicas);
        let region = self.chance(15).then(|| *[276, 40].choose(&mut self.rng).expect("there are some"));
        order.choice = Some(Choice { cluster, region, together: self.chance(40) });
        for replica in &mut order.replicas {
            if self.chance(20) {
                replica.unit = self.unit();
            }
        }
        order
    }

    fn cluster_spec(&mut self) -> ClusterSpec {
        let mut spec = self.market.cluster_spec();
        spec.price = spec.price * self.rng.gen_range(3..9u128) / 4;
        spec.fee_bps = self.rng.gen_range(0..MAX_MANAGER_BPS + 100);
        spec.open = self.chance(85);
        if self.chance(10) {
            (spec.currency, spec.price) = (Currency::MicroUsd, spec.price / 1_000_000);
        }
        if self.chance(10) {
            spec.terms.max_misses = self.rng.gen_range(0..4);
        }
        if self.chance(30) {
            spec.observers.push(self.market.id(Tenant));
        }
        if self.chance(5) {
            spec.kind = Kind::Compute;
        }
        spec
    }

    fn provider(&mut self) -> Who {
        let best = *[Provider, Spare, Third, Fourth].choose(&mut self.rng).expect("there are some");
        self.who(best)
    }

    /// A cluster and a provider to whom something is due in it, where there are any.
    fn share(&mut self) -> (u64, Who) {
        let m = &self.market;
        let model = Model { state: m.picture(), clock: m.clock() };
        let due = m.picture().shares.keys().filter(|(id, x)| model.claim(*id, *x).is_ok());
        let who = |x| Who::ALL.into_iter().find(|who| m.id(*who) == x);
        let due: Vec<(u64, Who)> = due.filter_map(|(id, x)| Some((*id, who(*x)?))).collect();
        match due.choose(&mut self.rng) {
            Some(share) if self.rng.gen_bool(0.9) => *share,
            _ => (self.cluster(), self.provider()),
        }
    }

    /// A cluster that has something to distribute, where there is one.
    fn filled(&mut self) -> u64 {
        let all = &self.market.picture().clusters;
        let filled: Vec<u64> = all.iter().filter(|(_, x)| x.pool.members > 0).map(|x| *x.0).collect();
        if filled.is_empty() {
            return self.cluster();
        }
        self.among(filled)
    }

    fn settle_cluster(&mut self, cluster: u64) {
        let m = &mut self.market;
        let within = m.picture().reservations.values().filter(|r| r.cluster() == Some(cluster));
        let ids: Vec<u64> = within.flat_map(|r| &r.slots).map(|slot| slot.placement).collect();
        self.trail.push(format!("Stranger settle_many {ids:?}"));
        let came = m.attempt(Stranger, |at| at.settle_many(ids));
        self.judge(came, Some(Ok(None)), 0);
    }

    pub(super) fn cluster_acts(&mut self) {
        let none = self.market.picture().clusters.is_empty();
        let pick = if none { 2 } else { self.rng.gen_range(0..16) };
        let (cluster, provider) = match pick {
            7..=9 => (self.filled(), self.provider()),
            10 | 11 => self.share(),
            _ => (self.cluster(), self.provider()),
        };
        if pick > 13 {
            return self.settle_cluster(cluster);
        }
        let manager = self.manager_of(cluster);
        let (to, trusts, unit) = (self.who(Tenant), self.chance(85), self.unit());
        let capacity = *[0, 5, 40, 60, 100, u64::MAX].choose(&mut self.rng).expect("there are some");
        let spec = self.cluster_spec();
        let by = if pick == 6 { provider } else { manager };
        self.trail.push(format!(
            "cluster act {pick} on {cluster} by {by:?}, {provider:?} {trusts} {to:?} unit {unit} {capacity} {spec:?}"
        ));
        let m = &mut self.market;
        let model = Model { state: m.picture(), clock: m.clock() };
        let (id, next, account) = (m.id(by), m.id(to), m.id(provider));
        let (said, came) = match pick {
            0 | 1 => {
                let trusted = m.id(Manager);
                (Ok(()), m.attempt(provider, |at| at.set_trust(trusted, trusts)))
            }
            2 => {
                let said = model.create_cluster(&spec);
                let came = m.attempt(by, |at| at.create_cluster(spec));
                assert_eq!(came, said);
                (said.map(drop), came.map(drop))
            }
            3 => {
                let said = model.update_cluster(id, cluster, &spec);
                (said, m.attempt(by, |at| at.update_cluster(cluster, spec)))
            }
            4..=6 => {
                let said = model.set_member(id, cluster, unit, capacity);
                (said, m.attempt(by, |at| at.set_member(cluster, unit, capacity)))
            }
            7..=9 => {
                let said = model.distribute(cluster);
                let (fees, manager) =
                    (m.picture().settings.fees, m.picture().clusters.get(&cluster).map(|x| x.manager));
                let had = manager.map_or(0, |x| m.picture().accounts[&x].available);
                let came = m.attempt(Reporter, |at| at.distribute(cluster));
                if let (Ok((fee, to_manager, _)), Some(manager)) = (said, manager) {
                    let has = m.picture().accounts[&manager].available;
                    assert_eq!((m.picture().settings.fees - fees, has - had), (fee, to_manager));
                }
                (said.map(drop), came)
            }
            10 | 11 => {
                let said = model.claim(cluster, account);
                let had = m.available(provider);
                let came = m.attempt(Reporter, |at| at.claim(cluster, account));
                assert_eq!(m.available(provider) - had, said.unwrap_or(0));
                (said.map(drop), came)
            }
            12 => {
                let said = model.offer(id, Handover::Cluster(cluster));
                (said, m.attempt(by, |at| at.offer(Handover::Cluster(cluster), Some(next))))
            }
            _ => {
                let said = model.take_over_cluster(next, cluster);
                (said, m.attempt(to, |at| at.take_over(Handover::Cluster(cluster))))
            }
        };
        self.judge(came, Some(said.map(|()| None)), 0);
    }
}
