//! The stories, each a sentence, over any chain.

pub mod changes;
pub mod clusters;
pub mod endings;
pub mod governance;
pub mod limits;
pub mod lives;
pub mod managers;
pub mod members;
pub mod money;
pub mod office;
pub mod revenue;
pub mod rounds;
