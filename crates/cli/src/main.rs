//! `orch`, the command line of the Orchestrator.

mod acting;
mod amount;
mod args;
mod commands;
mod demo;
mod elsewhere;
mod failure;
mod instant;
mod interface;
mod output;
mod proof_file;
mod session;
mod signing;
mod time;
mod tree;
mod watch;

use std::process::ExitCode;

use args::{Args, Command, TreeCommand};
use clap::Parser;
use failure::Failure;

fn main() -> ExitCode {
    let done = match Args::try_parse() {
        Ok(args) => run(args.command),
        Err(refusal) => Err(Failure::from(refusal)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.exit(),
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo(options) => demo::run(&options),
        Command::Deploy(options) => commands::deploy::run(&options),
        Command::Account(options) => commands::account::run(&options),
        Command::Provider(options) => commands::provider::run(&options),
        Command::Node(options) => commands::node::run(&options),
        Command::Unit(options) => commands::unit::run(&options),
        Command::Market(options) => commands::market::run(&options),
        Command::Reserve(options) => commands::reserve::run(&options),
        Command::Reservation(options) => commands::reservation::run(&options),
        Command::Placement(options) => commands::placement::run(&options),
        Command::Dispute(options) => commands::dispute::run(&options),
        Command::Challenge(options) => commands::challenge::run(&options),
        Command::Cluster(options) => commands::cluster::run(&options),
        Command::Settle(options) => commands::settle::run(&options),
        Command::Distribute(options) => commands::distribute::run(&options),
        Command::Admin(options) => commands::admin::run(&options),
        Command::Tx(options) => commands::tx::run(&options),
        Command::Events(options) => commands::events::run(&options),
        Command::Chain(options) => commands::chain::run(&options),
        Command::Completions(options) => commands::completions::run(&options),
        Command::Watch(options) => watch::run(&options),
        Command::Tree { command: TreeCommand::Root(options) } => tree::root(&options),
        Command::Tree { command: TreeCommand::Prove(options) } => tree::prove(&options),
        Command::Tree { command: TreeCommand::Verify(options) } => tree::verify(&options),
    }
}
