//! Which words a failure gets, and with which facts.

use crate::{app::text::failures as text, bounds::BoundsError, engine::Failure, tensor::DeviceError};

/// Why, in words without a full stop.
pub fn words(failure: &Failure) -> String {
    match failure {
        Failure::Loader { why } => text::loader(why),
        Failure::Message { why } => text::message(why),
        Failure::Partial => text::PARTIAL.into(),
        Failure::NoNetwork { network } => text::no_network(network),
        Failure::Network { network, why } => text::network(network, why),
        Failure::Pixels { found, wanted } => text::pixels(found, wanted),
        Failure::Budget { found } => text::budget(found),
        Failure::Bounds { error } => bounds(error),
        Failure::Device { error } => device(error),
        Failure::Kernel { kernel, element, found, wanted, tolerance } => {
            let (found, wanted) = (format!("{found:e}"), format!("{wanted:e}"));
            text::kernel(kernel, &found, &wanted, &format_args!("{tolerance:.1e}"), element)
        }
        Failure::NoImages => text::NO_IMAGES.into(),
        Failure::NoHeldOut => text::NO_HELD_OUT.into(),
        Failure::HeldOut { pixels, labels } => text::held_out(pixels, labels),
        Failure::HeldOutSize { wanted } => text::held_out_size(wanted),
        Failure::Piece => text::PIECE.into(),
        Failure::NoRun => text::NO_RUN.into(),
        Failure::Plan { setting, found, wanted } => text::plan(setting, found, wanted),
        Failure::Architecture { why } => text::architecture(why),
        Failure::Data { why } => text::data(why),
        Failure::Diverged { step, epoch, what } => text::diverged(step, &format_args!("{epoch:.2}"), what),
        Failure::NoAdjoint { operation } => text::no_adjoint(operation),
        Failure::Checkpoint { why } => text::checkpoint(why),
        Failure::File { why } => why.clone(),
        Failure::Onnx { why } => text::onnx(why),
        Failure::NoGpuLane => text::NO_GPU_LANE.into(),
        Failure::NoKernel { op } => text::no_kernel(op),
        Failure::GpuNotReady => text::GPU_NOT_READY.into(),
        Failure::Noise => text::NOISE.into(),
    }
}

fn bounds(error: &BoundsError) -> String {
    match error {
        BoundsError::Epsilon(found) => text::epsilon(found),
        BoundsError::ClipNorm(norm) => text::clip_norm(&norm.name()),
        BoundsError::ClipRange(low, high) => text::clip_range(low, high),
        BoundsError::EmptyRegion { image, index, value } => text::empty_region(index, image, value),
        BoundsError::ImageLength { image, found, wanted } => text::image_length(image, found, wanted),
        BoundsError::ImageValue { image, index, value } => text::image_value(index, image, value),
        BoundsError::Label { image, label, classes } => text::label(label, image, classes),
        BoundsError::Labels { labels, images } => text::labels(labels, images),
        BoundsError::NoImage => text::NO_IMAGE.into(),
        BoundsError::OneClass => text::ONE_CLASS.into(),
        BoundsError::Device(error) => device(error),
        BoundsError::Cancelled => text::CANCELLED.into(),
    }
}

fn device(error: &DeviceError) -> String {
    text::device(&error.device, &error.why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::Norm;

    #[test]
    fn the_page_says_of_a_question_what_the_command_line_says() {
        let errors = [
            BoundsError::Epsilon(-1.0),
            BoundsError::ClipNorm(Norm::Two),
            BoundsError::ClipRange(1.0, 0.5),
            BoundsError::EmptyRegion { image: 1, index: 2, value: 3.5 },
            BoundsError::ImageLength { image: 1, found: 2, wanted: 3 },
            BoundsError::ImageValue { image: 1, index: 2, value: f64::NAN },
            BoundsError::Label { image: 1, label: 2, classes: 2 },
            BoundsError::Labels { labels: 1, images: 2 },
            BoundsError::NoImage,
            BoundsError::OneClass,
            BoundsError::Cancelled,
        ];
        for error in errors {
            assert_eq!(words(&Failure::Bounds { error: error.clone() }), error.to_string());
        }
    }
}
