//! What an account has to do or to know, and until when: of its reservations, placements, data units, clusters and
//! offices.

use std::collections::BTreeMap;

use orchestrator::{
    domain::{Clock, List, Placement, Role, State},
    Action,
};
use orchestrator_chain::Ledger;

use crate::parties::{PartyError, Viewer};

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// A data unit.
    Unit(u64),
    /// A reservation.
    Reservation(u64),
    /// A placement.
    Placement(u64),
}

/// What happens, or has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    /// Accept or decline a proposal.
    Accept,
    /// Activate a placement.
    Activate,
    /// Prove the open round.
    Prove,
    /// Answer a dispute.
    Answer,
    /// Decide a dispute.
    Decide,
    /// Settle what time has brought about: an end, or the end of a dispute or of a proposal.
    Settle,
    /// What is paid for runs out: extend it, renew it, or let it end.
    PaidUntil,
    /// Replace a lost placement while its term lasts.
    Replace,
    /// Close a reservation that is over, before anybody may.
    Close,
    /// Maintenance begins.
    Maintenance,
    /// Maintenance ends: rounds count again.
    Back,
    /// The term ends.
    End,
}

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doer {
    /// The provider of the placement.
    Provider,
    /// The consumer of the reservation.
    Consumer,
    /// The manager of its cluster, or the consumer.
    Manager,
    /// An arbiter.
    Arbiter,
    /// Time alone.
    Nobody,
}

/// Something to do or to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Until when, or when: the first instant at which it is too late.
    pub at: u64,
    /// What.
    pub matter: Matter,
    /// Of what.
    pub topic: Topic,
    /// By whom.
    pub doer: Doer,
    /// Whether the account that asked is who has to do it.
    pub own: bool,
}

/// Notices as they are gathered: one for each topic and matter, the asker's own before that of anybody else.
struct Gathered<'a, L: ?Sized> {
    viewer: &'a Viewer,
    ledger: &'a L,
    clock: Clock,
    until: u64,
    found: BTreeMap<(Topic, Matter), Notice>,
}

impl Viewer {
    /// What the account has to do or to know within the time ahead, the soonest first. A lost placement that can be replaced is
    /// told whatever the time.
    pub fn notices<L: Ledger + ?Sized>(&self, ledger: &L, ahead_ms: u64) -> Result<Vec<Notice>, PartyError> {
        let clock = self.clock(ledger)?;
        let until = clock.now.saturating_add(ahead_ms);
        let mut gathered = Gathered { viewer: self, ledger, clock, until, found: BTreeMap::new() };
        gathered.of_provider()?;
        gathered.of_consumer()?;
        gathered.of_manager()?;
        gathered.of_arbiter()?;
        let mut notices: Vec<Notice> = gathered.found.into_values().collect();
        notices.sort_by_key(|x| (x.at, !x.own, x.topic, x.matter));
        Ok(notices)
    }
}

impl<L: Ledger + ?Sized> Gathered<'_, L> {
    fn of_provider(&mut self) -> Result<(), PartyError> {
        let me = self.viewer.account();
        for node in self.viewer.list(self.ledger, &List::Nodes(me))? {
            for unit in self.viewer.list(self.ledger, &List::Units(node))? {
                self.of_maintenance(unit)?;
                for id in self.viewer.list(self.ledger, &List::UnitPlacements(unit))? {
                    self.of_listed(id, Doer::Provider)?;
                }
            }
        }
        for id in self.viewer.list(self.ledger, &List::Placements(me))? {
            self.of_listed(id, Doer::Provider)?;
        }
        Ok(())
    }

    fn of_maintenance(&mut self, unit: u64) -> Result<(), PartyError> {
        let maintenance = self.viewer.service(self.ledger, unit)?.maintenance;
        for x in maintenance.windows {
            let topic = Topic::Unit(unit);
            if self.clock.now < x.from {
                self.note(x.from, Matter::Maintenance, topic, Doer::Nobody, Doer::Provider);
            } else if self.clock.now < x.until {
                self.note(x.until, Matter::Back, topic, Doer::Provider, Doer::Provider);
            }
        }
        Ok(())
    }

    fn of_consumer(&mut self) -> Result<(), PartyError> {
        for id in self.viewer.list(self.ledger, &List::Reservations(self.viewer.account()))? {
            let question = self.viewer.market().funded_until(id);
            let funded = self.viewer.ask(self.ledger, "ask how long it is funded", question)?;
            let topic = Topic::Reservation(id);
            if funded > self.clock.now {
                self.note(funded, Matter::PaidUntil, topic, Doer::Consumer, Doer::Consumer);
            }
            let slots = self.of_slots(id, Doer::Consumer)?;
            let (live, lost): (Vec<_>, Vec<_>) = slots.iter().partition(|(_, p)| p.is_live());
            // What was never active can be replaced as long as another replica is kept.
            let last = live.iter().map(|(_, p)| p.ends_at).max().unwrap_or(0);
            for (placement, p) in &lost {
                let replaceable = matches!(p.state, State::Failed | State::Withdrawn | State::Cancelled);
                let by = if p.state == State::Cancelled { last } else { p.ends_at };
                if replaceable && !p.terminated && self.clock.now < by {
                    self.replace(*placement, by, Doer::Consumer);
                }
            }
            let over = lost.iter().map(|(_, p)| p.ends_at).max().unwrap_or(0);
            if live.is_empty() && over <= self.clock.now {
                for (_, p) in &lost {
                    for x in self.viewer.ahead(self.ledger, &self.clock, p)? {
                        self.note(x.at, Matter::Close, topic, Doer::Consumer, Doer::Consumer);
                    }
                }
            }
        }
        Ok(())
    }

    fn of_manager(&mut self) -> Result<(), PartyError> {
        for cluster in self.viewer.list(self.ledger, &List::Clusters(self.viewer.account()))? {
            for id in self.viewer.list(self.ledger, &List::ClusterReservations(cluster))? {
                for (placement, p) in self.of_slots(id, Doer::Manager)? {
                    let lost = matches!(p.state, State::Failed | State::Withdrawn) && !p.terminated;
                    if lost && self.clock.now < p.ends_at {
                        self.replace(placement, p.ends_at, Doer::Manager);
                    }
                }
            }
        }
        Ok(())
    }

    fn of_arbiter(&mut self) -> Result<(), PartyError> {
        let settings = self.viewer.settings(self.ledger)?;
        let me = self.viewer.account();
        if !settings.holders.iter().any(|x| x.account == me && x.role == Role::Arbiter) {
            return Ok(());
        }
        let last = settings.last_ids.placement;
        for id in 1..=last {
            let found = self.find(id)?;
            if let Some(p) = found.filter(|p| p.dispute.is_some()) {
                self.of_placement(id, &p, Doer::Arbiter)?;
            }
        }
        Ok(())
    }

    /// The slots of a reservation with what fills them, each looked through.
    fn of_slots(&mut self, reservation: u64, asker: Doer) -> Result<Vec<(u64, Placement)>, PartyError> {
        let mut filled = Vec::new();
        for slot in self.viewer.reservation(self.ledger, reservation)?.slots {
            let p = self.viewer.placement(self.ledger, slot.placement)?;
            self.of_placement(slot.placement, &p, asker)?;
            filled.push((slot.placement, p));
        }
        Ok(filled)
    }

    fn of_listed(&mut self, id: u64, asker: Doer) -> Result<(), PartyError> {
        match self.find(id)? {
            Some(p) => self.of_placement(id, &p, asker),
            None => Ok(()),
        }
    }

    fn find(&self, id: u64) -> Result<Option<Placement>, PartyError> {
        self.viewer.ask(self.ledger, "look up a placement", self.viewer.market().placement(id))
    }

    fn of_placement(&mut self, id: u64, p: &Placement, asker: Doer) -> Result<(), PartyError> {
        let undecided = p.dispute_is_over(&self.clock);
        for mut x in self.viewer.ahead(self.ledger, &self.clock, p)? {
            if undecided && x.action == Action::End {
                // Whoever settles ends the dispute.
                x.at = x.at.min(self.clock.now);
            }
            let over = x.at <= self.clock.now;
            let (matter, doer) = match x.action {
                // Nobody has to answer any more; what is locked for it waits for whoever touches it.
                Action::Accept | Action::Activate if over => (Matter::Settle, Doer::Consumer),
                Action::Decide | Action::End if over => (Matter::Settle, Doer::Provider),
                Action::Accept => (Matter::Accept, Doer::Provider),
                Action::Activate => (Matter::Activate, Doer::Provider),
                Action::Prove => (Matter::Prove, Doer::Provider),
                Action::Maintenance => (Matter::Maintenance, Doer::Nobody),
                Action::Answer => (Matter::Answer, Doer::Provider),
                Action::Decide => (Matter::Decide, Doer::Arbiter),
                // A consumer is told until when it has paid, which is more than that.
                Action::End if asker == Doer::Consumer => continue,
                Action::End => (Matter::End, Doer::Nobody),
                Action::Close => continue,
            };
            // A provider is told of maintenance once a data unit.
            if !(matter == Matter::Maintenance && asker == Doer::Provider) {
                self.note(x.at, matter, Topic::Placement(id), doer, asker);
            }
        }
        Ok(())
    }

    /// Notes what happens within the time ahead.
    fn note(&mut self, at: u64, matter: Matter, topic: Topic, doer: Doer, asker: Doer) {
        if at <= self.until {
            self.add(Notice { at, matter, topic, doer, own: doer == asker });
        }
    }

    fn replace(&mut self, placement: u64, by: u64, doer: Doer) {
        let topic = Topic::Placement(placement);
        self.add(Notice { at: by, matter: Matter::Replace, topic, doer, own: true });
    }

    fn add(&mut self, notice: Notice) {
        let known = self.found.entry((notice.topic, notice.matter)).or_insert(notice);
        if notice.own && !known.own {
            *known = notice;
        }
    }
}
