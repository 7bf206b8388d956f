//! Exercises to begin with.

use super::{
    exercise::{Choice, Exercise, Layer, Method, Network},
    fraction::Fraction,
    lines::Bent,
};
use crate::activation::Strategy;

/// An exercise that is offered.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// The word that a link has for it.
    pub key: &'static str,
    /// By layer, a row for each neuron: its weights, and its bias at the end; in halves.
    halves: &'static [&'static [&'static [i64]]],
    clipped: bool,
    point: &'static [i64],
    /// ε in halves.
    epsilon: i64,
}

/// Lesson 02's network of boxes, lesson 05's three layers, the worksheet's two by two, and one of HardTanh.
pub const PRESETS: [Preset; 4] = [
    Preset {
        key: "box",
        halves: &[&[&[2, 2, -2], &[4, -2, 2], &[2, -4, -2]], &[&[4, 2, 2, 4], &[2, -4, 4, 0]]],
        clipped: false,
        point: &[1, 0],
        epsilon: 2,
    },
    Preset {
        key: "deep",
        halves: &[&[&[4, 4, 2], &[-2, -2, 2]], &[&[2, 2, 0], &[2, 4, 4]], &[&[2, 2, -2], &[4, -2, 0]]],
        clipped: false,
        point: &[0, 1],
        epsilon: 1,
    },
    Preset {
        key: "two",
        halves: &[&[&[2, -4, 2], &[4, 2, 0]], &[&[-2, 4, 0], &[2, -2, 4]]],
        clipped: false,
        point: &[1, 1],
        epsilon: 1,
    },
    Preset {
        key: "tanh",
        halves: &[&[&[2, 2, 0], &[2, -2, 1]], &[&[4, 2, 2], &[-2, 2, 0]]],
        clipped: true,
        point: &[1, 0],
        epsilon: 1,
    },
];

impl Preset {
    /// The exercise.
    pub fn exercise(&self) -> Exercise {
        // Halves are short: they cannot fail.
        let half = |number: i64| Fraction::of(number.into(), 2).unwrap_or(Fraction::ZERO);
        let layer = |rows: &&[&[i64]]| {
            let split = |row: &&[i64]| {
                let (bias, weights) = row.split_last().map_or((0, &[][..]), |(bias, weights)| (*bias, weights));
                (weights.iter().map(|&weight| half(weight)).collect(), half(bias))
            };
            let (weights, biases) = rows.iter().map(split).unzip();
            Layer { weights, biases }
        };
        let activation = if self.clipped { Bent::HARD_TANH } else { Bent::RELU };
        Exercise {
            network: Network { layers: self.halves.iter().map(layer).collect(), activation },
            point: self.point.iter().map(|&x| Fraction::whole(x)).collect(),
            epsilon: half(self.epsilon),
            label: 0,
            method: Method::default(),
            lines: Strategy::Tight,
            choice: Choice::default(),
        }
    }
}
