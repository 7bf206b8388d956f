//! Linear combinations of the neurons of any node: a row over a node is bounded as a row over the outputs is.

use super::{BoundsError, Method, Region, Strategy, prepared::Prepared};
use crate::{network::NodeId, pulse::Pulse, tensor::Backend};

impl<B: Backend> Prepared<B> {
    /// Lower bounds of `rows·a` over `region` around one image, where `a` is the value of a node, by what a method knows of the layers
    /// before it. `asked` names nodes and gives each node's rows, one after the other, each as wide as the node; the answer has one list
    /// of bounds for each of these. An upper bound is minus the lower bound of the negated row.
    ///
    /// # Errors
    /// An invalid question, a device that fails, or a cancelled pulse.
    ///
    /// # Panics
    /// A node that the network does not have, or rows of another width.
    pub async fn combined(
        &self,
        image: &[f64],
        region: &Region,
        (method, strategy): (Method, Strategy),
        asked: &[(NodeId, &[f64])],
        pulse: &impl Pulse,
    ) -> Result<Vec<Vec<f64>>, BoundsError> {
        let ball = region.around(&self.backend, image, self.input_len())?;
        let strategy = if method.uses_lines() { strategy } else { Strategy::Constant };
        let known = self.known(&ball, method, strategy, pulse).await?;
        let mut found = Vec::with_capacity(asked.len());
        for &(node, rows) in asked {
            let width = self.widths[node];
            assert!(rows.len().is_multiple_of(width), "rows over a node are as wide as it is");
            let rows = self.backend.upload([1, rows.len() / width, width], rows);
            let lowest = self.walk_from(node, &ball, &rows, method, &known);
            found.push(self.backend.read(&lowest).await?);
            pulse.tick().await?;
        }
        Ok(found)
    }
}
