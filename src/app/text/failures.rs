//! Words for what could not be done.

use crate::{bounds::BoundsError, engine::Failure};

/// Why, in words without a full stop.
pub fn words(failure: &Failure) -> String {
    match failure {
        Failure::Loader { why } => format!("The engine could not be loaded ({why}). Reload the page to try again."),
        Failure::Message { why } => format!("the engine could not read a message of the page: {why}"),
        Failure::Partial => "this engine only explores: the whole one is another program".into(),
        Failure::NoNetwork { network } => format!("no network named \"{network}\" has been loaded; load it first"),
        Failure::Network { network, why } => format!("the network \"{network}\" could not be read: {why}"),
        Failure::Pixels { found, wanted } => {
            format!("{found} bytes of pixels are not a whole number of images of {wanted}, one for each label")
        }
        Failure::Budget { found } => format!("the time to spend is {found} ms; it must be from 0 to 600000"),
        Failure::Bounds { error } => bounds(error),
        Failure::Device { error } => format!("the {} failed: {}", error.device, error.why),
        Failure::Kernel { kernel, element, found, wanted, tolerance } => format!(
            "the GPU is not used: the kernel {kernel} gave {found:e} where {wanted:e} ± {tolerance:.1e} is right (element {element})"
        ),
        Failure::NoImages => "there are no images to train on; load some first".into(),
        Failure::NoHeldOut => "there are no held-out images to measure on; load some first".into(),
        Failure::HeldOut { pixels, labels } => {
            format!(
                "{pixels} bytes of held-out pixels and {labels} labels do not go together; each image needs one label"
            )
        }
        Failure::HeldOutSize { wanted } => format!("the held-out images do not have {wanted} pixels each"),
        Failure::Piece => "a piece of the training set does not fit the first one; load the set again".into(),
        Failure::NoRun => "there is no run in this place".into(),
        Failure::Plan { setting, found, wanted } => format!("the plan's {setting} is {found}; it must be {wanted}"),
        Failure::Architecture { why } => format!("the architecture does not fit the images: {why}"),
        Failure::Data { why } => format!("the training set cannot be used: {why}"),
        Failure::Diverged { step, epoch, what } => format!(
            "the run diverged at step {step} (epoch {epoch:.2}): {what}; the state before it is kept. A smaller ε, learning rate or a longer ramp may help"
        ),
        Failure::NoAdjoint { operation } => {
            format!("a fault of this program: its loss uses {operation}, which has no gradient; please report it")
        }
        Failure::Checkpoint { why } => format!("not a checkpoint: {why}"),
        Failure::File { why } => why.clone(),
        Failure::Onnx { why } => format!("the network cannot be written as ONNX: {why}"),
        Failure::NoGpuLane => "this build has no GPU lane".into(),
        Failure::GpuNotReady => "the GPU is not ready: see Processor for why, or train on the CPU".into(),
        Failure::Noise => "noise on r is added on the CPU only: set it to 0, or train there".into(),
    }
}

fn bounds(error: &BoundsError) -> String {
    // One sentence each, which the command line prints too.
    error.to_string()
}
