//! Bounds: what is asked (region, method, strategy) and how it is answered.
//!
//! Three walks over the graph, each in its own file and each ignorant of the others: intervals forward (IBP), linear
//! functions forward (LBP), linear functions backward (CROWN). `analysis` combines them into the named methods. Lines
//! and concretisation stay apart, in `activation` and in the backend.

mod alpha;
mod analysis;
mod backward;
mod bent;
mod combined;
mod error;
mod evidence;
mod forward;
mod interval;
mod linear;
mod margins;
mod prepared;
mod question;
mod refined;
mod region;
mod steered;
mod values;

/// Part of every question, beside [`Method`] and [`Norm`].
pub use crate::activation::Strategy;
pub use alpha::{Alpha, Ascended, Bounding, Choice, Climb, Decided, LayerChoice, Start, Step};
pub use analysis::{Bounds, LayerBounds, margin_rows};
pub use error::BoundsError;
pub use evidence::{Evidence, NodeLines, NodeRange};
pub use linear::Linear;
pub use margins::Margins;
pub use prepared::Prepared;
pub use question::{Between, Method, Norm, Order, UnknownName};
pub use refined::Below;
pub use region::Region;
pub use steered::{Passed, Ranges, Signs, Steered, Steering};
pub use values::IntervalMargins;
