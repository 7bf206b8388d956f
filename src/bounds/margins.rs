//! Margins alone: what verdicts, radii and errors ask for.
//!
//! Of a method's margins this finds the same numbers as [`bounds`](Prepared::bounds) but for rounding, with less work: walks from the outputs' margins
//! only, one walk over the intermediate layers for all methods that share theirs, and CROWN's from neurons that are not straight.
//!
//! Why CROWN's margins stay CROWN's. Let two neurons' lines be known, and a row over them be walked back. Where a coefficient is split into
//! parts of both signs, the parts walked back one by one lose (s_U − s_L)·z + t_U − t_L for each unit of what cancels, which is not below 0
//! anywhere in the neuron's range, since its line above lies above the line below there. So a walk back from a sum of rows is never looser than the sum of
//! walks back, whatever the lines (tight or adaptive), norm and clipping; and an interval pushed forward from CROWN's own ranges *through CROWN's lines*
//! (not through the curve, which adaptive lines leave) holds the range that CROWN would find for the next layer. If a neuron is straight over it, then over
//! CROWN's range too, with the same line, and by induction every number after it is the same. IBP's ranges would not do: with adaptive
//! lines CROWN may find a neuron unstable that IBP proves stable, and another bound would be called CROWN.
//!
//! In floating point the two ranges are rounded differently. A neuron therefore counts as straight only if it stays so when its interval is
//! widened by far more than roundings are (`Steerable::NEAR`); the others are walked back from as ever, and only roundings differ. In the sound
//! arithmetic each range holds by itself, the interval as well as the walk, so that nothing rests on that argument.

use super::{
    BoundsError, Method, Region, Strategy,
    analysis::{least, margin_rows, positive, sane},
    forward::{Known, Layer},
    prepared::{Prepared, Stage},
    question::Between,
};
use crate::{
    network::NodeId,
    pulse::Pulse,
    tensor::{Ball, Form, Pair, Steerable},
};

/// Lower bounds of one image's margins by one method.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Margins {
    /// Lower bounds of z_y − z_i for i ≠ y, in class order.
    pub lower: Vec<f64>,
    /// Whether all ranges that they rest on are finite and do not cross.
    pub sane: bool,
}

impl Margins {
    /// Whether every margin's lower bound is above 0. NaN, infinities and crossed ranges mean "unknown", not verified.
    pub fn verified(&self) -> bool {
        self.sane && positive(&self.lower)
    }

    /// The smallest margin's lower bound; NaN if any is NaN, or if the ranges are none.
    pub fn worst(&self) -> f64 {
        if self.sane { least(&self.lower) } else { f64::NAN }
    }
}

impl<B: Steerable> Prepared<B> {
    /// Margins of a batch of images (flattened, one after the other) over `region` by several methods: `[method][image]`. Methods that
    /// [bound the intermediate layers alike](Method::between) and stand side by side share that work.
    ///
    /// # Errors
    /// An invalid question, a device that fails, or a cancelled pulse.
    pub async fn margins(
        &self,
        images: &[f64],
        labels: &[usize],
        region: &Region,
        methods: &[Method],
        strategy: Strategy,
        pulse: &impl Pulse,
    ) -> Result<Vec<Vec<Margins>>, BoundsError> {
        let (inputs, classes) = (self.input_len(), self.classes());
        // A check of the whole batch first: an error names the image's place in it.
        region.around(&self.backend, images, inputs)?;
        margin_rows(labels, images.len() / inputs, classes)?;
        let mut all = vec![Vec::with_capacity(labels.len()); methods.len()];
        let step = methods.iter().map(|&method| self.images_at_once(method)).min().unwrap_or(1);
        for (images, labels) in images.chunks(step * inputs).zip(labels.chunks(step)) {
            let count = labels.len();
            let ball = region.around(&self.backend, images, inputs)?;
            let rows = margin_rows(labels, count, classes)?;
            let rows = self.backend.upload([count, classes - 1, classes], &rows);
            let mut shared: Option<(Between, Known<B>, Vec<bool>)> = None;
            for (found, &method) in all.iter_mut().zip(methods) {
                let between = method.between();
                let fits = shared.as_ref().is_some_and(|(own, ..)| *own == between);
                if !fits {
                    let known = self.verdict_known(&ball, method, strategy, pulse).await?;
                    let sane = self.sane(&known, count).await?;
                    shared = Some((between, known, sane));
                }
                let Some((_, known, sane)) = &shared else { continue };
                let lowest = self.backend.read(&self.last_walk(&ball, &rows, method, known)).await?;
                pulse.tick().await?;
                let each = lowest.chunks(classes - 1).zip(sane);
                found.extend(each.map(|(lower, &sane)| Margins { lower: lower.to_vec(), sane }));
            }
        }
        Ok(all)
    }

    /// Images per pass.
    fn images_at_once(&self, method: Method) -> usize {
        // Where rows are the same for all images, each of them would be walked from the neurons of all.
        let together = |node: &NodeId| {
            self.affine[*node]
                || matches!(&self.stages[*node], Stage::Affine { map, .. } if self.backend.rows_apart(map))
        };
        if method == Method::Crown && !self.ranged.iter().all(together) {
            return 1;
        }
        self.batch_limit(method)
    }

    /// What a method finds out about the intermediate layers, as far as its margins depend on it.
    pub(super) async fn verdict_known(
        &self,
        ball: &Ball<B::Tensor>,
        method: Method,
        strategy: Strategy,
        pulse: &impl Pulse,
    ) -> Result<Known<B>, BoundsError> {
        // A constant line depends on the range, straight or not.
        if method != Method::Crown || strategy == Strategy::Constant {
            return self.known(ball, method, strategy, pulse).await;
        }
        let mut known = Known::nothing(self.stages.len());
        let mut ends: Vec<Option<Pair<B::Tensor>>> = vec![None; self.stages.len()];
        let last = self.ranged.last().copied();
        for node in 0..last.map_or(0, |last| last + 1) {
            let ranged = self.ranged.contains(&node);
            if self.affine[node] {
                if ranged || self.borders(node) {
                    ends[node] = Some(self.affine_bounds(node, ball));
                }
            } else {
                let mut range = self.step_by_lines(node, &ends, &known);
                if ranged {
                    range = self.walked_where_bent(node, ball, range, &known, pulse).await?;
                }
                ends[node] = Some(range);
            }
            if let (true, Some(range)) = (ranged, &ends[node]) {
                self.relax_readers(node, range, strategy, &mut known);
                known.layers[node] = Some(Layer { range: range.clone(), forms: None });
            }
        }
        Ok(known)
    }

    /// CROWN's range of a node where it is bent over `range`, which holds it, and `range` itself elsewhere.
    async fn walked_where_bent(
        &self,
        node: NodeId,
        ball: &Ball<B::Tensor>,
        mut range: Pair<B::Tensor>,
        known: &Known<B>,
        pulse: &impl Pulse,
    ) -> Result<Pair<B::Tensor>, BoundsError> {
        let Some(parts) = self.bent_parts(node, &range, B::NEAR) else {
            return Ok(self.backward_layer(node, ball, None, known, pulse).await?.range);
        };
        for part in &parts {
            let found = self.backward_at(node, ball, known, part);
            let put = |end: &B::Tensor, found: &B::Tensor| self.backend.put_at(end, found, &part.at);
            range = Pair { lower: put(&range.lower, &found.lower), upper: put(&range.upper, &found.upper) };
            pulse.tick().await?;
        }
        Ok(range)
    }

    /// The interval of a node that follows from those before it, with lines in place of curves.
    fn step_by_lines(&self, node: NodeId, ends: &[Option<Pair<B::Tensor>>], known: &Known<B>) -> Pair<B::Tensor> {
        let backend = &self.backend;
        // Numbers are forms without a share of the input.
        let form = |end: &B::Tensor| Form { coefficients: end.clone(), offset: end.clone() };
        let found = match (&self.stages[node], &ends[*self.inputs[node].first().unwrap_or(&node)]) {
            (Stage::Activation(_), Some(range)) => {
                let lines = known.relaxations[node].as_ref().expect("lines are chosen before they are used");
                let (slope, intercept) = (&lines.slope, &lines.intercept);
                Pair {
                    lower: backend.relax_forward(&form(&range.lower), &slope.lower, &intercept.lower).offset,
                    upper: backend.relax_forward(&form(&range.upper), &slope.upper, &intercept.upper).offset,
                }
            }
            (Stage::Largest(pool), Some(range)) => {
                let picked = known.picked[node].as_ref().expect("lines are chosen before they are used");
                let forms = Pair { lower: form(&range.lower), upper: form(&range.upper) };
                let found = backend.pick_forward(pool, &forms, picked);
                Pair { lower: found.lower.offset, upper: found.upper.offset }
            }
            _ => return self.interval_step(node, ends),
        };
        let above = |end: &B::Tensor| backend.negate(&backend.lower_end(&backend.negate(end)));
        Pair { lower: backend.lower_end(&found.lower), upper: above(&found.upper) }
    }

    /// For each image whether what is known of the layers is finite and does not cross.
    async fn sane(&self, known: &Known<B>, images: usize) -> Result<Vec<bool>, BoundsError> {
        let ranges: Vec<_> = self.pre_activations.iter().map(|&node| &known.layer(node).range).collect();
        let ends = ranges.iter().flat_map(|range| [&range.lower, &range.upper]);
        let read = self.backend.read_all(&ends.collect::<Vec<_>>()).await?;
        let mut all = vec![true; images];
        for (pair, &node) in read.chunks(2).zip(&self.pre_activations) {
            let width = self.widths[node];
            for (image, all) in all.iter_mut().enumerate() {
                let own = |end: usize| &pair[end][image * width % pair[end].len().max(1)..][..width];
                *all &= sane(own(0), own(1));
            }
        }
        Ok(all)
    }
}
