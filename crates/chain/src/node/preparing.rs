//! From an action to a transaction that waits for its signature.

use std::sync::Arc;

use crate::{account::from_runtime, AccountId, Action, Balance, ChainError, Hash};
use scale::Decode;
use sp_runtime::{AccountId32, MultiAddress};
use subxt::{ext::subxt_core::blocks::Extrinsics, utils::Era, SubstrateConfig};

use super::{
    link::Fault,
    options::{Limits, Options},
    reading::Heads,
    rehearsal::limits,
    spec::Spec,
    transaction::{is_signature, last_block, to_sign, unsigned_bytes, Block, Envelope, Signed, Unsigned},
    NodeLedger,
};

/// How many periods back the block is looked for that an old transaction was valid from.
const PERIODS: u32 = 8;

impl NodeLedger {
    /// A transaction of `account` for `action`, with limits from a dry run. What the dry run refuses is refused.
    pub(super) async fn prepare_now(
        &self,
        account: AccountId,
        action: &Action<'_>,
        nonce: Option<u64>,
    ) -> Result<Unsigned, Fault> {
        let heads = self.heads().await?;
        let at = heads.best;
        let spec = self.spec(Some(at.hash)).await?;
        let run = self.rehearse(&spec, account, action, at.hash).await?;
        if run.reverted {
            return Err(ChainError::Reverted { output: run.output, fee: 0 }.into());
        }
        let limits = limits(&self.options, &spec, &run)?;
        let nonce = match nonce {
            Some(nonce) => nonce,
            None => self.pool_nonce(account).await?,
        };
        let draft = self.unsigned(&spec, account, action, limits, nonce, heads)?;
        let limits = self.affordable(&spec, &draft, action, run.deposit, at).await?;
        let fee = self.fee(&spec, account, action, limits, run.consumed, at).await?;
        let rehearsal = run.told(fee);
        Ok(Unsigned { rehearsal, ..self.unsigned(&spec, account, action, limits, nonce, heads)? })
    }

    /// A transaction for `action` with limits that the caller knows, without a dry run.
    pub(super) async fn prepare_unchecked(
        &self,
        account: AccountId,
        action: &Action<'_>,
        limits: Limits,
        nonce: u64,
    ) -> Result<Unsigned, Fault> {
        let heads = self.heads().await?;
        let spec = self.spec(Some(heads.best.hash)).await?;
        Ok(self.unsigned(&spec, account, action, limits, nonce, heads)?)
    }

    fn unsigned(
        &self,
        spec: &Arc<Spec>,
        account: AccountId,
        action: &Action<'_>,
        limits: Limits,
        nonce: u64,
        heads: Heads,
    ) -> Result<Unsigned, ChainError> {
        let period = spec.mortality(self.options.mortal_blocks);
        let birth = birth(heads, period);
        let Envelope { extra, additional, era, last_block } =
            Envelope::new(spec, self.genesis, nonce, birth, period)?;
        let extensions = spec.metadata.extrinsic().signed_extensions();
        Ok(Unsigned {
            account,
            method: spec.encode(action, limits)?,
            extra,
            additional,
            nonce,
            era: scale::Encode::encode(&era),
            birth,
            last_block,
            genesis: self.genesis,
            spec_version: spec.version.spec_version,
            transaction_version: spec.version.transaction_version,
            extensions: extensions.iter().map(|extension| extension.identifier().to_owned()).collect(),
            limits,
            rehearsal: Default::default(),
        })
    }

    /// The limits of `draft` with a storage deposit limit that the account has: a chain refuses a limit that
    /// the account could not pay, whatever the call takes in the end.
    async fn affordable(
        &self,
        spec: &Spec,
        draft: &Unsigned,
        action: &Action<'_>,
        deposit: i128,
        at: Block,
    ) -> Result<Limits, Fault> {
        let value = match action {
            Action::Call { value, .. } | Action::Deploy { value, .. } => *value,
            Action::Upload { .. } => 0,
            Action::Transfer { .. } => return Ok(draft.limits),
        };
        let envelope = Envelope::new(spec, self.genesis, draft.nonce, draft.birth, 4)?;
        let bytes = unsigned_bytes(&draft.account, &envelope, &draft.method);
        let length = bytes.len();
        let fee = self.price(bytes, length, at.hash).await?.map_or(0, |(_, fee)| fee);
        let least = spec.existential_deposit();
        let spendable = self.account(draft.account, Some(at.hash)).await?.spendable(least);
        let needed = Balance::try_from(deposit).unwrap_or_default();
        let rest = spendable.checked_sub(fee).and_then(|rest| rest.checked_sub(value));
        let most = match rest {
            Some(rest) if rest.saturating_sub(least) >= needed => rest.saturating_sub(least),
            _ => {
                return Err(ChainError::InsufficientFunds { account: draft.account, spendable, fee: 0 }.into())
            }
        };
        Ok(Limits { storage_deposit: draft.limits.storage_deposit.min(most), ..draft.limits })
    }

    /// Reads a signed transaction and makes sure that it was signed for this chain.
    pub(super) async fn read_signed(&self, bytes: &[u8]) -> Result<Signed, Fault> {
        let heads = self.heads().await?;
        let spec = self.spec(Some(heads.best.hash)).await?;
        let read = Extrinsics::<SubstrateConfig>::decode_from(vec![bytes.to_vec()], spec.metadata.clone())
            .map_err(|error| ChainError::Transaction(error.to_string()))?;
        let parts = read.iter().next().and_then(|details| {
            let account = match MultiAddress::<AccountId32, ()>::decode(&mut details.address_bytes()?).ok()? {
                MultiAddress::Id(account) => from_runtime(&account),
                _ => return None,
            };
            let extensions = details.signed_extensions()?;
            let nonce = extensions.nonce()?;
            let era = extensions.iter().find(|extension| extension.name() == "CheckMortality")?;
            let era = Era::decode(&mut era.bytes()).ok()?;
            let extra = details.signed_extensions_bytes()?.to_vec();
            let signature = details.signature_bytes()?.to_vec();
            Some((account, nonce, era, extra, signature, details.call_bytes().to_vec()))
        });
        let Some((account, nonce, era, extra, signature, method)) = parts else {
            return Err(ChainError::Transaction("it is not signed by an account".to_owned()).into());
        };
        let Era::Mortal { period, phase } = era else {
            return Err(ChainError::Transaction("it is valid for ever".to_owned()).into());
        };
        for number in births(period, phase, heads.best.number) {
            let Some(birth) = self.block_at(number).await? else { continue };
            let envelope = Envelope::new(&spec, self.genesis, nonce, birth, period)?;
            let payload = [method.as_slice(), &extra, &envelope.additional].concat();
            if is_signature(&account, &to_sign(payload), &signature) {
                return Ok(Signed {
                    account,
                    bytes: bytes.to_vec(),
                    hash: Hash::from(sp_core::blake2_256(bytes)),
                    nonce,
                    birth,
                    last_block: last_block(era, number),
                    spec_version: spec.version.spec_version,
                });
            }
        }
        Err(ChainError::Signature { account }.into())
    }
}

impl Options {
    /// These options for a transaction that is signed elsewhere, which takes a while.
    pub fn signed_elsewhere(self) -> Self {
        Self { mortal_blocks: Self::LONG_MORTALITY, ..self }
    }
}

/// The block that a transaction is valid from: the final one, or the best one where finality lags so far behind
/// that most of the transaction's time would be over.
fn birth(heads: Heads, period: u64) -> Block {
    let lag = heads.best.number.saturating_sub(heads.finalized.number);
    if u64::from(lag) <= period / 2 {
        heads.finalized
    } else {
        heads.best
    }
}

/// The blocks that a transaction of that era may be valid from, the latest first.
fn births(period: u64, phase: u64, best: u32) -> impl Iterator<Item = u32> {
    let best = u64::from(best);
    let behind = best.saturating_sub(phase) % period.max(1);
    let latest = if best < phase { phase } else { best.saturating_sub(behind) };
    (0..u64::from(PERIODS))
        .map_while(move |back| latest.checked_sub(back.saturating_mul(period)))
        .filter_map(|number| u32::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(finalized: u32, best: u32) -> Heads {
        let block = |number| Block { number, hash: Hash::from([number as u8; 32]) };
        Heads { best: block(best), finalized: block(finalized) }
    }

    #[test]
    fn a_transaction_is_valid_from_the_final_block() {
        assert_eq!(birth(heads(7, 9), 64).number, 7);
        assert_eq!(birth(heads(7, 39), 64).number, 7);
    }

    #[test]
    fn a_transaction_is_valid_from_the_best_block_where_finality_is_far_behind() {
        assert_eq!(birth(heads(7, 40), 64).number, 40);
        assert_eq!(birth(heads(0, 1_000), 64).number, 1_000);
    }

    #[test]
    fn the_block_of_birth_is_found_from_the_era() {
        for (born, best) in [(10, 10), (10, 73), (64, 100), (127, 190), (0, 0), (0, 63)] {
            let Era::Mortal { period, phase } = Era::mortal(64, born) else { panic!("mortal") };
            assert_eq!(births(period, phase, best).next(), Some(born as u32), "{born} {best}");
        }
        let Era::Mortal { period, phase } = Era::mortal(64, 10) else { panic!("mortal") };
        assert!(births(period, phase, 300).any(|number| number == 10));
    }
}
