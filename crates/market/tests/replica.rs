//! Sealing and opening replicas, from outside.

use std::{
    collections::HashSet,
    fs,
    io::{self, Read, Write},
};

use chacha20poly1305::{
    aead::{Aead, KeyInit, Payload},
    XChaCha20Poly1305,
};
use hkdf::Hkdf;
use orchestrator_market::{
    chunks_of, frame_room, open, open_file, seal, seal_file, sealed_len, ConsumerSecret, Header,
    ManifestSalt, ReplicaError, ReplicaKey, FRAME_BYTES, MAX_PLAIN_BYTES,
};
use orchestrator_proof::{Sha2, CHUNK_BYTES};
use proptest::prelude::*;
use sha2::Sha256;

mod samples;
use samples::{file, key, opened, sealed, SALT};

/// Sizes around every place where the format changes its shape.
fn telling_sizes() -> Vec<usize> {
    let (first, other) = (frame_room(0), frame_room(1));
    let block = first + 3 * other;
    let edges = [1, CHUNK_BYTES, first, first + other, first + 2 * other, block, block + other, 3 * block];
    let mut sizes: Vec<_> = edges.iter().flat_map(|edge| [edge - 1, *edge, edge + 1]).collect();
    sizes.retain(|size| *size > 0);
    sizes
}

#[test]
fn the_cipher_is_that_of_draft_irtf_cfrg_xchacha_03_appendix_a_3_1() {
    let unhex = |text: &str| hex::decode(text).unwrap();
    let plain =
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
                  sunscreen would be it.";
    let aad = unhex("50515253c0c1c2c3c4c5c6c7");
    let key = unhex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    let nonce = unhex("404142434445464748494a4b4c4d4e4f5051525354555657");
    let cipher = XChaCha20Poly1305::new(key.as_slice().into());
    let sealed = cipher.encrypt(nonce.as_slice().into(), Payload { msg: plain, aad: &aad }).unwrap();
    let expected = unhex(concat!(
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb",
        "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452",
        "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9",
        "21f9664c97637da9768812f615c68b13b52e",
        "c0875924c1c7987947deafd8780acf49",
    ));
    assert_eq!(sealed, expected);
}

/// The format written down a second time, from its description and with none of its code.
#[test]
fn a_replica_is_what_its_description_says() {
    let number = 3;
    let plain = file(frame_room(0) + frame_room(1) + 5);
    let (_, replica) = sealed(&key(number), &plain);

    let mut derived = [0; 63];
    let info = [b"orchestrator/replica-key/1".as_slice(), &[3, 0, 0, 0]].concat();
    Hkdf::<Sha256>::new(Some(&SALT), &[7; 32]).expand(&info, &mut derived).unwrap();
    let cipher = XChaCha20Poly1305::new(derived[..32].into());
    let mut header = b"orch-rep\x01\0\0\0\0\0\x01\0\x03\0\0\0".to_vec();
    header.extend(SALT);
    header.extend(&derived[51..]);

    let mut expected = header.clone();
    let cuts = [0, 65_456, 65_456 + 65_520, plain.len()];
    for (frame, cut) in cuts.windows(2).enumerate() {
        let mut nonce = derived[32..51].to_vec();
        nonce.extend((frame as u32).to_be_bytes());
        nonce.push(u8::from(frame == 2));
        let payload = Payload { msg: &plain[cut[0]..cut[1]], aad: &header };
        expected.extend(cipher.encrypt(nonce.as_slice().into(), payload).unwrap());
    }
    assert!(replica == expected);
}

#[test]
fn what_was_sealed_opens_at_every_telling_size() {
    for size in telling_sizes() {
        let plain = file(size);
        let (sealed, replica) = sealed(&key(0), &plain);
        assert_eq!(replica.len() as u64, sealed.bytes, "size {size}");
        assert_eq!(sealed_len(size as u64), Some(sealed.bytes), "size {size}");
        assert_eq!(sealed.chunks, chunks_of(sealed.bytes), "size {size}");
        assert_eq!(sealed.plain_bytes, size as u64);
        assert!(opened(&key(0), &replica).unwrap() == plain, "size {size}");
    }
}

#[test]
fn the_root_is_that_of_the_bytes_written() {
    for size in telling_sizes() {
        let (sealed, replica) = sealed(&key(0), &file(size));
        let chunks: Vec<&[u8]> = replica.chunks(CHUNK_BYTES).collect();
        assert_eq!(sealed.root, rfc_6962_root(&chunks), "size {size}");
    }
}

/// RFC 6962 §2.1 as it is written there.
fn rfc_6962_root(chunks: &[&[u8]]) -> [u8; 32] {
    match chunks {
        [chunk] => orchestrator_proof::leaf::<Sha2>(chunk),
        _ => {
            let (left, right) = chunks.split_at(chunks.len().next_power_of_two() / 2);
            orchestrator_proof::pair::<Sha2>(&rfc_6962_root(left), &rfc_6962_root(right))
        }
    }
}

#[test]
fn the_same_inputs_give_the_same_replica() {
    let plain = file(200_000);
    let (first, replica) = sealed(&key(1), &plain);
    assert_eq!((first, replica), sealed(&key(1), &plain));
}

#[test]
fn a_reader_that_gives_little_at_a_time_makes_no_difference() {
    let plain = file(150_000);
    let mut replica = Vec::new();
    let result = seal(&key(0), Trickle::new(&plain), &mut replica, |_| {}).unwrap();
    assert_eq!((result, replica.clone()), sealed(&key(0), &plain));
    let mut back = Vec::new();
    open(&key(0), Trickle::new(&replica), &mut back, |_| {}).unwrap();
    assert!(back == plain);
}

#[test]
fn sealing_to_nowhere_tells_the_root_all_the_same() {
    let plain = file(150_000);
    assert_eq!(seal(&key(0), plain.as_slice(), io::sink(), |_| {}).unwrap(), sealed(&key(0), &plain).0);
}

#[test]
fn two_replicas_of_one_file_share_no_chunk() {
    let plain = vec![0; 500_000];
    let (a, b) = (sealed(&key(0), &plain).1, sealed(&key(1), &plain).1);
    let chunks: HashSet<&[u8]> = a.chunks(CHUNK_BYTES).collect();
    assert_eq!(chunks.len(), a.chunks(CHUNK_BYTES).count());
    assert!(b.chunks(CHUNK_BYTES).all(|chunk| !chunks.contains(chunk)));
}

#[test]
fn salts_and_secrets_give_replicas_of_their_own() {
    let plain = file(5_000);
    let roots: HashSet<[u8; 32]> = [([7; 32], [9; 32]), ([7; 32], [8; 32]), ([6; 32], [9; 32])]
        .iter()
        .map(|(secret, salt)| ReplicaKey::derive(&ConsumerSecret::from_bytes(*secret), salt, 0))
        .map(|key| sealed(&key, &plain).0.root)
        .collect();
    assert_eq!(roots.len(), 3);
}

#[test]
fn an_empty_input_is_refused_and_nothing_written() {
    let mut replica = Vec::new();
    assert!(matches!(seal(&key(0), io::empty(), &mut replica, |_| {}), Err(ReplicaError::EmptyInput)));
    assert!(replica.is_empty());
}

#[test]
fn lengths_that_cannot_be_sealed_have_no_sealed_length() {
    assert_eq!(sealed_len(0), None);
    assert_eq!(sealed_len(MAX_PLAIN_BYTES), Some((1 << 32) * FRAME_BYTES as u64));
    assert_eq!(sealed_len(MAX_PLAIN_BYTES + 1), None);
    assert_eq!(sealed_len(u64::MAX), None);
}

#[test]
fn chunks_count_the_short_last_one() {
    assert_eq!([0, 1, 1023, 1024, 1025, u64::MAX].map(chunks_of), [0, 1, 1, 1, 2, 1 << 54]);
}

#[test]
fn the_header_tells_number_and_salt() {
    let (_, replica) = sealed(&key(5), &file(10));
    let header = Header::decode(&replica).unwrap();
    assert_eq!((header.number, header.salt), (5, SALT));
}

#[test]
fn a_file_that_is_no_replica_is_refused() {
    assert!(matches!(opened(&key(0), &file(5_000)), Err(ReplicaError::NotAReplica)));
    assert!(matches!(opened(&key(0), b""), Err(ReplicaError::TooShort { bytes: 0 })));
}

#[test]
fn progress_ends_with_all_that_was_read() {
    let plain = file(3_000_000);
    let (mut sealing, mut opening) = (Vec::new(), Vec::new());
    let mut replica = Vec::new();
    let sealed = seal(&key(0), plain.as_slice(), &mut replica, |done| sealing.push(done)).unwrap();
    open(&key(0), replica.as_slice(), io::sink(), |done| opening.push(done)).unwrap();
    assert_eq!((sealing.last(), opening.last()), (Some(&sealed.plain_bytes), Some(&sealed.bytes)));
    assert!(sealing.is_sorted() && opening.is_sorted() && sealing.len() == 12);
}

#[test]
fn a_failing_reader_or_writer_is_told_as_such() {
    let plain = file(5_000_000);
    let broken = plain.as_slice().chain(Broken);
    assert!(matches!(seal(&key(0), broken, io::sink(), |_| {}), Err(ReplicaError::Read(_))));
    assert!(matches!(seal(&key(0), plain.as_slice(), Broken, |_| {}), Err(ReplicaError::Write(_))));
    let (_, replica) = sealed(&key(0), &plain);
    let broken = replica[..100_000].chain(Broken);
    assert!(matches!(open(&key(0), broken, io::sink(), |_| {}), Err(ReplicaError::Read(_))));
    assert!(matches!(open(&key(0), replica.as_slice(), Broken, |_| {}), Err(ReplicaError::Write(_))));
}

#[test]
fn files_survive_sealing_and_opening() {
    let dir = tempfile::tempdir().unwrap();
    let [plain, replica, back] = ["plain", "replica", "back"].map(|name| dir.path().join(name));
    fs::write(&plain, file(100_000)).unwrap();
    let sealed = seal_file(&key(0), &plain, &replica, |_| {}).unwrap();
    assert_eq!(fs::metadata(&replica).unwrap().len(), sealed.bytes);
    assert_eq!(open_file(&key(0), &replica, &back, |_| {}).unwrap(), 100_000);
    assert!(fs::read(&back).unwrap() == file(100_000));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3);
}

#[test]
fn a_refusal_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let [empty, replica, back] = ["empty", "replica", "back"].map(|name| dir.path().join(name));
    fs::write(&empty, b"").unwrap();
    assert!(matches!(seal_file(&key(0), &empty, &replica, |_| {}), Err(ReplicaError::EmptyInput)));
    let (_, mut bytes) = sealed(&key(0), &file(200_000));
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&replica, bytes).unwrap();
    assert!(matches!(open_file(&key(0), &replica, &back, |_| {}), Err(ReplicaError::Damaged { .. })));
    let left: HashSet<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, HashSet::from([empty, replica]));
}

#[test]
fn unusable_paths_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let [plain, missing, out] = ["plain", "missing", "out"].map(|name| dir.path().join(name));
    fs::write(&plain, b"data").unwrap();
    let refusal = |input, output| seal_file(&key(0), input, output, |_| {}).unwrap_err();
    assert!(matches!(refusal(&missing, &out), ReplicaError::Unreadable { path, .. } if path == missing));
    assert!(matches!(refusal(dir.path(), &out), ReplicaError::Unreadable { .. }));
    assert!(matches!(refusal(&plain, &plain), ReplicaError::OutputExists { path } if path == plain));
    assert!(matches!(refusal(&plain, &missing.join("out")), ReplicaError::Unwritable { .. }));
    assert_eq!(fs::read(&plain).unwrap(), b"data");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn fresh_manifest_salts_keep_two_files_apart() {
    let secret = ConsumerSecret::random();
    let fresh = || ReplicaKey::derive(&secret, &ManifestSalt::random().replica_salt(), 0);
    assert_ne!(sealed(&fresh(), b"same").0.root, sealed(&fresh(), b"same").0.root);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_file_comes_back(
        plain in prop::collection::vec(any::<u8>(), 1..200_000),
        secret: [u8; 32], salt: [u8; 32], number: u32,
    ) {
        let key = ReplicaKey::derive(&ConsumerSecret::from_bytes(secret), &salt, number);
        let (_, replica) = sealed(&key, &plain);
        prop_assert!(opened(&key, &replica).unwrap() == plain);
    }
}

/// Gives one to seven bytes at a time, and is interrupted before each.
struct Trickle<'a> {
    bytes: &'a [u8],
    interrupted: bool,
}

impl<'a> Trickle<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, interrupted: false }
    }
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let len = buffer.len().min(1 + self.bytes.len() % 7);
        self.bytes.read(&mut buffer[..len])
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("unplugged"))
    }
}

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::other("full"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
