//! Operators that move numbers: done once to a list of places, then part of the view.

use super::{
    builder::Builder,
    view::{NOTHING, Step, Value, View},
};
use crate::formats::onnx::{
    compute::{self, args::Args},
    file::{
        node::Node,
        tensor::{Kind, Tensor},
    },
};
use std::sync::Arc;

/// The places of a value's numbers, all inputs of the batch one after the other.
fn places(builder: &Builder, view: &View) -> Tensor {
    let length = builder.length(&view.dims) * builder.batch.unwrap_or(1);
    Tensor::new(view.dims.clone(), Kind::Whole, (0..length).map(|place| place as f64).collect())
}

/// The part of moved places that belongs to the first input, where every other input's is the same.
fn first(builder: &Builder, moved: &Tensor, length: usize) -> Result<Vec<u32>, String> {
    builder.keeps_batch(&moved.dims)?;
    let own = builder.length(&moved.dims);
    if own == 0 {
        return Err("nothing is left of its input".into());
    }
    let place = |value: f64, row: usize| match value {
        value if value < 0.0 => Some(NOTHING),
        value => (value as usize).checked_sub(row * length).filter(|&at| at < length).map(|at| at as u32),
    };
    let mut rows = moved.values.chunks(own).enumerate();
    let mixed = || "it mixes the inputs of a batch".to_owned();
    let (_, row) = rows.next().ok_or_else(mixed)?;
    let order: Vec<u32> = row.iter().map(|&value| place(value, 0)).collect::<Option<_>>().ok_or_else(mixed)?;
    for (index, row) in rows {
        if !row.iter().zip(&order).all(|(&value, &at)| place(value, index) == Some(at)) {
            return Err(mixed());
        }
    }
    Ok(order)
}

/// A view of a view: `order` says where each number stands in it.
fn seen(builder: &Builder, view: &View, order: &[u32], dims: Vec<usize>) -> View {
    let pick = |values: &Arc<Vec<f64>>| match values.len() {
        1 => values.clone(),
        _ => Arc::new(order.iter().map(|&place| values.get(place as usize).copied().unwrap_or(0.0)).collect()),
    };
    let own = |&place: &u32| match (&view.order, place) {
        (_, NOTHING) => NOTHING,
        (None, place) => place,
        (Some(order), place) => order[place as usize],
    };
    let steps = view.steps.iter().map(|step| match step {
        Step::Mul(by) => Step::Mul(pick(by)),
        Step::Add(by) => Step::Add(pick(by)),
        Step::Div(by) => Step::Div(pick(by)),
    });
    let steps = steps.collect();
    let order: Vec<u32> = order.iter().map(own).collect();
    // Turned over twice, numbers stand as they stood.
    let width = builder.network.nodes()[view.node].width();
    let same = order.len() == width && order.iter().enumerate().all(|(index, &place)| place as usize == index);
    View { node: view.node, dims, steps, order: (!same).then(|| Arc::new(order)) }
}

/// Numbers of a view at some places of it, under a shape. Where some are nothing, what was still to do is done before.
pub fn taken(builder: &mut Builder, view: &View, order: &[u32], dims: Vec<usize>) -> Result<View, String> {
    let length = builder.length(&view.dims);
    let same = order.len() == length && order.iter().enumerate().all(|(index, &place)| place as usize == index);
    if same {
        return Ok(view.shaped(dims));
    }
    if !order.contains(&NOTHING) {
        return Ok(seen(builder, view, order, dims));
    }
    let straight = builder.straight(view)?;
    let node = builder.select(straight.node, order)?;
    Ok(View { node, dims, order: None, steps: Vec::new() })
}

/// Runs an operator on the places of its one computed input, which is its first.
pub fn moved(builder: &mut Builder, node: &Node, view: &View, inputs: &[Option<Value>]) -> Result<Vec<Value>, String> {
    let length = builder.length(&view.dims);
    // Where only the shape changes, no place has to be looked at.
    let shape_only = matches!(node.op.as_str(), "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze");
    let from = if shape_only {
        Tensor { dims: view.dims.clone(), kind: Kind::Whole, values: Arc::default() }
    } else if length <= builder.room + (1 << 17) {
        places(builder, view)
    } else {
        return Err(format!("it moves {length} numbers, too many for a file of this size"));
    };
    let mut given: Vec<Option<Tensor>> = vec![Some(from)];
    for input in inputs.iter().skip(1) {
        given.push(match input {
            None => None,
            Some(Value::Constant(tensor)) => Some(tensor.clone()),
            Some(_) => return Err("where it takes numbers from depends on the input; that is not read".into()),
        });
    }
    // What is padded around is nothing here; the value is seen to elsewhere.
    if node.op == "Pad" {
        given.truncate(2);
        given.push(Some(Tensor::new(vec![], Kind::Whole, vec![-1.0])));
        given.push(match inputs.get(3) {
            Some(Some(Value::Constant(axes))) => Some(axes.clone()),
            _ => None,
        });
    }
    let limit = 4 * given.iter().flatten().map(|tensor| tensor.values.len()).sum::<usize>() + builder.room;
    let made = compute::run(&Args { node, inputs: &given, limit }, &mut |_| Err("no data".into()))?;
    made.into_iter()
        .map(|moved| {
            if shape_only {
                builder.keeps_batch(&moved.dims)?;
                return Ok(Value::Computed(view.shaped(moved.dims)));
            }
            let order = first(builder, &moved, length)?;
            Ok(Value::Computed(taken(builder, view, &order, moved.dims)?))
        })
        .collect()
}

/// A value broadcast to a larger shape.
pub fn expanded(builder: &mut Builder, view: &View, dims: &[usize]) -> Result<View, String> {
    if view.dims == dims {
        return Ok(view.clone());
    }
    builder.keeps_batch(dims)?;
    if builder.batch.is_some() && dims.len() != view.dims.len() {
        return Err("it adds an axis in front of the batch".into());
    }
    let size = dims
        .iter()
        .try_fold(1usize, |size, &next| size.checked_mul(next))
        .filter(|&size| size <= 4 * builder.length(&view.dims) + builder.room);
    size.ok_or("its result is too large")?;
    let all = compute::args::places(&view.dims, dims);
    let moved = Tensor::new(dims.to_vec(), Kind::Whole, all.into_iter().map(|place| place as f64).collect());
    let order = first(builder, &moved, builder.length(&view.dims))?;
    taken(builder, view, &order, dims.to_vec())
}

/// Values side by side along an axis; constants among them.
pub fn concat(builder: &mut Builder, node: &Node, inputs: &[Option<Value>]) -> Result<View, String> {
    // Every part's places, numbered on from those of the parts before.
    let mut given = Vec::new();
    let mut starts = vec![0];
    let batch = builder.batch.unwrap_or(1);
    for input in inputs {
        let dims = match input {
            Some(Value::Computed(view)) => &view.dims,
            Some(Value::Constant(tensor)) => &tensor.dims,
            _ => return Err("one of its inputs is left out or no number".into()),
        };
        builder.keeps_batch(dims)?;
        let (start, own) = (starts[starts.len() - 1], builder.length(dims));
        let values = (0..own * batch).map(|place| (start + place % own) as f64).collect();
        given.push(Some(Tensor::new(dims.clone(), Kind::Whole, values)));
        starts.push(start + own);
    }
    let end = starts[starts.len() - 1];
    let limit = end * batch;
    let made = compute::run(&Args { node, inputs: &given, limit }, &mut |_| Err("no data".into()))?;
    let made = made.into_iter().next().ok_or("it makes nothing")?;
    builder.keeps_batch(&made.dims)?;
    let own = builder.length(&made.dims);
    if made.values.chunks(own.max(1)).any(|row| row != &made.values[..own]) || own != end {
        return Err("it mixes the inputs of a batch".into());
    }
    let from: Vec<usize> = made.values[..own].iter().map(|&place| place as usize).collect();
    let part = |place: usize| starts.iter().rposition(|&start| start <= place).unwrap_or(0).min(inputs.len() - 1);
    // Parts of one node are one view of it.
    let views: Vec<Option<&View>> =
        inputs.iter().map(|input| if let Some(Value::Computed(view)) = input { Some(view) } else { None }).collect();
    if let [Some(one), rest @ ..] = &views[..]
        && one.steps.is_empty()
        && rest.iter().all(|view| view.is_some_and(|view| view.node == one.node && view.steps.is_empty()))
    {
        let at = |&place: &usize| {
            let index = part(place);
            let inside = place - starts[index];
            views[index].and_then(|view| view.order.as_ref()).map_or(inside as u32, |order| order[inside])
        };
        let order: Vec<u32> = from.iter().map(at).collect();
        return Ok(View { node: one.node, dims: made.dims, order: Some(Arc::new(order)), steps: Vec::new() });
    }
    let mut nodes = Vec::new();
    let mut shift = vec![0.0; own];
    for (index, input) in inputs.iter().enumerate() {
        let inside = |place: usize| (part(place) == index).then(|| place - starts[index]);
        match input {
            Some(Value::Computed(view)) => {
                let order: Vec<u32> = from.iter().map(|&place| inside(place).map_or(NOTHING, |at| at as u32)).collect();
                let straight = builder.straight(view)?;
                let sample = builder.sample(&view.dims);
                let image = builder.reshape(straight.node, &sample)?;
                nodes.push(builder.select(image, &order)?);
            }
            Some(Value::Constant(tensor)) => {
                let row = builder.length(&tensor.dims);
                if tensor.values.chunks(row.max(1)).any(|other| other != &tensor.values[..row]) {
                    return Err("a constant among its inputs differs between the inputs of a batch".into());
                }
                for (to, &place) in from.iter().enumerate() {
                    if let Some(at) = inside(place) {
                        shift[to] = tensor.values[at];
                    }
                }
            }
            _ => {}
        }
    }
    let node = sum(builder, &nodes)?;
    let view = View { node, dims: made.dims, order: None, steps: Vec::new() };
    Ok(if shift.iter().any(|&shift| shift != 0.0) { view.then(Step::Add(Arc::new(shift))) } else { view })
}

/// The sum of nodes of as many numbers, brought to one shape.
pub fn sum(builder: &mut Builder, nodes: &[usize]) -> Result<usize, String> {
    let shape = |builder: &Builder, node: usize| builder.network.nodes()[node].shape.clone();
    let mut nodes = nodes.to_vec();
    let common = shape(builder, nodes[0]);
    if nodes.iter().any(|&node| shape(builder, node) != common) {
        for node in &mut nodes {
            *node = builder.flat(*node)?;
        }
    }
    match &nodes[..] {
        [one] => Ok(*one),
        _ => builder.push(crate::network::Add, &nodes),
    }
}
