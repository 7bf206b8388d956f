//! What Explore and the choice of an image ask: one image at one ε, and the classes of many images.

use super::sampling::{points, typical};
use crate::{
    bounds::{BoundsError, LayerBounds, Method, Region, margin_rows},
    certify::predicted,
    engine::{
        context::{Context, Host, JobPulse},
        failures::JobError,
        network::Loaded,
        processors,
        protocol::{
            Arithmetic, BoundsAnswer, Bytes, Example, Failure, Floats, InferenceAnswer, Interval, Question, Response,
        },
    },
    pulse::Pulse,
    random::Random,
};

/// Points drawn inside the bounds.
const SAMPLES: usize = 64;
/// Points or images that go through the network together.
const BATCH: usize = 16;

/// Bytes 0–255 as pixels in [0, 1], rounded to `f32` as everywhere.
pub(super) fn unit(bytes: &[u8]) -> Vec<f64> {
    bytes.iter().map(|&byte| f64::from(f32::from(byte) / 255.0)).collect()
}

pub(super) fn floats(values: &[f64]) -> Floats {
    Floats(values.iter().map(|&value| value as f32).collect())
}

fn interval(bounds: &LayerBounds) -> Interval {
    Interval { lower: floats(&bounds.lower), upper: floats(&bounds.upper) }
}

/// z_y − z_i for i ≠ y, in class order.
fn margins(outputs: &[f64], label: usize) -> impl Iterator<Item = f64> {
    outputs.iter().enumerate().filter(move |(class, _)| *class != label).map(move |(_, z)| outputs[label] - z)
}

pub(in crate::engine) async fn explore<H: Host>(
    context: &Context<H>,
    epoch: u32,
    question: &Question,
    methods: &[Method],
    pulse: &JobPulse<'_, H>,
) -> Result<(), JobError> {
    let loaded = context.loaded(&question.network)?;
    let (image, label, region) = (question.pixels(), question.label as usize, question.region());
    // One output has no rival: its bounds are all there is to say.
    let rivals = loaded.prepared.classes() > 1 || label > 0;
    if rivals {
        check(&loaded, &image, label, &region)?;
    } else {
        check_image(&loaded, &image, &region)?;
    }
    let (layers, outputs) = loaded.prepared.infer(&image).await?;
    let answer = InferenceAnswer {
        layers: layers.iter().map(|layer| floats(layer)).collect(),
        logits: floats(&outputs),
        margins: floats(&margins(&outputs, label).collect::<Vec<_>>()),
        predicted: predicted(&outputs).unwrap_or(0) as u32,
    };
    context.send(Response::Inference { epoch, answer });
    for &method in methods {
        pulse.tick().await?;
        let start = context.host.now();
        let (bounds, device) =
            processors::bounds(context, &loaded, (&image, label), (&region, method, question.lines), pulse).await?;
        let answer = BoundsAnswer {
            method,
            lines: question.lines,
            epsilon: region.epsilon,
            norm: region.norm,
            clip: region.clip,
            arithmetic: Arithmetic::F32,
            layers: bounds.layers.iter().map(interval).collect(),
            logits: interval(&bounds.logits),
            margins: floats(&bounds.margins),
            verified: bounds.verified(),
            milliseconds: context.host.now() - start,
            device,
        };
        context.send(Response::Bounds { epoch, answer });
    }
    samples(context, epoch, &loaded, &image, label, &region, pulse).await?;
    #[cfg(feature = "full")]
    if rivals {
        super::attack::attack(context, epoch, &loaded, &image, label, &region, pulse).await?;
    }
    Ok(())
}

/// What every question about one image needs: one image of the network's size, a class of its and a region that is one. A method
/// says so too, but a question may name none.
pub(super) fn check(loaded: &Loaded, image: &[f64], label: usize, region: &Region) -> Result<(), BoundsError> {
    check_image(loaded, image, region)?;
    margin_rows(&[label], 1, loaded.prepared.classes()).map(drop)
}

/// The same but for the class.
fn check_image(loaded: &Loaded, image: &[f64], region: &Region) -> Result<(), BoundsError> {
    let (found, wanted) = (image.len(), loaded.prepared.input_len());
    if found != wanted {
        return Err(BoundsError::ImageLength { image: 0, found, wanted });
    }
    region.around(loaded.prepared.backend(), image, wanted).map(drop)
}

/// Sends the range seen over sampled points.
async fn samples<H: Host>(
    context: &Context<H>,
    epoch: u32,
    loaded: &Loaded,
    image: &[f64],
    label: usize,
    region: &Region,
    pulse: &JobPulse<'_, H>,
) -> Result<(), JobError> {
    let drawn = points(image, region, SAMPLES, &mut Random::new(1));
    let widths = loaded.prepared.layer_widths();
    let empty = |width: usize| LayerBounds { lower: vec![f64::INFINITY; width], upper: vec![f64::NEG_INFINITY; width] };
    let classes = loaded.prepared.classes();
    let mut layers: Vec<LayerBounds> = widths.into_iter().map(empty).collect();
    let (mut logits, mut least) = (empty(classes), vec![f64::INFINITY; classes.saturating_sub(1)]);
    let mut example = Example::default();
    for (number, batch) in drawn.chunks(BATCH * image.len()).enumerate() {
        pulse.tick().await?;
        let (values, outputs) = loaded.prepared.infer(batch).await?;
        layers.iter_mut().zip(&values).for_each(|(layer, values)| stretch(layer, values));
        stretch(&mut logits, &outputs);
        for (place, outputs) in outputs.chunks(classes).enumerate() {
            if number * BATCH + place == typical(region.norm) {
                let pixels = &batch[place * image.len()..][..image.len()];
                example = Example { image: floats(pixels), predicted: predicted(outputs).unwrap_or(0) as u32 };
            }
            least.iter_mut().zip(margins(outputs, label)).for_each(|(least, margin)| *least = least.min(margin));
        }
    }
    context.send(Response::Samples {
        epoch,
        epsilon: region.epsilon,
        points: SAMPLES as u32,
        layers: layers.iter().map(interval).collect(),
        logits: interval(&logits),
        margins: floats(&least),
        example,
    });
    Ok(())
}

pub(in crate::engine) async fn classify<H: Host>(
    context: &Context<H>,
    epoch: u32,
    network: &str,
    images: &[u8],
    pulse: &JobPulse<'_, H>,
) -> Result<(), JobError> {
    let loaded = context.loaded(network)?;
    let (inputs, classes) = (loaded.prepared.input_len(), loaded.prepared.classes());
    if !images.len().is_multiple_of(inputs) {
        return Err(Failure::Pixels { found: images.len() as u32, wanted: (inputs) as u32 }.into());
    }
    let mut found = Vec::with_capacity(images.len() / inputs);
    for batch in images.chunks(BATCH * inputs) {
        pulse.tick().await?;
        let (_, outputs) = loaded.prepared.infer(&unit(batch)).await?;
        found.extend(
            outputs.chunks(classes).map(|z| predicted(z).and_then(|class| u8::try_from(class).ok()).unwrap_or(u8::MAX)),
        );
    }
    context.send(Response::Classes { epoch, classes: Bytes(found) });
    Ok(())
}

/// Widens `range` to hold every row of `values`.
fn stretch(range: &mut LayerBounds, values: &[f64]) {
    for row in values.chunks(range.lower.len()) {
        for ((low, high), &value) in range.lower.iter_mut().zip(&mut range.upper).zip(row) {
            *low = low.min(value);
            *high = high.max(value);
        }
    }
}
