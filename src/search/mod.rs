//! Branch and bound: proves that no input of a box is unsafe, or finds one that is.
//!
//! A question ([`Query`](crate::network::Query)) is a list of boxes, each with an unsafe set of outputs. [`decide`] chooses how a network
//! is searched. What a search needs whatever it splits stands beside it: what is spent and told ([`Budget`], [`Progress`], [`Listener`]), how
//! it ends ([`Outcome`]), and whether a point really is a counterexample (`replay`). Who wants to see its tree keeps it ([`Grown`]).
//!
//! Everything that only chooses numbers runs in f32. *Proved* rests on walks in the sound arithmetic alone.

mod activations;
mod budget;
mod clauses;
mod clip;
mod crew;
mod decide;
mod image;
mod inputs;
mod listener;
mod outcome;
mod queue;
mod radius;
mod replay;
mod root;
mod tree;

pub use budget::{Budget, Progress, Splits};
pub use decide::{INPUTS, decide};
pub use image::around;
pub use listener::{Cut, Fate, Listener, Made, Tree};
pub use outcome::{Answer, Counterexample, Outcome, Spent, Why};
pub use radius::{Asked, Closing, GAP, decided_radius};
pub use replay::Judge;
pub use tree::{Grown, Level, Node, Snapshot};
