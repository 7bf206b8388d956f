//! What the engine says of a network that comes with the page, about one test image: bounds in f64 here, proved radii and errors from
//! where the project keeps them (assets/known-radii.json, the training records), each held by a test of its own.

use super::{
    answers::Answers,
    number::{Side, decimal},
};
use boundscope::{
    activation::Status,
    bounds::{Method, Prepared, Region, Strategy},
    formats::{mnist::Set, read_model},
    pulse::Steady,
    tensor::Cpu,
};
use pollster::block_on;
use serde::Deserialize;
use serde_json::Value;
use std::{error::Error, fs, path::Path};

/// A network of assets/models, an image of the MNIST test set, ε, and what to ask.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shipped {
    network: String,
    image: usize,
    epsilon: f64,
    methods: Vec<Method>,
    lines: Vec<Strategy>,
}

pub fn answers(root: &Path, asked: &Shipped) -> Result<Answers, Box<dyn Error>> {
    let models = root.join("assets/models");
    let network = read_model(&fs::read(models.join(format!("{}.safetensors.gz", asked.network)))?)?;
    let shard = asked.image / Set::Test.shard();
    let file = fs::read(root.join("assets/mnist").join(Set::Test.file(shard)))?;
    let (images, labels) = Set::Test.read(shard, &file, &(asked.image..asked.image + 1))?;
    let image: Vec<f64> = images.pixels.iter().map(|&pixel| f64::from(f32::from(pixel) / 255.0)).collect();
    let label = usize::from(labels[0]);

    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    let mut answers = Answers::new();
    let mut put = |key: &str, value: String| drop(answers.insert(key.to_owned(), value));
    put("eps", asked.epsilon.to_string());
    put("label", label.to_string());
    let region = |epsilon| Region { clip: Some([0.0, 1.0]), ..Region::linf(epsilon) };
    let ask = |epsilon, method, lines| {
        block_on(prepared.bounds(&image, Some(&[label]), &region(epsilon), method, lines, &Steady))
            .map(|mut bounds| bounds.remove(0))
    };
    put("clean.m", decimal(ask(0.0, Method::Ibp, Strategy::Tight)?.worst_margin(), Side::Nearest));
    for &method in &asked.methods {
        for &lines in &asked.lines {
            let bounds = ask(asked.epsilon, method, lines)?;
            let name = if method.uses_lines() { format!("{method}-{}", lines.name()) } else { method.to_string() };
            put(&format!("{name}.m"), decimal(bounds.worst_margin(), Side::Down));
            let mut counts = [0_usize; 4];
            for (layer, range) in network.layers().iter().zip(&bounds.layers) {
                for (index, (&lower, &upper)) in range.lower.iter().zip(&range.upper).enumerate() {
                    counts[match layer.rule.status(index, lower, upper) {
                        Status::LeftDead => 0,
                        Status::RightDead => 1,
                        Status::Alive => 2,
                        _ => 3,
                    }] += 1;
                }
            }
            let all: usize = counts.iter().sum();
            for (status, count) in ["dead", "right-dead", "alive", "unstable"].iter().zip(counts) {
                put(&format!("{name}.{status}"), format!("{:.1}", 100.0 * count as f64 / all as f64));
            }
        }
    }
    radii(root, asked, &mut put)?;
    errors(&models.join(format!("{}.json", asked.network)), &mut put)?;
    Ok(answers)
}

/// Proved radii and the ε that breaks, for the image that the page opens with.
fn radii(root: &Path, asked: &Shipped, put: &mut impl FnMut(&str, String)) -> Result<(), Box<dyn Error>> {
    if asked.image != 0 {
        return Ok(());
    }
    let known: Vec<Value> = serde_json::from_slice(&fs::read(root.join("assets/known-radii.json"))?)?;
    for known in known.iter().filter(|known| known["question"]["network"] == asked.network.as_str()) {
        for answer in known["answers"].as_array().into_iter().flatten() {
            if let (Some(method), Some(radius)) = (answer["method"].as_str(), answer["verified"].as_f64()) {
                put(&format!("radius.{method}"), decimal(radius, Side::Down));
            }
        }
        if let Some(epsilon) = known["broken"]["epsilon"].as_f64() {
            put("broken", decimal(epsilon, Side::Up));
        }
    }
    Ok(())
}

/// Errors on the 10 000 test images, in percent.
fn errors(record: &Path, put: &mut impl FnMut(&str, String)) -> Result<(), Box<dyn Error>> {
    let record: Value = serde_json::from_slice(&fs::read(record)?)?;
    let evaluation = &record["evaluation"];
    let percent = |value: &Value| value.as_f64().map(|share| format!("{:.2}", 100.0 * share));
    put("error.clean", percent(&evaluation["clean_error"]).ok_or("its record has no clean error")?);
    for (list, word) in [("results", None), ("attacks", Some("pgd"))] {
        for found in evaluation[list].as_array().into_iter().flatten() {
            let method = word.or(found["method"].as_str()).ok_or("a result without a method")?;
            let epsilon = found["epsilon"].as_f64().ok_or("a result without ε")?;
            put(&format!("error.{epsilon}.{method}"), percent(&found["error"]).ok_or("a result without an error")?);
        }
    }
    // Pictures that are neither broken nor verified by intervals.
    let images = evaluation["images"].as_f64().ok_or("its record has no number of images")?;
    let of = |list: &str, method: Option<&str>| -> Vec<(f64, f64)> {
        let found = evaluation[list].as_array().into_iter().flatten();
        let found = found.filter(|found| method.is_none_or(|method| found["method"] == method));
        found.filter_map(|found| Some((found["epsilon"].as_f64()?, found["error"].as_f64()?))).collect()
    };
    for (epsilon, broken) in of("attacks", None) {
        for (_, unverified) in of("results", Some("ibp")).into_iter().filter(|(at, _)| *at == epsilon) {
            put(&format!("open.{epsilon}"), format!("{:.0}", (unverified - broken) * images));
        }
    }
    Ok(())
}
