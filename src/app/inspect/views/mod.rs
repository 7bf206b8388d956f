//! The cards of Inspect.

pub mod broken;
pub mod certificate;
pub mod compare;
pub mod decide;
pub mod gallery;
pub mod keep;
pub mod layout;
pub mod open;
pub mod radius;
pub mod read;
pub mod set;
pub mod tree;
pub mod tried;
