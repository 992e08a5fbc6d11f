//! A placement in the hands of one call: loaded, brought up to now, changed, stored.
//!
//! Every message that acts on a placement goes through `load`, which accounts all rounds, slashes what was missed, pays
//! what was earned and carries out what time has brought about; and through `save`, which posts the money of both
//! sides and stores what has changed.

use crate::events::{emit, PlacementMoved, Scored, Settled, Slashed};
use crate::judging::announce_dispute;
use crate::money::{add, Moves};
use crate::records::{DisputeStep, SlashReason};
use crate::store::Read as _;
use crate::Orchestrator;
use ink::primitives::AccountId;
use orchestrator_domain::{
    bps_down, Balance, Clock, DataUnit, Error, Findings, Misses, Placement, Reservation, Result, Round,
    State, RENEW_GRACE_MS,
};

/// One placement with everything a change of it needs.
pub(crate) struct Deal {
    pub id: u64,
    pub p: Placement,
    pub r: Reservation,
    /// The reservation's record has changed.
    pub r_changed: bool,
    pub round: Round,
    pub clock: Clock,
    pub consumer: Moves,
    pub provider: Moves,
    /// Rounds that this call has found missed.
    pub missed: u32,
    /// What this call has found for the score.
    pub found: Findings,
    /// The data unit, once capacity was given back to it.
    pub unit: Option<DataUnit>,
}

impl Deal {
    /// Adds to the repair pot of its slot.
    fn fill_pot(&mut self, amount: Balance) -> Result<()> {
        if amount > 0 {
            self.r_changed = true;
            add(&mut self.r.slot(self.p.slot)?.pot, amount)?;
        }
        Ok(())
    }

    /// Brings the escrow to what is owed up to the end; says what had to be locked for it.
    pub fn fund(&mut self) -> Result<Balance> {
        let owed = self.p.owed_up(self.p.ends_at)?;
        let more = owed.saturating_sub(self.p.escrow);
        self.consumer.lock(more)?;
        self.consumer.unlock(self.p.escrow.saturating_sub(owed))?;
        self.p.escrow = owed;
        Ok(more)
    }

    /// Raises the initial collateral to what a term of this price asks for, and locks the difference.
    pub fn raise_collateral(&mut self, term_price: Balance) -> Result<()> {
        let required = self.p.collateral_up(term_price)?;
        let more = required.saturating_sub(self.p.collateral_initial);
        add(&mut self.p.collateral_initial, more)?;
        add(&mut self.p.collateral, more)?;
        self.provider.lock(more)
    }
}

/// Announces what holds for a placement from now on.
#[inline(never)]
pub(crate) fn announce(id: u64, p: &Placement) {
    emit(PlacementMoved {
        placement: id,
        reservation: p.reservation,
        provider: p.provider,
        slot: p.slot,
        unit: p.unit,
        state: p.state,
        ends_at: p.ends_at,
        capacity: p.capacity,
        price: p.price,
        escrow: p.escrow,
        collateral: p.collateral,
    });
}

/// Announces what was found for the score of a provider, a data unit, or both.
#[inline(never)]
pub(crate) fn announce_score(provider: Option<AccountId>, unit: Option<u64>, found: &Findings) {
    emit(Scored { provider, unit, found: *found });
}

impl Orchestrator {
    /// Loads a placement as it is stored.
    fn open(&self, id: u64) -> Result<Deal> {
        let (p, challenger) = self.challenged(id).ok_or(Error::UnknownPlacement)?;
        let r = self.reservation_of(p.reservation)?;
        let clock = self.clock();
        let round = self.round_of(&p, &challenger);
        let (consumer, provider) = (Moves::default(), Moves::default());
        let found = Findings::default();
        Ok(Deal {
            id,
            p,
            r,
            r_changed: false,
            round,
            clock,
            consumer,
            provider,
            missed: 0,
            found,
            unit: None,
        })
    }

    /// Loads a placement and brings it up to now. Misses found on the way pay `reporter` its share.
    pub(crate) fn load(&mut self, id: u64, reporter: Option<AccountId>) -> Result<Deal> {
        let mut deal = self.load_unpaid(id, reporter)?;
        self.advance(&mut deal)?;
        Ok(deal)
    }

    /// Loads a placement and accounts its rounds, but pays nothing and carries out nothing that time has brought about,
    /// other than the end of a dispute that nobody has decided.
    pub(crate) fn load_unpaid(&mut self, id: u64, reporter: Option<AccountId>) -> Result<Deal> {
        let mut deal = self.open(id)?;
        if deal.p.dispute_is_over(&deal.clock) {
            self.release_dispute(&mut deal)?;
        }
        let misses = deal.p.account(&deal.round);
        deal.missed = misses.count;
        self.punish(&mut deal, &misses, SlashReason::Unanswered, reporter)?;
        Ok(deal)
    }

    /// Pays what was earned, and ends the placement if its time is over. A dispute holds back both.
    pub(crate) fn advance(&mut self, deal: &mut Deal) -> Result<()> {
        if deal.p.dispute.is_some() {
            return Ok(());
        }
        let grace = if deal.r.renews() { deal.p.ends_at.saturating_add(RENEW_GRACE_MS) } else { 0 };
        match deal.p.due(&deal.clock, &deal.round, grace) {
            Some(state) => {
                if state == State::Cancelled {
                    deal.found.seen = deal.p.ended(state, deal.clock.now, self.root.config.score_unit)?;
                }
                self.finish(deal, state, deal.clock.now)
            }
            None => self.pay(deal, deal.clock.now, false),
        }
    }

    /// Ends a dispute as if there had been none: the bond goes back to the consumer.
    fn release_dispute(&mut self, deal: &mut Deal) -> Result<()> {
        let bond = deal.p.bond();
        deal.p.dispute = None;
        deal.consumer.unlock(bond)?;
        announce_dispute(deal, DisputeStep::Released, [0; 32], bond, 0, 0);
        Ok(())
    }

    /// Takes collateral for misses, and ends a placement that has missed too often.
    pub(crate) fn punish(
        &mut self,
        deal: &mut Deal,
        misses: &Misses,
        reason: SlashReason,
        reporter: Option<AccountId>,
    ) -> Result<()> {
        if misses.count == 0 {
            return Ok(());
        }
        let amount = deal.p.slash(misses)?;
        let missed = deal.p.missed(misses.count, self.root.config.score_unit)?;
        deal.found.seen.missed = deal.found.seen.missed.saturating_add(missed);
        self.forfeit(deal, misses.count, amount, reason, reporter)?;
        if let Some(at) = misses.failed_at {
            self.finish(deal, State::Failed, at)?;
        }
        Ok(())
    }

    /// Moves collateral that has left the placement into the pot, less the reporter's share. A party of the deal
    /// that reports gets none.
    pub(crate) fn forfeit(
        &mut self,
        deal: &mut Deal,
        misses: u32,
        amount: Balance,
        reason: SlashReason,
        reporter: Option<AccountId>,
    ) -> Result<()> {
        let mut to_reporter = 0;
        if let Some(reporter) = reporter.filter(|x| *x != deal.p.provider && *x != deal.r.consumer) {
            to_reporter = bps_down(amount, deal.p.reporter_bps.into())?;
            self.credit(reporter, to_reporter)?;
        }
        let to_pot = amount.saturating_sub(to_reporter);
        add(&mut deal.provider.release, amount)?;
        add(&mut deal.p.slashed, amount)?;
        deal.fill_pot(to_pot)?;
        emit(Slashed {
            placement: deal.id,
            provider: deal.p.provider,
            round: deal.p.tally.round,
            misses,
            reason,
            amount,
            reporter: reporter.filter(|_| to_reporter > 0),
            to_reporter,
            to_pot,
        });
        Ok(())
    }

    /// Finds for the score what rounds have proven.
    pub(crate) fn record(&self, deal: &mut Deal, until: u64, all: bool) -> Result<()> {
        let kept = deal.p.record_kept(until, &deal.round, all, self.root.config.score_unit)?;
        deal.found.seen.kept = deal.found.seen.kept.saturating_add(kept);
        Ok(())
    }

    /// Begins a stretch of time with another price or capacity. What was proven counts at the weight that it had.
    pub(crate) fn start_segment(&self, deal: &mut Deal) -> Result<()> {
        let now = deal.clock.now;
        self.record(deal, now, true)?;
        deal.p.start_segment(now, &deal.round)
    }

    /// Pays what was earned up to `until` and not paid yet, and finds for the score what rounds have proven.
    fn pay(&mut self, deal: &mut Deal, until: u64, ends: bool) -> Result<()> {
        if deal.p.state == State::Active {
            self.record(deal, until, ends)?;
        }
        let paid = deal.p.settle(until, &deal.round)?;
        if paid.gross == 0 && paid.bonus == 0 {
            return Ok(());
        }
        add(&mut deal.consumer.release, paid.gross)?;
        add(&mut deal.provider.credit, paid.bonus)?;
        let cluster = deal.r.cluster();
        if let Some(id) = cluster {
            self.collect(id, deal.p.provider, &paid)?;
        } else {
            add(&mut deal.provider.credit, paid.net())?;
            add(&mut self.root.fees, paid.fee)?;
        }
        if let Some(referrer) = deal.r.referrer {
            self.credit(referrer, paid.referral)?;
        }
        emit(Settled {
            placement: deal.id,
            provider: deal.p.provider,
            cluster,
            gross: paid.gross,
            fee: paid.fee,
            referral: paid.referral,
            manager: paid.manager,
            bonus: paid.bonus,
        });
        Ok(())
    }

    /// Ends a placement: pays it up to `until`, gives back capacity, collateral and escrow, and leaves no money in it.
    pub(crate) fn finish(&mut self, deal: &mut Deal, state: State, until: u64) -> Result<()> {
        // One that fails while it is disputed is not paid what was frozen: else failing would be a way out of a decision.
        if deal.p.dispute.is_some() {
            self.release_dispute(deal)?;
        } else {
            self.pay(deal, until, true)?;
        }
        if deal.p.state == State::Active {
            deal.p.close(until, &deal.round);
            let ended = deal.p.ended(state, deal.clock.now, self.root.config.score_unit)?;
            deal.found.seen.add(&ended, 0);
        }
        if deal.p.holds_capacity() {
            let mut unit = self.unit_of(deal.p.unit)?;
            unit.give_back(deal.p.capacity, deal.r.cluster());
            deal.unit = Some(unit);
        }
        let (escrow, collateral, bonus) = deal.p.end(state);
        deal.consumer.unlock(escrow)?;
        deal.provider.unlock(collateral)?;
        deal.fill_pot(bonus)?;
        let spent = deal.p.settled.saturating_sub(deal.p.refunded);
        if spent > 0 {
            deal.r_changed = true;
            add(&mut deal.r.slot(deal.p.slot)?.spent, spent)?;
        }
        announce(deal.id, &deal.p);
        Ok(())
    }

    /// Stores what has changed and posts the money of both sides.
    pub(crate) fn save(&mut self, deal: &mut Deal) -> Result<()> {
        if !deal.found.is_empty() {
            // What is proposed or has ended may outlive its data unit.
            deal.unit = deal.unit.take().or_else(|| self.units.read(deal.p.unit));
            if let Some(unit) = &mut deal.unit {
                unit.standing.record(&deal.found, deal.clock.now);
            }
            deal.provider.found = deal.found;
            announce_score(Some(deal.p.provider), deal.unit.is_some().then_some(deal.p.unit), &deal.found);
        }
        if let Some(unit) = &deal.unit {
            self.units.insert(deal.p.unit, unit);
        }
        self.placements.insert(deal.id, &deal.p);
        if deal.r_changed {
            self.reservations.insert(deal.p.reservation, &deal.r);
        }
        self.post_both((deal.r.consumer, &deal.consumer), (deal.p.provider, &deal.provider))
    }
}
