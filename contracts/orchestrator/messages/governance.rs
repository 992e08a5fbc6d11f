//! Admin, configuration, pause and fees.

use super::market::*;
use crate::events::{FeesCollected, GovernanceChanged};
use crate::{LastIds, Orchestrator};
use orchestrator_domain::{
    Config, Error, Handover, Holder, Role, Upgrade, MAX_HOLDERS, MAX_PAUSE_MS, PAUSE_REST_MS,
    UPGRADE_NOTICE_MS, UPGRADE_OPEN_MS,
};

const DAY_MS: u32 = 86_400_000;

#[ink::test]
fn the_deployer_is_admin_and_fees_start_at_their_defaults() {
    let settings = empty().settings();
    assert_eq!((settings.admin, settings.treasury, settings.offered_to), (admin(), treasury(), None));
    assert_eq!((settings.config, settings.fees), (Config::default(), 0));
    assert!(!settings.pauses.paused);
    assert_eq!(settings.last_ids, LastIds::default());
}

#[ink::test]
fn governing_is_for_the_admin_alone() {
    let mut market = empty();
    by(&mut market, stranger());
    assert_eq!(market.configure(Config::default(), stranger()), Err(Error::NotAdmin));
    assert_eq!(market.set_paused(true), Err(Error::NotInRole));
    assert_eq!(market.set_paused(false), Err(Error::NotInRole));
    assert_eq!(market.set_role(stranger(), Role::Pauser, true), Err(Error::NotAdmin));
    assert_eq!(market.set_role(stranger(), Role::Pauser, false), Err(Error::NotAdmin));
    assert_eq!(market.announce_upgrade(Some([1; 32])), Err(Error::NotAdmin));
    assert_eq!(market.announce_upgrade(None), Err(Error::NotAdmin));
    assert_eq!(market.upgrade(), Err(Error::NotAdmin));
    assert_eq!(market.set_rate(1, now()), Err(Error::NotInRole));
    assert_eq!(market.offer(Handover::Admin, Some(stranger())), Err(Error::NotAdmin));
}

#[ink::test]
fn the_role_moves_in_two_steps() {
    let mut market = empty();
    by(&mut market, admin()).offer(Handover::Admin, Some(spare())).unwrap();
    let event: GovernanceChanged = last_event();
    assert_eq!((event.settings.admin, event.settings.offered_to), (admin(), Some(spare())));
    assert_eq!(by(&mut market, stranger()).take_over(Handover::Admin), Err(Error::NotOffered));
    assert_eq!(market.settings().admin, admin());
    by(&mut market, spare()).take_over(Handover::Admin).unwrap();
    let event: GovernanceChanged = last_event();
    assert_eq!((event.settings.admin, event.settings.offered_to), (spare(), None));
    assert_eq!(by(&mut market, admin()).configure(Config::default(), treasury()), Err(Error::NotAdmin));
    assert_eq!(by(&mut market, spare()).take_over(Handover::Admin), Err(Error::NotOffered));
}

#[ink::test]
fn an_offer_of_the_role_can_be_taken_back() {
    let mut market = empty();
    by(&mut market, admin()).offer(Handover::Admin, Some(spare())).unwrap();
    market.offer(Handover::Admin, None).unwrap();
    assert_eq!(by(&mut market, spare()).take_over(Handover::Admin), Err(Error::NotOffered));
}

#[ink::test]
fn the_configuration_keeps_within_its_bounds() {
    let mut market = empty();
    by(&mut market, admin());
    let good = Config::default;
    let refused = [
        Config { network_fee_bps: 1_001, ..good() },
        Config { referral_bps: 501, ..good() },
        Config { reporter_bps: 1_001, ..good() },
        Config { accept_ms: 59_999, ..good() },
        Config { accept_ms: 30 * DAY_MS + 1, ..good() },
        Config { activate_ms: 59_999, ..good() },
        Config { activate_ms: 30 * DAY_MS + 1, ..good() },
        Config { score_unit: 0, ..good() },
        Config { score_unit: (1 << 63) + 1, ..good() },
    ];
    for config in refused {
        assert_eq!(market.configure(config, treasury()), Err(Error::ConfigOutOfBounds));
    }
    for window in [60_000, 30 * DAY_MS] {
        let widest = Config {
            network_fee_bps: 1_000,
            referral_bps: 500,
            reporter_bps: 1_000,
            accept_ms: window,
            activate_ms: window,
            score_unit: if window == 60_000 { 1 } else { 1 << 63 },
        };
        market.configure(widest.clone(), stranger()).unwrap();
        let event: GovernanceChanged = last_event();
        assert_eq!((event.settings.config, event.settings.treasury), (widest, stranger()));
    }
}

#[ink::test]
fn a_change_reaches_new_placements_only() {
    let mut market = proposed();
    let before = placement(&market, 1);
    let config = Config { network_fee_bps: 1_000, reporter_bps: 0, accept_ms: 60_000, ..Config::default() };
    by(&mut market, admin()).configure(config, treasury()).unwrap();
    assert_eq!(placement(&market, 1), before);
    by(&mut market, consumer()).reserve(order()).unwrap();
    let after = placement(&market, 2);
    assert_eq!((before.fee_bps, before.reporter_bps), (200, 1_000));
    assert_eq!((after.fee_bps, after.reporter_bps), (1_000, 0));
    assert_eq!(after.accept_by, now() + 60_000);
}

#[ink::test]
fn a_pause_is_begun_and_ended_once() {
    let mut market = empty();
    by(&mut market, admin());
    assert_eq!(market.set_paused(false), Err(Error::NotPaused));
    market.set_paused(true).unwrap();
    assert!(market.settings().pauses.paused);
    assert_eq!(market.set_paused(true), Err(Error::Paused));
    wait(1_000);
    market.set_paused(false).unwrap();
    let pauses = market.settings().pauses;
    assert_eq!((pauses.paused, pauses.count, pauses.ended_ms), (false, 1, 1_000));
}

#[ink::test]
fn a_pause_refuses_new_business_and_nothing_else() {
    let mut market = active();
    by(&mut market, consumer()).reserve(order()).unwrap();
    by(&mut market, admin()).set_paused(true).unwrap();
    assert_eq!(by(&mut market, consumer()).reserve(order()), Err(Error::Paused));
    assert_eq!(by(&mut market, provider()).accept(2), Err(Error::Paused));
    assert_eq!(by(&mut market, consumer()).extend(1, 1_000, u128::MAX), Err(Error::Paused));
    assert_eq!(by(&mut market, consumer()).resize(1, 11, u128::MAX), Err(Error::Paused));
    deposit(&mut market, stranger(), 5);
    by(&mut market, stranger()).withdraw(5).unwrap();
    market.settle(1).unwrap();
    by(&mut market, provider()).decline(2).unwrap();
    by(&mut market, consumer()).terminate(1, None).unwrap();
    by(&mut market, provider()).withdraw_placement(1, u128::MAX).unwrap();
    by(&mut market, consumer()).close(1).unwrap();
}

#[ink::test]
fn a_forgotten_pause_ends_by_itself() {
    let mut market = furnished();
    by(&mut market, admin()).set_paused(true).unwrap();
    wait(MAX_PAUSE_MS);
    by(&mut market, consumer()).reserve(order()).unwrap();
}

#[ink::test]
fn fees_go_to_the_treasury_when_anybody_collects_them() {
    let mut market = active();
    wait(TERM_MS);
    by(&mut market, stranger()).settle(1).unwrap();
    let fee = TERM_PRICE / 50;
    assert_eq!(market.settings().fees, fee);
    market.collect_fees().unwrap();
    let event: FeesCollected = last_event();
    assert_eq!(event.amount, fee);
    assert_eq!(money(&market, treasury()), (fee, 0));
    assert_eq!(market.settings().fees, 0);
    assert_eq!(market.collect_fees(), Err(Error::ZeroAmount));
}

#[ink::test]
fn roles_are_granted_listed_and_taken_away() {
    let mut market = empty();
    let held = [(spare(), Role::Pauser), (spare(), Role::Observer), (stranger(), Role::Arbiter)];
    for (account, role) in held {
        by(&mut market, admin()).set_role(account, role, true).unwrap();
    }
    let holders: Vec<Holder> = held.into_iter().map(|(account, role)| Holder { account, role }).collect();
    let event: GovernanceChanged = last_event();
    assert_eq!((&event.settings.holders, &market.settings().holders), (&holders, &holders));
    market.set_role(spare(), Role::Pauser, false).unwrap();
    let event: GovernanceChanged = last_event();
    assert_eq!(event.settings.holders, holders[1..]);
    assert_eq!(market.settings().holders, holders[1..]);
}

#[ink::test]
fn thirty_two_roles_are_held_and_no_more() {
    let mut market = empty();
    by(&mut market, admin());
    for i in 0..MAX_HOLDERS {
        market.set_role(account(100 + u8::try_from(i).unwrap()), Role::Observer, true).unwrap();
    }
    assert_eq!(market.set_role(spare(), Role::Observer, true), Err(Error::TooLong));
    market.set_role(account(100), Role::Observer, false).unwrap();
    market.set_role(spare(), Role::Observer, true).unwrap();
    assert_eq!(market.settings().holders.len(), MAX_HOLDERS);
}

#[ink::test]
fn a_pauser_begins_and_ends_pauses_and_does_nothing_else() {
    let mut market = empty();
    by(&mut market, admin()).set_role(spare(), Role::Pauser, true).unwrap();
    by(&mut market, spare()).set_paused(true).unwrap();
    let event: GovernanceChanged = last_event();
    assert!(event.settings.pauses.paused);
    assert_eq!(market.configure(Config::default(), spare()), Err(Error::NotAdmin));
    assert_eq!(market.set_role(spare(), Role::Arbiter, true), Err(Error::NotAdmin));
    assert_eq!(market.announce_upgrade(Some([1; 32])), Err(Error::NotAdmin));
    assert_eq!(market.offer(Handover::Admin, Some(spare())), Err(Error::NotAdmin));
    market.set_paused(false).unwrap();
    by(&mut market, admin()).set_role(spare(), Role::Pauser, false).unwrap();
    assert_eq!(by(&mut market, spare()).set_paused(true), Err(Error::NotInRole));
}

#[ink::test]
fn other_roles_do_not_pause() {
    for role in [Role::PriceFeed, Role::Observer, Role::Arbiter] {
        let mut market = empty();
        by(&mut market, admin()).set_role(spare(), role, true).unwrap();
        assert_eq!(by(&mut market, spare()).set_paused(true), Err(Error::NotInRole), "{role:?}");
    }
}

#[ink::test]
fn the_next_pause_waits_as_long_as_the_last_one_lasted_and_a_week_at_least() {
    for (lasted, waits) in [(1_000, PAUSE_REST_MS), (MAX_PAUSE_MS, MAX_PAUSE_MS)] {
        let mut market = empty();
        by(&mut market, admin()).set_paused(true).unwrap();
        wait(lasted);
        market.set_paused(false).unwrap();
        assert_eq!(market.settings().pauses.next_at, now() + waits);
        wait(waits - 1);
        assert_eq!(market.set_paused(true), Err(Error::TooEarly));
        wait(1);
        market.set_paused(true).unwrap();
        assert_eq!(market.settings().pauses.count, 2);
    }
}

/// With the upgrade announced.
fn announced_upgrade() -> Orchestrator {
    let mut market = empty();
    by(&mut market, admin()).announce_upgrade(Some([7; 32])).unwrap();
    market
}

#[ink::test]
fn an_upgrade_is_announced_with_its_code_and_its_time() {
    let market = announced_upgrade();
    let upgrade = Some(Upgrade { code_hash: [7; 32], from: now() + UPGRADE_NOTICE_MS });
    let event: GovernanceChanged = last_event();
    assert_eq!((&event.settings.upgrade, &market.settings().upgrade), (&upgrade, &upgrade));
}

/// What follows once its time has come needs a chain: see the scenario of the upgrade.
#[ink::test]
fn an_upgrade_is_refused_before_its_time_and_after_it() {
    for (ms, error) in [
        (0, Error::TooEarly),
        (UPGRADE_NOTICE_MS - 1, Error::TooEarly),
        (UPGRADE_NOTICE_MS + UPGRADE_OPEN_MS, Error::TooLate),
    ] {
        let mut market = announced_upgrade();
        wait(ms);
        assert_eq!(by(&mut market, admin()).upgrade(), Err(error), "{ms}");
    }
    assert_eq!(by(&mut empty(), admin()).upgrade(), Err(Error::NothingAnnounced));
}

#[ink::test]
fn an_upgrade_that_came_too_early_stays_announced() {
    let mut market = announced_upgrade();
    let announced = market.settings().upgrade;
    assert_eq!(market.upgrade(), Err(Error::TooEarly));
    assert_eq!(market.settings().upgrade, announced);
}

#[ink::test]
fn an_announcement_is_taken_back_or_starts_anew() {
    let mut market = announced_upgrade();
    wait(UPGRADE_NOTICE_MS);
    market.announce_upgrade(Some([8; 32])).unwrap();
    assert_eq!(market.upgrade(), Err(Error::TooEarly), "other code, another notice");
    market.announce_upgrade(None).unwrap();
    let event: GovernanceChanged = last_event();
    assert_eq!((event.settings.upgrade, market.settings().upgrade), (None, None));
    assert_eq!(market.upgrade(), Err(Error::NothingAnnounced));
}

#[ink::test]
fn the_role_handed_over_takes_its_powers_along() {
    let mut market = announced_upgrade();
    by(&mut market, admin()).offer(Handover::Admin, Some(spare())).unwrap();
    by(&mut market, spare()).take_over(Handover::Admin).unwrap();
    by(&mut market, admin());
    assert_eq!(market.announce_upgrade(None), Err(Error::NotAdmin));
    assert_eq!(market.upgrade(), Err(Error::NotAdmin));
    assert_eq!(market.set_role(admin(), Role::Pauser, true), Err(Error::NotAdmin));
    assert_eq!(market.set_paused(true), Err(Error::NotInRole));
    by(&mut market, spare()).announce_upgrade(None).unwrap();
}
