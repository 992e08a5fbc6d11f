//! What of a data unit is taken, free, and committed to a cluster; and which members a consumer's choice leaves.

mod history;

use ink::primitives::AccountId;
use orchestrator_domain::{Choice, DataUnit, Error, Member, Reservation, Slot, UnitSpec, MIN_TERM_MS};
use proptest::prelude::*;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn account(number: u8) -> AccountId {
    AccountId::from([number; 32])
}

fn unit(capacity: u64, member: Option<Member>) -> DataUnit {
    DataUnit {
        used: member.as_ref().map_or(0, |x| x.used),
        member,
        spec: UnitSpec { capacity, ..history::unit_spec() },
        ..history::unit()
    }
}

/// Committed to cluster 1.
fn member(capacity: u64, used: u64) -> Option<Member> {
    Some(Member { cluster: 1, capacity, used, place: 0 })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn capacity_of_a_cluster_and_of_none_are_never_given_twice(
        committed in 0u64..100, spare in 0u64..100,
        wishes in prop::collection::vec((0u8..3, 0u64..40, prop_oneof![Just(None), Just(Some(1)), Just(Some(2))]), 0..60),
    ) {
        let (capacity, mut committed) = (committed + spare, committed);
        let mut unit = unit(capacity, member(committed, 0));
        let (mut within, mut outside) = (Vec::new(), Vec::new());
        for (wish, amount, cluster) in wishes {
            let (inside, beside) = (within.iter().sum::<u64>(), outside.iter().sum::<u64>());
            let list = if cluster.is_some() { &mut within } else { &mut outside };
            if wish == 0 {
                // Also below what is in use.
                if amount.max(inside) + beside <= capacity {
                    committed = amount;
                    unit.member(1).unwrap().capacity = amount;
                }
            } else if wish == 1 {
                let room = match cluster {
                    Some(1) => Ok(committed.saturating_sub(inside)),
                    Some(_) => Err(Error::NotMember),
                    None => Ok(capacity - committed.max(inside) - beside),
                };
                prop_assert_eq!(unit.room(cluster), room);
                let before = unit.clone();
                let verdict = room.and_then(|x| if amount <= x { Ok(()) } else { Err(Error::NotEnoughCapacity) });
                prop_assert_eq!(unit.take(amount, cluster), verdict);
                match verdict {
                    Ok(()) => list.push(amount),
                    Err(_) => prop_assert_eq!(&unit, &before, "a refusal changes nothing"),
                }
            } else if let Some(amount) = list.pop() {
                unit.give_back(amount, cluster);
            }
            let (within, outside) = (within.iter().sum::<u64>(), outside.iter().sum::<u64>());
            let member = unit.member.as_ref().unwrap();
            prop_assert_eq!((member.used, member.free()), (within, committed.saturating_sub(within)));
            prop_assert_eq!(unit.used, within + outside);
            prop_assert_eq!(unit.least_capacity(), committed.max(within) + outside);
            prop_assert_eq!(unit.free() + unit.least_capacity(), capacity);
        }
    }
}

#[test]
fn without_a_membership_all_that_is_not_taken_is_free() {
    let mut unit = unit(10, None);
    assert_eq!((unit.free(), unit.least_capacity(), unit.room(None)), (10, 0, Ok(10)));
    assert_eq!(unit.room(Some(1)), Err(Error::NotMember));
    assert_eq!(unit.take(1, Some(1)), Err(Error::NotMember));
    assert_eq!(unit.check_offer(1, MIN_TERM_MS, 0, Some(1)), Err(Error::NotMember));
    unit.take(4, None).unwrap();
    assert_eq!((unit.free(), unit.least_capacity()), (6, 4));
}

#[test]
fn what_is_committed_is_neither_free_nor_given_to_another_cluster() {
    let mut unit = unit(10, member(7, 0));
    assert_eq!((unit.free(), unit.room(None), unit.room(Some(1))), (3, Ok(3), Ok(7)));
    assert_eq!(unit.room(Some(2)), Err(Error::NotMember));
    assert_eq!(unit.take(4, None), Err(Error::NotEnoughCapacity));
    assert_eq!(unit.take(8, Some(1)), Err(Error::NotEnoughCapacity));
    assert_eq!(unit.take(1, Some(2)), Err(Error::NotMember));
    unit.take(7, Some(1)).unwrap();
    unit.take(3, None).unwrap();
    assert_eq!((unit.free(), unit.used, unit.room(Some(1))), (0, 10, Ok(0)));
    assert_eq!(unit.check_offer(1, MIN_TERM_MS, 0, Some(1)), Err(Error::NotEnoughCapacity));
    unit.give_back(2, Some(1));
    assert_eq!((unit.free(), unit.used, unit.room(Some(1))), (0, 8, Ok(2)));
    assert_eq!(unit.check_offer(2, MIN_TERM_MS, 0, Some(1)), Ok(()));
    assert_eq!(unit.check_offer(1, MIN_TERM_MS, 0, None), Err(Error::NotEnoughCapacity));
}

#[test]
fn less_committed_than_in_use_takes_nothing_new_and_frees_nothing_twice() {
    let mut unit = unit(10, member(3, 7));
    assert_eq!((unit.free(), unit.least_capacity(), unit.room(Some(1))), (3, 7, Ok(0)));
    assert_eq!(unit.take(1, Some(1)), Err(Error::NotEnoughCapacity));
    unit.give_back(4, Some(1));
    assert_eq!((unit.free(), unit.least_capacity(), unit.room(Some(1))), (7, 3, Ok(0)));
    unit.give_back(1, Some(1));
    assert_eq!((unit.free(), unit.least_capacity(), unit.room(Some(1))), (7, 3, Ok(1)));
}

#[test]
fn a_membership_is_found_by_its_cluster_alone() {
    let mut with = unit(10, member(7, 3));
    assert_eq!(with.member(1).map(|x| x.free()), Ok(4));
    assert_eq!(with.member(2), Err(Error::NotMember));
    assert_eq!(unit(10, None).member(1), Err(Error::NotMember));
}

fn reservation(choice: Option<Choice>) -> Reservation {
    let slot = |provider| Slot { placement: 1, provider: account(provider), pot: 0, spent: 0 };
    Reservation {
        consumer: account(9),
        offered_to: None,
        challenger: account(9),
        referrer: None,
        capacity: 1,
        term_ms: 1_000,
        renew_up_to: 0,
        place: 0,
        choice,
        cluster_place: 0,
        manifest: Vec::new(),
        grants: Vec::new(),
        slots: vec![slot(1), slot(2)],
    }
}

#[test]
fn a_region_leaves_the_members_that_are_in_it() {
    let within = |region| reservation(Some(Choice { cluster: 1, region, together: true }));
    let unit = unit(10, member(7, 0));
    assert_eq!(within(None).ensure_chosen(&unit, 0), Ok(()));
    assert_eq!(within(Some(756)).ensure_chosen(&unit, 0), Ok(()));
    assert_eq!(within(Some(276)).ensure_chosen(&unit, 0), Err(Error::OtherRegion));
}

#[test]
fn a_provider_holds_one_slot_unless_the_consumer_wants_it_otherwise() {
    let apart = reservation(Some(Choice { cluster: 1, region: None, together: false }));
    let mut unit = unit(10, member(7, 0));
    assert_eq!(apart.ensure_chosen(&unit, 0), Ok(()), "its own slot may be filled again");
    assert_eq!(apart.ensure_chosen(&unit, 1), Err(Error::SameProvider));
    assert_eq!(apart.ensure_chosen(&unit, 2), Err(Error::SameProvider), "a slot to come");
    unit.provider = account(3);
    for at in 0..3 {
        assert_eq!(apart.ensure_chosen(&unit, at), Ok(()));
    }
    unit.provider = account(1);
    let together = reservation(Some(Choice { cluster: 1, region: None, together: true }));
    assert_eq!(together.ensure_chosen(&unit, 1), Ok(()));
}

#[test]
fn outside_clusters_every_data_unit_is_chosen_by_its_name() {
    let direct = reservation(None);
    assert_eq!((direct.cluster(), direct.ensure_chosen(&unit(10, None), 1)), (None, Ok(())));
}
