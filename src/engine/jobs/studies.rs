//! The longer jobs of a session, begun when Explore is quiet: certified radii, sweeps along ε, timings.

use super::{
    attack::broken,
    explore::{check, unit},
};
use crate::{
    activation::{Activation, StatusCounts, count_statuses},
    bounds::{Bounds, BoundsError, LayerBounds, Method, Region, Strategy},
    certify::{RadiusQuestion, Search, certified_radius},
    engine::{
        context::{Context, Host, JobPulse},
        failures::JobError,
        network::Loaded,
        protocol::{Arithmetic, Failure, Job, Question, RadiusAnswer, Response, SweepAnswer},
    },
    pulse::Pulse,
    sorting::sort_numbers,
};

/// The longest time that may be spent on timing one method, in milliseconds.
const LONGEST: f64 = 600_000.0;

pub(in crate::engine) async fn radius<H: Host>(
    context: &Context<H>,
    epoch: u32,
    question: &Question,
    methods: &[Method],
    largest: f64,
    pulse: &JobPulse<'_, H>,
) -> Result<(), JobError> {
    let loaded = context.loaded(&question.network)?;
    let (image, label) = (question.pixels(), question.label as usize);
    // Its ε is ignored.
    let region = question.region().with_epsilon(0.0);
    check(&loaded, &image, label, &region)?;
    // The last method's radius is a good guess of the next one's.
    let (mut proved, mut near): (Option<f64>, Option<f64>) = (None, None);
    let count = methods.len().max(1) as f64;
    for (index, &method) in methods.iter().enumerate() {
        let start = context.host.now();
        let search = Search { largest, ..Search::default() };
        let strategy = question.lines;
        let asked = RadiusQuestion { image: &image, label, region, method, strategy, search, near };
        let told = |share: f64| {
            let done = (index as f64 + share) / count;
            context.send(Response::Progress { job: Job::Radius, epoch, done });
        };
        let found = certified_radius(&loaded.prepared, loaded.sound(), &asked, pulse, told).await?;
        near = found.verified;
        // `None` is below every number.
        proved = if found.verified > proved { found.verified } else { proved };
        let answer = RadiusAnswer {
            method,
            lines: question.lines,
            verified: found.verified,
            unverified: found.unverified,
            arithmetic: Arithmetic::Sound,
            milliseconds: context.host.now() - start,
        };
        context.send(Response::Radius { epoch, answer });
        let done = (index + 1) as f64 / count;
        context.send(Response::Progress { job: Job::Radius, epoch, done });
    }
    broken(context, epoch, &loaded, (&image, label), &region, (proved, largest), pulse).await
}

pub(in crate::engine) async fn sweep<H: Host>(
    context: &Context<H>,
    epoch: u32,
    question: &Question,
    methods: &[Method],
    strategies: &[Strategy],
    epsilons: &[f64],
    pulse: &JobPulse<'_, H>,
) -> Result<(), JobError> {
    let loaded = context.loaded(&question.network)?;
    let (image, label, region) = (question.pixels(), question.label as usize, question.region());
    let rules: Vec<Activation> = loaded.network.layers().into_iter().map(|layer| layer.rule).collect();
    let runs: Vec<(Method, Strategy)> = methods
        .iter()
        .flat_map(|&method| {
            let strategies = if method.uses_lines() { strategies } else { &strategies[..strategies.len().min(1)] };
            strategies.iter().map(move |&strategy| (method, strategy))
        })
        .collect();
    let points = (runs.len() * epsilons.len()) as f64;
    let mut done = 0.0;
    for (method, lines) in runs {
        for &epsilon in epsilons {
            pulse.tick().await?;
            let region = region.with_epsilon(epsilon);
            let bounds = loaded.bounds(&image, label, &region, method, lines, pulse).await?;
            let answer = SweepAnswer {
                epsilon,
                method,
                lines,
                mean_width: mean_width(&bounds.logits),
                worst_margin: bounds.worst_margin(),
                statuses: bounds.layers.iter().zip(&rules).map(|(layer, rule)| count(layer, rule)).collect(),
            };
            context.send(Response::SweepPoint { epoch, answer });
            done += 1.0;
            context.send(Response::Progress { job: Job::Sweep, epoch, done: done / points });
        }
    }
    Ok(())
}

pub(in crate::engine) async fn benchmark<H: Host>(
    context: &Context<H>,
    epoch: u32,
    question: &Question,
    (images, labels): (&[u8], &[u8]),
    methods: &[Method],
    budget: f64,
    pulse: &JobPulse<'_, H>,
) -> Result<(), JobError> {
    let loaded = context.loaded(&question.network)?;
    let (inputs, region) = (loaded.prepared.input_len(), question.region());
    if !(0.0..=LONGEST).contains(&budget) {
        return Err(Failure::Budget { found: budget }.into());
    }
    let (pixels, labels): (Vec<f64>, Vec<usize>) = (unit(images), labels.iter().map(|&y| usize::from(y)).collect());
    if labels.is_empty() || labels.len().checked_mul(inputs) != Some(pixels.len()) {
        return Err(
            Failure::Pixels { found: images.len() as u32, wanted: labels.len().saturating_mul(inputs) as u32 }.into()
        );
    }
    let steady = pulse.steady();
    for &method in methods {
        for count in [1, labels.len()] {
            let (pixels, labels) = (&pixels[..count * inputs], &labels[..count]);
            let (mut times, begun) = (Vec::new(), context.host.now());
            while times.len() < 3 || context.host.now() - begun < budget {
                pulse.tick().await?;
                let start = context.host.now();
                loaded.prepared.bounds(pixels, Some(labels), &region, method, question.lines, &steady).await?;
                times.push(context.host.now() - start);
            }
            sort_numbers(&mut times);
            let milliseconds = times[times.len() / 2] / count as f64;
            let (images, runs) = (count as u32, times.len() as u32);
            context.send(Response::Timing { epoch, method, images, milliseconds, runs });
        }
    }
    Ok(())
}

impl Loaded {
    /// Bounds of one image.
    async fn bounds(
        &self,
        image: &[f64],
        label: usize,
        region: &Region,
        method: Method,
        lines: Strategy,
        pulse: &impl Pulse,
    ) -> Result<Bounds, BoundsError> {
        let mut bounds = self.prepared.bounds(image, Some(&[label]), region, method, lines, pulse).await?;
        Ok(bounds.pop().expect("one image in, one answer out"))
    }
}

fn mean_width(layer: &LayerBounds) -> f64 {
    let total: f64 = layer.lower.iter().zip(&layer.upper).map(|(l, u)| u - l).sum();
    total / layer.lower.len() as f64
}

/// Neurons by status.
fn count(layer: &LayerBounds, rule: &Activation) -> Vec<u32> {
    let mut counts = StatusCounts::default();
    let ends = layer.lower.iter().copied().zip(layer.upper.iter().copied());
    count_statuses(&mut counts, |index, l, u| rule.status(index, l, u), ends);
    counts.to_vec()
}
