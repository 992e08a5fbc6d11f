//! Days: a round, proofs of those who can, an observer who reads, and a reporter who looks for misses.

use std::io;

use orchestrator::{
    domain::{bps_down, Placement, State, DAY_MS},
    Observation, SlashReason, Verdict,
};
use orchestrator_chain::{AccountId, Ledger};

use crate::{
    demo::{
        claim::{computed, equal},
        loss::slashed,
        sla::{
            facts::SlashFacts, Count, Story, CAREFUL, DISPUTE_DAY, FLAKY, LATENCY_MS, OFFLINE_DAYS, SLOW_DAY,
            SLOW_MS,
        },
    },
    failure::Failure,
    output::unit,
};

impl<L: Ledger> Story<'_, L> {
    /// Days up to this one, which comes next then. Providers are paid once a week.
    pub fn days_until(&mut self, day: u32) -> Result<(), Failure> {
        while self.day < day {
            self.one_day()?;
        }
        Ok(())
    }

    /// One day from its round to the next.
    pub fn one_day(&mut self) -> Result<(), Failure> {
        if self.day > 0 && self.day % 7 == 0 {
            self.providers_settle()?;
        }
        let round = self.errand.consumer.open_round(&mut self.scene.ledger, rand::random())?;
        self.scene.rounds += 1;
        if self.day == DISPUTE_DAY {
            self.scene.keep()?;
        }
        let silent = self.proofs(round)?;
        self.scene.window_closes()?;
        self.observer_reports()?;
        self.observer_measures()?;
        self.misses_are_reported(round, &silent)?;
        self.scene.day_ends()?;
        self.day += 1;
        Ok(())
    }

    /// Number of the provider with this account.
    pub fn number(&self, provider: AccountId) -> Result<usize, Failure> {
        let all = &self.scene.cast.providers;
        let found = all.iter().position(|(_, x)| x.party().account() == provider);
        found.ok_or_else(|| Failure::Outcome("a placement is with a stranger".to_owned()))
    }

    /// Placements that are kept and paid for now, with the number of their provider.
    pub fn kept(&self) -> Result<Vec<(u64, Placement, usize)>, Failure> {
        let now = self.scene.ledger.now_ms()?;
        let mut kept = Vec::new();
        for slot in self.errand.slots() {
            let (id, p) = self.errand.filled(&self.scene.ledger, slot)?;
            if p.state == State::Active && now < p.ends_at {
                let number = self.number(p.provider)?;
                kept.push((id, p, number));
            }
        }
        Ok(kept)
    }

    /// Whether maintenance of a data unit is going on.
    fn rests(&self, unit: u64) -> Result<bool, Failure> {
        let maintenance = self.observer.party().service(&self.scene.ledger, unit)?.maintenance;
        Ok(maintenance.contains(self.scene.ledger.now_ms()?))
    }

    /// Whether a provider does not answer today, whatever it is asked.
    fn is_away(&self, number: usize, unit: u64) -> Result<bool, Failure> {
        let offline = number == FLAKY && OFFLINE_DAYS.contains(&self.day);
        Ok(offline || number == CAREFUL && self.rests(unit)?)
    }

    /// Whoever is there and has its data proves the round. Says which placements owe a proof and will not give it.
    fn proofs(&mut self, round: u32) -> Result<Vec<u64>, Failure> {
        let mut silent = Vec::new();
        for (id, p, number) in self.kept()? {
            let asked = self.asked(id)?;
            let rests = self.rests(p.unit)?;
            equal(asked, !rests, "whether a placement is asked for a proof")?;
            let name = self.scene.cast.name(p.provider).to_owned();
            if rests {
                self.count(id)?.excused += 1;
            } else if self.is_away(number, p.unit)? {
                silent.push(id);
                let day = self.day;
                self.scene.teller.mishap(&format!("day {day}: {name} is offline and does not answer"))?;
            } else {
                let answers = self.scene.cast.provider(p.provider)?.answer(&mut self.scene.ledger)?;
                if let [(lost, reason)] = answers.lost.as_slice() {
                    equal((Some(*lost), lost), (self.damaged, &id), "the placement that has lost data")?;
                    equal(answers.verdicts.len(), 0, "the proofs of what is lost")?;
                    silent.push(id);
                    let day = self.day;
                    self.scene.teller.mishap(&format!("day {day}: {name} cannot prove: {reason}"))?;
                } else {
                    equal(answers.verdicts, vec![(id, round, Verdict::Proven)], "the verdict on the proof")?;
                    self.count(id)?.proven += 1;
                }
            }
        }
        Ok(silent)
    }

    fn asked(&self, id: u64) -> Result<bool, Failure> {
        let party = self.errand.consumer.party();
        let asked = party.ask(&self.scene.ledger, "read a challenge", party.market().challenge(id))?;
        Ok(asked.is_some())
    }

    pub fn count(&mut self, id: u64) -> Result<&mut Count, Failure> {
        self.counts.get_mut(&id).ok_or_else(|| Failure::Outcome(format!("placement {id} is a stranger")))
    }

    /// What the observer found the day before goes to the contract, but for what rested then.
    pub fn observer_reports(&mut self) -> Result<(), Failure> {
        let measured = std::mem::take(&mut self.measured);
        let seen: Vec<Observation> = measured.iter().map(|(_, seen)| *seen).collect();
        let told = self.observer.report_quality(&mut self.scene.ledger, &seen)?;
        for (id, seen) in measured {
            if told.contains(&seen.unit) {
                self.count(id)?.seen.push((seen.uptime_bps, seen.latency_ms));
            }
        }
        Ok(())
    }

    /// The observer reads every replica, to its last byte.
    fn observer_measures(&mut self) -> Result<(), Failure> {
        let reader = self.observer.party().account();
        for (id, p, number) in self.kept()? {
            let served = match self.is_away(number, p.unit)? {
                true => false,
                false => {
                    let provider = self.scene.cast.provider(p.provider)?;
                    let mut data = provider.serve(&self.scene.ledger, id, reader)?;
                    io::copy(&mut data, &mut io::sink()).is_ok()
                }
            };
            equal(!served, self.damaged == Some(id) || self.is_away(number, p.unit)?, "what cannot be read")?;
            let slow = number == FLAKY && self.day == SLOW_DAY;
            let usual = LATENCY_MS.get(number).copied().unwrap_or_default();
            let latency_ms = if slow { SLOW_MS } else { usual };
            let uptime_bps = if served { 10_000 } else { 0 };
            self.measured.push((id, Observation { unit: p.unit, uptime_bps, latency_ms }));
        }
        Ok(())
    }

    /// The reporter reports the placements that owed a proof, and no other.
    fn misses_are_reported(&mut self, round: u32, silent: &[u64]) -> Result<(), Failure> {
        let mut before = Vec::new();
        for id in silent {
            before.push((*id, self.errand.consumer.placement(&self.scene.ledger, *id)?));
        }
        let reported = self.scene.cast.reporter.report(&mut self.scene.ledger)?;
        let mut expected = silent.to_vec();
        expected.sort_unstable();
        equal(reported, expected, "the placements with a miss to report")?;
        let reporter = self.scene.cast.reporter.party().account();
        for (id, p) in before {
            let slash = slashed(&self.scene, id)?;
            let after = self.errand.consumer.placement(&self.scene.ledger, id)?;
            let share = computed(bps_down(p.collateral_initial, p.terms.slash_bps.into()))?;
            let all = if after.state == State::Failed { p.collateral } else { share.min(p.collateral) };
            equal((slash.amount, slash.round, slash.misses), (all, round, 1), "the slash")?;
            equal(slash.reason, SlashReason::Unanswered, "the reason of the slash")?;
            let share = slash.amount > 0;
            equal(slash.reporter, share.then_some(reporter), "who has reported the miss")?;
            equal(slash.to_reporter + slash.to_pot, slash.amount, "the parts of the slash")?;
            equal(slash.to_reporter > 0, share, "whether the reporter gets a share")?;
            let count = self.count(id)?;
            count.missed += 1;
            count.slashed += slash.amount;
            let name = self.scene.cast.name(p.provider).to_owned();
            self.scene.teller.mishap(&format!(
                "day {}: slashed {} UNIT for round {round}: {} to the reporter, {} into the pot",
                self.day,
                unit(slash.amount),
                unit(slash.to_reporter),
                unit(slash.to_pot)
            ))?;
            self.slashes.push(SlashFacts::new(self.day, &name, &slash, "reporter"));
        }
        Ok(())
    }

    /// All providers are paid up to now; what is disputed waits.
    pub fn providers_settle(&mut self) -> Result<(), Failure> {
        for (id, before, _) in self.kept()? {
            let report = self.errand.consumer.party().sla(&self.scene.ledger, id)?;
            self.scene.cast.provider(before.provider)?.settle(&mut self.scene.ledger)?;
            let after = self.errand.consumer.placement(&self.scene.ledger, id)?;
            let due = if before.dispute.is_some() { 0 } else { report.unpaid };
            equal(after.settled - before.settled, due, "what a placement is paid")?;
        }
        Ok(())
    }

    /// Day of the story that an instant belongs to, counted as the rounds are.
    pub fn day_at(&self, day: u32) -> Result<u64, Failure> {
        let now = self.scene.ledger.now_ms()?;
        Ok(now - now % DAY_MS + u64::from(day) * DAY_MS - u64::from(self.day) * DAY_MS)
    }
}
