//! What an operator is given: inputs and settings, by place and name.

use crate::formats::{
    limits::count,
    onnx::file::{node::Node, tensor::Tensor},
};

/// A node with the values of its inputs.
pub struct Args<'a> {
    /// The node.
    pub node: &'a Node,
    /// Values of its inputs; `None` for one left out.
    pub inputs: &'a [Option<Tensor>],
    /// Most numbers that a result may have.
    pub limit: usize,
}

impl Args<'_> {
    /// An input, where it is there.
    pub fn maybe(&self, place: usize) -> Option<&Tensor> {
        self.inputs.get(place).and_then(Option::as_ref)
    }

    /// An input.
    ///
    /// # Errors
    /// It is left out.
    pub fn need(&self, place: usize) -> Result<&Tensor, String> {
        self.maybe(place).ok_or_else(|| format!("it lacks its input {place}"))
    }

    /// Whole numbers of an input, or of the setting that older versions have in its place.
    ///
    /// # Errors
    /// Numbers that are not whole.
    pub fn ints(&self, place: usize, setting: &str) -> Result<Option<Vec<i64>>, String> {
        match self.maybe(place) {
            Some(tensor) => {
                let whole = tensor.whole();
                whole.map(Some).ok_or_else(|| format!("its input {place} ({setting}) has numbers that are not whole"))
            }
            None => Ok(self.node.ints(setting)?.map(<[i64]>::to_vec)),
        }
    }

    /// Checks a result's size before it is made.
    ///
    /// # Errors
    /// More numbers than the limit.
    pub fn room(&self, dims: &[usize]) -> Result<usize, String> {
        let size = count(dims).filter(|&size| size <= self.limit);
        size.ok_or_else(|| {
            format!("its result of shape {} has more than the {} numbers read from this file", few(dims), self.limit)
        })
    }
}

/// A shape as a message shows it.
pub fn few(dims: &[usize]) -> String {
    if dims.len() > 8 { format!("{:?} and {} more sizes", &dims[..8], dims.len() - 8) } else { format!("{dims:?}") }
}

/// An axis as an index: negative ones count from the end. `ends` is one more than the last axis.
///
/// # Errors
/// An axis that is not there.
pub fn axis(value: i64, ends: usize) -> Result<usize, String> {
    let found = if value < 0 { value.checked_add(ends as i64) } else { Some(value) };
    let found = found.and_then(|value| usize::try_from(value).ok()).filter(|&value| value < ends);
    found.ok_or_else(|| format!("its axis {value} is outside the {ends} that there are"))
}

/// Axes as indices, each once.
///
/// # Errors
/// An axis that is not there, or one named twice.
pub fn axes(values: &[i64], ends: usize) -> Result<Vec<usize>, String> {
    let mut found = Vec::new();
    for &value in values {
        let axis = axis(value, ends)?;
        if found.contains(&axis) {
            return Err(format!("it names the axis {axis} twice"));
        }
        found.push(axis);
    }
    Ok(found)
}

/// How far apart neighbours along each axis stand.
pub fn strides(dims: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; dims.len()];
    for axis in (1..dims.len()).rev() {
        strides[axis - 1] = strides[axis] * dims[axis];
    }
    strides
}

/// The shape that two shapes broadcast to.
///
/// # Errors
/// Sizes that do not fit.
pub fn broadcast(a: &[usize], b: &[usize]) -> Result<Vec<usize>, String> {
    let rank = a.len().max(b.len());
    let size = |dims: &[usize], axis: usize| (axis + dims.len()).checked_sub(rank).map_or(1, |axis| dims[axis]);
    (0..rank)
        .map(|axis| match (size(a, axis), size(b, axis)) {
            (x, y) if x == y || y == 1 => Ok(x),
            (1, y) => Ok(y),
            _ => Err(format!("its inputs of shapes {} and {} do not fit", few(a), few(b))),
        })
        .collect()
}

/// For each place of `to`, in C order, the place of `from` that broadcasts there.
pub fn places(from: &[usize], to: &[usize]) -> Vec<usize> {
    let lead = to.len() - from.len();
    let steps = strides(from);
    let steps: Vec<usize> =
        (0..to.len()).map(|axis| if axis < lead || from[axis - lead] == 1 { 0 } else { steps[axis - lead] }).collect();
    walk(to, &steps, 0)
}

/// The places that steps along each axis lead to, from `start`, in C order.
pub fn walk(dims: &[usize], steps: &[usize], start: usize) -> Vec<usize> {
    let mut places = vec![start];
    for (&size, &step) in dims.iter().zip(steps) {
        places = places.iter().flat_map(|&place| (0..size).map(move |index| place + index * step)).collect();
    }
    places
}
