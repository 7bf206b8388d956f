//! ε = 0: does the network that was read compute what the file says?

use crate::{
    bounds::{BoundsError, Prepared},
    formats::{FormatError, Reading},
    network::Network,
    random::Random,
    tensor::Cpu,
};

/// The largest difference that a reading may show against the file's own graph: weights of float64 are rounded to float32.
const MOST: f64 = 1e-3;

/// Numbers that are multiplied in one evaluation beyond which the file's own graph is not evaluated.
const WORK: f64 = (1u64 << 28) as f64;

/// A reading that cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The file's own graph cannot be evaluated.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The network cannot be evaluated.
    #[error(transparent)]
    Bounds(#[from] BoundsError),
    /// They are not the same network.
    #[error(
        "as it was read its outputs differ from those of the file's own graph by {0:.2e} of their size, so it is not the same network; \
         please report this file"
    )]
    Differs(f64),
}

/// The network's outputs for one input, in f64.
///
/// # Errors
/// An input of another length than the network takes.
pub async fn outputs(network: &Network, input: &[f64]) -> Result<Vec<f64>, BoundsError> {
    Ok(Prepared::new(Cpu::<f64>::new(), network).infer(input).await?.1)
}

/// The largest difference between the outputs of a file as it was read and those of the file's own graph, each relative to one and the
/// output's size; over zeros, halves and two random inputs. `None` where there is no such graph, or where it is too large.
///
/// # Errors
/// [`CheckError`]: what cannot be evaluated, and a difference above 10⁻³.
pub async fn difference(reading: &Reading) -> Result<Option<f64>, CheckError> {
    let Some(own) = &reading.own else { return Ok(None) };
    if super::report::products(&reading.network).iter().sum::<f64>() > WORK {
        return Ok(None);
    }
    let length = reading.network.input_len();
    let mut random = Random::new(1);
    let signed: Vec<f64> = (0..length).map(|_| random.signed()).collect();
    let inputs = [vec![0.0; length], vec![0.5; length], signed.iter().map(|value| value.abs()).collect(), signed];
    let prepared = Prepared::new(Cpu::<f64>::new(), &reading.network);
    let mut most = 0.0f64;
    for input in inputs {
        let Some(theirs) = own.outputs(&input) else { return Ok(None) };
        let ours = own.finish(&prepared.infer(&input).await?.1)?;
        most = most.max(largest(&ours, &theirs?));
    }
    if most <= MOST { Ok(Some(most)) } else { Err(CheckError::Differs(most)) }
}

/// The largest difference of two lists, relative to one and their size; infinite where they do not compare.
pub fn largest(ours: &[f64], theirs: &[f64]) -> f64 {
    if ours.len() != theirs.len() {
        return f64::INFINITY;
    }
    let each = ours.iter().zip(theirs).map(|(a, b)| if a == b { 0.0 } else { (a - b).abs() / (1.0 + b.abs()) });
    each.fold(0.0, |most, next| if next.is_nan() { f64::INFINITY } else { f64::max(most, next) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_relative_and_never_lost() {
        assert_eq!(largest(&[1.0, -3.0], &[1.0, -3.0]), 0.0);
        assert_eq!(largest(&[1.0, 5.0], &[1.0, 3.0]), 0.5);
        for bad in [&[f64::NAN][..], &[], &[1.0, 2.0], &[f64::INFINITY]] {
            assert_eq!(largest(bad, &[1.0]), f64::INFINITY);
        }
    }
}
