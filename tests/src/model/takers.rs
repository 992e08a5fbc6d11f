//! Who takes a new placement, and for what price.

use orchestrator_chain::AccountId;
use orchestrator_domain::{
    chunks_fit, ensure_rested, price_up, Balance, Cluster, DataUnit, Error, Order, Placement, Replica,
    Reservation, Result, Slot, State, MAX_LOOKED_AT, MAX_MANIFEST_BYTES, MAX_REPLICAS, SLOWEST_IN_CLUSTER_MS,
};

use super::{Current, Model};
use crate::Picture;

/// What a new placement needs of its taker.
struct Wanted<'a> {
    r: &'a Reservation,
    slot: u8,
    term_ms: u64,
    lost: Option<&'a Placement>,
}

/// Who takes a new placement, and what is locked for it.
struct Taker {
    unit: u64,
    provider: AccountId,
    escrow: Balance,
    collateral: Balance,
}

/// Where the next member is looked for, and how many more may be.
struct Search {
    cluster: u64,
    turn: u32,
    left: u32,
}

impl Model<'_> {
    /// What a unit of capacity and 30 days costs now, in tokens.
    pub(super) fn price_of(&self, unit: &DataUnit, within: Option<&Cluster>) -> Result<Balance> {
        let (price, currency) = match within {
            None => (unit.spec.price, unit.spec.currency),
            Some(cluster) if !cluster.spec.open => return Err(Error::ClusterClosed),
            Some(cluster) => (cluster.spec.price, cluster.spec.currency),
        };
        self.state.settings.rate.tokens_up(price, currency, self.clock.now)
    }

    /// What a cluster asks of new placements.
    fn asked(&self, cluster: &Cluster) -> Result<Balance> {
        ensure_rested(cluster.changed_at, self.clock.now)?;
        if !cluster.spec.open {
            return Err(Error::ClusterClosed);
        }
        self.state.settings.rate.tokens_up(cluster.spec.price, cluster.spec.currency, self.clock.now)
    }

    /// Refuses a unit that takes no more business at this price.
    pub(super) fn takes(&self, unit: &DataUnit, price: Balance, within: Option<&Cluster>) -> Result<()> {
        if !unit.spec.open {
            return Err(Error::UnitClosed);
        }
        self.online(unit)?;
        let Some(cluster) = within else { return Ok(()) };
        if self.price_of(unit, None)? > price {
            return Err(Error::BelowUnitPrice);
        }
        if unit.member.as_ref().is_some_and(|x| x.capacity < x.used) {
            return Err(Error::NotEnoughCapacity);
        }
        self.trusted(unit.provider, cluster.manager)
    }

    pub(super) fn trusted(&self, provider: AccountId, manager: AccountId) -> Result<()> {
        match self.state.trust.contains(&(provider, manager)) {
            true => Ok(()),
            false => Err(Error::NotTrusted),
        }
    }

    /// Price of a member for what is wanted.
    fn fits(&self, unit: &DataUnit, wanted: &Wanted, cluster: u64) -> Result<Balance> {
        let Wanted { r, slot, term_ms, lost } = *wanted;
        r.ensure_chosen(unit, slot)?;
        let least = if lost.is_some() { unit.spec.min_term_ms } else { 0 };
        unit.check_offer(r.capacity, term_ms.max(least), self.clock.now, Some(cluster))?;
        let cluster = self.cluster(cluster)?;
        let price = match lost {
            Some(p) => p.price,
            None => self.asked(cluster)?,
        };
        let terms = lost.map_or(&cluster.spec.terms, |p| &p.terms);
        if unit.spec.terms != *terms {
            return Err(Error::TermsDiffer);
        }
        self.takes(unit, price, Some(cluster))?;
        let escrow = price_up(price, r.capacity, term_ms)?;
        let collateral = orchestrator_domain::bps_up(escrow, terms.collateral_bps)?;
        if collateral > self.available(unit.provider) {
            return Err(Error::ProviderShort);
        }
        Ok(price)
    }

    fn search(&self, r: &Reservation) -> Result<Option<Search>> {
        let Some(cluster) = r.cluster() else { return Ok(None) };
        Ok(Some(Search { cluster, turn: self.cluster(cluster)?.turn, left: MAX_LOOKED_AT }))
    }

    /// The unit that takes what is wanted, and its price.
    fn choose(&self, wanted: &Wanted, named: u64, search: &mut Option<Search>) -> Result<(u64, Balance)> {
        let r = wanted.r;
        let Some(search) = search else {
            let unit = self.unit(named)?;
            unit.check_offer(r.capacity, wanted.term_ms, self.clock.now, None)?;
            let price = self.price_of(unit, None)?;
            self.takes(unit, price, None)?;
            return Ok((named, price));
        };
        if named > 0 {
            let unit = self.unit(named)?;
            search.turn = unit.member.as_ref().map_or(0, |x| x.place);
            return Ok((named, self.fits(unit, wanted, search.cluster)?));
        }
        if wanted.lost.is_none() {
            self.asked(self.cluster(search.cluster)?)?;
        }
        let members = &self.state.members[&search.cluster];
        let lost = r.slots.get(usize::from(wanted.slot)).map(|x| x.provider);
        for _ in 0..members.len().min(search.left as usize) {
            search.left -= 1;
            let place = if (search.turn as usize) < members.len() { search.turn } else { 0 };
            search.turn = place + 1;
            let id = members[place as usize];
            let unit = self.unit(id)?;
            if lost == Some(unit.provider) {
                continue;
            }
            if let Ok(price) = self.fits(unit, wanted, search.cluster) {
                return Ok((id, price));
            }
        }
        Err(Error::NoMemberFits)
    }

    fn taker(&self, wanted: &Wanted, replica: &Replica, search: &mut Option<Search>) -> Result<Taker> {
        self.clock.ensure_open()?;
        let (id, price) = self.choose(wanted, replica.unit, search)?;
        let (r, unit) = (wanted.r, self.unit(id)?);
        let empty = replica.root == [0; 32];
        if empty != (replica.chunks == 0) || !chunks_fit(unit.spec.kind, r.capacity, replica.chunks) {
            return Err(Error::BadData);
        }
        let challenger = self.state.challengers.get(&r.challenger).ok_or(Error::UnknownChallenger)?;
        let terms = &unit.spec.terms;
        if challenger.interval_ms < terms.interval_ms || challenger.window_ms < terms.window_ms {
            return Err(Error::ChallengerTooFast);
        }
        if r.choice.is_some() && challenger.interval_ms > terms.interval_ms.max(SLOWEST_IN_CLUSTER_MS) {
            return Err(Error::IntervalOutOfBounds);
        }
        let escrow = price_up(price, r.capacity, wanted.term_ms)?;
        let collateral = orchestrator_domain::bps_up(escrow, terms.collateral_bps)?;
        Ok(Taker { unit: id, provider: unit.provider, escrow, collateral })
    }

    /// Whether `reserve` goes through, and on which units.
    pub fn reserve(&self, caller: AccountId, order: &Order) -> Result<Vec<u64>> {
        if !(1..=MAX_REPLICAS).contains(&order.replicas.len()) {
            return Err(Error::ReplicasOutOfBounds);
        }
        if order.manifest.len() > MAX_MANIFEST_BYTES {
            return Err(Error::TooLong);
        }
        let mut r = Reservation {
            consumer: caller,
            offered_to: None,
            challenger: order.challenger.unwrap_or(caller),
            referrer: order.referrer,
            capacity: order.capacity,
            term_ms: order.term_ms,
            renew_up_to: 0,
            place: 0,
            choice: order.choice.clone(),
            cluster_place: 0,
            manifest: Vec::new(),
            grants: Vec::new(),
            slots: Vec::new(),
        };
        let mut search = self.search(&r)?;
        let mut state = self.state.clone();
        let (mut units, mut price) = (Vec::new(), 0);
        for (slot, replica) in (0..).zip(&order.replicas) {
            let now = Model { state: &state, clock: self.clock.clone() };
            let wanted = Wanted { r: &r, slot, term_ms: order.term_ms, lost: None };
            let taker = now.taker(&wanted, replica, &mut search)?;
            take_on(&mut state, &r, &taker)?;
            r.slots.push(Slot { placement: 0, provider: taker.provider, pot: 0, spent: 0 });
            units.push(taker.unit);
            price += taker.escrow;
        }
        if price > order.max_price {
            return Err(Error::AboveCeiling);
        }
        if price > state.accounts.get(&caller).map_or(0, |x| x.available) {
            return Err(Error::NotEnoughAvailable);
        }
        Ok(units)
    }

    /// Whether `replace` goes through, and on which unit.
    pub fn replace(
        &self,
        caller: AccountId,
        id: u64,
        slot: u8,
        replica: &Replica,
        max: Balance,
    ) -> Result<u64> {
        let old = self.reservation(id)?.clone().slot(slot)?.placement;
        let current = self.current(old)?;
        let (r, lost) = (&current.reservation, &current.placement);
        let mut search = self.search(r)?;
        let manager = r.cluster().map(|x| self.cluster(x)).transpose()?.map(|x| x.manager);
        if manager != Some(caller) {
            r.ensure_consumer(caller)?;
        }
        let own = caller == r.consumer;
        let (begun, by_another) = (lost.ends_at > 0, !own);
        let lives = !matches!(lost.state, State::Failed | State::Withdrawn | State::Cancelled);
        if lives || (by_another && (!begun || lost.terminated)) {
            return Err(Error::NothingToReplace);
        }
        if !own && (replica.root, replica.chunks) != (lost.root, lost.chunks) {
            return Err(Error::BadData);
        }
        let left = if begun { lost.ends_at.saturating_sub(self.clock.now) } else { lost.term_ms };
        if left == 0 {
            return Err(Error::TooLate);
        }
        let worth = price_up(lost.price, lost.capacity, left)?;
        let shortest = if r.choice.is_none() { self.unit(replica.unit)?.spec.min_term_ms } else { 0 };
        let mut state = self.state.clone();
        carry_out(&mut state, &current);
        let now = Model { state: &state, clock: self.clock.clone() };
        let agreed = begun || lost.term_ms != r.term_ms;
        let wanted = Wanted { r, slot, term_ms: left.max(shortest), lost: agreed.then_some(lost) };
        let taker = now.taker(&wanted, replica, &mut search)?;
        take_on(&mut state, r, &taker)?;
        if by_another && taker.provider == lost.provider {
            return Err(Error::SameProvider);
        }
        if taker.escrow > if own { max } else { max.min(worth) } {
            return Err(Error::AboveCeiling);
        }
        if taker.escrow > state.accounts.get(&r.consumer).map_or(0, |x| x.available) {
            return Err(Error::NotEnoughAvailable);
        }
        Ok(taker.unit)
    }
}

/// A member of a cluster takes a placement at once.
fn take_on(state: &mut Picture, r: &Reservation, taker: &Taker) -> Result<()> {
    if r.choice.is_none() {
        return Ok(());
    }
    state.units.get_mut(&taker.unit).ok_or(Error::UnknownUnit)?.take(r.capacity, r.cluster())?;
    let account = state.accounts.entry(taker.provider).or_default();
    account.debit(taker.collateral).map_err(|_| Error::ProviderShort)
}

/// What time has brought about of a placement reaches money and capacity.
fn carry_out(state: &mut Picture, current: &Current) {
    let (p, r) = (&current.placement, &current.reservation);
    let mut gain = |id: AccountId, amount: Balance| {
        state.accounts.entry(id).or_default().available += amount;
    };
    gain(p.provider, current.provider_gain);
    gain(r.consumer, current.consumer_gain);
    if let Some(referrer) = r.referrer {
        gain(referrer, current.referrer_gain);
    }
    let held = state.placements.values().find(|x| (x.reservation, x.slot) == (p.reservation, p.slot));
    let held = held.is_some_and(Placement::holds_capacity) && !p.holds_capacity();
    if let Some(unit) = state.units.get_mut(&p.unit).filter(|_| held) {
        unit.give_back(p.capacity, r.cluster());
    }
}
