//! A slash against what follows from the events before it.

use orchestrator::{
    domain::{bps_down, bps_up, min_blocks, Balance},
    events::Slashed,
    SlashReason,
};
use orchestrator_chain::{AccountId, ContractEvent};
use orchestrator_proof::{draw, Sha2};

use super::course::{Course, Hash32, Opened};

/// All slashes of a placement, judged.
pub struct Replay {
    pub placement: u64,
    pub slashed: Balance,
    pub slashes: Vec<Judged>,
    /// What does not agree and belongs to no slash.
    pub complaints: Vec<String>,
}

/// A slash, and what follows from the events before it.
pub struct Judged {
    pub block: u32,
    pub at: u64,
    pub reason: SlashReason,
    /// The last round that was accounted for with it.
    pub round: u32,
    pub misses: u32,
    pub amount: Balance,
    pub expected: Balance,
    pub reporter: Option<AccountId>,
    pub to_reporter: Balance,
    pub to_pot: Balance,
    /// Too many misses in a row: everything that was left.
    pub forfeits: bool,
    /// The placement has failed with it.
    pub carried_out: bool,
    pub rounds: Vec<Replayed>,
    complaints: Vec<String>,
}

/// A round that a slash was about.
pub struct Replayed {
    pub round: u32,
    pub seed: Hash32,
    pub opened_at: u64,
    pub closes_at: u64,
    pub closes_block: u32,
    /// What was asked; nothing where the root of that time is not told by any event.
    pub chunks: Option<Vec<u64>>,
    pub standing: Standing,
}

/// What a round was for the placement when it was slashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Asked, and its window went by without a proof.
    Missed,
    /// Asked, and its window was open.
    Open,
    Proven,
    /// Opened after the end of the term.
    AfterEnd,
    /// Opened in maintenance.
    InMaintenance,
    /// A pause began in its window.
    CutByPause,
    /// There was no data to ask for.
    WithoutData,
}

impl Replay {
    /// How many slashes or sums differ.
    pub fn differing(&self) -> usize {
        self.complaints.len() + self.slashes.iter().filter(|x| !x.complaints().is_empty()).count()
    }
}

impl Judged {
    /// Judges a slash by the course up to it.
    pub fn of(course: &Course, x: &Slashed, event: &ContractEvent) -> Self {
        let terms = &course.agreed.terms;
        let by_miss = matches!(x.reason, SlashReason::Unanswered | SlashReason::InvalidProof);
        let streak = course.streak.saturating_add(x.misses);
        let forfeits = by_miss && streak >= u32::from(terms.max_misses);
        let expected = match x.reason {
            _ if forfeits => course.left,
            SlashReason::Unanswered | SlashReason::InvalidProof => {
                course.each().saturating_mul(x.misses.into()).min(course.left)
            }
            SlashReason::Exit => {
                bps_up(course.initial, terms.exit_bps.into()).unwrap_or(Balance::MAX).min(course.left)
            }
            SlashReason::Dispute => {
                bps_down(course.left, course.decided.unwrap_or(0).into()).unwrap_or(Balance::MAX)
            }
        };
        let mut judged = Self {
            block: event.block,
            at: event.at_ms,
            reason: x.reason,
            round: x.round,
            misses: x.misses,
            amount: x.amount,
            expected,
            reporter: x.reporter,
            to_reporter: x.to_reporter,
            to_pot: x.to_pot,
            forfeits,
            carried_out: false,
            rounds: rounds(course, x, event),
            complaints: Vec::new(),
        };
        judged.judge(course, x);
        judged
    }

    /// What does not agree.
    pub fn complaints(&self) -> Vec<String> {
        let mut complaints = self.complaints.clone();
        if self.forfeits && !self.carried_out {
            complaints.push("everything was forfeited, and the placement did not fail".to_owned());
        }
        complaints
    }

    fn judge(&mut self, course: &Course, x: &Slashed) {
        let mut ensure = |holds: bool, complaint: String| {
            if !holds {
                self.complaints.push(complaint);
            }
        };
        ensure(x.provider == course.agreed.provider, "the provider is another one".to_owned());
        ensure(x.amount == self.expected, format!("the amount should be {} planks", self.expected));
        let share = match x.reporter {
            Some(_) => bps_down(x.amount, course.agreed.reporter_bps.into()).unwrap_or(Balance::MAX),
            None => 0,
        };
        ensure(x.to_reporter == share, format!("the reporter's share should be {share} planks"));
        ensure(x.reporter != Some(course.agreed.provider), "the provider has reported itself".to_owned());
        let rest = x.amount.saturating_sub(x.to_reporter);
        ensure(x.to_pot == rest, format!("{rest} planks should go into the pot"));
        let standing = |wanted| self.rounds.iter().filter(move |x| x.standing == wanted).count();
        match x.reason {
            SlashReason::Unanswered => {
                let missed = standing(Standing::Missed);
                ensure(x.misses > 0, "no miss is told".to_owned());
                ensure(
                    usize::try_from(x.misses).is_ok_and(|x| x <= missed),
                    format!("{} misses are told, and {missed} rounds were missed", x.misses),
                );
            }
            SlashReason::InvalidProof => {
                ensure(x.misses == 1, "a wrong proof is one miss".to_owned());
                ensure(standing(Standing::Open) == 1, format!("round {} waited for no proof", x.round));
            }
            SlashReason::Exit | SlashReason::Dispute => ensure(x.misses == 0, "misses are told".to_owned()),
        }
        ensure(
            x.reason != SlashReason::Dispute || course.decided.is_some(),
            "no arbiter has decided anything".to_owned(),
        );
    }
}

/// The rounds that a slash can be about: those since the last one that is known to be accounted for.
fn rounds(course: &Course, x: &Slashed, event: &ContractEvent) -> Vec<Replayed> {
    let concerned = |round: &&Opened| match x.reason {
        SlashReason::Unanswered => course.accounted < round.number && round.number <= x.round,
        SlashReason::InvalidProof => round.number == x.round,
        SlashReason::Exit | SlashReason::Dispute => false,
    };
    course.rounds.iter().filter(concerned).map(|round| replay(course, round, event)).collect()
}

fn replay(course: &Course, round: &Opened, event: &ContractEvent) -> Replayed {
    let closes_at = round.at.saturating_add(round.window_ms.into());
    let closes_block = round.block.saturating_add(min_blocks(round.window_ms));
    let data = data(course, round);
    let cut = course.pauses.iter().skip(round.pauses).any(|began| *began < closes_at);
    let standing = if course.proven.contains(&round.number) {
        Standing::Proven
    } else if round.at >= course.ends_at {
        Standing::AfterEnd
    } else if course.maintenance.contains(round.at) {
        Standing::InMaintenance
    } else if cut {
        Standing::CutByPause
    } else if data.is_some_and(|(_, chunks)| chunks == 0) {
        Standing::WithoutData
    } else if event.at_ms < closes_at || event.block < closes_block {
        Standing::Open
    } else {
        Standing::Missed
    };
    let chunks = data.filter(|(_, chunks)| *chunks > 0).map(|(root, chunks)| {
        let contract = course.agreed.contract;
        let drawn = |i| {
            draw::<Sha2>(
                contract.as_ref(),
                course.agreed.placement,
                &root,
                round.number,
                &round.seed,
                i,
                chunks,
            )
        };
        (0..course.agreed.terms.samples).map(drawn).collect()
    });
    Replayed {
        round: round.number,
        seed: round.seed,
        opened_at: round.at,
        closes_at,
        closes_block,
        chunks,
        standing,
    }
}

/// The data that was in force when a round was opened.
fn data(course: &Course, round: &Opened) -> Option<(Hash32, u64)> {
    match round.taken.checked_sub(1) {
        Some(last) => course.taken.get(last).copied(),
        None => course.agreed.first,
    }
}
