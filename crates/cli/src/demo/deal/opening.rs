//! From an empty market to replicas that are paid for and challenged.

use orchestrator_chain::Ledger;
use orchestrator_market::parties::Stage;

use crate::{
    demo::{
        claim::equal,
        deal::Story,
        input::UNIT_GIB,
        offer::{price, TERMS, TERM_MS, TRANSFER_MS},
    },
    failure::Failure,
    output::unit,
};

impl<L: Ledger> Story<'_, L> {
    /// Providers register and put in money for collateral.
    pub fn market_opens(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("1. A market opens")?;
        self.scene.tell_deployment()?;
        let gib = u128::from(self.errand.content.gib());
        for n in 0..self.scene.cast.providers.len() {
            self.scene.opens_shop(n, UNIT_GIB, &TERMS, price(n) * (gib + 1))?;
        }
        self.scene.check()
    }

    /// The consumer encrypts its file, once for each replica.
    pub fn file_is_sealed(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("2. The consumer encrypts its file")?;
        self.errand.tell_content(&self.scene)?;
        self.errand.seal(&self.scene, self.replicas.into())
    }

    /// One call reserves a placement for each replica on the cheapest units, and locks the price.
    pub fn replicas_are_reserved(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("3. It reserves room for every replica in one call")?;
        let (ledger, consumer) = (&mut self.scene.ledger, &self.errand.consumer);
        consumer.register_challenger(ledger, TERMS.interval_ms, TERMS.window_ms)?;
        let offers = consumer.offers(ledger, self.errand.parcel.capacity(), TERM_MS, &[])?;
        equal(offers.len(), self.scene.cast.providers.len(), "the number of offers")?;
        let chosen = &offers[..usize::from(self.replicas).min(offers.len())];
        let price: u128 = chosen.iter().map(|offer| offer.price).sum();
        // Twice the price: there is to be something left for the replica that will have to be replaced.
        let put_in = price * 2;
        consumer.party().deposit(ledger, put_in)?;
        let id = consumer.reserve(ledger, &mut self.errand.parcel, chosen, TERM_MS)?;
        equal(
            self.errand.money(&self.scene.ledger)?,
            (put_in - price, price),
            "the consumer's available and locked money",
        )?;
        for (slot, offer) in chosen.iter().enumerate() {
            let (placement, p) = self.errand.filled(&self.scene.ledger, slot)?;
            equal(
                (p.provider, p.escrow),
                (offer.provider, offer.price),
                "provider and escrow of the placement",
            )?;
            equal(self.errand.parcel.replica(slot)?.stage, Stage::Funded, "the stage of the replica")?;
            self.scene.teller.fact(&format!(
                "placement {placement}: replica {slot} at {} for 30 days, {} UNIT in escrow ({})",
                self.scene.cast.name(offer.provider),
                unit(offer.price),
                Stage::Funded
            ))?;
        }
        self.scene.teller.note(&format!(
            "reservation {id}: {} UNIT locked of {} put in",
            unit(price),
            unit(put_in)
        ))?;
        self.scene.check()
    }

    /// Providers accept what the chain proposes to them, receive the replicas, check them and activate.
    pub fn replicas_are_handed_over(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("4. The providers accept, receive and check the replicas")?;
        self.scene.ledger.advance(TRANSFER_MS)?;
        let mut accepted = Vec::new();
        for (_, provider) in &self.scene.cast.providers {
            accepted.extend(provider.accept_proposals(&mut self.scene.ledger)?);
        }
        equal(accepted.len(), self.errand.parcel.replicas.len(), "the number of accepted placements")?;
        for slot in self.errand.slots() {
            self.errand.hand_over(&mut self.scene, slot)?;
        }
        self.scene.check()
    }
}
