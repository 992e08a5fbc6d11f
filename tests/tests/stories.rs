//! Every story, on the embedded chain, with all invariants checked after each of its steps.

use orchestrator_scenarios::{stories, Market};

macro_rules! tell {
    ($($chapter:ident: $($story:ident),+;)+) => {$($(
        #[test]
        fn $story() {
            let mut market = Market::embedded();
            market.set_up();
            stories::$chapter::$story(&mut market);
            market.unchanged();
        }
    )+)+};
}

tell! {
    lives:
        a_deal_lives_from_reservation_to_close,
        a_provider_declines_and_the_consumer_has_its_money_back,
        a_provider_gives_up_what_it_accepted_before_it_is_active,
        one_slot_is_declined_while_the_other_lives,
        a_proposal_lapses_when_its_window_is_over,
        an_accepted_placement_lapses_when_it_is_not_activated,
        a_consumer_cancels_before_and_after_acceptance,
        capacity_is_reserved_first_and_data_committed_later,
        a_new_root_counts_once_the_provider_takes_it,
        a_delegate_operates_and_touches_no_money,
        the_next_action_is_told_at_every_stage,
        lists_and_search_show_what_is_alive;
    changes:
        a_term_is_extended_at_the_price_agreed,
        a_provider_that_changed_its_offer_is_not_extended,
        a_reservation_grows,
        a_reservation_shrinks_and_pays_the_notice,
        shrinking_before_leaving_saves_nothing,
        nothing_is_resized_while_a_round_is_open,
        a_term_is_renewed_and_the_time_between_is_not_paid,
        a_renewal_keeps_to_the_ceiling_and_the_money,
        a_renewal_is_too_late_after_its_grace,
        a_renewal_restores_the_collateral,
        a_reservation_goes_to_another_consumer_with_its_escrow,
        an_access_list_is_kept_by_the_consumer,
        a_change_of_a_unit_reaches_no_live_placement;
    endings:
        a_consumer_terminates_with_notice,
        a_consumer_that_terminates_too_late_stays_to_the_end,
        a_provider_withdraws_for_the_fee_it_was_told,
        a_provider_cannot_leave_an_open_round_behind,
        a_provider_leaves_free_once_the_term_is_over,
        a_consumer_closes_and_gets_the_storage_deposit,
        a_keeper_closes_after_the_grace_and_is_paid_by_the_deposit,
        a_deal_that_nobody_touched_for_years_ends_as_agreed;
    rounds:
        a_missed_round_is_slashed_and_not_paid,
        an_invalid_proof_is_a_miss_at_once,
        one_bad_response_of_a_batch_fails_alone,
        a_response_of_the_wrong_shape_is_invalid,
        a_proof_counts_up_to_the_last_instant_of_the_window,
        three_misses_in_a_row_fail_a_placement,
        misses_found_late_cost_what_they_cost_in_time,
        a_reporter_gets_its_share_and_the_parties_none,
        a_spare_repairs_a_failed_replica_for_the_pot,
        a_pot_left_at_close_makes_the_consumer_whole_and_no_more,
        a_challenger_slows_down_and_never_speeds_up,
        a_halted_chain_slashes_nobody,
        time_after_an_open_round_is_paid_once_it_is_proven;
    money:
        money_goes_in_and_out,
        money_sent_past_the_messages_is_owed_to_nobody,
        settling_twice_pays_once_and_in_steps_the_same,
        many_are_settled_in_one_call,
        every_share_is_exact,
        one_dead_payee_blocks_nobody,
        a_party_that_deals_with_itself_gains_nothing;
    governance:
        a_pause_stretches_deadlines,
        a_pause_keeps_every_exit_open,
        a_round_cut_by_a_pause_is_excused,
        a_round_opened_before_a_pause_needs_no_proof,
        a_pause_ends_by_itself,
        the_admin_hands_over_in_two_steps,
        a_configuration_keeps_to_its_bounds,
        a_new_fee_reaches_no_live_placement;
    limits:
        texts_have_their_limits,
        a_reservation_has_one_to_twenty_replicas,
        an_access_list_has_at_most_thirty_two_entries,
        a_page_has_at_most_fifty_entries,
        numbers_of_a_unit_have_their_limits,
        numbers_of_sla_terms_have_their_limits,
        numbers_of_a_challenger_have_their_limits,
        numbers_of_an_order_have_their_limits,
        data_has_as_many_chunks_as_the_capacity_holds,
        a_call_has_at_most_16_kib;
    clusters:
        a_cluster_serves_a_reservation_from_reserve_to_close,
        a_closed_cluster_takes_nothing_new,
        a_cluster_keeps_capacity_before_there_is_data,
        a_reservation_grows_and_shrinks_in_a_cluster,
        many_reservations_are_paid_from_one_deposit,
        a_cluster_renews_at_its_new_price,
        ownership_moved_moves_the_payer,
        a_reservation_is_always_paid_by_its_caller,
        distrust_stops_what_is_new_and_nothing_live;
    members:
        members_take_turns_and_no_provider_holds_two_replicas,
        replicas_are_together_for_who_asks,
        a_region_binds,
        a_member_that_does_not_fit_is_passed_over,
        no_member_fits_where_none_is_left,
        a_member_gives_capacity_back,
        committed_capacity_is_for_the_cluster_alone,
        the_last_member_takes_the_place_of_one_that_leaves,
        a_cluster_has_one_kind;
    managers:
        a_failed_member_is_replaced_by_the_manager,
        a_failed_member_is_replaced_by_the_consumer,
        a_leaving_member_is_replaced,
        a_failing_member_costs_no_other_its_collateral,
        a_manager_replaces_within_bounds,
        a_manager_acts_on_no_unit_that_is_not_its_own,
        management_is_handed_over_in_two_steps,
        a_manager_needs_nothing_but_an_account;
    revenue:
        a_round_of_revenue_is_exact,
        a_member_gets_what_a_direct_deal_pays,
        a_member_that_proves_nothing_gets_nothing,
        a_distribution_of_nothing_is_refused,
        a_distribution_costs_the_same_for_one_member_and_for_five,
        one_dead_payee_among_many_blocks_nobody,
        settling_goes_on_though_a_member_has_nothing_left,
        a_new_price_reaches_nothing_agreed_before,
        a_member_that_left_claims_what_it_has_earned,
        a_price_in_dollars_is_fixed_when_it_is_paid,
        a_stale_rate_stops_what_is_new_and_no_exit,
        an_exchange_rate_of_zero_is_refused;
    office:
        roles_are_granted_listed_and_revoked,
        a_pauser_keeps_to_its_bounds,
        a_price_feed_keeps_to_its_bounds,
        no_office_moves_money,
        an_upgrade_waits_for_its_time_and_lapses,
        an_upgrade_to_unknown_code_is_refused;
}

#[test]
fn every_story_is_told() {
    let chapters = [
        include_str!("../src/stories/lives.rs"),
        include_str!("../src/stories/changes.rs"),
        include_str!("../src/stories/endings.rs"),
        include_str!("../src/stories/rounds.rs"),
        include_str!("../src/stories/money.rs"),
        include_str!("../src/stories/governance.rs"),
        include_str!("../src/stories/limits.rs"),
        include_str!("../src/stories/clusters.rs"),
        include_str!("../src/stories/members.rs"),
        include_str!("../src/stories/managers.rs"),
        include_str!("../src/stories/revenue.rs"),
        include_str!("../src/stories/office.rs"),
    ];
    let this = include_str!("stories.rs");
    let titles = chapters.iter().flat_map(|x| x.lines()).filter_map(|x| x.strip_prefix("pub fn "));
    for title in titles.filter_map(|x| x.split(['<', '(']).next()) {
        assert!(this.contains(&format!("        {title}")), "{title} is not told");
    }
}
