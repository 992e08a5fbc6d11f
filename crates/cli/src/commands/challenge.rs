//! `orch challenge`: rounds, proofs and what became of them.

mod proving;
mod replay;

use clap::Subcommand;
use orchestrator_chain::address;
use rand::{rngs::OsRng, RngCore};

use super::{
    placement::{known, tried},
    provider::account,
};
use crate::{
    args::{hash, length, Common},
    failure::Failure,
    interface::Told,
    session::Session,
};
use proving::{holding, Holding};

#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Register as a challenger, or slow down: interval and window never get shorter
    Register {
        /// Least time between two rounds: 1s to 30d
        #[arg(long, value_name = "TIME", value_parser = short)]
        interval: u32,
        /// Time to answer a round: 1s up to the interval
        #[arg(long, value_name = "TIME", value_parser = short)]
        window: u32,
    },
    /// Open the account's next round for all placements that named it as their challenger
    Open {
        /// Seed that decides which chunks are asked, in 64 hexadecimal digits; from this machine's randomness if not told
        #[arg(long, value_name = "HEX", value_parser = seed)]
        seed: Option<[u8; 32]>,
    },
    /// Show what is asked of a placement now, and until when
    Show {
        /// Number of the placement
        placement: u64,
    },
    /// Show a challenger and its latest round
    Challenger {
        /// Address of the challenger; that of the key if not told
        challenger: Option<String>,
    },
    /// Prove the open rounds of placements from their replicas, in one call; for the provider or its delegate
    Prove {
        /// A placement and the file with its encrypted replica; several may be given
        #[arg(value_name = "PLACEMENT=FILE", value_parser = holding, required = true)]
        holdings: Vec<Holding>,
    },
    /// Tell what the contract would say to a proof, without sending it; for the provider or its delegate
    Check {
        /// A placement and the file with its encrypted replica
        #[arg(value_name = "PLACEMENT=FILE", value_parser = holding)]
        holding: Holding,
    },
    /// Have the rounds that a placement missed accounted for, which pays the reporter's share of the slash
    Report {
        /// Number of the placement
        placement: u64,
    },
    /// Recompute every slash of a placement from the chain's events: its rounds, chunks, windows, proofs and amount
    Replay(replay::Options),
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    let mut session = common.place.session()?;
    match &options.command {
        Command::Register { interval, window } => {
            let message = session.market.register_challenger(*interval, *window);
            session.act(common, message)
        }
        Command::Open { seed } => {
            let seed = seed.unwrap_or_else(random);
            tried(&session, common, session.market.clone().open_round(seed))?;
            session.teller.rows(&[("seed".to_owned(), format!("0x{}", hex::encode(seed)))])?;
            let message = session.market.open_round(seed);
            session.act(common, message)
        }
        Command::Show { placement } => show(&session, *placement),
        Command::Challenger { challenger } => {
            let challenger = account(common, challenger.as_deref())?;
            let title = format!("challenger {}", address(&challenger));
            match session.view(session.market.challenger(challenger))? {
                Told::Nothing if !session.teller.is_quiet() => Err(Failure::Outcome(format!(
                    "{} is no challenger: it becomes one with `orch challenge register`",
                    address(&challenger)
                ))),
                told => session.print(&title, &told),
            }
        }
        Command::Prove { holdings } => proving::prove(&mut session, common, holdings),
        Command::Check { holding } => proving::check(&session, common, holding),
        Command::Report { placement } => {
            let message = session.market.report_miss(*placement);
            session.act(common, message)
        }
        Command::Replay(options) => replay::run(&session, options),
    }
}

fn random() -> [u8; 32] {
    let mut seed = [0; 32];
    OsRng.fill_bytes(&mut seed);
    seed
}

fn seed(text: &str) -> Result<[u8; 32], String> {
    hash(text).map_err(|_| "give 64 hexadecimal digits".to_owned())
}

/// Reads a length of time that the contract takes for an interval or a window.
fn short(text: &str) -> Result<u32, String> {
    let month = 30 * 24 * 3_600_000;
    let ms = length(text)?;
    u32::try_from(ms).ok().filter(|ms| *ms <= month).ok_or_else(|| "give a time of 1s to 30d".to_owned())
}

fn show(session: &Session, placement: u64) -> Result<(), Failure> {
    known(session, placement)?;
    match session.view(session.market.challenge(placement))? {
        Told::Nothing if !session.teller.is_quiet() => {
            Ok(session.teller.line(&format!("Nothing is asked of placement {placement} now."))?)
        }
        told => session.print(&format!("asked of placement {placement}"), &told),
    }
}
