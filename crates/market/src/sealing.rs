//! Sealing a file into a replica: encrypt, write and hash in one pass, on two threads.

use std::{
    io::{Read, Write},
    panic,
    path::Path,
    sync::mpsc::{sync_channel, Receiver, SyncSender},
    thread,
};

use chacha20poly1305::{
    aead::{stream::EncryptorBE32, Buffer},
    XChaCha20Poly1305,
};
use orchestrator_proof::{Hash, Root, TreeError};

use crate::{
    error::ReplicaError,
    frame::{Frame, Lookahead},
    output::{input, Output},
    replica::{ReplicaKey, FRAME_BYTES, HEADER_BYTES, TAG_BYTES},
};

/// What sealing made, and what a reservation commits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Root of the RFC 6962 tree over the replica's chunks.
    pub root: Hash,
    /// Number of chunks of 1 KiB, the last of which may be short.
    pub chunks: u64,
    /// Bytes of the replica.
    pub bytes: u64,
    /// Bytes of the file.
    pub plain_bytes: u64,
}

/// Few enough that the blocks stay in a processor's cache, enough that handing one over costs little beside
/// it.
const BLOCK_FRAMES: usize = 4;
const BLOCKS: usize = 4;

/// Encrypts a file from `reader` to `writer` and builds the tree over what it writes. `progress` is told the
/// plain bytes that are done, about four times a MiB and at the end.
///
/// This thread reads and encrypts, a second one writes and hashes; between them go four blocks of 256 KiB,
/// which is all the memory it takes whatever the file's size. Refuses an empty input, one beyond
/// [`MAX_PLAIN_BYTES`](crate::MAX_PLAIN_BYTES), and passes on what reader and writer refuse. After a refusal,
/// what was written is not a replica; [`seal_file`] takes care of that. With [`std::io::sink`] as writer it
/// tells the root without keeping the replica: sealing again gives the same bytes.
pub fn seal(
    key: &ReplicaKey,
    reader: impl Read,
    writer: impl Write + Send,
    progress: impl FnMut(u64),
) -> Result<Sealed, ReplicaError> {
    let mut sealer = Sealer::new(key, reader);
    let (full, sealed_blocks) = sync_channel(BLOCKS);
    let (spare, empty) = sync_channel(BLOCKS);
    thread::scope(|scope| {
        let keeper = scope.spawn(move || {
            (0..BLOCKS).try_for_each(|_| spare.send(Block::new())).ok();
            keep(&sealed_blocks, &spare, writer)
        });
        let sealed = sealer.fill_blocks(&empty, &full, progress);
        drop((full, empty));
        let kept = keeper.join().unwrap_or_else(|payload| panic::resume_unwind(payload));
        // When the writer failed, sealing stopped early without an error of its own.
        sealed.and(kept).map(|kept| Sealed { plain_bytes: sealer.plain, ..kept })
    })
}

/// [`seal`] from file to file. The replica appears under its name only when it is whole and on the disk; a
/// refusal leaves nothing. Refuses to overwrite.
pub fn seal_file(
    key: &ReplicaKey,
    file: &Path,
    replica: &Path,
    progress: impl FnMut(u64),
) -> Result<Sealed, ReplicaError> {
    let reader = input(file)?;
    let mut writer = Output::create(replica)?;
    let sealed = seal(key, reader, &mut writer, progress)?;
    writer.finish()?;
    Ok(sealed)
}

/// A run of frames as they are on disk.
struct Block {
    bytes: Vec<u8>,
    len: usize,
}

impl Block {
    fn new() -> Self {
        Self { bytes: vec![0; BLOCK_FRAMES * FRAME_BYTES], len: 0 }
    }
}

/// The second thread: writes and hashes blocks in their order and hands the memory back.
fn keep(
    sealed: &Receiver<Block>,
    spare: &SyncSender<Block>,
    mut writer: impl Write,
) -> Result<Sealed, ReplicaError> {
    let mut tree = Root::new();
    let mut bytes = 0;
    for block in sealed {
        let run = &block.bytes[..block.len];
        tree.update(run);
        writer.write_all(run).map_err(ReplicaError::Write)?;
        bytes += run.len() as u64;
        // Towards the end nobody waits for spare blocks any more.
        spare.send(block).ok();
    }
    writer.flush().map_err(ReplicaError::Write)?;
    let (root, chunks) = tree.finish().map_err(|refusal| match refusal {
        TreeError::Empty => ReplicaError::EmptyInput,
        _ => ReplicaError::TooLarge,
    })?;
    Ok(Sealed { root, chunks, bytes, plain_bytes: 0 })
}

/// The first thread: reads and encrypts in place.
struct Sealer<R> {
    reader: Lookahead<R>,
    header: [u8; HEADER_BYTES],
    /// None when the last frame is sealed.
    encryptor: Option<EncryptorBE32<XChaCha20Poly1305>>,
    plain: u64,
}

impl<R: Read> Sealer<R> {
    fn new(key: &ReplicaKey, reader: R) -> Self {
        let encryptor = EncryptorBE32::new(key.key(), key.nonce_prefix());
        Self { reader: Lookahead::new(reader), header: key.header(), encryptor: Some(encryptor), plain: 0 }
    }

    fn fill_blocks(
        &mut self,
        empty: &Receiver<Block>,
        full: &SyncSender<Block>,
        mut progress: impl FnMut(u64),
    ) -> Result<(), ReplicaError> {
        while self.encryptor.is_some() {
            let Ok(mut block) = empty.recv() else { return Ok(()) };
            block.len = 0;
            for room in block.bytes.chunks_exact_mut(FRAME_BYTES) {
                block.len += self.seal_frame(room)?;
            }
            if full.send(block).is_err() {
                return Ok(());
            }
            progress(self.plain);
        }
        Ok(())
    }

    /// Seals the next frame into `room` (a whole frame's bytes); returns its length, 0 after the last.
    fn seal_frame(&mut self, room: &mut [u8]) -> Result<usize, ReplicaError> {
        let Some(mut encryptor) = self.encryptor.take() else { return Ok(0) };
        let start = if self.plain == 0 { HEADER_BYTES } else { 0 };
        if self.plain == 0 {
            room[..HEADER_BYTES].copy_from_slice(&self.header);
        }
        let body = start..room.len() - TAG_BYTES;
        let (length, last) = self.reader.fill(&mut room[body]).map_err(ReplicaError::Read)?;
        if length == 0 {
            return Err(ReplicaError::EmptyInput);
        }
        self.plain += length as u64;
        let mut frame = Frame::new(&mut room[start..], length);
        if last {
            encryptor.encrypt_last_in_place(&self.header, &mut frame).map_err(|_| ReplicaError::TooLarge)?;
        } else {
            encryptor.encrypt_next_in_place(&self.header, &mut frame).map_err(|_| ReplicaError::TooLarge)?;
            self.encryptor = Some(encryptor);
        }
        Ok(start + frame.len())
    }
}
