//! Errors known in other tools (tests/golden/README.md), each as a test that would find it here.

use crate::common;

use boundscope::{
    activation::{Curve, lines},
    bounds::{Method, Norm, Prepared, Region, Strategy},
    network::*,
    tensor::Cpu,
};
use common::{all_methods, bounds, reference::bounded_values};
use std::sync::Arc;

fn linear(outputs: usize, inputs: usize, weight: &[f32], bias: &[f32]) -> Linear {
    Linear { outputs, inputs, weight: weight.into(), bias: Some(bias.into()) }
}

fn chain(shape: &[usize], operators: Vec<Arc<dyn Operator>>) -> Network {
    let mut network = Network::new(shape).expect("a shape with elements");
    for operator in operators {
        let last = network.output();
        network.push_from(operator, &[last]).expect("the shapes fit");
    }
    network
}

fn close(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() <= 1e-12 * (1.0 + wanted.abs())
}

/// A forward mode that gives an inactive LeakyReLU neuron the line 0 instead of ηz.
#[test]
fn an_inactive_leaky_neuron_keeps_its_slope() {
    // z = x₁ + x₂ − 3 ∈ [−3.2, −2.8] is inactive; σ(z) = z/4 must be followed exactly by every method.
    let network = chain(
        &[2],
        vec![
            Arc::new(linear(1, 2, &[1.0, 1.0], &[-3.0])),
            Arc::new(LeakyRelu { slope: 0.25 }),
            Arc::new(linear(2, 1, &[8.0, -8.0], &[0.0, 0.0])),
        ],
    );
    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    for method in all_methods(1) {
        for strategy in Strategy::ALL {
            let found = bounds(&prepared, &[0.0, 0.0], &[0], &Region::linf(0.1), method, strategy).remove(0);
            assert!(close(found.logits.lower[0], -6.4) && close(found.logits.upper[0], -5.6), "{method} {strategy:?}");
            assert!(close(found.margins[0], -12.8), "{method} {strategy:?}: {}", found.margins[0]);
        }
    }
}

/// LeakyReLU's adaptive lower slope taken as 1 at u > (1 − 2η)·|l| instead of u ≥ |l|.
#[test]
fn the_adaptive_slope_of_a_leaky_neuron_turns_at_equal_ends() {
    let curve = Curve { slope: 0.3, bend: f64::INFINITY };
    // (1 − 2·0.3)·1 = 0.4 < 0.7 < 1: the other rule would take slope 1.
    assert_eq!(lines(&curve, Strategy::Adaptive, -1.0, 0.7).lower.slope, 0.3);
    assert_eq!(lines(&curve, Strategy::Adaptive, -1.0, 1.0).lower.slope, 1.0);
    // The same through a network: z = x ∈ [−1, 0.7], f = σ(z) ≥ 0.3·z ≥ −0.3 (the other rule gives −1).
    let network = chain(
        &[1],
        vec![
            Arc::new(linear(1, 1, &[1.0], &[-0.15])),
            Arc::new(LeakyRelu { slope: 0.3 }),
            Arc::new(linear(2, 1, &[1.0, 0.0], &[0.0, 0.0])),
        ],
    );
    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    let region = Region::linf(0.85);
    let wanted = -0.3 * (1.0 + (0.15f64 - f64::from(0.15f32)).abs());
    for method in [Method::CrownIbp, Method::Lbp, Method::CrownLbp, Method::Crown] {
        let found = bounds(&prepared, &[0.0], &[0], &region, method, Strategy::Adaptive).remove(0);
        assert!((found.logits.lower[0] - wanted).abs() < 1e-6, "{method}: {}", found.logits.lower[0]);
    }
}

/// An ℓ1 or ℓ2 perturbation lost in interval mode behind a normalisation layer.
#[test]
fn a_normalisation_layer_keeps_the_perturbation_of_every_norm() {
    let network = chain(
        &[2, 1, 1],
        vec![
            Arc::new(Normalize { mean: [0.5, 0.25].into(), std: [0.5, 0.25].into() }),
            Arc::new(Flatten),
            Arc::new(linear(1, 2, &[3.0, 2.0], &[100.0])),
            Arc::new(Relu),
            Arc::new(linear(2, 1, &[1.0, -1.0], &[0.0, 0.0])),
        ],
    );
    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    // In x the row is (3/0.5, 2/0.25) = (6, 8), its norms 14, 10 and 8; at the mean the layer is 100.
    for (norm, reach) in [(Norm::Inf, 14.0), (Norm::Two, 10.0), (Norm::One, 8.0)] {
        let region = Region { norm, epsilon: 0.5, clip: None };
        for method in all_methods(1) {
            for strategy in Strategy::ALL {
                let found = bounds(&prepared, &[0.5, 0.25], &[0], &region, method, strategy).remove(0);
                for ends in [&found.layers[0], &found.logits] {
                    let place = format!("{method} {strategy:?} {norm:?}: {ends:?}");
                    assert!(close(ends.lower[0], 100.0 - 0.5 * reach), "{place}");
                    assert!(close(ends.upper[0], 100.0 + 0.5 * reach), "{place}");
                }
            }
        }
    }
}

/// ε‖kernel‖₂ taken for every norm in the first convolution, also where the kernel hangs over the edge.
#[test]
fn a_first_convolution_is_measured_by_the_dual_norm_of_what_it_sees() {
    let kernel = [1.0, 2.0, -3.0, 4.0, 5.0, 6.0, 7.0, -8.0, 9.0f32];
    let network = chain(
        &[1, 3, 3],
        vec![
            Arc::new(Conv2d {
                outputs: 1,
                inputs: 1,
                kernel: [3, 3],
                stride: [1, 1],
                padding: [1, 1],
                groups: 1,
                weight: kernel.into(),
                bias: None,
            }),
            Arc::new(Relu),
            Arc::new(Flatten),
            Arc::new(linear(2, 9, &[0.0; 18], &[0.0, 0.0])),
        ],
    );
    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    let corner = [5.0, 6.0, -8.0, 9.0f64];
    let square = |row: &[f64]| row.iter().map(|w| w * w).sum::<f64>().sqrt();
    let sum = |row: &[f64]| row.iter().map(|w| w.abs()).sum::<f64>();
    let whole: Vec<f64> = kernel.iter().map(|&w| f64::from(w)).collect();
    for (norm, at_corner, at_centre) in
        [(Norm::Inf, sum(&corner), sum(&whole)), (Norm::Two, square(&corner), square(&whole)), (Norm::One, 9.0, 9.0)]
    {
        let region = Region { norm, epsilon: 0.5, clip: None };
        for method in all_methods(1) {
            let found = bounds(&prepared, &[0.0; 9], &[0], &region, method, Strategy::Tight).remove(0);
            let layer = &found.layers[0];
            for (at, reach) in [(0, at_corner), (4, at_centre)] {
                assert!(close(layer.upper[at], 0.5 * reach), "{method} {norm:?}: {}", layer.upper[at]);
                assert!(close(layer.lower[at], -0.5 * reach), "{method} {norm:?}: {}", layer.lower[at]);
            }
        }
    }
}

/// The norm forgotten by full CROWN for p ≠ ∞: hidden layers behind the first would be bounded as if ε were 0.
#[test]
fn full_crown_keeps_the_norm_at_every_layer() {
    // Both hidden layers are alive, so the network is 2(x₁ + 2x₂) + 40 and −3 times the half of it: exact by Hölder.
    let network = chain(
        &[2],
        vec![
            Arc::new(linear(1, 2, &[1.0, 2.0], &[10.0])),
            Arc::new(Relu),
            Arc::new(linear(1, 1, &[2.0], &[20.0])),
            Arc::new(Relu),
            Arc::new(linear(2, 1, &[1.0, -3.0], &[0.0, 0.0])),
        ],
    );
    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    for (norm, reach) in [(Norm::Inf, 3.0), (Norm::Two, 5.0f64.sqrt()), (Norm::One, 2.0)] {
        let region = Region { norm, epsilon: 1.5, clip: None };
        for method in all_methods(2) {
            for strategy in [Strategy::Tight, Strategy::Adaptive] {
                let found = bounds(&prepared, &[0.0, 0.0], &[0], &region, method, strategy).remove(0);
                let reach = 1.5 * reach;
                let place = format!("{method} {strategy:?} {norm:?}: {found:?}");
                assert!(close(found.layers[1].lower[0], 40.0 - 2.0 * reach), "{place}");
                assert!(close(found.layers[1].upper[0], 40.0 + 2.0 * reach), "{place}");
                assert!(close(found.margins[0], 4.0 * (40.0 - 2.0 * reach)), "{place}");
            }
        }
        // The bound is attained: the point that moves along the dual vector.
        let step = match norm {
            Norm::Inf => [-1.5, -1.5],
            Norm::Two => [-1.5 / 5.0f64.sqrt(), -3.0 / 5.0f64.sqrt()],
            Norm::One => [0.0, -1.5],
        };
        let margin = *bounded_values(&network, &step, 0).last().expect("a margin");
        assert!(close(margin, 4.0 * (40.0 - 2.0 * 1.5 * reach)), "{norm:?}: {margin}");
    }
}
