//! The page: what it shows, what it asks, and what stands in its URL.
//!
//! Everything that can be said without a browser is said without one: those modules compile and are tested natively. The rest
//! (Leptos components, the engine's client) exists on `wasm32` under the feature `page` only.
//!
//! - `model` is what the page is: state, pictures, the store of signals, the address bar; `link` reaches the worker and files;
//!   `ui` has widgets; `text` has every sentence, one table per language.
//! - `explore`, `train` and `inspect` are the tabs; they do not know each other. Only `shell` knows them.
//! - `still` is what stands in index.html before the program runs. The build writes it; the program does not have it.

pub mod explore;
pub mod inspect;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod link;
pub mod model;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod shell;
#[cfg(not(target_arch = "wasm32"))]
pub mod still;
pub mod text;
pub mod train;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub(crate) mod ui;

#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use shell::page::mount;
