//! What is asked of a placement, and what an answer is worth.

use crate::deal::Deal;
use crate::events::{emit, Proven};
use crate::hash::HostSha256;
use crate::records::{Response, SlashReason, Verdict};
use crate::store::Read as _;
use crate::Orchestrator;
use ink::codegen::Env as _;
use ink::primitives::AccountId;
use orchestrator_domain::{Challenger, Maintenance, Placement, Result, Round};

impl Orchestrator {
    /// A placement and its challenger.
    #[inline(never)]
    pub(crate) fn challenged(&self, id: u64) -> Option<(Placement, Challenger)> {
        let p = self.placements.read(id)?;
        let c = self.challengers.read(p.challenger)?;
        Some((p, c))
    }

    /// Maintenance of a data unit, past and announced.
    #[inline(never)]
    pub(crate) fn maintenance_of(&self, unit: u64) -> Maintenance {
        self.maintenance.read(unit).unwrap_or_default()
    }

    /// The latest round as a placement sees it.
    pub(crate) fn round_of(&self, p: &Placement, c: &Challenger) -> Round {
        let mut round = c.latest(&self.clock());
        if p.holds_capacity() {
            round.maintenance = self.maintenance_of(p.unit);
        }
        round
    }

    /// Index of the chunk that sample `i` of the challenger's latest round asks for.
    pub(crate) fn drawn(&self, id: u64, p: &Placement, c: &Challenger, i: u8) -> u64 {
        let contract = self.env().account_id();
        orchestrator_proof::draw::<HostSha256>(contract.as_ref(), id, &p.root, c.round, &c.seed, i, p.chunks)
    }

    /// Whether the response shows every chunk that the round asks for.
    fn is_valid(&self, p: &Placement, c: &Challenger, response: &Response) -> bool {
        if response.proofs.len() != usize::from(p.terms.samples) {
            return false;
        }
        (0u8..).zip(&response.proofs).all(|(i, proof)| {
            let index = self.drawn(response.placement, p, c, i);
            orchestrator_proof::verify::<HostSha256>(&p.root, p.chunks, index, &proof.chunk, &proof.path)
                .is_ok()
        })
    }

    /// Judges a response by a placement and a challenger as they are stored, older rounds accounted for or not.
    pub(crate) fn judge(&self, p: &Placement, c: &Challenger, round: &Round, response: &Response) -> Verdict {
        if !self.operates(p.provider) {
            return Verdict::NotProvider;
        }
        if response.round != c.round {
            return Verdict::WrongRound;
        }
        if !p.owes_proof(round) {
            return Verdict::NothingAsked;
        }
        match self.is_valid(p, c, response) {
            true => Verdict::Proven,
            false => Verdict::Invalid,
        }
    }

    /// Takes one response. The usual case, a valid proof with nothing left over from older rounds, touches the
    /// placement alone. `last` is the challenger of the response before: in a batch it is mostly the same.
    pub(crate) fn take_proof(
        &mut self,
        response: &Response,
        last: &mut Option<(AccountId, Challenger)>,
    ) -> Result<Verdict> {
        let id = response.placement;
        let Some(mut p) = self.placements.read(id) else { return Ok(Verdict::UnknownPlacement) };
        if !matches!(last, Some((challenger, _)) if *challenger == p.challenger) {
            *last = self.challengers.read(p.challenger).map(|c| (p.challenger, c));
        }
        let Some((_, c)) = last else { return Ok(Verdict::UnknownPlacement) };
        // Maintenance is not looked at: a valid proof within it counts, and anything else goes through `load`.
        let round = c.latest(&self.clock());
        let verdict = self.judge(&p, c, &round, response);
        let behind = p.is_behind(&round);
        match verdict {
            Verdict::Proven if !behind => {
                p.prove(&round);
                self.placements.insert(id, &p);
                self.announce_proof(id, round.number);
            }
            Verdict::Proven | Verdict::Invalid => {
                let mut deal = self.load(id, None)?;
                let asked = deal.p.owes_proof(&deal.round);
                if asked && verdict == Verdict::Proven {
                    deal.p.prove(&deal.round);
                    self.announce_proof(id, round.number);
                } else if asked {
                    self.refuse_proof(&mut deal)?;
                }
                self.save(&mut deal)?;
                if !asked {
                    return Ok(Verdict::NothingAsked);
                }
            }
            _ => {}
        }
        Ok(verdict)
    }

    fn announce_proof(&self, placement: u64, round: u32) {
        emit(Proven { placement, round });
    }

    /// An invalid proof is a miss of its round.
    fn refuse_proof(&mut self, deal: &mut Deal) -> Result<()> {
        let misses = deal.p.miss(&deal.round);
        self.punish(deal, &misses, SlashReason::InvalidProof, None)
    }
}
