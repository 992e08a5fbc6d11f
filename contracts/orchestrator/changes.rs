//! What a consumer does to live placements, and how a new one comes about.

use crate::clusters::{Search, Taker, Wanted};
use crate::deal::{announce, Deal};
use crate::money::add;
use crate::Orchestrator;
use ink::codegen::Env as _;
use ink::primitives::AccountId;
use orchestrator_domain::{
    chunks_fit, price_down, price_up, share_up, Balance, Clock, DataUnit, Error, List, Placement, Rating,
    Replica, Reservation, Result, Seen, State, Tally, SLOWEST_IN_CLUSTER_MS,
};

/// A change that a consumer asks of the placements of a reservation.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    Cancel,
    Terminate,
    /// By so many milliseconds.
    Extend(u64),
    /// To this capacity.
    Resize(u64),
}

impl Orchestrator {
    /// Applies a change to one slot, or to all that it concerns. Says what it locked altogether. Refuses when it concerns
    /// none, and to resize while a replica is on its way.
    pub(crate) fn change(&mut self, id: u64, slot: Option<u8>, change: Change) -> Result<Balance> {
        let r = self.reservation_of_caller(id)?;
        let mut locked = 0;
        let mut outcome = Err(Error::UnknownSlot);
        for (i, s) in (0u8..).zip(&r.slots) {
            if slot.is_some_and(|x| x != i) {
                continue;
            }
            let mut deal = self.load(s.placement, None)?;
            match ensure_fit(&deal, change) {
                Ok(()) => {
                    add(&mut locked, self.apply(&mut deal, change)?)?;
                    outcome = Ok(());
                }
                Err(refusal)
                    if matches!(change, Change::Resize(_)) && deal.p.is_live() && !deal.p.terminated =>
                {
                    return Err(refusal)
                }
                Err(refusal) => outcome = outcome.or(Err(refusal)),
            }
            self.save(&mut deal)?;
        }
        outcome.map(|()| locked)
    }

    /// The reservation, if the caller is its consumer.
    pub(crate) fn reservation_of_caller(&self, id: u64) -> Result<Reservation> {
        let r = self.reservation_of(id)?;
        r.ensure_consumer(self.env().caller())?;
        Ok(r)
    }

    fn apply(&mut self, deal: &mut Deal, change: Change) -> Result<Balance> {
        let now = deal.clock.now;
        match change {
            Change::Cancel => self.cancel_placement(deal).map(|()| 0),
            Change::Terminate => {
                deal.p.terminated = true;
                deal.p.ends_at = notice_ends(deal);
                deal.fund()?;
                announce(deal.id, &deal.p);
                self.advance(deal).map(|()| 0)
            }
            Change::Extend(ms) => {
                let ends_at = deal.p.ends_at.checked_add(ms).ok_or(Error::TermOutOfBounds)?;
                let term = ends_at.saturating_sub(now);
                let unit = self.unit_of(deal.p.unit)?;
                self.ensure_standing(deal, &unit)?;
                if ms == 0 || term > unit.spec.max_term_ms {
                    return Err(Error::TermOutOfBounds);
                }
                deal.p.ends_at = ends_at;
                self.fund_rest(deal, term)
            }
            Change::Resize(capacity) => self.resize_placement(deal, capacity),
        }
    }

    /// Brings the escrow to what the rest of the term asks for, and the collateral to what `rest_ms` of it asks for.
    fn fund_rest(&mut self, deal: &mut Deal, rest_ms: u64) -> Result<Balance> {
        deal.raise_collateral(price_up(deal.p.price, deal.p.capacity, rest_ms)?)?;
        let locked = deal.fund()?;
        announce(deal.id, &deal.p);
        Ok(locked)
    }

    /// Refuses more business with a placement: while paused, from a unit that takes no more, or above the price agreed.
    fn ensure_standing(&self, deal: &Deal, unit: &DataUnit) -> Result<()> {
        deal.clock.ensure_open()?;
        let within = self.within(&deal.r)?;
        if self.price_of(unit, within.as_ref())? > deal.p.price {
            return Err(Error::PriceRisen);
        }
        self.ensure_takes(unit, deal.p.price, within.as_ref())
    }

    /// A proposal is cancelled for nothing. What was accepted costs the notice: capacity was kept for it.
    fn cancel_placement(&mut self, deal: &mut Deal) -> Result<()> {
        if deal.p.state == State::Accepted {
            let notice = u64::from(deal.p.terms.notice_ms).min(deal.p.term_ms);
            deal.p.earned_before = price_down(deal.p.price, deal.p.capacity, notice)?;
        }
        self.finish(deal, State::Cancelled, 0)
    }

    fn resize_placement(&mut self, deal: &mut Deal, capacity: u64) -> Result<Balance> {
        let now = deal.clock.now;
        let rest = deal.p.ends_at.saturating_sub(now);
        let held = deal.p.capacity;
        if capacity == 0 || capacity == held {
            return Err(Error::CapacityOutOfBounds);
        }
        self.start_segment(deal)?;
        let mut unit = self.unit_of(deal.p.unit)?;
        if capacity > held {
            self.ensure_standing(deal, &unit)?;
            unit.take(capacity.saturating_sub(held), deal.r.cluster())?;
        } else {
            let less = held.saturating_sub(capacity);
            unit.give_back(less, deal.r.cluster());
            let notice = rest.min(deal.p.terms.notice_ms.into());
            add(&mut deal.p.earned_before, price_down(deal.p.price, less, notice)?)?;
            deal.p.collateral_initial = share_up(deal.p.collateral_initial, capacity, held)?;
            let above = deal.p.collateral.saturating_sub(deal.p.collateral_initial);
            deal.provider.unlock(above)?;
            deal.p.collateral = deal.p.collateral.saturating_sub(above);
        }
        if !chunks_fit(unit.spec.kind, capacity, deal.p.chunks) {
            return Err(Error::CapacityInUse);
        }
        self.units.insert(deal.p.unit, &unit);
        deal.p.capacity = capacity;
        deal.r.capacity = capacity;
        deal.r_changed = true;
        self.fund_rest(deal, if capacity > held { rest } else { 0 })
    }

    /// Continues a placement for another term from now on, at the price of now. The time since the last term's
    /// end was not challenged and is not paid, so that renewing at once is what the provider wants.
    pub(crate) fn renew_placement(&mut self, deal: &mut Deal) -> Result<()> {
        deal.p.ensure(State::Active)?;
        deal.p.ensure_undisputed()?;
        if !deal.r.renews() || deal.p.terminated {
            return Err(Error::NotRenewing);
        }
        if deal.clock.now < deal.p.ends_at {
            return Err(Error::TooEarly);
        }
        let unit = self.unit_of(deal.p.unit)?;
        let within = self.within(&deal.r)?;
        let asked = self.price_of(&unit, within.as_ref())?;
        self.ensure_takes(&unit, asked, within.as_ref())?;
        let term = deal.r.term_ms;
        unit.check_term(term)?;
        let price = price_up(asked, deal.p.capacity, term)?;
        if price > deal.r.renew_up_to {
            return Err(Error::AboveCeiling);
        }
        self.start_segment(deal)?;
        deal.p.price = asked;
        deal.p.ends_at = deal.clock.now.saturating_add(term);
        let lost = deal.p.collateral_initial.saturating_sub(deal.p.collateral);
        add(&mut deal.p.collateral, lost)?;
        deal.provider.lock(lost)?;
        self.fund_rest(deal, term)?;
        self.advance(deal)
    }

    /// A new placement for one slot, proposed to a data unit, or accepted by the trust of a member of a cluster in its manager. Says
    /// its id, its provider, what must be locked for it, and how much of the pot it brings: at most its own price, so
    /// that a taker that asks for nothing gets nothing.
    #[inline(never)]
    pub(crate) fn propose(
        &mut self,
        reservation: u64,
        wanted: &Wanted,
        replica: &Replica,
        search: &mut Option<Search>,
        pot: Balance,
    ) -> Result<Proposal> {
        let Wanted { r, slot, term_ms, .. } = *wanted;
        let clock = self.clock();
        clock.ensure_open()?;
        let Taker { id: unit_id, mut unit, price, manager_bps } =
            self.find_taker(wanted, replica.unit, search)?;
        ensure_data(&unit, r.capacity, &replica.root, replica.chunks)?;
        let challenger = self.challenger_of(r.challenger)?;
        let terms = unit.spec.terms.clone();
        if challenger.interval_ms < terms.interval_ms || challenger.window_ms < terms.window_ms {
            return Err(Error::ChallengerTooFast);
        }
        let escrow = price_up(price, r.capacity, term_ms)?;
        let accept_by = clock.working_ms().saturating_add(self.root.config.accept_ms.into());
        // Nobody asks a member of a cluster: it keeps capacity for no longer than it may be paid for, and one miss costs
        // it no more than a day, or the interval of its terms.
        let mut activate_ms = self.root.config.activate_ms.into();
        if r.choice.is_some() {
            activate_ms = term_ms.min(activate_ms);
            if challenger.interval_ms > terms.interval_ms.max(SLOWEST_IN_CLUSTER_MS) {
                return Err(Error::IntervalOutOfBounds);
            }
        }
        let id = next(&mut self.root.last_placement)?;
        let unit_place = self.enlist(List::UnitPlacements(unit_id), &mut unit.placements, id)?;
        let mut p = Placement {
            reservation,
            slot,
            unit: unit_id,
            provider: unit.provider,
            challenger: r.challenger,
            state: State::Proposed,
            root: replica.root,
            chunks: replica.chunks,
            capacity: r.capacity,
            price,
            terms,
            fee_bps: self.root.config.network_fee_bps,
            referral_bps: if r.referrer.is_some() { self.root.config.referral_bps } else { 0 },
            manager_bps,
            reporter_bps: self.root.config.reporter_bps,
            interval_ms: challenger.interval_ms,
            accept_by,
            activate_by: accept_by.saturating_add(activate_ms),
            term_ms,
            escrow,
            collateral: 0,
            collateral_initial: 0,
            bonus: pot.min(escrow),
            bonus_paid: 0,
            started_at: 0,
            ends_at: 0,
            segment_at: 0,
            served_before_ms: 0,
            earned_before: 0,
            unpaid_ms: 0,
            settled: 0,
            terminated: false,
            place: 0,
            unit_place,
            tally: Tally::default(),
            rested_ms: 0,
            rested_before_ms: 0,
            recorded_ms: 0,
            slashed: 0,
            refunded: 0,
            disputable_at: 0,
            rating: Rating::default(),
            seen_before: Seen::default(),
            dispute: None,
        };
        p.collateral_initial = p.collateral_up(escrow)?;
        if r.choice.is_some() {
            self.take_on(id, &mut p, &mut unit, &clock, r.cluster())?;
        }
        self.units.insert(unit_id, &unit);
        self.placements.insert(id, &p);
        announce(id, &p);
        Ok(Proposal { id, provider: p.provider, escrow, bonus: p.bonus })
    }

    /// Accepts a placement: takes capacity, locks collateral, and lists it with its provider.
    pub(crate) fn take_on(
        &mut self,
        id: u64,
        p: &mut Placement,
        unit: &mut DataUnit,
        clock: &Clock,
        cluster: Option<u64>,
    ) -> Result<()> {
        let collateral = p.accept(clock)?;
        unit.take(p.capacity, cluster)?;
        let mut account = self.account_of(p.provider);
        account.debit(collateral).map_err(|_| Error::ProviderShort)?;
        account.bind(collateral)?;
        let list = List::Placements(p.provider);
        p.place = self.enlist(list, &mut account.placements, id)?.saturating_add(1);
        self.store_account(p.provider, &account);
        Ok(())
    }

    /// Adds an entry to a list that has had `count` of them; says its place.
    #[inline(never)]
    pub(crate) fn enlist(&mut self, list: List, count: &mut u32, id: u64) -> Result<u32> {
        let place = *count;
        *count = place.checked_add(1).ok_or(Error::Overflow)?;
        self.lists.insert((list, place), &id);
        Ok(place)
    }

    /// Frees the records of an ended placement.
    pub(crate) fn forget(&mut self, id: u64, p: &Placement) {
        if let Some(place) = p.place.checked_sub(1) {
            self.lists.remove((List::Placements(p.provider), place));
        }
        self.lists.remove((List::UnitPlacements(p.unit), p.unit_place));
        self.committed.remove(id);
        self.placements.remove(id);
    }
}

/// A placement that was proposed.
pub(crate) struct Proposal {
    pub id: u64,
    pub provider: AccountId,
    pub escrow: Balance,
    pub bonus: Balance,
}

/// When a placement ends if its consumer terminates it now.
fn notice_ends(deal: &Deal) -> u64 {
    deal.clock.now.saturating_add(deal.p.terms.notice_ms.into())
}

/// Refuses placements that a change does not concern: only what is not active yet is cancelled, only what is active and
/// has no fixed end is terminated, extended or resized.
fn ensure_fit(deal: &Deal, change: Change) -> Result<()> {
    if matches!(change, Change::Cancel) {
        return match deal.p.state {
            State::Proposed | State::Accepted => Ok(()),
            _ => Err(Error::WrongState),
        };
    }
    deal.p.ensure(State::Active)?;
    let from = if matches!(change, Change::Terminate) {
        notice_ends(deal)
    } else {
        deal.p.ensure_undisputed()?;
        deal.clock.now
    };
    if deal.p.terminated || from >= deal.p.ends_at {
        return Err(Error::TooLate);
    }
    Ok(())
}

/// Refuses data that cannot be: a root without chunks, chunks without a root, more than the capacity holds.
pub(crate) fn ensure_data(unit: &DataUnit, capacity: u64, root: &[u8; 32], chunks: u64) -> Result<()> {
    let empty = root.iter().all(|x| *x == 0);
    if empty != (chunks == 0) || !chunks_fit(unit.spec.kind, capacity, chunks) {
        return Err(Error::BadData);
    }
    Ok(())
}

/// The next id of its kind, from 1.
pub(crate) fn next(last: &mut u64) -> Result<u64> {
    *last = last.checked_add(1).ok_or(Error::Overflow)?;
    Ok(*last)
}
