//! One provider's disk loses data: a wrong proof, a slash, silence, and the end of the placement.

use orchestrator::{domain::bps_down, SlashReason, Verdict};
use orchestrator_chain::Ledger;

use crate::{
    demo::{
        claim::{computed, ensure, equal},
        deal::Story,
        loss::{slashed, Loss},
    },
    failure::Failure,
    output::unit,
};

/// Rounds until a loss of three quarters is found, at most: each asks for four chunks, so that twelve miss it once in
/// 10^28 times.
const PATIENCE: u32 = 12;

impl<L: Ledger> Story<'_, L> {
    /// Three quarters of a stored replica disappear; the next round that asks for a lost chunk brings it to light.
    pub fn disk_loses_data(&mut self) -> Result<Loss, Failure> {
        self.scene.teller.chapter("6. A disk loses data")?;
        let slot = self.errand.slots().len() - 1;
        let (id, before) = self.errand.filled(&self.scene.ledger, slot)?;
        let name = self.scene.cast.name(before.provider).to_owned();
        let kept = self.scene.damage(&self.errand, slot)?;
        self.scene.teller.mishap(&format!(
            "{name} has lost {} of the {} chunks of placement {id}",
            before.chunks - kept,
            before.chunks
        ))?;
        let round = self.find_loss(slot)?;
        let provider = self.scene.cast.provider(before.provider)?;
        let answers = provider.answer_unchecked(&mut self.scene.ledger)?;
        equal(answers.verdicts, vec![(id, round, Verdict::Invalid)], "the verdict on the proof")?;

        let after = self.errand.consumer.placement(&self.scene.ledger, id)?;
        let slashed = slashed(&self.scene, id)?;
        let share = computed(bps_down(after.collateral_initial, after.terms.slash_bps.into()))?;
        equal(
            (slashed.amount, slashed.reason),
            (share, SlashReason::InvalidProof),
            "the slash and its reason",
        )?;
        equal(after.collateral, before.collateral - share, "the collateral that is left")?;
        equal(slashed.to_pot, share, "what went into the repair pot")?;
        self.scene.teller.mishap(&format!(
            "round {round} asks for chunks that are gone: its proof is invalid and it is slashed {} UNIT of {}, into \
             the repair pot",
            unit(share),
            unit(after.collateral_initial)
        ))?;
        self.scene.check()?;
        let mut loss = Loss::new(slot, id, &after, &name);
        loss.count(&slashed)?;
        Ok(loss)
    }

    /// The provider does not answer any more; the reporter reports each miss until the placement has failed.
    pub fn silence_is_punished(&mut self, loss: &mut Loss) -> Result<(), Failure> {
        self.scene
            .teller
            .chapter("7. It stays silent, and a reporter sees to it that this has consequences")?;
        self.scene.window_closes()?;
        loop {
            self.scene.day_ends()?;
            let round = self.open_round()?;
            self.all_prove(round, &[loss.slot])?;
            self.scene.window_closes()?;
            if loss.is_reported(&mut self.scene, &self.errand, round)? {
                break;
            }
        }
        loss.is_final(&self.scene, &mut self.errand)?;
        self.scene.check()
    }

    /// Opens rounds until one asks for a lost chunk; everybody else proves. Says its number.
    fn find_loss(&mut self, slot: usize) -> Result<u32, Failure> {
        for _ in 0..PATIENCE {
            let round = self.open_round()?;
            self.all_prove(round, &[slot])?;
            let (id, p) = self.errand.filled(&self.scene.ledger, slot)?;
            let answers = self.scene.cast.provider(p.provider)?.answer(&mut self.scene.ledger)?;
            if let [(lost, reason)] = answers.lost.as_slice() {
                equal(*lost, id, "the placement whose chunks are lost")?;
                self.scene.teller.note(&format!("its own check says: {reason}"))?;
                return Ok(round);
            }
            equal(answers.verdicts, vec![(id, round, Verdict::Proven)], "the verdict on the proof")?;
            self.scene
                .teller
                .note(&format!("round {round} happens to ask for chunks that are still there"))?;
            self.scene.window_closes()?;
            self.scene.day_ends()?;
        }
        ensure(false, "a round that asks for a lost chunk").map(|()| 0)
    }
}
