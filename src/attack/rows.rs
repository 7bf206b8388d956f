//! PGD against conditions on the outputs, within a box: a point where every row of one clause is as small as it gets.

use crate::{
    bounds::{BoundsError, Prepared},
    network::{Network, Part},
    pulse::Pulse,
    random::Random,
    tensor::{Backend, Cpu, Recorder, Run, Slots, Tape, Value, Wanted},
};
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// How hard to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descent {
    /// Gradient steps from each start.
    pub steps: usize,
    /// Starts at random points, beside those given.
    pub starts: usize,
    /// Where they come from.
    pub seed: u64,
}

/// Rows times outputs as a program, differentiable by the inputs.
struct Products {
    tape: Tape,
    products: Value,
}

/// A network prepared for attacks on conditions.
pub struct RowAttacker {
    backend: Cpu<f32>,
    slots: Slots<Cpu<f32>>,
    network: Network,
    programs: RefCell<HashMap<[usize; 2], Rc<Products>>>,
}

/// A step is this share of a box's edge at first, and shrinks to [`LAST`] of that.
const STEP: f64 = 0.25;
const LAST: f64 = 0.01;

impl RowAttacker {
    /// Prepares a network.
    pub fn new(network: &Network) -> Self {
        let backend = Cpu::new();
        let slots = Slots::new(&backend, network);
        RowAttacker { backend, slots, network: network.clone(), programs: RefCell::default() }
    }

    /// Descends from `starts` and from random points of the part's box, each against one clause, and hands over every point whose
    /// outputs seem to satisfy its clause; where `take` says true, the attack ends. Deterministic for a seed.
    ///
    /// A part whose box holds no `f32` has no such points.
    ///
    /// # Errors
    /// A cancelled pulse.
    pub async fn descend(
        &self,
        part: &Part,
        starts: &[Vec<f32>],
        descent: &Descent,
        pulse: &impl Pulse,
        mut take: impl FnMut(&[f32]) -> bool,
    ) -> Result<bool, BoundsError> {
        let clauses = part.clauses.len();
        if clauses == 0 || !part.has_points() {
            return Ok(false);
        }
        let mut random = Random::new(descent.seed);
        let mut points: Vec<Vec<f32>> = starts.to_vec();
        points.extend((0..descent.starts).map(|_| drawn(part, &mut random)));
        let all: Vec<_> = part.clauses.iter().flatten().collect();
        if all.is_empty() {
            return Ok(points.iter().any(|point| take(point)));
        }
        let classes = self.network.classes();
        let rows: Vec<f64> = all.iter().flat_map(|row| row.dense(classes)).collect();
        // Where each clause's rows stand.
        let mut ends = vec![0];
        part.clauses.iter().for_each(|clause| ends.push(ends[ends.len() - 1] + clause.len()));
        for step in 0..=descent.steps {
            let share = STEP * LAST.powf(step as f64 / descent.steps.max(1) as f64);
            let last = step == descent.steps;
            let (products, gradient) = self
                .visit(&points, &rows, all.len(), !last, pulse, |at, products| {
                    let clause = at % clauses;
                    let own = ends[clause]..ends[clause + 1];
                    let excess = |row: &usize| products[*row] - all[*row].surely;
                    own.max_by(|a, b| excess(a).total_cmp(&excess(b)))
                })
                .await?;
            for (at, point) in points.iter().enumerate() {
                let products = &products[at * all.len()..][..all.len()];
                let met =
                    |clause: usize| (ends[clause]..ends[clause + 1]).all(|row| products[row] - all[row].surely <= 0.0);
                if (0..clauses).any(met) && take(point) {
                    return Ok(true);
                }
            }
            if last {
                break;
            }
            let inputs = self.network.input_len();
            for (point, gradient) in points.iter_mut().zip(gradient.chunks(inputs)) {
                for (place, (x, &slope)) in point.iter_mut().zip(gradient).enumerate() {
                    let (low, high) = (part.points[0][place], part.points[1][place]);
                    if slope != 0.0 && !slope.is_nan() {
                        let reach = share * (f64::from(high) - f64::from(low));
                        *x = ((f64::from(*x) - reach * slope.signum()) as f32).clamp(low, high);
                    }
                }
            }
        }
        Ok(false)
    }

    /// Rows times outputs at every point, and, where wanted, the gradient of the row that `worst` names of each point.
    async fn visit(
        &self,
        points: &[Vec<f32>],
        rows: &[f64],
        count: usize,
        descends: bool,
        pulse: &impl Pulse,
        worst: impl Fn(usize, &[f64]) -> Option<usize>,
    ) -> Result<(Vec<f64>, Vec<f64>), BoundsError> {
        let (backend, batch) = (&self.backend, points.len());
        let program = self.program(batch, count);
        let pixels: Vec<f64> = points.iter().flatten().map(|&pixel| f64::from(pixel)).collect();
        let given = [
            backend.upload([batch, 1, self.network.input_len()], &pixels),
            backend.upload([batch, count, self.network.classes()], &rows.repeat(batch)),
        ];
        let run = Run::forward(backend, &self.slots, program.tape.program(), &given, pulse).await?;
        let products = backend.read(run.value(program.products)).await?;
        if !descends {
            return Ok((products, Vec::new()));
        }
        let mut seed = vec![0.0; products.len()];
        for (at, products) in products.chunks(count).enumerate() {
            if let Some(row) = worst(at, products) {
                seed[at * count + row] = 1.0;
            }
        }
        let seeds = vec![(program.products, backend.upload([batch, 1, count], &seed))];
        let gradients = run.backward(&program.tape, seeds, pulse).await?;
        let gradient = match gradients.input {
            Some(gradient) => backend.read(&gradient).await?,
            // Nothing depends on the input: a constant network.
            None => vec![0.0; pixels.len()],
        };
        Ok((products, gradient))
    }

    fn program(&self, batch: usize, count: usize) -> Rc<Products> {
        if let Some(program) = self.programs.borrow().get(&[batch, count]) {
            return program.clone();
        }
        let prepared = Prepared::new(Recorder::new(), &self.network);
        let recorder = prepared.backend();
        let x = recorder.input([batch, 1, self.network.input_len()]);
        let rows = recorder.input([batch, count, self.network.classes()]);
        let (_, outputs) = prepared.values(&x);
        let products = prepared.backend().dot(&rows, &outputs);
        let program = prepared.into_backend().finish(&[products]);
        let tape = Tape::new(program, Wanted::Input(0)).expect("inference is made of operations with adjoints");
        let program = Rc::new(Products { tape, products });
        self.programs.borrow_mut().insert([batch, count], program.clone());
        program
    }
}

/// A random point of a part's box; corners more often than a uniform draw would have them.
fn drawn(part: &Part, random: &mut Random) -> Vec<f32> {
    let ends = part.points[0].iter().zip(&part.points[1]);
    ends.map(|(&low, &high)| {
        let share = (1.25 * random.signed()).clamp(-1.0, 1.0).mul_add(0.5, 0.5);
        let at = f64::from(low) + share * (f64::from(high) - f64::from(low));
        (at as f32).clamp(low, high)
    })
    .collect()
}
