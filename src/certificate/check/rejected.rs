//! Why a certificate is not accepted.

use crate::{
    formats::{FormatError, OneLine},
    pulse::Cancelled,
};

/// Why a certificate is not accepted. It says nothing about the network: the claim may hold all the same.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Rejected {
    /// Bytes that are no certificate.
    #[error(transparent)]
    Unreadable(#[from] FormatError),
    /// Another format or version.
    #[error(
        "it says it is \"{format}\" version {version}; this program checks \"boundscope certificate\" of the versions 1 and 2",
        format = OneLine(.format)
    )]
    Version {
        /// The format it names.
        format: String,
        /// Its version.
        version: u32,
    },
    /// A certificate of another network.
    #[error(
        "it is about the network {certificate}, the model given is {model}: give the model that it was made for",
        certificate = OneLine(.certificate)
    )]
    OtherModel {
        /// The hash it names.
        certificate: String,
        /// That of the model.
        model: String,
    },
    /// An operator that the checker does not know.
    #[error("node {node} ({op}) is an operator that certificates cannot speak of")]
    Operator {
        /// The node.
        node: usize,
        /// Its operator.
        op: &'static str,
    },
    /// Parts that do not fit the network or each other.
    #[error("{place}: {why}", place = OneLine(.place), why = OneLine(.why))]
    Structure {
        /// Where.
        place: String,
        /// What does not fit.
        why: String,
    },
    /// A range that does not follow.
    #[error("node {node}, neuron {neuron}: its {end} bound is said to be {said:?}, what follows is only {follows:?}")]
    Range {
        /// The node.
        node: usize,
        /// The neuron.
        neuron: usize,
        /// "lower" or "upper".
        end: &'static str,
        /// The bound in the certificate.
        said: f64,
        /// The bound that follows, nearly.
        follows: f64,
    },
    /// A line that crosses its curve.
    #[error("node {node}, neuron {neuron}: the line {side} the activation crosses it within the neuron's range")]
    Line {
        /// The activation.
        node: usize,
        /// The neuron.
        neuron: usize,
        /// "below" or "above".
        side: &'static str,
    },
    /// A line of a max pooling that does not hold.
    #[error("node {node}, window {window}: what is said to be {side} its largest value need not be")]
    Pick {
        /// The max pooling.
        node: usize,
        /// The window.
        window: usize,
        /// "below" or "above".
        side: &'static str,
    },
    /// A claim that does not follow.
    #[error(
        "row {row} of the claim does not follow: {follows:?} is all that is proved where more than {above:?} is claimed"
    )]
    Claim {
        /// The row; for a label, the place among the other classes.
        row: usize,
        /// What follows, nearly.
        follows: f64,
        /// The threshold.
        above: f64,
    },
    /// A leaf of a search that does not follow.
    #[error("{place}: its conditions may hold together: {margin:?} is all that is proved of their distance from that")]
    Open {
        /// Which leaf.
        place: String,
        /// What follows, nearly; more than 0 is needed.
        margin: f64,
    },
    /// The work was stopped.
    #[error("the check was stopped")]
    Stopped,
}

impl From<Cancelled> for Rejected {
    fn from(_: Cancelled) -> Self {
        Rejected::Stopped
    }
}

/// Something that does not fit.
pub(super) fn structure(place: impl Into<String>, why: impl Into<String>) -> Rejected {
    Rejected::Structure { place: place.into(), why: why.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate whose format has a line break in its name, found by fuzzing.
    #[test]
    fn what_is_quoted_from_a_certificate_breaks_no_line() {
        let two = || String::from("a\nb");
        for rejected in [
            Rejected::Version { format: two(), version: 1 },
            Rejected::OtherModel { certificate: two(), model: String::new() },
            structure(two(), two()),
        ] {
            let message = rejected.to_string();
            assert!(message.contains(r"a\nb") && message.lines().count() == 1, "{message}");
        }
    }
}
