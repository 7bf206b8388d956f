//! A step's batch cut into shards: run one by one or on several cores, summed in order, so that the bits do not depend on how
//! many cores there are.

use super::{Data, LossProgram, TrainError};
use crate::{
    bounds::{BoundsError, margin_rows},
    pulse::Pulse,
    tensor::{Backend, Differentiable, Gradients, Run, Slots},
};

/// Images per shard.
pub(super) const SIZE: usize = 64;

/// Start and size of every shard of a batch.
pub(super) fn spans(images: usize) -> impl Iterator<Item = (usize, usize)> + Clone {
    (0..images).step_by(SIZE).map(move |start| (start, SIZE.min(images - start)))
}

/// The sizes that occur.
pub(super) fn sizes(images: usize) -> Vec<usize> {
    let mut sizes: Vec<usize> = spans(images).map(|(_, size)| size).collect();
    sizes.dedup();
    sizes
}

/// The numbers that weigh a loss.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    pub(super) epsilon: f64,
    pub(super) kappa: f64,
    pub(super) beta: f64,
    /// Weight of each penalty.
    pub(super) penalty: f64,
}

/// What a step runs on.
pub(super) struct Batch<'a> {
    pub(super) data: &'a Data,
    pub(super) indices: &'a [u32],
    pub(super) weights: Weights,
}

/// What a batch adds up to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    pub(super) loss: f64,
    pub(super) penalty: f64,
    pub(super) clean_loss: Option<f64>,
    pub(super) robust_loss: Option<f64>,
    /// Images predicted wrong.
    pub(super) wrong: Option<f64>,
    /// Images not verified.
    pub(super) unverified: Option<f64>,
}

/// Sums over a batch.
pub(super) struct Sums<T> {
    pub(super) totals: Totals,
    pub(super) gradients: Gradients<T>,
}

/// Runs every shard and sums.
pub(super) async fn run<'a, B>(
    backend: &B,
    slots: &Slots<B>,
    program: &(impl Fn(usize) -> &'a LossProgram + Sync),
    batch: &Batch<'_>,
    pulse: &impl Pulse,
) -> Result<Sums<B::Tensor>, TrainError>
where
    B: Differentiable + Sync,
    B::Map: Sync,
    B::Rules: Sync,
    B::Pool: Sync,
    B::Tensor: Send + Sync,
{
    let spans: Vec<(usize, usize)> = spans(batch.indices.len()).collect();
    let mut parts;
    #[cfg(feature = "parallel")]
    {
        use crate::{
            pulse::{Steady, at_once},
            tensor::alone,
        };
        use rayon::prelude::*;
        let run = |&(start, size): &(usize, usize)| {
            alone(|| at_once(shard(backend, slots, program(size), batch, start, &Steady)))
        };
        parts = spans.par_iter().map(run).collect::<Result<Vec<_>, _>>()?.into_iter();
        pulse.tick().await.map_err(BoundsError::from)?;
    }
    #[cfg(not(feature = "parallel"))]
    {
        let mut list = Vec::with_capacity(spans.len());
        for (start, size) in spans {
            list.push(shard(backend, slots, program(size), batch, start, pulse).await?);
        }
        parts = list.into_iter();
    }
    let mut sums = parts.next().ok_or_else(|| TrainError::Data("a step without images".into()))?;
    parts.for_each(|part| sums.add(backend, part));
    Ok(sums)
}

impl<T: Clone> Sums<T> {
    fn add<B: Backend<Tensor = T>>(&mut self, backend: &B, other: Self) {
        let (own, more) = (&mut self.totals, other.totals);
        own.loss += more.loss;
        own.penalty += more.penalty;
        let both = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a + b);
        own.clean_loss = both(own.clean_loss, more.clean_loss);
        own.robust_loss = both(own.robust_loss, more.robust_loss);
        own.wrong = both(own.wrong, more.wrong);
        own.unverified = both(own.unverified, more.unverified);
        let lists = [
            (&mut self.gradients.maps, other.gradients.maps),
            (&mut self.gradients.biases, other.gradients.biases),
            (&mut self.gradients.bends, other.gradients.bends),
        ];
        for (own, other) in lists {
            for (own, other) in own.iter_mut().zip(other) {
                *own = match (own.take(), other) {
                    (Some(a), Some(b)) => Some(backend.add(&a, &b)),
                    (a, b) => a.or(b),
                };
            }
        }
    }
}

/// Runs one shard forward and backward.
async fn shard<B: Differentiable>(
    backend: &B,
    slots: &Slots<B>,
    program: &LossProgram,
    batch: &Batch<'_>,
    start: usize,
    pulse: &impl Pulse,
) -> Result<Sums<B::Tensor>, TrainError> {
    let (data, weights) = (batch.data, batch.weights);
    let indices = &batch.indices[start..batch.indices.len().min(start + SIZE)];
    let inputs = data.inputs();
    let size = indices.len();
    let mut pixels = Vec::with_capacity(size * inputs);
    for &index in indices {
        pixels.extend(data.pixels[index as usize * inputs..][..inputs].iter().map(|&pixel| f64::from(pixel)));
    }
    // The clipped box, as in every training loss (docs/methods.md §8).
    let moved = |by: f64| pixels.iter().map(|pixel| (pixel + by).clamp(0.0, 1.0)).collect::<Vec<_>>();
    let labels: Vec<usize> = indices.iter().map(|&index| usize::from(data.labels[index as usize])).collect();
    let image = [size, 1, inputs];
    // In the order of `Place`.
    let given = [
        backend.upload(image, &pixels),
        backend.upload(image, &moved(-weights.epsilon)),
        backend.upload(image, &moved(weights.epsilon)),
        backend.upload([size, data.classes - 1, data.classes], &margin_rows(&labels, size, data.classes)?),
        backend.upload([1, 1, 1], &[weights.kappa]),
        backend.upload([1, 1, 1], &[weights.beta]),
    ];
    let run = Run::forward(backend, slots, program.tape.program(), &given, pulse).await.map_err(BoundsError::from)?;
    let each = 1.0 / batch.indices.len() as f64;
    // A shard's penalty counts by its share of the batch.
    let penalty_weight = weights.penalty * size as f64 * each;
    let mut seeds = vec![(program.loss, backend.upload([size, 1, 1], &vec![each; size]))];
    let mut penalty = 0.0;
    for &value in &program.penalties {
        seeds.push((value, backend.upload([1, 1, 1], &[penalty_weight])));
        penalty += weights.penalty * size as f64 * sum(backend, run.value(value)).await?;
    }
    let gradients = run.backward(&program.tape, seeds, pulse).await.map_err(BoundsError::from)?;
    let loss = sum(backend, run.value(program.loss)).await?;
    let mut sums = Sums { totals: Totals { loss, penalty, ..Totals::default() }, gradients };
    let short = |margins: &[f64]| {
        let holds = |margins: &[f64]| margins.iter().all(|&margin| margin > 0.0);
        margins.chunks(data.classes - 1).filter(|margins| !holds(margins)).count() as f64
    };
    if let Some((margins, loss)) = program.clean {
        sums.totals.wrong = Some(short(&backend.read(run.value(margins)).await.map_err(BoundsError::from)?));
        sums.totals.clean_loss = Some(sum(backend, run.value(loss)).await?);
    }
    if let Some((margins, loss)) = program.robust {
        sums.totals.unverified = Some(short(&backend.read(run.value(margins)).await.map_err(BoundsError::from)?));
        sums.totals.robust_loss = Some(sum(backend, run.value(loss)).await?);
    }
    Ok(sums)
}

async fn sum<B: Backend>(backend: &B, tensor: &B::Tensor) -> Result<f64, TrainError> {
    Ok(backend.read(tensor).await.map_err(BoundsError::from)?.iter().sum())
}
