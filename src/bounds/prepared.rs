//! A network on a backend, ready for walks.

use super::Order;
use crate::{
    network::{Map, Network, NodeId, Role},
    tensor::{Backend, Form},
};
use std::{cell::RefCell, ops::Range, rc::Rc};

/// One node as a walk sees it.
pub(super) enum Stage<B: Backend> {
    /// The network's input.
    Input,
    /// W·a + b of its one input.
    Affine { map: B::Map, bias: Option<B::Tensor> },
    /// σ of its one input.
    Activation(B::Rules),
    /// The sum of its inputs.
    Sum,
    /// The largest of each window of its one input.
    Largest(B::Pool),
}

/// The exact linear function of an affine node, once somebody has asked for it.
type KeptForm<B> = Option<Rc<Form<<B as Backend>::Tensor>>>;

/// A network uploaded to a backend, with what every walk needs to know about its graph.
pub struct Prepared<B: Backend> {
    pub(super) backend: B,
    pub(super) stages: Vec<Stage<B>>,
    pub(super) inputs: Vec<Vec<NodeId>>,
    pub(super) widths: Vec<usize>,
    /// Longest chain of activations and max poolings from the input up to and including each node.
    pub(super) depth: Vec<usize>,
    /// Nodes without an activation or a max pooling on any path from the input: affine functions of x.
    pub(super) affine: Vec<bool>,
    /// Affine nodes whose interval image is exact: at most one mixing map, no sum, on the way.
    pub(super) interval_exact: Vec<bool>,
    /// The inputs of activations, in the order of the graph: the layers whose bounds are kept.
    pub(super) pre_activations: Vec<NodeId>,
    /// All nodes whose ranges a walk finds, in the order of the graph: the inputs of activations and max poolings. What comes out of
    /// one of these has a range already.
    pub(super) ranged: Vec<NodeId>,
    order: Order,
    forms: RefCell<Vec<KeptForm<B>>>,
}

impl<B: Backend> Prepared<B> {
    /// Uploads a network.
    ///
    /// # Panics
    /// If the backend [`lacks`](Backend::lacks) one of its operators.
    pub fn new(backend: B, network: &Network) -> Self {
        let nodes = network.nodes();
        let count = nodes.len();
        let (mut depth, mut affine, mut exact) = (vec![0; count], vec![true; count], vec![true; count]);
        let mut mixing = vec![0; count];
        let mut stages = Vec::with_capacity(count);
        for (id, node) in nodes.iter().enumerate() {
            let of = |values: &[usize]| node.inputs.iter().map(|&input| values[input]).max().unwrap_or(0);
            (depth[id], mixing[id]) = (of(&depth), of(&mixing));
            affine[id] = node.inputs.iter().all(|&input| affine[input]);
            exact[id] = node.inputs.iter().all(|&input| exact[input]);
            stages.push(match network.role(id) {
                None => Stage::Input,
                Some(Role::Affine(spec)) => {
                    if matches!(spec.map, Map::Dense { .. } | Map::Conv { .. }) {
                        mixing[id] += 1;
                    }
                    exact[id] &= mixing[id] <= 1;
                    let width = nodes[node.inputs[0]].width();
                    Stage::Affine { map: backend.map(&spec, width), bias: backend.bias(&spec) }
                }
                Some(Role::Activation(activation)) => {
                    depth[id] += 1;
                    affine[id] = false;
                    Stage::Activation(backend.rules(&activation, node.width()))
                }
                Some(Role::Largest(window)) => {
                    depth[id] += 1;
                    affine[id] = false;
                    Stage::Largest(backend.pool(&window))
                }
                Some(Role::Sum) => {
                    exact[id] = false;
                    Stage::Sum
                }
            });
        }
        let pre_activations: Vec<NodeId> = network.layers().into_iter().map(|layer| layer.pre_activation).collect();
        let pooled = nodes.iter().zip(&stages).filter(|(_, stage)| matches!(stage, Stage::Largest(_)));
        let pooled = pooled.map(|(node, _)| node.inputs[0]);
        let found = pooled.filter(|&input| !matches!(stages[input], Stage::Activation(_) | Stage::Largest(_)));
        let order =
            if stages.iter().any(|stage| matches!(stage, Stage::Largest(_))) { Order::Chosen } else { Order::Nested };
        let mut ranged = vec![false; count];
        pre_activations.iter().copied().chain(found).for_each(|node| ranged[node] = true);
        Prepared {
            backend,
            inputs: nodes.iter().map(|node| node.inputs.clone()).collect(),
            widths: nodes.iter().map(|node| node.width()).collect(),
            depth,
            affine,
            interval_exact: exact,
            ranged: (0..count).filter(|&node| ranged[node]).collect(),
            stages,
            pre_activations,
            order,
            forms: RefCell::new(vec![None; count]),
        }
    }

    /// The backend the network was uploaded to.
    pub fn backend(&self) -> &B {
        &self.backend
    }

    /// Gives the backend back.
    pub fn into_backend(self) -> B {
        self.backend
    }

    /// What holds of the network's tight lines: what promises between methods rest on.
    pub fn order(&self) -> Order {
        self.order
    }

    /// Length of a flattened input.
    pub fn input_len(&self) -> usize {
        self.widths[0]
    }

    /// Number of outputs.
    pub fn classes(&self) -> usize {
        self.widths[self.output()]
    }

    /// Widths of the layers whose bounds are kept, in order: the inputs of activations.
    pub fn layer_widths(&self) -> Vec<usize> {
        self.pre_activations.iter().map(|&node| self.widths[node]).collect()
    }

    pub(super) fn output(&self) -> NodeId {
        self.stages.len() - 1
    }

    /// The exact linear function of x at an affine node; the same for every image and ε, so kept once computed.
    pub(super) fn affine_form(&self, node: NodeId) -> Rc<Form<B::Tensor>> {
        debug_assert!(self.affine[node]);
        if let Some(form) = &self.forms.borrow()[node] {
            return form.clone();
        }
        let backend = &self.backend;
        let zero = |width: usize| backend.upload([1, 1, width], &vec![0.0; width]);
        let form = match &self.stages[node] {
            Stage::Affine { map, bias } => {
                let input = self.inputs[node][0];
                if self.is_input(input) {
                    let offset = bias.clone().unwrap_or_else(|| zero(self.widths[node]));
                    Form { coefficients: backend.map_columns(map), offset }
                } else {
                    let before = self.affine_form(input);
                    let offset = backend.apply(map, &before.offset);
                    let offset = bias.as_ref().map_or_else(|| offset.clone(), |bias| backend.add(&offset, bias));
                    Form { coefficients: backend.apply(map, &before.coefficients), offset }
                }
            }
            Stage::Sum => {
                let parts: Vec<_> = self.inputs[node].iter().map(|&input| self.affine_form(input)).collect();
                let mut sum = Form { coefficients: parts[0].coefficients.clone(), offset: parts[0].offset.clone() };
                for part in &parts[1..] {
                    sum.coefficients = backend.add(&sum.coefficients, &part.coefficients);
                    sum.offset = backend.add(&sum.offset, &part.offset);
                }
                sum
            }
            Stage::Input | Stage::Activation(_) | Stage::Largest(_) => {
                Form { coefficients: backend.identity(0..self.widths[0], self.widths[0]), offset: zero(self.widths[0]) }
            }
        };
        let form = Rc::new(form);
        self.forms.borrow_mut()[node] = Some(form.clone());
        form
    }

    /// Whether a node is the input itself, in whatever shape.
    fn is_input(&self, node: NodeId) -> bool {
        match &self.stages[node] {
            Stage::Input => true,
            Stage::Affine { .. } => self.reshapes(node) && self.is_input(self.inputs[node][0]),
            _ => false,
        }
    }

    /// Whether an affine node only renames its input's elements.
    fn reshapes(&self, node: NodeId) -> bool {
        matches!(&self.stages[node], Stage::Affine { map, .. } if self.backend.is_identity(map))
    }

    /// How many rows of a backward walk fit the memory budget, for a batch.
    pub(super) fn row_chunks(&self, rows: usize, batch: usize) -> impl Iterator<Item = Range<usize>> + use<B> {
        let widest = self.widths.iter().copied().max().unwrap_or(1);
        // Both signs of every row, before and after a layer.
        let per_row = 4 * batch * widest * B::BYTES;
        let step = (B::WORKING_SET / per_row).clamp(16, rows.max(16));
        (0..rows).step_by(step).map(move |start| start..(start + step).min(rows))
    }
}
