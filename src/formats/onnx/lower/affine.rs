//! Matrix products, batch normalisation, sums and means over axes.

use super::{
    arithmetic::{beside, plus},
    builder::Builder,
    view::{NOTHING, Step, Value, View},
    window,
};
use crate::{
    formats::onnx::{
        compute::{
            args::{Args, few},
            linear::transposed,
            reduce::{left, reduced},
        },
        file::{node::Node, tensor::Tensor},
    },
    network::{BatchNorm, Linear},
};
use std::sync::Arc;

/// W·x + b for a value of `columns` numbers; `weight` is `[rows, columns]`.
fn linear(
    builder: &mut Builder,
    view: &View,
    weight: &[f64],
    rows: usize,
    bias: Option<&[f64]>,
) -> Result<usize, String> {
    let settled = if view.order.as_ref().is_some_and(|order| order.contains(&NOTHING)) {
        builder.straight(view)?
    } else {
        builder.settle(view)?
    };
    let columns = builder.length(&view.dims);
    let width = builder.network.nodes()[settled.node].width();
    let weight = match &settled.order {
        None => builder.single(weight),
        // The places that the value shows, in the order in which the node has them.
        Some(order) => {
            let mut all = vec![
                0.0;
                rows.checked_mul(width)
                    .filter(|&size| size <= weight.len() + builder.room)
                    .ok_or("it reads too few of too many numbers")?
            ];
            for row in 0..rows {
                for (column, &place) in order.iter().enumerate() {
                    all[row * width + place as usize] += weight[row * columns + column];
                }
            }
            builder.single(&all)
        }
    };
    let flat = builder.flat(settled.node)?;
    let bias = bias.map(|bias| builder.single(bias));
    builder.weights = true;
    builder.push(Linear { outputs: rows, inputs: width, weight, bias }, &[flat])
}

/// x·W or W·x.
pub fn matmul(builder: &mut Builder, view: &View, weight: &Tensor, in_front: bool) -> Result<View, String> {
    let unfit =
        || format!("its input of shape {} and its weights of shape {} do not fit", few(&view.dims), few(&weight.dims));
    let leading = weight.dims.len().saturating_sub(2);
    if weight.dims[..leading].iter().any(|&size| size != 1) || weight.dims.is_empty() {
        return Err("a stack of matrices is not read".into());
    }
    let matrix: Vec<usize> = weight.dims[leading..].to_vec();
    if in_front {
        // A column vector behind its matrix: only where there is no batch.
        let column = match (&view.dims[..], builder.batch) {
            ([n], None) | ([n, 1], None) => *n,
            _ => {
                return Err(format!(
                    "it multiplies a matrix by a computed value of shape {}, which is not read",
                    few(&view.dims)
                ));
            }
        };
        let (rows, columns) = match matrix[..] {
            [rows, columns] => (rows, columns),
            [columns] => (1, columns),
            _ => return Err(unfit()),
        };
        if columns != column {
            return Err(unfit());
        }
        let node = linear(builder, view, &weight.values, rows, None)?;
        let mut dims: Vec<usize> = if matrix.len() == 2 { vec![rows] } else { vec![] };
        dims.extend((view.dims.len() == 2).then_some(1));
        return Ok(View { node, dims, order: None, steps: Vec::new() });
    }
    let (inner, columns) = match matrix[..] {
        [inner, columns] => (inner, columns),
        [inner] => (inner, 1),
        _ => return Err(unfit()),
    };
    if view.dims.last() != Some(&inner)
        || inner == 0
        || columns == 0
        || (builder.batch.is_some() && view.dims.len() < 2)
    {
        return Err(unfit());
    }
    let mut dims = view.dims.clone();
    dims.pop();
    dims.extend((matrix.len() == 2).then_some(columns));
    builder.keeps_batch(&dims)?;
    let weights = transposed(&weight.values, inner, columns);
    let rows = builder.length(&view.dims) / inner;
    if rows == 1 {
        let node = linear(builder, view, &weights, columns, None)?;
        return Ok(View { node, dims, order: None, steps: Vec::new() });
    }
    // The same matrix for each row: a window as wide as a row. Its results come column by column.
    let straight = builder.straight(view)?;
    let image = builder.reshape(straight.node, &[1, rows, inner])?;
    let conv = crate::network::Conv2d {
        outputs: columns,
        inputs: 1,
        kernel: [1, inner],
        stride: [1, inner],
        padding: [0, 0],
        groups: 1,
        weight: builder.single(&weights),
        bias: None,
    };
    let node = builder.push(conv, &[image])?;
    builder.weights = true;
    let order = (0..rows * columns).map(|at| (at % columns * rows + at / columns) as u32).collect();
    Ok(View { node, dims, order: Some(Arc::new(order)), steps: Vec::new() })
}

/// alpha·A·B + beta·C.
pub fn gemm(builder: &mut Builder, node: &Node, inputs: &[Option<Value>]) -> Result<View, String> {
    let [alpha, beta] = [node.float("alpha")?.unwrap_or(1.0), node.float("beta")?.unwrap_or(1.0)];
    let (view, weight) = match (inputs.first(), inputs.get(1)) {
        (Some(Some(Value::Computed(view))), Some(Some(Value::Constant(weight)))) => (view, weight),
        _ => {
            return Err("its second input must be a constant matrix: a product of computed values is not affine".into());
        }
    };
    if node.flag("transA")? {
        return Err("it turns its computed input over (transA), which is not read".into());
    }
    let (&[height, width], &[rows, depth]) = (&weight.dims[..], &view.dims[..]) else {
        return Err(format!("its inputs of shapes {} and {} are no matrices", few(&view.dims), few(&weight.dims)));
    };
    let turned = node.flag("transB")?;
    let (inner, columns) = if turned { (width, height) } else { (height, width) };
    let dims = vec![rows, columns];
    if depth != inner || (builder.batch.is_none() && rows != 1) || inner == 0 || columns == 0 {
        return Err(format!(
            "its input of shape {} and its weights of shape {} do not fit",
            few(&view.dims),
            few(&weight.dims)
        ));
    }
    let mut weights = if turned { weight.values.to_vec() } else { transposed(&weight.values, height, width) };
    if alpha != 1.0 {
        builder.note(format!("a Gemm's factor {alpha} was multiplied into its weights"));
        weights.iter_mut().for_each(|value| *value *= alpha);
    }
    let third = inputs.get(2).and_then(Option::as_ref).filter(|_| beta != 0.0);
    let bias = match third {
        Some(Value::Constant(constant)) => {
            let empty = View { node: 0, dims: dims.clone(), order: None, steps: Vec::new() };
            let (shaped, by) = beside(builder, &empty, constant)?;
            if shaped.dims != dims {
                return Err(format!(
                    "its C of shape {} does not fit its result of shape {}",
                    few(&constant.dims),
                    few(&dims)
                ));
            }
            let at = |index: usize| if by.len() == 1 { by[0] } else { by[index] };
            if beta != 1.0 {
                builder.note(format!("a Gemm's factor {beta} was multiplied into its bias"));
            }
            Some((0..columns).map(|index| at(index) * beta).collect::<Vec<f64>>())
        }
        _ => None,
    };
    let made = linear(builder, view, &weights, columns, bias.as_deref())?;
    let made = View { node: made, dims, order: None, steps: Vec::new() };
    match third {
        Some(Value::Computed(other)) => plus(builder, &made, &other.then(Step::Mul(Arc::new(vec![beta])))),
        _ => Ok(made),
    }
}

/// Batch normalisation at inference.
pub fn batch_norm(builder: &mut Builder, node: &Node, view: &View, numbers: [&Tensor; 4]) -> Result<View, String> {
    if node.flag("training_mode")? || node.outputs.iter().skip(1).any(|output| !output.is_empty()) {
        return Err("it is in training mode, so its outputs depend on the batch; export after model.eval()".into());
    }
    if node.int("spatial")?.unwrap_or(1) == 0 {
        return Err("it normalises each number by itself (spatial 0), which is not read".into());
    }
    let stabilizer = node.float("epsilon")?.unwrap_or(f64::from(1e-5f32));
    let channels = *builder.sample(&view.dims).first().unwrap_or(&1);
    if let Some(list) = numbers.iter().find(|list| list.values.len() != channels) {
        return Err(format!("it has {} numbers for {channels} channels", list.values.len()));
    }
    let straight = builder.straight(view)?;
    let shape = builder.sample(&view.dims);
    let whole = if shape.len() == 2 { vec![shape[0], 1, shape[1]] } else { shape };
    let from = builder.reshape(straight.node, &whole)?;
    let [weight, bias, mean, variance] = numbers.map(|list| builder.single(&list.values));
    let made = builder.push(BatchNorm { weight, bias, mean, variance, stabilizer }, &[from])?;
    Ok(View { node: made, dims: view.dims.clone(), order: None, steps: Vec::new() })
}

/// ReduceMean and ReduceSum: over height and width a pooling, else a matrix of ones.
pub fn reduce(builder: &mut Builder, node: &Node, view: &View, inputs: &[Option<Value>]) -> Result<View, String> {
    let constants: Vec<Option<Tensor>> = inputs
        .iter()
        .map(|input| if let Some(Value::Constant(tensor)) = input { Some(tensor.clone()) } else { None })
        .collect();
    let args = Args { node, inputs: &constants, limit: usize::MAX };
    let gone = reduced(&args, view.dims.len())?;
    if gone.is_empty() {
        return Ok(view.clone());
    }
    if builder.batch.is_some() && gone.contains(&0) {
        return Err("it sums over the inputs of a batch".into());
    }
    let count: usize = gone.iter().map(|&axis| view.dims[axis]).product();
    let dims = left(&view.dims, &gone, node.int("keepdims")?.unwrap_or(1) != 0);
    let mean = node.op == "ReduceMean";
    let sample = builder.sample(&view.dims);
    let lead = view.dims.len() - sample.len();
    let spatial = mean && sample.len() == 3 && gone == [lead + 1, lead + 2];
    if spatial {
        return Ok(window::average(builder, node, view, true)?.shaped(dims));
    }
    let kept = left(&view.dims, &gone, true);
    let (rows, columns) = (builder.length(&kept), builder.length(&view.dims));
    let size = rows.checked_mul(columns).filter(|&size| size <= builder.room);
    let size = size.ok_or_else(|| format!("it sums {columns} numbers to {rows}, too many to write out as a matrix"))?;
    let place = crate::formats::onnx::compute::args::places(&kept, &view.dims);
    let mut weight = vec![0.0; size];
    for (column, row) in place.into_iter().take(columns).enumerate() {
        weight[row * columns + column] = 1.0;
    }
    let weights = builder.weights;
    let made = linear(builder, view, &weight, rows, None)?;
    builder.weights = weights;
    let made = View { node: made, dims, order: None, steps: Vec::new() };
    Ok(if mean { made.then(Step::Div(Arc::new(vec![count as f64]))) } else { made })
}
