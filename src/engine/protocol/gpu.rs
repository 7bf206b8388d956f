//! What is said about processors: which one answers, how the GPU is, how fast it is.

use super::{failure::Failure, speeds::Speeds};
use crate::bounds::Method;
use serde::{Deserialize, Serialize};

/// A processor, or the wish that the faster one be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// Whichever is faster on the task at hand, by measurement.
    Auto,
    /// The CPU.
    #[default]
    Cpu,
    /// The GPU.
    Gpu,
}

impl Device {
    /// All three, in the order in which they are offered.
    pub const ALL: [Device; 3] = [Device::Auto, Device::Cpu, Device::Gpu];

    /// Whether this is the CPU.
    pub fn is_cpu(&self) -> bool {
        *self == Device::Cpu
    }
}

/// From the client to the engine, about the GPU.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "kebab-case")]
pub enum GpuRequest {
    /// Open the adapter and try every kernel; answered by [`GpuResponse::Status`], several times.
    Open,
    /// Which processor bounds are computed on from now on.
    Choose {
        /// The choice.
        device: Device,
    },
    /// Measure kernels, bounds and training; answered by [`GpuResponse::Measured`], many times. Cancelling [`Job::Measure`](super::Job::Measure) ends it.
    Measure {
        /// Number of this request; a newer one replaces the older.
        epoch: u32,
        /// Milliseconds spent on each kernel.
        budget: f64,
    },
    /// Try every kernel again, thoroughly and with both loops of products; answered by [`GpuResponse::Tried`], or by a device that is refused.
    Try {
        /// Random cases of each.
        rounds: u32,
        /// Where they come from.
        seed: u32,
    },
    /// Lose the device on purpose, as a driver may at any moment: for tests.
    Lose,
    /// Allow no tensor above so many bytes, as a smaller device would: for tests.
    Starve {
        /// So many.
        bytes: u32,
    },
}

/// How the GPU is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "lowercase")]
pub enum GpuState {
    /// Nobody has asked for it.
    #[default]
    Unknown,
    /// Its kernels are being tried.
    Testing,
    /// It computes right.
    Ready,
    /// It is not used: there is none, it computes wrong, or it was lost twice.
    Refused,
    /// It was lost and is being opened again.
    Lost,
}

/// From the engine to the client, about the GPU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "kebab-case")]
pub enum GpuResponse {
    /// How it is.
    Status {
        /// In a word.
        state: GpuState,
        /// What the adapter says of itself.
        adapter: String,
        /// Why it is not used, or what happened.
        cause: Option<Failure>,
        /// Kernels tried.
        done: u32,
        /// Kernels to try.
        total: u32,
    },
    /// Both processors answered one question; from now on the faster one does.
    Raced {
        /// Key of the network.
        network: String,
        /// The method.
        method: Method,
        /// Milliseconds on the CPU and on the GPU.
        milliseconds: [f64; 2],
    },
    /// All kernels agree with the CPU.
    Tried {
        /// Cases run.
        cases: u32,
        /// The worst error, as a share of what is allowed.
        worst: f64,
    },
    /// One more thing was measured.
    Measured {
        /// From the request.
        epoch: u32,
        /// All that is known by now.
        speeds: Speeds,
        /// Things measured.
        done: u32,
        /// Things to measure: once all are done, nothing more comes.
        total: u32,
    },
}
