//! One frame in memory: sealed and opened in place, without allocating.

use std::io::{self, Read};

use chacha20poly1305::aead::{self, Buffer};

/// The first `len` bytes of a longer slice, as the cipher wants them: it appends and cuts off the tag.
pub(crate) struct Frame<'a> {
    bytes: &'a mut [u8],
    len: usize,
}

impl<'a> Frame<'a> {
    /// A frame of the first `len` bytes, with room for a tag in what follows them.
    pub(crate) fn new(bytes: &'a mut [u8], len: usize) -> Self {
        Self { bytes, len }
    }
}

impl AsRef<[u8]> for Frame<'_> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl AsMut<[u8]> for Frame<'_> {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.len]
    }
}

impl Buffer for Frame<'_> {
    fn extend_from_slice(&mut self, other: &[u8]) -> aead::Result<()> {
        let end = self.len + other.len();
        self.bytes.get_mut(self.len..end).ok_or(aead::Error)?.copy_from_slice(other);
        self.len = end;
        Ok(())
    }

    fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }
}

/// A reader that knows one byte ahead whether it has come to the end, which a frame has to know when it is
/// sealed.
pub(crate) struct Lookahead<R> {
    reader: R,
    ahead: Option<u8>,
}

impl<R: Read> Lookahead<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, ahead: None }
    }

    /// Fills `buffer` as far as the input goes: how many bytes, and whether the input ended with them.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> io::Result<(usize, bool)> {
        let mut filled = 0;
        if let Some(byte) = self.ahead.take() {
            buffer[0] = byte;
            filled = 1;
        }
        filled += read_full(&mut self.reader, &mut buffer[filled..])?;
        if filled == buffer.len() {
            let mut byte = [0];
            if read_full(&mut self.reader, &mut byte)? == 1 {
                self.ahead = Some(byte[0]);
            }
        }
        Ok((filled, self.ahead.is_none()))
    }
}

/// Reads until `buffer` is full or the input ends; returns how many bytes came.
pub(crate) fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
