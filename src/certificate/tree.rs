//! The certificate of a search as data (docs/formats.md, "Certificates of searches"): what was asked, and the tree whose leaves prove it.
//!
//! Ranges and intercepts are not in it: the checker finds them by rules of its own. What a leaf says is what the rules cannot know.

use super::{format::Model, hex::Hex};
use crate::formats::{FormatError, read_json};
use serde::{Deserialize, Serialize};

/// The version of certificates of searches.
pub const SEARCHED: u32 = 2;

/// A question answered with "no", and the proof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Searched {
    /// [`FORMAT`](super::FORMAT).
    pub format: String,
    /// [`SEARCHED`].
    pub version: u32,
    /// The network that was asked about.
    pub model: Model,
    /// The question in words: for people, no part of the proof.
    pub asked: Vec<String>,
    /// The boxes that it is about.
    pub parts: Vec<AskedPart>,
}

/// A box, and the ways of being unsafe of which none occurs in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedPart {
    /// Least values of the input's elements, in C order.
    pub lower: Vec<Hex>,
    /// Greatest values.
    pub upper: Vec<Hex>,
    /// Whether ranges over a box are found with two choices of lines, the narrower end of both; else with one.
    pub twice: bool,
    /// Conditions that no input of the box satisfies all of, list by list.
    pub clauses: Vec<Refuted>,
}

/// Conditions that no input satisfies all of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refuted {
    /// The conditions.
    pub rows: Vec<Condition>,
    /// The proof: a tree, each node before those below it, what is at most the number before what is at least.
    pub tree: Vec<Step>,
}

/// Σ weight·output ≤ limit; < where it is strict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Outputs by index, rising, with their weights.
    pub weights: Vec<(usize, Hex)>,
    /// The limit.
    pub limit: Hex,
    /// Whether the limit itself is excluded.
    pub strict: bool,
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Inputs with an element at most a number, and those with it at least that.
    Halve(Halve),
    /// Inputs for which a neuron is given at most a number, and those for which it is given at least that.
    Decide(Decide),
    /// Nothing here satisfies the conditions.
    Leaf(Shown),
}

/// An element of the input on both sides of a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Halve {
    /// Which, from 0.
    pub input: usize,
    /// The number, within the box.
    pub at: Hex,
}

/// What a neuron's activation is given, on both sides of a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// The activation's node.
    pub node: usize,
    /// The neuron, from 0.
    pub neuron: usize,
    /// The number.
    pub at: Hex,
}

/// How a leaf follows: a walk back from a sum of conditions, with these lines and multipliers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// Conditions by index, rising, each with its weight above 0.
    pub rows: Vec<(usize, Hex)>,
    /// Slopes of lines, where they are not those of the rule, in the order of the nodes.
    pub slopes: Vec<Slopes>,
    /// One multiplier, 0 or more, for each neuron that was decided on the way, in that order; none at all where all are 0.
    pub multipliers: Vec<Hex>,
}

/// Slopes of the lines of some neurons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slopes {
    /// The activation's node.
    pub node: usize,
    /// Neurons, rising, with the slopes of their lines below.
    pub below: Vec<(usize, Hex)>,
    /// The same above.
    pub above: Vec<(usize, Hex)>,
}

/// What tells the kinds of certificates apart.
#[derive(Deserialize)]
struct Head {
    version: u32,
}

/// The version that a file says it is of; `None` where it says none, which reading it will explain.
pub fn version(bytes: &[u8]) -> Option<u32> {
    serde_json::from_slice::<Head>(bytes).ok().map(|head| head.version)
}

/// Reads the certificate of a search.
///
/// # Errors
/// Text that is none: no JSON, a key that stands twice, a field that is unknown or missing, a number in another spelling.
pub fn read_searched(bytes: &[u8]) -> Result<Searched, FormatError> {
    read_json("certificate", bytes)
}

/// Writes one.
///
/// # Errors
/// A number that is not finite.
pub fn write_searched(certificate: &Searched) -> Result<String, serde_json::Error> {
    serde_json::to_string(certificate).map(|text| text + "\n")
}
