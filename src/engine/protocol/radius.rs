//! What the longer studies of one image answer: certified radii, the ε that breaks it, tightness along ε.

use super::explore::{Arithmetic, Example};
use crate::bounds::{Method, Strategy};
use serde::{Deserialize, Serialize};

/// Where a certificate by one method ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct RadiusAnswer {
    /// The method.
    pub method: Method,
    /// How its lines were chosen.
    pub lines: Strategy,
    /// The largest ε that was itself verified; `None` when not even ε = 0 is.
    pub verified: Option<f64>,
    /// The smallest ε tried that was not verified, which says nothing of the network; `None` when the largest ε tried was.
    pub unverified: Option<f64>,
    /// The arithmetic in which `verified` was proved.
    pub arithmetic: Arithmetic,
    /// Time the search took.
    pub milliseconds: f64,
}

/// Where PGD breaks an image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct BrokenAnswer {
    /// The smallest ε tried at which a point of the region was found that is not predicted as the label; `None` when none was
    /// found up to `largest`, which proves nothing.
    pub epsilon: Option<f64>,
    /// The largest ε tried.
    pub largest: f64,
    /// Gradient steps from each start.
    pub steps: u32,
    /// Starts at each ε.
    pub restarts: u32,
    /// Time the search took.
    pub milliseconds: f64,
    /// The point that was found at `epsilon`, as far from the image as that in exact numbers; `None` where none was, and in what ships.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Example>,
    /// Whether the network's outputs at that point, with every rounding error charged, are another class than the label for certain.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sure: bool,
}

#[cfg(test)]
impl BrokenAnswer {
    /// An answer without its point: for the tests of those who show answers.
    pub(crate) fn bare(epsilon: Option<f64>, largest: f64) -> Self {
        BrokenAnswer { epsilon, largest, steps: 1, restarts: 1, milliseconds: 1.0, example: None, sure: false }
    }
}

/// Tightness at one ε.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct SweepAnswer {
    /// ε.
    pub epsilon: f64,
    /// The method.
    pub method: Method,
    /// How its lines were chosen.
    pub lines: Strategy,
    /// Mean of upper − lower over the outputs.
    pub mean_width: f64,
    /// Smallest margin lower bound.
    pub worst_margin: f64,
    /// Neurons by status, per activation layer, indexed by `Status as usize` (seven entries).
    pub statuses: Vec<Vec<u32>>,
}
