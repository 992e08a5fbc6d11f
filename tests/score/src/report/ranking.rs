//! Tables of how kinds of providers rank.

use orchestrator_domain::{Balance, Result, MISS_FACTOR, NEUTRAL};

use super::Table;
use crate::deal::UNIT;
use crate::kinds::{Day, Kind, Range, Runs, KINDS};

const SHOWN: [usize; 5] = [7, 14, 21, 30, 60];
const FACTORS: [u64; 4] = [10, 20, 40, 60];

fn range(range: Range) -> String {
    format!("{} / {} / {}", range.least, range.middle, range.most)
}

fn day(day: Option<usize>) -> String {
    day.map_or("not within 60".into(), |x| x.to_string())
}

/// The score of a provider if a miss counted so many times as much as what was kept.
pub fn at_factor(day: &Day, factor: u64) -> u16 {
    let mut evidence = day.evidence;
    evidence.missed = evidence.missed * factor / MISS_FACTOR;
    evidence.score(NEUTRAL)
}

/// Scores at this price a month, and since when each kind is on its side of a new provider.
fn scores(name: &'static str, order: &'static str, price: Balance) -> Result<[Table; 2]> {
    let mut table =
        Table::new(name, &["provider", "day 7", "day 14", "day 21", "day 30", "day 60", "its unit, day 30"]);
    let mut days = Table::new(order, &["provider", "", "in all runs from day", "in 9 of 10", "in half"]);
    for kind in KINDS {
        let runs = Runs::of(kind, price)?;
        let provider = SHOWN.map(|day| range(runs.range(day, |x| x.provider)));
        let unit = range(runs.range(30, |x| x.unit));
        table.row([kind.name()].into_iter().chain(provider).chain([unit]));
        let above = matches!(kind, Kind::Honest | Kind::Careless);
        if kind != Kind::New {
            let holds = |x: &Day| if above { x.provider > NEUTRAL } else { x.provider < NEUTRAL };
            let side = if above { "above new" } else { "below new" };
            let from = [100, 90, 50].map(|percent| day(runs.from_day(percent, holds)));
            days.row([kind.name(), side.into()].into_iter().chain(from));
        }
    }
    Ok([table, days])
}

fn factors() -> Result<Table> {
    let mut table = Table::new("factor", &["provider", "× 10", "× 20", "× 40", "× 60"]);
    for kind in [Kind::Honest, Kind::Careless, Kind::Lazy(1), Kind::Lazy(3), Kind::Flaky(24)] {
        let runs = Runs::full(kind)?;
        let of: [fn(&Day) -> u16; 4] = [
            |x| at_factor(x, FACTORS[0]),
            |x| at_factor(x, FACTORS[1]),
            |x| at_factor(x, FACTORS[2]),
            |x| at_factor(x, FACTORS[3]),
        ];
        let cells = of.map(|of| {
            let below = runs.0.iter().filter_map(|run| run.get(29)).filter(|x| of(x) < NEUTRAL).count();
            format!("{} ({below} below)", range(runs.range(30, of)))
        });
        table.row([kind.name()].into_iter().chain(cells));
    }
    Ok(table)
}

pub fn tables() -> Result<Vec<Table>> {
    let mut tables = Vec::from(scores("full", "full-days", UNIT.into())?);
    tables.extend(scores("small", "small-days", Balance::from(UNIT) / 10)?);
    tables.push(factors()?);
    Ok(tables)
}
