//! What the page and the engine say to each other about the linear function that a margin's bound is made of.

use super::{arrays::Floats, explore::Question, failure::Failure};
use crate::bounds::Method;
use serde::{Deserialize, Serialize};

/// From the client to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct LinearRequest {
    /// Rises with every request; a newer one ends an older one in silence.
    pub epoch: u32,
    /// What is asked.
    pub question: Question,
    /// The class that is compared with the question's.
    pub rival: u32,
    /// CROWN, CROWN-IBP or CROWN-LBP.
    pub method: Method,
}

/// A margin's bound as a linear function of the pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct LinearAnswer {
    /// What was asked.
    pub question: Question,
    /// The class that is compared with the question's.
    pub rival: u32,
    /// Whose lines they are.
    pub method: Method,
    /// The function's coefficients, one a pixel.
    pub coefficients: Floats,
    /// What each pixel takes from it on the way to the corner, one a pixel, 0 or more.
    pub taken: Floats,
    /// Where the function is least.
    pub corner: Floats,
    /// The bound: the least value.
    pub bound: f64,
    /// The function's value at the image.
    pub at_image: f64,
    /// The network's margin at the image.
    pub margin: f64,
    /// The network's margin at the corner.
    pub margin_there: f64,
    /// What the network reads at the corner.
    pub read_there: u32,
    /// Time it took.
    pub milliseconds: f64,
}

/// From the engine to the client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "kebab-case")]
pub enum LinearResponse {
    /// The function.
    Linear {
        /// Epoch of the request.
        epoch: u32,
        /// The answer.
        answer: Box<LinearAnswer>,
    },
    /// There is none.
    Refused {
        /// Epoch of the request.
        epoch: u32,
        /// Why.
        failure: Failure,
    },
}
