//! SLA terms as people type them.

use orchestrator::domain::{SlaTerms, DAY_MS};

use crate::{args::length, failure::Failure};

const HOUR_MS: u32 = 3_600_000;

/// What a new data unit or cluster promises where nothing else is told. Some maintenance is in it: while placements are
/// on a data unit none can be added.
pub const AT_FIRST: SlaTerms = SlaTerms {
    interval_ms: 24 * HOUR_MS,
    window_ms: 6 * HOUR_MS,
    samples: 4,
    slash_bps: 2_000,
    max_misses: 3,
    collateral_bps: 10_000,
    uptime_bps: 9_990,
    latency_ms: 200,
    notice_ms: 24 * HOUR_MS,
    exit_bps: 1_000,
    maintenance_ms: 4 * HOUR_MS,
};

/// The SLA terms that were named.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "SLA terms, with what holds at first where nothing is told")]
pub struct Terms {
    /// Shortest time between two rounds, 1s to 30d; 1d at first
    #[arg(long, value_name = "TIME", value_parser = month)]
    interval: Option<u32>,
    /// Shortest time to answer a round, 1s up to the interval; 6h at first
    #[arg(long, value_name = "TIME", value_parser = month)]
    window: Option<u32>,
    /// Chunks that a round asks for, 1 to 7; 4 at first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=7))]
    samples: Option<u8>,
    /// Share of the collateral that a miss costs, 0 to 10000; 2000 (20 %) at first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=10_000))]
    slash_bps: Option<u16>,
    /// Misses in a row after which all is lost, 1 to 100; 3 at first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=100))]
    max_misses: Option<u8>,
    /// Collateral as a share of the term's price, 0 to 100000; 10000 (100 %) at first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=100_000))]
    collateral_bps: Option<u32>,
    /// Promised share of time at which the data can be read, 0 to 10000; 9990 (99.9 %) at first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=10_000))]
    uptime_bps: Option<u16>,
    /// Promised time to the first byte in milliseconds; 200 at first
    #[arg(long, value_name = "MS")]
    latency_ms: Option<u32>,
    /// Time that is still paid when the consumer ends early, 0 to 30d; 1d at first
    #[arg(long, value_name = "TIME", value_parser = month_or_none)]
    notice: Option<u32>,
    /// Share of the collateral that leaving early costs, 0 to 10000; 1000 (10 %) at first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=10_000))]
    exit_bps: Option<u16>,
    /// Maintenance that may be announced in any 30 days, 0 to 3d; 4h at first
    #[arg(long, value_name = "TIME", value_parser = three_days_or_none)]
    maintenance: Option<u32>,
}

impl Terms {
    /// `before`, with what was named in its place.
    pub fn over(&self, before: &SlaTerms) -> Result<SlaTerms, Failure> {
        let terms = SlaTerms {
            interval_ms: self.interval.unwrap_or(before.interval_ms),
            window_ms: self.window.unwrap_or(before.window_ms),
            samples: self.samples.unwrap_or(before.samples),
            slash_bps: self.slash_bps.unwrap_or(before.slash_bps),
            max_misses: self.max_misses.unwrap_or(before.max_misses),
            collateral_bps: self.collateral_bps.unwrap_or(before.collateral_bps),
            uptime_bps: self.uptime_bps.unwrap_or(before.uptime_bps),
            latency_ms: self.latency_ms.unwrap_or(before.latency_ms),
            notice_ms: self.notice.unwrap_or(before.notice_ms),
            exit_bps: self.exit_bps.unwrap_or(before.exit_bps),
            maintenance_ms: self.maintenance.unwrap_or(before.maintenance_ms),
        };
        if terms.window_ms > terms.interval_ms {
            return Err(Failure::input(
                "the window is longer than the interval: name a shorter --window or a longer --interval",
            ));
        }
        Ok(terms)
    }
}

fn month(text: &str) -> Result<u32, String> {
    within(length(text)?, 30)
}

fn month_or_none(text: &str) -> Result<u32, String> {
    within(length_or_none(text)?, 30)
}

fn three_days_or_none(text: &str) -> Result<u32, String> {
    within(length_or_none(text)?, 3)
}

fn length_or_none(text: &str) -> Result<u64, String> {
    if text == "0" {
        Ok(0)
    } else {
        length(text)
    }
}

fn within(ms: u64, days: u64) -> Result<u32, String> {
    let fits = u32::try_from(ms).ok().filter(|_| ms <= days * DAY_MS);
    fits.ok_or_else(|| format!("give at most {days}d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_at_first_is_within_the_bounds() {
        assert_eq!(AT_FIRST.check(), Ok(()));
    }

    #[test]
    fn lengths_are_read_up_to_their_bounds() {
        assert_eq!(
            (month("30d"), month_or_none("0"), three_days_or_none("72h")),
            (Ok(2_592_000_000), Ok(0), Ok(259_200_000))
        );
        assert!(month("0").is_err() && month("31d").is_err() && month("3650d").is_err());
        assert!(
            month_or_none("721h").is_err()
                && three_days_or_none("73h").is_err()
                && three_days_or_none("3").is_err()
        );
    }
}
