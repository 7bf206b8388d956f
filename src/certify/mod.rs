//! What bounds are for: the radius up to which an image is safe, and the share of images that are not.

mod evaluate;
mod radius;

pub use evaluate::{Evaluation, Question, Tally, evaluate, predicted};
pub use radius::{Bracket, Search, bracket, prove};
