//! The course of a placement, event by event, as far as slashes depend on it.

use std::collections::BTreeSet;

use ink::env::Event;
use orchestrator::{
    domain::{bps_down, share_up, Balance, Maintenance, Placement, SlaTerms, State, Window},
    events::{
        ChallengerRegistered, DataCommitted, DisputeMoved, GovernanceChanged, MaintenanceSet, PlacementMoved,
        Proven, RoundOpened, Slashed,
    },
    DisputeStep,
};
use orchestrator_chain::{AccountId, ContractEvent, Hash};
use scale::Decode;

use super::judged::{Judged, Replay};

/// What both sides agreed, and who is concerned.
#[derive(Clone, Debug)]
pub struct Agreed {
    pub placement: u64,
    pub contract: AccountId,
    pub provider: AccountId,
    pub challenger: AccountId,
    pub unit: u64,
    pub terms: SlaTerms,
    pub reporter_bps: u16,
    /// Root and chunk count that it was proposed with. No event tells them, the record only until others are taken.
    pub first: Option<(Hash32, u64)>,
    /// The challenger's window now.
    pub window_ms: u32,
}

/// A SHA-256 value.
pub type Hash32 = [u8; 32];

/// A round, as it was when it was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    pub number: u32,
    pub seed: Hash32,
    pub at: u64,
    pub block: u32,
    pub window_ms: u32,
    /// Pauses before it.
    pub pauses: usize,
    /// How often the provider had taken other data by then.
    pub taken: usize,
}

/// All that slashes depend on, up to an event.
pub struct Course {
    pub agreed: Agreed,
    pub rounds: Vec<Opened>,
    pub proven: BTreeSet<u32>,
    /// When pauses began.
    pub pauses: Vec<u64>,
    pub maintenance: Maintenance,
    /// Data that the provider has taken after the placement was proposed, in its order.
    pub taken: Vec<(Hash32, u64)>,
    pub state: Option<State>,
    pub ends_at: u64,
    capacity: u64,
    /// Base of every slash.
    pub initial: Balance,
    /// Collateral that is left.
    pub left: Balance,
    /// Misses in a row.
    pub streak: u32,
    /// The last round that is known to be accounted for.
    pub accounted: u32,
    /// Share that the latest decision of an arbiter cut, until its slash was seen.
    pub decided: Option<u16>,
    window_ms: Option<u32>,
    slashes: Vec<Judged>,
    slashed: Balance,
    complaints: Vec<String>,
}

impl Agreed {
    pub fn of(
        placement: u64,
        contract: AccountId,
        p: &Placement,
        window_ms: u32,
        events: &[ContractEvent],
    ) -> Self {
        let mut taken = events.iter().filter_map(read::<DataCommitted>);
        let others = taken.any(|x| x.placement == placement && x.accepted);
        Self {
            placement,
            contract,
            provider: p.provider,
            challenger: p.challenger,
            unit: p.unit,
            terms: p.terms.clone(),
            reporter_bps: p.reporter_bps,
            first: (!others).then_some((p.root, p.chunks)),
            window_ms,
        }
    }
}

impl Course {
    pub fn new(agreed: Agreed) -> Self {
        Self {
            agreed,
            rounds: Vec::new(),
            proven: BTreeSet::new(),
            pauses: Vec::new(),
            maintenance: Maintenance::default(),
            taken: Vec::new(),
            state: None,
            ends_at: 0,
            capacity: 0,
            initial: 0,
            left: 0,
            streak: 0,
            accounted: 0,
            decided: None,
            window_ms: None,
            slashes: Vec::new(),
            slashed: 0,
            complaints: Vec::new(),
        }
    }

    /// Whether the acceptance was among the events.
    pub fn begun(&self) -> bool {
        self.initial > 0
    }

    /// Takes the next event. What does not concern the placement changes nothing.
    pub fn see(&mut self, event: &ContractEvent) {
        let id = self.agreed.placement;
        if let Some(x) = read::<RoundOpened>(event).filter(|x| x.challenger == self.agreed.challenger) {
            self.open(&x, event);
        } else if let Some(x) = read::<Proven>(event).filter(|x| x.placement == id) {
            self.proven.insert(x.round);
            self.streak = 0;
            self.accounted = x.round;
        } else if let Some(x) = read::<Slashed>(event).filter(|x| x.placement == id) {
            self.slash(&x, event);
        } else if let Some(x) = read::<PlacementMoved>(event).filter(|x| x.placement == id) {
            self.enter(&x, event.at_ms);
        } else if let Some(x) = read::<DataCommitted>(event).filter(|x| x.placement == id && x.accepted) {
            self.taken.push((x.root, x.chunks));
        } else if let Some(x) = read::<DisputeMoved>(event).filter(|x| x.placement == id) {
            self.decided = (x.step == DisputeStep::Decided).then_some(x.to_consumer_bps);
        } else if let Some(x) = read::<MaintenanceSet>(event).filter(|x| x.unit == self.agreed.unit) {
            self.rest(x.window);
        } else if let Some(x) = read::<GovernanceChanged>(event) {
            let pauses = x.settings.pauses;
            if pauses.paused && self.pauses.last() != Some(&pauses.began_at) {
                self.pauses.push(pauses.began_at);
            }
        } else if let Some(x) =
            read::<ChallengerRegistered>(event).filter(|x| x.challenger == self.agreed.challenger)
        {
            self.window_ms = Some(x.window_ms);
        }
    }

    fn open(&mut self, x: &RoundOpened, event: &ContractEvent) {
        self.rounds.push(Opened {
            number: x.round,
            seed: x.seed,
            at: event.at_ms,
            block: event.block,
            window_ms: self.window_ms.unwrap_or(self.agreed.window_ms),
            pauses: self.pauses.len(),
            taken: self.taken.len(),
        });
    }

    fn rest(&mut self, window: Window) {
        let windows = &mut self.maintenance.windows;
        // What ends a window names its beginning once more; what is announced follows all others.
        if windows.last().is_some_and(|x| x.from == window.from) {
            windows.pop();
        }
        if window.from < window.until {
            windows.push(window);
        }
    }

    fn slash(&mut self, x: &Slashed, event: &ContractEvent) {
        let judged = Judged::of(self, x, event);
        self.streak = self.streak.saturating_add(x.misses);
        self.accounted = self.accounted.max(x.round);
        self.left = self.left.saturating_sub(x.amount);
        self.slashed = self.slashed.saturating_add(x.amount);
        self.decided = None;
        self.slashes.push(judged);
    }

    /// Follows the collateral, which the placement's own events tell as it is after each change.
    fn enter(&mut self, x: &PlacementMoved, at_ms: u64) {
        match (self.state, x.state) {
            (_, State::Accepted) => (self.initial, self.left) = (x.collateral, x.collateral),
            (Some(State::Active), State::Active) if at_ms >= self.ends_at => {
                // Renewed: the collateral is whole again.
                (self.initial, self.left) = (x.collateral, x.collateral);
            }
            (Some(State::Active), State::Active) if x.capacity < self.capacity => {
                self.initial = share_up(self.initial, x.capacity, self.capacity).unwrap_or(self.initial);
                self.left = self.left.min(self.initial);
            }
            (Some(State::Active), State::Active) => {
                let more = x.collateral.saturating_sub(self.left);
                self.initial = self.initial.saturating_add(more);
                self.left = self.left.saturating_add(more);
            }
            (_, State::Active) => self.accounted = self.rounds.last().map_or(0, |x| x.number),
            (_, State::Failed) => self.fail(),
            _ => {}
        }
        if x.state == State::Active && x.collateral != self.left {
            self.complaints
                .push(format!("collateral {} planks left, {} by the events", x.collateral, self.left));
            self.left = x.collateral;
        }
        (self.state, self.ends_at, self.capacity) = (Some(x.state), x.ends_at, x.capacity);
    }

    /// A placement fails only with the slash that forfeits everything.
    fn fail(&mut self) {
        match self.slashes.last_mut().filter(|x| x.forfeits) {
            Some(slash) => slash.carried_out = true,
            None => self.complaints.push("it failed without too many misses in a row".to_owned()),
        }
    }

    /// The slashes so far.
    #[cfg(test)]
    pub fn slashes(&self) -> &[Judged] {
        &self.slashes
    }

    /// What a missed round costs.
    pub fn each(&self) -> Balance {
        bps_down(self.initial, self.agreed.terms.slash_bps.into()).unwrap_or(Balance::MAX)
    }

    /// Compares the sums with the record; keeps the slashes that a round was part of, if one is named.
    pub fn finish(mut self, record: &Placement, round: Option<u32>) -> Replay {
        let mut compare = |what: &str, record: Balance, events: Balance| {
            if record != events {
                self.complaints.push(format!("{what} {record} planks by the record, {events} by the events"));
            }
        };
        compare("slashed", record.slashed, self.slashed);
        if self.initial > 0 {
            compare("initial collateral", record.collateral_initial, self.initial);
        }
        if record.is_live() {
            compare("collateral", record.collateral, self.left);
        }
        let kept = |x: &Judged| round.is_none_or(|number| x.rounds.iter().any(|x| x.round == number));
        let slashes = self.slashes.into_iter().filter(kept).collect();
        Replay {
            placement: self.agreed.placement,
            slashed: self.slashed,
            slashes,
            complaints: self.complaints,
        }
    }
}

/// The event, if it is of this type.
fn read<E: Event + Decode>(event: &ContractEvent) -> Option<E> {
    let topic = E::SIGNATURE_TOPIC.map(Hash::from)?;
    if event.topics.first() != Some(&topic) {
        return None;
    }
    E::decode(&mut event.data.as_slice()).ok()
}
