//! How fast this machine's processors are, as plain numbers.

use crate::{
    bounds::Method,
    tensor::{KernelSpeed, Peak},
    train::Loss,
};
use serde::{Deserialize, Serialize};

/// What was measured so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct Speeds {
    /// What the adapter says of itself.
    pub adapter: String,
    /// How it computes matrix products: "tiles" or "blocks".
    #[serde(rename = "loop")]
    pub products: String,
    /// What it reaches at best.
    pub peak: Option<Peak>,
    /// Every kernel.
    pub kernels: Vec<KernelSpeed>,
    /// Questions about bounds.
    pub bounds: Vec<BoundsSpeed>,
    /// Kinds of training steps.
    pub steps: Vec<StepSpeed>,
}

/// One question about bounds on both lanes, in f32, with tight lines and the region clipped to [0, 1].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct BoundsSpeed {
    /// The architecture.
    pub network: String,
    /// ε, in ℓ∞.
    pub epsilon: f64,
    /// Images in the question.
    pub images: u32,
    /// The method.
    pub method: Method,
    /// Milliseconds of the whole question on the CPU.
    pub cpu_milliseconds: f64,
    /// Milliseconds of the whole question on the GPU.
    pub gpu_milliseconds: f64,
}

/// One kind of training step on both lanes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct StepSpeed {
    /// The architecture.
    pub network: String,
    /// The loss, with ε at its largest and κ = 0: what most of a run consists of.
    pub loss: Loss,
    /// Images of a step.
    pub images: u32,
    /// Milliseconds of a step on the CPU.
    pub cpu_milliseconds: f64,
    /// Milliseconds of a step on the GPU.
    pub gpu_milliseconds: f64,
    /// Steps a second on the CPU.
    pub cpu_steps_per_second: f64,
    /// Steps a second on the GPU.
    pub gpu_steps_per_second: f64,
}
