//! Bounds: what is asked (region, method, strategy) and how it is answered.
//!
//! Three walks over the graph, each in its own file and each ignorant of the others: intervals forward (IBP), linear
//! functions forward (LBP), linear functions backward (CROWN). `analysis` combines them into the named methods. Lines
//! and concretisation stay apart, in `activation` and in the backend.

mod analysis;
mod backward;
mod error;
mod forward;
mod interval;
mod prepared;
mod question;
mod region;
mod steered;
mod values;

/// Part of every question, beside [`Method`] and [`Norm`].
pub use crate::activation::Strategy;
pub use analysis::{Bounds, LayerBounds, margin_rows};
pub use error::BoundsError;
pub use prepared::Prepared;
pub use question::{Method, Norm, UnknownName};
pub use region::Region;
pub use steered::{Passed, Ranges, Signs, Steered, Steering};
pub use values::IntervalMargins;
