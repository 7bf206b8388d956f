//! α-CROWN's bounds of images, as the other methods give them.

use super::{
    choice::Choice,
    crown::{Alpha, Wanted},
    settings::{Climb, Step},
};
use crate::{
    bounds::{Bounds, BoundsError, LayerBounds, Prepared, Region, margin_rows},
    pulse::Pulse,
    tensor::Steerable,
};

/// Whether every bound is a number above 0.
fn all_positive(lower: &[f64]) -> bool {
    lower.iter().all(|lower| lower.is_finite() && *lower > 0.0)
}

impl<B: Steerable> Prepared<B> {
    /// α-CROWN's bounds of one image over `region`, with margins where a label is given: pre-activations (where CROWN's by tight and by adaptive lines
    /// meet), outputs and margins, each row with slopes of its own. The search runs on `search`, this network in an arithmetic of its choice; the bounds
    /// are this backend's. `told` hears of every step: the rows are outputs, negated outputs and margins.
    ///
    /// # Errors
    /// An invalid question, a device that fails, or a cancelled pulse.
    pub async fn alpha_bounds<S: Steerable>(
        &self,
        search: &Prepared<S>,
        (image, label): (&[f64], Option<usize>),
        region: &Region,
        climb: &Climb,
        pulse: &impl Pulse,
        mut told: impl FnMut(Step),
    ) -> Result<Bounds, BoundsError> {
        let found = {
            let ball = region.around(&search.backend, image, search.input_len())?;
            let rows = search.every_row(label)?;
            let watch = |step: Step<'_>| {
                told(step);
                false
            };
            search.alpha_crown(&ball, &rows, climb, pulse, watch).await?.choice
        };
        let ball = region.around(&self.backend, image, self.input_len())?;
        let rows = self.every_row(label)?;
        let alpha = self.confirmed(&ball, &rows, &found, Wanted::Ranges, pulse).await?;
        self.read_alpha(&alpha).await
    }

    /// The slopes with which every margin of one image is above 0 in this arithmetic; `None` where the search found none. It ends as soon as
    /// it has.
    ///
    /// # Errors
    /// An invalid question, a device that fails, or a cancelled pulse.
    pub async fn alpha_proof(
        &self,
        image: &[f64],
        label: usize,
        region: &Region,
        climb: &Climb,
        pulse: &impl Pulse,
    ) -> Result<Option<Choice>, BoundsError> {
        let ball = region.around(&self.backend, image, self.input_len())?;
        let proved = |step: Step<'_>| all_positive(step.lower);
        let found = self.alpha_crown(&ball, &self.margins_of(label)?, climb, pulse, proved).await?;
        Ok(all_positive(&found.lower).then_some(found.choice))
    }

    /// Whether those slopes prove it in this arithmetic too.
    ///
    /// # Errors
    /// An invalid question, a device that fails, or a cancelled pulse.
    pub async fn alpha_proves(
        &self,
        image: &[f64],
        label: usize,
        region: &Region,
        slopes: &Choice,
        pulse: &impl Pulse,
    ) -> Result<bool, BoundsError> {
        let ball = region.around(&self.backend, image, self.input_len())?;
        let found = self.alpha_confirmed(&ball, &self.margins_of(label)?, slopes, pulse).await?;
        Ok(all_positive(&found.lower))
    }

    fn margins_of(&self, label: usize) -> Result<B::Tensor, BoundsError> {
        let classes = self.classes();
        Ok(self.backend.upload([1, classes - 1, classes], &margin_rows(&[label], 1, classes)?))
    }

    /// Outputs, negated outputs, margins.
    fn every_row(&self, label: Option<usize>) -> Result<B::Tensor, BoundsError> {
        let (backend, classes) = (&self.backend, self.classes());
        let neurons = backend.identity(0..classes, classes);
        let mut rows = vec![neurons.clone(), backend.negate(&neurons)];
        if let Some(label) = label {
            rows.push(self.margins_of(label)?);
        }
        Ok(backend.concat_rows(&rows))
    }

    async fn read_alpha(&self, alpha: &Alpha<B>) -> Result<Bounds, BoundsError> {
        let mut bounds = Bounds::default();
        for range in self.layer_ranges(&alpha.ranges) {
            let (lower, upper) = (self.backend.read(&range.lower).await?, self.backend.read(&range.upper).await?);
            bounds.layers.push(LayerBounds { lower, upper });
        }
        let classes = self.classes();
        let (ends, margins) = alpha.lower.split_at(2 * classes);
        let (lower, upper) = ends.split_at(classes);
        bounds.logits = LayerBounds { lower: lower.to_vec(), upper: upper.iter().map(|end| -end).collect() };
        bounds.margins = margins.to_vec();
        Ok(bounds)
    }
}
