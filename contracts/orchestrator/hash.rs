//! SHA-256 by the host.

use ink::env::hash::Sha2x256;
use orchestrator_proof::Hash;

/// The chain's own SHA-256.
pub(crate) struct HostSha256;

impl orchestrator_proof::Sha256 for HostSha256 {
    fn sha256(data: &[u8]) -> Hash {
        let mut out = Hash::default();
        ink::env::hash_bytes::<Sha2x256>(data, &mut out);
        out
    }
}
