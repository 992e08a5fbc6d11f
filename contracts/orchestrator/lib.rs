//! The Orchestrator: a market for storage and compute in one contract.
//!
//! Read this file from top to bottom for the protocol. Each message keeps one beat: load and bring up to now, check,
//! apply a rule of `orchestrator_domain`, record, announce, pay. `deal` does the first and the last for a placement,
//! `changes` what a consumer does to live ones, `clusters` finds who takes new ones, `proving` judges proofs, `judging` what people
//! say of a placement, `money` alone moves balances.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod changes;
mod clusters;
mod deal;
mod entries;
pub mod events;
mod guards;
mod hash;
mod judging;
mod money;
mod proving;
mod records;
mod store;
#[cfg(test)]
mod tests;

pub use self::orchestrator::{Orchestrator, OrchestratorRef};
pub use orchestrator_domain as domain;
pub use records::*;

#[ink::contract]
mod orchestrator {
    use crate::changes::{ensure_data, next, Change};
    use crate::clusters::Wanted;
    use crate::deal::announce;
    use crate::entries::ensure_offered;
    use crate::events::*;
    use crate::judging::{announce_dispute, ensure_ceiling};
    use crate::money::{add, Moves};
    use crate::records::*;
    use crate::store::Read as _;
    use ink::prelude::vec::Vec;
    use ink::storage::{Lazy, Mapping};
    use orchestrator_domain::{
        bps_up, day_before, price_up, Access, Account, Challenger, Cluster, ClusterSpec, Commitment, Config,
        DataUnit, Error, Grant, Handover, List, Maintenance, Node, NodeSpec, Office, Order, Pauses,
        Placement, Pool, Provider, Quality, Rate, Replica, Reservation, Result, Role, Root, Share, Slot,
        Standing, State, Subject, UnitSpec, Window, CLOSE_GRACE_MS, MAX_GRANTS, MAX_MANIFEST_BYTES,
        MAX_PROFILE_BYTES, MAX_REPLICAS, NEUTRAL,
    };

    /// Most entries that one page of a list looks at.
    pub const MAX_PAGE: u32 = 50;
    /// Most data units that one page of `find_data_units` looks at.
    pub const MAX_OFFERS: u32 = 35;
    /// Most renewals that `funded_until` counts.
    pub const MAX_RENEWALS_TOLD: u32 = 100;

    /// The market. Its own cell holds what every call reads.
    #[ink(storage)]
    pub struct Orchestrator {
        pub(crate) root: Root,
        pub(crate) accounts: Mapping<AccountId, Account>,
        pub(crate) providers: Mapping<AccountId, Provider>,
        pub(crate) nodes: Mapping<u64, Node>,
        pub(crate) units: Mapping<u64, DataUnit>,
        pub(crate) challengers: Mapping<AccountId, Challenger>,
        pub(crate) reservations: Mapping<u64, Reservation>,
        pub(crate) placements: Mapping<u64, Placement>,
        pub(crate) committed: Mapping<u64, Commitment>,
        pub(crate) lists: Mapping<(List, u32), u64>,
        pub(crate) clusters: Mapping<u64, Cluster>,
        pub(crate) shares: Mapping<(u64, AccountId), Share>,
        pub(crate) trust: Mapping<(AccountId, AccountId), ()>,
        pub(crate) office: Lazy<Office>,
        pub(crate) maintenance: Mapping<u64, Maintenance>,
        pub(crate) quality: Mapping<u64, Quality>,
    }

    impl Orchestrator {
        // A message of some length is `inline(never)`: the chain translates each function of the code when it is first
        // entered and charges for its length, so that what is inlined into the dispatcher is paid for by every call.

        /// A market without entries. The caller becomes the admin; network fees go to `treasury`. Fees and windows
        /// start at their defaults: see `configure`.
        #[ink(constructor)]
        pub fn new(treasury: AccountId) -> Self {
            Self {
                root: Root {
                    admin: Self::env().caller(),
                    treasury,
                    config: Config::default(),
                    pauses: Pauses::default(),
                    rate: Rate::default(),
                    owed: 0,
                    fees: 0,
                    last_node: 0,
                    last_unit: 0,
                    last_reservation: 0,
                    last_placement: 0,
                    last_cluster: 0,
                    offered_to: None,
                },
                accounts: Mapping::new(),
                providers: Mapping::new(),
                nodes: Mapping::new(),
                units: Mapping::new(),
                challengers: Mapping::new(),
                reservations: Mapping::new(),
                placements: Mapping::new(),
                committed: Mapping::new(),
                lists: Mapping::new(),
                clusters: Mapping::new(),
                shares: Mapping::new(),
                trust: Mapping::new(),
                office: Lazy::new(),
                maintenance: Mapping::new(),
                quality: Mapping::new(),
            }
        }

        // ------------------------------------------------------------------------------------------ accounts

        /// Adds the tokens sent along to what the caller has available here.
        #[ink(message, payable, selector = 1)]
        pub fn deposit(&mut self) -> Result<()> {
            self.deposit_for(self.env().caller())
        }

        /// Adds the tokens sent along to what another account has available here.
        #[ink(message, payable, selector = 2)]
        #[inline(never)]
        pub fn deposit_for(&mut self, account: AccountId) -> Result<()> {
            let amount = self.env().transferred_value();
            self.take_in(account, amount)?;
            emit(Deposited { account, from: self.env().caller(), amount });
            Ok(())
        }

        /// Sends the caller part of what it has available. The receiver must not stay below the chain's existential
        /// deposit.
        #[ink(message, selector = 3)]
        #[inline(never)]
        pub fn withdraw(&mut self, amount: Balance) -> Result<()> {
            let account = self.env().caller();
            self.pay_out(account, amount)?;
            emit(Withdrawn { account, amount });
            Ok(())
        }

        /// Available and locked money of an account.
        #[ink(message, selector = 4)]
        pub fn account(&self, account: AccountId) -> Account {
            self.account_of(account)
        }

        /// What the contract holds and what it owes; held is never below owed.
        #[ink(message, selector = 5)]
        pub fn solvency(&self) -> Solvency {
            Solvency { held: self.env().balance(), owed: self.root.owed }
        }

        // ------------------------------------------------------------------- providers, nodes and data units

        /// Registers the caller as a provider, or changes its profile (at most 512 bytes) and delegate. The delegate
        /// may accept (which locks collateral), decline, activate and prove (where a wrong proof costs collateral); it
        /// cannot withdraw.
        #[ink(message, selector = 6)]
        #[inline(never)]
        pub fn set_provider(&mut self, profile: Vec<u8>, delegate: Option<AccountId>) -> Result<()> {
            if profile.len() > MAX_PROFILE_BYTES {
                return Err(Error::TooLong);
            }
            let provider = self.env().caller();
            self.providers.insert(provider, &Provider { profile, delegate });
            emit(ProviderUpdated { provider, delegate });
            Ok(())
        }

        /// Begins or ends the caller's trust in a manager, who may then take capacity of its data units into clusters and
        /// place reservations there, which locks collateral without asking. Ending it stops new placements at once, for new
        /// terms too; live ones run to their end.
        #[ink(message, selector = 7)]
        #[inline(never)]
        pub fn set_trust(&mut self, manager: AccountId, trusts: bool) -> Result<()> {
            let provider = self.env().caller();
            if trusts {
                self.trust.insert((provider, manager), &());
            } else {
                self.trust.remove((provider, manager));
            }
            emit(TrustSet { provider, manager, trusts });
            Ok(())
        }

        /// Profile and delegate of a provider.
        #[ink(message, selector = 8)]
        pub fn provider(&self, provider: AccountId) -> Option<Provider> {
            self.providers.read(provider)
        }

        /// Whether a provider trusts a manager.
        #[ink(message, selector = 9)]
        pub fn trusts(&self, provider: AccountId, manager: AccountId) -> bool {
            self.trust.contains((provider, manager))
        }

        /// Registers a node of the caller, who must be a provider. Returns its id.
        #[ink(message, selector = 10)]
        #[inline(never)]
        pub fn register_node(&mut self, spec: NodeSpec) -> Result<u64> {
            spec.check()?;
            let provider = self.env().caller();
            if !self.providers.contains(provider) {
                return Err(Error::UnknownProvider);
            }
            let mut account = self.account_of(provider);
            let id = next(&mut self.root.last_node)?;
            let place = self.enlist(List::Nodes(provider), &mut account.nodes, id)?;
            self.accounts.insert(provider, &account);
            self.put_node(id, &Node { provider, spec, units: 0, listed: 0, place });
            Ok(id)
        }

        /// Changes endpoint, engine, version and state of a node of the caller; its region stays. A node that is
        /// draining or offline takes nothing new.
        #[ink(message, selector = 11)]
        #[inline(never)]
        pub fn update_node(&mut self, node: u64, spec: NodeSpec) -> Result<()> {
            spec.check()?;
            let mut record = self.own_node(node)?;
            let region = record.spec.region;
            record.spec = NodeSpec { region, ..spec };
            self.put_node(node, &record);
            Ok(())
        }

        /// Removes a node of the caller that has no data units; its storage deposit goes back to the caller.
        #[ink(message, selector = 12)]
        #[inline(never)]
        pub fn retire_node(&mut self, node: u64) -> Result<()> {
            let record = self.own_node(node)?;
            if record.units > 0 {
                return Err(Error::NodeInUse);
            }
            let provider = record.provider;
            self.lists.remove((List::Nodes(provider), record.place));
            self.nodes.remove(node);
            emit(NodeUpdated { node, provider, state: None });
            Ok(())
        }

        /// A node.
        #[ink(message, selector = 13)]
        pub fn node(&self, node: u64) -> Option<Node> {
            self.nodes.read(node)
        }

        /// Registers a data unit on a node of the caller. Returns its id.
        #[ink(message, selector = 14)]
        #[inline(never)]
        pub fn register_unit(&mut self, node: u64, spec: UnitSpec) -> Result<u64> {
            spec.check()?;
            let mut on = self.own_node(node)?;
            let id = next(&mut self.root.last_unit)?;
            let place = self.enlist(List::Units(node), &mut on.listed, id)?;
            on.units = on.units.checked_add(1).ok_or(Error::Overflow)?;
            self.nodes.insert(node, &on);
            let (provider, region) = (on.provider, on.spec.region);
            let unit = DataUnit {
                provider,
                node,
                region,
                used: 0,
                place,
                placements: 0,
                member: None,
                changed_at: 0,
                standing: Standing::default(),
                spec,
            };
            self.put_unit(id, &unit);
            Ok(id)
        }

        /// Changes a data unit of the caller, for new placements only, which it takes again after ten minutes. Its kind
        /// stays, and its capacity does not go below what is in use or committed to a cluster. While placements are on it,
        /// promised uptime, latency and maintenance do not get worse; with maintenance ahead its quota does not shrink.
        #[ink(message, selector = 15)]
        #[inline(never)]
        pub fn update_unit(&mut self, unit: u64, spec: UnitSpec) -> Result<()> {
            spec.check()?;
            let mut record = self.own_unit(unit)?;
            if spec.capacity < record.least_capacity() {
                return Err(Error::CapacityInUse);
            }
            if record.used > 0 {
                spec.terms.ensure_keep(&record.spec.terms)?;
            }
            let now = self.env().block_timestamp();
            let less = spec.terms.maintenance_ms < record.spec.terms.maintenance_ms;
            if less && self.maintenance_of(unit).next(now).is_some() {
                return Err(Error::MaintenanceOutOfBounds);
            }
            let kind = record.spec.kind;
            record.spec = UnitSpec { kind, ..spec };
            record.changed_at = now;
            self.put_unit(unit, &record);
            Ok(())
        }

        /// Removes a data unit of the caller that carries no placements and is in no cluster; its storage deposit goes back
        /// to the caller.
        #[ink(message, selector = 16)]
        #[inline(never)]
        pub fn retire_unit(&mut self, unit: u64) -> Result<()> {
            let record = self.own_unit(unit)?;
            if record.used > 0 || record.member.is_some() {
                return Err(Error::UnitInUse);
            }
            let mut on = self.own_node(record.node)?;
            on.units = on.units.saturating_sub(1);
            self.nodes.insert(record.node, &on);
            self.lists.remove((List::Units(record.node), record.place));
            self.units.remove(unit);
            self.maintenance.remove(unit);
            self.quality.remove(unit);
            let provider = record.provider;
            let currency = record.spec.currency;
            emit(DataUnitUpdated { unit, provider, capacity: 0, price: 0, currency, open: false });
            Ok(())
        }

        /// A data unit.
        #[ink(message, selector = 17)]
        pub fn data_unit(&self, unit: u64) -> Option<DataUnit> {
            self.units.read(unit)
        }

        /// Data units that take a placement now, the best score first, among at most `limit` (up to 35) from the id `cursor`
        /// on; in a cluster among its members from the place `cursor` on, counted from 1. Nothing where no cluster has the id.
        #[ink(message, selector = 18)]
        #[inline(never)]
        pub fn find_data_units(&self, filter: Filter, cursor: u64, limit: u32) -> Found {
            let mut units: Vec<Offer> = Vec::new();
            let within = filter.cluster.and_then(|id| self.clusters.read(id));
            let last = match (filter.cluster, &within) {
                (Some(_), cluster) => cluster.as_ref().map_or(0, |x| u64::from(x.members)),
                _ => self.root.last_unit,
            };
            let first = cursor.max(1);
            let end = first.saturating_add(limit.clamp(1, MAX_OFFERS).into());
            for place in first..end.min(last.saturating_add(1)) {
                let id = match filter.cluster {
                    None => Some(place),
                    Some(cluster) => {
                        let place = u32::try_from(place.saturating_sub(1)).unwrap_or(u32::MAX);
                        self.lists.read((List::Members(cluster), place))
                    }
                };
                let Some(id) = id else { continue };
                let Some(unit) = self.units.read(id) else { continue };
                if !self.is_found(&unit, &filter, within.as_ref()) {
                    continue;
                }
                let score = self.unit_score(&unit).score;
                if score >= filter.min_score {
                    let at = units.iter().position(|x| x.score < score).unwrap_or(units.len());
                    units.insert(at, Offer { id, score, unit });
                }
            }
            Found { units, next: if end > last { 0 } else { end } }
        }

        /// What a term on a data unit costs now, in a cluster at its price, and its score; refuses a unit that would not take it.
        #[ink(message, selector = 19)]
        #[inline(never)]
        pub fn quote(&self, unit: u64, capacity: u64, term_ms: u64, cluster: Option<u64>) -> Result<Quote> {
            let unit = self.unit_of(unit)?;
            let within = cluster.map(|id| self.cluster_of(id)).transpose()?;
            let asked = self.offered(&unit, capacity, term_ms, cluster.zip(within.as_ref()), None)?;
            let price = price_up(asked, capacity, term_ms)?;
            let collateral = bps_up(price, unit.spec.terms.collateral_bps)?;
            let fee = bps_up(price, self.root.config.network_fee_bps.into())?;
            Ok(Quote { price, collateral, fee, score: self.unit_score(&unit).score })
        }

        // --------------------------------------------------------------------------------- clusters

        /// Creates a cluster without members, managed by the caller. Returns its id.
        #[ink(message, selector = 20)]
        #[inline(never)]
        pub fn create_cluster(&mut self, spec: ClusterSpec) -> Result<u64> {
            spec.check()?;
            let manager = self.env().caller();
            let id = next(&mut self.root.last_cluster)?;
            let place = self.list_cluster(id, manager)?;
            let cluster = Cluster {
                manager,
                offered_to: None,
                spec,
                changed_at: 0,
                members: 0,
                turn: 0,
                reservations: 0,
                place,
                pool: Pool::default(),
            };
            self.put_cluster(id, &cluster);
            Ok(id)
        }

        /// Changes price, SLA terms, fee, parameters and whether the cluster is open, for new placements only, which it
        /// takes again after ten minutes. Its kind stays. Only the manager.
        #[ink(message, selector = 21)]
        #[inline(never)]
        pub fn update_cluster(&mut self, cluster: u64, spec: ClusterSpec) -> Result<()> {
            spec.check()?;
            let mut record = self.own_cluster(cluster)?;
            let kind = record.spec.kind;
            record.spec = ClusterSpec { kind, ..spec };
            record.changed_at = self.env().block_timestamp();
            self.put_cluster(cluster, &record);
            Ok(())
        }

        /// Sets how much of a data unit is committed to a cluster, out of what it has free. The manager may take more, of a
        /// provider that trusts it; the manager and the provider may lower it. Below what is in use nothing new comes and
        /// live placements run to their end; with zero and nothing in use it is no member any more.
        #[ink(message, selector = 22)]
        #[inline(never)]
        pub fn set_member(&mut self, cluster: u64, unit: u64, capacity: u64) -> Result<()> {
            self.commit_capacity(cluster, unit, capacity)
        }

        /// Distributes what settlements have brought into the pool: the network fee to the treasury's fees, the manager's
        /// share to its account; the members' part is due to them, by what each has proven. Anyone. Costs the same
        /// whatever the number of members.
        #[ink(message, selector = 23)]
        #[inline(never)]
        pub fn distribute(&mut self, cluster: u64) -> Result<()> {
            let mut record = self.cluster_of(cluster)?;
            self.distribute_pool(cluster, &mut record)
        }

        /// Credits a provider with what is due to it in a cluster. Anyone.
        #[ink(message, selector = 24)]
        #[inline(never)]
        pub fn claim(&mut self, cluster: u64, provider: AccountId) -> Result<()> {
            let mut record = self.cluster_of(cluster)?;
            let mut share = self.share(cluster, provider);
            let amount = record.claim(&mut share)?;
            self.shares.insert((cluster, provider), &share);
            self.clusters.insert(cluster, &record);
            self.credit(provider, amount)?;
            emit(Claimed { cluster, provider, amount });
            Ok(())
        }

        /// A cluster and its pool.
        #[ink(message, selector = 25)]
        pub fn cluster(&self, cluster: u64) -> Option<Cluster> {
            self.clusters.read(cluster)
        }

        /// What a provider has earned in a cluster and not been credited, as it was when it last changed: what was pooled
        /// before the cluster's latest distribution is due.
        #[ink(message, selector = 26)]
        #[inline(never)]
        pub fn share(&self, cluster: u64, provider: AccountId) -> Share {
            self.shares.read((cluster, provider)).unwrap_or_default()
        }

        // --------------------------------------------------------------------------- challengers and rounds

        /// Registers the caller as a challenger, or makes it slower. Interval 1 s to 30 days, window 1 s up to the
        /// interval; neither ever gets shorter, since placements rely on them.
        #[ink(message, selector = 27)]
        #[inline(never)]
        pub fn register_challenger(&mut self, interval_ms: u32, window_ms: u32) -> Result<()> {
            let challenger = self.env().caller();
            let record = match self.challengers.read(challenger) {
                Some(mut record) => {
                    record.slow_down(interval_ms, window_ms)?;
                    record
                }
                None => Challenger::new(interval_ms, window_ms)?,
            };
            self.challengers.insert(challenger, &record);
            emit(ChallengerRegistered { challenger, interval_ms, window_ms });
            Ok(())
        }

        /// Opens the caller's next round: challenges every placement that named it, at a cost that does not depend on
        /// their number. At most once an interval. Returns the round's number.
        #[ink(message, selector = 28)]
        #[inline(never)]
        pub fn open_round(&mut self, seed: [u8; 32]) -> Result<u32> {
            let challenger = self.env().caller();
            let mut record = self.challenger_of(challenger)?;
            record.open(seed, &self.clock())?;
            self.challengers.insert(challenger, &record);
            let round = record.round;
            emit(RoundOpened { challenger, round, seed });
            Ok(round)
        }

        /// A challenger and its latest round.
        #[ink(message, selector = 29)]
        pub fn challenger(&self, challenger: AccountId) -> Option<Challenger> {
            self.challengers.read(challenger)
        }

        /// What is asked of a placement now; nothing when no round waits for its proof, or for one opened in maintenance.
        #[ink(message, selector = 30)]
        #[inline(never)]
        pub fn challenge(&self, placement: u64) -> Option<Challenge> {
            let (p, c) = self.challenged(placement)?;
            if !p.owes_proof(&self.round_of(&p, &c)) {
                return None;
            }
            let mut chunks = Vec::new();
            for i in 0..p.terms.samples {
                chunks.push(self.drawn(placement, &p, &c, i));
            }
            let (closes_at, closes_block) = (c.closes_at(), c.closes_block());
            Some(Challenge { round: c.round, seed: c.seed, chunks, closes_at, closes_block })
        }

        /// Takes proofs of several placements; one bad one fails alone. A valid proof proves its round, an invalid one
        /// is a miss of it and costs collateral at once. Only the provider or its delegate.
        #[ink(message, selector = 31)]
        #[inline(never)]
        pub fn prove(&mut self, responses: Vec<Response>) -> Result<Vec<Verdict>> {
            let (mut verdicts, mut last) = (Vec::new(), None);
            for response in &responses {
                verdicts.push(self.take_proof(response, &mut last)?);
            }
            Ok(verdicts)
        }

        /// What `prove` would say to the caller, without any effect.
        #[ink(message, selector = 32)]
        #[inline(never)]
        pub fn check_proof(&self, response: Response) -> Verdict {
            match self.challenged(response.placement) {
                Some((p, c)) => {
                    let round = c.latest(&self.clock());
                    match self.judge(&p, &c, &round, &response) {
                        Verdict::Proven if !p.is_behind(&round) => Verdict::Proven,
                        _ => self.judge(&p, &c, &self.round_of(&p, &c), &response),
                    }
                }
                None => Verdict::UnknownPlacement,
            }
        }

        /// Has the rounds that a placement missed accounted for. The caller gets the reporter's share of the slash,
        /// unless it is a party of the placement.
        #[ink(message, selector = 33)]
        pub fn report_miss(&mut self, placement: u64) -> Result<()> {
            let mut deal = self.load(placement, Some(self.env().caller()))?;
            if deal.missed == 0 {
                return Err(Error::NothingMissed);
            }
            self.save(&mut deal)
        }

        // ------------------------------------------------------------------------------------- reservations

        /// Proposes a placement for each replica of the order and locks the whole price of the term from what the
        /// caller has available. In a cluster, members take the placements at once, those that the order names or, for
        /// data unit zero, the next that fit among the 40 whose turn it is; their collateral is locked. Refuses above
        /// the order's ceiling. Returns the reservation's id.
        #[ink(message, selector = 34)]
        #[inline(never)]
        pub fn reserve(&mut self, order: Order) -> Result<u64> {
            let consumer = self.env().caller();
            if !(1..=MAX_REPLICAS).contains(&order.replicas.len()) {
                return Err(Error::ReplicasOutOfBounds);
            }
            if order.manifest.len() > MAX_MANIFEST_BYTES {
                return Err(Error::TooLong);
            }
            let id = next(&mut self.root.last_reservation)?;
            let mut r = Reservation {
                consumer,
                offered_to: None,
                challenger: order.challenger.unwrap_or(consumer),
                referrer: order.referrer,
                capacity: order.capacity,
                term_ms: order.term_ms,
                renew_up_to: 0,
                place: 0,
                choice: order.choice,
                cluster_place: 0,
                manifest: order.manifest,
                grants: Vec::new(),
                slots: Vec::new(),
            };
            let mut search = self.search(&r)?;
            let mut price = 0;
            for (slot, replica) in (0u8..).zip(&order.replicas) {
                let wanted = Wanted { r: &r, slot, term_ms: order.term_ms, lost: None };
                let p = self.propose(id, &wanted, replica, &mut search, 0)?;
                add(&mut price, p.escrow)?;
                r.slots.push(Slot { placement: p.id, provider: p.provider, pot: 0, spent: 0 });
            }
            ensure_ceiling(price, order.max_price)?;
            if let Some(mut x) = search {
                let list = List::ClusterReservations(x.id);
                r.cluster_place = self.enlist(list, &mut x.cluster.reservations, id)?;
                self.clusters.insert(x.id, &x.cluster);
            }
            let mut account = self.account_of(consumer);
            account.debit(price)?;
            account.bind(price)?;
            r.place = self.enlist(List::Reservations(consumer), &mut account.reservations, id)?;
            self.store_account(consumer, &account);
            self.put_reservation(id, &r);
            Ok(id)
        }

        /// A reservation.
        #[ink(message, selector = 35)]
        pub fn reservation(&self, reservation: u64) -> Option<Reservation> {
            self.reservations.read(reservation)
        }

        /// Cancels one slot's placement, or all that are not active. A proposal is cancelled for nothing; what was
        /// accepted pays the notice, unless its time to activate is over. Only the consumer.
        #[ink(message, selector = 36)]
        pub fn cancel(&mut self, reservation: u64, slot: Option<u8>) -> Result<()> {
            self.change(reservation, slot, Change::Cancel).map(drop)
        }

        /// Ends one slot's placement, or all that last longer than the notice, when the notice is over; the rest is
        /// refunded at once. Only the consumer.
        #[ink(message, selector = 37)]
        pub fn terminate(&mut self, reservation: u64, slot: Option<u8>) -> Result<()> {
            self.change(reservation, slot, Change::Terminate).map(drop)
        }

        /// Lengthens the term of all placements that are active at the price agreed, locking at most `max_price` more.
        /// Every data unit must be open and its price not risen; the providers' collateral grows with the price of what
        /// is left of the term. Only the consumer.
        #[ink(message, selector = 38)]
        pub fn extend(&mut self, reservation: u64, ms: u64, max_price: Balance) -> Result<()> {
            let locked = self.change(reservation, None, Change::Extend(ms))?;
            ensure_ceiling(locked, max_price)
        }

        /// Changes the capacity of all active placements from now on, locking at most `max_price` more. Growing needs
        /// what extending needs, and room; shrinking pays the notice for what is given up and lowers the collateral in
        /// proportion. Refused while a round is open and unanswered, or a replica is on its way. Only the consumer.
        #[ink(message, selector = 39)]
        pub fn resize(&mut self, reservation: u64, capacity: u64, max_price: Balance) -> Result<()> {
            let locked = self.change(reservation, None, Change::Resize(capacity))?;
            ensure_ceiling(locked, max_price)
        }

        /// Proposes a new placement for a slot whose placement failed, was cancelled or withdrawn. It runs for what
        /// was left of the term, outside clusters at least the unit's shortest, and brings the slot's repair pot as a bonus, up to its
        /// own price and to what the lost one would still have earned. In a cluster it goes to a member, for no more
        /// than what was left, at the price and the SLA terms of what was ever active in the slot. The consumer; or,
        /// for one that was active and not terminated, the cluster's manager, with the same data and another provider. Returns its id.
        #[ink(message, selector = 40)]
        #[inline(never)]
        pub fn replace(
            &mut self,
            reservation: u64,
            slot: u8,
            replica: Replica,
            max_price: Balance,
        ) -> Result<u64> {
            let old = self.reservation_of(reservation)?.slot(slot)?.placement;
            let mut deal = self.load(old, None)?;
            self.save(&mut deal)?;
            let (mut r, lost) = (deal.r, deal.p);
            let mut search = self.search(&r)?;
            let caller = self.env().caller();
            let by_manager = search.as_ref().is_some_and(|x| x.cluster.manager == caller);
            if !by_manager {
                r.ensure_consumer(caller)?;
            }
            let for_itself = caller == r.consumer;
            let begun = lost.ends_at > 0;
            let replaceable = for_itself || (begun && !lost.terminated);
            if !matches!(lost.state, State::Failed | State::Withdrawn | State::Cancelled) || !replaceable {
                return Err(Error::NothingToReplace);
            }
            if !for_itself && (replica.root, replica.chunks) != (lost.root, lost.chunks) {
                return Err(Error::BadData);
            }
            let left = if begun { lost.ends_at.saturating_sub(deal.clock.now) } else { lost.term_ms };
            if left == 0 {
                return Err(Error::TooLate);
            }
            let worth = price_up(lost.price, lost.capacity, left)?;
            let shortest = if search.is_none() { self.unit_of(replica.unit)?.spec.min_term_ms } else { 0 };
            let pot = r.slot(slot)?.pot.min(worth);
            // What took over a lost one keeps its price and terms, lost again before it was active.
            let agreed = begun || lost.term_ms != r.term_ms;
            let lost_one = agreed.then_some(&lost);
            let wanted = Wanted { r: &r, slot, term_ms: left.max(shortest), lost: lost_one };
            let p = self.propose(reservation, &wanted, &replica, &mut search, pot)?;
            if !for_itself && p.provider == lost.provider {
                return Err(Error::SameProvider);
            }
            self.forget(old, &lost);
            let filled = r.slot(slot)?;
            filled.pot = filled.pot.saturating_sub(p.bonus);
            filled.placement = p.id;
            filled.provider = p.provider;
            self.reservations.insert(reservation, &r);
            if let Some(x) = search {
                self.clusters.insert(x.id, &x.cluster);
            }
            ensure_ceiling(p.escrow, if for_itself { max_price } else { max_price.min(worth) })?;
            let mut moves = Moves::default();
            moves.lock(p.escrow)?;
            self.post(r.consumer, &moves)?;
            Ok(p.id)
        }

        /// Frees the records of a reservation whose placements have all ended. What is left in the pots goes to the
        /// consumer up to what it paid for the slot, above that to the treasury; the storage deposit to the caller:
        /// the consumer, or from 90 days after the end on anyone.
        #[ink(message, selector = 41)]
        #[inline(never)]
        pub fn close(&mut self, reservation: u64) -> Result<()> {
            let slots = self.reservation_of(reservation)?.slots;
            let caller = self.env().caller();
            for slot in &slots {
                let mut deal = self.load(slot.placement, None)?;
                if deal.p.is_live() {
                    return Err(Error::NotEnded);
                }
                let ended = deal.p.ends_at.max(deal.clock.instant_of(deal.p.activate_by));
                if deal.clock.now < ended.saturating_add(CLOSE_GRACE_MS) {
                    deal.r.ensure_consumer(caller)?;
                }
                self.save(&mut deal)?;
                self.forget(slot.placement, &deal.p);
            }
            let r = self.reservation_of(reservation)?;
            let (mut to_consumer, mut pots) = (0, 0);
            for slot in &r.slots {
                add(&mut to_consumer, slot.made_whole())?;
                add(&mut pots, slot.pot)?;
            }
            let to_treasury = pots.saturating_sub(to_consumer);
            self.credit(r.consumer, to_consumer)?;
            add(&mut self.root.fees, to_treasury)?;
            self.lists.remove((List::Reservations(r.consumer), r.place));
            if let Some(cluster) = r.cluster() {
                self.lists.remove((List::ClusterReservations(cluster), r.cluster_place));
            }
            self.reservations.remove(reservation);
            emit(ReservationClosed { reservation, to_consumer, to_treasury });
            Ok(())
        }

        /// Lets placements renew for the reservation's term at their end, each for at most `up_to`; zero stops it.
        /// The money is taken when somebody calls `renew`. Terms that are over by now stay over. Only the consumer.
        #[ink(message, selector = 42)]
        #[inline(never)]
        pub fn set_auto_renew(&mut self, reservation: u64, up_to: Balance) -> Result<()> {
            for slot in self.reservation_of_caller(reservation)?.slots {
                self.settle(slot.placement)?;
            }
            let mut r = self.reservation_of(reservation)?;
            r.renew_up_to = up_to;
            self.put_reservation(reservation, &r);
            Ok(())
        }

        /// Renews a placement whose term is over, from now on, at the present price of the data unit or cluster; the time
        /// since the end is not paid. Anyone, within 3 days after the end, if the consumer set it to renew and has the price
        /// available, the unit is open and the provider can bring the collateral back to what the term asks for.
        #[ink(message, selector = 43)]
        #[inline(never)]
        pub fn renew(&mut self, placement: u64) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            self.renew_placement(&mut deal)?;
            self.save(&mut deal)
        }

        /// Gives an account access to the data, or (none) removes it. At most 32 entries. Providers enforce it
        /// where they serve. Only the consumer.
        #[ink(message, selector = 44)]
        #[inline(never)]
        pub fn set_access(
            &mut self,
            reservation: u64,
            account: AccountId,
            access: Option<Access>,
        ) -> Result<()> {
            let mut r = self.reservation_of_caller(reservation)?;
            if let Some(i) = r.grants.iter().position(|x| x.account == account) {
                r.grants.swap_remove(i);
            }
            if let Some(access) = access {
                if r.grants.len() >= MAX_GRANTS {
                    return Err(Error::TooLong);
                }
                r.grants.push(Grant { account, access });
            }
            self.reservations.insert(reservation, &r);
            emit(AccessSet { reservation, account, access });
            Ok(())
        }

        // --------------------------------------------------------------------------------------- placements

        /// A placement as it was when it was last touched; `settle` brings it up to now, and a dry run of it shows how.
        #[ink(message, selector = 45)]
        pub fn placement(&self, placement: u64) -> Option<Placement> {
            self.placements.read(placement)
        }

        /// Accepts a proposal: takes capacity and locks collateral from what the provider has available. Provider or
        /// delegate.
        #[ink(message, selector = 46)]
        #[inline(never)]
        pub fn accept(&mut self, placement: u64) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            self.ensure_operator(deal.p.provider)?;
            deal.clock.ensure_open()?;
            deal.p.ensure(State::Proposed)?;
            let mut unit = self.unit_of(deal.p.unit)?;
            self.ensure_online(&unit)?;
            unit.spec.terms.ensure_keep(&deal.p.terms)?;
            self.take_on(deal.id, &mut deal.p, &mut unit, &deal.clock, None)?;
            self.units.insert(deal.p.unit, &unit);
            announce(deal.id, &deal.p);
            self.save(&mut deal)
        }

        /// Declines a proposal, or gives up an accepted placement that is not active. Provider or delegate.
        #[ink(message, selector = 47)]
        #[inline(never)]
        pub fn decline(&mut self, placement: u64) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            self.ensure_operator(deal.p.provider)?;
            if !matches!(deal.p.state, State::Proposed | State::Accepted) {
                return Err(Error::WrongState);
            }
            self.finish(&mut deal, State::Cancelled, 0)?;
            self.save(&mut deal)
        }

        /// The provider's word that it holds the data: the term, pay and challenges start. Provider or delegate.
        #[ink(message, selector = 48)]
        #[inline(never)]
        pub fn activate(&mut self, placement: u64) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            self.ensure_operator(deal.p.provider)?;
            deal.p.activate(&deal.clock, &deal.round)?;
            deal.p.seen_before = self.quality_of(deal.p.unit).seen;
            announce(deal.id, &deal.p);
            self.save(&mut deal)
        }

        /// Offers a first or a new root for a live placement; it counts once the provider takes it with `accept_data`.
        /// Only the consumer.
        #[ink(message, selector = 49)]
        #[inline(never)]
        pub fn commit_data(&mut self, placement: u64, root: [u8; 32], chunks: u64) -> Result<()> {
            let p = self.placement_of(placement)?;
            self.reservation_of_caller(p.reservation)?;
            if !p.is_live() {
                return Err(Error::WrongState);
            }
            let unit = self.unit_of(p.unit)?;
            ensure_data(&unit, p.capacity, &root, chunks)?;
            self.committed.insert(placement, &Commitment { root, chunks });
            emit(DataCommitted { placement, root, chunks, accepted: false });
            Ok(())
        }

        /// Root and chunk count last offered by `commit_data`; they count once `placement` shows the same.
        #[ink(message, selector = 50)]
        pub fn committed_data(&self, placement: u64) -> Option<Commitment> {
            self.committed.read(placement)
        }

        /// Takes the committed data: from the next round on it is what must be proven. Root and chunk count must be
        /// those that the provider checked. Refused while a round is open and unanswered. Provider or delegate.
        #[ink(message, selector = 51)]
        #[inline(never)]
        pub fn accept_data(&mut self, placement: u64, root: [u8; 32], chunks: u64) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            self.ensure_operator(deal.p.provider)?;
            let data = Commitment { root, chunks };
            let in_force = deal.p.root == root && deal.p.chunks == chunks;
            if self.committed.read(placement) != Some(data) || in_force {
                return Err(Error::NothingCommitted);
            }
            if !deal.p.is_live() {
                return Err(Error::WrongState);
            }
            if deal.p.owes_proof(&deal.round) {
                return Err(Error::RoundOpen);
            }
            let unit = self.unit_of(deal.p.unit)?;
            ensure_data(&unit, deal.p.capacity, &root, chunks)?;
            deal.p.root = root;
            deal.p.chunks = chunks;
            emit(DataCommitted { placement, root, chunks, accepted: true });
            self.save(&mut deal)
        }

        /// Pays what a placement has earned up to now and carries out what is due. Anyone; twice in a row pays
        /// nothing the second time.
        #[ink(message, selector = 52)]
        pub fn settle(&mut self, placement: u64) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            self.save(&mut deal)
        }

        /// `settle` for several placements; those that do not exist are passed over.
        #[ink(message, selector = 53)]
        #[inline(never)]
        pub fn settle_many(&mut self, placements: Vec<u64>) -> Result<()> {
            for id in placements {
                match self.settle(id) {
                    Ok(()) | Err(Error::UnknownPlacement) => {}
                    refused => return refused,
                }
            }
            Ok(())
        }

        /// The provider leaves an active placement and pays the exit fee, at most `max_fee`, out of its collateral into
        /// the repair pot. Free once the term is over. Refused while a round is open and unanswered. Only the provider.
        #[ink(message, selector = 54)]
        #[inline(never)]
        pub fn withdraw_placement(&mut self, placement: u64, max_fee: Balance) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            self.ensure_provider(deal.p.provider)?;
            deal.p.ensure(State::Active)?;
            deal.p.ensure_undisputed()?;
            if deal.p.owes_proof(&deal.round) {
                return Err(Error::RoundOpen);
            }
            let now = deal.clock.now;
            if now >= deal.p.ends_at {
                self.finish(&mut deal, State::Completed, now)?;
                return self.save(&mut deal);
            }
            let fee = deal.p.exit_fee_up()?;
            ensure_ceiling(fee, max_fee)?;
            deal.p.collateral = deal.p.collateral.saturating_sub(fee);
            self.forfeit(&mut deal, 0, fee, SlashReason::Exit, None)?;
            self.finish(&mut deal, State::Withdrawn, now)?;
            self.save(&mut deal)
        }

        /// What `withdraw_placement` would cost the provider before the end of the term.
        #[ink(message, selector = 55)]
        pub fn exit_fee(&self, placement: u64) -> Result<Balance> {
            self.placement_of(placement)?.exit_fee_up()
        }

        /// Until when the placements of a reservation that are active are paid for, counting the next hundred
        /// renewals as far as the consumer's available money covers them. Zero when none is active.
        #[ink(message, selector = 56)]
        #[inline(never)]
        pub fn funded_until(&self, reservation: u64) -> u64 {
            let Some(r) = self.reservations.read(reservation) else { return 0 };
            let within = r.cluster().and_then(|id| self.clusters.read(id));
            let (mut until, mut renewal) = (u64::MAX, 0u128);
            for slot in &r.slots {
                let Some(p) = self.placements.read(slot.placement).filter(|p| p.state == State::Active)
                else {
                    continue;
                };
                until = until.min(p.ends_at);
                let asked = self.unit_of(p.unit).and_then(|unit| self.price_of(&unit, within.as_ref()));
                let price = asked.and_then(|x| price_up(x, p.capacity, r.term_ms)).unwrap_or(u128::MAX);
                let price = if price > r.renew_up_to { u128::MAX } else { price };
                renewal = renewal.saturating_add(price);
            }
            if until == u64::MAX {
                return 0;
            }
            let mut available = if r.renews() { self.account_of(r.consumer).available } else { 0 };
            for _ in 0..MAX_RENEWALS_TOLD {
                if renewal == 0 || available < renewal {
                    break;
                }
                available = available.saturating_sub(renewal);
                until = until.saturating_add(r.term_ms);
            }
            until
        }

        /// What has to happen next with a placement, and by when: of several things the one whose time is up first.
        #[ink(message, selector = 57)]
        #[inline(never)]
        pub fn next_action_at(&self, placement: u64) -> Option<NextAction> {
            let (p, c) = self.challenged(placement)?;
            let clock = self.clock();
            let mut next = match p.state {
                State::Proposed => (Action::Accept, clock.instant_of(p.accept_by)),
                State::Accepted => (Action::Activate, clock.instant_of(p.activate_by)),
                State::Active => (Action::End, p.ends_at),
                _ => (
                    Action::Close,
                    p.ends_at.max(clock.instant_of(p.activate_by)).saturating_add(CLOSE_GRACE_MS),
                ),
            };
            if p.state == State::Active {
                if let Some(x) = p.dispute.as_ref().filter(|_| !p.dispute_is_over(&clock)) {
                    let waits = x.answer == [0; 32] && clock.working_ms() < x.answer_by;
                    let (action, by) =
                        if waits { (Action::Answer, x.answer_by) } else { (Action::Decide, x.decide_by) };
                    // It holds back the end.
                    next = (action, clock.instant_of(by));
                }
                let mut sooner = |action, at| {
                    if at < next.1 {
                        next = (action, at);
                    }
                };
                let round = self.round_of(&p, &c);
                if let Some(x) = round.maintenance.next(clock.now).filter(|x| x.from > clock.now) {
                    sooner(Action::Maintenance, x.from);
                }
                if p.owes_proof(&round) {
                    sooner(Action::Prove, c.closes_at());
                }
            }
            Some(NextAction { action: next.0, at: next.1 })
        }

        /// One page of a list: at most `limit` (up to 50) entries from `cursor` on.
        #[ink(message, selector = 58)]
        #[inline(never)]
        pub fn list(&self, list: List, cursor: u32, limit: u32) -> Page {
            let end = match &list {
                List::Reservations(id) => self.account_of(*id).reservations,
                List::Placements(id) => self.account_of(*id).placements,
                List::Nodes(id) => self.account_of(*id).nodes,
                List::Units(node) => self.nodes.read(*node).map_or(0, |x| x.listed),
                List::UnitPlacements(unit) => self.units.read(*unit).map_or(0, |x| x.placements),
                List::Clusters(id) => self.account_of(*id).clusters,
                List::Members(cluster) => self.clusters.read(*cluster).map_or(0, |x| x.members),
                List::ClusterReservations(cluster) => {
                    self.clusters.read(*cluster).map_or(0, |x| x.reservations)
                }
            };
            let stop = cursor.saturating_add(limit.clamp(1, MAX_PAGE)).min(end);
            let mut ids = Vec::new();
            for place in cursor..stop {
                if let Some(id) = self.lists.read((list.clone(), place)) {
                    ids.push(id);
                }
            }
            Page { ids, next: if stop < end { stop } else { 0 } }
        }

        // ---------------------------------------------------------------------------------------- handover

        /// Offers the admin's role, a reservation with all that is in escrow, or the management of a cluster to another
        /// account, which may be a contract; or (none) takes the offer back. Only who has it.
        #[ink(message, selector = 59)]
        #[inline(never)]
        pub fn offer(&mut self, what: Handover, to: Option<AccountId>) -> Result<()> {
            match what {
                Handover::Admin => {
                    self.ensure_admin()?;
                    self.root.offered_to = to;
                    self.announce_governance();
                }
                Handover::Reservation(id) => {
                    let mut r = self.reservation_of_caller(id)?;
                    r.offered_to = to;
                    self.put_reservation(id, &r);
                }
                Handover::Cluster(id) => {
                    let mut record = self.own_cluster(id)?;
                    record.offered_to = to;
                    self.put_cluster(id, &record);
                }
            }
            Ok(())
        }

        /// Takes over what was offered to the caller. With a reservation move escrow, refunds, pots and duties; its
        /// challenger and referrer stay, and a renewal set by the former consumer ends. The pool of a cluster is
        /// distributed first, so that what the former manager has earned goes to it; members that do not trust the new
        /// one take no new placements.
        #[ink(message, selector = 60)]
        #[inline(never)]
        pub fn take_over(&mut self, what: Handover) -> Result<()> {
            let to = self.env().caller();
            match what {
                Handover::Admin => {
                    ensure_offered(self.root.offered_to, to)?;
                    self.root.admin = to;
                    self.root.offered_to = None;
                    self.announce_governance();
                    Ok(())
                }
                Handover::Reservation(id) => self.take_over_reservation(id, to),
                Handover::Cluster(id) => self.take_over_cluster(id, to),
            }
        }

        // --------------------------------------------------------------------------------------- governance

        /// Admin, treasury, fees, windows, pauses, roles, the rate and the announced upgrade.
        #[ink(message, selector = 61)]
        #[inline(never)]
        pub fn settings(&self) -> Settings {
            let Office { holders, upgrade } = self.office.get_or_default();
            Settings {
                admin: self.root.admin,
                offered_to: self.root.offered_to,
                treasury: self.root.treasury,
                fees: self.root.fees,
                config: self.root.config.clone(),
                pauses: self.root.pauses.clone(),
                rate: self.root.rate.clone(),
                holders,
                upgrade,
                last_ids: LastIds {
                    node: self.root.last_node,
                    unit: self.root.last_unit,
                    reservation: self.root.last_reservation,
                    placement: self.root.last_placement,
                    cluster: self.root.last_cluster,
                },
            }
        }

        /// Sets fees and windows within the bounds compiled in, and the treasury. Live placements keep what they agreed
        /// to. Only the admin.
        #[ink(message, selector = 62)]
        #[inline(never)]
        pub fn configure(&mut self, config: Config, treasury: AccountId) -> Result<()> {
            self.ensure_admin()?;
            config.check()?;
            self.root.config = config;
            self.root.treasury = treasury;
            self.announce_governance();
            Ok(())
        }

        /// Stops new business and new rounds for at most 14 days and stretches deadlines; proving, settling, renewing,
        /// ending, closing and withdrawing stay open. Or lets it go on. A next pause begins only after the market was
        /// open as long as the last one lasted, at least a week. The admin or a pauser.
        #[ink(message, selector = 63)]
        #[inline(never)]
        pub fn set_paused(&mut self, paused: bool) -> Result<()> {
            if self.ensure_admin().is_err() {
                self.ensure_role(Role::Pauser)?;
            }
            let now = self.env().block_timestamp();
            if paused {
                self.root.pauses.begin(now)?;
            } else {
                self.root.pauses.end(now)?;
            }
            self.announce_governance();
            Ok(())
        }

        /// Grants a role to an account, or takes it away. At most 32 are held, all together. Only the admin.
        #[ink(message, selector = 64)]
        #[inline(never)]
        pub fn set_role(&mut self, account: AccountId, role: Role, held: bool) -> Result<()> {
            self.ensure_admin()?;
            let mut office = self.office.get_or_default();
            office.set_role(account, role, held)?;
            self.put_office(&office);
            Ok(())
        }

        /// Sets the rate at which prices in US dollars become tokens: smallest units for one dollar, observed at the
        /// instant `at`, which is at least an hour after the last one and less than an hour ago. It differs
        /// from the last by at most a tenth of the lower of both for each hour between them. Only a price feed.
        #[ink(message, selector = 65)]
        #[inline(never)]
        pub fn set_rate(&mut self, per_usd: Balance, at: u64) -> Result<()> {
            self.ensure_role(Role::PriceFeed)?;
            self.root.rate.set(per_usd, at, self.env().block_timestamp())?;
            self.announce_governance();
            Ok(())
        }

        /// Announces the hash of the code that `upgrade` may put in force from seven days later on, or (none) takes it
        /// back. Only the admin.
        #[ink(message, selector = 66)]
        #[inline(never)]
        pub fn announce_upgrade(&mut self, code_hash: Option<[u8; 32]>) -> Result<()> {
            self.ensure_admin()?;
            let mut office = self.office.get_or_default();
            office.announce(code_hash, self.env().block_timestamp());
            self.put_office(&office);
            Ok(())
        }

        /// Runs the announced code from the next call on, within 14 days after its time has come. The chain must have it.
        /// Only the admin.
        #[ink(message, selector = 67)]
        #[inline(never)]
        pub fn upgrade(&mut self) -> Result<()> {
            self.ensure_admin()?;
            let mut office = self.office.get_or_default();
            let code_hash = office.take_upgrade(self.env().block_timestamp())?;
            self.put_office(&office);
            self.env().set_code_hash(&code_hash.into()).map_err(|_| Error::UnknownCode)
        }

        /// Credits the network fees collected so far to the treasury. Anyone.
        #[ink(message, selector = 68)]
        pub fn collect_fees(&mut self) -> Result<()> {
            let amount = core::mem::take(&mut self.root.fees);
            if amount == 0 {
                return Err(Error::ZeroAmount);
            }
            self.credit(self.root.treasury, amount)?;
            emit(FeesCollected { amount });
            Ok(())
        }

        // --------------------------------------------------------------- maintenance, quality, ratings, score

        /// Announces maintenance of a data unit of the caller, at least a day and at most 31 days ahead, after all that
        /// was announced before, and no more in any 30 days than its SLA terms allow; or (none) takes back the last
        /// window, or ends it now. Time within is not paid, rounds opened within do not count.
        #[ink(message, selector = 69)]
        #[inline(never)]
        pub fn set_maintenance(&mut self, unit: u64, window: Option<Window>) -> Result<()> {
            let terms = self.own_unit(unit)?.spec.terms;
            let now = self.env().block_timestamp();
            let mut record = self.maintenance_of(unit);
            let window = match window {
                Some(window) => {
                    record.announce(window, terms.maintenance_ms, now)?;
                    window
                }
                None => record.end(now)?,
            };
            self.maintenance.insert(unit, &record);
            emit(MaintenanceSet { unit, window });
            Ok(())
        }

        /// Maintenance of a data unit, past and announced, and what observers have reported of it.
        #[ink(message, selector = 70)]
        #[inline(never)]
        pub fn service(&self, unit: u64) -> Service {
            Service { maintenance: self.maintenance_of(unit), quality: self.quality_of(unit) }
        }

        /// Reports the quality of service of data units on the day before (UTC), counted in days from 1970. A second report
        /// replaces the first. For each unit and day the median over observers counts, at most eight of a kind, against what it promises. Only
        /// observers: of the network, or named by the manager of the cluster that the unit is in; these count for the
        /// score of the data unit alone.
        #[ink(message, selector = 71)]
        #[inline(never)]
        pub fn report_quality(&mut self, day: u32, observations: Vec<Observation>) -> Result<()> {
            if day != day_before(self.env().block_timestamp()) {
                return Err(Error::TooLate);
            }
            let network = self.ensure_role(Role::Observer).is_ok();
            for seen in observations {
                self.take_report(seen, network)?;
            }
            Ok(())
        }

        /// Rates a placement for which something was paid with 1 to 5 stars; the rating weighs what was paid. While the
        /// placement lives it can be changed. Only the consumer.
        #[ink(message, selector = 72)]
        #[inline(never)]
        pub fn rate(&mut self, placement: u64, stars: u8) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            deal.r.ensure_consumer(self.env().caller())?;
            let found = deal.p.rate(stars, deal.clock.now, self.root.config.score_unit)?;
            deal.found.seen.add(&found.seen, 0);
            deal.found.undone = found.undone;
            deal.found.undone_at = found.undone_at;
            emit(Rated { placement, stars });
            self.save(&mut deal)
        }

        /// Score of a provider or a data unit, and what it rests on.
        #[ink(message, selector = 73)]
        #[inline(never)]
        pub fn score(&self, subject: Subject) -> Result<Score> {
            match subject {
                Subject::Unit(id) => Ok(self.unit_score(&self.unit_of(id)?)),
                Subject::Provider(id) => {
                    let evidence = self.account_of(id).standing.evidence(self.env().block_timestamp());
                    Ok(Score { score: evidence.score(NEUTRAL), prior: NEUTRAL, evidence })
                }
            }
        }

        /// What was promised of a placement and what became of it, rounds up to now included; its state is that of the last touch.
        #[ink(message, selector = 74)]
        #[inline(never)]
        pub fn sla(&self, placement: u64) -> Result<SlaReport> {
            self.sla_of(placement)
        }

        // ---------------------------------------------------------------------------------------- disputes

        /// Opens a dispute over an active placement about what happened at the instant `fact_at`, at most 14 days ago, with
        /// the hash of the evidence and a bond: a tenth of what freezes, at most `max_bond`. What is unpaid and the
        /// collateral wait, at most ten days; misses are slashed as ever; failing gives what is unpaid back to the consumer. One in 30 days.
        /// Only the consumer.
        #[ink(message, selector = 75)]
        #[inline(never)]
        pub fn open_dispute(
            &mut self,
            placement: u64,
            fact_at: u64,
            evidence: [u8; 32],
            max_bond: Balance,
        ) -> Result<()> {
            let mut deal = self.load_unpaid(placement, None)?;
            deal.r.ensure_consumer(self.env().caller())?;
            let bond = deal.p.dispute(fact_at, evidence, &deal.clock, &deal.round)?;
            ensure_ceiling(bond, max_bond)?;
            deal.consumer.lock(bond)?;
            announce_dispute(&deal, DisputeStep::Opened, evidence, bond, 0, 0);
            self.save(&mut deal)
        }

        /// Answers a dispute with the hash of what the provider has to say, within three days. Provider or delegate.
        #[ink(message, selector = 76)]
        #[inline(never)]
        pub fn answer_dispute(&mut self, placement: u64, answer: [u8; 32]) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            self.ensure_operator(deal.p.provider)?;
            deal.p.answer(answer, &deal.clock)?;
            announce_dispute(&deal, DisputeStep::Answered, answer, deal.p.bond(), 0, 0);
            self.save(&mut deal)
        }

        /// Decides a dispute, after the answer or three days without one: so much of what is unpaid goes back to the consumer,
        /// so much of the collateral into the repair pot, and the bond to the consumer if that is at least half, else to
        /// the provider. An arbiter who is no party of the placement.
        #[ink(message, selector = 77)]
        #[inline(never)]
        pub fn decide_dispute(
            &mut self,
            placement: u64,
            to_consumer_bps: u16,
            opinion: [u8; 32],
        ) -> Result<()> {
            self.ensure_role(Role::Arbiter)?;
            let mut deal = self.load(placement, None)?;
            self.decide(&mut deal, to_consumer_bps, opinion)?;
            self.save(&mut deal)
        }
    }
}
