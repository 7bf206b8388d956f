//! What is done to certificates of either kind.

use super::random::Rng;
use serde_json::Value;

/// Paths to all numbers in hexadecimal.
pub fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains("0x") => found.push(path.to_owned()),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, value)| places(value, &format!("{path}/{at}"), found))
        }
        Value::Object(map) => map.iter().for_each(|(key, value)| places(value, &format!("{path}/{key}"), found)),
        _ => {}
    }
}

/// Changes a few bytes, anywhere.
pub fn damage(bytes: &mut Vec<u8>, rng: &mut Rng) {
    for _ in 0..1 + rng.below(4) {
        let at = rng.below(bytes.len());
        match rng.below(5) {
            0 => bytes[at] = rng.word() as u8,
            1 => bytes.truncate(at + 1),
            2 => drop(bytes.remove(at)),
            3 => bytes.insert(at, b"0123456789abcdefxp+-.,:[]{}\"nulltrue"[rng.below(36)]),
            _ => {
                let other = rng.below(bytes.len());
                bytes.swap(at, other);
            }
        }
        if bytes.is_empty() {
            bytes.push(b'{');
        }
    }
}
