//! Activations by name, alone or inside another layer.

use super::{
    nodes::Nodes,
    settings::{Settings, shown},
};
use crate::formats::onnx::{Setting, Tensor};
use serde_json::Value;

/// Writes an activation that is given by name, or as an object that has one.
///
/// # Errors
/// One that is not known; those that are known and not read are refused where the graph is read.
pub fn named(nodes: &mut Nodes, input: &str, activation: &Value) -> Result<String, String> {
    let name = match activation {
        Value::String(name) => name.as_str(),
        // {"class_name": "function", "config": "relu"} and {"class_name": "ReLU", "config": {…}}.
        Value::Object(object) => match (object.get("config"), object.get("class_name")) {
            (Some(Value::String(name)), _) => name.as_str(),
            (Some(Value::Object(map)), Some(Value::String(class))) => {
                let settings = Settings::new(map);
                let made = layer(nodes, input, class, &settings)
                    .unwrap_or_else(|| Err(format!("the activation {} is not read", shown(activation))))?;
                settings.done()?;
                return Ok(made);
            }
            _ => return Err(format!("its activation is {}, not a name", shown(activation))),
        },
        other => return Err(format!("its activation is {}, not a name", shown(other))),
    };
    let made = match name {
        "linear" => input.to_owned(),
        "relu" => nodes.add("Relu", &[input], &[]),
        "relu6" => clip(nodes, input, 0.0, 6.0),
        // Keras 3 has this slope; Keras 2 has no activation of this name.
        "leaky_relu" => nodes.add("LeakyRelu", &[input], &[("alpha", Setting::Float(f64::from(0.2f32)))]),
        "sigmoid" => nodes.add("Sigmoid", &[input], &[]),
        "tanh" => nodes.add("Tanh", &[input], &[]),
        "hard_tanh" => clip(nodes, input, -1.0, 1.0),
        "softmax" => nodes.add("Softmax", &[input], &[("axis", Setting::Int(-1))]),
        "log_softmax" => nodes.add("LogSoftmax", &[input], &[("axis", Setting::Int(-1))]),
        "elu" => nodes.add("Elu", &[input], &[]),
        "softplus" => nodes.add("Softplus", &[input], &[]),
        // Known, and refused by the operator's name where the graph is read.
        "selu" => nodes.add("Selu", &[input], &[]),
        "gelu" => nodes.add("Gelu", &[input], &[]),
        "silu" | "swish" => nodes.add("Swish", &[input], &[]),
        "mish" => nodes.add("Mish", &[input], &[]),
        "softsign" => nodes.add("Softsign", &[input], &[]),
        "hard_sigmoid" => nodes.add("HardSigmoid", &[input], &[]),
        _ => return Err(format!("its activation {} is not known", shown(activation))),
    };
    Ok(made)
}

/// Writes an activation that is a layer of its own and has no weights; `None` for other layers.
pub fn layer(nodes: &mut Nodes, input: &str, class: &str, settings: &Settings<'_>) -> Option<Result<String, String>> {
    Some(match class {
        "Activation" => match settings.get("activation") {
            Some(activation) => named(nodes, input, activation),
            None => Err("it names no activation".into()),
        },
        "ReLU" => relu(nodes, input, settings),
        "LeakyReLU" => leaky(nodes, input, settings),
        "Softmax" => softmax(nodes, input, settings),
        "ELU" => settings.number("alpha").map(|alpha| {
            let alpha: Vec<_> = alpha.map(|alpha| ("alpha", Setting::Float(alpha))).into_iter().collect();
            nodes.add("Elu", &[input], &alpha)
        }),
        _ => return None,
    })
}

fn relu(nodes: &mut Nodes, input: &str, settings: &Settings<'_>) -> Result<String, String> {
    let slope = settings.number("negative_slope")?.unwrap_or(0.0);
    if settings.number("threshold")?.unwrap_or(0.0) != 0.0 {
        return Err("its threshold is not 0: a rectifier that jumps is not read".into());
    }
    let bent = |nodes: &mut Nodes| match slope {
        0.0 => nodes.add("Relu", &[input], &[]),
        slope => nodes.add("LeakyRelu", &[input], &[("alpha", Setting::Float(slope))]),
    };
    match settings.number("max_value")? {
        None => Ok(bent(nodes)),
        Some(most) if slope == 0.0 => Ok(clip(nodes, input, 0.0, most)),
        Some(_) => Err("it has both a slope below 0 and a max_value, which is not read".into()),
    }
}

fn leaky(nodes: &mut Nodes, input: &str, settings: &Settings<'_>) -> Result<String, String> {
    let slope = match settings.number("negative_slope")? {
        Some(slope) => slope,
        None => settings.number("alpha")?.unwrap_or(f64::from(0.3f32)),
    };
    Ok(nodes.add("LeakyRelu", &[input], &[("alpha", Setting::Float(slope))]))
}

fn softmax(nodes: &mut Nodes, input: &str, settings: &Settings<'_>) -> Result<String, String> {
    match settings.whole("axis")?.as_deref() {
        None | Some([-1]) => Ok(nodes.add("Softmax", &[input], &[("axis", Setting::Int(-1))])),
        Some(axis) => Err(format!("it runs along the axis {axis:?}; the last is read")),
    }
}

fn clip(nodes: &mut Nodes, input: &str, low: f64, high: f64) -> String {
    let low = nodes.constant(Tensor::weights(Vec::new(), false, vec![low]));
    let high = nodes.constant(Tensor::weights(Vec::new(), false, vec![high]));
    nodes.add("Clip", &[input, &low, &high], &[])
}
