//! The truth about a network with two inputs and at most one hidden layer: it is straight between the lines on which a neuron bends, so
//! that its extremes lie where two of these lines, or one of them and an edge of the box, or two edges meet.

use super::number::Side;
use boundscope::{
    bounds::{Method, Prepared, Region, Strategy},
    certify::{Search, bracket},
    network::{Map, Network, Role},
    pulse::Steady,
    tensor::Cpu,
};
use pollster::block_on;
use std::error::Error;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// w₁x₁ + w₂x₂ = c.
type Straight = ([f64; 2], f64);

/// `true.m`, the least margin, `true.y.1.l` and `.u`, and `true.radius`.
pub fn tell(
    network: &Network,
    point: &[f64],
    label: Option<usize>,
    epsilon: f64,
    put: &mut impl FnMut(String, f64, Side),
) -> Outcome<()> {
    let bends = bends(network)?;
    let prepared = Prepared::new(Cpu::<f64>::new(), network);
    let outputs = extremes(&prepared, point, epsilon, &bends)?;
    for class in 0..network.classes() {
        let of = |values: &Vec<f64>| values[class];
        put(format!("true.y.{}.l", class + 1), outputs.iter().map(of).fold(f64::INFINITY, f64::min), Side::Down);
        put(format!("true.y.{}.u", class + 1), outputs.iter().map(of).fold(f64::NEG_INFINITY, f64::max), Side::Up);
    }
    let Some(label) = label else { return Ok(()) };
    put("true.m".into(), least(&outputs, label), Side::Down);
    let search = Search { largest: 64.0, tolerance: 1e-13 };
    let radius = bracket(search, async |epsilon| {
        let outputs = extremes(&prepared, point, epsilon, &bends);
        Ok(outputs.is_ok_and(|outputs: Vec<Vec<f64>>| least(&outputs, label) > 0.0))
    });
    let radius = block_on(radius)?;
    if let (Some(verified), Some(_)) = (radius.verified, radius.unverified) {
        put("true.radius".into(), verified, Side::Down);
    }
    Ok(())
}

/// The least margin of a label.
fn least(outputs: &[Vec<f64>], label: usize) -> f64 {
    let margin = |values: &Vec<f64>| {
        let rivals = values.iter().enumerate().filter(|(class, _)| *class != label);
        rivals.map(|(_, rival)| values[label] - rival).fold(f64::INFINITY, f64::min)
    };
    outputs.iter().map(margin).fold(f64::INFINITY, f64::min)
}

/// Where neurons bend.
fn bends(network: &Network) -> Outcome<Vec<Straight>> {
    let mut bends = Vec::new();
    for layer in network.layers() {
        let Some(Role::Affine(affine)) = network.role(layer.pre_activation) else { continue };
        let Map::Dense { rows, columns: 2, weight } = &affine.map else { return Err("takes two inputs".into()) };
        for row in 0..*rows {
            let weights = [f64::from(weight[2 * row]), f64::from(weight[2 * row + 1])];
            let bias = affine.bias.as_ref().map_or(0.0, |bias| bias[row]);
            let at = layer.rule.at(row).bends().ok_or("an activation that bends everywhere")?;
            bends.extend(at.into_iter().filter(|at| at.is_finite()).map(|at| (weights, at - bias)));
        }
    }
    Ok(bends)
}

/// Outputs at every point of the box at which an extreme may lie, and at its middle.
fn extremes(prepared: &Prepared<Cpu<f64>>, point: &[f64], epsilon: f64, bends: &[Straight]) -> Outcome<Vec<Vec<f64>>> {
    let mut lines = bends.to_vec();
    for (input, &middle) in point.iter().enumerate() {
        let mut weights = [0.0; 2];
        weights[input] = 1.0;
        lines.extend([middle - epsilon, middle + epsilon].map(|edge| (weights, edge)));
    }
    let mut points = point.to_vec();
    for (at, ([a, b], e)) in lines.iter().enumerate() {
        for ([c, d], f) in &lines[at + 1..] {
            let area = a * d - b * c;
            if area == 0.0 {
                continue;
            }
            let meeting = [(e * d - b * f) / area, (a * f - e * c) / area];
            let inside = |(x, middle): (&f64, &f64)| (x - middle).abs() <= epsilon + 1e-12 * (1.0 + middle.abs());
            if meeting.iter().zip(point).all(inside) {
                points.extend(meeting);
            }
        }
    }
    // A region without extent is inference.
    let region = Region::linf(0.0);
    let bounds = block_on(prepared.bounds(&points, None, &region, Method::Ibp, Strategy::Tight, &Steady))?;
    Ok(bounds.into_iter().map(|bounds| bounds.logits.lower).collect())
}
