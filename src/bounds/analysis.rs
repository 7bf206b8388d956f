//! The methods: which walk bounds the intermediate layers, which one the last (docs/methods.md §5).

use super::{
    BoundsError, Method, Region, Strategy,
    backward::{Cut, LinearBound, Start},
    forward::{Known, Layer},
    prepared::Prepared,
};
use crate::{
    network::NodeId,
    pulse::Pulse,
    tensor::{Backend, Ball, Form, Pair},
};

/// Bounds of a batch, still on the device. Every tensor is `[batch, 1, n]`.
struct DeviceBounds<T> {
    /// Pre-activations of each activation layer, in order.
    layers: Vec<Pair<T>>,
    /// Outputs.
    logits: Pair<T>,
    /// Lower bounds of z_y − z_i for i ≠ y, in class order; `None` without labels.
    margins: Option<T>,
}

/// Lower and upper bounds of one layer of one image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerBounds {
    /// Lower bounds.
    pub lower: Vec<f64>,
    /// Upper bounds.
    pub upper: Vec<f64>,
}

/// Bounds of one image, on the host.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// Pre-activations of each activation layer, in order: the hidden affine layers' outputs.
    pub layers: Vec<LayerBounds>,
    /// Outputs.
    pub logits: LayerBounds,
    /// Lower bounds of z_y − z_i for i ≠ y, in class order; empty without a label.
    pub margins: Vec<f64>,
}

impl Bounds {
    /// Whether every margin's lower bound is above 0. NaN, infinities and crossed bounds mean "unknown", not verified.
    pub fn verified(&self) -> bool {
        let sane = |layer: &LayerBounds| sane(&layer.lower, &layer.upper);
        positive(&self.margins) && self.layers.iter().all(sane) && sane(&self.logits)
    }

    /// The smallest margin's lower bound; NaN if any is NaN.
    pub fn worst_margin(&self) -> f64 {
        least(&self.margins)
    }
}

/// Whether there are numbers, and all of them above 0.
pub(super) fn positive(margins: &[f64]) -> bool {
    !margins.is_empty() && margins.iter().all(|margin| margin.is_finite() && *margin > 0.0)
}

/// The least number; NaN if any is NaN.
pub(super) fn least(margins: &[f64]) -> f64 {
    let less = |worst: f64, &margin: &f64| if margin.is_nan() || margin < worst { margin } else { worst };
    margins.iter().fold(f64::INFINITY, less)
}

/// Whether all ends of ranges are numbers, and none crosses its other end.
pub(super) fn sane(lower: &[f64], upper: &[f64]) -> bool {
    lower.iter().zip(upper).all(|(l, u)| l.is_finite() && u.is_finite() && !crossed(*l, *u))
}

/// Whether bounds cross by more than the last digits: at ε = 0 both ends come from different sums of one number.
fn crossed(lower: f64, upper: f64) -> bool {
    lower - upper > 1e-4 * (1.0 + lower.abs().max(upper.abs()))
}

/// One row per question: z_y − z_i for i ≠ y in class order, `[batch, classes − 1, classes]`.
///
/// # Errors
/// Labels that are no class, or not one per image.
pub fn margin_rows(labels: &[usize], images: usize, classes: usize) -> Result<Vec<f64>, BoundsError> {
    if labels.len() != images {
        return Err(BoundsError::Labels { labels: labels.len(), images });
    }
    if classes < 2 {
        return Err(BoundsError::OneClass);
    }
    let mut rows = vec![0.0; images * (classes - 1) * classes];
    let mut row = rows.chunks_mut(classes);
    for (image, &label) in labels.iter().enumerate() {
        if label >= classes {
            return Err(BoundsError::Label { image, label, classes });
        }
        for other in (0..classes).filter(|&other| other != label) {
            let row = row.next().expect("one row per image and other class");
            (row[label], row[other]) = (1.0, -1.0);
        }
    }
    Ok(rows)
}

impl<B: Backend> Prepared<B> {
    /// Bounds of a batch of images (flattened, one after the other) over `region`, with margins where labels are
    /// given.
    ///
    /// # Errors
    /// An invalid question, a device that fails, or a cancelled pulse.
    pub async fn bounds(
        &self,
        images: &[f64],
        labels: Option<&[usize]>,
        region: &Region,
        method: Method,
        strategy: Strategy,
        pulse: &impl Pulse,
    ) -> Result<Vec<Bounds>, BoundsError> {
        let inputs = self.input_len();
        let mut all = Vec::with_capacity(images.len() / inputs);
        // A check of the whole batch first: an error names the image's place in it.
        region.around(&self.backend, images, inputs)?;
        if let Some(labels) = labels {
            margin_rows(labels, images.len() / inputs, self.classes())?;
        }
        let step = self.batch_limit(method);
        for (index, part) in images.chunks(step * inputs).enumerate() {
            let count = part.len() / inputs;
            let ball = region.around(&self.backend, part, inputs)?;
            let labels = labels.map(|labels| &labels[index * step..][..count]);
            let bounds = self.device_bounds(&ball, labels, method, strategy, count, pulse).await?;
            all.extend(self.read_bounds(&bounds, count).await?);
        }
        Ok(all)
    }

    /// Images per pass, so that forms (LBP) or rows (CROWN) stay within what the backend works on at once.
    pub(super) fn batch_limit(&self, method: Method) -> usize {
        let widest = self.widths.iter().copied().max().unwrap_or(1);
        // Numbers alive per image: a few vectors, the last walk's rows, or forms with their centre and radius.
        let per_image = match method {
            Method::Ibp => 8 * widest,
            Method::CrownIbp | Method::Crown => 3 * self.classes() * widest,
            Method::Lbp | Method::CrownLbp | Method::RelaxedCrown(_) => 4 * self.input_len() * widest,
        };
        (B::WORKING_SET / (per_image * B::BYTES)).max(1)
    }

    async fn device_bounds(
        &self,
        ball: &Ball<B::Tensor>,
        labels: Option<&[usize]>,
        method: Method,
        strategy: Strategy,
        images: usize,
        pulse: &impl Pulse,
    ) -> Result<DeviceBounds<B::Tensor>, BoundsError> {
        let classes = self.classes();
        let backend = &self.backend;
        let neurons = |rows| backend.identity(rows, classes);
        let mut rows = vec![neurons(0..classes), backend.negate(&neurons(0..classes))];
        if let Some(labels) = labels {
            let margins = margin_rows(labels, images, classes)?;
            rows.push(backend.upload([images, classes - 1, classes], &margins));
        }
        let rows = backend.concat_rows(&rows);
        let (layers, lowest) = self.lower_bounds(ball, &rows, method, strategy, pulse).await?;
        let [_, _, answers] = backend.shape(&lowest);
        Ok(DeviceBounds {
            layers,
            logits: Pair {
                lower: backend.slice_width(&lowest, 0..classes),
                upper: backend.negate(&backend.slice_width(&lowest, classes..2 * classes)),
            },
            margins: labels.map(|_| backend.slice_width(&lowest, 2 * classes..answers)),
        })
    }

    /// Lower bounds of `rows·logits` by a method, `[batch, 1, rows]`, after the pre-activations' bounds they rest on. `rows` is
    /// `[batch or 1, rows, classes]`. Everything stays on the device, so that a walk can be recorded as it would run.
    ///
    /// # Errors
    /// Only a pulse that was cancelled, on a region that fits.
    pub async fn lower_bounds(
        &self,
        ball: &Ball<B::Tensor>,
        rows: &B::Tensor,
        method: Method,
        strategy: Strategy,
        pulse: &impl Pulse,
    ) -> Result<(Vec<Pair<B::Tensor>>, B::Tensor), BoundsError> {
        // IBP ends at intervals and uses no lines; constant ones cost least.
        let strategy = if method.uses_lines() { strategy } else { Strategy::Constant };
        let known = self.known(ball, method, strategy, pulse).await?;
        let lowest = self.last_walk(ball, rows, method, &known);
        pulse.tick().await?;
        let layers = self.pre_activations.iter().map(|&node| known.layer(node).range.clone()).collect();
        Ok((layers, lowest))
    }

    /// Lower bounds of `rows·logits`, from what the method found out about the intermediate layers.
    pub(super) fn last_walk(
        &self,
        ball: &Ball<B::Tensor>,
        rows: &B::Tensor,
        method: Method,
        known: &Known<B>,
    ) -> B::Tensor {
        self.walk_from(self.output(), ball, rows, method, known)
    }

    /// The same of rows over any node.
    pub(super) fn walk_from(
        &self,
        node: NodeId,
        ball: &Ball<B::Tensor>,
        rows: &B::Tensor,
        method: Method,
        known: &Known<B>,
    ) -> B::Tensor {
        let cut = match method {
            Method::Ibp => Cut::Intervals,
            Method::CrownIbp | Method::CrownLbp | Method::Crown => Cut::Input,
            Method::Lbp => Cut::Forms(1),
            Method::RelaxedCrown(depth) => Cut::Forms(depth as usize),
        };
        self.lowest(&self.backward_walk(node, Start::Rows(rows.clone()), cut, known), ball)
    }

    /// What a method finds out about the intermediate layers.
    pub(super) async fn known(
        &self,
        ball: &Ball<B::Tensor>,
        method: Method,
        strategy: Strategy,
        pulse: &impl Pulse,
    ) -> Result<Known<B>, BoundsError> {
        match method {
            Method::Ibp | Method::CrownIbp => self.interval_known(ball, strategy, pulse).await,
            Method::Lbp | Method::CrownLbp => self.forward_walk(ball, strategy, pulse).await,
            Method::RelaxedCrown(depth) => self.backward_known(ball, strategy, Some(depth as usize), pulse).await,
            Method::Crown => self.backward_known(ball, strategy, None, pulse).await,
        }
    }

    /// Concretises what a backward walk ended with.
    pub(super) fn lowest(&self, bound: &LinearBound<B::Tensor>, ball: &Ball<B::Tensor>) -> B::Tensor {
        match (&bound.rows, &bound.offset) {
            (Some(rows), offset) => self.backend.concretize(rows, offset.as_ref(), ball),
            (None, Some(offset)) => self.backend.lower_end(offset),
            (None, None) => unreachable!("a walk ends at the input or at intervals"),
        }
    }

    /// Interval bounds of the intermediate layers, and lines over them.
    pub(super) async fn interval_known(
        &self,
        ball: &Ball<B::Tensor>,
        strategy: Strategy,
        pulse: &impl Pulse,
    ) -> Result<Known<B>, BoundsError> {
        let mut ranges = self.interval_walk(ball, pulse).await?;
        let mut known = Known::nothing(self.stages.len());
        for &node in &self.ranged {
            let range = ranges[node].take().expect("the walk covers every range that is needed");
            self.relax_readers(node, &range, strategy, &mut known);
            known.layers[node] = Some(Layer { range, forms: None });
        }
        Ok(known)
    }

    /// Backward bounds of the intermediate layers: each needs those before it. With a depth, walks stop at forms and
    /// leave forms behind.
    async fn backward_known(
        &self,
        ball: &Ball<B::Tensor>,
        strategy: Strategy,
        depth: Option<usize>,
        pulse: &impl Pulse,
    ) -> Result<Known<B>, BoundsError> {
        let mut known = Known::nothing(self.stages.len());
        for &node in &self.ranged {
            let layer = if self.affine[node] {
                Layer { range: self.affine_bounds(node, ball), forms: None }
            } else {
                self.backward_layer(node, ball, depth, &known, pulse).await?
            };
            self.relax_readers(node, &layer.range, strategy, &mut known);
            known.layers[node] = Some(layer);
        }
        Ok(known)
    }

    /// Backward bounds of all neurons of one layer over what is known of those before it.
    pub(super) async fn backward_layer(
        &self,
        node: NodeId,
        ball: &Ball<B::Tensor>,
        depth: Option<usize>,
        known: &Known<B>,
        pulse: &impl Pulse,
    ) -> Result<Layer<B>, BoundsError> {
        let backend = &self.backend;
        let cut = depth.map_or(Cut::Input, Cut::Forms);
        let mut ends = (Vec::new(), Vec::new());
        let mut forms = (Vec::new(), Vec::new());
        let [batch, ..] = self.ball_shape(ball);
        for chunk in self.row_chunks(self.widths[node], batch) {
            let count = chunk.len();
            let bound = self.backward_walk(node, Start::Neurons(chunk), cut, known);
            let found = self.ends(&self.lowest(&bound, ball), count);
            ends.0.push(found.lower);
            ends.1.push(found.upper);
            if depth.is_some() {
                let (below, above) = self.split_forms(&bound, count);
                forms.0.push(below);
                forms.1.push(above);
            }
            pulse.tick().await?;
        }
        let range = Pair { lower: backend.concat_width(&ends.0), upper: backend.concat_width(&ends.1) };
        let forms = depth.map(|_| Pair { lower: self.join_forms(&forms.0), upper: self.join_forms(&forms.1) });
        Ok(Layer { range, forms })
    }

    /// The ends that lower bounds of rows and, behind them, of the negated rows are.
    pub(super) fn ends(&self, lowest: &B::Tensor, count: usize) -> Pair<B::Tensor> {
        let backend = &self.backend;
        let upper = backend.negate(&backend.slice_width(lowest, count..2 * count));
        Pair { lower: backend.slice_width(lowest, 0..count), upper }
    }

    pub(super) fn ball_shape(&self, ball: &Ball<B::Tensor>) -> crate::tensor::Shape {
        match ball {
            Ball::Box { lower, .. } => self.backend.shape(lower),
            Ball::Norm { centre, .. } => self.backend.shape(centre),
        }
    }

    /// The lower form (first half of the rows) and the upper one (second half, negated).
    fn split_forms(&self, bound: &LinearBound<B::Tensor>, count: usize) -> (Form<B::Tensor>, Form<B::Tensor>) {
        let backend = &self.backend;
        let (rows, offset) = match (&bound.rows, &bound.offset) {
            (Some(rows), Some(offset)) => (rows.clone(), offset.clone()),
            (Some(rows), None) => {
                let [batch, answers, _] = backend.shape(rows);
                (rows.clone(), backend.upload([batch, 1, answers], &vec![0.0; batch * answers]))
            }
            (None, _) => unreachable!("only interval cuts leave no rows"),
        };
        let half = |range: std::ops::Range<usize>| Form {
            coefficients: backend.transpose(&backend.slice_rows(&rows, range.clone())),
            offset: backend.slice_width(&offset, range),
        };
        let above = half(count..2 * count);
        let above = Form { coefficients: backend.negate(&above.coefficients), offset: backend.negate(&above.offset) };
        (half(0..count), above)
    }

    fn join_forms(&self, parts: &[Form<B::Tensor>]) -> Form<B::Tensor> {
        let join = |pick: fn(&Form<B::Tensor>) -> &B::Tensor| {
            self.backend.concat_width(&parts.iter().map(|part| pick(part).clone()).collect::<Vec<_>>())
        };
        Form { coefficients: join(|form| &form.coefficients), offset: join(|form| &form.offset) }
    }

    async fn read_bounds(&self, bounds: &DeviceBounds<B::Tensor>, images: usize) -> Result<Vec<Bounds>, BoundsError> {
        let mut all = vec![Bounds::default(); images];
        let split = |values: Vec<f64>| -> Vec<Vec<f64>> {
            let width = values.len() / images;
            values.chunks(width.max(1)).map(<[f64]>::to_vec).collect()
        };
        let pairs = bounds.layers.iter().chain([&bounds.logits]).flat_map(|pair| [&pair.lower, &pair.upper]);
        let mut read = self.backend.read_all(&pairs.chain(&bounds.margins).collect::<Vec<_>>()).await?.into_iter();
        let mut next = || split(read.next().unwrap_or_default());
        for layer in 0..=bounds.layers.len() {
            for (image, (lower, upper)) in next().into_iter().zip(next()).enumerate() {
                let found = LayerBounds { lower, upper };
                if layer < bounds.layers.len() {
                    all[image].layers.push(found);
                } else {
                    all[image].logits = found;
                }
            }
        }
        if bounds.margins.is_some() {
            next().into_iter().enumerate().for_each(|(image, margins)| all[image].margins = margins);
        }
        Ok(all)
    }
}

impl<B: Backend> Known<B> {
    pub(super) fn layer(&self, node: NodeId) -> &Layer<B> {
        self.layers[node].as_ref().expect("every pre-activation is bounded")
    }
}
