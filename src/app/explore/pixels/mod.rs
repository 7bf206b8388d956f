//! Which pixels cost it? What a margin's bound is made of, pixel by pixel: a card that is closed until somebody opens it, and behind it a part
//! of the program of its own.

#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub mod card;
pub mod code;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod part;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod session;
