//! What an attack finds beside the bounds: margins reached at one ε, and the smallest ε at which the image breaks.

use crate::{
    attack::Attack,
    bounds::{Method, Norm, Region, Strategy},
    certify::{Search, bracket, predicted},
    engine::{
        context::{Context, Host, JobPulse},
        failures::JobError,
        network::Loaded,
        protocol::{AttackAnswer, BrokenAnswer, Example, Floats, Response},
    },
    pulse::Pulse,
};

/// Gradient steps from each start.
const STEPS: usize = 20;
/// Random starts of each question in the search for the smallest ε that breaks.
const RESTARTS: usize = 3;
/// Width of the bracket around that ε, as a share of it.
const TOLERANCE: f64 = 0.01;

/// Sends the smallest margins that an attack reaches, rival by rival: one start against each.
pub(super) async fn attack<H: Host>(
    context: &Context<H>,
    epoch: u32,
    loaded: &Loaded,
    image: &[f64],
    label: usize,
    region: &Region,
    pulse: &JobPulse<'_, H>,
) -> Result<(), JobError> {
    // A network of one output has no margins.
    let Some(restarts @ 1..) = loaded.network.classes().checked_sub(1) else { return Ok(()) };
    let start = context.host.now();
    let attack = Attack { steps: STEPS, restarts, seed: 1, targeted: true };
    let found = loaded.attacker().attack(image, &[label], region, &attack, pulse).await?;
    let point: Vec<f64> = found[0].point.iter().map(|&pixel| f64::from(pixel)).collect();
    let (_, outputs) = loaded.prepared.infer(&point).await?;
    let example =
        Example { image: Floats(found[0].point.clone()), predicted: predicted(&outputs).unwrap_or(label) as u32 };
    let answer = AttackAnswer {
        epsilon: region.epsilon,
        margins: Floats(found[0].margins.iter().map(|&margin| margin as f32).collect()),
        broken: found[0].broken(),
        example,
        steps: STEPS as u32,
        restarts: restarts as u32,
        milliseconds: context.host.now() - start,
    };
    context.send(Response::Attack { epoch, answer });
    Ok(())
}

/// Sends the smallest ε between `proved` and `largest` at which an attack broke the image. Nothing is tried up to `proved`.
pub(super) async fn broken<H: Host>(
    context: &Context<H>,
    epoch: u32,
    loaded: &Loaded,
    (image, label): (&[f64], usize),
    region: &Region,
    (proved, largest): (Option<f64>, f64),
    pulse: &JobPulse<'_, H>,
) -> Result<(), JobError> {
    if loaded.network.classes() < 2 {
        return Ok(());
    }
    let start = context.host.now();
    let attack = Attack { steps: STEPS, restarts: RESTARTS, seed: 1, targeted: false };
    let mut point = None;
    let found = bracket(Search { largest, tolerance: TOLERANCE }, async |epsilon| {
        pulse.tick().await?;
        if proved.is_some_and(|proved| epsilon <= proved) {
            return Ok(true);
        }
        let region = region.with_epsilon(epsilon);
        let mut found = loaded.attacker().attack(image, &[label], &region, &attack, pulse).await?;
        let broken = found[0].broken();
        if broken {
            // Each ε that breaks is smaller than the one before.
            point = found.pop().map(|found| found.point);
        }
        Ok(!broken)
    })
    .await?;
    let (mut example, mut sure) = (None, false);
    if let Some(point) = point {
        (example, sure) = replayed(loaded, point, label, pulse).await?;
    }
    let answer = BrokenAnswer {
        epsilon: found.unverified,
        largest,
        steps: STEPS as u32,
        restarts: RESTARTS as u32,
        milliseconds: context.host.now() - start,
        example,
        sure,
    };
    context.send(Response::Broken { epoch, answer });
    Ok(())
}

/// What the network reads a point as, and whether that is for certain not `label`: its outputs are evaluated once more in the arithmetic
/// that charges every rounding, in the network's own order.
async fn replayed<H: Host>(
    loaded: &Loaded,
    point: Vec<f32>,
    label: usize,
    pulse: &JobPulse<'_, H>,
) -> Result<(Option<Example>, bool), JobError> {
    let exact: Vec<f64> = point.iter().map(|&value| f64::from(value)).collect();
    let (_, outputs) = loaded.prepared.infer(&exact).await?;
    let read = predicted(&outputs).unwrap_or(label);
    let still = Region { norm: Norm::Inf, epsilon: 0.0, clip: None };
    let bounds = loaded.sound().bounds(&exact, Some(&[read]), &still, Method::Ibp, Strategy::Tight, pulse).await?;
    // Margins stand in class order, the class itself left out.
    let sure = read != label && bounds[0].margins[label - usize::from(label > read)] > 0.0;
    Ok((Some(Example { image: Floats(point), predicted: read as u32 }), sure))
}
