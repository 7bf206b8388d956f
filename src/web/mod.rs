//! The browser's side of the engine: how messages cross between page and worker, and the worker itself.

mod wire;
mod worker;

pub use wire::{json, read, transfers, write};
pub use worker::{in_worker, start};
