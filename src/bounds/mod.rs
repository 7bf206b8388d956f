//! Bounds: what is asked (region, method, strategy) and how it is answered.
//!
//! Three walks over the graph, each in its own file and each ignorant of the others: intervals forward (IBP), linear
//! functions forward (LBP), linear functions backward (CROWN). `analysis` combines them into the named methods. Lines
//! and concretisation stay apart, in [`lines`] and in the backend.

mod analysis;
mod backward;
mod error;
mod forward;
mod interval;
mod lines;
mod lines_gradient;
mod prepared;
mod question;
mod region;
mod status;
mod values;

pub use analysis::{Bounds, LayerBounds, margin_rows};
pub use error::BoundsError;
pub use lines::{Line, Lines, Strategy, lines};
pub(crate) use lines_gradient::{bend_slope_at, lines_gradient, slope_at};
pub use prepared::Prepared;
pub use question::{Method, Norm, UnknownName};
pub use region::Region;
pub use status::{Status, status};
pub use values::IntervalMargins;
