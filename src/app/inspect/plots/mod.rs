//! Inspect's drawings.

pub mod bracket;
pub mod graph;
pub mod pairs;
pub mod shares;
pub mod spread;
