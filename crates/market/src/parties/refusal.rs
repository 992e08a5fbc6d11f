//! The contract's refusals, as sentences for people.

use orchestrator::domain::Error;
use scale_info::{TypeDef, TypeInfo};

/// What a refusal means and, where something can be done about it, what: the very sentence that the contract's
/// metadata carries and that a wallet shows.
pub fn sentence(refusal: Error) -> String {
    let name = format!("{refusal:?}");
    let TypeDef::Variant(refusals) = Error::type_info().type_def else { return name };
    let Some(variant) = refusals.variants.iter().find(|x| x.name == name) else { return name };
    let text = variant.docs.join(" ");
    let text = text.trim().trim_end_matches('.');
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_refusal_has_a_sentence_of_its_own() {
        let TypeDef::Variant(refusals) = Error::type_info().type_def else { panic!("an enum") };
        let sentences: BTreeSet<String> = refusals.variants.iter().map(|x| x.docs.join(" ")).collect();
        assert!(sentences.len() > 60 && sentences.len() == refusals.variants.len());
        assert!(!sentences.contains(""));
        let told = sentence(Error::NotEnoughAvailable);
        assert_eq!(told, "the account has less available than the message needs: deposit first");
    }
}
