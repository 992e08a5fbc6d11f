//! Audit paths, and where the nodes they consist of are kept.

use crate::{frontier::bag, verifier::turns, Hash, Refusal, MAX_CHUNKS};

/// Place of the root of a full subtree, counted in nodes from zero, when the nodes of a growing tree are written in
/// post-order: the subtree of the 2^`level` leaves from leaf `nth` × 2^`level` on, all below [`MAX_CHUNKS`].
///
/// Such an order is written once from front to back, whatever the number of leaves turns out to be. A tree of `n`
/// leaves has `2n − popcount(n)` full subtrees: those that end before this one's last leaf come first, then the
/// `level` nodes from that leaf up to this one.
pub fn position(level: u32, nth: u64) -> u64 {
    let last = ((nth + 1) << level) - 1;
    full_subtrees(last) + u64::from(level)
}

/// Full subtrees in a tree of `count` leaves, which is the length of its post-order.
pub(crate) fn full_subtrees(count: u64) -> u64 {
    2 * count - u64::from(count.count_ones())
}

/// The path of leaf `index` in a tree of `count`: its siblings from the leaf up (RFC 6962 §2.1.1), out of nodes in
/// post-order, of which `node` gives the one at a [`position`]. It is asked for at most two nodes a level.
///
/// `None` if there is no such leaf or `count` is above [`MAX_CHUNKS`]; refuses what `node` refuses.
pub fn audit_path<E>(
    count: u64,
    index: u64,
    mut node: impl FnMut(u64) -> Result<Hash, E>,
) -> Result<Option<Vec<Hash>>, E> {
    if index >= count || count > MAX_CHUNKS {
        return Ok(None);
    }
    let mut path = Vec::new();
    for level in 0..u64::BITS - (count - 1).leading_zeros() {
        let sibling = (index >> level) ^ 1;
        let (from, until) = (sibling << level, (sibling + 1) << level);
        if until <= count {
            path.push(node(position(level, sibling))?);
        } else if from < count {
            path.extend(bag(&edge(count, from, &mut node)?));
        }
        // Otherwise the node is on the right edge, alone at this level, and is its own parent.
    }
    Ok(Some(path))
}

/// Roots of the full subtrees of the leaves from `from` to the end, largest first.
fn edge<E>(count: u64, mut from: u64, node: &mut impl FnMut(u64) -> Result<Hash, E>) -> Result<Vec<Hash>, E> {
    let mut peaks = Vec::new();
    while from < count {
        let level = (count - from).ilog2();
        peaks.push(node(position(level, from >> level))?);
        from += 1 << level;
    }
    Ok(peaks)
}

/// The way from the root down to leaf `index` of a tree of `count`, for people: `0` left, `1` right. Empty in a tree
/// of one leaf; as long as the path. Refuses with [`Refusal::IndexOutOfRange`], also if `count` is zero.
pub fn path_bits(count: u64, index: u64) -> Result<String, Refusal> {
    let (turns, length) = turns(count, index).ok_or(Refusal::IndexOutOfRange)?;
    Ok((0..length).rev().map(|step| if (turns >> step) & 1 == 1 { '1' } else { '0' }).collect())
}
