//! The browser's side of the engine: how messages cross between page and workers, and the workers themselves (engine, reader, prover).

#[cfg(feature = "prover")]
mod closer;
mod closings;
#[cfg(feature = "prover")]
mod decider;
mod decisions;
mod files;
mod proofs;
#[cfg(feature = "prover")]
mod prover;
#[cfg(feature = "readers")]
mod reader;
mod turns;
#[cfg(feature = "prover")]
mod watch;
mod wire;
mod worker;

pub use closings::{Close, Closed};
pub use decisions::{Asked, Decide, Decided, Order};
pub use files::{Dropped, Read, Told, Wanted};
pub use proofs::{Claim, Proof, Prove};
#[cfg(feature = "prover")]
pub use prover::start_prover;
#[cfg(feature = "readers")]
pub use reader::start_reader;
pub use wire::{json, read, transfers, unwrap, wrap, write};
pub use worker::{in_worker, start};
