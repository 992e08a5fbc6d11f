//! Maintenance of data units, and reports of how they serve.

use clap::Subcommand;
use orchestrator::{
    domain::{day_before, Window, DAY_MS, MAINTENANCE_NOTICE_MS},
    Observation,
};

use crate::{
    args::{length, Common},
    failure::Failure,
    instant,
    session::Session,
    time,
};

/// An observation takes about 0.4 ms and 40 KB of a block that has 1,500 ms and 3,750 KB.
const REPORTED_AT_ONCE: usize = 32;

#[derive(Debug, Subcommand)]
pub enum Maintenance {
    /// Announce a window in which the data unit is not asked and not paid: 1 to 31 days ahead, after all others
    Announce {
        /// Id of the data unit
        unit: u64,
        /// When it begins, by UTC such as 2027-01-02T03:04:05Z, or from now on such as +26h; at least 24h ahead
        #[arg(long, value_name = "INSTANT")]
        from: String,
        /// How long it takes: a number with s, m, h or d; in any 30 days no more than the SLA terms allow
        #[arg(long = "for", value_name = "TIME", value_parser = length)]
        time: u64,
    },
    /// Take back the last window, or end it now if it has begun
    Cancel {
        /// Id of the data unit
        unit: u64,
    },
}

#[derive(Debug, clap::Args)]
pub struct Report {
    /// Data unit, share of the day at which it could be read (0 to 10000), and median time to the first byte in
    /// milliseconds, such as 3:9990:120; up to 32 may be given
    #[arg(required = true, num_args = 1..=REPORTED_AT_ONCE, value_name = "UNIT:UPTIME_BPS:LATENCY_MS")]
    #[arg(value_parser = observation)]
    observations: Vec<Observation>,
    /// Day that it is about, by UTC, such as 2027-01-02: the contract takes reports of the day before only, which it is
    /// if not told
    #[arg(long, value_name = "DATE", value_parser = instant::day)]
    day: Option<u32>,
}

pub fn maintenance(session: &mut Session, common: &Common, command: &Maintenance) -> Result<(), Failure> {
    let (unit, window) = match command {
        Maintenance::Announce { unit, from, time } => {
            let now = session.chain.ledger().now_ms()?;
            let from = instant::instant(from, now).map_err(Failure::input)?;
            let earliest = now.saturating_add(MAINTENANCE_NOTICE_MS);
            if from < earliest {
                return Err(Failure::Input(format!(
                    "maintenance is announced 24h ahead at least: begin it after {} UTC",
                    time::instant(earliest)
                )));
            }
            (*unit, Some(Window { from, until: from.saturating_add(*time) }))
        }
        Maintenance::Cancel { unit } => (*unit, None),
    };
    let message = session.market.set_maintenance(unit, window);
    session.act(common, message)
}

pub fn report(session: &mut Session, common: &Common, report: &Report) -> Result<(), Failure> {
    let yesterday = day_before(session.chain.ledger().now_ms()?);
    match report.day {
        Some(day) if day != yesterday => {
            let date = time::instant(u64::from(yesterday) * DAY_MS);
            let date = date.split(' ').next().unwrap_or_default();
            Err(Failure::Input(format!(
                "the contract takes reports of the day before only, which is {date} by UTC"
            )))
        }
        _ => {
            let message = session.market.report_quality(yesterday, report.observations.clone());
            session.act(common, message)
        }
    }
}

fn observation(text: &str) -> Result<Observation, String> {
    let read = || {
        let mut parts = text.split(':');
        let unit = parts.next()?.parse().ok()?;
        let uptime_bps = parts.next()?.parse().ok().filter(|x| *x <= 10_000)?;
        let latency_ms = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Observation { unit, uptime_bps, latency_ms })
    };
    read().ok_or_else(|| {
        "give data unit, uptime of at most 10000 and milliseconds, such as 3:9990:120".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn observations_are_read_and_nonsense_is_refused() {
        let seen = Observation { unit: 3, uptime_bps: 10_000, latency_ms: 0 };
        assert_eq!(observation("3:10000:0"), Ok(seen));
        for wrong in
            ["", "3", "3:9990", "3:10001:1", "3:9990:1:1", "3:99.9:1", "-3:9990:1", "3:9990:1ms", "::"]
        {
            assert!(observation(wrong).is_err(), "{wrong}");
        }
    }
}
