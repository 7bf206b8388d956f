//! What the page and the engine say to each other about networks of two inputs, drawn.

use super::{arrays::Floats, explore::Question};
use crate::bounds::Method;
use serde::{Deserialize, Serialize};

/// From the client to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "kebab-case")]
pub enum TheatreRequest {
    /// What a stage makes of the question's region: answered by [`TheatreResponse::Scene`] or [`TheatreResponse::Refused`]. A newer one
    /// ends an older one in silence.
    Scene {
        /// Rises with every request.
        epoch: u32,
        /// What is asked; its label is ignored.
        question: Question,
        /// The stage, from 0; the last one, the outputs, if `None`.
        stage: Option<u32>,
        /// Two of its neurons; those that vary most if `None`.
        pair: Option<[u32; 2]>,
        /// The methods to be drawn.
        methods: Vec<Method>,
    },
    /// Which class is read where in the unit square: answered by [`TheatreResponse::Regions`] or [`TheatreResponse::Refused`].
    Regions {
        /// Comes back with the answer.
        epoch: u32,
        /// Key of the network.
        network: String,
    },
}

/// Convex polygons.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct Polygons {
    /// Corners of one after the other, x and y of each.
    pub corners: Floats,
    /// How many corners each has.
    pub sizes: Vec<u32>,
}

impl Polygons {
    /// Each polygon's corners, x and y by turns.
    pub fn iter(&self) -> impl Iterator<Item = &[f32]> {
        let mut at = 0_usize;
        self.sizes.iter().map(move |&size| {
            let start = at;
            at = start.saturating_add(2 * size as usize).min(self.corners.len());
            &self.corners[start..at]
        })
    }
}

/// A place of a network that can be looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct StageSummary {
    /// The activation layer whose input or output it is, from 0; `None` for the outputs.
    pub layer: Option<u32>,
    /// Whether it is behind that layer's activation.
    pub after: bool,
    /// How many neurons it has.
    pub width: u32,
}

/// What a method leaves of a pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct OutlineAnswer {
    /// The method.
    pub method: Method,
    /// Corners of a convex polygon, x and y by turns; of IBP its box.
    pub corners: Floats,
    /// The area inside.
    pub area: f64,
}

/// How true the true image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "kebab-case")]
pub enum ImageKind {
    /// All of it, as polygons.
    Exact,
    /// Sampled points: there are too many pieces.
    TooMany,
    /// Sampled points: a neuron is curved, or a largest value is taken.
    Curved,
}

/// What a stage makes of a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct SceneAnswer {
    /// What was asked.
    pub question: Question,
    /// All stages of the network.
    pub stages: Vec<StageSummary>,
    /// Which of them this is.
    pub stage: u32,
    /// The two neurons.
    pub pair: [u32; 2],
    /// What the image below is.
    pub kind: ImageKind,
    /// The region, cut into the parts on which the network is affine up to the stage; in one piece where there are none.
    pub parts: Polygons,
    /// The image of each of these; none where the image is sampled.
    pub image: Polygons,
    /// The pair's values at points of the region, x and y by turns; none where the image is exact.
    pub samples: Floats,
    /// The pair's values at the point itself.
    pub centre: [f32; 2],
    /// What each method leaves, in the order asked.
    pub outlines: Vec<OutlineAnswer>,
    /// Time it took.
    pub milliseconds: f64,
}

/// Where a class is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct ReadThere {
    /// The class.
    pub class: u32,
    /// Where.
    pub polygons: Polygons,
}

/// From the engine to the client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "kebab-case")]
pub enum TheatreResponse {
    /// What a stage makes of a region.
    Scene {
        /// Epoch of the request.
        epoch: u32,
        /// The answer.
        answer: Box<SceneAnswer>,
    },
    /// Which class is read where in the unit square.
    Regions {
        /// Epoch of the request.
        epoch: u32,
        /// The network.
        network: String,
        /// One entry per class.
        classes: Vec<ReadThere>,
        /// Whether they are cut along the decisions themselves, not along a grid.
        exact: bool,
    },
    /// It cannot be drawn.
    Refused {
        /// Epoch of the request.
        epoch: u32,
        /// Why.
        why: String,
    },
}
