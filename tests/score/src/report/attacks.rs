//! Tables of what attacks gain and cost.

use orchestrator_domain::{Balance, Result, NEUTRAL};

use super::Table;
use crate::attacks::{observers, others, powers, reload, spread, wash};
use crate::deal::{FEE_BPS, UNIT};
use crate::kinds::HOUR_MS;

/// An amount in thousandths of the scoring unit.
fn thousandths(amount: Balance) -> String {
    let tenths = amount * 10_000 / Balance::from(UNIT);
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn washing() -> Result<Table> {
    let mut table = Table::new(
        "wash",
        &["term", "rated", "from 5,000 to", "deals", "fee", "locked", "fee for 100 points"],
    );
    for way in wash::WAYS {
        for target in [6_000, 8_000, 9_000, 9_500] {
            let washed = wash::wash(way, target)?;
            let points = Balance::from(washed.score - NEUTRAL);
            table.row([
                format!("{} d", way.days),
                way.stars.map_or("no".into(), |stars| format!("{stars} stars")),
                washed.score.to_string(),
                washed.deals.to_string(),
                thousandths(washed.fee),
                thousandths(washed.locked),
                thousandths(washed.fee * 100 / points),
            ]);
        }
    }
    Ok(table)
}

fn sizes() -> Result<[Table; 3]> {
    let full = Balance::from(UNIT);
    let mut one = Table::new("one", &["price a month, in scoring units", "provider", "its unit"]);
    for (name, price) in [("0.01", full / 100), ("1", full), ("1,000,000", full * 1_000_000)] {
        let (provider, unit) = wash::one_deal(price)?;
        one.row([name.into(), provider.to_string(), unit.to_string()]);
    }
    let mut many =
        Table::new("many", &["deals", "price a month of each, in scoring units", "score after 28 days"]);
    let splits = [
        (1, "1", full),
        (100, "1/100", full / 100),
        (1_000, "1/1,000", full / 1_000),
        (20_000, "1/20,000", full / 20_000),
    ];
    for (deals, name, price) in splits {
        many.row([deals.to_string(), name.into(), wash::many_deals(deals, price)?.to_string()]);
    }
    let mut grown = Table::new(
        "grown",
        &[
            "deal of 1/1,000",
            "fee, in millionths of the scoring unit",
            "good, in thousandths of 30 days at full weight",
        ],
    );
    for (name, grows) in [("as it is", false), ("grown for a second a week", true)] {
        let x = wash::grown(grows)?;
        grown.row([name.into(), (x.fee * 1_000_000 / full).to_string(), x.good.to_string()]);
    }
    Ok([one, many, grown])
}

fn time() -> Result<[Table; 2]> {
    let full = Balance::from(UNIT);
    let mut again =
        Table::new("again", &["score wanted", "ten placements at full weight", "ten at a tenth of it"]);
    for target in [6_000, 7_000, 8_000, 9_000] {
        let days = [full, full / 10].map(|price| reload::day_of(target, price));
        let [large, small] = days;
        let day = |x: Option<usize>| x.map_or("not within 60 days".into(), |x| format!("day {x}"));
        again.row([target.to_string(), day(large?), day(small?)]);
    }
    let mut held = Table::new("held", &["days after the end", "settled each day", "settled only then"]);
    for days in [0, 29, 30, 59, 90, 360] {
        let [each, late] = reload::held_back(1, days)?.map(|x| x.score(NEUTRAL).to_string());
        held.row([days.to_string(), each, late]);
    }
    Ok([again, held])
}

fn blame() -> Result<[Table; 2]> {
    let mut rated = Table::new(
        "blamed",
        &[
            "terms bought and paid",
            "rated with one star, days after the end",
            "new provider, from 5,000 to",
            "established one",
        ],
    );
    for deals in [1, 5, 20] {
        for days in [0, 29, 89, 120] {
            let (new, established) = others::blamed(deals, 1, days)?;
            rated.row([deals.to_string(), days.to_string(), new.to_string(), established.to_string()]);
        }
    }
    let mut spam = Table::new(
        "spam",
        &["proposals", "locked", "new provider, from 5,000 to", "established one", "if declined"],
    );
    for proposals in [1, 10, 100, 1_000] {
        let (new, established, locked) = others::spammed(proposals, false)?;
        let declined = others::spammed(proposals, true)?;
        spam.row([
            proposals.to_string(),
            thousandths(locked),
            new.to_string(),
            established.to_string(),
            format!("{} and {}", declined.0, declined.1),
        ]);
    }
    Ok([rated, spam])
}

fn seen() -> Result<Table> {
    let mut table = Table::new(
        "observers",
        &["observers of the network say", "eight named by the manager say", "provider", "its unit"],
    );
    let cases = [
        ("nothing", (0, 0), "nothing", (0, 0)),
        ("90 %", (3, 9_000), "nothing", (0, 0)),
        ("90 %", (3, 9_000), "100 %", (8, 10_000)),
        ("100 %", (3, 10_000), "0 %", (8, 0)),
        ("nothing", (0, 0), "0 %", (8, 0)),
    ];
    for (network, by_network, cluster, by_cluster) in cases {
        let (provider, unit) = observers::reported(by_network, by_cluster)?;
        table.row([network.into(), cluster.into(), provider.to_string(), unit.to_string()]);
    }
    Ok(table)
}

fn spread_out() -> Result<[Table; 3]> {
    let mut round = Table::new("round", &["term", "network fee", "locked", "fee", "score after four weeks"]);
    for (name, hours) in [("28 d", 28 * 24), ("1 d", 24), ("1 h", 1)] {
        for (share, fee_bps) in [("2 %", FEE_BPS), ("none", 0)] {
            let x = spread::round_and_round((hours * HOUR_MS) as u32, fee_bps)?;
            round.row([
                name.into(),
                share.into(),
                thousandths(x.locked),
                thousandths(x.fee),
                x.score.to_string(),
            ]);
        }
    }
    let mut units = Table::new("units", &["deals", "among data units", "provider", "the first unit"]);
    for (deals, among) in [(10, 1), (10, 2), (10, 5), (20, 1), (20, 2), (20, 5)] {
        let (provider, unit) = spread::over_units(deals, among)?;
        units.row([deals.to_string(), among.to_string(), provider.to_string(), unit.to_string()]);
    }
    let mut again = Table::new("anew", &["rated", "fee", "month 1", "month 3", "month 6", "month 12"]);
    for (name, anew) in [("once", false), ("anew each month", true)] {
        let x = spread::rated_again(anew)?;
        let scores = x.scores.map(|score| score.to_string());
        again.row([name.into(), thousandths(x.fee)].into_iter().chain(scores));
    }
    Ok([round, units, again])
}

fn powers() -> Result<[Table; 4]> {
    let mut past = Table::new("past", &["terms bought and paid", "new provider, from 5,000 to"]);
    for deals in [1, 5, 20] {
        past.row([deals.to_string(), others::blamed_from_the_past(deals)?.to_string()]);
    }
    let mut caught = Table::new(
        "caught",
        &["interval of the challenger", "new provider, from 5,000 to", "established one"],
    );
    for (name, hours) in [("1 h", 1), ("1 d", 24), ("7 d", 7 * 24), ("30 d", 30 * 24)] {
        let (new, established) = powers::caught((hours * HOUR_MS) as u32)?;
        caught.row([name.into(), new.to_string(), established.to_string()]);
    }
    let mut lowered = Table::new(
        "lowered",
        &["scoring unit, in that block", "good, in thousandths of 30 days at full weight"],
    );
    for (name, times) in
        [("as it is", 1), ("a tenth", 10), ("a thousandth", 1_000), ("a millionth", 1_000_000)]
    {
        lowered.row([name.into(), powers::unit_lowered(times)?.to_string()]);
    }
    let mut frozen = Table::new("frozen", &["ten terms of 30 days", "score on day 31"]);
    for (name, disputed) in [("undisputed", false), ("disputed from day 21 on, undecided", true)] {
        frozen.row([name.into(), powers::disputed_with_oneself(disputed)?.to_string()]);
    }
    Ok([past, caught, lowered, frozen])
}

pub fn tables() -> Result<Vec<Table>> {
    let mut tables = vec![washing()?];
    tables.extend(spread_out()?);
    tables.extend(sizes()?);
    tables.extend(time()?);
    tables.extend(blame()?);
    tables.extend(powers()?);
    tables.push(seen()?);
    Ok(tables)
}
