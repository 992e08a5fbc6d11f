//! Money of one placement: shares of what is earned, the repair bonus, the end, and the escrow under every change.

mod history;

use history::{no_round, plans, sample, setups, Plan, Run, Setup, Touching, BASE};
use orchestrator_domain::{
    bps_down, price_down, price_up, share_down, Balance, Error, Payment, Round, State, MAX_MANAGER_BPS,
    MAX_MONTHLY_PRICE, MAX_TERM_MS, MONTH_MS,
};
use proptest::prelude::*;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// What a consumer does between two rounds. Shares are of 1,000.
#[derive(Clone, Debug)]
enum Deed {
    Terminate(u64),
    Extend(u64),
    Resize(u64),
    Settle,
    Wait(u64),
    Open(bool),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        1 => (0u64..300_000).prop_map(Deed::Terminate),
        3 => (1u64..300_000).prop_map(Deed::Extend),
        4 => (1u64..1_000).prop_map(Deed::Resize),
        4 => Just(Deed::Settle),
        8 => (0u64..120_000).prop_map(Deed::Wait),
        6 => any::<bool>().prop_map(Deed::Open),
    ];
    prop::collection::vec(deed, 0..40)
}

/// Brings the escrow to what is owed; says by how much the consumer's locked money changed.
fn fund(run: &mut Run, locked: &mut Balance) {
    let owed = run.p.owed_up(run.p.ends_at).unwrap();
    *locked = *locked + owed - run.p.escrow;
    run.p.escrow = owed;
}

fn act(run: &mut Run, deed: &Deed, locked: &mut Balance) {
    run.touch();
    let round = run.round();
    let now = run.clock.now;
    let runs = run.p.state == State::Active && now < run.p.ends_at && !run.p.terminated;
    match *deed {
        Deed::Terminate(notice) if runs && now + notice < run.p.ends_at => {
            run.p.terminated = true;
            run.p.ends_at = now + notice;
            fund(run, locked);
        }
        Deed::Extend(ms) if runs => {
            run.p.ends_at += ms;
            fund(run, locked);
        }
        Deed::Resize(capacity) if runs => match run.p.start_segment(now, &round) {
            Ok(()) => {
                let less = run.p.capacity.saturating_sub(capacity);
                let notice = 5_000.min(run.p.ends_at - now);
                run.p.earned_before += price_down(run.p.price, less, notice).unwrap();
                run.p.capacity = capacity;
                fund(run, locked);
            }
            refused => assert_eq!((refused, run.p.owes_proof(&round)), (Err(Error::RoundOpen), true)),
        },
        Deed::Wait(ms) => run.at(now + ms),
        Deed::Open(proven) if now >= run.challenger.next_at() => {
            run.open();
            let round = run.round();
            if proven && run.p.owes_proof(&round) {
                run.p.prove(&round);
            }
        }
        _ => {}
    }
    run.touch();
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_a_consumer_changes_the_escrow_pays_to_the_end_and_nothing_is_lost(
        setup in setups(0), deeds in deeds(),
    ) {
        let mut run = Run::new(&setup);
        run.p.escrow = price_up(setup.price, setup.capacity, setup.term).unwrap();
        let mut locked = run.p.escrow;
        for deed in &deeds {
            act(&mut run, deed, &mut locked);
            prop_assert_eq!(run.gross + run.p.escrow + run.refunded, locked);
            prop_assert_eq!(run.p.settled, run.gross);
            if run.p.state == State::Active {
                prop_assert_eq!(run.p.escrow, run.p.owed_up(run.p.ends_at).unwrap());
            }
        }
        run.at(run.clock.now.max(run.p.ends_at) + 1_000_000);
        run.touch();
        prop_assert!(run.p.state != State::Active && run.p.escrow == 0);
        prop_assert_eq!(run.gross + run.refunded, locked);
    }

    #[test]
    fn the_shares_are_never_more_than_what_is_paid_and_do_not_depend_on_the_steps(
        price in 1u128..100_000, fee_bps in 0u16..=1_000, referral_bps in 0u16..=500,
        manager_bps in prop_oneof![Just(0u16), 1u16..=3_000],
        steps in prop::collection::vec(1u64..MONTH_MS / 400, 1..200),
    ) {
        let term = MONTH_MS;
        let setup = Setup { price, capacity: 1, fee_bps, referral_bps, manager_bps, term, ..sample() };
        let (mut run, mut once) = (Run::new(&setup), Run::new(&setup));
        for step in steps {
            run.at(run.clock.now + step);
            run.touch();
        }
        once.at(run.clock.now);
        once.touch();
        prop_assert_eq!(
            (run.gross, run.fee, run.referral, run.manager),
            (once.gross, once.fee, once.referral, once.manager)
        );
        let net: Balance = run.payments.iter().map(Payment::net).sum();
        prop_assert_eq!(run.fee + run.referral + run.manager + net, run.gross);
        let part = |bps: u16| bps_down(run.gross, bps.into()).unwrap();
        let all = part(fee_bps + referral_bps + manager_bps);
        prop_assert_eq!(run.fee + run.referral + run.manager, all);
        prop_assert!(run.referral <= part(referral_bps));
        prop_assert!(run.fee <= part(fee_bps) + 1);
        prop_assert!(run.manager <= part(manager_bps) + 1);
    }

    #[test]
    fn without_a_share_of_the_manager_a_placement_pays_what_a_direct_one_pays_and_with_one_the_member_alone_pays_it(
        setup in setups(50_000), plans in plans(90_000, true), manager_bps in 1u16..=3_000,
    ) {
        let direct = Run::through(&Setup { manager_bps: 0, ..setup.clone() }, &plans, Touching::AsPlanned);
        let both = bps_down(direct.gross, u32::from(setup.fee_bps) + u32::from(setup.referral_bps)).unwrap();
        prop_assert_eq!((direct.fee + direct.referral, direct.manager), (both, 0));
        let managed = Run::through(&Setup { manager_bps, ..setup }, &plans, Touching::AsPlanned);
        prop_assert_eq!((managed.gross, managed.bonus, managed.slashed), (direct.gross, direct.bonus, direct.slashed));
        let ours = managed.fee + managed.referral;
        prop_assert!(ours <= both && both <= ours + 1, "{ours} of {both}: no more than rounding");
        let least = bps_down(direct.gross, manager_bps.into()).unwrap();
        prop_assert!((least..=least + 1).contains(&managed.manager), "{} of {least}", managed.manager);
    }

    #[test]
    fn the_bonus_is_earned_with_the_time_served_and_the_rest_is_left(
        setup in setups(50_000), plans in plans(90_000, true), bonus in 1u128..1_000_000_000,
    ) {
        let setup = Setup { bonus, ..setup };
        let run = Run::through(&setup, &plans, Touching::AfterEveryEvent);
        let until = run.failed_at.unwrap_or(run.clock.now);
        let served = run.p.served_ms(until, &run.round());
        prop_assert_eq!(run.bonus, share_down(bonus, served, setup.term).unwrap());
        prop_assert_eq!((run.p.bonus, run.p.bonus_paid), (run.bonus, run.bonus), "the rest has left the record");
        prop_assert!(run.bonus <= bonus);
    }

    #[test]
    fn what_is_earned_never_falls_as_time_goes_on(
        setup in setups(50_000), proven in prop::collection::vec(any::<bool>(), 0..9),
        instants in prop::collection::vec(0u64..2_000_000, 20),
    ) {
        let mut run = Run::new(&Setup { max_misses: 20, ..setup });
        for proven in proven {
            run.at(run.clock.now.max(run.challenger.next_at()));
            run.open();
            let round = run.round();
            if proven && run.p.owes_proof(&round) {
                run.touch();
                run.p.prove(&round);
            }
        }
        run.p.account(&run.round());
        let mut instants: Vec<u64> = instants.iter().map(|x| run.p.started_at + x).collect();
        instants.sort_unstable();
        for closed in [false, true] {
            let round = Round { closed, ..run.round() };
            run.p.account(&round);
            let earned: Vec<Balance> =
                instants.iter().map(|x| run.p.earned_down(*x, &round).unwrap()).collect();
            prop_assert!(earned.is_sorted(), "{earned:?}");
        }
    }
}

#[test]
fn one_unit_paid_to_provider_treasury_referrer_and_manager_is_not_given_away_twice() {
    for manager_bps in [0, 1, 2_500, 3_000] {
        let setup = Setup { fee_bps: 1_000, referral_bps: 500, manager_bps, ..sample() };
        let mut p = history::placement(&setup);
        (p.state, p.price, p.capacity, p.escrow) = (State::Active, 20, 1, 20);
        (p.started_at, p.segment_at, p.ends_at, p.term_ms) = (BASE, BASE, BASE + MONTH_MS, MONTH_MS);
        for step in 1..=20 {
            let paid = p.settle(BASE + MONTH_MS / 20 * step, &no_round()).unwrap();
            assert_eq!(paid.gross, 1);
            assert!(paid.fee + paid.referral + paid.manager <= 1, "{paid:?}");
        }
    }
}

#[test]
fn settling_twice_in_a_row_pays_nothing_the_second_time() {
    let mut run = Run::new(&sample());
    run.at(BASE + 300_000);
    run.touch();
    assert_eq!(run.gross, price_down(1_000_000_000, 10, 300_000).unwrap());
    let again = run.p.settle(run.clock.now, &run.round()).unwrap();
    assert_eq!(again, Default::default());
}

#[test]
fn a_renewal_at_the_boundary_keeps_what_was_earned_and_pays_on_at_the_new_price() {
    let mut run = Run::new(&sample());
    run.at(BASE + 700_000);
    let round = run.round();
    let first = run.p.settle(run.clock.now, &round).unwrap().gross;
    assert_eq!(first, price_down(1_000_000_000, 10, 600_000).unwrap());
    run.p.start_segment(run.p.ends_at, &round).unwrap();
    run.p.price = 3_000_000_000;
    run.p.ends_at += 600_000;
    run.p.escrow = run.p.owed_up(run.p.ends_at).unwrap();
    assert_eq!(run.p.escrow, price_up(3_000_000_000, 10, 600_000).unwrap());
    let gap = run.p.settle(run.clock.now, &round).unwrap().gross;
    assert_eq!(gap, price_down(3_000_000_000, 10, 100_000).unwrap());
    assert_eq!(run.p.served_ms(run.clock.now, &round), 700_000);
}

#[test]
fn the_interval_of_a_missed_round_goes_on_in_the_next_segment() {
    let mut run = Run::new(&sample());
    run.at(BASE + 60_000);
    run.open();
    run.at(BASE + 100_000);
    run.touch();
    let round = run.round();
    run.p.start_segment(run.clock.now, &round).unwrap();
    assert_eq!(run.p.served_ms(BASE + 100_000, &round), 60_000);
    assert_eq!(run.p.served_ms(BASE + 120_000, &round), 60_000);
    assert_eq!(run.p.served_ms(BASE + 130_000, &round), 70_000);
}

#[test]
fn accepting_and_activating_are_refused_at_their_deadline_and_out_of_turn() {
    let mut run = Run::new(&sample());
    let round = run.round();
    assert_eq!(run.p.accept(&run.clock), Err(Error::WrongState));
    assert_eq!(run.p.activate(&run.clock, &round), Err(Error::WrongState));
    let mut p = history::placement(&sample());
    p.accept_by = BASE;
    assert_eq!(p.accept(&run.clock), Err(Error::TooLate));
    p.accept_by = BASE + 1;
    p.activate_by = BASE;
    assert_eq!(p.accept(&run.clock), Ok(1_000_000));
    assert_eq!(p.activate(&run.clock, &round), Err(Error::TooLate));
    assert_eq!(p.due(&run.clock, &round, 0), Some(State::Cancelled));
}

#[test]
fn leaving_costs_its_share_of_the_collateral_and_never_more_than_is_left() {
    let mut p = Run::new(&sample()).p;
    p.collateral_initial = 1_001;
    assert_eq!(p.exit_fee_up(), Ok(51), "500 of 10,000, rounded up");
    p.collateral = 7;
    assert_eq!(p.exit_fee_up(), Ok(7));
}

#[test]
fn at_the_highest_price_term_collateral_bonus_and_shares_nothing_overflows() {
    let price = price_up(MAX_MONTHLY_PRICE >> 32, 1 << 32, MAX_TERM_MS).unwrap();
    let most = price * 10;
    let setup = Setup {
        price: MAX_MONTHLY_PRICE >> 32,
        capacity: 1 << 32,
        term: MAX_TERM_MS,
        collateral: most,
        bonus: most,
        slash_bps: 10_000,
        fee_bps: 1_000,
        referral_bps: 500,
        manager_bps: MAX_MANAGER_BPS,
        max_misses: 100,
        interval: 30 * 24 * 3_600_000,
        window: 1_000,
        ..sample()
    };
    let mut p = Run::new(&setup).p;
    p.terms.collateral_bps = 100_000;
    p.terms.exit_bps = 10_000;
    assert_eq!(p.collateral_up(price), Ok(most));
    assert_eq!(p.exit_fee_up(), Ok(most));
    let paid = p.settle(p.ends_at, &no_round()).unwrap();
    assert_eq!((paid.gross, paid.bonus), (price_down(p.price, p.capacity, MAX_TERM_MS).unwrap(), most));
    assert_eq!(paid.fee + paid.referral + paid.manager, bps_down(paid.gross, 4_500).unwrap());
    assert_eq!(p.slash(&orchestrator_domain::Misses { count: u32::MAX, failed_at: None }), Ok(most));
}

#[test]
fn a_long_silence_at_the_longest_interval_is_one_failure() {
    let plan = vec![Plan { extra: 0, events: Vec::new() }; 40];
    let setup = Setup { max_misses: 5, term: 100_000_000, ..sample() };
    let run = Run::through(&setup, &plan, Touching::Never);
    assert_eq!((run.p.tally.missed, run.p.tally.excused, run.slashed), (5, 35, 1_000_000));
}
