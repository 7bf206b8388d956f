//! The first view that ships is what the engine answers today.

use boundscope::{
    app::explore::first_view::{FirstView, compute},
    engine::{Floats, Interval, Response},
};
use std::{fs, path::Path};

fn asset(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(path)).expect("the asset is in the tree")
}

fn near(a: &Floats, b: &Floats) -> bool {
    a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| (a - b).abs() <= 1e-4 * (1.0 + b.abs()))
}

fn near_interval(a: &Interval, b: &Interval) -> bool {
    near(&a.lower, &b.lower) && near(&a.upper, &b.upper)
}

/// Whether two responses say the same, to the last digits but one; times differ between any two runs.
fn same(a: &Response, b: &Response) -> bool {
    match (a, b) {
        (Response::Bounds { answer: a, .. }, Response::Bounds { answer: b, .. }) => {
            let layers =
                a.layers.len() == b.layers.len() && a.layers.iter().zip(&b.layers).all(|(a, b)| near_interval(a, b));
            (a.method, a.lines, a.epsilon, a.norm, a.clip, a.verified)
                == (b.method, b.lines, b.epsilon, b.norm, b.clip, b.verified)
                && layers
                && near_interval(&a.logits, &b.logits)
                && near(&a.margins, &b.margins)
        }
        (Response::Inference { answer: a, .. }, Response::Inference { answer: b, .. }) => {
            a.predicted == b.predicted && near(&a.logits, &b.logits) && near(&a.margins, &b.margins)
        }
        (Response::Samples { logits: a, points: p, .. }, Response::Samples { logits: b, points: q, .. }) => {
            p == q && near_interval(a, b)
        }
        (Response::Radius { answer: a, .. }, Response::Radius { answer: b, .. }) => {
            let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
                (Some(a), Some(b)) => (a - b).abs() <= 1e-3 * b,
                (a, b) => a == b,
            };
            (a.method, a.lines, a.arithmetic) == (b.method, b.lines, b.arithmetic)
                && close(a.verified, b.verified)
                && close(a.unverified, b.unverified)
        }
        (Response::SweepPoint { answer: a, .. }, Response::SweepPoint { answer: b, .. }) => {
            (a.method, a.lines, a.epsilon) == (b.method, b.lines, b.epsilon)
                && (a.mean_width - b.mean_width).abs() <= 1e-3 * (1e-3 + b.mean_width)
        }
        (Response::Attack { answer: a, .. }, Response::Attack { answer: b, .. }) => {
            (a.epsilon, a.broken, a.steps, a.restarts) == (b.epsilon, b.broken, b.steps, b.restarts)
                && near(&a.margins, &b.margins)
        }
        (Response::Broken { answer: a, .. }, Response::Broken { answer: b, .. }) => {
            let close = match (a.epsilon, b.epsilon) {
                (Some(a), Some(b)) => (a - b).abs() <= 2e-2 * b,
                (a, b) => a == b,
            };
            close && (a.largest, a.steps, a.restarts) == (b.largest, b.steps, b.restarts)
        }
        (a, b) => a == b,
    }
}

#[test]
fn the_shipped_first_view_is_what_the_engine_says() {
    let shipped: FirstView = serde_json::from_slice(&asset("first-view.json")).expect("the first view is valid");
    let model = asset(&format!("models/{}.safetensors.gz", boundscope::app::model::state::State::default().network));
    let fresh = pollster::block_on(compute(model, &asset("mnist/test-00.gz"))).expect("the shard is valid");
    assert_eq!((&shipped.hash, &shipped.image, shipped.label), (&fresh.hash, &fresh.image, fresh.label));
    assert_eq!(shipped.responses.len(), fresh.responses.len());
    for (shipped, fresh) in shipped.responses.iter().zip(&fresh.responses) {
        assert!(same(shipped, fresh), "run `cargo run --release --example first_view`:\n{shipped:?}\n{fresh:?}");
    }
    let failed = fresh.responses.iter().any(|response| matches!(response, Response::Failed { .. }));
    assert!(!failed, "the default requests all have answers");
}
