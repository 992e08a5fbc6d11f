//! Nothing is told that was not checked.

use std::fmt::Debug;

use orchestrator::domain::Error;

use crate::failure::Failure;

/// Refuses to go on when something did not come out as the story says.
pub fn ensure(holds: bool, claim: &str) -> Result<(), Failure> {
    match holds {
        true => Ok(()),
        false => Err(Failure::Outcome(format!("the story did not come out: {claim} does not hold"))),
    }
}

/// [`ensure`] that two values are the same, telling both where they are not.
pub fn equal<T: PartialEq + Debug>(found: T, expected: T, claim: &str) -> Result<(), Failure> {
    match found == expected {
        true => Ok(()),
        false => Err(Failure::Outcome(format!(
            "the story did not come out: {claim} is {found:?} and should be {expected:?}"
        ))),
    }
}

/// What a rule has computed; none is asked for what it cannot.
pub fn computed<T>(by_rule: Result<T, Error>) -> Result<T, Failure> {
    by_rule.map_err(|refusal| Failure::Outcome(format!("cannot compute an amount: {refusal:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_that_does_not_hold_ends_the_story_with_what_was_found() {
        assert!(ensure(true, "rain").is_ok() && equal(1, 1, "a number").is_ok());
        let told = |refused: Result<(), Failure>| match refused {
            Err(Failure::Outcome(sentence)) => sentence,
            other => panic!("{other:?}"),
        };
        assert_eq!(told(ensure(false, "rain")), "the story did not come out: rain does not hold");
        assert_eq!(
            told(equal(1, 2, "a number")),
            "the story did not come out: a number is 1 and should be 2"
        );
    }
}
