//! The graph itself: nodes in topological order, checked when built.

use super::operator::{MOST, NetworkError, Operator, Role, bounded};
use crate::activation::Activation;
use crate::sorting::sort_few;
use std::sync::Arc;

/// Index of a node. Node 0 is the network's input; layer i of the model file is node i + 1.
pub type NodeId = usize;

/// One node: an operator and where its inputs come from.
#[derive(Clone, Debug)]
pub struct Node {
    /// `None` for the network's input.
    pub operator: Option<Arc<dyn Operator>>,
    /// Nodes it reads, all earlier.
    pub inputs: Vec<NodeId>,
    /// Shape of its value, without the batch: `[n]` or `[channels, height, width]`.
    pub shape: Vec<usize>,
}

impl Node {
    /// Length of its flattened value.
    pub fn width(&self) -> usize {
        self.shape.iter().product()
    }
}

/// One activation layer of a network.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The node whose value goes into the activation.
    pub pre_activation: NodeId,
    /// The activation.
    pub activation: NodeId,
    /// Its rule, neuron by neuron.
    pub rule: Activation,
}

/// A network: nodes in topological order, the last one is the output (the logits). Every shape fits and every
/// parameter is finite.
#[derive(Clone, Debug)]
pub struct Network {
    nodes: Vec<Node>,
}

impl Network {
    /// Starts a network whose input has `shape`.
    ///
    /// # Errors
    /// [`NetworkError::Empty`] if the shape holds no element, [`NetworkError::TooLarge`] if it holds too many.
    pub fn new(shape: &[usize]) -> Result<Self, NetworkError> {
        if shape.is_empty() || shape.contains(&0) {
            return Err(NetworkError::Empty("input elements"));
        }
        if bounded(shape).is_none() {
            return Err(NetworkError::TooLarge { shape: shape.to_vec() });
        }
        Ok(Network { nodes: vec![Node { operator: None, inputs: Vec::new(), shape: shape.to_vec() }] })
    }

    /// Appends a layer that reads the last node; returns its id.
    ///
    /// # Errors
    /// See [`Network::push_from`].
    pub fn push(&mut self, operator: impl Operator + 'static) -> Result<NodeId, NetworkError> {
        self.push_from(Arc::new(operator), &[self.nodes.len() - 1])
    }

    /// Appends a layer that reads the given nodes; returns its id.
    ///
    /// # Errors
    /// A shape that does not fit, a parameter that is not finite, or an input that does not come before.
    pub fn push_from(&mut self, operator: Arc<dyn Operator>, inputs: &[NodeId]) -> Result<NodeId, NetworkError> {
        let (layer, op) = (self.nodes.len() - 1, operator.name());
        if let Some(&input) = inputs.iter().find(|&&input| input >= self.nodes.len()) {
            return Err(NetworkError::Order { layer, input });
        }
        for tensor in operator.tensors() {
            if let Some(index) = tensor.values.iter().position(|value| !value.is_finite()) {
                let value = tensor.values[index];
                return Err(NetworkError::NotFinite { layer, op, tensor: tensor.name, index, value });
            }
        }
        let shapes: Vec<&[usize]> = inputs.iter().map(|&input| self.nodes[input].shape.as_slice()).collect();
        let shape = operator.output_shape(&shapes).map_err(|why| NetworkError::Shape { layer, op, why })?;
        if shape.contains(&0) {
            return Err(NetworkError::Shape { layer, op, why: format!("its output {shape:?} is empty") });
        }
        if bounded(&shape).is_none() {
            let why = format!("its output {shape:?} has more than {MOST} elements");
            return Err(NetworkError::Shape { layer, op, why });
        }
        self.nodes.push(Node { operator: Some(operator), inputs: inputs.to_vec(), shape });
        Ok(self.nodes.len() - 1)
    }

    /// The nodes, in topological order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The output node: the last one.
    pub fn output(&self) -> NodeId {
        self.nodes.len() - 1
    }

    /// Length of a flattened input.
    pub fn input_len(&self) -> usize {
        self.nodes[0].width()
    }

    /// Number of outputs.
    pub fn classes(&self) -> usize {
        self.nodes[self.output()].width()
    }

    /// What node `id` is to a bound method; `None` for the input.
    pub fn role(&self, id: NodeId) -> Option<Role> {
        let node = &self.nodes[id];
        let shapes: Vec<&[usize]> = node.inputs.iter().map(|&input| self.nodes[input].shape.as_slice()).collect();
        node.operator.as_ref().map(|operator| operator.role(&shapes))
    }

    /// The layers whose bounds a method keeps, in topological order: each pre-activation with the activation that reads it (the
    /// first one, should several read the same node).
    pub fn layers(&self) -> Vec<Layer> {
        let mut layers: Vec<Layer> = Vec::new();
        for (activation, node) in self.nodes.iter().enumerate() {
            if let Some(Role::Activation(rule)) = self.role(activation)
                && layers.iter().all(|layer| layer.pre_activation != node.inputs[0])
            {
                layers.push(Layer { pre_activation: node.inputs[0], activation, rule });
            }
        }
        // Branches may be read out of order; walks need each layer after those it is made of.
        sort_few(&mut layers, |a, b| a.pre_activation.cmp(&b.pre_activation));
        layers
    }

    /// Number of weights, biases and other parameters.
    pub fn parameters(&self) -> usize {
        let operators = self.nodes.iter().filter_map(|node| node.operator.as_ref());
        operators.flat_map(|operator| operator.tensors().iter().map(|t| t.values.len()).collect::<Vec<_>>()).sum()
    }
}
