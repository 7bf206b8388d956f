//! `verify`: the words of its answers, counterexamples that hold, images, refusals, interruption; and a sample of public benchmarks, where
//! their folder stands beside the repository.
#![cfg(feature = "cli")]

use crate::common;

use boundscope::formats::{Alone, Answer, Choice, gunzip, read_file, vnnlib::read_query};
use common::program::{Folder, MODEL, TWO, run, send, start, told};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A question about the network of two inputs and as many outputs as it has.
fn query(folder: &Folder, outputs: usize, conditions: &str) -> String {
    let path = folder.at(&format!("{}.vnnlib", folder.names().len()));
    let mut text: String = ["X_0", "X_1"].map(|name| format!("(declare-const {name} Real)\n")).concat();
    (0..outputs).for_each(|at| text += &format!("(declare-const Y_{at} Real)\n"));
    text += "(assert (and (<= X_0 1) (>= X_0 -1) (<= X_1 1) (>= X_1 -1)))\n";
    fs::write(&path, text + conditions).expect("a file");
    path
}

fn outputs() -> usize {
    let bytes = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(TWO)).expect("a network");
    match read_file(&bytes, &Alone, &Choice::default()) {
        Ok(Answer::Network(reading)) => reading.network.classes(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_word_is_the_answer_and_a_counterexample_follows() {
    let (folder, count) = (Folder::new(), outputs());
    let network = format!("f={TWO}");
    let far = query(&folder, count, "(assert (>= Y_0 1000))");
    let (status, out, error) = run(&["verify", &far, "--network", &network, "--timeout", "20"]);
    assert_eq!((status, out.as_str(), error.as_str()), (0, "unsat\n", ""));
    let (status, out, error) = run(&["verify", &far, "--network", TWO, "--explain"]);
    assert_eq!((status, out.as_str()), (0, "unsat\n"));
    assert!(
        error.contains("for which Y_0 ≥ 1000?") && error.contains("leaves proved in the sound arithmetic"),
        "{error}"
    );
    let near = query(&folder, count, "(assert (<= Y_0 1000))");
    let (status, out, _) = run(&["verify", &near, "--network", TWO]);
    let mut lines = out.lines();
    assert_eq!((status, lines.next()), (0, Some("sat")));
    let rest: Vec<&str> = lines.collect();
    assert_eq!(rest.len(), 2 + count, "{out}");
    assert!(rest[0].starts_with("((X_0 ") && rest[1].starts_with(" (X_1 ") && rest[2].starts_with(" (Y_0 "), "{out}");
    assert!(rest[rest.len() - 1].ends_with("))") && out.matches('(').count() == out.matches(')').count(), "{out}");
    let (status, out, _) = run(&["verify", &far, "--network", TWO, "--json"]);
    let value: Value = serde_json::from_str(&out).expect("one JSON value");
    assert_eq!((status, &value["answer"], &value["arithmetic"]), (0, &"unsat".into(), &"sound".into()));
    assert!(value["counterexample"].is_null() && value["leaves"].as_u64() >= Some(1), "{value}");
}

#[test]
fn tools_of_its_kind_are_asked_for_name_version_and_capabilities() {
    assert_eq!(run(&["--name"]), (0, "boundscope\n".into(), String::new()));
    let (status, out, _) = run(&["--version"]);
    assert!(status == 0 && out.contains(env!("CARGO_PKG_VERSION")), "{out}");
    let (status, out, _) = run(&["capabilities"]);
    let value: Value = serde_json::from_str(&out).expect("one JSON value");
    assert_eq!((status, &value["vnnlib"]), (0, &serde_json::json!(["1.0", "2.0"])));
}

#[test]
fn images_are_asked_about() {
    let ask = |epsilon: &str| {
        let (status, out, error) =
            run(&["verify", MODEL, "--mnist", "0", "--epsilon", epsilon, "--clip", "0,1", "--timeout", "30", "--json"]);
        assert_eq!(status, 0, "{error}");
        serde_json::from_str::<Value>(&out).expect("one JSON value")
    };
    assert_eq!(ask("0.02")["answer"], "unsat");
    let broken = ask("0.4");
    assert_eq!(broken["answer"], "sat");
    let list = |name: &str| -> Vec<f64> {
        let values = broken["counterexample"][name].as_array().expect("numbers");
        values.iter().map(|value| value.as_f64().expect("a number")).collect()
    };
    assert!(list("input").iter().all(|x| (0.0..=1.0).contains(x)));
    let logits = list("outputs");
    assert!((0..10).any(|class| class != 7 && logits[class] >= logits[7]), "{logits:?}");
}

#[test]
fn bad_input_is_told_in_one_line() {
    let (folder, count) = (Folder::new(), outputs());
    let fine = query(&folder, count, "(assert (<= Y_0 0))");
    let broken = folder.at("broken.vnnlib");
    fs::write(&broken, "(assert").expect("a file");
    for (words, why) in [
        (vec!["verify", &broken, "--network", TWO], "line 1: this list is not closed"),
        (vec!["verify", "nowhere.vnnlib", "--network", TWO], "nowhere.vnnlib"),
        (vec!["verify", &fine, "--network", "nowhere.onnx"], "nowhere.onnx"),
        (vec!["verify", &fine, "--network", MODEL], "it declares 2 inputs"),
        (vec!["verify", &fine, "--network", &fine], "a VNN-LIB query"),
        (vec!["verify", MODEL, "--mnist", "0", "--epsilon", "-1"], "ε is -1"),
        (vec!["verify", MODEL, "--mnist", "0", "--epsilon", "0.1", "--label", "12"], "label 12"),
    ] {
        let (status, out, error) = run(&words);
        assert_eq!((status, out.as_str()), (2, ""), "{words:?}");
        assert!(error.contains(why) && error.lines().count() == 1, "{words:?}: {error}");
    }
    for words in [vec!["verify", &fine], vec!["verify", &fine, "--network", TWO, "--timeout", "0"]] {
        assert_eq!(run(&words).0, 2, "{words:?}");
    }
}

#[test]
fn an_interrupt_ends_it_cleanly() {
    let (folder, count) = (Folder::new(), outputs());
    // Decided at once or not, it ends.
    let path = query(&folder, count, "(assert (<= Y_0 -1e-30))(assert (>= Y_0 1e-30))");
    let child = start(&["verify", &path, "--network", TWO, "--timeout", "600"]);
    std::thread::sleep(std::time::Duration::from_millis(300));
    send(&child, "INT");
    let (status, _, error) = told(child.wait_with_output().expect("it ends"));
    assert!(matches!(status, 0 | 130) && !error.contains("panicked"), "{status} {error}");
}

fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vnn")
}

/// A file of the folder, unpacked where it is packed.
fn plain(folder: &Folder, from: &Path, name: &str) -> String {
    let packed = fs::read(from.join(format!("{name}.gz"))).or_else(|_| fs::read(from.join(name))).expect("a file");
    let path = folder.at(&name.replace('/', "_"));
    fs::write(&path, gunzip(&packed, 1 << 28).expect("gzip").as_ref()).expect("a file");
    path
}

/// Some of each benchmark, few of the hard ones: no answer contradicts what competition tools agree on, and every counterexample holds.
///
/// Some verdicts that stand beside tllverify's files are not theirs: property_N=8_0 asks for an output of at least -3.48, the file itself
/// notes samples up to 2.26, and the list says unsat. There a counterexample that holds in the file's own graph is right, and an answer is
/// held against samples of the file's own graph besides.
#[test]
fn public_benchmarks_are_answered_as_others_answer_them() {
    if !shared().is_dir() {
        eprintln!("../shared/vnn is not here: no public benchmark is tried");
        return;
    }
    let folder = Folder::new();
    for (benchmark, every) in [("acasxu", 23), ("tllverify", 9)] {
        let from = shared().join(benchmark);
        let list = fs::read_to_string(from.join("instances.csv")).expect("a list");
        let mut answered = 0;
        for row in list.lines().skip(1).step_by(every) {
            let cells: Vec<&str> = row.split(',').collect();
            let (network, query) = (plain(&folder, &from, cells[0]), plain(&folder, &from, cells[1]));
            let (status, out, error) = run(&["verify", &query, "--network", &network, "--timeout", "20"]);
            assert_eq!(status, 0, "{row}: {error}");
            let word = out.split_whitespace().next().unwrap_or_default();
            assert!(["sat", "unsat", "unknown", "timeout"].contains(&word), "{row}: {out}");
            let verdict = cells[3].split(' ').next().unwrap_or_default();
            let open = matches!(word, "unknown" | "timeout");
            assert!(word == verdict || open || benchmark == "tllverify", "{row}: {word}");
            answered += usize::from(!open);
            if word == "sat" {
                holds(&query, &network, &out);
            }
            if word == "unsat" && benchmark == "tllverify" {
                no_sample_is_unsafe(&query, &network);
            }
        }
        assert!(answered > 0, "{benchmark}: nothing was answered in time");
    }
}

/// On a grid over the two inputs' box the file's own graph gives no unsafe outputs.
fn no_sample_is_unsafe(query: &str, network: &str) {
    let asked = read_query(&fs::read(query).expect("a file")).expect("a question");
    let bytes = fs::read(network).expect("a file");
    let Ok(Answer::Network(reading)) = read_file(&bytes, &Alone, &Choice::default()) else { panic!("{network}") };
    let own = reading.own.expect("ONNX");
    const STEPS: usize = 40;
    for part in &asked.parts {
        for place in 0..STEPS * STEPS {
            let at = |input: usize, step: usize| {
                let (low, high) = (f64::from(part.points[0][input]), f64::from(part.points[1][input]));
                low + (high - low) * step as f64 / (STEPS - 1) as f64
            };
            let point = [at(0, place % STEPS), at(1, place / STEPS)];
            let outputs = own.outputs(&point).expect("its own graph").expect("outputs");
            assert!(!part.is_unsafe(&outputs), "{query} is called unsat, and {point:?} is unsafe");
        }
    }
}

/// The counterexample printed is an input of f32 in the box, and the file's own graph gives it unsafe outputs.
fn holds(query: &str, network: &str, out: &str) {
    let query = read_query(&fs::read(query).expect("a file")).expect("a question");
    let bytes = fs::read(network).expect("a file");
    let Ok(Answer::Network(reading)) = read_file(&bytes, &Alone, &Choice::default()) else { panic!("{network}") };
    let words: Vec<&str> = out.split(|c: char| c.is_whitespace() || c == '(' || c == ')').collect();
    let value = |name: String| -> f64 {
        let at = words.iter().position(|word| *word == name).expect("it is given");
        words[at + 1].parse().expect("a number")
    };
    let input: Vec<f64> = (0..query.inputs).map(|at| value(format!("X_{at}"))).collect();
    let single: Vec<f32> = input.iter().map(|&x| x as f32).collect();
    let own = reading.own.expect("ONNX").outputs(&single.iter().map(|&x| f64::from(x)).collect::<Vec<_>>());
    let outputs = own.expect("its own graph").expect("outputs");
    assert!(query.parts.iter().any(|part| part.contains(&single) && part.is_unsafe(&outputs)), "{out}");
}

/// `radius --decide`: between what methods prove and what descent breaks, certificates and counterexamples meet.
#[test]
fn a_radius_is_decided() {
    let words = [
        "radius",
        MODEL,
        "--mnist",
        "0",
        "--clip",
        "0,1",
        "--method",
        "crown",
        "--decide",
        "--timeout",
        "20",
        "--json",
    ];
    let (status, out, _) = run(&words);
    let value: Value = serde_json::from_str(&out).expect("one JSON value");
    let (crown, decided) = (&value["radii"][0], &value["decided"][0]);
    let number = |value: &Value| value.as_f64().expect("a number");
    let (low, high) = (number(&decided["verified"]), number(&decided["broken"]));
    assert!(status == 0 && low >= number(&crown["verified"]) && low < high, "{value}");
    assert_eq!(decided["arithmetic"], "sound");
    assert_eq!(decided["counterexample"]["input"].as_array().map(Vec::len), Some(784));
    let (status, out, _) = run(&words[..words.len() - 1]);
    assert!(status == 0 && out.lines().any(|line| line.contains("decided certified up to")), "{out}");
    for (more, word) in [(&["--norm", "2"][..], "--norm inf"), (&["--timeout", "0"], "--timeout")] {
        let (status, _, error) = run(&[&words[..words.len() - 3], more].concat());
        assert!(status == 2 && error.contains(word), "{error}");
    }
}
