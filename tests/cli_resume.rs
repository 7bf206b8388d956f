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
        ("--recipe", "record", "paper"),
        ("--ramp", "smooth", "linear"),
        ("--epsilon-factor", "1.1", "1"),
        ("--regularizer", "0.3", "0"),
        ("--weight-decay", "0.1", "0"),
        ("--l1", "1e-6", "0"),
        ("--average", "2", "0"),
        ("--seed", "2", "1"),
    ] {
        let (status, _, error) = resume(&[option, other]);
        assert_eq!(status, 2, "{option}: {error}");
        assert!(error.contains(option) && error.contains(has), "{error}");
    }
    assert!(!Path::new(&out).exists());
    // The same said again is no other; the run ends as if it had not been stopped.
    let (status, _, error) = resume(
        &[&RUN[1..7], &["--seed", "1", "--learning-rate", "5e-4", "--average", "0", "--ramp", "linear"]].concat(),
    );
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

#[test]
fn a_recipe_says_what_it_stands_for_and_a_run_of_it_goes_on_to_the_same_bits() {
    let plan = |more: &[&str]| -> (i32, Value, String) {
        let (status, said, error) = run(&[&["plan"][..], more].concat());
        (status, serde_json::from_str(&said).unwrap_or_default(), error)
    };
    let (status, record, error) =
        plan(&["--recipe", "record", "--arch", "dm-small", "--activation", "ramp:0", "--epsilon", "0.4"]);
    assert_eq!(status, 0, "{error}");
    assert_eq!(
        [&record["epochs"], &record["batch"], &record["weight_decay"], &record["l1"], &record["epsilon_factor"]],
        [&Value::from(70), &512.into(), &0.01.into(), &7e-6.into(), &1.055.into()]
    );
    assert_eq!(record["schedules"]["epsilon"]["motion"], "smooth");
    assert_eq!(record["schedules"]["kappa"]["points"], serde_json::json!([[3.0, 0.605], [27.0, 0.11]]));
    assert_eq!(record["averaging"], serde_json::json!({ "epochs": 5.0, "every": 10 }));
    // Each of its settings can be taken back; what is left is a plan of the older kind.
    let back = ["--weight-decay", "0", "--l1", "0", "--epsilon-factor", "1", "--average", "0", "--ramp", "linear"];
    let (_, plain, _) = plan(&[&["--recipe", "record"][..], &back].concat());
    for name in ["weight_decay", "l1", "epsilon_factor", "averaging"] {
        assert!(plain[name].is_null(), "{name}: {plain}");
    }
    assert_eq!(plain["schedules"]["epsilon"]["motion"], "linear");
    for (more, what) in [
        (["--recipe", "records"], "paper, short, record"),
        (["--ramp", "step"], "linear, smooth"),
        (["--average", "-1"], "epochs of the mean"),
        (["--epsilon-factor", "20"], "factor"),
        (["--l1", "2"], "ℓ1"),
        (["--weight-decay", "-1"], "weight decay"),
    ] {
        let (status, _, error) = plan(&more);
        assert!(status == 2 && error.contains(what), "{more:?}: {error}");
    }
    // A run stopped in the epochs that the mean is of, and one that was not stopped.
    let folder = Folder::new();
    let words = [
        "train",
        "--recipe",
        "record",
        "--data",
        "two-moons:2000",
        "--arch",
        "mlp:8",
        "--activation",
        "ramp:0",
        "--epochs",
        "120",
        "--average",
        "119",
        "--batch",
        "100",
        "--checkpoint-every",
        "1",
    ];
    let (whole, out) = (folder.at("whole.safetensors"), folder.at("x.safetensors"));
    assert_eq!(run(&[&words[..], &["--out", &whole]].concat()).0, 0);
    let path = folder.at("x.safetensors.checkpoint");
    let child = start(&[&words[..], &["--out", &out]].concat());
    wait_until("a checkpoint with a mean", || {
        fs::read(&path).ok().and_then(|file| Trainer::resume(&file).ok()).is_some_and(|trainer| trainer.epoch() > 20.0)
    });
    send(&child, "INT");
    let (status, _, error) = told(child.wait_with_output().expect("it ends"));
    assert_eq!(status, 130, "{error}");
    let (status, _, error) = run(&["train", "--resume", &path, "--out", &out]);
    assert_eq!(status, 0, "{error}");
    assert_eq!(fs::read(&whole).expect("there"), fs::read(&out).expect("there"));
}

/// An IDX file of bytes.
fn idx_file(path: &str, sizes: &[u32], bytes: &[u8]) {
    let sizes_bytes = sizes.iter().flat_map(|size| size.to_be_bytes());
    let file: Vec<u8> =
        [0, 0, 8, sizes.len() as u8].into_iter().chain(sizes_bytes).chain(bytes.iter().copied()).collect();
    fs::write(path, file).expect("written");
}

#[test]
fn a_set_of_two_idx_files_is_trained_on_and_nothing_else() {
    let folder = Folder::new();
    let (images, labels, out) = (folder.at("images"), folder.at("labels"), folder.at("x.safetensors"));
    let pixels: Vec<u8> = (0..3 * 784_u32).map(|at| (at % 251) as u8).collect();
    idx_file(&images, &[3, 28, 28], &pixels);
    idx_file(&labels, &[3], &[0, 9, 4]);
    let data = format!("idx:{images},{labels}");
    let train = |data: &str| run(&["train", "--data", data, "--epochs", "2", "--arch", "mlp:3", "--out", &out]);
    let (status, _, error) = train(&data);
    assert_eq!(status, 0, "{error}");
    let record: Value = serde_json::from_slice(&fs::read(folder.at("x.json")).expect("a record")).expect("JSON");
    assert_eq!(record["data"], data.as_str());
    let (odd, few, none) = (folder.at("odd"), folder.at("few"), folder.at("none"));
    idx_file(&odd, &[3, 28, 27], &pixels[..3 * 28 * 27]);
    idx_file(&few, &[2], &[0, 1]);
    for (data, what) in [
        (format!("idx:{odd},{labels}"), "28 × 27"),
        (format!("idx:{images},{few}"), "3 images and 2 labels"),
        (format!("idx:{images},{none}"), "none"),
        (format!("idx:{labels},{images}"), "11 bytes are too few for its header"),
        (format!("idx:{images}"), "idx:IMAGES,LABELS"),
        (format!("idx:{images},"), "idx:IMAGES,LABELS"),
        (format!("idx:{images},{labels},{labels}"), "idx:IMAGES,LABELS"),
    ] {
        let (status, said, error) = train(&data);
        assert_eq!((status, said.as_str()), (2, ""), "{data}");
        assert!(error.contains(what), "{data}: {error}");
    }
    // A class beyond the tenth makes a network with more outputs.
    idx_file(&labels, &[3], &[0, 25, 4]);
    assert_eq!(train(&data).0, 0);
    let (_, said, _) = run(&["inspect", &out, "--json"]);
    assert!(said.contains("26"), "{said}");
}
