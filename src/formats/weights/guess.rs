//! What the layers may be, from names and shapes alone.

use super::tensor::Named;
use serde_json::{Value, json};

/// The tensors that stand under one name: "fc1.weight" and "fc1.bias" under "fc1".
struct Group<'a> {
    name: &'a str,
    tensors: Vec<(&'a str, &'a Named)>,
}

impl<'a> Group<'a> {
    fn find(&self, names: &[&str]) -> Option<&'a Named> {
        self.tensors.iter().find(|(last, _)| names.contains(last)).map(|(_, tensor)| *tensor)
    }
}

/// A name in two: the layer's and the tensor's.
fn split(name: &str) -> (&str, &str) {
    match name.rfind(['.', '/']) {
        Some(at) => (&name[..at], &name[at + 1..]),
        // W1 and b1: layer 1.
        None => match name.find(|c: char| c.is_ascii_digit()) {
            Some(at) if at > 0 => (&name[at..], &name[..at]),
            _ => ("", name),
        },
    }
}

fn groups(tensors: &[Named]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for tensor in tensors {
        let (layer, last) = split(&tensor.name);
        match groups.iter_mut().find(|group| group.name == layer) {
            Some(group) if !layer.is_empty() => group.tensors.push((last, tensor)),
            _ => groups.push(Group { name: layer, tensors: vec![(last, tensor)] }),
        }
    }
    groups
}

/// Sizes of images that are tried, where a linear layer behind convolutions says how many numbers come out.
const SIDES: [usize; 9] = [28, 32, 8, 16, 64, 14, 20, 24, 12];

/// A guess in the project's own description of layers: rectifiers in between, a flatten in front of the first linear layer.
pub fn layers(tensors: &[Named]) -> Value {
    let mut layers: Vec<Value> = Vec::new();
    let (mut channels, mut first, mut width, mut side) = (None, None, None, None);
    let mut weighted = 0usize;
    for group in groups(tensors) {
        let weight = group.find(&["weight", "kernel", "W", "w", "weights", "kernel:0"]);
        let weight =
            weight.or_else(|| group.tensors.iter().map(|(_, tensor)| *tensor).find(|tensor| tensor.shape.len() >= 2));
        let bias = group.find(&["bias", "b", "bias:0"]);
        let (mean, variance) =
            (group.find(&["running_mean", "moving_mean"]), group.find(&["running_var", "moving_variance"]));
        if let (Some(mean), Some(variance), Some(weight), Some(bias)) = (mean, variance, weight, bias) {
            layers.push(json!({
                "op": "batch_norm", "weight": weight.name, "bias": bias.name, "mean": mean.name, "variance": variance.name,
                "stabilizer": 1e-5
            }));
            continue;
        }
        let Some(weight) = weight.filter(|weight| matches!(weight.shape.len(), 2 | 4)) else { continue };
        if weighted > 0 {
            layers.push(json!({ "op": "relu" }));
        }
        weighted += 1;
        let mut layer = serde_json::Map::new();
        if let [outputs, inputs, ..] = weight.shape[..] {
            if weight.shape.len() == 4 {
                channels = channels.or(Some(inputs));
                width = Some(outputs);
                layer.insert("op".into(), json!("conv2d"));
            } else {
                if channels.is_some() && side.is_none() {
                    layers.push(json!({ "op": "flatten" }));
                    let area = width.map_or(0, |width: usize| inputs / width.max(1));
                    side = SIDES.into_iter().find(|side| side * side >= area).or(Some(28));
                }
                first = first.or(Some(inputs));
                layer.insert("op".into(), json!("linear"));
            }
        }
        layer.insert("weight".into(), json!(weight.name));
        if let Some(bias) = bias {
            layer.insert("bias".into(), json!(bias.name));
        }
        layers.push(Value::Object(layer));
    }
    let shape = match (channels, first) {
        (Some(channels), _) => json!([channels, side.unwrap_or(28), side.unwrap_or(28)]),
        (None, Some(inputs)) => json!([inputs]),
        (None, None) => json!([1]),
    };
    json!({ "input_shape": shape, "layers": layers })
}
