//! Roles, and an announced upgrade.

use ink::primitives::AccountId;
use orchestrator_domain::{
    Error, Holder, Office, Role, Upgrade, DAY_MS, MAX_HOLDERS, UPGRADE_NOTICE_MS, UPGRADE_OPEN_MS,
};

const NOW: u64 = 1_700_000_000_000;
const ROLES: [Role; 4] = [Role::Pauser, Role::PriceFeed, Role::Observer, Role::Arbiter];

fn account(number: u8) -> AccountId {
    AccountId::from([number; 32])
}

#[test]
fn nobody_holds_a_role_before_it_is_granted_or_after_it_is_taken_away() {
    for role in ROLES {
        let mut office = Office::default();
        assert!(!office.holds(account(1), role));
        office.set_role(account(1), role, true).unwrap();
        for other in ROLES {
            assert_eq!(office.holds(account(1), other), other == role);
            assert!(!office.holds(account(2), other));
        }
        office.set_role(account(1), role, false).unwrap();
        assert_eq!(office, Office::default());
    }
}

#[test]
fn taking_away_one_role_of_an_account_leaves_its_others_and_those_of_others() {
    let mut office = Office::default();
    for role in ROLES {
        office.set_role(account(1), role, true).unwrap();
        office.set_role(account(2), role, true).unwrap();
    }
    office.set_role(account(1), Role::Observer, false).unwrap();
    for role in ROLES {
        assert_eq!(office.holds(account(1), role), role != Role::Observer);
        assert!(office.holds(account(2), role));
    }
}

#[test]
fn a_role_granted_twice_is_held_once_and_one_not_held_can_be_taken_away() {
    let mut office = Office::default();
    office.set_role(account(1), Role::Pauser, false).unwrap();
    office.set_role(account(1), Role::Pauser, true).unwrap();
    office.set_role(account(1), Role::Pauser, true).unwrap();
    assert_eq!(office.holders, [Holder { account: account(1), role: Role::Pauser }]);
}

#[test]
fn thirty_two_roles_are_held_and_no_more() {
    assert_eq!(MAX_HOLDERS, 32);
    let mut office = Office::default();
    for i in 0..8 {
        for role in ROLES {
            office.set_role(account(i), role, true).unwrap();
        }
    }
    let full = office.clone();
    assert_eq!(office.set_role(account(8), Role::Pauser, true), Err(Error::TooLong));
    assert_eq!(office, full, "a refusal changes nothing");
    office.set_role(account(7), Role::Arbiter, true).unwrap();
    assert_eq!(office.holders.len(), MAX_HOLDERS, "what is held already is no more");
    office.set_role(account(7), Role::Arbiter, false).unwrap();
    office.set_role(account(8), Role::Pauser, true).unwrap();
    assert_eq!(office.holders.len(), MAX_HOLDERS);
}

#[test]
fn an_upgrade_is_carried_out_from_seven_days_after_its_announcement_on_and_for_fourteen_days() {
    assert_eq!((UPGRADE_NOTICE_MS, UPGRADE_OPEN_MS), (7 * DAY_MS, 14 * DAY_MS));
    let mut office = Office::default();
    office.announce(Some([7; 32]), NOW);
    let from = NOW + 7 * DAY_MS;
    assert_eq!(office.upgrade, Some(Upgrade { code_hash: [7; 32], from }));
    for (at, verdict) in [
        (NOW, Err(Error::TooEarly)),
        (from - 1, Err(Error::TooEarly)),
        (from, Ok([7; 32])),
        (from + 14 * DAY_MS - 1, Ok([7; 32])),
        (from + 14 * DAY_MS, Err(Error::TooLate)),
        (u64::MAX, Err(Error::TooLate)),
    ] {
        assert_eq!(office.clone().take_upgrade(at), verdict, "{at}");
    }
}

#[test]
fn an_upgrade_is_carried_out_once() {
    let mut office = Office::default();
    assert_eq!(office.take_upgrade(NOW), Err(Error::NothingAnnounced));
    office.announce(Some([7; 32]), NOW);
    office.take_upgrade(NOW + UPGRADE_NOTICE_MS).unwrap();
    assert_eq!(office.take_upgrade(NOW + UPGRADE_NOTICE_MS), Err(Error::NothingAnnounced));
}

#[test]
fn an_announcement_taken_back_or_changed_counts_no_more() {
    let mut office = Office::default();
    office.announce(Some([7; 32]), NOW);
    office.announce(None, NOW + 1);
    assert_eq!(office.take_upgrade(NOW + UPGRADE_NOTICE_MS), Err(Error::NothingAnnounced));
    office.announce(Some([7; 32]), NOW);
    office.announce(Some([8; 32]), NOW + DAY_MS);
    assert_eq!(office.clone().take_upgrade(NOW + UPGRADE_NOTICE_MS), Err(Error::TooEarly));
    assert_eq!(office.take_upgrade(NOW + DAY_MS + UPGRADE_NOTICE_MS), Ok([8; 32]));
}
