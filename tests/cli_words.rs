//! Words of the command line are read whole or refused, and what it prints claims no more than was proved.
#![cfg(feature = "cli")]

use crate::common;

use common::program::{Folder, MODEL, TWO, TWO_INPUT, run};
use serde_json::Value;

const BOUNDS: [&str; 6] = ["bounds", TWO, "--input", TWO_INPUT, "--method", "ibp"];

#[test]
fn half_a_word_is_no_word() {
    let bounds = |more: &[&str]| [&BOUNDS[..], more].concat().iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let others = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let train = |more: &[&str]| {
        others(&[&["train", "--data", "two-moons:20", "--out", "/nowhere/x.safetensors"], more].concat())
    };
    let evaluate = |more: &[&str]| others(&[&["evaluate", MODEL, "--data", "mnist-test:1"], more].concat());
    let mut refused = Vec::new();
    for clip in ["0,1,x", "0,1,", "0,1,2", "x,0,1", "0", "", "0;1", "0,nan", "-inf,inf", "0,1e999", "1,0"] {
        refused.push((bounds(&["--epsilon", "0.1", "--clip", clip]), "clip"));
    }
    for number in ["nan", "inf", "-inf", "1e999", "0.1x", "", "0.1,0.2", "--json"] {
        refused.push((bounds(&["--epsilon", number]), "epsilon"));
        refused.push((evaluate(&["--epsilon", &format!("0.1,{number}x")]), "epsilon"));
        refused.push((train(&["--epsilon", &format!("{number}y")]), "epsilon"));
    }
    for list in ["0.1,", ",0.1", "0.1,,0.2", "0.1 0.2"] {
        refused.push((evaluate(&["--epsilon", list]), "epsilon"));
    }
    for kappa in ["1,0.5,x", "1", "1,2", "-1,0", "1,nan"] {
        refused.push((train(&["--kappa", kappa]), "kappa"));
    }
    for (option, word) in [
        ("--epochs", "-1"),
        ("--epochs", "1.5"),
        ("--batch", "1x"),
        ("--seed", "4294967296"),
        ("--learning-rate", "nan"),
        ("--noise", "inf"),
        ("--checkpoint-every", "0"),
        ("--arch", "mlp:64-"),
        ("--arch", "mlp:64-x"),
        ("--arch", "mlp:64--32"),
        ("--activation", "ramp:1e-3-"),
        ("--activation", "ramp:0-0-0"),
        ("--activation", "leaky:0.1x"),
        ("--data", "two-moons:"),
        ("--data", "two-moons:5x"),
        ("--data", "two-moons:5:6"),
    ] {
        refused.push((train(&[option, word]), option.trim_start_matches('-')));
    }
    for pgd in ["20", "20x", "x1", "20x1x1", "20x-1", "0x1", "20x1.5", "20X1", "nonex"] {
        refused.push((evaluate(&["--epsilon", "0.1", "--pgd", pgd]), "pgd"));
    }
    for methods in ["ibp,", "ibp,,crown", "ibp;crown", "relaxed-crown:1x", "relaxed-crown:0", ""] {
        refused.push((evaluate(&["--epsilon", "0.1", "--methods", methods]), "method"));
        refused.push((others(&["radius", MODEL, "--mnist", "0", "--method", methods]), "method"));
    }
    for range in ["9-0", "5..5", "0..0", "-1", "1-", "1-2-3", "0..=9", "1,2", "1e1", ""] {
        refused.push((others(&["radius", MODEL, "--mnist", range]), "mnist"));
    }
    for far in ["10000", "0-10000", "18446744073709551615", "0-18446744073709551615"] {
        refused.push((others(&["radius", MODEL, "--mnist", far]), "0 to 9999"));
    }
    refused.push((others(&["bounds", MODEL, "--epsilon", "0", "--mnist", "18446744073709551615"]), "0 to 9999"));
    refused.push((bounds(&["--epsilon", "0", "--label", "18446744073709551615"]), "label"));
    for largest in ["0", "-1", "nan", "inf"] {
        refused.push((others(&["radius", MODEL, "--mnist", "0", "--largest", largest]), "largest"));
        refused.push((others(&["bench", MODEL, "--budget", largest]), "budget"));
    }
    for (words, about) in refused {
        let (status, said, error) = run(&words);
        assert_eq!((status, said.as_str()), (2, ""), "{words:?}");
        assert!(error.to_lowercase().contains(about) && !error.contains("panicked"), "{words:?}: {error}");
    }
}

#[test]
fn signs_exponents_and_spaces_are_read() {
    for more in [
        &["--epsilon", "0.1", "--clip", "-1,1"][..],
        &["--epsilon", "+1e-1", "--clip", " -1 , +1e0"],
        &["--epsilon", ".1", "--clip=-1,1"],
    ] {
        let (status, said, error) = run(&[&BOUNDS[..], more].concat());
        assert_eq!(status, 0, "{error}");
        assert!(said.contains("0.9250") && said.contains("1.5750"), "{said}");
    }
    let folder = Folder::new();
    let out = folder.at("x.safetensors");
    for activation in ["ramp:1e-3", "ramp:1e-3-1e-2", "ramp:0.01-0", "leaky:1e-3"] {
        let words = [
            "train",
            "--data",
            "two-moons:20",
            "--epochs",
            "1",
            "--arch",
            "mlp:3",
            "--activation",
            activation,
            "--out",
            &out,
        ];
        let (status, _, error) = run(&words);
        assert_eq!(status, 0, "{activation}: {error}");
    }
}

/// Every number printed after one of `before`, up to the next space or comma.
fn printed(said: &str, before: &str) -> Vec<f64> {
    let words = said.split(before).skip(1).map(|rest| rest.split([' ', ',', '\n']).next().unwrap_or_default());
    words.map(|word| word.parse().unwrap_or_else(|_| panic!("{word:?} in {said}"))).collect()
}

fn both(words: &[&str]) -> (String, Value) {
    let (status, said, error) = run(words);
    assert_eq!(status, 0, "{error}");
    let (_, json, _) = run(&[words, &["--json"]].concat());
    (said, serde_json::from_str(&json).expect("JSON"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|number| number.as_f64().expect("a number")).collect()
}

#[test]
fn printed_numbers_claim_no_more_than_was_proved() {
    let (said, json) = both(&["radius", MODEL, "--mnist", "0-9", "--method", "ibp,crown", "--clip", "0,1"]);
    let rows = json["radii"].as_array().expect("a list");
    // A row that is verified nowhere prints neither end.
    let found = rows.iter().filter(|row| row["verified"].is_f64());
    let proved = |key: &str| found.clone().filter_map(|row| row[key].as_f64()).collect::<Vec<_>>();
    let (low, high) = (printed(&said, "certified up to "), printed(&said, "not at "));
    assert!(low.len() >= 10);
    for (printed, proved) in low.iter().zip(proved("verified")) {
        assert!(*printed <= proved && proved - printed < 1e-5, "{printed} {proved}");
    }
    for (printed, not) in high.iter().zip(proved("unverified")) {
        assert!(*printed >= not && printed - not < 1e-5, "{printed} {not}");
    }
    for epsilon in ["0.01", "0.1", "0.05"] {
        for arithmetic in ["f32", "f64", "sound"] {
            let (said, json) =
                both(&["bounds", MODEL, "--mnist", "3", "--epsilon", epsilon, "--arithmetic", arithmetic]);
            let margins = numbers(&json["margins"]);
            for (printed, proved) in printed(&said, "≥ ").iter().zip(&margins) {
                assert!(printed <= proved && proved - printed < 1e-5, "{printed} {proved}");
            }
            let table = said.split("upper\n").nth(1).expect("a table").lines().take(10);
            for (line, (low, high)) in
                table.zip(numbers(&json["logits"]["lower"]).iter().zip(numbers(&json["logits"]["upper"])))
            {
                let cells: Vec<f64> = line.split_whitespace().map(|cell| cell.parse().expect("a number")).collect();
                assert!(cells[2] <= *low && cells[3] >= high, "{line}: {low} {high}");
            }
        }
    }
    // 33 of 47 are not verified at some ε: no share is rounded down.
    let words = [
        "evaluate",
        MODEL,
        "--data",
        "mnist-test:47",
        "--epsilon",
        "0.12,0.14,0.16",
        "--methods",
        "ibp",
        "--pgd",
        "none",
    ];
    let (said, json) = both(&words);
    for (line, row) in
        said.split(" IBP\n").nth(1).expect("a table").lines().zip(json[0]["results"].as_array().expect("rows"))
    {
        let share: f64 = line.split_whitespace().nth(1).expect("a share").parse().expect("a number");
        let missed = 47.0 - row["verified"].as_f64().expect("a count");
        assert!(share * 47.0 >= 100.0 * missed && share < 100.0 * missed / 47.0 + 0.011, "{share} of {missed}");
    }
}

/// A network z = (s·x, 0) at x = 1, whose margin is s.
#[test]
fn a_tiny_margin_is_not_printed_as_zero() {
    use boundscope::{
        formats::write_model,
        network::{Linear, Network},
    };
    let folder = Folder::new();
    let path = folder.at("tiny.safetensors");
    let mut network = Network::new(&[1]).expect("a shape");
    for (inputs, outputs, weight) in [(1, 1, 1e-30_f32), (1, 1, 1e-30), (1, 2, 1.8e-30)] {
        let mut weights = vec![0.0; inputs * outputs];
        weights[0] = weight;
        network.push(Linear { outputs, inputs, weight: weights.into(), bias: None }).expect("fits");
    }
    std::fs::write(&path, write_model(&network).expect("a file")).expect("written");
    let input = folder.at("one.json");
    std::fs::write(&input, "[1.0]").expect("written");
    let (said, json) = both(&["bounds", &path, "--input", &input, "--epsilon", "0", "--arithmetic", "sound"]);
    let margin = numbers(&json["margins"])[0];
    let shown = printed(&said, "z0 − z1 ≥ ")[0];
    assert!(margin > 0.0 && shown > 0.0 && shown <= margin && shown > 0.9 * margin, "{said}");
}
