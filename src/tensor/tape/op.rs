//! What a recorded computation is made of: operations as data, which can be printed, counted, replayed and differentiated.

use crate::{
    activation::Strategy,
    tensor::{Ball, Shape},
};
use std::{fmt, ops::Range, sync::Arc};

/// A tensor of a recorded computation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value(pub(super) usize);

/// A map, its bias or the rules of a layer among the [`Slots`](super::Slots) a program is run with.
pub type Slot = usize;

/// One operation; fields are its inputs. The names are those of [`Backend`](crate::tensor::Backend)'s methods, which say what each one does.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Op {
    /// Given anew at every run.
    Input(usize),
    Constant(Arc<[f64]>),
    Bias(Slot),
    MapRows(Slot, Range<usize>),
    MapColumns(Slot),
    Identity(Range<usize>, usize),
    Apply(Slot, Value),
    ApplyTranspose(Slot, Value),
    ApplySplit(Slot, [Value; 2]),
    /// Without the bias, which is added by itself.
    ApplyInterval(Slot, [Value; 2]),
    Add(Value, Value),
    AddInterval([Value; 2], [Value; 2]),
    Negate(Value),
    SliceRows(Value, Range<usize>),
    SliceWidth(Value, Range<usize>),
    ConcatRows(Vec<Value>),
    ConcatWidth(Vec<Value>),
    Transpose(Value),
    Dot(Value, Value),
    Activate(Slot, Value),
    /// Lines: slopes below and above, intercepts below and above.
    Relax(Slot, Strategy, [Value; 2]),
    /// Rows and the four of [`Op::Relax`]; gives rows and what to add to the offset.
    RelaxBackward(Value, [Value; 4]),
    /// Coefficients, offset, slope, intercept.
    RelaxForward([Value; 4]),
    /// Rows; coefficients and offset of the lower form, then of the upper; the range.
    Substitute(Value, [Value; 4], [Value; 2]),
    Largest(Slot, Value),
    /// Lines: inputs picked below and above, constants below and above.
    Pick(Slot, Strategy, [Value; 2]),
    /// Rows and the four of [`Op::Pick`]; gives rows and what to add to the offset.
    PickBackward(Slot, Value, [Value; 4]),
    /// Coefficients and offset of the lower form, then of the upper; the four of [`Op::Pick`].
    PickForward(Slot, [Value; 4], [Value; 4]),
    Concretize(Value, Option<Value>, Ball<Value>),
    /// Coefficients and offset of the lower form, then of the upper.
    ConcretizeForms([Value; 4], Ball<Value>),
    /// ln(1 + Σ e^(−mᵢ)) per image: cross-entropy written in margins.
    MarginLoss(Value),
    /// (1 − share)·first + share·second; the share is one number.
    Blend(Value, Value, Value),
    /// How far interval widths grew since the layer given first (Shi et al. 2021), one number.
    Tightness([Value; 2], [Value; 2]),
    /// How unlike a layer's alive and dead neurons are (Shi et al. 2021), one number.
    Balance([Value; 2]),
}

impl Op {
    /// The values it reads, in order.
    pub fn inputs(&self) -> Vec<Value> {
        let ball = |ball: &Ball<Value>| match ball {
            Ball::Box { lower, upper } => [*lower, *upper],
            Ball::Norm { centre, radius, .. } => [*centre, *radius],
        };
        match self {
            Op::Input(_) | Op::Constant(_) | Op::Bias(_) | Op::MapRows(..) | Op::MapColumns(_) | Op::Identity(..) => {
                vec![]
            }
            Op::Apply(_, a)
            | Op::ApplyTranspose(_, a)
            | Op::Negate(a)
            | Op::SliceRows(a, _)
            | Op::SliceWidth(a, _)
            | Op::Transpose(a)
            | Op::Activate(_, a)
            | Op::Largest(_, a)
            | Op::MarginLoss(a) => vec![*a],
            Op::ApplySplit(_, pair)
            | Op::ApplyInterval(_, pair)
            | Op::Relax(_, _, pair)
            | Op::Pick(_, _, pair)
            | Op::Balance(pair) => pair.to_vec(),
            Op::Add(a, b) | Op::Dot(a, b) => vec![*a, *b],
            Op::AddInterval(a, b) | Op::Tightness(a, b) => [*a, *b].concat(),
            Op::ConcatRows(parts) | Op::ConcatWidth(parts) => parts.clone(),
            Op::RelaxBackward(rows, lines) | Op::PickBackward(_, rows, lines) => [&[*rows], &lines[..]].concat(),
            Op::PickForward(_, forms, lines) => [*forms, *lines].concat(),
            Op::RelaxForward(parts) => parts.to_vec(),
            Op::Substitute(rows, forms, range) => [&[*rows], &forms[..], &range[..]].concat(),
            Op::Concretize(rows, offset, region) => [*rows].into_iter().chain(*offset).chain(ball(region)).collect(),
            Op::ConcretizeForms(forms, region) => [&forms[..], &ball(region)].concat(),
            Op::Blend(a, b, share) => vec![*a, *b, *share],
        }
    }

    /// The slot it reads, if any.
    pub fn slot(&self) -> Option<Slot> {
        match self {
            Op::Bias(slot)
            | Op::MapRows(slot, _)
            | Op::MapColumns(slot)
            | Op::Apply(slot, _)
            | Op::ApplyTranspose(slot, _)
            | Op::ApplySplit(slot, _)
            | Op::ApplyInterval(slot, _)
            | Op::Activate(slot, _)
            | Op::Relax(slot, ..)
            | Op::Largest(slot, _)
            | Op::Pick(slot, ..)
            | Op::PickBackward(slot, ..)
            | Op::PickForward(slot, ..) => Some(*slot),
            _ => None,
        }
    }

    /// Whether a tape can differentiate it; `active` are the values that depend on what gradients are wanted of. Every operation is
    /// named here and in the walk back, so that a new one does not compile until both know it.
    pub(super) fn has_adjoint(&self, active: impl Fn(Value) -> bool) -> bool {
        match self {
            Op::Input(_)
            | Op::Bias(_)
            | Op::Apply(..)
            | Op::ApplyTranspose(..)
            | Op::ApplyInterval(..)
            | Op::Add(..)
            | Op::AddInterval(..)
            | Op::Negate(_)
            | Op::Dot(..)
            | Op::Activate(..)
            | Op::Largest(..)
            | Op::Relax(..)
            | Op::RelaxBackward(..)
            | Op::MarginLoss(_)
            | Op::Tightness(..)
            | Op::Balance(_) => true,
            Op::Concretize(_, _, region) => matches!(region, Ball::Box { .. }),
            Op::Blend(_, _, share) => !active(*share),
            Op::Constant(_)
            | Op::MapRows(..)
            | Op::MapColumns(_)
            | Op::Identity(..)
            | Op::ApplySplit(..)
            | Op::SliceRows(..)
            | Op::SliceWidth(..)
            | Op::ConcatRows(_)
            | Op::ConcatWidth(_)
            | Op::Transpose(_)
            | Op::RelaxForward(_)
            | Op::Pick(..)
            | Op::PickBackward(..)
            | Op::PickForward(..)
            | Op::Substitute(..)
            | Op::ConcretizeForms(..) => false,
        }
    }

    /// Its name: the word before the parenthesis when it is printed.
    pub fn name(&self) -> String {
        let debug = format!("{self:?}");
        debug.split(['(', ' ']).next().unwrap_or_default().to_owned()
    }
}

/// One step of a program: the operation and the values it makes.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What is done.
    pub op: Op,
    /// What comes out.
    pub outputs: Vec<Value>,
}

/// A recorded computation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// In the order in which they run.
    pub steps: Vec<Step>,
    /// Shape of every value.
    pub(super) shapes: Vec<Shape>,
    /// Outputs and inputs of every map, by slot.
    pub(super) maps: Vec<[usize; 2]>,
    /// Multiply-adds of one product with each map.
    pub(super) products: Vec<usize>,
}

impl Program {
    /// Shape of a value.
    pub fn shape(&self, value: Value) -> Shape {
        self.shapes[value.0]
    }

    /// The same program without the steps that `wanted` does not need.
    pub fn pruned(mut self, wanted: &[Value]) -> Self {
        let mut needed = vec![false; self.shapes.len()];
        wanted.iter().for_each(|value| needed[value.0] = true);
        let mut kept = Vec::with_capacity(self.steps.len());
        for step in self.steps.into_iter().rev() {
            let input = matches!(step.op, Op::Input(_));
            if input || step.outputs.iter().any(|output| needed[output.0]) {
                step.op.inputs().into_iter().for_each(|value| needed[value.0] = true);
                kept.push(step);
            }
        }
        kept.reverse();
        self.steps = kept;
        self
    }

    /// Multiply-adds of the matrix products of one run forward: what a step costs, elementwise work left out.
    pub fn multiply_adds(&self) -> usize {
        self.steps.iter().map(|step| self.step_cost(step)).sum()
    }

    pub(super) fn step_cost(&self, step: &Step) -> usize {
        let rows = |value: &Value| self.shapes[value.0][0] * self.shapes[value.0][1];
        match &step.op {
            Op::Apply(slot, value) | Op::ApplyTranspose(slot, value) => rows(value) * self.products[*slot],
            Op::ApplySplit(slot, pair) | Op::ApplyInterval(slot, pair) => 2 * rows(&pair[0]) * self.products[*slot],
            _ => 0,
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            let outputs: Vec<String> =
                step.outputs.iter().map(|value| format!("%{}{:?}", value.0, self.shapes[value.0])).collect();
            let inputs: Vec<String> = step.op.inputs().iter().map(|value| format!("%{}", value.0)).collect();
            let slot = step.op.slot().map_or(String::new(), |slot| format!("[{slot}]"));
            writeln!(out, "{} = {}{slot}({})", outputs.join(", "), step.op.name(), inputs.join(", "))?;
        }
        Ok(())
    }
}
