//! The jobs of a session: what each request computes and in which order its answers go out.

use super::{
    network::Loaded,
    protocol::*,
    sampling::points,
    session::{Host, JobError, JobPulse, Session},
};
use crate::{
    bounds::{Bounds, BoundsError, LayerBounds, Method, Pulse, Region, Status, Steady, Strategy, status},
    certify::{Search, bracket, predicted, prove},
    network::{Curve, Curves},
    random::Random,
};

/// Points drawn inside the bounds.
const SAMPLES: usize = 64;
/// Points or images that go through the network together.
const BATCH: usize = 16;

impl Question {
    pub(super) fn region(&self) -> Region {
        Region { norm: self.norm, epsilon: self.epsilon, clip: self.clip }
    }

    pub(super) fn pixels(&self) -> Vec<f64> {
        self.image.iter().map(|&pixel| f64::from(pixel)).collect()
    }
}

/// Bytes 0–255 as pixels in [0, 1], rounded to `f32` as everywhere.
fn unit(bytes: &[u8]) -> Vec<f64> {
    bytes.iter().map(|&byte| f64::from(f32::from(byte) / 255.0)).collect()
}

fn floats(values: &[f64]) -> Floats {
    Floats(values.iter().map(|&value| value as f32).collect())
}

fn interval(bounds: &LayerBounds) -> Interval {
    Interval { lower: floats(&bounds.lower), upper: floats(&bounds.upper) }
}

/// z_y − z_i for i ≠ y, in class order.
fn margins(outputs: &[f64], label: usize) -> impl Iterator<Item = f64> {
    outputs.iter().enumerate().filter(move |(class, _)| *class != label).map(move |(_, z)| outputs[label] - z)
}

impl<H: Host> Session<H> {
    pub(super) async fn explore(
        &self,
        epoch: u32,
        question: &Question,
        methods: &[Method],
        pulse: &JobPulse<H>,
    ) -> Result<(), JobError> {
        let loaded = self.loaded(&question.network)?;
        let (image, label, region) = (question.pixels(), question.label as usize, question.region());
        crate::bounds::margin_rows(&[label], 1, loaded.prepared.classes())?;
        let (layers, outputs) = loaded.prepared.infer(&image).await?;
        let answer = InferenceAnswer {
            layers: layers.iter().map(|layer| floats(layer)).collect(),
            logits: floats(&outputs),
            margins: floats(&margins(&outputs, label).collect::<Vec<_>>()),
            predicted: predicted(&outputs).unwrap_or(0) as u32,
        };
        self.send(Response::Inference { epoch, answer });
        for &method in methods {
            pulse.beat().await?;
            let start = self.shared.host.now();
            let (bounds, device) =
                self.on_either(&loaded, (&image, label), (&region, method, question.lines), pulse).await?;
            let answer = BoundsAnswer {
                method,
                lines: question.lines,
                epsilon: region.epsilon,
                norm: region.norm,
                clip: region.clip,
                arithmetic: Arithmetic::F32,
                layers: bounds.layers.iter().map(interval).collect(),
                logits: interval(&bounds.logits),
                margins: floats(&bounds.margins),
                verified: bounds.verified(),
                milliseconds: self.shared.host.now() - start,
                device,
            };
            self.send(Response::Bounds { epoch, answer });
        }
        self.samples(epoch, &loaded, &image, label, &region, pulse).await?;
        self.attack(epoch, &loaded, &image, label, &region, pulse).await
    }

    /// Sends the range seen over sampled points.
    async fn samples(
        &self,
        epoch: u32,
        loaded: &Loaded,
        image: &[f64],
        label: usize,
        region: &Region,
        pulse: &JobPulse<H>,
    ) -> Result<(), JobError> {
        let drawn = points(image, region, SAMPLES, &mut Random::new(1));
        let widths = loaded.prepared.layer_widths();
        let empty =
            |width: usize| LayerBounds { lower: vec![f64::INFINITY; width], upper: vec![f64::NEG_INFINITY; width] };
        let classes = loaded.prepared.classes();
        let mut layers: Vec<LayerBounds> = widths.into_iter().map(empty).collect();
        let (mut logits, mut least) = (empty(classes), vec![f64::INFINITY; classes - 1]);
        for batch in drawn.chunks(BATCH * image.len()) {
            pulse.beat().await?;
            let (values, outputs) = loaded.prepared.infer(batch).await?;
            layers.iter_mut().zip(&values).for_each(|(layer, values)| stretch(layer, values));
            stretch(&mut logits, &outputs);
            for outputs in outputs.chunks(classes) {
                least.iter_mut().zip(margins(outputs, label)).for_each(|(least, margin)| *least = least.min(margin));
            }
        }
        self.send(Response::Samples {
            epoch,
            epsilon: region.epsilon,
            points: SAMPLES as u32,
            layers: layers.iter().map(interval).collect(),
            logits: interval(&logits),
            margins: floats(&least),
        });
        Ok(())
    }

    pub(super) async fn radius(
        &self,
        epoch: u32,
        question: &Question,
        methods: &[Method],
        largest: f64,
        pulse: &JobPulse<H>,
    ) -> Result<(), JobError> {
        let loaded = self.loaded(&question.network)?;
        let (image, label, region) = (question.pixels(), question.label as usize, question.region());
        let mut proved: Option<f64> = None;
        for (index, &method) in methods.iter().enumerate() {
            let start = self.shared.host.now();
            let search = Search { largest, ..Search::default() };
            let found = bracket(search, async |epsilon| {
                pulse.beat().await?;
                let region = region.with_epsilon(epsilon);
                Ok(loaded.bounds(&image, label, &region, method, question.lines, pulse).await?.verified())
            })
            .await?;
            // What is called certified is proved with rounding charged.
            let certified = match found.verified {
                None => None,
                Some(verified) => {
                    prove(verified, async |epsilon| {
                        pulse.beat().await?;
                        let region = region.with_epsilon(epsilon);
                        let sound = loaded.sound();
                        let bounds =
                            sound.bounds(&image, Some(&[label]), &region, method, question.lines, pulse).await?;
                        Ok(bounds[0].verified())
                    })
                    .await?
                }
            };
            // `None` is below every number.
            proved = if certified > proved { certified } else { proved };
            let answer = RadiusAnswer {
                method,
                lines: question.lines,
                verified: certified.or(found.verified),
                refuted: found.refuted,
                arithmetic: if certified.is_some() { Arithmetic::Sound } else { Arithmetic::F32 },
                milliseconds: self.shared.host.now() - start,
            };
            self.send(Response::Radius { epoch, answer });
            let done = (index + 1) as f64 / methods.len() as f64;
            self.send(Response::Progress { job: Job::Radius, epoch, done });
        }
        self.broken(epoch, &loaded, (&image, label), &region, (proved, largest), pulse).await
    }

    pub(super) async fn sweep(
        &self,
        epoch: u32,
        question: &Question,
        methods: &[Method],
        strategies: &[Strategy],
        epsilons: &[f64],
        pulse: &JobPulse<H>,
    ) -> Result<(), JobError> {
        let loaded = self.loaded(&question.network)?;
        let (image, label, region) = (question.pixels(), question.label as usize, question.region());
        let curves: Vec<Curves> = loaded.network.layers().into_iter().map(|layer| layer.curves).collect();
        let runs: Vec<(Method, Strategy)> = methods
            .iter()
            .flat_map(|&method| {
                let strategies = if method.uses_lines() { strategies } else { &strategies[..strategies.len().min(1)] };
                strategies.iter().map(move |&strategy| (method, strategy))
            })
            .collect();
        for (index, &(method, lines)) in runs.iter().enumerate() {
            for &epsilon in epsilons {
                pulse.beat().await?;
                let region = region.with_epsilon(epsilon);
                let bounds = loaded.bounds(&image, label, &region, method, lines, pulse).await?;
                let answer = SweepAnswer {
                    epsilon,
                    method,
                    lines,
                    mean_width: mean_width(&bounds.logits),
                    worst_margin: bounds.worst_margin(),
                    statuses: bounds.layers.iter().zip(&curves).map(|(layer, curves)| count(layer, curves)).collect(),
                };
                self.send(Response::SweepPoint { epoch, answer });
            }
            let done = (index + 1) as f64 / runs.len() as f64;
            self.send(Response::Progress { job: Job::Sweep, epoch, done });
        }
        Ok(())
    }

    pub(super) async fn classify(
        &self,
        epoch: u32,
        network: &str,
        images: &[u8],
        pulse: &JobPulse<H>,
    ) -> Result<(), JobError> {
        let loaded = self.loaded(network)?;
        let (inputs, classes) = (loaded.prepared.input_len(), loaded.prepared.classes());
        if !images.len().is_multiple_of(inputs) {
            return Err(JobError::Pixels { found: images.len(), wanted: inputs });
        }
        let mut found = Vec::with_capacity(images.len() / inputs);
        for batch in images.chunks(BATCH * inputs) {
            pulse.beat().await?;
            let (_, outputs) = loaded.prepared.infer(&unit(batch)).await?;
            found.extend(outputs.chunks(classes).map(|z| predicted(z).map_or(u8::MAX, |class| class as u8)));
        }
        self.send(Response::Classes { epoch, classes: Bytes(found) });
        Ok(())
    }
}

impl<H: Host> Session<H> {
    pub(super) async fn benchmark(
        &self,
        epoch: u32,
        question: &Question,
        (images, labels): (&[u8], &[u8]),
        methods: &[Method],
        budget: f64,
        pulse: &JobPulse<H>,
    ) -> Result<(), JobError> {
        let loaded = self.loaded(&question.network)?;
        let (inputs, region) = (loaded.prepared.input_len(), question.region());
        let (pixels, labels): (Vec<f64>, Vec<usize>) = (unit(images), labels.iter().map(|&y| usize::from(y)).collect());
        if labels.is_empty() || pixels.len() != labels.len() * inputs {
            return Err(JobError::Pixels { found: images.len(), wanted: labels.len() * inputs });
        }
        for &method in methods {
            for count in [1, labels.len()] {
                let (pixels, labels) = (&pixels[..count * inputs], &labels[..count]);
                let (mut times, begun) = (Vec::new(), self.shared.host.now());
                while times.len() < 3 || self.shared.host.now() - begun < budget {
                    pulse.beat().await?;
                    let start = self.shared.host.now();
                    loaded.prepared.bounds(pixels, Some(labels), &region, method, question.lines, &Steady).await?;
                    times.push(self.shared.host.now() - start);
                }
                times.sort_by(f64::total_cmp);
                let milliseconds = times[times.len() / 2] / count as f64;
                let (images, runs) = (count as u32, times.len() as u32);
                self.send(Response::Timing { epoch, method, images, milliseconds, runs });
            }
        }
        Ok(())
    }
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

/// Widens `range` to hold every row of `values`.
fn stretch(range: &mut LayerBounds, values: &[f64]) {
    for row in values.chunks(range.lower.len()) {
        for ((low, high), &value) in range.lower.iter_mut().zip(&mut range.upper).zip(row) {
            *low = low.min(value);
            *high = high.max(value);
        }
    }
}

fn mean_width(layer: &LayerBounds) -> f64 {
    let total: f64 = layer.lower.iter().zip(&layer.upper).map(|(l, u)| u - l).sum();
    total / layer.lower.len() as f64
}

/// Neurons by status.
fn count(layer: &LayerBounds, curves: &Curves) -> Vec<u32> {
    let mut counts = vec![0; Status::Unknown as usize + 1];
    for (index, (&l, &u)) in layer.lower.iter().zip(&layer.upper).enumerate() {
        let curve: Curve<f64> = curves.at(index);
        counts[status(&curve, l, u) as usize] += 1;
    }
    counts
}
