//! How large a network may be that comes out of a file.

#[cfg(feature = "readers")]
use crate::network::{Network, Node};

/// Most outputs of a network: every method walks back from as many rows as that, each as long.
pub const OUTPUTS: usize = 4096;
/// Most values that a network has in all its layers together.
pub const VALUES: usize = 1 << 26;
/// Most parameters, each counted as often as layers name it.
pub const PARAMETERS: usize = 1 << 27;

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
