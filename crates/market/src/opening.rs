//! Opening a replica: the plain bytes, or a refusal.

use std::{
    io::{Read, Write},
    path::Path,
};

use chacha20poly1305::{
    aead::{stream::DecryptorBE32, Buffer},
    XChaCha20Poly1305,
};
use zeroize::Zeroizing;

use crate::{
    error::ReplicaError,
    frame::{Frame, Lookahead},
    output::{input, Output},
    replica::{Header, ReplicaKey, FRAME_BYTES, HEADER_BYTES, TAG_BYTES},
};

/// Decrypts a replica from `reader` to `writer` and returns the number of plain bytes. Memory is one frame.
/// `progress` is told the bytes of the replica that are done, after each frame.
///
/// Refuses a replica of another number, salt or secret before it writes anything, and any change of any byte,
/// a cut, an extension, a moved frame. Each frame is checked before it is written, but that the end is
/// missing shows only at the end: what was written before a refusal is not to be used. [`open_file`] takes
/// care of that.
pub fn open(
    key: &ReplicaKey,
    reader: impl Read,
    mut writer: impl Write,
    mut progress: impl FnMut(u64),
) -> Result<u64, ReplicaError> {
    let mut reader = Lookahead::new(reader);
    let mut buffer = Zeroizing::new(vec![0; FRAME_BYTES]);
    let header = key.header();
    let (mut offset, mut plain) = (0, 0);
    let mut unfinished = Some(DecryptorBE32::<XChaCha20Poly1305>::new(key.key(), key.nonce_prefix()));
    while let Some(mut decryptor) = unfinished.take() {
        let (length, last) = reader.fill(&mut buffer).map_err(ReplicaError::Read)?;
        let start = if offset == 0 { HEADER_BYTES } else { 0 };
        if offset == 0 {
            key.check(&Header::decode(&buffer[..length])?)?;
        }
        if length <= start + TAG_BYTES {
            return Err(ReplicaError::TooShort { bytes: offset + length as u64 });
        }
        let damaged = |_| ReplicaError::Damaged { offset, length: length as u64 };
        let mut frame = Frame::new(&mut buffer[start..length], length - start);
        if last {
            decryptor.decrypt_last_in_place(&header, &mut frame).map_err(damaged)?;
        } else {
            decryptor.decrypt_next_in_place(&header, &mut frame).map_err(damaged)?;
            unfinished = Some(decryptor);
        }
        writer.write_all(frame.as_ref()).map_err(ReplicaError::Write)?;
        plain += frame.len() as u64;
        offset += length as u64;
        progress(offset);
    }
    writer.flush().map_err(ReplicaError::Write)?;
    Ok(plain)
}

/// [`open`] from file to file. The output appears under its name only when all of it was checked and is on
/// the disk; a refusal leaves nothing. Refuses to overwrite.
pub fn open_file(
    key: &ReplicaKey,
    replica: &Path,
    output: &Path,
    progress: impl FnMut(u64),
) -> Result<u64, ReplicaError> {
    open_file_from(key, input(replica)?, output, progress)
}

/// [`open`] from a stream into a file, which appears as with [`open_file`].
pub fn open_file_from(
    key: &ReplicaKey,
    reader: impl Read,
    output: &Path,
    progress: impl FnMut(u64),
) -> Result<u64, ReplicaError> {
    let mut writer = Output::create(output)?;
    let plain = open(key, reader, &mut writer, progress)?;
    writer.finish()?;
    Ok(plain)
}
