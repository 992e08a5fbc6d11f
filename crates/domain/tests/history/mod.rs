//! One placement and one challenger, run through a plan of rounds; and the same history judged round by round with
//! every instant known. The run does with the rules what the contract does with them, nothing more.
#![allow(dead_code, unused_imports)]

mod happen;
mod plans;
mod records;
mod truth;

use orchestrator_domain::{
    Balance, Challenger, Clock, Maintenance, Misses, Pauses, Payment, Placement, Round, State, DECIDE_MS,
};

pub use plans::{disputed, plans, setups, windows, Event, Plan};
pub use records::{active, cluster_spec, no_round, placement, round, sample, terms, unit, unit_spec};
pub use truth::Truth;

pub const BASE: u64 = 1_700_000_000_000;

/// What both sides agreed.
#[derive(Clone, Debug)]
pub struct Setup {
    pub interval: u32,
    pub window: u32,
    /// By how much the challenger became slower after the placement had named it.
    pub slower: u32,
    pub max_misses: u8,
    pub slash_bps: u16,
    pub price: Balance,
    pub capacity: u64,
    pub collateral: Balance,
    pub bonus: Balance,
    pub fee_bps: u16,
    pub referral_bps: u16,
    /// Zero outside clusters.
    pub manager_bps: u16,
    /// From the last round before it to the activation.
    pub phase: u32,
    /// Whether there was a round before the activation.
    pub opened_before: bool,
    pub term: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Touching {
    Never,
    AsPlanned,
    /// When a window ends: no round is ever left for later.
    AtEveryEnd,
    AfterEveryEvent,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Waiting,
    Proven,
    Wrong,
    Cut,
}

#[derive(Clone, Debug)]
struct Asked {
    opened_at: u64,
    closes_at: u64,
    fate: Fate,
}

pub struct Run {
    pub setup: Setup,
    pub clock: Clock,
    pub challenger: Challenger,
    pub p: Placement,
    /// Of the data unit. Windows are known from the start on, as nobody can announce them for a time that has come.
    pub maintenance: Maintenance,
    pub first_round: u32,
    pub gross: Balance,
    pub fee: Balance,
    pub referral: Balance,
    pub manager: Balance,
    pub bonus: Balance,
    /// Everything paid, one by one.
    pub payments: Vec<Payment>,
    pub slashed: Balance,
    pub refunded: Balance,
    /// What an arbiter has given back of what was unpaid.
    pub given_back: Balance,
    pub failed_at: Option<u64>,
    asked: Vec<Asked>,
    /// Whether the reservation is set to renew.
    pub renews: bool,
    /// Ends of terms, and when each was renewed: rounds in between concern nobody.
    gaps: Vec<(u64, u64)>,
}

impl Run {
    /// Accepted and activated, before the first round that concerns it.
    pub fn new(setup: &Setup) -> Run {
        Run::maintained(setup, &Maintenance::default())
    }

    /// The same on a data unit with maintenance.
    pub fn maintained(setup: &Setup, maintenance: &Maintenance) -> Run {
        let clock = Clock { now: BASE, block: 0, pauses: Pauses::default() };
        let mut challenger = Challenger::new(setup.interval, setup.window).unwrap();
        if setup.opened_before {
            challenger.open([0; 32], &clock).unwrap();
        }
        challenger.slow_down(setup.interval + setup.slower, setup.window + setup.slower).unwrap();
        let mut run = Run {
            setup: setup.clone(),
            first_round: challenger.round,
            clock,
            challenger,
            p: placement(setup),
            maintenance: maintenance.clone(),
            gross: 0,
            fee: 0,
            referral: 0,
            manager: 0,
            bonus: 0,
            payments: Vec::new(),
            slashed: 0,
            refunded: 0,
            given_back: 0,
            failed_at: None,
            asked: Vec::new(),
            renews: false,
            gaps: Vec::new(),
        };
        run.at(BASE + u64::from(setup.phase));
        run.p.accept(&run.clock).unwrap();
        let round = run.round();
        run.p.activate(&run.clock, &round).unwrap();
        run
    }

    /// Runs the whole plan, then waits until everything is over and touches once more.
    pub fn through(setup: &Setup, plans: &[Plan], touching: Touching) -> Run {
        Run::new(setup).finished(plans, touching)
    }

    /// On a data unit with maintenance.
    pub fn through_windows(
        setup: &Setup,
        maintenance: &Maintenance,
        plans: &[Plan],
        touching: Touching,
    ) -> Run {
        Run::maintained(setup, maintenance).finished(plans, touching)
    }

    /// The latest round as the placement sees it.
    pub fn round(&self) -> Round {
        Round { maintenance: self.maintenance.clone(), ..self.challenger.latest(&self.clock) }
    }

    /// The same with a reservation that is set to renew until the plan is over.
    pub fn renewing(setup: &Setup, plans: &[Plan], touching: Touching) -> Run {
        let mut run = Run::new(setup);
        run.renews = true;
        run.finished(plans, touching)
    }

    /// Runs the plan from here on, then waits until everything is over.
    pub fn finished(mut self, plans: &[Plan], touching: Touching) -> Run {
        let setup = self.setup.clone();
        let run = &mut self;
        let mut opens_at = BASE + u64::from(setup.interval + setup.slower);
        for plan in plans {
            run.at(opens_at);
            run.open();
            run.touch_if(touching == Touching::AfterEveryEvent);
            let length = u64::from(setup.interval + setup.slower + plan.extra);
            let mut events: Vec<(u64, Event)> =
                plan.events.iter().map(|(share, e)| (length * u64::from(*share) / 1_000, *e)).collect();
            events.push((u64::from(setup.window + setup.slower), Event::Look));
            events.sort_by_key(|x| x.0);
            for (offset, event) in events {
                run.at(opens_at + offset);
                run.happen(event, touching);
            }
            opens_at += length;
        }
        run.at(opens_at.max(run.p.ends_at) + u64::from(setup.interval));
        run.resume();
        run.renews = false;
        if run.p.dispute.is_some() {
            run.at(run.clock.now + DECIDE_MS);
        }
        run.touch();
        self
    }

    pub fn at(&mut self, now: u64) {
        assert!(now >= self.clock.now, "time runs forward");
        self.clock.now = now;
        self.clock.block = u32::try_from((now - BASE) / 100).unwrap();
    }

    pub fn open(&mut self) {
        self.resume();
        self.challenger.open([3; 32], &self.clock).unwrap();
        let (opened_at, closes_at) = (self.challenger.opened_at, self.challenger.closes_at());
        self.asked.push(Asked { opened_at, closes_at, fate: Fate::Waiting });
    }

    fn resume(&mut self) {
        if self.clock.pauses.paused {
            self.clock.pauses.end(self.clock.now).unwrap();
        }
    }

    fn touch_if(&mut self, really: bool) {
        if really {
            self.touch();
        }
    }

    /// What any message does first: account, punish, pay, carry out what is due.
    pub fn touch(&mut self) {
        if self.p.dispute_is_over(&self.clock) {
            self.p.dispute = None;
        }
        let round = self.round();
        let misses = self.p.account(&round);
        self.punish(&misses);
        if self.p.dispute.is_some() {
            return;
        }
        let grace = if self.renews { u64::MAX } else { 0 };
        match self.p.due(&self.clock, &round, grace) {
            Some(state) => self.finish(state, self.clock.now),
            None if self.p.state == State::Active => self.pay(self.clock.now),
            None => {}
        }
    }

    fn punish(&mut self, misses: &Misses) {
        self.slashed += self.p.slash(misses).unwrap();
        if let Some(at) = misses.failed_at {
            self.failed_at = Some(at);
            self.finish(State::Failed, at);
        }
    }

    fn finish(&mut self, state: State, until: u64) {
        self.p.dispute = None;
        self.pay(until);
        self.refunded += self.p.end(state).0;
    }

    fn pay(&mut self, until: u64) {
        let round = self.round();
        let earned = self.p.earned_down(until, &round).unwrap();
        assert!(earned >= self.p.settled, "earned falls from {} to {earned}", self.p.settled);
        let paid = self.p.settle(until, &round).unwrap();
        let shares = paid.fee + paid.referral + paid.manager;
        assert_eq!(shares + paid.net(), paid.gross, "more is given away than paid: {paid:?}");
        self.gross += paid.gross;
        self.fee += paid.fee;
        self.referral += paid.referral;
        self.manager += paid.manager;
        self.bonus += paid.bonus;
        self.payments.push(paid);
        assert_eq!(self.p.escrow, self.p.owed_up(self.p.ends_at).unwrap(), "escrow pays to the end");
    }
}
