//! How a command fails: one line that says what to do, and an exit code.

use std::{fmt, io, process::ExitCode};

use clap::error::ErrorKind;
use orchestrator_chain::ChainError;
use orchestrator_market::{parties::PartyError, ReplicaError, StoreError};
use orchestrator_proof::TreeError;

/// What shells report for a program whose reader went away: 128 + SIGPIPE.
const READER_GONE: u8 = 141;

/// Exit code of `orch watch --once` when something is to be done.
const DUE: u8 = 3;

/// Exit code of a call that may have been done.
const UNSURE: u8 = 4;

/// Why a command did not do what it should.
#[derive(Debug)]
pub enum Failure {
    /// What was typed cannot be done: exit code 2.
    Input(String),
    /// Something did not come out as it should: exit code 1.
    Outcome(String),
    /// Help or the version was asked for: no failure at all.
    Help(clap::Error),
    /// The account that was asked for has something to do: exit code 3, and nothing to complain of.
    Due,
    /// It is not known whether it was done: exit code 4.
    Unsure(String),
    /// Whoever reads the output has gone away, or it cannot be written.
    Output(io::Error),
}

impl Failure {
    pub fn input(sentence: impl fmt::Display) -> Self {
        Self::Input(sentence.to_string())
    }

    pub fn outcome(sentence: impl fmt::Display) -> Self {
        Self::Outcome(sentence.to_string())
    }

    /// Says it on stderr, in one line, and gives the exit code.
    pub fn exit(self) -> ExitCode {
        match self {
            Self::Input(sentence) => complain(&sentence, 2),
            Self::Outcome(sentence) => complain(&sentence, 1),
            Self::Due => ExitCode::from(DUE),
            Self::Unsure(sentence) => complain(&sentence, UNSURE),
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(READER_GONE),
            Self::Output(error) => {
                complain(&format!("cannot write the output ({error}): check where it goes"), 1)
            }
            Self::Help(text) => {
                let asked = matches!(text.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
                // Where help cannot be printed there is nobody to tell.
                text.print().ok();
                ExitCode::from(if asked { 0 } else { 2 })
            }
        }
    }
}

fn complain(sentence: &str, code: u8) -> ExitCode {
    let line: Vec<&str> = sentence.split_whitespace().collect();
    eprintln!("orch: {}", line.join(" "));
    ExitCode::from(code)
}

impl From<clap::Error> for Failure {
    fn from(refusal: clap::Error) -> Self {
        match refusal.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Self::Help(refusal),
            _ => {
                let text = refusal.render().to_string();
                let sentence: Vec<&str> =
                    text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
                let sentence = sentence.join(" ");
                let sentence = sentence.strip_prefix("error: ").unwrap_or(&sentence);
                Self::Input(format!("{sentence}: see `orch --help`"))
            }
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<PartyError> for Failure {
    fn from(error: PartyError) -> Self {
        Self::outcome(error)
    }
}

impl From<ChainError> for Failure {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::State(error) => Self::input(error),
            typed @ (ChainError::Address(_)
            | ChainError::Secret
            | ChainError::NoContract { .. }
            | ChainError::NoContracts { .. }
            | ChainError::OtherCode { .. }
            | ChainError::StorageDepositLimit { .. }
            | ChainError::GasLimit { .. }) => Self::input(typed),
            typed @ (ChainError::Undecided { .. } | ChainError::Unread { .. }) => {
                Self::Unsure(typed.to_string())
            }
            other => Self::outcome(other),
        }
    }
}

impl From<ReplicaError> for Failure {
    fn from(error: ReplicaError) -> Self {
        Self::outcome(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::outcome(error)
    }
}

impl From<TreeError> for Failure {
    fn from(error: TreeError) -> Self {
        match error {
            TreeError::Empty | TreeError::TooLarge | TreeError::NoSuchChunk { .. } => Self::input(error),
            other => Self::outcome(other),
        }
    }
}
