//! `orch settle`: pays what placements have earned up to now.

use orchestrator::domain::{List, Placement};

use super::unit::lists;
use crate::{args::Common, failure::Failure, session::Session};

/// Each placement takes about 3 ms and 120 KB of a block that has 1,500 ms and 3,750 KB.
const SETTLED_AT_ONCE: usize = 16;

/// Anyone may do it, and twice in a row pays nothing the second time. Up to 16 placements go into one call; several are
/// signed one after the other, each with an answer of its own.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Ids of the placements; of several those that do not exist are passed over
    #[arg(value_name = "PLACEMENT", required_unless_present = "mine", conflicts_with = "mine")]
    placements: Vec<u64>,
    /// All live placements of the account that signs, as their provider
    #[arg(long)]
    mine: bool,
    #[command(flatten)]
    common: Common,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    let mut session = common.place.session()?;
    let mut placements = if options.mine { live(&session, common)? } else { options.placements.clone() };
    placements.sort_unstable();
    placements.dedup();
    if let [one] = placements.as_slice() {
        let message = session.market.settle(*one);
        return session.act(common, message);
    }
    let calls = placements.len().div_ceil(SETTLED_AT_ONCE);
    if calls > 1 && common.signing.elsewhere() {
        return Err(Failure::Input(format!(
            "one signature settles at most {SETTLED_AT_ONCE} placements: name them in {calls} runs"
        )));
    }
    for (i, batch) in placements.chunks(SETTLED_AT_ONCE).enumerate() {
        if calls > 1 {
            let ids: Vec<_> = batch.iter().map(u64::to_string).collect();
            session.teller.line(&format!("Call {} of {calls}, placements {}:", i + 1, ids.join(" ")))?;
        }
        let message = session.market.settle_many(batch.to_vec());
        session.act(common, message)?;
    }
    Ok(())
}

fn live(session: &Session, common: &Common) -> Result<Vec<u64>, Failure> {
    let provider = common.signing.caller()?.0;
    let ids = lists::ids(session, &List::Placements(provider))?;
    let all = lists::records(session, &ids, |id| session.market.placement(id))?;
    let live: Vec<u64> =
        all.into_iter().filter(|(_, x): &(u64, Placement)| x.is_live()).map(|(id, _)| id).collect();
    if live.is_empty() {
        return Err(Failure::input(
            "the account has no live placement as a provider: name placements to settle",
        ));
    }
    Ok(live)
}
