//! Invariants of disputes, maintenance and scores notice when they are broken: a good step is spoiled in one place, and the
//! number is told.

use orchestrator::{SlashReason, Verdict};
use orchestrator_chain::{Embedded, Ledger, Message};
use orchestrator_domain::{
    Dispute, Error, History, Placement, Role, Scoring, State, Subject, Window, DAY_MS, MONTH_MS,
};
use orchestrator_scenarios::{
    invariants::{disputes, maintenance, misses, money, score, standings, state, Watch},
    At, Fact, Market, Picture, Who,
    Who::*,
};

/// One accepted call: what was before, what is after, and what its events say.
struct Step {
    before: Picture,
    after: Picture,
    facts: Vec<Fact>,
    caller: Who,
    at_ms: u64,
}

impl Step {
    fn of<M, T>(m: &mut Market<Embedded>, caller: Who, message: impl FnOnce(&mut At) -> M) -> Self
    where
        M: Message<Answer = Result<T, Error>>,
        T: scale::Decode,
    {
        let before = m.picture().clone();
        m.done(caller, message);
        let (facts, at_ms) = (Fact::among(&m.receipt().events), m.receipt().at_ms);
        Self { before, after: m.picture().clone(), facts, caller, at_ms }
    }

    fn placement(&mut self) -> &mut Placement {
        self.after.placements.get_mut(&1).expect("it is there")
    }

    /// The number of the invariant of disputes or money that does not hold.
    fn broken(&self, m: &Market<Embedded>) -> Option<u8> {
        let told = money(&self.before, &self.after, m.id(self.caller), &self.facts, self.at_ms);
        told.and_then(|()| disputes(&self.before, &self.after, &self.facts)).err().map(|x| x.number)
    }

    /// The same call, spoiled.
    fn spoiled(&self, m: &Market<Embedded>, spoil: impl FnOnce(&mut Self)) -> Option<u8> {
        let facts = Fact::among(&m.receipt().events);
        let (before, after) = (self.before.clone(), self.after.clone());
        let mut other = Self { before, after, facts, caller: self.caller, at_ms: self.at_ms };
        spoil(&mut other);
        other.broken(m)
    }

    fn resting(&self) -> Option<u8> {
        maintenance(&self.before, &self.after, self.at_ms, &self.facts).err().map(|x| x.number)
    }
}

/// Placement 1 is active and was paid for a beat; another is not.
fn paid() -> Market<Embedded> {
    let mut m = Market::embedded();
    m.quota_ms = 2 * m.interval();
    m.set_up();
    let arbiter = m.id(Arbiter);
    m.done(Admin, |at| at.set_role(arbiter, Role::Arbiter, true));
    let mut order = m.order(&[1]);
    order.term_ms = 90 * m.beat_ms;
    let (_, p) = m.deal_as(Consumer, order);
    assert_eq!(p, [1]);
    m.proven_beat(&p);
    m.settle(1);
    m.proven_beat(&p);
    m
}

fn open(m: &mut Market<Embedded>) -> Step {
    let now = m.clock().now;
    Step::of(m, Consumer, |at| at.open_dispute(1, now, [1; 32], u128::MAX))
}

fn answer(m: &mut Market<Embedded>) -> Step {
    Step::of(m, Provider, |at| at.answer_dispute(1, [2; 32]))
}

#[test]
fn a_bond_that_is_no_tenth_or_moves_money_is_told() {
    let mut m = paid();
    let opened = open(&mut m);
    let spoiled = |spoil: fn(&mut Step)| opened.spoiled(&m, spoil);
    assert_eq!(spoiled(|_| ()), None);
    assert_eq!(spoiled(|s| bond(s, 1)), Some(16));
    assert_eq!(spoiled(|s| bond(s, u128::MAX / 2)), Some(16));
    assert_eq!(spoiled(|s| told_bond(s, 1)), Some(16));
    assert_eq!(spoiled(|s| s.placement().settled += 1), Some(16));
    assert_eq!(spoiled(|s| s.placement().dispute = None), Some(16));
    assert_eq!(spoiled(|s| s.facts.clear()), Some(16));
}

fn bond(s: &mut Step, amount: u128) {
    s.placement().dispute.as_mut().expect("it is disputed").bond = amount;
    told_bond(s, amount);
}

fn told_bond(s: &mut Step, amount: u128) {
    for fact in &mut s.facts {
        if let Fact::Dispute(x) = fact {
            x.bond = amount;
        }
    }
}

#[test]
fn a_state_with_a_dispute_is_told_by_its_number() {
    let mut m = paid();
    open(&mut m);
    let (s, now) = (m.picture().clone(), m.clock().now);
    let broken = |spoil: fn(&mut Placement)| {
        let mut spoiled = s.clone();
        spoil(spoiled.placements.get_mut(&1).expect("it is there"));
        state(&spoiled, now).err().map(|x| x.number)
    };
    assert_eq!(broken(|_| ()), None);
    assert_eq!(broken(|p| p.dispute.as_mut().expect("it is disputed").bond += 1), Some(3));
    assert_eq!(broken(|p| p.dispute = None), Some(3));
    assert_eq!(broken(|p| p.refunded = p.settled + 1), Some(16));
    let mut ended = s.clone();
    let over = ended.placements.get_mut(&1).expect("it is there");
    let money = (over.escrow, over.collateral, over.bond());
    (over.escrow, over.collateral, over.state) = (0, 0, State::Completed);
    let none = over.dispute.clone().map(|x| Dispute { bond: 0, ..x });
    over.dispute = none;
    ended.accounts.get_mut(&m.id(Consumer)).expect("it is known").locked -= money.0 + money.2;
    ended.accounts.get_mut(&m.id(Consumer)).expect("it is known").available += money.0 + money.2;
    ended.accounts.get_mut(&m.id(Provider)).expect("it is known").locked -= money.1;
    ended.accounts.get_mut(&m.id(Provider)).expect("it is known").available += money.1;
    assert_eq!(state(&ended, now).err().map(|x| x.number), Some(16));
}

#[test]
fn money_that_moves_while_it_is_frozen_is_told() {
    let mut m = paid();
    open(&mut m);
    m.open_round();
    m.beats(1);
    let settled = Step::of(&mut m, Stranger, |at| at.settle(1));
    let spoiled = |spoil: fn(&mut Step)| settled.spoiled(&m, spoil);
    assert!(settled.facts.iter().any(|x| matches!(x, Fact::Slashed(_))), "a miss is slashed all the same");
    assert_eq!(spoiled(|_| ()), None);
    assert_eq!(spoiled(|s| s.placement().settled += 1), Some(16));
    assert_eq!(spoiled(|s| s.placement().refunded += 1), Some(16));
    assert_eq!(spoiled(|s| s.placement().segment_at += 1), Some(16));
    assert_eq!(spoiled(|s| s.placement().escrow -= 1), Some(16));
    assert_eq!(spoiled(|s| s.placement().collateral -= 1), Some(16));
    assert_eq!(spoiled(|s| s.placement().capacity += 1), Some(16));
    assert_eq!(spoiled(|s| s.placement().dispute = None), Some(16));
    assert_eq!(spoiled(|s| s.placement().dispute.as_mut().expect("open").answer = [7; 32]), Some(16));
    assert_eq!(spoiled(|s| s.placement().dispute.as_mut().expect("open").decide_by += 1), Some(16));
}

#[test]
fn a_decision_that_moves_something_else_is_told() {
    for (bps, to_consumer) in [(3_333, false), (5_000, true)] {
        let mut m = paid();
        open(&mut m);
        answer(&mut m);
        let decided = Step::of(&mut m, Arbiter, |at| at.decide_dispute(1, bps, [3; 32]));
        let spoiled = |spoil: &dyn Fn(&mut Step)| decided.spoiled(&m, spoil);
        assert_eq!(spoiled(&|_| ()), None);
        assert_eq!(spoiled(&|s| s.placement().refunded += 1), Some(16));
        assert_eq!(spoiled(&|s| s.placement().refunded = 0), Some(16));
        assert_eq!(spoiled(&|s| share(s, bps + 100)), Some(16));
        assert_eq!(spoiled(&|s| slashed(s, SlashReason::Unanswered)), Some(16));
        assert_eq!(spoiled(&|s| s.facts.retain(|x| !matches!(x, Fact::Dispute(_)))), {
            // Untold, the provider's gain is noticed first.
            if to_consumer {
                Some(16)
            } else {
                Some(12)
            }
        });
        assert_eq!(spoiled(&|s| share(s, 10_000 - bps)), if to_consumer { None } else { Some(12) });
    }
}

fn share(s: &mut Step, bps: u16) {
    for fact in &mut s.facts {
        if let Fact::Dispute(x) = fact {
            x.to_consumer_bps = bps;
        }
    }
}

fn slashed(s: &mut Step, reason: SlashReason) {
    for fact in &mut s.facts {
        if let Fact::Slashed(x) = fact {
            x.reason = reason;
        }
    }
}

#[test]
fn maintenance_that_nobody_announced_is_told() {
    let mut m = paid();
    let (from, quota) = (m.clock().now + 2 * DAY_MS, u64::from(m.quota_ms));
    let window = Window { from, until: from + quota };
    let set = Step::of(&mut m, Provider, |at| at.set_maintenance(1, Some(window)));
    let spoiled = |spoil: &dyn Fn(&mut Vec<Window>)| {
        let (before, mut after) = (set.before.clone(), set.after.clone());
        spoil(&mut after.services.get_mut(&1).expect("it is there").maintenance.windows);
        let facts = Fact::among(&m.receipt().events);
        Step { before, after, facts, caller: set.caller, at_ms: set.at_ms }.resting()
    };
    assert_eq!(spoiled(&|_| ()), None);
    assert_eq!(spoiled(&|x| x[0].until += 1), Some(18), "above the quota");
    assert_eq!(spoiled(&|x| x[0].until = x[0].from), Some(18), "empty");
    assert_eq!(spoiled(&|x| x[0].from = set.at_ms + DAY_MS - 1), Some(18), "too soon");
    let late = set.at_ms + DAY_MS + MONTH_MS + 1;
    assert_eq!(spoiled(&|x| x[0] = Window { from: late, until: late + 1 }), Some(18), "too far ahead");
    assert_eq!(spoiled(&|x| x.push(window)), Some(18), "out of order");
    let past = Window { from: set.at_ms - 2, until: set.at_ms - 1 };
    assert_eq!(spoiled(&|x| x.insert(0, past)), Some(18), "in the past");
    let mut silent = set;
    silent.facts.clear();
    assert_eq!(silent.resting(), Some(18));
    silent.after = silent.before.clone();
    silent.after.services.get_mut(&1).expect("it is there").quality.day += 1;
    assert_eq!(silent.resting(), Some(18));
}

#[test]
fn pay_for_maintenance_is_told() {
    let m = paid();
    let (mut s, now) = (m.picture().clone(), m.clock().now);
    assert_eq!(state(&s, now), Ok(()));
    let rest = Window { from: now - 3 * m.beat_ms / 2, until: now };
    s.services.get_mut(&1).expect("it is there").maintenance.windows.push(rest);
    assert_eq!(state(&s, now).err().map(|x| x.number), Some(7));
}

/// A placement with a miss, a rating and a proof; and what its events say was found.
fn scored() -> (Market<Embedded>, History) {
    let mut m = paid();
    m.done(Consumer, |at| at.rate(1, 5));
    m.open_round();
    assert_eq!(m.prove_wrongly(1), Verdict::Invalid);
    let (at, mut history) = (m.clock().now, History::default());
    for fact in Fact::among(&m.ledger.events(m.contract, 0).expect("events are kept")) {
        if let Fact::Scored(x) = fact {
            history.record(&Scoring { at, provider: x.provider, unit: x.unit, found: x.found });
        }
    }
    (m, history)
}

#[test]
fn a_standing_that_events_do_not_add_up_to_is_told() {
    let (m, history) = scored();
    let provider = m.id(Provider);
    let broken = |spoil: &dyn Fn(&mut Picture)| {
        let mut s = m.picture().clone();
        spoil(&mut s);
        standings(&history, &s).err().map(|x| x.number)
    };
    assert_eq!(broken(&|_| ()), None);
    assert_eq!(broken(&|s| s.accounts.get_mut(&provider).expect("known").standing.now.kept += 1), Some(17));
    assert_eq!(broken(&|s| s.units.get_mut(&1).expect("known").standing.now.missed -= 1), Some(17));
    assert_eq!(broken(&|s| s.units.get_mut(&2).expect("known").standing.month += 1), Some(17));
    assert_eq!(standings(&History::default(), m.picture()).err().map(|x| x.number), Some(17));
}

#[test]
fn a_score_that_is_not_the_formulas_is_told() {
    let (m, history) = scored();
    let (now, provider) = (m.clock().now, m.id(Provider));
    for subject in [Subject::Provider(provider), Subject::Unit(1), Subject::Unit(2)] {
        let told = m.ask(|at| at.score(subject)).expect("it has a score");
        let broken = |spoil: &dyn Fn(&mut orchestrator::Score)| {
            let mut other = told.clone();
            spoil(&mut other);
            score(&history, m.picture(), subject, &other, now).err().map(|x| x.number)
        };
        assert_eq!(broken(&|_| ()), None);
        assert_eq!(broken(&|x| x.score += 1), Some(17));
        assert_eq!(broken(&|x| x.score = 10_001), Some(17));
        assert_eq!(broken(&|x| x.prior = 10_001), Some(17));
        assert_eq!(broken(&|x| x.evidence.short += 1 << 40), Some(17));
    }
}

#[test]
fn a_miss_that_is_slashed_and_not_scored_is_told() {
    let mut m = paid();
    m.silent_beat();
    let step = Step::of(&mut m, Stranger, |at| at.settle(1));
    let broken = |spoil: fn(&mut Fact)| {
        let mut facts = Fact::among(&m.receipt().events);
        facts.iter_mut().for_each(spoil);
        misses(&step.before, &facts).err().map(|x| x.number)
    };
    assert_eq!(broken(|_| ()), None);
    assert_eq!(broken(|x| slash(x, |x| x.misses += 1)), Some(19));
    assert_eq!(broken(|x| slash(x, |x| x.misses = 0)), Some(19));
    assert_eq!(broken(|x| slash(x, |x| x.placement = 9)), Some(19));
    assert_eq!(broken(|x| find(x, |x| x.found.seen.missed += 1)), Some(19));
    assert_eq!(broken(|x| find(x, |x| x.unit = None)), Some(19));
    assert_eq!(broken(|x| find(x, |x| x.unit = Some(2))), Some(19));
}

fn slash(fact: &mut Fact, spoil: fn(&mut orchestrator::events::Slashed)) {
    if let Fact::Slashed(x) = fact {
        spoil(x);
    }
}

fn find(fact: &mut Fact, spoil: fn(&mut orchestrator::events::Scored)) {
    if let Fact::Scored(x) = fact {
        spoil(x);
    }
}

#[test]
fn what_a_record_says_was_slashed_and_given_back_is_what_events_say() {
    let mut m = paid();
    m.silent_beat();
    m.settle(1);
    let empty = Market::embedded();
    let empty = Picture::read(&empty.ledger, empty.contract, &Default::default());
    let told = |spoil: fn(&mut Placement)| {
        let facts = Fact::among(&m.ledger.events(m.contract, 0).expect("events are kept"));
        let mut s = m.picture().clone();
        spoil(s.placements.get_mut(&1).expect("it is there"));
        let step = Watch::new(empty.clone()).step(s, m.clock().now, m.id(Stranger), &facts);
        step.err().map(|x| x.number)
    };
    // All of history in one step says too little of who paid whom: that comes after the records.
    assert_eq!(told(|_| ()), Some(12));
    assert_eq!(told(|p| p.slashed += 1), Some(9));
    assert_eq!(told(|p| p.refunded = p.settled), Some(4), "shares are taken of what was not given back");
}
