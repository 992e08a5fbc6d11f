//! Admin, configuration, pause and fees.

use super::market::*;
use crate::events::{FeesCollected, GovernanceChanged};
use orchestrator_domain::{Config, Error, MAX_PAUSE_MS};

const DAY_MS: u32 = 86_400_000;

#[ink::test]
fn the_deployer_is_admin_and_fees_start_at_their_defaults() {
    let settings = empty().settings();
    assert_eq!((settings.admin, settings.treasury, settings.offered_to), (admin(), treasury(), None));
    assert_eq!((settings.config, settings.fees), (Config::default(), 0));
    assert!(!settings.pauses.paused);
    assert_eq!(settings.last_ids, (0, 0, 0, 0));
}

#[ink::test]
fn governing_is_for_the_admin_alone() {
    let mut market = empty();
    by(&mut market, stranger());
    assert_eq!(market.configure(Config::default(), stranger()), Err(Error::NotAdmin));
    assert_eq!(market.set_paused(true), Err(Error::NotAdmin));
    assert_eq!(market.set_paused(false), Err(Error::NotAdmin));
    assert_eq!(market.offer_admin(Some(stranger())), Err(Error::NotAdmin));
}

#[ink::test]
fn the_role_moves_in_two_steps() {
    let mut market = empty();
    by(&mut market, admin()).offer_admin(Some(spare())).unwrap();
    let event: GovernanceChanged = last_event();
    assert_eq!((event.settings.admin, event.settings.offered_to), (admin(), Some(spare())));
    assert_eq!(by(&mut market, stranger()).accept_admin(), Err(Error::NotOffered));
    assert_eq!(market.settings().admin, admin());
    by(&mut market, spare()).accept_admin().unwrap();
    let event: GovernanceChanged = last_event();
    assert_eq!((event.settings.admin, event.settings.offered_to), (spare(), None));
    assert_eq!(by(&mut market, admin()).set_paused(true), Err(Error::NotAdmin));
    assert_eq!(by(&mut market, spare()).accept_admin(), Err(Error::NotOffered));
}

#[ink::test]
fn an_offer_of_the_role_can_be_taken_back() {
    let mut market = empty();
    by(&mut market, admin()).offer_admin(Some(spare())).unwrap();
    market.offer_admin(None).unwrap();
    assert_eq!(by(&mut market, spare()).accept_admin(), Err(Error::NotOffered));
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
