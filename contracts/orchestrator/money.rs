//! The one file that moves balances.
//!
//! Inside the contract money only moves from one place to another: `owed`, the sum of everything the contract owes,
//! changes in `take_in` and `pay_out` alone.

use crate::events::{emit, BalancesChanged};
use crate::records::AccountBalance;
use crate::store::Read as _;
use crate::Orchestrator;
use ink::codegen::Env as _;
use ink::prelude::{vec, vec::Vec};
use ink::primitives::AccountId;
use orchestrator_domain::{Account, Balance, Error, Findings, Result};

/// What a call does to one account, added up and then posted at once.
#[derive(Default)]
pub(crate) struct Moves {
    /// To available.
    pub credit: Balance,
    /// From available.
    pub debit: Balance,
    /// To locked.
    pub bind: Balance,
    /// From locked.
    pub release: Balance,
    /// What its score as a provider rests on from now on.
    pub found: Findings,
}

/// Adds to a sum.
#[inline(never)]
pub(crate) fn add(sum: &mut Balance, amount: Balance) -> Result<()> {
    *sum = sum.checked_add(amount).ok_or(Error::Overflow)?;
    Ok(())
}

impl Moves {
    /// From available to locked.
    pub fn lock(&mut self, amount: Balance) -> Result<()> {
        add(&mut self.debit, amount)?;
        add(&mut self.bind, amount)
    }

    /// From locked to available.
    pub fn unlock(&mut self, amount: Balance) -> Result<()> {
        add(&mut self.release, amount)?;
        add(&mut self.credit, amount)
    }

    fn is_empty(&self) -> bool {
        self.credit == 0 && self.debit == 0 && self.bind == 0 && self.release == 0 && self.found.is_empty()
    }
}

impl Orchestrator {
    pub(crate) fn account_of(&self, id: AccountId) -> Account {
        self.accounts.read(id).unwrap_or_default()
    }

    /// Posts the moves of one account.
    pub(crate) fn post(&mut self, id: AccountId, moves: &Moves) -> Result<()> {
        let mut changed = Vec::new();
        self.apply_moves(id, moves, &mut changed)?;
        self.announce_balances(changed);
        Ok(())
    }

    /// Posts the moves of both sides of a placement, and announces them together: an event costs as much as a write.
    /// Collateral that the provider lacks is told apart from money that the consumer lacks.
    pub(crate) fn post_both(
        &mut self,
        consumer: (AccountId, &Moves),
        provider: (AccountId, &Moves),
    ) -> Result<()> {
        let mut changed = Vec::new();
        self.apply_moves(consumer.0, consumer.1, &mut changed)?;
        self.apply_moves(provider.0, provider.1, &mut changed).map_err(|refusal| match refusal {
            Error::NotEnoughAvailable => Error::ProviderShort,
            other => other,
        })?;
        self.announce_balances(changed);
        Ok(())
    }

    /// Applies the moves of one account. Money that comes in is counted before money that goes out.
    #[inline(never)]
    fn apply_moves(&mut self, id: AccountId, moves: &Moves, changed: &mut Vec<AccountBalance>) -> Result<()> {
        if moves.is_empty() {
            return Ok(());
        }
        let mut account = self.account_of(id);
        account.credit(moves.credit)?;
        account.debit(moves.debit)?;
        account.bind(moves.bind)?;
        account.release(moves.release)?;
        if !moves.found.is_empty() {
            account.standing.record(&moves.found, self.env().block_timestamp());
        }
        self.accounts.insert(id, &account);
        changed.push(AccountBalance { account: id, available: account.available, locked: account.locked });
        Ok(())
    }

    #[inline(never)]
    fn announce_balances(&self, accounts: Vec<AccountBalance>) {
        if !accounts.is_empty() {
            emit(BalancesChanged { accounts });
        }
    }

    /// Stores an account and announces both halves of its money.
    pub(crate) fn store_account(&mut self, id: AccountId, account: &Account) {
        self.accounts.insert(id, account);
        let (available, locked) = (account.available, account.locked);
        self.announce_balances(vec![AccountBalance { account: id, available, locked }]);
    }

    /// Adds to what an account has available.
    pub(crate) fn credit(&mut self, id: AccountId, amount: Balance) -> Result<()> {
        self.post(id, &Moves { credit: amount, ..Default::default() })
    }

    /// Money that came with the call.
    pub(crate) fn take_in(&mut self, id: AccountId, amount: Balance) -> Result<()> {
        if amount == 0 {
            return Err(Error::ZeroAmount);
        }
        add(&mut self.root.owed, amount)?;
        self.credit(id, amount)
    }

    /// The only transfer out. The receiver's code is not run.
    pub(crate) fn pay_out(&mut self, id: AccountId, amount: Balance) -> Result<()> {
        if amount == 0 {
            return Err(Error::ZeroAmount);
        }
        self.post(id, &Moves { debit: amount, ..Default::default() })?;
        if amount > self.env().balance() {
            return Err(Error::NotEnoughHeld);
        }
        self.root.owed = self.root.owed.checked_sub(amount).ok_or(Error::Overflow)?;
        self.env().transfer(id, amount).map_err(|_| Error::TransferFailed)
    }
}
