//! What the contract says of everybody at the end, compared with what the story has seen and with the events alone.

use orchestrator::{
    domain::{History, Scoring, Subject, DAY_MS, NEUTRAL},
    events::Scored,
    Filter, Offer, SlaReport,
};
use orchestrator_chain::Ledger;

use crate::{
    demo::{
        claim::{ensure, equal},
        sla::{
            facts::{RankFacts, ReportFacts},
            terms, Count, Story, CAREFUL, FLAKY, LAZY,
        },
    },
    failure::Failure,
};

impl<L: Ledger> Story<'_, L> {
    /// The ranking as a search gives it, and the SLA report of each placement.
    pub fn everybody_is_judged(&mut self) -> Result<Vec<RankFacts>, Failure> {
        self.scene.teller.chapter("11. What the contract says of everybody")?;
        let ranked = self.ranked(0)?;
        equal(ranked.len(), self.units.len(), "the number of data units found")?;
        ensure(ranked.is_sorted_by(|x, y| x.score >= y.score), "a search that finds the best first")?;
        let mut ranking = Vec::new();
        for offer in &ranked {
            ranking.push(self.rank(offer)?);
        }
        let at = |number: usize| ranked.iter().position(|x| Some(&x.id) == self.units.get(number));
        let newcomer = self.units.len() - 1;
        ensure(at(0) < at(CAREFUL) && at(CAREFUL) < at(newcomer), "Honest and Careful before Newcomer")?;
        ensure(at(newcomer) < at(FLAKY) && at(newcomer) < at(LAZY), "Newcomer before Flaky and Lazy")?;
        equal(self.score(newcomer)?, NEUTRAL, "the score without history")?;
        self.scene.teller.fact(
            "who keeps its promises comes first, who has no history stays in the middle, who breaks them comes last",
        )?;
        let events = self.follows_from_events()?;
        self.scene.teller.fact(&format!(
            "each score follows from the {events} events of the contract that speak of it, and from nothing else"
        ))?;
        let told: Vec<u64> = self.reports.iter().map(|x| x.placement).collect();
        for (id, count) in &self.counts {
            if !told.contains(id) {
                self.reports.push(self.report(*id, count)?);
            }
        }
        self.scene.teller.fact(&format!(
            "the {} SLA reports say what the story has counted: rounds, readings of the observer, slashes",
            self.reports.len()
        ))?;
        Ok(ranking)
    }

    /// Data units with at least this score, as the search gives them.
    pub fn ranked(&self, min_score: u16) -> Result<Vec<Offer>, Failure> {
        let party = self.errand.consumer.party();
        let filter = Filter {
            kind: None,
            region: None,
            capacity: 1,
            max_price: 0,
            term_ms: DAY_MS,
            cluster: None,
            min_score,
        };
        let question = party.market().find_data_units(filter, 0, 50);
        let found = party.ask(&self.scene.ledger, "look for data units", question)?;
        equal(found.next, 0, "where the search goes on")?;
        Ok(found.units)
    }

    fn rank(&self, offer: &Offer) -> Result<RankFacts, Failure> {
        let party = self.errand.consumer.party();
        let provider = party.score(&self.scene.ledger, Subject::Provider(offer.unit.provider))?;
        equal(provider.evidence.score(NEUTRAL), provider.score, "a provider's score, by its evidence")?;
        let score = party.score(&self.scene.ledger, Subject::Unit(offer.id))?;
        let others = provider.evidence.without(&score.evidence).score(NEUTRAL);
        equal(
            (score.score, score.prior),
            (offer.score, others),
            "score and prior, as three views tell them",
        )?;
        equal(score.evidence.score(score.prior), score.score, "the score, by its evidence")?;
        let name = self.scene.cast.name(offer.unit.provider).to_owned();
        Ok(RankFacts::new(name, offer.id, &score))
    }

    /// Recomputes all scores from the events alone; says from how many.
    fn follows_from_events(&self) -> Result<usize, Failure> {
        let (mut history, mut events) = (History::default(), 0);
        for call in self.scene.ledger.calls() {
            for Scored { provider, unit, found } in call.events() {
                history.record(&Scoring { at: call.receipt.at_ms, provider, unit, found });
                events += 1;
            }
        }
        let now = self.scene.ledger.now_ms()?;
        let party = self.errand.consumer.party();
        for (id, (_, provider)) in self.units.iter().zip(&self.scene.cast.providers) {
            let account = provider.party().account();
            for subject in [Subject::Provider(account), Subject::Unit(*id)] {
                let told = party.score(&self.scene.ledger, subject)?.score;
                equal(history.score(subject, account, now), told, "a score, by the events alone")?;
            }
        }
        Ok(events)
    }

    /// The SLA report of a placement that is over, compared with what the story has counted.
    pub fn report(&self, id: u64, count: &Count) -> Result<ReportFacts, Failure> {
        let party = self.errand.consumer.party();
        let report: SlaReport = party.sla(&self.scene.ledger, id)?;
        let placement = self.errand.consumer.placement(&self.scene.ledger, id)?;
        equal(
            (report.proven, report.missed, report.excused),
            (count.proven, count.missed, count.excused),
            "the rounds of a placement",
        )?;
        equal(report.slashed, count.slashed, "what was slashed")?;
        equal(
            report.seen.map(|x| (x.uptime_bps, x.latency_ms)),
            average(&count.seen),
            "what the observer has seen",
        )?;
        let promised = terms();
        equal(
            (report.promised_uptime_bps, report.promised_latency_ms),
            (promised.uptime_bps, promised.latency_ms),
            "what was promised",
        )?;
        equal(report.paid + report.refunded, placement.settled, "what has left the escrow")?;
        equal((report.unpaid, report.collateral, report.disputed), (0, 0, false), "what is left")?;
        let name = self.scene.cast.name(placement.provider).to_owned();
        Ok(ReportFacts::new(name, id, &report))
    }
}

/// Averages, rounded down.
fn average(seen: &[(u16, u32)]) -> Option<(u16, u32)> {
    let days = u64::try_from(seen.len()).ok().filter(|days| *days > 0)?;
    let uptime: u64 = seen.iter().map(|(uptime, _)| u64::from(*uptime)).sum();
    let latency: u64 = seen.iter().map(|(_, latency)| u64::from(*latency)).sum();
    Some((u16::try_from(uptime / days).ok()?, u32::try_from(latency / days).ok()?))
}
