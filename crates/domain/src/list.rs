//! What `list`, `offer`, `take_over` and `score` are told to act on. Entries of lists keep their place; a page looks at a bounded
//! number of places.
//!
//! The derived codec casts the number of a variant, which the lint takes for a loss.

#![allow(clippy::cast_possible_truncation)]

use ink::primitives::AccountId;
use scale::{Decode, Encode};

/// Which list `list` reads.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum List {
    /// Reservations of a consumer.
    Reservations(AccountId),
    /// Placements that a provider has accepted.
    Placements(AccountId),
    /// Nodes of a provider.
    Nodes(AccountId),
    /// Data units on a node.
    Units(u64),
    /// Placements on a data unit, proposed ones included.
    UnitPlacements(u64),
    /// Clusters of a manager.
    Clusters(AccountId),
    /// Data units that are members of a cluster. The last entry takes the place of one that leaves.
    Members(u64),
    /// Reservations in a cluster.
    ClusterReservations(u64),
}

/// What is handed over in two steps: offered by who has it, and taken over by who was offered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Handover {
    /// A reservation, with all that is in escrow.
    Reservation(u64),
    /// The management of a cluster.
    Cluster(u64),
    /// The admin's role. It is not the first: what some clients make of an argument that was left out is the first.
    Admin,
}

/// Whom a score is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Subject {
    Provider(AccountId),
    /// A data unit.
    Unit(u64),
}
