//! Single inputs: npy arrays and JSON lists of numbers.

use super::{FormatError, malformed};

/// Reads a version 1–3 `.npy` array of `f4`, `f8` or `u1` in C order, flattened. Bytes are taken as they are, not
/// scaled.
///
/// # Errors
/// Another dtype or order, or a file shorter than its shape.
pub fn read_npy(bytes: &[u8]) -> Result<Vec<f64>, FormatError> {
    let bad = |why: &str| malformed("npy", why);
    let rest = bytes.strip_prefix(b"\x93NUMPY").ok_or_else(|| bad("it does not start with \\x93NUMPY"))?;
    let (length, header_at) = match rest {
        [1, _, low, high, ..] => (usize::from(u16::from_le_bytes([*low, *high])), 4),
        [2 | 3, _, a, b, c, d, ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, 6),
        _ => return Err(bad("its version is unknown")),
    };
    let header =
        rest.get(header_at..).and_then(|rest| rest.get(..length)).ok_or_else(|| bad("its header is cut short"))?;
    let header = std::str::from_utf8(header).map_err(|_| bad("its header is not text"))?;
    let data = &rest[header_at + length..];
    if header.contains("'fortran_order': True") {
        return Err(bad("it is in Fortran order; save it with numpy.ascontiguousarray"));
    }
    let dtype = header.split("'descr':").nth(1).and_then(|rest| rest.split('\'').nth(1));
    let shape = header.split("'shape':").nth(1).and_then(|rest| rest.split_once('(')?.1.split_once(')'));
    let shape = shape.ok_or_else(|| bad("its header names no shape"))?.0;
    let mut count = 1usize;
    for size in shape.split(',').map(str::trim).filter(|size| !size.is_empty()) {
        let size: usize = size.parse().map_err(|_| bad("its shape is not a list of sizes"))?;
        count = count.checked_mul(size).ok_or_else(|| bad("its shape is too large"))?;
    }
    let width = match dtype {
        Some("<f4") => 4,
        Some("<f8") => 8,
        Some("|u1") => 1,
        other => return Err(bad(&format!("its dtype {other:?} is not one of <f4, <f8, |u1"))),
    };
    if count.checked_mul(width).is_none_or(|needed| needed > data.len()) {
        return Err(bad(&format!("its shape needs {count} values, the file is shorter")));
    }
    let data = &data[..count * width];
    Ok(match width {
        4 => data.as_chunks::<4>().0.iter().map(|word| f64::from(f32::from_le_bytes(*word))).collect(),
        8 => data.as_chunks::<8>().0.iter().map(|word| f64::from_le_bytes(*word)).collect(),
        _ => data.iter().map(|&byte| f64::from(byte)).collect(),
    })
}

/// Reads a JSON list of numbers, nested as deeply as it likes, flattened in order.
///
/// # Errors
/// Anything in it that is neither a list nor a number.
pub fn read_json_numbers(bytes: &[u8]) -> Result<Vec<f64>, FormatError> {
    fn flatten(value: &serde_json::Value, out: &mut Vec<f64>) -> Result<(), FormatError> {
        match value {
            serde_json::Value::Array(list) => list.iter().try_for_each(|value| flatten(value, out)),
            value => {
                out.push(
                    value.as_f64().ok_or_else(|| malformed("JSON", format!("{value} is neither list nor number")))?,
                );
                Ok(())
            }
        }
    }
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| malformed("JSON", error.to_string()))?;
    let mut out = Vec::new();
    flatten(&value, &mut out)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn reads_the_three_dtypes() {
        assert_eq!(read_npy(&npy("|u1", "(3,)", &[1, 2, 3])).expect("valid"), [1.0, 2.0, 3.0]);
        assert_eq!(read_npy(&npy("<f4", "(1, 1)", &0.5f32.to_le_bytes())).expect("valid"), [0.5]);
        assert_eq!(read_npy(&npy("<f8", "()", &0.25f64.to_le_bytes())).expect("valid"), [0.25]);
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        for bytes in [npy("<i4", "(1,)", &[0; 4]), npy("<f4", "(2,)", &[0; 4]), b"\x93NUMPY\x09".to_vec(), vec![]] {
            assert!(read_npy(&bytes).is_err());
        }
        let huge = npy("<f8", "(9999999999, 9999999999)", &[]);
        assert!(read_npy(&huge).is_err());
    }

    #[test]
    fn json_lists_flatten() {
        assert_eq!(read_json_numbers(b"[[1, 2.5], [3]]").expect("valid"), [1.0, 2.5, 3.0]);
        assert!(read_json_numbers(b"[\"x\"]").is_err());
    }
}
