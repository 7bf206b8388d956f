//! Certificates of searches: every "no" can be written down, is accepted by both checkers, and nothing else is.
#![cfg(feature = "certificates")]

use crate::common;
#[path = "certificates/search_forgeries.rs"]
mod search_forgeries;

use boundscope::{
    certificate::{
        Answered, Origin, Record, Rejected, Step, Unwritten, check_searched, read_searched, write_searched, written,
    },
    formats::write_model,
    network::{
        Clause, Clip, Elu, LeakyRelu, Linear, Network, ParamRamp, Part, Query, Relu, Row, Sigmoid, Softplus, Tanh,
        f32_above, f32_below,
    },
    pulse::Steady,
    search::{Budget, Judge, Listener, Outcome, Progress, Splits, Tree, decide},
};
use common::{damaged::damage, program::Folder, random::Rng, reference::evaluate};
use pollster::block_on;
use search_forgeries::{doubtful, forgeries};
use serde_json::{Value, json};
use std::{
    fs,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

struct Alone;

impl Judge for Alone {
    fn outputs(&self, _: &[f64]) -> Option<Vec<f64>> {
        None
    }
}

#[derive(Default)]
struct Scribe(Record);

impl Listener for Scribe {
    fn progress(&self, _: &Progress) {}
    fn part(&self, part: usize) {
        self.0.part(part);
    }
    fn tree(&self) -> Option<&dyn Tree> {
        Some(&self.0)
    }
}

/// A network of one kind of activation.
fn network(kind: usize, rng: &mut Rng) -> Network {
    let widths = [2, 4 + rng.below(4), 3 + rng.below(3), 2 + rng.below(2)];
    let mut network = Network::new(&widths[..1]).expect("inputs");
    for (place, pair) in widths.windows(2).enumerate() {
        if place > 0 {
            let bend: Vec<f32> = (0..pair[0]).map(|_| rng.between(0.2, 1.5)).collect();
            match kind {
                0 => network.push(Relu),
                1 => network.push(LeakyRelu { slope: 0.1 }),
                2 => network.push(ParamRamp { slope: 0.1, bend: Arc::from(bend), shape: vec![pair[0]] }),
                3 => network.push(Clip { low: -0.5, high: 0.75 }),
                4 => network.push(Sigmoid),
                5 => network.push(Tanh),
                6 => network.push(Elu { scale: 0.4 }),
                _ => network.push(Softplus),
            }
            .expect("it fits");
        }
        let mut drawn = |count: usize| -> Vec<f32> { (0..count).map(|_| rng.between(-1.5, 1.5)).collect() };
        let (weight, bias) = (drawn(pair[0] * pair[1]).into(), drawn(pair[1]).into());
        network.push(Linear { outputs: pair[1], inputs: pair[0], weight, bias: Some(bias) }).expect("it fits");
    }
    network
}

/// Boxes with conditions on the outputs that are just missed.
fn query(network: &Network, rng: &mut Rng) -> Query {
    let (inputs, outputs) = (network.input_len(), network.classes());
    let parts = (0..1 + rng.below(2)).map(|_| {
        let lower: Vec<f64> = (0..inputs).map(|_| f64::from(rng.between(-1.0, 1.0))).collect();
        let upper: Vec<f64> = lower.iter().map(|low| low + f64::from(rng.between(0.5, 2.0))).collect();
        let values: Vec<Vec<f64>> = (0..300)
            .map(|_| {
                let ends = lower.iter().zip(&upper);
                let x: Vec<f64> = ends.map(|(l, u)| l + (u - l) * f64::from(rng.between(0.0, 1.0))).collect();
                evaluate(network, &x).pop().expect("an output")
            })
            .collect();
        let clauses: Vec<Clause> = (0..1 + rng.below(2))
            .map(|_| {
                let output = rng.below(outputs);
                let sign = if rng.below(2) == 0 { 1.0 } else { -1.0 };
                let all = values.iter().map(|values| sign * values[output]);
                let (least, most) = all.fold((f64::MAX, f64::MIN), |(l, m), value| (l.min(value), m.max(value)));
                let limit = least - (most - least) * f64::from(rng.between(0.02, 0.2));
                let mut clause = vec![Row { weights: vec![(output, sign)], limit, surely: limit, strict: false }];
                if rng.below(2) == 0 {
                    // A second condition, which does not exclude much.
                    let weights = vec![(0, 1.0), (1, 1.0)];
                    let limit = values.iter().map(|values| values[0] + values[1]).fold(f64::MIN, f64::max);
                    clause.insert(0, Row { weights, limit, surely: limit, strict: true });
                }
                clause
            })
            .collect();
        let points = [lower.iter().map(|&x| f32_above(x)).collect(), upper.iter().map(|&x| f32_below(x)).collect()];
        Part { lower, upper, points, clauses }
    });
    Query { inputs, outputs, parts: parts.collect() }
}

/// The certificate of a question, where the answer is "no".
fn certificate(network: &Network, query: &Query, splits: Splits, domains: u64) -> Option<String> {
    let budget = Budget { until: 1.0, clock: &|| 0.0, domains, bytes: 1 << 30, threads: 2, splits };
    let scribe = Scribe::default();
    let answer = block_on(decide(network, query, &Alone, &budget, &scribe, &Steady)).expect("nobody cancels");
    if answer.outcome != Outcome::Proved {
        return None;
    }
    let made = block_on(written(network, &Origin::default(), (query, &[]), &scribe.0, &Steady, &|| false, |_| {}));
    Some(made.unwrap_or_else(|why| panic!("{splits:?} {why}\n{network:?} {query:?}")).text)
}

fn checked(bytes: &[u8], network: &Network) -> Result<Answered, Rejected> {
    block_on(check_searched(bytes, network, &Steady, |_| {}))
}

/// What the checker in Python says of certificates of one model, all in one process; `None` where there is no Python.
fn python(certificates: &[String], model: &str) -> Option<Vec<bool>> {
    const EACH: &str = "import sys; sys.path.insert(0, sys.argv[1]); import check_certificate as checker
for path in sys.argv[3:]: print('verdict', checker.main(path, sys.argv[2]) or 0)";
    let tools = concat!(env!("CARGO_MANIFEST_DIR"), "/tools");
    let Ok(out) = Command::new("python3").args(["-c", EACH, tools, model]).args(certificates).output() else {
        eprintln!("no python3 here: its checker is not tested");
        return None;
    };
    let told = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{told}");
    let text = String::from_utf8_lossy(&out.stdout);
    let verdicts: Vec<bool> =
        text.lines().filter_map(|line| line.strip_prefix("verdict ")).map(|code| code == "0").collect();
    assert_eq!(verdicts.len(), certificates.len(), "{text}{told}");
    Some(verdicts)
}

#[test]
fn every_no_has_a_certificate_that_both_checkers_accept() {
    let folder = Folder::new();
    let (mut accepted, mut by_python, mut steps) = (0, 0, [0; 3]);
    for seed in 0..24 {
        let mut rng = Rng::new(seed);
        // Curves take long in whole numbers: one of six.
        let kind = [0, 1, 2, 3, 0, 4 + seed as usize / 6 % 4][seed as usize % 6];
        let network = network(kind, &mut rng);
        let query = query(&network, &mut rng);
        for splits in [Splits::Inputs, Splits::Activations] {
            let Some(text) = certificate(&network, &query, splits, 300) else { continue };
            let found = checked(text.as_bytes(), &network);
            let answered = found.unwrap_or_else(|why| panic!("seed {seed} {splits:?}: {why}"));
            let read = read_searched(text.as_bytes()).expect("it was written");
            assert_eq!(write_searched(&read).expect("finite numbers"), text);
            assert_eq!(answered.clauses, query.parts.iter().map(|part| part.clauses.len()).sum::<usize>());
            for step in read.parts.iter().flat_map(|part| &part.clauses).flat_map(|clause| &clause.tree) {
                steps[match step {
                    Step::Halve(_) => 0,
                    Step::Decide(_) => 1,
                    Step::Leaf(_) => 2,
                }] += 1;
            }
            accepted += 1;
            if answered.leaves > 30 || by_python == 16 {
                continue;
            }
            let (path, model) = (folder.at("certificate.json"), folder.at("model.safetensors"));
            fs::write(&path, &text).expect("written");
            fs::write(&model, write_model(&network).expect("it has a file")).expect("written");
            let Some(verdicts) = python(&[path], &model) else { continue };
            assert!(verdicts[0], "seed {seed} {splits:?}: Python rejects it");
            by_python += 1;
        }
    }
    println!("{accepted} accepted, {by_python} of them by Python too; halves, decisions, leaves: {steps:?}");
    assert!(accepted >= 20 && steps.iter().all(|count| *count > 20), "{accepted} {steps:?}");
}

#[test]
fn forgeries_are_rejected_by_both() {
    let folder = Folder::new();
    let (mut kinds, mut agreed) = (std::collections::BTreeSet::new(), [0; 2]);
    let mut tried = [0; 2];
    for seed in 0..40 {
        let mut rng = Rng::new(seed);
        let network = network(seed as usize % 3, &mut rng);
        let query = query(&network, &mut rng);
        let which = seed as usize % 2;
        if tried[which] == 1 {
            continue;
        }
        let splits = [Splits::Inputs, Splits::Activations][which];
        let Some(text) = certificate(&network, &query, splits, 30) else { continue };
        let good: Value = serde_json::from_str(&text).expect("JSON");
        let steps = good["parts"][0]["clauses"][0]["tree"].as_array().map_or(0, Vec::len);
        // Small ones with a split.
        if !(3..=20).contains(&steps) {
            continue;
        }
        tried[which] += 1;
        let model = folder.at("model.safetensors");
        fs::write(&model, write_model(&network).expect("it has a file")).expect("written");
        let (mut paths, mut verdicts) = (Vec::new(), Vec::new());
        let mut note = |what: &'static str, bytes: &[u8], accepts: bool| {
            let path = folder.at(&format!("{}.json", paths.len()));
            fs::write(&path, bytes).expect("written");
            paths.push(path);
            verdicts.push((what, accepts));
        };
        for (what, bytes) in forgeries(&good) {
            let found = checked(&bytes, &network);
            assert!(found.is_err(), "{what} is accepted: {found:?}");
            kinds.insert(what);
            note(what, &bytes, false);
        }
        for (what, bytes) in doubtful(&good, &mut rng) {
            let accepts = checked(&bytes, &network).is_ok();
            agreed[usize::from(accepts)] += 1;
            note(what, &bytes, accepts);
        }
        for (accepts, (what, wanted)) in python(&paths, &model).into_iter().flatten().zip(verdicts) {
            assert_eq!(accepts, wanted, "seed {seed}, {what}: what Python says, and what is right");
        }
        let other = self::network(seed as usize % 3, &mut Rng::new(seed + 1000));
        assert!(matches!(checked(text.as_bytes(), &other), Err(Rejected::OtherModel { .. })));
    }
    println!(
        "{} kinds rejected; of changed numbers {} rejected, {} proved all the same",
        kinds.len(),
        agreed[0],
        agreed[1]
    );
    assert!(kinds.len() >= 40 && tried == [1, 1] && agreed[0] > 20, "{} {tried:?} {agreed:?}", kinds.len());
}

/// No bytes make the checker panic.
#[test]
fn no_bytes_make_it_panic() {
    let mut rng = Rng::new(7);
    let network = network(0, &mut rng);
    let texts = [Splits::Inputs, Splits::Activations].map(|splits| {
        (0..20).find_map(|_| certificate(&network, &query(&network, &mut rng), splits, 60)).expect("some are proved")
    });
    for place in 0..2000 {
        let mut bytes = texts[place % 2].clone().into_bytes();
        damage(&mut bytes, &mut rng);
        let _ = checked(&bytes, &network);
    }
}

/// Whoever says that it is late gets no file, and the reason.
#[test]
fn what_is_late_is_not_written() {
    let mut rng = Rng::new(0);
    let network = network(0, &mut rng);
    let query = query(&network, &mut rng);
    let made = |calls: usize| {
        let left = AtomicUsize::new(calls);
        let late = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err();
        let record = Record::default();
        block_on(written(&network, &Origin::default(), (&query, &[]), &record, &Steady, &late, |_| {}))
    };
    let why = made(0).expect_err("it is late from the start");
    assert!(matches!(why, Unwritten::Late { part: 0, clause: 0, done: 0, leaves: 1 }), "{why}");
    assert!(why.to_string().starts_with("it was not finished in time: 0 of the search's 1 leaves"), "{why}");
    assert!(!matches!(made(usize::MAX), Err(Unwritten::Late { .. })));
}

/// Certificates of false claims: a condition that some input satisfies, refuted by decisions on neurons that are linear in the input, with slopes and multipliers at
/// random. What narrows leaves must not cut that input off: the leaf with it does not follow.
#[test]
fn nothing_proves_what_is_false() {
    let folder = Folder::new();
    let (mut checkable, mut by_python) = (0, 0);
    for seed in 0..300 {
        let mut rng = Rng::new(seed);
        let network = network(seed as usize % 4, &mut rng);
        let mut query = query(&network, &mut rng);
        let part = &mut query.parts[0];
        part.clauses.truncate(1);
        let row = part.clauses[0].pop().expect("a row");
        // The least value that is found, and the input that has it.
        let value = |x: &[f64]| {
            let outputs = evaluate(&network, x).pop().expect("an output");
            row.weights.iter().map(|&(at, weight)| weight * outputs[at]).sum::<f64>()
        };
        let (mut least, mut point) = (f64::INFINITY, Vec::new());
        for _ in 0..400 {
            let ends = part.lower.iter().zip(&part.upper);
            let x: Vec<f64> =
                ends.map(|(l, u)| l + (u - l) * f64::from(rng.between(-0.2, 1.2)).clamp(0.0, 1.0)).collect();
            if value(&x) < least {
                (least, point) = (value(&x), x);
            }
        }
        let limit = least + 1e-9;
        let condition = json!({
            "weights": row.weights.iter().map(|&(at, weight)| (at, hex(weight))).collect::<Vec<_>>(),
            "limit": hex(limit), "strict": false,
        });
        // Decisions that leave the input on the side of what is at most the number, often just so: the first leaf is the one with the input in it.
        let given = &evaluate(&network, &point)[1];
        let chosen: Vec<usize> = (0..3).map(|_| rng.below(given.len())).collect();
        let decide = |&neuron: &usize| {
            let at = given[neuron] + 1e-12 + [0.0, 0.0, 1e-6, 0.1][seed as usize % 4];
            json!({"decide": {"node": 2, "neuron": neuron, "at": hex(at)}})
        };
        let mut tree: Vec<Value> = chosen.iter().map(decide).collect();
        for decided in [3, 3, 2, 1] {
            let multipliers: Vec<Value> = (0..decided).map(|_| hex(f64::from(rng.between(0.0, 2.0)))).collect();
            let slopes = json!([{"node": 2, "below": [[0, hex(f64::from(rng.between(0.0, 1.0)))]], "above": []}]);
            tree.push(json!({"leaf": {"rows": [[0, hex(1.0)]], "slopes": slopes, "multipliers": multipliers}}));
        }
        let ends = |ends: &[f64]| ends.iter().map(|&end| hex(end)).collect::<Vec<_>>();
        let text = json!({
            "format": "boundscope certificate", "version": 2,
            "model": {"network": network.hash(), "input_shape": [2], "format": "", "notes": [], "left_off": []},
            "asked": [],
            "parts": [{"lower": ends(&part.lower), "upper": ends(&part.upper), "twice": seed % 2 == 0,
                       "clauses": [{"rows": [condition], "tree": tree}]}],
        })
        .to_string();
        match checked(text.as_bytes(), &network) {
            Err(Rejected::Open { place, .. }) if place.ends_with(" node 3 of the tree") => checkable += 1,
            found => panic!("seed {seed}: {found:?} of\n{text}"),
        }
        if seed % 30 == 0 {
            let (path, model) = (folder.at("certificate.json"), folder.at("model.safetensors"));
            fs::write(&path, &text).expect("written");
            fs::write(&model, write_model(&network).expect("it has a file")).expect("written");
            let Some(verdicts) = python(&[path], &model) else { continue };
            assert!(!verdicts[0], "seed {seed}: Python accepts it");
            by_python += 1;
        }
    }
    println!("{checkable} false claims rejected for what they claim, {by_python} of them by Python too");
    assert_eq!(checkable, 300);
}

fn hex(number: f64) -> Value {
    serde_json::to_value(boundscope::certificate::Hex(number)).expect("finite")
}
