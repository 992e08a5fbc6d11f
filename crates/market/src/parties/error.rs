//! Why a party could not do what it set out to do.

use orchestrator::domain::Error;
use orchestrator_chain::{address, AccountId, CallError, ChainError};
use thiserror::Error;

use crate::{parties::sentence, ReplicaError, StoreError};

/// Why a party could not do what it set out to do, in a sentence that says what to do about it.
#[derive(Debug, Error)]
pub enum PartyError {
    /// The contract refused.
    #[error("cannot {doing}: {} ({refusal:?})", sentence(*refusal))]
    Refused {
        /// What the party was about to do.
        doing: &'static str,
        /// The contract's own error.
        refusal: Error,
    },
    /// The chain refused, or could not be reached.
    #[error("cannot {doing}: {source}")]
    Chain {
        /// What the party was about to do.
        doing: &'static str,
        /// What the chain said.
        source: ChainError,
    },
    /// Sealing or opening a replica failed.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// The provider's store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The market has too few providers for the replicas.
    #[error(
        "{found} providers offer what was asked for, {wanted} are needed: ask for less, or wait for more"
    )]
    TooFewOffers {
        /// Replicas that need a provider each.
        wanted: usize,
        /// Providers whose data units fit.
        found: usize,
    },
    /// The chain has no such reservation, placement or cluster, or has it no more.
    #[error("there is no {what} {id} on the chain: it was closed, or the number is wrong")]
    Gone {
        /// A reservation, a placement or a cluster.
        what: &'static str,
        /// Its id.
        id: u64,
    },
    /// The placement belongs to another provider.
    #[error("placement {placement} is {}'s: sign with that provider's key", address(provider))]
    OtherProvider {
        /// The placement.
        placement: u64,
        /// Who its provider is.
        provider: AccountId,
    },
    /// The account is neither the consumer nor on the access list.
    #[error("{} may not read placement {placement}: ask its consumer for access", address(reader))]
    NoAccess {
        /// The placement.
        placement: u64,
        /// Who asked.
        reader: AccountId,
    },
    /// The replica in the store is not the one the chain names.
    #[error("the store's replica of placement {placement} is not the one on the chain: receive it again")]
    OtherReplica {
        /// The placement.
        placement: u64,
    },
    /// The consumer has committed no data for the placement.
    #[error("no data is committed for placement {placement}: wait for its consumer, or ask for it")]
    NothingCommitted {
        /// The placement.
        placement: u64,
    },
    /// The replica was not sealed yet.
    #[error("replica {slot} is not sealed yet: seal it first")]
    NotSealed {
        /// The number of the replica.
        slot: usize,
    },
    /// The parcel has no slot of this number.
    #[error("there is no replica {slot}: the reservation has {replicas}, counted from 0")]
    UnknownSlot {
        /// The number that was asked for.
        slot: usize,
        /// How many replicas there are.
        replicas: usize,
    },
    /// The parcel was not reserved yet.
    #[error("nothing is reserved for this file yet: reserve first")]
    NotReserved,
    /// The reservation has no manifest that this program can read.
    #[error("the manifest of reservation {reservation} is not this program's: use the one that reserved it")]
    ForeignManifest {
        /// The reservation.
        reservation: u64,
    },
    /// A file of the party cannot be used.
    #[error("cannot use {} ({source}): check the path and its permissions", path.display())]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl PartyError {
    pub(crate) fn call(doing: &'static str, error: CallError<Error>) -> Self {
        match error {
            CallError::Refused(refusal) => Self::Refused { doing, refusal },
            CallError::Chain(source) => Self::Chain { doing, source },
        }
    }

    pub(crate) fn chain(doing: &'static str) -> impl FnOnce(ChainError) -> Self {
        move |source| Self::Chain { doing, source }
    }
}
