//! What to do about a transaction that was sent, from what is seen of it.

use super::options::Finality;

/// What was seen of a transaction and of the chain around it, all at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// The block that holds it, with whether that block is final.
    pub included: Option<Inclusion>,
    /// The final head knows a later nonce of its account, and the block that took this nonce held
    /// another transaction.
    pub nonce_spent: bool,
    /// No block after the final one can hold it: its time is over, or it was signed for another version or
    /// another branch of the chain.
    pub void: bool,
    /// The time to go on with it is over.
    pub patience_over: bool,
}

/// Where a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inclusion {
    pub finalized: bool,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is on the chain, as surely as was asked for.
    Done,
    /// It is on the chain, and its block may still be replaced.
    Wait,
    /// It is nowhere, and can still be included: send the same bytes once more.
    SendAgain,
    /// It can never be included: another transaction may be signed in its place.
    Dead,
    /// It may still be included, and there is no more time to wait for it.
    GiveUp,
}

impl Sight {
    /// What to do next, where a call counts as done with `finality`.
    ///
    /// It is never `Dead` while there is a chance that the transaction is included, whatever that costs: what
    /// is dead is signed anew, and would be paid twice.
    pub fn next(self, finality: Finality) -> Step {
        match self.included {
            Some(Inclusion { finalized }) if finalized || finality == Finality::Best => Step::Done,
            Some(_) if self.patience_over => Step::GiveUp,
            Some(_) => Step::Wait,
            None if self.nonce_spent || self.void => Step::Dead,
            None if self.patience_over => Step::GiveUp,
            None => Step::SendAgain,
        }
    }
}

/// What a node means by refusing a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It has it already.
    Known,
    /// The account's nonce is another one by now, or another transaction with it waits already.
    NonceTaken,
    /// The account cannot pay the fee.
    Unpayable,
    /// Not now.
    Busy,
    /// Not for this chain as it is, whatever the nonce: wrong signature, too large, filtered.
    Never,
    /// It is not said whether the pool has it.
    Unclear,
}

/// Codes of a node's answer to a transaction that it does not take.
mod code {
    pub const INVALID: i32 = 1010;
    pub const UNKNOWN_VALIDITY: i32 = 1011;
    pub const BANNED: i32 = 1012;
    pub const ALREADY_IMPORTED: i32 = 1013;
    pub const PRIORITY_TOO_LOW: i32 = 1014;
    pub const CYCLE: i32 = 1015;
    pub const POOL_FULL: i32 = 1016;
    pub const NOT_TAKEN: i32 = 1002;
    pub const PARAMETERS: i32 = -32602;
}

/// What follows from a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody has it, and nobody will: another one may be signed at once.
    Dead,
    /// Nobody has it, and signing again would not help.
    Final,
    /// A pool has it: wait for it.
    Sent,
    /// It may be in a pool all the same, or the node takes it later: look, and go on.
    GoOn,
}

impl Refused {
    /// What follows, for a transaction that a pool may have by now (`sent`) or that none ever had.
    pub fn verdict(&self, sent: bool) -> Verdict {
        match self {
            Self::Known | Self::Unclear => Verdict::Sent,
            Self::NonceTaken if !sent => Verdict::Dead,
            Self::Unpayable | Self::Never if !sent => Verdict::Final,
            _ => Verdict::GoOn,
        }
    }

    /// Reads a node's answer. The words matter only where one code says several things.
    pub fn read(number: i32, reason: &str) -> Self {
        match number {
            code::ALREADY_IMPORTED => Self::Known,
            code::PRIORITY_TOO_LOW => Self::NonceTaken,
            code::BANNED | code::POOL_FULL | code::UNKNOWN_VALIDITY | code::CYCLE => Self::Busy,
            code::INVALID if reason.contains("outdated") => Self::NonceTaken,
            code::INVALID if reason.contains("Inability to pay") => Self::Unpayable,
            code::INVALID if reason.contains("in the future") || reason.contains("exhaust") => Self::Busy,
            code::INVALID | code::NOT_TAKEN | code::PARAMETERS => Self::Never,
            // Not the pool's own words: something between may have failed after the pool had it.
            _ => Self::Unclear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOWHERE: Sight = Sight { included: None, nonce_spent: false, void: false, patience_over: false };

    fn included(finalized: bool) -> Sight {
        Sight { included: Some(Inclusion { finalized }), ..NOWHERE }
    }

    #[test]
    fn a_final_block_is_enough_for_everyone() {
        assert_eq!(included(true).next(Finality::Finalized), Step::Done);
        assert_eq!(included(true).next(Finality::Best), Step::Done);
    }

    #[test]
    fn a_best_block_is_enough_only_for_who_said_so() {
        assert_eq!(included(false).next(Finality::Best), Step::Done);
        assert_eq!(included(false).next(Finality::Finalized), Step::Wait);
    }

    #[test]
    fn what_is_on_the_chain_is_never_signed_again() {
        for bits in 0..16_u8 {
            let bit = |number: u8| bits & (1 << number) != 0;
            let sight = Sight {
                included: Some(Inclusion { finalized: bit(0) }),
                nonce_spent: bit(1),
                void: bit(2),
                patience_over: bit(3),
            };
            for finality in [Finality::Finalized, Finality::Best] {
                let step = sight.next(finality);
                assert!(!matches!(step, Step::Dead | Step::SendAgain), "{sight:?} {step:?}");
            }
        }
    }

    #[test]
    fn what_can_still_be_included_is_never_signed_again() {
        for patience_over in [false, true] {
            let sight = Sight { patience_over, ..NOWHERE };
            let step = if patience_over { Step::GiveUp } else { Step::SendAgain };
            assert_eq!(sight.next(Finality::Finalized), step);
            assert_eq!(sight.next(Finality::Best), step);
        }
    }

    #[test]
    fn what_can_never_be_included_is_told_even_at_the_end_of_patience() {
        for patience_over in [false, true] {
            for sight in [Sight { nonce_spent: true, ..NOWHERE }, Sight { void: true, ..NOWHERE }] {
                let sight = Sight { patience_over, ..sight };
                assert_eq!(sight.next(Finality::Finalized), Step::Dead, "{sight:?}");
                assert_eq!(sight.next(Finality::Best), Step::Dead, "{sight:?}");
            }
        }
    }

    #[test]
    fn a_block_that_does_not_get_final_is_given_up_as_undecided() {
        let sight = Sight { patience_over: true, ..included(false) };
        assert_eq!(sight.next(Finality::Finalized), Step::GiveUp);
    }

    #[test]
    fn a_refusal_is_the_end_only_for_what_no_pool_ever_had() {
        for (refused, verdict) in [
            (Refused::NonceTaken, Verdict::Dead),
            (Refused::Unpayable, Verdict::Final),
            (Refused::Never, Verdict::Final),
            (Refused::Busy, Verdict::GoOn),
        ] {
            assert_eq!(refused.verdict(false), verdict, "{refused:?}");
            assert_eq!(refused.verdict(true), Verdict::GoOn, "{refused:?}");
        }
        for sent in [false, true] {
            assert_eq!(Refused::Known.verdict(sent), Verdict::Sent);
            assert_eq!(Refused::Unclear.verdict(sent), Verdict::Sent);
        }
    }

    #[test]
    fn a_node_says_why_it_refuses() {
        for (number, reason, meaning) in [
            (1010, "Invalid Transaction: Transaction is outdated", Refused::NonceTaken),
            (1010, "Invalid Transaction: Transaction will be valid in the future", Refused::Busy),
            (
                1010,
                "Invalid Transaction: Inability to pay some fees (e.g. account balance too low)",
                Refused::Unpayable,
            ),
            (1010, "Invalid Transaction: Transaction would exhaust the block limits", Refused::Busy),
            (1010, "Invalid Transaction: Transaction has a bad signature", Refused::Never),
            (1012, "Transaction is temporarily banned", Refused::Busy),
            (1013, "Transaction Already Imported", Refused::Known),
            (1014, "Priority is too low: (1 vs 1)", Refused::NonceTaken),
            (1016, "Immediately Dropped", Refused::Busy),
            (-32602, "Invalid params", Refused::Never),
            (-32603, "Internal error", Refused::Unclear),
            (-32005, "Too many requests", Refused::Unclear),
        ] {
            assert_eq!(Refused::read(number, reason), meaning, "{number} {reason}");
        }
    }
}
