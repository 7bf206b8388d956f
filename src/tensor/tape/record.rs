//! A backend that computes nothing: it writes down what is asked of it.

use super::op::{Op, Program, Slot, Step, Value};
use crate::{
    activation::{Activation, Strategy},
    network::{Affine, Map, Window},
    tensor::{Backend, Ball, DeviceError, Form, Pair, Picked, Relaxation, Shape},
};
use std::{cell::RefCell, ops::Range, sync::Arc};

/// Records a computation as a [`Program`]. Walks run on it as on any backend.
#[derive(Debug, Default)]
pub struct Recorder(RefCell<State>);

#[derive(Debug, Default)]
struct State {
    program: Program,
    inputs: usize,
    biases: usize,
    rules: usize,
    pools: usize,
}

/// A map as a recorder sees it.
#[derive(Clone, Copy, Debug)]
pub struct RecordedMap {
    slot: Slot,
    identity: bool,
    outputs: usize,
    inputs: usize,
}

/// Windows of which the largest is taken, as a recorder sees them.
#[derive(Clone, Copy, Debug)]
pub struct RecordedPool {
    slot: Slot,
    inputs: usize,
    outputs: usize,
}

impl Recorder {
    /// An empty recording.
    pub fn new() -> Self {
        Recorder::default()
    }

    /// A tensor given anew at every run, in the order of these calls.
    pub fn input(&self, shape: Shape) -> Value {
        let index = self.0.borrow().inputs;
        self.0.borrow_mut().inputs += 1;
        self.one(Op::Input(index), shape)
    }

    /// ln(1 + Σ e^(−mᵢ)) over the margins `[batch, 1, n]` of each image, `[batch, 1, 1]`.
    pub fn margin_loss(&self, margins: &Value) -> Value {
        let [batch, ..] = self.shape(margins);
        self.one(Op::MarginLoss(*margins), [batch, 1, 1])
    }

    /// `(1 − share)·first + share·second`; `share` is `[1, 1, 1]`.
    pub fn blend(&self, first: &Value, second: &Value, share: &Value) -> Value {
        self.one(Op::Blend(*first, *second, *share), self.shape(first))
    }

    /// See [`Differentiable::tightness`](super::Differentiable::tightness), `[1, 1, 1]`.
    pub fn tightness(&self, reference: &Pair<Value>, range: &Pair<Value>) -> Value {
        self.one(Op::Tightness(ends(reference), ends(range)), [1, 1, 1])
    }

    /// See [`Differentiable::balance`](super::Differentiable::balance), `[1, 1, 1]`.
    pub fn balance(&self, range: &Pair<Value>) -> Value {
        self.one(Op::Balance(ends(range)), [1, 1, 1])
    }

    /// What was recorded, without the steps that `wanted` does not need.
    pub fn finish(self, wanted: &[Value]) -> Program {
        self.0.into_inner().program.pruned(wanted)
    }

    // Not inlined, nor are the two below: a walk calls them in dozens of places, and each copy weighs in the page's program.
    #[inline(never)]
    fn push<const N: usize>(&self, op: Op, shapes: [Shape; N]) -> [Value; N] {
        let program = &mut self.0.borrow_mut().program;
        let outputs = shapes.map(|shape| {
            program.shapes.push(shape);
            Value(program.shapes.len() - 1)
        });
        program.steps.push(Step { op, outputs: outputs.to_vec() });
        outputs
    }

    #[inline(never)]
    fn one(&self, op: Op, shape: Shape) -> Value {
        let [value] = self.push(op, [shape]);
        value
    }

    #[inline(never)]
    fn pair(&self, op: Op, shape: Shape) -> Pair<Value> {
        let [lower, upper] = self.push(op, [shape; 2]);
        Pair { lower, upper }
    }

    fn ball_batch(&self, ball: &Ball<Value>) -> usize {
        match ball {
            Ball::Box { lower, .. } => self.shape(lower)[0],
            Ball::Norm { centre, .. } => self.shape(centre)[0],
        }
    }
}

fn ends(pair: &Pair<Value>) -> [Value; 2] {
    [pair.lower, pair.upper]
}

fn parts(forms: &Pair<Form<Value>>) -> [Value; 4] {
    [forms.lower.coefficients, forms.lower.offset, forms.upper.coefficients, forms.upper.offset]
}

fn picks(picked: &Picked<Value>) -> [Value; 4] {
    [picked.input.lower, picked.input.upper, picked.constant.lower, picked.constant.upper]
}

impl Backend for Recorder {
    type Tensor = Value;
    type Map = RecordedMap;
    /// Slot and width.
    type Rules = (Slot, usize);
    type Pool = RecordedPool;

    const BYTES: usize = 4;
    /// Nothing is cut into chunks while recording: the programs recorded are those of a batch that fits.
    const WORKING_SET: usize = usize::MAX / 64;

    fn upload(&self, shape: Shape, values: &[f64]) -> Value {
        self.one(Op::Constant(Arc::from(values)), shape)
    }

    #[inline(never)]
    fn shape(&self, tensor: &Value) -> Shape {
        self.0.borrow().program.shape(*tensor)
    }

    async fn read(&self, _: &Value) -> Result<Vec<f64>, DeviceError> {
        Err(DeviceError {
            device: "recorder".into(),
            why: "a recording holds no numbers; run the program".into(),
            memory: false,
        })
    }

    fn map(&self, affine: &Affine, inputs: usize) -> RecordedMap {
        let (outputs, product) = match &affine.map {
            Map::Identity => (inputs, 0),
            Map::Dense { rows, columns, .. } => (*rows, rows * columns),
            Map::Conv { window, .. } => (window.output_len(), window.output_len() * window.patch_len()),
            Map::Diagonal { scale, .. } => (scale.len(), 0),
        };
        let program = &mut self.0.borrow_mut().program;
        program.maps.push([outputs, inputs]);
        program.products.push(product);
        let identity = matches!(affine.map, Map::Identity);
        RecordedMap { slot: program.maps.len() - 1, identity, outputs, inputs }
    }

    fn is_identity(&self, map: &RecordedMap) -> bool {
        map.identity
    }

    fn bias(&self, affine: &Affine) -> Option<Value> {
        let slot = self.0.borrow().biases;
        self.0.borrow_mut().biases += 1;
        affine.bias.as_ref().map(|bias| self.one(Op::Bias(slot), [1, 1, bias.len()]))
    }

    fn rules(&self, _: &Activation, width: usize) -> (Slot, usize) {
        let state = &mut self.0.borrow_mut();
        state.rules += 1;
        (state.rules - 1, width)
    }

    fn pool(&self, window: &Window) -> RecordedPool {
        let state = &mut self.0.borrow_mut();
        state.pools += 1;
        RecordedPool { slot: state.pools - 1, inputs: window.input_len(), outputs: window.output_len() }
    }

    fn apply(&self, map: &RecordedMap, rows: &Value) -> Value {
        if map.identity {
            return *rows;
        }
        let [batch, count, _] = self.shape(rows);
        self.one(Op::Apply(map.slot, *rows), [batch, count, map.outputs])
    }

    fn apply_split(&self, map: &RecordedMap, rows: &Pair<Value>) -> Pair<Value> {
        if map.identity {
            return rows.clone();
        }
        let [batch, count, _] = self.shape(&rows.lower);
        self.pair(Op::ApplySplit(map.slot, ends(rows)), [batch, count, map.outputs])
    }

    fn apply_interval(&self, map: &RecordedMap, bias: Option<&Value>, range: &Pair<Value>) -> Pair<Value> {
        let linear = if map.identity {
            range.clone()
        } else {
            let [batch, count, _] = self.shape(&range.lower);
            self.pair(Op::ApplyInterval(map.slot, ends(range)), [batch, count, map.outputs])
        };
        match bias {
            Some(bias) => Pair { lower: self.add(&linear.lower, bias), upper: self.add(&linear.upper, bias) },
            None => linear,
        }
    }

    fn apply_transpose(&self, map: &RecordedMap, rows: &Value) -> Value {
        if map.identity {
            return *rows;
        }
        let [batch, count, _] = self.shape(rows);
        self.one(Op::ApplyTranspose(map.slot, *rows), [batch, count, map.inputs])
    }

    fn map_rows(&self, map: &RecordedMap, rows: Range<usize>) -> Value {
        let shape = [1, rows.len(), map.inputs];
        self.one(Op::MapRows(map.slot, rows), shape)
    }

    fn map_columns(&self, map: &RecordedMap) -> Value {
        self.one(Op::MapColumns(map.slot), [1, map.inputs, map.outputs])
    }

    #[inline(never)]
    fn add(&self, a: &Value, b: &Value) -> Value {
        let ([a_batch, a_rows, width], [b_batch, b_rows, _]) = (self.shape(a), self.shape(b));
        self.one(Op::Add(*a, *b), [a_batch.max(b_batch), a_rows.max(b_rows), width])
    }

    fn add_interval(&self, a: &Pair<Value>, b: &Pair<Value>) -> Pair<Value> {
        let ([a_batch, rows, width], [b_batch, ..]) = (self.shape(&a.lower), self.shape(&b.lower));
        self.pair(Op::AddInterval(ends(a), ends(b)), [a_batch.max(b_batch), rows, width])
    }

    fn negate(&self, a: &Value) -> Value {
        self.one(Op::Negate(*a), self.shape(a))
    }

    fn slice_rows(&self, a: &Value, range: Range<usize>) -> Value {
        let [batch, _, width] = self.shape(a);
        let shape = [batch, range.len(), width];
        self.one(Op::SliceRows(*a, range), shape)
    }

    fn slice_width(&self, a: &Value, range: Range<usize>) -> Value {
        let [batch, rows, _] = self.shape(a);
        let shape = [batch, rows, range.len()];
        self.one(Op::SliceWidth(*a, range), shape)
    }

    fn concat_rows(&self, list: &[Value]) -> Value {
        let shapes: Vec<Shape> = list.iter().map(|part| self.shape(part)).collect();
        let batch = shapes.iter().map(|shape| shape[0]).max().unwrap_or(1);
        let rows = shapes.iter().map(|shape| shape[1]).sum();
        self.one(Op::ConcatRows(list.to_vec()), [batch, rows, shapes[0][2]])
    }

    fn concat_width(&self, list: &[Value]) -> Value {
        let shapes: Vec<Shape> = list.iter().map(|part| self.shape(part)).collect();
        let batch = shapes.iter().map(|shape| shape[0]).max().unwrap_or(1);
        let width = shapes.iter().map(|shape| shape[2]).sum();
        self.one(Op::ConcatWidth(list.to_vec()), [batch, shapes[0][1], width])
    }

    fn transpose(&self, a: &Value) -> Value {
        let [batch, rows, width] = self.shape(a);
        self.one(Op::Transpose(*a), [batch, width, rows])
    }

    fn identity(&self, rows: Range<usize>, n: usize) -> Value {
        let shape = [1, rows.len(), n];
        self.one(Op::Identity(rows, n), shape)
    }

    fn dot(&self, rows: &Value, v: &Value) -> Value {
        let ([batch, count, _], [items, ..]) = (self.shape(rows), self.shape(v));
        self.one(Op::Dot(*rows, *v), [batch.max(items), 1, count])
    }

    fn activate(&self, rules: &(Slot, usize), z: &Value) -> Value {
        self.one(Op::Activate(rules.0, *z), self.shape(z))
    }

    fn activate_interval(&self, rules: &(Slot, usize), range: &Pair<Value>) -> Pair<Value> {
        Pair { lower: self.activate(rules, &range.lower), upper: self.activate(rules, &range.upper) }
    }

    fn relax(&self, rules: &(Slot, usize), strategy: Strategy, range: &Pair<Value>) -> Relaxation<Value> {
        let shape = self.shape(&range.lower);
        let [below, above, at_below, at_above] = self.push(Op::Relax(rules.0, strategy, ends(range)), [shape; 4]);
        Relaxation {
            slope: Pair { lower: below, upper: above },
            intercept: Pair { lower: at_below, upper: at_above },
            range: self.activate_interval(rules, range),
        }
    }

    fn relax_backward(&self, rows: &Value, relaxation: &Relaxation<Value>) -> (Value, Value) {
        let ([batch, count, width], [items, ..]) = (self.shape(rows), self.shape(&relaxation.slope.lower));
        let (slope, intercept) = (&relaxation.slope, &relaxation.intercept);
        let lines = [slope.lower, slope.upper, intercept.lower, intercept.upper];
        let both = batch.max(items);
        let [rows, offset] = self.push(Op::RelaxBackward(*rows, lines), [[both, count, width], [both, 1, count]]);
        (rows, offset)
    }

    fn relax_forward(&self, form: &Form<Value>, slope: &Value, intercept: &Value) -> Form<Value> {
        let ([batch, inputs, width], [items, ..]) = (self.shape(&form.coefficients), self.shape(slope));
        let both = batch.max(items);
        let op = Op::RelaxForward([form.coefficients, form.offset, *slope, *intercept]);
        let [coefficients, offset] = self.push(op, [[both, inputs, width], [both, 1, width]]);
        Form { coefficients, offset }
    }

    fn substitute(&self, rows: &Value, forms: &Pair<Form<Value>>, range: &Pair<Value>) -> (Value, Value) {
        let ([batch, count, _], [items, inputs, _]) = (self.shape(rows), self.shape(&forms.lower.coefficients));
        let both = batch.max(items);
        let op = Op::Substitute(*rows, parts(forms), ends(range));
        let [rows, offset] = self.push(op, [[both, count, inputs], [both, 1, count]]);
        (rows, offset)
    }

    fn largest(&self, pool: &RecordedPool, z: &Value) -> Value {
        let [batch, rows, _] = self.shape(z);
        self.one(Op::Largest(pool.slot, *z), [batch, rows, pool.outputs])
    }

    fn pick(&self, pool: &RecordedPool, strategy: Strategy, range: &Pair<Value>) -> Picked<Value> {
        let [batch, rows, _] = self.shape(&range.lower);
        let shape = [batch, rows, pool.outputs];
        let [below, above, at_below, at_above] = self.push(Op::Pick(pool.slot, strategy, ends(range)), [shape; 4]);
        Picked {
            input: Pair { lower: below, upper: above },
            constant: Pair { lower: at_below, upper: at_above },
            range: Pair { lower: self.largest(pool, &range.lower), upper: self.largest(pool, &range.upper) },
        }
    }

    fn pick_backward(&self, pool: &RecordedPool, rows: &Value, picked: &Picked<Value>) -> (Value, Value) {
        let ([batch, count, _], [items, ..]) = (self.shape(rows), self.shape(&picked.input.lower));
        let both = batch.max(items);
        let op = Op::PickBackward(pool.slot, *rows, picks(picked));
        let [rows, offset] = self.push(op, [[both, count, pool.inputs], [both, 1, count]]);
        (rows, offset)
    }

    fn pick_forward(
        &self,
        pool: &RecordedPool,
        forms: &Pair<Form<Value>>,
        picked: &Picked<Value>,
    ) -> Pair<Form<Value>> {
        let [batch, inputs, _] = self.shape(&forms.lower.coefficients);
        let both = batch.max(self.shape(&picked.input.lower)[0]);
        let shapes = [[both, inputs, pool.outputs], [both, 1, pool.outputs]];
        let op = Op::PickForward(pool.slot, parts(forms), picks(picked));
        let [below, at_below, above, at_above] = self.push(op, [shapes[0], shapes[1], shapes[0], shapes[1]]);
        Pair {
            lower: Form { coefficients: below, offset: at_below },
            upper: Form { coefficients: above, offset: at_above },
        }
    }

    fn concretize(&self, rows: &Value, offset: Option<&Value>, ball: &Ball<Value>) -> Value {
        let [batch, count, _] = self.shape(rows);
        let both = batch.max(self.ball_batch(ball));
        self.one(Op::Concretize(*rows, offset.copied(), ball.clone()), [both, 1, count])
    }

    fn concretize_forms(&self, forms: &Pair<Form<Value>>, ball: &Ball<Value>) -> Pair<Value> {
        let [batch, _, width] = self.shape(&forms.lower.coefficients);
        let both = batch.max(self.ball_batch(ball));
        self.pair(Op::ConcretizeForms(parts(forms), ball.clone()), [both, 1, width])
    }
}
