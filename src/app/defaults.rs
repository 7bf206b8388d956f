//! What the page asks before anyone has touched it, and the grids it asks on. The page and the tool that precomputes
//! the first view both read this file, so that they ask the same things.

use super::state::State;
use crate::{
    bounds::{Method, Norm, Strategy},
    engine::{Question, Request},
};

/// A network that comes with the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Key in questions and in the URL; its file is `assets/models/<key>.safetensors.gz`.
    pub key: &'static str,
    /// Shape and training, in a few words.
    pub title: &'static str,
    /// Activation, training ε, clean accuracy.
    pub note: &'static str,
}

/// The networks offered, in order.
pub const PRESETS: [Preset; 7] = [
    Preset { key: "mnist-mlp-ibp", title: "784-64-32-10, IBP-trained", note: "ReLU · ε 0.1 · clean 94.3 %" },
    Preset { key: "mnist-mlp-normal", title: "784-64-32-10, normally trained", note: "ReLU · clean 97.1 %" },
    Preset { key: "mnist-dm-small-ibp-relu", title: "DM-Small, IBP-trained", note: "ReLU · ε 0.4 · clean 96.4 %" },
    Preset {
        key: "mnist-dm-small-ibp-leaky",
        title: "DM-Small, IBP-trained",
        note: "LeakyReLU(0.01) · ε 0.4 · clean 92.1 %",
    },
    Preset {
        key: "mnist-dm-small-ibp-ramp",
        title: "DM-Small, IBP-trained",
        note: "ParamRamp(0) · ε 0.4 · clean 97.1 %",
    },
    Preset {
        key: "mnist-dm-small-crown-ibp-ramp",
        title: "DM-Small, CROWN-IBP-trained",
        note: "ParamRamp(0) · ε 0.4 · clean 95.2 %",
    },
    Preset { key: "mnist-dm-small-normal", title: "DM-Small, normally trained", note: "ReLU · clean 99.0 %" },
];

/// Images in the MNIST test set.
pub const TEST_IMAGES: u32 = 10_000;
/// Images per shard `assets/mnist/test-NN.gz`.
pub const SHARD: u32 = 250;
/// The valid range of a pixel.
pub const PIXEL_RANGE: [f64; 2] = [0.0, 1.0];

/// The preset called `key`.
pub fn preset(key: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.key == key)
}

/// What the keys of networks begin with that were trained or opened here: a link cannot carry those.
pub const OWN: &str = "mine-";

/// Whether a key is that of a network trained or opened here.
pub fn own(key: &str) -> bool {
    key.strip_prefix(OWN).is_some_and(|number| number.len() < 10 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Smallest and largest ε of the slider, by norm.
pub fn epsilon_range(norm: Norm) -> (f64, f64) {
    match norm {
        Norm::Inf => (1e-3, 0.5),
        Norm::Two => (1e-2, 10.0),
        Norm::One => (1e-1, 50.0),
    }
}

/// An ε to start from when the norm changes: as much of the new slider as the default is of its own.
pub fn starting_epsilon(norm: Norm) -> f64 {
    match norm {
        Norm::Inf => 0.08,
        Norm::Two => 0.5,
        Norm::One => 2.0,
    }
}

/// The grid of ε along which tightness and statuses are drawn: even in log ε, coarse points first, so that the curve
/// is there early and then fills in.
pub fn sweep_epsilons(norm: Norm) -> Vec<f64> {
    const STEPS: usize = 16;
    let (low, high) = epsilon_range(norm);
    let at = |step: usize| {
        let value = low * (high / low).powf(step as f64 / STEPS as f64);
        // Four significant digits: round numbers in the table, and the same ones everywhere.
        let power = 10f64.powi(3 - value.log10().floor() as i32);
        (value * power).round() / power
    };
    let mut order = vec![0, STEPS];
    let mut stride = STEPS / 2;
    while stride > 0 {
        order.extend((stride..STEPS).step_by(2 * stride));
        stride /= 2;
    }
    order.into_iter().map(at).collect()
}

/// The strategies along the sweep.
pub const SWEEP_STRATEGIES: [Strategy; 3] = Strategy::ALL;

/// The question a state asks about an image.
pub fn question(state: &State, image: Vec<f32>, label: u32) -> Question {
    Question {
        network: state.network.clone(),
        image: image.into(),
        label,
        norm: state.norm,
        epsilon: state.epsilon,
        clip: state.clipped().then_some(PIXEL_RANGE),
        lines: state.lines,
    }
}

/// Bounds at one ε.
pub fn explore(epoch: u32, question: Question, methods: Vec<Method>) -> Request {
    Request::Explore { epoch, question, methods }
}

/// The radius by each method.
pub fn radius(epoch: u32, question: Question, methods: Vec<Method>) -> Request {
    let largest = epsilon_range(question.norm).1;
    Request::Radius { epoch, question, methods, largest }
}

/// Tightness and statuses along ε.
pub fn sweep(epoch: u32, question: Question, methods: Vec<Method>) -> Request {
    let epsilons = sweep_epsilons(question.norm);
    Request::Sweep { epoch, question, methods, strategies: SWEEP_STRATEGIES.to_vec(), epsilons }
}

/// Everything the page asks for its default state, in the order in which it asks, about `image` (test image 0).
pub fn first_view(image: &[f32], label: u32) -> Vec<Request> {
    let state = State::default();
    let ask = || question(&state, image.to_vec(), label);
    let methods = state.methods();
    vec![explore(0, ask(), methods.clone()), radius(0, ask(), methods.clone()), sweep(0, ask(), methods)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sweep_covers_the_slider_once() {
        for norm in Norm::ALL {
            let mut grid = sweep_epsilons(norm);
            assert_eq!((grid[0], grid[1]), epsilon_range(norm));
            grid.sort_by(f64::total_cmp);
            grid.dedup();
            assert_eq!(grid.len(), 17);
        }
    }

    #[test]
    fn the_default_state_asks_what_the_brief_says() {
        let requests = first_view(&[0.0; 784], 7);
        let Request::Explore { question, methods, .. } = &requests[0] else { panic!("{requests:?}") };
        assert_eq!(question.network, "mnist-mlp-ibp");
        assert_eq!((question.epsilon, question.norm, question.label), (0.08, Norm::Inf, 7));
        assert_eq!(question.clip, Some([0.0, 1.0]));
        assert_eq!(methods, &Method::NAMED);
    }
}
