//! Plain inference, and the margins that training differentiates: walks whose results stay on the device.

use super::{
    BoundsError, Region, Strategy,
    backward::{Cut, Start},
    prepared::{Prepared, Stage},
};
use crate::{
    network::NodeId,
    pulse::{Steady, at_once},
    tensor::{Backend, Ball, Pair},
};

/// Bounds with intermediate layers by IBP.
pub struct IntervalMargins<T> {
    /// Pre-activations of each activation layer, in order, `[batch, 1, n]`.
    pub layers: Vec<Pair<T>>,
    /// Lower bounds of the rows asked for, by IBP, `[batch, 1, rows]`.
    pub ibp: T,
    /// The same by CROWN-IBP, where asked for.
    pub crown_ibp: Option<T>,
}

impl<B: Backend> Prepared<B> {
    /// Lower bounds of `rows·logits` (`rows` is `[batch or 1, rows, classes]`) by IBP and, with a strategy, by CROWN-IBP from the
    /// same intermediate bounds.
    ///
    /// # Errors
    /// Only what a walk without pauses can fail by: nothing, on a region that fits.
    pub fn interval_margins(
        &self,
        ball: &Ball<B::Tensor>,
        rows: &B::Tensor,
        strategy: Option<Strategy>,
    ) -> Result<IntervalMargins<B::Tensor>, BoundsError> {
        let known = at_once(self.interval_known(ball, strategy.unwrap_or(Strategy::Constant), &Steady))?;
        let lowest = |cut| {
            let bound = self.backward_walk(self.output(), Start::Rows(rows.clone()), cut, &known);
            self.lowest(&bound, ball)
        };
        Ok(IntervalMargins {
            layers: self.pre_activations.iter().map(|&node| known.layer(node).range.clone()).collect(),
            ibp: lowest(Cut::Intervals),
            crown_ibp: strategy.map(|_| lowest(Cut::Input)),
        })
    }

    /// The network's values at `x`, `[batch, 1, inputs]`: pre-activations of each activation layer, then the outputs.
    pub fn values(&self, x: &B::Tensor) -> (Vec<B::Tensor>, B::Tensor) {
        let mut values: Vec<Option<B::Tensor>> = vec![None; self.stages.len()];
        for node in 0..self.stages.len() {
            let input = |position: usize| -> &B::Tensor {
                values[self.inputs[node][position]].as_ref().expect("inputs come first")
            };
            values[node] = Some(match &self.stages[node] {
                Stage::Input => x.clone(),
                Stage::Affine { map, bias } => {
                    let linear = self.backend.apply(map, input(0));
                    bias.as_ref().map_or_else(|| linear.clone(), |bias| self.backend.add(&linear, bias))
                }
                Stage::Activation(rules) => self.backend.activate(rules, input(0)),
                Stage::Largest(pool) => self.backend.largest(pool, input(0)),
                Stage::Sum => (1..self.inputs[node].len())
                    .fold(input(0).clone(), |sum, position| self.backend.add(&sum, input(position))),
            });
        }
        let at = |node: NodeId| values[node].clone().expect("every node has a value");
        (self.pre_activations.iter().map(|&node| at(node)).collect(), at(self.output()))
    }

    /// The network's plain values for a batch: pre-activations of each activation layer, then the outputs, each image
    /// after image.
    ///
    /// # Errors
    /// Images that do not fit the network, or a device that fails.
    pub async fn infer(&self, images: &[f64]) -> Result<(Vec<Vec<f64>>, Vec<f64>), BoundsError> {
        Region::linf(0.0).around(&self.backend, images, self.input_len())?;
        let count = images.len() / self.input_len();
        let (layers, outputs) = self.values(&self.backend.upload([count, 1, self.input_len()], images));
        let mut read = Vec::with_capacity(layers.len());
        for layer in &layers {
            read.push(self.backend.read(layer).await?);
        }
        Ok((read, self.backend.read(&outputs).await?))
    }
}
