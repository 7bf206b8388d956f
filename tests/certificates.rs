//! Certificates: what is proved can be written down, is accepted by both checkers, and nothing else is.
#![cfg(feature = "certificates")]

use crate::common;
#[path = "certificates/forgeries.rs"]
mod forgeries;

use boundscope::{
    bounds::{Method, Norm, Prepared, Region, Strategy},
    certificate::{Certificate, Claim, Hex, Origin, Proved, Proving, Rejected, RowsClaim, check, prove, read, write},
    formats::write_model,
    network::*,
    pulse::Steady,
    tensor::{Cpu, Sound},
};
use common::{
    all_methods,
    damaged::{damage, places},
    depth,
    program::Folder,
    random::{Rng, any_network, any_region, images},
};
use forgeries::{forgeries, hex, with};
use proptest::{
    prelude::any,
    strategy::{Strategy as _, ValueTree},
    test_runner::TestRunner,
};
use serde_json::Value;
use std::{fs, process::Command, sync::Arc};

fn checked(bytes: &[u8], network: &Network) -> Result<Proved, Rejected> {
    pollster::block_on(check(bytes, network, &Steady, |_| {}))
}

fn proved(
    network: &Network,
    image: &[f64],
    label: usize,
    region: Region,
    method: Method,
    strategy: Strategy,
) -> Option<Certificate> {
    let sound = Prepared::new(Sound, network);
    let question = Proving { image, label, region, method, strategy };
    pollster::block_on(prove(&sound, network, &Origin::default(), &question, &Steady)).expect("the question is valid")
}

fn class(network: &Network, image: &[f64]) -> usize {
    let outputs = pollster::block_on(Prepared::new(Cpu::<f64>::new(), network).infer(image)).expect("it fits").1;
    boundscope::certify::predicted(&outputs).expect("numbers")
}

/// What the checker in Python says of certificates of one model; `None` where there is no Python.
fn python(certificates: &[String], model: &str) -> Option<Vec<(bool, String)>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/check_certificate.py");
    let mut all = Vec::new();
    for certificate in certificates {
        let Ok(out) = Command::new("python3").args([script, certificate, model]).output() else {
            eprintln!("no python3 here: its checker is not tested");
            return None;
        };
        let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
        assert!(matches!(out.status.code(), Some(0 | 2)), "{certificate}: {text}");
        assert!(!text.contains("Traceback"), "{text}");
        all.push((out.status.success(), text));
    }
    Some(all)
}

/// A random network of every operator, an image, its class and a region.
fn question(runner: &mut TestRunner) -> (Network, Vec<f64>, usize, Region) {
    let (recipe, region, seed) =
        (any_network(), any_region(), any::<u64>()).new_tree(runner).expect("a strategy without filters").current();
    let network = recipe.build();
    let image = images(&network, 1, &mut Rng::new(seed));
    let label = class(&network, &image);
    (network, image, label, region)
}

fn has(network: &Network, name: &str) -> bool {
    network.nodes().iter().any(|node| node.operator.as_ref().is_some_and(|operator| operator.name() == name))
}

/// Every method and way to choose lines, on random networks of every operator: what is proved is accepted, and by Python too. With max pooling, LBP's
/// forms may know more than any walk with the same lines does: then another method has to be asked.
fn random_networks(seeds: std::ops::Range<u8>, each: usize, python_every: usize) {
    let (mut accepted, mut refused, mut by_python) = (0, 0, 0);
    let mut operators = std::collections::BTreeSet::new();
    for seed in seeds {
        let config = proptest::test_runner::Config { failure_persistence: None, ..Default::default() };
        let rng = proptest::test_runner::TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &[seed; 32]);
        let mut runner = TestRunner::new_with_rng(config, rng);
        for _ in 0..each {
            let (network, image, label, region) = question(&mut runner);
            let folder = Folder::new();
            let model = folder.at("model.safetensors");
            fs::write(&model, write_model(&network).expect("it has a file")).expect("written");
            let mut paths = Vec::new();
            for method in all_methods(depth(&network)) {
                for strategy in Strategy::ALL {
                    if method == Method::Ibp && strategy != Strategy::Tight {
                        continue;
                    }
                    let tries = [1.0, 0.125, 0.01].map(|factor| region.with_epsilon(region.epsilon * factor));
                    let found = tries.into_iter().find_map(|r| proved(&network, &image, label, r, method, strategy));
                    let Some(certificate) = found else { continue };
                    let text = write(&certificate).expect("finite numbers");
                    assert_eq!(read(text.as_bytes()).as_ref(), Ok(&certificate));
                    match checked(text.as_bytes(), &network) {
                        Ok(proved) => {
                            assert!(proved.margins.iter().all(|margin| *margin > 0.0));
                            accepted += 1;
                            let names = network.nodes().iter().filter_map(|node| Some(node.operator.as_ref()?.name()));
                            operators.extend(names);
                            if accepted % python_every == 0 {
                                let path = folder.at(&format!("{accepted}.json"));
                                fs::write(&path, &text).expect("written");
                                paths.push(path);
                            }
                        }
                        Err(why) => {
                            let forms = matches!(method, Method::Lbp | Method::CrownLbp | Method::RelaxedCrown(_));
                            assert!(
                                forms && has(&network, "max_pool"),
                                "{method} {strategy:?} {region:?}: {why}\n{network:?}"
                            );
                            refused += 1;
                        }
                    }
                }
            }
            for (accepts, text) in python(&paths, &model).unwrap_or_default() {
                assert!(accepts, "{text}\n{network:?}");
                by_python += 1;
            }
        }
    }
    println!("{accepted} certificates accepted, {by_python} of them by Python too, {refused} not made; {operators:?}");
    assert!(accepted > 20 * each && refused * 50 <= accepted);
}

#[test]
fn what_is_proved_of_random_networks_is_accepted() {
    random_networks(0..4, 20, 16);
}

fn dense(outputs: usize, inputs: usize, rng: &mut Rng) -> Linear {
    let weight = (0..outputs * inputs).map(|_| rng.between(-1.0, 1.0)).collect();
    Linear { outputs, inputs, weight, bias: Some((0..outputs).map(|_| rng.between(-0.5, 0.5)).collect()) }
}

/// Small networks of every kind of activation, with an image each.
fn fixtures() -> Vec<(Network, Vec<f64>)> {
    let mut rng = Rng::new(12);
    let ramp = ParamRamp { slope: 0.1, bend: Arc::from([0.3, 0.5, 0.9, 1.5, 0.2]), shape: vec![5] };
    let (elu, softplus) = (Arc::new(Elu { scale: 0.3 }), Arc::new(Softplus));
    let activations: [Arc<dyn Operator>; 6] =
        [Arc::new(Relu), Arc::new(ramp), Arc::new(Sigmoid), Arc::new(Tanh), elu, softplus];
    let mut all = Vec::new();
    for activation in activations {
        let mut network = Network::new(&[4]).expect("a shape");
        network.push(dense(5, 4, &mut rng)).expect("fits");
        network.push_from(activation.clone(), &[1]).expect("fits");
        network.push(dense(5, 5, &mut rng)).expect("fits");
        network.push_from(activation, &[3]).expect("fits");
        network.push(dense(3, 5, &mut rng)).expect("fits");
        all.push(network);
    }
    let mut network = Network::new(&[1, 4, 4]).expect("a shape");
    network.push(Normalize { mean: Arc::from([0.3]), std: Arc::from([0.7]) }).expect("fits");
    let weight = (0..8).map(|_| rng.between(-1.0, 1.0)).collect();
    let conv = Conv2d {
        outputs: 2,
        inputs: 1,
        kernel: [2, 2],
        stride: [1, 1],
        padding: [1, 1],
        groups: 1,
        weight,
        bias: None,
    };
    network.push(conv).expect("fits");
    network.push(Relu).expect("fits");
    network.push(MaxPool { kernel: [2, 2], stride: [2, 2], padding: [1, 1] }).expect("fits");
    network.push(Flatten).expect("fits");
    network.push(dense(3, 18, &mut rng)).expect("fits");
    all.push(network);
    all.into_iter()
        .map(|network| {
            let image = images(&network, 1, &mut rng);
            (network, image)
        })
        .collect()
}

/// A certificate of the largest of some ε that can be had.
fn certificate(network: &Network, image: &[f64], norm: Norm, method: Method) -> Certificate {
    let label = class(network, image);
    let clip = if norm == Norm::Inf { Some([-1.0, 2.0]) } else { None };
    let tries = (0..60).map(|step| Region { norm, epsilon: 0.5 * 0.8f64.powi(step), clip });
    let mut found = tries.filter_map(|region| proved(network, image, label, region, method, Strategy::Adaptive));
    found.next().expect("a small ε is proved")
}

fn value(certificate: &Certificate) -> Value {
    serde_json::to_value(certificate).expect("JSON")
}

fn number(text: &str) -> f64 {
    serde_json::from_value::<Hex>(text.into()).expect("hexadecimal").0
}

#[test]
fn forgeries_are_rejected_by_both() {
    let folder = Folder::new();
    let mut kinds = std::collections::BTreeSet::new();
    for (place, (network, image)) in fixtures().into_iter().enumerate() {
        let model = folder.at("model.safetensors");
        fs::write(&model, write_model(&network).expect("it has a file")).expect("written");
        let norm = [Norm::Inf, Norm::Two, Norm::One][place % 3];
        for method in [Method::Ibp, Method::Crown] {
            let good = certificate(&network, &image, norm, method);
            assert!(checked(write(&good).expect("finite").as_bytes(), &network).is_ok());
            let mut paths = Vec::new();
            let all = forgeries(&value(&good));
            for (number, (what, bytes)) in all.iter().enumerate() {
                let found = checked(bytes, &network);
                assert!(found.is_err(), "{what} is accepted: {found:?}");
                kinds.insert(*what);
                let path = folder.at(&format!("{number}.json"));
                fs::write(&path, bytes).expect("written");
                paths.push(path);
            }
            // Python, on some of the networks: it is started for each file.
            if (place + usize::from(method == Method::Crown)) % 3 == 0 {
                for ((accepts, text), (what, _)) in python(&paths, &model).unwrap_or_default().iter().zip(&all) {
                    assert!(!accepts, "{what} is accepted by Python: {text}");
                }
            }
        }
    }
    // Another model of the same shape.
    let all = fixtures();
    let good = write(&certificate(&all[0].0, &all[0].1, Norm::Inf, Method::Crown)).expect("finite");
    assert!(matches!(checked(good.as_bytes(), &all[1].0), Err(Rejected::OtherModel { .. })));
    println!("{} kinds", kinds.len());
    assert!(kinds.len() >= 60);
}

/// Each number changed by its last digit and by much, up and down: rejected by both, or both say that the claim still follows.
#[test]
fn changed_numbers_are_rejected_or_prove_the_claim_all_the_same() {
    let folder = Folder::new();
    let (mut accepted, mut rejected, mut asked) = (0, 0, 0);
    for (place, (network, image)) in fixtures().into_iter().enumerate() {
        let model = folder.at("model.safetensors");
        fs::write(&model, write_model(&network).expect("it has a file")).expect("written");
        let norm = [Norm::One, Norm::Inf, Norm::Two][place % 3];
        for method in [Method::CrownIbp, Method::Crown] {
            let good = value(&certificate(&network, &image, norm, method));
            let mut numbers = Vec::new();
            places(&good, "", &mut numbers);
            let (mut paths, mut verdicts) = (Vec::new(), Vec::new());
            for (at, path) in numbers.iter().enumerate() {
                let old = number(good.pointer(path).and_then(Value::as_str).expect("text"));
                let changes = [
                    old.next_up(),
                    old.next_down(),
                    old * 1.25 + 0.01,
                    old * 0.75 - 0.01,
                    -old,
                    0.0,
                    old * 1e30 + 1e30,
                ];
                for (which, new) in changes.into_iter().enumerate() {
                    if new == old || !new.is_finite() {
                        continue;
                    }
                    let text = with(&good, |all| *all.pointer_mut(path).expect("there") = hex(new));
                    let verdict = checked(text.as_bytes(), &network);
                    *(if verdict.is_ok() { &mut accepted } else { &mut rejected }) += 1;
                    // A bound that is no bound any more.
                    if path.contains("/layers/") && which == 6 && path.contains("/lower/") {
                        assert!(verdict.is_err(), "{path}");
                    }
                    if (at * 7 + which) % 53 == place {
                        let file = folder.at(&format!("{at}-{which}.json"));
                        fs::write(&file, &text).expect("written");
                        paths.push(file);
                        verdicts.push((verdict, path.clone(), old, new));
                    }
                }
            }
            for ((accepts, text), (verdict, path, old, new)) in
                python(&paths, &model).unwrap_or_default().into_iter().zip(verdicts)
            {
                assert_eq!(accepts, verdict.is_ok(), "{path} {old} {new}: {text} {verdict:?}");
                asked += 1;
            }
        }
    }
    println!("{rejected} changes rejected, {accepted} proved the claim all the same; Python agreed on {asked}");
    assert!(rejected > 500 && accepted > 100);
}

/// Rows instead of a label, with thresholds just below and just above what is proved.
#[test]
fn rows_are_proved_up_to_their_last_digits() {
    let folder = Folder::new();
    let (network, image) = fixtures().swap_remove(1);
    let model = folder.at("model.safetensors");
    fs::write(&model, write_model(&network).expect("it has a file")).expect("written");
    let mut good = certificate(&network, &image, Norm::Two, Method::Crown);
    let label = class(&network, &image);
    let margins = checked(write(&good).expect("finite").as_bytes(), &network).expect("accepted").margins;
    let others: Vec<usize> = (0..3).filter(|&other| other != label).collect();
    let row = |other: usize| (0..3).map(|i| Hex(f64::from(i == label) - f64::from(i == other))).collect::<Vec<_>>();
    let mut paths = Vec::new();
    for (shift, accepts) in [(-1e-15, true), (1e-15, false)] {
        let above = margins.iter().map(|margin| Hex(margin + shift)).collect();
        good.claim = Claim::Rows(RowsClaim { rows: others.iter().map(|&other| row(other)).collect(), above });
        let text = write(&good).expect("finite");
        assert_eq!(checked(text.as_bytes(), &network).is_ok(), accepts);
        paths.push(folder.at(&format!("{accepts}.json")));
        fs::write(&paths[paths.len() - 1], text).expect("written");
    }
    if let Some(found) = python(&paths, &model) {
        assert_eq!([found[0].0, found[1].0], [true, false], "{found:?}");
    }
}

/// No bytes make the checker panic.
#[test]
fn no_bytes_make_it_panic() {
    let (network, image) = fixtures().swap_remove(6);
    let good = write(&certificate(&network, &image, Norm::Inf, Method::Crown)).expect("finite").into_bytes();
    let mut rng = Rng::new(4);
    for _ in 0..3000 {
        let mut bytes = good.clone();
        damage(&mut bytes, &mut rng);
        let _ = checked(&bytes, &network);
    }
}
