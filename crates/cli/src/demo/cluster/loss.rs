//! A member loses its data, fails, and is replaced by another; and a provider ends its trust.

use orchestrator::domain::{price_up, Error, State, DAY_MS};
use orchestrator_chain::Ledger;
use orchestrator_market::parties::PartyError;

use crate::{
    demo::{
        claim::{computed, ensure, equal},
        cluster::{Failed, Story},
        loss::Loss,
    },
    failure::Failure,
};

impl<L: Ledger> Story<'_, L> {
    /// The last of the first consumer's members loses its disk, misses round after round, and fails.
    pub fn member_loses_data(&mut self) -> Result<(Loss, Failed), Failure> {
        self.scene
            .teller
            .chapter("8. A member loses its data, and a reporter sees to it that this has consequences")?;
        let slot = self.first.slots().len() - 1;
        let (id, before) = self.first.filled(&self.scene.ledger, slot)?;
        let name = self.scene.cast.name(before.provider).to_owned();
        let store = self.scene.folder.join(name.replace(' ', "-"));
        std::fs::remove_dir_all(store.join(id.to_string()))?;
        self.scene.teller.mishap(&format!("{name} has lost its disk, and with it placement {id}"))?;

        let mut loss = Loss::new(slot, id, &before, &name);
        let silent_at = self.scene.ledger.now_ms()?;
        loop {
            let round = self.round(Some(before.provider))?;
            let answers = self.scene.cast.provider(before.provider)?.answer(&mut self.scene.ledger)?;
            ensure(answers.verdicts.is_empty(), "a provider with nothing to show")?;
            let lost: Vec<u64> = answers.lost.iter().map(|(lost, _)| *lost).collect();
            equal(lost, vec![id], "what the provider cannot show")?;
            self.scene.window_closes()?;
            let failed = loss.is_reported(&mut self.scene, &self.first, round)?;
            self.scene.day_ends()?;
            if failed {
                break;
            }
        }
        let record = loss.is_final(&self.scene, &mut self.first)?;
        self.scene.check()?;
        Ok((loss, Failed { record, silent_at }))
    }

    /// The manager has another member take the slot over. One provider trusts it no more, and gets nothing new.
    pub fn manager_replaces(&mut self, loss: &mut Loss, failed: &Failed) -> Result<(), Failure> {
        self.scene.teller.chapter("9. The manager has another member take over, one that trusts it")?;
        let (me, ledger) = (self.manager_account(), &mut self.scene.ledger);
        let (kept, keeping) = self.second.filled(ledger, 0)?;
        let sceptic = self.scene.cast.provider(keeping.provider)?;
        sceptic.set_trust(ledger, me, false)?;
        let name = self.scene.cast.name(keeping.provider).to_owned();
        self.ensure_refused(keeping.unit, failed)?;
        let (_, still) = self.second.filled(&self.scene.ledger, 0)?;
        equal(still.state, State::Active, "the state of what it keeps already")?;
        self.scene.teller.fact(&format!(
            "{name} trusts the manager no more: it keeps placement {kept} to its end, and what is new \
             is refused for it (NotTrusted)"
        ))?;

        self.first.asks_in_vain(&self.scene, loss.slot)?;
        let lost = self.manager.lost(&self.scene.ledger, self.cluster)?;
        let found: Vec<_> = lost.iter().map(|x| (x.reservation, x.placement)).collect();
        equal(found, vec![(self.first.reservation(), loss.facts.placement)], "what is to be replaced")?;
        let left = failed.record.ends_at - self.scene.ledger.now_ms()?;
        let unearned = computed(price_up(failed.record.price, failed.record.capacity, left))?;
        for one in &lost {
            let id = self.manager.replace(&mut self.scene.ledger, one)?;
            let p = self.first.consumer.placement(&self.scene.ledger, id)?;
            equal(p.term_ms, left, "the term of the replacement")?;
            equal((p.price, &p.terms), (failed.record.price, &failed.record.terms), "its price and terms")?;
            let mut taken = vec![keeping.provider];
            for slot in self.first.slots().filter(|slot| *slot != loss.slot) {
                taken.push(self.first.filled(&self.scene.ledger, slot)?.1.provider);
            }
            ensure(!taken.contains(&p.provider), "a taker that keeps no other replica and trusts")?;
            let (name, days) = (self.scene.cast.name(p.provider), left as f64 / DAY_MS as f64);
            self.scene.teller.fact(&format!(
                "placement {id}: the contract has chosen {name} for the {days:.1} days that are left, at the price and \
                 the terms of the lost one"
            ))?;
            loss.is_taken_over(&self.scene, &self.first, &p, unearned)?;
        }
        self.first.rebuild(&self.scene, loss)?;
        self.first.hand_over(&mut self.scene, loss.slot)?;
        self.quiet_days(1)?;
        self.scene.check()
    }

    /// A data unit whose provider does not trust the manager quotes no price in its cluster.
    fn ensure_refused(&self, unit: u64, failed: &Failed) -> Result<(), Failure> {
        let (party, p) = (self.first.consumer.party(), &failed.record);
        let question = party.market().quote(unit, p.capacity, p.term_ms, Some(self.cluster));
        match party.inquire(&self.scene.ledger, "get a quote", question) {
            Err(PartyError::Refused { refusal: Error::NotTrusted, .. }) => Ok(()),
            other => ensure(false, &format!("a provider that is not asked any more ({other:?})")),
        }
    }
}
