//! `orch completions`: what a shell needs to complete commands.

use std::io;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{args::Args, failure::Failure};

#[derive(Debug, clap::Args)]
pub struct Options {
    /// The shell
    shell: Shell,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Args::command(), "orch", &mut script);
    Ok(io::Write::write_all(&mut io::stdout().lock(), &script)?)
}
