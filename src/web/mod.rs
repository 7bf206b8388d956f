//! The browser's side of the engine: how messages cross between page and workers, and the workers themselves (engine, reader, prover).

mod files;
mod proofs;
#[cfg(feature = "prover")]
mod prover;
#[cfg(feature = "readers")]
mod reader;
mod wire;
mod worker;

pub use files::{Dropped, Read, Told, Wanted};
pub use proofs::{Claim, Proof, Prove};
#[cfg(feature = "prover")]
pub use prover::start_prover;
#[cfg(feature = "readers")]
pub use reader::start_reader;
pub use wire::{json, read, transfers, unwrap, wrap, write};
pub use worker::{in_worker, start};
