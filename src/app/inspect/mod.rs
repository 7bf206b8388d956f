//! Inspect: networks that the reader brings.

pub mod decision;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod engines;
pub mod inputs;
pub mod layout;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod page;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod part;
pub mod plots;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod reader;
pub mod results;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod session;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod storage;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod views;
pub mod words;
