//! Model files: what is written is read back, and what is broken is refused without a panic.

use crate::common;

use boundscope::{
    formats::{FormatError, read_json_model, read_model, write_model},
    network::NetworkError,
};
use common::random::{Rng, any_network};
use proptest::prelude::*;
use safetensors::{Dtype, tensor::TensorView};

/// A safetensors file of f32 tensors.
fn file(tensors: &[(&str, &[usize], &[f32])], metadata: Option<&str>) -> Vec<u8> {
    let data: Vec<Vec<u8>> =
        tensors.iter().map(|(_, _, values)| values.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&data).map(|((name, shape, _), bytes)| {
        (*name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).expect("the shape holds the values"))
    });
    let metadata = metadata.map(|text| [("boundscope".to_owned(), text.to_owned())].into_iter().collect());
    safetensors::serialize(views.collect::<Vec<_>>(), metadata).expect("plain tensors")
}

const TINY: &str = r#"{"input_shape": [2], "layers": [
    {"op": "linear", "weight": "w", "bias": "b", "name": "first"},
    {"op": "relu"},
    {"op": "add", "inputs": ["input", "first"]}
]}"#;

fn tiny(description: &str) -> Vec<u8> {
    file(&[("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0]), ("b", &[2], &[0.5, -0.5])], Some(description))
}

/// The error for a description over the tiny tensors, which must name `words`.
fn refused(description: &str, words: &[&str]) -> FormatError {
    let error = read_model(&tiny(description)).expect_err("is refused");
    let message = error.to_string();
    for word in words {
        assert!(message.contains(word), "\"{message}\" does not name {word}");
    }
    error
}

/// A description with these layers for an input of this shape.
fn layers(input: &str, layers: &str) -> String {
    format!(r#"{{"input_shape": {input}, "layers": [{layers}]}}"#)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(recipe in any_network()) {
        let network = recipe.build();
        let bytes = write_model(&network).expect("a built network can be written");
        let again = read_model(&bytes).expect("what was written can be read");
        prop_assert_eq!(again.hash(), network.hash());
        prop_assert_eq!(write_model(&again).expect("twice"), bytes);
    }

    /// Any bytes, and valid files with bytes changed, end in a network or an error.
    #[test]
    fn changed_bytes_never_panic(recipe in any_network(), seed in any::<u64>(), changes in 1..6usize) {
        let mut bytes = write_model(&recipe.build()).expect("a built network can be written");
        let mut rng = Rng::new(seed);
        // Most of the damage goes into the header, where the structure is.
        let header = 8 + u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes")) as usize;
        for _ in 0..changes {
            let end = if rng.below(4) > 0 { header } else { bytes.len() };
            let at = rng.below(end);
            bytes[at] = match rng.below(3) {
                0 => b"0123456789"[rng.below(10)],
                1 => b"{}[],:\"-.e"[rng.below(10)],
                _ => rng.word() as u8,
            };
        }
        let _ = read_model(&bytes);
    }
}

#[test]
fn a_file_cut_at_any_length_is_refused() {
    let whole = tiny(TINY);
    read_model(&whole).expect("the whole file is valid");
    for length in 0..whole.len() {
        assert!(read_model(&whole[..length]).is_err(), "cut at {length}");
    }
    assert!(read_model(&[whole.as_slice(), b"more"].concat()).is_err(), "bytes behind the tensors");
}

#[test]
fn descriptions_that_are_none() {
    assert!(matches!(refused("{", &["model description"]), FormatError::Malformed { .. }));
    assert!(matches!(refused(r#"{"layers": []}"#, &["input_shape"]), FormatError::Malformed { .. }));
    assert!(matches!(refused(&layers("[-1]", ""), &["-1"]), FormatError::Malformed { .. }));
    assert!(matches!(refused(&layers("[2]", ""), &["no layers"]), FormatError::Network(NetworkError::Empty(_))));
    assert!(matches!(refused(&layers("[]", r#"{"op": "relu"}"#), &["input"]), FormatError::Network(_)));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(refused(&layers("[2]", &deep), &[]), FormatError::Malformed { .. }));
    let without = file(&[("w", &[1, 1], &[1.0])], None);
    assert!(read_model(&without).expect_err("no description").to_string().contains("boundscope"));
}

#[test]
fn layers_that_are_none() {
    let unknown = refused(&layers("[2]", r#"{"op": "relu"}, {"op": "gelu"}"#), &["layer 1", "gelu", "param_ramp"]);
    assert!(matches!(unknown, FormatError::UnknownOp { layer: 1, .. }));
    let missing = refused(&layers("[2]", r#"{"op": "linear", "weight": "v"}"#), &["layer 0", "\"v\"", "b, w"]);
    assert!(matches!(missing, FormatError::MissingTensor { layer: 0, .. }));
    for (layer, words) in [
        (r#"{"op": "linear"}"#, ["layer 0", "\"weight\""]),
        (r#"{"op": "linear", "weight": "b"}"#, ["layer 0", "[outputs, inputs]"]),
        (r#"{"op": "linear", "weight": "w", "bias": "w"}"#, ["layer 0", "one axis"]),
        (r#"{"op": "conv2d", "weight": "w"}"#, ["layer 0", "four axes"]),
        (r#"{"op": "leaky_relu"}"#, ["layer 0", "\"slope\""]),
        (r#"{"op": "add", "inputs": ["input", "nobody"]}"#, ["layer 0", "\"nobody\""]),
        (r#"{"op": "relu", "name": "input"}"#, ["layer 0", "taken"]),
    ] {
        assert!(matches!(refused(&layers("[2]", layer), &words), FormatError::Layer { layer: 0, .. }));
    }
    for (layer, words) in [
        (r#"{"op": "leaky_relu", "slope": 1.5}"#, ["layer 0", "[0, 1)"]),
        (r#"{"op": "normalize", "mean": "b", "std": "b"}"#, ["layer 0", "std[1]"]),
        (r#"{"op": "avg_pool", "kernel": [2, 2]}"#, ["layer 0", "[channels, height, width]"]),
        (r#"{"op": "add"}"#, ["layer 0", "two inputs"]),
    ] {
        let error = refused(&layers("[2]", layer), &words);
        assert!(matches!(error, FormatError::Network(NetworkError::Shape { layer: 0, .. })), "{error:?}");
    }
    let nan = file(&[("w", &[1, 2], &[1.0, f32::NAN])], Some(&layers("[2]", r#"{"op": "linear", "weight": "w"}"#)));
    let error = read_model(&nan).expect_err("is refused");
    assert!(matches!(error, FormatError::Network(NetworkError::NotFinite { layer: 0, index: 1, .. })), "{error:?}");
}

#[test]
fn tensors_of_another_kind() {
    let bytes = [0u8; 16];
    let view = TensorView::new(Dtype::F64, vec![2], &bytes).expect("two numbers");
    let metadata = [("boundscope".to_owned(), TINY.to_owned())].into_iter().collect();
    let wide = safetensors::serialize([("w", view)], Some(metadata)).expect("a plain tensor");
    let message = read_model(&wide).expect_err("is refused").to_string();
    assert!(message.contains("\"w\"") && message.contains("F64") && message.contains("F32"), "{message}");
}

/// However many tensors a file holds, a message about one that it lacks is a line.
#[test]
fn a_message_names_twenty_tensors_at_most() {
    let names: Vec<String> = (0..5000).map(|number| format!("t{number:04}")).collect();
    let tensors: Vec<(&str, &[usize], &[f32])> =
        names.iter().map(|name| (name.as_str(), &[1][..], &[1.0][..])).collect();
    let lacking = layers("[2]", r#"{"op": "linear", "weight": "w"}"#);
    let message = read_model(&file(&tensors, Some(&lacking))).expect_err("is refused").to_string();
    assert!(message.contains("t0000, t0001") && message.contains("t0019 and 4980 more"), "{message}");
    assert!(!message.contains("t0020"), "{message}");
}

/// Sizes that overflow or would fill the memory are refused before anything is allocated.
#[test]
fn huge_shapes() {
    let max = u64::MAX;
    let half = max / 2;
    for (input, layer) in [
        (format!("[{max}]"), r#"{"op": "relu"}"#.to_owned()),
        (format!("[{max}, {max}]"), r#"{"op": "flatten"}"#.to_owned()),
        ("[4294967296, 4294967296, 4294967296]".to_owned(), r#"{"op": "flatten"}"#.to_owned()),
        ("[2]".to_owned(), format!(r#"{{"op": "reshape", "shape": [{max}, {max}, {max}]}}"#)),
        ("[2]".to_owned(), r#"{"op": "reshape", "shape": [4294967296, 4294967296, 0]}"#.to_owned()),
        ("[1, 1, 1]".to_owned(), format!(r#"{{"op": "avg_pool", "kernel": [{max}, 1], "padding": [{half}, 0]}}"#)),
        ("[1, 1, 1]".to_owned(), format!(r#"{{"op": "avg_pool", "kernel": [{max}, 1], "padding": [{}, 0]}}"#, max - 1)),
        (
            "[1, 1, 1]".to_owned(),
            r#"{"op": "avg_pool", "kernel": [3000000000, 3000000000], "padding": [2999999999, 2999999999], "stride": [1, 1]}"#
                .to_owned(),
        ),
        (
            "[1, 1, 1]".to_owned(),
            r#"{"op": "avg_pool", "kernel": [3000000000, 3000000000], "padding": [1500000000, 1500000000]}"#.to_owned(),
        ),
    ] {
        refused(&layers(&input, &layer), &[]);
    }
    // A header that promises more than there is.
    let mut long = tiny(TINY);
    long[..8].copy_from_slice(&max.to_le_bytes());
    assert!(read_model(&long).is_err());
    let empty = file(&[("w", &[0, usize::MAX, usize::MAX, 1], &[])], None);
    for layer in [r#"{"op": "conv2d", "weight": "w"}"#, r#"{"op": "param_ramp", "slope": 0, "bend": "w"}"#] {
        assert!(read_json_model(layers("[1, 2, 2]", layer).as_bytes(), &empty).is_err());
    }
    let flat = file(&[("w", &[usize::MAX, 0], &[])], None);
    assert!(read_json_model(layers("[2]", r#"{"op": "linear", "weight": "w"}"#).as_bytes(), &flat).is_err());
    let groups = file(&[("w", &[2, 1, 1, 1], &[1.0, 2.0])], None);
    let layer = format!(r#"{{"op": "conv2d", "weight": "w", "groups": {max}, "padding": [{half}, {half}]}}"#);
    assert!(read_json_model(layers("[1, 2, 2]", &layer).as_bytes(), &groups).is_err());
}
