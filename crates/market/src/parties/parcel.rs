//! A file on its way to the market: its replicas, and how far each of them has come.

use std::{fmt, path::PathBuf};

use crate::{parties::PartyError, ManifestSalt, Sealed};

/// How far a replica has come, in the words of the consumer's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// A place was planned for it.
    Created,
    /// Its key is derived.
    Initialized,
    /// It is sealed; root and chunk count are known.
    Encrypted,
    /// Its placement is proposed on the chain.
    ProcessSpawned,
    /// The chain holds the whole price of its term in escrow.
    Funded,
    /// The provider has accepted and locked collateral.
    Accepted,
    /// The provider has all of it, with the root that was promised.
    Transferred,
    /// The placement is active or has completed its term: paid for and challenged.
    Completed,
    /// The placement has ended otherwise; the slot can be replaced.
    Failed,
    /// The provider was asked for it and did not deliver.
    Unavailable,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "CREATED",
            Self::Initialized => "INITIALIZED",
            Self::Encrypted => "ENCRYPTED",
            Self::ProcessSpawned => "PROCESS_SPAWNED",
            Self::Funded => "FUNDED",
            Self::Accepted => "ACCEPTED",
            Self::Transferred => "TRANSFERRED",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Unavailable => "UNAVAILABLE",
        })
    }
}

/// One replica of a parcel.
#[derive(Clone, Debug)]
pub struct Tracked {
    /// The sealed replica on the consumer's disk, until it has been handed over.
    pub path: PathBuf,
    /// Root and chunk count, once it is sealed.
    pub sealed: Option<Sealed>,
    /// The placement that fills its slot, once it is reserved.
    pub placement: Option<u64>,
    /// How far it has come.
    pub stage: Stage,
}

/// A file that a consumer has stored, or is about to. Replica `n` is the one of slot `n`.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Salt of the replicas' keys; goes into the manifest.
    pub salt: ManifestSalt,
    /// Its reservation, once there is one.
    pub reservation: Option<u64>,
    /// Its replicas.
    pub replicas: Vec<Tracked>,
}

impl Parcel {
    /// Refuses a replica that there is not.
    pub fn replica(&self, slot: usize) -> Result<&Tracked, PartyError> {
        let replicas = self.replicas.len();
        self.replicas.get(slot).ok_or(PartyError::UnknownSlot { slot, replicas })
    }

    pub(crate) fn replica_mut(&mut self, slot: usize) -> Result<&mut Tracked, PartyError> {
        let replicas = self.replicas.len();
        self.replicas.get_mut(slot).ok_or(PartyError::UnknownSlot { slot, replicas })
    }

    /// GiB that the largest replica takes, at least one: the capacity to reserve.
    pub fn capacity(&self) -> u64 {
        let largest = self.replicas.iter().filter_map(|x| x.sealed).map(|x| x.bytes).max();
        largest.unwrap_or(0).div_ceil(1 << 30).max(1)
    }
}
