//! What a proof rests on, as numbers: ranges, lines and picks of one image, and the rows that they prove.

use super::{
    BoundsError, Method, Strategy,
    prepared::{Prepared, Stage},
};
use crate::{
    network::NodeId,
    pulse::Pulse,
    tensor::{Backend, Ball},
};

/// The range of a node's values.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeRange {
    /// The node.
    pub node: NodeId,
    /// Whether the node is an affine function of the input, so that its range is that function's whatever the method.
    pub affine: bool,
    /// Least values.
    pub lower: Vec<f64>,
    /// Greatest values.
    pub upper: Vec<f64>,
}

/// Lines around a node's values, by neuron.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeLines {
    /// The activation or the max pooling.
    pub node: NodeId,
    /// Slopes of the lines below and above an activation; the inputs that a max pooling's lines are, by index, below 0 where they are
    /// constants.
    pub slope: [Vec<f64>; 2],
    /// Intercepts, or constants.
    pub intercept: [Vec<f64>; 2],
}

/// Everything that lower bounds of one image rest on.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Ranges, in the order of the nodes.
    pub ranges: Vec<NodeRange>,
    /// Lines of activations.
    pub lines: Vec<NodeLines>,
    /// Lines of max poolings.
    pub picks: Vec<NodeLines>,
    /// Lower bounds of the rows.
    pub lowest: Vec<f64>,
}

impl<B: Backend> Prepared<B> {
    /// Lower bounds of `rows` (`[1, rows, classes]`) times the outputs by a method, with all that they rest on, for a region around one image.
    ///
    /// # Errors
    /// A device that fails, or a cancelled pulse.
    pub async fn evidence(
        &self,
        ball: &Ball<B::Tensor>,
        rows: &B::Tensor,
        method: Method,
        strategy: Strategy,
        pulse: &impl Pulse,
    ) -> Result<Evidence, BoundsError> {
        let strategy = if method.uses_lines() { strategy } else { Strategy::Constant };
        let known = self.known(ball, method, strategy, pulse).await?;
        let lowest = self.last_walk(ball, rows, method, &known);
        let read = async |tensors: Vec<&B::Tensor>| self.backend.read_all(&tensors).await;
        let mut evidence = Evidence {
            ranges: Vec::new(),
            lines: Vec::new(),
            picks: Vec::new(),
            lowest: self.backend.read_all(&[&lowest]).await?.pop().unwrap_or_default(),
        };
        for (node, stage) in self.stages.iter().enumerate() {
            if let Some(layer) = &known.layers[node] {
                let mut ends = read(vec![&layer.range.lower, &layer.range.upper]).await?;
                let (upper, lower) = (ends.pop().unwrap_or_default(), ends.pop().unwrap_or_default());
                evidence.ranges.push(NodeRange { node, affine: self.affine[node], lower, upper });
            }
            let (pairs, list) = match (stage, &known.relaxations[node], &known.picked[node]) {
                (Stage::Activation(_), Some(lines), _) => ([&lines.slope, &lines.intercept], &mut evidence.lines),
                (Stage::Largest(_), _, Some(picks)) => ([&picks.input, &picks.constant], &mut evidence.picks),
                _ => continue,
            };
            let mut parts = read(pairs.iter().flat_map(|pair| [&pair.lower, &pair.upper]).collect()).await?.into_iter();
            let mut two = || [parts.next().unwrap_or_default(), parts.next().unwrap_or_default()];
            let (slope, intercept) = (two(), two());
            list.push(NodeLines { node, slope, intercept });
        }
        pulse.tick().await?;
        Ok(evidence)
    }
}
