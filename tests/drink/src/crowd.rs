//! Many consumers on one data unit, one watcher that challenges all of them.

use ink::primitives::AccountId;
use orchestrator::{
    domain::{bps_down, price_down, Error, Handover, List, Order, State},
    events::{PlacementMoved, Proven},
    Response, Verdict,
};

use crate::{
    market::{account, Market},
    story::{furnished, order, Held, People, CAPACITY, INTERVAL_MS, PRICE, PURSE_INSIDE, TERM_MS, WINDOW_MS},
};

const CROWD: u8 = 30;
/// Capacity of each, so that 25 of them fill the unit.
const SHARE: u64 = 4;
const FITTING: u64 = CAPACITY / SHARE;

/// Everybody's reservation has the number of its consumer, and its placement the same.
fn crowd() -> (Market, People, Held, Vec<AccountId>) {
    let (mut market, p) = furnished();
    let held = Held::new();
    let consumers: Vec<_> = (0..CROWD).map(|i| account(100 + i)).collect();
    market.fund(consumers.clone());
    market.send(p.reporter, market.at().register_challenger(INTERVAL_MS, WINDOW_MS)).unwrap();
    for consumer in &consumers {
        market.pay(*consumer, PURSE_INSIDE, market.at().deposit()).unwrap();
        let order = Order { capacity: SHARE, challenger: Some(p.reporter), ..order(held.replica(1)) };
        market.send(*consumer, market.at().reserve(order)).unwrap();
    }
    (market, p, held, consumers)
}

/// The crowd with as many placements active as the unit carries.
fn full() -> (Market, People, Held, Vec<AccountId>) {
    let (mut market, p, held, consumers) = crowd();
    for id in 1..=FITTING {
        market.send(p.provider, market.at().accept(id)).unwrap();
        market.send(p.provider, market.at().activate(id)).unwrap();
    }
    (market, p, held, consumers)
}

fn everybody(p: &People, consumers: &[AccountId]) -> Vec<AccountId> {
    p.all().into_iter().chain(consumers.iter().copied()).collect()
}

#[test]
fn proposals_take_no_capacity_however_many_they_are() {
    let (mut market, p, _, consumers) = crowd();
    assert_eq!(market.ask(p.provider, market.at().data_unit(1)).unwrap().used, 0);
    for (id, consumer) in (1u64..).zip(&consumers) {
        assert_eq!(market.placement(id).state, State::Proposed);
        assert_eq!(market.reservation(id).consumer, *consumer);
        assert_eq!(market.money(*consumer).locked, PRICE * u128::from(SHARE));
    }
}

#[test]
fn acceptances_stop_where_the_unit_is_full() {
    let (mut market, p, _, _) = full();
    assert_eq!(market.ask(p.provider, market.at().data_unit(1)).unwrap().used, CAPACITY);
    let refused = market.send(p.provider, market.at().accept(FITTING + 1)).unwrap_err();
    assert_eq!(refused, Error::NotEnoughCapacity);
    market.send(p.provider, market.at().decline(1)).unwrap_err();
    market.send(p.provider, market.at().withdraw_placement(1, u128::MAX)).unwrap();
    market.send(p.provider, market.at().accept(FITTING + 1)).unwrap();
}

#[test]
fn one_round_challenges_all_and_each_is_judged_by_itself() {
    let (mut market, p, held, consumers) = full();
    market.send(p.reporter, market.at().open_round([5; 32])).unwrap();
    let mut answers: Vec<Response> = (1..=FITTING).map(|id| held.answer(&mut market, id)).collect();
    // The second shows a path that ends too early, the third answers another round, the fourth another placement.
    answers[1].proofs[0].path.pop();
    answers[2].round = 9;
    answers[3].placement = 4_000;
    let mut verdicts = Vec::new();
    for batch in answers.chunks(5) {
        let done = market.send(p.provider, market.at().prove(batch.to_vec())).unwrap();
        let proven: Vec<u64> = done.all::<Proven>().iter().map(|x| x.placement).collect();
        let valid = batch.iter().zip(&done.value).filter(|(_, v)| **v == Verdict::Proven);
        assert_eq!(proven, valid.map(|(x, _)| x.placement).collect::<Vec<_>>());
        verdicts.extend(done.value);
    }
    let mut expected = vec![Verdict::Proven; usize::try_from(FITTING).unwrap()];
    expected[1] = Verdict::Invalid;
    expected[2] = Verdict::WrongRound;
    expected[3] = Verdict::UnknownPlacement;
    assert_eq!(verdicts, expected);
    for id in 1..=FITTING {
        let tally = market.placement(id).tally;
        let counted = match id {
            2 => (0, 1),
            3 | 4 => (0, 0),
            _ => (1, 0),
        };
        assert_eq!((tally.proven, tally.missed), counted, "placement {id}");
    }
    market.check_books(&everybody(&p, &consumers), &(1..=u64::from(CROWD)).collect::<Vec<_>>());
}

#[test]
fn strangers_prove_for_nobody() {
    let (mut market, p, held, _) = full();
    market.send(p.reporter, market.at().open_round([5; 32])).unwrap();
    let answer = held.answer(&mut market, 1);
    let done = market.send(p.stranger, market.at().prove(vec![answer])).unwrap();
    assert_eq!(done.value, [Verdict::NotProvider]);
    assert!(done.events.is_empty());
    assert_eq!(market.placement(1).tally.missed, 0);
}

#[test]
fn settling_many_at_the_end_pays_each_the_same_and_the_sum_exactly() {
    let (mut market, p, _, consumers) = full();
    market.wait(TERM_MS);
    let ids: Vec<u64> = (1..=FITTING).chain([4_000]).collect();
    let done = market.send(p.stranger, market.at().settle_many(ids)).unwrap();
    let completed = done.all::<PlacementMoved>();
    assert_eq!(completed.len(), usize::try_from(FITTING).unwrap());
    assert!(completed.iter().all(|x| x.state == State::Completed));

    let each = price_down(PRICE, SHARE, TERM_MS).unwrap();
    for consumer in consumers.iter().take(completed.len()) {
        let money = market.money(*consumer);
        assert_eq!((money.available, money.locked), (PURSE_INSIDE - each, 0));
    }
    let fee = bps_down(each, 200).unwrap();
    let money = market.money(p.provider);
    let earned = u128::from(FITTING) * (each - fee);
    assert_eq!((money.available, money.locked), (PURSE_INSIDE + earned, 0));
    assert_eq!(market.ask(p.provider, market.at().settings()).fees, u128::from(FITTING) * fee);
    assert_eq!(market.ask(p.provider, market.at().data_unit(1)).unwrap().used, 0);
    market.check_books(&everybody(&p, &consumers), &(1..=u64::from(CROWD)).collect::<Vec<_>>());
}

#[test]
fn a_consumer_touches_no_other_consumers_reservation() {
    let (mut market, _, held, consumers) = full();
    let [mine, other] = [consumers[0], consumers[1]];
    assert_eq!(market.reservation(2).consumer, other);
    let refusals = [
        market.send(mine, market.at().terminate(2, None)).unwrap_err(),
        market.send(mine, market.at().cancel(2, None)).unwrap_err(),
        market.send(mine, market.at().extend(2, 1_000, u128::MAX)).unwrap_err(),
        market.send(mine, market.at().resize(2, 1, u128::MAX)).unwrap_err(),
        market.send(mine, market.at().set_auto_renew(2, 1)).unwrap_err(),
        market.send(mine, market.at().offer(Handover::Reservation(2), Some(mine))).unwrap_err(),
        market.send(mine, market.at().set_access(2, mine, None)).unwrap_err(),
    ];
    assert_eq!(refusals, [Error::NotConsumer; 7]);
    let refused = market.send(mine, market.at().replace(2, 0, held.replica(2), u128::MAX)).unwrap_err();
    assert_eq!(refused, Error::NotConsumer);
    let refused = market.send(mine, market.at().take_over(Handover::Reservation(2))).unwrap_err();
    assert_eq!(refused, Error::NotOffered);
}

/// All pages of a list, seven entries each.
fn pages(market: &mut Market, list: &List) -> Vec<u64> {
    let (mut seen, mut cursor) = (Vec::new(), 0);
    loop {
        let page = market.ask(Market::admin(), market.at().list(list.clone(), cursor, 7));
        assert!(page.ids.len() <= 7);
        seen.extend(page.ids);
        if page.next == 0 {
            return seen;
        }
        cursor = page.next;
    }
}

#[test]
fn proposals_come_in_pages_without_gap_or_double() {
    let (mut market, _, _, _) = crowd();
    assert_eq!(pages(&mut market, &List::UnitPlacements(1)), (1..=u64::from(CROWD)).collect::<Vec<_>>());
    assert_eq!(pages(&mut market, &List::UnitPlacements(2)), Vec::<u64>::new());
}

/// Proposals cost their consumer's deposit and lengthen no list of the provider.
#[test]
fn a_providers_placements_are_those_that_it_accepted() {
    let (mut market, p, _, _) = crowd();
    let placements = List::Placements(p.provider);
    assert_eq!(pages(&mut market, &placements), Vec::<u64>::new());
    let accepted: Vec<u64> = (1..=FITTING).rev().collect();
    for id in &accepted {
        market.send(p.provider, market.at().accept(*id)).unwrap();
    }
    assert_eq!(pages(&mut market, &placements), accepted);
}
