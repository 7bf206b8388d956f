//! Explore: one image, one network, one ε.

pub mod answer;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod byhand;
pub mod compare;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod controls;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod drops;
pub mod facts;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod files;
pub mod first_view;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod gap;
pub mod known;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod menus;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod page;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod part;
pub mod pixels;
pub mod plots;
pub mod questions;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod requests;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod search;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod stage;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod theatre;
pub mod units;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod views;
pub mod words;
