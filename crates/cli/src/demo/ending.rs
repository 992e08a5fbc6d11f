//! The spare provider takes over, the term ends, the file is read back, and everybody leaves.

use std::path::Path;

use orchestrator::{
    domain::{price_up, State, DAY_MS},
    events::ReservationClosed,
};
use orchestrator_chain::Ledger;
use orchestrator_market::parties::{Consumer, PartyError, Stage, Whereabouts};

use crate::{
    demo::{
        cast::consumer,
        claim::{ensure, equal},
        facts::ReplicaFacts,
        input::digest,
        loss::Loss,
        story::Story,
    },
    failure::Failure,
    output::unit,
};

impl<L: Ledger> Story<'_, L> {
    /// The consumer rebuilds the lost replica, and the spare provider takes it over with the repair pot.
    pub fn spare_takes_over(&mut self, loss: &mut Loss) -> Result<(), Failure> {
        self.teller.chapter("8. The spare provider takes the replica over")?;
        let slot = loss.slot;
        self.rebuild(slot)?;

        let avoid: Vec<_> = (0..self.parcel.replicas.len()).map(|i| Ok(self.filled(i)?.1.provider)).collect();
        let avoid = avoid.into_iter().collect::<Result<Vec<_>, Failure>>()?;
        let (ledger, consumer) = (&mut self.ledger, &self.cast.consumer);
        let lost = consumer.placement(ledger, loss.facts.placement)?;
        let left = lost.ends_at - ledger.now_ms()?;
        let unearned = price_up(lost.price, lost.capacity, left).unwrap_or_default();
        let offers = consumer.offers(ledger, self.parcel.capacity(), left, &avoid)?;
        let Some(offer) = offers.first() else { return ensure(false, "a spare provider with room") };
        let id = consumer.replace(ledger, &mut self.parcel, slot as u8, offer)?;
        let p = self.placement(id)?;
        let rest = self.pot(slot)?;
        let bonus = loss.facts.pot.min(offer.price).min(unearned);
        equal(
            p.bonus,
            bonus,
            "the bonus, out of the pot up to its price and what the lost one had left to earn,",
        )?;
        equal(p.bonus + rest, loss.facts.pot, "bonus and what is left in the pot")?;
        equal((p.provider, p.term_ms), (offer.provider, left), "provider and term of the replacement")?;
        let name = self.cast.name(p.provider).to_owned();
        let days = left as f64 / DAY_MS as f64;
        self.teller.fact(&format!(
            "placement {id} proposes the slot to {name} for the {days:.1} days that are left"
        ))?;
        let (bonus, pot) = (unit(p.bonus), unit(loss.facts.pot));
        self.teller.fact(&match rest {
            0 => format!("with it comes the whole repair pot of {bonus} UNIT as a bonus"),
            _ => {
                format!("with it comes what the lost one had left to earn, {bonus} UNIT of the pot's {pot}")
            }
        })?;
        let accepted = self.cast.provider(p.provider)?.accept_proposals(&mut self.ledger)?;
        equal(accepted, vec![id], "what the spare provider accepted")?;
        self.cast.consumer.follow(&self.ledger, &mut self.parcel)?;
        self.hand_over(slot)?;
        loss.facts.replaced_by = name;
        loss.facts.bonus = p.bonus;
        self.day_ends()?;
        self.check()
    }

    /// Seals the lost replica again, from a replica that survived where there is one.
    fn rebuild(&mut self, slot: usize) -> Result<(), Failure> {
        let before = self.parcel.replica(slot)?.sealed;
        let restored = self.input.folder.join("consumer").join("restored");
        let places = self.cast.consumer.locate(&self.ledger)?;
        for lost in places.iter().filter(|x| x.slot as usize == slot) {
            let failed = self.cast.provider(lost.record.provider)?;
            let data = failed.serve(&self.ledger, lost.placement, self.cast.consumer.party().account());
            let refused = self.cast.consumer.retrieve(&mut self.parcel, lost, data, &restored);
            ensure(refused.is_err() && !restored.exists(), "a damaged replica that is refused")?;
            equal(self.parcel.replica(slot)?.stage, Stage::Unavailable, "the stage of the replica")?;
            let name = self.cast.name(lost.record.provider);
            self.teller.mishap(&format!("{name} cannot give it back any more ({})", Stage::Unavailable))?;
        }
        let survivor = places.into_iter().find(|x| x.record.state == State::Active);
        let source = match &survivor {
            Some(from) => {
                self.fetch(from, &self.cast.consumer, &restored)?;
                self.teller.fact(&format!(
                    "the consumer has read the file back from replica {} at {}",
                    from.slot,
                    self.cast.name(from.record.provider)
                ))?;
                &restored
            }
            None => {
                self.teller.note("there is no other replica: the consumer still has its file")?;
                &self.input.file
            }
        };
        self.cast.consumer.seal_again(&mut self.parcel, slot as u32, source, |_| ())?;
        let after = self.parcel.replica(slot)?.sealed;
        equal(after, before, "what was sealed again, against what was sealed first,")?;
        if survivor.is_some() {
            std::fs::remove_file(&restored)?;
        }
        self.teller.fact("sealed again under the same key, the lost replica has the same root as before")?;
        Ok(())
    }

    /// Rounds go on to the end of the term; then everything is settled.
    pub fn term_ends(&mut self, loss: &mut Loss) -> Result<(), Failure> {
        self.teller.chapter("9. The term goes on to its end")?;
        let days = self.rounds_until_the_end()?;
        self.teller
            .fact(&format!("{days} more rounds, all proven; the term is over on day {}", self.day()?))?;
        for (_, provider) in &self.cast.providers {
            provider.settle(&mut self.ledger)?;
        }
        self.cast.consumer.follow(&self.ledger, &mut self.parcel)?;
        for slot in 0..self.parcel.replicas.len() {
            let (id, p) = self.filled(slot)?;
            equal(p.state, State::Completed, "the state of the placement")?;
            equal((p.escrow, p.collateral), (0, 0), "escrow and collateral of a completed placement")?;
            equal(self.parcel.replica(slot)?.stage, Stage::Completed, "the stage of the replica")?;
            let bonus = match slot == loss.slot {
                true => {
                    equal(
                        p.bonus_paid,
                        loss.facts.bonus,
                        "the bonus that was paid, against the one promised,",
                    )?;
                    loss.spent += p.settled;
                    format!(" and the bonus of {} UNIT", unit(p.bonus_paid))
                }
                false => String::new(),
            };
            self.teller.fact(&format!(
                "placement {id} at {} has completed its term: paid {} UNIT{bonus}",
                self.cast.name(p.provider),
                unit(p.settled)
            ))?;
        }
        self.check()
    }

    /// On another machine, with nothing but the phrase and the market's address, the consumer reads its file back.
    /// Says its SHA-256.
    pub fn file_is_read_back(&mut self, loss: &Loss) -> Result<String, Failure> {
        self.teller.chapter(
            "10. The consumer reads its file back on another machine, from its phrase and the chain",
        )?;
        let folder = self.input.folder.join("read-back");
        std::fs::create_dir_all(&folder)?;
        let elsewhere = consumer(&self.cast.phrase, self.cast.operator.contract(), folder.clone())?;
        let places = elsewhere.locate(&self.ledger)?;
        equal(places.len(), self.parcel.replicas.len(), "the number of replicas found")?;
        let mut read_back = String::new();
        for place in &places {
            let output = folder.join(format!("replica-{}", place.slot));
            self.fetch(place, &elsewhere, &output)?;
            let (bytes, sha256) = digest(&output)?;
            equal(
                (bytes, sha256.as_str()),
                (self.input.bytes, self.input.sha256.as_str()),
                "length and SHA-256",
            )?;
            let history = if place.slot as usize == loss.slot { "taken over" } else { "survived" };
            self.teller.fact(&format!(
                "replica {} ({history}) from {}, {}: decrypted, SHA-256 {sha256}",
                place.slot,
                self.cast.name(place.record.provider),
                place.endpoint
            ))?;
            read_back = sha256;
        }
        self.teller.fact("that is the SHA-256 of the file that was stored")?;
        Ok(read_back)
    }

    /// Replicas as they stand before the reservation is closed.
    pub fn replica_facts(&self) -> Result<Vec<ReplicaFacts>, Failure> {
        let mut facts = Vec::new();
        for (slot, replica) in self.parcel.replicas.iter().enumerate() {
            let (placement, p) = self.filled(slot)?;
            facts.push(ReplicaFacts {
                slot,
                placement,
                provider: self.cast.name(p.provider).to_owned(),
                stage: replica.stage.to_string(),
                root: hex::encode(p.root),
                chunks: p.chunks,
                proven: p.tally.proven,
                missed: p.tally.missed,
                paid: p.settled,
                bonus: p.bonus_paid,
            });
        }
        Ok(facts)
    }

    /// The reservation is closed, providers give up their units, and all take their money out.
    pub fn everybody_leaves(&mut self, loss: &mut Loss) -> Result<(), Failure> {
        self.teller.chapter("11. Everybody leaves")?;
        let id = self.reservation();
        let rest = self.pot(loss.slot)?;
        self.cast.consumer.close(&mut self.ledger, id)?;
        let closed = self.ledger.calls().last().and_then(|call| call.events::<ReservationClosed>().next());
        let Some(closed) = closed else { return ensure(false, "a reservation that is closed") };
        equal(
            closed.to_consumer + closed.to_treasury,
            rest,
            "what the pot gave, against what was left in it,",
        )?;
        equal(closed.to_consumer, rest.min(loss.spent), "the consumer's part of it")?;
        loss.facts.rest_to_consumer = closed.to_consumer;
        loss.facts.rest_to_treasury = closed.to_treasury;
        let gone = self.cast.consumer.reservation(&self.ledger, id);
        ensure(matches!(gone, Err(PartyError::Gone { .. })), "a reservation that is gone")?;
        self.teller
            .fact(&format!("reservation {id} is closed, its storage deposit is back with the consumer"))?;
        self.teller.fact(&format!(
            "of the {} UNIT left in the pot the consumer has got {}, no more than the {} it had paid for the slot",
            unit(rest),
            unit(closed.to_consumer),
            unit(loss.spent)
        ))?;

        let treasury = &self.cast.treasury;
        treasury.send(&mut self.ledger, "collect the fees", treasury.market().collect_fees())?;
        for (_, provider) in &self.cast.providers {
            if !self.input.kept {
                provider.clear_out(&self.ledger)?;
                equal(provider.store().placements()?, Vec::new(), "what is left in the store")?;
            }
            provider.retire_all(&mut self.ledger)?;
        }
        self.teller
            .fact("the providers have retired their units and nodes: those deposits are back as well")?;

        let parties = self.cast.providers.iter().map(|(_, x)| x.party());
        let others = [self.cast.consumer.party(), self.cast.reporter.party(), treasury];
        for party in parties.chain(others) {
            let amount = party.withdraw_all(&mut self.ledger)?;
            let left = party.money(&self.ledger)?;
            equal((left.available, left.locked), (0, 0), "what is left in an account")?;
            let name = self.cast.name(party.account());
            self.teller.fact(&format!("{name} has withdrawn {} UNIT", unit(amount)))?;
        }
        self.check()
    }

    /// What is in the repair pot of a slot.
    fn pot(&self, slot: usize) -> Result<u128, Failure> {
        let reservation = self.cast.consumer.reservation(&self.ledger, self.reservation())?;
        Ok(reservation.slots.get(slot).map_or(0, |x| x.pot))
    }

    /// Has a provider serve a replica to the consumer, who decrypts it into a new file.
    fn fetch(&self, from: &Whereabouts, reader: &Consumer, output: &Path) -> Result<(), Failure> {
        let provider = self.cast.provider(from.record.provider)?;
        let data = provider.serve(&self.ledger, from.placement, reader.party().account())?;
        reader.restore(from, data, output)?;
        Ok(())
    }
}
