//! What a margin's bound is made of: the linear function of the input that a walk back ends with, and what each input takes from it.

use super::{
    BoundsError, Method, Region, Strategy,
    backward::{Cut, Start},
    prepared::Prepared,
};
use crate::{pulse::Pulse, tensor::Steerable};

/// A linear function that is nowhere in the region above z_y − z_i, and where it is least (docs/methods.md §5 and §6).
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// Its coefficients, one an input.
    pub coefficients: Vec<f64>,
    /// Its least value over the region: the bound.
    pub bound: f64,
    /// Its value at the image: the bound and all that is taken. The margin there is no less, and what it is more is what the lines lose
    /// before any input moves.
    pub at_image: f64,
    /// Where it is least.
    pub corner: Vec<f64>,
    /// What each input takes on the way from the image to the corner: aᵢ·(xᵢ − cornerᵢ).
    pub taken: Vec<f64>,
}

impl<B: Steerable> Prepared<B> {
    /// The linear function below z_y − z_i around one image (flattened), for `classes` = (y, i). By CROWN, CROWN-IBP and CROWN-LBP, whose last walk ends
    /// at the input; of another method the ranges are taken, and CROWN's last walk over them.
    ///
    /// # Errors
    /// An invalid question, classes that are none, a device that fails, or a cancelled pulse.
    pub async fn linear(
        &self,
        image: &[f64],
        (label, rival): (usize, usize),
        region: &Region,
        (method, strategy): (Method, Strategy),
        pulse: &impl Pulse,
    ) -> Result<Linear, BoundsError> {
        let classes = self.classes();
        if image.len() != self.input_len() {
            return Err(BoundsError::ImageLength { image: 0, found: image.len(), wanted: self.input_len() });
        }
        for class in [label, rival] {
            if class >= classes {
                return Err(BoundsError::Label { image: 0, label: class, classes });
            }
        }
        let ball = region.around(&self.backend, image, self.input_len())?;
        let known = self.known(&ball, method, strategy, pulse).await?;
        let mut row = vec![0.0; classes];
        row[label] += 1.0;
        row[rival] -= 1.0;
        let row = self.backend.upload([1, 1, classes], &row);
        let walked = self.backward_walk(self.output(), Start::Rows(row), Cut::Input, &known);
        pulse.tick().await?;
        let lowest = self.lowest(&walked, &ball);
        let reached = walked.rows.expect("a walk without a cut ends at the input");
        let mut corner = self.backend.read(&self.backend.corner(&reached, &ball)).await?;
        if region.epsilon == 0.0 && region.clip.is_none_or(|[low, high]| image.iter().all(|&x| low <= x && x <= high)) {
            // The one point there is: its centre may be an ulp beside it.
            corner.copy_from_slice(image);
        }
        let coefficients = self.backend.read(&reached).await?;
        let bound = self.backend.read(&lowest).await?.first().copied().unwrap_or(f64::NAN);
        let taken: Vec<f64> =
            coefficients.iter().zip(image.iter().zip(&corner)).map(|(a, (x, at))| a * (x - at)).collect();
        let at_image = bound + taken.iter().sum::<f64>();
        Ok(Linear { coefficients, bound, at_image, corner, taken })
    }
}
