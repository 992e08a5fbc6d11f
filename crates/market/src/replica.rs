//! The format of an encrypted replica, and the key of one.
//!
//! ```text
//! replica = frame 0 ‖ frame 1 ‖ … ‖ last frame       every frame but the last is 65,536 bytes
//! frame 0 = header (64 bytes) ‖ ciphertext ‖ tag     tag: 16 bytes of Poly1305
//! frame i = ciphertext ‖ tag
//! header  = magic (8) ‖ version u32 ‖ frame bytes u32 ‖ replica number u32 ‖ salt (32) ‖ key check (12)
//! ```
//!
//! Integers are little endian. Frames are sealed by XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) in the
//! STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce is a prefix of 19 bytes, the
//! frame's number as u32 big endian, and a byte that is 1 in the last frame only, so a frame that was moved,
//! repeated, dropped or appended does not open. The header is associated data of every frame.
//!
//! Key, nonce prefix and key check are 63 bytes of HKDF-SHA256 with the consumer's secret as key material,
//! the salt as salt and the replica number in `info`. So the bytes of a replica, and with them its root,
//! follow from the secret, the salt, the number and the file: a consumer can seal again what it has sealed
//! before. The price is a rule: **a salt is for one file only**.
//! [`ManifestSalt::random`](crate::ManifestSalt::random) is how a salt is made.
//!
//! A frame is 64 chunks, so no chunk of the Merkle tree spans two frames.

use std::fmt;

use chacha20poly1305::{aead::stream::Nonce, Key, XChaCha20Poly1305};
use zeroize::Zeroizing;

use crate::{
    error::ReplicaError,
    secret::{expand, ConsumerSecret},
};

/// Bytes of a frame on disk, the last one excepted.
pub const FRAME_BYTES: usize = 65_536;
/// Bytes of the header at the start of the first frame.
pub const HEADER_BYTES: usize = 64;
/// Bytes of the tag at the end of each frame.
pub const TAG_BYTES: usize = 16;
/// Plain bytes of one replica at most: as many frames as a 32 bit counter numbers.
pub const MAX_PLAIN_BYTES: u64 = (1 << 32) * (FRAME_BYTES - TAG_BYTES) as u64 - HEADER_BYTES as u64;

const MAGIC: [u8; 8] = *b"orch-rep";
const VERSION: u32 = 1;
const KEY_INFO: &[u8] = b"orchestrator/replica-key/1";
const PREFIX_BYTES: usize = 19;
const CHECK_BYTES: usize = 12;

pub(crate) type StreamNonce =
    Nonce<XChaCha20Poly1305, chacha20poly1305::aead::stream::StreamBE32<XChaCha20Poly1305>>;

/// How many plain bytes frame number `frame` holds when it is full.
pub const fn frame_room(frame: u64) -> usize {
    match frame {
        0 => FRAME_BYTES - TAG_BYTES - HEADER_BYTES,
        _ => FRAME_BYTES - TAG_BYTES,
    }
}

/// Bytes of the replica of a file with `plain` bytes. `None` for an empty file and beyond
/// [`MAX_PLAIN_BYTES`], which cannot be sealed.
pub fn sealed_len(plain: u64) -> Option<u64> {
    if plain == 0 || plain > MAX_PLAIN_BYTES {
        return None;
    }
    let in_frames = plain + HEADER_BYTES as u64;
    let frames = in_frames.div_ceil((FRAME_BYTES - TAG_BYTES) as u64);
    Some(in_frames + frames * TAG_BYTES as u64)
}

/// Number of chunks of the Merkle tree over `bytes` bytes; the last chunk may be short.
pub fn chunks_of(bytes: u64) -> u64 {
    bytes.div_ceil(orchestrator_proof::CHUNK_BYTES as u64)
}

/// The key of one replica of one file. Wiped when dropped.
pub struct ReplicaKey {
    derived: Zeroizing<[u8; 32 + PREFIX_BYTES + CHECK_BYTES]>,
    header: Header,
}

impl ReplicaKey {
    /// The key of replica `number` under `salt` (see
    /// [`ManifestSalt::replica_salt`](crate::ManifestSalt::replica_salt)).
    pub fn derive(secret: &ConsumerSecret, salt: &[u8; 32], number: u32) -> Self {
        let mut derived = Zeroizing::new([0; 32 + PREFIX_BYTES + CHECK_BYTES]);
        expand(Some(salt), secret.expose(), &[KEY_INFO, &number.to_le_bytes()], derived.as_mut_slice());
        let mut check = [0; CHECK_BYTES];
        check.copy_from_slice(&derived[32 + PREFIX_BYTES..]);
        Self { derived, header: Header { number, salt: *salt, check } }
    }

    pub(crate) fn key(&self) -> &Key {
        Key::from_slice(&self.derived[..32])
    }

    pub(crate) fn nonce_prefix(&self) -> &StreamNonce {
        StreamNonce::from_slice(&self.derived[32..32 + PREFIX_BYTES])
    }

    pub(crate) fn header(&self) -> [u8; HEADER_BYTES] {
        self.header.encode()
    }

    /// Refuses a header that this key has not written, saying which part differs.
    pub(crate) fn check(&self, header: &Header) -> Result<(), ReplicaError> {
        if header.salt != self.header.salt {
            return Err(ReplicaError::OtherSalt);
        }
        if header.number != self.header.number {
            return Err(ReplicaError::OtherReplica { wanted: self.header.number, found: header.number });
        }
        if header.check != self.header.check {
            return Err(ReplicaError::WrongSecret);
        }
        Ok(())
    }
}

impl fmt::Debug for ReplicaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplicaKey(replica {}, …)", self.header.number)
    }
}

/// What anyone can read at the start of a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Number of the replica within its reservation.
    pub number: u32,
    /// Salt of the key derivation.
    pub salt: [u8; 32],
    check: [u8; CHECK_BYTES],
}

impl Header {
    /// Reads the header from the first bytes of a replica. Refuses what is shorter, another file or another
    /// format.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReplicaError> {
        let Some(bytes) = bytes.first_chunk::<HEADER_BYTES>() else {
            return Err(ReplicaError::TooShort { bytes: bytes.len() as u64 });
        };
        if bytes[..8] != MAGIC {
            return Err(ReplicaError::NotAReplica);
        }
        let (version, frame_bytes) = (integer(&bytes[8..12]), integer(&bytes[12..16]));
        if version != VERSION || frame_bytes != FRAME_BYTES as u32 {
            return Err(ReplicaError::UnknownFormat { version, frame_bytes });
        }
        let mut header = Self { number: integer(&bytes[16..20]), salt: [0; 32], check: [0; CHECK_BYTES] };
        header.salt.copy_from_slice(&bytes[20..52]);
        header.check.copy_from_slice(&bytes[52..]);
        Ok(header)
    }

    fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&(FRAME_BYTES as u32).to_le_bytes());
        bytes[16..20].copy_from_slice(&self.number.to_le_bytes());
        bytes[20..52].copy_from_slice(&self.salt);
        bytes[52..].copy_from_slice(&self.check);
        bytes
    }
}

fn integer(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |value, byte| (value << 8) | u32::from(*byte))
}
