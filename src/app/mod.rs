//! The page: what it shows, what it asks, and what stands in its URL.
//!
//! Everything that can be said without a browser is said without one: these modules compile and are tested natively.
//! The rest (Leptos components, the engine's client) exists on `wasm32` under the feature `page` only.

pub mod asks;
pub mod digit;
pub mod failures;
pub mod first_view;
pub mod picture;
pub mod plots;
pub mod processor;
pub mod state;
pub mod strings;
pub mod train;
pub mod words;

/// Modules of the browser alone.
macro_rules! in_the_browser {
    ($($name:ident),*) => { $(#[cfg(all(feature = "page", target_arch = "wasm32"))] mod $name;)* };
}
in_the_browser!(client, conductor, controls, data, dom, history, page, store, training, views);
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use page::mount;
