//! The commands that act on a contract, one file for each group.

pub mod account;
pub mod admin;
pub mod chain;
pub mod challenge;
pub mod cluster;
pub mod completions;
pub mod deploy;
pub mod dispute;
pub mod distribute;
pub mod events;
pub mod market;
pub mod node;
pub mod placement;
pub mod provider;
pub mod reservation;
pub mod reserve;
pub mod settle;
pub mod tx;
pub mod unit;
