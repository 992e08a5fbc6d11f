//! What a message returned, which a chain does not keep.
//!
//! The call is done once more, here, on the state before its block, with the block's own number and time, and
//! after the calls that came before it in the block. Same code, same input, same state: same answer. What the
//! contracts say on the way is on the chain; if they say anything else here, the answer does not count.

use std::cell::RefCell;

use serde_json::json;

use crate::{
    account::to_runtime,
    extrinsic::{self, Output},
    runtime::{Runtime, System},
    AccountId, Action, ContractEvent,
};

use super::{
    landing::Scene,
    link::Fault,
    reading::{hex_of, read_bytes},
    recalled::{Place, Recalled, Unread},
    spec::Call,
    NodeLedger,
};

/// A call of a block, with what is known of it.
struct Known {
    signer: AccountId,
    call: Call,
    events: Vec<ContractEvent>,
}

impl NodeLedger {
    /// What the transaction with that number in the block returned. Nothing where that cannot be told for sure;
    /// the fault is a connection that was lost meanwhile.
    pub(super) fn answer(&self, scene: &Scene, index: u32) -> Result<Option<Output>, Fault> {
        let Some((before, last)) = known_calls(scene, index) else { return Ok(None) };
        let lost = RefCell::new(None);
        let fetch = |place: &Place| {
            self.runtime().block_on(self.recall(place, scene)).map_err(|fault| {
                *lost.borrow_mut() = Some(fault);
                Unread
            })
        };
        let output = Recalled::new(&fetch).run(|| {
            System::set_block_number(scene.block.number);
            pallet_timestamp::Now::<Runtime>::put(scene.at_ms);
            before
                .iter()
                .all(|call| call.repeat().is_some_and(|output| !output.reverted))
                .then(|| last.repeat())
        });
        match lost.into_inner() {
            Some(fault @ Fault::Lost(_)) => Err(fault),
            _ => Ok(output.flatten().flatten()),
        }
    }

    async fn recall(&self, (trie, key): &Place, scene: &Scene) -> Result<Option<Vec<u8>>, Fault> {
        let at = hex_of(scene.parent);
        let answer = match trie {
            None => self.link().ask("state_getStorage", json!([hex_of(key), at])).await?,
            Some(trie) => {
                self.link().ask("childstate_getStorage", json!([hex_of(trie), hex_of(key), at])).await?
            }
        };
        if answer.is_null() {
            Ok(None)
        } else {
            read_bytes(&answer).map(Some)
        }
    }
}

/// The calls before the one with that number which may have changed what it saw, and that one itself. Nothing
/// where one of them cannot be repeated.
fn known_calls(scene: &Scene, index: u32) -> Option<(Vec<Known>, Known)> {
    let mut before = Vec::new();
    for number in 0..index {
        let Some((signer, call)) = scene.signed(number) else { continue };
        let outcome = scene.outcome(number, signer).ok()?;
        match call {
            _ if outcome.error.is_some() => {}
            Some(call) => before.push(Known { signer, call, events: outcome.events }),
            None if outcome.touches_contracts => return None,
            None => {}
        }
    }
    let (signer, call) = scene.signed(index)?;
    let events = scene.outcome(index, signer).ok()?.events;
    Some((before, Known { signer, call: call?, events }))
}

impl Known {
    /// Does the call, and tells what it returned if contracts said the same as on the chain.
    fn repeat(&self) -> Option<Output> {
        let action = match &self.call {
            Call::Message { contract, value, data, .. } => {
                Action::Call { contract: *contract, value: *value, data }
            }
            Call::Deploy { value, code, data, salt, .. } => {
                Action::Deploy { wasm: code, constructor: data, value: *value, salt }
            }
            Call::Upload { code } => Action::Upload { wasm: code },
            Call::Transfer { recipient, amount } => {
                Action::Transfer { recipient: *recipient, amount: *amount }
            }
        };
        let (run, events) = extrinsic::execute(&to_runtime(&self.signer), &action);
        let output = run.result.ok()?;
        let said = if output.reverted { Vec::new() } else { events };
        (said == self.events).then_some(output)
    }
}
