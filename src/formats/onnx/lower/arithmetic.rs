//! Sums, differences, products and quotients: with constants part of the view, between computed values only sums.

use super::{
    activations::{parametric, piecewise},
    builder::Builder,
    layout,
    view::{Step, View, uniform},
};
use crate::{
    formats::onnx::{
        compute::args::{broadcast, few, places},
        file::tensor::Tensor,
    },
    network::ParamRamp,
};
use std::sync::Arc;

/// A constant beside a value: the value under the shape that both broadcast to, and the constant for each number of one input (or one for
/// all).
///
/// # Errors
/// Shapes that do not fit, a constant that differs between the inputs of a batch, and one that is not finite.
pub fn beside(builder: &mut Builder, view: &View, constant: &Tensor) -> Result<(View, Arc<Vec<f64>>), String> {
    if let Some(value) = constant.values.iter().find(|value| !value.is_finite()) {
        return Err(format!("one of its constants is {value}, not a finite number"));
    }
    let dims = broadcast(&view.dims, &constant.dims)?;
    let view = layout::expanded(builder, view, &dims)?;
    if let Some(value) = constant.scalar() {
        return Ok((view, Arc::new(vec![value])));
    }
    let own = builder.length(&dims);
    let all: Vec<f64> = places(&constant.dims, &dims).into_iter().map(|place| constant.values[place]).collect();
    if all.chunks(own).any(|row| row != &all[..own]) {
        let shape = few(&constant.dims);
        return Err(format!("its constant of shape {shape} differs between the inputs of a batch"));
    }
    Ok((view, Arc::new(all[..own].to_vec())))
}

/// Every number of a list turned over.
pub fn negative(values: &[f64]) -> Arc<Vec<f64>> {
    Arc::new(values.iter().map(|value| -value).collect())
}

/// −x.
pub fn negated(view: &View) -> View {
    match &view.steps[..] {
        [rest @ .., Step::Mul(by)] => {
            let mut steps = rest.to_vec();
            steps.push(Step::Mul(negative(by)));
            View { steps, ..view.clone() }
        }
        _ => view.then(Step::Mul(Arc::new(vec![-1.0]))),
    }
}

/// x op c, or c op x where the constant stands in front.
pub fn with_constant(
    builder: &mut Builder,
    op: &str,
    view: &View,
    constant: &Tensor,
    in_front: bool,
) -> Result<View, String> {
    let (view, by) = beside(builder, view, constant)?;
    Ok(match (op, in_front) {
        ("Add" | "Sum", _) => view.then(Step::Add(by)),
        ("Sub", false) => view.then(Step::Add(negative(&by))),
        ("Sub", true) => negated(&view).then(Step::Add(by)),
        ("Mul", _) => view.then(Step::Mul(by)),
        ("Div", false) if by.contains(&0.0) => return Err("it divides by 0".into()),
        ("Div", false) => view.then(Step::Div(by)),
        _ => {
            return Err(
                "it divides a constant by a computed value; only quotients of a constant divisor are affine".into()
            );
        }
    })
}

/// The sum of two computed values.
pub fn plus(builder: &mut Builder, a: &View, b: &View) -> Result<View, String> {
    if let (true, Some(p), Some(q)) = (a.same_place(b), a.factors(), b.factors()) {
        let count = p.len().max(q.len());
        let at = |list: &[f64], index: usize| if list.len() == 1 { list[0] } else { list[index] };
        let sum = (0..count).map(|index| at(&p, index) + at(&q, index)).collect();
        return Ok(View { steps: vec![Step::Mul(Arc::new(sum))], ..a.clone() });
    }
    for (a, b) in [(a, b), (b, a)] {
        if let Some(found) = ramp(builder, a, b)? {
            return Ok(found);
        }
        if let Some(found) = two_rectifiers(builder, a, b)? {
            return Ok(found);
        }
        if let Some(found) = sloped_ramp(builder, a, b)? {
            return Ok(found);
        }
    }
    let dims = broadcast(&a.dims, &b.dims)?;
    let (a, b) = (layout::expanded(builder, a, &dims)?, layout::expanded(builder, b, &dims)?);
    let shape = |builder: &Builder, view: &View| builder.network.nodes()[view.node].shape.clone();
    // In the same order both may stay as they are.
    if a.order == b.order && a.order.is_some() && shape(builder, &a) == shape(builder, &b) {
        let (a, b) = (builder.settle(&a)?, builder.settle(&b)?);
        if a.order == b.order && shape(builder, &a) == shape(builder, &b) {
            let node = layout::sum(builder, &[a.node, b.node])?;
            return Ok(View { node, dims, order: a.order, steps: Vec::new() });
        }
    }
    let (a, b) = (builder.straight(&a)?, builder.straight(&b)?);
    let node = layout::sum(builder, &[a.node, b.node])?;
    Ok(View { node, dims, order: None, steps: Vec::new() })
}

/// Relu(u) − Relu(u − r): a ramp that ends at r. `b` comes with its sign turned.
fn ramp(builder: &mut Builder, a: &View, b: &View) -> Result<Option<View>, String> {
    let minus = b.factors().is_some_and(|by| uniform(&by) == Some(-1.0));
    let (Some(u), Some(past)) = (builder.rectified.get(&a.node), builder.rectified.get(&b.node)) else {
        return Ok(None);
    };
    if !a.steps.is_empty() || !minus || !u.same_place(past) || a.order != b.order || a.dims != b.dims {
        return Ok(None);
    }
    let Some(Step::Add(shift)) = past.steps.last() else { return Ok(None) };
    if past.steps[..past.steps.len() - 1] != u.steps[..] || shift.iter().any(|&shift| shift >= 0.0) {
        return Ok(None);
    }
    let (u, bend) = (u.clone(), negative(shift));
    clipped(builder, &u, &bend).map(Some)
}

/// max(0, min(u, bend)), one bend for each number.
fn clipped(builder: &mut Builder, u: &View, bend: &[f64]) -> Result<View, String> {
    let settled = builder.settle(u)?;
    let shape = builder.network.nodes()[settled.node].shape.clone();
    let length: usize = shape.iter().product();
    let mut all = vec![bend[0]; length];
    if bend.len() > 1 {
        for (index, &bend) in bend.iter().enumerate() {
            let place = settled.order.as_ref().map_or(index, |order| order[index] as usize);
            all[place] = bend;
        }
    }
    let bend = builder.single(&all);
    let node = builder.push(ParamRamp { slope: 0.0, bend: bend.clone(), shape }, &[settled.node])?;
    builder.ramps.insert(node, (u.clone(), bend));
    Ok(View { node, ..settled })
}

/// Relu(u) + k·Relu(−u): −k is the slope below 0.
fn two_rectifiers(builder: &mut Builder, a: &View, b: &View) -> Result<Option<View>, String> {
    let Some(by) = b.factors() else { return Ok(None) };
    let (Some(u), Some(turned)) = (builder.rectified.get(&a.node), builder.rectified.get(&b.node)) else {
        return Ok(None);
    };
    if !a.steps.is_empty()
        || a.order != b.order
        || a.dims != b.dims
        || !negated(u).same_place(turned)
        || negated(u).steps != turned.steps
    {
        return Ok(None);
    }
    let u = u.clone();
    parametric(builder, &u, &negative(&by)).map(Some)
}

/// (1 − η)·ramp(z) + η·z: ParamRamp.
fn sloped_ramp(builder: &mut Builder, a: &View, b: &View) -> Result<Option<View>, String> {
    let Some((z, bend)) = builder.ramps.get(&a.node).cloned() else { return Ok(None) };
    let Some(rest) = a.factors().and_then(|by| uniform(&by)) else { return Ok(None) };
    let slope = match (&b.steps[..], &z.steps[..]) {
        ([before @ .., Step::Mul(by)], z) if before == z => uniform(by),
        _ => None,
    };
    let Some(slope) = slope.filter(|slope| (0.0..1.0).contains(slope) && (1.0 - slope) as f32 == rest as f32) else {
        return Ok(None);
    };
    if !z.same_place(b) {
        return Ok(None);
    }
    if 1.0 - slope != rest {
        builder.note(format!(
            "a ramp's slopes {slope} and {rest} do not make up 1; it was read as ParamRamp of slope {slope}"
        ));
    }
    let settled = builder.settle(&z)?;
    let shape = builder.network.nodes()[settled.node].shape.clone();
    let node = builder.push(ParamRamp { slope, bend, shape }, &[settled.node])?;
    Ok(Some(View { node, ..settled }))
}

/// The larger of two computed values, or the smaller.
pub fn extreme(builder: &mut Builder, largest: bool, a: &View, b: &View) -> Result<View, String> {
    if let (true, Some(p), Some(q)) = (a.same_place(b), a.factors(), b.factors()) {
        let count = p.len().max(q.len());
        let at = |list: &[f64], index: usize| if list.len() == 1 { list[0] } else { list[index] };
        let pairs = || (0..count).map(|index| (at(&p, index), at(&q, index)));
        let (high, low): (Vec<f64>, Vec<f64>) = pairs().map(|(p, q)| (p.max(q), p.min(q))).unzip();
        let base = View { steps: Vec::new(), ..a.clone() };
        return if largest { piecewise(builder, &base, &high, &low) } else { piecewise(builder, &base, &low, &high) };
    }
    // max(a, b) = a + Relu(b − a), min(a, b) = a − Relu(a − b).
    builder.note("a maximum or minimum of two computed values was written with a rectifier of their difference");
    let (more, less) = if largest { (b, a) } else { (a, b) };
    let difference = plus(builder, more, &negated(less))?;
    let above = super::activations::relu(builder, &difference)?;
    plus(builder, a, &if largest { above } else { negated(&above) })
}
