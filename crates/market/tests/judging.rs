//! Ratings, disputes, maintenance and reports of quality, on the contract's own code.

// Not everything that deals need is needed here.
#[allow(dead_code)]
#[path = "deals/mod.rs"]
mod market;

use market::{refusal, unit, Market, TERM_MS, WINDOW_MS};
use orchestrator::{
    domain::{day_before, Error, Role, SlaTerms, Subject, UnitSpec, Window, DAY_MS, NEUTRAL},
    Observation,
};
use orchestrator_chain::{runtime::UNIT, Ledger, Signer};
use orchestrator_market::parties::{Arbiter, Observer, Party, PartyError};

/// A further account that holds a role, or none.
fn party(market: &mut Market, suri: &str, role: Option<Role>) -> Party {
    let party = Party::new(Signer::from_suri(suri).unwrap(), market.contract);
    market.chain.fund(party.account(), 10_000 * UNIT).unwrap();
    if let Some(role) = role {
        let operator = Party::new(Signer::from_suri("//operator").unwrap(), market.contract);
        let message = operator.market().set_role(party.account(), role, true);
        operator.send(&mut market.chain, "set a role", message).unwrap();
    }
    party
}

fn arbiter(market: &mut Market) -> Arbiter {
    Arbiter::new(party(market, "//arbiter", Some(Role::Arbiter)))
}

fn observer(market: &mut Market) -> Observer {
    Observer::new(party(market, "//observer", Some(Role::Observer)))
}

fn seen(unit: u64, uptime_bps: u16) -> Observation {
    Observation { unit, uptime_bps, latency_ms: 100 }
}

/// A dispute over placement 1 two days after its start, and the bond.
fn disputed(market: &mut Market) -> u128 {
    market.active(5_000, 1);
    market.open_round();
    market.providers[0].answer(&mut market.chain).unwrap();
    let consumer = &market.consumer;
    let bond = consumer.bond(&market.chain, 1).unwrap();
    let now = market.chain.now_ms().unwrap();
    consumer.open_dispute(&mut market.chain, 1, now, [1; 32], bond).unwrap();
    bond
}

/// A unit of the first provider with two days of maintenance in a month.
fn with_maintenance(market: &mut Market) -> u64 {
    let terms = SlaTerms { maintenance_ms: 2 * DAY_MS as u32, ..unit(UNIT).terms };
    let spec = UnitSpec { terms, ..unit(UNIT / 2) };
    market.providers[0].add_unit(&mut market.chain, 1, spec).unwrap()
}

fn in_days(market: &Market, from: u64, days: u64) -> Window {
    let from = market.chain.now_ms().unwrap() + from * DAY_MS;
    Window { from, until: from + days * DAY_MS }
}

#[test]
fn a_rating_counts_once_something_is_paid_and_can_be_changed() {
    let mut market = Market::new(1);
    market.active(5_000, 1);
    let rate = |market: &mut Market, stars| market.consumer.rate(&mut market.chain, 1, stars);
    assert_eq!(refusal(rate(&mut market, 5)), Error::NothingPaid);
    market.open_round();
    market.providers[0].answer(&mut market.chain).unwrap();
    for stars in [0, 6] {
        assert_eq!(refusal(rate(&mut market, stars)), Error::RatingOutOfBounds);
    }
    rate(&mut market, 1).unwrap();
    let bad = market.consumer.party().score(&market.chain, Subject::Unit(1)).unwrap();
    rate(&mut market, 5).unwrap();
    let good = market.consumer.party().score(&market.chain, Subject::Unit(1)).unwrap();
    assert!(bad.score < NEUTRAL && NEUTRAL < good.score, "{bad:?} {good:?}");
    assert_eq!(good.evidence.blamed, 0);
    assert_eq!(market.consumer.party().sla(&market.chain, 1).unwrap().stars, 5);
}

#[test]
fn offers_can_be_asked_for_by_score() {
    let mut market = Market::new(2);
    market.active(5_000, 1);
    market.open_round();
    market.chain.advance(WINDOW_MS.into()).unwrap();
    market.reporter.report(&mut market.chain).unwrap();
    let offers = |least| market.consumer.offers_of(&market.chain, 1, TERM_MS, &[], least).unwrap();
    let found = |least| offers(least).iter().map(|x| x.unit).collect::<Vec<_>>();
    assert_eq!(found(0), [1, 2]);
    assert_eq!(found(NEUTRAL), [2]);
    assert_eq!(found(NEUTRAL + 1), [0; 0]);
    let score = market.consumer.party().score(&market.chain, Subject::Unit(1)).unwrap().score;
    assert_eq!(offers(0)[0].score, score);
    assert_eq!(found(score), [1, 2]);
}

#[test]
fn a_bond_is_a_tenth_of_what_freezes_and_the_ceiling_holds() {
    let mut market = Market::new(1);
    market.active(5_000, 1);
    market.open_round();
    market.providers[0].answer(&mut market.chain).unwrap();
    let consumer = &market.consumer;
    let report = consumer.party().sla(&market.chain, 1).unwrap();
    let bond = consumer.bond(&market.chain, 1).unwrap();
    assert_eq!(bond, (report.unpaid + report.collateral).div_ceil(10));
    let now = market.chain.now_ms().unwrap();
    let open = |market: &mut Market, fact_at, bond| {
        market.consumer.open_dispute(&mut market.chain, 1, fact_at, [1; 32], bond)
    };
    assert_eq!(refusal(open(&mut market, now, bond - 1)), Error::AboveCeiling);
    assert_eq!(refusal(open(&mut market, now + 1, bond)), Error::TooLate);
    let locked = market.consumer.party().money(&market.chain).unwrap().locked;
    open(&mut market, now, bond).unwrap();
    assert_eq!(market.consumer.party().money(&market.chain).unwrap().locked, locked + bond);
    assert_eq!(refusal(open(&mut market, now, bond)), Error::Disputed);
}

#[test]
fn an_arbiter_finds_disputes_once_they_are_answered_or_the_time_to_is_up() {
    let mut market = Market::new(1);
    let arbiter = arbiter(&mut market);
    disputed(&mut market);
    let waiting = |market: &Market| arbiter.undecided(&market.chain).unwrap().len();
    assert_eq!(waiting(&market), 0);
    let early = arbiter.decide_dispute(&mut market.chain, 1, 0, [3; 32]);
    assert_eq!(refusal(early), Error::TooEarly);
    market.chain.advance(3 * DAY_MS - 1).unwrap();
    assert_eq!(waiting(&market), 0);
    market.chain.advance(1).unwrap();
    assert_eq!(waiting(&market), 1);
    let late = market.providers[0].answer_dispute(&mut market.chain, 1, [2; 32]);
    assert_eq!(refusal(late), Error::TooLate);
}

#[test]
fn who_is_given_half_gets_the_bond_back_and_the_rest_is_paid() {
    let mut market = Market::new(1);
    let arbiter = arbiter(&mut market);
    let bond = disputed(&mut market);
    market.providers[0].answer_dispute(&mut market.chain, 1, [2; 32]).unwrap();
    assert_eq!(arbiter.undecided(&market.chain).unwrap()[0].0, 1);
    let before = market.consumer.party().sla(&market.chain, 1).unwrap();
    let free = market.consumer.party().money(&market.chain).unwrap().available;
    arbiter.decide_dispute(&mut market.chain, 1, 5_000, [3; 32]).unwrap();
    let after = market.consumer.party().sla(&market.chain, 1).unwrap();
    assert_eq!(after.refunded, before.unpaid / 2);
    assert_eq!(after.paid - before.paid, before.unpaid - after.refunded);
    assert_eq!(before.collateral - after.collateral, before.collateral / 2);
    let back = market.consumer.party().money(&market.chain).unwrap().available - free;
    assert_eq!(back, after.refunded + bond);
    assert!(arbiter.undecided(&market.chain).unwrap().is_empty());
    assert_eq!(refusal(arbiter.decide_dispute(&mut market.chain, 1, 0, [3; 32])), Error::NotDisputed);
}

#[test]
fn whoever_is_no_arbiter_is_refused_as_such() {
    let mut market = Market::new(1);
    disputed(&mut market);
    market.providers[0].answer_dispute(&mut market.chain, 1, [2; 32]).unwrap();
    let stranger = Arbiter::new(party(&mut market, "//stranger", None));
    assert_eq!(refusal(stranger.decide_dispute(&mut market.chain, 1, 0, [3; 32])), Error::NotInRole);
    let other = party(&mut market, "//another", None);
    let answer = other.market().answer_dispute(1, [2; 32]);
    assert_eq!(refusal(other.send(&mut market.chain, "answer", answer)), Error::NotProvider);
}

#[test]
fn maintenance_is_announced_and_taken_back_by_its_provider_alone() {
    let mut market = Market::new(2);
    let unit = with_maintenance(&mut market);
    let (soon, long) = (in_days(&market, 0, 1), in_days(&market, 2, 3));
    let window = in_days(&market, 2, 1);
    let set = |market: &mut Market, provider: usize, window| {
        market.providers[provider].set_maintenance(&mut market.chain, unit, window)
    };
    assert_eq!(refusal(set(&mut market, 0, Some(soon))), Error::TooLate);
    assert_eq!(refusal(set(&mut market, 0, Some(long))), Error::MaintenanceOutOfBounds);
    assert_eq!(refusal(set(&mut market, 1, Some(window))), Error::NotProvider);
    assert_eq!(refusal(set(&mut market, 0, None)), Error::NothingAnnounced);
    set(&mut market, 0, Some(window)).unwrap();
    let announced = |market: &Market| market.consumer.party().service(&market.chain, unit).unwrap();
    assert_eq!(announced(&market).maintenance.windows, [window]);
    set(&mut market, 0, None).unwrap();
    assert_eq!(announced(&market).maintenance.windows, []);
}

#[test]
fn an_observer_reports_the_day_before_and_nobody_else_does() {
    let mut market = Market::new(2);
    let observer = observer(&mut market);
    market.chain.advance(DAY_MS).unwrap();
    let day = observer.day(&market.chain).unwrap();
    assert_eq!(day, day_before(market.chain.now_ms().unwrap()));
    let told = observer.report_quality(&mut market.chain, &[seen(1, 9_900), seen(2, 4_900)]).unwrap();
    assert_eq!(told, [1, 2]);
    let score = |unit| market.consumer.party().score(&market.chain, Subject::Unit(unit)).unwrap().score;
    assert_eq!(score(1), NEUTRAL);
    assert!(score(2) < NEUTRAL);
    let quality = observer.party().service(&market.chain, 2).unwrap().quality;
    assert_eq!((quality.day, quality.seen.days, quality.seen.uptime_bps), (day, 1, 4_900));
    let wrong = observer.report_quality(&mut market.chain, &[seen(1, 10_001)]);
    assert_eq!(refusal(wrong), Error::ShareOutOfBounds);
    let stranger = Observer::new(party(&mut market, "//stranger", None));
    assert_eq!(refusal(stranger.report_quality(&mut market.chain, &[seen(1, 0)])), Error::NotInRole);
    assert_eq!(stranger.report_quality(&mut market.chain, &[]).unwrap(), [0; 0]);
}

#[test]
fn many_reports_go_in_several_calls() {
    let mut market = Market::new(1);
    let observer = observer(&mut market);
    let spec = unit(UNIT);
    let mut units = vec![1];
    for _ in 0..40 {
        units.push(market.providers[0].add_unit(&mut market.chain, 1, spec.clone()).unwrap());
    }
    let all: Vec<_> = units.iter().map(|id| seen(*id, 9_900)).collect();
    assert_eq!(observer.report_quality(&mut market.chain, &all).unwrap(), units);
    let last = observer.party().service(&market.chain, 41).unwrap().quality;
    assert_eq!(last.reports.len(), 1);
}

#[test]
fn a_day_with_maintenance_is_not_reported() {
    let mut market = Market::new(1);
    let observer = observer(&mut market);
    let unit = with_maintenance(&mut market);
    // The first second of the third day from now.
    let from = market.chain.now_ms().unwrap() / DAY_MS * DAY_MS + 3 * DAY_MS;
    let window = Window { from, until: from + 1_000 };
    market.providers[0].set_maintenance(&mut market.chain, unit, Some(window)).unwrap();
    let mut told = Vec::new();
    for _ in 0..5 {
        market.chain.advance(DAY_MS).unwrap();
        told.push(observer.report_quality(&mut market.chain, &[seen(1, 0), seen(unit, 0)]).unwrap());
    }
    let both = vec![1, unit];
    assert_eq!(told, [both.clone(), both.clone(), both.clone(), vec![1], both]);
}

#[test]
fn a_score_of_what_is_not_there_is_refused() {
    let market = Market::new(0);
    let party = market.consumer.party();
    assert_eq!(refusal(party.score(&market.chain, Subject::Unit(1))), Error::UnknownUnit);
    assert_eq!(refusal(party.sla(&market.chain, 1)), Error::UnknownPlacement);
    assert!(matches!(market.consumer.bond(&market.chain, 1), Err(PartyError::Refused { .. })));
    assert_eq!(party.score(&market.chain, Subject::Provider(party.account())).unwrap().score, NEUTRAL);
}
