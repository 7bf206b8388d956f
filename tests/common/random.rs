//! Random networks of every operator, and random questions about them.

use boundscope::{
    bounds::{Norm, Region},
    network::*,
    random::Random,
};
use proptest::prelude::*;
use std::sync::Arc;

/// Weights and points that a failing case's seed gives back.
pub struct Rng(Random);

impl Rng {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Rng(Random::new(seed))
    }

    pub fn word(&mut self) -> u64 {
        self.0.next()
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in [low, high), as the f32 values that weights are.
    pub fn between(&mut self, low: f64, high: f64) -> f32 {
        (low + (high - low) * self.unit()) as f32
    }

    /// Roughly normal.
    pub fn normal(&mut self) -> f64 {
        (0..6).map(|_| self.unit()).sum::<f64>() - 3.0
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.word() % end as u64) as usize
    }

    fn many(&mut self, count: usize, low: f64, high: f64) -> Arc<[f32]> {
        (0..count).map(|_| self.between(low, high)).collect()
    }
}

/// A layer, before it is known what it will be attached to.
#[derive(Clone, Debug)]
pub enum Block {
    Linear {
        outputs: usize,
        bias: bool,
    },
    Conv {
        outputs: usize,
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: [usize; 2],
        grouped: bool,
        bias: bool,
    },
    Pool {
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: [usize; 2],
    },
    Normalize,
    BatchNorm,
    Reshape,
    Flatten,
    Relu,
    Leaky(f64),
    Ramp(f64),
    /// Ends; infinite where nothing is cut.
    Clip(f64, f64),
    Sigmoid,
    Tanh,
    /// α.
    Elu(f64),
    Softplus,
    Largest {
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: [usize; 2],
    },
    /// The sum with another node of the same shape; nothing where there is none.
    Add,
}

/// A network as proptest makes and shrinks it.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub input: Vec<usize>,
    /// Each block reads the node so many places before the last one (if its shape fits).
    pub steps: Vec<(Block, usize)>,
    pub classes: usize,
    /// What follows the last linear layer, if anything.
    pub end: Option<Block>,
    pub seed: u64,
}

/// A slope η.
fn slope() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(0.01), Just(0.1), 0.0..0.6f64]
}

fn activation() -> impl Strategy<Value = Block> {
    let none = f64::INFINITY;
    prop_oneof![
        3 => Just(Block::Relu),
        2 => slope().prop_map(Block::Leaky),
        3 => slope().prop_map(Block::Ramp),
        2 => (-1.0..0.5f64, 0.05..1.5f64).prop_map(|(low, width)| Block::Clip(low, low + width)),
        1 => prop_oneof![(-0.5..0.5f64).prop_map(move |low| Block::Clip(low, none)),
            (-0.5..0.5f64).prop_map(move |high| Block::Clip(-none, high))],
        1 => Just(Block::Sigmoid),
        1 => Just(Block::Tanh),
        1 => prop_oneof![Just(1.0), 0.01..1.0f64].prop_map(Block::Elu),
        1 => Just(Block::Softplus),
    ]
}

fn affine() -> impl Strategy<Value = Block> {
    let pair = |range: std::ops::Range<usize>| [range.clone(), range];
    prop_oneof![
        3 => (2..6usize, any::<bool>()).prop_map(|(outputs, bias)| Block::Linear { outputs, bias }),
        3 => (1..3usize, pair(1..6), pair(1..4), pair(0..4), any::<bool>(), any::<bool>()).prop_map(
            |(outputs, kernel, stride, padding, grouped, bias)|
                Block::Conv { outputs: 2 * outputs, kernel, stride, padding, grouped, bias }
        ),
        1 => (pair(1..6), pair(1..4), pair(0..4)).prop_map(
            |(kernel, stride, padding)| Block::Pool { kernel, stride, padding }
        ),
        1 => Just(Block::Normalize),
        1 => Just(Block::BatchNorm),
        1 => Just(Block::Reshape),
        1 => Just(Block::Flatten),
    ]
}

fn shape() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![
        (1..5usize).prop_map(|n| vec![n]),
        (1..3usize, 1..5usize, 1..5usize).prop_map(|(c, h, w)| vec![c, h, w]),
    ]
}

/// Any graph: chains, branches and residual sums.
pub fn any_network() -> impl Strategy<Value = Recipe> {
    let back = prop_oneof![4 => Just(0usize), 1 => 1..5usize];
    let pair = |range: std::ops::Range<usize>| [range.clone(), range];
    let largest = (pair(1..4), pair(1..4), pair(0..3)).prop_map(|(kernel, stride, padding)| Block::Largest {
        kernel,
        stride,
        padding,
    });
    let block = prop_oneof![4 => affine(), 4 => activation(), 2 => Just(Block::Add), 2 => largest];
    let end = prop_oneof![4 => Just(None), 1 => activation().prop_map(Some)];
    (shape(), prop::collection::vec((block, back), 1..9), 2..5usize, end, any::<u64>())
        .prop_map(|(input, steps, classes, end, seed)| Recipe { input, steps, classes, end, seed })
}

/// Affine layers only, sums included.
pub fn affine_network() -> impl Strategy<Value = Recipe> {
    let back = prop_oneof![4 => Just(0usize), 1 => 1..4usize];
    let block = prop_oneof![5 => affine(), 1 => Just(Block::Add)];
    (shape(), prop::collection::vec((block, back), 0..4), 2..5usize, any::<u64>())
        .prop_map(|(input, steps, classes, seed)| Recipe { input, steps, classes, end: None, seed })
}

/// Chains in which at most one map mixes elements between one activation and the next.
pub fn plain_chain() -> impl Strategy<Value = Recipe> {
    let renaming = prop::option::of(prop_oneof![Just(Block::BatchNorm), Just(Block::Reshape), Just(Block::Flatten)]);
    let stage = (affine(), renaming, activation());
    (shape(), prop::collection::vec(stage, 1..4), 2..5usize, any::<u64>()).prop_map(|(input, stages, classes, seed)| {
        let blocks = stages.into_iter().flat_map(|(a, b, c)| [Some(a), b, Some(c)]).flatten();
        Recipe { input, steps: blocks.map(|block| (block, 0)).collect(), classes, end: None, seed }
    })
}

impl Recipe {
    /// The same layers with a bias each, so that no value is exactly 0 for every input.
    pub fn without_ties(mut self) -> Self {
        for (block, _) in &mut self.steps {
            match block {
                Block::Linear { bias, .. } | Block::Conv { bias, .. } => *bias = true,
                Block::Pool { .. } => *block = Block::BatchNorm,
                _ => {}
            }
        }
        self
    }

    /// The network. Blocks that fit nowhere are left out.
    pub fn build(&self) -> Network {
        let mut rng = Rng::new(self.seed);
        let mut network = Network::new(&self.input).expect("a shape with elements");
        for (block, back) in &self.steps {
            let from = network.output() - (*back).min(network.output());
            attach(&mut network, block, from, &mut rng);
        }
        let last = network.output();
        attach(&mut network, &Block::Linear { outputs: self.classes, bias: true }, last, &mut rng);
        if let Some(end) = &self.end {
            let last = network.output();
            attach(&mut network, end, last, &mut rng);
        }
        network
    }
}

/// Appends a block that reads node `from`, where that is possible.
fn attach(network: &mut Network, block: &Block, from: NodeId, rng: &mut Rng) {
    let shape = network.nodes()[from].shape.clone();
    let width: usize = shape.iter().product();
    let image = <[usize; 3]>::try_from(shape.as_slice()).ok();
    let operator: Arc<dyn Operator> = match block {
        Block::Linear { outputs, bias } => {
            let from = match image {
                Some(_) => network.push_from(Arc::new(Flatten), &[from]).expect("flatten fits everything"),
                None => from,
            };
            let reach = 2.0 / (width as f64).sqrt();
            let weight = rng.many(outputs * width, -reach, reach);
            let bias = bias.then(|| rng.many(*outputs, -0.5, 0.5));
            let linear = Linear { outputs: *outputs, inputs: width, weight, bias };
            network.push_from(Arc::new(linear), &[from]).expect("its shape was read off the node");
            return;
        }
        Block::Conv { outputs, kernel, stride, padding, grouped, bias } => {
            let Some([inputs, height, wide]) = image else { return };
            let groups = if *grouped && inputs % 2 == 0 { 2 } else { 1 };
            let (kernel, padding) = fit(*kernel, *padding, [height, wide]);
            let patch = inputs / groups * kernel[0] * kernel[1];
            let reach = 2.0 / (patch as f64).sqrt();
            Arc::new(Conv2d {
                outputs: *outputs,
                inputs,
                kernel,
                stride: *stride,
                padding,
                groups,
                weight: rng.many(outputs * patch, -reach, reach),
                bias: bias.then(|| rng.many(*outputs, -0.5, 0.5)),
            })
        }
        Block::Pool { kernel, stride, padding } => {
            let Some([_, height, wide]) = image else { return };
            let (kernel, padding) = fit(*kernel, *padding, [height, wide]);
            Arc::new(AvgPool { kernel, stride: *stride, padding })
        }
        Block::Normalize => {
            Arc::new(Normalize { mean: rng.many(shape[0], 0.0, 1.0), std: rng.many(shape[0], 0.2, 1.5) })
        }
        Block::BatchNorm => Arc::new(BatchNorm {
            weight: rng.many(shape[0], -1.5, 1.5),
            bias: rng.many(shape[0], -0.5, 0.5),
            mean: rng.many(shape[0], -0.5, 0.5),
            variance: rng.many(shape[0], 0.0, 2.0),
            stabilizer: 1e-2,
        }),
        Block::Reshape => Arc::new(Reshape {
            shape: match image {
                Some([channels, height, wide]) => vec![wide, channels, height],
                None if width.is_multiple_of(2) => vec![2, 1, width / 2],
                None => vec![1, 1, width],
            },
        }),
        Block::Flatten => Arc::new(Flatten),
        Block::Relu => Arc::new(Relu),
        Block::Leaky(slope) => Arc::new(LeakyRelu { slope: *slope }),
        Block::Clip(low, high) => Arc::new(Clip { low: *low, high: *high }),
        Block::Sigmoid => Arc::new(Sigmoid),
        Block::Tanh => Arc::new(Tanh),
        Block::Elu(scale) => Arc::new(Elu { scale: *scale }),
        Block::Softplus => Arc::new(Softplus),
        Block::Largest { kernel, stride, padding } => {
            let Some([_, height, wide]) = image else { return };
            let (kernel, padding) = fit(*kernel, *padding, [height, wide]);
            Arc::new(MaxPool { kernel, stride: *stride, padding })
        }
        Block::Ramp(slope) => Arc::new(ParamRamp { slope: *slope, bend: rng.many(width, 0.05, 1.5), shape }),
        Block::Add => {
            let fits: Vec<NodeId> =
                (0..network.nodes().len()).filter(|&id| network.nodes()[id].shape == shape).collect();
            let mut inputs = vec![from, fits[rng.below(fits.len())]];
            if rng.below(4) == 0 {
                inputs.push(fits[rng.below(fits.len())]);
            }
            network.push_from(Arc::new(Add), &inputs).expect("the shapes are one");
            return;
        }
    };
    network.push_from(operator, &[from]).expect("its shape was read off the node");
}

/// A kernel no larger than the image with its padding, which is smaller than the kernel. Parts of it may never meet the image.
fn fit(kernel: [usize; 2], padding: [usize; 2], image: [usize; 2]) -> ([usize; 2], [usize; 2]) {
    let along = |axis: usize| {
        let padding = padding[axis].min(kernel[axis] - 1);
        let kernel = kernel[axis].min(image[axis] + 2 * padding);
        (kernel, padding.min(kernel - 1))
    };
    let [down, right] = [along(0), along(1)];
    ([down.0, right.0], [down.1, right.1])
}

/// A region of any norm, clipped or not; now and then of radius 0.
pub fn any_region() -> impl Strategy<Value = Region> {
    let epsilon = prop_oneof![1 => Just(0.0), 8 => 0.001..0.6f64];
    let norm = prop_oneof![2 => Just((Norm::Inf, None)), 2 => Just((Norm::Inf, Some([0.0, 1.0]))),
        2 => Just((Norm::Two, None)), 2 => Just((Norm::One, None))];
    (norm, epsilon).prop_map(|((norm, clip), epsilon)| Region { norm, epsilon, clip })
}

/// Random images in the pixel range, one after the other: f32 values, now and then on its edge.
pub fn images(network: &Network, count: usize, rng: &mut Rng) -> Vec<f64> {
    let pixel = |rng: &mut Rng| match rng.below(8) {
        0 => 0.0,
        1 => 1.0,
        _ => f64::from(rng.between(0.0, 1.0)),
    };
    (0..count * network.input_len()).map(|_| pixel(rng)).collect()
}
