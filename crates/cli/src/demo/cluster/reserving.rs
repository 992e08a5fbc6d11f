//! Three ways to reserve in a cluster: with data, before there is data, and for terms that renew.

use orchestrator::domain::{price_up, Choice, State, DAY_MS};
use orchestrator_chain::Ledger;
use orchestrator_market::parties::{InCluster, Stage};

use crate::{
    demo::{
        claim::{computed, ensure, equal},
        cluster::Story,
        errand::Errand,
        offer::{TERM_MS, TRANSFER_MS},
        scene::Scene,
    },
    failure::Failure,
    output::unit,
};

/// Term of the reservation that renews: 10 days.
pub const SHORT_TERM_MS: u64 = 10 * DAY_MS;

impl<L: Ledger> Story<'_, L> {
    /// The first consumer reserves three replicas, and the contract chooses who keeps them.
    pub fn replicas_are_reserved(&mut self) -> Result<(), Failure> {
        self.scene
            .teller
            .chapter("3. Consumer 1 reserves three replicas; the contract chooses who keeps them")?;
        self.first.tell_content(&self.scene)?;
        self.first.seal(&self.scene, 3)?;
        let wanted = self.wanted(self.first.parcel.capacity(), TERM_MS);
        let price = self.price(&wanted, 3)?;
        self.scene.reserves(&mut self.first, &wanted, price + price / 5, price)?;
        self.scene.ledger.advance(TRANSFER_MS)?;
        for slot in self.first.slots() {
            self.first.hand_over(&mut self.scene, slot)?;
        }
        self.scene.check()
    }

    /// The second has no data yet, but wants the room.
    pub fn capacity_is_reserved(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("4. Consumer 2 reserves capacity first, and will have data later")?;
        self.second.parcel = self.second.consumer.plan(2);
        let wanted = self.wanted(1, TERM_MS);
        let price = self.price(&wanted, 2)?;
        self.scene.reserves(&mut self.second, &wanted, price + price / 5, price)?;
        for slot in self.second.slots() {
            let (id, p) = self.second.filled(&self.scene.ledger, slot)?;
            equal(p.chunks, 0, "the chunks of capacity without data")?;
            let provider = self.scene.cast.provider(p.provider)?;
            provider.activate(&mut self.scene.ledger, id)?;
            let (_, active) = self.second.filled(&self.scene.ledger, slot)?;
            equal(active.state, State::Active, "the state of the placement")?;
            self.scene.teller.fact(&format!(
                "{} keeps {} GiB free for it: paid from now on, and asked for nothing",
                self.scene.cast.name(p.provider),
                p.capacity
            ))?;
        }
        self.scene.check()
    }

    /// The third reserves for ten days, and lets that renew.
    pub fn renewal_is_agreed(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("5. Consumer 3 reserves ten days that renew by themselves")?;
        self.third.tell_content(&self.scene)?;
        self.third.seal(&self.scene, 1)?;
        let wanted = self.wanted(self.third.parcel.capacity(), SHORT_TERM_MS);
        let price = self.price(&wanted, 1)?;
        self.scene.reserves(&mut self.third, &wanted, price * 2, price)?;
        let (ledger, id) = (&mut self.scene.ledger, self.third.reservation());
        self.third.consumer.set_auto_renew(ledger, id, price)?;
        let record = self.third.consumer.reservation(ledger, id)?;
        equal(record.renew_up_to, price, "the ceiling of a renewal")?;
        self.third.hand_over(&mut self.scene, 0)?;
        let market = self.third.consumer.party().market();
        let doing = "ask how long it is funded";
        let ledger = &self.scene.ledger;
        let funded = self.third.consumer.party().ask(ledger, doing, market.funded_until(id))?;
        let (_, p) = self.third.filled(ledger, 0)?;
        equal(funded, p.ends_at + SHORT_TERM_MS, "until when the reservation is funded")?;
        self.scene.teller.fact(&format!(
            "it may renew for at most {} UNIT, which is what it has left: funded until day {}",
            unit(price),
            2 * SHORT_TERM_MS / DAY_MS
        ))?;
        self.scene.check()
    }

    /// Room in the cluster, with the manager as challenger.
    fn wanted(&self, capacity: u64, term_ms: u64) -> InCluster {
        InCluster {
            choice: Choice { cluster: self.cluster, region: None, together: false },
            challenger: Some(self.manager_account()),
            capacity,
            term_ms,
        }
    }

    /// What so many replicas cost by the cluster's price.
    fn price(&self, wanted: &InCluster, replicas: u128) -> Result<u128, Failure> {
        let spec = self.manager.cluster(&self.scene.ledger, self.cluster)?.spec;
        Ok(replicas * computed(price_up(spec.price, wanted.capacity, wanted.term_ms))?)
    }
}

impl<L: Ledger> Scene<'_, L> {
    /// A consumer puts in money and reserves; members of different providers have accepted with that.
    fn reserves(
        &mut self,
        errand: &mut Errand,
        wanted: &InCluster,
        put_in: u128,
        price: u128,
    ) -> Result<(), Failure> {
        let ledger = &mut self.ledger;
        errand.consumer.party().deposit(ledger, put_in)?;
        let id = errand.consumer.reserve_in(ledger, &mut errand.parcel, wanted)?;
        equal(errand.money(ledger)?, (put_in - price, price), "the consumer's available and locked money")?;
        let mut keepers = Vec::new();
        for slot in errand.slots() {
            let (_, p) = errand.filled(ledger, slot)?;
            equal(errand.parcel.replica(slot)?.stage, Stage::Accepted, "the stage of the replica")?;
            ensure(p.collateral > 0 && p.collateral == p.collateral_initial, "collateral that is locked")?;
            keepers.push(self.cast.name(p.provider));
        }
        self.teller.fact(&format!(
            "reservation {id}: {} UNIT locked of {} put in",
            unit(price),
            unit(put_in)
        ))?;
        self.teller.fact(&format!(
            "the contract has chosen {}; {} accepted by trusting the manager",
            listed(&keepers),
            if keepers.len() > 1 { "they have" } else { "it has" }
        ))?;
        keepers.sort_unstable();
        keepers.dedup();
        equal(keepers.len(), errand.slots().len(), "the number of different providers")
    }
}

/// Names as a sentence lists them.
fn listed(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_in_a_sentence() {
        assert_eq!(listed(&["a"]), "a");
        assert_eq!(listed(&["a", "b"]), "a and b");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
    }
}
