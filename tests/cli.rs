//! The command line's contract: JSON, exit statuses, one clear line on stderr.
#![cfg(feature = "cli")]

use crate::common;

use common::{golden_expected, golden_folder};
use serde_json::Value;
use std::{fs, process::Command};

/// Runs the command line; answers with its exit status, stdout and stderr.
fn run(words: &[&str]) -> (i32, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_boundscope"))
        .args(words)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    (out.status.code().expect("it exits"), text(out.stdout), text(out.stderr))
}

fn json(words: &[&str]) -> Value {
    let (status, out, error) = run(words);
    assert_eq!(status, 0, "{words:?}: {error}");
    serde_json::from_str(&out).expect("one JSON value")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|number| number.as_f64().expect("a number")).collect()
}

const MODEL: &str = "tests/golden/mnist-mlp-ibp";

#[test]
fn bounds_of_a_golden_folder_are_the_oracles() {
    let folder = golden_folder("tiny-ramp").display().to_string();
    let expected = golden_expected("tiny-ramp");
    let case = expected.results.iter().find(|case| case.method == "CROWN" && case.norm == "2" && case.input == 1);
    let case = case.expect("the oracle has such a case");
    let input = std::env::temp_dir().join(format!("boundscope-cli-{}.json", std::process::id()));
    fs::write(&input, serde_json::to_vec(&expected.inputs[1]).expect("JSON")).expect("a temporary file");
    let (path, epsilon, label) = (input.display().to_string(), case.epsilon.to_string(), case.label.to_string());
    let lines = case.strategy.as_deref().expect("CROWN has lines");
    let words = ["bounds", &folder, "--input", &path, "--epsilon", &epsilon, "--norm", "2", "--lines", lines];
    let answer = json(&[&words[..], &["--label", &label, "--method", "crown", "--json"]].concat());
    fs::remove_file(&input).expect("it was there");
    for (found, wanted) in [
        (numbers(&answer["logits"]["lower"]), &case.logits.lower),
        (numbers(&answer["logits"]["upper"]), &case.logits.upper),
        (numbers(&answer["margins"]), &case.margins),
    ] {
        assert_eq!(found.len(), wanted.len());
        found.iter().zip(wanted).for_each(|(f, w)| assert!((f - w).abs() <= 1e-9 * (1.0 + w.abs()), "{f} {w}"));
    }
    assert_eq!(answer["layers"].as_array().map(Vec::len), Some(2), "the hidden affine layers");
    assert_eq!(answer["verified"].as_bool(), Some(case.margins.iter().all(|margin| *margin > 0.0)));
    assert!(answer["milliseconds"].as_f64().is_some_and(|time| time >= 0.0));
    let question = &answer["question"];
    assert_eq!((&question["norm"], &question["method"]), (&Value::from("2"), &Value::from("crown")));
    assert_eq!(question["arithmetic"], "f64");
}

#[test]
fn sound_bounds_enclose_f64_ones_and_only_they_certify() {
    let words = ["bounds", MODEL, "--mnist", "0", "--epsilon", "0.08", "--clip", "0,1", "--arithmetic"];
    let ask = |arithmetic: &str| numbers(&json(&[&words[..], &[arithmetic, "--json"]].concat())["margins"]);
    for (sound, plain) in ask("sound").iter().zip(ask("f64")) {
        assert!(*sound <= plain && plain - sound < 1e-9, "{sound} {plain}");
    }
    let said = |arithmetic: &str| run(&[&words[..], &[arithmetic]].concat()).1;
    assert!(said("sound").contains("certified as class 7"));
    assert!(!said("f64").contains("certified") && !said("f32").contains("certified"));
}

#[test]
fn radius_is_certified_and_evaluate_counts() {
    let answer = json(&["radius", MODEL, "--mnist", "0..2", "--clip", "0,1", "--method", "ibp,crown", "--json"]);
    let radii = answer["radii"].as_array().expect("a list");
    assert_eq!(radii.len(), 4);
    assert!(radii.iter().all(|radius| radius["arithmetic"] == "sound"));
    let of = |index: usize| radii[index]["verified"].as_f64().expect("verified somewhere");
    assert!((of(0) - 0.1571).abs() < 1e-3 && (of(1) - 0.1679).abs() < 1e-3, "{} {}", of(0), of(1));
    let words = [
        "evaluate",
        MODEL,
        "--data",
        "mnist-test:100",
        "--epsilon",
        "0,0.1",
        "--clip",
        "0,1",
        "--methods",
        "ibp,crown",
    ];
    let answer = json(&[&words[..], &["--json"]].concat())[0].clone();
    let errors: Vec<f64> = answer["results"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| row["error"].as_f64().expect("a share"))
        .collect();
    let clean = answer["clean_error"].as_f64().expect("a share");
    assert_eq!(answer["images"], 100);
    assert!((errors[0] - clean).abs() < 1e-12 && (errors[1] - clean).abs() < 1e-12, "at ε = 0 verified is right");
    assert!(errors[2] >= errors[3] && errors[3] >= clean, "{errors:?}");
}

#[test]
fn convert_keeps_the_network() {
    let out = std::env::temp_dir().join(format!("boundscope-cli-{}.safetensors.gz", std::process::id()));
    let path = out.display().to_string();
    let (status, said, _) = run(&["convert", &golden_folder("tiny-conv").display().to_string(), &path]);
    assert_eq!(status, 0);
    let read = boundscope::formats::read_model(&fs::read(&out).expect("written")).expect("a model");
    fs::remove_file(&out).expect("it was there");
    assert_eq!(read.hash(), common::golden_network("tiny-conv").hash());
    assert!(said.contains(&read.hash()));
}

#[test]
fn convert_writes_onnx_and_says_what_it_rounds() {
    let out = std::env::temp_dir().join(format!("boundscope-cli-{}.onnx", std::process::id()));
    let path = out.display().to_string();
    for (case, needle) in
        [("tiny-leaky", "layer 1 (leaky_relu): slope = 0.1 is rounded"), ("tiny-conv", "every number is exact")]
    {
        let (status, said, error) = run(&["convert", &golden_folder(case).display().to_string(), &path]);
        assert_eq!(status, 0, "{error}");
        let network = common::golden_network(case);
        assert_eq!(fs::read(&out).expect("written"), boundscope::formats::write_onnx(&network).expect("has a form"));
        assert!(said.contains(needle) && said.contains("opset 13") && said.contains(&network.hash()), "{said}");
    }
    fs::remove_file(&out).expect("it was there");
}

#[test]
fn wrong_usage_and_input_exit_with_2_and_one_clear_line() {
    let at = ["--mnist", "0", "--epsilon", "0.1"];
    for (words, needle) in [
        (vec!["bounds", "nowhere.safetensors", at[0], at[1], at[2], at[3]], "nowhere.safetensors"),
        (vec!["bounds", "README.md", at[0], at[1], at[2], at[3]], "safetensors"),
        (vec!["bounds", MODEL, "--mnist", "10000", "--epsilon", "0.1"], "0 to 9999"),
        (vec!["bounds", MODEL, "--mnist", "0", "--epsilon", "-0.1"], "ε is -0.1"),
        (vec!["bounds", MODEL, at[0], at[1], at[2], at[3], "--label", "10"], "label 10"),
        (vec!["bounds", MODEL, at[0], at[1], at[2], at[3], "--norm", "2", "--clip", "0,1"], "norm inf only"),
        (vec!["bounds", MODEL, at[0], at[1], at[2], at[3], "--device", "gpu"], "--arithmetic f32"),
        (vec!["bounds", "nowhere.onnx", at[0], at[1], at[2], at[3]], "nowhere.onnx"),
        (vec!["convert", MODEL, "model.onnx.gz"], "no gzip"),
        (vec!["evaluate", MODEL, "--data", "mnist-test:0", "--epsilon", "0.1"], "1 to 10000"),
        (vec!["radius", MODEL, "--mnist", "5..5"], "empty"),
    ] {
        let (status, out, error) = run(&words);
        assert_eq!((status, out.as_str()), (2, ""), "{words:?}");
        assert!(error.contains(needle), "{words:?} says {error:?}");
    }
}
