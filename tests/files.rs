//! What the command line makes of users' files and of networks of unusual shapes: the right numbers, or one clear line.
#![cfg(feature = "cli")]

use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Runs the command line in the folder of cases; answers with its exit status, stdout and stderr.
fn run(words: &[&str], assets: Option<&Path>) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_boundscope"));
    command.args(words).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"));
    if let Some(assets) = assets {
        command.env("BOUNDSCOPE_ASSETS", assets);
    }
    let out = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    (out.status.code().expect("it exits"), text(out.stdout), text(out.stderr))
}

fn bounds(words: &str) -> Value {
    let words: Vec<&str> = ["bounds"].into_iter().chain(words.split(' ')).chain(["--json"]).collect();
    let (status, out, error) = run(&words, None);
    assert_eq!(status, 0, "{words:?}: {error}");
    serde_json::from_str(&out).expect("one JSON value")
}

/// Every logit lies between these ends, up to the digits of f32.
fn logits(answer: &Value, wanted: &[[f64; 2]]) {
    for (class, ends) in wanted.iter().enumerate() {
        for (end, wanted) in ["lower", "upper"].into_iter().zip(ends) {
            let found = answer["logits"][end][class].as_f64().expect("a number");
            assert!(
                (found - wanted).abs() <= 1e-5 * (1.0 + wanted.abs()),
                "class {class}, {end}: {found}, not {wanted}"
            );
        }
    }
}

/// The command ends with status 2 and one line that names every word.
fn refused(words: &[&str], assets: Option<&Path>, needles: &[&str]) {
    let (status, out, error) = run(words, assets);
    assert_eq!((status, out.as_str()), (2, ""), "{words:?}: {error}");
    for needle in needles {
        assert!(error.contains(needle), "{words:?} says {error:?}, not {needle}");
    }
    assert!(!error.contains("panicked"), "{error}");
}

fn refused_bounds(words: &str, needles: &[&str]) {
    refused(&["bounds"].into_iter().chain(words.split(' ')).collect::<Vec<_>>(), None, needles);
}

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("boundscope-files-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    folder
}

#[test]
fn windows_that_miss_the_map() {
    for method in ["ibp", "crown-ibp", "lbp", "crown-lbp", "crown", "relaxed-crown:1"] {
        for arithmetic in ["f32", "f64", "sound"] {
            let with =
                |model: &str| bounds(&format!("{model} --epsilon 0 --method {method} --arithmetic {arithmetic}"));
            let answer = with("conv-1x1-k5-p2.safetensors --input conv-1x1-k5-p2.json");
            logits(&answer, &[[13.0, 13.0], [0.0, 0.0]]);
            let answer = with("conv-2x2-k7-p3-s2.safetensors --input conv-2x2-k7-p3-s2.json");
            logits(&answer, &[[116.0, 116.0], [0.0, 0.0]]);
            let answer = with("pool-1x1-k5-p2.safetensors --input conv-1x1-k5-p2.json");
            logits(&answer, &[[0.04, 0.04], [0.0, 0.0]]);
        }
    }
}

#[test]
fn fields_that_nobody_reads() {
    refused_bounds("unknown-dilation.safetensors --input row.json --epsilon 0", &["layer 0 (conv2d)", "\"dilation\""]);
    refused_bounds("unknown-pads.safetensors --input row.json --epsilon 0", &["layer 0 (conv2d)", "\"pads\""]);
    refused_bounds("unknown-biases.safetensors --input two.json --epsilon 0", &["layer 0 (linear)", "\"biases\""]);
}

#[test]
fn arrays_in_another_order_or_shape() {
    logits(&bounds("digits.safetensors --input fortran-compact.npy --epsilon 0"), &[[4321.0, 4321.0]]);
    let folder = folder("npy");
    for (name, shape) in [("a.npy", "(2, 2, 1)"), ("b.NPY", "(4, 1)")] {
        let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}\n");
        let bytes =
            [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), &[1, 2, 3, 4]].concat();
        fs::write(folder.join(name), bytes).expect("written");
        let path = folder.join(name).display().to_string();
        let shape = shape.replace(['(', ')'], "");
        refused_bounds(&format!("digits.safetensors --input {path} --epsilon 0"), &[&shape, "[1, 2, 2]"]);
    }
    fs::write(folder.join("nested.JSON"), "[[1, 2], [3, 4]]").expect("written");
    let path = folder.join("nested.JSON").display().to_string();
    logits(&bounds(&format!("digits.safetensors --input {path} --epsilon 0")), &[[4321.0, 4321.0]]);
    fs::remove_dir_all(folder).expect("it was there");
}

#[test]
fn containers_as_others_write_them() {
    for model in ["two.safetensors", "extra-i64.safetensors", "two-members.safetensors.gz", "bom"] {
        logits(&bounds(&format!("{model} --input two.json --epsilon 0.1")), &[[1.125, 1.375]]);
    }
    refused_bounds("after-the-end.safetensors.gz --input two.json --epsilon 0.1", &["8 bytes", "follow"]);
    let folder = folder("containers");
    for (name, bytes, needle) in [
        ("model.onnx", &b"\x08\x07\x12\x07pytorch"[..], "ONNX"),
        ("model.pt", b"\x80\x02}q\x00.", "PyTorch"),
        ("model.h5", b"\x89HDF\r\n\x1a\n", "HDF5"),
        ("model.safetensors", b"", "empty"),
        ("text.safetensors", b"{}", "JSON"),
    ] {
        fs::write(folder.join(name), bytes).expect("written");
        let path = folder.join(name).display().to_string();
        refused_bounds(&format!("{path} --input two.json --epsilon 0"), &[needle]);
    }
    fs::remove_dir_all(folder).expect("it was there");
}

#[test]
fn one_output_has_bounds_and_no_verdict() {
    let answer = bounds("one-output.safetensors --input zero.json --epsilon 1 --method ibp");
    logits(&answer, &[[-6.25, 1.0]]);
    assert_eq!((&answer["margins"], &answer["verified"]), (&json!([]), &Value::Null));
    let words = ["bounds", "one-output.safetensors", "--input", "zero.json", "--epsilon", "1"];
    let (status, out, _) = run(&words, None);
    assert!(status == 0 && out.contains("no verdict") && !out.contains("verified"), "{out}");
    refused(&[&words[..], &["--label", "0"]].concat(), None, &["one output", "two classes"]);
    // A network of one output on MNIST.
    let folder = folder("one-output");
    let model = folder.join("one.safetensors");
    let weight: Vec<u8> = vec![0; 784 * 4];
    let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![1, 784], &weight).expect("fits");
    let text = r#"{"input_shape":[784],"layers":[{"op":"linear","weight":"w"},{"op":"relu"}]}"#;
    let metadata = [("boundscope".to_owned(), text.to_owned())].into_iter().collect();
    fs::write(&model, safetensors::serialize([("w", view)], Some(metadata)).expect("plain")).expect("written");
    let path = model.display().to_string();
    refused(&["radius", &path, "--mnist", "0"], None, &["one output"]);
    refused(&["evaluate", &path, "--data", "mnist-test:1", "--epsilon", "0.1"], None, &["one output"]);
    let (status, out, error) = run(&["bounds", &path, "--mnist", "0", "--epsilon", "0"], None);
    assert!(status == 0 && out.contains("no verdict"), "{out}{error}");
    fs::remove_dir_all(folder).expect("it was there");
}

#[test]
fn networks_that_take_no_mnist_image() {
    let takes = ["takes 2 numbers, an MNIST image has 784"];
    refused(&["radius", "two.safetensors", "--mnist", "0"], None, &takes);
    refused(&["bounds", "two.safetensors", "--mnist", "0", "--epsilon", "0"], None, &takes);
    refused(&["evaluate", "two.safetensors", "--data", "mnist-test:1", "--epsilon", "0"], None, &takes);
    refused(&["figures", "two.safetensors", "--data", "mnist-test:1", "--out", "nowhere"], None, &takes);
    refused(&["bench", "two.safetensors"], None, &takes);
}

/// A shard of so many images.
fn shard(images: u32, side: u32) -> Vec<u8> {
    let sizes = [images, side, side].map(u32::to_be_bytes).concat();
    let mut bytes = [&[0, 0, 8, 3][..], &sizes].concat();
    bytes.extend(vec![7; (images * side * side) as usize]);
    bytes.extend([&[0, 0, 8, 1][..], &images.to_be_bytes()].concat());
    bytes.extend((0..images).map(|image| (image % 10) as u8));
    bytes
}

#[test]
fn data_of_another_size() {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/mnist-mlp-ibp").display().to_string();
    let folder = folder("data");
    let mnist = folder.join("mnist");
    fs::create_dir_all(&mnist).expect("a folder");
    let out = folder.join("out.safetensors").display().to_string();
    let train = |count: &str| {
        ["train", "--out", &out, "--arch", "mlp:", "--epochs", "1", "--data", count].map(str::to_owned).to_vec()
    };
    let check = |words: &[String], needles: &[&str]| {
        refused(&words.iter().map(String::as_str).collect::<Vec<_>>(), Some(&folder), needles);
    };
    let own = |words: &[&str]| -> Vec<String> { words.iter().map(|&word| word.to_owned()).collect() };
    fs::write(mnist.join("test-00.gz"), shard(250, 32)).expect("written");
    fs::write(mnist.join("train-00.gz"), shard(1000, 32)).expect("written");
    let sizes = ["images of 32×32; the network takes 784 numbers"];
    check(&own(&["radius", &model, "--mnist", "0-2"]), &sizes);
    check(&own(&["bounds", &model, "--mnist", "1", "--epsilon", "0"]), &sizes);
    check(&own(&["evaluate", &model, "--data", "mnist-test:2", "--epsilon", "0"]), &sizes);
    check(&train("mnist-train:10"), &sizes);
    fs::write(mnist.join("test-00.gz"), shard(200, 28)).expect("written");
    fs::write(mnist.join("train-00.gz"), shard(900, 28)).expect("written");
    check(&own(&["evaluate", &model, "--data", "mnist-test:250", "--epsilon", "0"]), &["200 images", "short"]);
    check(&own(&["bounds", &model, "--mnist", "249", "--epsilon", "0"]), &["200 images", "short"]);
    check(&own(&["radius", &model, "--mnist", "198-201"]), &["200 images", "short"]);
    check(&own(&["figures", &model, "--data", "mnist-test:201", "--out", &out]), &["200 images", "short"]);
    check(&train("mnist-train:1000"), &["900 images", "short"]);
    assert!(!Path::new(&out).exists(), "nothing was trained");
    for beyond in ["10000", "18446744073709551615"] {
        check(&own(&["bounds", &model, "--mnist", beyond, "--epsilon", "0"]), &["images 0 to 9999"]);
        check(&own(&["radius", &model, "--mnist", beyond]), &["images 0 to 9999"]);
    }
    fs::remove_dir_all(folder).expect("it was there");
}
