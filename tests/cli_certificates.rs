//! `certify` and `check`: one image and many, models of other formats, what is refused and what is left behind.
#![cfg(feature = "cli")]

use crate::common;

use common::program::{Folder, MODEL, TWO, TWO_INPUT, run};
use serde_json::Value;
use std::{fs, process::Command};

fn json(words: &[&str]) -> Value {
    let (status, out, error) = run(words);
    assert_eq!(status, 0, "{words:?}: {error}");
    serde_json::from_str(&out).expect("one JSON value")
}

#[test]
fn a_certificate_is_written_and_accepted() {
    let folder = Folder::new();
    let (certificate, model) = (folder.at("seven.json"), folder.at("model.safetensors"));
    let words = [
        "certify",
        MODEL,
        "--mnist",
        "0",
        "--epsilon",
        "0.02",
        "--clip",
        "0,1",
        "--method",
        "crown",
        "--out",
        &certificate,
    ];
    let (status, out, error) = run(&words);
    assert_eq!((status, error.as_str()), (0, ""), "{out}");
    assert!(out.contains("class 7 certified for ε = 0.0200000") && out.contains("CROWN"), "{out}");
    let (status, out, error) = run(&["check", &certificate, MODEL]);
    assert_eq!((status, error.as_str()), (0, ""));
    assert!(
        out.contains("accepted: every input within 0.0200000 (norm inf, within [0, 1]) of the centre gets class 7"),
        "{out}"
    );
    let answer = json(&["check", &certificate, MODEL, "--json"]);
    assert_eq!((&answer["accepted"], &answer["label"]), (&Value::from(true), &Value::from(7)));
    assert_eq!(answer["margins"].as_array().map(Vec::len), Some(9));
    // The same network from a file of another format, and by the checker in Python.
    let onnx = folder.at("model.onnx");
    for out in [&onnx, &model] {
        assert_eq!(run(&["convert", MODEL, out]).0, 0);
    }
    assert_eq!(run(&["check", &certificate, &onnx]).0, 0);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/check_certificate.py");
    match Command::new("python3").args([script, &certificate, &model]).output() {
        Ok(out) => {
            let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
            assert!(out.status.success() && text.starts_with("accepted:"), "{text}");
        }
        Err(_) => eprintln!("no python3 here: its checker is not tested"),
    }
    // Changed, it is bad input, told in one line.
    let text = fs::read_to_string(&certificate).expect("written");
    fs::write(&certificate, text.replace("{\"label\":7}", "{\"label\":8}")).expect("written");
    let (status, out, error) = run(&["check", &certificate, MODEL]);
    assert_eq!((status, out.as_str(), error.lines().count()), (2, "", 1), "{error}");
    assert!(error.contains("rejected: row") && error.contains("does not follow"), "{error}");
    let (status, out, _) = run(&["check", &certificate, MODEL, "--json"]);
    let answer: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((status, &answer["accepted"]), (2, &Value::from(false)));
    let (status, _, error) = run(&["check", &certificate, TWO]);
    assert!(status == 2 && error.contains("it is about the network"), "{error}");
}

#[test]
fn many_images_make_a_folder() {
    let folder = Folder::new();
    let out = folder.at("proofs");
    let answer = json(&["certify", MODEL, "--mnist", "0..4", "--epsilon", "0.05", "--out", &out, "--json"]);
    let rows = answer["certificates"].as_array().expect("a list");
    assert_eq!(rows.len(), 4);
    let written = rows.iter().filter(|row| row["certified"] == true).count();
    assert!(written > 0);
    assert!(rows.iter().all(|row| row["certificate"].is_string() == (row["certified"] == true)));
    assert_eq!(fs::read_dir(&out).expect("a folder").count(), written);
    let (status, text, error) = run(&["check", &out, MODEL]);
    assert_eq!((status, text.lines().count(), error.as_str()), (0, written, ""), "{text}");
    fs::write(folder.at("proofs/zero.json"), "{}").expect("written");
    let (status, text, error) = run(&["check", &out, MODEL]);
    assert_eq!((status, text.lines().count()), (2, written + 1), "{text}");
    assert!(error.contains(&format!("1 of {} certificates are rejected", written + 1)), "{error}");
}

#[test]
fn images_of_ones_own_and_what_is_not_proved() {
    let folder = Folder::new();
    let certificate = folder.at("two.json");
    let words = ["certify", TWO, "--images", TWO_INPUT, "--epsilon", "1e-6", "--out", &certificate];
    let (status, out, error) = run(&words);
    assert!(status == 0 && out.contains("certified for ε = 1.00000e-6"), "{out} {error}");
    assert_eq!(run(&["check", &certificate, TWO]).0, 0);
    // Nothing is proved at an enormous ε: that is an answer, and no file.
    let nothing = folder.at("nothing.json");
    let (status, out, error) = run(&["certify", TWO, "--images", TWO_INPUT, "--epsilon", "1e6", "--out", &nothing]);
    assert!(status == 0 && out.contains("not certified by"), "{out} {error}");
    assert_eq!(folder.names(), ["two.json"]);
    for (words, why) in [
        (vec!["certify", TWO, "--images", TWO_INPUT, "--epsilon", "-1", "--out", &nothing], "ε is -1"),
        (vec!["certify", TWO, "--images", TWO_INPUT, "--epsilon", "nan", "--out", &nothing], "finite"),
        (
            vec!["certify", TWO, "--images", TWO_INPUT, TWO_INPUT, "--epsilon", "0", "--out", &certificate],
            "need a folder",
        ),
        (vec!["certify", TWO, "--mnist", "0", "--epsilon", "0", "--out", &nothing], "784"),
        (vec!["certify", TWO, "--images", TWO_INPUT, "--label", "9", "--epsilon", "0", "--out", &nothing], "label 9"),
        (vec!["certify", TWO, "--epsilon", "0", "--out", &nothing], "--mnist"),
        (vec!["check", folder.path().to_str().expect("a name"), "no such model"], "no such model"),
        (vec!["check", TWO, TWO], "certificate"),
    ] {
        let (status, _, error) = run(&words);
        assert!(status == 2 && error.contains(why), "{words:?}: {error}");
    }
    assert_eq!(folder.names(), ["two.json"]);
}

/// `verify --certificate`: written for "unsat" alone, and followed by both checkers.
#[test]
fn a_search_leaves_a_certificate() {
    let folder = Folder::new();
    let (proof, model) = (folder.at("proof.json"), folder.at("model.safetensors"));
    let verify = |epsilon: &str, more: &[&str]| {
        let words = ["verify", MODEL, "--mnist", "0", "--epsilon", epsilon, "--clip", "0,1", "--certificate", &proof];
        run(&[&words, more].concat())
    };
    // Other answers have none.
    let (status, out, error) = verify("0.4", &[]);
    assert!(status == 0 && out.starts_with("sat") && !fs::exists(&proof).expect("a folder"), "{out}");
    assert_eq!(error, "no certificate was written: the answer is sat, which none is for\n");
    let (status, out, error) = verify("0.02", &[]);
    assert_eq!((status, out.as_str(), error.as_str()), (0, "unsat\n", ""));
    let answer: Value = serde_json::from_str(&verify("0.02", &["--json"]).1).expect("JSON");
    let bytes = fs::metadata(&proof).expect("written").len();
    assert_eq!(
        (&answer["certificate"]["bytes"], &answer["certificate"]["file"]),
        (&bytes.into(), &proof.as_str().into())
    );
    let (status, out, error) = run(&["check", &proof, MODEL]);
    assert_eq!((status, error.as_str()), (0, ""));
    assert!(out.contains("accepted: no input is unsafe: 1 boxes, 9 conditions, "), "{out}");
    let checked = json(&["check", &proof, MODEL, "--json"]);
    assert_eq!((&checked["accepted"], &checked["conditions"]), (&Value::from(true), &Value::from(9)));
    assert_eq!(run(&["convert", MODEL, &model]).0, 0);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/check_certificate.py");
    match Command::new("python3").args([script, &proof, &model]).output() {
        Ok(out) => assert!(out.status.success() && out.stdout.starts_with(b"accepted: no input is unsafe"), "{out:?}"),
        Err(_) => eprintln!("no python3 here: its checker is not tested"),
    }
    // A leaf less, and it proves nothing.
    let mut changed: Value = serde_json::from_slice(&fs::read(&proof).expect("written")).expect("JSON");
    changed["parts"][0]["clauses"][3]["tree"].as_array_mut().expect("a tree").pop();
    fs::write(&proof, changed.to_string()).expect("written");
    let (status, out, error) = run(&["check", &proof, MODEL]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(error.contains("part 0, clause 3: 1 parts of its tree are missing"), "{error}");
    // No place for it: told before the search.
    let (status, _, error) =
        run(&["verify", MODEL, "--mnist", "0", "--epsilon", "0.02", "--certificate", "/nowhere/proof.json"]);
    assert!(status == 2 && error.contains("/nowhere"), "{error}");
}

/// `check --query`: a certificate is held against what a VNN-LIB file asks, number by number.
#[test]
fn a_certificate_is_held_against_a_question() {
    let folder = Folder::new();
    let [question, other, strict, softer, proof, region] =
        ["q.vnnlib", "other.vnnlib", "strict.vnnlib", "softer.vnnlib", "proof.json", "region.json"]
            .map(|name| folder.at(name));
    let ask = |path: &str, high: &str, least: &str, sign: &str| {
        let mut text = String::new();
        (0..784).for_each(|at| text += &format!("(declare-const X_{at} Real)\n"));
        (0..10).for_each(|at| text += &format!("(declare-const Y_{at} Real)\n"));
        (0..784).for_each(|at| text += &format!("(assert (>= X_{at} 0.0))\n(assert (<= X_{at} {high}))\n"));
        // Far from what the network gives.
        text += &format!("(assert (or (and ({sign} Y_0 {least})) (and (>= Y_1 900.0) (<= Y_2 Y_3))))\n");
        fs::write(path, text).expect("written");
    };
    ask(&question, "0.001", "-500.0", "<=");
    ask(&other, "0.0011", "-500.0", "<=");
    ask(&strict, "0.001", "-500.0", "<");
    ask(&softer, "0.001", "-501.0", "<=");
    let (status, out, error) = run(&["verify", &question, "--network", MODEL, "--certificate", &proof]);
    assert_eq!((status, out.as_str(), error.as_str()), (0, "unsat\n", ""));
    let (status, out, error) = run(&["check", &proof, MODEL, "--query", &question]);
    assert_eq!((status, error.as_str()), (0, ""));
    assert!(
        out.contains(&format!(
            "accepted: no input is unsafe: 1 boxes, 2 conditions, 2 leaves; exactly what {question} asks"
        )),
        "{out}"
    );
    let answer = json(&["check", &proof, MODEL, "--query", &question, "--json"]);
    assert_eq!((&answer["accepted"], &answer["query"]), (&Value::from(true), &question.as_str().into()));
    assert_eq!(json(&["check", &proof, MODEL, "--json"])["query"], Value::Null);
    let differs = |query: &str, why: &str| {
        let (status, out, error) = run(&["check", &proof, MODEL, "--query", query]);
        assert_eq!((status, out.as_str()), (2, ""));
        assert!(error.contains("it answers another question: ") && error.contains(why), "{error}");
    };
    differs(&other, "part 0, input 0's upper end is 0.001 in the certificate, 0.0011 in what is asked");
    differs(&strict, "part 0, clause 0, condition 0's comparison is <= in the certificate, < in what is asked");
    differs(&softer, "part 0, clause 0, condition 0's limit is -500 in the certificate, -501 in what is asked");
    // A clause less than what is asked, a condition more, another output.
    let change = |change: &dyn Fn(&mut Value)| {
        let mut changed: Value = serde_json::from_slice(&fs::read(&proof).expect("written")).expect("JSON");
        change(&mut changed["parts"]);
        let path = folder.at("changed.json");
        fs::write(&path, changed.to_string()).expect("written");
        let (status, _, error) = run(&["check", &path, MODEL, "--query", &question]);
        assert_eq!(status, 2);
        error
    };
    let error = change(&|parts| drop(parts[0]["clauses"].as_array_mut().expect("a list").pop()));
    assert!(error.contains("part 0, the number of clauses is 1 in the certificate, 2 in what is asked"), "{error}");
    let error = change(&|parts| {
        let rows = parts[0]["clauses"][0]["rows"].as_array_mut().expect("a list");
        rows.push(rows[0].clone());
    });
    assert!(
        error.contains("clause 0, the number of conditions is 2 in the certificate, 1 in what is asked"),
        "{error}"
    );
    let error = change(&|parts| parts[0]["clauses"][0]["rows"][0]["weights"][0][0] = 5.into());
    assert!(error.contains("condition 0's sum is 1·Y_5 in the certificate, 1·Y_0 in what is asked"), "{error}");
    let error = change(&|parts| *parts = Value::Array(Vec::new()));
    assert!(error.contains("the number of boxes is 0 in the certificate, 1 in what is asked"), "{error}");
    // What is right in the question and wrong in the proof is still rejected.
    let error = change(&|parts| drop(parts[0]["clauses"][0]["tree"].as_array_mut().expect("a tree").pop()));
    assert!(error.contains("1 parts of its tree are missing"), "{error}");
    // A region's certificate answers no such question; a question about another network is no question here.
    assert_eq!(run(&["certify", MODEL, "--mnist", "0", "--epsilon", "0.01", "--clip", "0,1", "--out", &region]).0, 0);
    let (status, _, error) = run(&["check", &region, MODEL, "--query", &question]);
    assert!(status == 2 && error.contains("it is the certificate of a region, which answers no question"), "{error}");
    let (status, _, error) = run(&["check", MODEL, MODEL, "--query", &question]);
    assert!(status == 2 && error.contains("certificate"), "{error}");
    fs::write(&other, "(declare-const X_0 Real)(declare-const Y_0 Real)(assert (>= X_0 0.0))(assert (<= X_0 1.0))(assert (<= Y_0 0.0))")
        .expect("written");
    let (status, _, error) = run(&["check", &proof, MODEL, "--query", &other]);
    assert!(status == 2 && error.contains("other.vnnlib"), "{error}");
}
