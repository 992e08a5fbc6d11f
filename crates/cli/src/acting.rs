//! What becomes of a message: tried, written for a wallet, or signed and sent.

use orchestrator::domain::Error;
use orchestrator_chain::{address, AccountId, CallError, ChainError, DryRun, Message, Receipt};
use serde_json::json;

use crate::{
    args::Common,
    elsewhere,
    failure::Failure,
    interface::Told,
    output::{self},
    session::{refused, Session},
    time::instant,
};

/// A message, encoded, with its caller.
pub struct Call<'a> {
    pub caller: AccountId,
    pub contract: AccountId,
    pub value: u128,
    pub data: &'a [u8],
}

impl Session {
    /// Tries the message, and does what the options say: nothing more, write it for a wallet, or sign and send it.
    pub fn act(&mut self, common: &Common, message: impl Message) -> Result<(), Failure> {
        let (contract, value, data) = message.parts();
        let (caller, _) = common.signing.caller()?;
        let call = Call { caller, contract, value, data: &data };
        let limit = self.chain.limit(&common.signing)?;
        let run = self.chain.ledger().dry_run(caller, contract, value, &data)?;
        if run.reverted {
            return Err(refused(&run.output));
        }
        let needed = u128::try_from(run.storage_deposit).unwrap_or_default();
        if let Some(limit) = limit.filter(|limit| *limit < needed) {
            return Err(ChainError::StorageDepositLimit { limit, needed }.into());
        }
        if common.signing.elsewhere() {
            return elsewhere::write(self, common, &call);
        }
        if !common.signing.execute {
            return self.tell_run(common, &call, &run);
        }
        let signer = common.signing.signer()?;
        if !common.signing.skip_confirm {
            self.tell_run(common, &call, &run)?;
            common.signing.confirm("Sign and send it?")?;
        }
        let receipt = match self.chain.ledger_mut().call(&signer, contract, value, &data) {
            Ok(receipt) => receipt,
            Err(ChainError::AnswerUnknown { receipt }) => *receipt,
            Err(ChainError::Reverted { output, .. }) => return Err(refused(&output)),
            Err(error) => return Err(error.into()),
        };
        self.tell_receipt(common, &call, &receipt)
    }

    fn tell_run(&self, common: &Common, call: &Call<'_>, run: &DryRun) -> Result<(), Failure> {
        let (name, answer) = (self.name(call), self.interface.answer(call.data, &run.output));
        if common.place.output_json {
            return Ok(output::json(&json!({
                "executed": false, "message": name, "arguments": self.interface.arguments(call.data),
                "caller": address(&call.caller), "value": call.value.to_string(), "answer": answer,
                "fee": run.fee.to_string(), "storage_deposit": run.storage_deposit.to_string(),
                "ref_time_ps": run.weight.ref_time, "proof_size_bytes": run.weight.proof_size,
            }))?);
        }
        self.teller.line(&format!("{name} would do this for {}:", address(&call.caller)))?;
        self.tell_costs(call, answer, run.fee, run.storage_deposit, run.weight)?;
        if !common.signing.execute {
            self.teller.line("Nothing was signed. Add -x to do it.")?;
        }
        Ok(())
    }

    /// What a call that is on the chain has done.
    pub fn tell_receipt(&self, common: &Common, call: &Call<'_>, receipt: &Receipt) -> Result<(), Failure> {
        let answer = self.interface.answer(call.data, &receipt.output);
        let name = self.name(call);
        let events: Vec<_> = receipt.events.iter().map(|x| (x, self.event(x))).collect();
        if common.place.output_json {
            let events: Vec<_> =
                events.into_iter().map(|(x, (name, told))| event_json(x, &name, &told)).collect();
            return Ok(output::json(&json!({
                "executed": true, "message": name, "arguments": self.interface.arguments(call.data),
                "caller": address(&call.caller), "value": call.value.to_string(), "answer": answer,
                "block": receipt.block, "at_ms": receipt.at_ms,
                "fee": receipt.fee.to_string(), "storage_deposit": receipt.storage_deposit.to_string(),
                "ref_time_ps": receipt.weight.ref_time, "proof_size_bytes": receipt.weight.proof_size,
                "events": events,
            }))?);
        }
        self.teller.line(&format!(
            "{name} is on the chain, in block {} of {} UTC:",
            receipt.block,
            instant(receipt.at_ms)
        ))?;
        self.tell_costs(call, answer, receipt.fee, receipt.storage_deposit, receipt.weight)?;
        for (_, (name, told)) in events {
            self.teller.fact(&format!("{name}: {}", told.line(&self.token)))?;
        }
        Ok(())
    }

    fn tell_costs(
        &self,
        call: &Call<'_>,
        answer: Option<Told>,
        fee: u128,
        deposit: i128,
        weight: orchestrator_chain::Weight,
    ) -> Result<(), Failure> {
        let mut rows = self.arguments(call);
        if call.value > 0 {
            rows.push(("sends along".to_owned(), self.token.text(call.value)));
        }
        match answer {
            Some(Told::Nothing) | None => {}
            Some(answer) => {
                for (name, x) in answer.rows(&self.token) {
                    rows.push((
                        if name.is_empty() { "answer".to_owned() } else { format!("answer {name}") },
                        x,
                    ));
                }
            }
        }
        rows.push(("fee".to_owned(), self.token.text(fee)));
        rows.push(("storage deposit".to_owned(), self.token.signed(deposit)));
        let (ms, kb) = (weight.ref_time as f64 / 1e9, weight.proof_size as f64 / 1e3);
        rows.push(("weight".to_owned(), format!("{ms:.2} ms, {kb:.0} KB")));
        Ok(self.teller.rows(&rows)?)
    }

    /// What the call says, for people.
    pub fn arguments(&self, call: &Call<'_>) -> Vec<(String, String)> {
        let told = self.interface.arguments(call.data);
        let rows = told.into_iter().flat_map(|x| x.rows(&self.token));
        rows.filter(|(name, _)| !name.is_empty() && name != "nothing").collect()
    }

    fn name(&self, call: &Call<'_>) -> String {
        self.interface.name(call.data).unwrap_or("an unknown message").to_owned()
    }
}

/// An event as programs read it.
pub fn event_json(event: &orchestrator_chain::ContractEvent, name: &str, told: &Told) -> serde_json::Value {
    json!({
        "block": event.block, "at_ms": event.at_ms, "contract": address(&event.contract),
        "name": name, "fields": told,
    })
}

/// A typed call's failure, as the sentence of the contract's error.
pub fn call_failure(error: CallError<Error>) -> Failure {
    match error {
        CallError::Refused(error) => Failure::Outcome(format!(
            "the contract refused: {} ({error:?})",
            orchestrator_market::parties::sentence(error)
        )),
        CallError::Chain(error) => error.into(),
    }
}
