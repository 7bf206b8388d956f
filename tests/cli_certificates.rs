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
