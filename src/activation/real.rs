//! The two floating-point types that bounds are computed in.

use std::fmt::{Debug, Display};

/// `f32` or `f64`: what the CPU backends and the scalar line rules are generic over.
pub trait Real:
    num_traits::Float
    + num_traits::FromPrimitive
    + num_traits::NumAssign
    + ndarray::LinalgScalar
    + Debug
    + Display
    + Default
    + Send
    + Sync
    + 'static
{
    /// Short name, as it appears in questions and on the command line.
    const NAME: &'static str;
    /// The nearest value of this type.
    fn of(value: f64) -> Self;
    /// The same value as `f64` (exact).
    fn wide(self) -> f64;
}

impl Real for f32 {
    const NAME: &'static str = "f32";
    fn of(value: f64) -> Self {
        value as f32
    }
    fn wide(self) -> f64 {
        f64::from(self)
    }
}

impl Real for f64 {
    const NAME: &'static str = "f64";
    fn of(value: f64) -> Self {
        value
    }
    fn wide(self) -> f64 {
        self
    }
}
