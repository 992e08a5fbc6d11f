//! A placement that misses its rounds: each miss is reported and slashed, until it has failed.

use orchestrator::{
    domain::{Placement, State},
    events::Slashed,
};
use orchestrator_chain::Ledger;
use orchestrator_market::parties::Stage;

use crate::{
    demo::{
        claim::{ensure, equal},
        errand::Errand,
        facts::FailureFacts,
        scene::Scene,
    },
    failure::Failure,
    output::unit,
};

/// What is known of the replica that was lost.
pub struct Loss {
    pub slot: usize,
    /// What the consumer has paid for the slot.
    pub spent: u128,
    pub facts: FailureFacts,
}

impl Loss {
    /// A loss that has cost nothing yet.
    pub fn new(slot: usize, placement: u64, p: &Placement, provider: &str) -> Self {
        let facts = FailureFacts {
            placement,
            provider: provider.to_owned(),
            replaced_by: String::new(),
            missed: p.tally.missed,
            collateral: p.collateral_initial,
            slashed: 0,
            to_reporter: 0,
            pot: 0,
            bonus: 0,
            rest_to_consumer: 0,
            rest_to_treasury: 0,
        };
        Self { slot, spent: 0, facts }
    }

    /// Counts a slash.
    pub fn count(&mut self, slashed: &Slashed) -> Result<(), Failure> {
        equal(slashed.amount, slashed.to_reporter + slashed.to_pot, "the parts of the slash")?;
        self.facts.slashed += slashed.amount;
        self.facts.to_reporter += slashed.to_reporter;
        self.facts.pot += slashed.to_pot;
        Ok(())
    }

    /// The reporter reports the miss of a round that went by; says whether the placement has failed with it.
    pub fn is_reported<L: Ledger>(
        &mut self,
        scene: &mut Scene<'_, L>,
        errand: &Errand,
        round: u32,
    ) -> Result<bool, Failure> {
        let (id, reporter) = (self.facts.placement, scene.cast.reporter.party().clone());
        let earlier = reporter.money(&scene.ledger)?.available;
        let (p, free) = (errand.consumer.placement(&scene.ledger, id)?, errand.money(&scene.ledger)?.0);
        let reported = scene.cast.reporter.report(&mut scene.ledger)?;
        equal(reported, vec![id], "the placements with a miss to report")?;
        let slashed = slashed(scene, id)?;
        let earned = reporter.money(&scene.ledger)?.available - earlier;
        equal(earned, slashed.to_reporter, "what the reporter got")?;
        ensure(earned > 0 && scene.cast.name(reporter.account()) == "reporter", "a share for the reporter")?;
        self.count(&slashed)?;
        scene.teller.mishap(&format!(
            "round {round} goes unanswered: slashed {} UNIT, of which {} to the reporter and {} into the pot",
            unit(slashed.amount),
            unit(slashed.to_reporter),
            unit(slashed.to_pot)
        ))?;
        let after = errand.consumer.placement(&scene.ledger, id)?;
        let failed = after.state != State::Active;
        if failed {
            let refund = p.escrow - (after.settled - p.settled);
            equal(
                errand.money(&scene.ledger)?.0 - free,
                refund,
                "what came back to the consumer, against the unserved escrow,",
            )?;
        }
        Ok(failed)
    }

    /// The placement has failed: nothing is left in it.
    pub fn is_final<L: Ledger>(
        &mut self,
        scene: &Scene<'_, L>,
        errand: &mut Errand,
    ) -> Result<Placement, Failure> {
        let id = self.facts.placement;
        let failed = errand.consumer.placement(&scene.ledger, id)?;
        equal(failed.state, State::Failed, "the state of the placement")?;
        equal((failed.collateral, failed.escrow), (0, 0), "collateral and escrow of what has failed")?;
        equal(self.facts.slashed, self.facts.collateral, "all slashes together, against the collateral,")?;
        self.facts.missed = failed.tally.missed;
        self.spent = failed.settled;
        errand.ensure_stage(&scene.ledger, self.slot, Stage::Failed)?;
        scene.teller.fact(&format!(
            "after {} misses in a row placement {id} has failed ({}): the collateral of {} UNIT is gone, and the \
             escrow for the time that was not served is back with {}",
            failed.tally.streak,
            Stage::Failed,
            unit(self.facts.collateral),
            errand.who()
        ))?;
        Ok(failed)
    }

    /// Checks that the taker gets the bonus that the rules give it, out of the pot and no more than the lost one had left
    /// to earn, and tells it.
    pub fn is_taken_over<L: Ledger>(
        &mut self,
        scene: &Scene<'_, L>,
        errand: &Errand,
        taker: &Placement,
        unearned: u128,
    ) -> Result<(), Failure> {
        let rest = errand.pot(&scene.ledger, self.slot)?;
        equal(
            taker.bonus,
            self.facts.pot.min(taker.escrow).min(unearned),
            "the bonus, out of the pot up to its price and what the lost one had left to earn,",
        )?;
        equal(taker.bonus + rest, self.facts.pot, "bonus and what is left in the pot")?;
        self.facts.replaced_by = scene.cast.name(taker.provider).to_owned();
        self.facts.bonus = taker.bonus;
        let (bonus, pot) = (unit(taker.bonus), unit(self.facts.pot));
        scene.teller.fact(&match rest {
            0 => format!("with it comes the whole repair pot of {bonus} UNIT as a bonus"),
            _ => {
                format!("with it comes what the lost one had left to earn, {bonus} UNIT of the pot's {pot}")
            }
        })?;
        Ok(())
    }
}

/// The latest slash of a placement.
pub fn slashed<L: Ledger>(scene: &Scene<'_, L>, placement: u64) -> Result<Slashed, Failure> {
    let mut all = scene.ledger.calls().iter().rev().flat_map(|call| call.events::<Slashed>());
    let found = all.find(|event| event.placement == placement);
    found.ok_or_else(|| Failure::Outcome("the story did not come out: no slash was announced".to_owned()))
}
