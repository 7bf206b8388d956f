//! The activation layers of a network as a search over decisions sees them: where each neuron may be split, and what its lines lose.

use crate::{
    activation::{Activation, Neuron, Rule, Side, touching},
    network::{Network, Role},
};

/// One activation layer.
pub(super) struct Layer {
    /// The place of the pre-activation that it reads among those whose ranges are kept.
    pub(super) range: usize,
    /// Neurons.
    pub(super) width: usize,
    rule: Activation,
}

/// The activation layers of a network, in the order of the graph.
pub(super) fn layers(network: &Network) -> Vec<Layer> {
    let known = network.layers();
    let nodes = network.nodes().iter().enumerate();
    nodes
        .filter_map(|(id, node)| {
            let Some(Role::Activation(rule)) = network.role(id) else { return None };
            let range = known.iter().position(|layer| layer.pre_activation == node.inputs[0])?;
            Some(Layer { range, width: node.width(), rule })
        })
        .collect()
}

impl Layer {
    /// Where a neuron is split over a range: at the bend within it that is nearer to its middle; where the curve bends nowhere in
    /// particular, at 0 or in the middle. `None` where the neuron is straight over the whole range.
    pub(super) fn split(&self, neuron: usize, [lower, upper]: [f64; 2]) -> Option<f64> {
        let middle = lower / 2.0 + upper / 2.0;
        let inside = |point: &f64| lower < *point && *point < upper;
        let nearer = |a: f64, b: f64| if (a - middle).abs() <= (b - middle).abs() { a } else { b };
        match self.rule.at(neuron).bends() {
            Some(bends) => bends.into_iter().filter(inside).reduce(nearer),
            None => {
                let quarter = (upper - lower) / 4.0;
                let zero = lower + quarter < 0.0 && 0.0 < upper - quarter;
                // A curve so short that its chord cannot be told from it.
                (quarter > 1e-6).then_some(if zero { 0.0 } else { middle }).filter(inside)
            }
        }
    }

    /// How far the chord over a range leaves the curve: for ReLU u·(−l)/(u − l), the intercept of its upper line.
    pub(super) fn gap(&self, neuron: usize, [lower, upper]: [f64; 2]) -> f64 {
        let rule = self.rule.at(neuron);
        if lower.is_nan() || upper.is_nan() || lower >= upper {
            return 0.0;
        }
        let (low, high) = (rule.value(lower), rule.value(upper));
        let at = |z: f64| (low + (high - low) * ((z - lower) / (upper - lower)) - rule.value(z)).abs();
        match rule.bends() {
            Some(bends) => bends.into_iter().filter(|&bend| lower < bend && bend < upper).map(at).fold(0.0, f64::max),
            None => [0.25, 0.5, 0.75].map(|share| at(lower + share * (upper - lower))).into_iter().fold(0.0, f64::max),
        }
    }

    /// How far from the curve the line of a slope, below (0) or above (1) it over a range, is at a point.
    pub(super) fn distance(&self, neuron: usize, (slope, side): (f64, usize), [lower, upper]: [f64; 2], z: f64) -> f64 {
        let rule: Neuron = self.rule.at(neuron);
        let side = if side == 0 { Side::Below } else { Side::Above };
        let (intercept, _) = touching(&rule, slope, lower, upper, side);
        (rule.value(z) - (slope * z + intercept)).abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Linear, ParamRamp, Relu, Sigmoid};

    fn layer(push: impl Fn(&mut Network)) -> Layer {
        let mut network = Network::new(&[2]).expect("two inputs");
        let linear = Linear { outputs: 2, inputs: 2, weight: [1.0; 4].into(), bias: None };
        network.push(linear).expect("it fits");
        push(&mut network);
        layers(&network).remove(0)
    }

    #[test]
    fn neurons_are_split_where_they_bend() {
        let relu = layer(|network| _ = network.push(Relu).expect("it fits"));
        assert_eq!(
            (relu.split(0, [-1.0, 3.0]), relu.split(0, [0.0, 3.0]), relu.split(0, [-2.0, 0.0])),
            (Some(0.0), None, None)
        );
        assert_eq!(relu.gap(1, [-1.0, 3.0]), 0.75);
        let bend = ParamRamp { slope: 0.1, bend: [1.0, 1.0].into(), shape: vec![2] };
        let ramp = layer(|network| _ = network.push(bend.clone()).expect("it fits"));
        assert_eq!(
            (ramp.split(0, [-1.0, 9.0]), ramp.split(0, [-9.0, 2.0]), ramp.split(0, [0.0, 1.0])),
            (Some(1.0), Some(0.0), None)
        );
        let curve = layer(|network| _ = network.push(Sigmoid).expect("it fits"));
        assert_eq!(
            (curve.split(0, [-2.0, 1.0]), curve.split(0, [1.0, 3.0]), curve.split(0, [1.0, 1.0])),
            (Some(0.0), Some(2.0), None)
        );
        assert!(curve.gap(0, [-2.0, 1.0]) > 0.0 && curve.gap(0, [1.0, 1.0]) == 0.0);
    }
}
