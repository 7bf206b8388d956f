//! A layer's settings in a Keras config: read by name, and none overlooked.

use serde_json::{Map, Value};
use std::{cell::RefCell, collections::HashSet};

/// Settings that change nothing once a network is trained: how it was initialised, held back and trained.
const WITHOUT_EFFECT: &[&str] = &[
    "name",
    "trainable",
    "dtype",
    "sparse",
    "ragged",
    "optional",
    "input_dtype",
    "batch_input_shape",
    "batch_shape",
    "momentum",
    "rate",
    "seed",
    "noise_shape",
    "stddev",
    "synchronized",
    "renorm_momentum",
    "l1",
    "l2",
    "_build_input_shape",
    "build_config",
];
/// Endings of more such settings.
const WITHOUT_EFFECT_ENDS: &[&str] = &["_initializer", "_regularizer", "_constraint"];

/// The settings of one layer.
pub struct Settings<'a> {
    map: &'a Map<String, Value>,
    asked: RefCell<HashSet<&'static str>>,
}

impl<'a> Settings<'a> {
    pub fn new(map: &'a Map<String, Value>) -> Settings<'a> {
        Settings { map, asked: RefCell::default() }
    }

    /// A setting as it stands; null is none.
    pub fn get(&self, name: &'static str) -> Option<&'a Value> {
        self.asked.borrow_mut().insert(name);
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// Text, where it is set.
    pub fn text(&self, name: &'static str) -> Result<Option<&'a str>, String> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| wrong(name, "text", value))).transpose()
    }

    /// A number, where it is set.
    pub fn number(&self, name: &'static str) -> Result<Option<f64>, String> {
        // Some versions wrap numbers that came from NumPy.
        let plain = |value: &'a Value| value.pointer("/config/value").unwrap_or(value);
        self.get(name).map(|value| plain(value).as_f64().ok_or_else(|| wrong(name, "number", value))).transpose()
    }

    /// True or false, where it is set.
    pub fn flag(&self, name: &'static str) -> Result<Option<bool>, String> {
        self.get(name).map(|value| value.as_bool().ok_or_else(|| wrong(name, "true or false", value))).transpose()
    }

    /// Whole numbers: a list, or one.
    pub fn whole(&self, name: &'static str) -> Result<Option<Vec<i64>>, String> {
        let read = |value: &Value| match value {
            Value::Array(all) => all.iter().map(Value::as_i64).collect(),
            value => value.as_i64().map(|one| vec![one]),
        };
        self.get(name).map(|value| read(value).ok_or_else(|| wrong(name, "whole numbers", value))).transpose()
    }

    /// Two whole numbers above 0, for rows and columns; one stands for both.
    pub fn pair(&self, name: &'static str) -> Result<Option<[i64; 2]>, String> {
        let Some(all) = self.whole(name)? else { return Ok(None) };
        match all[..] {
            [both] if both > 0 => Ok(Some([both, both])),
            [rows, columns] if rows > 0 && columns > 0 => Ok(Some([rows, columns])),
            _ => Err(format!("its {name} is {all:?}; two numbers above 0 are read")),
        }
    }

    /// Refuses a setting that must not be: one whose effect is not read.
    ///
    /// # Errors
    /// It is there, and neither false nor null.
    pub fn without(&self, name: &'static str) -> Result<(), String> {
        match self.get(name) {
            None | Some(Value::Bool(false)) => Ok(()),
            Some(value) => Err(format!("its setting {name} is {}, which is not read", shown(value))),
        }
    }

    /// Checks that every setting was asked for, or is without effect.
    ///
    /// # Errors
    /// The first that was not, by name.
    pub fn done(&self) -> Result<(), String> {
        let asked = self.asked.borrow();
        let without = |name: &str| {
            asked.contains(name)
                || WITHOUT_EFFECT.contains(&name)
                || WITHOUT_EFFECT_ENDS.iter().any(|end| name.ends_with(end))
        };
        let left = self.map.iter().find(|(name, value)| !value.is_null() && !without(name));
        left.map_or(Ok(()), |(name, value)| {
            let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
            Err(format!("its setting \"{name}\" ({}) is not known", shown(value)))
        })
    }
}

/// A value as a message shows it.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".into(),
        Value::Array(all) if all.len() > 8 => format!("a list of {}", all.len()),
        value => value.to_string().chars().filter(|c| !c.is_control()).take(60).collect(),
    }
}

fn wrong(name: &str, wanted: &str, found: &Value) -> String {
    format!("its setting {name} is {}, where {wanted} should stand", shown(found))
}
