//! The arrays of an HDF5 file that Keras wrote: by path, opened one at a time.

use super::refusal::refuse;
use crate::formats::{FormatError, limits::count, onnx::Tensor, weights::short};
use hdf5_pure::{AttrValue, DType, File, Group};

/// Most groups and arrays of a file that are looked at.
const ENTRIES: usize = 20_000;
/// Deepest group.
const DEPTH: usize = 32;

/// An open file.
pub struct Store {
    file: File,
    /// Bytes that an array may unpack to.
    limit: u64,
    /// Paths of all arrays, in the file's order.
    pub paths: Vec<String>,
}

impl Store {
    /// Opens a file and lists its arrays.
    ///
    /// # Errors
    /// Damage.
    pub fn open(bytes: Vec<u8>) -> Result<Store, FormatError> {
        let limit = (16 * bytes.len() as u64).max(1 << 16);
        let file = File::from_bytes(bytes).map_err(damaged)?;
        let mut store = Store { file, limit, paths: Vec::new() };
        let mut paths = Vec::new();
        list(&store.file.root(), "", 0, &mut 0, &mut paths)?;
        store.paths = paths;
        Ok(store)
    }

    /// Text that stands at the file's root under a name.
    pub fn text(&self, name: &str) -> Option<String> {
        let attributes = self.file.root().attrs().ok()?;
        attributes.get(name).and_then(AttrValue::as_str).map(str::to_owned)
    }

    /// Names that stand at a group: of its arrays, in the order in which the layer has them.
    pub fn names(&self, group: &str, name: &str) -> Option<Vec<String>> {
        let attributes = self.file.group(group).ok()?.attrs().ok()?;
        attributes.get(name).and_then(AttrValue::as_strings).map(<[String]>::to_vec)
    }

    /// Opens an array.
    ///
    /// # Errors
    /// One that is not there, is damaged, holds other numbers than weights do, or unpacks to far more than the file holds.
    pub fn tensor(&self, path: &str) -> Result<Tensor, FormatError> {
        let bad = |why: String| refuse(format!("the array \"{}\" {why}", short(path)));
        let damaged = |error: hdf5_pure::Error| bad(format!("cannot be read: {error}"));
        let set = self.file.dataset(path).map_err(damaged)?;
        let shape = set.shape().map_err(damaged)?;
        let kind = set.dtype().map_err(damaged)?;
        let size = set.element_size().map_err(damaged)?;
        let double = match kind {
            DType::F32 => false,
            DType::F64 => true,
            DType::Other(_) if size == 2 => false,
            kind => return Err(bad(format!("holds {kind}; weights of float16, float32 and float64 are read"))),
        };
        let dims: Vec<usize> = shape.iter().filter_map(|&size| usize::try_from(size).ok()).collect();
        let whole = count(&dims).filter(|_| dims.len() == shape.len());
        let total = whole.and_then(|count| (count as u64).checked_mul(size));
        if total.is_none_or(|total| total > self.limit) {
            return Err(bad(format!("has the shape {shape:?}, far more than the file holds; it is not read")));
        }
        let values = set.read_f64().map_err(damaged)?;
        if whole != Some(values.len()) {
            return Err(bad(format!("has the shape {shape:?} and {} numbers", values.len())));
        }
        if values.iter().any(|value| !value.is_finite()) {
            return Err(bad("holds numbers that are not finite".into()));
        }
        Ok(Tensor::weights(dims, double, values))
    }
}

fn damaged(error: hdf5_pure::Error) -> FormatError {
    refuse(format!("its HDF5 structure is damaged or cut short: {error}"))
}

/// Lists a group's arrays, and those of the groups in it. Groups may be linked in a circle: both depth and number are bounded.
fn list(group: &Group, path: &str, depth: usize, seen: &mut usize, paths: &mut Vec<String>) -> Result<(), FormatError> {
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    let arrays = group.datasets().map_err(damaged)?;
    *seen += 1 + arrays.len();
    if depth > DEPTH || *seen > ENTRIES {
        return Err(refuse(format!("its groups lie more than {DEPTH} deep, or it has more than {ENTRIES} entries")));
    }
    paths.extend(arrays.iter().map(|name| join(name)));
    for name in group.groups().map_err(damaged)? {
        list(&group.group(&name).map_err(damaged)?, &join(&name), depth + 1, seen, paths)?;
    }
    Ok(())
}
