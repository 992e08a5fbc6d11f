//! What a consumer writes into a reservation's manifest, so that its secret and the chain bring the data back.

use crate::ManifestSalt;

const FORMAT: u8 = 1;
const BYTES: usize = 17;

/// Manifest of a reservation: one byte of format and the 16 bytes of the salt. Replica `n` of it fills slot `n`.
///
/// It is public and tells nothing about the file: no name, no length, no hash of its plain bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Salt of the keys of all replicas.
    pub salt: ManifestSalt,
}

impl Manifest {
    /// The bytes for the chain.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.push(FORMAT);
        bytes.extend(self.salt.as_bytes());
        bytes
    }

    /// Reads what the chain has. Nothing if it is of another format or length.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first() {
            Some((&FORMAT, salt)) => Some(Self { salt: ManifestSalt::from_bytes(salt.try_into().ok()?) }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        let manifest = Manifest { salt: ManifestSalt::random() };
        assert_eq!(Manifest::decode(&manifest.encode()), Some(manifest));
    }

    #[test]
    fn another_format_or_length_is_refused() {
        let bytes = Manifest { salt: ManifestSalt::random() }.encode();
        assert_eq!(Manifest::decode(&[]), None);
        assert_eq!(Manifest::decode(&bytes[..BYTES - 1]), None);
        assert_eq!(Manifest::decode(&[&bytes[..], &[0]].concat()), None);
        assert_eq!(Manifest::decode(&[&[FORMAT + 1], &bytes[1..]].concat()), None);
    }
}
