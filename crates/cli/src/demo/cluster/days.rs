//! Days: the manager opens a round, whoever can answers, a reporter looks for misses, and what is over is renewed.

use orchestrator::{
    domain::{price_down, State, DAY_MS},
    Verdict,
};
use orchestrator_chain::{AccountId, Ledger};
use orchestrator_market::parties::Stage;

use crate::{
    demo::{
        claim::{computed, ensure, equal},
        cluster::{reserving::SHORT_TERM_MS, Story},
        offer::WINDOW_MS,
    },
    failure::Failure,
    output::unit,
};

impl<L: Ledger> Story<'_, L> {
    /// Opens a round with a fresh seed for everybody in the cluster, and has all but one provider prove it. Says its
    /// number.
    pub fn round(&mut self, silent: Option<AccountId>) -> Result<u32, Failure> {
        let party = self.manager.party();
        let open = party.market().open_round(rand::random());
        let round = party.send(&mut self.scene.ledger, "open a round", open)?;
        self.scene.rounds += 1;
        let asked = self.asked()?;
        for (_, provider) in &self.scene.cast.providers {
            let account = provider.party().account();
            if silent == Some(account) {
                continue;
            }
            let mut expected: Vec<_> = asked
                .iter()
                .filter(|(keeper, _)| *keeper == account)
                .map(|(_, id)| (*id, round, Verdict::Proven))
                .collect();
            expected.sort_unstable_by_key(|(id, ..)| *id);
            let answers = provider.answer(&mut self.scene.ledger)?;
            ensure(answers.lost.is_empty(), "a disk with everything on it")?;
            equal(answers.verdicts, expected, "the verdicts on the proofs")?;
        }
        Ok(round)
    }

    /// A day on which everybody proves; says what was renewed.
    fn day(&mut self) -> Result<Vec<u64>, Failure> {
        self.round(None)?;
        self.scene.window_closes()?;
        equal(
            self.scene.cast.reporter.report(&mut self.scene.ledger)?,
            Vec::new(),
            "what there is to report",
        )?;
        let renewed = self.manager.renew(&mut self.scene.ledger, self.cluster)?;
        self.scene.day_ends()?;
        Ok(renewed)
    }

    /// Days on which everybody proves and no term is over.
    pub fn quiet_days(&mut self, days: u32) -> Result<(), Failure> {
        for _ in 0..days {
            equal(self.day()?, Vec::new(), "what was renewed")?;
        }
        Ok(())
    }

    /// Some days on which everybody proves.
    pub fn rounds_are_proven(&mut self, days: u32) -> Result<(), Failure> {
        self.scene.teller.chapter("6. Every day the manager opens one round for all of them")?;
        self.scene.day_ends()?;
        self.quiet_days(days)?;
        for errand in [&self.first, &self.third] {
            for slot in errand.slots() {
                let (_, p) = errand.filled(&self.scene.ledger, slot)?;
                equal(p.tally.proven, days, "the number of proven rounds")?;
            }
        }
        let samples = self.first.filled(&self.scene.ledger, 0)?.1.terms.samples;
        self.scene.teller.fact(&format!(
            "rounds 1 to {days}: the replicas of consumers 1 and 3 showed {samples} random chunks a round; all proven"
        ))?;
        self.scene.check()
    }

    /// The second consumer has its data now.
    pub fn data_is_committed(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("7. Consumer 2 has its data, for the capacity that it pays for already")?;
        self.second.tell_content(&self.scene)?;
        self.second.seal_reserved(&self.scene)?;
        for slot in self.second.slots() {
            self.second.consumer.commit(&mut self.scene.ledger, &self.second.parcel, slot)?;
            let chunks = self.second.carry(&self.scene, slot)?;
            let (id, p) = self.second.filled(&self.scene.ledger, slot)?;
            let provider = self.scene.cast.provider(p.provider)?;
            provider.accept_data(&mut self.scene.ledger, id)?;
            self.second.ensure_stage(&self.scene.ledger, slot, Stage::Completed)?;
            let (_, taken) = self.second.filled(&self.scene.ledger, slot)?;
            equal(taken.chunks, chunks, "the chunks on the chain")?;
            self.scene.teller.fact(&format!(
                "{} has received {chunks} chunks, found the root that was committed, and taken them",
                self.scene.cast.name(p.provider)
            ))?;
        }
        self.quiet_days(1)?;
        for slot in self.second.slots() {
            let (_, p) = self.second.filled(&self.scene.ledger, slot)?;
            equal(p.tally.proven, 1, "the number of proven rounds")?;
        }
        self.scene.teller.fact("the next round asks for them, too: proven")?;
        self.scene.check()
    }

    /// The third consumer's term is over: it goes on for another, and after that no more.
    pub fn term_renews(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("11. Consumer 3's term is over and renews by itself")?;
        let (id, before) = self.third.filled(&self.scene.ledger, 0)?;
        while self.scene.ledger.now_ms()? + WINDOW_MS < before.ends_at {
            self.quiet_days(1)?;
        }
        equal(self.day()?, vec![id], "what was renewed")?;
        let (_, after) = self.third.filled(&self.scene.ledger, 0)?;
        equal(after.ends_at, before.ends_at + SHORT_TERM_MS, "the end of the next term")?;
        let paid = computed(price_down(before.price, before.capacity, before.term_ms))?;
        equal(after.settled, paid, "what the first term has paid")?;
        equal(self.third.money(&self.scene.ledger)?.1, after.escrow, "what the consumer has locked")?;
        self.scene.teller.fact(&format!(
            "placement {id}: its first term is paid, and {} UNIT are locked for another {} days; the manager has \
             asked for it at once, anybody could",
            unit(after.escrow),
            SHORT_TERM_MS / DAY_MS
        ))?;
        self.third.consumer.set_auto_renew(&mut self.scene.ledger, self.third.reservation(), 0)?;
        self.scene.teller.fact("consumer 3 is content with that, and lets it renew no more")?;
        self.scene.check()
    }

    /// Rounds go on to the end of the last term.
    pub fn rounds_until_the_end(&mut self) -> Result<u32, Failure> {
        let (_, longest) = self.first.filled(&self.scene.ledger, 0)?;
        let mut days = 0;
        while self.scene.ledger.now_ms()? < longest.ends_at {
            self.quiet_days(1)?;
            days += 1;
        }
        Ok(days)
    }

    /// What a round asks for: every replica that is kept and paid for, with who keeps it.
    fn asked(&self) -> Result<Vec<(AccountId, u64)>, Failure> {
        let now = self.scene.ledger.now_ms()?;
        let mut asked = Vec::new();
        for errand in self.errands() {
            for slot in errand.slots() {
                let (id, p) = errand.filled(&self.scene.ledger, slot)?;
                if p.state == State::Active && p.chunks > 0 && now < p.ends_at {
                    asked.push((p.provider, id));
                }
            }
        }
        Ok(asked)
    }
}
