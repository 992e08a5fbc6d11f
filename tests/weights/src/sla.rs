//! Every message about maintenance, quality, ratings and disputes.

use orchestrator::Observation;
use orchestrator_chain::{runtime::UNIT, Ledger};
use orchestrator_domain::{day_before, Role, SlaTerms, UnitSpec, Window, DAY_MS};

use crate::{
    bench::{id, order, unit, Bench, Cost, HOUR_MS},
    data::Tebibyte,
};

/// An interval after which one proven round is recorded for the score.
const WEEK_MS: u32 = 7 * 24 * 3_600_000;

/// Every message once, with so many others reserved on the same data unit.
pub fn measure(entities: u64) -> Vec<Cost> {
    let mut b = Bench::new();
    let (provider, consumer, observer, arbiter) = ("//Provider", "//Consumer", "//Reporter", "//Manager");
    let node = b.provider(provider);
    let terms = SlaTerms { maintenance_ms: 24 * 3_600_000, ..unit().terms };
    let spec = UnitSpec { terms, ..unit() };
    for _ in 0..10 {
        b.send(provider, |at| at.register_unit(node, spec.clone()));
    }
    b.deposit(consumer);
    b.send(consumer, |at| at.register_challenger(WEEK_MS, 3_600_000));
    b.send("//Admin", |at| at.set_role(id(observer), Role::Observer, true));
    b.send("//Admin", |at| at.set_role(id(arbiter), Role::Arbiter, true));

    let data = Tebibyte::new();
    let order = order(vec![data.on(1)]);
    for _ in 0..entities {
        b.send(consumer, |at| at.reserve(order.clone()));
    }
    let (r, _) = b.send(consumer, |at| at.reserve(order.clone()));
    let p = b.placements(r)[0];
    b.send(provider, |at| at.accept(p));
    b.send(provider, |at| at.activate(p));
    let (round, _) = b.send(consumer, |at| at.open_round([9; 32]));
    b.send(provider, |at| at.prove(vec![data.response(p, round)]));

    let from = now(&b) + 2 * DAY_MS;
    let window = Window { from, until: from + HOUR_MS };
    b.cost("set_maintenance", provider, |at| at.set_maintenance(1, Some(window)));
    b.advance(8 * DAY_MS);
    b.cost("settle, records a week", "//Admin", |at| at.settle(p));
    b.cost("rate", consumer, |at| at.rate(p, 5));
    b.cost("rate, changed", consumer, |at| at.rate(p, 4));

    let seen = |unit| Observation { unit, uptime_bps: 9_000, latency_ms: 500 };
    let (one, ten): (Vec<_>, Vec<_>) = (vec![seen(1)], (1..=10).map(seen).collect());
    let day = day_before(now(&b));
    b.cost("report_quality, 1 unit", observer, |at| at.report_quality(day, one.clone()));
    b.advance(DAY_MS);
    b.cost("report_quality, 10 units", observer, |at| at.report_quality(day + 1, ten.clone()));

    let fact = now(&b) - HOUR_MS;
    b.cost("open_dispute", consumer, |at| at.open_dispute(p, fact, [1; 32], 1_000 * UNIT));
    b.cost("settle, disputed", "//Admin", |at| at.settle(p));
    b.cost("answer_dispute", provider, |at| at.answer_dispute(p, [2; 32]));
    b.cost("decide_dispute", arbiter, |at| at.decide_dispute(p, 5_000, [3; 32]));
    b.costs
}

fn now(b: &Bench) -> u64 {
    b.chain.now_ms().expect("the chain has a clock")
}
