//! Widgets that no tab owns.

pub mod patterns;
pub mod processor;
pub mod widgets;
