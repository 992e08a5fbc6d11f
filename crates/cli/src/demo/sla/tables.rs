//! The tables at the end of the month.

use orchestrator::domain::MISS_FACTOR;

use crate::{
    demo::{
        sla::facts::{Facts, RankFacts, ReportFacts, SlashFacts},
        tables,
    },
    failure::Failure,
    output::{unit_full, Teller},
};

/// Evidence of one day at full weight.
const DAY: u64 = 86_400 * 10_000;

/// Shows what came out.
pub fn show(teller: &Teller, facts: &Facts) -> Result<(), Failure> {
    ranking(teller, facts)?;
    reports(teller, facts)?;
    slashes(teller, facts)?;
    tables::money(teller, &facts.money)?;
    tables::calls(teller, &facts.calls)?;
    tables::contract(teller, &facts.contract, facts.folder.as_deref())?;
    match &facts.kept_chain {
        Some(chain) => tables::kept(teller, chain, &facts.contract, &facts.money),
        None => Ok(()),
    }
}

fn ranking(teller: &Teller, facts: &Facts) -> Result<(), Failure> {
    teller
        .chapter("Ranking of the data units, as find_data_units gives it (parts in days at full weight)")?;
    let row = |x: &RankFacts| {
        let parts = [x.kept, x.completed, x.praised, x.missed, x.short, x.broken, x.lost, x.blamed];
        let days = parts.map(|part| format!("{:.2}", part as f64 / DAY as f64));
        let head = [x.provider.clone(), x.score.to_string(), x.prior.to_string()];
        head.into_iter().chain(days).collect::<Vec<String>>()
    };
    let rows: Vec<_> = facts.ranking.iter().map(row).collect();
    let head = [
        "unit of",
        "score",
        "prior",
        "kept",
        "completed",
        "praised",
        "missed",
        "short",
        "broken",
        "lost",
        "blamed",
    ];
    teller.table(&head, &rows)?;
    teller.note(&format!(
        "good = kept + completed + praised; bad = {MISS_FACTOR} × (missed + short) + broken + lost + blamed; \
         score = (10,000 × good + prior × 60) / (good + bad + 60); prior = the score of what else its provider has"
    ))?;
    Ok(())
}

fn reports(teller: &Teller, facts: &Facts) -> Result<(), Failure> {
    teller.chapter("SLA reports: what was promised of each placement, and what became of it (paid: UNIT)")?;
    let percent = |bps: u16| format!("{:.2}", f64::from(bps) / 100.0);
    let row = |x: &ReportFacts| {
        let seen = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        vec![
            name(x),
            x.rounds.to_string(),
            x.proven.to_string(),
            x.missed.to_string(),
            x.excused.to_string(),
            format!("{} / {}", seen(x.seen_uptime_bps.map(percent)), percent(x.promised_uptime_bps)),
            format!("{} / {}", seen(x.seen_latency_ms.map(|x| x.to_string())), x.promised_latency_ms),
            if x.stars == 0 { "-".to_owned() } else { x.stars.to_string() },
            x.score.to_string(),
        ]
    };
    let rows: Vec<_> = facts.reports.iter().map(row).collect();
    let head = [
        "",
        "rounds",
        "proven",
        "missed",
        "excused",
        "uptime % / promised",
        "ms / promised",
        "stars",
        "score",
    ];
    teller.table(&head, &rows)?;
    teller.line("")?;
    let row = |x: &ReportFacts| {
        let days = |ms: u64| format!("{:.2}", ms as f64 / 86_400_000.0);
        let amounts = [x.paid, x.refunded, x.slashed].map(unit_full);
        let head = [name(x), x.state.clone(), days(x.served_ms), days(x.maintenance_ms)];
        head.into_iter().chain(amounts).collect::<Vec<String>>()
    };
    let rows: Vec<_> = facts.reports.iter().map(row).collect();
    let head = ["", "state", "days paid", "maintenance", "paid", "refunded", "slashed"];
    teller.table(&head, &rows)?;
    teller.note("that of a placement that was replaced is as it was before; its record is gone with that")?;
    Ok(())
}

fn name(x: &ReportFacts) -> String {
    format!("{} at {}", x.placement, x.provider)
}

fn slashes(teller: &Teller, facts: &Facts) -> Result<(), Failure> {
    teller.chapter("Slashes, and where they went (UNIT)")?;
    let row = |x: &SlashFacts| {
        vec![
            format!("{} at {}", x.placement, x.provider),
            x.day.to_string(),
            x.reason.clone(),
            unit_full(x.amount),
            x.reporter.clone(),
            unit_full(x.to_reporter),
            unit_full(x.to_pot),
        ]
    };
    let rows: Vec<_> = facts.slashes.iter().map(row).collect();
    Ok(teller.table(&["", "day", "reason", "amount", "reporter", "to the reporter", "to the pot"], &rows)?)
}
