//! Matrix products and batch normalisation.

use super::args::{Args, broadcast, few, places};
use crate::formats::onnx::file::tensor::Tensor;

/// `a·b` of matrices in C order.
fn product(a: &[f64], b: &[f64], [rows, inner, columns]: [usize; 3], out: &mut Vec<f64>) {
    for row in 0..rows {
        let start = out.len();
        out.resize(start + columns, 0.0);
        for index in 0..inner {
            let by = a[row * inner + index];
            let from = &b[index * columns..(index + 1) * columns];
            out[start..].iter_mut().zip(from).for_each(|(sum, value)| *sum += by * value);
        }
    }
}

/// A matrix turned over.
pub fn transposed(values: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    (0..columns).flat_map(|column| (0..rows).map(move |row| values[row * columns + column])).collect()
}

/// MatMul, with its rules for vectors and for stacks of matrices.
pub fn matmul(args: &Args<'_>) -> Result<Tensor, String> {
    let (a, b) = (args.need(0)?, args.need(1)?);
    let unfit = || format!("its inputs of shapes {} and {} do not fit", few(&a.dims), few(&b.dims));
    if a.dims.is_empty() || b.dims.is_empty() {
        return Err(unfit());
    }
    let full = |dims: &[usize], front: bool| match dims {
        [only] if front => vec![1, *only],
        [only] => vec![*only, 1],
        _ => dims.to_vec(),
    };
    let (ad, bd) = (full(&a.dims, true), full(&b.dims, false));
    let ([.., rows, inner], [.., height, columns]) = (&ad[..], &bd[..]) else { return Err(unfit()) };
    if inner != height {
        return Err(unfit());
    }
    let (al, bl) = (&ad[..ad.len() - 2], &bd[..bd.len() - 2]);
    let lead = broadcast(al, bl).map_err(|_| unfit())?;
    let mut dims = lead.clone();
    dims.extend((a.dims.len() > 1).then_some(*rows));
    dims.extend((b.dims.len() > 1).then_some(*columns));
    let mut values = Vec::with_capacity(args.room(&dims)?);
    for (i, j) in places(al, &lead).into_iter().zip(places(bl, &lead)) {
        let (i, j) = (i * rows * inner, j * inner * columns);
        product(
            &a.values[i..i + rows * inner],
            &b.values[j..j + inner * columns],
            [*rows, *inner, *columns],
            &mut values,
        );
    }
    Ok(Tensor::new(dims, a.kind, values))
}

/// `alpha·A·B + beta·C`.
pub fn gemm(args: &Args<'_>) -> Result<Tensor, String> {
    let (a, b) = (args.need(0)?, args.need(1)?);
    let turned = |x: &Tensor, flag: &str| -> Result<(Vec<f64>, [usize; 2]), String> {
        let &[rows, columns] = &x.dims[..] else {
            return Err(format!("its input of shape {} is no matrix", few(&x.dims)));
        };
        Ok(match args.node.flag(flag)? {
            false => (x.values.to_vec(), [rows, columns]),
            true => (transposed(&x.values, rows, columns), [columns, rows]),
        })
    };
    let ((a, [rows, inner]), (b, [height, columns])) = (turned(a, "transA")?, turned(b, "transB")?);
    if inner != height {
        return Err(format!("its matrices of {rows}×{inner} and {height}×{columns} do not fit"));
    }
    let [alpha, beta] = [args.node.float("alpha")?.unwrap_or(1.0), args.node.float("beta")?.unwrap_or(1.0)];
    let dims = vec![rows, columns];
    let mut values = Vec::with_capacity(args.room(&dims)?);
    product(&a, &b, [rows, inner, columns], &mut values);
    values.iter_mut().for_each(|value| *value *= alpha);
    if let Some(c) = args.maybe(2).filter(|_| beta != 0.0) {
        if broadcast(&c.dims, &dims)? != dims {
            return Err(format!("its C of shape {} does not fit {rows}×{columns}", few(&c.dims)));
        }
        values.iter_mut().zip(places(&c.dims, &dims)).for_each(|(value, at)| *value += beta * c.values[at]);
    }
    Ok(Tensor::new(dims, args.need(0)?.kind, values))
}

/// Batch normalisation at inference.
pub fn batch_norm(args: &Args<'_>) -> Result<Tensor, String> {
    let x = args.need(0)?;
    let channels = x.dims.get(1).copied().ok_or("its input has no channels")?;
    let inner: usize = x.dims[2..].iter().product();
    let [scale, shift, mean, variance] = [args.need(1)?, args.need(2)?, args.need(3)?, args.need(4)?];
    if [scale, shift, mean, variance].iter().any(|list| list.values.len() != channels) {
        return Err(format!("its numbers do not fit {channels} channels"));
    }
    let stabilizer = args.node.float("epsilon")?.unwrap_or(f64::from(1e-5f32));
    let value = |(at, &x): (usize, &f64)| {
        let c = at / inner.max(1) % channels;
        (x - mean.values[c]) / (variance.values[c] + stabilizer).sqrt() * scale.values[c] + shift.values[c]
    };
    Ok(Tensor::new(x.dims.clone(), x.kind, x.values.iter().enumerate().map(value).collect()))
}
