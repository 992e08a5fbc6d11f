//! Lists of ids: entries keep their place, a page looks at a bounded number of places.
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
    /// Placements of a provider.
    Placements(AccountId),
    /// Nodes of a provider.
    Nodes(AccountId),
    /// Data units on a node.
    Units(u64),
}
