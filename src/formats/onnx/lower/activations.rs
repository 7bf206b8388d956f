//! Activations, and the compositions that exporters write for them.

use super::{
    builder::Builder,
    layout,
    view::{Step, View, uniform},
};
use crate::network::{LeakyRelu, Operator, Relu};
use std::sync::Arc;

/// An operator that works number by number and the same on each.
pub fn apply(builder: &mut Builder, view: &View, operator: impl Operator + 'static) -> Result<View, String> {
    let settled = builder.settle(view)?;
    let node = builder.push(operator, &[settled.node])?;
    Ok(View { node, ..settled })
}

/// max(x, 0).
pub fn relu(builder: &mut Builder, view: &View) -> Result<View, String> {
    let above = builder.network.nodes()[view.node].operator.as_ref().is_some_and(|operator| operator.name() == "relu");
    if above && view.steps.is_empty() {
        return Ok(view.clone());
    }
    let made = apply(builder, view, Relu)?;
    builder.rectified.insert(made.node, view.clone());
    Ok(made)
}

/// x above 0, `slope`·x below, one slope for each number or one for all.
pub fn parametric(builder: &mut Builder, view: &View, slope: &[f64]) -> Result<View, String> {
    piecewise(builder, view, &[1.0], slope)
}

/// `above`·x above 0, `below`·x below.
pub fn piecewise(builder: &mut Builder, view: &View, above: &[f64], below: &[f64]) -> Result<View, String> {
    if let Some(value) = above.iter().chain(below).find(|value| !value.is_finite()) {
        return Err(format!("its slope is {value}, not a finite number"));
    }
    let all = |values: &[f64], wanted: f64| values.iter().all(|&value| value == wanted);
    let one = uniform(below);
    if all(above, 1.0)
        && let Some(slope) = one.filter(|slope| (0.0..1.0).contains(slope))
    {
        return if slope == 0.0 { relu(builder, view) } else { apply(builder, view, LeakyRelu { slope }) };
    }
    if all(above, 1.0) && all(below, 1.0) {
        return Ok(view.clone());
    }
    // below·x + above·Relu(x) − below·Relu(x), so that no slope is rounded.
    builder.note("slopes of their own for each neuron, or outside [0, 1), were written with rectifiers: a·x + Relu(x) − a·Relu(x)");
    let by = |view: &View, values: Vec<f64>| view.then(Step::Mul(Arc::new(values)));
    let straight = builder.straight(view)?;
    let positive = relu(builder, &straight)?;
    let parts = [
        by(&straight, below.to_vec()),
        by(&positive, above.to_vec()),
        by(&positive, below.iter().map(|slope| -slope).collect()),
    ];
    let mut nodes = Vec::new();
    for part in parts {
        nodes.push(builder.settle(&part)?.node);
    }
    let node = layout::sum(builder, &nodes)?;
    Ok(View { node, ..straight })
}
