//! Decisions about neurons, and what they say of the ranges that they are about.

use super::{dyadic::Float, rejected::Rejected, walk::Known};
use std::sync::Arc;

/// A neuron whose activation is given at least, or at most, a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::certificate) struct Decision {
    /// The activation's node.
    pub(in crate::certificate) node: usize,
    pub(in crate::certificate) neuron: usize,
    pub(in crate::certificate) at: f64,
    pub(in crate::certificate) above: bool,
}

/// Takes decisions up into the ranges of what the activations read; whether any input may be left.
pub(super) fn decide(known: &mut Known, decisions: &[Decision]) -> Result<bool, Rejected> {
    for &Decision { node, neuron, at, above } in decisions {
        let before = known.graph.inputs[node][0];
        let mut range = known.range(before)?.clone();
        if !range.clamp(neuron, Float::of(at), above) {
            return Ok(false);
        }
        known.ranges[before] = Some(Arc::new(range));
    }
    Ok(true)
}
