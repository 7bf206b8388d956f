//! What pipes, full disks and signals do to the command line: it ends quietly, or with one line, and loses nothing that was done.
#![cfg(all(feature = "cli", unix))]

use crate::common;

use common::program::{Folder, MODEL, TWO, TWO_INPUT, program, send, start, told, wait_until};
use serde_json::Value;
use std::{
    fs::{self, File, OpenOptions},
    io::{BufRead, BufReader, Read},
    process::Stdio,
    time::{Duration, Instant},
};

fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").expect("a device that is always full")
}

/// A pipe whose reading end is closed.
fn unread() -> std::io::PipeWriter {
    std::io::pipe().expect("a pipe").1
}

const SHORT: [&str; 7] = ["train", "--data", "two-moons:20", "--epochs", "3", "--arch", "mlp:3"];

/// Every command, with words that let it end soon, and how often it prints.
fn commands(folder: &Folder) -> Vec<Vec<String>> {
    let (out, figures, trained) = (folder.at("x.onnx"), folder.at("figures"), folder.at("t.safetensors"));
    let all: [&[&str]; 11] = [
        &["--help"],
        &["train", "--help"],
        &["--version"],
        &["bounds", TWO, "--input", TWO_INPUT, "--epsilon", "0.1"],
        &["bounds", TWO, "--input", TWO_INPUT, "--epsilon", "0.1", "--json"],
        &["radius", MODEL, "--mnist", "0", "--method", "ibp"],
        &["radius", MODEL, "--mnist", "0", "--method", "ibp", "--json"],
        &["evaluate", MODEL, "--data", "mnist-test:2", "--epsilon", "0.1", "--methods", "ibp"],
        &["convert", TWO, &out],
        &["figures", MODEL, "--data", "mnist-test:2", "--out", &figures],
        &[&SHORT[..], &["--out", &trained]].concat(),
    ];
    all.iter().map(|words| words.iter().map(|word| (*word).to_owned()).collect()).collect()
}

#[test]
fn an_output_that_nobody_reads_ends_quietly() {
    let folder = Folder::new();
    for words in commands(&folder) {
        let out = program(&words).stdout(unread()).stderr(Stdio::piped()).output().expect("it starts");
        let (status, _, error) = told(out);
        assert_eq!((status, error.as_str()), (0, ""), "{words:?}");
        // Neither end.
        let out = program(&words).stdout(unread()).stderr(unread()).output().expect("it starts");
        assert_eq!(out.status.code(), Some(0), "{words:?}");
    }
    assert!(fs::metadata(folder.at("t.safetensors")).is_ok(), "the run was not lost");
    // More than a pipe holds, of which ten bytes are read.
    let conv = "assets/models/mnist-dm-small-normal.safetensors.gz";
    let mut child = start(&["bounds", conv, "--mnist", "0", "--epsilon", "0.01", "--method", "ibp", "--json"]);
    let mut some = [0; 10];
    child.stdout.take().expect("caught").read_exact(&mut some).expect("it prints");
    let (status, _, error) = told(child.wait_with_output().expect("it ends"));
    assert_eq!((status, error.as_str()), (0, ""));
}

#[test]
fn an_output_that_is_full_is_one_line_and_2() {
    let folder = Folder::new();
    for words in commands(&folder) {
        let out = program(&words).stdout(full()).stderr(Stdio::piped()).output().expect("it starts");
        let (status, _, error) = told(out);
        assert_eq!((status, error.lines().count()), (2, 1), "{words:?}: {error}");
        assert!(error.starts_with("boundscope: standard output: "), "{error}");
        let out = program(&words).stdout(full()).stderr(full()).output().expect("it starts");
        assert_eq!(out.status.code(), Some(2), "{words:?}");
    }
    assert!(fs::metadata(folder.at("t.safetensors")).is_ok(), "the run was not lost");
    // A refusal that cannot be told is one all the same.
    for words in [&["bounds"][..], &["nonsense"], &["bounds", "nowhere", "--mnist", "0", "--epsilon", "0"]] {
        assert_eq!(program(words).stderr(full()).output().expect("it starts").status.code(), Some(2), "{words:?}");
    }
}

#[test]
fn a_run_goes_on_when_its_progress_is_no_longer_read() {
    let folder = Folder::new();
    let out = folder.at("x.safetensors");
    let words =
        ["train", "--data", "two-moons:200", "--batch", "10", "--epochs", "60", "--arch", "mlp:4", "--out", &out];
    let mut child = start(&words);
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("caught")).read_line(&mut first).expect("a line");
    assert!(first.starts_with("epoch 1"), "{first}");
    let (status, _, error) = told(child.wait_with_output().expect("it ends"));
    assert_eq!((status, error.as_str()), (0, ""));
    let record: Value = serde_json::from_slice(&fs::read(folder.at("x.json")).expect("a record")).expect("JSON");
    assert_eq!(record["steps"], 1200);
    assert_eq!(folder.names(), ["x.json", "x.safetensors"]);
    // A log that cannot be written does not take the run with it either.
    let (status, _, error) = common::program::run(&[&SHORT[..], &["--out", &out, "--log", "/dev/full"]].concat());
    assert_eq!(status, 2);
    assert!(error.contains("/dev/full") && !error.contains("panicked"), "{error}");
    let record: Value = serde_json::from_slice(&fs::read(folder.at("x.json")).expect("a record")).expect("JSON");
    assert_eq!(record["steps"], 3, "the network of this run was written");
}

#[test]
fn an_interrupted_search_tells_what_it_found() {
    for (signal, json) in [("INT", true), ("TERM", true), ("INT", false)] {
        let mut words = vec!["radius", MODEL, "--mnist", "0-9999", "--method", "ibp"];
        words.extend(json.then_some("--json"));
        let child = start(&words);
        std::thread::sleep(Duration::from_millis(1500));
        send(&child, signal);
        let (status, said, error) = told(child.wait_with_output().expect("it ends"));
        assert_eq!(status, 130, "{error}");
        assert!(error.contains("interrupted"), "{error}");
        if json {
            let answer: Value = serde_json::from_str(&said).expect("whole JSON");
            let rows = answer["radii"].as_array().expect("a list").len();
            assert!(answer["partial"] == true && rows > 0 && rows < 10_000, "{rows}");
        } else {
            assert!(said.lines().count() > 1 && said.contains("certified up to"), "{said}");
        }
    }
}

#[test]
fn other_interrupted_commands_tell_what_they_have() {
    let folder = Folder::new();
    // Of two networks the first is done when the second, over a million steps away from its end, is interrupted.
    let figures = folder.at("figures");
    let slow = "assets/models/mnist-dm-small-normal.safetensors.gz";
    let commands: [(&[&str], &str); 2] = [
        (
            &[
                "evaluate",
                MODEL,
                slow,
                "--data",
                "mnist-test:400",
                "--epsilon",
                "0.1",
                "--pgd",
                "none",
                "--exhaustive",
                "--json",
            ],
            "/0/clean_error",
        ),
        (
            &[
                "figures",
                MODEL,
                slow,
                "--data",
                "mnist-test:10000",
                "--epsilon",
                "0.1,0.15,0.2,0.25,0.3,0.35",
                "--out",
                &figures,
                "--json",
            ],
            "/networks/0/results",
        ),
    ];
    for (words, first) in commands {
        // A busy machine may take long over the first: later interruptions then.
        let mut wait = Duration::from_secs(4);
        let answer = loop {
            let child = start(words);
            std::thread::sleep(wait);
            send(&child, "INT");
            let (status, said, error) = told(child.wait_with_output().expect("it ends"));
            assert_eq!(status, 130, "{words:?}: {said} {error}");
            let answer: Value = serde_json::from_str(&said).expect("whole JSON");
            if answer.pointer(first).is_some() || wait > Duration::from_secs(60) {
                break answer;
            }
            wait *= 3;
        };
        assert!(answer.pointer(first).is_some(), "{answer}");
        let last = answer.as_array().and_then(|all| all.last()).unwrap_or(&answer);
        assert_eq!(last["partial"], true);
    }
    assert!(fs::read_dir(&figures).expect("made").next().is_none(), "half a set of figures is none");
    let child = start(&["bench", MODEL, "--budget", "300", "--json"]);
    std::thread::sleep(Duration::from_millis(1500));
    send(&child, "INT");
    let (status, said, error) = told(child.wait_with_output().expect("it ends"));
    assert_eq!(status, 130, "{error}");
    let answer: Value = serde_json::from_str(&said).expect("whole JSON");
    assert_eq!(answer["partial"], true);
}

#[test]
fn an_interrupted_run_keeps_its_state_and_a_second_interrupt_ends_at_once() {
    let folder = Folder::new();
    let out = folder.at("x.safetensors");
    let words = ["train", "--data", "two-moons:2000", "--epochs", "9000", "--arch", "mlp:4", "--out", &out];
    let mut child = start(&words);
    let mut lines = BufReader::new(child.stdout.take().expect("caught"));
    lines.read_line(&mut String::new()).expect("a line");
    send(&child, "TERM");
    let (status, _, error) = told(child.wait_with_output().expect("it ends"));
    assert_eq!(status, 130, "{error}");
    assert_eq!(folder.names(), ["x.safetensors.checkpoint"]);
    // A batch of images by a slow method does not end by itself for a while; whoever asks twice does not wait.
    let slow = "assets/models/mnist-dm-small-normal.safetensors.gz";
    let child = start(&["bench", slow, "--budget", "60000"]);
    std::thread::sleep(Duration::from_millis(1500));
    send(&child, "INT");
    std::thread::sleep(Duration::from_millis(500));
    let second = Instant::now();
    send(&child, "INT");
    let (status, _, _) = told(child.wait_with_output().expect("it ends"));
    assert_eq!(status, 130);
    assert!(second.elapsed() < Duration::from_secs(3));
}

#[test]
fn whoever_ignores_hang_ups_is_not_ended_by_one() {
    let folder = Folder::new();
    let out = folder.at("x.safetensors");
    let command = format!(
        "trap '' HUP; exec {} train --data two-moons:200 --epochs 300 --arch mlp:4 --out {out}",
        env!("CARGO_BIN_EXE_boundscope")
    );
    let mut child = std::process::Command::new("sh")
        .args(["-c", &command])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut lines = BufReader::new(child.stdout.take().expect("caught"));
    lines.read_line(&mut String::new()).expect("a line");
    send(&child, "HUP");
    wait_until("the run's end", || child.try_wait().expect("it is ours").is_some());
    assert_eq!(child.wait().expect("it ended").code(), Some(0));
    assert!(fs::metadata(&out).is_ok());
}
