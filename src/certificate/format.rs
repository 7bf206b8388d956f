//! The certificate as data (docs/formats.md, "Certificates"): what is claimed, of which network, and the numbers that the proof rests on.

use super::hex::Hex;
use crate::formats::{FormatError, read_json};
use serde::{Deserialize, Serialize};

/// The word by which a certificate is known.
pub const FORMAT: &str = "boundscope certificate";
/// The version that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// A claim about a network and its proof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The network that the claim is about.
    pub model: Model,
    /// The inputs that it is about.
    pub region: Region,
    /// What holds of the outputs of each of them.
    pub claim: Claim,
    /// How the numbers were found: for people, no part of the proof.
    pub method: Found,
    /// The proof. Every input belongs to one leaf at least: today there is one, without decisions.
    pub leaves: Vec<Leaf>,
}

/// The network that a claim is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// [`Network::hash`](crate::network::Network::hash).
    pub network: String,
    /// Shape of its input.
    pub input_shape: Vec<usize>,
    /// The format it was read from; for people.
    pub format: String,
    /// What was folded, dropped, rounded or guessed when it was read, a sentence each; for people.
    pub notes: Vec<String>,
    /// What stands behind the outputs in the file and was left off, so that the claim does not speak of it: softmax, for instance; for people.
    pub left_off: Vec<String>,
}

/// How far an input may be from the centre is measured in a norm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Norm {
    /// ℓ∞.
    #[serde(rename = "inf")]
    Inf,
    /// ℓ2.
    #[serde(rename = "2")]
    Two,
    /// ℓ1.
    #[serde(rename = "1")]
    One,
}

/// All inputs no further than ε from a centre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The norm that measures ε.
    pub norm: Norm,
    /// ε, 0 or more.
    pub epsilon: Hex,
    /// The least and the greatest value that an element of the input may have, ℓ∞ only.
    pub clip: Option<[Hex; 2]>,
    /// The centre, flattened in C order.
    pub centre: Vec<Hex>,
}

/// What holds of the outputs y.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Claim {
    /// One output is greater than each of the others.
    Label(LabelClaim),
    /// rows·y > above, row by row.
    Rows(RowsClaim),
}

/// One output is greater than each of the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelClaim {
    /// The output's index.
    pub label: usize,
}

/// rows·y > above, row by row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsClaim {
    /// One factor per output each.
    pub rows: Vec<Vec<Hex>>,
    /// One threshold per row.
    pub above: Vec<Hex>,
}

/// How the numbers were found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// The method, in the command line's spelling.
    pub name: String,
    /// How lines were chosen: "tight", "adaptive", "constant".
    pub lines: String,
}

/// How a bound follows from what comes before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// Back through affine layers, to the ranges of the activations (and largest values) that they read.
    Interval,
    /// Back through the lines of all activations, to the input.
    Walk,
}

/// One part of the proof: what holds of the inputs for which its decisions hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// On which sides of their bends neurons are taken to be. Version 1 has none.
    pub decisions: Vec<Decision>,
    /// Ranges, in the order of their nodes.
    pub layers: Vec<Layer>,
    /// Lines of activations, in the order of their nodes.
    pub lines: Vec<Lines>,
    /// Lines of max poolings, in the order of their nodes.
    pub picks: Vec<Picks>,
    /// How the claim follows.
    pub by: By,
}

/// A decision about one neuron: none is known yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Decision {}

/// The range of one node's values. Nodes are numbered as the model's layers are, from 1; 0 is the input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// The node.
    pub node: usize,
    /// How the range follows.
    pub by: By,
    /// Least values.
    pub lower: Vec<Hex>,
    /// Greatest values.
    pub upper: Vec<Hex>,
}

/// The lines between which an activation stays over the range of what it reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// The activation's node.
    pub node: usize,
    /// Nowhere above it.
    pub below: Line,
    /// Nowhere below it.
    pub above: Line,
}

/// One line per neuron: slope·z + intercept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Slopes.
    pub slope: Vec<Hex>,
    /// Intercepts.
    pub intercept: Vec<Hex>,
}

/// What the largest value of each window lies between: an input each, or a constant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picks {
    /// The max pooling's node.
    pub node: usize,
    /// Nowhere above it.
    pub below: Pick,
    /// Nowhere below it.
    pub above: Pick,
}

/// One per window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pick {
    /// The index of an element of the input; −1 where it is the constant.
    pub input: Vec<i64>,
    /// The constant; 0 where it is an input.
    pub constant: Vec<Hex>,
}

/// Reads a certificate.
///
/// # Errors
/// Text that is none: no JSON, a key that stands twice, a field that is unknown or missing, a number in another spelling.
pub fn read(bytes: &[u8]) -> Result<Certificate, FormatError> {
    read_json("certificate", bytes)
}

/// Writes one.
///
/// # Errors
/// A number that is not finite.
pub fn write(certificate: &Certificate) -> Result<String, serde_json::Error> {
    serde_json::to_string(certificate).map(|text| text + "\n")
}
