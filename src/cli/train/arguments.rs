//! What `boundscope train` and `boundscope plan` can be asked.

use crate::{
    cli::{common::Device, input, words},
    train::{Activation, Initialization, Loss, Motion, Recipe},
};
use std::path::PathBuf;

/// Options that a plan is made of.
#[derive(clap::Args)]
pub(in crate::cli) struct Planned {
    /// mlp:SIZES, dm-small, dm-medium, dm-large, small-mnist, a JSON list of blocks, or a file with one [default: mlp:64-32]
    #[arg(long)]
    pub(in crate::cli) arch: Option<String>,
    /// relu, leaky:η, ramp:η or ramp:η0-η1 [default: relu]
    #[arg(long, value_parser = words::parse::<Activation>)]
    pub(in crate::cli) activation: Option<Activation>,
    /// clean, ibp or crown-ibp [default: ibp]
    #[arg(long, value_parser = words::parse::<Loss>)]
    pub(in crate::cli) loss: Option<Loss>,
    /// The largest ε of the run [default: 0.1]
    #[arg(long, value_parser = words::number, allow_hyphen_values = true)]
    pub(in crate::cli) epsilon: Option<f64>,
    /// paper, short or record [default: paper]
    #[arg(long, value_parser = words::parse::<Recipe>)]
    pub(in crate::cli) recipe: Option<Recipe>,
    /// Passes over the data; the recipe's own number if left out
    #[arg(long, allow_hyphen_values = true)]
    pub(in crate::cli) epochs: Option<u32>,
    /// κ as FROM,TO while ε rises
    #[arg(long, value_parser = words::kappa, allow_hyphen_values = true)]
    pub(in crate::cli) kappa: Option<[f64; 2]>,
    /// Images per step
    #[arg(long, allow_hyphen_values = true)]
    pub(in crate::cli) batch: Option<u32>,
    /// Learning rate at the start; its cuts stay where they are
    #[arg(long, value_parser = words::number, allow_hyphen_values = true)]
    pub(in crate::cli) learning_rate: Option<f64>,
    /// he, uniform or ibp-aware; the recipe's own if left out
    #[arg(long, value_parser = words::parse::<Initialization>)]
    pub(in crate::cli) initialization: Option<Initialization>,
    /// Half-width of the relative noise on r in each step
    #[arg(long, value_parser = words::number, allow_hyphen_values = true)]
    pub(in crate::cli) noise: Option<f64>,
    /// How ε rises: linear or smooth; the recipe's own if left out
    #[arg(long, value_parser = words::ramp)]
    pub(in crate::cli) ramp: Option<Motion>,
    /// What ε is multiplied by in every step; the recipe's own if left out
    #[arg(long, value_parser = words::number, allow_hyphen_values = true)]
    pub(in crate::cli) epsilon_factor: Option<f64>,
    /// Weight of the regularisers while ε rises; the recipe's own if left out
    #[arg(long, value_parser = words::number, allow_hyphen_values = true)]
    pub(in crate::cli) regularizer: Option<f64>,
    /// AdamW's decay of weights, per unit of the learning rate; the recipe's own if left out
    #[arg(long, value_parser = words::number, allow_hyphen_values = true)]
    pub(in crate::cli) weight_decay: Option<f64>,
    /// Weight of the sum of the weights' sizes in what is minimised; the recipe's own if left out
    #[arg(long, value_parser = words::number, allow_hyphen_values = true)]
    pub(in crate::cli) l1: Option<f64>,
    /// Keep the mean of the weights over the last so many epochs, every tenth step; 0 for the last ones
    #[arg(long, value_parser = words::number, allow_hyphen_values = true)]
    pub(in crate::cli) average: Option<f64>,
    /// Where every random number comes from [default: 1]
    #[arg(long, allow_hyphen_values = true)]
    pub(in crate::cli) seed: Option<u32>,
}

/// Options of the plan are the checkpoint's with --resume: those given must be the same.
#[derive(clap::Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    pub(super) plan: Planned,
    /// mnist-train, mnist-train:COUNT, two-moons, two-moons:COUNT or idx:IMAGES,LABELS (images of 28×28, plain or gzip) [default: mnist-train; the checkpoint's with --resume]
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
