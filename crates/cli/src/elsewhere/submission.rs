//! Sending a call that was signed elsewhere.

use std::path::Path;

use orchestrator_chain::{address, Action, ChainError, Hash, NodeLedger, Signed, Status, Unsigned};
use serde_json::json;

use super::{
    answer,
    file::{self, Called},
};
use crate::{
    acting::Call,
    args::Common,
    failure::Failure,
    output::{self, Teller},
    session::{read_address, refused, Chain, Place, Session},
};

/// A call with the signature of its account.
pub struct Submission<'a> {
    common: &'a Common,
    unsigned: Unsigned,
    called: Called,
    signed: Signed,
}

impl<'a> Submission<'a> {
    /// Reads the call, and the wallet's answer. Refuses an answer that does not sign it.
    pub fn read(common: &'a Common, path: &Path, answer: &str) -> Result<Self, Failure> {
        let (unsigned, called) = file::read(path)?;
        let signed = answer::signed(&unsigned, answer)?;
        Ok(Self { common, unsigned, called, signed })
    }

    /// Tries it or sends it, as the options say.
    pub fn run(&self) -> Result<(), Failure> {
        let place = self.place()?;
        let node = node(&place)?;
        if node.genesis_hash() != self.unsigned.genesis {
            return Err(Failure::Input(format!(
                "the call is for another chain than that of {} (first block {}, not {}): name a node of its chain with \
                 --url",
                node.url(),
                digits(&self.unsigned.genesis),
                digits(&node.genesis_hash())
            )));
        }
        if let Some(status) = self.found(&node)? {
            return self.tell_again(&status);
        }
        self.ensure_valid(&node)?;
        drop(node);
        let mut session = place.session()?;
        if !self.common.signing.execute {
            return self.tell_plan(&session);
        }
        let Chain::Node(node) = &mut session.chain else { return Err(no_node()) };
        let receipt = match node.submit_signed(&self.signed.bytes) {
            Ok(landed) => landed.receipt,
            Err(ChainError::AnswerUnknown { receipt }) => *receipt,
            Err(ChainError::Reverted { output, .. }) => return Err(refused(&output)),
            Err(ChainError::Expired { .. }) => return Err(self.expired()),
            Err(error) => return Err(error.into()),
        };
        session.tell_receipt(self.common, &self.call(), &receipt)
    }

    /// The contract need not be named: the call names it.
    fn place(&self) -> Result<Place, Failure> {
        let contract = address(&self.called.contract);
        match &self.common.place.contract {
            Some(named) if read_address(named)? != self.called.contract => Err(Failure::Input(format!(
                "the call is for the contract {contract}, not for {named}: leave --contract and ORCH_CONTRACT out"
            ))),
            _ => Ok(Place { contract: Some(contract), ..self.common.place.clone() }),
        }
    }

    fn call(&self) -> Call<'_> {
        Call {
            caller: self.unsigned.account,
            contract: self.called.contract,
            value: self.called.value,
            data: &self.called.data,
        }
    }

    /// Where the transaction is, if it was sent before.
    fn found(&self, node: &NodeLedger) -> Result<Option<Status>, Failure> {
        match node.status(self.signed.hash, self.unsigned.birth.number)? {
            Status::NotFound => Ok(None),
            status => Ok(Some(status)),
        }
    }

    /// Refuses what the chain would not take any more, and what the contract would refuse now: it would cost the fee.
    fn ensure_valid(&self, node: &NodeLedger) -> Result<(), Failure> {
        // Only a final block can say that it will never be there.
        if node.finalized_block()? >= self.unsigned.last_block {
            return match self.found(node)? {
                Some(status) => self.tell_again(&status),
                None => Err(self.expired()),
            };
        }
        let Called { contract, value, data } = &self.called;
        let action = Action::Call { contract: *contract, value: *value, data };
        let now = match node.prepare(self.unsigned.account, &action) {
            Err(ChainError::Reverted { output, .. }) => return Err(refused(&output)),
            prepared => prepared?,
        };
        let version = |x: &Unsigned| (x.spec_version, x.transaction_version);
        if version(&now) != version(&self.unsigned) {
            return Err(Failure::Outcome(format!(
                "the chain was upgraded after the call was written, from version {} to {}, and takes it no more: write \
                 it anew with --unsigned, and have that signed",
                self.unsigned.spec_version, now.spec_version
            )));
        }
        if now.nonce < self.unsigned.nonce {
            let account = address(&self.unsigned.account);
            let missing = self.unsigned.nonce.saturating_sub(now.nonce);
            return Err(Failure::Outcome(format!(
                "{account} has to send {missing} other transactions first, which were signed before this one: send \
                 them, or write the call anew with --unsigned"
            )));
        }
        if now.nonce > self.unsigned.nonce && !self.common.signing.execute {
            return Err(Failure::Outcome(format!(
                "another transaction {} of {} is on the chain or on its way, which may be this very call: with -x orch \
                 finds out, and pays nothing twice",
                self.unsigned.nonce,
                address(&self.unsigned.account)
            )));
        }
        Ok(())
    }

    fn expired(&self) -> Failure {
        Failure::Outcome(format!(
            "the chain takes this transaction no more: it could be included up to block {}, as number {} of {} and not \
             after another one. It is not on the chain with this signature. If the call was signed twice, it may be there \
             with the other: look at `orch events` before you write it anew with --unsigned",
            self.unsigned.last_block,
            self.unsigned.nonce,
            address(&self.unsigned.account)
        ))
    }

    fn tell_plan(&self, session: &Session) -> Result<(), Failure> {
        let Self { common, unsigned, called, signed } = self;
        let name = session.interface.name(&called.data).unwrap_or("an unknown message");
        let arguments = session.interface.arguments(&called.data);
        let caller = address(&unsigned.account);
        if common.place.output_json {
            return Ok(output::json(&json!({
                "executed": false, "message": name, "arguments": arguments, "caller": caller,
                "value": called.value.to_string(), "fee": unsigned.rehearsal.fee.to_string(),
                "storage_deposit_limit": unsigned.limits.storage_deposit.to_string(),
                "last_block": unsigned.last_block, "hash": digits(&signed.hash),
            }))?);
        }
        let token = &session.token;
        session.teller.line(&format!("{name} is signed by {caller}:"))?;
        let mut rows = Vec::new();
        if called.value > 0 {
            rows.push(("sends along".to_owned(), token.text(called.value)));
        }
        if let Some(arguments) = arguments {
            rows.extend(arguments.rows(token).into_iter().filter(|(name, _)| !name.is_empty()));
        }
        rows.push(("fee".to_owned(), token.text(unsigned.rehearsal.fee)));
        rows.push((
            "storage deposit".to_owned(),
            format!("at most {}", token.text(unsigned.limits.storage_deposit)),
        ));
        let block = session.chain.ledger().block_number()?;
        rows.push(("last block".to_owned(), format!("{}; the newest is {block}", unsigned.last_block)));
        rows.push(("hash".to_owned(), digits(&signed.hash)));
        session.teller.rows(&rows)?;
        Ok(session.teller.line("Nothing was sent. Add -x to send it.")?)
    }

    /// Tells of a transaction that is on the chain already: nothing is sent, and nothing paid.
    fn tell_again(&self, status: &Status) -> Result<(), Failure> {
        let Status::Included { block, failure, .. } = status else { return Ok(()) };
        if let Some(failure) = failure {
            return Err(Failure::Outcome(format!(
                "the call is on the chain already, in block {}, and came to nothing there: {}. Nothing was sent now",
                block.number,
                reason(failure)
            )));
        }
        let Self { common, called, signed, unsigned } = self;
        if common.place.output_json {
            return Ok(output::json(&json!({
                "executed": true, "already": true, "caller": address(&unsigned.account),
                "contract": address(&called.contract), "hash": digits(&signed.hash), "block": block.number,
            }))?);
        }
        let teller = Teller::new(false);
        teller
            .line(&format!("The call is on the chain already, in block {}, as transaction", block.number))?;
        teller.line(&format!("{}.", digits(&signed.hash)))?;
        Ok(teller.line("Nothing was sent now, and nothing paid.")?)
    }
}

/// Why a transaction came to nothing.
pub fn reason(failure: &ChainError) -> String {
    match failure {
        ChainError::Reverted { output, .. } => match refused(output) {
            Failure::Outcome(sentence) => sentence,
            _ => failure.to_string(),
        },
        other => other.to_string(),
    }
}

/// The node that was named.
pub fn node(place: &Place) -> Result<NodeLedger, Failure> {
    match place.open(false)? {
        Chain::Node(node) => Ok(node),
        Chain::Embedded(_) => Err(no_node()),
    }
}

fn no_node() -> Failure {
    Failure::input("a chain in a file has no transactions that are signed elsewhere: name a node with --url")
}

/// A hash as people copy it.
pub fn digits(hash: &Hash) -> String {
    format!("0x{}", hex::encode(hash))
}
