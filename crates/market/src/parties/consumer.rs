//! Whoever has data to keep: seals it, reserves, sends, challenges, replaces, fetches and closes.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use orchestrator::{
    domain::{Balance, Choice, DataUnit, Error, Kind, List, Order, Placement, Replica, Reservation, State},
    Filter,
};
use orchestrator_chain::{AccountId, CallError, Ledger, Typed};

use crate::{
    open_file_from,
    parties::{Manifest, Parcel, Party, PartyError, Stage, Tracked},
    seal_file, ConsumerSecret, ManifestSalt, ReplicaKey,
};

/// Data units that one question looks at.
const PAGE: u32 = 50;

/// A consumer: its account, its secret, and a folder for replicas on their way.
#[derive(Debug)]
pub struct Consumer {
    party: Party,
    secret: ConsumerSecret,
    folder: PathBuf,
}

/// A data unit that would take a replica, and what it would cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The data unit's id.
    pub unit: u64,
    /// Who offers it.
    pub provider: AccountId,
    /// Price of the whole term.
    pub price: Balance,
    /// What the provider would lock for it.
    pub collateral: Balance,
    /// Score of the data unit, 0 to 10,000.
    pub score: u16,
}

/// What a consumer asks of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InCluster {
    /// The cluster, and which of its members may hold the replicas.
    pub choice: Choice,
    /// Who opens the rounds; the consumer itself if none is named.
    pub challenger: Option<AccountId>,
    /// Capacity per replica.
    pub capacity: u64,
    /// Term in milliseconds.
    pub term_ms: u64,
}

/// Where a replica is, as the chain tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    /// Reservation it belongs to.
    pub reservation: u64,
    /// Slot, which is the number of the replica.
    pub slot: u32,
    /// Salt of its key.
    pub salt: ManifestSalt,
    /// Placement that fills the slot.
    pub placement: u64,
    /// The placement itself.
    pub record: Placement,
    /// Where the provider's node is reached.
    pub endpoint: String,
}

impl Consumer {
    /// A consumer with this account and secret that keeps replicas on their way in `folder`.
    pub fn new(party: Party, secret: ConsumerSecret, folder: PathBuf) -> Self {
        Self { party, secret, folder }
    }

    /// Its account.
    pub fn party(&self) -> &Party {
        &self.party
    }

    /// Registers the account as a challenger, so that it can open rounds for its own placements.
    pub fn register_challenger<L>(
        &self,
        ledger: &mut L,
        interval_ms: u32,
        window_ms: u32,
    ) -> Result<(), PartyError>
    where
        L: Ledger + ?Sized,
    {
        let message = self.party.market().register_challenger(interval_ms, window_ms);
        self.party.send(ledger, "register as a challenger", message)
    }

    /// Plans `replicas` replicas under a fresh salt, of data that is not known yet.
    pub fn plan(&self, replicas: u32) -> Parcel {
        let salt = ManifestSalt::random();
        let replicas = (0..replicas).map(|number| self.tracked(&salt, number)).collect();
        Parcel { salt, reservation: None, replicas }
    }

    /// Seals `replicas` replicas of a file under a fresh salt, each with a key of its own. `progress` is told the
    /// number of the replica and the plain bytes that are done. A refusal leaves nothing in the folder.
    pub fn seal(
        &self,
        file: &Path,
        replicas: u32,
        mut progress: impl FnMut(u32, u64),
    ) -> Result<Parcel, PartyError> {
        let mut parcel = self.plan(replicas);
        for number in 0..replicas {
            if let Err(refusal) = self.seal_again(&mut parcel, number, file, |done| progress(number, done)) {
                self.discard(&parcel);
                return Err(refusal);
            }
        }
        Ok(parcel)
    }

    /// Seals one replica of a parcel from `file`, which must be what was sealed before: the same secret, salt and
    /// number give the same bytes.
    pub fn seal_again(
        &self,
        parcel: &mut Parcel,
        number: u32,
        file: &Path,
        progress: impl FnMut(u64),
    ) -> Result<(), PartyError> {
        let key = ReplicaKey::derive(&self.secret, &parcel.salt.replica_salt(), number);
        let replica = parcel.replica_mut(number as usize)?;
        replica.stage = Stage::Initialized;
        replica.sealed = Some(seal_file(&key, file, &replica.path, progress)?);
        replica.stage = Stage::Encrypted;
        Ok(())
    }

    /// Removes what is left of a parcel in the folder.
    pub fn discard(&self, parcel: &Parcel) {
        for replica in &parcel.replicas {
            // Most have been handed over and are gone.
            fs::remove_file(&replica.path).ok();
        }
    }

    /// Data units that take the capacity for the term and live with this account as challenger: one of each provider
    /// but those in `avoid`, the cheapest first.
    pub fn offers<L>(
        &self,
        ledger: &L,
        capacity: u64,
        term_ms: u64,
        avoid: &[AccountId],
    ) -> Result<Vec<Offer>, PartyError>
    where
        L: Ledger + ?Sized,
    {
        self.offers_of(ledger, capacity, term_ms, avoid, 0)
    }

    /// [`Consumer::offers`] of data units with at least this score.
    pub fn offers_of<L>(
        &self,
        ledger: &L,
        capacity: u64,
        term_ms: u64,
        avoid: &[AccountId],
        min_score: u16,
    ) -> Result<Vec<Offer>, PartyError>
    where
        L: Ledger + ?Sized,
    {
        let filter = Filter {
            kind: Some(Kind::ObjectStore),
            region: None,
            capacity,
            max_price: 0,
            term_ms,
            cluster: None,
            min_score,
        };
        let mut offers = self.find(ledger, &filter, self.party.account(), usize::MAX)?;
        offers.retain(|offer| !avoid.contains(&offer.provider));
        offers.sort_by_key(|offer| (offer.price, offer.unit));
        Ok(one_of_each(offers))
    }

    /// Members of a cluster that would take what is asked: one of each provider, or where the choice has them together
    /// all, in the order of the members.
    pub fn offers_in<L: Ledger + ?Sized>(
        &self,
        ledger: &L,
        asked: &InCluster,
    ) -> Result<Vec<Offer>, PartyError> {
        self.find_in(ledger, asked, usize::MAX)
    }

    /// Reserves one placement a replica, on the first offers; says the reservation's id. The price of the offers is
    /// the ceiling.
    pub fn reserve<L>(
        &self,
        ledger: &mut L,
        parcel: &mut Parcel,
        offers: &[Offer],
        term_ms: u64,
    ) -> Result<u64, PartyError>
    where
        L: Ledger + ?Sized,
    {
        let wanted = parcel.replicas.len();
        let Some(offers) = offers.get(..wanted) else {
            return Err(PartyError::TooFewOffers { wanted, found: offers.len() });
        };
        let order = Order {
            replicas: parcel.replicas.iter().zip(offers).map(|(x, offer)| replica(x, offer.unit)).collect(),
            capacity: parcel.capacity(),
            term_ms,
            challenger: None,
            referrer: None,
            manifest: Manifest { salt: parcel.salt }.encode(),
            max_price: offers.iter().map(|offer| offer.price).sum(),
            choice: None,
        };
        let id = self.party.send(ledger, "reserve", self.party.market().reserve(order))?;
        parcel.reservation = Some(id);
        self.follow(ledger, parcel)?;
        Ok(id)
    }

    /// Reserves one placement a replica in a cluster and lets the contract choose the members, who have accepted with
    /// that; says the reservation's id. What they ask now is the ceiling. Where the contract finds none among the members
    /// whose turn it is, the first that offer are named. Replicas that are not sealed yet reserve capacity only: see
    /// [`Consumer::commit`].
    pub fn reserve_in<L: Ledger + ?Sized>(
        &self,
        ledger: &mut L,
        parcel: &mut Parcel,
        asked: &InCluster,
    ) -> Result<u64, PartyError> {
        let doing = "reserve in a cluster";
        if !self.party.cluster(ledger, asked.choice.cluster)?.spec.open {
            return Err(PartyError::Refused { doing, refusal: Error::ClusterClosed });
        }
        let wanted = parcel.replicas.len();
        // All members ask the same; together, one of them may take every replica.
        let needed = if asked.choice.together { 1 } else { wanted };
        let offers = self.find_in(ledger, asked, needed)?;
        let price = match offers.first() {
            Some(offer) if offers.len() >= needed => offer.price,
            _ => return Err(PartyError::TooFewOffers { wanted: needed, found: offers.len() }),
        };
        let mut order = Order {
            replicas: parcel.replicas.iter().map(|x| replica(x, 0)).collect(),
            capacity: asked.capacity,
            term_ms: asked.term_ms,
            challenger: asked.challenger,
            referrer: None,
            manifest: Manifest { salt: parcel.salt }.encode(),
            max_price: price.saturating_mul(wanted as Balance),
            choice: Some(asked.choice.clone()),
        };
        let rehearsed = ledger.rehearse(self.party.account(), self.party.market().reserve(order.clone()));
        if let Err(CallError::Refused(Error::NoMemberFits)) = rehearsed {
            for (replica, offer) in order.replicas.iter_mut().zip(offers.iter().cycle()) {
                replica.unit = offer.unit;
            }
        }
        let id = self.party.send(ledger, doing, self.party.market().reserve(order))?;
        parcel.reservation = Some(id);
        self.follow(ledger, parcel)?;
        Ok(id)
    }

    /// Commits a replica that was sealed after its capacity was reserved. It counts once the provider, which must be sent
    /// it, has taken it.
    pub fn commit<L>(&self, ledger: &mut L, parcel: &Parcel, slot: usize) -> Result<(), PartyError>
    where
        L: Ledger + ?Sized,
    {
        let replica = parcel.replica(slot)?;
        let placement = replica.placement.ok_or(PartyError::NotReserved)?;
        let sealed = replica.sealed.ok_or(PartyError::NotSealed { slot })?;
        let message = self.party.market().commit_data(placement, sealed.root, sealed.chunks);
        self.party.send(ledger, "commit data", message)
    }

    /// Lets the placements of a reservation renew at their end, each for at most `up_to` planks; zero stops it.
    pub fn set_auto_renew<L>(
        &self,
        ledger: &mut L,
        reservation: u64,
        up_to: Balance,
    ) -> Result<(), PartyError>
    where
        L: Ledger + ?Sized,
    {
        let message = self.party.market().set_auto_renew(reservation, up_to);
        self.party.send(ledger, "set the renewal", message)
    }

    /// Proposes a new placement for the slot of a failed replica; says its id.
    pub fn replace<L>(
        &self,
        ledger: &mut L,
        parcel: &mut Parcel,
        slot: u8,
        offer: &Offer,
    ) -> Result<u64, PartyError>
    where
        L: Ledger + ?Sized,
    {
        let id = parcel.reservation.ok_or(PartyError::NotReserved)?;
        let replica = replica(parcel.replica(slot.into())?, offer.unit);
        let message = self.party.market().replace(id, slot, replica, offer.price);
        let placement = self.party.send(ledger, "replace a placement", message)?;
        parcel.replica_mut(slot.into())?.stage = Stage::Encrypted;
        self.follow(ledger, parcel)?;
        Ok(placement)
    }

    /// Brings the stages of a parcel to what the chain says.
    pub fn follow<L: Ledger + ?Sized>(&self, ledger: &L, parcel: &mut Parcel) -> Result<(), PartyError> {
        let id = parcel.reservation.ok_or(PartyError::NotReserved)?;
        let reservation = self.reservation(ledger, id)?;
        for (replica, slot) in parcel.replicas.iter_mut().zip(&reservation.slots) {
            replica.placement = Some(slot.placement);
            let record = self.placement(ledger, slot.placement)?;
            let sealed = replica.sealed.map(|x| (x.root, x.chunks));
            let on_its_way = sealed.is_some_and(|x| x != (record.root, record.chunks));
            replica.stage = match record.state {
                // What was sealed after the capacity was reserved is not in force yet: only this side knows how far it is.
                State::Accepted | State::Active if on_its_way => replica.stage,
                State::Proposed
                    if record
                        .owed_up(record.segment_at.saturating_add(record.term_ms))
                        .is_ok_and(|price| record.escrow >= price) =>
                {
                    Stage::Funded
                }
                State::Proposed => Stage::ProcessSpawned,
                State::Accepted if replica.stage == Stage::Transferred => Stage::Transferred,
                State::Accepted => Stage::Accepted,
                State::Active | State::Completed if replica.stage == Stage::Unavailable => Stage::Unavailable,
                State::Active | State::Completed => Stage::Completed,
                State::Terminated | State::Cancelled | State::Withdrawn | State::Failed => Stage::Failed,
            };
        }
        Ok(())
    }

    /// Hands a replica to whoever carries it to the provider of its placement, and removes it from the folder once
    /// that has arrived.
    pub fn send<T, E: From<PartyError>>(
        &self,
        parcel: &mut Parcel,
        slot: usize,
        carry: impl FnOnce(u64, File) -> Result<T, E>,
    ) -> Result<T, E> {
        let replica = parcel.replica_mut(slot)?;
        let placement = replica.placement.ok_or(PartyError::NotReserved)?;
        let path = replica.path.clone();
        let file = File::open(&path).map_err(|source| PartyError::File { path: path.clone(), source })?;
        let carried = carry(placement, file)?;
        replica.stage = Stage::Transferred;
        fs::remove_file(&path).map_err(|source| PartyError::File { path, source })?;
        Ok(carried)
    }

    /// Opens the account's next round; says its number.
    pub fn open_round<L: Ledger + ?Sized>(&self, ledger: &mut L, seed: [u8; 32]) -> Result<u32, PartyError> {
        self.party.send(ledger, "open a round", self.party.market().open_round(seed))
    }

    /// Where all its replicas are. Needs the chain only: no parcel, nothing that was kept.
    pub fn locate<L: Ledger + ?Sized>(&self, ledger: &L) -> Result<Vec<Whereabouts>, PartyError> {
        let mut all = Vec::new();
        for reservation in self.party.list(ledger, &List::Reservations(self.party.account()))? {
            all.extend(self.locate_one(ledger, reservation)?);
        }
        Ok(all)
    }

    /// Decrypts a replica that a provider returned into the file `output`, which appears only if every byte is what
    /// was sealed; says its length.
    pub fn restore(&self, from: &Whereabouts, data: impl Read, output: &Path) -> Result<u64, PartyError> {
        let key = ReplicaKey::derive(&self.secret, &from.salt.replica_salt(), from.slot);
        Ok(open_file_from(&key, data, output, |_| ())?)
    }

    /// [`Consumer::restore`] of a parcel's replica, whose stage tells afterwards whether its provider delivers. `data` is
    /// what the provider was asked for, or why it gave nothing.
    pub fn retrieve<R: Read>(
        &self,
        parcel: &mut Parcel,
        from: &Whereabouts,
        data: Result<R, PartyError>,
        output: &Path,
    ) -> Result<u64, PartyError> {
        let restored = data.and_then(|data| self.restore(from, data, output));
        let replica = parcel.replica_mut(from.slot as usize)?;
        replica.stage = match (&restored, replica.stage) {
            (Err(_), _) => Stage::Unavailable,
            (Ok(_), Stage::Unavailable) => Stage::Completed,
            (Ok(_), stage) => stage,
        };
        restored
    }

    /// Closes a reservation whose placements have all ended.
    pub fn close<L: Ledger + ?Sized>(&self, ledger: &mut L, reservation: u64) -> Result<(), PartyError> {
        self.party.send(ledger, "close the reservation", self.party.market().close(reservation))
    }

    /// One of its reservations.
    pub fn reservation<L: Ledger + ?Sized>(&self, ledger: &L, id: u64) -> Result<Reservation, PartyError> {
        self.party.reservation(ledger, id)
    }

    /// A placement.
    pub fn placement<L: Ledger + ?Sized>(&self, ledger: &L, id: u64) -> Result<Placement, PartyError> {
        self.party.placement(ledger, id)
    }

    fn tracked(&self, salt: &ManifestSalt, number: u32) -> Tracked {
        let name = format!("{}-{number}.replica", hex::encode(salt.as_bytes()));
        Tracked { path: self.folder.join(name), sealed: None, placement: None, stage: Stage::Created }
    }

    /// The members of [`Consumer::offers_in`], up to `most` of them.
    fn find_in<L>(&self, ledger: &L, asked: &InCluster, most: usize) -> Result<Vec<Offer>, PartyError>
    where
        L: Ledger + ?Sized,
    {
        let InCluster { choice, challenger, capacity, term_ms } = asked;
        let filter = Filter {
            kind: None,
            region: choice.region,
            capacity: *capacity,
            max_price: 0,
            term_ms: *term_ms,
            cluster: Some(choice.cluster),
            min_score: 0,
        };
        let offers = self.find(ledger, &filter, challenger.unwrap_or(self.party.account()), most)?;
        Ok(if choice.together { offers } else { one_of_each(offers) })
    }

    /// What a filter finds and lives with the challenger, in the order of the pages, until it is from `most` providers.
    fn find<L>(
        &self,
        ledger: &L,
        filter: &Filter,
        challenger: AccountId,
        most: usize,
    ) -> Result<Vec<Offer>, PartyError>
    where
        L: Ledger + ?Sized,
    {
        let doing = "look for data units";
        let challenger = self.party.ask(ledger, doing, self.party.market().challenger(challenger))?;
        let (mut offers, mut providers, mut cursor) = (Vec::new(), BTreeSet::new(), 0);
        loop {
            let question = self.party.market().find_data_units(filter.clone(), cursor, PAGE);
            let found = self.party.ask(ledger, doing, question)?;
            for orchestrator::Offer { id, unit, .. } in found.units {
                let slow_enough = challenger.as_ref().is_some_and(|x| {
                    x.interval_ms >= unit.spec.terms.interval_ms && x.window_ms >= unit.spec.terms.window_ms
                });
                if slow_enough {
                    offers.push(self.offer(ledger, id, &unit, filter)?);
                    providers.insert(bytes(unit.provider));
                }
                if providers.len() >= most {
                    return Ok(offers);
                }
            }
            if found.next == 0 {
                return Ok(offers);
            }
            cursor = found.next;
        }
    }

    fn offer<L>(&self, ledger: &L, unit: u64, of: &DataUnit, asked: &Filter) -> Result<Offer, PartyError>
    where
        L: Ledger + ?Sized,
    {
        let question = self.party.market().quote(unit, asked.capacity, asked.term_ms, asked.cluster);
        let quote = self.party.inquire(ledger, "get a quote", question)?;
        Ok(Offer {
            unit,
            provider: of.provider,
            price: quote.price,
            collateral: quote.collateral,
            score: quote.score,
        })
    }

    fn locate_one<L>(&self, ledger: &L, reservation: u64) -> Result<Vec<Whereabouts>, PartyError>
    where
        L: Ledger + ?Sized,
    {
        let doing = "locate a replica";
        let record = self.reservation(ledger, reservation)?;
        let manifest = Manifest::decode(&record.manifest);
        let Manifest { salt } = manifest.ok_or(PartyError::ForeignManifest { reservation })?;
        let slots = record.slots;
        let mut places = Vec::new();
        for (slot, filled) in (0..).zip(slots) {
            let record = self.placement(ledger, filled.placement)?;
            let unit = self.party.ask(ledger, doing, self.party.market().data_unit(record.unit))?;
            let node = match unit {
                Some(unit) => self.party.ask(ledger, doing, self.party.market().node(unit.node))?,
                None => None,
            };
            let endpoint = node.map(|x| String::from_utf8_lossy(&x.spec.endpoint).into_owned());
            let endpoint = endpoint.unwrap_or_default();
            places.push(Whereabouts {
                reservation,
                slot,
                salt,
                placement: filled.placement,
                record,
                endpoint,
            });
        }
        Ok(places)
    }
}

/// The first offer of each provider.
fn one_of_each(mut offers: Vec<Offer>) -> Vec<Offer> {
    let mut seen = BTreeSet::new();
    offers.retain(|offer| seen.insert(bytes(offer.provider)));
    offers
}

fn bytes(account: AccountId) -> [u8; 32] {
    *account.as_ref()
}

fn replica(tracked: &Tracked, unit: u64) -> Replica {
    match tracked.sealed {
        Some(sealed) => Replica { unit, root: sealed.root, chunks: sealed.chunks },
        None => Replica { unit, root: [0; 32], chunks: 0 },
    }
}
