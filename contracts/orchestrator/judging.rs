//! What people say of a placement: reports of observers, disputes, and what the contract itself has to tell of it.

use crate::deal::{announce_score, Deal};
use crate::events::{emit, DisputeMoved, QualityReported};
use crate::money::{add, Moves};
use crate::records::{Average, DisputeStep, Observation, SlaReport, SlashReason};
use crate::store::Read as _;
use crate::Orchestrator;
use ink::codegen::Env as _;
use orchestrator_domain::{Balance, Error, Quality, Report, Result, State};

impl Orchestrator {
    /// What observers have reported of a data unit.
    #[inline(never)]
    pub(crate) fn quality_of(&self, unit: u64) -> Quality {
        self.quality.read(unit).unwrap_or_default()
    }

    /// Takes what an observer reports of one data unit.
    #[inline(never)]
    pub(crate) fn take_report(&mut self, seen: Observation, network: bool) -> Result<()> {
        let Observation { unit: id, uptime_bps, latency_ms } = seen;
        let observer = self.env().caller();
        let mut unit = self.unit_of(id)?;
        if !network {
            let cluster = unit.member.as_ref().ok_or(Error::NotInRole)?.cluster;
            if !self.cluster_of(cluster)?.spec.observers.contains(&observer) {
                return Err(Error::NotInRole);
            }
        }
        let now = self.env().block_timestamp();
        let mut quality = self.quality_of(id);
        let report = Report { observer, network, uptime_bps, latency_ms };
        let (of_unit, of_provider) = match quality.report(report, &unit.spec.terms, now) {
            // Enough have reported; who reports many data units need not know.
            Err(Error::TooLong) => return Ok(()),
            judged => judged?,
        };
        let day = quality.day;
        self.quality.insert(id, &quality);
        emit(QualityReported { unit: id, day, observer, uptime_bps, latency_ms });
        if of_unit.seen != of_unit.undone {
            unit.standing.record(&of_unit, now);
            self.units.insert(id, &unit);
            announce_score(None, Some(id), &of_unit);
        }
        if of_provider.seen != of_provider.undone {
            announce_score(Some(unit.provider), None, &of_provider);
            self.post(unit.provider, &Moves { found: of_provider, ..Default::default() })?;
        }
        Ok(())
    }

    /// Carries out an arbiter's decision.
    #[inline(never)]
    pub(crate) fn decide(&mut self, deal: &mut Deal, bps: u16, opinion: [u8; 32]) -> Result<()> {
        let arbiter = self.env().caller();
        let manager = self.within(&deal.r)?.map(|x| x.manager);
        if arbiter == deal.p.provider || arbiter == deal.r.consumer || manager == Some(arbiter) {
            return Err(Error::OwnDispute);
        }
        let bond = deal.p.bond();
        let (refunded, cut) = deal.p.divide_down(bps, &deal.clock, &deal.round)?;
        deal.consumer.unlock(refunded)?;
        if bps >= 5_000 {
            deal.consumer.unlock(bond)?;
        } else {
            add(&mut deal.consumer.release, bond)?;
            add(&mut deal.provider.credit, bond)?;
        }
        announce_dispute(deal, DisputeStep::Decided, opinion, bond, bps, refunded);
        if cut > 0 {
            self.forfeit(deal, 0, cut, SlashReason::Dispute, None)?;
        }
        deal.found.seen.lost = deal.p.lost(bps, self.root.config.score_unit)?;
        self.advance(deal)
    }

    /// What was promised of a placement and what became of it, up to now.
    pub(crate) fn sla_of(&self, id: u64) -> Result<SlaReport> {
        let (mut p, c) = self.challenged(id).ok_or(Error::UnknownPlacement)?;
        let now = self.env().block_timestamp();
        let round = self.round_of(&p, &c);
        let misses = p.account(&round);
        let slashed = if misses.count > 0 { p.slash(&misses)? } else { 0 };
        let (mut served_ms, mut unpaid, mut rested) = (p.served_before_ms, 0, p.rested_ms);
        if p.state == State::Active {
            let until = misses.failed_at.unwrap_or(now);
            served_ms = p.served_ms(until, &round);
            unpaid = p.unpaid(until, &round)?;
            rested = round.maintenance.ms_until(until.min(p.ends_at));
        }
        let unit = self.units.read(p.unit);
        Ok(SlaReport {
            state: p.state,
            started_at: p.started_at,
            ends_at: p.ends_at,
            proven: p.tally.proven,
            missed: p.tally.missed,
            excused: p.tally.excused,
            served_ms,
            maintenance_ms: rested.saturating_sub(p.rested_before_ms),
            promised_uptime_bps: p.terms.uptime_bps,
            promised_latency_ms: p.terms.latency_ms,
            seen: self
                .quality_of(p.unit)
                .seen
                .since(&p.seen_before)
                .filter(|_| p.started_at > 0)
                .map(|(uptime_bps, latency_ms)| Average { uptime_bps, latency_ms }),
            paid: p.settled.saturating_sub(p.refunded),
            unpaid,
            refunded: p.refunded,
            collateral: p.collateral,
            slashed: p.slashed.saturating_add(slashed),
            stars: p.rating.stars,
            disputed: p.dispute.is_some(),
            score: unit.map_or(0, |x| self.unit_score(&x).score),
        })
    }
}

/// Announces what was said in a dispute, and until when the next word can be said.
#[inline(never)]
pub(crate) fn announce_dispute(
    deal: &Deal,
    step: DisputeStep,
    hash: [u8; 32],
    bond: Balance,
    to_consumer_bps: u16,
    refunded: Balance,
) {
    let until = match (&deal.p.dispute, step) {
        (Some(x), DisputeStep::Opened) => deal.clock.instant_of(x.answer_by),
        (Some(x), _) => deal.clock.instant_of(x.decide_by),
        (None, _) => 0,
    };
    emit(DisputeMoved { placement: deal.id, step, hash, bond, until, to_consumer_bps, refunded });
}

/// Refuses what costs more than the caller has said.
pub(crate) fn ensure_ceiling(price: Balance, ceiling: Balance) -> Result<()> {
    if price > ceiling {
        return Err(Error::AboveCeiling);
    }
    Ok(())
}
