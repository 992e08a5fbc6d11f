//! Every message of a deal between a consumer and a provider, and of governance.

use orchestrator::{Response, Verdict};
use orchestrator_chain::{runtime::UNIT, Ledger, Typed};
use orchestrator_domain::{
    Access, Config, Handover, Order, Role, State, UnitSpec, MONTH_MS, UNIT_REST_MS, UPGRADE_NOTICE_MS,
};

use crate::{
    bench::{id, node, order, unit, Bench, Cost, HOUR_MS},
    data::{Tebibyte, LEVELS},
};

/// Registers units and reservations that have nothing to do with what is measured.
fn crowd(b: &mut Bench, entities: u64) {
    let data = Tebibyte::new();
    let spec = UnitSpec { price: 1, ..unit() };
    for _ in 0..entities {
        let spec = spec.clone();
        b.send("//Provider", |at| at.register_unit(1, spec));
        let order = order(vec![data.on(1)]);
        // Reservations of one replica and their placements have the same numbers.
        let (placement, _) = b.send("//Consumer", |at| at.reserve(order));
        b.send("//Provider", |at| at.accept(placement));
    }
}

/// Every message once, in a market with so many other entities.
pub fn measure(entities: u64) -> Vec<Cost> {
    let mut b = Bench::new();
    let (consumer, provider) = (id("//Consumer"), "//Provider");
    let data = Tebibyte::new();
    b.cost("set_provider", provider, |at| at.set_provider(vec![1; 64], None));
    b.cost("register_node", provider, |at| at.register_node(node()));
    b.send(provider, |at| at.register_unit(1, unit()));
    b.deposit(provider);
    b.deposit("//Consumer");
    b.cost("register_challenger", "//Consumer", |at| at.register_challenger(3_600_000, 1_800_000));
    crowd(&mut b, entities);

    let spare = b.cost("register_unit", provider, |at| at.register_unit(1, unit()));
    b.cost("update_unit", provider, |at| at.update_unit(1, unit()));
    b.cost("retire_unit", provider, |at| at.retire_unit(spare));
    b.advance(UNIT_REST_MS);
    b.cost("update_node", provider, |at| at.update_node(1, node()));
    let (empty, _) = b.send(provider, |at| at.register_node(node()));
    b.cost("retire_node", provider, |at| at.retire_node(empty));
    b.cost("deposit", "//Consumer", |at| at.deposit().transferred_value(10 * UNIT));
    b.cost("deposit_for", "//Reporter", |at| at.deposit_for(consumer).transferred_value(UNIT));
    b.cost("withdraw", "//Consumer", |at| at.withdraw(UNIT));
    let (mut one, twenty) = (order(vec![data.on(1)]), order(vec![data.on(1); 20]));
    one.replicas[0].root = [1; 32];
    let r = b.cost("reserve, 1 replica", "//Consumer", |at| at.reserve(one.clone()));
    let many = b.cost("reserve, 20 replicas", "//Consumer", |at| at.reserve(twenty.clone()));
    let p = b.placements(r)[0];
    b.cost("accept", provider, |at| at.accept(p));
    b.cost("activate", provider, |at| at.activate(p));
    for p in b.placements(many) {
        b.send(provider, |at| at.accept(p));
        b.send(provider, |at| at.activate(p));
    }
    b.cost("commit_data", "//Consumer", |at| at.commit_data(p, data.root, 1 << LEVELS));
    b.cost("accept_data", provider, |at| at.accept_data(p, data.root, 1 << LEVELS));
    b.cost("set_access", "//Consumer", |at| at.set_access(r, consumer, Some(Access::Reader)));
    b.advance(2 * HOUR_MS);
    let round: u32 = b.cost("open_round", "//Consumer", |at| at.open_round([9; 32]));
    let response = data.response(p, round);
    let verdicts = b.cost("prove, 1 TiB, 1 sample", provider, |at| at.prove(vec![response.clone()]));
    assert_eq!(verdicts, [Verdict::Proven]);
    let batch: Vec<Response> = b.placements(many)[..7].iter().map(|p| data.response(*p, round)).collect();
    let verdicts = b.cost("prove, 7 placements", provider, |at| at.prove(batch.clone()));
    assert_eq!(verdicts, [Verdict::Proven; 7]);
    b.advance(HOUR_MS);
    b.cost("settle", "//Reporter", |at| at.settle(p));
    let ten = b.placements(many)[..10].to_vec();
    b.cost("settle_many, 10 placements", "//Reporter", |at| at.settle_many(ten.clone()));
    let leaves = b.placements(many)[18];
    b.cost("withdraw_placement", provider, |at| at.withdraw_placement(leaves, UNIT));
    b.cost("terminate, 1 slot", "//Consumer", |at| at.terminate(many, Some(19)));
    b.cost("terminate, 18 slots", "//Consumer", |at| at.terminate(many, None));
    b.cost("extend", "//Consumer", |at| at.extend(r, HOUR_MS, UNIT));
    b.cost("resize", "//Consumer", |at| at.resize(r, 1 << 11, 10 * UNIT));
    b.cost("set_auto_renew", "//Consumer", |at| at.set_auto_renew(r, UNIT));
    b.send("//Consumer", |at| at.set_auto_renew(r, 0));
    let what = Handover::Reservation(r);
    b.cost("offer, reservation", "//Consumer", |at| at.offer(what, Some(consumer)));
    b.cost("take_over, reservation", "//Consumer", |at| at.take_over(what));
    b.send("//Consumer", |at| at.open_round([10; 32]));
    b.advance(HOUR_MS);
    b.cost("report_miss", "//Reporter", |at| at.report_miss(p));
    b.send("//Consumer", |at| at.open_round([11; 32]));
    b.advance(HOUR_MS);
    b.cost("report_miss, last one", "//Reporter", |at| at.report_miss(p));
    let state = b.chain.ask(consumer, b.at.placement(p)).expect("a view answers").map(|x| x.state);
    assert_eq!(state, Some(State::Failed));
    let replica = data.on(1);
    let p = b.cost("replace", "//Consumer", |at| at.replace(r, 0, replica.clone(), 10 * UNIT));
    b.cost("decline", provider, |at| at.decline(p));
    b.cost("close", "//Consumer", |at| at.close(r));
    b.cost("collect_fees", "//Reporter", |at| at.collect_fees());
    renew_and_cancel(&mut b, &one);
    b.cost("close, 20 replicas", "//Consumer", |at| at.close(many));
    govern(&mut b);
    b.costs
}

fn renew_and_cancel(b: &mut Bench, one: &Order) {
    let (r, _) = b.send("//Consumer", |at| at.reserve(one.clone()));
    b.cost("cancel", "//Consumer", |at| at.cancel(r, None));
    let (r, _) = b.send("//Consumer", |at| at.reserve(one.clone()));
    let p = b.placements(r)[0];
    b.send("//Provider", |at| at.accept(p));
    b.send("//Provider", |at| at.activate(p));
    b.send("//Consumer", |at| at.set_auto_renew(r, UNIT));
    b.advance(MONTH_MS);
    b.cost("renew", "//Reporter", |at| at.renew(p));
}

fn govern(b: &mut Bench) {
    let (admin, feed) = ("//Admin", "//Reporter");
    b.cost("set_role", admin, |at| at.set_role(id(feed), Role::PriceFeed, true));
    let now = b.chain.now_ms().expect("the chain has a clock");
    b.cost("set_rate", feed, |at| at.set_rate(5 * UNIT, now));
    b.cost("configure", admin, |at| at.configure(Config::default(), id("//Treasury")));
    b.cost("set_paused", admin, |at| at.set_paused(true));
    b.send(admin, |at| at.set_paused(false));
    let code: [u8; 32] = b.code_hash.into();
    b.cost("announce_upgrade", admin, |at| at.announce_upgrade(Some(code)));
    b.advance(UPGRADE_NOTICE_MS);
    b.cost("upgrade", admin, |at| at.upgrade());
    b.cost("offer, admin", admin, |at| at.offer(Handover::Admin, Some(id(feed))));
    b.cost("take_over, admin", feed, |at| at.take_over(Handover::Admin));
}
