//! The certified radius by α-CROWN: slopes searched for at every ε.

use super::radius::{Bracket, Search, proved_bracket};
use crate::{
    bounds::{BoundsError, Choice, Climb, Prepared, Region},
    pulse::Pulse,
    tensor::{Sound, Steerable},
};

/// [`certified_radius`](super::certified_radius) with slopes of the image's own: `fast` searches for them, until the margins are proved in
/// its arithmetic, and the sound one is asked about the slopes found. The region's ε is ignored. `near` is as for other methods.
///
/// # Errors
/// An image, a label or a region that does not fit, a search that cannot be made, a cancelled pulse.
pub async fn alpha_radius<B: Steerable>(
    fast: &Prepared<B>,
    sound: &Prepared<Sound>,
    (image, label): (&[f64], usize),
    region: &Region,
    (climb, search, near): (&Climb, Search, Option<f64>),
    pulse: &impl Pulse,
    progress: impl FnMut(f64),
) -> Result<Bracket, BoundsError> {
    let seek = async |epsilon: f64| {
        pulse.tick().await?;
        fast.alpha_proof(image, label, &region.with_epsilon(epsilon), climb, pulse).await
    };
    // The newest slopes: the sound arithmetic is mostly asked where the fast one said yes.
    let known: std::cell::RefCell<Vec<(f64, Choice)>> = Default::default();
    proved_bracket(
        (search, near),
        async |epsilon| {
            let found = seek(epsilon).await?;
            // A search ends as soon as it has a proof: its margins say no more than yes.
            let Some(choice) = found else { return Ok(f64::NAN) };
            known.borrow_mut().push((epsilon, choice));
            Ok(f64::INFINITY)
        },
        async |epsilon| {
            let place = known.borrow().iter().position(|(at, _)| *at == epsilon);
            let choice = match place {
                Some(place) => Some(known.borrow_mut().swap_remove(place).1),
                None => seek(epsilon).await?,
            };
            let Some(choice) = choice else { return Ok(false) };
            sound.alpha_proves(image, label, &region.with_epsilon(epsilon), &choice, pulse).await
        },
        progress,
    )
    .await
}
