//! Keras in: a model computes what Keras' own definitions say, and what cannot be read is refused by the name of its layer.
#![cfg(feature = "readers")]

use crate::common;

use boundscope::{
    bounds::Prepared,
    formats::{Alone, Answer, Choice, Files, FormatError, Reading, read_file},
    tensor::Cpu,
};
use common::{
    keras::{Array, whole_model},
    random::Rng,
};
use serde_json::{Value, json};

fn read(bytes: &[u8]) -> Result<Reading, FormatError> {
    match read_file(bytes, &Alone, &Choice::default())? {
        Answer::Network(reading) => Ok(*reading),
        Answer::Asks(asks) => panic!("it asks for {:?}", asks.needs),
    }
}

/// The file's outputs by the network that was made of it.
fn infer(reading: &Reading, input: &[f64]) -> Vec<f64> {
    let prepared = Prepared::new(Cpu::<f64>::new(), &reading.network);
    let (_, logits) = pollster::block_on(prepared.infer(input)).expect("an input that fits");
    reading.own.as_ref().expect("the file's own account").finish(&logits).expect("outputs")
}

fn refusal(bytes: &[u8]) -> String {
    let error = read(bytes).expect_err("it is refused").to_string();
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

fn chain(input: Value, layers: &[Value]) -> Value {
    let mut all = vec![json!({ "class_name": "InputLayer", "config": { "name": "in", "batch_shape": input } })];
    all.extend_from_slice(layers);
    json!({ "class_name": "Sequential", "config": { "name": "model", "layers": all } })
}

fn layer(class: &str, config: Value) -> Value {
    json!({ "module": "keras.layers", "class_name": class, "config": config })
}

fn many(rng: &mut Rng, count: usize) -> Vec<f32> {
    (0..count).map(|_| rng.between(-1.0, 1.0)).collect()
}

fn close(found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(wanted) {
        assert!((found - wanted).abs() < 1e-9 * (1.0 + wanted.abs()), "{found}, not {wanted}");
    }
}

/// x W + b for a kernel `[in, out]`.
fn dense(x: &[f64], kernel: &[f32], bias: &[f32]) -> Vec<f64> {
    let outputs = bias.len();
    let row = |o: usize| x.iter().enumerate().map(|(i, x)| x * f64::from(kernel[i * outputs + o])).sum::<f64>();
    (0..outputs).map(|o| row(o) + f64::from(bias[o])).collect()
}

/// Keras' own convolution: channels last, kernel `[height, width, in, out]`, padding "same" with the odd row at the end.
fn convolution(
    x: &[f64],
    [height, width, inputs]: [usize; 3],
    kernel: &[f32],
    size: [usize; 2],
    outputs: usize,
    stride: [usize; 2],
) -> (Vec<f64>, [usize; 3]) {
    let out = [height.div_ceil(stride[0]), width.div_ceil(stride[1])];
    let before = |axis: usize, length: usize| ((out[axis] - 1) * stride[axis] + size[axis]).saturating_sub(length) / 2;
    let (top, left) = (before(0, height), before(1, width));
    let mut y = vec![0.0; out[0] * out[1] * outputs];
    for (row, column) in (0..out[0]).flat_map(|row| (0..out[1]).map(move |column| (row, column))) {
        for (dy, dx) in (0..size[0]).flat_map(|dy| (0..size[1]).map(move |dx| (dy, dx))) {
            let (r, c) = (row * stride[0] + dy, column * stride[1] + dx);
            if r < top || c < left || r - top >= height || c - left >= width {
                continue;
            }
            for i in 0..inputs {
                let pixel = x[((r - top) * width + c - left) * inputs + i];
                for o in 0..outputs {
                    y[(row * out[1] + column) * outputs + o] +=
                        pixel * f64::from(kernel[((dy * size[1] + dx) * inputs + i) * outputs + o]);
                }
            }
        }
    }
    (y, [out[0], out[1], outputs])
}

fn softmax(x: &[f64]) -> Vec<f64> {
    let most = x.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    let total: f64 = x.iter().map(|x| (x - most).exp()).sum();
    x.iter().map(|x| (x - most).exp() / total).collect()
}

#[test]
fn a_convolutional_chain_computes_what_keras_defines() {
    let mut rng = Rng::new(4);
    let (kernel, bias) = (many(&mut rng, 3 * 2 * 2 * 3), many(&mut rng, 3));
    let (gamma, beta, mean) = (many(&mut rng, 3), many(&mut rng, 3), many(&mut rng, 3));
    let variance: Vec<f32> = many(&mut rng, 3).iter().map(|v| v.abs() + 0.1).collect();
    let (last, offset) = (many(&mut rng, 3 * 5 * 3 * 4), many(&mut rng, 4));
    let config = chain(
        json!([null, 6, 5, 2]),
        &[
            layer(
                "Conv2D",
                json!({ "name": "c", "filters": 3, "kernel_size": [3, 2], "strides": [2, 1], "padding": "same",
                        "activation": "leaky_relu", "use_bias": true, "kernel_initializer": { "class_name": "Zeros" } }),
            ),
            layer("BatchNormalization", json!({ "name": "b", "axis": -1, "epsilon": 0.01, "momentum": 0.9 })),
            layer("ReLU", json!({ "name": "r", "max_value": 0.75, "negative_slope": 0.0, "threshold": 0.0 })),
            layer("Flatten", json!({ "name": "f", "data_format": "channels_last" })),
            layer("Dropout", json!({ "name": "d", "rate": 0.5, "seed": null })),
            layer("Dense", json!({ "name": "out", "units": 4, "activation": "softmax" })),
        ],
    );
    let file = whole_model(
        &config,
        &[
            ("c", &[("kernel", &[3, 2, 2, 3], &kernel), ("bias", &[3], &bias)]),
            (
                "b",
                &[
                    ("gamma", &[3], &gamma),
                    ("beta", &[3], &beta),
                    ("moving_mean", &[3], &mean),
                    ("moving_variance", &[3], &variance),
                ],
            ),
            ("out", &[("kernel", &[45, 4], &last), ("bias", &[4], &offset)]),
        ],
    );
    let reading = read(&file).expect("it is read");
    assert_eq!(reading.producer, "Keras 3.15.1");
    assert_eq!(reading.left_off, ["Softmax"]);
    for _ in 0..8 {
        let x: Vec<f64> = many(&mut rng, 60).into_iter().map(f64::from).collect();
        let (mut y, [h, w, c]) = convolution(&x, [6, 5, 2], &kernel, [3, 2], 3, [2, 1]);
        assert_eq!([h, w, c], [3, 5, 3]);
        for (at, y) in y.iter_mut().enumerate() {
            let (c, z) = (at % 3, *y + f64::from(bias[at % 3]));
            let z = if z < 0.0 { f64::from(0.2f32) * z } else { z };
            // The reader folds batch norm into float32 numbers or keeps it; either way to rounding of its own constants.
            let z = (z - f64::from(mean[c])) / (f64::from(variance[c]) + f64::from(0.01f32)).sqrt()
                * f64::from(gamma[c])
                + f64::from(beta[c]);
            *y = z.clamp(0.0, 0.75);
        }
        let wanted = softmax(&dense(&y, &last, &offset));
        let found = infer(&reading, &x);
        for (found, wanted) in found.iter().zip(&wanted) {
            assert!((found - wanted).abs() < 1e-5, "{found}, not {wanted}");
        }
    }
}

/// Two branches that are added, a layer that is called twice, and a model inside the model, in the words of Keras 2 and of Keras 3.
#[test]
fn graphs_of_layers_are_followed() {
    let mut rng = Rng::new(9);
    let [a, b, c] = [many(&mut rng, 9), many(&mut rng, 9), many(&mut rng, 6)];
    let [p, q, r] = [many(&mut rng, 3), many(&mut rng, 3), many(&mut rng, 2)];
    let tensor = |name: &str, call: usize| json!({ "class_name": "__keras_tensor__", "config": { "keras_history": [name, call, 0] } });
    let dense_of = |name: &str, units: usize, activation: &str, calls: Value| json!({ "class_name": "Dense", "name": name, "config": { "name": name, "units": units, "activation": activation }, "inbound_nodes": calls });
    let inner = json!({ "class_name": "Sequential", "name": "tail", "config": { "name": "tail", "layers": [
        { "class_name": "InputLayer", "config": { "name": "x", "batch_shape": [null, 3] } },
        { "class_name": "Dense", "config": { "name": "end", "units": 2, "activation": "linear" } }
    ] }, "inbound_nodes": [{ "args": [tensor("sum", 0)], "kwargs": {} }] });
    let config = json!({ "class_name": "Functional", "config": {
        "name": "model",
        "layers": [
            { "class_name": "InputLayer", "name": "in", "config": { "name": "in", "batch_input_shape": [null, 3] }, "inbound_nodes": [] },
            // Layers in another order than they run in.
            inner,
            { "class_name": "Add", "name": "sum", "config": { "name": "sum" },
              "inbound_nodes": [[["twice", 1, 0, {}], ["in", 0, 0, {}], ["other", 0, 0, {}]]] },
            dense_of("twice", 3, "relu", json!([[["in", 0, 0, {}]], [["twice", 0, 0, {}]]])),
            dense_of("other", 3, "tanh", json!([{ "args": [tensor("in", 0)], "kwargs": { "training": null } }])),
        ],
        "input_layers": ["in", 0, 0],
        "output_layers": [["tail", 0, 0]]
    } });
    // Arrays of the model inside lie in its group, under the layer's name.
    let file = {
        use hdf5_pure::{AttrValue, FileBuilder};
        let mut file = FileBuilder::new();
        file.set_attr("model_config", AttrValue::String(config.to_string()));
        let mut weights = file.create_group("model_weights");
        for (layer, inside, [kernel, bias], shape) in [
            ("twice", "twice", [&a, &p], [3u64, 3]),
            ("other", "other", [&b, &q], [3, 3]),
            ("tail", "end", [&c, &r], [3, 2]),
        ] {
            let mut group = weights.create_group(layer);
            let mut inner = group.create_group(inside);
            inner.create_dataset("bias:0").with_f32_data(bias).with_shape(&shape[1..]);
            inner.create_dataset("kernel:0").with_f32_data(kernel).with_shape(&shape);
            group.add_group(inner.finish());
            weights.add_group(group.finish());
        }
        file.add_group(weights.finish());
        file.finish().expect("a file")
    };
    let reading = read(&file).expect("it is read");
    let rectified = |x: Vec<f64>| x.into_iter().map(|x| x.max(0.0)).collect::<Vec<f64>>();
    for _ in 0..8 {
        let x: Vec<f64> = many(&mut rng, 3).into_iter().map(f64::from).collect();
        let twice = rectified(dense(&rectified(dense(&x, &a, &p)), &a, &p));
        let other: Vec<f64> = dense(&x, &b, &q).into_iter().map(f64::tanh).collect();
        let sum: Vec<f64> = (0..3).map(|i| twice[i] + x[i] + other[i]).collect();
        close(&infer(&reading, &x), &dense(&sum, &c, &r));
    }
}

/// ELU as a layer with a setting and by its name, softplus by its name.
#[test]
fn curves_are_read() {
    let elu = |scale: f64| move |z: f64| if z < 0.0 { scale * z.exp_m1() } else { z };
    let softplus = |z: f64| z.max(0.0) + (-z.abs()).exp().ln_1p();
    let named = |activation: &str| one_dense(json!({ "activation": activation }));
    let layered = |alpha: f64| {
        let dense = json!({ "name": "d", "units": 2, "activation": "linear" });
        chain(json!([null, 3]), &[layer("Dense", dense), layer("ELU", json!({ "name": "e", "alpha": alpha }))])
    };
    type Curve = Box<dyn Fn(f64) -> f64>;
    let rows: [(Value, Curve); 3] = [
        (named("elu"), Box::new(elu(1.0))),
        (named("softplus"), Box::new(softplus)),
        (layered(0.5), Box::new(elu(0.5))),
    ];
    for (config, curve) in rows {
        let reading = read(&whole_model(&config, &[("d", &[KERNEL, BIAS])])).expect("it is read");
        for x in [[0.5, -0.25, 0.125], [-1.0, 0.75, -0.5]] {
            let wanted: Vec<f64> = dense(&x, KERNEL.2, BIAS.2).into_iter().map(&curve).collect();
            close(&infer(&reading, &x), &wanted);
        }
    }
    let error = refusal(&whole_model(&layered(1.5), &[("d", &[KERNEL, BIAS])]));
    assert!(error.contains("alpha is 1.5"), "{error}");
}

/// A chain of one Dense layer with changes to its settings.
fn one_dense(changes: Value) -> Value {
    let mut config = json!({ "name": "d", "units": 2, "activation": "linear" });
    for (name, value) in changes.as_object().expect("an object") {
        config[name] = value.clone();
    }
    chain(json!([null, 3]), &[layer("Dense", config)])
}

const KERNEL: Array<'static> = ("kernel", &[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
const BIAS: Array<'static> = ("bias", &[2], &[0.5, -0.5]);

#[test]
fn what_is_not_read_is_refused_by_name() {
    let whole: &[Array<'_>] = &[KERNEL, BIAS];
    let with = |config: &Value, arrays: &[Array<'_>]| refusal(&whole_model(config, &[("d", arrays)]));
    assert!(read(&whole_model(&one_dense(json!({})), &[("d", whole)])).is_ok());
    for (changes, word) in [
        (json!({ "sharpness": 2 }), "\"sharpness\""),
        (json!({ "activation": "bent" }), "\"bent\""),
        (json!({ "activation": "gelu" }), "Gelu"),
        (json!({ "units": 3 }), "units"),
        (json!({ "quantization_config": {} }), "quantization_config"),
        (json!({ "lora_rank": 4 }), "lora_rank"),
        (json!({ "use_bias": false }), "left over"),
        (json!({ "use_bias": 3 }), "use_bias"),
    ] {
        let error = with(&one_dense(changes), whole);
        assert!(error.contains(word), "\"{error}\" does not name {word}");
    }
    let arrays: [(&[Array<'_>], &str); 4] = [
        (&[KERNEL], "no bias"),
        (&[], "no kernel"),
        (&[("kernel", &[2, 3], KERNEL.2), BIAS], "[2, 3]"),
        (&[("kernel", &[3, 2], &[f32::NAN; 6]), BIAS], "finite"),
    ];
    for (arrays, word) in arrays {
        let error = with(&one_dense(json!({})), arrays);
        assert!(error.contains(word), "\"{error}\" does not say {word}");
    }
    for (class, word) in [("Lambda", "Python"), ("LSTM", "recurrent"), ("Attention", "\"d\" (Attention)")] {
        let error = with(&chain(json!([null, 3]), &[layer(class, json!({ "name": "d" }))]), whole);
        assert!(error.contains(word), "\"{error}\" does not say {word}");
    }
    let free = chain(json!([null, null]), &[layer("Activation", json!({ "name": "d", "activation": "relu" }))]);
    assert!(with(&free, &[]).contains("free"));
    for (config, word) in [
        (json!({ "class_name": "Mine", "config": {} }), "\"Mine\""),
        (json!([]), "class_name"),
        (
            json!({ "class_name": "Functional", "config": { "layers": [], "input_layers": [], "output_layers": [] } }),
            "input",
        ),
    ] {
        let error = with(&config, &[]);
        assert!(error.contains(word), "\"{error}\" does not say {word}");
    }
}

/// Files of weights beside a TensorFlow.js model.
struct Beside(Vec<(&'static str, Vec<u8>)>);

impl Files for Beside {
    fn beside(&self, name: &str) -> Option<Vec<u8>> {
        self.0.iter().find(|(own, _)| *own == name).map(|(_, bytes)| bytes.clone())
    }
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn web(manifest: &Value) -> Value {
    json!({ "format": "layers-model", "generatedBy": "TensorFlow.js", "modelTopology": one_dense(json!({})), "weightsManifest": manifest })
}

fn read_web(model: &Value, beside: &Beside) -> Result<Reading, FormatError> {
    match read_file(&serde_json::to_vec(model).expect("JSON"), beside, &Choice::default())? {
        Answer::Network(reading) => Ok(*reading),
        Answer::Asks(asks) => panic!("it asks for {:?}", asks.needs),
    }
}

/// A model of TensorFlow.js is the one that Keras writes, its arrays spread over files in any way.
#[test]
fn models_of_tensorflow_js_are_read_with_the_files_beside_them() {
    let list = json!([{ "name": "d/kernel", "shape": [3, 2], "dtype": "float32" }, { "name": "d/bias", "shape": [2], "dtype": "float32" }]);
    let all = bytes(&[KERNEL.2, BIAS.2].concat());
    let keras = read(&whole_model(&one_dense(json!({})), &[("d", &[KERNEL, BIAS])])).expect("it is read");
    let shards = json!([{ "paths": ["./a.bin", "b.bin"], "weights": list }]);
    for cut in [0, 7, 24, 32] {
        let beside = Beside(vec![("a.bin", all[..cut].to_vec()), ("b.bin", all[cut..].to_vec())]);
        let reading = read_web(&web(&shards), &beside).expect("it is read");
        assert_eq!(reading.network.hash(), keras.network.hash(), "cut at {cut}");
    }
    // Halves: 1 is 0x3c00, 2 is 0x4000, -0.5 is 0xb800.
    let half = json!([{ "paths": ["a.bin"], "weights": [
        { "name": "d/kernel", "shape": [3, 2], "dtype": "float32", "quantization": { "dtype": "float16", "original_dtype": "float32" } },
        { "name": "d/bias", "shape": [2], "dtype": "float32" },
    ] }]);
    let halves: Vec<u8> =
        [0x3c00u16, 0x4000, 0xb800, 0x3c00, 0x4000, 0].iter().flat_map(|half| half.to_le_bytes()).collect();
    let reading =
        read_web(&web(&half), &Beside(vec![("a.bin", [halves, bytes(&[1.0, 0.0])].concat())])).expect("it is read");
    assert_eq!(infer(&reading, &[1.0, 1.0, 1.0]), [3.5, 3.0]);

    let whole = || Beside(vec![("a.bin", all.clone())]);
    let one = |weights: Value| web(&json!([{ "paths": ["a.bin"], "weights": weights }]));
    let with = |change: &dyn Fn(&mut Value)| {
        let mut list = list.clone();
        change(&mut list);
        one(list)
    };
    let short = || Beside(vec![("a.bin", all[..31].to_vec())]);
    for (model, beside, word) in [
        (one(list.clone()), Beside(Vec::new()), "\"a.bin\", which must be given"),
        (one(list.clone()), short(), "7 bytes are left"),
        (with(&|list| drop(list.as_array_mut().expect("a list").pop())), whole(), "8 bytes of its weights"),
        (with(&|list| list[0]["shape"] = json!([1u64 << 40, 1u64 << 40])), whole(), "\"d/kernel\""),
        (with(&|list| list[0]["dtype"] = json!("int32")), whole(), "int32"),
        (
            with(&|list| list[0]["quantization"] = json!({ "dtype": "uint8", "min": 0.0, "scale": 1.0 })),
            whole(),
            "uint8",
        ),
        (web(&json!([{ "paths": ["../a.bin"], "weights": [] }])), whole(), "no file beside it"),
        (web(&json!({})), whole(), "weightsManifest"),
        (json!({ "format": "graph-model", "modelTopology": {}, "weightsManifest": [] }), whole(), "graph-model"),
        (json!({ "format": "layers-model", "weightsManifest": [] }), whole(), "modelTopology"),
    ] {
        let error = read_web(&model, &beside).expect_err("it is refused").to_string();
        assert!(error.contains(word) && error.lines().count() == 1, "\"{error}\" does not say {word}");
    }
    let twice = json!([{ "name": "d/bias", "shape": [2], "dtype": "float32" }, { "name": "d/bias", "shape": [2], "dtype": "float32" }]);
    let error =
        read_web(&one(twice), &Beside(vec![("a.bin", bytes(&[1.0; 4]))])).expect_err("it is refused").to_string();
    assert!(error.contains("twice"), "{error}");
}

/// A file that holds arrays alone asks for the layers.
#[test]
fn weights_without_a_model_ask_for_their_layers() {
    let mut file = hdf5_pure::FileBuilder::new();
    file.create_dataset("kernel").with_f32_data(KERNEL.2).with_shape(KERNEL.1);
    file.create_dataset("bias").with_f32_data(BIAS.2).with_shape(BIAS.1);
    let bytes = file.finish().expect("a file");
    match read_file(&bytes, &Alone, &Choice::default()).expect("it is read") {
        Answer::Asks(asks) => assert_eq!(asks.needs, ["layers"]),
        Answer::Network(_) => panic!("nothing says what the layers are"),
    }
}

/// A shape that the file cannot hold takes no memory.
#[test]
fn an_array_far_beyond_the_file_is_not_opened() {
    let mut file = hdf5_pure::FileBuilder::new();
    let zeros = vec![0.0f32; 1 << 21];
    file.create_dataset("kernel")
        .with_f32_data(&zeros)
        .with_shape(&[1 << 11, 1 << 10])
        .with_chunks(&[1 << 11, 1 << 10])
        .with_deflate(9);
    let bytes = file.finish().expect("a file");
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    assert!(refusal(&bytes).contains("far more"));
}
