//! A value of the file as a view of a node of the network: which of its numbers, in which order, and what is still to be done to each.

use crate::{formats::onnx::file::tensor::Tensor, network::NodeId};
use std::sync::Arc;

/// A place that no number of the node stands for: 0.
pub const NOTHING: u32 = u32::MAX;

/// What is done to every number, one constant for each of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Times.
    Mul(Arc<Vec<f64>>),
    /// Plus.
    Add(Arc<Vec<f64>>),
    /// Divided by; none is 0.
    Div(Arc<Vec<f64>>),
}

/// A computed value.
#[derive(Clone, Debug)]
pub struct View {
    /// The node whose numbers it shows.
    pub node: NodeId,
    /// Its shape in the file, with the batch where there is one.
    pub dims: Vec<usize>,
    /// Where each of its numbers, of one input, stands in the node; `None`: all of them in their order.
    pub order: Option<Arc<Vec<u32>>>,
    /// What is done to them, first to last.
    pub steps: Vec<Step>,
}

impl View {
    /// The same numbers under another shape.
    pub fn shaped(&self, dims: Vec<usize>) -> View {
        View { dims, ..self.clone() }
    }

    /// With one more step.
    pub fn then(&self, step: Step) -> View {
        let mut view = self.clone();
        view.steps.push(step);
        view
    }

    /// Whether it shows the same numbers of the same node as another, whatever is done to them.
    pub fn same_place(&self, other: &View) -> bool {
        self.node == other.node && self.order == other.order && self.dims == other.dims
    }

    /// The factor of each number, where multiplying is all that is done to them: one, or as many as there are.
    pub fn factors(&self) -> Option<Arc<Vec<f64>>> {
        match &self.steps[..] {
            [] => Some(Arc::new(vec![1.0])),
            [Step::Mul(by)] => Some(by.clone()),
            _ => None,
        }
    }
}

/// One number for all, where a list holds the same one throughout.
pub fn uniform(values: &[f64]) -> Option<f64> {
    let first = *values.first()?;
    values.iter().all(|&value| value == first).then_some(first)
}

/// A value of the file: a constant, or one that depends on the input.
#[derive(Clone, Debug)]
pub enum Value {
    /// The same for every input.
    Constant(Tensor),
    /// Computed from the input.
    Computed(View),
    /// Whether each number of a value is above a number (or below, where not `above`).
    Sign {
        /// The value.
        of: View,
        /// Which side is true.
        above: bool,
        /// The number.
        than: f64,
    },
}
