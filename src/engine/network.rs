//! A network inside a session.

use super::protocol::{LayerSummary, NetworkSummary, RuleSummary};
use crate::{
    activation::Activation,
    bounds::Prepared,
    formats::{FormatError, read_model},
    network::Network,
    tensor::Cpu,
};
#[cfg(feature = "full")]
use crate::{attack::Attacker, tensor::Sound};
#[cfg(any(feature = "full", feature = "gpu"))]
use std::cell::OnceCell;
#[cfg(feature = "gpu")]
use {
    crate::{bounds::Method, tensor::Gpu},
    std::{
        cell::{Cell, RefCell},
        collections::HashMap,
        rc::Rc,
    },
};

/// A network that was read, summarised and prepared.
pub(super) struct Loaded {
    #[cfg(any(feature = "full", feature = "gpu"))]
    pub(super) network: Network,
    pub(super) prepared: Prepared<Cpu<f32>>,
    /// The same in the sound arithmetic, once something is to be certified.
    #[cfg(feature = "full")]
    sound: OnceCell<Prepared<Sound>>,
    /// The same on a tape, once something is to be attacked.
    #[cfg(feature = "full")]
    attacker: OnceCell<Attacker>,
    pub(super) summary: NetworkSummary,
    /// The same on a GPU, once that is asked for.
    #[cfg(feature = "gpu")]
    gpu: RefCell<Option<Rc<OnGpu>>>,
    /// Whether a device had too little memory for it.
    #[cfg(feature = "gpu")]
    pub(super) too_large: Cell<bool>,
    /// The first operator that no kernel computes, once somebody has asked for the device.
    #[cfg(feature = "gpu")]
    pub(super) lacking: OnceCell<Option<&'static str>>,
}

impl Loaded {
    /// Reads a model file.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, FormatError> {
        let network = read_model(bytes)?;
        let prepared = Prepared::new(Cpu::new(), &network);
        let summary = summarise(&network);
        Ok(Loaded {
            #[cfg(any(feature = "full", feature = "gpu"))]
            network,
            prepared,
            #[cfg(feature = "full")]
            sound: OnceCell::new(),
            #[cfg(feature = "full")]
            attacker: OnceCell::new(),
            summary,
            #[cfg(feature = "gpu")]
            gpu: RefCell::new(None),
            #[cfg(feature = "gpu")]
            too_large: Cell::new(false),
            #[cfg(feature = "gpu")]
            lacking: OnceCell::new(),
        })
    }

    /// The network in the sound arithmetic.
    #[cfg(feature = "full")]
    pub(super) fn sound(&self) -> &Prepared<Sound> {
        self.sound.get_or_init(|| Prepared::new(Sound, &self.network))
    }

    /// The network on the device of a generation, prepared when first asked for.
    #[cfg(feature = "gpu")]
    pub(super) fn on_gpu(&self, generation: u32, gpu: &Gpu) -> Rc<OnGpu> {
        let mut kept = self.gpu.borrow_mut();
        match &*kept {
            Some(own) if own.generation == generation => own.clone(),
            _ => {
                let prepared = Prepared::new(gpu.clone(), &self.network);
                let own = Rc::new(OnGpu { generation, prepared, raced: RefCell::default() });
                *kept = Some(own.clone());
                own
            }
        }
    }

    /// The network prepared for attacks.
    #[cfg(feature = "full")]
    pub(super) fn attacker(&self) -> &Attacker {
        self.attacker.get_or_init(|| Attacker::new(&self.network))
    }
}

/// A network on a GPU.
#[cfg(feature = "gpu")]
pub(super) struct OnGpu {
    generation: u32,
    pub(super) prepared: Prepared<Gpu>,
    /// Milliseconds of a method on the CPU and on this device.
    pub(super) raced: RefCell<HashMap<Method, [f64; 2]>>,
}

/// What a network is, in words and shapes.
pub fn summarise(network: &Network) -> NetworkSummary {
    let small = |shape: &[usize]| shape.iter().map(|&n| n as u32).collect();
    let words = |id: usize| network.nodes()[id].operator.as_ref().map_or("input".to_owned(), |op| op.describe());
    let layers = network.layers().into_iter().map(|layer| LayerSummary {
        affine: words(layer.pre_activation),
        shape: small(&network.nodes()[layer.pre_activation].shape),
        activation: words(layer.activation),
        rule: match &layer.rule {
            Activation::Curves(curves) => RuleSummary::Curve {
                slope: curves.slope as f32,
                bend: curves.bend.as_ref().map_or_else(Vec::new, |bend| bend.to_vec()).into(),
            },
            Activation::Clip(clip) => RuleSummary::Clip { low: clip.low as f32, high: clip.high as f32 },
            Activation::Sigmoid => RuleSummary::Sigmoid,
            Activation::Tanh => RuleSummary::Tanh,
            Activation::Elu(elu) => RuleSummary::Elu { scale: elu.scale as f32 },
            Activation::Softplus => RuleSummary::Softplus,
        },
    });
    NetworkSummary {
        input_shape: small(&network.nodes()[0].shape),
        classes: network.classes() as u32,
        parameters: network.parameters() as u32,
        layers: layers.collect(),
    }
}
