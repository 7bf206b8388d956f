//! What an attack finds beside the bounds: margins reached at one ε, and the smallest ε at which the image breaks.

use super::protocol::Floats;
use serde::{Deserialize, Serialize};
#[cfg(feature = "full")]
use {
    super::{
        network::Loaded,
        protocol::Response,
        session::{Host, JobError, JobPulse, Session},
    },
    crate::{
        attack::Attack,
        bounds::Region,
        certify::{Search, bracket},
        pulse::Pulse,
    },
};

/// Gradient steps from each start.
#[cfg(feature = "full")]
const STEPS: usize = 20;
/// Random starts of each question in the search for the smallest ε that breaks.
#[cfg(feature = "full")]
const RESTARTS: usize = 3;
/// Width of the bracket around that ε, as a share of it.
#[cfg(feature = "full")]
const TOLERANCE: f64 = 0.01;

/// What PGD found at one ε: real points of the region, so that no bound can be above it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttackAnswer {
    /// ε.
    pub epsilon: f64,
    /// The smallest z_y − z_i seen at any point visited, for i ≠ y in class order.
    pub margins: Floats,
    /// Whether one of them is not above 0.
    pub broken: bool,
    /// Gradient steps from each start.
    pub steps: u32,
    /// Starts, one against each rival.
    pub restarts: u32,
    /// Time the attack took.
    pub milliseconds: f64,
}

/// Where PGD breaks an image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BrokenAnswer {
    /// The smallest ε tried at which a point of the region was found that is not predicted as the label; `None` when none was
    /// found up to `largest`, which proves nothing.
    pub epsilon: Option<f64>,
    /// The largest ε tried.
    pub largest: f64,
    /// Gradient steps from each start.
    pub steps: u32,
    /// Starts at each ε.
    pub restarts: u32,
    /// Time the search took.
    pub milliseconds: f64,
}

#[cfg(feature = "full")]
impl<H: Host> Session<H> {
    /// Sends the smallest margins that an attack reaches, rival by rival: one start against each.
    pub(super) async fn attack(
        &self,
        epoch: u32,
        loaded: &Loaded,
        image: &[f64],
        label: usize,
        region: &Region,
        pulse: &JobPulse<H>,
    ) -> Result<(), JobError> {
        let start = self.shared.host.now();
        let restarts = loaded.network.classes() - 1;
        let attack = Attack { steps: STEPS, restarts, seed: 1, targeted: true };
        let found = loaded.attacker().attack(image, &[label], region, &attack, pulse).await?;
        let answer = AttackAnswer {
            epsilon: region.epsilon,
            margins: Floats(found[0].margins.iter().map(|&margin| margin as f32).collect()),
            broken: found[0].broken(),
            steps: STEPS as u32,
            restarts: restarts as u32,
            milliseconds: self.shared.host.now() - start,
        };
        self.send(Response::Attack { epoch, answer });
        Ok(())
    }

    /// Sends the smallest ε between `proved` and `largest` at which an attack broke the image. Nothing is tried up to `proved`.
    pub(super) async fn broken(
        &self,
        epoch: u32,
        loaded: &Loaded,
        (image, label): (&[f64], usize),
        region: &Region,
        (proved, largest): (Option<f64>, f64),
        pulse: &JobPulse<H>,
    ) -> Result<(), JobError> {
        let start = self.shared.host.now();
        let attack = Attack { steps: STEPS, restarts: RESTARTS, seed: 1, targeted: false };
        let found = bracket(Search { largest, tolerance: TOLERANCE }, async |epsilon| {
            pulse.tick().await?;
            if proved.is_some_and(|proved| epsilon <= proved) {
                return Ok(true);
            }
            let region = region.with_epsilon(epsilon);
            Ok(!loaded.attacker().attack(image, &[label], &region, &attack, pulse).await?[0].broken())
        })
        .await?;
        let answer = BrokenAnswer {
            epsilon: found.refuted,
            largest,
            steps: STEPS as u32,
            restarts: RESTARTS as u32,
            milliseconds: self.shared.host.now() - start,
        };
        self.send(Response::Broken { epoch, answer });
        Ok(())
    }
}
