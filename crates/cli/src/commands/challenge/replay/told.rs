//! A replay, for people and for programs.

use orchestrator_chain::address;
use serde::Serialize;

use super::judged::{Judged, Replay, Replayed, Standing};
use crate::{failure::Failure, output, session::Session, time::instant};

/// A replay for programs.
#[derive(Serialize)]
struct Document {
    placement: u64,
    agrees: bool,
    slashed: String,
    slashes: Vec<Line>,
    complaints: Vec<String>,
}

#[derive(Serialize)]
struct Line {
    block: u32,
    at_ms: u64,
    reason: String,
    round: u32,
    misses: u32,
    amount: String,
    expected: String,
    reporter: Option<String>,
    to_reporter: String,
    to_pot: String,
    failed: bool,
    agrees: bool,
    complaints: Vec<String>,
    rounds: Vec<RoundLine>,
}

#[derive(Serialize)]
struct RoundLine {
    round: u32,
    seed: String,
    opened_at: u64,
    closes_at: u64,
    closes_block: u32,
    /// Nothing where no event tells the root of that time.
    chunks: Option<Vec<u64>>,
    standing: String,
    proven: bool,
}

/// Prints a replay.
pub fn tell(session: &Session, replay: &Replay) -> Result<(), Failure> {
    if session.teller.is_quiet() {
        return Ok(output::json(&Document {
            placement: replay.placement,
            agrees: replay.differing() == 0,
            slashed: replay.slashed.to_string(),
            slashes: replay.slashes.iter().map(line).collect(),
            complaints: replay.complaints.clone(),
        })?);
    }
    let teller = &session.teller;
    let count = match replay.slashes.len() {
        0 => "nothing that was slashed".to_owned(),
        1 => "1 slash".to_owned(),
        number => format!("{number} slashes"),
    };
    teller.line(&format!("placement {}: {count}", replay.placement))?;
    for slash in &replay.slashes {
        tell_one(session, slash)?;
    }
    for complaint in &replay.complaints {
        teller.mishap(&format!("differs: {complaint}"))?;
    }
    Ok(())
}

fn tell_one(session: &Session, x: &Judged) -> Result<(), Failure> {
    let (teller, token) = (&session.teller, &session.token);
    teller.line("")?;
    teller.line(&format!("{:?}, in block {} of {} UTC", x.reason, x.block, instant(x.at)))?;
    let mut rows = Vec::new();
    let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
    row("amount", token.text(x.amount));
    row("expected", token.text(x.expected));
    row("into the pot", token.text(x.to_pot));
    if let Some(reporter) = &x.reporter {
        row("to the reporter", format!("{} to {}", token.text(x.to_reporter), address(reporter)));
    }
    if x.misses > 0 {
        row("misses", format!("{} up to round {}", x.misses, x.round));
    }
    if x.carried_out {
        row("failed", "too many misses in a row: all that was left is forfeited".to_owned());
    }
    for round in &x.rounds {
        row(&format!("round {}", round.round), phrase(round));
        row("", format!("opened at {} UTC", instant(round.opened_at)));
        row("", format!("window until {} UTC, block {}", instant(round.closes_at), round.closes_block));
        row("", format!("seed 0x{}", hex::encode(round.seed)));
        row("", chunks(round));
    }
    teller.rows(&rows)?;
    let complaints = x.complaints();
    if complaints.is_empty() {
        teller.fact("agrees")?;
    }
    for complaint in complaints {
        teller.mishap(&format!("differs: {complaint}"))?;
    }
    Ok(())
}

fn phrase(round: &Replayed) -> String {
    match round.standing {
        Standing::Missed => "missed: no proof in its window",
        Standing::Open => "its window was open",
        Standing::Proven => "proven",
        Standing::AfterEnd => "excused: opened after the end of the term",
        Standing::InMaintenance => "excused: opened in maintenance",
        Standing::CutByPause => "excused: a pause began in its window",
        Standing::WithoutData => "excused: there was no data to ask for",
    }
    .to_owned()
}

fn chunks(round: &Replayed) -> String {
    match &round.chunks {
        Some(chunks) => {
            format!("chunks {}", chunks.iter().map(u64::to_string).collect::<Vec<_>>().join(", "))
        }
        None if round.standing == Standing::WithoutData => "no chunks".to_owned(),
        None => "chunks of a root that no event tells: other data was taken since".to_owned(),
    }
}

fn line(x: &Judged) -> Line {
    let complaints = x.complaints();
    Line {
        block: x.block,
        at_ms: x.at,
        reason: format!("{:?}", x.reason),
        round: x.round,
        misses: x.misses,
        amount: x.amount.to_string(),
        expected: x.expected.to_string(),
        reporter: x.reporter.as_ref().map(address),
        to_reporter: x.to_reporter.to_string(),
        to_pot: x.to_pot.to_string(),
        failed: x.carried_out,
        agrees: complaints.is_empty(),
        complaints,
        rounds: x.rounds.iter().map(round_line).collect(),
    }
}

fn round_line(x: &Replayed) -> RoundLine {
    RoundLine {
        round: x.round,
        seed: format!("0x{}", hex::encode(x.seed)),
        opened_at: x.opened_at,
        closes_at: x.closes_at,
        closes_block: x.closes_block,
        chunks: x.chunks.clone(),
        standing: format!("{:?}", x.standing),
        proven: x.standing == Standing::Proven,
    }
}
