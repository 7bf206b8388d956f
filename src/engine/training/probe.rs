//! A measurement: what a network does on images it was not trained on.

use crate::{
    activation::{Activation, StatusCounts, count_statuses},
    attack::{Attack, Attacker},
    bounds::{Method, Prepared, Region, Strategy},
    certify::{Search, bracket, predicted},
    engine::{
        failures::JobError,
        protocol::{Failure, Probe, Watched},
    },
    formats::write_model,
    network::Network,
    pulse::Pulse,
    tensor::Cpu,
    train::TrainError,
};

/// Images that go through the network together.
const BATCH: usize = 32;
/// Gradient steps of an attack.
const ATTACK_STEPS: usize = 20;
/// Largest ε at which the watched image is tried.
const MOST_REACH: f64 = 0.5;
/// The valid range of a pixel.
const PIXELS: [f64; 2] = [0.0, 1.0];

/// The images that runs are measured on.
pub(super) struct HeldOut {
    pixels: Vec<f64>,
    labels: Vec<usize>,
}

impl HeldOut {
    /// Bytes 0–255 and classes; `None` where they do not go together.
    pub(super) fn new(images: &[u8], labels: &[u8]) -> Option<Self> {
        let fits = !labels.is_empty() && images.len().is_multiple_of(labels.len()) && !images.is_empty();
        fits.then(|| HeldOut {
            pixels: images.iter().map(|&byte| f64::from(f32::from(byte) / 255.0)).collect(),
            labels: labels.iter().map(|&label| usize::from(label)).collect(),
        })
    }
}

/// The image whose margins are followed.
pub(super) struct Watch {
    pub(super) id: u32,
    pub(super) pixels: Vec<f64>,
    pub(super) label: usize,
}

impl HeldOut {
    /// That many images, spread evenly over the set: its beginning need not be like the rest.
    fn sample(&self, count: usize, inputs: usize) -> (Vec<f64>, Vec<usize>) {
        let places: Vec<usize> = (0..count).map(|index| index * self.labels.len() / count).collect();
        let pixels = places.iter().flat_map(|&at| &self.pixels[at * inputs..][..inputs]).copied().collect();
        (pixels, places.iter().map(|&at| self.labels[at]).collect())
    }
}

/// What is measured.
pub(super) struct Question {
    pub(super) step: u32,
    pub(super) epoch: f64,
    pub(super) epsilon: f64,
    pub(super) attack: bool,
    pub(super) images: usize,
    pub(super) methods: Vec<Method>,
    pub(super) seed: u64,
}

/// Measures a network; also answers with its model file.
pub(super) async fn measure(
    network: &Network,
    question: &Question,
    held_out: &HeldOut,
    watch: Option<&Watch>,
    pulse: &impl Pulse,
) -> Result<(Probe, Vec<u8>), JobError> {
    let region = Region { clip: Some(PIXELS), ..Region::linf(question.epsilon) };
    let prepared = Prepared::new(Cpu::<f32>::new(), network);
    let (inputs, classes) = (prepared.input_len(), prepared.classes());
    let count = held_out.labels.len().min(question.images);
    if held_out.pixels.len() != held_out.labels.len() * inputs {
        return Err(Failure::HeldOutSize { wanted: inputs as u32 }.into());
    }
    let rules: Vec<Activation> = network.layers().into_iter().map(|layer| layer.rule).collect();
    let mut statuses = vec![StatusCounts::default(); rules.len()];
    let attacker = question.attack.then(|| Attacker::new(network));
    let attack = Attack { steps: ATTACK_STEPS, restarts: 1, seed: question.seed, targeted: false };
    let (mut wrong, mut unproved, mut broken) = (0, 0, 0);
    let (pixels, labels) = held_out.sample(count, inputs);
    for (images, labels) in pixels.chunks(BATCH * inputs).zip(labels.chunks(BATCH)) {
        pulse.tick().await?;
        let (_, outputs) = prepared.infer(images).await?;
        let right: Vec<bool> =
            outputs.chunks(classes).zip(labels).map(|(z, &label)| predicted(z) == Some(label)).collect();
        let bounds = prepared.bounds(images, Some(labels), &region, Method::Ibp, Strategy::Tight, pulse).await?;
        for (bounds, right) in bounds.iter().zip(&right) {
            wrong += u32::from(!right);
            unproved += u32::from(!(*right && bounds.verified()));
            for ((counts, layer), rule) in statuses.iter_mut().zip(&bounds.layers).zip(&rules) {
                let ends = layer.lower.iter().copied().zip(layer.upper.iter().copied());
                count_statuses(counts, |index, l, u| rule.status(index, l, u), ends);
            }
        }
        if let Some(attacker) = &attacker {
            let found = attacker.attack(images, labels, &region, &attack, pulse).await?;
            broken += found.iter().zip(&right).filter(|(found, right)| !**right || found.broken()).count() as u32;
        }
    }
    let (mut watched, mut reach) = (Vec::new(), None);
    if let Some(watch) = watch.filter(|watch| watch.pixels.len() == inputs) {
        let (pixels, label, methods) = (&watch.pixels, [watch.label], &question.methods);
        let found = prepared.margins(pixels, &label, &region, methods, Strategy::Tight, pulse).await?;
        for (&method, found) in methods.iter().zip(&found) {
            if let Some(margins) = found.first() {
                let mean = margins.lower.iter().sum::<f64>() / margins.lower.len().max(1) as f64;
                watched.push(Watched { method, worst: margins.worst(), mean });
            }
        }
        let found = bracket(Search { largest: MOST_REACH, tolerance: 0.02 }, async |epsilon| {
            pulse.tick().await?;
            let region = region.with_epsilon(epsilon);
            let found = prepared.margins(pixels, &label, &region, &[Method::Ibp], Strategy::Tight, pulse).await?;
            Ok(found.iter().flatten().all(|margins| margins.verified()))
        });
        reach = found.await?.verified;
    }
    let share = |of: u32| f64::from(of) / count.max(1) as f64;
    let probe = Probe {
        step: question.step,
        epoch: question.epoch,
        images: count as u32,
        epsilon: question.epsilon,
        clean_error: share(wrong),
        attacked: question.attack.then(|| share(broken)),
        verified_error: share(unproved),
        statuses: statuses.iter().map(|counts| counts.to_vec()).collect(),
        watch: if watched.is_empty() { 0 } else { watch.map_or(0, |watch| watch.id) },
        watched,
        reach,
        milliseconds: 0.0,
    };
    Ok((probe, write_model(network).map_err(TrainError::from)?))
}
