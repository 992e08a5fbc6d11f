//! The events that say where money went and which records came about, decoded.

use ink::env::Event;
use orchestrator::events::*;
use orchestrator_chain::ContractEvent;
use scale::DecodeAll;

/// One event of the contract that the watch reads.
pub enum Fact {
    Balances(BalancesChanged),
    Deposited(Deposited),
    Withdrawn(Withdrawn),
    Moved(PlacementMoved),
    Committed(DataCommitted),
    Access(AccessSet),
    Slashed(Slashed),
    Settled(Settled),
    Reservation(ReservationChanged),
    Closed(ReservationClosed),
    Collected(FeesCollected),
    Trust(TrustSet),
    Cluster(ClusterChanged),
    Member(MemberSet),
    Distributed(Distributed),
    Claimed(Claimed),
    Maintenance(MaintenanceSet),
    Quality(QualityReported),
    Rated(Rated),
    Dispute(DisputeMoved),
    Scored(Scored),
    Proven(Proven),
}

fn decoded<E: Event + DecodeAll>(event: &ContractEvent, fact: fn(E) -> Fact) -> Option<Fact> {
    let topic = event.topics.first()?;
    if E::SIGNATURE_TOPIC.as_ref().map(|x| &x[..]) != Some(topic.as_ref()) {
        return None;
    }
    Some(fact(E::decode_all(&mut &event.data[..]).expect("an event reads as its topic says")))
}

impl Fact {
    /// The facts among the events of one call, in their order.
    pub fn among(events: &[ContractEvent]) -> Vec<Fact> {
        events.iter().filter_map(Fact::read).collect()
    }

    fn read(event: &ContractEvent) -> Option<Fact> {
        decoded(event, Fact::Balances)
            .or_else(|| decoded(event, Fact::Deposited))
            .or_else(|| decoded(event, Fact::Withdrawn))
            .or_else(|| decoded(event, Fact::Moved))
            .or_else(|| decoded(event, Fact::Committed))
            .or_else(|| decoded(event, Fact::Access))
            .or_else(|| decoded(event, Fact::Slashed))
            .or_else(|| decoded(event, Fact::Settled))
            .or_else(|| decoded(event, Fact::Reservation))
            .or_else(|| decoded(event, Fact::Closed))
            .or_else(|| decoded(event, Fact::Collected))
            .or_else(|| decoded(event, Fact::Trust))
            .or_else(|| decoded(event, Fact::Cluster))
            .or_else(|| decoded(event, Fact::Member))
            .or_else(|| decoded(event, Fact::Distributed))
            .or_else(|| decoded(event, Fact::Claimed))
            .or_else(|| decoded(event, Fact::Maintenance))
            .or_else(|| decoded(event, Fact::Quality))
            .or_else(|| decoded(event, Fact::Rated))
            .or_else(|| decoded(event, Fact::Dispute))
            .or_else(|| decoded(event, Fact::Scored))
            .or_else(|| decoded(event, Fact::Proven))
    }
}
