//! The Orchestrator: a market for storage and compute in one contract.
//!
//! Read this file from top to bottom for the protocol. Each message keeps one beat: load and bring up to now, check,
//! apply a rule of `orchestrator_domain`, record, announce, pay. `deal` does the first and the last for a placement,
//! `changes` what a consumer does to live ones, `proving` judges proofs, `money` alone moves balances.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod changes;
mod deal;
pub mod events;
mod guards;
mod hash;
mod money;
mod proving;
mod records;
#[cfg(test)]
mod tests;

pub use self::orchestrator::{Orchestrator, OrchestratorRef};
pub use orchestrator_domain as domain;
pub use records::*;

#[ink::contract]
mod orchestrator {
    use crate::changes::{ensure_data, next, Change};
    use crate::deal::announce;
    use crate::events::*;
    use crate::money::{add, Moves};
    use crate::records::*;
    use ink::prelude::vec::Vec;
    use ink::storage::Mapping;
    use orchestrator_domain::{
        bps_up, price_up, Account, Challenger, Commitment, Config, DataUnit, Error, Grant, List, Node,
        NodeSpec, Order, Pauses, Placement, Provider, Replica, Reservation, Result, Role, Slot, State,
        UnitSpec, CLOSE_GRACE_MS, MAX_GRANTS, MAX_MANIFEST_BYTES, MAX_PROFILE_BYTES, MAX_REPLICAS,
    };

    /// Most entries that one page of a list looks at.
    pub const MAX_PAGE: u32 = 50;
    /// Most renewals that `funded_until` counts.
    pub const MAX_RENEWALS_TOLD: u32 = 100;

    /// The market. Its own cell holds what every call reads: roles, fees, pauses, the sum owed and the last ids.
    #[ink(storage)]
    pub struct Orchestrator {
        pub(crate) admin: AccountId,
        pub(crate) offered_to: Option<AccountId>,
        pub(crate) treasury: AccountId,
        pub(crate) config: Config,
        pub(crate) pauses: Pauses,
        pub(crate) owed: Balance,
        pub(crate) fees: Balance,
        pub(crate) last_node: u64,
        pub(crate) last_unit: u64,
        pub(crate) last_reservation: u64,
        pub(crate) last_placement: u64,
        pub(crate) accounts: Mapping<AccountId, Account>,
        pub(crate) providers: Mapping<AccountId, Provider>,
        pub(crate) nodes: Mapping<u64, Node>,
        pub(crate) units: Mapping<u64, DataUnit>,
        pub(crate) challengers: Mapping<AccountId, Challenger>,
        pub(crate) reservations: Mapping<u64, Reservation>,
        pub(crate) placements: Mapping<u64, Placement>,
        pub(crate) committed: Mapping<u64, Commitment>,
        pub(crate) lists: Mapping<(List, u32), u64>,
    }

    impl Orchestrator {
        // A message of some length is `inline(never)`: the chain translates each function of the code when it is first
        // entered and charges for its length, so that what is inlined into the dispatcher is paid for by every call.

        /// A market without entries. The caller becomes the admin; network fees go to `treasury`. Fees and windows
        /// start at their defaults: see `configure`.
        #[ink(constructor)]
        pub fn new(treasury: AccountId) -> Self {
            Self {
                admin: Self::env().caller(),
                offered_to: None,
                treasury,
                config: Config::default(),
                pauses: Pauses::default(),
                owed: 0,
                fees: 0,
                last_node: 0,
                last_unit: 0,
                last_reservation: 0,
                last_placement: 0,
                accounts: Mapping::new(),
                providers: Mapping::new(),
                nodes: Mapping::new(),
                units: Mapping::new(),
                challengers: Mapping::new(),
                reservations: Mapping::new(),
                placements: Mapping::new(),
                committed: Mapping::new(),
                lists: Mapping::new(),
            }
        }

        // ------------------------------------------------------------------------------------------ accounts

        /// Adds the tokens sent along to what the caller has available here.
        #[ink(message, payable)]
        pub fn deposit(&mut self) -> Result<()> {
            self.deposit_for(self.env().caller())
        }

        /// Adds the tokens sent along to what another account has available here.
        #[ink(message, payable)]
        #[inline(never)]
        pub fn deposit_for(&mut self, account: AccountId) -> Result<()> {
            let amount = self.env().transferred_value();
            self.take_in(account, amount)?;
            self.env().emit_event(Deposited { account, from: self.env().caller(), amount });
            Ok(())
        }

        /// Sends the caller part of what it has available. The receiver must not stay below the chain's existential
        /// deposit.
        #[ink(message)]
        #[inline(never)]
        pub fn withdraw(&mut self, amount: Balance) -> Result<()> {
            let account = self.env().caller();
            self.pay_out(account, amount)?;
            self.env().emit_event(Withdrawn { account, amount });
            Ok(())
        }

        /// Available and locked money of an account.
        #[ink(message)]
        pub fn account(&self, account: AccountId) -> Account {
            self.account_of(account)
        }

        /// What the contract holds and what it owes; held is never below owed.
        #[ink(message)]
        pub fn solvency(&self) -> Solvency {
            Solvency { held: self.env().balance(), owed: self.owed }
        }

        // ------------------------------------------------------------------- providers, nodes and data units

        /// Registers the caller as a provider, or changes its profile (at most 512 bytes) and delegate. The delegate
        /// may accept (which locks collateral), decline, activate and prove (where a wrong proof costs collateral); it
        /// cannot withdraw.
        #[ink(message)]
        #[inline(never)]
        pub fn set_provider(&mut self, profile: Vec<u8>, delegate: Option<AccountId>) -> Result<()> {
            if profile.len() > MAX_PROFILE_BYTES {
                return Err(Error::TooLong);
            }
            let provider = self.env().caller();
            self.providers.insert(provider, &Provider { profile, delegate });
            self.env().emit_event(ProviderUpdated { provider, delegate });
            Ok(())
        }

        /// Profile and delegate of a provider.
        #[ink(message)]
        pub fn provider(&self, provider: AccountId) -> Option<Provider> {
            self.providers.get(provider)
        }

        /// Registers a node of the caller, who must be a provider. Returns its id.
        #[ink(message)]
        #[inline(never)]
        pub fn register_node(&mut self, spec: NodeSpec) -> Result<u64> {
            spec.check()?;
            let provider = self.env().caller();
            if !self.providers.contains(provider) {
                return Err(Error::UnknownProvider);
            }
            let mut account = self.account_of(provider);
            let place = account.nodes;
            account.nodes = place.checked_add(1).ok_or(Error::Overflow)?;
            self.accounts.insert(provider, &account);
            let id = next(&mut self.last_node)?;
            self.lists.insert((List::Nodes(provider), place), &id);
            self.put_node(id, &Node { provider, spec, units: 0, listed: 0, place });
            Ok(id)
        }

        /// Changes endpoint, engine, version and state of a node of the caller; its region stays. A node that is
        /// draining or offline takes nothing new.
        #[ink(message)]
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
        #[ink(message)]
        #[inline(never)]
        pub fn retire_node(&mut self, node: u64) -> Result<()> {
            let record = self.own_node(node)?;
            if record.units > 0 {
                return Err(Error::NodeInUse);
            }
            let provider = record.provider;
            self.lists.remove((List::Nodes(provider), record.place));
            self.nodes.remove(node);
            self.env().emit_event(NodeUpdated { node, provider, state: None });
            Ok(())
        }

        /// A node.
        #[ink(message)]
        pub fn node(&self, node: u64) -> Option<Node> {
            self.nodes.get(node)
        }

        /// Registers a data unit on a node of the caller. Returns its id.
        #[ink(message)]
        #[inline(never)]
        pub fn register_unit(&mut self, node: u64, spec: UnitSpec) -> Result<u64> {
            spec.check()?;
            let mut on = self.own_node(node)?;
            let id = next(&mut self.last_unit)?;
            let place = on.listed;
            on.listed = place.checked_add(1).ok_or(Error::Overflow)?;
            on.units = on.units.checked_add(1).ok_or(Error::Overflow)?;
            self.nodes.insert(node, &on);
            self.lists.insert((List::Units(node), place), &id);
            let region = on.spec.region;
            let provider = on.provider;
            self.put_unit(id, &DataUnit { provider, node, region, used: 0, place, changed_at: 0, spec });
            Ok(id)
        }

        /// Changes a data unit of the caller, for new placements only, which it takes again after ten minutes. Its kind
        /// stays, and its capacity does not go below what is in use.
        #[ink(message)]
        #[inline(never)]
        pub fn update_unit(&mut self, unit: u64, spec: UnitSpec) -> Result<()> {
            spec.check()?;
            let mut record = self.own_unit(unit)?;
            if spec.capacity < record.used {
                return Err(Error::CapacityInUse);
            }
            let kind = record.spec.kind;
            record.spec = UnitSpec { kind, ..spec };
            record.changed_at = self.env().block_timestamp();
            self.put_unit(unit, &record);
            Ok(())
        }

        /// Removes a data unit of the caller that carries no placements; its storage deposit goes back to the caller.
        #[ink(message)]
        #[inline(never)]
        pub fn retire_unit(&mut self, unit: u64) -> Result<()> {
            let record = self.own_unit(unit)?;
            if record.used > 0 {
                return Err(Error::UnitInUse);
            }
            let mut on = self.own_node(record.node)?;
            on.units = on.units.saturating_sub(1);
            self.nodes.insert(record.node, &on);
            self.lists.remove((List::Units(record.node), record.place));
            self.units.remove(unit);
            let provider = record.provider;
            self.env().emit_event(DataUnitUpdated { unit, provider, capacity: 0, price: 0, open: false });
            Ok(())
        }

        /// A data unit.
        #[ink(message)]
        pub fn data_unit(&self, unit: u64) -> Option<DataUnit> {
            self.units.get(unit)
        }

        /// Data units that take a placement now, among at most `limit` (up to 50) from the id `cursor` on.
        #[ink(message)]
        #[inline(never)]
        pub fn find_data_units(&self, filter: Filter, cursor: u64, limit: u32) -> Found {
            let mut units = Vec::new();
            let now = self.env().block_timestamp();
            let first = cursor.max(1);
            let end = first.saturating_add(limit.clamp(1, MAX_PAGE).into());
            for id in first..end.min(self.last_unit.saturating_add(1)) {
                if let Some(unit) = self.units.get(id) {
                    let spec = &unit.spec;
                    let fits = unit.check_offer(filter.capacity, filter.term_ms, now).is_ok()
                        && filter.kind.is_none_or(|x| x == spec.kind)
                        && filter.region.is_none_or(|x| x == unit.region)
                        && (filter.max_price == 0 || spec.price <= filter.max_price)
                        && self.ensure_online(&unit).is_ok();
                    if fits {
                        units.push((id, unit));
                    }
                }
            }
            Found { units, next: if end > self.last_unit { 0 } else { end } }
        }

        /// What a term on a data unit costs now; refuses a unit that would not take it.
        #[ink(message)]
        #[inline(never)]
        pub fn quote(&self, unit: u64, capacity: u64, term_ms: u64) -> Result<Quote> {
            let unit = self.unit_of(unit)?;
            unit.check_offer(capacity, term_ms, self.env().block_timestamp())?;
            self.ensure_online(&unit)?;
            let price = price_up(unit.spec.price, capacity, term_ms)?;
            let collateral = bps_up(price, unit.spec.terms.collateral_bps)?;
            Ok(Quote { price, collateral, fee: bps_up(price, self.config.network_fee_bps.into())? })
        }

        // --------------------------------------------------------------------------- challengers and rounds

        /// Registers the caller as a challenger, or makes it slower. Interval 1 s to 30 days, window 1 s up to the
        /// interval; neither ever gets shorter, since placements rely on them.
        #[ink(message)]
        #[inline(never)]
        pub fn register_challenger(&mut self, interval_ms: u32, window_ms: u32) -> Result<()> {
            let challenger = self.env().caller();
            let record = match self.challengers.get(challenger) {
                Some(mut record) => {
                    record.slow_down(interval_ms, window_ms)?;
                    record
                }
                None => Challenger::new(interval_ms, window_ms)?,
            };
            self.challengers.insert(challenger, &record);
            self.env().emit_event(ChallengerRegistered { challenger, interval_ms, window_ms });
            Ok(())
        }

        /// Opens the caller's next round: challenges every placement that named it, at a cost that does not depend on
        /// their number. At most once an interval. Returns the round's number.
        #[ink(message)]
        #[inline(never)]
        pub fn open_round(&mut self, seed: [u8; 32]) -> Result<u32> {
            let challenger = self.env().caller();
            let mut record = self.challenger_of(challenger)?;
            record.open(seed, &self.clock())?;
            self.challengers.insert(challenger, &record);
            let round = record.round;
            self.env().emit_event(RoundOpened { challenger, round, seed });
            Ok(round)
        }

        /// A challenger and its latest round.
        #[ink(message)]
        pub fn challenger(&self, challenger: AccountId) -> Option<Challenger> {
            self.challengers.get(challenger)
        }

        /// What is asked of a placement now; nothing when no round waits for its proof.
        #[ink(message)]
        #[inline(never)]
        pub fn challenge(&self, placement: u64) -> Option<Challenge> {
            let (p, c) = self.challenged(placement)?;
            if !p.owes_proof(&c.latest(&self.clock())) {
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
        #[ink(message)]
        #[inline(never)]
        pub fn prove(&mut self, responses: Vec<Response>) -> Result<Vec<Verdict>> {
            let (mut verdicts, mut last) = (Vec::new(), None);
            for response in &responses {
                verdicts.push(self.take_proof(response, &mut last)?);
            }
            Ok(verdicts)
        }

        /// What `prove` would say to the caller, without any effect.
        #[ink(message)]
        #[inline(never)]
        pub fn check_proof(&self, response: Response) -> Verdict {
            match self.challenged(response.placement) {
                Some((p, c)) => self.judge(&p, &c, &response),
                None => Verdict::UnknownPlacement,
            }
        }

        /// Has the rounds that a placement missed accounted for. The caller gets the reporter's share of the slash,
        /// unless it is a party of the placement.
        #[ink(message)]
        pub fn report_miss(&mut self, placement: u64) -> Result<()> {
            let deal = self.load(placement, Some(self.env().caller()))?;
            if deal.missed == 0 {
                return Err(Error::NothingMissed);
            }
            self.save(&deal)
        }

        // ------------------------------------------------------------------------------------- reservations

        /// Proposes a placement for each replica of the order and locks the whole price of the term from what the
        /// caller has available. Refuses above the order's ceiling. Returns the reservation's id.
        #[ink(message)]
        #[inline(never)]
        pub fn reserve(&mut self, order: Order) -> Result<u64> {
            let consumer = self.env().caller();
            if !(1..=MAX_REPLICAS).contains(&order.replicas.len()) {
                return Err(Error::ReplicasOutOfBounds);
            }
            if order.manifest.len() > MAX_MANIFEST_BYTES {
                return Err(Error::TooLong);
            }
            let id = next(&mut self.last_reservation)?;
            let mut r = Reservation {
                consumer,
                offered_to: None,
                challenger: order.challenger.unwrap_or(consumer),
                referrer: order.referrer,
                capacity: order.capacity,
                term_ms: order.term_ms,
                renew_up_to: 0,
                place: 0,
                manifest: order.manifest,
                grants: Vec::new(),
                slots: Vec::new(),
            };
            let mut price = 0;
            for (slot, replica) in (0u8..).zip(&order.replicas) {
                let (placement, escrow, _) = self.propose(id, &r, slot, replica, order.term_ms, 0)?;
                add(&mut price, escrow)?;
                r.slots.push(Slot { placement, pot: 0, spent: 0 });
            }
            ensure_ceiling(price, order.max_price)?;
            let mut account = self.account_of(consumer);
            account.debit(price)?;
            account.bind(price)?;
            r.place = self.enlist(&mut account, consumer, id)?;
            self.store_account(consumer, &account);
            self.put_reservation(id, &r);
            Ok(id)
        }

        /// A reservation.
        #[ink(message)]
        pub fn reservation(&self, reservation: u64) -> Option<Reservation> {
            self.reservations.get(reservation)
        }

        /// Cancels one slot's placement, or all that are not active. A proposal is cancelled for nothing; what was
        /// accepted pays the notice, unless its time to activate is over. Only the consumer.
        #[ink(message)]
        pub fn cancel(&mut self, reservation: u64, slot: Option<u8>) -> Result<()> {
            self.change(reservation, slot, Change::Cancel).map(drop)
        }

        /// Ends one slot's placement, or all that last longer than the notice, when the notice is over; the rest is
        /// refunded at once. Only the consumer.
        #[ink(message)]
        pub fn terminate(&mut self, reservation: u64, slot: Option<u8>) -> Result<()> {
            self.change(reservation, slot, Change::Terminate).map(drop)
        }

        /// Lengthens the term of all placements that are active at the price agreed, locking at most `max_price` more.
        /// Every data unit must be open and its price not risen; the providers' collateral grows with the price of what
        /// is left of the term. Only the consumer.
        #[ink(message)]
        pub fn extend(&mut self, reservation: u64, ms: u64, max_price: Balance) -> Result<()> {
            let locked = self.change(reservation, None, Change::Extend(ms))?;
            ensure_ceiling(locked, max_price)
        }

        /// Changes the capacity of all active placements from now on, locking at most `max_price` more. Growing needs
        /// what extending needs, and room; shrinking pays the notice for what is given up and lowers the collateral in
        /// proportion. Refused while a round is open and unanswered, or a replica is on its way. Only the consumer.
        #[ink(message)]
        pub fn resize(&mut self, reservation: u64, capacity: u64, max_price: Balance) -> Result<()> {
            let locked = self.change(reservation, None, Change::Resize(capacity))?;
            ensure_ceiling(locked, max_price)
        }

        /// Proposes a new placement for a slot whose placement failed, was cancelled or withdrawn. It runs for what
        /// was left of the term, at least the unit's shortest, and brings the slot's repair pot as a bonus, up to its
        /// own price and to what the lost one would still have earned. Only the consumer. Returns its id.
        #[ink(message)]
        #[inline(never)]
        pub fn replace(
            &mut self,
            reservation: u64,
            slot: u8,
            replica: Replica,
            max_price: Balance,
        ) -> Result<u64> {
            let old = self.reservation_of_caller(reservation)?.slot(slot)?.placement;
            let deal = self.load(old, None)?;
            self.save(&deal)?;
            if !matches!(deal.p.state, State::Failed | State::Withdrawn | State::Cancelled) {
                return Err(Error::NothingToReplace);
            }
            let unit = self.unit_of(replica.unit)?;
            let mut r = deal.r;
            let never = deal.p.ends_at == 0;
            let left = if never { deal.p.term_ms } else { deal.p.ends_at.saturating_sub(deal.clock.now) };
            if left == 0 {
                return Err(Error::TooLate);
            }
            let term_ms = left.max(unit.spec.min_term_ms);
            let pot = r.slot(slot)?.pot.min(price_up(deal.p.price, deal.p.capacity, left)?);
            let (id, price, bonus) = self.propose(reservation, &r, slot, &replica, term_ms, pot)?;
            let rest = r.slot(slot)?;
            rest.pot = rest.pot.saturating_sub(bonus);
            self.forget(old, &deal.p);
            r.slot(slot)?.placement = id;
            self.reservations.insert(reservation, &r);
            ensure_ceiling(price, max_price)?;
            let mut moves = Moves::default();
            moves.lock(price)?;
            self.post(r.consumer, &moves)?;
            Ok(id)
        }

        /// Frees the records of a reservation whose placements have all ended. What is left in the pots goes to the
        /// consumer up to what it paid for the slot, above that to the treasury; the storage deposit to the caller:
        /// the consumer, or from 90 days after the end on anyone.
        #[ink(message)]
        #[inline(never)]
        pub fn close(&mut self, reservation: u64) -> Result<()> {
            let slots = self.reservation_of(reservation)?.slots;
            let caller = self.env().caller();
            for slot in &slots {
                let deal = self.load(slot.placement, None)?;
                if deal.p.is_live() {
                    return Err(Error::NotEnded);
                }
                let ended = deal.p.ends_at.max(deal.clock.instant_of(deal.p.activate_by));
                if deal.clock.now < ended.saturating_add(CLOSE_GRACE_MS) {
                    deal.r.ensure_consumer(caller)?;
                }
                self.save(&deal)?;
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
            add(&mut self.fees, to_treasury)?;
            self.lists.remove((List::Reservations(r.consumer), r.place));
            self.reservations.remove(reservation);
            self.env().emit_event(ReservationClosed { reservation, to_consumer, to_treasury });
            Ok(())
        }

        /// Lets placements renew for the reservation's term at their end, each for at most `up_to`; zero stops it.
        /// The money is taken when somebody calls `renew`. Terms that are over by now stay over. Only the consumer.
        #[ink(message)]
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

        /// Renews a placement whose term is over, from now on, at the data unit's present price; the time since the end
        /// is not paid. Anyone, within 3 days after the end, if the consumer set it to renew and has the price
        /// available, the unit is open and the provider can bring the collateral back to what the term asks for.
        #[ink(message)]
        #[inline(never)]
        pub fn renew(&mut self, placement: u64) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            self.renew_placement(&mut deal)?;
            self.save(&deal)
        }

        /// Offers a reservation with all that is in escrow to another consumer, or (none) takes the offer back.
        #[ink(message)]
        pub fn offer_reservation(&mut self, reservation: u64, to: Option<AccountId>) -> Result<()> {
            let mut r = self.reservation_of_caller(reservation)?;
            r.offered_to = to;
            self.put_reservation(reservation, &r);
            Ok(())
        }

        /// Takes over a reservation that was offered to the caller: escrow, refunds, pots and duties move with it; its
        /// challenger and referrer stay. A renewal set by the former consumer ends.
        #[ink(message)]
        #[inline(never)]
        pub fn accept_reservation(&mut self, reservation: u64) -> Result<()> {
            let mut r = self.reservation_of(reservation)?;
            let (from, to) = (r.consumer, self.env().caller());
            if r.offered_to != Some(to) {
                return Err(Error::NotOffered);
            }
            let mut escrow = 0;
            for slot in &r.slots {
                let p = self.placement_of(slot.placement)?;
                add(&mut escrow, p.escrow)?;
            }
            self.post(from, &Moves { release: escrow, ..Default::default() })?;
            self.lists.remove((List::Reservations(from), r.place));
            let mut account = self.account_of(to);
            account.bind(escrow)?;
            r.place = self.enlist(&mut account, to, reservation)?;
            self.store_account(to, &account);
            r.consumer = to;
            r.offered_to = None;
            r.renew_up_to = 0;
            self.put_reservation(reservation, &r);
            Ok(())
        }

        /// Gives an account a role in the access list, or (none) removes it. At most 32 entries. Providers enforce it
        /// where they serve. Only the consumer.
        #[ink(message)]
        #[inline(never)]
        pub fn set_access(&mut self, reservation: u64, account: AccountId, role: Option<Role>) -> Result<()> {
            let mut r = self.reservation_of_caller(reservation)?;
            if let Some(i) = r.grants.iter().position(|x| x.account == account) {
                r.grants.swap_remove(i);
            }
            if let Some(role) = role {
                if r.grants.len() >= MAX_GRANTS {
                    return Err(Error::TooLong);
                }
                r.grants.push(Grant { account, role });
            }
            self.reservations.insert(reservation, &r);
            self.env().emit_event(AccessSet { reservation, account, role });
            Ok(())
        }

        // --------------------------------------------------------------------------------------- placements

        /// A placement as it was when it was last touched; `settle` brings it up to now, and a dry run of it shows how.
        #[ink(message)]
        pub fn placement(&self, placement: u64) -> Option<Placement> {
            self.placements.get(placement)
        }

        /// Accepts a proposal: takes capacity and locks collateral from what the provider has available. Provider or
        /// delegate.
        #[ink(message)]
        #[inline(never)]
        pub fn accept(&mut self, placement: u64) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            self.ensure_operator(deal.p.provider)?;
            deal.clock.ensure_open()?;
            let collateral = deal.p.accept(&deal.clock)?;
            let mut unit = self.unit_of(deal.p.unit)?;
            self.ensure_online(&unit)?;
            unit.take(deal.p.capacity)?;
            self.units.insert(deal.p.unit, &unit);
            deal.provider.lock(collateral)?;
            announce(deal.id, &deal.p);
            self.save(&deal)
        }

        /// Declines a proposal, or gives up an accepted placement that is not active. Provider or delegate.
        #[ink(message)]
        #[inline(never)]
        pub fn decline(&mut self, placement: u64) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            self.ensure_operator(deal.p.provider)?;
            if !matches!(deal.p.state, State::Proposed | State::Accepted) {
                return Err(Error::WrongState);
            }
            self.finish(&mut deal, State::Cancelled, 0)?;
            self.save(&deal)
        }

        /// The provider's word that it holds the data: the term, pay and challenges start. Provider or delegate.
        #[ink(message)]
        #[inline(never)]
        pub fn activate(&mut self, placement: u64) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            self.ensure_operator(deal.p.provider)?;
            deal.p.activate(&deal.clock, &deal.round)?;
            announce(deal.id, &deal.p);
            self.save(&deal)
        }

        /// Offers a first or a new root for a live placement; it counts once the provider takes it with `accept_data`.
        /// Only the consumer.
        #[ink(message)]
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
            self.env().emit_event(DataCommitted { placement, root, chunks, accepted: false });
            Ok(())
        }

        /// Root and chunk count last offered by `commit_data`; they count once `placement` shows the same.
        #[ink(message)]
        pub fn committed_data(&self, placement: u64) -> Option<Commitment> {
            self.committed.get(placement)
        }

        /// Takes the committed data: from the next round on it is what must be proven. Root and chunk count must be
        /// those that the provider checked. Refused while a round is open and unanswered. Provider or delegate.
        #[ink(message)]
        #[inline(never)]
        pub fn accept_data(&mut self, placement: u64, root: [u8; 32], chunks: u64) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            self.ensure_operator(deal.p.provider)?;
            let data = Commitment { root, chunks };
            let in_force = deal.p.root == root && deal.p.chunks == chunks;
            if self.committed.get(placement) != Some(data) || in_force {
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
            self.env().emit_event(DataCommitted { placement, root, chunks, accepted: true });
            self.save(&deal)
        }

        /// Pays what a placement has earned up to now and carries out what is due. Anyone; twice in a row pays
        /// nothing the second time.
        #[ink(message)]
        pub fn settle(&mut self, placement: u64) -> Result<()> {
            let deal = self.load(placement, None)?;
            self.save(&deal)
        }

        /// `settle` for several placements; those that do not exist are passed over.
        #[ink(message)]
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
        #[ink(message)]
        #[inline(never)]
        pub fn withdraw_placement(&mut self, placement: u64, max_fee: Balance) -> Result<()> {
            let mut deal = self.load(placement, None)?;
            self.ensure_provider(deal.p.provider)?;
            deal.p.ensure(State::Active)?;
            if deal.p.owes_proof(&deal.round) {
                return Err(Error::RoundOpen);
            }
            let now = deal.clock.now;
            if now >= deal.p.ends_at {
                self.finish(&mut deal, State::Completed, now)?;
                return self.save(&deal);
            }
            let fee = deal.p.exit_fee_up()?;
            ensure_ceiling(fee, max_fee)?;
            deal.p.collateral = deal.p.collateral.saturating_sub(fee);
            self.forfeit(&mut deal, 0, fee, SlashReason::Exit, None)?;
            self.finish(&mut deal, State::Withdrawn, now)?;
            self.save(&deal)
        }

        /// What `withdraw_placement` would cost the provider before the end of the term.
        #[ink(message)]
        pub fn exit_fee(&self, placement: u64) -> Result<Balance> {
            self.placement_of(placement)?.exit_fee_up()
        }

        /// Until when the placements of a reservation that are active are paid for, counting the next hundred
        /// renewals as far as the consumer's available money covers them. Zero when none is active.
        #[ink(message)]
        #[inline(never)]
        pub fn funded_until(&self, reservation: u64) -> u64 {
            let Some(r) = self.reservations.get(reservation) else { return 0 };
            let (mut until, mut renewal) = (u64::MAX, 0u128);
            for slot in &r.slots {
                let Some(p) = self.placements.get(slot.placement).filter(|p| p.state == State::Active) else {
                    continue;
                };
                until = until.min(p.ends_at);
                let price = self.units.get(p.unit).map(|u| price_up(u.spec.price, p.capacity, r.term_ms));
                renewal = renewal.saturating_add(price.and_then(|x| x.ok()).unwrap_or(0));
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

        /// What has to happen next with a placement, and by when.
        #[ink(message)]
        #[inline(never)]
        pub fn next_action_at(&self, placement: u64) -> Option<NextAction> {
            let (p, c) = self.challenged(placement)?;
            let clock = self.clock();
            let (action, at) = match p.state {
                State::Proposed => (Action::Accept, clock.instant_of(p.accept_by)),
                State::Accepted => (Action::Activate, clock.instant_of(p.activate_by)),
                State::Active if p.owes_proof(&c.latest(&clock)) => (Action::Prove, c.closes_at()),
                State::Active => (Action::End, p.ends_at),
                _ => (
                    Action::Close,
                    p.ends_at.max(clock.instant_of(p.activate_by)).saturating_add(CLOSE_GRACE_MS),
                ),
            };
            Some(NextAction { action, at })
        }

        /// One page of a list: at most `limit` (up to 50) entries from `cursor` on.
        #[ink(message)]
        #[inline(never)]
        pub fn list(&self, list: List, cursor: u32, limit: u32) -> Page {
            let end = match &list {
                List::Reservations(id) => self.account_of(*id).reservations,
                List::Placements(id) => self.account_of(*id).placements,
                List::Nodes(id) => self.account_of(*id).nodes,
                List::Units(node) => self.nodes.get(node).map_or(0, |x| x.listed),
            };
            let stop = cursor.saturating_add(limit.clamp(1, MAX_PAGE)).min(end);
            let mut ids = Vec::new();
            for place in cursor..stop {
                if let Some(id) = self.lists.get((list.clone(), place)) {
                    ids.push(id);
                }
            }
            Page { ids, next: if stop < end { stop } else { 0 } }
        }

        // --------------------------------------------------------------------------------------- governance

        /// Admin, treasury, fees, windows and pauses.
        #[ink(message)]
        #[inline(never)]
        pub fn settings(&self) -> Settings {
            Settings {
                admin: self.admin,
                offered_to: self.offered_to,
                treasury: self.treasury,
                fees: self.fees,
                config: self.config.clone(),
                pauses: self.pauses.clone(),
                last_ids: (self.last_node, self.last_unit, self.last_reservation, self.last_placement),
            }
        }

        /// Offers the admin's role to another account, or (none) takes the offer back. Only the admin.
        #[ink(message)]
        pub fn offer_admin(&mut self, to: Option<AccountId>) -> Result<()> {
            self.ensure_admin()?;
            self.offered_to = to;
            self.announce_governance();
            Ok(())
        }

        /// Takes over the admin's role that was offered to the caller.
        #[ink(message)]
        pub fn accept_admin(&mut self) -> Result<()> {
            let admin = self.env().caller();
            if self.offered_to != Some(admin) {
                return Err(Error::NotOffered);
            }
            self.admin = admin;
            self.offered_to = None;
            self.announce_governance();
            Ok(())
        }

        /// Sets fees and windows within the bounds compiled in, and the treasury. Live placements keep what they agreed
        /// to. Only the admin.
        #[ink(message)]
        #[inline(never)]
        pub fn configure(&mut self, config: Config, treasury: AccountId) -> Result<()> {
            self.ensure_admin()?;
            config.check()?;
            self.config = config;
            self.treasury = treasury;
            self.announce_governance();
            Ok(())
        }

        /// Stops new business and new rounds for at most 14 days and stretches deadlines; proving, settling, renewing, ending, closing
        /// and withdrawing stay open. Or lets it go on. Only the admin.
        #[ink(message)]
        #[inline(never)]
        pub fn set_paused(&mut self, paused: bool) -> Result<()> {
            self.ensure_admin()?;
            let now = self.env().block_timestamp();
            if paused {
                self.pauses.begin(now)?;
            } else {
                self.pauses.end(now)?;
            }
            self.announce_governance();
            Ok(())
        }

        /// Credits the network fees collected so far to the treasury. Anyone.
        #[ink(message)]
        pub fn collect_fees(&mut self) -> Result<()> {
            let amount = core::mem::take(&mut self.fees);
            if amount == 0 {
                return Err(Error::ZeroAmount);
            }
            self.credit(self.treasury, amount)?;
            self.env().emit_event(FeesCollected { amount });
            Ok(())
        }

        // ------------------------------------------------------------------------------------------ helpers

        fn own_node(&self, id: u64) -> Result<Node> {
            let node = self.node_of(id)?;
            self.ensure_provider(node.provider)?;
            Ok(node)
        }

        fn own_unit(&self, id: u64) -> Result<DataUnit> {
            let unit = self.unit_of(id)?;
            self.ensure_provider(unit.provider)?;
            Ok(unit)
        }

        fn put_node(&mut self, id: u64, node: &Node) {
            self.nodes.insert(id, node);
            let (provider, state) = (node.provider, Some(node.spec.state));
            self.env().emit_event(NodeUpdated { node: id, provider, state });
        }

        fn put_unit(&mut self, id: u64, unit: &DataUnit) {
            self.units.insert(id, unit);
            let UnitSpec { capacity, price, open, .. } = unit.spec;
            self.env().emit_event(DataUnitUpdated {
                unit: id,
                provider: unit.provider,
                capacity,
                price,
                open,
            });
        }

        fn put_reservation(&mut self, reservation: u64, r: &Reservation) {
            self.reservations.insert(reservation, r);
            let Reservation { consumer, offered_to, renew_up_to, .. } = *r;
            self.env().emit_event(ReservationChanged { reservation, consumer, offered_to, renew_up_to });
        }

        fn announce_governance(&self) {
            self.env().emit_event(GovernanceChanged { settings: self.settings() });
        }
    }

    fn ensure_ceiling(price: Balance, ceiling: Balance) -> Result<()> {
        if price > ceiling {
            return Err(Error::AboveCeiling);
        }
        Ok(())
    }
}
