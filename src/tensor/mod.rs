//! Numbers: what a real is, what a backend must do, and the processors that do it.

mod real;

pub use real::Real;
