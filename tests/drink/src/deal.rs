//! A small deal from registration to closing: what it announces, whom it pays, what is left.

use orchestrator::{
    domain::{bps_down, price_down, Error, NodeState, Order, State},
    events::{
        BalancesChanged, ChallengerRegistered, DataCommitted, DataUnitUpdated, NodeUpdated, PlacementMoved,
        Proven, ProviderUpdated, ReservationChanged, ReservationClosed, RoundOpened, Settled,
    },
    Verdict,
};

use crate::{
    market::{Done, Market},
    story::{
        furnished, live, node, order, unit, Held, People, CAPACITY, INTERVAL_MS, PRICE, PURSE_INSIDE,
        TERM_MS, WINDOW_MS,
    },
};

/// Price of the usual order, and the collateral that it asks for.
const TERM_PRICE: u128 = 10 * PRICE;
const COLLATERAL: u128 = TERM_PRICE / 2;

#[test]
fn registering_announces_provider_node_unit_and_challenger() {
    let p = People::new();
    let mut market = Market::open(p.treasury);
    market.fund(p.all());

    let done = market.send(p.provider, market.at().set_provider(vec![1], Some(p.spare))).unwrap();
    let event: ProviderUpdated = done.one();
    assert_eq!((event.provider, event.delegate), (p.provider, Some(p.spare)));

    let done = market.send(p.provider, market.at().register_node(node())).unwrap();
    assert_eq!(done.value, 1);
    let event: NodeUpdated = done.one();
    assert_eq!((event.node, event.provider, event.state), (1, p.provider, Some(NodeState::Online)));

    let done = market.send(p.provider, market.at().register_unit(1, unit())).unwrap();
    assert_eq!(done.value, 1);
    let event: DataUnitUpdated = done.one();
    assert_eq!((event.unit, event.provider, event.capacity), (1, p.provider, CAPACITY));
    assert_eq!((event.price, event.open), (PRICE, true));

    let message = market.at().register_challenger(INTERVAL_MS, WINDOW_MS);
    let event: ChallengerRegistered = market.send(p.consumer, message).unwrap().one();
    assert_eq!((event.challenger, event.interval_ms, event.window_ms), (p.consumer, INTERVAL_MS, WINDOW_MS));
}

#[test]
fn reserving_announces_placement_money_and_reservation() {
    let (mut market, p) = furnished();
    let held = Held::new();
    let done = market.send(p.consumer, market.at().reserve(order(held.replica(1)))).unwrap();
    assert_eq!(done.value, 1);
    assert_eq!(done.kinds(), ["PlacementMoved", "BalancesChanged", "ReservationChanged"]);
    let moved: PlacementMoved = done.one();
    assert_eq!((moved.placement, moved.reservation, moved.provider), (1, 1, p.provider));
    assert_eq!((moved.slot, moved.unit, moved.state, moved.ends_at), (0, 1, State::Proposed, 0));
    assert_eq!(market.reservation(1).manifest, b"ipfs://manifest");
    assert_eq!((moved.capacity, moved.price, moved.escrow, moved.collateral), (10, PRICE, TERM_PRICE, 0));
    let opened: ReservationChanged = done.one();
    assert_eq!((opened.reservation, opened.consumer, opened.renew_up_to), (1, p.consumer, 0));
    let [money] = done.one::<BalancesChanged>().accounts[..] else { panic!("one account changed") };
    assert_eq!((money.available, money.locked), (PURSE_INSIDE - TERM_PRICE, TERM_PRICE));
}

#[test]
fn accepting_locks_collateral_and_activating_starts_the_term() {
    let (mut market, p) = furnished();
    let held = Held::new();
    market.send(p.consumer, market.at().reserve(order(held.replica(1)))).unwrap();

    let done = market.send(p.provider, market.at().accept(1)).unwrap();
    assert_eq!(done.kinds(), ["BalancesChanged", "PlacementMoved"]);
    assert_eq!(done.one::<PlacementMoved>().state, State::Accepted);
    let [money] = done.one::<BalancesChanged>().accounts[..] else { panic!("one account changed") };
    assert_eq!((money.account, money.locked), (p.provider, COLLATERAL));
    assert_eq!(done.one::<PlacementMoved>().collateral, COLLATERAL);

    let done = market.send(p.provider, market.at().activate(1)).unwrap();
    assert_eq!(done.kinds(), ["PlacementMoved"]);
    let moved: PlacementMoved = done.one();
    assert_eq!((moved.state, moved.ends_at), (State::Active, market.now() + TERM_MS));
    assert_eq!(market.placement(1).ends_at, market.now() + TERM_MS);
}

#[test]
fn a_round_is_answered_with_chunks_and_paths_of_the_stored_tree() {
    let (mut market, p, held) = live();
    market.wait(INTERVAL_MS.into());
    let done = market.send(p.consumer, market.at().open_round([7; 32])).unwrap();
    assert_eq!(done.value, 1);
    let opened: RoundOpened = done.one();
    assert_eq!((opened.challenger, opened.round, opened.seed), (p.consumer, 1, [7; 32]));

    let answer = held.answer(&mut market, 1);
    assert_eq!(market.ask(p.provider, market.at().check_proof(answer.clone())), Verdict::Proven);
    let done = market.send(p.provider, market.at().prove(vec![answer.clone()])).unwrap();
    assert_eq!(done.value, [Verdict::Proven]);
    let proven: Proven = done.one();
    assert_eq!((proven.placement, proven.round), (1, 1));
    assert_eq!(market.placement(1).tally.proven, 1);

    let again = market.send(p.provider, market.at().prove(vec![answer])).unwrap();
    assert_eq!(again.value, [Verdict::NothingAsked]);
    assert!(again.events.is_empty());
}

#[test]
fn another_chunk_in_the_answer_is_a_miss_that_costs_collateral_at_once() {
    let (mut market, p, held) = live();
    market.send(p.consumer, market.at().open_round([7; 32])).unwrap();
    let mut answer = held.answer(&mut market, 1);
    answer.proofs[1].chunk[0] ^= 1;
    let done = market.send(p.provider, market.at().prove(vec![answer])).unwrap();
    assert_eq!(done.value, [Verdict::Invalid]);
    assert_eq!(done.kinds(), ["Slashed", "BalancesChanged"]);
    assert_eq!(market.placement(1).collateral, COLLATERAL - COLLATERAL / 10);
    market.check_books(&p.all(), &[1]);
}

#[test]
fn settling_pays_the_time_served_less_the_fee_and_once_only() {
    let (mut market, p, _) = live();
    market.wait(TERM_MS / 3 + 12_345);
    let gross = price_down(PRICE, 10, TERM_MS / 3 + 12_345).unwrap();
    let fee = bps_down(gross, 200).unwrap();

    let done = market.send(p.stranger, market.at().settle(1)).unwrap();
    let settled: Settled = done.one();
    assert_eq!((settled.placement, settled.provider), (1, p.provider));
    assert_eq!((settled.gross, settled.fee, settled.referral, settled.bonus), (gross, fee, 0, 0));
    assert_eq!(market.money(p.provider).available, PURSE_INSIDE - COLLATERAL + gross - fee);
    assert_eq!(market.money(p.consumer).locked, TERM_PRICE - gross);
    market.check_books(&p.all(), &[1]);

    let again = market.send(p.stranger, market.at().settle(1)).unwrap();
    assert!(again.events.is_empty(), "{:?}", again.kinds());
}

#[test]
fn a_referrer_gets_its_share_of_what_was_earned() {
    let (mut market, p) = furnished();
    let order = Order { referrer: Some(p.referrer), ..order(Held::new().replica(1)) };
    market.send(p.consumer, market.at().reserve(order)).unwrap();
    market.send(p.provider, market.at().accept(1)).unwrap();
    market.send(p.provider, market.at().activate(1)).unwrap();
    market.wait(TERM_MS);
    market.send(p.stranger, market.at().settle(1)).unwrap();
    assert_eq!(market.money(p.referrer).available, bps_down(TERM_PRICE, 50).unwrap());
    market.check_books(&p.all(), &[1]);
}

#[test]
fn terminating_refunds_all_but_the_notice() {
    let (mut market, p, _) = live();
    let served = TERM_MS / 2;
    market.wait(served);
    let done = market.send(p.consumer, market.at().terminate(1, None)).unwrap();
    let changed: PlacementMoved = done.one();
    let ends_at = market.now() + 24 * u64::from(INTERVAL_MS);
    assert_eq!((changed.state, changed.ends_at, changed.capacity), (State::Active, ends_at, 10));
    let whole = price_down(PRICE, 10, served + 24 * u64::from(INTERVAL_MS)).unwrap();
    let money = market.money(p.consumer);
    let paid = price_down(PRICE, 10, served).unwrap();
    assert!(money.locked >= whole - paid && money.locked <= whole - paid + 1, "{}", money.locked);

    market.wait(24 * u64::from(INTERVAL_MS));
    let done = market.send(p.stranger, market.at().settle(1)).unwrap();
    assert_eq!(done.one::<PlacementMoved>().state, State::Terminated);
    assert_eq!(market.money(p.consumer).available, PURSE_INSIDE - whole);
    assert_eq!(market.money(p.consumer).locked, 0);
    market.check_books(&p.all(), &[1]);
}

#[test]
fn closing_frees_every_record_and_refunds_their_storage_deposit() {
    let (mut market, p, _) = live();
    market.send(p.consumer, market.at().commit_data(1, [9; 32], 3)).unwrap();
    market.wait(TERM_MS);
    assert_eq!(market.send(p.stranger, market.at().close(1)).unwrap_err(), Error::NotConsumer);
    let done = market.send(p.consumer, market.at().close(1)).unwrap();
    let closed: ReservationClosed = done.one();
    assert_eq!((closed.reservation, closed.to_consumer, closed.to_treasury), (1, 0, 0));
    assert!(done.storage_refund() > 0);
    let at = market.at();
    assert_eq!(market.ask(p.consumer, at.reservation(1)), None);
    assert_eq!(market.ask(p.consumer, at.placement(1)), None);
    assert_eq!(market.ask(p.consumer, at.committed_data(1)), None);
    assert_eq!(market.send(p.consumer, market.at().close(1)).unwrap_err(), Error::UnknownReservation);
}

#[test]
fn a_new_root_counts_from_the_next_round_on_once_the_provider_takes_it() {
    let (mut market, p, _) = live();
    let done = market.send(p.consumer, market.at().commit_data(1, [9; 32], 3)).unwrap();
    let offered: DataCommitted = done.one();
    assert_eq!((offered.root, offered.chunks, offered.accepted), ([9; 32], 3, false));
    assert_ne!(market.placement(1).root, [9; 32]);
    let done = market.send(p.provider, market.at().accept_data(1, [9; 32], 3)).unwrap();
    assert!(done.one::<DataCommitted>().accepted);
    assert_eq!((market.placement(1).root, market.placement(1).chunks), ([9; 32], 3));
}

#[test]
fn a_completed_deal_leaves_nobodys_money_in_the_contract() {
    let (mut market, p, held) = live();
    for seed in 0..3 {
        market.wait(INTERVAL_MS.into());
        market.send(p.consumer, market.at().open_round([seed; 32])).unwrap();
        let answer = held.answer(&mut market, 1);
        let verdicts = market.send(p.provider, market.at().prove(vec![answer])).unwrap().value;
        assert_eq!(verdicts, [Verdict::Proven]);
        market.check_books(&p.all(), &[1]);
    }
    market.wait(TERM_MS);
    market.send(p.stranger, market.at().settle(1)).unwrap();
    market.send(p.consumer, market.at().close(1)).unwrap();
    market.send(p.stranger, market.at().collect_fees()).unwrap();
    let fee = bps_down(TERM_PRICE, 200).unwrap();
    let expected = [
        (p.provider, PURSE_INSIDE + TERM_PRICE - fee),
        (p.consumer, PURSE_INSIDE - TERM_PRICE),
        (p.spare, PURSE_INSIDE),
        (p.treasury, fee),
    ];
    for (id, available) in expected {
        assert_eq!((market.money(id).available, market.money(id).locked), (available, 0));
        market.send(id, market.at().withdraw(available)).unwrap();
    }
    let solvency = market.ask(p.stranger, market.at().solvency());
    assert_eq!((solvency.held, solvency.owed), (0, 0));
}

#[test]
fn balance_events_alone_rebuild_every_account() {
    let (mut market, p, held) = live();
    let mut latest = Vec::new();
    let mut read =
        |done: Done<()>| latest.extend(done.all::<BalancesChanged>().into_iter().flat_map(|x| x.accounts));
    market.wait(INTERVAL_MS.into());
    market.send(p.consumer, market.at().open_round([1; 32])).unwrap();
    let answer = held.answer(&mut market, 1);
    market.send(p.provider, market.at().prove(vec![answer])).unwrap();
    read(market.send(p.stranger, market.at().settle(1)).unwrap());
    market.send(p.consumer, market.at().open_round([2; 32])).unwrap_err();
    market.wait(INTERVAL_MS.into());
    market.send(p.consumer, market.at().open_round([2; 32])).unwrap();
    market.wait(INTERVAL_MS.into());
    read(market.send(p.reporter, market.at().report_miss(1)).unwrap());
    read(market.send(p.consumer, market.at().resize(1, 20, u128::MAX)).unwrap());
    read(market.send(p.consumer, market.at().extend(1, TERM_MS, u128::MAX)).unwrap());
    read(market.send(p.provider, market.at().withdraw_placement(1, u128::MAX)).unwrap());
    read(market.send(p.consumer, market.at().close(1)).unwrap());
    read(market.send(p.stranger, market.at().collect_fees()).unwrap());
    for id in [p.provider, p.consumer, p.reporter, p.treasury] {
        let event = latest.iter().rev().find(|x| x.account == id).expect("its money moved");
        let money = market.money(id);
        assert_eq!((event.available, event.locked), (money.available, money.locked));
    }
    market.check_books(&p.all(), &[]);
}
