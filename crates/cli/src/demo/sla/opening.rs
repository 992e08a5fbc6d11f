//! From an empty market to four replicas that are paid for and challenged, and read by an observer.

use orchestrator::domain::{Access, Role, Subject, DAY_MS, NEUTRAL};
use orchestrator_chain::Ledger;
use orchestrator_market::parties::Party;

use crate::{
    demo::{
        claim::{ensure, equal},
        input::UNIT_GIB,
        offer::{price, TERM_MS, TRANSFER_MS},
        sla::{terms, Count, Story, REPLICAS},
    },
    failure::Failure,
    output::unit,
};

impl<L: Ledger> Story<'_, L> {
    /// Six providers register, and the operator gives an observer and an arbiter their roles.
    pub fn market_opens(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("1. A market opens")?;
        self.scene.tell_deployment()?;
        for (party, role) in [(self.observer.party(), Role::Observer), (self.arbiter.party(), Role::Arbiter)]
        {
            let operator = &self.scene.cast.operator;
            let message = operator.market().set_role(party.account(), role, true);
            operator.send(&mut self.scene.ledger, "set a role", message)?;
        }
        let holders = self.scene.cast.operator.settings(&self.scene.ledger)?.holders;
        equal(holders.len(), 2, "the number of roles held")?;
        self.scene.teller.fact(
            "it has named an observer, who may report how data units serve, and an arbiter for disputes",
        )?;
        let gib = u128::from(self.errand.content.gib());
        for n in 0..self.scene.cast.providers.len() {
            let id = self.scene.opens_shop(n, UNIT_GIB, &terms(), price(n) * (gib + 1))?;
            let score = self.scene.cast.operator.score(&self.scene.ledger, Subject::Unit(id))?;
            equal((score.score, score.evidence.is_empty()), (NEUTRAL, true), "the score without history")?;
            self.units.push(id);
        }
        let promised = terms();
        self.scene.teller.fact(&format!(
            "all promise {} % uptime, {} ms to the first byte, a round proven a day, and no more than {} days of \
             maintenance in 30; none has a history: each scores {NEUTRAL} of 10,000",
            f64::from(promised.uptime_bps) / 100.0,
            promised.latency_ms,
            u64::from(promised.maintenance_ms) / DAY_MS
        ))?;
        self.scene.check()
    }

    /// The consumer encrypts its file, once for each replica.
    pub fn file_is_sealed(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("2. The consumer encrypts its file")?;
        self.errand.tell_content(&self.scene)?;
        self.errand.seal(&self.scene, REPLICAS)
    }

    /// Four of them keep a replica each for 30 days, and the observer may read them.
    pub fn replicas_are_kept(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("3. Four of the six keep a replica each for 30 days")?;
        let (ledger, consumer) = (&mut self.scene.ledger, &self.errand.consumer);
        consumer.register_challenger(ledger, terms().interval_ms, terms().window_ms)?;
        let offers = consumer.offers(ledger, self.errand.parcel.capacity(), TERM_MS, &[])?;
        equal(offers.len(), self.units.len(), "the number of offers")?;
        let price: u128 = offers.iter().take(REPLICAS as usize).map(|offer| offer.price).sum();
        // There is to be something left for the replica that will have to be replaced, and for a bond.
        consumer.party().deposit(ledger, price * 2)?;
        consumer.reserve(ledger, &mut self.errand.parcel, &offers, TERM_MS)?;
        equal(self.errand.money(ledger)?, (price, price), "the consumer's available and locked money")?;
        self.scene
            .teller
            .fact(&format!("the consumer has locked the price of the term, {} UNIT", unit(price)))?;
        self.scene.ledger.advance(TRANSFER_MS)?;
        for (_, provider) in &self.scene.cast.providers {
            provider.accept_proposals(&mut self.scene.ledger)?;
        }
        for slot in self.errand.slots() {
            self.errand.hand_over(&mut self.scene, slot)?;
            let (id, _) = self.errand.filled(&self.scene.ledger, slot)?;
            self.counts.insert(id, Count::default());
        }
        self.observer_may_read(&self.errand.consumer.party().clone())?;
        self.scene.check()
    }

    fn observer_may_read(&mut self, consumer: &Party) -> Result<(), Failure> {
        let observer = self.observer.party().account();
        let id = self.errand.reservation();
        let message = consumer.market().set_access(id, observer, Some(Access::Reader));
        consumer.send(&mut self.scene.ledger, "give access", message)?;
        let grants = self.errand.consumer.reservation(&self.scene.ledger, id)?.grants;
        ensure(grants.iter().any(|x| x.account == observer), "an observer with access")?;
        Ok(self.scene.teller.fact(
            "it lets the observer read the encrypted replicas, which will do so once a day and report what it finds",
        )?)
    }
}
