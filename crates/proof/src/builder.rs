//! From a stream of bytes to the nodes of its tree, on one core or on many.

use std::io::{self, Read};

use rayon::prelude::*;

use crate::{hasher::Lanes, leaf, position, Frontier, Hash, Sha2, TreeError, CHUNK_BYTES, MAX_CHUNKS};

/// Levels of the subtree that one task hashes alone: 64 chunks, so that few pairs are left for the calling thread.
const TASK_LEVEL: u32 = 6;
const TASK_CHUNKS: usize = 1 << TASK_LEVEL;
const TASK_BYTES: usize = CHUNK_BYTES * TASK_CHUNKS;
const TASK_NODES: usize = 2 * TASK_CHUNKS - 1;

/// Bytes that are read ahead while as many are hashed.
const BLOCK_BYTES: usize = 32 * TASK_BYTES;

/// Takes the nodes of a tree in post-order.
pub(crate) trait Nodes {
    type Error;
    fn append(&mut self, nodes: &[Hash]) -> Result<(), Self::Error>;
}

/// Who hashes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Cores {
    One,
    Pool,
}

/// Cuts bytes into chunks and hands the nodes of their tree to `S`. Memory: a few MiB, whatever the length.
pub(crate) struct Builder<S> {
    frontier: Frontier,
    bytes: u64,
    /// The task that is not full yet.
    rest: Vec<u8>,
    nodes: Vec<Hash>,
    sink: S,
}

/// What a builder has come to at the end.
pub(crate) struct Built<S> {
    pub(crate) root: Hash,
    pub(crate) count: u64,
    pub(crate) bytes: u64,
    pub(crate) sink: S,
}

impl<S: Nodes> Builder<S> {
    pub(crate) fn new(sink: S) -> Self {
        Self { frontier: Frontier::new(), bytes: 0, rest: Vec::new(), nodes: Vec::new(), sink }
    }

    /// Adds bytes.
    pub(crate) fn update(&mut self, mut data: &[u8], cores: Cores) -> Result<(), S::Error> {
        self.bytes = self.bytes.saturating_add(data.len() as u64);
        if !self.rest.is_empty() {
            let (head, tail) = data.split_at(data.len().min(TASK_BYTES - self.rest.len()));
            self.rest.extend_from_slice(head);
            data = tail;
            if self.rest.len() < TASK_BYTES {
                return Ok(());
            }
            let task = std::mem::take(&mut self.rest);
            self.tasks(&task, cores)?;
            self.rest = task;
            self.rest.clear();
        }
        let (tasks, rest) = data.split_at(data.len() - data.len() % TASK_BYTES);
        self.rest.extend_from_slice(rest);
        tasks.chunks(BLOCK_BYTES).try_for_each(|block| self.tasks(block, cores))
    }

    fn tasks(&mut self, block: &[u8], cores: Cores) -> Result<(), S::Error> {
        let length = block.len() / TASK_BYTES * TASK_NODES;
        self.nodes.resize(length, [0; 32]);
        match cores {
            Cores::One => {
                let nodes = self.nodes.chunks_exact_mut(TASK_NODES);
                nodes.zip(block.chunks_exact(TASK_BYTES)).for_each(|(nodes, task)| subtree(task, nodes));
            }
            Cores::Pool => {
                let nodes = self.nodes.par_chunks_exact_mut(TASK_NODES);
                nodes.zip(block.par_chunks_exact(TASK_BYTES)).for_each(|(nodes, task)| subtree(task, nodes));
            }
        }
        let mut above = Vec::new();
        for nodes in self.nodes.chunks_exact(TASK_NODES) {
            let Some(root) = nodes.last() else { continue };
            self.sink.append(nodes)?;
            self.frontier.push_full(TASK_LEVEL, *root, |node| above.push(*node));
            self.sink.append(&above)?;
            above.clear();
        }
        Ok(())
    }

    /// Adds what is left of the last task. Refuses no bytes at all, and too many.
    pub(crate) fn finish(mut self) -> Result<Built<S>, TreeError>
    where
        TreeError: From<S::Error>,
    {
        self.nodes.clear();
        for chunk in self.rest.chunks(CHUNK_BYTES) {
            self.frontier.push(leaf::<Sha2>(chunk), |node| self.nodes.push(*node));
        }
        self.sink.append(&self.nodes)?;
        let count = self.frontier.leaves();
        if count > MAX_CHUNKS {
            return Err(TreeError::TooLarge);
        }
        let root = self.frontier.root().ok_or(TreeError::Empty)?;
        Ok(Built { root, count, bytes: self.bytes, sink: self.sink })
    }
}

/// The nodes over one task, in post-order.
fn subtree(task: &[u8], nodes: &mut [Hash]) {
    let mut lanes = Lanes::new();
    let mut row = [[0; 32]; TASK_CHUNKS];
    lanes.leaves(task, &mut row);
    for level in 0..=TASK_LEVEL {
        let width = TASK_CHUNKS >> level;
        for (nth, hash) in row[..width].iter().enumerate() {
            nodes[position(level, nth as u64) as usize] = *hash;
        }
        let mut above = [[0; 32]; TASK_CHUNKS / 2];
        lanes.pairs(&row[..width], &mut above[..width / 2]);
        row[..width / 2].copy_from_slice(&above[..width / 2]);
    }
}

impl<S: Nodes + Send> Builder<S>
where
    S::Error: Send,
    TreeError: From<S::Error>,
{
    /// Adds all that `reader` gives: one thread reads the next block while the others hash this one.
    pub(crate) fn update_from(&mut self, mut reader: impl Read + Send) -> Result<(), TreeError> {
        let mut block = vec![0; BLOCK_BYTES];
        let mut next = vec![0; BLOCK_BYTES];
        let mut length = fill(&mut reader, &mut block)?;
        while length > 0 {
            let (hashed, read) = rayon::join(
                || self.update(block.get(..length).unwrap_or_default(), Cores::Pool),
                || fill(&mut reader, &mut next),
            );
            hashed?;
            length = read?;
            std::mem::swap(&mut block, &mut next);
        }
        Ok(())
    }
}

/// Reads until `block` is full or the input ends; gives the bytes read.
fn fill(reader: &mut impl Read, block: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while let Some(space) = block.get_mut(length..).filter(|space| !space.is_empty()) {
        match reader.read(space) {
            Ok(0) => break,
            Ok(n) => length += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Nodes for Vec<Hash> {
        type Error = std::convert::Infallible;

        fn append(&mut self, nodes: &[Hash]) -> Result<(), Self::Error> {
            self.extend_from_slice(nodes);
            Ok(())
        }
    }

    #[test]
    fn more_than_the_most_chunks_are_refused() {
        for (rest, refused) in [(0, false), (1, true)] {
            let mut builder = Builder::new(Vec::new());
            builder.frontier.push_full(MAX_CHUNKS.ilog2(), [1; 32], |_| ());
            let Ok(()) = builder.update(&vec![0; rest], Cores::One);
            assert_eq!(matches!(builder.finish(), Err(TreeError::TooLarge)), refused);
        }
    }

    #[test]
    fn a_task_gives_the_nodes_that_its_chunks_give_one_by_one() {
        let task: Vec<u8> = (0..TASK_BYTES).map(|i| (i * 7 + i / 999) as u8).collect();
        let (mut frontier, mut expected) = (Frontier::new(), Vec::new());
        for chunk in task.chunks(CHUNK_BYTES) {
            frontier.push(leaf::<Sha2>(chunk), |node| expected.push(*node));
        }
        let mut nodes = vec![[0; 32]; TASK_NODES];
        subtree(&task, &mut nodes);
        assert_eq!(nodes, expected);
    }
}
