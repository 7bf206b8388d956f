//! A resumed run goes on with the data and the plan it began with, or not at all.
#![cfg(all(feature = "cli", unix))]

use crate::common;

use boundscope::train::Trainer;
use common::program::{Folder, run, send, start, told, wait_until};
use serde_json::Value;
use std::{fs, path::Path};

const RUN: [&str; 9] =
    ["train", "--data", "two-moons:2000", "--epochs", "60", "--arch", "mlp:8", "--checkpoint-every", "1"];

/// A checkpoint of the run above, stopped early.
fn checkpoint(folder: &Folder) -> String {
    let (out, path) = (folder.at("x.safetensors"), folder.at("x.safetensors.checkpoint"));
    let child = start(&[&RUN[..], &["--out", &out]].concat());
    wait_until("a checkpoint", || Path::new(&path).exists());
    send(&child, "INT");
    let (status, _, error) = told(child.wait_with_output().expect("it ends"));
    assert_eq!(status, 130, "{error}");
    path
}

#[test]
fn other_data_and_other_plans_are_refused() {
    let folder = Folder::new();
    let checkpoint = checkpoint(&folder);
    let out = folder.at("y.safetensors");
    let resume = |more: &[&str]| run(&[&["train", "--resume", &checkpoint, "--out", &out][..], more].concat());
    for other in ["two-moons:50", "two-moons:2001", "mnist-train:100"] {
        let (status, said, error) = resume(&["--data", other]);
        assert_eq!((status, said.as_str()), (2, ""), "{other}");
        assert!(error.contains(other) && error.contains("two-moons:2000"), "names both: {error}");
    }
    for (option, other, has) in [
        ("--epochs", "61", "60"),
        ("--arch", "mlp:9", "mlp:8"),
        ("--activation", "leaky:0.1", "relu"),
        ("--loss", "clean", "ibp"),
        ("--epsilon", "0.2", "0.1"),
        ("--recipe", "short", "paper"),
        ("--kappa", "1,0.5", "1"),
        ("--batch", "7", "256"),
        ("--learning-rate", "0.1", "5"),
        ("--initialization", "he", "uniform"),
        ("--noise", "0.5", "0"),
        ("--seed", "2", "1"),
    ] {
        let (status, _, error) = resume(&[option, other]);
        assert_eq!(status, 2, "{option}: {error}");
        assert!(error.contains(option) && error.contains(has), "{error}");
    }
    assert!(!Path::new(&out).exists());
    // The same said again is no other; the run ends as if it had not been stopped.
    let (status, _, error) = resume(&[&RUN[1..7], &["--seed", "1", "--learning-rate", "5e-4"]].concat());
    assert_eq!(status, 0, "{error}");
    let record: Value = serde_json::from_slice(&fs::read(folder.at("y.json")).expect("a record")).expect("JSON");
    assert_eq!((&record["data"], &record["steps"]), (&"two-moons:2000".into(), &480.into()));
    let whole = folder.at("whole.safetensors");
    assert_eq!(run(&[&RUN[..], &["--out", &whole]].concat()).0, 0);
    assert_eq!(fs::read(&whole).expect("there"), fs::read(&out).expect("there"));
}

#[test]
fn data_of_the_same_name_with_other_content_is_refused() {
    let folder = Folder::new();
    let checkpoint = checkpoint(&folder);
    // The run's set as it would be if its file had changed since.
    let mut trainer = Trainer::resume(&fs::read(&checkpoint).expect("there")).expect("a checkpoint");
    let mut source = trainer.source().expect("it names its set").clone();
    assert_eq!((source.name.as_str(), source.images), ("two-moons:2000", 2000));
    source.hash = "0".repeat(64);
    trainer.set_source(source);
    fs::write(&checkpoint, trainer.checkpoint().expect("a file")).expect("written");
    let out = folder.at("y.safetensors");
    let (status, _, error) = run(&["train", "--resume", &checkpoint, "--out", &out]);
    assert_eq!(status, 2);
    assert!(error.contains("two-moons:2000") && error.contains("SHA-256"), "{error}");
}
