//! Every error by every message that can raise it. Each refusal must leave the whole state as it was: the stage compares
//! it before and after.

mod situations;

use orchestrator_chain::Embedded;
use orchestrator_domain::Error;
use orchestrator_scenarios::Market;
use scale::Decode;

/// Tells a situation and demands that each of these messages was refused in it with `error`.
fn every(error: Error, messages: &[&str], situation: impl FnOnce(&mut Market<Embedded>)) {
    let mut market = Market::embedded();
    market.set_up();
    situation(&mut market);
    for message in messages {
        assert!(market.was_refused(error, message), "`{message}` was not refused with {error:?}");
    }
}

/// Where an error is raised, or why no call can raise it.
enum Raised {
    /// By the test of this name.
    By(&'static str),
    /// By none, for this reason.
    Never(&'static str),
}

/// Exhaustive: a new error does not compile until it is found here.
fn raised(error: Error) -> Raised {
    use Raised::{By, Never};
    match error {
        Error::NotAdmin => By("only_the_admin_governs"),
        Error::NotOffered => By("only_who_was_offered_takes_over"),
        Error::NotInRole => By("a_role_is_held_by_who_was_given_it"),
        Error::NotManager => By("only_the_manager_runs_its_cluster"),
        Error::NotConsumer => By("only_the_consumer_changes_its_reservation"),
        Error::NotProvider => By("only_the_provider_works_with_its_own"),
        Error::Paused => By("a_pause_stops_new_business"),
        Error::NotPaused => By("there_is_a_pause_to_end"),
        Error::UnknownProvider => By("a_node_needs_a_provider"),
        Error::UnknownNode => By("a_node_must_exist"),
        Error::UnknownUnit => By("a_unit_must_exist"),
        Error::UnknownReservation => By("a_reservation_must_exist"),
        Error::UnknownPlacement => By("a_placement_must_exist"),
        Error::UnknownCluster => By("a_cluster_must_exist"),
        Error::UnknownChallenger => By("a_challenger_must_be_registered"),
        Error::UnknownSlot => By("a_slot_must_exist"),
        Error::NotEnoughAvailable => By("a_payer_needs_money"),
        Error::ProviderShort => By("a_provider_needs_its_collateral"),
        Error::ZeroAmount => By("an_amount_is_not_zero"),
        Error::TransferFailed => Never(
            "the caller has just paid a fee and stays above the existential deposit, the contract holds what it owes",
        ),
        Error::NotEnoughHeld => Never("invariant 1: held is never below owed, owed never below what is available"),
        Error::RegionOutOfBounds => By("a_region_is_iso_3166"),
        Error::TooLong => By("texts_and_lists_have_limits"),
        Error::TermsOutOfBounds => By("sla_terms_have_bounds"),
        Error::ConfigOutOfBounds => By("a_configuration_has_bounds"),
        Error::TermOutOfBounds => By("a_term_is_within_what_the_unit_offers"),
        Error::CapacityOutOfBounds => By("a_capacity_has_bounds"),
        Error::NotEnoughCapacity => By("a_unit_has_no_more_than_it_has"),
        Error::CapacityInUse => By("capacity_in_use_stays"),
        Error::PriceTooHigh => By("a_price_has_a_bound"),
        Error::AboveCeiling => By("a_ceiling_binds"),
        Error::PriceRisen => By("a_risen_price_ends_the_standing_offer"),
        Error::UnitClosed => By("a_closed_unit_takes_nothing_new"),
        Error::UnitChanged => By("a_changed_unit_rests"),
        Error::ClusterClosed => By("a_closed_cluster_takes_nothing_new"),
        Error::NotTrusted => By("a_manager_without_trust_takes_nothing_new"),
        Error::NotMember => By("only_a_member_serves_a_cluster"),
        Error::OtherCluster => By("a_unit_is_in_one_cluster"),
        Error::OtherKind => By("a_cluster_has_one_kind"),
        Error::TermsDiffer => By("a_member_has_the_terms_of_the_cluster"),
        Error::BelowUnitPrice => By("no_member_works_below_its_own_price"),
        Error::OtherRegion => By("a_choice_of_region_binds"),
        Error::SameProvider => By("a_choice_of_different_providers_binds"),
        Error::NoMemberFits => By("a_choice_needs_members_that_fit"),
        Error::FeeTooHigh => By("a_fee_of_a_manager_has_a_bound"),
        Error::RateStale => By("a_price_in_dollars_needs_a_fresh_rate"),
        Error::RateOutOfBounds => By("a_rate_has_bounds"),
        Error::NothingAnnounced => By("upgrades_and_maintenance_are_announced_first"),
        Error::UnknownCode => By("an_upgrade_needs_its_code"),
        Error::NodeNotOnline => By("a_draining_node_takes_nothing_new"),
        Error::NodeInUse => By("a_node_with_units_stays"),
        Error::UnitInUse => By("a_unit_with_placements_stays"),
        Error::ReplicasOutOfBounds => By("replicas_have_bounds"),
        Error::BadData => By("data_must_be_possible"),
        Error::ChallengerTooFast => By("a_challenger_keeps_to_the_terms_of_the_unit"),
        Error::IntervalOutOfBounds => By("an_interval_has_bounds"),
        Error::TooEarly => By("some_things_come_too_early"),
        Error::TooLate => By("some_things_come_too_late"),
        Error::WrongState => By("each_change_needs_its_state"),
        Error::NothingCommitted => By("data_is_committed_before_it_is_accepted"),
        Error::RoundOpen => By("an_open_round_comes_first"),
        Error::NothingMissed => By("a_report_needs_a_miss"),
        Error::NotEnded => By("only_what_has_ended_is_closed"),
        Error::NotRenewing => By("only_what_is_to_renew_renews"),
        Error::NothingToReplace => By("only_a_free_slot_is_filled"),
        Error::PromiseWeakened => By("a_promise_is_kept_while_placements_rest_on_it"),
        Error::MaintenanceOutOfBounds => By("maintenance_has_bounds"),
        Error::ShareOutOfBounds => By("a_share_is_a_share"),
        Error::RatingOutOfBounds => By("a_rating_has_one_to_five_stars"),
        Error::NothingPaid => By("what_was_not_paid_is_not_rated"),
        Error::Disputed => By("a_dispute_freezes_what_it_is_about"),
        Error::NotDisputed => By("there_is_a_dispute_to_answer_and_decide"),
        Error::OwnDispute => By("a_party_decides_no_dispute_of_its_own"),
        Error::Overflow => Never(
            "bounds: the price of a term is below 2^86, collateral below 2^90, times the milliseconds of a term 2^128",
        ),
    }
}

#[test]
fn every_error_is_raised_by_a_test_or_shown_to_be_out_of_reach() {
    let situations = [
        include_str!("situations/mod.rs"),
        include_str!("situations/deals.rs"),
        include_str!("situations/offers.rs"),
        include_str!("situations/clusters.rs"),
        include_str!("situations/office.rs"),
        include_str!("situations/service.rs"),
    ]
    .concat();
    let mut never = Vec::new();
    let all = (0..=u8::MAX).map_while(|i| Error::decode(&mut &[i][..]).ok());
    let mut count = 0;
    for error in all {
        count += 1;
        match raised(error) {
            Raised::By(test) => {
                let (_, body) = situations.split_once(&format!("fn {test}() {{")).expect(test);
                let raises = body.split_once("every(Error::").and_then(|(_, rest)| rest.split_once(','));
                assert_eq!(raises.map(|x| x.0), Some(format!("{error:?}").as_str()), "{test}");
            }
            Raised::Never(reason) => {
                assert!(!situations.contains(&format!("every(Error::{error:?},")), "{reason}");
                never.push(error);
            }
        }
    }
    assert!(count >= 73, "{count} errors were read");
    use Error::*;
    assert_eq!(never, [TransferFailed, NotEnoughHeld, Overflow]);
}
