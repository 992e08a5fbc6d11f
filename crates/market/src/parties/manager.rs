//! Whoever runs the capacity of others as one service.

use orchestrator::domain::{
    price_up, Balance, Cluster, ClusterSpec, Error, Handover, List, Placement, Pool, Replica, State,
};
use orchestrator_chain::{AccountId, CallError, Ledger, Typed};

use crate::parties::{Party, PartyError};

/// A manager: all that it needs of its clusters it finds on the chain.
#[derive(Clone, Debug)]
pub struct Manager {
    party: Party,
}

/// A slot of a reservation in a cluster, with what fills it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The reservation.
    pub reservation: u64,
    /// Number of the slot and of its replica.
    pub slot: u8,
    /// The placement that fills it now, or filled it last.
    pub placement: u64,
    /// That placement as it was when it was last touched.
    pub record: Placement,
}

impl Manager {
    /// A manager with this account.
    pub fn new(party: Party) -> Self {
        Self { party }
    }

    /// Its account.
    pub fn party(&self) -> &Party {
        &self.party
    }

    /// Creates a cluster; says its id.
    pub fn create<L: Ledger + ?Sized>(&self, ledger: &mut L, spec: ClusterSpec) -> Result<u64, PartyError> {
        self.party.send(ledger, "create a cluster", self.party.market().create_cluster(spec))
    }

    /// Brings what a data unit has committed to a cluster to `capacity`; with zero and nothing in use it is no member any
    /// more. For more than it has now its provider must trust the manager.
    pub fn set_member<L>(
        &self,
        ledger: &mut L,
        cluster: u64,
        unit: u64,
        capacity: u64,
    ) -> Result<(), PartyError>
    where
        L: Ledger + ?Sized,
    {
        self.party.send(ledger, "set a member", self.party.market().set_member(cluster, unit, capacity))
    }

    /// A cluster and its pool.
    pub fn cluster<L: Ledger + ?Sized>(&self, ledger: &L, id: u64) -> Result<Cluster, PartyError> {
        self.party.cluster(ledger, id)
    }

    /// Data units that are members of a cluster.
    pub fn members<L: Ledger + ?Sized>(&self, ledger: &L, cluster: u64) -> Result<Vec<u64>, PartyError> {
        self.party.list(ledger, &List::Members(cluster))
    }

    /// Ends all memberships of a cluster. Members that carry placements take nothing new from now on, and stay until this
    /// is called again after their end.
    pub fn release_members<L: Ledger + ?Sized>(
        &self,
        ledger: &mut L,
        cluster: u64,
    ) -> Result<(), PartyError> {
        for unit in self.members(ledger, cluster)? {
            self.set_member(ledger, cluster, unit, 0)?;
        }
        Ok(())
    }

    /// Settles all live placements of a cluster, page by page of its reservations; says how many.
    pub fn settle<L: Ledger + ?Sized>(&self, ledger: &mut L, cluster: u64) -> Result<usize, PartyError> {
        let (mut settled, mut cursor) = (0, Some(0));
        while let Some(from) = cursor {
            let (page, next) = self.page(ledger, cluster, from)?;
            let live: Vec<u64> = page.iter().filter(|x| x.record.is_live()).map(|x| x.placement).collect();
            self.party.settle(ledger, &live)?;
            settled += live.len();
            cursor = next;
        }
        Ok(settled)
    }

    /// Distributes what is in the pool of a cluster; says what was. An empty pool is no error.
    pub fn distribute<L: Ledger + ?Sized>(&self, ledger: &mut L, cluster: u64) -> Result<Pool, PartyError> {
        let pool = self.cluster(ledger, cluster)?.pool;
        if (pool.fee, pool.manager, pool.members) != (0, 0, 0) {
            self.party.send(ledger, "distribute", self.party.market().distribute(cluster))?;
        }
        Ok(pool)
    }

    /// Renews the placements of a cluster whose term is over and whose consumers want and can pay another; says which. A
    /// dry run tells first, so that no fee is paid for nothing.
    pub fn renew<L: Ledger + ?Sized>(&self, ledger: &mut L, cluster: u64) -> Result<Vec<u64>, PartyError> {
        let mut renewed = Vec::new();
        for Filled { placement, record, .. } in self.filled(ledger, cluster)? {
            let over = record.state == State::Active && now(ledger)? >= record.ends_at;
            if over && self.renews(ledger, placement)? {
                self.party.send(ledger, "renew a placement", self.party.market().renew(placement))?;
                renewed.push(placement);
            }
        }
        Ok(renewed)
    }

    /// Slots whose placement was active and has failed or was left by its provider, and which can be filled for the rest of
    /// the term. What the consumer itself has ended, and what never began, is none of the manager's business.
    pub fn lost<L: Ledger + ?Sized>(&self, ledger: &L, cluster: u64) -> Result<Vec<Filled>, PartyError> {
        let mut lost = self.filled(ledger, cluster)?;
        let now = now(ledger)?;
        lost.retain(|Filled { record: p, .. }| {
            matches!(p.state, State::Failed | State::Withdrawn) && !p.terminated && p.ends_at > now
        });
        Ok(lost)
    }

    /// All slots of the reservations in a cluster.
    pub fn filled<L: Ledger + ?Sized>(&self, ledger: &L, cluster: u64) -> Result<Vec<Filled>, PartyError> {
        let (mut all, mut cursor) = (Vec::new(), Some(0));
        while let Some(from) = cursor {
            let (page, next) = self.page(ledger, cluster, from)?;
            all.extend(page);
            cursor = next;
        }
        Ok(all)
    }

    /// Has the contract choose another member for a lost placement, with the same data, for no more than what was left of
    /// its price, which is the consumer's; says the new placement's id. Where the contract finds none among the members
    /// whose turn it is, the first of another provider that takes it is named.
    pub fn replace<L: Ledger + ?Sized>(&self, ledger: &mut L, lost: &Filled) -> Result<u64, PartyError> {
        let doing = "replace a placement";
        let p = &lost.record;
        let left = p.ends_at.saturating_sub(now(ledger)?);
        let worth: Balance =
            price_up(p.price, p.capacity, left).map_err(|refusal| PartyError::Refused { doing, refusal })?;
        let by = |unit| {
            let replica = Replica { unit, root: p.root, chunks: p.chunks };
            self.party.market().replace(lost.reservation, lost.slot, replica, worth)
        };
        let mut chosen = 0;
        if let Err(CallError::Refused(Error::NoMemberFits)) = ledger.rehearse(self.party.account(), by(0)) {
            let cluster = self.party.reservation(ledger, lost.reservation)?.cluster().unwrap_or_default();
            for unit in self.members(ledger, cluster)? {
                let record = self.party.ask(ledger, doing, self.party.market().data_unit(unit))?;
                let is_another = record.is_some_and(|x| x.provider != p.provider);
                if is_another && ledger.rehearse(self.party.account(), by(unit)).is_ok() {
                    chosen = unit;
                    break;
                }
            }
        }
        self.party.send(ledger, doing, by(chosen))
    }

    /// Offers the management of a cluster to another account, or (none) takes the offer back.
    pub fn offer<L>(&self, ledger: &mut L, cluster: u64, to: Option<AccountId>) -> Result<(), PartyError>
    where
        L: Ledger + ?Sized,
    {
        let message = self.party.market().offer(Handover::Cluster(cluster), to);
        self.party.send(ledger, "offer a cluster", message)
    }

    /// Takes over the management of a cluster that was offered to it.
    pub fn take_over<L: Ledger + ?Sized>(&self, ledger: &mut L, cluster: u64) -> Result<(), PartyError> {
        self.party.send(
            ledger,
            "take over a cluster",
            self.party.market().take_over(Handover::Cluster(cluster)),
        )
    }

    fn renews<L: Ledger + ?Sized>(&self, ledger: &L, placement: u64) -> Result<bool, PartyError> {
        match ledger.rehearse(self.party.account(), self.party.market().renew(placement)) {
            Ok(_) => Ok(true),
            Err(CallError::Refused(_)) => Ok(false),
            Err(error) => Err(PartyError::call("look for renewals", error)),
        }
    }

    /// The slots of one page of reservations, and where the next page begins.
    fn page<L>(&self, ledger: &L, cluster: u64, from: u32) -> Result<(Vec<Filled>, Option<u32>), PartyError>
    where
        L: Ledger + ?Sized,
    {
        let page = self.party.page(ledger, &List::ClusterReservations(cluster), from)?;
        let mut all = Vec::new();
        for reservation in page.ids {
            for (number, slot) in (0..).zip(self.party.reservation(ledger, reservation)?.slots) {
                let (placement, record) = (slot.placement, self.party.placement(ledger, slot.placement)?);
                all.push(Filled { reservation, slot: number, placement, record });
            }
        }
        Ok((all, Some(page.next).filter(|next| *next > 0)))
    }
}

fn now<L: Ledger + ?Sized>(ledger: &L) -> Result<u64, PartyError> {
    ledger.now_ms().map_err(PartyError::chain("read the time"))
}
