//! Tensors of a pickle, from the storages beside it.

use super::pickle::{At, Item, Pickle};
use crate::formats::{
    limits,
    numbers::{brain, half},
};
use std::collections::HashMap;

/// Where storages are: their bytes by key.
pub trait Storages {
    /// The bytes of a storage.
    ///
    /// # Errors
    /// One that is not there.
    fn bytes(&mut self, key: &str) -> Result<Vec<u8>, String>;
}

/// Numbers of a type of storage: bytes of one, and what they stand for. `None` for whole numbers, which are no weights.
type Element = (usize, Option<fn(&[u8]) -> f64>);

fn element(storage: &str) -> Option<Element> {
    fn word<const N: usize>(bytes: &[u8]) -> [u8; N] {
        bytes.try_into().unwrap_or([0; N])
    }
    Some(match storage {
        "FloatStorage" => (4, Some(|bytes| f64::from(f32::from_le_bytes(word(bytes))))),
        "DoubleStorage" => (8, Some(|bytes| f64::from_le_bytes(word(bytes)))),
        "HalfStorage" => (2, Some(|bytes| half(u16::from_le_bytes(word(bytes))))),
        "BFloat16Storage" => (2, Some(|bytes| brain(u16::from_le_bytes(word(bytes))))),
        "LongStorage" => (8, None),
        "IntStorage" => (4, None),
        "ShortStorage" => (2, None),
        "CharStorage" | "ByteStorage" | "BoolStorage" => (1, None),
        _ => return None,
    })
}

/// A tensor's shape and numbers.
pub type Numbers = (Vec<usize>, Vec<f64>);

/// Reads tensors out of a pickle.
pub struct Tensors<'a> {
    pickle: &'a Pickle,
    storages: &'a mut dyn Storages,
    held: HashMap<String, Vec<u8>>,
    /// Numbers that may still be written out.
    left: usize,
}

impl<'a> Tensors<'a> {
    /// Of a pickle whose storages hold `bytes` together at most.
    pub fn new(pickle: &'a Pickle, storages: &'a mut dyn Storages, bytes: usize) -> Self {
        Tensors { pickle, storages, held: HashMap::new(), left: 4 * bytes }
    }

    /// Whether a value is a tensor, or a parameter made of one.
    pub fn is(pickle: &Pickle, at: At) -> bool {
        pickle.made(at).is_some_and(|(module, name, ..)| module == "torch._utils" && name.starts_with("_rebuild_"))
    }

    /// A tensor; `None` for one of whole numbers.
    ///
    /// # Errors
    /// One that is quantised, of an unknown type, or that reaches outside its storage: a sentence.
    pub fn read(&mut self, at: At) -> Result<Option<Numbers>, String> {
        let pickle = self.pickle;
        let (_, name, with, _) = pickle.made(at).ok_or("it is no tensor")?;
        let arguments = pickle.list(with).unwrap_or_default();
        match name {
            "_rebuild_parameter" | "_rebuild_parameter_with_state" => match arguments.first() {
                // A parameter is made of a tensor, not of another parameter.
                Some(&inner) if pickle.made(inner).is_some_and(|(_, name, ..)| name.starts_with("_rebuild_tensor")) => {
                    self.read(inner)
                }
                _ => Err("it is a parameter of no tensor".into()),
            },
            "_rebuild_tensor_v2" | "_rebuild_tensor" => self.dense(arguments),
            "_rebuild_qtensor" => Err("it is quantised; export the network before it was quantised".into()),
            _ => Err(format!("it is made by {name}, which is not read")),
        }
    }

    fn dense(&mut self, arguments: &[At]) -> Result<Option<Numbers>, String> {
        let pickle = self.pickle;
        let [storage, offset, size, stride, ..] = arguments else { return Err("its description is too short".into()) };
        let Item::Outside(storage) = pickle.get(*storage) else { return Err("it has no storage".into()) };
        let storage = pickle.list(*storage).unwrap_or_default();
        let [tag, kind, key, _, count, ..] = storage else { return Err("its storage is not described".into()) };
        let Item::Name(module, kind) = pickle.get(*kind) else { return Err("its storage has no type".into()) };
        if pickle.text(*tag) != Some("storage") || !module.starts_with("torch") {
            return Err("its storage is not one of PyTorch's".into());
        }
        let short: String = kind.chars().take(60).collect();
        let (width, value) = element(kind).ok_or_else(|| {
            format!("its numbers are a {short}; FloatStorage, DoubleStorage, HalfStorage and BFloat16Storage are read")
        })?;
        let key = match pickle.get(*key) {
            Item::Text(key) => key.clone(),
            Item::Int(key) => key.to_string(),
            _ => return Err("its storage has no key".into()),
        };
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
            return Err("the key of its storage is no plain name".into());
        }
        let whole = |at: At| pickle.int(at).and_then(|value| usize::try_from(value).ok());
        let sizes =
            |at: At| pickle.list(at).and_then(|list| list.iter().map(|&at| whole(at)).collect::<Option<Vec<usize>>>());
        let (Some(offset), Some(count), Some(shape), Some(stride)) =
            (whole(*offset), whole(*count), sizes(*size), sizes(*stride))
        else {
            return Err("its sizes are no whole numbers from 0".into());
        };
        if shape.len() != stride.len() || shape.len() > 8 {
            return Err(format!("it has {} axes and {} strides", shape.len(), stride.len()));
        }
        let Some(value) = value else { return Ok(None) };
        let length = limits::count(&shape).filter(|&length| length <= self.left);
        let length = length.ok_or_else(|| format!("its shape {shape:?} has more numbers than the file holds"))?;
        self.left -= length;
        let last = shape.iter().zip(&stride).try_fold(offset, |last, (&size, &step)| {
            size.saturating_sub(1).checked_mul(step).and_then(|more| last.checked_add(more))
        });
        if !self.held.contains_key(&key) {
            let bytes = self.storages.bytes(&key)?;
            self.held.insert(key.clone(), bytes);
        }
        let bytes = &self.held[&key];
        if count.checked_mul(width).is_none_or(|wanted| wanted > bytes.len()) {
            return Err(format!(
                "its storage \"{key}\" holds {} bytes, fewer than its {count} numbers take",
                bytes.len()
            ));
        }
        if length > 0 && last.is_none_or(|last| last >= count) {
            return Err(format!(
                "its shape {shape:?} with strides {stride:?} from {offset} leaves the {count} numbers of its storage"
            ));
        }
        let mut places = vec![offset];
        for (&size, &step) in shape.iter().zip(&stride) {
            places = places.iter().flat_map(|&place| (0..size).map(move |index| place + index * step)).collect();
        }
        let numbers = places.iter().map(|&place| value(&bytes[place * width..(place + 1) * width])).collect();
        Ok(Some((shape, numbers)))
    }
}
