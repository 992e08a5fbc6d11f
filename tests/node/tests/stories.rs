//! Stories on a real node, with all invariants checked after each of their steps: the code that the embedded chain runs.
//!
//! A node takes seconds to start, so that stories that are told one after the other share one, each with a contract of its
//! own. One that fails takes its node with it.

use std::{
    process::ExitCode,
    sync::{
        atomic::{AtomicU64, Ordering},
        Arc, Mutex,
    },
};

use libtest_mimic::{Arguments, Trial};
use orchestrator_node::{market, Timed};
use orchestrator_process::Process;
use orchestrator_scenarios::{stories, Market};

type Story = fn(&mut Market<Timed>);

/// Nodes that no story uses now.
#[derive(Default)]
struct Stage {
    free: Mutex<Vec<Timed>>,
    told: AtomicU64,
}

impl Stage {
    fn tell(&self, story: Story) {
        let free = self.free.lock().expect("nobody panics with it in hand").pop();
        let ledger = free.unwrap_or_else(|| Timed::new(Process::start()));
        let mut market = market(ledger, self.told.fetch_add(1, Ordering::Relaxed));
        market.set_up();
        story(&mut market);
        market.unchanged();
        self.free.lock().expect("nobody panics with it in hand").push(market.ledger);
    }
}

fn main() -> ExitCode {
    let stage = Arc::new(Stage::default());
    let trials = told().into_iter().map(|(name, story)| {
        let stage = stage.clone();
        let trial = Trial::test(name, move || {
            stage.tell(story);
            Ok(())
        });
        trial.with_ignored_flag(true)
    });
    let trials = trials.collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

macro_rules! tell {
    ($($chapter:ident: $($story:ident),+;)+) => {
        fn told() -> Vec<(&'static str, Story)> {
            vec![$($((stringify!($story), stories::$chapter::$story::<Timed>),)+)+]
        }
    };
}

tell! {
    lives:
        a_deal_lives_from_reservation_to_close,
        a_consumer_cancels_before_and_after_acceptance,
        capacity_is_reserved_first_and_data_committed_later,
        a_delegate_operates_and_touches_no_money,
        lists_and_search_show_what_is_alive;
    changes:
        a_term_is_renewed_and_the_time_between_is_not_paid,
        a_reservation_goes_to_another_consumer_with_its_escrow;
    endings:
        a_consumer_terminates_with_notice,
        a_provider_withdraws_for_the_fee_it_was_told,
        a_consumer_closes_and_gets_the_storage_deposit,
        a_keeper_closes_after_the_grace_and_is_paid_by_the_deposit;
    rounds:
        a_missed_round_is_slashed_and_not_paid,
        an_invalid_proof_is_a_miss_at_once,
        one_bad_response_of_a_batch_fails_alone,
        three_misses_in_a_row_fail_a_placement,
        misses_found_late_cost_what_they_cost_in_time,
        a_spare_repairs_a_failed_replica_for_the_pot,
        time_after_an_open_round_is_paid_once_it_is_proven;
    money:
        money_goes_in_and_out,
        many_are_settled_in_one_call,
        one_dead_payee_blocks_nobody;
    governance:
        a_round_cut_by_a_pause_is_excused,
        the_admin_hands_over_in_two_steps;
    limits:
        a_call_has_at_most_16_kib;
    clusters:
        a_cluster_serves_a_reservation_from_reserve_to_close,
        a_cluster_keeps_capacity_before_there_is_data;
    managers:
        a_failed_member_is_replaced_by_the_manager;
    revenue:
        one_dead_payee_among_many_blocks_nobody,
        a_distribution_of_nothing_is_refused;
    office:
        roles_are_granted_listed_and_revoked,
        no_office_moves_money,
        an_upgrade_to_unknown_code_is_refused;
    quality:
        an_observer_reports_the_day_before;
    ratings:
        a_rating_belongs_to_who_has_the_reservation;
    repair:
        a_small_pot_goes_to_the_consumer_as_far_as_it_reaches;
}
