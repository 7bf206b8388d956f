//! Verified error over a set of images: the share that is not verified, a wrong prediction counting as not verified; and PGD error
//! beside it.

use crate::{
    attack::{Attack, Attacker},
    bounds::{Between, Bounding, BoundsError, Margins, Prepared, Region, Strategy},
    network::Network,
    pulse::{Cancelled, Pulse, at_once},
    tensor::Steerable,
};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What is asked of every image of a set.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The regions, usually one norm and several ε.
    pub regions: Vec<Region>,
    /// The methods.
    pub methods: Vec<Bounding>,
    /// How lines are chosen.
    pub strategy: Strategy,
    /// An attack beside the bounds; `None` for none.
    pub attack: Option<Attack>,
    /// Bound every image by every method, also where the answer is known: an image that an attack broke is verified by none, and
    /// with tight lines one that a method verifies is verified by every method that Theorem 2 says is no looser.
    pub exhaustive: bool,
}

/// Counts for one region and method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tally {
    /// The region.
    pub region: Region,
    /// The method.
    pub method: Bounding,
    /// Images verified.
    pub verified: usize,
}

/// What came out over a set.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Images in the set.
    pub images: usize,
    /// Images whose largest output is their label.
    pub correct: usize,
    /// One tally per region and method, regions outermost.
    pub tallies: Vec<Tally>,
    /// Images that the attack broke or that were predicted wrong, by region; empty without an attack.
    pub broken: Vec<usize>,
}

impl Evaluation {
    /// Share of images not predicted right, in [0, 1].
    pub fn clean_error(&self) -> f64 {
        1.0 - self.correct as f64 / self.images as f64
    }

    /// Share of images broken by the attack in region `index` of the question, in [0, 1]; `None` without an attack.
    pub fn attack_error(&self, index: usize) -> Option<f64> {
        self.broken.get(index).map(|&broken| broken as f64 / self.images as f64)
    }

    /// Share of images not verified, in [0, 1].
    pub fn verified_error(&self, tally: &Tally) -> f64 {
        1.0 - tally.verified as f64 / self.images as f64
    }
}

/// Images bounded together.
pub(super) const BATCH: usize = 32;

/// Ends work when a flag is raised.
pub(super) struct Stop<'a>(pub(super) &'a AtomicBool);

impl Pulse for Stop<'_> {
    async fn tick(&self) -> Result<(), Cancelled> {
        if self.0.load(Ordering::Relaxed) { Err(Cancelled) } else { Ok(()) }
    }
}

/// Counts of one batch.
#[derive(Default)]
struct Counts {
    correct: usize,
    verified: Vec<usize>,
    broken: Vec<usize>,
}

/// Evaluates `question` over a set; on several cores where there are. `progress` is called with the number of images
/// done, from any thread; raising `cancel` ends the work with [`BoundsError::Cancelled`].
///
/// # Errors
/// An empty set, images or labels that do not fit the network, an invalid region, a device that fails.
pub fn evaluate<B: Steerable + Clone + Send + Sync>(
    backend: &B,
    network: &Network,
    images: &[f64],
    labels: &[usize],
    question: &Question,
    progress: &(dyn Fn(usize) + Sync),
    cancel: &AtomicBool,
) -> Result<Evaluation, BoundsError> {
    let inputs = network.input_len();
    if images.is_empty() {
        return Err(BoundsError::NoImage);
    }
    if labels.len() != images.len() / inputs {
        return Err(BoundsError::Labels { labels: labels.len(), images: images.len() / inputs });
    }
    for region in &question.regions {
        region.check()?;
    }
    // A set of other classes, or of none to tell apart, has no error to speak of.
    let classes = network.classes();
    if classes < 2 {
        return Err(BoundsError::OneClass);
    }
    if let Some(image) = labels.iter().position(|&label| label >= classes) {
        return Err(BoundsError::Label { image, label: labels[image], classes });
    }
    let done = AtomicUsize::new(0);
    let run = |(prepared, attacker): &(Prepared<B>, Option<Attacker>), index: usize| -> Result<Counts, BoundsError> {
        let labels = &labels[index * BATCH..labels.len().min((index + 1) * BATCH)];
        let images = &images[index * BATCH * inputs..][..labels.len() * inputs];
        let counts = at_once(batch(prepared, attacker.as_ref(), images, labels, question, &Stop(cancel)))?;
        progress(done.fetch_add(labels.len(), Ordering::Relaxed) + labels.len());
        Ok(counts)
    };
    let batches = labels.len().div_ceil(BATCH);
    let attacker = || question.attack.as_ref().map(|_| Attacker::new(network));
    let all: Vec<Counts> = over_batches(batches, || (Prepared::new(backend.clone(), network), attacker()), run)?;
    let mut evaluation = Evaluation { images: labels.len(), correct: 0, tallies: Vec::new(), broken: Vec::new() };
    if question.attack.is_some() {
        evaluation.broken = vec![0; question.regions.len()];
    }
    for region in &question.regions {
        let tally = |&method| Tally { region: *region, method, verified: 0 };
        evaluation.tallies.extend(question.methods.iter().map(tally));
    }
    for counts in all {
        evaluation.correct += counts.correct;
        evaluation.broken.iter_mut().zip(&counts.broken).for_each(|(sum, broken)| *sum += broken);
        for (tally, verified) in evaluation.tallies.iter_mut().zip(counts.verified) {
            tally.verified += verified;
        }
    }
    Ok(evaluation)
}

/// One batch: predictions, then every region: the attack, then every method.
async fn batch<B: Steerable>(
    prepared: &Prepared<B>,
    attacker: Option<&Attacker>,
    images: &[f64],
    labels: &[usize],
    question: &Question,
    pulse: &impl Pulse,
) -> Result<Counts, BoundsError> {
    let (_, outputs) = prepared.infer(images).await?;
    let right: Vec<bool> =
        outputs.chunks(prepared.classes()).zip(labels).map(|(z, &label)| predicted(z) == Some(label)).collect();
    let mut counts = Counts { correct: right.iter().filter(|&&right| right).count(), ..Counts::default() };
    for region in &question.regions {
        let mut standing = right.clone();
        if let Some((attack, attacker)) = question.attack.as_ref().zip(attacker) {
            let found = attacker.attack(images, labels, region, attack, pulse).await?;
            standing.iter_mut().zip(&found).for_each(|(standing, found)| *standing &= !found.broken());
            counts.broken.push(standing.iter().filter(|&&standing| !standing).count());
        }
        let mut proofs: Vec<(Bounding, Vec<bool>)> = Vec::new();
        // Answers that came with another method's, by method and image.
        let mut known = vec![vec![None; labels.len()]; question.methods.len()];
        let order = prepared.order();
        for (place, &method) in question.methods.iter().enumerate() {
            let proved = |index: usize| {
                question.strategy == Strategy::Tight
                    && proofs.iter().any(|(looser, proofs)| {
                        method.never_looser_than(*looser, question.strategy, order) && proofs[index]
                    })
            };
            let mut verified: Vec<bool> =
                (0..labels.len()).map(|index| !question.exhaustive && standing[index] && proved(index)).collect();
            let candidates = if question.exhaustive { &right } else { &standing };
            let wanted: Vec<usize> = (0..labels.len()).filter(|&index| candidates[index] && !verified[index]).collect();
            let open: Vec<usize> = wanted.iter().copied().filter(|&index| known[place][index].is_none()).collect();
            if !open.is_empty() {
                let inputs = prepared.input_len();
                let pixels: Vec<f64> =
                    open.iter().flat_map(|&index| images[index * inputs..][..inputs].iter().copied()).collect();
                let labels: Vec<usize> = open.iter().map(|&index| labels[index]).collect();
                let alike = alike(&question.methods[place..]);
                let found = verify(prepared, &pixels, &labels, region, alike, question.strategy, pulse).await?;
                for (known, found) in known[place..].iter_mut().zip(found) {
                    open.iter().zip(found).for_each(|(&index, found)| known[index] = Some(found));
                }
            }
            wanted.into_iter().for_each(|index| verified[index] = known[place][index] == Some(true));
            counts.verified.push(verified.iter().filter(|&&verified| verified).count());
            proofs.push((method, verified));
        }
    }
    Ok(counts)
}

/// The first of some methods, with those behind it that cost little more once it is computed: where linear functions are pushed forward, most of
/// the work is that.
fn alike(methods: &[Bounding]) -> &[Bounding] {
    let forward =
        |method: &&Bounding| matches!(method, Bounding::Plain(method) if method.between() == Between::Forward);
    &methods[..methods.iter().take_while(forward).count().max(1)]
}

/// Which of some images each of some methods that are alike verifies.
async fn verify<B: Steerable>(
    prepared: &Prepared<B>,
    images: &[f64],
    labels: &[usize],
    region: &Region,
    methods: &[Bounding],
    strategy: Strategy,
    pulse: &impl Pulse,
) -> Result<Vec<Vec<bool>>, BoundsError> {
    let mut plain = Vec::with_capacity(methods.len());
    for method in methods {
        match method {
            Bounding::Plain(method) => plain.push(*method),
            Bounding::Alpha(climb) => {
                let mut verified = Vec::with_capacity(labels.len());
                for (image, &label) in images.chunks(prepared.input_len()).zip(labels) {
                    verified.push(prepared.alpha_proof(image, label, region, climb, pulse).await?.is_some());
                }
                return Ok(vec![verified]);
            }
        }
    }
    let found = prepared.margins(images, labels, region, &plain, strategy, pulse).await?;
    Ok(found.iter().map(|images| images.iter().map(Margins::verified).collect()).collect())
}

/// The class of the largest output; `None` if any output is not a number.
pub fn predicted(outputs: &[f64]) -> Option<usize> {
    let mut best = 0;
    for (class, output) in outputs.iter().enumerate() {
        if output.is_nan() {
            return None;
        }
        if *output > outputs[best] {
            best = class;
        }
    }
    Some(best)
}

#[cfg(feature = "parallel")]
pub(super) fn over_batches<P, T: Send>(
    batches: usize,
    prepare: impl Fn() -> P + Sync + Send,
    run: impl Fn(&P, usize) -> Result<T, BoundsError> + Sync + Send,
) -> Result<Vec<T>, BoundsError> {
    use rayon::prelude::*;
    (0..batches).into_par_iter().map_init(prepare, |prepared, index| run(prepared, index)).collect()
}

#[cfg(not(feature = "parallel"))]
pub(super) fn over_batches<P, T: Send>(
    batches: usize,
    prepare: impl Fn() -> P + Sync + Send,
    run: impl Fn(&P, usize) -> Result<T, BoundsError> + Sync + Send,
) -> Result<Vec<T>, BoundsError> {
    let prepared = prepare();
    (0..batches).map(|index| run(&prepared, index)).collect()
}
