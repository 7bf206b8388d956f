//! The jobs of a session: what each computes and in which order its answers go out.

#[cfg(feature = "full")]
mod attack;
mod explore;
#[cfg(feature = "full")]
mod linear;
mod sampling;
#[cfg(feature = "full")]
mod studies;
#[cfg(feature = "full")]
mod theatre;

pub(super) use explore::{classify, explore};
#[cfg(feature = "full")]
pub(super) use linear::linear;
#[cfg(feature = "full")]
pub(super) use studies::{benchmark, radius, sweep};
#[cfg(feature = "full")]
pub(super) use theatre::theatre;
