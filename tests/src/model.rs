//! What the rules of the domain say of a call before it is made.
//!
//! The model starts from the observed state, brings a placement up to the moment of the call with the domain's rules
//! alone, and predicts whether the call is accepted, with which refusal not, and what the placement holds afterwards.

mod clusters;
mod service;
mod takers;

use orchestrator_chain::AccountId;
use orchestrator_domain::{
    price_up, Balance, Clock, Cluster, DataUnit, Error, Maintenance, NodeState, Placement, Reservation,
    Result, Round, State, CLOSE_GRACE_MS, RENEW_GRACE_MS,
};

use crate::Picture;

/// A placement as it is at the moment of a call, when all that time has brought about is carried out.
#[derive(Clone, Debug)]
pub struct Current {
    pub placement: Placement,
    pub reservation: Reservation,
    pub round: Round,
    /// What its provider's available money has gained by that.
    pub provider_gain: Balance,
    /// What its consumer's available money has gained by that.
    pub consumer_gain: Balance,
    /// What its referrer's available money has gained by that.
    pub referrer_gain: Balance,
}

impl Current {
    /// The dispute is over without a decision.
    fn release(&mut self) {
        self.consumer_gain += self.placement.bond();
        self.placement.dispute = None;
    }
}

/// The state of the contract and the moment of a call.
pub struct Model<'a> {
    pub state: &'a Picture,
    pub clock: Clock,
}

impl Model<'_> {
    fn reservation(&self, id: u64) -> Result<&Reservation> {
        self.state.reservations.get(&id).ok_or(Error::UnknownReservation)
    }

    fn unit(&self, id: u64) -> Result<&DataUnit> {
        self.state.units.get(&id).ok_or(Error::UnknownUnit)
    }

    fn cluster(&self, id: u64) -> Result<&Cluster> {
        self.state.clusters.get(&id).ok_or(Error::UnknownCluster)
    }

    /// Money that an account can spend.
    pub fn available(&self, id: AccountId) -> Balance {
        self.state.accounts.get(&id).map_or(0, |x| x.available)
    }

    fn operates(&self, caller: AccountId, provider: AccountId) -> Result<()> {
        let delegate = self.state.providers.get(&provider).and_then(|x| x.delegate);
        if caller == provider || delegate == Some(caller) {
            Ok(())
        } else {
            Err(Error::NotProvider)
        }
    }

    fn online(&self, unit: &DataUnit) -> Result<()> {
        match self.state.nodes.get(&unit.node) {
            Some(node) if node.spec.state == NodeState::Online => Ok(()),
            Some(_) => Err(Error::NodeNotOnline),
            None => Err(Error::UnknownNode),
        }
    }

    /// Maintenance of a data unit.
    fn maintenance(&self, unit: u64) -> Maintenance {
        self.state.services.get(&unit).map(|x| x.maintenance.clone()).unwrap_or_default()
    }

    fn score_unit(&self) -> u64 {
        self.state.settings.config.score_unit
    }

    /// Brings a placement up to now: rounds, slashes, pay, and the end where it is due.
    pub fn current(&self, id: u64) -> Result<Current> {
        let mut c = self.unpaid(id)?;
        self.advance(&mut c)?;
        Ok(c)
    }

    /// Accounts the rounds of a placement; a dispute whose time is up is over.
    fn unpaid(&self, id: u64) -> Result<Current> {
        let placement = self.state.placements.get(&id).cloned().ok_or(Error::UnknownPlacement)?;
        let reservation = self.reservation(placement.reservation)?.clone();
        let challenger = self.state.challengers.get(&placement.challenger).ok_or(Error::UnknownChallenger)?;
        let mut round = challenger.latest(&self.clock);
        if placement.holds_capacity() {
            round.maintenance = self.maintenance(placement.unit);
        }
        let (provider_gain, consumer_gain, referrer_gain) = (0, 0, 0);
        let mut c = Current { placement, reservation, round, provider_gain, consumer_gain, referrer_gain };
        if c.placement.dispute_is_over(&self.clock) {
            c.release();
        }
        let misses = c.placement.account(&c.round);
        c.placement.slashed += c.placement.slash(&misses)?;
        if let Some(at) = misses.failed_at {
            let frozen = c.placement.dispute.is_some();
            c.release();
            self.end(&mut c, State::Failed, at, !frozen)?;
        }
        Ok(c)
    }

    /// Pays what was earned, and ends the placement where it is due. A dispute holds back both.
    fn advance(&self, c: &mut Current) -> Result<()> {
        let p = &c.placement;
        if p.dispute.is_some() || !p.is_live() {
            return Ok(());
        }
        let grace = if c.reservation.renews() { p.ends_at.saturating_add(RENEW_GRACE_MS) } else { 0 };
        match p.due(&self.clock, &c.round, grace) {
            Some(state) => self.end(c, state, self.clock.now, true),
            None => self.pay(c, self.clock.now, false),
        }
    }

    fn pay(&self, c: &mut Current, until: u64, ends: bool) -> Result<()> {
        if c.placement.state == State::Active {
            c.placement.record_kept(until, &c.round, ends, self.score_unit())?;
        }
        let paid = c.placement.settle(until, &c.round)?;
        c.provider_gain += paid.bonus;
        if c.reservation.choice.is_none() {
            c.provider_gain += paid.net();
        }
        c.referrer_gain += paid.referral;
        Ok(())
    }

    fn end(&self, c: &mut Current, state: State, until: u64, pays: bool) -> Result<()> {
        if pays {
            self.pay(c, until, true)?;
        }
        if c.placement.state == State::Active {
            c.placement.close(until, &c.round);
        }
        let (escrow, collateral, _) = c.placement.end(state);
        c.consumer_gain += escrow;
        c.provider_gain += collateral;
        Ok(())
    }

    /// Whether `accept` goes through, and the placement after it.
    pub fn accept(&self, caller: AccountId, id: u64) -> Result<Placement> {
        let mut c = self.current(id)?;
        self.operates(caller, c.placement.provider)?;
        self.clock.ensure_open()?;
        let collateral = c.placement.accept(&self.clock)?;
        let mut unit = self.unit(c.placement.unit)?.clone();
        self.online(&unit)?;
        unit.spec.terms.ensure_keep(&c.placement.terms)?;
        unit.take(c.placement.capacity, None)?;
        if collateral > self.available(c.placement.provider) {
            return Err(Error::ProviderShort);
        }
        let listed = self.state.accounts.get(&c.placement.provider).map_or(0, |x| x.placements);
        c.placement.place = listed + 1;
        Ok(c.placement)
    }

    /// Whether `activate` goes through, and the placement after it.
    pub fn activate(&self, caller: AccountId, id: u64) -> Result<Placement> {
        let mut c = self.current(id)?;
        self.operates(caller, c.placement.provider)?;
        c.placement.activate(&self.clock, &c.round)?;
        let service = self.state.services.get(&c.placement.unit);
        c.placement.seen_before = service.map(|x| x.quality.seen.clone()).unwrap_or_default();
        Ok(c.placement)
    }

    /// Whether `decline` goes through, and the placement after it.
    pub fn decline(&self, caller: AccountId, id: u64) -> Result<Placement> {
        let mut c = self.current(id)?;
        self.operates(caller, c.placement.provider)?;
        if !matches!(c.placement.state, State::Proposed | State::Accepted) {
            return Err(Error::WrongState);
        }
        c.placement.end(State::Cancelled);
        Ok(c.placement)
    }

    /// Whether `settle` goes through, and the placement after it.
    pub fn settle(&self, id: u64) -> Result<Placement> {
        self.current(id).map(|c| c.placement)
    }

    /// Whether `report_miss` goes through, and the placement after it.
    pub fn report_miss(&self, id: u64) -> Result<Placement> {
        let before = self.state.placements.get(&id).ok_or(Error::UnknownPlacement)?.tally.missed;
        let c = self.current(id)?;
        if c.placement.tally.missed == before {
            return Err(Error::NothingMissed);
        }
        Ok(c.placement)
    }

    /// Whether `withdraw_placement` goes through, and the placement after it.
    pub fn withdraw_placement(&self, caller: AccountId, id: u64) -> Result<Placement> {
        let mut c = self.current(id)?;
        let p = &mut c.placement;
        if caller != p.provider {
            return Err(Error::NotProvider);
        }
        p.ensure(State::Active)?;
        p.ensure_undisputed()?;
        if p.owes_proof(&c.round) {
            return Err(Error::RoundOpen);
        }
        let over = self.clock.now >= p.ends_at;
        p.end(if over { State::Completed } else { State::Withdrawn });
        Ok(c.placement)
    }

    /// Whether `renew` goes through, and until when the placement is paid for then.
    pub fn renew(&self, id: u64) -> Result<u64> {
        let c = self.current(id)?;
        let p = &c.placement;
        p.ensure(State::Active)?;
        p.ensure_undisputed()?;
        if !c.reservation.renews() || p.terminated {
            return Err(Error::NotRenewing);
        }
        if self.clock.now < p.ends_at {
            return Err(Error::TooEarly);
        }
        let unit = self.unit(p.unit)?;
        let within = c.reservation.cluster().map(|id| self.cluster(id)).transpose()?;
        let asked = self.price_of(unit, within)?;
        self.takes(unit, asked, within)?;
        unit.check_term(c.reservation.term_ms)?;
        let price = price_up(asked, p.capacity, c.reservation.term_ms)?;
        if price > c.reservation.renew_up_to {
            return Err(Error::AboveCeiling);
        }
        if p.owes_proof(&c.round) {
            return Err(Error::RoundOpen);
        }
        Ok(self.clock.now.saturating_add(c.reservation.term_ms))
    }

    /// Whether `close` goes through.
    pub fn close(&self, caller: AccountId, id: u64) -> Result<()> {
        let r = self.reservation(id)?;
        for slot in &r.slots {
            let c = self.current(slot.placement)?;
            if c.placement.is_live() {
                return Err(Error::NotEnded);
            }
            let ended = c.placement.ends_at.max(self.clock.instant_of(c.placement.activate_by));
            if self.clock.now < ended.saturating_add(CLOSE_GRACE_MS) {
                r.ensure_consumer(caller)?;
            }
        }
        Ok(())
    }

    /// Whether `open_round` goes through, and the number of the round.
    pub fn open_round(&self, caller: AccountId) -> Result<u32> {
        let mut challenger = self.state.challengers.get(&caller).cloned().ok_or(Error::UnknownChallenger)?;
        challenger.open([0; 32], &self.clock)?;
        Ok(challenger.round)
    }

    /// Whether `withdraw` goes through.
    pub fn withdraw(&self, caller: AccountId, amount: Balance) -> Result<()> {
        if amount == 0 {
            return Err(Error::ZeroAmount);
        }
        if amount > self.available(caller) {
            return Err(Error::NotEnoughAvailable);
        }
        Ok(())
    }
}
