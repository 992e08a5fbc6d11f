//! What happens in a run, one thing at a time.

use super::{Event, Fate, Run, Touching};
use orchestrator_domain::State;

impl Run {
    pub(super) fn happen(&mut self, event: Event, touching: Touching) {
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
            Event::Dispute => self.dispute(),
            Event::Divide(bps) => self.divide(bps),
            Event::Touch => self.touch_if(touching == Touching::AsPlanned),
            Event::Look => self.touch_if(touching == Touching::AtEveryEnd),
            _ => {}
        }
        self.touch_if(touching == Touching::AfterEveryEvent);
    }

    fn answer(&mut self, valid: bool) {
        let now = self.clock.now;
        if let Some(x) = self.asked.last_mut().filter(|x| now < x.closes_at && x.fate == Fate::Waiting) {
            x.fate = if valid { Fate::Proven } else { Fate::Wrong };
        }
        let round = self.round();
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
        let round = self.round();
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

    /// Rounds are accounted before, and nothing is paid: all that is unpaid freezes.
    fn dispute(&mut self) {
        let round = self.round();
        let misses = self.p.account(&round);
        self.punish(&misses);
        // Money must be right for disputes closer together than the rules ever let them be.
        self.p.disputable_at = 0;
        if self.p.state == State::Active && self.p.dispute.is_none() {
            let opened = self.p.dispute(self.clock.now, [9; 32], &self.clock, &round);
            assert_eq!(opened.is_ok(), self.p.dispute.is_some());
        }
    }

    fn divide(&mut self, bps: u16) {
        self.touch();
        if self.p.dispute.is_none() {
            return;
        }
        self.p.answer([8; 32], &self.clock).unwrap();
        let (back, cut) = self.p.divide_down(bps, &self.clock, &self.round()).unwrap();
        self.given_back += back;
        self.slashed += cut;
        self.touch();
    }
}
