//! Walks back whose lines and multipliers come from outside (docs/methods.md §5, ◆): what a search for slopes (α-CROWN) or over
//! decisions (β) asks for. How such numbers are found is not known here; any that are given are sound.

use super::{
    BoundsError, Method, Strategy,
    backward::{AtActivation, Cut, Start},
    forward::{Known, Layer},
    prepared::{Prepared, Stage},
};
use crate::{
    network::NodeId,
    pulse::Pulse,
    tensor::{Backend, Ball, Pair, Relaxation, Steerable},
};

/// Ranges of the pre-activations, on which lines rest, and the lines of a strategy over them.
pub struct Ranges<B: Backend>(pub(super) Known<B>);

/// Numbers for one activation layer; what is `None` is as in a plain walk.
#[derive(Clone, Debug)]
pub struct Steering<T> {
    /// Slopes of the lower and the upper lines, `[batch or 1, rows or 1, n]`: any finite numbers.
    pub slopes: Option<Pair<T>>,
    /// What is known of the pre-activations beyond their ranges.
    pub signs: Option<Signs<T>>,
}

impl<T> Default for Steering<T> {
    fn default() -> Self {
        Steering { slopes: None, signs: None }
    }
}

/// Decisions s·(z − p) ≥ 0 with s = ±1, used with multipliers β ≥ 0.
#[derive(Clone, Debug)]
pub struct Signs<T> {
    /// s·β, `[batch or 1, rows, n]`; 0 where nothing is decided.
    pub signed: T,
    /// p, `[batch or 1, 1, n]`; 0 where absent.
    pub at: Option<T>,
}

/// What a steered walk did at one activation layer.
#[derive(Clone, Debug)]
pub struct Passed<T> {
    /// The rows just above the activation, `[batch, rows, n]`: where one is negative the upper line was used, else the lower.
    pub rows: T,
    /// Slopes and intercepts of the lines, `[batch or 1, rows or 1, n]`.
    pub lines: Relaxation<T>,
    /// Where the lines touch their curves, if their slopes came from outside.
    pub at: Option<Pair<T>>,
}

/// A steered walk's answer.
#[derive(Clone, Debug)]
pub struct Steered<T> {
    /// Lower bounds of the rows, `[batch, 1, rows]`.
    pub lower: T,
    /// The linear functions of the input that the walk ends with, `[batch, rows, inputs]`: as [`Below::rows`](super::Below::rows), and with decisions below
    /// the rows where these hold.
    pub reached: T,
    /// The point of the region that each row's bound is evaluated at, `[batch, rows, inputs]`.
    pub corner: T,
    /// What happened at each activation layer, in the order of [`Prepared::activations`]; `None` where the walk never came by.
    pub passed: Vec<Option<Passed<T>>>,
    /// The rows just above each max pooling that the walk came by.
    pub(super) pooled: Vec<(NodeId, T)>,
}

/// Takes lines and multipliers from outside and notes what was used.
struct Guide<'a, B: Backend> {
    known: &'a Known<B>,
    steering: &'a [Steering<B::Tensor>],
    passed: Vec<Option<Passed<B::Tensor>>>,
    pooled: Vec<(NodeId, B::Tensor)>,
}

impl<B: Steerable> AtActivation<B> for Guide<'_, B> {
    fn at_largest(&mut self, node: NodeId, rows: &B::Tensor) {
        self.pooled.push((node, rows.clone()));
    }

    fn relax_backward(
        &mut self,
        prepared: &Prepared<B>,
        node: NodeId,
        rows: B::Tensor,
        relaxation: &Relaxation<B::Tensor>,
    ) -> (B::Tensor, B::Tensor) {
        let backend = &prepared.backend;
        let place = prepared.activation_nodes().position(|activation| activation == node).expect("an activation");
        let steering = &self.steering[place];
        let (mut lines, mut at) = (relaxation.clone(), None);
        if let (Some(slopes), Stage::Activation(rules)) = (&steering.slopes, &prepared.stages[node]) {
            let range = &self.known.layer(prepared.inputs[node][0]).range;
            let touching = backend.touching(rules, slopes, range);
            lines.slope = slopes.clone();
            lines.intercept = touching.intercept;
            at = Some(touching.at);
        }
        let (mut below, mut offset) = backend.relax_backward(&rows, &lines);
        if let Some(signs) = &steering.signs {
            // A·z ≥ A·z − β·s·(z − p) wherever s·(z − p) ≥ 0.
            below = backend.add(&below, &backend.negate(&signs.signed));
            if let Some(at) = &signs.at {
                offset = backend.add(&offset, &backend.dot(&signs.signed, at));
            }
        }
        self.passed[place] = Some(Passed { rows, lines, at });
        (below, offset)
    }
}

impl<B: Backend> Prepared<B> {
    pub(super) fn activation_nodes(&self) -> impl Iterator<Item = NodeId> {
        let nodes = self.stages.iter().enumerate();
        nodes.filter(|(_, stage)| matches!(stage, Stage::Activation(_))).map(|(node, _)| node)
    }

    /// For each activation layer, in the order of the graph, the place of the pre-activation it reads among
    /// [`layer_widths`](Prepared::layer_widths).
    pub fn activations(&self) -> Vec<usize> {
        let place = |node: NodeId| {
            let input = self.inputs[node][0];
            self.pre_activations.iter().position(|&known| known == input).expect("every activation reads a known layer")
        };
        self.activation_nodes().map(place).collect()
    }

    /// Ranges of the pre-activations by a method, with a strategy's lines over them.
    ///
    /// # Errors
    /// Only a pulse that was cancelled, on a region that fits.
    pub async fn ranges(
        &self,
        ball: &Ball<B::Tensor>,
        method: Method,
        strategy: Strategy,
        pulse: &impl Pulse,
    ) -> Result<Ranges<B>, BoundsError> {
        Ok(Ranges(self.known(ball, method, strategy, pulse).await?))
    }

    /// The same from ranges of one's own, one per layer of [`layer_widths`](Prepared::layer_widths), `[batch or 1, 1, n]`: those of a method with a
    /// decision put in, for instance. What only max pooling reads keeps its range in `base`.
    ///
    /// # Panics
    /// If there are not as many as layers.
    pub fn ranges_from(&self, base: &Ranges<B>, ranges: Vec<Pair<B::Tensor>>, strategy: Strategy) -> Ranges<B> {
        assert_eq!(ranges.len(), self.pre_activations.len(), "one range per layer");
        let mut known = Known::nothing(self.stages.len());
        let mut own = ranges.into_iter();
        for &node in &self.ranged {
            let given = if self.pre_activations.contains(&node) { own.next() } else { None };
            let range = given.unwrap_or_else(|| base.0.layer(node).range.clone());
            self.relax_readers(node, &range, strategy, &mut known);
            known.layers[node] = Some(Layer { range, forms: None });
        }
        Ranges(known)
    }

    /// The ranges, in the order of [`layer_widths`](Prepared::layer_widths).
    pub fn layer_ranges(&self, ranges: &Ranges<B>) -> Vec<Pair<B::Tensor>> {
        self.pre_activations.iter().map(|&node| ranges.0.layer(node).range.clone()).collect()
    }
}

impl<B: Steerable> Prepared<B> {
    /// Lower bounds of `rows` (`[batch or 1, rows, width]`) times the outputs, or times the pre-activations of `layer`, by one walk
    /// back to the input over fixed ranges. `steering` has one entry per activation layer, in the order of
    /// [`activations`](Prepared::activations).
    ///
    /// With no steering this is the last walk of CROWN, CROWN-IBP or CROWN-LBP, to the last bit.
    ///
    /// # Panics
    /// If there are not as many entries as activation layers, or a tensor's shape does not fit.
    pub fn steered(
        &self,
        ball: &Ball<B::Tensor>,
        ranges: &Ranges<B>,
        layer: Option<usize>,
        rows: &B::Tensor,
        steering: &[Steering<B::Tensor>],
    ) -> Steered<B::Tensor> {
        let count = self.activation_nodes().count();
        assert_eq!(steering.len(), count, "one entry per activation layer");
        let target = layer.map_or(self.output(), |layer| self.pre_activations[layer]);
        let mut guide =
            Guide { known: &ranges.0, steering, passed: (0..count).map(|_| None).collect(), pooled: Vec::new() };
        let bound = self.walk_back(target, Start::Rows(rows.clone()), Cut::Input, &ranges.0, &mut guide);
        let lower = self.lowest(&bound, ball);
        let reached = bound.rows.expect("a walk without a cut ends at the input");
        let corner = self.backend.corner(&reached, ball);
        Steered { lower, reached, corner, passed: guide.passed, pooled: guide.pooled }
    }
}
