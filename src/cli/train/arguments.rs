//! What `boundscope train` can be asked.

use crate::{
    cli::{common::Device, input, words},
    train::{Activation, Initialization, Loss, Recipe},
};
use std::path::PathBuf;

/// Options of the plan are the checkpoint's with --resume: those given must be the same.
#[derive(clap::Args)]
pub(in crate::cli) struct Arguments {
    /// mlp:SIZES, dm-small, dm-medium, dm-large, small-mnist, a JSON list of blocks, or a file with one [default: mlp:64-32]
    #[arg(long)]
    pub(super) arch: Option<String>,
    /// relu, leaky:η, ramp:η or ramp:η0-η1 [default: relu]
    #[arg(long, value_parser = words::parse::<Activation>)]
    pub(super) activation: Option<Activation>,
    /// clean, ibp or crown-ibp [default: ibp]
    #[arg(long, value_parser = words::parse::<Loss>)]
    pub(super) loss: Option<Loss>,
    /// The largest ε of the run [default: 0.1]
    #[arg(long, value_parser = words::number, allow_hyphen_values = true)]
    pub(super) epsilon: Option<f64>,
    /// paper or short [default: paper]
    #[arg(long, value_parser = words::parse::<Recipe>)]
    pub(super) recipe: Option<Recipe>,
    /// Passes over the data; the recipe's own number if left out
    #[arg(long, allow_hyphen_values = true)]
    pub(super) epochs: Option<u32>,
    /// κ as FROM,TO while ε rises
    #[arg(long, value_parser = words::kappa, allow_hyphen_values = true)]
    pub(super) kappa: Option<[f64; 2]>,
    /// Images per step
    #[arg(long, allow_hyphen_values = true)]
    pub(super) batch: Option<u32>,
    /// Learning rate at the start; its cuts stay where they are
    #[arg(long, value_parser = words::number, allow_hyphen_values = true)]
    pub(super) learning_rate: Option<f64>,
    /// he, uniform or ibp-aware; the recipe's own if left out
    #[arg(long, value_parser = words::parse::<Initialization>)]
    pub(super) initialization: Option<Initialization>,
    /// Half-width of the relative noise on r in each step
    #[arg(long, value_parser = words::number, allow_hyphen_values = true)]
    pub(super) noise: Option<f64>,
    /// Where every random number comes from [default: 1]
    #[arg(long, allow_hyphen_values = true)]
    pub(super) seed: Option<u32>,
    /// mnist-train, mnist-train:COUNT, two-moons or two-moons:COUNT [default: mnist-train; the checkpoint's with --resume]
    #[arg(long, value_parser = input::training_data)]
    pub(super) data: Option<input::TrainingData>,
    /// The model file to write: .safetensors, .safetensors.gz or .onnx
    #[arg(long)]
    pub(super) out: PathBuf,
    /// Processor; a GPU that fails hands the run over to the CPU
    #[arg(long, default_value = "cpu")]
    pub(super) device: Device,
    /// A file for one line of JSON per step
    #[arg(long)]
    pub(super) log: Option<PathBuf>,
    /// Go on from this checkpoint: its plan and its data count; --out, --log, --device and --checkpoint-every may change
    #[arg(long)]
    pub(super) resume: Option<PathBuf>,
    /// Write the checkpoint after every so many epochs
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..), allow_hyphen_values = true)]
    pub(super) checkpoint_every: u32,
}
