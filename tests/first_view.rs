//! What ships with the page is what the engine answers today: the first view, radii, the usual run.

use boundscope::{
    app::{
        explore::{
            first_view::{FirstView, compute},
            known::Known,
        },
        train::usual::{self, Usual},
    },
    bounds::{Prepared, Region},
    catalogue,
    engine::{Arithmetic, Floats, Interval, Response},
    formats::{read_model, read_shard},
    pulse::Steady,
    tensor::Sound,
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
    let model = asset(&format!("models/{}.safetensors.gz", boundscope::app::model::state::Explore::default().network));
    let fresh = pollster::block_on(compute(model, &asset("mnist/test-00.gz"))).expect("the shard is valid");
    assert_eq!((&shipped.hash, &shipped.image, shipped.label), (&fresh.hash, &fresh.image, fresh.label));
    assert_eq!(shipped.responses.len(), fresh.responses.len());
    for (shipped, fresh) in shipped.responses.iter().zip(&fresh.responses) {
        assert!(same(shipped, fresh), "run `cargo run --release --example first_view`:\n{shipped:?}\n{fresh:?}");
    }
    let failed = fresh.responses.iter().any(|response| matches!(response, Response::Failed { .. }));
    assert!(!failed, "the default requests all have answers");
}

/// What stands in index.html is said and drawn from the shipped first view.
#[test]
fn the_shipped_page_says_what_the_shipped_first_view_does() {
    let view: FirstView = serde_json::from_slice(&asset("first-view.json")).expect("the first view is valid");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www/first-view.html");
    let shipped = std::fs::read_to_string(path).expect("www/first-view.html is there");
    let fresh = boundscope::app::still::page(&view).expect("the first view has every answer");
    assert!(shipped.trim_end() == fresh, "run `cargo run --release --example first_view -- --page`");
    let state = boundscope::app::model::state::State::default();
    assert!(fresh.contains("No: proved.") && view.hash == state.to_hash());
}

/// The radii that ship: of every network offered, as the engine finds them. The convolutional ones take minutes; of them IBP's is proved
/// again where it ends, and not just beyond.
#[test]
fn the_shipped_radii_are_what_the_engine_says() {
    let shipped: Vec<Known> = serde_json::from_slice(&asset("known-radii.json")).expect("the radii are valid");
    let keys: Vec<&str> = shipped.iter().map(|known| known.question.network.as_str()).collect();
    assert_eq!(keys, catalogue::PRESETS.map(|preset| preset.key));
    let (images, _) = read_shard(&asset("mnist/test-00.gz")).expect("the shard is valid");
    for known in &shipped {
        let key = &known.question.network;
        assert_eq!(known.question.image.0, images.unit(0), "{key}");
        assert!(known.broken.is_some() && known.answers.len() == 5, "{key}");
        assert!(known.answers.iter().all(|answer| answer.arithmetic == Arithmetic::Sound), "{key}");
        let network = read_model(&asset(&format!("models/{key}.safetensors.gz"))).expect("a network");
        let prepared = Prepared::new(Sound, &network);
        let image: Vec<f64> = images.unit(0).iter().map(|&pixel| f64::from(pixel)).collect();
        let cheap = if key.contains("dm-small") { 1 } else { 5 };
        for answer in known.answers.iter().take(cheap) {
            let verified = |epsilon: f64| {
                let region = Region { clip: Some([0.0, 1.0]), ..Region::linf(epsilon) };
                let label = [known.question.label as usize];
                let found = prepared.bounds(&image, Some(&label), &region, answer.method, answer.lines, &Steady);
                pollster::block_on(found).expect("bounds")[0].verified()
            };
            assert!(answer.verified.is_none_or(verified), "{key} {} at {:?}", answer.method, answer.verified);
            assert!(
                answer.unverified.is_none_or(|end| !verified(end)),
                "{key} {} at {:?}",
                answer.method,
                answer.unverified
            );
        }
    }
}

#[test]
fn the_shipped_run_is_what_the_trainer_does() {
    let shipped: Usual = serde_json::from_slice(&asset("runs/usual.json")).expect("the run is valid");
    let fresh =
        pollster::block_on(usual::compute(|name| asset(&format!("mnist/{name}")))).expect("the shards are valid");
    assert_eq!((&shipped.plan, shipped.examples), (&fresh.plan, fresh.examples));
    let errors = |run: &Usual| -> Vec<(u32, f64, f64)> {
        run.history.moments.iter().map(|m| (m.probe.step, m.probe.clean_error, m.probe.verified_error)).collect()
    };
    // Machines differ in the last bits of a product, and over twenty epochs in a few of a thousand images.
    for (a, b) in errors(&shipped).iter().zip(&errors(&fresh)) {
        assert!(
            a.0 == b.0 && (a.1 - b.1).abs() < 0.02 && (a.2 - b.2).abs() < 0.02,
            "run `cargo run --release --example usual_run`: {a:?} {b:?}"
        );
    }
    assert_eq!(errors(&shipped).len(), errors(&fresh).len());
}
