//! Widgets that no tab owns.

pub mod gloss;
pub mod keep;
pub mod menu;
pub mod opened;
pub mod part;
pub mod patterns;
pub mod processor;
pub mod retained;
pub mod side;
pub mod widgets;
