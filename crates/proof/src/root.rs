//! The root in one pass.

use std::{convert::Infallible, io::Read};

use crate::{
    builder::{Builder, Built, Cores, Nodes},
    Hash, TreeError,
};

struct Nowhere;

impl Nodes for Nowhere {
    type Error = Infallible;

    fn append(&mut self, _: &[Hash]) -> Result<(), Infallible> {
        Ok(())
    }
}

impl From<Infallible> for TreeError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// Root and chunk count of a replica that comes in pieces of any length, in one pass and O(log n) memory.
pub struct Root(Builder<Nowhere>);

impl Default for Root {
    fn default() -> Self {
        Self::new()
    }
}

impl Root {
    /// Of no bytes yet.
    pub fn new() -> Self {
        Self(Builder::new(Nowhere))
    }

    /// Adds bytes, on the caller's core.
    pub fn update(&mut self, data: &[u8]) {
        let Ok(()) = self.0.update(data, Cores::One);
    }

    /// Adds bytes, on the cores of the current rayon pool; pays off from some hundred KiB a call on.
    pub fn update_parallel(&mut self, data: &[u8]) {
        let Ok(()) = self.0.update(data, Cores::Pool);
    }

    /// The root and the number of chunks. Refuses with [`TreeError::Empty`] if there was no byte and with
    /// [`TreeError::TooLarge`] above [`crate::MAX_CHUNKS`].
    pub fn finish(self) -> Result<(Hash, u64), TreeError> {
        let Built { root, count, .. } = self.0.finish()?;
        Ok((root, count))
    }
}

/// Root and chunk count of bytes in memory, on the cores of the current rayon pool; refuses as [`Root::finish`].
pub fn root_of(data: &[u8]) -> Result<(Hash, u64), TreeError> {
    let mut root = Root::new();
    root.update_parallel(data);
    root.finish()
}

/// Root and chunk count of all that `reader` gives, read ahead by one thread and hashed on the cores of the current
/// rayon pool, in about 4 MiB of memory. Refuses as [`Root::finish`] and what `reader` refuses.
pub fn root_of_reader(reader: impl Read + Send) -> Result<(Hash, u64), TreeError> {
    let mut root = Root::new();
    root.0.update_from(reader)?;
    root.finish()
}
