//! Explore: one image, one network, one ε.

#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod controls;
pub mod facts;
pub mod first_view;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod page;
pub mod plots;
pub mod questions;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod requests;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod views;
pub mod words;
