//! How large a network, or a shape, may be that comes out of a file.

#[cfg(feature = "readers")]
use crate::network::{Network, Node};

/// Most outputs of a network: every method walks back from as many rows as that, each as long.
pub const OUTPUTS: usize = 4096;
/// Most values that a network has in all its layers together.
pub const VALUES: usize = 1 << 26;
/// Most parameters, each counted as often as layers name it.
pub const PARAMETERS: usize = 1 << 27;

/// The product of sizes out of a file, where no part of it overflows: sizes beside a 0 are multiplied too, since readers multiply some of them
/// on their own.
pub fn count(sizes: &[usize]) -> Option<usize> {
    let most = sizes.iter().try_fold(1usize, |product, &size| product.checked_mul(size.max(1)))?;
    Some(if sizes.contains(&0) { 0 } else { most })
}

/// Checks a finished network.
///
/// # Errors
/// A sentence that says what there is too much of.
#[cfg(feature = "readers")]
pub fn check(network: &Network) -> Result<(), String> {
    let values = network.nodes().iter().map(Node::width).fold(0, usize::saturating_add);
    for (count, most, what) in [
        (network.classes(), OUTPUTS, "outputs"),
        (values, VALUES, "values"),
        (network.parameters(), PARAMETERS, "parameters"),
    ] {
        if count > most {
            return Err(format!("the network has {count} {what}; Boundscope reads at most {most}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_count_overflows() {
        assert_eq!((count(&[2, 3, 4]), count(&[]), count(&[5, 0])), (Some(24), Some(1), Some(0)));
        let huge = usize::MAX / 2;
        for sizes in [[huge, 3, 1], [huge, 3, 0], [0, huge, 3], [huge, 0, 3]] {
            assert_eq!(count(&sizes), None, "{sizes:?}");
        }
    }
}
