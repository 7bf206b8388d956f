//! Train: networks in the making.

pub mod challenge;
pub mod history;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod page;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod part;
pub mod places;
pub mod plots;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod record;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod session;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod signals;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod storage;
pub mod stories;
pub mod usual;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod views;
pub mod words;
