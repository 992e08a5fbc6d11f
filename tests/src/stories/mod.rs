//! The stories, each a sentence, over any chain.

pub mod changes;
pub mod clusters;
pub mod decisions;
pub mod disputes;
pub mod endings;
pub mod governance;
pub mod limits;
pub mod lives;
pub mod maintenance;
pub mod managers;
pub mod members;
pub mod money;
pub mod office;
pub mod quality;
pub mod ratings;
pub mod repair;
pub mod revenue;
pub mod rounds;
