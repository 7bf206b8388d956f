//! What the page is, apart from how it looks: state, pictures, signals, and what can be asked.

pub mod closing;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod commands;
pub mod digit;
pub mod failures;
pub mod findings;
pub mod picture;
pub mod processor;
pub mod state;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod store;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod url;
