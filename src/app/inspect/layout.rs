//! The layers as a form, where a file does not say them: rows that are changed by hand, and the JSON that the reader takes.

use serde_json::{Map, Value};

/// What a layer may be, and the settings that its row offers. Weights are named in it, not held.
pub const OPERATORS: [(&str, &[&str]); 15] = [
    ("linear", &["weight", "bias"]),
    ("conv2d", &["weight", "bias", "stride", "padding", "groups"]),
    ("relu", &[]),
    ("leaky_relu", &["slope"]),
    ("sigmoid", &[]),
    ("tanh", &[]),
    ("elu", &["scale"]),
    ("softplus", &[]),
    ("clip", &["low", "high"]),
    ("max_pool", &["kernel", "stride", "padding"]),
    ("avg_pool", &["kernel", "stride", "padding"]),
    ("flatten", &[]),
    ("batch_norm", &["weight", "bias", "mean", "variance", "stabilizer"]),
    ("normalize", &["mean", "std"]),
    ("add", &["inputs"]),
];

/// One layer: its operator and its fields, as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The operator.
    pub op: String,
    /// Name and value of each field that is not empty.
    pub fields: Vec<(String, String)>,
}

impl Row {
    /// A field as it is written; empty where it is not.
    pub fn field(&self, name: &str) -> String {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Writes a field.
    pub fn set(&mut self, name: &str, value: &str) {
        self.fields.retain(|(field, _)| field != name);
        if !value.trim().is_empty() {
            self.fields.push((name.into(), value.trim().into()));
        }
    }

    /// The fields that the form shows: those of the operator, and others that the file's guess has.
    pub fn shown(&self) -> Vec<String> {
        let own = OPERATORS.iter().find(|(op, _)| *op == self.op).map_or(&[][..], |(_, fields)| fields);
        let others = self.fields.iter().map(|(field, _)| field.as_str()).filter(|field| !own.contains(field));
        own.iter().copied().chain(others).map(String::from).collect()
    }
}

/// The form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The shape of one input, with commas between.
    pub shape: String,
    /// The layers.
    pub rows: Vec<Row>,
}

fn written(value: &Value) -> String {
    match value {
        Value::String(word) => word.clone(),
        Value::Array(list) => list.iter().map(written).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// A value from how it is written: a number, a list of numbers or of words, a word.
fn value(name: &str, written: &str) -> Value {
    let number = |word: &str| {
        let whole = word.parse::<u64>().ok().map(Value::from);
        whole.or_else(|| word.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from))
    };
    let one = |word: &str| number(word).unwrap_or_else(|| Value::String(word.into()));
    // Names of tensors may look like numbers.
    if matches!(name, "weight" | "bias" | "mean" | "variance" | "bend" | "name" | "std") && !written.contains(',') {
        return match (name, number(written)) {
            ("mean" | "std", Some(number)) => number,
            _ => Value::String(written.into()),
        };
    }
    let pair = matches!(name, "stride" | "padding" | "kernel");
    let words: Vec<&str> = written.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    match words[..] {
        [word] if pair => Value::Array(vec![one(word), one(word)]),
        [word] if name != "inputs" && name != "shape" => one(word),
        _ => Value::Array(words.into_iter().map(one).collect()),
    }
}

impl Layout {
    /// The form of a guess; `None` where that is no list of layers.
    pub fn read(guess: &str) -> Option<Layout> {
        let guess: Value = serde_json::from_str(guess).ok()?;
        let rows = guess.get("layers")?.as_array()?.iter().map(|layer| {
            let fields = layer.as_object()?;
            let op = fields.get("op")?.as_str()?.to_owned();
            let rest = fields.iter().filter(|(name, value)| *name != "op" && !value.is_null());
            Some(Row { op, fields: rest.map(|(name, value)| (name.clone(), written(value))).collect() })
        });
        Some(Layout { shape: written(guess.get("input_shape")?), rows: rows.collect::<Option<_>>()? })
    }

    /// The layers as the reader takes them.
    pub fn write(&self) -> String {
        let layers = self.rows.iter().map(|row| {
            let mut fields = Map::new();
            fields.insert("op".into(), Value::String(row.op.clone()));
            for (name, text) in &row.fields {
                fields.insert(name.clone(), value(name, text));
            }
            Value::Object(fields)
        });
        let mut all = Map::new();
        all.insert("input_shape".into(), value("shape", &self.shape));
        all.insert("layers".into(), Value::Array(layers.collect()));
        Value::Object(all).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_form_gives_back_what_it_was_made_of() {
        let guess = json!({ "input_shape": [1, 28, 28], "layers": [
            { "op": "conv2d", "weight": "c.weight", "bias": "c.bias", "stride": [2, 2], "padding": [1, 1, 0, 0] },
            { "op": "relu" },
            { "op": "batch_norm", "weight": "w", "bias": "b", "mean": "m", "variance": "v", "stabilizer": 1e-5 },
            { "op": "flatten" },
            { "op": "linear", "weight": "0", "bias": "1" },
            { "op": "add", "inputs": ["a", "b"] },
            { "op": "leaky_relu", "slope": 0.1, "name": "12" },
        ]});
        let layout = Layout::read(&guess.to_string()).unwrap();
        assert_eq!(layout.shape, "1, 28, 28");
        assert_eq!(serde_json::from_str::<Value>(&layout.write()).unwrap(), guess);
    }

    #[test]
    fn what_is_written_by_hand_becomes_what_is_meant() {
        let mut row = Row { op: "conv2d".into(), ..Row::default() };
        row.set("stride", "2");
        row.set("padding", " 1, 2 ");
        row.set("bias", "");
        let layout = Layout { shape: "3, 32, 32".into(), rows: vec![row] };
        let wanted =
            json!({ "input_shape": [3, 32, 32], "layers": [{ "op": "conv2d", "stride": [2, 2], "padding": [1, 2] }] });
        assert_eq!(serde_json::from_str::<Value>(&layout.write()).unwrap(), wanted);
        for guess in ["", "{}", "{\"output\": \"x\"}", "{\"input_shape\": [1], \"layers\": [{}]}"] {
            assert_eq!(Layout::read(guess), None, "{guess}");
        }
    }
}
