//! The stories, each a sentence, over any chain.

pub mod changes;
pub mod endings;
pub mod governance;
pub mod limits;
pub mod lives;
pub mod money;
pub mod rounds;
