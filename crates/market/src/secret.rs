//! What a consumer has to keep: one secret, from which the key of every replica follows.

use std::fmt;

use hkdf::Hkdf;
use rand::{rngs::OsRng, RngCore};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::ReplicaError;

const SECRET_INFO: &[u8] = b"orchestrator/consumer-secret/1";
const SALT_DOMAIN: &[u8] = b"orchestrator/replica-salt/1";

/// The consumer's 32 byte secret. It never leaves the consumer; it is wiped from memory when dropped and does
/// not show itself in `Debug`.
#[derive(Clone)]
pub struct ConsumerSecret(Zeroizing<[u8; 32]>);

impl ConsumerSecret {
    /// A fresh secret from the operating system. Whoever uses it must keep a copy of
    /// [`expose`](Self::expose): nothing else can bring the data back.
    pub fn random() -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(secret.as_mut_slice());
        Self(secret)
    }

    /// The secret that belongs to a signing key, so that the key's phrase alone brings the data back:
    /// HKDF-SHA256 (RFC 5869) without salt over the bytes of the phrase (a mnemonic, a `0x` seed or any other
    /// SURI).
    ///
    /// It is as hard to guess as the phrase: a mnemonic is, `//Alice` is not. Refuses an empty phrase.
    pub fn from_phrase(phrase: &[u8]) -> Result<Self, ReplicaError> {
        if phrase.is_empty() {
            return Err(ReplicaError::EmptyPhrase);
        }
        let mut secret = Zeroizing::new([0; 32]);
        expand(None, phrase, &[SECRET_INFO], secret.as_mut_slice());
        Ok(Self(secret))
    }

    /// A secret that was kept, as [`expose`](Self::expose) gave it.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes of the secret, for a backup or for deriving keys from.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ConsumerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConsumerSecret(…)")
    }
}

/// The 16 bytes in a reservation's manifest that make the keys of its replicas its own. Not secret, but it
/// must be fresh for every file: two different files under one salt would be encrypted with the same key and
/// nonces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ManifestSalt([u8; 16]);

impl ManifestSalt {
    /// A fresh one from the operating system: what a consumer uses for every file to be sealed.
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        OsRng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// One read back from a manifest.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes to put into the manifest.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The salt of the key derivation: SHA-256 of a domain and the manifest's 16 bytes.
    pub fn replica_salt(&self) -> [u8; 32] {
        Sha256::new().chain_update(SALT_DOMAIN).chain_update(self.0).finalize().into()
    }
}

/// HKDF-SHA256 (RFC 5869): extract with `salt`, expand over the concatenated `info` to fill `out` (at most
/// 8,160 bytes, and every caller's length is a constant far below).
pub(crate) fn expand(salt: Option<&[u8]>, ikm: &[u8], info: &[&[u8]], out: &mut [u8]) {
    let hkdf = Hkdf::<Sha256>::new(salt, ikm);
    let joined = Zeroizing::new(info.concat());
    hkdf.expand(&joined, out).expect("output lengths are constants below the limit of HKDF");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        hex::decode(hex).unwrap()
    }

    #[test]
    fn hkdf_is_that_of_rfc_5869_test_case_1() {
        let mut okm = [0; 42];
        let (head, tail) = ([0xf0, 0xf1, 0xf2, 0xf3, 0xf4], [0xf5, 0xf6, 0xf7, 0xf8, 0xf9]);
        expand(Some(&bytes("000102030405060708090a0b0c")), &[0x0b; 22], &[&head, &tail], &mut okm);
        let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
        assert_eq!(hex::encode(okm), expected);
    }

    #[test]
    fn hkdf_without_salt_is_that_of_rfc_5869_test_case_3() {
        let mut okm = [0; 42];
        expand(None, &[0x0b; 22], &[], &mut okm);
        let expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8";
        assert_eq!(hex::encode(okm), expected);
    }

    #[test]
    fn one_phrase_gives_one_secret_and_another_phrase_another() {
        let secret = |phrase: &str| *ConsumerSecret::from_phrase(phrase.as_bytes()).unwrap().expose();
        assert_eq!(secret("legal winner thank year"), secret("legal winner thank year"));
        assert_ne!(secret("legal winner thank year"), secret("legal winner thank yeas"));
    }

    #[test]
    fn an_empty_phrase_is_refused() {
        assert!(matches!(ConsumerSecret::from_phrase(b""), Err(ReplicaError::EmptyPhrase)));
    }

    #[test]
    fn a_secret_survives_its_backup() {
        let secret = ConsumerSecret::random();
        assert_eq!(ConsumerSecret::from_bytes(*secret.expose()).expose(), secret.expose());
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        assert_eq!(format!("{:?}", ConsumerSecret::from_bytes([7; 32])), "ConsumerSecret(…)");
    }

    #[test]
    fn fresh_secrets_and_salts_differ() {
        assert_ne!(ConsumerSecret::random().expose(), ConsumerSecret::random().expose());
        assert_ne!(ManifestSalt::random(), ManifestSalt::random());
    }

    #[test]
    fn the_replica_salt_follows_from_the_manifest_alone() {
        let salt = ManifestSalt::random();
        assert_eq!(ManifestSalt::from_bytes(*salt.as_bytes()).replica_salt(), salt.replica_salt());
        assert_ne!(
            ManifestSalt::from_bytes([1; 16]).replica_salt(),
            ManifestSalt::from_bytes([2; 16]).replica_salt()
        );
    }
}
