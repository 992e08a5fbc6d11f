//! The parties of the stories.

use orchestrator_chain::Signer;

/// A party, named by its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// Deployed the contract.
    Admin,
    /// Takes the network fees.
    Treasury,
    /// Reserves and pays.
    Consumer,
    /// Another consumer.
    Buyer,
    /// A consumer of clusters.
    Tenant,
    /// Has unit 1.
    Provider,
    /// Has unit 2.
    Spare,
    /// A provider that gets a unit once a cluster is set up with it.
    Third,
    /// Another such provider.
    Fourth,
    /// Another such provider.
    Fifth,
    /// Runs clusters.
    Manager,
    /// Opens the rounds.
    Watcher,
    /// Reports misses, settles and renews what is not its own.
    Reporter,
    /// Brought the consumer.
    Referrer,
    /// May act for the provider, once it is named.
    Delegate,
    /// Tells the rate of the token, once it holds the role.
    PriceFeed,
    /// Begins and ends pauses, once it holds the role.
    Pauser,
    /// Decides disputes, once it holds the role.
    Arbiter,
    /// Reports the quality of service, once it holds the role.
    Observer,
    /// Has no part in anything.
    Stranger,
}

impl Who {
    /// All of them.
    pub const ALL: [Who; 20] = [
        Who::Admin,
        Who::Treasury,
        Who::Consumer,
        Who::Buyer,
        Who::Tenant,
        Who::Provider,
        Who::Spare,
        Who::Third,
        Who::Fourth,
        Who::Fifth,
        Who::Manager,
        Who::Watcher,
        Who::Reporter,
        Who::Referrer,
        Who::Delegate,
        Who::PriceFeed,
        Who::Pauser,
        Who::Arbiter,
        Who::Observer,
        Who::Stranger,
    ];

    /// Its key pair, derived from the development phrase.
    pub fn signer(self) -> Signer {
        Signer::from_suri(&format!("//{self:?}")).expect("a derivation path is a secret URI")
    }
}
