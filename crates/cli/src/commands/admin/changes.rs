//! What an admin changes of fees, windows and treasury.

use orchestrator::domain::Config;
use orchestrator_chain::AccountId;

use crate::{
    amount::Amount,
    args::length,
    failure::Failure,
    session::{read_address, Session},
};

/// What to change. It reaches new placements only.
#[derive(Debug, clap::Args)]
pub struct Changes {
    /// Share of what is earned that goes to the treasury, in 1/10000: 0 to 1000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=1_000))]
    network_fee_bps: Option<u16>,
    /// Share of what is earned that goes to the referrer, in 1/10000: 0 to 500
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=500))]
    referral_bps: Option<u16>,
    /// Share of a slash that goes to whoever reports it, in 1/10000: 0 to 1000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=1_000))]
    reporter_bps: Option<u16>,
    /// Time to accept a proposal: 1m to 30d
    #[arg(long, value_name = "TIME", value_parser = window)]
    accept: Option<u32>,
    /// Time to activate after that: 1m to 30d
    #[arg(long, value_name = "TIME", value_parser = window)]
    activate: Option<u32>,
    /// Monthly price, in tokens, from which on a placement counts in full for the score
    #[arg(long, value_name = "AMOUNT")]
    score_unit: Option<Amount>,
    /// Account that network fees go to
    #[arg(long, value_name = "ADDR")]
    treasury: Option<String>,
}

impl Changes {
    /// Fees, windows and treasury as they are to be. Refuses where nothing would change.
    pub fn apply(&self, session: &Session) -> Result<(Config, AccountId), Failure> {
        let settings = session.ask(session.market.settings())?;
        let before = settings.config;
        let score_unit = self.score_unit.as_ref().map(|x| session.planks(x)).transpose()?;
        let too_large = |_| Failure::input("the score unit is too large: at most 2^63 planks");
        let config = Config {
            network_fee_bps: self.network_fee_bps.unwrap_or(before.network_fee_bps),
            referral_bps: self.referral_bps.unwrap_or(before.referral_bps),
            reporter_bps: self.reporter_bps.unwrap_or(before.reporter_bps),
            accept_ms: self.accept.unwrap_or(before.accept_ms),
            activate_ms: self.activate.unwrap_or(before.activate_ms),
            score_unit: score_unit.map_or(Ok(before.score_unit), u64::try_from).map_err(too_large)?,
        };
        let treasury = self.treasury.as_deref().map_or(Ok(settings.treasury), read_address)?;
        if config == before && treasury == settings.treasury {
            return Err(Failure::input("that is how it stands already: name what to change, see --help"));
        }
        Ok((config, treasury))
    }
}

/// Reads a window that the contract takes.
fn window(text: &str) -> Result<u32, String> {
    let month = 30 * 24 * 3_600_000;
    let ms = length(text)?;
    u32::try_from(ms)
        .ok()
        .filter(|ms| (60_000..=month).contains(ms))
        .ok_or_else(|| "give a time of 1m to 30d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_a_minute_to_thirty_days() {
        assert_eq!((window("1m"), window("30d")), (Ok(60_000), Ok(2_592_000_000)));
        for wrong in ["59s", "31d", "0m", "60"] {
            assert!(window(wrong).is_err(), "{wrong}");
        }
    }
}
