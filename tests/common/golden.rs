//! A golden case compared on a backend.

use super::{Case, golden_expected, golden_method, golden_network};
use boundscope::{
    bounds::{Norm, Prepared, Region, Strategy},
    pulse::Steady,
    tensor::Backend,
};

/// Compares the cases of a golden folder on a backend, one of `every`, and says how many there were.
pub fn compare<B: Backend + Clone>(backend: &B, device: &str, name: &str, tolerance: f64, every: usize) {
    let network = golden_network(name);
    let expected = golden_expected(name);
    let prepared = Prepared::new(backend.clone(), &network);
    let mut worst = 0.0f64;
    let mut check = |place: &str, found: f64, wanted: f64, scale: f64| {
        let error = (found - wanted).abs() / (scale.max(1.0) + wanted.abs());
        assert!(error <= tolerance, "{name} {place}: found {found}, the oracle has {wanted} (error {error:e})");
        worst = worst.max(error);
    };
    for (index, (logits, sums)) in expected.clean_logits.iter().zip(&expected.clean_preactivation_sums).enumerate() {
        let (layers, found) = pollster::block_on(prepared.infer(&expected.input(index))).expect("inference works");
        logits.iter().zip(&found).for_each(|(&wanted, &found)| check("clean logit", found, wanted, 1.0));
        for (layer, &wanted) in layers.iter().chain([&found]).zip(sums) {
            let scale = layer.iter().map(|value| value.abs() + 1.0).sum();
            check("clean sum", layer.iter().sum(), wanted, scale);
        }
    }
    // The paper's ordering of cases: hidden layers may be told by reference to another method's case.
    let same_question = |a: &Case, b: &Case| {
        (a.input, a.label, &a.norm, a.epsilon, a.clip) == (b.input, b.label, &b.norm, b.epsilon, b.clip)
    };
    let mut compared = 0;
    for case in expected.results.iter().step_by(every) {
        let norm: Norm = case.norm.parse().expect("a norm");
        let region = Region { norm, epsilon: case.epsilon, clip: case.clip };
        let strategy = case.strategy.as_ref().map_or(Strategy::Tight, |name| name.parse().expect("a strategy"));
        let image = expected.input(case.input);
        let labels = [case.label];
        let bounds = prepared.bounds(&image, Some(&labels), &region, golden_method(&case.method), strategy, &Steady);
        let bounds = pollster::block_on(bounds).expect("the case is valid").remove(0);
        let layers = case.layers.as_ref().unwrap_or_else(|| {
            let same = case.layers_same_as.as_ref().expect("layers or a reference to them");
            let twin = expected.results.iter().find(|other| {
                same_question(case, other)
                    && other.method == *same
                    && (same == "IBP" || other.strategy == case.strategy)
            });
            twin.and_then(|twin| twin.layers.as_ref()).expect("the reference names a case with layers")
        });
        let place = |what: &str| {
            format!(
                "input {} {} {:?} norm {} eps {} clip {:?} {what}",
                case.input, case.method, case.strategy, case.norm, case.epsilon, case.clip
            )
        };
        assert_eq!(bounds.layers.len(), layers.len(), "{name} {}", place("layers"));
        for (index, (found, wanted)) in bounds.layers.iter().zip(layers).enumerate() {
            assert_eq!(found.lower.len(), wanted.n);
            let at = place(&format!("layer {index}"));
            wanted.lower.compare(&found.lower, |what, f, w, scale| check(&format!("{at} lower {what}"), f, w, scale));
            wanted.upper.compare(&found.upper, |what, f, w, scale| check(&format!("{at} upper {what}"), f, w, scale));
        }
        for (found, wanted, what) in [
            (&bounds.logits.lower, &case.logits.lower, "logits lower"),
            (&bounds.logits.upper, &case.logits.upper, "logits upper"),
            (&bounds.margins, &case.margins, "margins"),
        ] {
            assert_eq!(found.len(), wanted.len());
            found.iter().zip(wanted).for_each(|(&found, &wanted)| check(&place(what), found, wanted, 1.0));
        }
        compared += 1;
    }
    assert!(compared * every > 100, "{name}: only {compared} cases");
    println!("{name}: {compared} cases in {device}, largest error {worst:.1e}");
}
