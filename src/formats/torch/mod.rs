//! PyTorch's files: weights of a state dict, or a whole module of standard layers.
//!
//! `pickle` reads Python's pickles as plain data and executes nothing; `tensors` takes tensors out of the storages beside them; `module`
//! recognises `torch.nn` layers.

mod module;
mod pickle;
mod refusal;
mod tensors;

use super::{
    FormatError,
    archive::Archive,
    reading::{Answer, Choice, Files},
    weights::{Named, Weights, short},
};
use pickle::{At, Item, Pickle};
use refusal::{EXPORT, FORMAT, wrong};
use std::collections::HashMap;
use tensors::{Storages, Tensors};

/// Storages in a zip archive.
struct Zipped<'a> {
    archive: Archive<'a>,
    folder: String,
}

impl Storages for Zipped<'_> {
    fn bytes(&mut self, key: &str) -> Result<Vec<u8>, String> {
        self.archive.read(&format!("{}data/{key}", self.folder)).map_err(|error| error.to_string())
    }
}

/// Storages that follow their pickles.
struct Following<'a>(HashMap<String, &'a [u8]>);

impl Storages for Following<'_> {
    fn bytes(&mut self, key: &str) -> Result<Vec<u8>, String> {
        self.0
            .get(key)
            .map(|bytes| bytes.to_vec())
            .ok_or_else(|| format!("its storage \"{}\" is not in the file", short(key)))
    }
}

/// Reads a file of PyTorch: a zip archive, or the older row of pickles.
///
/// # Errors
/// Damage, pickles that would run something, and what is neither weights nor standard layers.
pub fn read(bytes: &[u8], _: &dyn Files, choice: &Choice) -> Result<Answer, FormatError> {
    if !bytes.starts_with(b"PK") {
        return old(bytes, choice);
    }
    let mut archive = Archive::open(FORMAT, bytes)?;
    let names = archive.names();
    if names.iter().any(|name| name.ends_with("models/model.json")) {
        return Err(wrong(format!("it is a torch.export program (.pt2), which is not read; {EXPORT}")));
    }
    let Some(entry) = names.iter().find(|name| *name == "data.pkl" || name.ends_with("/data.pkl")) else {
        return Err(wrong("its archive has no data.pkl: no file that torch.save wrote"));
    };
    let folder = entry[..entry.len() - "data.pkl".len()].to_owned();
    if names.iter().any(|name| name.strip_prefix(&folder).is_some_and(|name| name.starts_with("code/"))) {
        return Err(wrong(format!("it is TorchScript, whose code is not read; {EXPORT}")));
    }
    if let Ok(order) = archive.read(&format!("{folder}byteorder"))
        && order != b"little"
    {
        return Err(wrong("its numbers are big-endian; save it again on an ordinary machine"));
    }
    let pickled = archive.read(entry)?;
    let (pickle, whole, _) = pickle::read(&pickled).map_err(wrong)?;
    answer(&pickle, whole, &mut Zipped { archive, folder }, bytes.len(), choice)
}

/// The format before torch 1.6: five pickles, then storages, each after its length.
fn old(bytes: &[u8], choice: &Choice) -> Result<Answer, FormatError> {
    let mut at = 0;
    let mut next = || -> Result<(Pickle, At), FormatError> {
        let (pickle, whole, end) = pickle::read(&bytes[at..]).map_err(wrong)?;
        at += end;
        Ok((pickle, whole))
    };
    let (first, magic) = next()?;
    // 0x1950a86a20f9469cfc6c is beyond 64 bits, and the largest number that a pickle's are read as.
    if first.int(magic) != Some(i64::MAX) {
        let why = "it is a pickle, not a file that torch.save wrote";
        return Err(wrong(format!(
            "{why}; save the weights as safetensors or npz, or export ONNX (skl2onnx for scikit-learn)"
        )));
    }
    next()?;
    next()?;
    let (pickle, whole) = next()?;
    let (keys, list) = next()?;
    let widths = storages(&pickle);
    let mut following = HashMap::new();
    for &key in keys.list(list).unwrap_or_default() {
        let key = keys.text(key).unwrap_or_default().to_owned();
        let count = bytes.get(at..at + 8).and_then(|word| word.try_into().ok()).map(u64::from_le_bytes);
        let length = count.and_then(|count| usize::try_from(count).ok()?.checked_mul(*widths.get(&key)?));
        let data = length.and_then(|length| bytes.get(at + 8..(at + 8).checked_add(length)?));
        let data = data.ok_or_else(|| {
            wrong(format!("the storage \"{}\" at byte {at} is cut short or of an unknown type", short(&key)))
        })?;
        at += 8 + data.len();
        following.insert(key, data);
    }
    answer(&pickle, whole, &mut Following(following), bytes.len(), choice)
}

/// Bytes of one number of each storage that a pickle names.
fn storages(pickle: &Pickle) -> HashMap<String, usize> {
    let mut found = HashMap::new();
    for storage in pickle.outside() {
        let list = pickle.list(storage).unwrap_or_default();
        let [_, kind, key, ..] = list else { continue };
        let (Item::Name(_, kind), Some(key)) = (pickle.get(*kind), pickle.text(*key)) else { continue };
        let width = match kind.as_str() {
            "DoubleStorage" | "LongStorage" => 8,
            "FloatStorage" | "IntStorage" => 4,
            "HalfStorage" | "BFloat16Storage" | "ShortStorage" => 2,
            "CharStorage" | "ByteStorage" | "BoolStorage" => 1,
            _ => continue,
        };
        found.insert(key.to_owned(), width);
    }
    found
}

/// A dictionary of tensors: where it stands, and its tensors by name.
type Group = (String, Vec<(String, At)>);

/// How deep dictionaries are looked into, and how many values in all.
const DEEP: usize = 4;
const MANY: usize = 100_000;

/// All dictionaries and lists of tensors within a value.
fn groups(pickle: &Pickle, at: At, path: &str, deep: usize, seen: &mut usize, found: &mut Vec<Group>) {
    *seen += 1;
    if *seen > MANY {
        return;
    }
    let named: Vec<(String, At)> = match (pickle.dict(at), pickle.list(at)) {
        (Some(items), _) => items
            .iter()
            .filter_map(|(key, value)| {
                let key = pickle.text(*key).map(str::to_owned).or_else(|| pickle.int(*key).map(|key| key.to_string()));
                Some((key?, *value))
            })
            .collect(),
        (_, Some(list)) => list.iter().enumerate().map(|(place, &value)| (place.to_string(), value)).collect(),
        _ => return,
    };
    let (tensors, others): (Vec<_>, Vec<_>) = named.into_iter().partition(|(_, value)| Tensors::is(pickle, *value));
    if !tensors.is_empty() {
        found.push((path.to_owned(), tensors));
    }
    for (name, value) in others {
        if deep < DEEP {
            groups(pickle, value, &format!("{path}/{}", short(&name)), deep + 1, seen, found);
        }
    }
}

fn answer(
    pickle: &Pickle,
    whole: At,
    storages: &mut dyn Storages,
    bytes: usize,
    choice: &Choice,
) -> Result<Answer, FormatError> {
    let mut tensors = Tensors::new(pickle, storages, bytes);
    if let Some((class, _)) = module::class(pickle, whole) {
        return module::read(pickle, whole, &class, &mut tensors, choice);
    }
    let mut found = Vec::new();
    groups(pickle, whole, "", 0, &mut 0, &mut found);
    // An optimizer keeps tensors of the weights' shapes.
    found.retain(|(path, _)| !path.to_ascii_lowercase().contains("optim"));
    if found.is_empty() {
        return Err(wrong(format!("it holds no tensors by name; save model.state_dict(), or {EXPORT}")));
    }
    let mut weights = Weights { format: "PyTorch weights", ..Weights::default() };
    let mut skipped = 0;
    let several = found.len() > 1;
    if several {
        weights.needs.push("network".into());
        let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
        weights.notes.push(format!("it holds {} dictionaries of tensors: {}", found.len(), paths.join(", ")));
    }
    for (path, group) in found {
        for (name, at) in group {
            let full = if several { format!("{path}/{name}") } else { name };
            let read = tensors.read(at).map_err(|why| wrong(format!("tensor \"{}\": {why}", short(&full))))?;
            let Some((shape, numbers)) = read else {
                skipped += 1;
                continue;
            };
            let values = weights.single(&numbers);
            weights.tensors.push(Named { name: full, shape, values });
        }
    }
    if skipped > 0 {
        weights.notes.push(format!("{skipped} tensors of whole numbers are no weights and were left out"));
    }
    weights.answer(choice)
}
