//! A small network as a graph: neurons in columns with what is known of each, weights on the edges, and what a step is about.

use crate::{
    app::explore::words::byhand::{Known, known, number, var},
    byhand::{Exercise, Fraction, Kind, Network, Step, Var, Worked},
    charts::{marks::Marks, panel::Drawing},
};
use std::collections::BTreeSet;

/// Radius of a neuron.
const RADIUS: f64 = 15.0;
/// Room of a neuron: what is known of it stands below.
const ROW: f64 = 88.0;
/// Narrower than this between two columns, both ends stand under each other.
const WIDE: f64 = 120.0;

/// What a step is about: neurons, and the layers whose weights it uses for them.
#[derive(Debug, Default, PartialEq)]
struct Lit {
    /// Column and row: inputs stand in column 0.
    neurons: BTreeSet<(usize, usize)>,
    /// Neurons whose incoming weights are used.
    into: BTreeSet<(usize, usize)>,
}

fn place(of: Var) -> Option<(usize, usize)> {
    match of {
        Var::X(index) => Some((0, index)),
        Var::Z(layer, index) | Var::A(layer, index) => Some((layer + 1, index)),
        Var::M(_) => None,
    }
}

impl Lit {
    fn of(exercise: &Exercise, step: Option<&Step>) -> Self {
        let network = &exercise.network;
        let mut lit = Lit::default();
        let Some(step) = step else { return lit };
        // A margin is about the outputs that it is made of.
        let outputs = |of: Var| match of {
            Var::M(rival) => {
                let last = network.layers.len();
                let both = [exercise.label, rival];
                both.into_iter().filter(|at| *at < network.outputs()).map(|at| (last, at)).collect()
            }
            of => place(of).into_iter().collect::<Vec<_>>(),
        };
        lit.neurons.extend(step.reads.iter().filter_map(|of| place(*of)));
        match step.kind {
            Kind::Interval(of) | Kind::Straight(of) | Kind::Forward(of) => {
                lit.into.extend(outputs(of));
                lit.neurons.extend(outputs(of));
            }
            Kind::Back(of, _, layer) => {
                let reads: Vec<_> = step.reads.iter().filter_map(|of| place(*of)).collect();
                lit.into.extend(&reads);
                if layer + 2 == outputs(of).first().map_or(0, |(column, _)| *column) {
                    lit.into.extend(outputs(of));
                }
                lit.neurons.extend(outputs(of));
            }
            Kind::Corner(of, _) | Kind::Both(of) => lit.neurons.extend(outputs(of)),
            Kind::At(layer) => {
                let width = network.layers.get(layer).map_or(0, |layer| layer.biases.len());
                lit.into.extend((0..width).map(|index| (layer + 1, index)));
                lit.neurons.extend((0..width).map(|index| (layer + 1, index)));
            }
            Kind::Slope(layer, index)
            | Kind::Several(layer, index)
            | Kind::Settled(layer, index)
            | Kind::Child(layer, index, _) => {
                lit.neurons.insert((layer + 1, index));
            }
            Kind::Region => lit.neurons.extend((0..exercise.point.len()).map(|index| (0, index))),
            Kind::Activate(_) | Kind::Lines(..) | Kind::Verdict(_) => {}
        }
        lit
    }
}

/// What is written below a neuron: before its activation, and behind it.
fn ranges(network: &Network, known: &Known, (column, row): (usize, usize), wide: bool) -> Vec<String> {
    let hidden = column > 0 && column <= network.hidden();
    let first = if column == 0 { Var::X(row) } else { Var::Z(column - 1, row) };
    let behind = hidden.then(|| Var::A(column - 1, row));
    let end = |end: Option<Fraction>| end.map_or_else(|| "…".to_string(), number);
    let mut lines = Vec::new();
    for of in [Some(first), behind].into_iter().flatten() {
        let Some(&[lower, upper]) = known.get(&of) else { continue };
        // Of a hidden neuron two things are known: which one is meant is said.
        let name = if hidden { format!("{} ", if of == first { "z" } else { "a" }) } else { String::new() };
        if lower == upper {
            lines.push(format!("{name}= {}", end(lower)));
        } else if wide {
            lines.push(format!("{name}[{}, {}]", end(lower), end(upper)));
        } else if of == first {
            lines.extend([format!("≥ {}", end(lower)), format!("≤ {}", end(upper))]);
        }
    }
    lines
}

/// The graph at a step.
pub fn graph(exercise: &Exercise, worked: &Worked, at: usize, width: f64) -> Drawing {
    let network = &exercise.network;
    let widths = network.widths();
    let tallest = widths.iter().copied().max().unwrap_or(1);
    let height = ROW * tallest as f64 + 18.0;
    let margin = 40.0_f64.min(width / 8.0);
    let gap = (width - 2.0 * margin) / (widths.len().max(2) - 1) as f64;
    let wide = gap >= WIDE;
    let centre = |(column, row): (usize, usize)| {
        let top = (tallest - widths[column]) as f64 * ROW / 2.0;
        (margin + gap * column as f64, top + ROW * (row as f64 + 0.5) - 8.0)
    };
    let step = worked.steps.get(at);
    let lit = Lit::of(exercise, step);
    let known = known(&worked.steps, at);
    let mut marks = Marks::new();
    // Edges first, then their weights, then neurons: words lie above lines.
    let edges = || {
        widths.windows(2).enumerate().flat_map(|(column, pair)| {
            let pairs = (0..pair[0]).flat_map(move |from| (0..pair[1]).map(move |to| (from, to)));
            pairs.map(move |(from, to)| (column, from, to))
        })
    };
    let on = |column: usize, from: usize, to: usize| {
        lit.into.contains(&(column + 1, to)) && !network.layers[column].weights[to][from].is_zero()
    };
    for (column, from, to) in edges() {
        let ((x1, y1), (x2, y2)) = (centre((column, from)), centre((column + 1, to)));
        let zero = network.layers[column].weights[to][from].is_zero();
        let class = if on(column, from, to) {
            "bh-edge bh-on"
        } else if zero {
            "bh-edge bh-none"
        } else {
            "bh-edge"
        };
        marks.line(class, x1, y1, x2, y2);
    }
    for (column, from, to) in edges() {
        let ((x1, y1), (x2, y2)) = (centre((column, from)), centre((column + 1, to)));
        let class = if on(column, from, to) { "t mid bh-weight bh-on" } else { "t mid bh-weight" };
        // Where edges cross, their weights stand at different places along them.
        let share = if widths[column + 1] > 1 { 0.3 + 0.3 * to as f64 / (widths[column + 1] - 1) as f64 } else { 0.45 };
        let (x, y) = (x1 + share * (x2 - x1), y1 + share * (y2 - y1));
        marks.text(class, x, y + 4.0, &number(network.layers[column].weights[to][from]));
    }
    for (column, &count) in widths.iter().enumerate() {
        for row in 0..count {
            let (x, y) = centre((column, row));
            let about = lit.neurons.contains(&(column, row));
            let of = if column == 0 { Var::X(row) } else { Var::Z(column - 1, row) };
            marks.circle(if about { "bh-neuron bh-on" } else { "bh-neuron" }, x, y, RADIUS);
            marks.text("t mid strong", x, y + 4.0, &var(network, of));
            let bias = match column {
                0 => number(exercise.point[row]),
                _ => {
                    let bias = network.layers[column - 1].biases[row];
                    if bias.negative() { number(bias) } else { format!("+{}", number(bias)) }
                }
            };
            marks.text("t mid mute bh-bias", x, y - RADIUS - 4.0, &bias);
            let mut lines = ranges(network, &known, (column, row), wide);
            lines.resize(2, String::new());
            for (line, words) in lines.iter().enumerate() {
                let class = if about { "t mid strong bh-range" } else { "t mid bh-range" };
                marks.text(class, x, y + RADIUS + 13.0 + 13.0 * line as f64, words);
            }
        }
    }
    Drawing { marks: marks.finish(), height }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::byhand::{Method, PRESETS, work};

    #[test]
    fn a_step_lights_the_weights_it_uses_and_writes_what_it_found() {
        let exercise = PRESETS[0].exercise();
        let worked = work(&exercise);
        let drawing = graph(&exercise, &worked, 2, 600.0).markup();
        assert_eq!(drawing.matches("bh-edge bh-on").count(), 2, "{drawing}");
        assert!(
            drawing.contains("z [−2, 2]") && drawing.contains("z [0, 6]") && !drawing.contains("z [−3, 3]"),
            "{drawing}"
        );
        let last = graph(&exercise, &worked, worked.steps.len() - 1, 600.0).markup();
        assert!(last.contains("a [0, 3]") && last.contains("[−12, 8]"), "{last}");
        assert!(graph(&exercise, &worked, 2, 300.0).markup().contains("≥ 0"));
    }

    /// The elements stay in their places, whatever the step: the page redraws their attributes alone.
    #[test]
    fn every_step_draws_the_same_elements_inside_its_width() {
        for preset in &PRESETS {
            for method in Method::ALL {
                let exercise = Exercise { method, ..preset.exercise() };
                let worked = work(&exercise);
                for width in [280.0, 700.0] {
                    let first = graph(&exercise, &worked, 0, width);
                    for at in 1..worked.steps.len() {
                        let drawing = graph(&exercise, &worked, at, width);
                        assert_eq!(drawing.height, first.height);
                        assert!(drawing.marks.len() == first.marks.len());
                        assert!(drawing.marks.iter().zip(&first.marks).all(|(a, b)| a.alike(b)));
                    }
                    let places = first.marks.iter().flat_map(|mark| &mark.attributes).filter(|(name, _)| *name == "x");
                    assert!(places.clone().all(|(_, x)| (0.0..=width).contains(&x.parse().unwrap())));
                }
            }
        }
    }
}
