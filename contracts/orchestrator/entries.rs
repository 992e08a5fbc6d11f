//! The caller's own entries, and how a changed one is stored and announced.

use crate::events::{
    emit, ClusterChanged, DataUnitUpdated, GovernanceChanged, NodeUpdated, ReservationChanged,
};
use crate::money::{add, Moves};
use crate::records::{Filter, Score};
use crate::Orchestrator;
use ink::codegen::Env as _;
use ink::primitives::AccountId;
use orchestrator_domain::{
    Cluster, ClusterSpec, DataUnit, Error, List, Node, Office, Reservation, Result, UnitSpec, NEUTRAL,
};

impl Orchestrator {
    pub(crate) fn own_node(&self, id: u64) -> Result<Node> {
        let node = self.node_of(id)?;
        self.ensure_provider(node.provider)?;
        Ok(node)
    }

    pub(crate) fn own_unit(&self, id: u64) -> Result<DataUnit> {
        let unit = self.unit_of(id)?;
        self.ensure_provider(unit.provider)?;
        Ok(unit)
    }

    pub(crate) fn own_cluster(&self, id: u64) -> Result<Cluster> {
        let cluster = self.cluster_of(id)?;
        cluster.ensure_manager(self.env().caller())?;
        Ok(cluster)
    }

    pub(crate) fn list_cluster(&mut self, id: u64, manager: AccountId) -> Result<u32> {
        let mut account = self.account_of(manager);
        let place = self.enlist(List::Clusters(manager), &mut account.clusters, id)?;
        self.accounts.insert(manager, &account);
        Ok(place)
    }

    /// Score of a data unit: where nothing is known of the unit itself, what its provider has earned elsewhere.
    #[inline(never)]
    pub(crate) fn unit_score(&self, unit: &DataUnit) -> Score {
        let provider = self.account_of(unit.provider).standing;
        let now = self.env().block_timestamp();
        let evidence = unit.standing.evidence(now);
        let prior = provider.evidence(now).without(&evidence).score(NEUTRAL);
        Score { score: evidence.score(prior), prior, evidence }
    }

    /// Whether a data unit takes what a filter asks for.
    pub(crate) fn is_found(&self, unit: &DataUnit, filter: &Filter, within: Option<&Cluster>) -> bool {
        let within = filter.cluster.zip(within);
        let price = self.offered(unit, filter.capacity, filter.term_ms, within, None);
        filter.kind.is_none_or(|x| x == unit.spec.kind)
            && filter.region.is_none_or(|x| x == unit.region)
            && price.is_ok_and(|x| filter.max_price == 0 || x <= filter.max_price)
    }

    pub(crate) fn put_cluster(&mut self, id: u64, cluster: &Cluster) {
        self.clusters.insert(id, cluster);
        let ClusterSpec { price, currency, fee_bps, open, .. } = cluster.spec;
        emit(ClusterChanged {
            cluster: id,
            manager: cluster.manager,
            offered_to: cluster.offered_to,
            price,
            currency,
            fee_bps,
            open,
        });
    }

    pub(crate) fn put_node(&mut self, id: u64, node: &Node) {
        self.nodes.insert(id, node);
        let (provider, state) = (node.provider, Some(node.spec.state));
        emit(NodeUpdated { node: id, provider, state });
    }

    pub(crate) fn put_unit(&mut self, id: u64, unit: &DataUnit) {
        self.units.insert(id, unit);
        let UnitSpec { capacity, price, currency, open, .. } = unit.spec;
        emit(DataUnitUpdated { unit: id, provider: unit.provider, capacity, price, currency, open });
    }

    pub(crate) fn put_reservation(&mut self, reservation: u64, r: &Reservation) {
        self.reservations.insert(reservation, r);
        let Reservation { consumer, offered_to, renew_up_to, .. } = *r;
        emit(ReservationChanged { reservation, consumer, offered_to, renew_up_to });
    }

    pub(crate) fn put_office(&mut self, office: &Office) {
        self.office.set(office);
        self.announce_governance();
    }

    pub(crate) fn announce_governance(&self) {
        emit(GovernanceChanged { settings: self.settings() });
    }

    /// Gives a reservation to the account that it was offered to.
    pub(crate) fn take_over_reservation(&mut self, id: u64, to: AccountId) -> Result<()> {
        let mut r = self.reservation_of(id)?;
        ensure_offered(r.offered_to, to)?;
        let mut escrow = 0;
        for slot in &r.slots {
            let p = self.placement_of(slot.placement)?;
            add(&mut escrow, p.escrow)?;
            add(&mut escrow, p.bond())?;
        }
        self.post(r.consumer, &Moves { release: escrow, ..Default::default() })?;
        self.lists.remove((List::Reservations(r.consumer), r.place));
        let mut account = self.account_of(to);
        account.bind(escrow)?;
        r.place = self.enlist(List::Reservations(to), &mut account.reservations, id)?;
        self.store_account(to, &account);
        r.consumer = to;
        r.offered_to = None;
        r.renew_up_to = 0;
        self.put_reservation(id, &r);
        Ok(())
    }

    /// Gives the management of a cluster to the account that it was offered to.
    pub(crate) fn take_over_cluster(&mut self, id: u64, to: AccountId) -> Result<()> {
        let mut record = self.cluster_of(id)?;
        ensure_offered(record.offered_to, to)?;
        match self.distribute_pool(id, &mut record) {
            Ok(()) | Err(Error::ZeroAmount) => {}
            refused => return refused,
        }
        self.lists.remove((List::Clusters(record.manager), record.place));
        record.place = self.list_cluster(id, to)?;
        record.manager = to;
        record.offered_to = None;
        self.put_cluster(id, &record);
        Ok(())
    }
}

/// Refuses everybody but the account that an offer names.
pub(crate) fn ensure_offered(offered_to: Option<AccountId>, caller: AccountId) -> Result<()> {
    if offered_to != Some(caller) {
        return Err(Error::NotOffered);
    }
    Ok(())
}
