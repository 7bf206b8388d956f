//! What Train shows and what can be pressed there.

pub mod challenge;
pub mod charts;
pub mod library;
pub mod runs;
pub mod settings;
pub mod stage;
