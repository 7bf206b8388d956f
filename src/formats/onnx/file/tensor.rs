//! Tensors of a file as numbers: every type that has an exact value in f64.

use super::messages::{SparseTensorProto, TensorProto};
use crate::formats::{
    limits::count,
    numbers::{brain, half},
};
use std::{borrow::Cow, sync::Arc};

/// What a tensor's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Single precision.
    Single,
    /// Double precision.
    Double,
    /// float16.
    Half,
    /// bfloat16.
    Brain,
    /// Whole numbers of any width.
    Whole,
    /// True (1) or false (0).
    Truth,
}

impl Kind {
    /// Of `TensorProto.DataType`.
    pub fn of(code: i32) -> Option<Kind> {
        Some(match code {
            1 => Kind::Single,
            11 => Kind::Double,
            10 => Kind::Half,
            16 => Kind::Brain,
            2..=7 | 12 | 13 => Kind::Whole,
            9 => Kind::Truth,
            _ => return None,
        })
    }

    /// Whether weights can be of it.
    pub fn is_real(self) -> bool {
        !matches!(self, Kind::Whole | Kind::Truth)
    }
}

/// The name of a `TensorProto.DataType`.
pub fn type_name(code: i32) -> String {
    const NAMES: [&str; 24] = [
        "no type",
        "float32",
        "uint8",
        "int8",
        "uint16",
        "int16",
        "int32",
        "int64",
        "text",
        "bool",
        "float16",
        "float64",
        "uint32",
        "uint64",
        "complex64",
        "complex128",
        "bfloat16",
        "float8 (e4m3fn)",
        "float8 (e4m3fnuz)",
        "float8 (e5m2)",
        "float8 (e5m2fnuz)",
        "uint4",
        "int4",
        "float4",
    ];
    let name = usize::try_from(code).ok().and_then(|code| NAMES.get(code));
    name.map_or_else(|| format!("the unknown type {code}"), |name| (*name).to_owned())
}

/// Numbers with their shape, in C order.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Sizes of the axes, outermost first.
    pub dims: Vec<usize>,
    /// What the numbers are.
    pub kind: Kind,
    /// As many as the sizes multiply to.
    pub values: Arc<Vec<f64>>,
}

impl Tensor {
    /// Numbers of a shape that has as many places.
    pub fn new(dims: Vec<usize>, kind: Kind, values: Vec<f64>) -> Tensor {
        debug_assert_eq!(values.len(), dims.iter().product::<usize>());
        Tensor { dims, kind, values: Arc::new(values) }
    }

    /// Weights that another format holds in single precision, or in double.
    pub fn weights(dims: Vec<usize>, double: bool, values: Vec<f64>) -> Tensor {
        Tensor::new(dims, if double { Kind::Double } else { Kind::Single }, values)
    }

    /// Whole numbers along one axis.
    pub fn list(values: Vec<f64>) -> Tensor {
        Tensor::new(vec![values.len()], Kind::Whole, values)
    }

    /// The whole numbers it holds; `None` where one is none.
    pub fn whole(&self) -> Option<Vec<i64>> {
        self.values.iter().map(|&value| (value.fract() == 0.0).then_some(value as i64)).collect()
    }

    /// The one number it holds.
    pub fn scalar(&self) -> Option<f64> {
        if let [value] = self.values[..] { Some(value) } else { None }
    }
}

/// Where the bytes of external tensors come from, by the location that the file names.
pub type External<'a> = dyn FnMut(&str) -> Result<Arc<Vec<u8>>, String> + 'a;

/// Reads numbers of `N` bytes each.
fn words<const N: usize>(bytes: &[u8], value: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    bytes.as_chunks::<N>().0.iter().map(|word| value(*word)).collect()
}

/// Bytes of one number of a type.
fn width(code: i32) -> Option<usize> {
    Some(match code {
        2 | 3 | 9 => 1,
        4 | 5 | 10 | 16 => 2,
        1 | 6 | 12 => 4,
        7 | 11 | 13 => 8,
        _ => return None,
    })
}

fn raw(code: i32, bytes: &[u8]) -> Vec<f64> {
    match code {
        1 => words(bytes, |word| f64::from(f32::from_le_bytes(word))),
        2 | 9 => words(bytes, |[byte]| f64::from(byte)),
        3 => words(bytes, |word| f64::from(i8::from_le_bytes(word))),
        4 => words(bytes, |word| f64::from(u16::from_le_bytes(word))),
        5 => words(bytes, |word| f64::from(i16::from_le_bytes(word))),
        6 => words(bytes, |word| f64::from(i32::from_le_bytes(word))),
        7 => words(bytes, |word| i64::from_le_bytes(word) as f64),
        10 => words(bytes, |word| half(u16::from_le_bytes(word))),
        11 => words(bytes, f64::from_le_bytes),
        12 => words(bytes, |word| f64::from(u32::from_le_bytes(word))),
        13 => words(bytes, |word| u64::from_le_bytes(word) as f64),
        16 => words(bytes, |word| brain(u16::from_le_bytes(word))),
        _ => Vec::new(),
    }
}

/// The shape of a tensor in a file, and how many numbers it has.
fn shape(dims: &[i64]) -> Result<(Vec<usize>, usize), String> {
    let sizes: Result<Vec<usize>, _> = dims.iter().map(|&size| usize::try_from(size)).collect();
    let sizes = sizes.map_err(|_| format!("its shape {dims:?} has a negative size"))?;
    let length = count(&sizes).ok_or_else(|| format!("its shape {dims:?} is too large"))?;
    Ok((sizes, length))
}

/// A tensor's numbers.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn read(tensor: &TensorProto, external: &mut External<'_>) -> Result<Tensor, String> {
    let code = tensor.data_type;
    let unknown =
        || format!("its numbers are {}; weights of float16, bfloat16, float32 and float64 are read", type_name(code));
    let (Some(kind), Some(width)) = (Kind::of(code), width(code)) else { return Err(unknown()) };
    let (dims, length) = shape(&tensor.dims)?;
    let values = if tensor.data_location == 1 {
        raw(code, &outside(tensor, length.checked_mul(width).ok_or("it is too large")?, external)?)
    } else if let Some(bytes) = &tensor.raw_data {
        let wanted = length.checked_mul(width).ok_or_else(|| format!("its shape {dims:?} is too large"))?;
        if bytes.len() != wanted {
            let found = bytes.len();
            return Err(format!("its shape {dims:?} of {} takes {wanted} bytes, it holds {found}", type_name(code)));
        }
        raw(code, bytes)
    } else {
        match code {
            1 => tensor.float_data.iter().map(|&value| f64::from(value)).collect(),
            11 => tensor.double_data.clone(),
            7 => tensor.int64_data.iter().map(|&value| value as f64).collect(),
            12 | 13 => tensor.uint64_data.iter().map(|&value| value as f64).collect(),
            10 => tensor.int32_data.iter().map(|&bits| half(bits as u16)).collect(),
            16 => tensor.int32_data.iter().map(|&bits| brain(bits as u16)).collect(),
            _ => tensor.int32_data.iter().map(|&value| f64::from(value)).collect::<Vec<f64>>(),
        }
    };
    if values.len() != length {
        return Err(format!("its shape {dims:?} takes {length} numbers, it holds {}", values.len()));
    }
    Ok(Tensor::new(dims, kind, values))
}

/// The bytes of a tensor that lie in another file.
fn outside(tensor: &TensorProto, wanted: usize, external: &mut External<'_>) -> Result<Vec<u8>, String> {
    let entry =
        |key: &str| tensor.external_data.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str());
    let location = entry("location").ok_or("its data lie in another file, which is not named")?;
    let number = |key: &str| match entry(key) {
        None => Ok(None),
        Some(text) => {
            let number = text.trim().parse::<usize>();
            number.map(Some).map_err(|_| format!("the {key} of its data in \"{location}\" is {text}"))
        }
    };
    let (offset, length) = (number("offset")?.unwrap_or(0), number("length")?);
    if length.is_some_and(|length| length != wanted) {
        let length = length.unwrap_or_default();
        return Err(format!("its shape {:?} takes {wanted} bytes, \"{location}\" has {length} for it", tensor.dims));
    }
    let file = external(location)?;
    let bytes = offset.checked_add(wanted).and_then(|end| file.get(offset..end));
    bytes.map(<[u8]>::to_vec).ok_or_else(|| {
        format!("its data are {wanted} bytes from byte {offset} of \"{location}\", which has {} bytes", file.len())
    })
}

/// The numbers of a sparse tensor, written out; at most `limit` of them.
///
/// # Errors
/// As for [`read`], and indices outside the shape.
pub fn read_sparse(tensor: &SparseTensorProto, limit: usize, external: &mut External<'_>) -> Result<Tensor, String> {
    let (dims, length) = shape(&tensor.dims)?;
    if length > limit {
        return Err(format!(
            "written out, its shape {dims:?} has {length} numbers, more than the {limit} read from this file"
        ));
    }
    let part = |part: &Option<TensorProto>| part.clone().ok_or("it lacks its values or their indices");
    let values = read(&part(&tensor.values)?, external)?;
    let indices = read(&part(&tensor.indices)?, external)?;
    let places = indices.whole().ok_or("its indices are no whole numbers")?;
    let rank = if indices.dims.len() == 2 { dims.len() } else { 1 };
    if places.len() != values.values.len() * rank {
        return Err(format!("it has {} values and {} indices", values.values.len(), places.len()));
    }
    let mut all = vec![0.0; length];
    for (place, &value) in places.chunks(rank.max(1)).zip(values.values.iter()) {
        let place: Cow<'_, [i64]> = place.into();
        let flat = if rank == 1 && dims.len() != 1 {
            usize::try_from(place[0]).ok()
        } else {
            place.iter().zip(&dims).try_fold(0usize, |flat, (&index, &size)| {
                let index = usize::try_from(index).ok().filter(|&index| index < size)?;
                Some(flat * size + index)
            })
        };
        let slot = flat.and_then(|flat| all.get_mut(flat));
        *slot.ok_or_else(|| format!("the index {place:?} lies outside its shape {dims:?}"))? = value;
    }
    Ok(Tensor::new(dims, values.kind, all))
}
