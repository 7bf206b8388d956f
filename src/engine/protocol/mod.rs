//! What the page (or any other client) and the engine say to each other.
//!
//! Both sides compile these types, so a message that one side can write the other can read. Long arrays travel as raw
//! bytes ([`Floats`], [`Bytes`]), which a worker's `postMessage` can transfer instead of copy. Integers are `u32`:
//! JavaScript numbers hold them exactly. A message is `{name: {fields}}`: a tag among the fields would have every message
//! read twice, and both readers shipped.
//!
//! Natively, unknown fields are refused. In a browser a message is read field by field, so that one that is not asked for is never
//! seen: refusing there would weigh, and do nothing.

mod arrays;
mod explore;
mod failure;
mod gpu;
mod linear;
mod radius;
mod speeds;
mod theatre;
mod training;

pub use arrays::{Bytes, Floats};
pub use explore::{
    Arithmetic, AttackAnswer, BoundsAnswer, Example, InferenceAnswer, Interval, LayerSummary, NetworkSummary, Question,
    RuleSummary,
};
pub use failure::Failure;
pub use gpu::{Device, GpuRequest, GpuResponse, GpuState};
pub use linear::{LinearAnswer, LinearRequest, LinearResponse};
pub use radius::{BrokenAnswer, RadiusAnswer, SweepAnswer};
pub use speeds::{BoundsSpeed, Speeds, StepSpeed};
pub use theatre::{
    ImageKind, OutlineAnswer, Polygons, ReadThere, SceneAnswer, StageSummary, TheatreRequest, TheatreResponse,
};
pub use training::{Order, Point, Probe, ProbePlan, RunState, TrainRequest, TrainResponse, Watched};

use crate::bounds::{Method, Strategy};
use serde::{Deserialize, Serialize};

/// Raised whenever a message changes shape; both sides compare it in [`Request::Hello`] and [`Response::Ready`].
pub const PROTOCOL: u32 = 11;

/// The independent jobs of a session. A newer request for a job replaces the older one; `Explore` goes before the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
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
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// First message; answered by [`Response::Ready`].
    Hello,
    /// Put a network into the session under `key`; answered by [`Response::Network`] or [`Response::Failed`].
    Network {
        /// The name later questions use.
        key: String,
        /// The project's safetensors file, plain: the engine of a page does not unpack gzip, browsers do.
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
    /// About training runs. The page's own program writes these where training's code is, fetched later.
    #[cfg_attr(not(feature = "full"), serde(skip))]
    Train {
        /// What is asked.
        request: TrainRequest,
    },
    /// About networks of two inputs, drawn. The page's own program writes these where the theatre's code is, fetched later.
    #[cfg_attr(not(feature = "full"), serde(skip))]
    Theatre {
        /// What is asked.
        request: TheatreRequest,
    },
    /// About the linear function that a margin's bound is made of. The page's own program writes these where that view's code is, fetched later.
    #[cfg_attr(not(feature = "full"), serde(skip))]
    Linear {
        /// What is asked.
        request: LinearRequest,
    },
}

/// From the engine to the client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
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
        /// One of the points: a random change of the image.
        example: Example,
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
    /// About training runs. The page's own program reads these where training's code is, fetched later.
    #[cfg_attr(not(feature = "full"), serde(skip))]
    Train {
        /// What happened.
        response: TrainResponse,
    },
    /// About networks of two inputs, drawn. The page's own program reads these where the theatre's code is, fetched later.
    #[cfg_attr(not(feature = "full"), serde(skip))]
    Theatre {
        /// What there is to be drawn.
        response: TheatreResponse,
    },
    /// About the linear function that a margin's bound is made of. The page's own program reads these where that view's code is, fetched later.
    #[cfg_attr(not(feature = "full"), serde(skip))]
    Linear {
        /// What it is.
        response: LinearResponse,
    },
    /// A request could not be answered; what is on screen stays.
    Failed {
        /// The job, where the request belonged to one.
        job: Option<Job>,
        /// Epoch of the request, 0 where it has none.
        epoch: u32,
        /// What went wrong, and where.
        failure: Failure,
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
