//! The prover: a worker of its own that makes certificates, decides a question or a radius, and ends. Certificates share their loop with the
//! command line (`certificate::make`), so that both write the same file.

use super::{
    closer,
    closings::Closed,
    decider,
    decisions::{Decided, Order},
    proofs::{Claim, Proof, Prove},
    watch, wire, worker,
};
use crate::{
    bounds::{Prepared, Region},
    certificate::{Claimed, Made, Origin, make},
    engine::Bytes,
    formats::{Packing, read_model},
    pulse::Steady,
    tensor::Sound,
};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Sets the message handler of the worker this runs in.
pub fn start_prover() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    worker::announce_panics(&scope);
    let on_message = Closure::<dyn Fn(MessageEvent)>::new({
        let scope = scope.clone();
        move |event: MessageEvent| {
            let (scope, data) = (scope.clone(), event.data());
            spawn_local(async move {
                match wire::read::<Order>(data) {
                    Ok(Order::Prove(asked)) => {
                        let told = prove(&scope, asked).await.unwrap_or_else(|why| Proof::Refused { why });
                        worker::post(&scope, &told);
                    }
                    Ok(Order::Decide(asked)) => {
                        let told = decider::decide(asked).await.unwrap_or_else(|why| Decided::Refused { why });
                        worker::post(&scope, &told);
                    }
                    Ok(Order::Close(asked)) => {
                        let told = closer::close(asked).await.unwrap_or_else(|why| Closed::Refused { why });
                        worker::post(&scope, &told);
                    }
                    Ok(Order::Pause(paused)) => watch::pause(paused),
                    // Either way of asking hears it as a refusal.
                    Err(why) => worker::post(&scope, &Proof::Refused { why }),
                }
            });
        }
    });
    let _ = scope.add_event_listener_with_callback("message", on_message.as_ref().unchecked_ref());
    on_message.forget();
}

/// News less often than this are one, as a share of a claim.
const STEP: f64 = 0.02;

async fn prove(scope: &DedicatedWorkerGlobalScope, asked: Prove) -> Result<Proof, String> {
    let Prove { file, format, notes, left_off, norm, clip, lines, claims } = asked;
    let network = read_model(&file.0).map_err(|error| error.to_string())?;
    let prepared = Prepared::new(Sound, &network);
    let origin = Origin { format, notes, left_off };
    let several = claims.len() > 1;
    let (mut made, mut unmade) = (Vec::new(), Vec::new());
    let (mut packing, mut single) = (Packing::default(), Vec::new());
    for (place, Claim { name, image, label, epsilon, methods }) in claims.into_iter().enumerate() {
        let claim = place as u32;
        let image: Vec<f64> = image.iter().map(|&value| f64::from(value)).collect();
        let claimed = Claimed {
            image: &image,
            label: label as usize,
            region: Region { norm, epsilon, clip },
            methods: &methods,
            strategy: lines,
        };
        // Nobody else waits for this worker, and who does not want its answer ends it: it need not stop to listen.
        let mut last = None;
        let told = |method, done| {
            if last.is_none_or(|(before, share)| before != method || done >= share + STEP) {
                last = Some((method, done));
                worker::post(scope, &Proof::Progress { claim, method, done });
            }
        };
        match make(&prepared, &network, &origin, &claimed, &Steady, told).await.map_err(|error| error.to_string())? {
            Made::Proved { method, text } => {
                made.push((claim, method));
                if several {
                    packing.add(&format!("{name}.json"), text.as_bytes()).map_err(|error| error.to_string())?;
                } else {
                    single = text.into_bytes();
                }
            }
            Made::Unmade { why, .. } => unmade.push((claim, why)),
            Made::Open => {}
        }
    }
    if several && !made.is_empty() {
        single = packing.finish().map_err(|error| error.to_string())?;
    }
    Ok(Proof::Done { made, unmade, file: Bytes(single) })
}
