//! Replicas of the Orchestrator: what a consumer seals and opens, and what a provider keeps and proves from.
//!
//! A consumer derives a [`ReplicaKey`] for each replica from its [`ConsumerSecret`] and the reservation's
//! [`ManifestSalt`], and [`seal`]s the file with it; the root and chunk count of the [`Sealed`] replica go
//! into the reservation. A provider puts the bytes it receives into a [`ReplicaStore`], which shows them only
//! when they have the root that was promised, and takes proofs from there. From the secret and the manifest
//! alone the consumer [`open`]s the replica again, on any machine.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod error;
mod frame;
mod holding;
mod opening;
mod output;
pub mod parties;
mod record;
mod replica;
mod sealing;
mod secret;
mod store;

pub use crate::{
    error::{ReplicaError, StoreError},
    holding::{Finding, Holding, LOST_CHUNKS_TOLD},
    opening::{open, open_file, open_file_from},
    record::{Promise, Record},
    replica::{
        chunks_of, frame_room, sealed_len, Header, ReplicaKey, FRAME_BYTES, HEADER_BYTES, MAX_PLAIN_BYTES,
        TAG_BYTES,
    },
    sealing::{seal, seal_file, Sealed},
    secret::{ConsumerSecret, ManifestSalt},
    store::{ReplicaStore, Space},
};
