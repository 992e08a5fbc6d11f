//! Records and rules of the Orchestrator.
//!
//! Plain data and plain arithmetic: nothing here knows a chain. Rules take the time, the caller and the amounts as
//! arguments, change the record they belong to and say what follows; the contract loads, applies and stores.
//! The same records are what the contract's views return and what the tests use as their model.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

mod challenger;
mod cluster;
mod config;
mod dispute;
mod error;
mod fixed;
#[cfg(feature = "std")]
mod history;
mod list;
mod maintenance;
mod money;
mod office;
mod placement;
mod provider;
mod quality;
mod rate;
mod reservation;
mod root;
mod rounds;
mod score;
mod sla;
mod time;
mod unit;

pub use challenger::{Challenger, Round};
pub use cluster::{
    Cluster, ClusterSpec, Pool, Share, MAX_LOOKED_AT, MAX_MANAGER_BPS, MAX_OBSERVERS, MAX_PARAMETER_BYTES,
    SLOWEST_IN_CLUSTER_MS,
};
pub use config::Config;
pub use dispute::{Dispute, ANSWER_MS, BOND_BPS, DECIDE_MS, DISPUTE_FACT_MS, DISPUTE_REST_MS};
pub use error::{Error, Result};
#[cfg(feature = "std")]
pub use history::{History, Scoring};
pub use list::{Handover, List, Subject};
pub use maintenance::{Maintenance, Window, MAINTENANCE_NOTICE_MS, MAX_WINDOWS};
pub use money::{
    bps_down, bps_up, monthly, price_down, price_up, share_down, share_up, Account, Balance,
    MAX_MONTHLY_PRICE,
};
pub use office::{Holder, Office, Role, Upgrade, MAX_HOLDERS, UPGRADE_NOTICE_MS, UPGRADE_OPEN_MS};
pub use placement::{Commitment, Payment, Placement, State, Tally};
pub use provider::{Node, NodeSpec, NodeState, Provider, MAX_ENDPOINT_BYTES, MAX_PROFILE_BYTES};
pub use quality::{day_before, Quality, Report, Seen, MAX_REPORTS};
pub use rate::{Rate, MAX_RATE, RATE_AGE_MS, RATE_STEP_MS};
pub use reservation::{
    Access, Choice, Grant, Order, Replica, Reservation, Slot, MAX_GRANTS, MAX_MANIFEST_BYTES, MAX_REPLICAS,
};
pub use root::Root;
pub use rounds::Misses;
pub use score::{
    weighed, weight, Evidence, Findings, Rating, Standing, BEST, FULL_WEIGHT, MISS_FACTOR, NEUTRAL, PRIOR,
    RECORD_MS,
};
pub use sla::SlaTerms;
pub use time::{
    min_blocks, Clock, Pauses, CLOSE_GRACE_MS, DAY_MS, MAX_PAUSE_MS, MAX_TERM_MS, MIN_TERM_MS, MONTH_MS,
    PAUSE_REST_MS, RENEW_GRACE_MS,
};
pub use unit::{
    chunks_fit, ensure_rested, Currency, DataUnit, Kind, Member, UnitSpec, MAX_CAPACITY, MAX_TAG_BYTES,
    UNIT_REST_MS,
};
