//! The certified radius by whichever method is asked for, α-CROWN among them.

use super::{
    alpha::alpha_radius,
    radius::{Bracket, RadiusQuestion, Search, certified_radius},
};
use crate::{
    bounds::{Bounding, BoundsError, Norm, Prepared, Region, Strategy},
    pulse::Pulse,
    tensor::{Sound, Steerable},
};

impl Search {
    /// The usual search in a norm: up to 1 for ℓ∞, 16 for ℓ2, 128 for ℓ1.
    pub fn usual(norm: Norm) -> Self {
        let largest = match norm {
            Norm::Inf => 1.0,
            Norm::Two => 16.0,
            Norm::One => 128.0,
        };
        Search { largest, ..Search::default() }
    }
}

/// The radius of one image by one method, with the lines of a strategy where the method takes them. The region's ε is ignored; `near` is as in
/// [`RadiusQuestion`].
///
/// # Errors
/// As for [`certified_radius`] and [`alpha_radius`].
pub async fn radius_by<B: Steerable>(
    (fast, sound): (&Prepared<B>, &Prepared<Sound>),
    (image, label): (&[f64], usize),
    region: Region,
    (bounding, strategy): (Bounding, Strategy),
    (search, near): (Search, Option<f64>),
    pulse: &impl Pulse,
    progress: impl FnMut(f64),
) -> Result<Bracket, BoundsError> {
    match bounding {
        Bounding::Plain(method) => {
            let question = RadiusQuestion { image, label, region, method, strategy, search, near };
            certified_radius(fast, sound, &question, pulse, progress).await
        }
        Bounding::Alpha(climb) => {
            let how = (&climb, search, near);
            alpha_radius(fast, sound, (image, label), &region, how, pulse, progress).await
        }
    }
}
