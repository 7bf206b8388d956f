//! What the page and the engine say to each other about training runs.

use super::{
    arrays::{Bytes, Floats},
    failure::Failure,
    gpu::Device,
};
use crate::{
    bounds::Method,
    train::{Plan, StepReport},
};
use serde::{Deserialize, Serialize};

/// What is measured of a run on images it does not train on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct ProbePlan {
    /// ε of every measurement, also for a run that trains without one; 0 for the run's own.
    pub epsilon: f64,
    /// Measurements over the whole run, the start and the end besides.
    pub count: u32,
    /// Every how many of them an attack is run too; the last one has it then, 0 for none at all.
    pub attack_every: u32,
    /// Images measured on the way, evenly spread over those given.
    pub images: u32,
    /// Images of the last measurement.
    pub last_images: u32,
    /// Methods that bound the watched image's margins.
    pub methods: Vec<Method>,
}

/// From the client to the engine, about training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "kebab-case")]
pub enum TrainRequest {
    /// Images to train on, `first` those of a new set; runs keep the set they were started with. Answered by
    /// [`TrainResponse::Data`].
    Data {
        /// Whether a new set begins.
        first: bool,
        /// Images the whole set will have.
        total: u32,
        /// Shape of an image.
        shape: Vec<u32>,
        /// Number of classes.
        classes: u32,
        /// Pixels as bytes 0–255, image after image.
        images: Bytes,
        /// One class per image.
        labels: Bytes,
    },
    /// The images that runs are measured on.
    HeldOut {
        /// Pixels as bytes 0–255, image after image.
        images: Bytes,
        /// One class per image.
        labels: Bytes,
    },
    /// The image whose margins are followed from now on.
    Watch {
        /// Named in every measurement of it.
        id: u32,
        /// Pixels in [0, 1].
        image: Floats,
        /// The class y whose margins z_y − z_i are bounded.
        label: u32,
    },
    /// Puts a fresh run into a slot, at rest; answered by [`TrainResponse::Started`].
    Start {
        /// The slot.
        run: u32,
        /// What the run is.
        plan: Box<Plan>,
        /// What is measured.
        probe: ProbePlan,
        /// The processor it computes on.
        device: Device,
    },
    /// Puts a run into a slot as a checkpoint left it, at rest; answered by [`TrainResponse::Started`], or by
    /// [`TrainResponse::Needs`] where the run was trained on another number of images than are here.
    Resume {
        /// The slot.
        run: u32,
        /// The checkpoint.
        file: Bytes,
        /// What is measured.
        probe: ProbePlan,
        /// The processor it computes on.
        device: Device,
    },
    /// Lets runs go on. Several runs take turns, step by step.
    Play {
        /// The slots.
        runs: Vec<u32>,
        /// Most steps per second, 0 for as many as the processor can.
        speed: f64,
    },
    /// Lets runs rest after the step under way.
    Pause {
        /// The slots.
        runs: Vec<u32>,
    },
    /// One step each.
    Step {
        /// The slots.
        runs: Vec<u32>,
    },
    /// Back to the seed, at rest.
    Reset {
        /// The slot.
        run: u32,
    },
    /// Asks for [`TrainResponse::Checkpoint`].
    Checkpoint {
        /// The slot.
        run: u32,
        /// Repeated in the answer.
        purpose: u32,
    },
    /// Turns a model file into ONNX; answered by [`TrainResponse::Exported`].
    Export {
        /// Repeated in the answer.
        id: u32,
        /// The project's model file.
        file: Bytes,
    },
    /// Empties a slot.
    Drop {
        /// The slot.
        run: u32,
    },
}

/// How a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// At rest.
    Paused,
    /// Taking steps.
    Playing,
    /// All epochs are done.
    Finished,
    /// It cannot go on; what it was before the step that failed is kept.
    Stopped,
}

/// The mean of some consecutive steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct Point {
    /// Epochs done after the last of them.
    pub epoch: f64,
    /// Steps done after it.
    pub step: u32,
    /// The whole loss.
    pub loss: f64,
    /// Its clean part, where a step computed it.
    pub clean: Option<f64>,
    /// Its robust part, where a step computed it.
    pub robust: Option<f64>,
}

/// Lower bounds of the watched image's margins by one method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct Watched {
    /// The method.
    pub method: Method,
    /// The smallest bound.
    pub worst: f64,
    /// The mean of the bounds.
    pub mean: f64,
}

/// What was measured at one moment of a run. Drafts that a page kept before protocol 6 call the errors `clean` and `verified`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct Probe {
    /// Steps done.
    pub step: u32,
    /// Epochs done.
    pub epoch: f64,
    /// Images measured.
    pub images: u32,
    /// ε measured at.
    pub epsilon: f64,
    /// Share of the images predicted wrong, in [0, 1].
    #[serde(alias = "clean")]
    pub clean_error: f64,
    /// Share broken by PGD (or predicted wrong); `None` where no attack was run.
    pub attacked: Option<f64>,
    /// Share not verified by IBP (or predicted wrong).
    #[serde(alias = "verified")]
    pub verified_error: f64,
    /// Neurons by status under IBP, over all images, per activation layer, indexed by `Status as usize`.
    pub statuses: Vec<Vec<u32>>,
    /// The id of the watched image; 0 for none.
    pub watch: u32,
    /// Its margins by method, in tight lines.
    pub watched: Vec<Watched>,
    /// The largest ε up to which IBP verifies the watched image (f32 preview); `None` where nothing is watched, or it is not verified even
    /// unchanged.
    #[serde(default)]
    pub reach: Option<f64>,
    /// Time the measurement took.
    pub milliseconds: f64,
}

/// From the engine to the client, about training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "kebab-case")]
pub enum TrainResponse {
    /// The images at hand.
    Data {
        /// How many.
        images: u32,
    },
    /// A run stands in a slot.
    Started {
        /// The slot.
        run: u32,
        /// What it is.
        plan: Box<Plan>,
        /// Steps taken already.
        steps: u32,
        /// Steps of an epoch.
        per_epoch: u32,
        /// Images it trains on.
        images: u32,
    },
    /// A run cannot be taken up before that many images are here.
    Needs {
        /// The slot.
        run: u32,
        /// How many.
        images: u32,
    },
    /// A run computes on a processor from here on.
    Lane {
        /// The slot.
        run: u32,
        /// Which; never [`Device::Auto`].
        device: Device,
        /// What the adapter says of itself, where it is a GPU.
        adapter: String,
        /// Milliseconds of a step on the CPU and on the GPU, where both were measured.
        raced: Option<[f64; 2]>,
        /// Why the run left another processor.
        cause: Option<Failure>,
        /// Steps taken: fewer than were told before, where a device took the newest ones along.
        steps: u32,
    },
    /// Steps were taken.
    Steps {
        /// The slot.
        run: u32,
        /// Means, each over as many steps as the run's length asks for: the same in every repetition.
        points: Vec<Point>,
        /// The newest step.
        last: StepReport,
        /// Time spent on steps since the run was put into its slot.
        training: f64,
        /// Time spent on measurements.
        probing: f64,
    },
    /// A measurement.
    Probe {
        /// The slot.
        run: u32,
        /// What was found.
        probe: Probe,
        /// The network at that moment, a model file.
        model: Bytes,
    },
    /// A run changed its state.
    State {
        /// The slot.
        run: u32,
        /// How it is now.
        state: RunState,
        /// Why it stopped.
        cause: Option<Failure>,
    },
    /// A run as a file.
    Checkpoint {
        /// The slot.
        run: u32,
        /// As asked; 0 for one that was not asked for.
        purpose: u32,
        /// Steps taken.
        steps: u32,
        /// Epochs done.
        epoch: f64,
        /// The file.
        file: Bytes,
    },
    /// A model in another format.
    Exported {
        /// As asked.
        id: u32,
        /// The file.
        file: Bytes,
        /// Numbers that the format has no room for, in words: where there are some, the file is another network in its last
        /// bits.
        rounded: Vec<String>,
    },
    /// A request could not be answered.
    Failed {
        /// The slot, where the request named one.
        run: Option<u32>,
        /// What was asked for.
        order: Order,
        /// What went wrong, and where.
        failure: Failure,
    },
}

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// [`TrainRequest::Data`].
    Data,
    /// [`TrainRequest::HeldOut`] or a measurement.
    Probe,
    /// [`TrainRequest::Start`] or [`TrainRequest::Reset`].
    Start,
    /// [`TrainRequest::Resume`].
    Resume,
    /// [`TrainRequest::Play`], [`TrainRequest::Pause`], [`TrainRequest::Step`].
    Play,
    /// [`TrainRequest::Checkpoint`].
    Checkpoint,
    /// [`TrainRequest::Export`].
    Export,
}
