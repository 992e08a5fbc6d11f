//! What is ahead of a placement: all of it, where the contract's `next_action_at` tells the first.

use orchestrator::{
    domain::{Clock, Placement, State, CLOSE_GRACE_MS},
    Action, NextAction,
};
use orchestrator_chain::Ledger;

use crate::parties::{PartyError, Viewer};

impl Viewer {
    /// The moment of the newest block, as the contract's rules see it.
    pub fn clock<L: Ledger + ?Sized>(&self, ledger: &L) -> Result<Clock, PartyError> {
        let failed = PartyError::chain;
        Ok(Clock {
            now: ledger.now_ms().map_err(failed("read the time"))?,
            block: ledger.block_number().map_err(failed("read the block number"))?,
            pauses: self.settings(ledger)?.pauses,
        })
    }

    /// Everything that is ahead of a placement at that moment, the soonest first.
    pub fn ahead<L>(&self, ledger: &L, clock: &Clock, p: &Placement) -> Result<Vec<NextAction>, PartyError>
    where
        L: Ledger + ?Sized,
    {
        let mut ahead = match p.state {
            State::Proposed => vec![(Action::Accept, clock.instant_of(p.accept_by))],
            State::Accepted => vec![(Action::Activate, clock.instant_of(p.activate_by))],
            State::Active => self.of_active(ledger, clock, p)?,
            _ => {
                let over = p.ends_at.max(clock.instant_of(p.activate_by));
                vec![(Action::Close, over.saturating_add(CLOSE_GRACE_MS))]
            }
        };
        ahead.sort_by_key(|(_, at)| *at);
        Ok(ahead.into_iter().map(|(action, at)| NextAction { action, at }).collect())
    }

    fn of_active<L>(&self, ledger: &L, clock: &Clock, p: &Placement) -> Result<Vec<(Action, u64)>, PartyError>
    where
        L: Ledger + ?Sized,
    {
        let mut ahead = Vec::new();
        let mut ends_at = p.ends_at;
        if let Some(x) = p.dispute.as_ref().filter(|_| !p.dispute_is_over(clock)) {
            let waits = x.answer == [0; 32] && clock.working_ms() < x.answer_by;
            let (action, by) =
                if waits { (Action::Answer, x.answer_by) } else { (Action::Decide, x.decide_by) };
            ahead.push((action, clock.instant_of(by)));
            // A dispute holds back the end.
            ends_at = ends_at.max(clock.instant_of(x.decide_by));
        }
        ahead.push((Action::End, ends_at));
        let maintenance = self.service(ledger, p.unit)?.maintenance;
        let coming = maintenance.windows.iter().filter(|x| x.from > clock.now);
        ahead.extend(coming.map(|x| (Action::Maintenance, x.from)));
        let question = self.market().challenger(p.challenger);
        if let Some(challenger) = self.ask(ledger, "look up a challenger", question)? {
            let mut round = challenger.latest(clock);
            round.maintenance = maintenance;
            if p.owes_proof(&round) {
                ahead.push((Action::Prove, challenger.closes_at()));
            }
        }
        Ok(ahead)
    }
}
