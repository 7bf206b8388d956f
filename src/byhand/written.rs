//! Arithmetic as it is written down: sums of products, and what they are equal to. Words and signs are the page's.

use super::{
    fraction::{Fraction, TooLarge},
    lines::Bent,
};
use crate::activation::Status;
use std::collections::BTreeMap;

/// What an equation is about. Layers and neurons count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Var {
    /// An input.
    X(usize),
    /// A neuron of a layer before its activation; an output in the last layer.
    Z(usize, usize),
    /// A neuron of a hidden layer behind its activation.
    A(usize, usize),
    /// The margin over a rival; the output itself where there is only one.
    M(usize),
}

/// From which side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// Below.
    Lower,
    /// Above.
    Upper,
}

/// How the left side stands to the first of the right sides, which are all equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// =
    Equal,
    /// ≥
    AtLeast,
    /// ≤
    AtMost,
}

/// What a product ends in.
#[derive(Clone, Debug, PartialEq)]
pub enum Of {
    /// Nothing: its factors are all.
    One,
    /// A variable.
    Var(Var),
    /// A sum in brackets.
    Sum(Vec<Term>),
}

/// A product.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Numbers; none stands for 1.
    pub factors: Vec<Fraction>,
    /// What they are multiplied with.
    pub of: Of,
}

/// A right side.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    /// A sum of products.
    Sum(Vec<Term>),
    /// A difference over a difference: the slope of a chord.
    Ratio([Fraction; 4]),
    /// σ of a number.
    Activated(Fraction),
}

/// A left side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Left {
    /// A variable.
    Var(Var),
    /// The slope of a chord.
    Slope,
    /// Its height at 0.
    Height,
    /// A margin with that slope of the neuron that is chosen.
    With(Fraction, Var),
    /// The smaller of two.
    Least(Var),
}

/// A line of arithmetic.
#[derive(Clone, Debug, PartialEq)]
pub struct Equation {
    /// What it is about.
    pub left: Left,
    /// How that stands to what follows.
    pub relation: Relation,
    /// All equal.
    pub sides: Vec<Side>,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The box around the point.
    Region,
    /// A layer at the point itself, before and behind its activation.
    At(usize),
    /// The range of a neuron, an output or a margin from the ranges before it.
    Interval(Var),
    /// The ranges of a hidden layer behind its activation.
    Activate(usize),
    /// A neuron of the first layer, or what else is straight in the inputs, and its range.
    Straight(Var),
    /// The lines of a neuron.
    Lines(usize, usize),
    /// The line of the chosen slope.
    Slope(usize, usize),
    /// Linear bounds from those of the layer before, and the range that follows.
    Forward(Var),
    /// One layer further back.
    Back(Var, Bound, usize),
    /// The corner of the box in which a linear bound is extreme.
    Corner(Var, Bound),
    /// Margins by a few slopes.
    Several(usize, usize),
    /// The neuron that is chosen is not unstable: there is nothing to choose and nothing to split.
    Settled(usize, usize),
    /// A child: the neuron stays below its bend, or above it.
    Child(usize, usize, Bound),
    /// The smaller margin of the children.
    Both(Var),
    /// Whether it is proved.
    Verdict(bool),
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it does.
    pub kind: Kind,
    /// Its arithmetic.
    pub lines: Vec<Equation>,
    /// Where a neuron lies, if that is told here.
    pub status: Option<Status>,
    /// What is known from here on.
    pub gives: Vec<(Var, Bound, Fraction)>,
    /// The parts of the network that it takes something from.
    pub reads: Vec<Var>,
}

impl Step {
    /// A step that only says what it does.
    pub fn new(kind: Kind) -> Self {
        Step { kind, lines: Vec::new(), status: None, gives: Vec::new(), reads: Vec::new() }
    }
}

impl Term {
    /// A product of numbers.
    pub fn product(factors: impl Into<Vec<Fraction>>) -> Self {
        Term { factors: factors.into(), of: Of::One }
    }

    /// A number times a variable.
    pub fn of(weight: Fraction, var: Var) -> Self {
        Term { factors: vec![weight], of: Of::Var(var) }
    }

    /// A number times a sum.
    pub fn around(weight: Fraction, sum: Vec<Term>) -> Self {
        Term { factors: vec![weight], of: Of::Sum(sum) }
    }
}

impl Equation {
    /// `left = sides`.
    pub fn equal(var: Var, sides: Vec<Side>) -> Self {
        Equation { left: Left::Var(var), relation: Relation::Equal, sides }
    }

    /// `left ≥ sides`, `left ≤ sides`.
    pub fn bound(var: Var, bound: Bound, sides: Vec<Side>) -> Self {
        let relation = match bound {
            Bound::Lower => Relation::AtLeast,
            Bound::Upper => Relation::AtMost,
        };
        Equation { left: Left::Var(var), relation, sides }
    }
}

/// What a side says, multiplied out: a weight for each variable, and what is left. Weights that vanish are left out.
///
/// # Errors
/// The digits do not suffice.
pub fn evaluate(side: &Side, activation: &Bent) -> Result<(BTreeMap<Var, Fraction>, Fraction), TooLarge> {
    let mut weights = BTreeMap::new();
    let mut constant = Fraction::ZERO;
    match side {
        Side::Sum(terms) => add(terms, Fraction::ONE, &mut weights, &mut constant)?,
        Side::Ratio([a, b, c, d]) => constant = a.minus(*b)?.over(c.minus(*d)?)?,
        Side::Activated(z) => constant = activation.value(*z)?,
    }
    weights.retain(|_, weight: &mut Fraction| !weight.is_zero());
    Ok((weights, constant))
}

fn add(
    terms: &[Term],
    times: Fraction,
    weights: &mut BTreeMap<Var, Fraction>,
    constant: &mut Fraction,
) -> Result<(), TooLarge> {
    for term in terms {
        let factor = term.factors.iter().try_fold(times, |product, factor| product.times(*factor))?;
        match &term.of {
            Of::One => *constant = constant.plus(factor)?,
            Of::Var(var) => {
                let weight = weights.entry(*var).or_insert(Fraction::ZERO);
                *weight = weight.plus(factor)?;
            }
            Of::Sum(inner) => add(inner, factor, weights, constant)?,
        }
    }
    Ok(())
}
