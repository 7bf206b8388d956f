//! Operators that move numbers and change none: what they do to a list of places is what they do to values.

use super::args::{Args, axes, axis, few, places, strides, walk};
use crate::formats::{
    limits::count,
    onnx::file::tensor::{External, Kind, Tensor},
};

/// The numbers at some places.
fn gather(x: &Tensor, dims: Vec<usize>, places: &[usize]) -> Tensor {
    Tensor::new(dims, x.kind, places.iter().map(|&place| x.values[place]).collect())
}

fn shaped(x: &Tensor, dims: Vec<usize>) -> Tensor {
    Tensor { dims, kind: x.kind, values: x.values.clone() }
}

/// The shape that a Reshape gives to `from`.
///
/// # Errors
/// A shape that does not hold as many numbers.
pub fn reshaped(from: &[usize], wanted: &[i64], allow_zero: bool) -> Result<Vec<usize>, String> {
    let length = count(from).ok_or("its input is too large")?;
    let mut open = None;
    let mut dims = Vec::with_capacity(wanted.len());
    for (axis, &size) in wanted.iter().enumerate() {
        dims.push(match size {
            0 if !allow_zero => *from.get(axis).ok_or("it copies the size of an axis that its input lacks")?,
            -1 if open.is_some() => return Err("two sizes of its shape are −1".into()),
            -1 => {
                open = Some(axis);
                1
            }
            size => usize::try_from(size).map_err(|_| format!("its shape has the size {size}"))?,
        });
    }
    let known = count(&dims).unwrap_or(usize::MAX);
    if let Some(axis) = open
        && known > 0
        && length.is_multiple_of(known)
    {
        dims[axis] = length / known;
    }
    if count(&dims) != Some(length) {
        let shape = wanted.iter().take(8).map(i64::to_string).collect::<Vec<_>>().join(", ");
        return Err(format!("its input of shape {} does not fit its shape [{shape}]", few(from)));
    }
    Ok(dims)
}

/// What a constant node holds.
pub fn constant(args: &Args<'_>, external: &mut External<'_>) -> Result<Tensor, String> {
    let node = args.node;
    if let Some(tensor) = node.tensor("value", external)? {
        return Ok(tensor);
    }
    let single = |values: &[f64]| Tensor::new(vec![values.len()], Kind::Single, values.to_vec());
    let whole = |values: &[i64]| Tensor::list(values.iter().map(|&value| value as f64).collect());
    let none = || "it has no value that is read".to_owned();
    Ok(match (node.float("value_float")?, node.int("value_int")?) {
        (Some(value), _) => Tensor::new(vec![], Kind::Single, vec![value]),
        (_, Some(value)) => Tensor::new(vec![], Kind::Whole, vec![value as f64]),
        _ => match (node.floats("value_floats")?, node.ints("value_ints")?) {
            (Some(values), _) => single(values),
            (_, Some(values)) => whole(values),
            _ => return Err(none()),
        },
    })
}

/// The sizes `Shape` gives of a shape.
pub fn shape(args: &Args<'_>, dims: &[usize]) -> Result<Tensor, String> {
    let rank = dims.len() as i64;
    let end = |name: &str, none: i64| -> Result<usize, String> {
        let value = args.node.int(name)?.unwrap_or(none);
        Ok((if value < 0 { value.saturating_add(rank) } else { value }).clamp(0, rank) as usize)
    };
    let (start, end) = (end("start", 0)?, end("end", rank)?);
    Ok(Tensor::list(dims.get(start..end).unwrap_or_default().iter().map(|&size| size as f64).collect()))
}

/// Operators that make tensors from sizes.
pub fn makers(args: &Args<'_>, external: &mut External<'_>) -> Result<Option<Tensor>, String> {
    let sizes = |tensor: &Tensor| -> Result<Vec<usize>, String> {
        let whole = tensor.whole().ok_or("its shape has numbers that are not whole")?;
        whole.iter().map(|&size| usize::try_from(size).map_err(|_| format!("its shape has the size {size}"))).collect()
    };
    Ok(Some(match args.node.op.as_str() {
        "Constant" => constant(args, external)?,
        "ConstantOfShape" => {
            let dims = sizes(args.need(0)?)?;
            let length = args.room(&dims)?;
            let value = args.node.tensor("value", external)?;
            let (kind, value) = match &value {
                None => (Kind::Single, 0.0),
                Some(tensor) => (tensor.kind, tensor.scalar().ok_or("its value is no single number")?),
            };
            Tensor::new(dims, kind, vec![value; length])
        }
        "Range" => {
            let number = |place: usize| args.need(place)?.scalar().ok_or("it lacks a single number".to_owned());
            let (start, limit, step) = (number(0)?, number(1)?, number(2)?);
            let length = ((limit - start) / step).ceil().max(0.0);
            if length.is_nan() || length > args.limit as f64 {
                return Err(format!(
                    "it would make {length} numbers, more than the {} read from this file",
                    args.limit
                ));
            }
            let values = (0..length as usize).map(|index| start + index as f64 * step).collect();
            Tensor::new(vec![length as usize], args.need(0)?.kind, values)
        }
        "Shape" => shape(args, &args.need(0)?.dims)?,
        "Size" => Tensor::new(vec![], Kind::Whole, vec![args.need(0)?.values.len() as f64]),
        "Expand" => {
            let x = args.need(0)?;
            let dims = super::args::broadcast(&x.dims, &sizes(args.need(1)?)?)?;
            args.room(&dims)?;
            gather(x, dims.clone(), &places(&x.dims, &dims))
        }
        "Tile" => {
            let (x, repeats) = (args.need(0)?, sizes(args.need(1)?)?);
            if repeats.len() != x.dims.len() {
                return Err(format!("it repeats {} axes, its input has {}", repeats.len(), x.dims.len()));
            }
            let dims: Option<Vec<usize>> =
                x.dims.iter().zip(&repeats).map(|(size, by)| size.checked_mul(*by)).collect();
            let dims = dims.ok_or("its result is too large")?;
            args.room(&dims)?;
            let steps = strides(&x.dims);
            let mut at = vec![0];
            for axis in 0..dims.len() {
                let (size, step, all) = (x.dims[axis], steps[axis], dims[axis]);
                at = at.iter().flat_map(|&place| (0..all).map(move |index| place + index % size * step)).collect();
            }
            gather(x, dims, &at)
        }
        _ => return Ok(None),
    }))
}

/// Operators that give the same numbers in the same order under another shape.
pub fn reshapes(args: &Args<'_>) -> Result<Option<Tensor>, String> {
    let node = args.node;
    let x = || args.need(0);
    Ok(Some(match node.op.as_str() {
        "Reshape" => {
            let wanted = args.ints(1, "shape")?.ok_or("it lacks its shape")?;
            shaped(x()?, reshaped(&x()?.dims, &wanted, node.flag("allowzero")?)?)
        }
        "Flatten" => {
            let dims = &x()?.dims;
            let axis = axis(node.int("axis")?.unwrap_or(1), dims.len() + 1).or_else(|error| {
                // Negative axes count from the rank, not from one more.
                let value = node.int("axis")?.unwrap_or(1);
                if value < 0 { super::args::axis(value, dims.len()) } else { Err(error) }
            })?;
            let axis = if node.int("axis")?.unwrap_or(1) < 0 { axis.min(dims.len()) } else { axis };
            shaped(x()?, vec![dims[..axis].iter().product(), dims[axis..].iter().product()])
        }
        "Squeeze" => {
            let dims = &x()?.dims;
            let gone = match args.ints(1, "axes")? {
                Some(list) => axes(&list, dims.len())?,
                None => (0..dims.len()).filter(|&axis| dims[axis] == 1).collect(),
            };
            if let Some(axis) = gone.iter().find(|&&axis| dims[axis] != 1) {
                return Err(format!("it takes away axis {axis}, whose size is {}", dims[*axis]));
            }
            let left = (0..dims.len()).filter(|axis| !gone.contains(axis)).map(|axis| dims[axis]).collect();
            shaped(x()?, left)
        }
        "Unsqueeze" => {
            let list = args.ints(1, "axes")?.ok_or("it lacks its axes")?;
            let rank = x()?.dims.len() + list.len();
            if rank > 16 {
                return Err(format!("its result has {rank} axes"));
            }
            let fresh = axes(&list, rank)?;
            let mut old = x()?.dims.iter();
            let dims = (0..rank).map(|axis| if fresh.contains(&axis) { 1 } else { old.next().copied().unwrap_or(1) });
            shaped(x()?, dims.collect())
        }
        _ => return Ok(None),
    }))
}

/// Operators that take numbers from other places.
pub fn moves(args: &Args<'_>) -> Result<Option<Vec<Tensor>>, String> {
    let node = args.node;
    Ok(Some(match node.op.as_str() {
        "Transpose" => {
            let x = args.need(0)?;
            let rank = x.dims.len();
            let order = match node.ints("perm")? {
                Some(list) => axes(list, rank)?,
                None => (0..rank).rev().collect(),
            };
            if order.len() != rank {
                return Err(format!("it orders {} axes, its input has {rank}", order.len()));
            }
            let steps = strides(&x.dims);
            let dims: Vec<usize> = order.iter().map(|&axis| x.dims[axis]).collect();
            let steps: Vec<usize> = order.iter().map(|&axis| steps[axis]).collect();
            vec![gather(x, dims.clone(), &walk(&dims, &steps, 0))]
        }
        "Slice" => vec![slice(args)?],
        "Gather" => {
            let (x, indices) = (args.need(0)?, args.need(1)?);
            let axis = axis(node.int("axis")?.unwrap_or(0), x.dims.len())?;
            let along = indices.whole().ok_or("its indices are not whole numbers")?;
            let along: Vec<usize> =
                along.iter().map(|&index| super::args::axis(index, x.dims[axis])).collect::<Result<_, _>>()?;
            let dims = [&x.dims[..axis], &indices.dims[..], &x.dims[axis + 1..]].concat();
            args.room(&dims)?;
            vec![gather(x, dims, &pick(&x.dims, axis, &along))]
        }
        "Split" => {
            let x = args.need(0)?;
            let axis = axis(node.int("axis")?.unwrap_or(0), x.dims.len())?;
            let parts = node.outputs.len().max(1);
            let size = x.dims[axis];
            let sizes = match args.ints(1, "split")? {
                Some(list) => list.iter().map(|&size| usize::try_from(size).unwrap_or(usize::MAX)).collect(),
                None => {
                    let each = size.div_ceil(parts);
                    (0..parts).map(|part| each.min(size.saturating_sub(part * each))).collect::<Vec<_>>()
                }
            };
            if sizes.iter().try_fold(0usize, |sum, &size| sum.checked_add(size)) != Some(size) || sizes.len() != parts {
                return Err(format!("its parts do not make up the {size} along axis {axis}"));
            }
            let mut start = 0;
            let mut found = Vec::new();
            for size in sizes {
                let along: Vec<usize> = (start..start + size).collect();
                let mut dims = x.dims.clone();
                dims[axis] = size;
                found.push(gather(x, dims, &pick(&x.dims, axis, &along)));
                start += size;
            }
            found
        }
        "Concat" => vec![concat(args)?],
        "Pad" => vec![pad(args)?],
        _ => return Ok(None),
    }))
}

/// The places of some indices along one axis.
fn pick(dims: &[usize], axis: usize, along: &[usize]) -> Vec<usize> {
    let outer: usize = dims[..axis].iter().product();
    let inner: usize = dims[axis + 1..].iter().product();
    let mut places = Vec::with_capacity(outer * along.len() * inner);
    for block in 0..outer {
        for &index in along {
            let start = (block * dims[axis] + index) * inner;
            places.extend(start..start + inner);
        }
    }
    places
}

fn slice(args: &Args<'_>) -> Result<Tensor, String> {
    let x = args.need(0)?;
    let starts = args.ints(1, "starts")?.ok_or("it lacks its starts")?;
    let ends = args.ints(2, "ends")?.ok_or("it lacks its ends")?;
    let which = match args.ints(3, "axes")? {
        Some(list) => axes(&list, x.dims.len())?,
        None => (0..starts.len()).collect(),
    };
    let by = args.ints(4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]);
    let count = which.len();
    if starts.len() != count || ends.len() != count || by.len() != count || count > x.dims.len() {
        return Err("its starts, ends, axes and steps differ in number".into());
    }
    let mut result = x.clone();
    for ((axis, (start, end)), step) in which.into_iter().zip(starts.into_iter().zip(ends)).zip(by) {
        let size = result.dims[axis] as i64;
        let from_end = |value: i64| if value < 0 { value.saturating_add(size) } else { value };
        let along: Vec<usize> = match step {
            0 => return Err("its step is 0".into()),
            1.. => {
                let (start, end) = (from_end(start).clamp(0, size), from_end(end).clamp(0, size));
                (start..end).step_by(usize::try_from(step).unwrap_or(usize::MAX)).map(|index| index as usize).collect()
            }
            _ => {
                let (start, end) = (from_end(start).clamp(-1, size - 1), from_end(end).clamp(-1, size - 1));
                let by = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
                (end + 1..=start).rev().step_by(by).map(|index| index as usize).collect()
            }
        };
        let places = pick(&result.dims, axis, &along);
        let mut dims = result.dims.clone();
        dims[axis] = along.len();
        result = gather(&result, dims, &places);
    }
    Ok(result)
}

fn concat(args: &Args<'_>) -> Result<Tensor, String> {
    let first = args.need(0)?;
    let rank = first.dims.len();
    let axis = axis(args.node.int("axis")?.unwrap_or(1), rank)?;
    let parts: Vec<&Tensor> = (0..args.inputs.len()).map(|place| args.need(place)).collect::<Result<_, _>>()?;
    let mut dims = first.dims.clone();
    dims[axis] = 0;
    for part in &parts {
        let fits =
            part.dims.len() == rank && (0..rank).all(|other| other == axis || part.dims[other] == first.dims[other]);
        if !fits {
            return Err(format!("its inputs of shapes {} and {} do not fit", few(&first.dims), few(&part.dims)));
        }
        dims[axis] += part.dims[axis];
    }
    args.room(&dims)?;
    let outer: usize = dims[..axis].iter().product();
    let mut values = Vec::with_capacity(dims.iter().product());
    for block in 0..outer {
        for part in &parts {
            let size: usize = part.dims[axis..].iter().product();
            values.extend_from_slice(&part.values[block * size..(block + 1) * size]);
        }
    }
    Ok(Tensor::new(dims, first.kind, values))
}

/// What a Pad adds: numbers before and after each axis of its input.
///
/// # Errors
/// Paddings that do not fit the input's axes.
pub fn paddings(args: &Args<'_>, rank: usize) -> Result<Vec<[i64; 2]>, String> {
    let list = match args.ints(1, "pads")? {
        Some(list) => list,
        None => args.node.ints("paddings")?.map(<[i64]>::to_vec).ok_or("it lacks its pads")?,
    };
    let which = match args.ints(3, "axes")? {
        Some(list) => axes(&list, rank)?,
        None => (0..rank).collect(),
    };
    if list.len() != 2 * which.len() {
        return Err(format!("it has {} pads for {} axes", list.len(), which.len()));
    }
    let mut all = vec![[0, 0]; rank];
    for (place, &axis) in which.iter().enumerate() {
        all[axis] = [list[place], list[place + which.len()]];
    }
    Ok(all)
}

/// The value that a Pad puts around.
pub fn pad_value(args: &Args<'_>) -> Result<f64, String> {
    match args.maybe(2) {
        Some(tensor) => tensor.scalar().ok_or_else(|| "its value is no single number".into()),
        None => Ok(args.node.float("value")?.unwrap_or(0.0)),
    }
}

fn pad(args: &Args<'_>) -> Result<Tensor, String> {
    let x = args.need(0)?;
    let mode = args.node.text("mode")?.unwrap_or("constant");
    let value = pad_value(args)?;
    let mut result = x.clone();
    for (axis, [before, after]) in paddings(args, x.dims.len())?.into_iter().enumerate() {
        if [before, after] == [0, 0] {
            continue;
        }
        let size = result.dims[axis] as i64;
        let wanted = size.checked_add(before).and_then(|sum| sum.checked_add(after)).filter(|&sum| sum > 0);
        let wanted = wanted.ok_or("its pads leave nothing")?;
        let mut dims = result.dims.clone();
        dims[axis] = usize::try_from(wanted).unwrap_or(usize::MAX);
        args.room(&dims)?;
        let from = |index: i64| -> Result<Option<i64>, String> {
            let at = index - before;
            Ok(match mode {
                _ if (0..size).contains(&at) => Some(at),
                "constant" => None,
                "edge" => Some(at.clamp(0, size - 1)),
                "reflect" => {
                    let at = if at < 0 { -at } else { 2 * (size - 1) - at };
                    Some(Some(at).filter(|at| (0..size).contains(at)).ok_or("it reflects more than its input has")?)
                }
                "wrap" => Some(at.rem_euclid(size)),
                _ => return Err(format!("its mode {mode} is not known")),
            })
        };
        let along: Vec<Option<i64>> = (0..wanted).map(from).collect::<Result<_, _>>()?;
        let outer: usize = dims[..axis].iter().product();
        let inner: usize = dims[axis + 1..].iter().product();
        let mut values = Vec::with_capacity(outer * along.len() * inner);
        for block in 0..outer {
            for at in &along {
                match at {
                    None => values.extend(std::iter::repeat_n(value, inner)),
                    Some(at) => {
                        let start = (block * size as usize + *at as usize) * inner;
                        values.extend_from_slice(&result.values[start..start + inner]);
                    }
                }
            }
        }
        result = Tensor::new(dims, result.kind, values);
    }
    Ok(result)
}
