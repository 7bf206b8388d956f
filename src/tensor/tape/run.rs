//! Runs a program forward and backward on a processor.

use super::{
    differentiable::Differentiable,
    op::{Op, Program, Slot, Step, Value},
};
use crate::{
    network::{Network, Role},
    pulse::{Cancelled, Pulse},
    tensor::{Backend, Ball, Form, Pair, Picked, Relaxation},
};

/// A network's parameters as a program reads them: slots in the order of the network's nodes.
pub struct Slots<B: Backend> {
    /// One per affine node.
    pub maps: Vec<B::Map>,
    /// One per affine node, where it has a bias.
    pub biases: Vec<Option<B::Tensor>>,
    /// One per activation.
    pub rules: Vec<B::Rules>,
    /// One per max pooling.
    pub pools: Vec<B::Pool>,
}

impl<B: Backend> Slots<B> {
    /// Prepares a network's parameters.
    pub fn new(backend: &B, network: &Network) -> Self {
        let mut slots = Slots { maps: Vec::new(), biases: Vec::new(), rules: Vec::new(), pools: Vec::new() };
        for (id, node) in network.nodes().iter().enumerate() {
            match network.role(id) {
                Some(Role::Affine(affine)) => {
                    let inputs = network.nodes()[node.inputs[0]].width();
                    slots.maps.push(backend.map(&affine, inputs));
                    slots.biases.push(backend.bias(&affine));
                }
                Some(Role::Activation(activation)) => slots.rules.push(backend.rules(&activation, node.width())),
                Some(Role::Largest(window)) => slots.pools.push(backend.pool(&window)),
                Some(Role::Sum) | None => {}
            }
        }
        slots
    }
}

/// An operation that stands on the way to a gradient and has no adjoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operation {0} cannot be differentiated; training runs clean, IBP and CROWN-IBP losses")]
pub struct NoAdjoint(pub String);

/// What gradients are wanted of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Weights, biases and bends.
    Parameters,
    /// The input of this index.
    Input(usize),
}

/// A program with what is needed to differentiate it.
#[derive(Clone, Debug)]
pub struct Tape {
    program: Program,
    wanted: Wanted,
    /// Values that depend on what gradients are wanted of.
    active: Vec<bool>,
}

impl Tape {
    /// Prepares a program for differentiation.
    ///
    /// # Errors
    /// An operation without an adjoint on the way.
    pub fn new(program: Program, wanted: Wanted) -> Result<Self, NoAdjoint> {
        let mut active = vec![false; program.shapes.len()];
        for Step { op, outputs } in &program.steps {
            let own = match (wanted, op) {
                (Wanted::Input(wanted), Op::Input(index)) => wanted == *index,
                (Wanted::Parameters, op) => op.slot().is_some(),
                _ => false,
            };
            if own || op.inputs().iter().any(|value| active[value.0]) {
                if !op.has_adjoint(|value| active[value.0]) {
                    return Err(NoAdjoint(op.name()));
                }
                outputs.iter().for_each(|output| active[output.0] = true);
            }
        }
        Ok(Tape { program, wanted, active })
    }

    /// Multiply-adds of the matrix products of one run forward and backward: what each step costs, elementwise work left out.
    pub fn multiply_adds(&self) -> usize {
        let back = |step: &Step| {
            let forward = self.program.step_cost(step);
            let weights = if self.wanted == Wanted::Parameters { forward } else { 0 };
            let into = if step.op.inputs().iter().any(|value| self.active[value.0]) { forward } else { 0 };
            weights + into
        };
        self.program.multiply_adds() + self.program.steps.iter().map(back).sum::<usize>()
    }

    /// What runs.
    pub fn program(&self) -> &Program {
        &self.program
    }
}

/// Gradients of what was wanted; `None` where nothing depends on it.
pub struct Gradients<T> {
    /// Weights of each map, `[1, 1, weights]`.
    pub maps: Vec<Option<T>>,
    /// Biases, `[1, 1, n]`.
    pub biases: Vec<Option<T>>,
    /// Bends of each activation layer, `[1, 1, n]`.
    pub bends: Vec<Option<T>>,
    /// The input asked for.
    pub input: Option<T>,
}

/// One run of a program.
pub struct Run<'a, B: Backend> {
    pub(super) backend: &'a B,
    pub(super) slots: &'a Slots<B>,
    pub(super) program: &'a Program,
    values: Vec<Option<B::Tensor>>,
}

impl<'a, B: Differentiable> Run<'a, B> {
    /// Runs a program on `inputs`, pausing between operations.
    ///
    /// # Errors
    /// Only a pulse that was cancelled.
    pub async fn forward(
        backend: &'a B,
        slots: &'a Slots<B>,
        program: &'a Program,
        inputs: &[B::Tensor],
        pulse: &impl Pulse,
    ) -> Result<Self, Cancelled> {
        let mut run = Run { backend, slots, program, values: vec![None; program.shapes.len()] };
        for step in &program.steps {
            for (output, tensor) in step.outputs.iter().zip(run.compute(&step.op, inputs, step.outputs[0])) {
                run.values[output.0] = Some(tensor);
            }
            pulse.tick().await?;
        }
        Ok(run)
    }

    /// A value of this run.
    ///
    /// # Panics
    /// If the value was pruned from the program: ask for it when finishing the recording.
    pub fn value(&self, value: Value) -> &B::Tensor {
        self.values[value.0].as_ref().expect("steps come in the order in which they need each other")
    }

    pub(super) fn pair(&self, pair: &[Value; 2]) -> Pair<B::Tensor> {
        Pair { lower: self.value(pair[0]).clone(), upper: self.value(pair[1]).clone() }
    }

    pub(super) fn forms(&self, forms: &[Value; 4]) -> Pair<Form<B::Tensor>> {
        let form = |coefficients, offset| Form {
            coefficients: self.value(coefficients).clone(),
            offset: self.value(offset).clone(),
        };
        Pair { lower: form(forms[0], forms[1]), upper: form(forms[2], forms[3]) }
    }

    pub(super) fn ball(&self, ball: &Ball<Value>) -> Ball<B::Tensor> {
        match ball {
            Ball::Box { lower, upper } => {
                Ball::Box { lower: self.value(*lower).clone(), upper: self.value(*upper).clone() }
            }
            Ball::Norm { centre, radius, dual } => {
                Ball::Norm { centre: self.value(*centre).clone(), radius: self.value(*radius).clone(), dual: *dual }
            }
        }
    }

    /// Lines of largest elements; the range they rest on is not needed where they are used.
    pub(super) fn picked(&self, lines: &[Value; 4]) -> Picked<B::Tensor> {
        let [below, above, at_below, at_above] = lines.map(|line| self.value(line).clone());
        let constant = Pair { lower: at_below, upper: at_above };
        Picked { input: Pair { lower: below, upper: above }, range: constant.clone(), constant }
    }

    pub(super) fn relaxation(&self, lines: &[Value; 4]) -> Relaxation<B::Tensor> {
        // The walk back reads the lines alone; the range stands in for what it never looks at.
        Relaxation {
            slope: self.pair(&[lines[0], lines[1]]),
            intercept: self.pair(&[lines[2], lines[3]]),
            range: self.pair(&[lines[2], lines[3]]),
        }
    }
}

impl<B: Differentiable> Run<'_, B> {
    /// Walks back from gradients of some values to what the tape wants, pausing between operations.
    ///
    /// # Errors
    /// Only a pulse that was cancelled.
    pub async fn backward(
        &self,
        tape: &Tape,
        seeds: Vec<(Value, B::Tensor)>,
        pulse: &impl Pulse,
    ) -> Result<Gradients<B::Tensor>, Cancelled> {
        let mut walk = Adjoints {
            run: self,
            tape,
            values: vec![None; self.values.len()],
            found: Gradients {
                maps: vec![None; self.slots.maps.len()],
                biases: vec![None; self.slots.biases.len()],
                bends: vec![None; self.slots.rules.len()],
                input: None,
            },
        };
        for (value, seed) in seeds {
            walk.give(value, seed);
        }
        for step in self.program.steps.iter().rev() {
            walk.step(step);
            pulse.tick().await?;
        }
        Ok(walk.found)
    }
}

/// The state of a walk back.
struct Adjoints<'a, B: Backend> {
    run: &'a Run<'a, B>,
    tape: &'a Tape,
    values: Vec<Option<B::Tensor>>,
    found: Gradients<B::Tensor>,
}

impl<B: Differentiable> Adjoints<'_, B> {
    fn gather(backend: &B, sum: &mut Option<B::Tensor>, part: B::Tensor) {
        *sum = Some(match sum.take() {
            None => part,
            Some(sum) => backend.add(&sum, &part),
        });
    }

    /// Adds to the gradient of a value, in its shape.
    fn give(&mut self, value: Value, gradient: B::Tensor) {
        if self.tape.active[value.0] {
            let backend = self.run.backend;
            let shape = self.run.program.shape(value);
            let gradient = if backend.shape(&gradient) == shape { gradient } else { backend.sum_to(&gradient, shape) };
            Self::gather(backend, &mut self.values[value.0], gradient);
        }
    }

    fn give_pair(&mut self, pair: &[Value; 2], gradient: Pair<B::Tensor>) {
        self.give(pair[0], gradient.lower);
        self.give(pair[1], gradient.upper);
    }

    fn give_bends(&mut self, slot: Slot, gradient: Option<B::Tensor>) {
        if let (Wanted::Parameters, Some(gradient)) = (self.tape.wanted, gradient) {
            Self::gather(self.run.backend, &mut self.found.bends[slot], gradient);
        }
    }

    fn give_map(&mut self, slot: Slot, gradient: B::Tensor) {
        Self::gather(self.run.backend, &mut self.found.maps[slot], gradient);
    }

    /// The gradient of an output, zeros where only its siblings have one.
    fn or_zeros(&mut self, value: Value) -> B::Tensor {
        self.values[value.0].take().unwrap_or_else(|| {
            let shape = self.run.program.shape(value);
            self.run.backend.upload(shape, &vec![0.0; shape.iter().product()])
        })
    }

    fn step(&mut self, Step { op, outputs }: &Step) {
        if !outputs.iter().any(|output| self.values[output.0].is_some()) {
            return;
        }
        let gradients: Vec<B::Tensor> = outputs.iter().map(|&output| self.or_zeros(output)).collect();
        let (run, backend) = (self.run, self.run.backend);
        let active = |value: Value| self.tape.active[value.0];
        let parameters = self.tape.wanted == Wanted::Parameters;
        let first = &gradients[0];
        match op {
            Op::Input(_) => self.found.input = Some(first.clone()),
            Op::Bias(slot) => self.found.biases[*slot] = Some(first.clone()),
            Op::Apply(slot, rows) => {
                let map = &run.slots.maps[*slot];
                if parameters {
                    self.give_map(*slot, backend.map_gradient(map, run.value(*rows), first));
                }
                if active(*rows) {
                    self.give(*rows, backend.apply_transpose(map, first));
                }
            }
            Op::ApplyTranspose(slot, rows) => {
                let map = &run.slots.maps[*slot];
                if parameters {
                    self.give_map(*slot, backend.map_gradient(map, first, run.value(*rows)));
                }
                if active(*rows) {
                    self.give(*rows, backend.apply(map, first));
                }
            }
            Op::ApplyInterval(slot, range) => {
                let gradient = Pair { lower: first.clone(), upper: gradients[1].clone() };
                let wanted = active(range[0]) || active(range[1]);
                let (into, weights) =
                    backend.interval_gradient(&run.slots.maps[*slot], &run.pair(range), &gradient, wanted);
                if parameters {
                    self.give_map(*slot, weights);
                }
                if let Some(into) = into {
                    self.give_pair(range, into);
                }
            }
            Op::Add(a, b) => {
                self.give(*a, first.clone());
                self.give(*b, first.clone());
            }
            Op::AddInterval(a, b) => {
                for pair in [a, b] {
                    self.give(pair[0], first.clone());
                    self.give(pair[1], gradients[1].clone());
                }
            }
            Op::Negate(a) => self.give(*a, backend.negate(first)),
            Op::Dot(rows, v) => {
                let (rows_gradient, v_gradient) = backend.dot_gradient(run.value(*rows), run.value(*v), first);
                self.give(*rows, rows_gradient);
                self.give(*v, v_gradient);
            }
            Op::Activate(slot, z) => {
                let (into, bends) = backend.activate_gradient(&run.slots.rules[*slot], run.value(*z), first);
                self.give(*z, into);
                self.give_bends(*slot, bends);
            }
            Op::Largest(slot, z) => {
                self.give(*z, backend.largest_gradient(&run.slots.pools[*slot], run.value(*z), first));
            }
            Op::Relax(slot, strategy, range) => {
                let four = [0, 1, 2, 3].map(|at| &gradients[at]);
                let rules = &run.slots.rules[*slot];
                let (into, bends) = backend.relax_gradient(rules, *strategy, &run.pair(range), four);
                self.give_pair(range, into);
                self.give_bends(*slot, bends);
            }
            Op::RelaxBackward(rows, lines) => {
                let four = lines.map(|line| run.value(line));
                let (rows_gradient, line_gradients) =
                    backend.relax_backward_gradient(run.value(*rows), four, first, &gradients[1]);
                self.give(*rows, rows_gradient);
                lines.iter().zip(line_gradients).for_each(|(line, gradient)| self.give(*line, gradient));
            }
            Op::Concretize(rows, offset, region) => {
                if let Some(offset) = offset {
                    self.give(*offset, first.clone());
                }
                if let Ball::Box { lower, upper } = region {
                    let range = run.pair(&[*lower, *upper]);
                    let (rows_gradient, ends) = backend.concretize_gradient(run.value(*rows), &range, first);
                    self.give(*rows, rows_gradient);
                    self.give_pair(&[*lower, *upper], ends);
                }
            }
            Op::MarginLoss(margins) => {
                self.give(*margins, backend.margin_loss_gradient(run.value(*margins), first));
            }
            Op::Blend(a, b, share) => {
                let (a_gradient, b_gradient) = backend.blend_gradient(run.value(*share), first);
                self.give(*a, a_gradient);
                self.give(*b, b_gradient);
            }
            Op::Tightness(reference, range) => {
                let (before, after) = backend.tightness_gradient(&run.pair(reference), &run.pair(range), first);
                self.give_pair(reference, before);
                self.give_pair(range, after);
            }
            Op::Balance(range) => self.give_pair(range, backend.balance_gradient(&run.pair(range), first)),
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
            | Op::ConcretizeForms(..) => {
                unreachable!("Op::has_adjoint refuses these: no tape holds one on the way to a gradient")
            }
        }
    }
}
