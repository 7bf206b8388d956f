//! The network under construction: views become nodes, with nothing rounded that is not counted.

use super::view::{NOTHING, Step, View};
use crate::{
    formats::onnx::{compute::args::few, file::wrong},
    formats::{FormatError, limits::count},
    network::*,
};
use std::{collections::HashMap, sync::Arc};

/// The network under construction.
pub struct Builder {
    /// The nodes so far; some will turn out to lead nowhere.
    pub network: Network,
    /// How many inputs the file's values hold: the first size of every shape. `None`: shapes are those of one input.
    pub batch: Option<usize>,
    /// What was said on the way.
    pub notes: Vec<String>,
    /// Constants that were rounded to single precision.
    pub rounded: usize,
    /// What each rectifier was applied to.
    pub rectified: HashMap<NodeId, View>,
    /// What a softplus was made of.
    pub softened: HashMap<NodeId, View>,
    /// What each ramp of slope 0 was applied to, with its bends.
    pub ramps: HashMap<NodeId, (View, Arc<[f32]>)>,
    /// Whether the file has brought weights.
    pub weights: bool,
    /// Most numbers of a matrix that is written out beside the file's own.
    pub room: usize,
}

impl Builder {
    /// Adds a layer.
    ///
    /// # Errors
    /// What the network says does not fit.
    pub fn push(&mut self, operator: impl Operator + 'static, inputs: &[NodeId]) -> Result<NodeId, String> {
        self.network.push_from(Arc::new(operator), inputs).map_err(|error| match error {
            NetworkError::Shape { op, why, .. } => format!("as {op} it does not fit: {why}"),
            NetworkError::NotFinite { tensor, index, value, .. } => {
                format!("its {tensor}[{index}] is {value}, not a finite number; bounds would mean nothing")
            }
            error => error.to_string(),
        })
    }

    /// Says something once.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// The shape of one input's part of a value.
    pub fn sample(&self, dims: &[usize]) -> Vec<usize> {
        let own = match self.batch {
            Some(_) => &dims[1.min(dims.len())..],
            None if dims.len() > 1 && dims[0] == 1 => &dims[1..],
            None => dims,
        };
        if own.is_empty() { vec![1] } else { own.to_vec() }
    }

    /// How many numbers one input's part of a value has.
    pub fn length(&self, dims: &[usize]) -> usize {
        self.sample(dims).iter().product()
    }

    /// The shape of a value with this part per input, of as many axes as the value before.
    pub fn with_batch(&self, sample: &[usize]) -> Vec<usize> {
        let batch = self.batch.unwrap_or(1);
        std::iter::once(batch).chain(sample.iter().copied()).collect()
    }

    /// Checks that a shape still has one row for each input of the batch.
    pub fn keeps_batch(&self, dims: &[usize]) -> Result<(), String> {
        match self.batch {
            Some(batch) if dims.first() != Some(&batch) => {
                Err(format!("its result of shape {} mixes the inputs of a batch", few(dims)))
            }
            _ => Ok(()),
        }
    }

    /// Constants in single precision; those that are not exact are counted.
    pub fn single(&mut self, values: &[f64]) -> Arc<[f32]> {
        self.rounded += values.iter().filter(|&&value| f64::from(value as f32) != value && !value.is_nan()).count();
        values.iter().map(|&value| value as f32).collect()
    }

    /// A view with all its steps done.
    pub fn settle(&mut self, view: &View) -> Result<View, String> {
        if view.steps.is_empty() {
            return Ok(view.clone());
        }
        let mut view = if self.is_whole(view) { view.clone() } else { self.straighten(view)? };
        let length = self.network.nodes()[view.node].width();
        let steps = std::mem::take(&mut view.steps);
        let place = |index: usize| view.order.as_ref().map_or(index, |order| order[index] as usize);
        // The constants as the node's own numbers stand.
        let in_node = |values: &Arc<Vec<f64>>| -> Vec<f64> {
            let mut all = vec![values[0]; length];
            if values.len() > 1 {
                values.iter().enumerate().for_each(|(index, &value)| all[place(index)] = value);
            }
            all
        };
        let mut next = 0;
        while next < steps.len() {
            let rest = &steps[next..];
            let (node, used) = match rest {
                [Step::Add(shift), Step::Div(by), ..] if by.iter().all(|&by| by > 0.0) => {
                    let mean: Vec<f64> = in_node(shift).iter().map(|value| -value).collect();
                    (self.normalize(view.node, &mean, &in_node(by))?, 2)
                }
                [Step::Div(by), ..] if by.iter().all(|&by| by > 0.0) => {
                    (self.normalize(view.node, &vec![0.0; length], &in_node(by))?, 1)
                }
                [Step::Div(by), ..] => {
                    let by = in_node(by);
                    let sign: Vec<f64> = by.iter().map(|by| by.signum()).collect();
                    let size: Vec<f64> = by.iter().map(|by| by.abs()).collect();
                    let turned = self.scale(view.node, &sign, &vec![0.0; length])?;
                    (self.normalize(turned, &vec![0.0; length], &size)?, 1)
                }
                [Step::Mul(by), Step::Add(shift), ..] => (self.scale(view.node, &in_node(by), &in_node(shift))?, 2),
                [Step::Mul(by), ..] => (self.scale(view.node, &in_node(by), &vec![0.0; length])?, 1),
                [Step::Add(shift), ..] => {
                    let shift = in_node(shift);
                    match self.biased(view.node, &shift)? {
                        Some(node) => (node, 1),
                        None => (self.scale(view.node, &vec![1.0; length], &shift)?, 1),
                    }
                }
                [] => break,
            };
            view.node = node;
            next += used;
        }
        Ok(view)
    }

    /// Whether a view shows every number of its node, each once.
    fn is_whole(&self, view: &View) -> bool {
        let length = self.network.nodes()[view.node].width();
        let Some(order) = &view.order else { return self.length(&view.dims) == length };
        let mut seen = vec![false; length];
        order.len() == length
            && order
                .iter()
                .all(|&place| seen.get_mut(place as usize).is_some_and(|seen| !std::mem::replace(seen, true)))
    }

    /// A layer without a bias, once more with one.
    fn biased(&mut self, node: NodeId, shift: &[f64]) -> Result<Option<NodeId>, String> {
        let at = &self.network.nodes()[node];
        let (inputs, shape) = (at.inputs.clone(), at.shape.clone());
        let Some(operator) = at.operator.clone() else { return Ok(None) };
        let mut tensors = operator.tensors();
        let [weight] = &mut tensors[..] else { return Ok(None) };
        let weight: Arc<[f32]> = weight.values.into();
        match operator.name() {
            "linear" => {
                let inputs_len = weight.len() / shape[0].max(1);
                let bias = Some(self.single(shift));
                let linear = Linear { outputs: shape[0], inputs: inputs_len, weight, bias };
                self.push(linear, &inputs).map(Some)
            }
            "conv2d" => {
                let Some(by_channel) = by_channel(shift, &shape) else { return Ok(None) };
                let settings = operator.settings();
                let pair = |name: &str| {
                    let list = settings.get(name).and_then(|value| value.as_array());
                    list.and_then(|list| Some([list.first()?.as_u64()? as usize, list.get(1)?.as_u64()? as usize]))
                };
                let kernel = operator.tensors()[0].shape[2..].to_vec();
                let (Some(stride), Some(padding), [height, width]) = (pair("stride"), pair("padding"), &kernel[..])
                else {
                    return Ok(None);
                };
                let groups = settings.get("groups").and_then(serde_json::Value::as_u64).unwrap_or(1) as usize;
                let channels = self.network.nodes()[inputs[0]].shape[0];
                let bias = Some(self.single(&by_channel));
                let kernel = [*height, *width];
                let conv =
                    Conv2d { outputs: shape[0], inputs: channels, kernel, stride, padding, groups, weight, bias };
                self.push(conv, &inputs).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// `by·x + shift`, number by number.
    fn scale(&mut self, node: NodeId, by: &[f64], shift: &[f64]) -> Result<NodeId, String> {
        let shape = self.network.nodes()[node].shape.clone();
        if by.iter().all(|&by| by == 1.0) && shift.iter().all(|&shift| shift == 0.0) {
            return Ok(node);
        }
        let layer = |weight: Arc<[f32]>, bias: Arc<[f32]>| {
            let count = weight.len();
            let (mean, variance) = (vec![0.0; count].into(), vec![1.0; count].into());
            BatchNorm { weight, bias, mean, variance, stabilizer: 0.0 }
        };
        if let (Some(by), Some(shift)) = (by_channel(by, &shape), by_channel(shift, &shape)) {
            let layer = layer(self.single(&by), self.single(&shift));
            return self.push(layer, &[node]);
        }
        let flat = self.flat(node)?;
        let layer = layer(self.single(by), self.single(shift));
        let node = self.push(layer, &[flat])?;
        self.reshape(node, &shape)
    }

    /// `(x − mean) / std`, number by number.
    pub fn normalize(&mut self, node: NodeId, mean: &[f64], std: &[f64]) -> Result<NodeId, String> {
        let shape = self.network.nodes()[node].shape.clone();
        if let (Some(mean), Some(std)) = (by_channel(mean, &shape), by_channel(std, &shape)) {
            let layer = Normalize { mean: self.single(&mean), std: self.single(&std) };
            return self.push(layer, &[node]);
        }
        let flat = self.flat(node)?;
        let layer = Normalize { mean: self.single(mean), std: self.single(std) };
        let node = self.push(layer, &[flat])?;
        self.reshape(node, &shape)
    }

    /// A node as one vector.
    pub fn flat(&mut self, node: NodeId) -> Result<NodeId, String> {
        let before = self.unshaped(node);
        let [one, two] = [before, node].map(|node| self.network.nodes()[node].shape.len());
        match (one, two) {
            (1, _) => Ok(before),
            (_, 1) => Ok(node),
            _ => self.push(Flatten, &[before]),
        }
    }

    /// The node before those that only change its shape.
    fn unshaped(&self, mut node: NodeId) -> NodeId {
        while let Some(operator) = &self.network.nodes()[node].operator
            && matches!(operator.name(), "flatten" | "reshape")
        {
            node = self.network.nodes()[node].inputs[0];
        }
        node
    }

    /// A node in another shape: `[n]` or `[channels, height, width]`; any other leaves it as it is.
    pub fn reshape(&mut self, node: NodeId, shape: &[usize]) -> Result<NodeId, String> {
        let before = self.unshaped(node);
        if self.network.nodes()[before].shape == shape {
            return Ok(before);
        }
        match shape.len() {
            _ if self.network.nodes()[node].shape == shape => Ok(node),
            1 => self.flat(node),
            3 => self.push(Reshape { shape: shape.to_vec() }, &[before]),
            _ => Ok(node),
        }
    }

    /// A view whose numbers are all those of its node, in their order, with nothing left to do.
    pub fn straight(&mut self, view: &View) -> Result<View, String> {
        if self.is_whole(view) || view.steps.is_empty() {
            let settled = self.settle(view)?;
            return self.straighten(&settled);
        }
        let straight = self.straighten(view)?;
        self.settle(&straight)
    }

    /// A view in order; its steps stay.
    fn straighten(&mut self, view: &View) -> Result<View, String> {
        let Some(order) = view.order.clone() else { return Ok(view.clone()) };
        let length = self.network.nodes()[view.node].width();
        if order.len() == length && order.iter().enumerate().all(|(index, &place)| index == place as usize) {
            return Ok(View { order: None, ..view.clone() });
        }
        let node = self.select(view.node, &order)?;
        Ok(View { node, order: None, ..view.clone() })
    }

    /// The numbers of a node at some places, as a node.
    pub fn select(&mut self, node: NodeId, order: &[u32]) -> Result<NodeId, String> {
        let shape = self.network.nodes()[node].shape.clone();
        let length: usize = shape.iter().product();
        if let Some(node) = self.channels(node, &shape, order)? {
            return Ok(node);
        }
        if let Some(node) = self.columns_first(node, order)? {
            return Ok(node);
        }
        let size = length.checked_mul(order.len()).filter(|&size| size <= self.room).ok_or_else(|| {
            format!("it takes {} of {length} numbers in another order, too many to write out as a matrix", order.len())
        })?;
        let mut weight = vec![0.0f32; size];
        for (row, &place) in order.iter().enumerate().filter(|(_, place)| **place != NOTHING) {
            weight[row * length + place as usize] = 1.0;
        }
        let flat = self.flat(node)?;
        self.push(Linear { outputs: order.len(), inputs: length, weight: weight.into(), bias: None }, &[flat])
    }

    /// Whole channels of an image in another order: a convolution with a kernel of one place.
    fn channels(&mut self, node: NodeId, shape: &[usize], order: &[u32]) -> Result<Option<NodeId>, String> {
        let &[inputs, height, width] = shape else { return Ok(None) };
        let area = height * width;
        if !order.len().is_multiple_of(area) || order.is_empty() {
            return Ok(None);
        }
        let mut chosen = Vec::new();
        for block in order.chunks(area) {
            let first = block[0];
            let whole = first != NOTHING && (first as usize).is_multiple_of(area);
            let next = |(index, &place): (usize, &u32)| place == first + index as u32;
            match () {
                () if whole && block.iter().enumerate().all(next) => chosen.push(Some(first as usize / area)),
                () if block.iter().all(|&place| place == NOTHING) => chosen.push(None),
                () => return Ok(None),
            }
        }
        let outputs = chosen.len();
        if outputs.checked_mul(inputs).is_none_or(|size| size > self.room) {
            return Ok(None);
        }
        let mut weight = vec![0.0f32; outputs * inputs];
        for (output, input) in chosen.iter().enumerate() {
            if let Some(input) = input {
                weight[output * inputs + input] = 1.0;
            }
        }
        let conv = Conv2d {
            outputs,
            inputs,
            kernel: [1, 1],
            stride: [1, 1],
            padding: [0, 0],
            groups: 1,
            weight: weight.into(),
            bias: None,
        };
        self.push(conv, &[node]).map(Some)
    }

    /// A matrix turned over (channels last to channels first): a convolution whose window is a row and picks one of its numbers.
    fn columns_first(&mut self, node: NodeId, order: &[u32]) -> Result<Option<NodeId>, String> {
        let length = self.network.nodes()[node].width();
        if order.len() != length || order[0] != 0 || length < 2 || order[1] == NOTHING {
            return Ok(None);
        }
        let columns = order[1] as usize;
        if columns < 2 || !length.is_multiple_of(columns) {
            return Ok(None);
        }
        let rows = length / columns;
        let turned = |index: usize| index % rows * columns + index / rows;
        if !order.iter().enumerate().all(|(index, &place)| turned(index) == place as usize) {
            return Ok(None);
        }
        if columns.checked_mul(columns).is_none_or(|size| size > self.room) {
            return Ok(None);
        }
        let mut weight = vec![0.0f32; columns * columns];
        (0..columns).for_each(|column| weight[column * columns + column] = 1.0);
        let image = self.reshape(node, &[1, rows, columns])?;
        let conv = Conv2d {
            outputs: columns,
            inputs: 1,
            kernel: [1, columns],
            stride: [1, columns],
            padding: [0, 0],
            groups: 1,
            weight: weight.into(),
            bias: None,
        };
        self.push(conv, &[image]).map(Some)
    }

    /// The network up to a node, without what leads nowhere.
    ///
    /// # Errors
    /// None for a network that was built once.
    pub fn finish(self, output: NodeId) -> Result<Network, FormatError> {
        let nodes = self.network.nodes();
        let mut live = vec![false; nodes.len()];
        (live[output], live[0]) = (true, true);
        for node in (1..=output).rev() {
            if live[node] {
                nodes[node].inputs.iter().for_each(|&input| live[input] = true);
            }
        }
        let mut network = Network::new(&nodes[0].shape)?;
        let mut place = vec![0; nodes.len()];
        for node in (1..=output).filter(|&node| live[node]) {
            let inputs: Vec<NodeId> = nodes[node].inputs.iter().map(|&input| place[input]).collect();
            let operator = nodes[node].operator.clone().ok_or_else(|| wrong("a layer has no operator"))?;
            place[node] = network.push_from(operator, &inputs)?;
        }
        Ok(network)
    }
}

/// One number per channel (the first axis), where all numbers of a channel are the same.
fn by_channel(values: &[f64], shape: &[usize]) -> Option<Vec<f64>> {
    let channels = *shape.first()?;
    let area = count(&shape[1..])?.max(1);
    let uniform =
        values.len() == channels * area && values.chunks(area).all(|block| block.iter().all(|&v| v == block[0]));
    uniform.then(|| values.chunks(area).map(|block| block[0]).collect())
}
