//! Arrays as bytes: float64 in the machine's order, C order.

use crate::fault::Fault;
use pyo3::{prelude::*, types::PyByteArray};

/// The numbers of an array.
///
/// # Errors
/// Bytes that are no whole numbers of float64.
pub fn read(bytes: &[u8]) -> Result<Vec<f64>, Fault> {
    let (numbers, rest) = bytes.as_chunks();
    if rest.is_empty() {
        return Ok(numbers.iter().map(|bytes| f64::from_ne_bytes(*bytes)).collect());
    }
    Err(Fault::Question(format!("{} bytes are no array of float64", bytes.len())))
}

/// Numbers as bytes that NumPy may write to.
pub fn bytes<'py>(py: Python<'py>, numbers: &[f64]) -> Bound<'py, PyByteArray> {
    let all: Vec<u8> = numbers.iter().flat_map(|number| number.to_ne_bytes()).collect();
    PyByteArray::new(py, &all)
}

/// The same of float32.
pub fn bytes32<'py>(py: Python<'py>, numbers: &[f32]) -> Bound<'py, PyByteArray> {
    let all: Vec<u8> = numbers.iter().flat_map(|number| number.to_ne_bytes()).collect();
    PyByteArray::new(py, &all)
}
