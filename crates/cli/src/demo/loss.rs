//! One provider's disk loses data: a wrong proof, a slash, silence, and the end of the placement.

use std::{fs::File, path::PathBuf};

use orchestrator::{
    domain::{bps_down, State},
    events::Slashed,
    SlashReason, Verdict,
};
use orchestrator_chain::Ledger;
use orchestrator_market::{parties::Stage, Finding};

use crate::{
    demo::{
        claim::{ensure, equal},
        facts::FailureFacts,
        story::Story,
    },
    failure::Failure,
    output::unit,
};

/// Rounds until a loss of three quarters is found, at most: each asks for four chunks, so that twelve miss it once in
/// 10^28 times.
const PATIENCE: u32 = 12;

/// What is known of the replica that was lost.
pub struct Loss {
    pub slot: usize,
    /// What the consumer has paid for the slot.
    pub spent: u128,
    pub facts: FailureFacts,
}

impl<L: Ledger> Story<'_, L> {
    /// Three quarters of a stored replica disappear; the next round that asks for a lost chunk brings it to light.
    pub fn disk_loses_data(&mut self) -> Result<Loss, Failure> {
        self.teller.chapter("6. A disk loses data")?;
        let slot = self.parcel.replicas.len() - 1;
        let (id, before) = self.filled(slot)?;
        let name = self.cast.name(before.provider).to_owned();
        let kept = self.damage(&name, id)?;
        self.teller.mishap(&format!(
            "{name} has lost {} of the {} chunks of placement {id}",
            before.chunks - kept,
            before.chunks
        ))?;
        let round = self.find_loss(slot)?;
        let provider = self.cast.provider(before.provider)?;
        let answers = provider.answer_unchecked(&mut self.ledger)?;
        equal(answers.verdicts, vec![(id, round, Verdict::Invalid)], "the verdict on the proof")?;

        let after = self.placement(id)?;
        let slashed = self.slashed(id)?;
        let share = bps_down(after.collateral_initial, after.terms.slash_bps.into()).map_err(not_computed)?;
        equal(
            (slashed.amount, slashed.reason),
            (share, SlashReason::InvalidProof),
            "the slash and its reason",
        )?;
        equal(after.collateral, before.collateral - share, "the collateral that is left")?;
        equal(slashed.to_pot, share, "what went into the repair pot")?;
        self.teller.mishap(&format!(
            "round {round} asks for chunks that are gone: its proof is invalid and it is slashed {} UNIT of {}, into \
             the repair pot",
            unit(share),
            unit(after.collateral_initial)
        ))?;
        self.check()?;
        let facts = FailureFacts {
            placement: id,
            provider: name,
            replaced_by: String::new(),
            missed: after.tally.missed,
            collateral: after.collateral_initial,
            slashed: share,
            to_reporter: 0,
            pot: slashed.to_pot,
            bonus: 0,
            rest_to_consumer: 0,
            rest_to_treasury: 0,
        };
        Ok(Loss { slot, spent: 0, facts })
    }

    /// The provider does not answer any more; the reporter reports each miss until the placement has failed.
    pub fn silence_is_punished(&mut self, loss: &mut Loss) -> Result<(), Failure> {
        self.teller.chapter("7. It stays silent, and a reporter sees to it that this has consequences")?;
        let id = loss.facts.placement;
        let reporter = self.cast.reporter.party().account();
        self.window_closes()?;
        self.day_ends()?;
        loop {
            let round = self.open_round()?;
            self.all_prove(round, &[loss.slot])?;
            self.window_closes()?;
            let earlier = self.cast.reporter.party().money(&self.ledger)?.available;
            let (p, free) = (self.placement(id)?, self.free()?);
            equal(
                self.cast.reporter.report(&mut self.ledger)?,
                vec![id],
                "the placements with a miss to report",
            )?;
            let slashed = self.slashed(id)?;
            let earned = self.cast.reporter.party().money(&self.ledger)?.available - earlier;
            equal(earned, slashed.to_reporter, "what the reporter got")?;
            equal(slashed.amount, slashed.to_reporter + slashed.to_pot, "the parts of the slash")?;
            ensure(earned > 0 && self.cast.name(reporter) == "reporter", "a share for the reporter")?;
            loss.facts.slashed += slashed.amount;
            loss.facts.to_reporter += slashed.to_reporter;
            loss.facts.pot += slashed.to_pot;
            self.teller.mishap(&format!(
                "round {round} goes unanswered: slashed {} UNIT, of which {} to the reporter and {} into the pot",
                unit(slashed.amount),
                unit(slashed.to_reporter),
                unit(slashed.to_pot)
            ))?;
            let after = self.placement(id)?;
            if after.state != State::Active {
                let refund = p.escrow - (after.settled - p.settled);
                equal(
                    self.free()? - free,
                    refund,
                    "what came back to the consumer, against the unserved escrow,",
                )?;
                break;
            }
            self.day_ends()?;
        }
        let failed = self.placement(id)?;
        equal(failed.state, State::Failed, "the state of the placement")?;
        equal((failed.collateral, failed.escrow), (0, 0), "collateral and escrow of what has failed")?;
        equal(loss.facts.slashed, loss.facts.collateral, "all slashes together, against the collateral,")?;
        loss.facts.missed = failed.tally.missed;
        loss.spent = failed.settled;
        self.cast.consumer.follow(&self.ledger, &mut self.parcel)?;
        equal(self.parcel.replica(loss.slot)?.stage, Stage::Failed, "the stage of the replica")?;
        self.teller.fact(&format!(
            "after {} misses in a row placement {id} has failed ({}): the collateral of {} UNIT is gone, and the \
             escrow for the time that was not served is back with the consumer",
            failed.tally.streak,
            Stage::Failed,
            unit(loss.facts.collateral)
        ))?;
        self.check()
    }

    /// Cuts the stored replica to a quarter; says how many whole chunks are left.
    fn damage(&self, name: &str, placement: u64) -> Result<u64, Failure> {
        let store = self.input.folder.join(name.replace(' ', "-"));
        let path: PathBuf = [store, placement.to_string().into(), "data".into()].iter().collect();
        let cut = |file: File| -> std::io::Result<u64> {
            let length = file.metadata()?.len() / 4;
            file.set_len(length)?;
            Ok(length)
        };
        let length = File::options().write(true).open(&path).and_then(cut).map_err(|error| {
            Failure::Outcome(format!("cannot damage {} ({error}): check the disk", path.display()))
        })?;
        let (_, p) = self.filled(self.parcel.replicas.len() - 1)?;
        let holding = self.cast.provider(p.provider)?.store().holding(placement)?;
        ensure(matches!(holding.scrub()?, Finding::Damaged { .. }), "damage that a scrub finds")?;
        Ok(length / 1024)
    }

    /// Opens rounds until one asks for a lost chunk; everybody else proves. Says its number.
    fn find_loss(&mut self, slot: usize) -> Result<u32, Failure> {
        for _ in 0..PATIENCE {
            let round = self.open_round()?;
            self.all_prove(round, &[slot])?;
            let (id, p) = self.filled(slot)?;
            let answers = self.cast.provider(p.provider)?.answer(&mut self.ledger)?;
            if let [(lost, reason)] = answers.lost.as_slice() {
                equal(*lost, id, "the placement whose chunks are lost")?;
                self.teller.note(&format!("its own check says: {reason}"))?;
                return Ok(round);
            }
            equal(answers.verdicts, vec![(id, round, Verdict::Proven)], "the verdict on the proof")?;
            self.teller.note(&format!("round {round} happens to ask for chunks that are still there"))?;
            self.window_closes()?;
            self.day_ends()?;
        }
        ensure(false, "a round that asks for a lost chunk").map(|()| 0)
    }

    /// What the consumer has available.
    fn free(&self) -> Result<u128, Failure> {
        Ok(self.cast.consumer.party().money(&self.ledger)?.available)
    }

    /// The latest slash of a placement.
    fn slashed(&self, placement: u64) -> Result<Slashed, Failure> {
        let mut all = self.ledger.calls().iter().rev().flat_map(|call| call.events::<Slashed>());
        let found = all.find(|event| event.placement == placement);
        found.ok_or_else(|| Failure::Outcome("the story did not come out: no slash was announced".to_owned()))
    }
}

fn not_computed(refusal: orchestrator::domain::Error) -> Failure {
    Failure::Outcome(format!("cannot compute a share: {refusal:?}"))
}
