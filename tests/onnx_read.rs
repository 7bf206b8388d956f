//! ONNX in: what this project writes comes back as it was, what others write computes what their own graph does, and what cannot be read is
//! refused by the name of its node.
#![cfg(feature = "readers")]

use crate::common;

use boundscope::{
    bounds::Prepared,
    formats::{Alone, Answer, Choice, FormatError, Reading, onnx_rounded, read_file, write_onnx},
    network::Network,
    tensor::Cpu,
};
use common::{
    golden_network,
    made::{Made, S},
    random::{Rng, any_network, images},
};
use proptest::prelude::*;

fn read(bytes: &[u8]) -> Result<Reading, FormatError> {
    match read_file(bytes, &Alone, &Choice::default())? {
        Answer::Network(reading) => Ok(*reading),
        Answer::Asks(asks) => panic!("asks for {:?}", asks.needs),
    }
}

fn infer(network: &Network, input: &[f64]) -> Vec<f64> {
    pollster::block_on(Prepared::new(Cpu::<f64>::new(), network).infer(input)).expect("an input that fits").1
}

/// Reads a file, and holds the network against the file's own graph on random inputs.
fn same(what: &str, bytes: &[u8]) -> Reading {
    let reading = read(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    let own = reading.own.as_ref().expect("a graph of its own");
    let mut rng = Rng::new(3);
    for _ in 0..4 {
        let input: Vec<f64> = (0..reading.network.input_len()).map(|_| f64::from(rng.between(-2.0, 2.0))).collect();
        let theirs = own.outputs(&input).expect("it is evaluated").expect("the input fits");
        let ours = own.finish(&infer(&reading.network, &input)).expect("logits");
        assert_eq!(ours.len(), theirs.len(), "{what}");
        for (a, b) in ours.iter().zip(&theirs) {
            assert!((a - b).abs() <= 1e-5 * (1.0 + b.abs()), "{what}: {ours:?}, the file {theirs:?}");
        }
    }
    reading
}

#[test]
fn what_is_written_comes_back_as_the_same_network() {
    for case in ["mnist-mlp-ibp", "mnist-cnn-ibp-ramp", "tiny-conv", "tiny-leaky", "tiny-ramp-eta", "tiny-relu"] {
        let network = golden_network(case);
        let read = same(case, &write_onnx(&network).expect("it has a form"));
        if onnx_rounded(&network).is_empty() {
            assert_eq!(read.network.hash(), network.hash(), "{case}");
        }
        let again = read_file(&write_onnx(&read.network).expect("it has a form"), &Alone, &Choice::default());
        let Ok(Answer::Network(again)) = again else { panic!("{case} is not read twice") };
        assert_eq!(again.network.hash(), read.network.hash(), "{case}, a second time");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn random_networks_survive_the_way_out_and_in(recipe in any_network()) {
        let network = recipe.build();
        let read = same("a random network", &write_onnx(&network).expect("it has a form"));
        for image in images(&network, 2, &mut Rng::new(5)).chunks(network.input_len()) {
            let own = read.own.as_ref().expect("a graph of its own");
            let ours = own.finish(&infer(&read.network, image)).expect("logits");
            for (a, b) in ours.iter().zip(infer(&network, image)) {
                prop_assert!((a - b).abs() <= 1e-5 * (1.0 + b.abs()));
            }
        }
    }
}

/// 1×8×8 images through a part under test, then flattened into three outputs of `width` numbers.
fn picture(width: i64, part: impl Fn(Made) -> Made) -> Vec<u8> {
    let made = part(
        Made::new(&[1, 8, 8])
            .random("w0", &[4, 1, 3, 3])
            .random("b0", &[4])
            .node("Conv x w0 b0 > c", &[("pads", S::L(&[1, 1, 1, 1]))]),
    );
    made.random("w", &[width, 3]).node("Flatten p > f", &[]).node("MatMul f w > y", &[]).bytes(13)
}

#[test]
fn windows_of_every_kind_compute_what_the_file_does() {
    type Part = (i64, &'static str, &'static [(&'static str, S)]);
    let parts: [Part; 9] = [
        (4 * 64, "Conv c w1 > p", &[("pads", S::L(&[0, 2, 2, 0]))]),
        (4 * 16, "Conv c w1 > p", &[("auto_pad", S::T("SAME_UPPER")), ("strides", S::L(&[2, 2]))]),
        (4 * 16, "Conv c w1 > p", &[("auto_pad", S::T("SAME_LOWER")), ("strides", S::L(&[2, 2]))]),
        (4 * 16, "Conv c w1 > p", &[("dilations", S::L(&[2, 2]))]),
        (
            4 * 25,
            "Conv c w1 > p",
            &[("dilations", S::L(&[1, 3])), ("strides", S::L(&[2, 1])), ("pads", S::L(&[3, 1, 0, 2]))],
        ),
        (
            4 * 16,
            "AveragePool c > p",
            &[("kernel_shape", S::L(&[3, 3])), ("strides", S::L(&[2, 2])), ("pads", S::L(&[1, 1, 0, 0]))],
        ),
        (
            4 * 16,
            "AveragePool c > p",
            &[
                ("kernel_shape", S::L(&[3, 3])),
                ("strides", S::L(&[2, 2])),
                ("pads", S::L(&[0, 0, 1, 1])),
                ("count_include_pad", S::I(1)),
            ],
        ),
        (
            4 * 9,
            "AveragePool c > p",
            &[("kernel_shape", S::L(&[3, 3])), ("strides", S::L(&[3, 3])), ("ceil_mode", S::I(1))],
        ),
        (4, "GlobalAveragePool c > p", &[]),
    ];
    for (width, words, settings) in &parts {
        same(words, &picture(*width, |made| made.random("w1", &[4, 4, 3, 3]).node(words, settings)));
    }
    same(
        "groups",
        &picture(8 * 64, |made| made.random("w1", &[8, 2, 1, 1]).node("Conv c w1 > p", &[("group", S::I(2))])),
    );
    same(
        "pad",
        &picture(4 * 110, |made| {
            made.ints("pads", &[0, 0, 1, 0, 0, 0, 1, 3]).floats("v", &[], &[0.5]).node("Pad c pads v > p", &[])
        }),
    );
    same(
        "reflected",
        &picture(4 * 100, |made| {
            made.ints("pads", &[0, 0, 1, 1, 0, 0, 1, 1]).node("Pad c pads > p", &[("mode", S::T("reflect"))])
        }),
    );
}

#[test]
fn layouts_and_axes_end_where_the_file_has_them() {
    for (what, width, part) in [
        ("channels last", 256, "Transpose c > p|perm 0 2 3 1"),
        ("turned", 256, "Transpose c > p|perm 0 3 2 1"),
        ("mean over the channels", 64, "ReduceMean c > p|axes 1"),
        ("mean over the image", 4, "ReduceMean c > p|axes 2 3"),
        ("sum over rows", 32, "ReduceSum c a > p|"),
    ] {
        let (words, setting) = part.split_once('|').expect("a setting");
        let list: Vec<i64> = setting.split(' ').skip(1).filter_map(|n| n.parse().ok()).collect();
        let name = setting.split(' ').next().unwrap_or_default();
        let list: &'static [i64] = Vec::leak(list);
        let settings: &[(&str, S)] = if name.is_empty() { &[] } else { &[(name, S::L(list))] };
        same(what, &picture(width, |made| made.ints("a", &[3]).node(words, settings)));
    }
    same(
        "sliced and joined",
        &picture(192, |made| {
            made.ints("s", &[1])
                .ints("e", &[3])
                .ints("ax", &[1])
                .ints("i", &[3])
                .node("Slice c s e ax > m", &[])
                .node("Gather c i > l", &[("axis", S::I(1))])
                .node("Relu m > r", &[])
                .node("Concat r l > p", &[("axis", S::I(1))])
        }),
    );
    // A matrix for every row of an image.
    same("rows", &picture(128, |made| made.random("m", &[8, 4]).node("MatMul c m > p", &[])));
}

#[test]
fn activations_of_every_spelling() {
    let vector = |part: &dyn Fn(Made) -> Made| {
        let made = Made::new(&[6]).random("w0", &[6, 5]).random("b0", &[5]).node("Gemm x w0 b0 > h", &[]);
        part(made).random("w", &[5, 3]).node("MatMul a w > y", &[]).bytes(13)
    };
    let plain = vector(&|made| made.node("LeakyRelu h > a", &[("alpha", S::F(0.25))]));
    let leaky = same("leaky", &plain).network.hash();
    let quarter = |made: Made| made.floats("q", &[], &[0.25]).floats("zero", &[], &[0.0]);
    for (what, bytes) in [
        ("max", vector(&|made| quarter(made).node("Mul h q > s", &[]).node("Max h s > a", &[]))),
        ("prelu", vector(&|made| made.floats("q", &[1], &[0.25]).node("PRelu h q > a", &[]))),
        (
            "where",
            vector(&|made| {
                quarter(made).node("Greater h zero > c", &[]).node("Mul q h > s", &[]).node("Where c h s > a", &[])
            }),
        ),
        (
            "where less",
            vector(&|made| {
                quarter(made).node("Less h zero > c", &[]).node("Mul q h > s", &[]).node("Where c s h > a", &[])
            }),
        ),
        (
            "two rectifiers",
            vector(&|made| {
                made.floats("q", &[5], &[-0.25; 5])
                    .node("Relu h > p", &[])
                    .node("Neg h > n", &[])
                    .node("Relu n > m", &[])
                    .node("Mul q m > s", &[])
                    .node("Add p s > a", &[])
            }),
        ),
    ] {
        assert_eq!(same(what, &bytes).network.hash(), leaky, "{what}");
    }
    for (what, bytes) in [
        ("own slopes", vector(&|made| made.floats("q", &[5], &[0.1, -0.5, 2.0, 0.0, 1.0]).node("PRelu h q > a", &[]))),
        ("steep", vector(&|made| made.node("LeakyRelu h > a", &[("alpha", S::F(1.5))]))),
        ("abs", vector(&|made| made.node("Abs h > a", &[]))),
        (
            "clip",
            vector(&|made| made.floats("lo", &[], &[-0.5]).floats("hi", &[], &[0.75]).node("Clip h lo hi > a", &[])),
        ),
        ("clip above", vector(&|made| made.floats("hi", &[], &[0.25]).node("Clip h - hi > a", &[]))),
        (
            "max then min",
            vector(&|made| {
                made.floats("lo", &[], &[0.0])
                    .floats("hi", &[], &[0.5])
                    .node("Max h lo > m", &[])
                    .node("Min hi m > a", &[])
            }),
        ),
        ("maxout", vector(&|made| made.random("v", &[6, 5]).node("MatMul x v > g", &[]).node("Max h g > a", &[]))),
        (
            "smaller of two",
            vector(&|made| made.random("v", &[6, 5]).node("MatMul x v > g", &[]).node("Min h g > a", &[])),
        ),
        (
            "residual",
            vector(&|made| {
                made.random("v", &[5, 5]).node("Relu h > r", &[]).node("MatMul r v > m", &[]).node("Sum h m r > a", &[])
            }),
        ),
        (
            "affine chain",
            vector(&|made| {
                made.random("s", &[5])
                    .floats("d", &[], &[-3.0])
                    .node("Sub s h > m", &[])
                    .node("Div m d > n", &[])
                    .node("Mul n s > a", &[])
            }),
        ),
        ("elu", vector(&|made| made.node("Elu h > a", &[("alpha", S::F(0.3))]))),
        ("elu of nothing is a rectifier", vector(&|made| made.node("Elu h > a", &[("alpha", S::F(0.0))]))),
    ] {
        same(what, &bytes);
    }
    // As torch's newer exporter writes a softplus, and as the older one does.
    let soft = same("softplus", &vector(&|made| made.node("Softplus h > a", &[]))).network.hash();
    let until = |than: f32, condition: &str| {
        vector(&|made: Made| {
            made.floats("far", &[], &[than])
                .node("Softplus h > s", &[])
                .node(condition, &[])
                .node("Where c h s > a", &[])
        })
    };
    let reading = same("softplus until 20", &until(20.0, "Greater h far > c"));
    assert_eq!(reading.network.hash(), soft);
    assert!(reading.notes.iter().any(|note| note.contains("softplus")), "{:?}", reading.notes);
    for (bytes, why) in
        [(until(2.0, "Greater h far > c"), "another number"), (until(20.0, "Less h far > c"), "another number")]
    {
        let told = read(&bytes).expect_err(why).to_string();
        assert!(told.contains(why), "{told}");
    }
    let other = vector(&|made: Made| {
        made.floats("far", &[], &[20.0])
            .node("Relu h > s", &[])
            .node("Greater h far > c", &[])
            .node("Where c h s > a", &[])
    });
    let told = read(&other).expect_err("no softplus").to_string();
    assert!(told.contains("for softplus only"), "{told}");
}

#[test]
fn ends_are_left_off_and_said() {
    let end =
        |part: &dyn Fn(Made) -> Made| part(Made::new(&[4]).random("w", &[4, 3]).node("MatMul x w > h", &[])).bytes(13);
    for (op, bytes) in [
        ("Softmax", end(&|made| made.node("Softmax h > y", &[]))),
        ("LogSoftmax", end(&|made| made.node("LogSoftmax h > y", &[("axis", S::I(1))]))),
        ("Sigmoid", end(&|made| made.node("Sigmoid h > y", &[]))),
        ("ArgMax", end(&|made| made.node("ArgMax h > y", &[("axis", S::I(1))]))),
    ] {
        let reading = same(op, &bytes);
        assert_eq!(reading.left_off, [op]);
        assert!(reading.notes.iter().any(|note| note.contains(op) && note.contains("left off")), "{:?}", reading.notes);
        assert_eq!(reading.network.classes(), 3);
    }
}

#[test]
fn what_cannot_be_read_is_refused_by_name() {
    let one = |words: &str, settings: &[(&str, S)]| {
        Made::new(&[4]).random("w", &[4, 4]).node("MatMul x w > h", &[]).node(words, settings).bytes(13)
    };
    for (bytes, words) in [
        (one("Mul h h > y", &[]), "product"),
        (one("MatMul h h > y", &[]), "product of two computed values"),
        (one("Gelu h > y", &[]), "activation"),
        (one("Elu h > y", &[("alpha", S::F(1.5))]), "alpha is 1.5"),
        (one("Elu h > y", &[("alpha", S::F(-0.5))]), "alpha is -0.5"),
        (one("LSTM h w > y", &[]), "recurrent"),
        (one("LayerNormalization h w > y", &[]), "normalisation"),
        (one("DynamicQuantizeLinear h > y", &[]), "quantised"),
        (one("Relu h > y", &[("leak", S::F(0.1))]), "leak"),
        (one("LeakyRelu h > y", &[("alpha", S::F(f32::NAN))]), "NaN"),
        (one("Flatten h > y", &[("axis", S::I(7))]), "axis 7"),
        (one("Transpose h > y", &[("perm", S::L(&[1, 0]))]), "batch"),
    ] {
        let error = read(&bytes).expect_err(words);
        assert!(matches!(error, FormatError::Node { .. }), "{error:?}");
        let told = error.to_string();
        assert!(told.contains("n_y") && told.contains(words) && told.lines().count() == 1, "{told}");
    }
    let told = |made: Made| read(&made.bytes(13)).expect_err("refused").to_string();
    let softmax = Made::new(&[4])
        .random("w", &[4, 4])
        .node("MatMul x w > h", &[])
        .node("Softmax h > s", &[])
        .node("MatMul s w > y", &[]);
    assert!(told(softmax).contains("at the end"));
    assert!(told(Made::new(&[4]).node("Relu x > y", &[])).contains("no layer with weights"));
    assert!(told(Made::new(&[4]).random("w", &[3, 4]).node("MatMul x w > y", &[])).contains("do not fit"));
    let circle = Made::new(&[4]).random("w", &[4, 4]).node("Add x b > a", &[]).node("MatMul a w > b", &[]);
    assert!(told(circle).contains("cycle"));
    assert!(told(Made::new(&[4]).node("MatMul x w > y", &[])).contains("which nothing in the file makes"));
    let huge = Made::new(&[4]).random("w", &[4, 4]).ints("s", &[1 << 20, 1 << 20]).node("MatMul x w > h", &[]);
    assert!(told(huge.node("ConstantOfShape s > z", &[]).node("Add h z > y", &[])).contains("more than"));
}
