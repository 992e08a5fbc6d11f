//! A dispute: opened with evidence, answered, decided.

use orchestrator::{
    domain::{bps_down, Error, Placement, DAY_MS},
    events::DisputeMoved,
    Action, DisputeStep, SlashReason,
};
use orchestrator_chain::Ledger;
use orchestrator_market::parties::PartyError;
use sha2::{Digest, Sha256};

use crate::{
    demo::{
        claim::{computed, ensure, equal},
        loss::slashed,
        sla::{
            facts::{DisputeFacts, SlashFacts},
            Story, DECISION_DAY, DISPUTE_DAY, FLAKY, OFFLINE_DAYS,
        },
    },
    failure::Failure,
    output::unit,
};

/// What of the unpaid goes back to the consumer by the decision, and as much of the collateral into the pot.
const TO_CONSUMER_BPS: u16 = 6_000;

impl<L: Ledger> Story<'_, L> {
    /// The consumer needed its data on a day on which Flaky was not there.
    pub fn dispute_is_opened(&mut self) -> Result<DisputeFacts, Failure> {
        self.scene.teller.chapter("8. The consumer disputes what Flaky was offline for")?;
        let (id, p) = self.errand.filled(&self.scene.ledger, FLAKY)?;
        let (ledger, consumer) = (&mut self.scene.ledger, &self.errand.consumer);
        let before = consumer.party().sla(ledger, id)?;
        ensure(before.unpaid > 0 && before.collateral > 0, "something to freeze")?;
        let bond = consumer.bond(ledger, id)?;
        let (free, locked) = self.errand.money(ledger)?;
        let evidence = hash("what the observer and the reporter have seen of Flaky on its last day offline");
        let [.., offline] = OFFLINE_DAYS;
        let fact_at = ledger.now_ms()? - u64::from(DISPUTE_DAY - offline) * DAY_MS;
        consumer.open_dispute(ledger, id, fact_at, evidence, bond)?;
        equal(
            self.errand.money(ledger)?,
            (free - bond, locked + bond),
            "the consumer's money with the bond",
        )?;
        let moved = self.moved()?;
        equal(
            (moved.step, moved.hash, moved.bond),
            (DisputeStep::Opened, evidence, bond),
            "what was opened",
        )?;
        self.scene.teller.fact(&format!(
            "day {}: it opens a dispute over day {offline}, with the hash of its evidence and a bond of {} UNIT, a tenth of \
             what is frozen: {} UNIT unpaid and {} of collateral",
            self.day,
            unit(bond),
            unit(before.unpaid),
            unit(before.collateral)
        ))?;
        self.money_waits(id, &p)?;
        self.scene.check()?;
        Ok(DisputeFacts {
            placement: id,
            provider: self.scene.cast.name(p.provider).to_owned(),
            opened_on: self.day,
            decided_on: 0,
            bond,
            to_consumer_bps: TO_CONSUMER_BPS,
            refunded: 0,
            cut: 0,
        })
    }

    /// Neither is anything paid nor does the provider get away.
    fn money_waits(&mut self, id: u64, before: &Placement) -> Result<(), Failure> {
        let flaky = self.scene.cast.provider(before.provider)?;
        flaky.settle(&mut self.scene.ledger)?;
        let after = self.errand.consumer.placement(&self.scene.ledger, id)?;
        equal(after.settled, before.settled, "what was paid in spite of the dispute")?;
        let party = flaky.party();
        let leave = party.market().withdraw_placement(id, u128::MAX);
        match party.inquire(&self.scene.ledger, "leave", leave) {
            Err(PartyError::Refused { refusal: Error::Disputed, .. }) => {}
            other => ensure(false, &format!("a provider that cannot leave ({other:?})"))?,
        }
        self.scene.teller.fact("Flaky settles and gets nothing, and cannot leave (Disputed)")?;
        Ok(())
    }

    /// Flaky answers, and the arbiter divides what is frozen. Rounds go on meanwhile.
    pub fn dispute_is_decided(&mut self, mut facts: DisputeFacts) -> Result<DisputeFacts, Failure> {
        self.days_until(DISPUTE_DAY + 1)?;
        let id = facts.placement;
        equal(self.arbiter.undecided(&self.scene.ledger)?.len(), 0, "what can be decided already")?;
        let (_, p) = self.errand.filled(&self.scene.ledger, FLAKY)?;
        let answer = hash("what Flaky has to say: the power was out");
        self.scene.cast.provider(p.provider)?.answer_dispute(&mut self.scene.ledger, id, answer)?;
        let moved = self.moved()?;
        equal((moved.step, moved.hash), (DisputeStep::Answered, answer), "what was answered")?;
        let party = self.errand.consumer.party();
        let next = party.ask(&self.scene.ledger, "ask what is next", party.market().next_action_at(id))?;
        equal(next.map(|x| x.action), Some(Action::Decide), "what comes next for it")?;
        self.scene
            .teller
            .fact(&format!("day {}: Flaky answers with the hash of what it has to say", self.day))?;
        self.days_until(DECISION_DAY)?;
        self.maintenance_is_over()?;

        let (ledger, consumer) = (&mut self.scene.ledger, &self.errand.consumer);
        let waiting: Vec<u64> = self.arbiter.undecided(ledger)?.iter().map(|(id, _)| *id).collect();
        equal(waiting, vec![id], "what waits for the arbiter")?;
        let before = consumer.party().sla(ledger, id)?;
        let (free, pot) = (self.errand.money(ledger)?.0, self.errand.pot(ledger, FLAKY)?);
        let opinion = hash("the arbiter's reasons");
        self.arbiter.decide_dispute(ledger, id, TO_CONSUMER_BPS, opinion)?;
        let refunded = computed(bps_down(before.unpaid, TO_CONSUMER_BPS.into()))?;
        let cut = computed(bps_down(before.collateral, TO_CONSUMER_BPS.into()))?;
        let back = self.errand.money(ledger)?.0 - free;
        equal(back, refunded + facts.bond, "what the consumer gets back")?;
        equal(self.errand.pot(ledger, FLAKY)? - pot, cut, "what goes into the pot")?;
        let after = consumer.party().sla(ledger, id)?;
        equal((after.refunded, after.collateral), (refunded, before.collateral - cut), "what is left")?;
        equal(after.paid - before.paid, before.unpaid - refunded, "what is paid after the decision")?;
        equal((after.disputed, after.unpaid), (false, 0), "what still waits")?;
        let slash = slashed(&self.scene, id)?;
        equal((slash.reason, slash.amount), (SlashReason::Dispute, cut), "the slash and its reason")?;
        equal((slash.reporter, slash.to_pot), (None, cut), "where it went")?;
        let day = self.day;
        self.scene.teller.mishap(&format!(
            "day {day}: the arbiter gives the consumer {} % of it: {} UNIT of what was unpaid and its bond are back, {} of \
             the collateral go into the pot",
            TO_CONSUMER_BPS / 100,
            unit(refunded),
            unit(cut)
        ))?;
        self.scene
            .teller
            .fact(&format!("Flaky is paid the rest, {} UNIT", unit(before.unpaid - refunded)))?;
        self.count(id)?.slashed += cut;
        self.slashes.push(SlashFacts::new(day, &facts.provider, &slash, "nobody"));
        (facts.decided_on, facts.refunded, facts.cut) = (day, refunded, cut);
        self.scene.check()?;
        Ok(facts)
    }

    /// What the last call has said of a dispute.
    fn moved(&self) -> Result<DisputeMoved, Failure> {
        let found = self.scene.ledger.calls().last().and_then(|call| call.events::<DisputeMoved>().next());
        found.ok_or_else(|| Failure::Outcome("the story did not come out: no dispute has moved".to_owned()))
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
