//! Activations, and the compositions that exporters write for them.

use super::{
    builder::Builder,
    layout,
    view::{Step, Value, View, uniform},
};
use crate::network::{Elu, LeakyRelu, Operator, Relu, Softplus};
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

/// x from 0 on, `scale`·(e^x − 1) below.
pub fn elu(builder: &mut Builder, view: &View, scale: f64) -> Result<View, String> {
    match scale {
        0.0 => relu(builder, view),
        _ if scale > 0.0 && scale <= 1.0 => apply(builder, view, Elu { scale }),
        _ => Err(format!(
            "its alpha is {scale}; from above 0 to 1 it is read: beyond, the curve rises faster before 0 than after it"
        )),
    }
}

/// ln(1 + e^x).
pub fn softplus(builder: &mut Builder, view: &View) -> Result<View, String> {
    let made = apply(builder, view, Softplus)?;
    builder.softened.insert(made.node, view.clone());
    Ok(made)
}

/// From here on a softplus may be written as x itself: they differ by less than 3.1e-7.
pub const FAR: f64 = 15.0;

/// Where(x > far, x, Softplus(x)), which is Softplus(x) but for what f32 hardly holds.
pub fn soft_until(builder: &mut Builder, of: &View, inputs: &[Option<Value>]) -> Result<View, String> {
    let same = |view: &View, other: &View| view.same_place(other) && view.steps == other.steps;
    match (inputs.get(1), inputs.get(2)) {
        (Some(Some(Value::Computed(x))), Some(Some(Value::Computed(soft))))
            if same(x, of)
                && soft.steps.is_empty()
                && builder.softened.get(&soft.node).is_some_and(|made_of| same(made_of, of)) =>
        {
            builder.note("a softplus that is x itself where x is large was read as a softplus everywhere: they differ by less than 3.1e-7");
            Ok(soft.clone())
        }
        _ => {
            Err("a comparison with another number than 0 is read for softplus only: Where(x > 20, x, Softplus(x))"
                .into())
        }
    }
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
