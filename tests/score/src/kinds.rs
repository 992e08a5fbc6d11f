//! Kinds of providers, each run through sixty days of daily rounds.

use ink::primitives::AccountId;
use orchestrator_domain::{Balance, Evidence, Result, DAY_MS};

use crate::book::{Book, EPOCH};
use crate::chance::Chance;
use crate::deal::{Deal, Order, UNIT};

/// How long each run is.
pub const DAYS: usize = 60;
/// Runs of each kind.
pub const RUNS: u64 = 60;
/// Placements that a provider holds at a time.
pub const PLACEMENTS: u64 = 10;

/// One hour.
pub const HOUR_MS: u64 = 3_600_000;
const HOURS: usize = (DAYS + 1) * 24;

/// How a provider keeps what it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Honest,
    /// Misses one round in a hundred, each by chance.
    Careless,
    /// Has dropped one chunk in twenty, and shows what it has of so many samples a round.
    Lazy(u8),
    /// Down for a tenth of the time, so many hours at a stretch.
    Flaky(usize),
    /// Has no placements.
    New,
}

/// All of them, as tables and plots show them.
pub const KINDS: [Kind; 8] = [
    Kind::Honest,
    Kind::Careless,
    Kind::New,
    Kind::Lazy(1),
    Kind::Lazy(3),
    Kind::Lazy(7),
    Kind::Flaky(24),
    Kind::Flaky(72),
];

impl Kind {
    pub fn name(self) -> String {
        match self {
            Kind::Honest => "honest".into(),
            Kind::Careless => "careless, misses 1 %".into(),
            Kind::Lazy(samples) => format!("lazy, samples: {samples}"),
            Kind::Flaky(hours) => format!("flaky, {hours} h at a stretch"),
            Kind::New => "new".into(),
        }
    }
}

/// Scores at the end of a day.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    pub provider: u16,
    pub unit: u16,
    pub evidence: Evidence,
}

/// One provider with one data unit.
struct Provider {
    kind: Kind,
    chance: Chance,
    down: Vec<bool>,
    /// Which of twenty stripes of each replica it has dropped.
    dropped: u64,
}

impl Provider {
    fn new(kind: Kind, seed: u64) -> Self {
        let mut chance = Chance(seed);
        let mut down = vec![false; HOURS];
        if let Kind::Flaky(stretch) = kind {
            for part in down.chunks_mut(stretch * 10) {
                let from = chance.below((stretch * 9) as u64) as usize;
                for hour in part.iter_mut().skip(from).take(stretch) {
                    *hour = true;
                }
            }
        }
        let dropped = chance.below(20);
        Provider { kind, chance, down, dropped }
    }

    fn shows(&mut self, deal: &Deal, hour: usize) -> bool {
        match self.kind {
            Kind::Honest | Kind::New => true,
            Kind::Careless => self.chance.below(100) > 0,
            Kind::Lazy(_) => deal.drawn().all(|chunk| chunk % 20 != self.dropped),
            Kind::Flaky(_) => !self.down[hour],
        }
    }
}

/// Scores of a provider of this kind at the end of each day, with placements at this price a month. A placement that
/// has ended is followed by another. Runs begin on different days of the 30 after which evidence halves.
pub fn run(kind: Kind, price: Balance, number: u64) -> Result<Vec<Day>> {
    let me = AccountId::from([1; 32]);
    let mut order = Order { price, ..Order::new(me, 1) };
    if let Kind::Lazy(samples) = kind {
        order.samples = samples;
    }
    let mut provider = Provider::new(kind, number);
    let start = EPOCH + number % 30 * DAY_MS;
    let mut book = Book::default();
    let placements = if kind == Kind::New { 0 } else { PLACEMENTS };
    let mut deals = book.begin_all(&order, placements, start)?;
    let mut days = Vec::new();
    for day in 0..DAYS {
        let midnight = start + day as u64 * DAY_MS;
        for (i, deal) in deals.iter_mut().enumerate() {
            let hour = i * 24 / PLACEMENTS as usize;
            let at = midnight + hour as u64 * HOUR_MS;
            deal.open_round(provider.chance.seed(), at)?;
            if provider.shows(deal, day * 24 + hour) {
                deal.prove(at)?;
            }
        }
        let evening = midnight + DAY_MS;
        for deal in &mut deals {
            book.settle(deal, evening)?;
            if !deal.p.is_live() {
                *deal = book.begin(&order, evening)?;
            }
        }
        days.push(Day {
            provider: book.provider(me, evening),
            unit: book.unit(1, me, evening),
            evidence: book.evidence(me, evening),
        });
    }
    Ok(days)
}

/// All runs of a kind.
pub struct Runs(pub Vec<Vec<Day>>);

/// Least, middle and greatest of the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub least: u16,
    pub middle: u16,
    pub most: u16,
}

impl Runs {
    pub fn of(kind: Kind, price: Balance) -> Result<Self> {
        (0..RUNS).map(|number| run(kind, price, number)).collect::<Result<_>>().map(Runs)
    }

    /// At full weight.
    pub fn full(kind: Kind) -> Result<Self> {
        Runs::of(kind, UNIT.into())
    }

    /// What the runs say of a day, counted from one.
    pub fn range(&self, day: usize, of: fn(&Day) -> u16) -> Range {
        let mut scores: Vec<u16> = self.0.iter().filter_map(|run| run.get(day - 1)).map(of).collect();
        scores.sort_unstable();
        let at = |i: usize| scores.get(i).copied().unwrap_or_default();
        Range { least: at(0), middle: at(scores.len() / 2), most: at(scores.len().saturating_sub(1)) }
    }

    /// First day from which on, to the last, the test holds for at least `percent` of the runs each day.
    pub fn from_day(&self, percent: usize, holds: impl Fn(&Day) -> bool) -> Option<usize> {
        let enough = |day: usize| {
            let held = self.0.iter().filter(|run| run.get(day - 1).is_some_and(&holds)).count();
            held * 100 >= percent * self.0.len()
        };
        let last = (1..=DAYS).rev().find(|day| !enough(*day)).map_or(1, |day| day + 1);
        (last <= DAYS).then_some(last)
    }
}
