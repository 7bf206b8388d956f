//! Bounds: what is asked (region, method, strategy) and how it is answered.

mod lines;
mod question;
mod status;

pub use lines::{Line, Lines, Strategy, lines};
pub use question::{Method, Norm, UnknownName};
pub use status::{Status, status};
