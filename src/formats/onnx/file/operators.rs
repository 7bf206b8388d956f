//! The operators that are known, and the settings that each of them has: anything else is refused by name.

use super::node::{Node, Setting, shown};

/// Operators of ONNX itself, and their settings.
const KNOWN: &[(&str, &[&str])] = &[
    ("Abs", &[]),
    ("Add", &["broadcast", "consumed_inputs"]),
    ("And", &[]),
    ("ArgMax", &["axis", "keepdims", "select_last_index"]),
    ("AveragePool", &["auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "strides"]),
    ("BatchNormalization", &["epsilon", "momentum", "spatial", "is_test", "training_mode", "consumed_inputs"]),
    ("Cast", &["to", "saturate", "round_mode"]),
    ("CastLike", &["saturate", "round_mode"]),
    ("Ceil", &[]),
    ("Clip", &["min", "max", "consumed_inputs"]),
    ("Concat", &["axis"]),
    ("Constant", &["value", "value_float", "value_floats", "value_int", "value_ints"]),
    ("ConstantOfShape", &["value"]),
    ("Conv", &["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"]),
    ("DequantizeLinear", &["axis", "block_size", "output_dtype"]),
    ("Div", &["broadcast", "consumed_inputs"]),
    ("Dropout", &["ratio", "seed", "is_test", "consumed_inputs"]),
    ("Elu", &["alpha", "consumed_inputs"]),
    ("Equal", &[]),
    ("Exp", &[]),
    ("Expand", &[]),
    ("Flatten", &["axis"]),
    ("Floor", &[]),
    ("Gather", &["axis"]),
    ("Gemm", &["alpha", "beta", "transA", "transB", "broadcast"]),
    ("GlobalAveragePool", &[]),
    ("GlobalMaxPool", &[]),
    ("Greater", &[]),
    ("GreaterOrEqual", &[]),
    ("Identity", &[]),
    ("LeakyRelu", &["alpha", "consumed_inputs"]),
    ("Less", &[]),
    ("LessOrEqual", &[]),
    ("Log", &[]),
    ("LogSoftmax", &["axis"]),
    ("MatMul", &[]),
    ("Max", &["consumed_inputs"]),
    ("MaxPool", &["auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"]),
    ("Mean", &["consumed_inputs"]),
    ("Min", &["consumed_inputs"]),
    ("Mod", &["fmod"]),
    ("Mul", &["broadcast", "consumed_inputs"]),
    ("Neg", &["consumed_inputs"]),
    ("Not", &[]),
    ("Or", &[]),
    ("PRelu", &["consumed_inputs"]),
    ("Pad", &["mode", "pads", "paddings", "value"]),
    ("Pow", &[]),
    ("Range", &[]),
    ("Reciprocal", &["consumed_inputs"]),
    ("ReduceMax", &["axes", "keepdims", "noop_with_empty_axes"]),
    ("ReduceMean", &["axes", "keepdims", "noop_with_empty_axes"]),
    ("ReduceMin", &["axes", "keepdims", "noop_with_empty_axes"]),
    ("ReduceProd", &["axes", "keepdims", "noop_with_empty_axes"]),
    ("ReduceSum", &["axes", "keepdims", "noop_with_empty_axes"]),
    ("Relu", &["consumed_inputs"]),
    ("Reshape", &["allowzero"]),
    ("Shape", &["start", "end"]),
    ("Sigmoid", &["consumed_inputs"]),
    ("Size", &[]),
    ("Slice", &["axes", "ends", "starts"]),
    ("Softmax", &["axis"]),
    ("Softplus", &[]),
    ("Split", &["axis", "split", "num_outputs"]),
    ("Sqrt", &["consumed_inputs"]),
    ("Squeeze", &["axes"]),
    ("Sub", &["broadcast", "consumed_inputs"]),
    ("Sum", &["consumed_inputs"]),
    ("Tanh", &["consumed_inputs"]),
    ("Tile", &[]),
    ("Transpose", &["perm"]),
    ("Unsqueeze", &["axes"]),
    ("Where", &[]),
];

/// Operators of machine learning's own domain.
const KNOWN_ML: &[(&str, &[&str])] =
    &[("Scaler", &["offset", "scale"]), ("ZipMap", &["classlabels_int64s", "classlabels_strings"])];

/// Why an operator that is not known is not.
fn why(node: &Node) -> String {
    let op = node.op.as_str();
    let float = "export the network before it was quantised";
    match op {
        _ if op.contains("Quantize") || op.starts_with("QLinear") || op.ends_with("Integer") || op.starts_with("QGemm") => {
            format!("it is quantised: values are rounded while it runs, which no bound here covers; {float}")
        }
        "If" | "Loop" | "Scan" | "SequenceMap" => {
            "control flow is not read; export the network with its branches and loops fixed (torch.onnx.export traces them)".into()
        }
        "LSTM" | "GRU" | "RNN" => "recurrent layers are not read".into(),
        "LayerNormalization" | "InstanceNormalization" | "GroupNormalization" | "RMSNormalization" | "MeanVarianceNormalization"
        | "LpNormalization" | "LRN" | "Normalizer" => {
            "a normalisation by the input's own mean or spread is not affine and is not read; batch normalisation is".into()
        }
        "Selu" | "Gelu" | "Softsign" | "HardSwish" | "HardSigmoid" | "Erf" | "Celu" | "Mish" | "Swish"
        | "ThresholdedRelu" | "BiasGelu" | "FastGelu" | "QuickGelu" => {
            "this activation is not read; Relu, LeakyRelu, PRelu, Clip, Max, Min, Abs, Sigmoid, Tanh, Elu (up to alpha 1) and Softplus are".into()
        }
        _ if op.starts_with("TreeEnsemble") || op.starts_with("SVM") => "trees and support vectors are no neural network".into(),
        "LinearClassifier" | "LinearRegressor" => {
            "this model of scikit-learn has no layers; export an MLPClassifier, or write it as Gemm".into()
        }
        "Erfc" => "ONNX has no such operator, whatever wrote it; no runtime loads this file".into(),
        _ if node.domain.is_empty() => "this operator is not read; docs/formats.md lists those that are".into(),
        _ => "operators of this domain are not read; export with ONNX's own operators".into(),
    }
}

/// Checks that an operator and all its settings are known.
///
/// # Errors
/// What is not, and what would do.
pub fn check(node: &Node) -> Result<(), String> {
    let known = match node.domain.as_str() {
        "" => KNOWN,
        "ai.onnx.ml" => KNOWN_ML,
        _ => &[],
    };
    let Some((_, settings)) = known.iter().find(|(op, _)| *op == node.op) else { return Err(why(node)) };
    for (name, value) in &node.settings {
        if !settings.contains(&name.as_str()) {
            let known = if settings.is_empty() { "none".to_owned() } else { settings.join(", ") };
            return Err(format!("its setting \"{}\" is not known; {} has {known}", shown(name), node.op));
        }
        if let (Setting::Other(kind), "Constant") = (value, node.op.as_str()) {
            return Err(format!("its value is a {kind}, not a tensor"));
        }
    }
    // Before opset 7 the second operand of arithmetic did not broadcast by itself, and training was the default.
    if node.version < 7 {
        let training = matches!(node.op.as_str(), "Dropout" | "BatchNormalization") && !node.flag("is_test")?;
        if training {
            return Err("it is in training mode (is_test is not set); export the network for inference".into());
        }
    }
    Ok(())
}
