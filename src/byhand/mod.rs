//! A small network by hand: every bound of every method as written arithmetic, in exact fractions, one step at a time.
//!
//! Nothing here is computed in floating point, and nothing is asked of the engine: what stands here is what somebody with a pencil writes
//! down (docs/methods.md §2–6). Tests hold both to each other.

mod code;
mod exercise;
mod forms;
mod fraction;
mod lines;
mod presets;
mod ranges;
mod work;
mod written;

pub use code::{Code, Unreadable, Wrong, number};
pub use exercise::{Choice, Exercise, Layer, MOST_NEURONS, MOST_WIDE, Method, Network, NoNetwork, resized};
pub use fraction::{Fraction, TooLarge};
pub use lines::{Bent, Line, Lines, Range};
pub use presets::{PRESETS, Preset};
pub use work::{SLOPES, Worked, work};
pub use written::{Bound, Equation, Kind, Left, Of, Relation, Side, Step, Term, Var, evaluate};
