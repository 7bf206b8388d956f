//! Tensors whose numbers are all written out.

use crate::tensor::Shape;
use ndarray::{ArcArray, Ix3};

/// Numbers written out: shared, contiguous, in C order.
pub(in crate::tensor) type Full<T> = ArcArray<T, Ix3>;

/// Contiguous data of a tensor.
pub(in crate::tensor) fn data<T>(tensor: &Full<T>) -> &[T] {
    tensor.as_slice().expect("CPU tensors are contiguous and in C order")
}

/// A tensor from contiguous data.
pub(in crate::tensor) fn tensor<T>(shape: Shape, values: Vec<T>) -> Full<T> {
    ArcArray::from_shape_vec(shape, values).expect("as many values as the shape holds")
}

/// The tensor's own shape.
pub(in crate::tensor) fn shape<T>(tensor: &Full<T>) -> Shape {
    let (batch, rows, width) = tensor.dim();
    [batch, rows, width]
}
