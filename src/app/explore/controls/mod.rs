//! What the reader turns and picks.

pub mod image;
pub mod methods;
pub mod network;
pub mod pad;
pub mod region;
pub mod search;
