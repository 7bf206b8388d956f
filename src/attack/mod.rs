//! Projected gradient descent: points of the region that break a network, or come as close as they can.
//!
//! What it finds is real: a point of the region with its margins. What it does not find may exist; only a bound can exclude it.

mod region;
mod rows;

pub use rows::{Descent, RowAttacker};

use crate::{
    bounds::{BoundsError, Norm, Prepared, Region, margin_rows},
    network::Network,
    pulse::Pulse,
    random::Random,
    sorting::sort_few,
    tensor::{Backend, Cpu, Recorder, Run, Slots, Tape, Value, Wanted},
};
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// How hard to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attack {
    /// Gradient steps from each start; each is 2.5·ε/steps long.
    pub steps: usize,
    /// Random starts.
    pub restarts: usize,
    /// Where the starts come from.
    pub seed: u64,
    /// Start by start against one rival class after the other, instead of against the closest at each step. Give a multiple of
    /// the number of rivals as restarts.
    pub targeted: bool,
}

/// What an attack on one image found.
#[derive(Clone, Debug, PartialEq)]
pub struct Attacked {
    /// For each rival i ≠ y, in class order, the smallest z_y − zᵢ seen at any point visited.
    pub margins: Vec<f64>,
    /// The smallest of them: the image is broken where it is not above 0.
    pub worst: f64,
    /// The point where it was seen, inside the region.
    pub point: Vec<f32>,
}

impl Attacked {
    /// Whether some point of the region is not predicted as the label (or not a number).
    pub fn broken(&self) -> bool {
        self.worst.is_nan() || self.worst <= 0.0
    }
}

/// Margins of a batch as a program, differentiable by its images.
struct Margins {
    tape: Tape,
    margins: Value,
}

/// A network prepared for attacks.
pub struct Attacker {
    backend: Cpu<f32>,
    slots: Slots<Cpu<f32>>,
    network: Network,
    programs: RefCell<HashMap<usize, Rc<Margins>>>,
}

/// Images attacked together.
const BATCH: usize = 64;

impl Attacker {
    /// Prepares a network.
    pub fn new(network: &Network) -> Self {
        let backend = Cpu::new();
        let slots = Slots::new(&backend, network);
        Attacker { backend, slots, network: network.clone(), programs: RefCell::default() }
    }

    /// Attacks every image of a batch. Deterministic for a seed; an image's outcome does not depend on its neighbours.
    ///
    /// # Errors
    /// An invalid region, images or labels that do not fit, or a cancelled pulse.
    pub async fn attack(
        &self,
        images: &[f64],
        labels: &[usize],
        region: &Region,
        attack: &Attack,
        pulse: &impl Pulse,
    ) -> Result<Vec<Attacked>, BoundsError> {
        let inputs = self.network.input_len();
        region.around(&self.backend, images, inputs)?;
        if self.network.classes() < 2 {
            return Err(BoundsError::OneClass);
        }
        margin_rows(labels, images.len() / inputs, self.network.classes())?;
        let mut found = Vec::with_capacity(labels.len());
        for (images, labels) in images.chunks(BATCH * inputs).zip(labels.chunks(BATCH)) {
            found.extend(self.batch(images, labels, region, attack, pulse).await?);
        }
        Ok(found)
    }

    async fn batch(
        &self,
        images: &[f64],
        labels: &[usize],
        region: &Region,
        attack: &Attack,
        pulse: &impl Pulse,
    ) -> Result<Vec<Attacked>, BoundsError> {
        let inputs = self.network.input_len();
        let image = |index: usize| &images[index * inputs..][..inputs];
        let rivals = self.network.classes() - 1;
        let start = |index: usize| Attacked {
            margins: vec![f64::INFINITY; rivals],
            worst: f64::INFINITY,
            point: image(index).iter().map(|&pixel| pixel as f32).collect(),
        };
        let mut found: Vec<Attacked> = (0..labels.len()).map(start).collect();
        let all: Vec<usize> = (0..labels.len()).collect();
        let points: Vec<Vec<f32>> = found.iter().map(|found| found.point.clone()).collect();
        self.visit(&all, &points, labels, None, &mut found, pulse).await?;
        let step = 2.5 * region.epsilon / attack.steps.max(1) as f64;
        // In ℓ1 one pixel can take all of ε, and the closest rival at the image is often not the one it reaches first: starts go
        // against one rival after the other, in the order that the gradients at the image say.
        let ranks = match region.norm {
            Norm::One if !attack.targeted && attack.restarts > 0 && rivals > 1 => {
                Some(self.ranks(&points, labels, region, &mut found, pulse).await?)
            }
            _ => None,
        };
        for restart in 0..attack.restarts {
            // Who is broken needs no further try, unless every rival is asked about.
            let open: Vec<usize> =
                all.iter().copied().filter(|&index| attack.targeted || !found[index].broken()).collect();
            if open.is_empty() {
                break;
            }
            let targets: Vec<Option<usize>> = match &ranks {
                _ if attack.targeted => vec![Some(restart % rivals); open.len()],
                Some(ranks) => open.iter().map(|&index| Some(ranks[index][restart % rivals])).collect(),
                None => vec![None; open.len()],
            };
            let mut points = Vec::with_capacity(open.len());
            for &index in &open {
                let mut random = Random::new(attack.seed ^ ((restart as u64 + 1) << 32));
                points.push(region::start(region, image(index), &mut random));
            }
            for _ in 0..attack.steps {
                let gradient = self.visit(&open, &points, labels, Some(&targets), &mut found, pulse).await?;
                for (position, &index) in open.iter().enumerate() {
                    let gradient = &gradient[position * inputs..][..inputs];
                    region::descend(region, image(index), &mut points[position], gradient, step);
                }
            }
            self.visit(&open, &points, labels, None, &mut found, pulse).await?;
        }
        Ok(found)
    }

    /// Rivals of every image, the one first whose margin the region can take down furthest as far as the gradients at the image
    /// tell: by ε times their largest entry in ℓ1.
    async fn ranks(
        &self,
        points: &[Vec<f32>],
        labels: &[usize],
        region: &Region,
        found: &mut [Attacked],
        pulse: &impl Pulse,
    ) -> Result<Vec<Vec<usize>>, BoundsError> {
        let (inputs, rivals) = (self.network.input_len(), self.network.classes() - 1);
        let all: Vec<usize> = (0..points.len()).collect();
        // At the image, since nothing else has been visited yet.
        let mut reach: Vec<Vec<f64>> = found.iter().map(|found| found.margins.clone()).collect();
        for rival in 0..rivals {
            let gradient = self.visit(&all, points, labels, Some(&vec![Some(rival); all.len()]), found, pulse).await?;
            for (reach, gradient) in reach.iter_mut().zip(gradient.chunks(inputs)) {
                reach[rival] -= region.epsilon * gradient.iter().fold(0.0, |most: f64, g| most.max(g.abs()));
            }
        }
        let sorted = |reach: Vec<f64>| {
            let mut ranks: Vec<usize> = (0..rivals).collect();
            sort_few(&mut ranks, |&a, &b| reach[a].total_cmp(&reach[b]));
            ranks
        };
        Ok(reach.into_iter().map(sorted).collect())
    }

    /// Evaluates one point per open image, keeps what is worse than before, and gives the gradient of the margin to descend: for
    /// each open image a rival's, or the smallest (`None`). Without `descend` no gradient.
    async fn visit(
        &self,
        open: &[usize],
        points: &[Vec<f32>],
        labels: &[usize],
        descend: Option<&[Option<usize>]>,
        found: &mut [Attacked],
        pulse: &impl Pulse,
    ) -> Result<Vec<f64>, BoundsError> {
        let (backend, classes) = (&self.backend, self.network.classes());
        let (count, rivals) = (open.len(), classes - 1);
        let program = self.program(count)?;
        let pixels: Vec<f64> = points.iter().flatten().map(|&pixel| f64::from(pixel)).collect();
        let labels: Vec<usize> = open.iter().map(|&index| labels[index]).collect();
        let rows = margin_rows(&labels, count, classes)?;
        let given = [
            backend.upload([count, 1, self.network.input_len()], &pixels),
            backend.upload([count, rivals, classes], &rows),
        ];
        let run = Run::forward(backend, &self.slots, program.tape.program(), &given, pulse).await?;
        let margins = backend.read(run.value(program.margins)).await?;
        let mut seed = vec![0.0; margins.len()];
        for (position, &index) in open.iter().enumerate() {
            let margins = &margins[position * rivals..][..rivals];
            let least = closest(margins);
            let own = &mut found[index];
            own.margins.iter_mut().zip(margins).for_each(|(own, &margin)| {
                if margin.is_nan() || margin < *own {
                    *own = margin;
                }
            });
            if margins[least].is_nan() || margins[least] < own.worst {
                own.worst = margins[least];
                own.point.clone_from(&points[position]);
            }
            let target = descend.and_then(|targets| targets[position]);
            seed[position * rivals + target.unwrap_or(least)] = 1.0;
        }
        if descend.is_none() {
            return Ok(Vec::new());
        }
        let seeds = vec![(program.margins, backend.upload([count, 1, rivals], &seed))];
        let gradients = run.backward(&program.tape, seeds, pulse).await?;
        match gradients.input {
            Some(gradient) => Ok(backend.read(&gradient).await?),
            // Nothing depends on the image: a constant network.
            None => Ok(vec![0.0; pixels.len()]),
        }
    }

    fn program(&self, batch: usize) -> Result<Rc<Margins>, BoundsError> {
        if let Some(program) = self.programs.borrow().get(&batch) {
            return Ok(program.clone());
        }
        let prepared = Prepared::new(Recorder::new(), &self.network);
        let recorder = prepared.backend();
        let classes = self.network.classes();
        let x = recorder.input([batch, 1, self.network.input_len()]);
        let rows = recorder.input([batch, classes - 1, classes]);
        let (_, outputs) = prepared.values(&x);
        let margins = prepared.backend().dot(&rows, &outputs);
        let program = prepared.into_backend().finish(&[margins]);
        let tape = Tape::new(program, Wanted::Input(0)).expect("inference is made of operations with adjoints");
        let program = Rc::new(Margins { tape, margins });
        self.programs.borrow_mut().insert(batch, program.clone());
        Ok(program)
    }
}

/// Index of the smallest margin; of a NaN if there is one.
fn closest(margins: &[f64]) -> usize {
    let mut least = 0;
    for (index, margin) in margins.iter().enumerate() {
        if margin.is_nan() {
            return index;
        }
        if *margin < margins[least] {
            least = index;
        }
    }
    least
}
