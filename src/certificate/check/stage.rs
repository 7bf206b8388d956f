//! A network's nodes as the checker takes them: read off the operators' own parameters, which are exact.

use super::{
    curved::Curve,
    dyadic::{Dyadic, Float},
    rejected::Rejected,
    rule::Rule,
    weights::Weights,
    window::Window,
};
use crate::network::{Network, NodeId, Operator, Parts, Sliding};
use num_bigint::BigInt;

/// scale·(v − centre) + shift, element by element; the exact scale lies between the two.
pub(super) struct Scale {
    pub(super) between: [Vec<Float>; 2],
    pub(super) centre: Vec<Float>,
    pub(super) shift: Vec<Float>,
}

/// What a node is to the checker.
pub(super) enum Stage {
    Input,
    /// The same numbers.
    Same,
    /// W·v + b.
    Dense {
        weights: Weights,
        bias: Option<Vec<Float>>,
    },
    /// Cross-correlation and a bias per output element.
    Conv {
        window: Window,
        weights: Weights,
        bias: Option<Vec<Float>>,
    },
    /// The sum over each window of a share of the input.
    Average {
        window: Window,
        weights: Weights,
        share: Scale,
    },
    Scale(Scale),
    Activation(Rule),
    Sum,
    Largest(Window),
}

/// A network as the checker takes it.
pub(super) struct Graph {
    /// By node.
    pub(super) stages: Vec<Stage>,
    /// Nodes that each one reads.
    pub(super) inputs: Vec<Vec<usize>>,
    /// How many values each one has.
    pub(super) widths: Vec<usize>,
    /// The node of the outputs.
    pub(super) output: usize,
}

impl Graph {
    /// # Errors
    /// An operator that the checker does not know.
    pub(super) fn of(network: &Network) -> Result<Graph, Rejected> {
        let nodes = network.nodes();
        let mut stages = Vec::with_capacity(nodes.len());
        for (id, node) in nodes.iter().enumerate() {
            let op = node.operator.as_ref().map_or("input", |operator| operator.name());
            stages.push(stage(network, id).ok_or(Rejected::Operator { node: id, op })?);
        }
        Ok(Graph {
            stages,
            inputs: nodes.iter().map(|node| node.inputs.clone()).collect(),
            widths: nodes.iter().map(|node| node.width()).collect(),
            output: network.output(),
        })
    }
}

fn floats(values: &[f32]) -> Vec<Float> {
    values.iter().map(|&value| Float::of(f64::from(value))).collect()
}

/// One number per channel, for each element of a shape.
fn spread(values: Vec<Float>, shape: &[usize]) -> Vec<Float> {
    let area = shape[1..].iter().product();
    values.into_iter().flat_map(|value| std::iter::repeat_n(value, area)).collect()
}

/// numerator/denominator between two numbers, for a denominator above 0.
pub(super) fn quotient(numerator: &Dyadic, denominator: &Dyadic) -> [Float; 2] {
    let Some(size) = numerator.size() else { return [Float::of(0.0), Float::of(0.0)] };
    // More digits than a Float holds.
    let digits = 100 + denominator.size().unwrap_or(0) - size;
    let down = numerator.over(denominator, digits);
    let up = &down + BigInt::from(1);
    [Dyadic::new(down, -digits).down(), Dyadic::new(up, -digits).up()]
}

/// 1/√x between two numbers, for x above 0.
fn inverse_root(x: &Dyadic) -> [Dyadic; 2] {
    let above = x.root_above();
    let below = &above - &above.times_power(-90);
    let one = Dyadic::integer(1);
    [quotient(&one, &above)[0].into(), quotient(&one, &below)[1].into()]
}

fn tensor(operator: &dyn Operator, name: &str) -> Option<Vec<f32>> {
    operator.tensors().iter().find(|tensor| tensor.name == name).map(|tensor| tensor.values.to_vec())
}

fn image(shape: &[usize]) -> Option<[usize; 3]> {
    shape.try_into().ok()
}

/// A node's stage; `None` where the checker does not know the operator.
fn stage(network: &Network, node: NodeId) -> Option<Stage> {
    let this = &network.nodes()[node];
    let Some(operator) = &this.operator else { return Some(Stage::Input) };
    let operator = operator.as_ref();
    let before = &network.nodes()[*this.inputs.first()?].shape;
    let named = |name: &str| tensor(operator, name);
    Some(match operator.parts() {
        Parts::Linear => {
            Stage::Dense { weights: Weights::new(&named("weight")?), bias: named("bias").map(|bias| floats(&bias)) }
        }
        Parts::Conv2d { stride, padding, groups } => {
            let all = operator.tensors();
            let weight = all.iter().find(|tensor| tensor.name == "weight")?;
            let &[_, _, height, width] = weight.shape.as_slice() else { return None };
            let sliding = Sliding { kernel: [height, width], stride, padding };
            Stage::Conv {
                window: Window { input: image(before)?, output: image(&this.shape)?, sliding, groups },
                weights: Weights::new(weight.values),
                bias: named("bias").map(|bias| spread(floats(&bias), &this.shape)),
            }
        }
        Parts::AvgPool(sliding) => {
            let input = image(before)?;
            let area = sliding.kernel[0] * sliding.kernel[1];
            let elements: usize = before.iter().product();
            let [low, high] = quotient(&Dyadic::integer(1), &Dyadic::integer(area as i64));
            Stage::Average {
                window: Window { input, output: image(&this.shape)?, sliding, groups: input[0] },
                weights: Weights::new(&vec![1.0; input[0] * area]),
                share: Scale {
                    between: [vec![low; elements], vec![high; elements]],
                    centre: vec![Float::ZERO; elements],
                    shift: vec![Float::ZERO; elements],
                },
            }
        }
        Parts::MaxPool(sliding) => {
            let input = image(before)?;
            Stage::Largest(Window { input, output: image(&this.shape)?, sliding, groups: input[0] })
        }
        Parts::Flatten | Parts::Reshape(_) => Stage::Same,
        Parts::Normalize => {
            let (mean, std) = (named("mean")?, named("std")?);
            let between: Vec<[Float; 2]> =
                std.iter().map(|&std| quotient(&Dyadic::integer(1), &Dyadic::of(f64::from(std)))).collect();
            let shift = vec![Float::ZERO; mean.len()];
            Stage::Scale(scale(between, floats(&mean), shift, &this.shape))
        }
        Parts::BatchNorm { stabilizer } => {
            let (weight, variance) = (named("weight")?, named("variance")?);
            let between = weight.iter().zip(&variance).map(|(&weight, &variance)| {
                let ends = inverse_root(&(&Dyadic::of(f64::from(variance)) + &Dyadic::of(stabilizer)));
                let weight = Dyadic::of(f64::from(weight));
                let ends = ends.map(|end| &end * &weight);
                let [low, high] = if ends[0] <= ends[1] { [0, 1] } else { [1, 0] };
                [ends[low].down(), ends[high].up()]
            });
            Stage::Scale(scale(between.collect(), floats(&named("mean")?), floats(&named("bias")?), &this.shape))
        }
        Parts::Add => Stage::Sum,
        Parts::Relu => Stage::Activation(Rule::Bent { slope: 0.0, bend: None }),
        Parts::LeakyRelu { slope } => Stage::Activation(Rule::Bent { slope, bend: None }),
        Parts::ParamRamp { slope } => Stage::Activation(Rule::Bent { slope, bend: Some(named("bend")?) }),
        Parts::Clip { low, high } => Stage::Activation(Rule::Clip { low, high }),
        Parts::Sigmoid => Stage::Activation(Rule::Curved(Curve::Sigmoid)),
        Parts::Tanh => Stage::Activation(Rule::Curved(Curve::Tanh)),
        Parts::Elu { scale } => Stage::Activation(Rule::Curved(Curve::Elu(scale))),
        Parts::Softplus => Stage::Activation(Rule::Curved(Curve::Softplus)),
        Parts::Other => return None,
    })
}

fn scale(between: Vec<[Float; 2]>, centre: Vec<Float>, shift: Vec<Float>, shape: &[usize]) -> Scale {
    let end = |end: usize| spread(between.iter().map(|ends| ends[end]).collect(), shape);
    Scale { between: [end(0), end(1)], centre: spread(centre, shape), shift: spread(shift, shape) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_and_roots_are_between_and_near() {
        for (a, b) in [(1.0, 3.0), (-1.0, 3.0), (1.0, 4.0), (7e-30, 3e20), (1e30, 3e-30), (0.0, 5.0), (1.0, 1e-44)] {
            let (over, under) = (Dyadic::of(a), Dyadic::of(b));
            let [low, high] = quotient(&over, &under).map(Dyadic::from);
            assert!(&low * &under <= over && over <= &high * &under, "{a}/{b}");
            let gap = (&high - &low).near().abs();
            assert!(gap <= (a / b).abs() * 2f64.powi(-58) + if a == 0.0 { 1e-40 } else { 0.0 }, "{a}/{b} {gap:e}");
        }
        for x in [2.0, 0.25, 1e-40, 1e30] {
            let [low, high] = inverse_root(&Dyadic::of(x));
            let (x, one) = (Dyadic::of(x), Dyadic::integer(1));
            assert!(&(&low * &low) * &x <= one && one <= &(&high * &high) * &x);
            assert!((&high - &low) <= high.times_power(-57));
        }
    }
}
