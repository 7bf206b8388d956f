//! The Train tab, as far as it needs no browser: what is set, what has happened, and how it is said.

pub mod chart;
pub mod history;
pub mod plots;
pub mod settings;
pub mod stream;
pub mod strings;
pub mod words;
