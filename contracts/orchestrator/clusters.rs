//! Who takes a new placement, and for what price: a data unit by itself, or a member of a cluster. And what a cluster
//! does with its members and its revenue.

use crate::events::{emit, Distributed, MemberSet};
use crate::money::add;
use crate::store::Read as _;
use crate::Orchestrator;
use ink::codegen::Env as _;
use ink::primitives::AccountId;
use orchestrator_domain::{
    bps_up, ensure_rested, price_up, Balance, Cluster, Currency, DataUnit, Error, List, Member, Payment,
    Placement, Reservation, Result, MAX_LOOKED_AT,
};

/// What a new placement needs of its taker.
pub(crate) struct Wanted<'a> {
    pub r: &'a Reservation,
    pub slot: u8,
    pub term_ms: u64,
    /// The placement that it replaces: in a cluster, price and SLA terms stay what they were.
    pub lost: Option<&'a Placement>,
}

/// Who takes a new placement, and for what.
pub(crate) struct Taker {
    pub id: u64,
    pub unit: DataUnit,
    pub price: Balance,
    pub manager_bps: u16,
}

/// The cluster of a reservation while takers are looked for.
pub(crate) struct Search {
    pub id: u64,
    pub cluster: Cluster,
    /// Members that may still be looked at.
    left: u32,
}

impl Orchestrator {
    /// The cluster of a reservation.
    pub(crate) fn within(&self, r: &Reservation) -> Result<Option<Cluster>> {
        r.cluster().map(|id| self.cluster_of(id)).transpose()
    }

    /// A search in the cluster of a reservation.
    pub(crate) fn search(&self, r: &Reservation) -> Result<Option<Search>> {
        let Some(id) = r.cluster() else { return Ok(None) };
        Ok(Some(Search { id, cluster: self.cluster_of(id)?, left: MAX_LOOKED_AT }))
    }

    /// What a unit of capacity and 30 days costs now, in tokens: on the data unit itself, or in its cluster. Refuses a
    /// closed cluster.
    #[inline(never)]
    pub(crate) fn price_of(&self, unit: &DataUnit, within: Option<&Cluster>) -> Result<Balance> {
        match within {
            None => self.tokens_up(unit.spec.price, unit.spec.currency),
            Some(cluster) => self.cluster_price(cluster),
        }
    }

    fn cluster_price(&self, cluster: &Cluster) -> Result<Balance> {
        if !cluster.spec.open {
            return Err(Error::ClusterClosed);
        }
        self.tokens_up(cluster.spec.price, cluster.spec.currency)
    }

    #[inline(never)]
    fn tokens_up(&self, price: Balance, currency: Currency) -> Result<Balance> {
        self.root.rate.tokens_up(price, currency, self.env().block_timestamp())
    }

    /// For what price a data unit takes a new placement, by itself or in a cluster, there at what was agreed for the one
    /// that was lost, if any. Refuses one that would not take it, by the cheapest checks first.
    #[inline(never)]
    pub(crate) fn offered(
        &self,
        unit: &DataUnit,
        capacity: u64,
        term_ms: u64,
        within: Option<(u64, &Cluster)>,
        lost: Option<&Placement>,
    ) -> Result<Balance> {
        let (id, cluster) = within.unzip();
        // What is left of a term may be shorter than the unit's shortest: the service goes on for the manager's members.
        let term_ms = if lost.is_some() { term_ms.max(unit.spec.min_term_ms) } else { term_ms };
        unit.check_offer(capacity, term_ms, self.env().block_timestamp(), id)?;
        let (price, terms) = match (cluster, lost) {
            (None, _) => (self.price_of(unit, None)?, &unit.spec.terms),
            (_, Some(p)) => (p.price, &p.terms),
            (Some(cluster), None) => (self.asked(cluster)?, &cluster.spec.terms),
        };
        if unit.spec.terms != *terms {
            return Err(Error::TermsDiffer);
        }
        self.ensure_takes(unit, price, cluster)?;
        Ok(price)
    }

    /// The price of a cluster for new placements. Refuses one that is closed or was changed a moment ago.
    fn asked(&self, cluster: &Cluster) -> Result<Balance> {
        let now = self.env().block_timestamp();
        ensure_rested(cluster.changed_at, now)?;
        self.cluster_price(cluster)
    }

    /// Refuses a data unit that takes no more business at this price: closed, or on a node that is not online; in a
    /// cluster, dearer, of a provider that does not trust the manager, or with less committed than is in use.
    #[inline(never)]
    pub(crate) fn ensure_takes(
        &self,
        unit: &DataUnit,
        price: Balance,
        within: Option<&Cluster>,
    ) -> Result<()> {
        if !unit.spec.open {
            return Err(Error::UnitClosed);
        }
        self.ensure_online(unit)?;
        if let Some(cluster) = within {
            if self.price_of(unit, None)? > price {
                return Err(Error::BelowUnitPrice);
            }
            if unit.member.as_ref().is_some_and(|x| x.capacity < x.used) {
                return Err(Error::NotEnoughCapacity);
            }
            self.ensure_trusted(unit.provider, cluster.manager)?;
        }
        Ok(())
    }

    /// Refuses a manager whom the provider does not trust.
    pub(crate) fn ensure_trusted(&self, provider: AccountId, manager: AccountId) -> Result<()> {
        if !self.trust.contains((provider, manager)) {
            return Err(Error::NotTrusted);
        }
        Ok(())
    }

    /// Finds who takes a placement: the data unit that is `named`, or, where that is zero, a member of the cluster. The
    /// member looked at first is the one after the last chosen, or the one last named: a refused search leaves
    /// no trace, so that forty in a row that take nothing are left behind by naming one that does.
    #[inline(never)]
    pub(crate) fn find_taker(
        &self,
        wanted: &Wanted,
        named: u64,
        search: &mut Option<Search>,
    ) -> Result<Taker> {
        let Wanted { r, term_ms, .. } = *wanted;
        let Some(search) = search else {
            let unit = self.unit_of(named)?;
            let price = self.offered(&unit, r.capacity, term_ms, None, None)?;
            return Ok(Taker { id: named, unit, price, manager_bps: 0 });
        };
        if named > 0 {
            let unit = self.unit_of(named)?;
            search.cluster.turn = unit.member.as_ref().map_or(0, |x| x.place);
            return self.ensure_fits(named, unit, wanted, search);
        }
        if wanted.lost.is_none() {
            self.asked(&search.cluster)?;
        }
        let lost = r.slots.get(usize::from(wanted.slot)).map(|x| x.provider);
        for _ in 0..search.left.min(search.cluster.members) {
            search.left = search.left.saturating_sub(1);
            let place = search.next_place();
            let Some(id) = self.lists.read((List::Members(search.id), place)) else { continue };
            let unit = self.unit_of(id)?;
            if lost == Some(unit.provider) {
                continue;
            }
            if let Ok(taker) = self.ensure_fits(id, unit, wanted, search) {
                return Ok(taker);
            }
        }
        Err(Error::NoMemberFits)
    }

    /// A member as a taker. Refuses one that does not fit.
    #[inline(never)]
    fn ensure_fits(&self, id: u64, unit: DataUnit, wanted: &Wanted, search: &Search) -> Result<Taker> {
        let Wanted { r, slot, term_ms, lost } = *wanted;
        let within = Some((search.id, &search.cluster));
        r.ensure_chosen(&unit, slot)?;
        let price = self.offered(&unit, r.capacity, term_ms, within, lost)?;
        let collateral = bps_up(price_up(price, r.capacity, term_ms)?, unit.spec.terms.collateral_bps)?;
        if self.account_of(unit.provider).available < collateral {
            return Err(Error::ProviderShort);
        }
        let manager_bps = lost.map_or(search.cluster.spec.fee_bps, |p| p.manager_bps);
        Ok(Taker { id, unit, price, manager_bps })
    }

    /// Puts what a placement has earned in a cluster into its pool, and counts the member's part for its provider.
    #[inline(never)]
    pub(crate) fn collect(&mut self, id: u64, provider: AccountId, paid: &Payment) -> Result<()> {
        let mut cluster = self.cluster_of(id)?;
        let mut share = self.share(id, provider);
        cluster.collect(paid, &mut share)?;
        self.shares.insert((id, provider), &share);
        self.clusters.insert(id, &cluster);
        Ok(())
    }

    /// Distributes what is in the pool of a cluster.
    pub(crate) fn distribute_pool(&mut self, id: u64, cluster: &mut Cluster) -> Result<()> {
        let (fee, to_manager, to_members) = cluster.distribute()?;
        add(&mut self.root.fees, fee)?;
        self.credit(cluster.manager, to_manager)?;
        self.clusters.insert(id, cluster);
        let manager = cluster.manager;
        emit(Distributed { cluster: id, manager, fee, to_manager, to_members });
        Ok(())
    }

    /// Brings the capacity that a data unit has committed to a cluster to `capacity`. The manager may take more, if the
    /// provider trusts it; manager and provider may lower it, below what is in use as well: then nothing new comes. With
    /// none committed and none in use it is no member any more.
    pub(crate) fn commit_capacity(&mut self, id: u64, unit_id: u64, capacity: u64) -> Result<()> {
        let caller = self.env().caller();
        let mut cluster = self.cluster_of(id)?;
        let mut unit = self.unit_of(unit_id)?;
        let free = unit.free();
        let member = match &mut unit.member {
            Some(member) if member.cluster == id => member,
            Some(_) => return Err(Error::OtherCluster),
            none => {
                if capacity == 0 {
                    return Err(Error::NotMember);
                }
                if unit.spec.kind != cluster.spec.kind {
                    return Err(Error::OtherKind);
                }
                let place = self.enlist(List::Members(id), &mut cluster.members, unit_id)?;
                none.insert(Member { cluster: id, capacity: 0, used: 0, place })
            }
        };
        if capacity > member.capacity {
            cluster.ensure_manager(caller)?;
            self.ensure_trusted(unit.provider, caller)?;
            if capacity.saturating_sub(member.capacity.max(member.used)) > free {
                return Err(Error::NotEnoughCapacity);
            }
        } else if caller != unit.provider {
            cluster.ensure_manager(caller)?;
        }
        member.capacity = capacity;
        let Member { used, place, .. } = *member;
        if capacity == 0 && used == 0 {
            unit.member = None;
            self.fill_place(id, &mut cluster, place)?;
        }
        self.units.insert(unit_id, &unit);
        self.clusters.insert(id, &cluster);
        let provider = unit.provider;
        emit(MemberSet { cluster: id, unit: unit_id, provider, capacity });
        Ok(())
    }

    /// Moves the last member of a cluster to the place of one that leaves, so that no call looks at empty places.
    fn fill_place(&mut self, id: u64, cluster: &mut Cluster, place: u32) -> Result<()> {
        let last = cluster.members.saturating_sub(1);
        cluster.members = last;
        let moved = self.lists.take((List::Members(id), last)).ok_or(Error::UnknownUnit)?;
        if last != place {
            self.lists.insert((List::Members(id), place), &moved);
            let mut unit = self.unit_of(moved)?;
            unit.member(id)?.place = place;
            self.units.insert(moved, &unit);
        }
        Ok(())
    }
}

impl Search {
    /// Place of the member to look at next; then it is the next one's turn.
    fn next_place(&mut self) -> u32 {
        let turn = self.cluster.turn;
        let place = if turn < self.cluster.members { turn } else { 0 };
        self.cluster.turn = place.saturating_add(1);
        place
    }
}
