//! One operator of a graph, with its settings as values.

use super::{
    messages::{AttributeProto, NodeProto, TensorProto},
    tensor::{External, Tensor, read},
};
use prost::{Message, bytes::Bytes};
use std::collections::BTreeMap;

/// A setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// One number.
    Float(f64),
    /// One whole number.
    Int(i64),
    /// Text.
    Text(String),
    /// A tensor, opened when it is asked for.
    Tensor(Box<TensorProto>),
    /// Numbers.
    Floats(Vec<f64>),
    /// Whole numbers.
    Ints(Vec<i64>),
    /// What no operator read here has: a graph, a list of texts, a sparse tensor. Named, for errors.
    Other(&'static str),
    /// Inside a function: the setting of the call that has this name.
    OfCall(String),
}

/// An operator: what it reads, what it makes, its settings.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name in the file, or that of its first value.
    pub name: String,
    /// Which operator it is.
    pub op: String,
    /// Whose operator it is; empty for ONNX itself.
    pub domain: String,
    /// Version of the domain's operators.
    pub version: i64,
    /// Names of the values it reads; an empty name is an input left out.
    pub inputs: Vec<String>,
    /// Names of the values it makes.
    pub outputs: Vec<String>,
    /// Settings by name.
    pub settings: BTreeMap<String, Setting>,
}

/// Most settings of a node.
const SETTINGS: usize = 64;

/// A name as a message shows it: short and on one line.
pub fn shown(name: &str) -> String {
    let clean = |text: &str| text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect::<String>();
    match name.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", clean(&name[..end])),
        None => clean(name),
    }
}

impl Node {
    /// Reads a node; `version` says which version of a domain's operators the file is written in.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn read(proto: NodeProto, version: i64) -> Result<Node, String> {
        let domain = if proto.domain == "ai.onnx" { String::new() } else { proto.domain };
        let name = if proto.name.is_empty() { proto.output.first().cloned().unwrap_or_default() } else { proto.name };
        let mut node = Node {
            name,
            op: proto.op_type,
            domain,
            version,
            inputs: proto.input,
            outputs: proto.output,
            settings: BTreeMap::new(),
        };
        if proto.attribute.len() > SETTINGS {
            return Err(format!("{} has {} settings", node.label(), proto.attribute.len()));
        }
        for bytes in proto.attribute {
            let (name, setting) = setting(bytes).map_err(|why| format!("{}: {why}", node.label()))?;
            if node.settings.insert(name.clone(), setting).is_some() {
                return Err(format!("{} has the setting \"{}\" twice", node.label(), shown(&name)));
            }
        }
        Ok(node)
    }

    /// What messages call it: Conv "/0/Conv".
    pub fn label(&self) -> String {
        let domain = if self.domain.is_empty() { String::new() } else { format!("{}::", shown(&self.domain)) };
        format!("node \"{}\" ({domain}{})", shown(&self.name), shown(&self.op))
    }

    fn other(&self, name: &str, wanted: &str) -> String {
        format!("its setting {name} is no {wanted}")
    }

    /// A number, where it is set.
    ///
    /// # Errors
    /// Another kind of setting under that name, as for all of these.
    pub fn float(&self, name: &str) -> Result<Option<f64>, String> {
        match self.settings.get(name) {
            None => Ok(None),
            Some(Setting::Float(value)) => Ok(Some(*value)),
            Some(_) => Err(self.other(name, "number")),
        }
    }

    /// A whole number, where it is set.
    pub fn int(&self, name: &str) -> Result<Option<i64>, String> {
        match self.settings.get(name) {
            None => Ok(None),
            Some(Setting::Int(value)) => Ok(Some(*value)),
            Some(_) => Err(self.other(name, "whole number")),
        }
    }

    /// Whether a setting is there and not 0.
    pub fn flag(&self, name: &str) -> Result<bool, String> {
        Ok(self.int(name)?.unwrap_or(0) != 0)
    }

    /// Text, where it is set.
    pub fn text(&self, name: &str) -> Result<Option<&str>, String> {
        match self.settings.get(name) {
            None => Ok(None),
            Some(Setting::Text(value)) => Ok(Some(value)),
            Some(_) => Err(self.other(name, "text")),
        }
    }

    /// Whole numbers, where they are set.
    pub fn ints(&self, name: &str) -> Result<Option<&[i64]>, String> {
        match self.settings.get(name) {
            None => Ok(None),
            Some(Setting::Ints(value)) => Ok(Some(value)),
            Some(_) => Err(self.other(name, "list of whole numbers")),
        }
    }

    /// Numbers, where they are set.
    pub fn floats(&self, name: &str) -> Result<Option<&[f64]>, String> {
        match self.settings.get(name) {
            None => Ok(None),
            Some(Setting::Floats(value)) => Ok(Some(value)),
            Some(_) => Err(self.other(name, "list of numbers")),
        }
    }

    /// A tensor, where it is set.
    pub fn tensor(&self, name: &str, external: &mut External<'_>) -> Result<Option<Tensor>, String> {
        match self.settings.get(name) {
            None => Ok(None),
            Some(Setting::Tensor(proto)) => {
                read(proto, external).map(Some).map_err(|why| format!("its setting {name}: {why}"))
            }
            Some(_) => Err(self.other(name, "tensor")),
        }
    }
}

/// A setting's name and value.
fn setting(bytes: Bytes) -> Result<(String, Setting), String> {
    let proto = AttributeProto::decode(bytes).map_err(|error| error.to_string())?;
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    // Files of IR version 1 have no type: the field that is there says it.
    let kind = match proto.kind {
        0 if proto.f.is_some() => 1,
        0 if proto.i.is_some() => 2,
        0 if proto.s.is_some() => 3,
        0 if proto.t.is_some() => 4,
        0 if proto.g.is_some() => 5,
        0 if !proto.floats.is_empty() => 6,
        0 if !proto.ints.is_empty() => 7,
        kind => kind,
    };
    let value = if !proto.ref_attr_name.is_empty() {
        Setting::OfCall(proto.ref_attr_name)
    } else {
        match kind {
            1 => Setting::Float(f64::from(proto.f.unwrap_or_default())),
            2 => Setting::Int(proto.i.unwrap_or_default()),
            3 => Setting::Text(proto.s.as_ref().map(text).unwrap_or_default()),
            4 => Setting::Tensor(Box::new(
                proto.t.ok_or_else(|| format!("its setting {} lacks its tensor", shown(&proto.name)))?,
            )),
            5 => Setting::Other("graph"),
            6 => Setting::Floats(proto.floats.iter().map(|&value| f64::from(value)).collect()),
            7 => Setting::Ints(proto.ints),
            8 => Setting::Other("list of texts"),
            11 => Setting::Other("sparse tensor"),
            _ => return Err(format!("its setting {} is of the unknown type {kind}", shown(&proto.name))),
        }
    };
    Ok((proto.name, value))
}
