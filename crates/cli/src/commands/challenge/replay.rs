//! `orch challenge replay`: what the slashes of a placement were about, recomputed from what the chain has said.
//!
//! Nothing but events and the terms that both sides agreed go into it. What the contract knows in a few numbers, this knows
//! round by round: so it counts the rounds that were missed itself, and holds the contract to taking no more.

mod course;
mod judged;
#[cfg(test)]
mod tests;
mod told;

use orchestrator_chain::address;

use crate::{commands::placement::known, failure::Failure, session::Session};
use course::{Agreed, Course};

/// Exit code 1 if a slash differs from what follows from the events.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Number of the placement
    placement: u64,
    /// Only the slash that this round was part of
    #[arg(long, value_name = "N")]
    round: Option<u32>,
    /// First block to look at: one before the placement, its challenger and its maintenance came to be
    #[arg(long, value_name = "BLOCK", default_value_t = 0)]
    from_block: u32,
}

pub fn run(session: &Session, options: &Options) -> Result<(), Failure> {
    let id = options.placement;
    let record = known(session, id)?;
    let Some(challenger) = session.ask(session.market.challenger(record.challenger))? else {
        return Err(Failure::Outcome(format!("{} is no challenger", address(&record.challenger))));
    };
    let events = session.chain.ledger().events(session.contract, options.from_block)?;
    let mut course = Course::new(Agreed::of(id, session.contract, &record, challenger.window_ms, &events));
    events.iter().for_each(|event| course.see(event));
    if !course.begun() && record.collateral_initial > 0 && record.place > 0 {
        return Err(Failure::Input(format!(
            "the acceptance of placement {id} lies before block {}: name an earlier --from-block",
            options.from_block
        )));
    }
    let replay = course.finish(&record, options.round);
    told::tell(session, &replay)?;
    match replay.differing() {
        0 => Ok(()),
        _ => Err(Failure::Outcome(format!(
            "what was slashed of placement {id} differs from what its events say"
        ))),
    }
}
