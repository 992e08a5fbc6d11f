//! The watch over money: what the chain and the contract tell is added up and compared with what there is.

use std::collections::BTreeMap;

use ink::primitives::AccountId;
use orchestrator::events::BalancesChanged;

use crate::{Party, Stage, BYTE, EXISTENTIAL, ITEM, PURSE};

/// Where the money of a purse went, as the chain tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlay {
    /// Fees of transactions.
    pub fees: u128,
    /// Storage deposits paid.
    pub held: u128,
    /// Storage deposits that came back.
    pub released: u128,
    /// Deposits for code.
    pub code: u128,
    /// Transfers to others.
    pub sent: u128,
    /// Transfers from others.
    pub received: u128,
}

impl Stage {
    /// Where the money of a party's purse went.
    pub fn outlay(&self, party: &Party) -> Outlay {
        self.outlays[&party.id]
    }

    /// Refuses a purse that holds another amount than what the chain has told of it adds up to.
    pub async fn check_purse(&self, party: &Party) {
        let x = self.outlay(party);
        let outside = self.chain.account(party.id).await;
        assert_eq!(outside.free, PURSE + x.received + x.released - x.sent - x.held - x.fees - x.code);
        assert_eq!(outside.reserved, x.code, "only code is paid for on one's own account");
    }

    /// Refuses a contract that holds more or less than the deposits for what it occupies, its existential deposit, and
    /// what it says it holds.
    pub async fn check_contract(&mut self) {
        let occupied = self.chain.contract(self.contract).await;
        // The chain gives deposits back in proportion to what is freed and rounds down, each kind by itself.
        let dust = 0..=self.refunds;
        assert!(dust.contains(&(occupied.item_deposit - occupied.items * ITEM)), "{occupied:?}");
        assert!(dust.contains(&(occupied.byte_deposit - occupied.bytes * BYTE)), "{occupied:?}");
        let outside = self.chain.account(self.contract).await;
        let solvency = self.ask(|at| at.solvency()).await;
        assert_eq!(outside.reserved, occupied.deposits());
        assert_eq!(outside.free, EXISTENTIAL + solvency.held);
        assert_eq!(solvency.held, solvency.owed, "nobody has sent it anything");
        let (held, released) = self.outlays.values().fold((0, 0), |x, y| (x.0 + y.held, x.1 + y.released));
        assert_eq!(held - released, occupied.deposits(), "the parties have paid all of it");
    }

    /// Adds what the newest block tells to the outlays.
    pub(crate) async fn observe(&mut self) {
        let happened = self.chain.happened().await;
        let mut add = |id: AccountId, entry: fn(&mut Outlay) -> &mut u128, amount: u128| {
            if let Some(outlay) = self.outlays.get_mut(&id) {
                *entry(outlay) += amount;
            }
        };
        happened.fees.iter().for_each(|(who, amount)| add(*who, |x| &mut x.fees, *amount));
        happened.code.iter().for_each(|(who, amount)| add(*who, |x| &mut x.code, *amount));
        happened.held.iter().for_each(|(from, _, amount)| add(*from, |x| &mut x.held, *amount));
        happened.released.iter().for_each(|(_, to, amount)| add(*to, |x| &mut x.released, *amount));
        for (from, to, amount) in &happened.transfers {
            add(*from, |x| &mut x.sent, *amount);
            add(*to, |x| &mut x.received, *amount);
        }
        self.refunds += happened.released.len() as u128;
        self.last = happened;
    }

    /// The last thing told of each account is what the contract answers.
    pub(crate) async fn compare_balances(&mut self) {
        let told = self.last.of::<BalancesChanged>().into_iter().flat_map(|x| x.accounts);
        let last: BTreeMap<_, _> = told.map(|x| (x.account, (x.available, x.locked))).collect();
        for (id, told) in last {
            let account = self.ask(|at| at.account(id)).await;
            assert_eq!((account.available, account.locked), told, "what was told of {id:?}");
        }
    }
}
