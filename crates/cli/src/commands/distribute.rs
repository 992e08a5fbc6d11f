//! `orch distribute`: splits what a cluster has earned.

use crate::{args::Common, failure::Failure};

/// Anyone may do it. What placements have earned comes into the pool with `orch settle`; afterwards members get their
/// part with `orch cluster claim`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Id of the cluster
    cluster: u64,
    #[command(flatten)]
    common: Common,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let mut session = options.common.place.session()?;
    let message = session.market.distribute(options.cluster);
    session.act(&options.common, message)
}
