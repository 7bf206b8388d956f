//! Files that the command line writes: whole or not at all, through links, into devices, with the rights that were there; and what
//! cannot be written is refused before the work.
#![cfg(all(feature = "cli", unix))]

use crate::common;

use boundscope::formats::{read_model, write_onnx};
use common::program::{Folder, MODEL, TWO, program, run};
use std::{
    fs,
    os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink},
    process::Command,
    time::{Duration, Instant},
};

fn mode(path: &str) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}

fn is_the_network(path: &str) {
    let read = read_model(&fs::read(path).expect("written")).expect("a model");
    assert_eq!(read.hash(), read_model(&fs::read(TWO).expect("it ships")).expect("a model").hash());
}

#[test]
fn links_and_rights_stay() {
    let folder = Folder::new();
    let (target, link, far) = (folder.at("t.safetensors"), folder.at("link.safetensors"), folder.at("far"));
    fs::write(&target, "old").expect("written");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).expect("ours");
    symlink("t.safetensors", &link).expect("a link");
    symlink("link.safetensors", &far).expect("a link to a link, without an ending");
    for path in [&target, &link, &far] {
        let (status, _, error) = run(&["convert", TWO, path]);
        assert_eq!(status, 0, "{error}");
        assert!(
            fs::symlink_metadata(&link).expect("there").is_symlink()
                && fs::symlink_metadata(&far).expect("there").is_symlink()
        );
        is_the_network(&target);
        assert_eq!(mode(&target), 0o640);
        fs::write(&target, "old").expect("written");
    }
    // A link to nothing makes the file that it names, where it names it.
    let (inner, dangling) = (folder.at("inner"), folder.at("dangling.safetensors"));
    fs::create_dir(&inner).expect("a folder");
    symlink("inner/new.safetensors", &dangling).expect("a link");
    assert_eq!(run(&["convert", TWO, &dangling]).0, 0);
    is_the_network(&folder.at("inner/new.safetensors"));
    // Two names of one file stay that.
    let second = folder.at("second.safetensors");
    fs::hard_link(&target, &second).expect("a second name");
    assert_eq!(run(&["convert", TWO, &second]).0, 0);
    is_the_network(&target);
    assert_eq!(fs::metadata(&target).expect("there").nlink(), 2);
    assert_eq!(
        folder.names(),
        ["dangling.safetensors", "far", "inner", "link.safetensors", "second.safetensors", "t.safetensors"]
    );
}

#[test]
fn a_fifo_is_written_into() {
    let folder = Folder::new();
    for name in ["pipe", "pipe.safetensors"] {
        let pipe = folder.at(name);
        assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        let reader = {
            let pipe = pipe.clone();
            std::thread::spawn(move || fs::read(pipe).expect("readable"))
        };
        let (status, _, error) = run(&["convert", TWO, &pipe]);
        // Where the pipe was replaced its reader waits for ever: look first.
        assert!(fs::symlink_metadata(&pipe).expect("there").file_type().is_fifo(), "{error}");
        assert_eq!(status, 0, "{error}");
        read_model(&reader.join().expect("reads")).expect("the network");
    }
}

/// Devices of our own: a program that replaced them must not get at the system's. Only root can make them.
#[test]
fn devices_stay_devices() {
    let folder = Folder::new();
    for (name, minor, wanted) in [("null", "3", 0), ("full.safetensors", "7", 2)] {
        let device = folder.at(name);
        let made = Command::new("mknod").args([&device, "c", "1", minor]).status();
        if !made.is_ok_and(|status| status.success()) || fs::OpenOptions::new().write(true).open(&device).is_err() {
            continue;
        }
        let (status, _, error) = run(&["convert", TWO, &device]);
        assert!(fs::metadata(&device).expect("there").file_type().is_char_device());
        assert_eq!(status, wanted, "{error}");
        let words = ["train", "--data", "two-moons:20", "--epochs", "1", "--arch", "mlp:2", "--out", &device];
        assert_eq!(run(&words).0, wanted);
        assert!(fs::metadata(&device).expect("there").file_type().is_char_device());
    }
    assert!(folder.names().iter().all(|name| name == "null" || name == "full.safetensors"), "{:?}", folder.names());
}

#[test]
fn what_cannot_be_written_is_refused_before_the_work() {
    let folder = Folder::new();
    fs::create_dir(folder.at("folder.safetensors")).expect("a folder");
    fs::create_dir_all(folder.at("b.safetensors.checkpoint")).expect("a folder");
    fs::create_dir_all(folder.at("c.json")).expect("a folder");
    fs::create_dir_all(folder.at("net.json")).expect("a folder");
    fs::create_dir_all(folder.at("figures/figures.json")).expect("a folder");
    fs::write(folder.at("file"), "x").expect("written");
    fs::copy("tests/cases/linear.safetensors", folder.at("net.safetensors")).expect("copied");
    symlink("loop.safetensors", folder.at("loop.safetensors")).expect("a link to itself");
    let before = folder.names();
    let long = ["--data", "two-moons:100000", "--epochs", "5000"];
    for out in [
        "missing/x.safetensors",
        "folder.safetensors",
        "folder.safetensors/",
        "file/x.safetensors",
        "b.safetensors",
        "c.safetensors",
        "loop.safetensors",
    ] {
        let begun = Instant::now();
        let out = folder.at(out);
        let (status, said, error) = run(&[&["train", "--out", &out][..], &long].concat());
        assert_eq!((status, said.as_str()), (2, ""), "{out}: {error}");
        assert!(error.contains("boundscope: ") && !error.contains("panicked"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(30), "{out} was found out late");
    }
    let good = folder.at("good.safetensors");
    for log in [folder.at("missing/log"), folder.at("folder.safetensors"), good.clone(), folder.at("good.json")] {
        let (status, _, error) = run(&[&["train", "--out", &good, "--log", &log][..], &long].concat());
        assert_eq!(status, 2, "{log}: {error}");
    }
    let net = folder.at("net.safetensors");
    let evaluate = ["evaluate", &net, "--record", "--data", "mnist-test", "--epsilon", "0.1", "--pgd", "1000x100"];
    assert_eq!(run(&evaluate).0, 2, "the record is a folder");
    for out in ["file", "figures", "file/figures", "x.svg"] {
        let (status, _, error) = run(&["figures", MODEL, "--data", "mnist-test", "--out", &folder.at(out)]);
        assert_eq!(status, 2, "{out}: {error}");
    }
    for out in ["missing/x.safetensors", "folder.safetensors", "file/x.onnx", "loop.safetensors"] {
        assert_eq!(run(&["convert", TWO, &folder.at(out)]).0, 2, "{out}");
    }
    assert_eq!(folder.names(), before, "nothing is left behind");
    assert_eq!(fs::read(folder.at("file")).expect("there"), b"x");
}

#[test]
fn a_file_is_of_the_kind_that_its_name_says_or_refused() {
    let folder = Folder::new();
    let train = |out: &str| {
        let words = ["train", "--data", "two-moons:20", "--epochs", "1", "--arch", "mlp:3", "--out", out];
        run(&words)
    };
    for name in ["x.npz", "x.pt", "x", "x.gz", "x.onnx.gz", "x.json"] {
        let out = folder.at(name);
        for (status, _, error) in [run(&["convert", TWO, &out]), train(&out)] {
            assert_eq!(status, 2, "{name}");
            assert!(error.contains(".onnx") || error.contains("no gzip"), "{error}");
        }
    }
    assert!(folder.names().is_empty(), "{:?}", folder.names());
    let [plain, packed, onnx] = ["a.safetensors", "b.SafeTensors.GZ", "c.ONNX"].map(|name| folder.at(name));
    for out in [&plain, &packed, &onnx] {
        assert_eq!(train(out).0, 0);
    }
    let bytes = |path: &str| fs::read(path).expect("written");
    let network = read_model(&bytes(&plain)).expect("a model");
    assert!(bytes(&packed).starts_with(&[0x1f, 0x8b]));
    assert_eq!(read_model(&bytes(&packed)).expect("a model").hash(), network.hash());
    assert_eq!(bytes(&onnx), write_onnx(&network).expect("it has a form"));
    let names = ["a.json", "a.safetensors", "b.SafeTensors.GZ", "b.json", "c.ONNX", "c.json"];
    assert_eq!(folder.names(), names, "records beside, and no checkpoint");
}

#[test]
fn figures_and_records_go_through_the_same_writer() {
    let folder = Folder::new();
    fs::copy("tests/cases/linear.safetensors", folder.at("net.safetensors")).expect("copied");
    fs::write(folder.at("kept.json"), "{\"steps\":1}").expect("written");
    fs::set_permissions(folder.at("kept.json"), fs::Permissions::from_mode(0o600)).expect("ours");
    symlink("kept.json", folder.at("net.json")).expect("a link");
    let words =
        ["evaluate", "net.safetensors", "--record", "--data", "mnist-test:2", "--epsilon", "0.1", "--methods", "ibp"];
    let assets = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");
    let run_there = |words: &[&str]| {
        program(words).current_dir(folder.path()).env("BOUNDSCOPE_ASSETS", assets).output().expect("it starts")
    };
    let out = run_there(&words);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(fs::symlink_metadata(folder.at("net.json")).expect("there").is_symlink());
    assert_eq!(mode(&folder.at("kept.json")), 0o600);
    let record: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.at("kept.json")).expect("there")).expect("JSON");
    assert!(record["steps"] == 1 && record["evaluation"]["images"] == 2);
    fs::write(folder.at("kept.json"), "[1]").expect("written");
    assert_eq!(run_there(&words).status.code(), Some(2), "a record that is no object");
    let model = format!("{}/{MODEL}", env!("CARGO_MANIFEST_DIR"));
    let out = run_there(&["figures", &model, "--data", "mnist-test:3", "--out", "deep/figures"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(fs::metadata(folder.at("deep/figures/figures.json")).is_ok_and(|found| found.is_file()));
}
