//! Every refusal, one situation each.

use scale::{Decode, Encode};

/// Why a message was refused. A refused message has changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo), scale_info(capture_docs = "always"))]
#[repr(u8)]
pub enum Error {
    /// Only the admin may do this.
    NotAdmin,
    /// Only the account that was offered the role or the reservation may accept it.
    NotOffered,
    /// Only a holder of the role that this needs may do this.
    NotInRole,
    /// Only the reservation's consumer may do this.
    NotConsumer,
    /// Only the cluster's manager may do this; a member's provider may give its own capacity back.
    NotManager,
    /// Only the provider, or for daily operation its delegate, may do this.
    NotProvider,
    /// New business is stopped; exits stay open. Try again when the pause is over.
    Paused,
    /// There is no pause to end.
    NotPaused,
    /// No provider is registered under this account.
    UnknownProvider,
    /// No node has this id.
    UnknownNode,
    /// No data unit has this id.
    UnknownUnit,
    /// No reservation has this id, or it was closed.
    UnknownReservation,
    /// No placement has this id, or its reservation was closed.
    UnknownPlacement,
    /// No cluster has this id.
    UnknownCluster,
    /// The account is not registered as a challenger.
    UnknownChallenger,
    /// The reservation has no slot of this number.
    UnknownSlot,
    /// The account has less available than the message needs: deposit first.
    NotEnoughAvailable,
    /// The provider has less available than the collateral asks for.
    ProviderShort,
    /// The amount is zero.
    ZeroAmount,
    /// The chain refused the transfer; most often the receiver would stay below the existential deposit.
    TransferFailed,
    /// The contract's free balance does not cover the transfer.
    NotEnoughHeld,
    /// The region is not an ISO 3166-1 numeric code.
    RegionOutOfBounds,
    /// A text or list is longer than its limit.
    TooLong,
    /// A number of the SLA terms is outside its bounds.
    TermsOutOfBounds,
    /// A number of the configuration is outside the bounds compiled in.
    ConfigOutOfBounds,
    /// The term is shorter or longer than the data unit offers.
    TermOutOfBounds,
    /// The capacity is zero or above the limit.
    CapacityOutOfBounds,
    /// The data unit has less free capacity than asked for.
    NotEnoughCapacity,
    /// The data unit's capacity cannot go below what is in use.
    CapacityInUse,
    /// The price is above what the contract can account for.
    PriceTooHigh,
    /// The price or fee is above the ceiling that the caller named.
    AboveCeiling,
    /// The data unit's price has risen above the price agreed: reserve anew.
    PriceRisen,
    /// The data unit takes no new business.
    UnitClosed,
    /// The data unit or the cluster was changed less than ten minutes ago: look at it again, and try later.
    UnitChanged,
    /// The cluster takes no new business.
    ClusterClosed,
    /// The provider does not trust the cluster's manager.
    NotTrusted,
    /// The data unit is no member of the cluster.
    NotMember,
    /// The data unit is a member of another cluster: its capacity must be given back there first.
    OtherCluster,
    /// The data unit is of another kind than the cluster.
    OtherKind,
    /// The SLA terms of the data unit are not those of the cluster, or of the placement to be replaced.
    TermsDiffer,
    /// The data unit itself asks for more than the price in the cluster.
    BelowUnitPrice,
    /// The data unit is not in the region that the order asks for.
    OtherRegion,
    /// The provider already holds another replica of the reservation.
    SameProvider,
    /// Of the forty members whose turn it was, too few can take a replica: name data units that `find_data_units` tells.
    NoMemberFits,
    /// The manager's fee is above 3,000 (30 %).
    FeeTooHigh,
    /// The price feed's rate is missing or older than twelve hours: prices in US dollars cannot be told now.
    RateStale,
    /// The rate is outside the bounds compiled in, or too far from the one before.
    RateOutOfBounds,
    /// No upgrade is announced.
    NothingAnnounced,
    /// The chain has no code of this hash: upload it first.
    UnknownCode,
    /// The node is draining or offline.
    NodeNotOnline,
    /// The node still has data units: retire them first.
    NodeInUse,
    /// The data unit still carries placements.
    UnitInUse,
    /// A reservation has 1 to 20 replicas.
    ReplicasOutOfBounds,
    /// The chunk count is above what the capacity holds, or root and chunk count do not go together.
    BadData,
    /// The challenger asks more often, or leaves less time, than the data unit's SLA terms allow.
    ChallengerTooFast,
    /// Interval or window of a challenger are outside their bounds, or shorter than before; or for a cluster the interval is
    /// longer than a day and than the SLA terms ask for.
    IntervalOutOfBounds,
    /// The challenger's interval, or the window of its last round, is not over.
    TooEarly,
    /// The time for this is over.
    TooLate,
    /// The placement is not in the state that this needs.
    WrongState,
    /// This root with this chunk count was not committed for the placement, or is in force already.
    NothingCommitted,
    /// A round is open and unanswered for a placement: prove it, or wait for its window to close.
    RoundOpen,
    /// There is no missed round to report.
    NothingMissed,
    /// Some placement of the reservation has not ended.
    NotEnded,
    /// The reservation is not set to renew.
    NotRenewing,
    /// The slot's placement completed its term or is alive: nothing to replace.
    NothingToReplace,
    /// While placements are on it a data unit promises no less uptime, no more latency and no more maintenance than before.
    PromiseWeakened,
    /// Maintenance follows the last announced, is no longer than the SLA terms allow in 30 days, and begins within 31 days.
    MaintenanceOutOfBounds,
    /// A share is above 10,000 (100 %).
    ShareOutOfBounds,
    /// A rating has 1 to 5 stars.
    RatingOutOfBounds,
    /// Nothing was paid for the placement yet.
    NothingPaid,
    /// A dispute over the placement is open: what is unpaid and the collateral wait for its end.
    Disputed,
    /// No dispute over the placement is open.
    NotDisputed,
    /// A party of the placement cannot decide a dispute over it.
    OwnDispute,
    /// A sum left the range that the bounds allow. It is a defect if you ever see it.
    Overflow,
}

/// What every message that can refuse returns.
pub type Result<T> = core::result::Result<T, Error>;
