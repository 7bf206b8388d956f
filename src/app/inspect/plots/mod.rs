//! Inspect's drawings.

pub mod bracket;
pub mod depths;
pub mod graph;
pub mod pairs;
pub mod plane;
pub mod shares;
pub mod spread;
pub mod tree;
