//! A real `substrate-contracts-node` for tests, with a clock of its own.
//!
//! The node makes a block for each transaction and finalises it at once. Its time of day stands still until the test
//! moves it: the contract's windows last hours and days, and no test waits for them. A block's time is the clock's, or
//! a few milliseconds after the block before.
//!
//! ```no_run
//! let mut node = orchestrator_process::Process::start();
//! println!("{}", node.url());
//! node.clock().advance(3 * 86_400_000);
//! node.restart();
//! ```
//!
//! Programs that start the node themselves get a [`Wrapper`] instead: a script that behaves like the node.
//!
//! Linux only: the clock is a shared library that is loaded in front of the C library ([`Clock`]).

mod clock;
mod log;
mod options;
mod process;
mod program;
mod wrapper;

pub use clock::{Clock, START_MS};
pub use options::Options;
pub use process::Process;
pub use wrapper::Wrapper;
