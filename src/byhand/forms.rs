//! Linear functions of inputs or neurons, and what becomes of them: put into one another, and made numbers in a corner of the region.

use super::{
    exercise::Network,
    fraction::{Fraction, TooLarge},
    lines::{Line, Lines, Range},
    written::{Bound, Equation, Kind, Side, Step, Term, Var},
};

/// What a row is a function of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The inputs.
    Inputs,
    /// A hidden layer before its activation.
    Before(usize),
    /// A hidden layer behind it.
    Behind(usize),
}

impl Over {
    /// What an affine layer reads.
    pub fn read_by(layer: usize) -> Over {
        if layer == 0 { Over::Inputs } else { Over::Behind(layer - 1) }
    }

    /// One of its variables.
    pub fn var(self, index: usize) -> Var {
        match self {
            Over::Inputs => Var::X(index),
            Over::Before(layer) => Var::Z(layer, index),
            Over::Behind(layer) => Var::A(layer, index),
        }
    }
}

/// Σ weight·variable + constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What of.
    pub over: Over,
    /// A weight for each variable.
    pub weights: Vec<Fraction>,
    /// What is added.
    pub constant: Fraction,
}

/// What a layer's outputs, or margins made of them, are of the layer before.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its name.
    pub var: Var,
    /// Which layer's neurons it is made of.
    pub layer: usize,
    /// What it is of what that layer reads.
    pub row: Row,
    /// Where that comes from, as it is written.
    pub opening: Equation,
}

impl Row {
    fn zero(over: Over, width: usize, constant: Fraction) -> Self {
        Row { over, weights: vec![Fraction::ZERO; width], constant }
    }

    fn add(&mut self, times: Fraction, row: &Row) -> Result<(), TooLarge> {
        for (sum, weight) in self.weights.iter_mut().zip(&row.weights) {
            *sum = sum.plus(times.times(*weight)?)?;
        }
        self.constant = self.constant.plus(times.times(row.constant)?)?;
        Ok(())
    }

    /// The row as it is written: what vanishes is left out.
    pub fn terms(&self) -> Vec<Term> {
        let used = self.used().map(|(index, weight)| Term::of(weight, self.over.var(index)));
        ended(used.collect(), self.constant)
    }

    /// The weights that do not vanish.
    pub fn used(&self) -> impl Iterator<Item = (usize, Fraction)> + '_ {
        self.weights.iter().copied().enumerate().filter(|(_, weight)| !weight.is_zero())
    }

    /// The variables that it needs.
    pub fn reads(&self) -> Vec<Var> {
        self.used().map(|(index, _)| self.over.var(index)).collect()
    }

    /// Its extreme where each variable has a range: the arithmetic, and the number.
    pub fn extreme(&self, bound: Bound, ranges: &[Range]) -> Result<(Vec<Term>, Fraction), TooLarge> {
        let mut value = self.constant;
        let mut terms = Vec::new();
        for (index, weight) in self.used() {
            let range = ranges[index];
            let end = if weight.negative() == (bound == Bound::Lower) { range.upper } else { range.lower };
            value = value.plus(weight.times(end)?)?;
            terms.push(Term::product([weight, end]));
        }
        Ok((ended(terms, self.constant), value))
    }

    /// `var ≥ … = number`, and the number.
    pub fn extreme_of(&self, var: Var, bound: Bound, ranges: &[Range]) -> Result<(Equation, Fraction), TooLarge> {
        let (terms, value) = self.extreme(bound, ranges)?;
        let number = vec![Term::product([value])];
        let sides = if terms == number { vec![Side::Sum(number)] } else { vec![Side::Sum(terms), Side::Sum(number)] };
        Ok((Equation::bound(var, bound, sides), value))
    }
}

/// Terms with a constant behind them, if there is one or nothing else.
fn ended(mut terms: Vec<Term>, constant: Fraction) -> Vec<Term> {
    if !constant.is_zero() || terms.is_empty() {
        terms.push(Term::product([constant]));
    }
    terms
}

/// `slope·z + height` as it is written.
pub fn line_terms(line: &Line, var: Var) -> Vec<Term> {
    let slope = (!line.slope.is_zero()).then(|| Term::of(line.slope, var));
    ended(slope.into_iter().collect(), line.height)
}

/// A neuron as a row over what its layer reads.
pub fn neuron(network: &Network, layer: usize, index: usize) -> Row {
    let of = &network.layers[layer];
    Row { over: Over::read_by(layer), weights: of.weights[index].clone(), constant: of.biases[index] }
}

/// A neuron, or an output.
pub fn asked_neuron(network: &Network, layer: usize, index: usize) -> Asked {
    let (var, row) = (Var::Z(layer, index), neuron(network, layer, index));
    let opening = Equation::equal(var, vec![Side::Sum(row.terms())]);
    Asked { var, layer, row, opening }
}

/// The margins of a class over its rivals; where there is one output, that itself shall be positive.
///
/// # Errors
/// The digits do not suffice.
pub fn asked_margins(network: &Network, label: usize) -> Result<Vec<Asked>, TooLarge> {
    let (layer, outputs) = (network.hidden(), network.outputs());
    let own = neuron(network, layer, label);
    let one = Fraction::ONE;
    if outputs == 1 {
        let sides = vec![Side::Sum(vec![Term::of(one, Var::Z(layer, 0))]), Side::Sum(own.terms())];
        let opening = Equation::equal(Var::M(0), sides);
        return Ok(vec![Asked { var: Var::M(0), layer, row: own, opening }]);
    }
    let margin = |rival: usize| {
        let other = neuron(network, layer, rival);
        let mut row = own.clone();
        row.add(one.negated(), &other)?;
        let difference = vec![Term::of(one, Var::Z(layer, label)), Term::of(one.negated(), Var::Z(layer, rival))];
        let rows = vec![Term::around(one, own.terms()), Term::around(one.negated(), other.terms())];
        let sides = vec![Side::Sum(difference), Side::Sum(rows), Side::Sum(row.terms())];
        Ok(Asked { var: Var::M(rival), layer, row, opening: Equation::equal(Var::M(rival), sides) })
    };
    (0..outputs).filter(|&rival| rival != label).map(margin).collect()
}

/// A walk back to the inputs: a step for each layer, one for the corner, and the number.
///
/// # Errors
/// The digits do not suffice; the steps up to there stay in `steps`.
pub fn walk(
    network: &Network,
    region: &[Range],
    asked: &Asked,
    bound: Bound,
    lines: &[Vec<Lines>],
    steps: &mut Vec<Step>,
) -> Result<Fraction, TooLarge> {
    let var = asked.var;
    let mut row = asked.row.clone();
    for layer in (0..asked.layer).rev() {
        let mut step = Step::new(Kind::Back(var, bound, layer));
        if layer + 1 == asked.layer {
            step.lines.push(asked.opening.clone());
        }
        step.reads = row.reads();
        // Through the activation: each neuron's line on the side on which the whole stays a bound.
        let mut before = Row::zero(Over::Before(layer), row.weights.len(), row.constant);
        let mut terms = Vec::new();
        for (index, weight) in row.used() {
            let both = &lines[layer][index];
            let line = if weight.negative() == (bound == Bound::Lower) { both.upper } else { both.lower };
            before.weights[index] = weight.times(line.slope)?;
            before.constant = before.constant.plus(weight.times(line.height)?)?;
            terms.push(Term::around(weight, line_terms(&line, Var::Z(layer, index))));
        }
        let sides = vec![Side::Sum(ended(terms, row.constant)), Side::Sum(before.terms())];
        step.lines.push(Equation::bound(var, bound, sides));
        // Through the affine layer.
        let over = Over::read_by(layer);
        let inputs = network.layers[layer].weights.first().map_or(0, Vec::len);
        let mut next = Row::zero(over, inputs, before.constant);
        let mut terms = Vec::new();
        for (index, weight) in before.used() {
            let inner = neuron(network, layer, index);
            next.add(weight, &inner)?;
            terms.push(Term::around(weight, inner.terms()));
        }
        let sides = vec![Side::Sum(ended(terms, before.constant)), Side::Sum(next.terms())];
        step.lines.push(Equation::bound(var, bound, sides));
        steps.push(step);
        row = next;
    }
    let mut step = Step::new(Kind::Corner(var, bound));
    if asked.layer == 0 {
        step.lines.push(asked.opening.clone());
    }
    let (equation, value) = row.extreme_of(var, bound, region)?;
    step.lines.push(equation);
    step.gives.push((var, bound, value));
    step.reads = row.reads();
    steps.push(step);
    Ok(value)
}

/// Linear functions of the inputs below and above something.
#[derive(Clone, Debug)]
pub struct Forms {
    /// Below.
    pub lower: Row,
    /// Above.
    pub upper: Row,
}

impl Forms {
    /// Of what is straight in the inputs.
    pub fn straight(row: Row) -> Self {
        Forms { lower: row.clone(), upper: row }
    }

    /// Behind an activation with these lines, and how that is written.
    pub fn behind(&self, lines: &Lines, (layer, index): (usize, usize)) -> Result<(Self, Vec<Equation>), TooLarge> {
        let mut written = Vec::new();
        let mut through = |bound: Bound, line: &Line, form: &Row| {
            let mut row = Row::zero(Over::Inputs, form.weights.len(), line.height);
            row.add(line.slope, form)?;
            if !line.slope.is_zero() {
                let terms = ended(vec![Term::around(line.slope, form.terms())], line.height);
                let sides = vec![Side::Sum(terms), Side::Sum(row.terms())];
                written.push(Equation::bound(Var::A(layer, index), bound, sides));
            }
            Ok(row)
        };
        let lower = through(Bound::Lower, &lines.lower, &self.lower)?;
        let upper = through(Bound::Upper, &lines.upper, &self.upper)?;
        Ok((Forms { lower, upper }, written))
    }

    /// Of a row over what has these forms, and how that is written.
    pub fn into(asked: &Asked, forms: &[Forms], inputs: usize) -> Result<(Self, Vec<Equation>), TooLarge> {
        let side = |bound: Bound| {
            let mut row = Row::zero(Over::Inputs, inputs, asked.row.constant);
            let mut terms = Vec::new();
            for (index, weight) in asked.row.used() {
                let form = if weight.negative() == (bound == Bound::Lower) {
                    &forms[index].upper
                } else {
                    &forms[index].lower
                };
                row.add(weight, form)?;
                terms.push(Term::around(weight, form.terms()));
            }
            let sides = vec![Side::Sum(ended(terms, asked.row.constant)), Side::Sum(row.terms())];
            Ok((row, Equation::bound(asked.var, bound, sides)))
        };
        let ((lower, below), (upper, above)) = (side(Bound::Lower)?, side(Bound::Upper)?);
        Ok((Forms { lower, upper }, vec![below, above]))
    }
}
