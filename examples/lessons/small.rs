//! What the engine says of a small network: every bound by every method, lines, the linear function below the margin, children of a
//! split, bounds with slopes of one's own, radii. All in f64, whose rounding the fractions that are written do not show.

use super::{
    answers::Answers,
    number::{Number, Side, decimal, text},
    truth,
};
use boundscope::{
    bounds::{Bounds, Choice, Climb, LayerChoice, Method, Prepared, Region, Strategy, margin_rows},
    certify::{Search, bracket},
    network::{Clip, LeakyRelu, Linear, Network, ParamRamp, Relu},
    pulse::Steady,
    tensor::{Backend, Cpu, Pair},
};
use pollster::block_on;
use serde::Deserialize;
use std::{collections::BTreeMap, error::Error};

/// A network of a few neurons around a point.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Small {
    /// By affine layer, a row for each of its neurons.
    weights: Vec<Vec<Vec<Number>>>,
    biases: Vec<Vec<Number>>,
    /// `relu`, `leaky:1/10`, `ramp:0,1` (η, r), `clip:-1,1` (HardTanh); between all layers.
    activation: String,
    /// x₀.
    point: Vec<Number>,
    /// ε of the ℓ∞ ball.
    epsilon: Number,
    /// y, from 0; without it there are no margins.
    label: Option<usize>,
    /// Slopes of lower lines in the first hidden layer, by a name.
    #[serde(default)]
    slopes: BTreeMap<String, Vec<Number>>,
}

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The lines that are asked for, each with its methods.
const LINES: [Strategy; 2] = [Strategy::Tight, Strategy::Adaptive];

/// How radii are searched for: finely enough to know a fraction again.
const SEARCH: Search = Search { largest: 64.0, tolerance: 1e-13 };

struct Asked {
    network: Network,
    prepared: Prepared<Cpu<f64>>,
    backend: Cpu<f64>,
    point: Vec<f64>,
    epsilon: f64,
    label: Option<usize>,
    /// Hidden layers.
    depth: usize,
}

pub fn answers(small: &Small) -> Outcome<Answers> {
    let asked = Asked::new(small)?;
    let mut answers = Answers::new();
    let mut put = |key: String, value: f64, side: Side| drop(answers.insert(key, text(value, side)));
    for (layer, (rows, biases)) in (1..).zip(small.weights.iter().zip(&small.biases)) {
        for (row, (weights, bias)) in (1..).zip(rows.iter().zip(biases)) {
            for (column, weight) in (1..).zip(weights) {
                put(format!("W{layer}.{row}.{column}"), weight.value()?, Side::Nearest);
            }
            put(format!("b{layer}.{row}"), bias.value()?, Side::Nearest);
        }
    }
    put("eps".into(), asked.epsilon, Side::Nearest);
    for (at, &x) in (1..).zip(&asked.point) {
        put(format!("x.{at}"), x, Side::Nearest);
        put(format!("x.{at}.l"), x - asked.epsilon, Side::Down);
        put(format!("x.{at}.u"), x + asked.epsilon, Side::Up);
    }
    let clean = asked.bounds(0.0, Method::Ibp, Strategy::Tight)?;
    for (name, layer) in asked.layers(&clean) {
        for (at, &value) in (1..).zip(&layer.lower) {
            put(format!("clean.{name}.{at}"), value, Side::Nearest);
        }
    }
    asked.margins("clean", &clean, &mut put);
    let mut methods = Method::NAMED.to_vec();
    methods.extend((2..asked.depth as u32).map(Method::RelaxedCrown));
    for method in methods {
        for lines in LINES {
            let name = named(method, lines);
            let bounds = asked.bounds(asked.epsilon, method, lines)?;
            for (layer, ends) in asked.layers(&bounds) {
                for (at, (&lower, &upper)) in (1..).zip(ends.lower.iter().zip(&ends.upper)) {
                    put(format!("{name}.{layer}.{at}.l"), lower, Side::Down);
                    put(format!("{name}.{layer}.{at}.u"), upper, Side::Up);
                }
            }
            asked.margins(&name, &bounds, &mut put);
            if asked.label.is_some()
                && let Some(radius) = asked.radius(method, lines)?
            {
                put(format!("{name}.radius"), radius, Side::Down);
            }
        }
    }
    for lines in LINES {
        asked.evidence(lines, &mut put)?;
    }
    asked.images(&mut put)?;
    if asked.label.is_some() && asked.network.classes() == 2 && asked.depth > 0 {
        asked.steered(small, &mut put)?;
        asked.split(&mut put)?;
    }
    if asked.depth <= 1 && asked.point.len() == 2 {
        truth::tell(&asked.network, &asked.point, asked.label, asked.epsilon, &mut put)?;
    }
    if asked.label.is_some() && asked.network.classes() == 2 && asked.depth > 0 {
        answers.insert("alpha.m".into(), asked.alpha()?);
    }
    Ok(answers)
}

/// `ibp`, `crown-tight`: IBP has no lines.
fn named(method: Method, lines: Strategy) -> String {
    let word = method.to_string().replace(':', "-");
    if method.uses_lines() { format!("{word}-{}", lines.name()) } else { word }
}

impl Asked {
    fn new(small: &Small) -> Outcome<Self> {
        let values = |numbers: &[Number]| numbers.iter().map(Number::value).collect::<Result<Vec<f64>, String>>();
        let point = values(&small.point)?;
        let mut network = Network::new(&[point.len()])?;
        if small.weights.len() != small.biases.len() || small.weights.is_empty() {
            return Err("weights and biases must be lists of the same layers".into());
        }
        for (layer, (rows, bias)) in small.weights.iter().zip(&small.biases).enumerate() {
            let inputs = rows.first().map_or(0, Vec::len);
            if rows.iter().any(|row| row.len() != inputs) {
                return Err("rows of a layer differ in length".into());
            }
            if layer > 0 {
                activation(&mut network, &small.activation, inputs)?;
            }
            let weight = rows.iter().flatten().map(Number::weight).collect::<Result<Vec<f32>, String>>()?;
            let bias = bias.iter().map(Number::weight).collect::<Result<Vec<f32>, String>>()?;
            network.push(Linear { outputs: rows.len(), inputs, weight: weight.into(), bias: Some(bias.into()) })?;
        }
        let (backend, depth) = (Cpu::new(), small.weights.len() - 1);
        let prepared = Prepared::new(Cpu::new(), &network);
        Ok(Asked { prepared, backend, point, epsilon: small.epsilon.value()?, label: small.label, depth, network })
    }

    fn bounds(&self, epsilon: f64, method: Method, lines: Strategy) -> Outcome<Bounds> {
        let labels = self.label.map(|label| [label]);
        let labels = labels.as_ref().map(<[usize; 1]>::as_slice);
        let region = Region::linf(epsilon);
        Ok(block_on(self.prepared.bounds(&self.point, labels, &region, method, lines, &Steady))?.remove(0))
    }

    /// Pre-activations as `z1`, `z2`, …, outputs as `y`.
    fn layers<'a>(&self, bounds: &'a Bounds) -> Vec<(String, &'a boundscope::bounds::LayerBounds)> {
        let mut layers: Vec<_> = (1..).zip(&bounds.layers).map(|(at, layer)| (format!("z{at}"), layer)).collect();
        layers.push(("y".into(), &bounds.logits));
        layers
    }

    /// `m` where there is one rival, else `m.1`, `m.2`, … by class.
    fn margins(&self, name: &str, bounds: &Bounds, put: &mut impl FnMut(String, f64, Side)) {
        let Some(label) = self.label else { return };
        let rivals = (0..self.network.classes()).filter(|&class| class != label);
        for (rival, &margin) in rivals.zip(&bounds.margins) {
            let key = if bounds.margins.len() == 1 { format!("{name}.m") } else { format!("{name}.m.{}", rival + 1) };
            put(key, margin, Side::Down);
        }
    }

    fn radius(&self, method: Method, lines: Strategy) -> Outcome<Option<f64>> {
        let verified = async |epsilon| {
            let labels = self.label.map(|label| [label]).unwrap_or_default();
            let region = Region::linf(epsilon);
            let bounds = self.prepared.bounds(&self.point, Some(&labels), &region, method, lines, &Steady).await?;
            Ok(bounds[0].verified())
        };
        let found = block_on(bracket(SEARCH, verified))?;
        Ok(found.verified.filter(|_| found.unverified.is_some()))
    }

    /// CROWN's lines over CROWN's ranges, and the linear functions of x below and above outputs and margin.
    fn evidence(&self, lines: Strategy, put: &mut impl FnMut(String, f64, Side)) -> Outcome<()> {
        let ball = Region::linf(self.epsilon).around(&self.backend, &self.point, self.point.len())?;
        let classes = self.network.classes();
        let mut rows = Vec::new();
        let mut names = Vec::new();
        for class in 0..classes {
            for (sign, side) in [(1.0, "below"), (-1.0, "above")] {
                let mut row = vec![0.0; classes];
                row[class] = sign;
                rows.extend(row);
                names.push((format!("y.{}.{side}", class + 1), sign));
            }
        }
        if let Some(label) = self.label {
            rows.extend(margin_rows(&[label], 1, classes)?);
            names.extend((1..classes).map(|at| (if classes == 2 { "m".into() } else { format!("m.{at}") }, 1.0)));
        }
        let rows = self.backend.upload([1, names.len(), classes], &rows);
        let evidence = block_on(self.prepared.evidence(&ball, &rows, Method::Crown, lines, &Steady))?;
        let name = named(Method::Crown, lines);
        for (layer, found) in (1..).zip(&evidence.lines) {
            let range = evidence.ranges.iter().rfind(|range| range.node < found.node);
            for neuron in 0..found.slope[0].len() {
                let key = format!("{name}.z{layer}.{}", neuron + 1);
                let at = |side: usize, z: f64| found.slope[side][neuron].mul_add(z, found.intercept[side][neuron]);
                for (side, word) in ["below", "above"].iter().enumerate() {
                    put(format!("{key}.{word}.slope"), found.slope[side][neuron], Side::Nearest);
                    put(format!("{key}.{word}.at"), found.intercept[side][neuron], Side::Nearest);
                }
                if let Some(range) = range {
                    let (lower, upper) = (range.lower[neuron], range.upper[neuron]);
                    let gap = |z| at(1, z) - at(0, z);
                    put(format!("{key}.area"), (gap(lower) + gap(upper)) * (upper - lower) / 2.0, Side::Nearest);
                }
            }
        }
        let ranges = block_on(self.prepared.ranges(&ball, Method::Crown, lines, &Steady))?;
        let below = self.prepared.below(&ball, &ranges, &rows);
        let (found, least) = (block_on(self.backend.read(&below.rows))?, block_on(self.backend.read(&below.least))?);
        let inputs = self.point.len();
        for (at, (key, sign)) in names.iter().enumerate() {
            let row = &found[at * inputs..][..inputs];
            let swing: f64 = row.iter().map(|weight| weight.abs()).sum::<f64>() * self.epsilon;
            let middle: f64 = row.iter().zip(&self.point).map(|(weight, x)| weight * x).sum();
            for (input, weight) in (1..).zip(row) {
                put(format!("{name}.{key}.w.{input}"), sign * weight, Side::Nearest);
                if key.starts_with('m') {
                    let corner = self.point[input - 1] - self.epsilon * weight.signum() * f64::from(*weight != 0.0);
                    put(format!("{name}.{key}.corner.{input}"), corner, Side::Nearest);
                }
            }
            put(format!("{name}.{key}.c"), sign * (least[at] + swing - middle), Side::Nearest);
        }
        Ok(())
    }

    /// What the activations make of IBP's ranges: `ibp.a1.2.l`.
    fn images(&self, put: &mut impl FnMut(String, f64, Side)) -> Outcome<()> {
        use boundscope::activation::Rule;
        let bounds = self.bounds(self.epsilon, Method::Ibp, Strategy::Tight)?;
        let clean = self.bounds(0.0, Method::Ibp, Strategy::Tight)?;
        for (at, layer) in (1..).zip(self.network.layers()) {
            let (range, point) = (&bounds.layers[at - 1], &clean.layers[at - 1]);
            for index in 0..range.lower.len() {
                let neuron = layer.rule.at(index);
                put(format!("clean.a{at}.{}", index + 1), neuron.value(point.lower[index]), Side::Nearest);
                put(format!("ibp.a{at}.{}.l", index + 1), neuron.value(range.lower[index]), Side::Down);
                put(format!("ibp.a{at}.{}.u", index + 1), neuron.value(range.upper[index]), Side::Up);
            }
        }
        Ok(())
    }

    fn row(&self) -> Outcome<<Cpu<f64> as Backend>::Tensor> {
        let label = self.label.ok_or("a margin needs a label")?;
        let rows = margin_rows(&[label], 1, self.network.classes())?;
        Ok(self.backend.upload([1, 1, self.network.classes()], &rows))
    }

    /// CROWN's margin with lower slopes of one's own in the first hidden layer, and chords above.
    fn steered(&self, small: &Small, put: &mut impl FnMut(String, f64, Side)) -> Outcome<()> {
        let ball = Region::linf(self.epsilon).around(&self.backend, &self.point, self.point.len())?;
        let rows = self.row()?;
        let ranges = block_on(self.prepared.ranges(&ball, Method::Crown, Strategy::Tight, &Steady))?;
        let plain = vec![boundscope::bounds::Steering::default(); self.depth];
        let walk = self.prepared.steered(&ball, &ranges, None, &rows, &plain);
        let choice = block_on(self.prepared.choice_of(&walk, &[], [1, 1]))?;
        for (name, slopes) in &small.slopes {
            let below = slopes.iter().map(Number::value).collect::<Result<Vec<f64>, String>>()?;
            let mut own: Choice = choice.clone();
            let Some(Some(first)) = own.layers.first_mut() else {
                return Err("a walk that passes no activation".into());
            };
            if below.len() != first.below.len() {
                return Err(format!("slopes \"{name}\": one for each neuron of the first hidden layer").into());
            }
            *first = LayerChoice { below, above: first.above.clone(), multipliers: Vec::new() };
            let steering = self.prepared.steering(&own, &[], [1, 1]);
            let walk = self.prepared.steered(&ball, &ranges, None, &rows, &steering);
            put(format!("{name}.m"), block_on(self.backend.read(&walk.lower))?[0], Side::Down);
        }
        Ok(())
    }

    /// Both children of a decision on each neuron of the first hidden layer, by CROWN with tight lines over the whole region.
    fn split(&self, put: &mut impl FnMut(String, f64, Side)) -> Outcome<()> {
        let ball = Region::linf(self.epsilon).around(&self.backend, &self.point, self.point.len())?;
        let rows = self.row()?;
        let base = block_on(self.prepared.ranges(&ball, Method::Crown, Strategy::Tight, &Steady))?;
        let layers = self.prepared.layer_ranges(&base);
        let (lower, upper) =
            (block_on(self.backend.read(&layers[0].lower))?, block_on(self.backend.read(&layers[0].upper))?);
        for neuron in (0..lower.len()).filter(|&neuron| lower[neuron] < 0.0 && upper[neuron] > 0.0) {
            let mut least = f64::INFINITY;
            for on in [true, false] {
                let (mut low, mut high) = (lower.clone(), upper.clone());
                if on {
                    low[neuron] = 0.0
                } else {
                    high[neuron] = 0.0
                }
                let shape = [1, 1, low.len()];
                let decided =
                    Pair { lower: self.backend.upload(shape, &low), upper: self.backend.upload(shape, &high) };
                let ranges: Vec<_> = [decided].into_iter().chain(layers[1..].iter().cloned()).collect();
                let ranges = self.prepared.ranges_from(&base, ranges, Strategy::Tight);
                let below = self.prepared.below(&ball, &ranges, &rows);
                let margin = block_on(self.backend.read(&below.least))?[0];
                let word = if on { "on" } else { "off" };
                put(format!("split.z1.{}.{word}.m", neuron + 1), margin, Side::Down);
                let found = block_on(self.backend.read(&below.rows))?;
                let inputs = self.point.len();
                let swing: f64 = found.iter().map(|weight| weight.abs()).sum::<f64>() * self.epsilon;
                let middle: f64 = found.iter().zip(&self.point).map(|(weight, x)| weight * x).sum();
                for (input, weight) in (1..=inputs).zip(&found) {
                    put(format!("split.z1.{}.{word}.w.{input}", neuron + 1), *weight, Side::Nearest);
                }
                put(format!("split.z1.{}.{word}.c", neuron + 1), margin + swing - middle, Side::Nearest);
                least = least.min(margin);
            }
            put(format!("split.z1.{}.m", neuron + 1), least, Side::Down);
        }
        Ok(())
    }

    /// α-CROWN's margin, in four digits: a climb ends beside the top, not on it.
    fn alpha(&self) -> Outcome<String> {
        let ball = Region::linf(self.epsilon).around(&self.backend, &self.point, self.point.len())?;
        let climb = Climb::alpha(400);
        let found = block_on(self.prepared.alpha_crown(&ball, &self.row()?, &climb, &Steady, |_| false))?;
        Ok(decimal(found.lower[0], Side::Down))
    }
}

fn activation(network: &mut Network, word: &str, width: usize) -> Outcome<()> {
    let (name, numbers) = word.split_once(':').unwrap_or((word, ""));
    let numbers: Vec<f64> = numbers
        .split(',')
        .filter(|number| !number.is_empty())
        .map(|number| Number::Text(number.into()).value())
        .collect::<Result<_, _>>()?;
    match (name, numbers.as_slice()) {
        ("relu", []) => network.push(Relu)?,
        ("leaky", &[slope]) => network.push(LeakyRelu { slope })?,
        ("ramp", &[slope, bend]) => {
            network.push(ParamRamp { slope, bend: vec![bend as f32; width].into(), shape: vec![width] })?
        }
        ("clip", &[low, high]) => network.push(Clip { low, high })?,
        _ => return Err(format!("\"{word}\" is no activation: relu, leaky:1/10, ramp:0,1 or clip:-1,1").into()),
    };
    Ok(())
}
