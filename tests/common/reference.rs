//! The plainest evaluation of a network, written from the operators' definitions and sharing nothing with the library's
//! lowering or kernels; and points of a region.

use super::random::Rng;
use boundscope::{
    bounds::{Norm, Region},
    network::{Network, Node, NodeId, Operator},
};

/// Value of every node at `x`, flattened in C order.
pub fn evaluate(network: &Network, x: &[f64]) -> Vec<Vec<f64>> {
    let nodes = network.nodes();
    let mut values: Vec<Vec<f64>> = Vec::with_capacity(nodes.len());
    for node in nodes {
        values.push(match &node.operator {
            None => x.to_vec(),
            Some(operator) => {
                let inputs: Vec<(&Node, &[f64])> =
                    node.inputs.iter().map(|&id| (&nodes[id], values[id].as_slice())).collect();
                step(operator.as_ref(), &inputs, node)
            }
        });
    }
    values
}

/// The operators that act on each element by itself and are not affine.
pub const ACTIVATIONS: [&str; 8] = ["relu", "leaky_relu", "param_ramp", "clip", "sigmoid", "tanh", "elu", "softplus"];

/// The nodes that activations read, in the order of the graph: the layers that bounds are kept of.
pub fn layers(network: &Network) -> Vec<NodeId> {
    let mut layers = Vec::new();
    for node in network.nodes() {
        let Some(operator) = &node.operator else { continue };
        if ACTIVATIONS.contains(&operator.name()) && !layers.contains(&node.inputs[0]) {
            layers.push(node.inputs[0]);
        }
    }
    layers.sort_unstable();
    layers
}

fn step(operator: &dyn Operator, inputs: &[(&Node, &[f64])], node: &Node) -> Vec<f64> {
    let (from, x) = inputs[0];
    let tensors = operator.tensors();
    let find = |name: &str| tensors.iter().find(|tensor| tensor.name == name);
    let get = |name: &str, index: usize| f64::from(find(name).expect("the operator has it").values[index]);
    let settings = operator.settings();
    let number = |name: &str| settings[name].as_f64().expect("a number");
    let pair = |name: &str| [0, 1].map(|axis| settings[name][axis].as_u64().expect("a size") as usize);
    let area: usize = from.shape[1..].iter().product();
    let leaky = |slope: f64, z: f64| if z < 0.0 { slope * z } else { z };
    match operator.name() {
        "flatten" | "reshape" => x.to_vec(),
        "relu" => x.iter().map(|&z| leaky(0.0, z)).collect(),
        "leaky_relu" => x.iter().map(|&z| leaky(number("slope"), z)).collect(),
        "param_ramp" => {
            let ramp = |(index, &z): (usize, &f64)| {
                let (slope, bend) = (number("slope"), get("bend", index));
                if z > bend { bend + slope * (z - bend) } else { leaky(slope, z) }
            };
            x.iter().enumerate().map(ramp).collect()
        }
        "clip" => {
            let end = |name: &str, absent: f64| settings.get(name).map_or(absent, |_| number(name));
            x.iter().map(|&z| z.max(end("low", f64::NEG_INFINITY)).min(end("high", f64::INFINITY))).collect()
        }
        "sigmoid" => x.iter().map(|&z| 1.0 / (1.0 + (-z).exp())).collect(),
        "tanh" => x.iter().map(|&z| z.tanh()).collect(),
        "elu" => x.iter().map(|&z| if z < 0.0 { number("scale") * z.exp_m1() } else { z }).collect(),
        "softplus" => x.iter().map(|&z| z.max(0.0) + (-z.abs()).exp().ln_1p()).collect(),
        "max_pool" => {
            let (kernel, stride, padding) = (pair("kernel"), pair("stride"), pair("padding"));
            let [_, height, width] = <[usize; 3]>::try_from(from.shape.as_slice()).expect("an image");
            let largest = |output: usize| {
                let at = [output / node.shape[2] % node.shape[1], output % node.shape[2]];
                let channel = output / (node.shape[1] * node.shape[2]);
                let mut most = f64::NEG_INFINITY;
                for down in 0..kernel[0] {
                    for right in 0..kernel[1] {
                        let y = (at[0] * stride[0] + down).checked_sub(padding[0]).filter(|&y| y < height);
                        let x_at = (at[1] * stride[1] + right).checked_sub(padding[1]).filter(|&x| x < width);
                        if let (Some(y), Some(x_at)) = (y, x_at) {
                            most = most.max(x[(channel * height + y) * width + x_at]);
                        }
                    }
                }
                most
            };
            (0..node.shape.iter().product()).map(largest).collect()
        }
        "normalize" => {
            let channel = |(index, &z): (usize, &f64)| (z - get("mean", index / area)) / get("std", index / area);
            x.iter().enumerate().map(channel).collect()
        }
        "batch_norm" => {
            let channel = |(index, &z): (usize, &f64)| {
                let c = index / area;
                let deviation = (get("variance", c) + number("stabilizer")).sqrt();
                get("weight", c) * (z - get("mean", c)) / deviation + get("bias", c)
            };
            x.iter().enumerate().map(channel).collect()
        }
        "add" => (0..x.len()).map(|index| inputs.iter().map(|(_, values)| values[index]).sum()).collect(),
        "linear" => (0..node.shape[0])
            .map(|row| {
                let bias = find("bias").map_or(0.0, |_| get("bias", row));
                x.iter().enumerate().fold(bias, |sum, (column, z)| sum + get("weight", row * x.len() + column) * z)
            })
            .collect(),
        "conv2d" => {
            let kernel = &find("weight").expect("a convolution has weights").shape;
            let groups = settings.get("groups").map_or(1, |groups| groups.as_u64().expect("a count") as usize);
            let (outputs, patch) = (kernel[0], kernel[1] * kernel[2] * kernel[3]);
            slide(from, x, node, [kernel[2], kernel[3]], pair("stride"), pair("padding"), |out, channel, at| {
                let group = out / (outputs / groups);
                let channel = channel.checked_sub(group * kernel[1]).filter(|&channel| channel < kernel[1])?;
                Some(get("weight", out * patch + channel * kernel[2] * kernel[3] + at))
            })
            .into_iter()
            .enumerate()
            .map(|(at, sum)| sum + find("bias").map_or(0.0, |_| get("bias", at / (node.shape[1] * node.shape[2]))))
            .collect()
        }
        "avg_pool" => {
            let kernel = pair("kernel");
            let weight = 1.0 / (kernel[0] * kernel[1]) as f64;
            slide(from, x, node, kernel, pair("stride"), pair("padding"), |out, channel, _| {
                (out == channel).then_some(weight)
            })
        }
        other => panic!("the reference does not know {other}"),
    }
}

/// Σ weight(output channel, input channel, kernel element) · x over the window of every output.
fn slide(
    from: &Node,
    x: &[f64],
    node: &Node,
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    weight: impl Fn(usize, usize, usize) -> Option<f64>,
) -> Vec<f64> {
    let (channels, height, width) = (from.shape[0], from.shape[1] as isize, from.shape[2] as isize);
    let mut out = Vec::new();
    for filter in 0..node.shape[0] {
        for y in 0..node.shape[1] {
            for x_out in 0..node.shape[2] {
                let mut sum = 0.0;
                for channel in 0..channels {
                    for ky in 0..kernel[0] {
                        for kx in 0..kernel[1] {
                            let row = (y * stride[0] + ky) as isize - padding[0] as isize;
                            let column = (x_out * stride[1] + kx) as isize - padding[1] as isize;
                            let inside = (0..height).contains(&row) && (0..width).contains(&column);
                            let weight = weight(filter, channel, ky * kernel[1] + kx);
                            if let (true, Some(weight)) = (inside, weight) {
                                sum += weight * x[((channel as isize * height + row) * width + column) as usize];
                            }
                        }
                    }
                }
                out.push(sum);
            }
        }
    }
    out
}

/// Every value that a bound of the library speaks about, at `x`: each kept layer's values one after the other, then
/// the logits, then the margins of `label`.
pub fn bounded_values(network: &Network, x: &[f64], label: usize) -> Vec<f64> {
    let values = evaluate(network, x);
    let mut all: Vec<f64> = layers(network).into_iter().flat_map(|id| values[id].clone()).collect();
    let logits = &values[network.output()];
    all.extend(logits);
    all.extend((0..logits.len()).filter(|&other| other != label).map(|other| logits[label] - logits[other]));
    all
}

/// A point of the region around `centre`: an extreme point of its ball or one drawn from inside, cut to the clip.
pub fn point(region: &Region, centre: &[f64], rng: &mut Rng) -> Vec<f64> {
    let n = centre.len();
    let share = match rng.below(3) {
        0 => rng.unit(),
        _ => 1.0,
    };
    let step: Vec<f64> = match region.norm {
        Norm::Inf => {
            let corner = rng.below(3) > 0;
            (0..n).map(|_| if corner { sign(rng) } else { 2.0 * rng.unit() - 1.0 }).collect()
        }
        Norm::Two => {
            let sparse = rng.below(2) == 0;
            let step: Vec<f64> = (0..n).map(|_| if sparse && rng.below(3) > 0 { 0.0 } else { rng.normal() }).collect();
            scaled(&step, |step| step.iter().map(|s| s * s).sum::<f64>().sqrt())
        }
        Norm::One if rng.below(2) == 0 => {
            let mut step = vec![0.0; n];
            step[rng.below(n)] = sign(rng);
            step
        }
        Norm::One => {
            let step: Vec<f64> = (0..n).map(|_| rng.normal()).collect();
            scaled(&step, |step| step.iter().map(|s| s.abs()).sum())
        }
    };
    cut(region, centre, step.iter().map(|s| s * share * region.epsilon))
}

fn sign(rng: &mut Rng) -> f64 {
    if rng.below(2) == 0 { 1.0 } else { -1.0 }
}

fn scaled(step: &[f64], norm: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let norm = norm(step);
    step.iter().map(|s| if norm > 0.0 { s / norm } else { 0.0 }).collect()
}

/// `centre + step`, cut to the region's clip range.
fn cut(region: &Region, centre: &[f64], step: impl Iterator<Item = f64>) -> Vec<f64> {
    let clip = region.clip.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
    centre.iter().zip(step).map(|(x, s)| (x + s).clamp(clip[0], clip[1])).collect()
}

/// Climbs to a point of the region where `objective` is small, without derivatives: moves along one coordinate at a
/// time for ℓ∞, to better mixtures with extreme points for the round balls. Calls `seen` at every point visited.
pub fn descend(region: &Region, centre: &[f64], rng: &mut Rng, mut objective: impl FnMut(&[f64]) -> f64) -> Vec<f64> {
    let n = centre.len();
    let mut best = point(region, centre, rng);
    let mut least = objective(&best);
    for _ in 0..2 {
        for axis in 0..n {
            for direction in [-region.epsilon, region.epsilon] {
                let candidate = match region.norm {
                    Norm::Inf => {
                        let mut candidate = best.clone();
                        let moved = cut(region, centre, (0..n).map(|at| if at == axis { direction } else { 0.0 }));
                        candidate[axis] = moved[axis];
                        candidate
                    }
                    // The extreme point on an axis, or a mixture with it; both balls are convex and hold both ends.
                    Norm::One | Norm::Two => {
                        let share = if rng.below(2) == 0 { 1.0 } else { rng.unit() };
                        let towards = |at: usize| centre[at] + if at == axis { direction } else { 0.0 };
                        (0..n).map(|at| best[at] + share * (towards(at) - best[at])).collect()
                    }
                };
                let value = objective(&candidate);
                if value < least {
                    (best, least) = (candidate, value);
                }
            }
        }
    }
    best
}
