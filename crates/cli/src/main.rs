//! `orch`, the command line of the Orchestrator.

mod args;
mod demo;
mod failure;
mod output;
mod proof_file;
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
        Command::Watch(options) => watch::run(&options),
        Command::Tree { command: TreeCommand::Root(options) } => tree::root(&options),
        Command::Tree { command: TreeCommand::Prove(options) } => tree::prove(&options),
        Command::Tree { command: TreeCommand::Verify(options) } => tree::verify(&options),
    }
}
