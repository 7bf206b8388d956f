//! Ranges: the region, intervals from layer to layer, and the point itself.

use super::{
    exercise::Exercise,
    forms::{Asked, asked_margins, asked_neuron},
    fraction::{Fraction, TooLarge},
    lines::{Bent, Range},
    written::{Bound, Equation, Kind, Side, Step, Term, Var},
};

fn number(value: Fraction) -> Side {
    Side::Sum(vec![Term::product([value])])
}

/// Both ends of each input.
pub fn region_step(exercise: &Exercise, region: &[Range]) -> Step {
    let mut step = Step::new(Kind::Region);
    for (index, (&x, range)) in exercise.point.iter().zip(region).enumerate() {
        for (bound, end, by) in
            [(Bound::Lower, range.lower, exercise.epsilon.negated()), (Bound::Upper, range.upper, exercise.epsilon)]
        {
            let sum = Side::Sum(vec![Term::product([x]), Term::product([by])]);
            step.lines.push(Equation::bound(Var::X(index), bound, vec![sum, number(end)]));
            step.gives.push((Var::X(index), bound, end));
        }
    }
    step
}

/// A neuron, an output or a margin from the ranges of what it reads.
///
/// # Errors
/// The digits do not suffice; so below.
pub fn interval(asked: &Asked, before: &[Range]) -> Result<(Step, Range), TooLarge> {
    let var = asked.var;
    let mut step = Step::new(Kind::Interval(var));
    step.reads = asked.row.reads();
    step.lines.push(asked.opening.clone());
    let (below, lower) = asked.row.extreme_of(var, Bound::Lower, before)?;
    let (above, upper) = asked.row.extreme_of(var, Bound::Upper, before)?;
    step.lines.push(below);
    step.gives.push((var, Bound::Lower, lower));
    if !matches!(var, Var::M(_)) {
        step.lines.push(above);
        step.gives.push((var, Bound::Upper, upper));
    }
    Ok((step, Range { lower, upper }))
}

/// A hidden layer behind its activation.
pub fn activated(layer: usize, ranges: &[Range], activation: &Bent) -> Result<(Step, Vec<Range>), TooLarge> {
    let mut step = Step::new(Kind::Activate(layer));
    let mut behind = Vec::new();
    for (index, range) in ranges.iter().enumerate() {
        let var = Var::A(layer, index);
        let found = Range { lower: activation.value(range.lower)?, upper: activation.value(range.upper)? };
        for (bound, from, to) in [(Bound::Lower, range.lower, found.lower), (Bound::Upper, range.upper, found.upper)] {
            step.lines.push(Equation::bound(var, bound, vec![Side::Activated(from), number(to)]));
            step.gives.push((var, bound, to));
        }
        step.reads.push(Var::Z(layer, index));
        behind.push(found);
    }
    Ok((step, behind))
}

/// The network at the point itself, layer by layer: the margins.
pub fn at_point(exercise: &Exercise, steps: &mut Vec<Step>) -> Result<Vec<Fraction>, TooLarge> {
    let network = &exercise.network;
    let mut values = exercise.point.clone();
    let given = |var, value| [(var, Bound::Lower, value), (var, Bound::Upper, value)];
    for layer in 0..=network.hidden() {
        let mut step = Step::new(Kind::At(layer));
        if layer == 0 {
            for (index, x) in exercise.point.iter().enumerate() {
                step.gives.extend(given(Var::X(index), *x));
            }
        }
        let points: Vec<Range> = values.iter().map(|&value| Range { lower: value, upper: value }).collect();
        let (mut before, mut behind) = (Vec::new(), Vec::new());
        for index in 0..network.layers[layer].biases.len() {
            let asked = asked_neuron(network, layer, index);
            let (terms, value) = asked.row.extreme(Bound::Lower, &points)?;
            step.reads.extend(asked.row.reads());
            step.lines.push(Equation::equal(asked.var, vec![Side::Sum(terms), number(value)]));
            step.gives.extend(given(asked.var, value));
            before.push(value);
        }
        if layer < network.hidden() {
            for (index, &z) in before.iter().enumerate() {
                let (var, value) = (Var::A(layer, index), network.activation.value(z)?);
                step.lines.push(Equation::equal(var, vec![Side::Activated(z), number(value)]));
                step.gives.extend(given(var, value));
                behind.push(value);
            }
            values = behind;
        } else {
            values = before;
        }
        steps.push(step);
    }
    let mut margins = Vec::new();
    for asked in asked_margins(network, exercise.label)? {
        let Var::M(rival) = asked.var else { continue };
        let own = values[exercise.label];
        let (mut terms, mut value) = (vec![Term::product([own])], own);
        if network.outputs() > 1 {
            let other = values[rival].negated();
            terms.push(Term::product([other]));
            value = own.plus(other)?;
        }
        if let Some(step) = steps.last_mut() {
            step.lines.push(Equation::equal(asked.var, vec![Side::Sum(terms), number(value)]));
            step.gives.extend(given(asked.var, value));
        }
        margins.push(value);
    }
    Ok(margins)
}
