//! One placement and one challenger, run through a plan of rounds; and the same history judged round by round with
//! every instant known. The run does with the rules what the contract does with them, nothing more.
#![allow(dead_code, unused_imports)]

mod plans;

use ink::primitives::AccountId;
use orchestrator_domain::{
    Balance, Challenger, Clock, Misses, Pauses, Payment, Placement, SlaTerms, State, Tally, MONTH_MS,
};

pub use plans::{plans, setups, Event, Plan};

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

/// What is true of a history at a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Truth {
    pub proven: u32,
    pub missed: u32,
    pub streak: u32,
    pub failed_at: Option<u64>,
    pub earned: Balance,
    pub collateral: Balance,
}

pub struct Run {
    pub setup: Setup,
    pub clock: Clock,
    pub challenger: Challenger,
    pub p: Placement,
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
    pub failed_at: Option<u64>,
    asked: Vec<Asked>,
    /// Whether the reservation is set to renew.
    pub renews: bool,
    /// Ends of terms, and when each was renewed: rounds in between concern nobody.
    gaps: Vec<(u64, u64)>,
}

pub fn terms() -> SlaTerms {
    SlaTerms {
        interval_ms: 60_000,
        window_ms: 30_000,
        samples: 1,
        slash_bps: 1_000,
        max_misses: 3,
        collateral_bps: 10_000,
        uptime_bps: 9_900,
        latency_ms: 500,
        notice_ms: 0,
        exit_bps: 500,
        maintenance_ms: 0,
    }
}

/// A placement that was just proposed.
pub fn placement(setup: &Setup) -> Placement {
    let escrow = orchestrator_domain::price_up(setup.price, setup.capacity, setup.term).unwrap();
    Placement {
        reservation: 1,
        slot: 0,
        unit: 1,
        provider: AccountId::from([1; 32]),
        challenger: AccountId::from([2; 32]),
        state: State::Proposed,
        root: [7; 32],
        chunks: 1_000,
        capacity: setup.capacity,
        price: setup.price,
        terms: SlaTerms { max_misses: setup.max_misses, slash_bps: setup.slash_bps, ..terms() },
        fee_bps: setup.fee_bps,
        referral_bps: setup.referral_bps,
        manager_bps: setup.manager_bps,
        reporter_bps: 1_000,
        interval_ms: setup.interval,
        accept_by: u64::MAX,
        activate_by: u64::MAX,
        term_ms: setup.term,
        escrow,
        collateral: 0,
        collateral_initial: setup.collateral,
        bonus: setup.bonus,
        bonus_paid: 0,
        started_at: 0,
        ends_at: 0,
        segment_at: 0,
        served_before_ms: 0,
        earned_before: 0,
        unpaid_ms: 0,
        settled: 0,
        terminated: false,
        place: 1,
        unit_place: 0,
        tally: Tally::default(),
    }
}

impl Run {
    /// Accepted and activated, before the first round that concerns it.
    pub fn new(setup: &Setup) -> Run {
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
            gross: 0,
            fee: 0,
            referral: 0,
            manager: 0,
            bonus: 0,
            payments: Vec::new(),
            slashed: 0,
            refunded: 0,
            failed_at: None,
            asked: Vec::new(),
            renews: false,
            gaps: Vec::new(),
        };
        run.at(BASE + u64::from(setup.phase));
        run.p.accept(&run.clock).unwrap();
        let round = run.challenger.latest(&run.clock);
        run.p.activate(&run.clock, &round).unwrap();
        run
    }

    /// Runs the whole plan, then waits until everything is over and touches once more.
    pub fn through(setup: &Setup, plans: &[Plan], touching: Touching) -> Run {
        Run::new(setup).finished(plans, touching)
    }

    /// The same with a reservation that is set to renew until the plan is over.
    pub fn renewing(setup: &Setup, plans: &[Plan], touching: Touching) -> Run {
        let mut run = Run::new(setup);
        run.renews = true;
        run.finished(plans, touching)
    }

    fn finished(mut self, plans: &[Plan], touching: Touching) -> Run {
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

    fn happen(&mut self, event: Event, touching: Touching) {
        match event {
            Event::Answer(valid) => self.answer(valid),
            Event::Pause if !self.clock.pauses.paused => {
                // Accounting must hold for pauses closer together than the contract ever lets them be.
                self.clock.pauses.next_at = 0;
                self.clock.pauses.begin(self.clock.now).unwrap();
                let now = self.clock.now;
                if let Some(x) = self.asked.last_mut().filter(|x| now < x.closes_at) {
                    if x.fate == Fate::Waiting {
                        x.fate = Fate::Cut;
                    }
                }
            }
            Event::Resume => self.resume(),
            Event::Renew => self.renew(),
            Event::Touch => self.touch_if(touching == Touching::AsPlanned),
            _ => {}
        }
        self.touch_if(touching == Touching::AfterEveryEvent);
    }

    fn answer(&mut self, valid: bool) {
        let now = self.clock.now;
        if let Some(x) = self.asked.last_mut().filter(|x| now < x.closes_at && x.fate == Fate::Waiting) {
            x.fate = if valid { Fate::Proven } else { Fate::Wrong };
        }
        let round = self.challenger.latest(&self.clock);
        if !self.p.owes_proof(&round) {
            return;
        }
        if valid && !self.p.is_behind(&round) {
            self.p.prove(&round);
            return;
        }
        self.touch();
        if self.p.owes_proof(&round) {
            if valid {
                self.p.prove(&round);
            } else {
                let misses = self.p.miss(&round);
                self.punish(&misses);
            }
        }
    }

    fn renew(&mut self) {
        let round = self.challenger.latest(&self.clock);
        if !self.renews || self.clock.now < self.p.ends_at {
            return;
        }
        self.touch();
        if self.p.state != State::Active || self.p.owes_proof(&round) {
            return;
        }
        self.gaps.push((self.p.ends_at, self.clock.now));
        self.p.start_segment(self.p.ends_at, &round).unwrap();
        self.p.ends_at += self.setup.term;
        self.p.escrow = self.p.owed_up(self.p.ends_at).unwrap();
    }

    fn touch_if(&mut self, really: bool) {
        if really {
            self.touch();
        }
    }

    /// What any message does first: account, punish, pay, carry out what is due.
    pub fn touch(&mut self) {
        let round = self.challenger.latest(&self.clock);
        let misses = self.p.account(&round);
        self.punish(&misses);
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
        self.pay(until);
        self.refunded += self.p.end(state).0;
    }

    fn pay(&mut self, until: u64) {
        let round = self.challenger.latest(&self.clock);
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

    /// Judges every round so far by itself.
    pub fn truth(&self) -> Truth {
        let (setup, p) = (&self.setup, &self.p);
        let mut truth = Truth { collateral: setup.collateral, ..Truth::default() };
        let each = setup.collateral * Balance::from(setup.slash_bps) / 10_000;
        let mut until = self.clock.now.min(p.ends_at);
        let mut missed = Vec::new();
        let concerns = |at: u64| at < p.ends_at && !self.gaps.iter().any(|(end, on)| *end <= at && at <= *on);
        for x in self.asked.iter().filter(|x| concerns(x.opened_at)) {
            let is_over = self.clock.now >= x.closes_at;
            match x.fate {
                Fate::Cut => {}
                Fate::Proven => {
                    truth.proven += 1;
                    truth.streak = 0;
                }
                Fate::Waiting if !is_over => until = until.min(x.opened_at),
                Fate::Wrong | Fate::Waiting => {
                    truth.missed += 1;
                    truth.streak += 1;
                    missed.push(x.opened_at);
                    truth.collateral -= each.min(truth.collateral);
                    if truth.streak == u32::from(setup.max_misses) {
                        truth.failed_at = Some(x.opened_at);
                        truth.collateral = 0;
                        until = x.opened_at;
                        break;
                    }
                }
            }
        }
        let monthly = setup.price * Balance::from(setup.capacity);
        let mut from = p.started_at;
        for to in self.gaps.iter().map(|x| x.0).chain([p.ends_at]) {
            let within = |a: u64, b: u64| b.min(to).min(until).saturating_sub(a.max(from));
            let lost: u64 = missed.iter().map(|at| within(*at, at + u64::from(setup.interval))).sum();
            let served = within(from, to) - lost;
            truth.earned += monthly * Balance::from(served) / Balance::from(MONTH_MS);
            from = to;
        }
        truth
    }
}
