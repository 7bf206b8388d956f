//! The networks and images that ship, and the ranges of ε: known to the page, the command line and the tools.

use crate::{bounds::Norm, formats::mnist::Set};

/// A network that comes with the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Key in questions and in the URL; its file is `assets/models/<key>.safetensors.gz`.
    pub key: &'static str,
    /// What it shows, for people who do not know the architectures.
    pub shows: &'static str,
    /// Shape and training, in a few words.
    pub title: &'static str,
    /// Activation, training ε, clean accuracy.
    pub note: &'static str,
    /// Whether it was trained to be provable.
    pub robust: bool,
    /// The network of the same shape that was trained the other way.
    pub twin: &'static str,
}

const fn preset_of(
    key: &'static str,
    shows: &'static str,
    title: &'static str,
    note: &'static str,
    robust: bool,
    twin: &'static str,
) -> Preset {
    Preset { key, shows, title, note, robust, twin }
}

/// The networks offered, in order; the first is the one that the page opens with.
pub const PRESETS: [Preset; 7] = [
    preset_of(
        "mnist-mlp-normal",
        "Usual training",
        "784-64-32-10, normally trained",
        "ReLU · clean 97.1 %",
        false,
        "mnist-mlp-ibp",
    ),
    preset_of(
        "mnist-mlp-ibp",
        "Robust training (IBP)",
        "784-64-32-10, IBP-trained",
        "ReLU · ε 0.1 · clean 94.3 %",
        true,
        "mnist-mlp-normal",
    ),
    preset_of(
        "mnist-dm-small-normal",
        "Convolutional, usual training",
        "DM-Small, normally trained",
        "ReLU · clean 99.0 %",
        false,
        "mnist-dm-small-ibp-relu",
    ),
    preset_of(
        "mnist-dm-small-ibp-relu",
        "Convolutional, robust: most neurons dead",
        "DM-Small, IBP-trained",
        "ReLU · ε 0.4 · clean 96.4 %",
        true,
        "mnist-dm-small-normal",
    ),
    preset_of(
        "mnist-dm-small-ibp-leaky",
        "Convolutional, robust: LeakyReLU",
        "DM-Small, IBP-trained",
        "LeakyReLU(0.01) · ε 0.4 · clean 92.1 %",
        true,
        "mnist-dm-small-normal",
    ),
    preset_of(
        "mnist-dm-small-ibp-ramp",
        "Convolutional, robust: ParamRamp, the most provable",
        "DM-Small, IBP-trained",
        "ParamRamp(0) · ε 0.4 · clean 97.1 %",
        true,
        "mnist-dm-small-normal",
    ),
    preset_of(
        "mnist-dm-small-crown-ibp-ramp",
        "Convolutional, robust: trained with CROWN-IBP",
        "DM-Small, CROWN-IBP-trained",
        "ParamRamp(0) · ε 0.4 · clean 95.2 %",
        true,
        "mnist-dm-small-normal",
    ),
];

/// The network on which adaptive lines are clearly looser than intervals at ε = 0.2.
pub const PARADOX: &str = "mnist-dm-small-ibp-relu";

/// Networks that take a point of the plane instead of an image: small enough to be drawn whole.
pub const PLANE: [Preset; 2] = [
    preset_of("moons-normal", "Two moons, usual training", "2-32-32-2", "ReLU · two numbers", false, "moons-ibp"),
    preset_of("moons-ibp", "Two moons, robust (IBP)", "2-32-32-2", "ReLU · ε 0.04 · two numbers", true, "moons-normal"),
];

/// Images in the MNIST test set.
pub const TEST_IMAGES: u32 = Set::Test.images() as u32;
/// Images per shard `assets/mnist/test-NN.gz`.
pub const SHARD: u32 = Set::Test.shard() as u32;
/// The valid range of a pixel.
pub const PIXEL_RANGE: [f64; 2] = [0.0, 1.0];

/// The preset called `key`.
pub fn preset(key: &str) -> Option<&'static Preset> {
    PRESETS.iter().chain(&PLANE).find(|preset| preset.key == key)
}

/// Whether the network called `key` takes a point of the plane instead of an image.
pub fn takes_points(key: &str) -> bool {
    PLANE.iter().any(|preset| preset.key == key)
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
        Norm::Inf => 0.02,
        Norm::Two => 0.2,
        Norm::One => 1.0,
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
}
