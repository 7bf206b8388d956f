//! Operators that make fewer numbers of more, and the normalising ends of classifiers.

use super::args::{Args, axes, axis};
use crate::formats::onnx::file::tensor::{Kind, Tensor};

/// How an axis is met: blocks before it, its size, numbers after it.
fn split(dims: &[usize], axis: usize) -> [usize; 3] {
    [dims[..axis].iter().product(), dims[axis], dims[axis + 1..].iter().product()]
}

/// The axes that a reduction takes away, in order.
///
/// # Errors
/// Axes that are not there.
pub fn reduced(args: &Args<'_>, rank: usize) -> Result<Vec<usize>, String> {
    let mut list = match args.ints(1, "axes")? {
        Some(list) if list.is_empty() && args.node.flag("noop_with_empty_axes")? => Vec::new(),
        None if args.node.flag("noop_with_empty_axes")? => Vec::new(),
        Some(list) if !list.is_empty() => axes(&list, rank)?,
        _ => (0..rank).collect(),
    };
    list.sort_unstable();
    Ok(list)
}

/// The shape that is left.
pub fn left(dims: &[usize], gone: &[usize], keep: bool) -> Vec<usize> {
    let size = |axis: usize| if !gone.contains(&axis) { Some(dims[axis]) } else { keep.then_some(1) };
    (0..dims.len()).filter_map(size).collect()
}

fn fold(x: &Tensor, axis: usize, start: f64, f: impl Fn(f64, f64) -> f64) -> Tensor {
    let [outer, size, inner] = split(&x.dims, axis);
    let mut values = vec![start; outer * inner];
    for block in 0..outer {
        for index in 0..size {
            for place in 0..inner {
                let to = &mut values[block * inner + place];
                *to = f(*to, x.values[(block * size + index) * inner + place]);
            }
        }
    }
    let mut dims = x.dims.clone();
    dims[axis] = 1;
    Tensor::new(dims, x.kind, values)
}

/// Reductions.
pub fn reduce(args: &Args<'_>) -> Result<Option<Tensor>, String> {
    type Step = (f64, fn(f64, f64) -> f64);
    let op = args.node.op.as_str();
    let (start, f): Step = match op {
        "ReduceSum" | "ReduceMean" => (0.0, |a, b| a + b),
        "ReduceProd" => (1.0, |a, b| a * b),
        "ReduceMax" => (f64::NEG_INFINITY, |a, b| if b > a { b } else { a }),
        "ReduceMin" => (f64::INFINITY, |a, b| if b < a { b } else { a }),
        _ => return Ok(None),
    };
    let x = args.need(0)?;
    let gone = reduced(args, x.dims.len())?;
    let count: usize = gone.iter().map(|&axis| x.dims[axis]).product();
    let mut result = gone.iter().fold(x.clone(), |x, &axis| fold(&x, axis, start, f));
    if op == "ReduceMean" {
        let values = result.values.iter().map(|value| value / count as f64).collect();
        result = Tensor::new(result.dims, result.kind, values);
    }
    let keep = args.node.int("keepdims")?.unwrap_or(1) != 0;
    result.dims = left(&x.dims, &gone, keep);
    Ok(Some(result))
}

/// The axes that a Softmax runs over: up to opset 12 its axis and all behind.
pub fn softmax_axes(args: &Args<'_>, rank: usize) -> Result<std::ops::Range<usize>, String> {
    let old = args.node.version < 13;
    let start = axis(args.node.int("axis")?.unwrap_or(if old { 1 } else { -1 }), rank)?;
    Ok(start..if old { rank } else { start + 1 })
}

/// Softmax, LogSoftmax and ArgMax.
pub fn ends(args: &Args<'_>) -> Result<Option<Tensor>, String> {
    let op = args.node.op.as_str();
    if !matches!(op, "Softmax" | "LogSoftmax" | "ArgMax") {
        return Ok(None);
    }
    let x = args.need(0)?;
    if op == "ArgMax" {
        let axis = axis(args.node.int("axis")?.unwrap_or(0), x.dims.len())?;
        let [outer, size, inner] = split(&x.dims, axis);
        let last = args.node.flag("select_last_index")?;
        let mut values = Vec::with_capacity(outer * inner);
        for block in 0..outer {
            for place in 0..inner {
                let at = |index: usize| x.values[(block * size + index) * inner + place];
                let better = |best: usize, index: usize| at(index) > at(best) || (last && at(index) == at(best));
                values.push((1..size).fold(0, |best, index| if better(best, index) { index } else { best }) as f64);
            }
        }
        let keep = args.node.int("keepdims")?.unwrap_or(1) != 0;
        return Ok(Some(Tensor::new(left(&x.dims, &[axis], keep), Kind::Whole, values)));
    }
    let range = softmax_axes(args, x.dims.len())?;
    let outer: usize = x.dims[..range.start].iter().product();
    let size: usize = x.dims[range.clone()].iter().product();
    let inner: usize = x.dims[range.end..].iter().product();
    let mut values = x.values.to_vec();
    for block in 0..outer {
        for place in 0..inner {
            let at = |index: usize| (block * size + index) * inner + place;
            let most = (0..size).map(|index| x.values[at(index)]).fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = (0..size).map(|index| (x.values[at(index)] - most).exp()).sum();
            for index in 0..size {
                let shifted = x.values[at(index)] - most;
                values[at(index)] = if op == "Softmax" { shifted.exp() / sum } else { shifted - sum.ln() };
            }
        }
    }
    Ok(Some(Tensor::new(x.dims.clone(), x.kind, values)))
}
