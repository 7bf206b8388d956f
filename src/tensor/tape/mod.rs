//! Recorded computations: bounds and losses as lists of operations, replayed on any processor and differentiated in
//! reverse.

mod differentiable;
mod op;
mod record;
mod replay;
mod run;

pub use differentiable::Differentiable;
pub use op::{Op, Program, Slot, Step, Value};
pub use record::{RecordedMap, Recorder};
pub use run::{Gradients, NoAdjoint, Run, Slots, Tape, Wanted};
