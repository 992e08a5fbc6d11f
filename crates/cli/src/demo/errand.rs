//! A consumer with something to keep: it seals it, hands it over, rebuilds what was lost and reads it back.

use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use orchestrator::{
    domain::{Placement, State},
    events::ReservationClosed,
};
use orchestrator_chain::{AccountId, Ledger};
use orchestrator_market::parties::{Consumer, Parcel, PartyError, Stage, Whereabouts};

use crate::{
    demo::{
        claim::{ensure, equal},
        facts::{FileFacts, ReplicaFacts},
        input::{digest, Content},
        loss::Loss,
        scene::Scene,
    },
    failure::Failure,
    output::unit,
};

/// A consumer, what it stores, and where that is.
pub struct Errand {
    pub name: String,
    pub consumer: Consumer,
    pub content: Content,
    pub parcel: Parcel,
}

impl Errand {
    /// The errand of the consumer of this name.
    pub fn new<L: Ledger>(scene: &Scene<'_, L>, name: &str, content: Content) -> Result<Self, Failure> {
        let consumer = scene.cast.consumer(name, &scene.folder.join(name.replace(' ', "-")))?;
        let parcel = consumer.plan(0);
        Ok(Self { name: name.to_owned(), consumer, content, parcel })
    }

    /// The consumer within a sentence.
    pub fn who(&self) -> String {
        if self.name.contains(' ') {
            self.name.clone()
        } else {
            format!("the {}", self.name)
        }
    }

    pub fn account(&self) -> AccountId {
        self.consumer.party().account()
    }

    /// The parcel's reservation, zero before there is one.
    pub fn reservation(&self) -> u64 {
        self.parcel.reservation.unwrap_or_default()
    }

    /// Numbers of its replicas.
    pub fn slots(&self) -> std::ops::Range<usize> {
        0..self.parcel.replicas.len()
    }

    /// The placement that fills a slot, with its id.
    pub fn filled<L: Ledger>(&self, ledger: &L, slot: usize) -> Result<(u64, Placement), Failure> {
        let id = self.parcel.replica(slot)?.placement.unwrap_or_default();
        Ok((id, self.consumer.placement(ledger, id)?))
    }

    /// Brings the stages up to date and checks that the slot's is `expected`.
    pub fn ensure_stage<L: Ledger>(
        &mut self,
        ledger: &L,
        slot: usize,
        expected: Stage,
    ) -> Result<(), Failure> {
        self.consumer.follow(ledger, &mut self.parcel)?;
        equal(self.parcel.replica(slot)?.stage, expected, "the stage of the replica")
    }

    /// What the consumer has available and locked.
    pub fn money<L: Ledger>(&self, ledger: &L) -> Result<(u128, u128), Failure> {
        let money = self.consumer.party().money(ledger)?;
        Ok((money.available, money.locked))
    }

    /// What is in the repair pot of a slot.
    pub fn pot<L: Ledger>(&self, ledger: &L, slot: usize) -> Result<u128, Failure> {
        let reservation = self.consumer.reservation(ledger, self.reservation())?;
        Ok(reservation.slots.get(slot).map_or(0, |x| x.pot))
    }

    /// Tells what is to be stored.
    pub fn tell_content<L: Ledger>(&self, scene: &Scene<'_, L>) -> Result<(), Failure> {
        let Content { path, bytes, sha256 } = &self.content;
        Ok(scene.teller.fact(&format!("{}: {bytes} bytes, SHA-256 {sha256}", path.display()))?)
    }

    /// Encrypts the file, once for each replica: no two of them are alike.
    pub fn seal<L: Ledger>(&mut self, scene: &Scene<'_, L>, replicas: u32) -> Result<(), Failure> {
        let Content { path, bytes, .. } = &self.content;
        let bar = bar(bytes * u64::from(replicas), scene.teller.is_quiet());
        self.parcel = self.consumer.seal(path, replicas, |number, done| {
            bar.set_position(u64::from(number) * bytes + done);
        })?;
        bar.finish_and_clear();
        self.tell_sealed(scene)
    }

    /// Encrypts the file for capacity that was reserved before.
    pub fn seal_reserved<L: Ledger>(&mut self, scene: &Scene<'_, L>) -> Result<(), Failure> {
        for number in 0..self.parcel.replicas.len() as u32 {
            self.consumer.seal_again(&mut self.parcel, number, &self.content.path, |_| ())?;
        }
        self.tell_sealed(scene)
    }

    fn tell_sealed<L: Ledger>(&self, scene: &Scene<'_, L>) -> Result<(), Failure> {
        let mut roots = Vec::new();
        for (slot, replica) in self.parcel.replicas.iter().enumerate() {
            equal(replica.stage, Stage::Encrypted, "the stage of the replica")?;
            let Some(sealed) = replica.sealed else { continue };
            roots.push(sealed.root);
            let root = hex::encode(sealed.root);
            scene.teller.fact(&format!(
                "replica {slot}: {} chunks of 1 KiB, root {}…",
                sealed.chunks,
                &root[..16]
            ))?;
        }
        roots.sort_unstable();
        roots.dedup();
        equal(roots.len(), self.parcel.replicas.len(), "the number of different roots")
    }

    /// Hands one replica over, from accepted to active.
    pub fn hand_over<L: Ledger>(&mut self, scene: &mut Scene<'_, L>, slot: usize) -> Result<(), Failure> {
        self.ensure_stage(&scene.ledger, slot, Stage::Accepted)?;
        let (placement, p) = self.filled(&scene.ledger, slot)?;
        ensure(p.collateral > 0 && p.collateral == p.collateral_initial, "collateral that is locked")?;
        let chunks = self.carry(scene, slot)?;
        let provider = scene.cast.provider(p.provider)?;
        equal(chunks, p.chunks, "the chunks that the provider stored")?;
        provider.activate(&mut scene.ledger, placement)?;
        self.ensure_stage(&scene.ledger, slot, Stage::Completed)?;
        let (_, active) = self.filled(&scene.ledger, slot)?;
        equal(active.state, State::Active, "the state of the placement")?;
        scene.teller.fact(&format!(
            "{} has locked {} UNIT collateral, holds {chunks} chunks with the root on the chain, and is active ({})",
            scene.cast.name(p.provider),
            unit(p.collateral),
            Stage::Completed
        ))?;
        Ok(())
    }

    /// Has a replica carried to the provider of its placement, who checks it; says how many chunks that were.
    pub fn carry<L: Ledger>(&mut self, scene: &Scene<'_, L>, slot: usize) -> Result<u64, Failure> {
        let (placement, p) = self.filled(&scene.ledger, slot)?;
        let provider = scene.cast.provider(p.provider)?;
        let sealed = self.parcel.replica(slot)?.sealed;
        let record = self.consumer.send(&mut self.parcel, slot, |id, data| {
            equal(id, placement, "the placement that the replica goes to")?;
            Ok::<_, Failure>(provider.receive(&scene.ledger, id, data)?)
        })?;
        equal(
            Some((record.root, record.chunks)),
            sealed.map(|x| (x.root, x.chunks)),
            "root and chunks of what the provider stored",
        )?;
        equal(self.parcel.replica(slot)?.stage, Stage::Transferred, "the stage of the replica")?;
        Ok(record.chunks)
    }

    /// Seals a lost replica again, from a replica that survived where there is one.
    pub fn rebuild<L: Ledger>(&mut self, scene: &Scene<'_, L>, lost: &Loss) -> Result<(), Failure> {
        let slot = lost.slot;
        let before = self.parcel.replica(slot)?.sealed;
        let restored = scene.folder.join("restored");
        let places = self.consumer.locate(&scene.ledger)?;
        let survivor = places.into_iter().find(|x| x.record.state == State::Active);
        let source = match &survivor {
            Some(from) => {
                fetch(scene, from, &self.consumer, &restored)?;
                scene.teller.fact(&format!(
                    "{} has read the file back from replica {} at {}",
                    self.who(),
                    from.slot,
                    scene.cast.name(from.record.provider)
                ))?;
                &restored
            }
            None => {
                scene.teller.note("there is no other replica: the consumer still has its file")?;
                &self.content.path
            }
        };
        self.consumer.seal_again(&mut self.parcel, slot as u32, source, |_| ())?;
        let after = self.parcel.replica(slot)?.sealed;
        equal(after, before, "what was sealed again, against what was sealed first,")?;
        if survivor.is_some() {
            std::fs::remove_file(&restored)?;
        }
        scene.teller.fact("sealed again under the same key, the lost replica has the same root as before")?;
        Ok(())
    }

    /// Asks the provider of a lost replica for it, who has it no more.
    pub fn asks_in_vain<L: Ledger>(&mut self, scene: &Scene<'_, L>, slot: usize) -> Result<(), Failure> {
        let restored = scene.folder.join("restored");
        for lost in self.consumer.locate(&scene.ledger)?.iter().filter(|x| x.slot as usize == slot) {
            let failed = scene.cast.provider(lost.record.provider)?;
            let data = failed.serve(&scene.ledger, lost.placement, self.account());
            let refused = self.consumer.retrieve(&mut self.parcel, lost, data, &restored);
            ensure(refused.is_err() && !restored.exists(), "a damaged replica that is refused")?;
            equal(self.parcel.replica(slot)?.stage, Stage::Unavailable, "the stage of the replica")?;
            let name = scene.cast.name(lost.record.provider);
            scene.teller.mishap(&format!("{name} cannot give it back any more ({})", Stage::Unavailable))?;
        }
        Ok(())
    }

    /// On another machine, with nothing but the phrase and the market's address, the consumer reads its file back from
    /// every replica. Says how each came about; the one that was taken over is in `taken_over`.
    pub fn read_back<L: Ledger>(
        &self,
        scene: &Scene<'_, L>,
        folder: &Path,
        taken_over: Option<usize>,
    ) -> Result<FileFacts, Failure> {
        let elsewhere = scene.cast.consumer(&self.name, folder)?;
        let places = elsewhere.locate(&scene.ledger)?;
        equal(places.len(), self.parcel.replicas.len(), "the number of replicas found")?;
        let mut read_back_sha256 = String::new();
        for place in &places {
            let output = folder.join(format!("replica-{}", place.slot));
            fetch(scene, place, &elsewhere, &output)?;
            let (bytes, sha256) = digest(&output)?;
            let stored = (self.content.bytes, self.content.sha256.as_str());
            equal((bytes, sha256.as_str()), stored, "length and SHA-256")?;
            let taken_over = taken_over == Some(place.slot as usize);
            let history = if taken_over { "taken over" } else { "survived" };
            scene.teller.fact(&format!(
                "replica {} ({history}) from {}, {}: decrypted, SHA-256 {sha256}",
                place.slot,
                scene.cast.name(place.record.provider),
                place.endpoint
            ))?;
            read_back_sha256 = sha256;
        }
        Ok(FileFacts {
            consumer: self.name.clone(),
            name: self.content.path.display().to_string(),
            bytes: self.content.bytes,
            equal: read_back_sha256 == self.content.sha256,
            sha256: self.content.sha256.clone(),
            read_back_sha256,
        })
    }

    /// Replicas as they stand before the reservation is closed.
    pub fn replica_facts<L: Ledger>(&self, scene: &Scene<'_, L>) -> Result<Vec<ReplicaFacts>, Failure> {
        let mut facts = Vec::new();
        for (slot, replica) in self.parcel.replicas.iter().enumerate() {
            let (placement, p) = self.filled(&scene.ledger, slot)?;
            facts.push(ReplicaFacts {
                consumer: self.name.clone(),
                slot,
                placement,
                provider: scene.cast.name(p.provider).to_owned(),
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

    /// Closes the reservation. What is left in the pots goes where the rules say.
    pub fn close<L: Ledger>(&self, scene: &mut Scene<'_, L>, loss: Option<&mut Loss>) -> Result<(), Failure> {
        let id = self.reservation();
        let slots = self.consumer.reservation(&scene.ledger, id)?.slots;
        self.consumer.close(&mut scene.ledger, id)?;
        let closed = scene.ledger.calls().last().and_then(|call| call.events::<ReservationClosed>().next());
        let Some(closed) = closed else { return ensure(false, "a reservation that is closed") };
        let rest: u128 = slots.iter().map(|x| x.pot).sum();
        equal(
            closed.to_consumer + closed.to_treasury,
            rest,
            "what the pots gave, against what was left in them,",
        )?;
        let whole: u128 = slots.iter().map(|x| x.made_whole()).sum();
        equal(closed.to_consumer, whole, "the consumer's part of it")?;
        let gone = self.consumer.reservation(&scene.ledger, id);
        ensure(matches!(gone, Err(PartyError::Gone { .. })), "a reservation that is gone")?;
        scene
            .teller
            .fact(&format!("reservation {id} is closed, its storage deposit is back with {}", self.who()))?;
        for (n, slot) in slots.iter().enumerate().filter(|(_, slot)| slot.pot > 0) {
            scene.teller.fact(&format!(
                "of the {} UNIT left in the pot of replica {n} {} has got {}, no more than the {} it had paid for it",
                unit(slot.pot),
                self.who(),
                unit(slot.made_whole()),
                unit(slot.spent)
            ))?;
        }
        let Some(loss) = loss else { return Ok(()) };
        let Some(lost) = slots.get(loss.slot) else { return ensure(false, "the slot that was lost") };
        equal(lost.spent, loss.spent, "what was paid for the slot that was lost")?;
        loss.facts.rest_to_consumer = lost.made_whole();
        loss.facts.rest_to_treasury = lost.pot - lost.made_whole();
        Ok(())
    }
}

/// Has a provider serve a replica to the consumer, who decrypts it into a new file.
fn fetch<L: Ledger>(
    scene: &Scene<'_, L>,
    from: &Whereabouts,
    reader: &Consumer,
    output: &Path,
) -> Result<(), Failure> {
    let provider = scene.cast.provider(from.record.provider)?;
    let data = provider.serve(&scene.ledger, from.placement, reader.party().account())?;
    reader.restore(from, data, output)?;
    Ok(())
}

/// A bar on the terminal, and nothing anywhere else.
fn bar(bytes: u64, quiet: bool) -> ProgressBar {
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(bytes), target);
    let template = "    {bar:40} {bytes} of {total_bytes}, {bytes_per_sec}";
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}
