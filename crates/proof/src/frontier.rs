//! The right edge of a growing tree: all that must be kept of it to know its root.

use crate::{pair, Hash, Sha2};

/// Roots of the full subtrees of the leaves so far, largest first: one for each bit that is set in their number.
///
/// Whoever wants the nodes themselves is told of each as it is finished, in post-order: a leaf, then every pair that
/// it completed. [`crate::position`] tells where a node comes in that order.
#[derive(Debug, Default, Clone)]
pub struct Frontier {
    leaves: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// Of a tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves so far.
    pub fn leaves(&self) -> u64 {
        self.leaves
    }

    /// Adds a leaf by its hash and tells `finished` of it and of the pairs that it completes.
    pub fn push(&mut self, leaf: Hash, mut finished: impl FnMut(&Hash)) {
        finished(&leaf);
        self.push_full(0, leaf, finished);
    }

    /// Adds the root of a full subtree of 2^`level` leaves, which has been told of already; the leaves so far must be
    /// a multiple of that.
    pub(crate) fn push_full(&mut self, level: u32, mut node: Hash, mut finished: impl FnMut(&Hash)) {
        let mut above = self.leaves >> level;
        while above & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            node = pair::<Sha2>(&left, &node);
            finished(&node);
            above >>= 1;
        }
        self.peaks.push(node);
        self.leaves += 1 << level;
    }

    /// The root over the leaves so far; `None` if there are none.
    pub fn root(&self) -> Option<Hash> {
        bag(&self.peaks)
    }
}

/// The root over full subtrees that stand side by side, largest first: the smaller ones are paired first.
pub(crate) fn bag(peaks: &[Hash]) -> Option<Hash> {
    let (last, larger) = peaks.split_last()?;
    Some(larger.iter().rev().fold(*last, |right, left| pair::<Sha2>(left, &right)))
}
