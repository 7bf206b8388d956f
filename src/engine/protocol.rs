//! What the page (or any other client) and the engine say to each other.
//!
//! Both sides compile these types, so a message that one side can write the other can read. Long arrays travel as raw
//! bytes ([`Floats`], [`Bytes`]), which a worker's `postMessage` can transfer instead of copy. Integers are `u32`:
//! JavaScript numbers hold them exactly. A message is `{name: {fields}}`: a tag among the fields would have every message
//! read twice, and both readers shipped.

pub use super::arrays::{Bytes, Floats};
use super::attacks::{AttackAnswer, BrokenAnswer};
use super::processors::{Device, GpuRequest, GpuResponse};
use super::training::{TrainRequest, TrainResponse};
use crate::{
    bounds::{Method, Norm, Strategy},
    network::Curve,
};
use serde::{Deserialize, Serialize};

/// Raised whenever a message changes shape; both sides compare it in [`Request::Hello`] and [`Response::Ready`].
pub const PROTOCOL: u32 = 5;

/// Lower and upper bounds of one layer, neuron by neuron.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower bounds.
    pub lower: Floats,
    /// Upper bounds, as many.
    pub upper: Floats,
}

/// What is asked about one image of one network. Every answer repeats it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Key under which the network was put into the session.
    pub network: String,
    /// Pixels in [0, 1], flattened in C order, as long as the network's input.
    pub image: Floats,
    /// The class y whose margins z_y − z_i are bounded.
    pub label: u32,
    /// The norm that measures ε.
    pub norm: Norm,
    /// ε ≥ 0, in the units of the raw input.
    pub epsilon: f64,
    /// The valid range of a pixel, ℓ∞ only: the region is cut to it.
    pub clip: Option<[f64; 2]>,
    /// How bounding lines are chosen.
    pub lines: Strategy,
}

/// The arithmetic behind a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arithmetic {
    /// 32-bit, rounding ignored: a preview.
    F32,
    /// 64-bit, rounding ignored.
    F64,
    /// 64-bit with every rounding error charged (METHODS.md §10): may be called certified.
    Sound,
}

impl Arithmetic {
    /// The command line's word.
    pub fn name(self) -> &'static str {
        match self {
            Arithmetic::F32 => "f32",
            Arithmetic::F64 => "f64",
            Arithmetic::Sound => "sound",
        }
    }
}

/// The independent jobs of a session. A newer request for a job replaces the older one; `Explore` goes before the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Job {
    /// Bounds of one image at one ε.
    Explore,
    /// The certified radius by each method.
    Radius,
    /// Tightness and statuses along ε.
    Sweep,
    /// Predictions over a shard of images.
    Classify,
    /// Timings.
    Benchmark,
    /// The speeds of processors.
    Measure,
}

/// From the client to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// First message; answered by [`Response::Ready`].
    Hello,
    /// Put a network into the session under `key`; answered by [`Response::Network`] or [`Response::Failed`].
    Network {
        /// The name later questions use.
        key: String,
        /// The project's safetensors file, gzip or plain.
        file: Bytes,
    },
    /// Bounds at one ε: [`Response::Inference`] once, [`Response::Bounds`] per method in the order given,
    /// [`Response::Samples`] and [`Response::Attack`] once, then [`Response::Done`].
    Explore {
        /// Rises with every request of this job; older work stops.
        epoch: u32,
        /// What is asked.
        question: Question,
        /// Methods, in the order in which answers are wanted.
        methods: Vec<Method>,
    },
    /// Certified radius (the question's ε is ignored): one [`Response::Radius`] per method, then [`Response::Broken`] and
    /// [`Response::Done`].
    #[cfg_attr(not(feature = "full"), serde(skip_deserializing))]
    Radius {
        /// Rises with every request of this job.
        epoch: u32,
        /// What is asked.
        question: Question,
        /// Methods to bracket.
        methods: Vec<Method>,
        /// Largest ε tried.
        largest: f64,
    },
    /// Tightness along ε: one [`Response::SweepPoint`] per ε, method and strategy, then [`Response::Done`].
    #[cfg_attr(not(feature = "full"), serde(skip_deserializing))]
    Sweep {
        /// Rises with every request of this job.
        epoch: u32,
        /// What is asked; its ε and lines are ignored.
        question: Question,
        /// Methods.
        methods: Vec<Method>,
        /// Strategies; IBP, which has no lines, is answered under the first one only.
        strategies: Vec<Strategy>,
        /// The grid of ε.
        epsilons: Vec<f64>,
    },
    /// Predicted classes for a shard of images; answered by [`Response::Classes`].
    Classify {
        /// Rises with every request of this job.
        epoch: u32,
        /// Key of the network.
        network: String,
        /// Pixels as bytes 0–255, image after image.
        images: Bytes,
    },
    /// Time every method on one image and on all of them as a batch: one [`Response::Timing`] each, then
    /// [`Response::Done`].
    #[cfg_attr(not(feature = "full"), serde(skip_deserializing))]
    Benchmark {
        /// Rises with every request of this job.
        epoch: u32,
        /// What is asked; its image and label are ignored.
        question: Question,
        /// Pixels as bytes 0–255, image after image.
        images: Bytes,
        /// One class per image.
        labels: Bytes,
        /// Methods.
        methods: Vec<Method>,
        /// Time spent on each, at least, in milliseconds.
        budget: f64,
    },
    /// Stop a job.
    Cancel {
        /// Which.
        job: Job,
    },
    /// About the GPU.
    #[cfg_attr(not(feature = "full"), serde(skip_deserializing))]
    Gpu {
        /// What.
        request: GpuRequest,
    },
    /// About training runs.
    #[cfg_attr(not(feature = "full"), serde(skip_deserializing))]
    Train {
        /// What is asked.
        request: TrainRequest,
    },
}

/// One activation layer of a network, as the page needs it to draw neurons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerSummary {
    /// What computes the pre-activation, for instance "conv 16 · 4×4 /2".
    pub affine: String,
    /// Shape of the pre-activation, `[n]` or `[channels, height, width]`.
    pub shape: Vec<u32>,
    /// "ReLU", "LeakyReLU(0.01)", "ParamRamp(0)".
    pub activation: String,
    /// η of the activation.
    pub slope: f32,
    /// r of each neuron; empty where the activation has no bend.
    pub bend: Floats,
}

impl LayerSummary {
    /// Number of neurons.
    pub fn width(&self) -> usize {
        self.shape.iter().map(|&n| n as usize).product()
    }

    /// σ of one neuron.
    pub fn curve(&self, index: usize) -> Curve<f64> {
        let bend = self.bend.get(index).or(self.bend.first()).map_or(f64::INFINITY, |&r| f64::from(r));
        Curve { slope: f64::from(self.slope), bend }
    }

    /// Whether the activation is a ParamRamp.
    pub fn has_bend(&self) -> bool {
        self.bend.iter().any(|r| r.is_finite())
    }
}

/// What a network is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkSummary {
    /// Hash of its structure and weights, in hexadecimal.
    pub hash: String,
    /// Shape of an input.
    pub input_shape: Vec<u32>,
    /// Number of outputs.
    pub classes: u32,
    /// Number of weights, biases and bends.
    pub parameters: u32,
    /// The activation layers, in order.
    pub layers: Vec<LayerSummary>,
}

/// Bounds by one method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoundsAnswer {
    /// The method.
    pub method: Method,
    /// How its lines were chosen.
    pub lines: Strategy,
    /// ε of the region.
    pub epsilon: f64,
    /// Norm of the region.
    pub norm: Norm,
    /// Clipping of the region.
    pub clip: Option<[f64; 2]>,
    /// The arithmetic used.
    pub arithmetic: Arithmetic,
    /// Pre-activation bounds of each activation layer, in order.
    pub layers: Vec<Interval>,
    /// Bounds of the outputs.
    pub logits: Interval,
    /// Lower bounds of z_y − z_i for i ≠ y, in class order.
    pub margins: Floats,
    /// Whether every margin's lower bound is above 0 (in this arithmetic).
    pub verified: bool,
    /// Time the computation took.
    pub milliseconds: f64,
    /// The processor that answered: never [`Device::Auto`].
    #[serde(default, skip_serializing_if = "Device::is_cpu")]
    pub device: Device,
}

/// The network's plain output on the image itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InferenceAnswer {
    /// Pre-activations of each activation layer.
    pub layers: Vec<Floats>,
    /// Outputs.
    pub logits: Floats,
    /// z_y − z_i for i ≠ y, in class order.
    pub margins: Floats,
    /// The largest output's class.
    pub predicted: u32,
}

/// Where a certificate by one method ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RadiusAnswer {
    /// The method.
    pub method: Method,
    /// How its lines were chosen.
    pub lines: Strategy,
    /// The largest ε that was itself verified; `None` when not even ε = 0 is.
    pub verified: Option<f64>,
    /// The smallest ε tried that was not verified; `None` when the largest ε tried was.
    pub refuted: Option<f64>,
    /// The arithmetic in which `verified` was proved.
    pub arithmetic: Arithmetic,
    /// Time the search took.
    pub milliseconds: f64,
}

/// Tightness at one ε.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepAnswer {
    /// ε.
    pub epsilon: f64,
    /// The method.
    pub method: Method,
    /// How its lines were chosen.
    pub lines: Strategy,
    /// Mean of upper − lower over the outputs.
    pub mean_width: f64,
    /// Smallest margin lower bound.
    pub worst_margin: f64,
    /// Neurons by status, per activation layer, indexed by `Status as usize` (seven entries).
    pub statuses: Vec<Vec<u32>>,
}

/// From the engine to the client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Response {
    /// The engine is up.
    Ready {
        /// [`PROTOCOL`] of the engine.
        protocol: u32,
        /// The processor in words, for instance "CPU · wasm SIMD".
        device: String,
    },
    /// A network was read.
    Network {
        /// The key it was given.
        key: String,
        /// What it is.
        summary: NetworkSummary,
    },
    /// The image itself through the network.
    Inference {
        /// Epoch of the request.
        epoch: u32,
        /// The answer.
        answer: InferenceAnswer,
    },
    /// The range seen over sampled points of the region: always inside every bound.
    Samples {
        /// Epoch of the request.
        epoch: u32,
        /// ε sampled at.
        epsilon: f64,
        /// How many points.
        points: u32,
        /// Pre-activations of each activation layer.
        layers: Vec<Interval>,
        /// Outputs.
        logits: Interval,
        /// Smallest margins seen, in class order.
        margins: Floats,
    },
    /// Bounds by one method.
    Bounds {
        /// Epoch of the request.
        epoch: u32,
        /// The answer.
        answer: BoundsAnswer,
    },
    /// The radius by one method.
    #[cfg_attr(not(feature = "full"), serde(skip_serializing))]
    Radius {
        /// Epoch of the request.
        epoch: u32,
        /// The answer.
        answer: RadiusAnswer,
    },
    /// One point of the sweep.
    #[cfg_attr(not(feature = "full"), serde(skip_serializing))]
    SweepPoint {
        /// Epoch of the request.
        epoch: u32,
        /// The answer.
        answer: SweepAnswer,
    },
    /// Predicted classes.
    Classes {
        /// Epoch of the request.
        epoch: u32,
        /// One class per image.
        classes: Bytes,
    },
    /// How long a method takes.
    #[cfg_attr(not(feature = "full"), serde(skip_serializing))]
    Timing {
        /// Epoch of the request.
        epoch: u32,
        /// The method.
        method: Method,
        /// Images bounded together.
        images: u32,
        /// Median time per image.
        milliseconds: f64,
        /// Runs the median is of.
        runs: u32,
    },
    /// How far a job is.
    #[cfg_attr(not(feature = "full"), serde(skip_serializing))]
    Progress {
        /// The job.
        job: Job,
        /// Epoch of the request.
        epoch: u32,
        /// Done so far, 0 to 1.
        done: f64,
    },
    /// A job has said all it had to say.
    Done {
        /// The job.
        job: Job,
        /// Epoch of the request.
        epoch: u32,
    },
    /// About the GPU.
    #[cfg_attr(not(feature = "full"), serde(skip_serializing))]
    Gpu {
        /// What.
        response: GpuResponse,
    },
    /// About training runs.
    #[cfg_attr(not(feature = "full"), serde(skip_serializing))]
    Train {
        /// What happened.
        response: TrainResponse,
    },
    /// A request could not be answered; what is on screen stays.
    Failed {
        /// The job, where the request belonged to one.
        job: Option<Job>,
        /// Epoch of the request, 0 where it has none.
        epoch: u32,
        /// What went wrong, where, and what to do next.
        message: String,
    },
    /// The margins that an attack reached.
    #[cfg_attr(not(feature = "full"), serde(skip_serializing))]
    Attack {
        /// Epoch of the request.
        epoch: u32,
        /// The answer.
        answer: AttackAnswer,
    },
    /// Where an attack breaks the image.
    #[cfg_attr(not(feature = "full"), serde(skip_serializing))]
    Broken {
        /// Epoch of the request.
        epoch: u32,
        /// The answer.
        answer: BrokenAnswer,
    },
}
