//! Whoever has data to keep: seals it, reserves, sends, challenges, replaces, fetches and closes.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use orchestrator::{
    domain::{Balance, DataUnit, Kind, List, Order, Placement, Replica, Reservation, State},
    Filter,
};
use orchestrator_chain::{AccountId, Ledger};

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

    /// Seals `replicas` replicas of a file under a fresh salt, each with a key of its own. `progress` is told the
    /// number of the replica and the plain bytes that are done. A refusal leaves nothing in the folder.
    pub fn seal(
        &self,
        file: &Path,
        replicas: u32,
        mut progress: impl FnMut(u32, u64),
    ) -> Result<Parcel, PartyError> {
        let salt = ManifestSalt::random();
        let mut parcel = Parcel { salt, reservation: None, replicas: Vec::new() };
        for number in 0..replicas {
            parcel.replicas.push(self.tracked(&salt, number));
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
        let doing = "look for data units";
        let me = self.party.ask(ledger, doing, self.party.market().challenger(self.party.account()))?;
        let filter = Filter { kind: Some(Kind::ObjectStore), region: None, capacity, max_price: 0, term_ms };
        let (mut offers, mut cursor) = (Vec::new(), 0);
        loop {
            let question = self.party.market().find_data_units(filter.clone(), cursor, PAGE);
            let found = self.party.ask(ledger, doing, question)?;
            for (id, unit) in found.units {
                let slow_enough = me.as_ref().is_some_and(|x| {
                    x.interval_ms >= unit.spec.terms.interval_ms && x.window_ms >= unit.spec.terms.window_ms
                });
                if slow_enough && !avoid.contains(&unit.provider) {
                    offers.push(self.offer(ledger, id, &unit, capacity, term_ms)?);
                }
            }
            if found.next == 0 {
                break;
            }
            cursor = found.next;
        }
        offers.sort_by_key(|offer| (offer.price, offer.unit));
        let mut seen = BTreeSet::new();
        offers.retain(|offer| seen.insert(AsRef::<[u8; 32]>::as_ref(&offer.provider).to_owned()));
        Ok(offers)
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
        };
        let id = self.party.send(ledger, "reserve", self.party.market().reserve(order))?;
        parcel.reservation = Some(id);
        self.follow(ledger, parcel)?;
        Ok(id)
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
            replica.stage = match record.state {
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
        let doing = "list the reservations";
        let (mut all, mut cursor) = (Vec::new(), 0);
        loop {
            let list = List::Reservations(self.party.account());
            let page = self.party.ask(ledger, doing, self.party.market().list(list, cursor, PAGE))?;
            for reservation in page.ids {
                all.extend(self.locate_one(ledger, reservation)?);
            }
            if page.next == 0 {
                return Ok(all);
            }
            cursor = page.next;
        }
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
        let found = self.party.ask(ledger, "look up a reservation", self.party.market().reservation(id))?;
        found.ok_or(PartyError::Gone { what: "reservation", id })
    }

    /// A placement.
    pub fn placement<L: Ledger + ?Sized>(&self, ledger: &L, id: u64) -> Result<Placement, PartyError> {
        let found = self.party.ask(ledger, "look up a placement", self.party.market().placement(id))?;
        found.ok_or(PartyError::Gone { what: "placement", id })
    }

    fn tracked(&self, salt: &ManifestSalt, number: u32) -> Tracked {
        let name = format!("{}-{number}.replica", hex::encode(salt.as_bytes()));
        Tracked { path: self.folder.join(name), sealed: None, placement: None, stage: Stage::Created }
    }

    fn offer<L: Ledger + ?Sized>(
        &self,
        ledger: &L,
        unit: u64,
        of: &DataUnit,
        capacity: u64,
        term_ms: u64,
    ) -> Result<Offer, PartyError> {
        let question = self.party.market().quote(unit, capacity, term_ms);
        let quote = self.party.inquire(ledger, "get a quote", question)?;
        Ok(Offer { unit, provider: of.provider, price: quote.price, collateral: quote.collateral })
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

fn replica(tracked: &Tracked, unit: u64) -> Replica {
    match tracked.sealed {
        Some(sealed) => Replica { unit, root: sealed.root, chunks: sealed.chunks },
        None => Replica { unit, root: [0; 32], chunks: 0 },
    }
}
