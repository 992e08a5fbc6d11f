//! Each invariant notices when it is broken: a good state is spoiled in one place, and the number is told.

use orchestrator_domain::State;
use orchestrator_scenarios::{
    invariants::{state, Broken, Watch},
    Fact, Market, Picture,
    Who::*,
};

/// A state with a failed, an active and a proposed placement, a pot, fees and a bonus.
fn eventful() -> (Picture, u64) {
    let mut m = Market::embedded();
    m.set_up();
    let (id, p) = m.deal(&[1, 2]);
    m.proven_beat(&p);
    for _ in 0..3 {
        m.proven_beat(&p[1..]);
    }
    m.settle(p[0]);
    m.settle(p[1]);
    assert_eq!((m.state(p[0]), m.state(p[1])), (State::Failed, State::Active));
    let (other, q) = m.deal(&[1]);
    m.done(Provider, |at| at.withdraw_placement(q[0], u128::MAX));
    let replica = m.data(50).on(2);
    m.done(Consumer, |at| at.replace(other, 0, replica, u128::MAX));
    assert!(m.reservation(id).slots[0].pot > 0);
    (m.picture().clone(), m.clock().now)
}

fn broken(picture: &Picture, at_ms: u64, spoil: impl FnOnce(&mut Picture)) -> Option<u8> {
    let mut spoiled = picture.clone();
    spoil(&mut spoiled);
    state(&spoiled, at_ms).err().map(|x| x.number)
}

#[test]
fn a_state_that_is_spoiled_in_one_place_is_told_by_its_number() {
    let (s, now) = eventful();
    let broken = |spoil: fn(&mut Picture)| broken(&s, now, spoil);
    let active = 2;
    assert_eq!(broken(|_| ()), None);
    assert_eq!(broken(|s| s.settings.fees += 1), Some(1));
    assert_eq!(broken(|s| s.solvency.owed += 1), Some(1));
    assert_eq!(broken(|s| s.solvency.held = s.solvency.owed - 1), Some(1));
    assert_eq!(broken(|s| s.reservations.get_mut(&1).unwrap().slots[0].pot += 1), Some(1));
    assert_eq!(broken(|s| s.placements.get_mut(&4).unwrap().bonus += 1), Some(1));
    assert_eq!(broken(|s| s.placements.get_mut(&2).unwrap().escrow += 1), Some(3));
    assert_eq!(broken(|s| s.placements.get_mut(&2).unwrap().collateral -= 1), Some(3));
    assert_eq!(broken(|s| s.placements.get_mut(&2).unwrap().ends_at += 1_000), Some(4));
    assert_eq!(broken(|s| s.placements.get_mut(&4).unwrap().term_ms += 1_000), Some(4));
    assert_eq!(broken(|s| s.units.get_mut(&2).unwrap().used += 1), Some(5));
    assert_eq!(broken(|s| s.units.get_mut(&2).unwrap().spec.capacity = 1), Some(5));
    assert_eq!(broken(|s| drop(s.units.remove(&2))), Some(5));
    assert_eq!(broken(|s| s.placements.get_mut(&1).unwrap().bonus_paid += 1), Some(6));
    assert_eq!(state(&s, s.placements[&active].segment_at).err().map(|x| x.number), Some(7));
    assert_eq!(broken(|s| s.placements.get_mut(&1).unwrap().tally.streak = 0), Some(8));
    assert_eq!(broken(|s| s.placements.get_mut(&2).unwrap().collateral_initial = 0), Some(9));
    assert_eq!(broken(|s| s.own_placements.values_mut().next().unwrap().push(9)), Some(13));
    assert_eq!(broken(|s| s.own_units.values_mut().next().unwrap().clear()), Some(13));
    assert_eq!(broken(|s| s.placements.get_mut(&2).unwrap().slot = 0), Some(14));
    assert_eq!(broken(|s| s.units.get_mut(&1).unwrap().region = 40), Some(14));
}

fn step(before: &Picture, at_ms: u64, spoil: impl FnOnce(&mut Picture)) -> Result<(), Broken> {
    let mut now = before.clone();
    spoil(&mut now);
    Watch::new(before.clone()).step(now, at_ms, [7; 32].into(), &Vec::<Fact>::new())
}

#[test]
fn a_refusal_that_changes_something_is_told() {
    let (s, _) = eventful();
    let watch = Watch::new(s.clone());
    assert_eq!(watch.refusal(&s), Ok(()));
    let mut other = s;
    other.grants.insert(1, Vec::new());
    assert_eq!(watch.refusal(&other).err().map(|x| x.number), Some(11));
}

#[test]
fn money_that_no_event_brought_is_told() {
    let (s, now) = eventful();
    // A watch that has seen no deposit misses it at once.
    assert_eq!(step(&s, now, |_| ()).err().map(|x| x.number), Some(2));
}
