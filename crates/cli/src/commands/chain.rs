//! `orch chain`: the chain itself, and for one in a file its money and its time.

use clap::Subcommand;
use serde_json::json;

use crate::{
    amount::Amount,
    args::length,
    failure::Failure,
    output::{self, Teller},
    session::{read_address, Chain, Place},
    time::instant,
};

#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show block, clock and token
    Show,
    /// Give tokens to an account of a chain in a file, out of nothing
    Fund {
        /// Address of the account
        account: String,
        /// Tokens, such as 2.5, or planks, such as 2500p
        amount: Amount,
    },
    /// Let time pass on a chain in a file
    Advance {
        /// A number with s, m, h or d
        #[arg(value_parser = length)]
        time: u64,
    },
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let mut chain = options.place.open(false)?;
    match (&options.command, &mut chain) {
        (Command::Show, _) => {}
        (Command::Fund { account, amount }, Chain::Embedded(embedded)) => {
            let planks = amount.planks(&Default::default())?;
            embedded.fund(read_address(account)?, planks).map_err(Failure::input)?;
        }
        (Command::Advance { time }, Chain::Embedded(embedded)) => {
            orchestrator_chain::Ledger::advance(embedded, *time)?;
        }
        (Command::Fund { .. }, Chain::Node(_)) => {
            return Err(Failure::input(
                "only a chain in a file makes money out of nothing: send it from an account that has some",
            ));
        }
        (Command::Advance { .. }, Chain::Node(_)) => {
            return Err(Failure::input("only on a chain in a file time passes at will: wait"));
        }
    }
    show(options, &chain)
}

fn show(options: &Options, chain: &Chain) -> Result<(), Failure> {
    let teller = Teller::new(options.place.output_json);
    let (block, now, token) = (chain.ledger().block_number()?, chain.ledger().now_ms()?, chain.token());
    let existential = chain.existential_deposit();
    if teller.is_quiet() {
        return Ok(output::json(&json!({
            "block": block, "now_ms": now, "token": token.symbol, "decimals": token.decimals,
            "existential_deposit": existential.to_string(),
        }))?);
    }
    Ok(teller.rows(&[
        ("block".to_owned(), block.to_string()),
        ("time".to_owned(), format!("{} UTC", instant(now))),
        ("token".to_owned(), format!("{}, {} decimals", token.symbol, token.decimals)),
        ("existential deposit".to_owned(), token.text(existential)),
    ])?)
}
