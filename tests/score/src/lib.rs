//! What the score says of kinds of providers over daily rounds, and what it can be cheated for: computed with the very
//! rules that the contract runs.

pub mod attacks;
pub mod book;
pub mod chance;
pub mod deal;
pub mod kinds;
pub mod plot;
pub mod report;

/// Where a document lies.
pub fn docs(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}
