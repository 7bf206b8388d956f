//! Certificates: a claim about a network, with the numbers that its proof rests on, and the checker that needs nothing else.
//!
//! `format` is the file. `prove` makes one out of a proof in the sound arithmetic, `make` tries methods until the
//! checker has accepted one. `check` shares no bounding code with it: it knows the
//! network's graph and the file, and computes with whole numbers (docs/soundness.md).

mod check;
mod format;
mod hex;
mod make;
mod prove;

pub use check::{Proved, Rejected, check};
pub use format::{
    By, Certificate, Claim, FORMAT, Found, LabelClaim, Layer, Leaf, Line, Lines, Model, Norm, Pick, Picks, Region,
    RowsClaim, VERSION, read, write,
};
pub use hex::Hex;
pub use make::{Claimed, Made, MakeError, make};
pub use prove::{Origin, Proving, prove};
