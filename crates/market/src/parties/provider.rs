//! Whoever offers capacity, keeps replicas and proves that it does.

use std::{collections::BTreeSet, io::Read};

use orchestrator::{
    domain::{Balance, Commitment, Error, List, NodeSpec, Placement, State, UnitSpec, Window},
    ChunkProof, Response, Verdict,
};
use orchestrator_chain::{AccountId, Ledger};
use scale::Encode;

use crate::{
    parties::{Party, PartyError},
    Promise, Record, ReplicaStore, StoreError,
};

/// A message has 16,384 bytes; this leaves room for what stands around the responses.
const BATCH_BYTES: usize = 16_000;

/// A provider: its account and the store with its replicas.
#[derive(Debug)]
pub struct Provider {
    party: Party,
    store: ReplicaStore,
}

/// What became of the open rounds of a provider's placements.
#[derive(Debug, Default)]
pub struct Answers {
    /// Placement, round and the contract's verdict for each proof that was sent.
    pub verdicts: Vec<(u64, u32, Verdict)>,
    /// Placements that were asked for chunks the store cannot show, with the reason.
    pub lost: Vec<(u64, StoreError)>,
}

impl Provider {
    /// A provider with this account that keeps its replicas in `store`.
    pub fn new(party: Party, store: ReplicaStore) -> Self {
        Self { party, store }
    }

    /// Its account.
    pub fn party(&self) -> &Party {
        &self.party
    }

    /// Its replicas.
    pub fn store(&self) -> &ReplicaStore {
        &self.store
    }

    /// Registers the account as a provider under a profile of at most 512 bytes.
    pub fn register<L: Ledger + ?Sized>(&self, ledger: &mut L, profile: &str) -> Result<(), PartyError> {
        let message = self.party.market().set_provider(profile.as_bytes().to_vec(), None);
        self.party.send(ledger, "register as a provider", message)
    }

    /// Registers a node; says its id.
    pub fn add_node<L: Ledger + ?Sized>(&self, ledger: &mut L, node: NodeSpec) -> Result<u64, PartyError> {
        self.party.send(ledger, "register a node", self.party.market().register_node(node))
    }

    /// Registers a data unit on one of its nodes; says its id.
    pub fn add_unit<L>(&self, ledger: &mut L, node: u64, unit: UnitSpec) -> Result<u64, PartyError>
    where
        L: Ledger + ?Sized,
    {
        self.party.send(ledger, "register a data unit", self.party.market().register_unit(node, unit))
    }

    /// Begins or ends its trust in a manager, who may then take its data units into clusters and place replicas there
    /// without asking. Ending it leaves what is there already as it is.
    pub fn set_trust<L>(&self, ledger: &mut L, manager: AccountId, trusts: bool) -> Result<(), PartyError>
    where
        L: Ledger + ?Sized,
    {
        self.party.send(ledger, "set the trust in a manager", self.party.market().set_trust(manager, trusts))
    }

    /// Announces maintenance of one of its data units, at least a day ahead and after all that was announced before, or
    /// (none) takes back what was announced last, or ends it now.
    pub fn set_maintenance<L>(
        &self,
        ledger: &mut L,
        unit: u64,
        window: Option<Window>,
    ) -> Result<(), PartyError>
    where
        L: Ledger + ?Sized,
    {
        self.party.send(ledger, "set maintenance", self.party.market().set_maintenance(unit, window))
    }

    /// Answers the dispute over one of its placements with the hash of what it has to say, which is not zero.
    pub fn answer_dispute<L>(
        &self,
        ledger: &mut L,
        placement: u64,
        answer: [u8; 32],
    ) -> Result<(), PartyError>
    where
        L: Ledger + ?Sized,
    {
        let message = self.party.market().answer_dispute(placement, answer);
        self.party.send(ledger, "answer a dispute", message)
    }

    /// Ids of its data units, node by node.
    pub fn units<L: Ledger + ?Sized>(&self, ledger: &L) -> Result<Vec<u64>, PartyError> {
        let mut units = Vec::new();
        for node in self.party.list(ledger, &List::Nodes(self.party.account()))? {
            units.extend(self.party.list(ledger, &List::Units(node))?);
        }
        Ok(units)
    }

    /// Retires all its data units and nodes, which gives their storage deposits back. Refuses while one of them
    /// carries placements.
    pub fn retire_all<L: Ledger + ?Sized>(&self, ledger: &mut L) -> Result<(), PartyError> {
        for node in self.party.list(ledger, &List::Nodes(self.party.account()))? {
            for unit in self.party.list(ledger, &List::Units(node))? {
                self.party.send(ledger, "retire a data unit", self.party.market().retire_unit(unit))?;
            }
            self.party.send(ledger, "retire a node", self.party.market().retire_node(node))?;
        }
        Ok(())
    }

    /// All placements that it has accepted, itself or by trusting a manager; ended ones too, until their reservation is
    /// closed.
    pub fn placements<L>(&self, ledger: &L) -> Result<Vec<(u64, Placement)>, PartyError>
    where
        L: Ledger + ?Sized,
    {
        let mut placements = Vec::new();
        for id in self.party.list(ledger, &List::Placements(self.party.account()))? {
            let found = self.party.ask(ledger, "look up a placement", self.party.market().placement(id))?;
            placements.extend(found.map(|p| (id, p)));
        }
        Ok(placements)
    }

    /// What is proposed to its data units and waits for its answer. What it did not answer in time is none of it, though
    /// nobody may have carried that out yet.
    pub fn proposals<L>(&self, ledger: &L) -> Result<Vec<(u64, Placement)>, PartyError>
    where
        L: Ledger + ?Sized,
    {
        let doing = "look for proposals";
        let now = ledger.now_ms().map_err(PartyError::chain(doing))?;
        let mut proposals = Vec::new();
        for unit in self.units(ledger)? {
            for id in self.party.list(ledger, &List::UnitPlacements(unit))? {
                let found = self.party.ask(ledger, doing, self.party.market().placement(id))?;
                let Some(placement) = found.filter(|p| p.state == State::Proposed) else { continue };
                let next = self.party.ask(ledger, doing, self.party.market().next_action_at(id))?;
                if next.is_some_and(|x| now < x.at) {
                    proposals.push((id, placement));
                }
            }
        }
        Ok(proposals)
    }

    /// Accepts the proposals whose replica its disk has room for and whose collateral its money covers, and declines
    /// the others; says which were accepted.
    pub fn accept_proposals<L: Ledger + ?Sized>(&self, ledger: &mut L) -> Result<Vec<u64>, PartyError> {
        let mut accepted = Vec::new();
        let mut free = self.store.space()?.free;
        for (id, placement) in self.proposals(ledger)? {
            let needed = ReplicaStore::room(placement.chunks);
            let covered = self.party.money(ledger)?.available >= placement.collateral_initial;
            if needed <= free && covered {
                self.party.send(ledger, "accept a placement", self.party.market().accept(id))?;
                free = free.saturating_sub(needed);
                accepted.push(id);
            } else {
                self.party.send(ledger, "decline a placement", self.party.market().decline(id))?;
            }
        }
        Ok(accepted)
    }

    /// Receives the replica of an accepted placement, or the first one of a placement that had none. It is kept only if
    /// it has the root and the chunk count that the chain promises.
    pub fn receive<L>(&self, ledger: &L, placement: u64, data: impl Read) -> Result<Record, PartyError>
    where
        L: Ledger + ?Sized,
    {
        let promised = promise(&self.own(ledger, placement)?);
        let promised = match self.committed(ledger, placement)? {
            Some(Commitment { root, chunks }) if promised.chunks == 0 => Promise { root, chunks },
            _ => promised,
        };
        Ok(self.store.put(placement, &promised, data)?)
    }

    /// Activates a placement, if the store holds the very replica that the chain names, or the chain names none yet.
    pub fn activate<L: Ledger + ?Sized>(&self, ledger: &mut L, placement: u64) -> Result<(), PartyError> {
        let promised = promise(&self.own(ledger, placement)?);
        if promised.chunks > 0 {
            self.ensure_holds(placement, promised)?;
        }
        self.party.send(ledger, "activate a placement", self.party.market().activate(placement))
    }

    /// Takes the data that the consumer has committed for a placement, if the store holds that very replica: from the next
    /// round on it is what must be proven.
    pub fn accept_data<L: Ledger + ?Sized>(&self, ledger: &mut L, placement: u64) -> Result<(), PartyError> {
        self.own(ledger, placement)?;
        let committed = self.committed(ledger, placement)?;
        let Commitment { root, chunks } = committed.ok_or(PartyError::NothingCommitted { placement })?;
        self.ensure_holds(placement, Promise { root, chunks })?;
        self.party.send(ledger, "accept data", self.party.market().accept_data(placement, root, chunks))
    }

    /// Proves every round that is open for its placements, in as few calls as fit. What its disk has lost it does not
    /// send: a wrong proof costs no less than none.
    pub fn answer<L: Ledger + ?Sized>(&self, ledger: &mut L) -> Result<Answers, PartyError> {
        self.respond(ledger, true)
    }

    /// Sends whatever the disk gives for every open round, right or wrong. For showing what becomes of a wrong proof,
    /// not for providers.
    pub fn answer_unchecked<L: Ledger + ?Sized>(&self, ledger: &mut L) -> Result<Answers, PartyError> {
        self.respond(ledger, false)
    }

    /// Settles all its placements that have not ended, in as few calls as a block has room for.
    pub fn settle<L: Ledger + ?Sized>(&self, ledger: &mut L) -> Result<(), PartyError> {
        let placements = self.placements(ledger)?;
        let live: Vec<u64> = placements.iter().filter(|(_, p)| p.is_live()).map(|(id, _)| *id).collect();
        self.party.settle(ledger, &live)
    }

    /// Has what is due to it in a cluster credited; says how much that was. Nothing due is no error.
    pub fn claim<L: Ledger + ?Sized>(&self, ledger: &mut L, cluster: u64) -> Result<Balance, PartyError> {
        let (me, doing) = (self.party.account(), "claim");
        let mut record = self.party.cluster(ledger, cluster)?;
        let mut share = self.party.ask(ledger, doing, self.party.market().share(cluster, me))?;
        match record.claim(&mut share) {
            Ok(due) => self.party.send(ledger, doing, self.party.market().claim(cluster, me)).map(|()| due),
            Err(Error::ZeroAmount) => Ok(0),
            Err(refusal) => Err(PartyError::Refused { doing, refusal }),
        }
    }

    /// The replica of a placement for `reader`, who must be its consumer or on the reservation's access list. Whoever
    /// calls this has made sure who the reader is.
    pub fn serve<L>(
        &self,
        ledger: &L,
        placement: u64,
        reader: AccountId,
    ) -> Result<impl Read + Send, PartyError>
    where
        L: Ledger + ?Sized,
    {
        let id = self.own(ledger, placement)?.reservation;
        let reservation = self.party.reservation(ledger, id)?;
        let granted = reservation.grants.iter().any(|grant| grant.account == reader);
        if reader != reservation.consumer && !granted {
            return Err(PartyError::NoAccess { placement, reader });
        }
        Ok(self.store.holding(placement)?.reader()?)
    }

    /// Removes the replicas whose placement is gone from the chain or has ended; says which.
    pub fn clear_out<L: Ledger + ?Sized>(&self, ledger: &L) -> Result<Vec<u64>, PartyError> {
        let listed = self.placements(ledger)?;
        let live: BTreeSet<u64> = listed.iter().filter(|(_, p)| p.is_live()).map(|(id, _)| *id).collect();
        let mut removed = Vec::new();
        for placement in self.store.placements()? {
            if !live.contains(&placement) {
                self.store.remove(placement)?;
                removed.push(placement);
            }
        }
        Ok(removed)
    }

    fn committed<L>(&self, ledger: &L, placement: u64) -> Result<Option<Commitment>, PartyError>
    where
        L: Ledger + ?Sized,
    {
        let question = self.party.market().committed_data(placement);
        self.party.ask(ledger, "look up committed data", question)
    }

    /// Refuses unless the store holds what was promised for a placement.
    fn ensure_holds(&self, placement: u64, promised: Promise) -> Result<(), PartyError> {
        let record = *self.store.holding(placement)?.record();
        if (Promise { root: record.root, chunks: record.chunks }) != promised {
            return Err(PartyError::OtherReplica { placement });
        }
        Ok(())
    }

    fn own<L: Ledger + ?Sized>(&self, ledger: &L, id: u64) -> Result<Placement, PartyError> {
        let placement = self.party.placement(ledger, id)?;
        if placement.provider != self.party.account() {
            return Err(PartyError::OtherProvider { placement: id, provider: placement.provider });
        }
        Ok(placement)
    }

    fn respond<L: Ledger + ?Sized>(&self, ledger: &mut L, checked: bool) -> Result<Answers, PartyError> {
        let mut answers = Answers::default();
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for (id, placement) in self.placements(ledger)? {
            if placement.state != State::Active {
                continue;
            }
            let asked = self.party.ask(ledger, "read a challenge", self.party.market().challenge(id))?;
            let Some(asked) = asked else { continue };
            let proofs = match self.proofs(id, &asked.chunks, checked) {
                Ok(proofs) => proofs,
                Err(lost) => {
                    answers.lost.push((id, lost));
                    continue;
                }
            };
            let response = Response { placement: id, round: asked.round, proofs };
            let size = response.encoded_size();
            if bytes + size > BATCH_BYTES {
                self.prove(ledger, std::mem::take(&mut batch), &mut answers)?;
                bytes = 0;
            }
            bytes += size;
            batch.push(response);
        }
        self.prove(ledger, batch, &mut answers)?;
        Ok(answers)
    }

    fn proofs(&self, placement: u64, chunks: &[u64], checked: bool) -> Result<Vec<ChunkProof>, StoreError> {
        let holding = self.store.holding(placement)?;
        let proofs = if checked { holding.proof(chunks)? } else { holding.proof_unchecked(chunks)? };
        Ok(proofs.into_iter().map(|x| ChunkProof { chunk: x.chunk, path: x.path }).collect())
    }

    fn prove<L>(&self, ledger: &mut L, batch: Vec<Response>, answers: &mut Answers) -> Result<(), PartyError>
    where
        L: Ledger + ?Sized,
    {
        if batch.is_empty() {
            return Ok(());
        }
        let asked: Vec<(u64, u32)> = batch.iter().map(|x| (x.placement, x.round)).collect();
        let verdicts = self.party.send(ledger, "prove", self.party.market().prove(batch))?;
        answers.verdicts.extend(asked.into_iter().zip(verdicts).map(|((id, round), v)| (id, round, v)));
        Ok(())
    }
}

fn promise(placement: &Placement) -> Promise {
    Promise { root: placement.root, chunks: placement.chunks }
}
