//! How fast this machine's processors are: the GPU's kernels against its own peak, then bounds and training on both lanes.
//!
//! The page's panel and `boundscope bench` measure with the same code and write the same JSON. Networks are fresh from a seed and images
//! are random: what is in them does not change the work, and nothing has to be downloaded first.

#[cfg(feature = "gpu")]
mod measure;
#[cfg(feature = "gpu")]
mod work;

#[cfg(feature = "gpu")]
pub use measure::measure;
#[cfg(feature = "cli")]
pub(crate) use work::{BATCH, Net, STEPS, images, plan};
