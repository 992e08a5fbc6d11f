//! `orch demo`: a deal from end to end, told step by step and checked step by step.

mod calls;
mod cast;
mod claim;
mod ending;
mod facts;
mod input;
mod loss;
mod money;
mod opening;
mod rounds;
mod story;
mod tables;
mod watched;

use orchestrator_chain::Embedded;

use crate::{
    args::DemoOptions,
    failure::Failure,
    output::{self, Teller},
};
use cast::{Cast, Keys};
use input::Input;
use story::Story;
use watched::Watched;

/// What every account starts with on the chain, in planks: 1,000 UNIT.
const PURSE: u128 = 1_000 * orchestrator_chain::runtime::UNIT;

/// Runs the demo. Everything that can be wrong with what was typed is refused before anything is written.
pub fn run(options: &DemoOptions) -> Result<(), Failure> {
    Input::check(options)?;
    let created = options.chain.as_ref().filter(|path| !path.exists());
    let done = tell(options);
    if let (Err(_), Some(path)) = (&done, created) {
        // A state file with half a story is of no use to anybody; what there was before is never touched.
        std::fs::remove_file(path).ok();
    }
    done
}

fn tell(options: &DemoOptions) -> Result<(), Failure> {
    let mut chain = match &options.chain {
        Some(path) => Embedded::open(path)?,
        None => Embedded::in_memory(),
    };
    cast::ensure_new(&chain, options.chain.as_deref())?;
    let input = Input::prepare(options)?;
    let keys = Keys::new(options.providers)?;
    for account in keys.accounts() {
        chain.fund(account, PURSE)?;
    }
    let teller = Teller::new(options.output_json);
    let mut ledger = Watched::new(chain)?;
    let cast = Cast::assemble(&mut ledger, keys, &input)?;
    let facts = Story::new(ledger, cast, &input, &teller, options.replicas)?.tell()?;
    if options.output_json {
        output::json(&facts)?;
    } else {
        tables::show(&teller, &facts)?;
    }
    Ok(())
}
