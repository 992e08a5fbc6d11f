//! A manager that is a contract: it passes on what it is sent, as a multisig or a DAO does once it has agreed.

use drink::{sandbox_api::prelude::*, session::NO_SALT};
use ink::primitives::AccountId;

use crate::market::{on_chain, Market};

/// Puts the relay on the chain and says its account.
pub fn deploy(market: &mut Market, by: AccountId) -> AccountId {
    let code = wat::parse_str(include_str!("../relay.wat")).expect("it is Wasm text");
    let gas = market.session().get_gas_limit();
    let sandbox = market.session().sandbox();
    let made = sandbox.deploy_contract(code, 0, vec![], NO_SALT, on_chain(by), gas, None);
    let address = made.result.expect("the relay deploys").account_id;
    AccountId::from(<[u8; 32]>::from(address))
}
