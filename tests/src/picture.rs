//! Everything the contract shows, read through its views.

use std::collections::{BTreeMap, BTreeSet};

use orchestrator::{LastIds, OrchestratorRef, Service, Settings, Solvency};
use orchestrator_chain::{at, AccountId, BuilderOf, Ledger, Message, Typed};
use orchestrator_domain::{
    Account, Challenger, Cluster, Commitment, DataUnit, Grant, List, Node, Placement, Provider, Reservation,
    Share,
};

/// The whole observable state of the contract at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub settings: Settings,
    pub solvency: Solvency,
    pub accounts: BTreeMap<AccountId, Account>,
    pub providers: BTreeMap<AccountId, Provider>,
    pub challengers: BTreeMap<AccountId, Challenger>,
    pub nodes: BTreeMap<u64, Node>,
    pub units: BTreeMap<u64, DataUnit>,
    /// Maintenance and reports of each data unit.
    pub services: BTreeMap<u64, Service>,
    pub reservations: BTreeMap<u64, Reservation>,
    pub grants: BTreeMap<u64, Vec<Grant>>,
    pub placements: BTreeMap<u64, Placement>,
    pub committed: BTreeMap<u64, Commitment>,
    pub clusters: BTreeMap<u64, Cluster>,
    /// By cluster and provider; what is empty is left out.
    pub shares: BTreeMap<(u64, AccountId), Share>,
    /// Which provider trusts which manager.
    pub trust: BTreeSet<(AccountId, AccountId)>,
    pub own_reservations: BTreeMap<AccountId, Vec<u64>>,
    pub own_placements: BTreeMap<AccountId, Vec<u64>>,
    pub own_nodes: BTreeMap<AccountId, Vec<u64>>,
    pub own_clusters: BTreeMap<AccountId, Vec<u64>>,
    pub own_units: BTreeMap<u64, Vec<u64>>,
    pub unit_placements: BTreeMap<u64, Vec<u64>>,
    pub members: BTreeMap<u64, Vec<u64>>,
    pub cluster_reservations: BTreeMap<u64, Vec<u64>>,
}

struct Reader<'a, L> {
    ledger: &'a L,
    at: BuilderOf<OrchestratorRef>,
}

impl<'a, L: Ledger> Reader<'a, L> {
    fn new(ledger: &'a L, contract: AccountId) -> Self {
        Self { ledger, at: at::<OrchestratorRef>(contract) }
    }

    fn ask<M: Message>(&self, message: M) -> M::Answer {
        self.ledger.ask([1; 32].into(), message).expect("a view answers")
    }

    fn each<T>(&self, ids: impl Iterator<Item = u64>, read: impl Fn(u64) -> Option<T>) -> BTreeMap<u64, T> {
        ids.filter_map(|id| Some((id, read(id)?))).collect()
    }

    /// All entries of a list, page by page.
    fn list(&self, list: List) -> Vec<u64> {
        let (mut ids, mut cursor) = (Vec::new(), 0);
        loop {
            let page = self.ask(self.at.list(list.clone(), cursor, 50));
            ids.extend(page.ids);
            cursor = page.next;
            if cursor == 0 {
                return ids;
            }
        }
    }
}

/// Records that may exist, so that a reading need not ask for those that cannot: nobody registers a provider but
/// itself; money, lists of access, offered data, trust and memberships are announced.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    pub accounts: BTreeSet<AccountId>,
    pub providers: BTreeSet<AccountId>,
    pub challengers: BTreeSet<AccountId>,
    pub granted: BTreeSet<u64>,
    pub committed: BTreeSet<u64>,
    /// Providers and the managers that they have trusted.
    pub trusting: BTreeSet<(AccountId, AccountId)>,
    /// Clusters and the providers of their members, present and former.
    pub sharing: BTreeSet<(u64, AccountId)>,
}

impl Picture {
    /// Reads everything through the views; of accounts those that were told, of trust and shares those and whatever
    /// there may be between providers and clusters.
    pub fn read<L: Ledger>(ledger: &L, contract: AccountId, told: &Candidates) -> Self {
        let mut picture = Self::money(ledger, contract, told);
        let ids = picture.settings.last_ids;
        let mut all = Candidates {
            providers: told.accounts.clone(),
            challengers: told.accounts.clone(),
            granted: (1..=ids.reservation).collect(),
            committed: (1..=ids.placement).collect(),
            ..told.clone()
        };
        picture.fill(ledger, contract, &all);
        for (id, cluster) in &picture.clusters {
            all.trusting.extend(picture.providers.keys().map(|x| (*x, cluster.manager)));
            all.sharing.extend(picture.providers.keys().map(|x| (*id, *x)));
        }
        picture.fill_trust(ledger, contract, &all);
        picture
    }

    /// As [`Picture::read`], of the rarer records only the candidates.
    pub fn follow<L: Ledger>(ledger: &L, contract: AccountId, candidates: &Candidates) -> Self {
        let mut picture = Self::money(ledger, contract, candidates);
        picture.fill(ledger, contract, candidates);
        picture.fill_trust(ledger, contract, candidates);
        picture
    }

    /// Reads settings, sums and accounts only.
    pub fn money<L: Ledger>(ledger: &L, contract: AccountId, told: &Candidates) -> Self {
        let reader = Reader::new(ledger, contract);
        let at = &reader.at;
        Picture {
            settings: reader.ask(at.settings()),
            solvency: reader.ask(at.solvency()),
            accounts: told.accounts.iter().map(|id| (*id, reader.ask(at.account(*id)))).collect(),
            providers: BTreeMap::new(),
            challengers: BTreeMap::new(),
            nodes: BTreeMap::new(),
            units: BTreeMap::new(),
            services: BTreeMap::new(),
            reservations: BTreeMap::new(),
            grants: BTreeMap::new(),
            placements: BTreeMap::new(),
            committed: BTreeMap::new(),
            clusters: BTreeMap::new(),
            shares: BTreeMap::new(),
            trust: BTreeSet::new(),
            own_reservations: BTreeMap::new(),
            own_placements: BTreeMap::new(),
            own_nodes: BTreeMap::new(),
            own_clusters: BTreeMap::new(),
            own_units: BTreeMap::new(),
            unit_placements: BTreeMap::new(),
            members: BTreeMap::new(),
            cluster_reservations: BTreeMap::new(),
        }
    }

    fn fill<L: Ledger>(&mut self, ledger: &L, contract: AccountId, candidates: &Candidates) {
        let reader = Reader::new(ledger, contract);
        let at = &reader.at;
        let LastIds {
            node: nodes,
            unit: units,
            reservation: reservations,
            placement: placements,
            cluster: clusters,
        } = self.settings.last_ids;
        self.nodes = reader.each(1..=nodes, |id| reader.ask(at.node(id)));
        self.units = reader.each(1..=units, |id| reader.ask(at.data_unit(id)));
        self.services = self.units.keys().map(|id| (*id, reader.ask(at.service(*id)))).collect();
        self.reservations = reader.each(1..=reservations, |id| reader.ask(at.reservation(id)));
        self.placements = reader.each(1..=placements, |id| reader.ask(at.placement(id)));
        self.clusters = reader.each(1..=clusters, |id| reader.ask(at.cluster(id)));
        let granted = |id| self.reservations.get(&id).map(|r| r.grants.clone()).filter(|x| !x.is_empty());
        self.grants = candidates.granted.iter().filter_map(|id| Some((*id, granted(*id)?))).collect();
        let committed = |id| reader.ask(at.committed_data(id));
        self.committed = reader.each(candidates.committed.iter().copied(), committed);
        let providers = candidates.providers.iter();
        self.providers = providers.filter_map(|id| Some((*id, reader.ask(at.provider(*id))?))).collect();
        let challengers = candidates.challengers.iter();
        self.challengers =
            challengers.filter_map(|id| Some((*id, reader.ask(at.challenger(*id))?))).collect();
        let of = |had: fn(&Account) -> u32, list: fn(AccountId) -> List| {
            let with = self.accounts.iter().filter(|(_, account)| had(account) > 0);
            with.map(|(id, _)| (*id, reader.list(list(*id)))).collect()
        };
        self.own_reservations = of(|x| x.reservations, List::Reservations);
        self.own_placements = of(|x| x.placements, List::Placements);
        self.own_nodes = of(|x| x.nodes, List::Nodes);
        self.own_clusters = of(|x| x.clusters, List::Clusters);
        self.own_units = self.nodes.keys().map(|id| (*id, reader.list(List::Units(*id)))).collect();
        let carrying = self.units.iter().filter(|(_, unit)| unit.placements > 0);
        self.unit_placements =
            carrying.map(|(id, _)| (*id, reader.list(List::UnitPlacements(*id)))).collect();
        self.members = self.clusters.keys().map(|id| (*id, reader.list(List::Members(*id)))).collect();
        let clusters = self.clusters.keys();
        self.cluster_reservations =
            clusters.map(|id| (*id, reader.list(List::ClusterReservations(*id)))).collect();
    }

    fn fill_trust<L: Ledger>(&mut self, ledger: &L, contract: AccountId, candidates: &Candidates) {
        let reader = Reader::new(ledger, contract);
        let at = &reader.at;
        let trusting = candidates.trusting.iter();
        self.trust = trusting.filter(|x| reader.ask(at.trusts(x.0, x.1))).copied().collect();
        let shares = candidates.sharing.iter().map(|x| (*x, reader.ask(at.share(x.0, x.1))));
        self.shares = shares.filter(|(_, share)| *share != Share::default()).collect();
    }
}
