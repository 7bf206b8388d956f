//! The radius of an image, decided in the prover's worker: what `radius --method alpha-crown --decide` does, on one core.

use super::{
    closings::{Close, Closed},
    decider::{Alone, MEMORY, NEWS},
    watch::{self, Turn, seconds},
    worker,
};
use crate::{
    bounds::{BoundsError, Climb, Norm, Prepared, Region},
    certify::{Search, alpha_radius},
    formats::read_model,
    network::Network,
    pulse::{Cancelled, Pulse},
    search::{Asked, Budget, Closing, GAP, Progress, Splits, decided_radius},
    tensor::{Cpu, Sound},
};
use std::{cell::Cell, sync::Mutex};

fn say(said: &Closed) {
    worker::post(&watch::scope(), said);
}

/// Ends what takes longer than its share.
struct Until {
    turn: Turn,
    seconds: f64,
}

impl Pulse for Until {
    async fn tick(&self) -> Result<(), Cancelled> {
        self.turn.tick().await?;
        if seconds() < self.seconds { Ok(()) } else { Err(Cancelled) }
    }
}

/// The radius by α-CROWN; `None` where it has had its time.
async fn optimised(network: &Network, asked: &Asked<'_>, limit: f64) -> Result<Option<f64>, BoundsError> {
    let fast = Prepared::new(Cpu::<f32>::new(), network);
    let sound = Prepared::new(Sound, network);
    let region = Region { norm: Norm::Inf, epsilon: 0.0, clip: asked.clip };
    let search = Search { largest: asked.largest, tolerance: GAP };
    let next = Cell::new(0.0);
    let told = |done| {
        let now = seconds();
        if now >= next.get() {
            next.set(now + NEWS);
            say(&Closed::Optimising { done, seconds: now });
        }
    };
    let how = (&Climb::default(), search, asked.proved);
    let pulse = Until { turn: Turn::new(|_| ()), seconds: limit };
    match alpha_radius(&fast, &sound, (asked.image, asked.label), &region, how, &pulse, told).await {
        Ok(bracket) => Ok(bracket.verified),
        Err(BoundsError::Cancelled) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Closes the gap.
pub(super) async fn close(close: Close) -> Result<Closed, String> {
    let Close { file, image, label, clip, proved, largest, seconds: [first, all] } = close;
    let network = read_model(&file.0).map_err(|error| error.to_string())?;
    drop(file);
    let image: Vec<f64> = image.iter().map(|&value| f64::from(value)).collect();
    let asked = Asked { image: &image, label: label as usize, clip, proved, largest, tolerance: GAP };
    watch::begin();
    let by_alpha = optimised(&network, &asked, first).await.map_err(|error| error.to_string())?;
    say(&Closed::Optimised { proved: by_alpha, seconds: seconds() });
    // Nothing is proved again.
    let asked = Asked { proved: by_alpha.into_iter().chain(proved).reduce(f64::max), ..asked };
    let budget =
        Budget { until: all, clock: &seconds, domains: u64::MAX, bytes: MEMORY, threads: 1, splits: Splits::Chosen };
    let next = Mutex::new(0.0);
    let searching = |progress: &Progress| {
        let (now, Ok(mut next)) = (seconds(), next.lock()) else { return };
        if now >= *next {
            *next = now + NEWS;
            say(&Closed::Searching { progress: *progress, seconds: now });
        }
    };
    let told = |known: &Closing| say(&Closed::Known { known: known.clone(), seconds: seconds() });
    let pulse = Turn::new(|_| ());
    let known = decided_radius(&network, &asked, &Alone, &budget, (told, &searching), &pulse).await;
    Ok(Closed::Done { known: known.map_err(|error| error.to_string())?, seconds: seconds() })
}
