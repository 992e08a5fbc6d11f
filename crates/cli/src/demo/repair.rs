//! A provider's disk loses data, and another provider takes the replica over.

use std::{fs::File, path::PathBuf};

use orchestrator::domain::{price_up, DAY_MS};
use orchestrator_chain::Ledger;
use orchestrator_market::Finding;

use crate::{
    demo::{
        cast::store_of,
        claim::{computed, ensure, equal},
        errand::Errand,
        loss::Loss,
        scene::Scene,
    },
    failure::Failure,
};

impl<L: Ledger> Scene<'_, L> {
    /// Cuts the replica of a placement in its provider's store to a quarter; says how many whole chunks are left.
    pub fn damage(&self, errand: &Errand, slot: usize) -> Result<u64, Failure> {
        let (placement, p) = errand.filled(&self.ledger, slot)?;
        let store = store_of(&self.folder, self.cast.name(p.provider));
        let path: PathBuf = [store, placement.to_string().into(), "data".into()].iter().collect();
        let cut = |file: File| -> std::io::Result<u64> {
            let length = file.metadata()?.len() / 4;
            file.set_len(length)?;
            Ok(length)
        };
        let length = File::options().write(true).open(&path).and_then(cut).map_err(|error| {
            Failure::Outcome(format!("cannot damage {} ({error}): check the disk", path.display()))
        })?;
        let holding = self.cast.provider(p.provider)?.store().holding(placement)?;
        ensure(matches!(holding.scrub()?, Finding::Damaged { .. }), "damage that a scrub finds")?;
        Ok(length / 1024)
    }
}

impl Errand {
    /// The consumer rebuilds a lost replica, and the cheapest provider with at least this score takes it over with the repair
    /// pot.
    pub fn is_repaired<L: Ledger>(
        &mut self,
        scene: &mut Scene<'_, L>,
        loss: &mut Loss,
        min_score: u16,
    ) -> Result<(), Failure> {
        let slot = loss.slot;
        self.asks_in_vain(scene, slot)?;
        self.rebuild(scene, loss)?;
        let mut avoid = Vec::new();
        for slot in self.slots() {
            avoid.push(self.filled(&scene.ledger, slot)?.1.provider);
        }
        let (ledger, consumer) = (&mut scene.ledger, &self.consumer);
        let lost = consumer.placement(ledger, loss.facts.placement)?;
        let left = lost.ends_at - ledger.now_ms()?;
        let unearned = computed(price_up(lost.price, lost.capacity, left))?;
        let offers = consumer.offers_of(ledger, self.parcel.capacity(), left, &avoid, min_score)?;
        let Some(offer) = offers.first() else { return ensure(false, "a spare provider with room") };
        let id = consumer.replace(ledger, &mut self.parcel, slot as u8, offer)?;
        let p = self.consumer.placement(&scene.ledger, id)?;
        equal((p.provider, p.term_ms), (offer.provider, left), "provider and term of the replacement")?;
        let days = left as f64 / DAY_MS as f64;
        scene.teller.fact(&format!(
            "placement {id} proposes the slot to {} for the {days:.1} days that are left",
            scene.cast.name(p.provider)
        ))?;
        loss.is_taken_over(scene, self, &p, unearned)?;
        let accepted = scene.cast.provider(p.provider)?.accept_proposals(&mut scene.ledger)?;
        equal(accepted, vec![id], "what the spare provider accepted")?;
        self.hand_over(scene, slot)
    }
}
