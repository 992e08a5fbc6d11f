//! What each kind of call takes.

use crate::demo::{facts::CallFacts, watched::Call};

/// The dearest call of each kind, in the order in which the kinds first came up.
pub fn dearest(calls: &[Call]) -> Vec<CallFacts> {
    let mut kinds: Vec<CallFacts> = Vec::new();
    for call in calls {
        let weight = call.receipt.weight;
        let this = CallFacts {
            name: call.name.clone(),
            count: 1,
            ref_time_ps: weight.ref_time,
            proof_size_bytes: weight.proof_size,
            storage_deposit: call.receipt.storage_deposit,
            fee: call.receipt.fee,
        };
        match kinds.iter_mut().find(|kind| kind.name == call.name) {
            Some(kind) if kind.ref_time_ps >= this.ref_time_ps => kind.count += 1,
            Some(kind) => *kind = CallFacts { count: kind.count + 1, ..this },
            None => kinds.push(this),
        }
    }
    kinds
}
