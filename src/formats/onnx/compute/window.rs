//! Windows that slide: where they stand, convolution and pooling.

use super::args::{Args, few};
use crate::formats::onnx::file::{node::Node, tensor::Tensor};

/// Where windows stand along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slide {
    /// Places that a window reads.
    pub kernel: usize,
    /// From one place that it reads to the next.
    pub dilation: usize,
    /// From one window to the next.
    pub stride: usize,
    /// Padding in front.
    pub before: usize,
    /// Padding behind.
    pub after: usize,
    /// Size of what they slide over.
    pub input: usize,
    /// Number of windows.
    pub output: usize,
}

impl Slide {
    /// The place that a window reads at `index`; `None` in the padding.
    pub fn place(&self, window: usize, index: usize) -> Option<usize> {
        let at = window * self.stride + index * self.dilation;
        at.checked_sub(self.before).filter(|&at| at < self.input)
    }
}

/// Largest kernel, stride, dilation and padding: images here have at most 2²⁴ numbers.
const MOST: i64 = 1 << 24;

/// The windows of a Conv or a pooling over an image of these sizes.
///
/// # Errors
/// Settings that no runtime takes, or windows that do not fit.
pub fn slides(node: &Node, kernel: &[usize], sizes: &[usize]) -> Result<Vec<Slide>, String> {
    let rank = sizes.len();
    let setting = |name: &str, none: i64, count: usize, least: i64| -> Result<Vec<i64>, String> {
        let list = node.ints(name)?.map_or_else(|| vec![none; count], <[i64]>::to_vec);
        match list.iter().find(|&&value| !(least..=MOST).contains(&value)) {
            _ if list.len() != count => Err(format!("its {name} has {} numbers, it needs {count}", list.len())),
            Some(value) => Err(format!("its {name} has the number {value}; {least} to {MOST} are read")),
            None => Ok(list),
        }
    };
    if let Some(shape) = node.ints("kernel_shape")?
        && shape.iter().map(|&size| usize::try_from(size).ok()).ne(kernel.iter().map(|&size| Some(size)))
    {
        return Err(format!("its kernel_shape is {shape:?}, its weights have {kernel:?}"));
    }
    let strides = setting("strides", 1, rank, 1)?;
    let dilations = setting("dilations", 1, rank, 1)?;
    let auto = node.text("auto_pad")?.unwrap_or("NOTSET");
    let pads = match auto {
        "NOTSET" => setting("pads", 0, 2 * rank, 0)?,
        _ => vec![0; 2 * rank],
    };
    let ceil = node.flag("ceil_mode")?;
    let mut slides = Vec::with_capacity(rank);
    for axis in 0..rank {
        let (stride, dilation, input) = (strides[axis] as usize, dilations[axis] as usize, sizes[axis]);
        let reach =
            (kernel[axis].max(1) - 1).checked_mul(dilation).map(|reach| reach + 1).ok_or("its kernel is too large")?;
        if kernel[axis] == 0 {
            return Err("its kernel is empty".into());
        }
        let [before, after] = match auto {
            "NOTSET" | "VALID" => [pads[axis] as usize, pads[axis + rank] as usize],
            "SAME_UPPER" | "SAME_LOWER" => {
                let wanted = (input.div_ceil(stride) - 1) * stride + reach;
                let all = wanted.saturating_sub(input);
                let [less, more] = [all / 2, all - all / 2];
                if auto == "SAME_UPPER" { [less, more] } else { [more, less] }
            }
            _ => return Err(format!("its auto_pad {auto} is not known")),
        };
        let room = (input + before + after).checked_sub(reach).ok_or_else(|| {
            format!("its kernel reaches over {reach} numbers, the padded input has {}", input + before + after)
        })?;
        let mut output = room / stride + 1;
        // The last window may stand over the end, but must begin in the input or in the padding in front.
        if ceil && !room.is_multiple_of(stride) && output * stride < input + before {
            output += 1;
        }
        slides.push(Slide { kernel: kernel[axis], dilation, stride, before, after, input, output });
    }
    Ok(slides)
}

/// The kernel that a pooling's settings name.
pub fn kernel(node: &Node) -> Result<Vec<usize>, String> {
    let shape = node.ints("kernel_shape")?.ok_or("it lacks its kernel_shape")?;
    let sizes: Option<Vec<usize>> =
        shape.iter().map(|&size| usize::try_from(size).ok().filter(|&size| size > 0)).collect();
    sizes.ok_or_else(|| format!("its kernel_shape is {shape:?}"))
}

/// Every offset of a kernel, with the places it has along each axis.
fn offsets(kernel: &[usize]) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for &size in kernel {
        all = all
            .iter()
            .flat_map(|offset: &Vec<usize>| (0..size).map(move |index| [&offset[..], &[index]].concat()))
            .collect();
    }
    all
}

/// The flat place that a window reads at an offset; `None` in the padding.
fn place(slides: &[Slide], window: &[usize], offset: &[usize]) -> Option<usize> {
    let mut flat = 0;
    for ((slide, &window), &offset) in slides.iter().zip(window).zip(offset) {
        flat = flat * slide.input + slide.place(window, offset)?;
    }
    Some(flat)
}

fn image(dims: &[usize]) -> Result<([usize; 2], &[usize]), String> {
    match dims {
        [batch, channels, sizes @ ..] if !sizes.is_empty() => Ok(([*batch, *channels], sizes)),
        _ => Err(format!("its input has shape {}, it needs [batch, channels, …]", few(dims))),
    }
}

/// Convolution.
pub fn conv(args: &Args<'_>) -> Result<Tensor, String> {
    let (x, weight, bias) = (args.need(0)?, args.need(1)?, args.maybe(2));
    let ([batch, channels], sizes) = image(&x.dims)?;
    let ([outputs, each], kernel) = image(&weight.dims)?;
    let groups = usize::try_from(args.node.int("group")?.unwrap_or(1)).unwrap_or(0);
    if groups == 0
        || each.checked_mul(groups) != Some(channels)
        || !outputs.is_multiple_of(groups)
        || kernel.len() != sizes.len()
    {
        let (weight, x) = (few(&weight.dims), few(&x.dims));
        return Err(format!("its weights of shape {weight} in {groups} groups do not fit its input of shape {x}"));
    }
    if bias.is_some_and(|bias| bias.values.len() != outputs) {
        return Err(format!("its bias does not have {outputs} numbers"));
    }
    let slides = slides(args.node, kernel, sizes)?;
    let windows: Vec<usize> = slides.iter().map(|slide| slide.output).collect();
    let dims = [&[batch, outputs], &windows[..]].concat();
    let mut values = Vec::with_capacity(args.room(&dims)?);
    let (offsets, windows) = (offsets(kernel), offsets(&windows));
    let (area, size) = (sizes.iter().product::<usize>(), offsets.len());
    let reads: Vec<Vec<Option<usize>>> =
        windows.iter().map(|window| offsets.iter().map(|offset| place(&slides, window, offset)).collect()).collect();
    for image in 0..batch {
        for output in 0..outputs {
            let first = output / (outputs / groups) * each;
            for reads in &reads {
                let mut sum = bias.map_or(0.0, |bias| bias.values[output]);
                for channel in 0..each {
                    let from = &x.values[(image * channels + first + channel) * area..][..area];
                    let by = &weight.values[(output * each + channel) * size..][..size];
                    sum += reads.iter().zip(by).filter_map(|(at, w)| at.map(|at| w * from[at])).sum::<f64>();
                }
                values.push(sum);
            }
        }
    }
    Ok(Tensor::new(dims, x.kind, values))
}

/// Pooling.
pub fn pool(args: &Args<'_>) -> Result<Option<Tensor>, String> {
    let op = args.node.op.as_str();
    let (global, mean) = match op {
        "AveragePool" => (false, true),
        "MaxPool" => (false, false),
        "GlobalAveragePool" => (true, true),
        "GlobalMaxPool" => (true, false),
        _ => return Ok(None),
    };
    let x = args.need(0)?;
    let ([batch, channels], sizes) = image(&x.dims)?;
    let kernel = if global { sizes.to_vec() } else { kernel(args.node)? };
    if kernel.len() != sizes.len() {
        return Err(format!("its kernel {kernel:?} does not fit its input of shape {}", few(&x.dims)));
    }
    let slides = slides(args.node, &kernel, sizes)?;
    let windows: Vec<usize> = slides.iter().map(|slide| slide.output).collect();
    let dims = [&[batch, channels], &windows[..]].concat();
    let mut values = Vec::with_capacity(args.room(&dims)?);
    let counts = counts(args.node, &slides)?;
    let (offsets, windows, area) = (offsets(&kernel), offsets(&windows), sizes.iter().product::<usize>());
    for from in x.values.chunks(area.max(1)).take(batch * channels) {
        for (window, count) in windows.iter().zip(&counts) {
            let read = offsets.iter().filter_map(|offset| place(&slides, window, offset)).map(|at| from[at]);
            values.push(if mean { read.sum::<f64>() / count } else { read.fold(f64::NEG_INFINITY, f64::max) });
        }
    }
    Ok(Some(Tensor::new(dims, x.kind, values)))
}

/// What each window of an AveragePool divides by.
pub fn counts(node: &Node, slides: &[Slide]) -> Result<Vec<f64>, String> {
    let padding = node.flag("count_include_pad")?;
    let mut counts = vec![1.0];
    for slide in slides {
        let along = (0..slide.output).map(|window| {
            let inside = |index: &usize| {
                let at = window * slide.stride + index * slide.dilation;
                if padding {
                    at < slide.before + slide.input + slide.after
                } else {
                    slide.place(window, *index).is_some()
                }
            };
            (0..slide.kernel).filter(inside).count() as f64
        });
        let along: Vec<f64> = along.collect();
        counts = counts.iter().flat_map(|count| along.iter().map(move |more| count * more)).collect();
    }
    if counts.contains(&0.0) {
        return Err("one of its windows reads padding alone".into());
    }
    Ok(counts)
}
