//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::{
    commands::{
        account, admin, chain, challenge, cluster, completions, deploy, dispute, distribute, events, market,
        node, placement, provider, reservation, reserve, settle, tx, unit,
    },
    session::Place,
    signing::Signing,
};

/// A market for storage and compute in one contract.
#[derive(Debug, Parser)]
#[command(name = "orch", version, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tell a story from end to end on a chain inside this process
    Demo(DemoOptions),
    /// Put the contract on a chain
    Deploy(deploy::Options),
    /// Money of an account: in, out, and what there is
    Account(account::Options),
    /// A provider: its profile, whom it trusts, its score
    Provider(provider::Options),
    /// Nodes of a provider: machines or gateways
    Node(node::Options),
    /// Data units: what is offered, at what price and on what terms
    Unit(unit::Options),
    /// What can be had, and what it costs
    Market(market::Options),
    /// Order capacity for a time, one replica on each data unit
    Reserve(reserve::Options),
    /// Reservations of a consumer
    Reservation(reservation::Options),
    /// Placements: one replica on one data unit
    Placement(placement::Options),
    /// Disputes over placements
    Dispute(dispute::Options),
    /// Rounds of challenges, proofs, and what became of them
    Challenge(challenge::Options),
    /// Clusters: data units run as one service
    Cluster(cluster::Options),
    /// Pay what placements have earned up to now
    Settle(settle::Options),
    /// Split what a cluster has earned among treasury, manager and members
    Distribute(distribute::Options),
    /// Fees, windows, roles, pauses, the rate, upgrades
    Admin(admin::Options),
    /// Transactions that were signed elsewhere, and what became of one
    Tx(tx::Options),
    /// What the contract said, block by block
    Events(events::Options),
    /// The chain itself: its clock, its limits, and for one in a file its money and time
    Chain(chain::Options),
    /// Tell what an account of a market has to do, and until when
    Watch(WatchOptions),
    /// Build, prove from and verify the Merkle tree of a file
    Tree {
        #[command(subcommand)]
        command: TreeCommand,
    },
    /// Write the completions of a shell to standard output
    Completions(completions::Options),
}

/// What every command that acts on a contract takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Common {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub signing: Signing,
}

/// The stories that the demo tells.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum StoryName {
    /// One consumer deals with providers directly; a disk loses data, and a spare provider takes over
    Deal,
    /// A manager runs five providers as one service for three consumers
    Cluster,
    /// A month with providers of every kind, a dispute, and what the contract says of them at the end
    Sla,
}

#[derive(Debug, clap::Args)]
pub struct DemoOptions {
    /// Which story
    #[arg(long, value_name = "STORY", value_enum, default_value_t = StoryName::Deal)]
    pub story: StoryName,
    /// File to store; a text of 3 MiB if none is named
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Providers in the market of the deal, 3 if not told
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(2..=21))]
    pub providers: Option<u8>,
    /// Replicas to keep in the deal, fewer than there are providers, 2 if not told
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=20))]
    pub replicas: Option<u8>,
    /// Keep the chain's state in this file instead of in memory
    #[arg(long, value_name = "FILE")]
    pub chain: Option<PathBuf>,
    /// Keep the chain as it stands in the middle of the sla story, with everything live, in this new file:
    /// to try `orch watch`
    #[arg(long, value_name = "FILE")]
    pub keep: Option<PathBuf>,
    /// Keep the replicas and the file that is read back in this empty folder
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Print one JSON document and nothing else
    #[arg(long)]
    pub output_json: bool,
}

/// Exit code with --once: 0 if this account has nothing to do, 3 if it has, 2 if what was typed cannot be done, 1 if
/// something else went wrong.
#[derive(Debug, clap::Args)]
pub struct WatchOptions {
    /// Address of the account to watch for: a consumer, provider, manager or arbiter
    #[arg(long, value_name = "ADDR")]
    pub account: String,
    /// How far to look ahead: a number with s, m, h or d
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = length)]
    pub ahead: u64,
    /// Look once, and tell by the exit code whether this account has something to do
    #[arg(long)]
    pub once: bool,
    /// How often to look again: a number with s, m, h or d
    #[arg(long, value_name = "TIME", default_value = "6s", value_parser = length, conflicts_with = "once")]
    pub every: u64,
    #[command(flatten)]
    pub place: Place,
}

#[derive(Debug, Subcommand)]
pub enum TreeCommand {
    /// Show root and chunk count of a file
    Root(RootOptions),
    /// Show a chunk of a file and its path to the root
    Prove(ProveOptions),
    /// Check a proof against a root and a chunk count
    Verify(VerifyOptions),
}

#[derive(Debug, clap::Args)]
pub struct RootOptions {
    /// File to build the tree of
    pub file: PathBuf,
    /// Print one JSON document and nothing else
    #[arg(long)]
    pub output_json: bool,
}

#[derive(Debug, clap::Args)]
pub struct ProveOptions {
    /// File to prove from
    pub file: PathBuf,
    /// Chunk of 1 KiB to prove, from zero
    pub index: u64,
    /// Write the proof to this new file
    #[arg(long, value_name = "PROOF")]
    pub out: Option<PathBuf>,
    /// Print one JSON document and nothing else: the proof, unless it is written to a file
    #[arg(long)]
    pub output_json: bool,
}

#[derive(Debug, clap::Args)]
pub struct VerifyOptions {
    /// File with the proof, as `orch tree prove` writes it
    pub proof: PathBuf,
    /// Root that was committed to, in hexadecimal digits
    #[arg(long, value_name = "HEX", value_parser = hash)]
    pub root: [u8; 32],
    /// Chunk count that was committed to
    #[arg(long, value_name = "N")]
    pub count: u64,
    /// Print one JSON document and nothing else
    #[arg(long)]
    pub output_json: bool,
}

/// Reads a length of time, as milliseconds: at most ten years, and not nothing.
pub fn length(text: &str) -> Result<u64, String> {
    let units = [('s', 1_000), ('m', 60_000), ('h', 3_600_000), ('d', 86_400_000)];
    let read = units.iter().find_map(|(unit, ms)| {
        let number: u64 = text.strip_suffix(*unit)?.parse().ok()?;
        number.checked_mul(*ms)
    });
    let longest = 3_650 * 86_400_000;
    read.filter(|ms| (1..=longest).contains(ms))
        .ok_or_else(|| "give a number with s, m, h or d, such as 90m or 7d, of at most 3650d".to_owned())
}

/// Reads a hash, with or without `0x` in front.
pub fn hash(text: &str) -> Result<[u8; 32], String> {
    let mut bytes = [0; 32];
    match hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err("give the 64 hexadecimal digits of a SHA-256 value".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_and_nonsense_is_refused() {
        assert_eq!(length("90m"), Ok(5_400_000));
        assert_eq!(
            (length("1s"), length("24h"), length("3650d")),
            (Ok(1_000), Ok(86_400_000), Ok(315_360_000_000))
        );
        for wrong in ["", "h", "24", "-1h", "0s", "1w", "1.5h", "3651d", "99999999999999999999d", "24 h"] {
            assert!(length(wrong).is_err(), "{wrong}");
        }
    }
}
