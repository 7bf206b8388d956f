//! Weights as whole numbers, exactly, and the products of a row with them.

use super::{
    dyadic::Float,
    row::{Lost, Row, Wide, split},
    window::Window,
};

/// Weights of about one size: whole·2^exponent with |whole| < 2^53, 0 where a weight is of another size.
struct Plane {
    exponent: i64,
    whole: Vec<i64>,
}

/// Weights, each in one of several planes. Trained weights fill one; all that f32 can be takes nine.
pub(super) struct Weights(Vec<Plane>);

/// Exponents of f32 that one plane holds: 24 bits and these are 53.
const SPAN: i64 = 29;

impl Weights {
    pub(super) fn new(weights: &[f32]) -> Weights {
        // All with 24 bits, so that those of one size have exponents of one size, round numbers too.
        let full = |weight: &f32| {
            let Float { whole, exponent } = Float::of(f64::from(*weight));
            let short = if whole == 0 { 0 } else { whole.unsigned_abs().leading_zeros().saturating_sub(40) };
            Float { whole: whole << short, exponent: exponent - i64::from(short) }
        };
        let floats: Vec<Float> = weights.iter().map(full).collect();
        let mut planes = Vec::new();
        let mut below = i64::MAX;
        let used = |below: i64| floats.iter().filter(move |float| float.whole != 0 && float.exponent < below);
        while let Some(top) = used(below).map(|float| float.exponent).max() {
            let exponent = top - SPAN;
            let whole = floats.iter().map(|float| {
                let inside = float.whole != 0 && (exponent..below).contains(&float.exponent);
                if inside { float.whole << (float.exponent - exponent) } else { 0 }
            });
            planes.push(Plane { exponent, whole: whole.collect() });
            below = exponent;
        }
        Weights(planes)
    }

    /// A row over the outputs of W·v becomes one over the inputs.
    pub(super) fn dense(&self, row: &Row, inputs: usize) -> (Row, Option<Lost>) {
        let parts = self.0.iter().map(|plane| {
            let mut sums = vec![Wide::default(); inputs];
            for (&at, &value) in row.at.iter().zip(&row.values) {
                let parts = split(value);
                let weights = &plane.whole[at as usize * inputs..][..inputs];
                sums.iter_mut().zip(weights).for_each(|(sum, &weight)| sum.add(parts, weight));
            }
            Row::settle((0..inputs as u32).collect(), sums, row.exponent + plane.exponent)
        });
        joined(parts)
    }

    /// A row over the outputs of a convolution becomes one over the inputs.
    pub(super) fn conv(&self, row: &Row, window: &Window) -> (Row, Option<Lost>) {
        let ([channels, height, width], [outputs, rows, columns]) = (window.input, window.output);
        let (area, kernel) = (height * width, window.sliding.kernel[0] * window.sliding.kernel[1]);
        let (group_in, group_out) = (channels / window.groups, outputs / window.groups);
        let parts = self.0.iter().map(|plane| {
            let mut sums = vec![Wide::default(); channels * area];
            let mut seen = vec![false; channels * area];
            for (&at, &value) in row.at.iter().zip(&row.values) {
                let (parts, at) = (split(value), at as usize);
                let output = at / (rows * columns);
                let first = output / group_out * group_in;
                for (place, pixel) in window.reads(at / columns % rows, at % columns) {
                    for channel in 0..group_in {
                        let input = (first + channel) * area + pixel;
                        sums[input].add(parts, plane.whole[(output * group_in + channel) * kernel + place]);
                        seen[input] = true;
                    }
                }
            }
            let at: Vec<u32> = (0..seen.len() as u32).filter(|&at| seen[at as usize]).collect();
            let sums = at.iter().map(|&at| sums[at as usize]).collect();
            Row::settle(at, sums, row.exponent + plane.exponent)
        });
        joined(parts)
    }
}

/// The sum of rows and of what they lost.
fn joined(parts: impl Iterator<Item = (Row, Option<Lost>)>) -> (Row, Option<Lost>) {
    let (rows, lost): (Vec<Row>, Vec<Option<Lost>>) = parts.unzip();
    let (row, own) = Row::sum(rows);
    (row, lost.into_iter().chain([own]).fold(None, more))
}

/// What was lost twice over.
fn more(a: Option<Lost>, b: Option<Lost>) -> Option<Lost> {
    match (a, b) {
        (Some(a), Some(b)) => {
            // Each counted in the coarser of the two units.
            Some(Lost { times: a.times + b.times, exponent: a.exponent.max(b.exponent) })
        }
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::check::dyadic::Dyadic;

    #[test]
    fn weights_of_all_sizes_are_exact() {
        let weights = [1.0, f32::MAX, f32::MIN_POSITIVE, -f32::from_bits(1), 0.0, 1e-20, -3.5e10, 0.1, -0.0];
        let planes = Weights::new(&weights);
        assert!((2..=9).contains(&planes.0.len()));
        for (at, &weight) in weights.iter().enumerate() {
            let parts = planes.0.iter().map(|plane| Dyadic::new(plane.whole[at].into(), plane.exponent));
            let sum = parts.fold(Dyadic::zero(), |sum, part| &sum + &part);
            assert_eq!(sum, Dyadic::of(f64::from(weight)));
            assert!(planes.0.iter().all(|plane| plane.whole[at].unsigned_abs() < 1 << 53));
        }
        assert_eq!(Weights::new(&[0.5, -0.25, 1e-7]).0.len(), 1);
        assert!(Weights::new(&[0.0]).0.is_empty());
    }
}
