//! For the tests beside the operators: tables of shapes, and values by the plainest loops, which share nothing with a processor's.

use super::{Affine, Map, Operator, Role, Window};
use crate::activation::Rule;

/// Shapes of the inputs, and the shape of the output or a word of the refusal.
pub(super) type Row<'a> = (&'a [&'a [usize]], Result<&'a [usize], &'a str>);

/// Holds an operator to a table of shapes.
pub(super) fn shapes(operator: &dyn Operator, table: &[Row<'_>]) {
    for (inputs, wanted) in table {
        match (operator.output_shape(inputs), wanted) {
            (Ok(found), Ok(wanted)) => assert_eq!(found, *wanted, "{operator:?} of {inputs:?}"),
            (Err(why), Err(word)) => assert!(why.contains(word), "{operator:?} of {inputs:?}: {why}"),
            (found, wanted) => panic!("{operator:?} of {inputs:?}: {found:?} instead of {wanted:?}"),
        }
    }
}

/// That an operator is refused whatever its one input of shape `[2]` or `[1, 2, 2]` holds, by a sentence with each word.
pub(super) fn refused(operator: &dyn Operator, words: &[&str]) {
    for shape in [&[2][..], &[1, 2, 2]] {
        if let Err(why) = operator.output_shape(&[shape]) {
            return words.iter().for_each(|word| assert!(why.contains(word), "{operator:?}: {why}"));
        }
    }
    panic!("{operator:?} is taken");
}

/// The operator's value, by its role.
pub(super) fn value(operator: &dyn Operator, inputs: &[(&[usize], &[f64])]) -> Vec<f64> {
    let shapes: Vec<&[usize]> = inputs.iter().map(|(shape, _)| *shape).collect();
    let first = inputs[0].1;
    match operator.role(&shapes) {
        Role::Affine(affine) => affine_value(&affine, first),
        Role::Activation(rule) => first.iter().enumerate().map(|(index, &z)| rule.at(index).value(z)).collect(),
        Role::Sum => (0..first.len()).map(|index| inputs.iter().map(|(_, values)| values[index]).sum()).collect(),
        Role::Largest(window) => (0..window.output_len())
            .map(|output| window.reads(output).map(|input| first[input]).fold(f64::NEG_INFINITY, f64::max))
            .collect(),
    }
}

fn affine_value(affine: &Affine, x: &[f64]) -> Vec<f64> {
    let mut linear = match &affine.map {
        Map::Identity => x.to_vec(),
        Map::Diagonal { scale, .. } => scale.iter().zip(x).map(|(scale, x)| scale * x).collect(),
        Map::Dense { rows, columns, weight } => (0..*rows)
            .map(|row| (0..*columns).map(|column| f64::from(weight[row * columns + column]) * x[column]).sum())
            .collect(),
        Map::Conv { window, weight } => convolve(window, weight, x),
    };
    for (value, bias) in linear.iter_mut().zip(affine.bias.iter().flat_map(|bias| bias.iter())) {
        *value += bias;
    }
    linear
}

fn convolve(window: &Window, weight: &[f64], x: &[f64]) -> Vec<f64> {
    let ([inputs, height, width], [outputs, rows, columns]) = (window.input, window.output);
    let (reads, makes) = (inputs / window.groups, outputs / window.groups);
    let [tall, wide] = window.kernel;
    let mut out = Vec::new();
    for output in 0..outputs {
        for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
            let mut sum = 0.0;
            for (channel, dy, dx) in
                (0..reads).flat_map(|c| (0..tall).flat_map(move |y| (0..wide).map(move |x| (c, y, x))))
            {
                let (y, at) = (row * window.stride[0] + dy, column * window.stride[1] + dx);
                let (Some(y), Some(at)) = (y.checked_sub(window.padding[0]), at.checked_sub(window.padding[1])) else {
                    continue;
                };
                if y < height && at < width {
                    let from = output / makes * reads + channel;
                    sum += weight[((output * reads + channel) * tall + dy) * wide + dx]
                        * x[(from * height + y) * width + at];
                }
            }
            out.push(sum);
        }
    }
    out
}
