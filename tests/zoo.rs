//! The networks offered: each has its training record, and each record is about the file beside it and makes sense.

use boundscope::{catalogue::PRESETS, formats::read_model, train::Plan};
use serde_json::Value;
use std::{collections::HashMap, fs, path::PathBuf};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/models")
}

fn names() -> Vec<String> {
    let files = fs::read_dir(folder()).expect("the folder").map(|entry| entry.expect("an entry").file_name());
    let names = files.filter_map(|name| name.to_string_lossy().strip_suffix(".safetensors.gz").map(str::to_owned));
    names.collect()
}

fn record(name: &str) -> Value {
    let text = fs::read(folder().join(format!("{name}.json"))).unwrap_or_else(|error| panic!("{name}.json: {error}"));
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn every_network_offered_is_there_with_its_record_and_nothing_else() {
    let names = names();
    for preset in &PRESETS {
        assert!(names.iter().any(|name| name == preset.key), "{} is offered and not there", preset.key);
    }
    for name in &names {
        let moons = name.starts_with("moons-");
        assert!(moons || PRESETS.iter().any(|preset| preset.key == name), "{name} is there and not offered");
        let plan: Plan = serde_json::from_value(record(name)["plan"].clone()).expect("a plan");
        plan.check().expect("a plan in range");
    }
}

#[test]
fn records_are_about_the_files_beside_them_and_keep_theorem_2() {
    let names = names();
    let mut evaluated = 0;
    for name in names.iter().filter(|name| !name.starts_with("moons-")) {
        let bytes = fs::read(folder().join(format!("{name}.safetensors.gz"))).expect("the file");
        let evaluation = record(name)["evaluation"].clone();
        let question = &evaluation["question"];
        assert_eq!(question["network"], read_model(&bytes).expect("a model").hash().as_str(), "{name}");
        assert_eq!((&evaluation["images"], &question["data"]), (&10_000.into(), &"mnist-test:10000".into()), "{name}");
        let clean = evaluation["clean_error"].as_f64().expect("a share");
        for attack in evaluation["attacks"].as_array().expect("a list") {
            let attacked = attack["error"].as_f64().expect("a share");
            let results = evaluation["results"].as_array().expect("a list").iter();
            let errors: HashMap<&str, f64> = results
                .filter(|result| result["epsilon"] == attack["epsilon"])
                .map(|result| (result["method"].as_str().expect("a name"), result["error"].as_f64().expect("a share")))
                .collect();
            assert!(clean <= attacked, "{name}");
            for (method, error) in &errors {
                assert!(attacked <= *error, "{name}: PGD error {attacked} above {method}'s {error}");
            }
            for (tighter, looser) in
                [("crown-ibp", "ibp"), ("lbp", "ibp"), ("crown-lbp", "lbp"), ("crown-lbp", "crown-ibp")]
            {
                assert!(errors[tighter] <= errors[looser], "{name}: {tighter} {errors:?}");
            }
            evaluated += 1;
        }
    }
    assert!(evaluated >= 3 * PRESETS.len(), "three ε for every network offered");
}
