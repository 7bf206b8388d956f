//! α-CROWN: slopes and multipliers of a walk back, searched for by gradient ascent (docs/methods.md §5, ◆).
//!
//! Whatever is found is sound, so a search runs in the arithmetic that is quickest; what is to count as proved is the last walk, in
//! the arithmetic that charges rounding, with the slopes found.

mod ascent;
mod bounding;
mod bounds;
mod choice;
mod crown;
mod push;
mod settings;

pub use ascent::{Ascended, Start};
pub use bounding::Bounding;
pub use choice::{Choice, Decided, LayerChoice};
pub use crown::Alpha;
pub use settings::{Climb, Step};
