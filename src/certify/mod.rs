//! What bounds are for: the radius up to which an image is safe, the share of images that are not,
//! and what becomes of the neurons on the way.

mod alpha;
mod bounding;
mod evaluate;
mod radius;
mod statuses;
mod turn;

pub use alpha::alpha_radius;
pub use bounding::radius_by;
pub use evaluate::{Evaluation, Question, Tally, evaluate, predicted};
pub use radius::{Bracket, RadiusQuestion, Search, bracket, certified_radius};
pub use statuses::{LayerStatuses, PLACES, StatusCounts, place_edge, statuses};
