//! The paper's figures as the command line draws them: shares that add up, whole SVG files, and the paper's findings.
#![cfg(feature = "cli")]

use crate::common;

use common::golden_folder;
use serde_json::Value;
use std::{fs, path::PathBuf, process::Command};

/// Draws into a folder of its own; answers with the exit status, stdout, stderr and the folder.
fn draw(name: &str, words: &[&str]) -> (i32, String, String, PathBuf) {
    let folder = std::env::temp_dir().join(format!("boundscope-figures-{name}-{}", std::process::id()));
    let out = Command::new(env!("CARGO_BIN_EXE_boundscope"))
        .args(["figures", "--out", &folder.display().to_string()])
        .args(words)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    (out.status.code().expect("it exits"), text(out.stdout), text(out.stderr), folder)
}

fn golden(case: &str) -> String {
    golden_folder(case).display().to_string()
}

/// Checks that every element is closed in order, every attribute quoted and every `&` an entity; answers with the
/// names of all elements.
fn well_formed(svg: &str) -> Vec<String> {
    let (mut open, mut names) = (Vec::new(), Vec::new());
    let mut rest = svg;
    while let Some(at) = rest.find('<') {
        assert!(!rest[..at].contains("&") || rest[..at].split('&').skip(1).all(|part| part.contains(';')));
        let end = rest[at..].find('>').expect("a tag ends") + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let (tag, alone) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let name = tag.split(' ').next().expect("a name").to_owned();
        // Outside quotes, an attribute is a name and an equals sign.
        for outside in tag[name.len()..].split('"').step_by(2) {
            assert!(outside.trim().is_empty() || outside.starts_with(' ') && outside.ends_with('='), "{tag}");
        }
        if !alone {
            open.push(name.clone());
        }
        names.push(name);
    }
    assert!(open.is_empty(), "{open:?}");
    names
}

#[test]
fn shares_add_up_and_show_what_the_paper_found() {
    let models = [golden("mnist-mlp-normal"), golden("mnist-mlp-ibp"), golden("mnist-cnn-ibp-ramp")];
    let words = [&models[0], &models[1], &models[2], "--data", "mnist-test:24", "--epsilon", "0.1,0.2", "--json"];
    let (status, said, error, folder) = draw("shares", &words);
    assert_eq!((status, error.as_str()), (0, ""));
    let answer: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(answer["question"]["data"], "mnist-test:24");
    let networks = answer["networks"].as_array().expect("a list");
    assert_eq!(networks.len(), 3);
    for network in networks {
        let ramp = network["name"] == "mnist-cnn-ibp-ramp";
        let results = network["results"].as_array().expect("a list");
        assert_eq!(results.iter().map(|result| result["epsilon"].as_f64()).collect::<Vec<_>>(), [Some(0.1), Some(0.2)]);
        for result in results {
            let layers = result["layers"].as_array().expect("a list");
            for shares in layers.iter().map(|layer| &layer["statuses"]).chain([&result["all"]]) {
                let shares = shares.as_object().expect("shares by status");
                let sum: f64 = shares.values().map(|share| share.as_f64().expect("a share")).sum();
                assert_eq!(
                    (shares.len(), shares.contains_key("right_dead")),
                    if ramp { (7, true) } else { (4, false) }
                );
                assert!((sum - 1.0).abs() < 1e-12, "{sum}");
            }
            for layer in layers {
                assert_eq!(layer.get("centres").is_some(), ramp);
                let sum = layer["centres"].as_array().map_or(1.0, |bins| bins.iter().filter_map(Value::as_f64).sum());
                assert!((sum - 1.0).abs() < 1e-12, "{sum}");
            }
        }
    }
    let share =
        |network: usize, status: &str| networks[network]["results"][0]["all"][status].as_f64().expect("a share");
    assert!(share(0, "unstable") > 0.7 && share(0, "dead") < 0.1, "the normal network is unstable");
    assert!(share(1, "dead") > 0.5, "the IBP-trained ReLU network is dead");
    assert!(share(2, "right_dead") > 0.1, "the ramp has right dead neurons");

    let written = fs::read_to_string(folder.join("figures.json")).expect("written");
    assert_eq!(serde_json::from_str::<Value>(&written).expect("JSON"), answer);
    assert!(!written.contains(env!("CARGO_MANIFEST_DIR")), "a report names no folder of this machine");
    for (file, bars) in [("figure-4.svg", 2 * (3 + 3)), ("figure-6.svg", 2 * 4), ("figure-6-centres.svg", 0)] {
        let svg = fs::read_to_string(folder.join(file)).expect("written");
        let names = well_formed(&svg);
        assert_eq!((names[0].as_str(), names[1].as_str(), names[2].as_str()), ("svg", "title", "desc"), "{file}");
        // One title for the figure, one for each bar.
        assert_eq!(names.iter().filter(|name| *name == "title").count(), 1 + bars, "{file}");
        assert_eq!(svg.matches("http").count(), 1, "{file}: the namespace, and nothing from elsewhere");
        assert!(svg.contains("url(#p-left-unstable)") && svg.contains("id=\"p-left-unstable\""), "{file}");
        assert!(svg.contains("first 24 test images") && svg.contains("ε = 0.2"), "{file}");
    }
    fs::remove_dir_all(folder).expect("it was there");
}

#[test]
fn the_table_names_layers_and_only_figures_with_networks_are_written() {
    let (status, said, _, folder) =
        draw("table", &[&golden("mnist-mlp-ibp"), "--data", "mnist-test:2", "--epsilon", "0"]);
    assert_eq!(status, 0);
    for needle in ["first 2 MNIST test images", "1 · linear 64", "all hidden layers", "unstable", "figure-4.svg"] {
        assert!(said.contains(needle), "{needle}: {said}");
    }
    assert!(folder.join("figure-4.svg").is_file() && !folder.join("figure-6.svg").exists());
    fs::remove_dir_all(folder).expect("it was there");
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    for (words, needle) in [
        (vec![golden("toy2d")], "784"),
        (vec![golden("mnist-mlp-ibp"), "--epsilon=-1".to_owned()], "ε is -1"),
        (vec![golden("mnist-mlp-ibp"), "--data=mnist-test:0".to_owned()], "1 to 10000"),
        (vec!["nowhere.safetensors".to_owned()], "nowhere.safetensors"),
    ] {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (status, said, error, folder) = draw("refused", &words);
        assert_eq!((status, said.as_str(), folder.exists()), (2, "", false), "{words:?}");
        assert!(error.contains(needle), "{words:?} says {error:?}");
    }
}
