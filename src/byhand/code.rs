//! An exercise as a short text, for links: `p:box;m:crown;s:7`, or with a network of one's own
//! `w:1,1,-1_2,-1,1*2,1,2_1,-2,0;x:1,0;e:1;m:crown`: rows of weights with the bias at the end, `_` between rows and `*` between layers.

use super::{
    exercise::{Exercise, Layer, Method, Network, NoNetwork},
    fraction::Fraction,
    lines::Bent,
    presets::PRESETS,
};
use crate::activation::Strategy;

/// The most that may stand above or below the line of a number that is typed.
const MOST: i128 = 1_000_000;

/// What a link says.
#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    /// The exercise.
    pub exercise: Exercise,
    /// The step that is looked at, from 0.
    pub step: usize,
    /// Whether all steps are shown.
    pub all: bool,
}

/// Why a text is no number that can be computed with here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It is none.
    #[error("neither a whole number nor a fraction nor a decimal")]
    NotANumber,
    /// Nothing can be divided by 0.
    #[error("0 below the line")]
    OverZero,
    /// More than a million above or below the line.
    #[error("more than a million above or below the line")]
    Long,
}

/// A part of a link that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A part of it, as it stands there.
    #[error("{0} is not understood")]
    Part(String),
    /// Its parts do not belong together.
    #[error(transparent)]
    Network(#[from] NoNetwork),
}

/// A number that is typed: `-3`, `1/2`, `0.25`, `1,5`.
///
/// # Errors
/// Why it is none.
pub fn number(text: &str) -> Result<Fraction, Wrong> {
    let text = text.trim().replace('−', "-").replace(',', ".");
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest.trim_start()),
        None => (1, text.strip_prefix('+').unwrap_or(&text)),
    };
    let whole = |digits: &str| {
        let digits = digits.trim();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Wrong::NotANumber);
        }
        // Longer ones have no place anyway, and need none here.
        digits.parse::<i128>().ok().filter(|number| *number <= MOST * MOST).ok_or(Wrong::Long)
    };
    let (above, below) = if let Some((above, below)) = digits.split_once('/') {
        (whole(above)?, whole(below)?)
    } else if let Some((front, behind)) = digits.split_once('.') {
        if behind.len() > 6 {
            return Err(Wrong::Long);
        }
        let power = 10i128.pow(behind.len() as u32);
        let front = if front.is_empty() && !behind.is_empty() { 0 } else { whole(front)? };
        let behind = if behind.is_empty() { 0 } else { whole(behind)? };
        (front * power + behind, power)
    } else {
        (whole(digits)?, 1)
    };
    if below == 0 {
        return Err(Wrong::OverZero);
    }
    let found = Fraction::of(sign * above, below).map_err(|_| Wrong::Long)?;
    if found.above().abs() > MOST || found.below() > MOST { Err(Wrong::Long) } else { Ok(found) }
}

impl Default for Code {
    fn default() -> Self {
        Code { exercise: PRESETS[0].exercise(), step: 0, all: false }
    }
}

impl Code {
    /// The text.
    pub fn written(&self) -> String {
        let Exercise { network, point, epsilon, label, method, lines, choice } = &self.exercise;
        let mut parts = Vec::new();
        let base = PRESETS.iter().find(|preset| preset.exercise().network == *network);
        let known = base.map(|preset| preset.exercise());
        match base {
            Some(preset) => parts.push(format!("p:{}", preset.key)),
            None => {
                parts.push(format!("w:{}", weights(network)));
                if network.activation != Bent::RELU {
                    parts.push(format!("a:{}", activation_text(&network.activation)));
                }
            }
        }
        if known.as_ref().is_none_or(|known| known.point != *point) {
            parts.push(format!("x:{}", list(point)));
        }
        if known.as_ref().is_none_or(|known| known.epsilon != *epsilon) {
            parts.push(format!("e:{epsilon}"));
        }
        if *label != 0 {
            parts.push(format!("y:{label}"));
        }
        if *method != Method::default() {
            parts.push(format!("m:{}", method.word()));
        }
        if *lines != Strategy::default() {
            parts.push(format!("l:{}", lines.name()));
        }
        if *choice != super::exercise::Choice::default() {
            let (layer, index) = choice.neuron;
            parts.push(format!("n:{},{},{}", layer + 1, index + 1, choice.slope));
        }
        if self.all {
            parts.push("s:all".into());
        } else if self.step > 0 {
            parts.push(format!("s:{}", self.step + 1));
        }
        parts.join(";")
    }

    /// What a text says, and what of it is not understood: that is left out.
    pub fn read(text: &str) -> (Code, Vec<Unreadable>) {
        let mut code = Code::default();
        let mut told = Vec::new();
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let taken = part.split_once(':').and_then(|(key, value)| code.take(key, value));
            if taken.is_none() {
                told.push(Unreadable::Part(part.chars().take(40).collect()));
            }
        }
        match code.exercise.clone().checked() {
            Ok(_) => (code, told),
            Err(why) => {
                told.push(why.into());
                (Code::default(), told)
            }
        }
    }

    /// Takes one part; `None` where it is none.
    fn take(&mut self, key: &str, value: &str) -> Option<()> {
        let exercise = &mut self.exercise;
        match key {
            "p" => {
                let preset = PRESETS.iter().find(|preset| preset.key == value)?.exercise();
                (exercise.network, exercise.point, exercise.epsilon) = (preset.network, preset.point, preset.epsilon);
            }
            "w" => {
                let layers = value.split('*').map(layer).collect::<Option<Vec<_>>>()?;
                exercise.network = Network { layers, activation: Bent::RELU };
            }
            "a" => exercise.network.activation = activation(value)?,
            "x" => exercise.point = numbers(value)?,
            "e" => exercise.epsilon = number(value).ok()?,
            "y" => exercise.label = value.parse().ok()?,
            "m" => exercise.method = Method::ALL.into_iter().find(|method| method.word() == value)?,
            "l" => exercise.lines = Strategy::ALL.into_iter().find(|lines| lines.name() == value)?,
            "n" => {
                let mut parts = value.split(',');
                let mut place = || parts.next()?.parse::<usize>().ok()?.checked_sub(1);
                exercise.choice.neuron = (place()?, place()?);
                exercise.choice.slope = number(parts.next()?).ok()?;
            }
            "s" if value == "all" => self.all = true,
            "s" => self.step = value.parse::<usize>().ok()?.checked_sub(1)?,
            _ => return None,
        }
        Some(())
    }
}

fn list(numbers: &[Fraction]) -> String {
    numbers.iter().map(Fraction::to_string).collect::<Vec<_>>().join(",")
}

fn numbers(text: &str) -> Option<Vec<Fraction>> {
    text.split(',').map(|text| number(text).ok()).collect()
}

fn weights(network: &Network) -> String {
    let row = |(row, bias): (&Vec<Fraction>, &Fraction)| format!("{},{bias}", list(row));
    let layer = |layer: &Layer| layer.weights.iter().zip(&layer.biases).map(row).collect::<Vec<_>>().join("_");
    network.layers.iter().map(layer).collect::<Vec<_>>().join("*")
}

fn layer(text: &str) -> Option<Layer> {
    let mut layer = Layer { weights: Vec::new(), biases: Vec::new() };
    for row in text.split('_') {
        let mut row = numbers(row)?;
        layer.biases.push(row.pop()?);
        layer.weights.push(row);
    }
    Some(layer)
}

fn activation_text(Bent { slope, low, high }: &Bent) -> String {
    match high {
        None => format!("leaky,{slope}"),
        Some(high) if low.is_zero() => format!("ramp,{slope},{high}"),
        Some(high) => format!("clip,{low},{high}"),
    }
}

fn activation(text: &str) -> Option<Bent> {
    let (word, rest) = text.split_once(',').unwrap_or((text, ""));
    let given = if rest.is_empty() { Vec::new() } else { numbers(rest)? };
    match (word, given.as_slice()) {
        ("relu", []) => Some(Bent::RELU),
        ("leaky", &[slope]) => Some(Bent { slope, ..Bent::RELU }),
        ("ramp", &[slope, bend]) => Some(Bent { slope, high: Some(bend), ..Bent::RELU }),
        ("clip", &[low, high]) => Some(Bent { low, high: Some(high), ..Bent::RELU }),
        _ => None,
    }
}
