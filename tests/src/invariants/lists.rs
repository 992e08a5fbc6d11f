//! Lists and the records that name each other.

use orchestrator_chain::AccountId;
use orchestrator_domain::{DataUnit, List, Placement, State};

use super::{hold, reservation, Check};
use crate::Picture;

fn same(list: List, listed: Option<&Vec<u64>>, expected: Vec<u64>) -> Check {
    let mut listed = listed.cloned().unwrap_or_default();
    listed.sort_unstable();
    hold(13, listed == expected, || format!("{list:?} has {listed:?} instead of {expected:?}"))
}

/// Invariants 13 and 14: lists hold exactly what is alive; reservations and placements name each other.
pub(super) fn lists(s: &Picture) -> Check {
    for id in s.accounts.keys().copied() {
        let own = s.reservations.iter().filter(|(_, r)| r.consumer == id).map(|(i, _)| *i).collect();
        same(List::Reservations(id), s.own_reservations.get(&id), own)?;
        let taken = |p: &Placement| p.provider == id && p.place > 0;
        let own = s.placements.iter().filter(|(_, p)| taken(p)).map(|(i, _)| *i).collect();
        same(List::Placements(id), s.own_placements.get(&id), own)?;
        let own = s.nodes.iter().filter(|(_, n)| n.provider == id).map(|(i, _)| *i).collect();
        same(List::Nodes(id), s.own_nodes.get(&id), own)?;
    }
    for (id, node) in &s.nodes {
        let own: Vec<u64> = s.units.iter().filter(|(_, u)| u.node == *id).map(|(i, _)| *i).collect();
        hold(13, own.len() == node.units as usize, || format!("node {id}: {node:?}"))?;
        same(List::Units(*id), s.own_units.get(id), own)?;
    }
    for (id, r) in &s.reservations {
        for (slot, filled) in (0u8..).zip(&r.slots) {
            let p = s.placements.get(&filled.placement);
            let named = p.is_some_and(|p| {
                p.reservation == *id && p.slot == slot && p.capacity > 0 && p.provider == filled.provider
            });
            hold(14, named, || format!("slot {slot} of reservation {id}: {p:?}"))?;
        }
    }
    let slots: usize = s.reservations.values().map(|r| r.slots.len()).sum();
    hold(14, slots == s.placements.len(), || format!("{slots} slots, {} placements", s.placements.len()))?;
    let orphan = s.units.values().find(|unit| {
        s.nodes.get(&unit.node).is_none_or(|n| n.provider != unit.provider || n.spec.region != unit.region)
    });
    hold(14, orphan.is_none(), || format!("{orphan:?}"))
}

/// Invariants 13 and 14 of units and clusters: their lists, members at the places they know, replicas where the consumer
/// has chosen.
pub(super) fn cluster_lists(s: &Picture) -> Check {
    for id in s.accounts.keys().copied() {
        let own = s.clusters.iter().filter(|(_, c)| c.manager == id).map(|(i, _)| *i).collect();
        same(List::Clusters(id), s.own_clusters.get(&id), own)?;
    }
    for (id, p) in &s.placements {
        let accepted = match p.state {
            State::Proposed => p.place == 0,
            State::Cancelled => true,
            _ => p.place > 0,
        };
        hold(13, accepted, || format!("placement {id}: {p:?}"))?;
    }
    for id in s.units.keys() {
        let carried = s.placements.iter().filter(|(_, p)| p.unit == *id).map(|(i, _)| *i).collect();
        same(List::UnitPlacements(*id), s.unit_placements.get(id), carried)?;
    }
    for (id, cluster) in &s.clusters {
        let of = |unit: &DataUnit| unit.member.as_ref().filter(|m| m.cluster == *id).map(|m| m.place);
        let mut members: Vec<(u32, u64)> =
            s.units.iter().filter_map(|(i, unit)| Some((of(unit)?, *i))).collect();
        members.sort_unstable();
        let places = (0..cluster.members).eq(members.iter().map(|x| x.0));
        let expected: Vec<u64> = members.into_iter().map(|x| x.1).collect();
        let listed = s.members.get(id);
        hold(13, places && listed == Some(&expected), || {
            format!("cluster {id} has {} members {listed:?} instead of {expected:?}", cluster.members)
        })?;
        let within = s.reservations.iter().filter(|(_, r)| r.cluster() == Some(*id)).map(|(i, _)| *i);
        same(List::ClusterReservations(*id), s.cluster_reservations.get(id), within.collect())?;
    }
    for (id, r) in &s.reservations {
        let Some(choice) = &r.choice else { continue };
        let mut providers: Vec<AccountId> = r.slots.iter().map(|slot| slot.provider).collect();
        providers.sort_unstable();
        providers.dedup();
        let apart = choice.together || providers.len() == r.slots.len();
        hold(14, apart && s.clusters.contains_key(&choice.cluster), || format!("reservation {id}: {r:?}"))?;
    }
    for (id, p) in s.placements.iter().filter(|(_, p)| p.holds_capacity()) {
        let region = reservation(s, p).and_then(|r| r.choice.as_ref()).and_then(|x| x.region);
        let there = s.units.get(&p.unit).map(|unit| unit.region);
        hold(14, region.is_none() || region == there, || format!("placement {id} is in {there:?}"))?;
    }
    let astray =
        s.units.values().filter_map(|x| x.member.as_ref()).find(|m| !s.clusters.contains_key(&m.cluster));
    hold(14, astray.is_none(), || format!("{astray:?}"))
}
