//! Lives of the contract on a real node.
//!
//! Each test has a node of its own, whose clock the test moves: what takes days takes blocks. Only [`seconds`] goes by
//! the machine's clock.

mod cluster;
mod deal;
mod dispute;
mod own_node;
mod refusals;
mod repair;
mod seconds;
mod upgrade;
