//! Convolution, pooling and padding in the windows that the network has: square steps, symmetric padding, no dilation. What is more is
//! written out with zeros, which changes nothing.

use super::{
    builder::Builder,
    layout,
    view::{Step, Value, View},
};
use crate::{
    formats::onnx::{
        compute::{
            args::{Args, few},
            layout::{pad_value, paddings},
            window::{Slide, counts, kernel, slides},
        },
        file::{node::Node, tensor::Tensor},
    },
    network::{AvgPool, Conv2d, MaxPool, NodeId, Parts},
};
use std::sync::Arc;

/// A convolution without dilation whose padding is the same on both sides.
struct Symmetric {
    kernel: usize,
    padding: usize,
    /// Zeros in front of the kernel's own numbers.
    lead: usize,
}

/// Writes a kernel out with zeros until padding and dilation are gone.
fn symmetric(slide: &Slide) -> Symmetric {
    let reach = (slide.kernel - 1) * slide.dilation + 1;
    let plain = slide.before == slide.after && slide.before < reach;
    if plain && (slide.input + 2 * slide.before - reach) / slide.stride + 1 == slide.output {
        return Symmetric { kernel: reach, padding: slide.before, lead: 0 };
    }
    // Windows that the padding behind does not need would be one too many: what counts is where the last one ends.
    let last = (slide.output - 1) * slide.stride + reach;
    let after = last.saturating_sub(slide.before + slide.input);
    let mut padding = slide.before.max(after);
    // A window must be larger than its padding.
    if padding >= reach + 2 * padding - slide.before - after {
        padding += padding + 1 - (reach + 2 * padding - slide.before - after);
    }
    Symmetric { kernel: reach + 2 * padding - slide.before - after, padding, lead: padding - slide.before }
}

/// The image that a value of the file is: one input's channels, height and width.
fn image(builder: &Builder, view: &View) -> Result<[usize; 3], String> {
    match builder.sample(&view.dims)[..] {
        [channels, height, width] => Ok([channels, height, width]),
        [channels, length] => Ok([channels, 1, length]),
        _ => Err(format!("its input has shape {}; images of one or two dimensions are read", few(&view.dims))),
    }
}

/// A value as a node of that shape.
fn as_image(builder: &mut Builder, view: &View, image: [usize; 3]) -> Result<NodeId, String> {
    let straight = builder.straight(view)?;
    builder.reshape(straight.node, &image)
}

/// Windows over height and width, a missing height filled in.
fn both(mut found: Vec<Slide>) -> [Slide; 2] {
    let flat = Slide { kernel: 1, dilation: 1, stride: 1, before: 0, after: 0, input: 1, output: 1 };
    match (found.pop(), found.pop()) {
        (Some(width), Some(height)) => [height, width],
        (Some(width), None) => [flat, width],
        _ => [flat, flat],
    }
}

/// The shape of the result, with as many axes as the input has.
fn shape(builder: &Builder, view: &View, channels: usize, slides: &[Slide; 2]) -> Vec<usize> {
    let sizes = if builder.sample(&view.dims).len() == 2 { &slides[1..] } else { &slides[..] };
    let sample: Vec<usize> = std::iter::once(channels).chain(sizes.iter().map(|slide| slide.output)).collect();
    builder.with_batch(&sample)
}

/// A convolution by these windows: weights `[outputs, each, height, width]`.
fn convolve(
    builder: &mut Builder,
    node: NodeId,
    slides: &[Slide; 2],
    [outputs, each, groups]: [usize; 3],
    weight: &[f64],
    bias: Option<&[f64]>,
) -> Result<NodeId, String> {
    let [down, across] = slides.each_ref().map(symmetric);
    let (kernel, own) = ([down.kernel, across.kernel], [slides[0].kernel, slides[1].kernel]);
    let area = kernel[0].checked_mul(kernel[1]).ok_or("its kernel is too large")?;
    let size = area.checked_mul(outputs * each).filter(|&size| size <= weight.len().saturating_mul(16) + builder.room);
    let size = size.ok_or("written out with zeros its kernel would be too large")?;
    let weight = if kernel == own {
        builder.single(weight)
    } else {
        let mut all = vec![0.0; size];
        for (filter, from) in weight.chunks(own[0] * own[1]).enumerate() {
            for (at, &value) in from.iter().enumerate() {
                let row = down.lead + at / own[1] * slides[0].dilation;
                let column = across.lead + at % own[1] * slides[1].dilation;
                all[filter * area + row * kernel[1] + column] = value;
            }
        }
        builder.note("dilated kernels and padding that differs between sides were written out with zeros");
        builder.single(&all)
    };
    let bias = bias.map(|bias| builder.single(bias));
    let conv = Conv2d {
        outputs,
        inputs: each * groups,
        kernel,
        stride: [slides[0].stride, slides[1].stride],
        padding: [down.padding, across.padding],
        groups,
        weight,
        bias,
    };
    let made = builder.push(conv, &[node])?;
    let wanted = [outputs, slides[0].output, slides[1].output];
    if builder.network.nodes()[made].shape != wanted {
        let found = &builder.network.nodes()[made].shape;
        return Err(format!("its result would have shape {found:?}, it should have {wanted:?}"));
    }
    Ok(made)
}

/// Conv.
pub fn conv(
    builder: &mut Builder,
    node: &Node,
    view: &View,
    weight: &Tensor,
    bias: Option<&Tensor>,
) -> Result<View, String> {
    let image = image(builder, view)?;
    let (outputs, each, own) = match weight.dims[..] {
        [outputs, each, ref own @ ..] if (1..=2).contains(&own.len()) => (outputs, each, own),
        _ => {
            return Err(format!(
                "its weights have shape {}; convolutions of one or two dimensions are read",
                few(&weight.dims)
            ));
        }
    };
    let sizes = &image[3 - own.len()..];
    if builder.sample(&view.dims).len() != own.len() + 1 {
        return Err(format!(
            "its weights of shape {} do not fit its input of shape {}",
            few(&weight.dims),
            few(&view.dims)
        ));
    }
    let groups = usize::try_from(node.int("group")?.unwrap_or(1)).unwrap_or(0);
    if groups == 0 || outputs == 0 || each.checked_mul(groups) != Some(image[0]) || !outputs.is_multiple_of(groups) {
        let (weight, channels) = (few(&weight.dims), image[0]);
        return Err(format!("its weights of shape {weight} in {groups} groups do not fit {channels} channels"));
    }
    if let Some(bias) = bias.filter(|bias| bias.values.len() != outputs) {
        return Err(format!("its bias has {} numbers for {outputs} channels", bias.values.len()));
    }
    let slides = both(slides(node, own, sizes)?);
    let from = as_image(builder, view, image)?;
    let made =
        convolve(builder, from, &slides, [outputs, each, groups], &weight.values, bias.map(|bias| &bias.values[..]))?;
    builder.weights = true;
    Ok(View { node: made, dims: shape(builder, view, outputs, &slides), order: None, steps: Vec::new() })
}

/// AveragePool and GlobalAveragePool.
pub fn average(builder: &mut Builder, node: &Node, view: &View, global: bool) -> Result<View, String> {
    let image = image(builder, view)?;
    let rank = builder.sample(&view.dims).len() - 1;
    let sizes = &image[3 - rank..];
    let kernel = if global { sizes.to_vec() } else { kernel(node)? };
    if kernel.len() != rank {
        return Err(format!("its kernel {kernel:?} does not fit its input of shape {}", few(&view.dims)));
    }
    let list = slides(node, &kernel, sizes)?;
    let counts = counts(node, &list)?;
    let slides = both(list);
    let from = as_image(builder, view, image)?;
    let dims = shape(builder, view, image[0], &slides);
    let [down, across] = slides.each_ref().map(symmetric);
    let (kernel, own) = ([down.kernel, across.kernel], [slides[0].kernel, slides[1].kernel]);
    let area = (own[0] * own[1]) as f64;
    let made = if kernel == own && counts.iter().all(|&count| count == area) {
        let (stride, padding) = ([slides[0].stride, slides[1].stride], [down.padding, across.padding]);
        let pool = AvgPool { kernel, stride, padding };
        let made = builder.push(pool, &[from])?;
        let wanted = [image[0], slides[0].output, slides[1].output];
        if builder.network.nodes()[made].shape == wanted {
            made
        } else {
            sums(builder, from, &slides, image[0], &counts)?
        }
    } else {
        sums(builder, from, &slides, image[0], &counts)?
    };
    Ok(View { node: made, dims, order: None, steps: Vec::new() })
}

/// Sums over windows, each divided by its own count.
fn sums(
    builder: &mut Builder,
    from: NodeId,
    slides: &[Slide; 2],
    channels: usize,
    counts: &[f64],
) -> Result<NodeId, String> {
    builder.note("averages that do not count their padding were written as sums divided by each window's count");
    let ones = vec![1.0; slides[0].kernel * slides[1].kernel * channels];
    let sum = convolve(builder, from, slides, [channels, 1, channels], &ones, None)?;
    let each: Vec<f64> = (0..channels).flat_map(|_| counts.iter().copied()).collect();
    builder.normalize(sum, &vec![0.0; each.len()], &each)
}

/// MaxPool and GlobalMaxPool.
pub fn largest(builder: &mut Builder, node: &Node, view: &View, global: bool) -> Result<View, String> {
    if node.outputs.iter().skip(1).any(|output| !output.is_empty()) {
        return Err("it gives the places of its maxima too, which are not read".into());
    }
    let image = image(builder, view)?;
    let rank = builder.sample(&view.dims).len() - 1;
    let sizes = &image[3 - rank..];
    let kernel = if global { sizes.to_vec() } else { kernel(node)? };
    if kernel.len() != rank {
        return Err(format!("its kernel {kernel:?} does not fit its input of shape {}", few(&view.dims)));
    }
    let slides = both(slides(node, &kernel, sizes)?);
    if slides.iter().any(|slide| slide.dilation != 1 && slide.kernel != 1) {
        return Err("maxima over dilated windows are not read".into());
    }
    let mut from = as_image(builder, view, image)?;
    let dims = shape(builder, view, image[0], &slides);
    // Padding is never the largest: only where windows begin counts, and how many there are.
    let even = |slide: &Slide| {
        let room = (slide.input + 2 * slide.before).checked_sub(slide.kernel);
        slide.before < slide.kernel && room.is_some_and(|room| room / slide.stride + 1 == slide.output)
    };
    let mut padding = [slides[0].before, slides[1].before];
    if !slides.iter().all(even) {
        if !never_negative(builder, from) {
            return Err("its padding differs between sides, which is read behind a rectifier only".into());
        }
        // Zeros are never larger than what is never negative.
        let around = slides.map(|slide| {
            let reach = (slide.output - 1) * slide.stride + slide.kernel;
            let after = reach.saturating_sub(slide.before + slide.input);
            Slide { kernel: 1, stride: 1, after, output: slide.input + slide.before + after, ..slide }
        });
        from = convolve(builder, from, &around, [image[0], 1, image[0]], &vec![1.0; image[0]], None)?;
        padding = [0, 0];
    }
    let pool =
        MaxPool { kernel: [slides[0].kernel, slides[1].kernel], stride: [slides[0].stride, slides[1].stride], padding };
    let made = builder.push(pool, &[from])?;
    let wanted = [image[0], slides[0].output, slides[1].output];
    if builder.network.nodes()[made].shape != wanted {
        return Err(format!("its windows of {wanted:?} do not fit its padded input"));
    }
    Ok(View { node: made, dims, order: None, steps: Vec::new() })
}

/// Whether a node's numbers are 0 or more for every input, as its operator says.
fn never_negative(builder: &Builder, mut node: NodeId) -> bool {
    while let Some(operator) = &builder.network.nodes()[node].operator {
        match operator.parts() {
            Parts::Relu | Parts::Sigmoid => return true,
            Parts::Clip { low, .. } => return low >= 0.0,
            Parts::ParamRamp { slope } => return slope == 0.0,
            Parts::MaxPool(_) | Parts::AvgPool(_) | Parts::Flatten | Parts::Reshape(_) => {
                node = builder.network.nodes()[node].inputs[0];
            }
            _ => return false,
        }
    }
    false
}

/// Pad: zeros around an image as a convolution that copies; anything else as places.
pub fn pad(builder: &mut Builder, node: &Node, view: &View, inputs: &[Option<Value>]) -> Result<View, String> {
    let constants: Vec<Option<Tensor>> = inputs
        .iter()
        .map(|input| if let Some(Value::Constant(tensor)) = input { Some(tensor.clone()) } else { None })
        .collect();
    let args = Args { node, inputs: &constants, limit: usize::MAX };
    let pads = paddings(&args, view.dims.len())?;
    let mode = node.text("mode")?.unwrap_or("constant");
    if pads.iter().all(|pad| *pad == [0, 0]) {
        return Ok(view.clone());
    }
    if mode != "constant" || pads.iter().flatten().any(|&pad| pad < 0) {
        return one(layout::moved(builder, node, view, inputs)?);
    }
    let value = pad_value(&args)?;
    if !value.is_finite() {
        return Err(format!("it pads with {value}; only finite numbers are read"));
    }
    // What is put around is 0 once the value is taken off everything.
    let base = if value == 0.0 { view.clone() } else { view.then(Step::Add(Arc::new(vec![-value]))) };
    let sample = builder.sample(&view.dims);
    let lead = view.dims.len() - sample.len().min(view.dims.len());
    let spatial = sample.len() >= 2 && sample.len() <= 3 && pads[..lead + 1].iter().all(|pad| *pad == [0, 0]);
    let padded = if spatial {
        let image = image(builder, view)?;
        let along = |axis: usize| -> Result<Slide, String> {
            let input = image[axis + 1];
            // With one spatial axis the height is filled in.
            let place = if sample.len() == 3 { Some(lead + 1 + axis) } else { (axis == 1).then_some(lead + 1) };
            let [before, after] = place.and_then(|place| pads.get(place)).copied().unwrap_or([0, 0]);
            let size =
                |pad: i64| usize::try_from(pad).ok().filter(|&pad| pad <= 1 << 20).ok_or("its pads are too large");
            let (before, after) = (size(before)?, size(after)?);
            Ok(Slide { kernel: 1, dilation: 1, stride: 1, before, after, input, output: input + before + after })
        };
        let slides = [along(0)?, along(1)?];
        let from = as_image(builder, &base, image)?;
        let made = convolve(builder, from, &slides, [image[0], 1, image[0]], &vec![1.0; image[0]], None)?;
        View { node: made, dims: shape(builder, view, image[0], &slides), order: None, steps: Vec::new() }
    } else {
        one(layout::moved(builder, node, &base, inputs)?)?
    };
    Ok(if value == 0.0 { padded } else { padded.then(Step::Add(Arc::new(vec![value]))) })
}

/// The one computed value of a list.
pub fn one(values: Vec<Value>) -> Result<View, String> {
    match values.into_iter().next() {
        Some(Value::Computed(view)) => Ok(view),
        _ => Err("it makes no computed value".into()),
    }
}
