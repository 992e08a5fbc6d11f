//! `orch tx`: transactions that were signed elsewhere, and what became of one.

use std::{fs, path::PathBuf};

use clap::Subcommand;
use orchestrator_chain::{Hash, Ledger, Options as LedgerOptions, Status};
use serde_json::json;

use crate::{
    args::Common,
    elsewhere::submission::{digits, node, reason, Submission},
    failure::Failure,
    output::{self, Teller},
    session::Place,
};

#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Send a call that --unsigned or --qr has written, with the signature of its account
    Submit {
        /// File with the call
        file: PathBuf,
        /// What the wallet gave, in hexadecimal digits: the signature, or the whole transaction signed
        #[arg(long, value_name = "HEX", required_unless_present = "signature_file")]
        signature: Option<String>,
        /// File with what the wallet gave
        #[arg(long, value_name = "FILE", conflicts_with = "signature")]
        signature_file: Option<PathBuf>,
    },
    /// Look for a transaction on the chain
    Status {
        /// Hash of the transaction, in hexadecimal digits
        #[arg(value_parser = transaction_hash)]
        hash: Hash,
        /// First block to look at; 256 before the newest if not told, for as long a call can wait for its signature
        #[arg(long, value_name = "N")]
        from_block: Option<u32>,
    },
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    if common.signing.elsewhere() {
        return Err(Failure::input("here is nothing more to sign: leave out --unsigned and --qr"));
    }
    match &options.command {
        Command::Submit { file, signature, signature_file } => {
            let answer = match (signature, signature_file) {
                (Some(digits), _) => digits.clone(),
                (None, Some(path)) => fs::read_to_string(path).map_err(|error| {
                    let name = path.display();
                    Failure::Input(format!(
                        "cannot read {name} ({error}): check the name and that you may read it"
                    ))
                })?,
                (None, None) => String::new(),
            };
            Submission::read(common, file, &answer)?.run()
        }
        Command::Status { hash, from_block } => status(&common.place, *hash, *from_block),
    }
}

fn status(place: &Place, hash: Hash, from_block: Option<u32>) -> Result<(), Failure> {
    let node = node(place)?;
    let newest = node.block_number()?;
    let wait = u32::try_from(LedgerOptions::LONG_MORTALITY).unwrap_or(u32::MAX);
    let first = from_block.unwrap_or_else(|| newest.saturating_sub(wait));
    if first > newest {
        return Err(Failure::Input(format!(
            "the newest block is {newest}: name an earlier one with --from-block"
        )));
    }
    let teller = Teller::new(place.output_json);
    match node.status(hash, first)? {
        Status::Included { block, finalized, failure } => {
            let reason = failure.as_ref().map(reason);
            if teller.is_quiet() {
                return Ok(output::json(&json!({
                    "hash": digits(&hash), "found": true, "block": block.number, "block_hash": digits(&block.hash),
                    "finalized": finalized, "failure": reason,
                }))?);
            }
            teller.line(&format!("The transaction is on the chain, in block {}:", block.number))?;
            Ok(teller.rows(&[
                ("block".to_owned(), digits(&block.hash)),
                ("final".to_owned(), if finalized { "yes" } else { "not yet" }.to_owned()),
                ("came to".to_owned(), reason.unwrap_or_else(|| "success".to_owned())),
            ])?)
        }
        Status::NotFound if teller.is_quiet() => Ok(output::json(&json!({
            "hash": digits(&hash), "found": false, "from_block": first, "to_block": newest,
        }))?),
        Status::NotFound => Err(Failure::Outcome(format!(
            "the transaction is in none of the blocks {first} to {newest}: {}, or wait if it was sent just now",
            if first > 0 { "look further back with --from-block" } else { "check hash and chain" }
        ))),
    }
}

fn transaction_hash(text: &str) -> Result<Hash, String> {
    let mut bytes = [0; 32];
    match hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut bytes) {
        Ok(()) => Ok(Hash::from(bytes)),
        Err(_) => Err("give the 64 hexadecimal digits of a transaction's hash".to_owned()),
    }
}
