//! The words of a question: which method, which norm.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// How intermediate layers are bounded, and how the last one is (docs/methods.md §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Method {
    /// Interval, interval.
    Ibp,
    /// Interval, backward.
    CrownIbp,
    /// Forward linear, forward linear.
    Lbp,
    /// Forward linear, backward.
    CrownLbp,
    /// Backward at most this many layers, then substitute; at least 1.
    RelaxedCrown(u32),
    /// Backward, backward.
    Crown,
}

/// How a method bounds the intermediate layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// By intervals.
    Intervals,
    /// By linear functions pushed forward.
    Forward,
    /// By walks back, of at most so many layers.
    Backward(Option<u32>),
}

impl Method {
    /// How the intermediate layers are bounded: methods that answer the same find out the same about them.
    pub fn between(self) -> Between {
        match self {
            Method::Ibp | Method::CrownIbp => Between::Intervals,
            Method::Lbp | Method::CrownLbp => Between::Forward,
            Method::RelaxedCrown(depth) => Between::Backward(Some(depth)),
            Method::Crown => Between::Backward(None),
        }
    }

    /// The five named methods without a depth, cheapest first: the order in which answers are drawn.
    pub const NAMED: [Method; 5] = [Method::Ibp, Method::CrownIbp, Method::Lbp, Method::CrownLbp, Method::Crown];

    /// The name people read, `CROWN-LBP` for instance.
    pub fn label(self) -> String {
        match self {
            Method::Ibp => "IBP".into(),
            Method::CrownIbp => "CROWN-IBP".into(),
            Method::Lbp => "LBP".into(),
            Method::CrownLbp => "CROWN-LBP".into(),
            Method::RelaxedCrown(depth) => format!("Relaxed-CROWN-{depth}"),
            Method::Crown => "CROWN".into(),
        }
    }

    /// Whether this method's bounds are promised never to be looser than those of `other`, whatever the network of that order, region and
    /// image: lower bounds no smaller, upper bounds no larger, but for rounding (Theorem 2 of the paper; docs/methods.md, "What must
    /// hold").
    ///
    /// Promised with tight and with constant lines: IBP ≤ CROWN-IBP, LBP ≤ CROWN-LBP ≤ CROWN; LBP ≤ Relaxed-CROWN-1; and
    /// Relaxed-CROWN-v ≤ CROWN. Where tight lines do not nest ([`Order::Chosen`]) only IBP ≤ all of them (but Relaxed-CROWN-v with v > 1) and
    /// LBP ≤ CROWN-LBP. Nothing is promised between two depths v, nor that a depth above 1 beats LBP or even IBP; and with adaptive
    /// lines nothing between any two methods. `tests/ordering.rs` holds each promise, and counterexamples of what is none.
    pub fn never_looser_than(self, other: Method, strategy: super::Strategy, order: Order) -> bool {
        use Method::*;
        if self == other {
            return true;
        }
        let nested = order == Order::Nested || strategy == super::Strategy::Constant;
        strategy != super::Strategy::Adaptive
            && match self {
                Ibp => false,
                CrownIbp | Lbp => other == Ibp,
                CrownLbp => matches!(other, Ibp | Lbp) || (nested && other == CrownIbp),
                RelaxedCrown(depth) => depth == 1 && (other == Ibp || (nested && other == Lbp)),
                Crown => nested || other == Ibp,
            }
    }

    /// Whether the choice of lines changes anything (it does not for IBP).
    pub fn uses_lines(self) -> bool {
        self != Method::Ibp
    }
}

/// What the order between methods rests on in a network: how its tight lines change as ranges shrink.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Over a smaller range no line is looser anywhere: all activations.
    #[default]
    Nested,
    /// Over a smaller range the line below may be another one, and looser in places: networks with max pooling.
    Chosen,
}

impl fmt::Display for Method {
    /// The command line's spelling: `ibp`, `crown-ibp`, `lbp`, `crown-lbp`, `crown`, `relaxed-crown:V`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Method::Ibp => out.write_str("ibp"),
            Method::CrownIbp => out.write_str("crown-ibp"),
            Method::Lbp => out.write_str("lbp"),
            Method::CrownLbp => out.write_str("crown-lbp"),
            Method::RelaxedCrown(depth) => write!(out, "relaxed-crown:{depth}"),
            Method::Crown => out.write_str("crown"),
        }
    }
}

/// A word that names no method, norm or strategy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} \"{word}\": use one of {choices}")]
pub struct UnknownName {
    /// What was expected there, for instance "method".
    pub what: &'static str,
    /// The word found.
    pub word: String,
    /// The words that would do.
    pub choices: &'static str,
}

impl FromStr for Method {
    type Err = UnknownName;

    fn from_str(word: &str) -> Result<Self, UnknownName> {
        let unknown = || UnknownName {
            what: "method",
            word: word.into(),
            choices: "ibp, crown-ibp, lbp, crown-lbp, crown, relaxed-crown:V with V ≥ 1",
        };
        Ok(match word {
            "ibp" => Method::Ibp,
            "crown-ibp" => Method::CrownIbp,
            "lbp" => Method::Lbp,
            "crown-lbp" => Method::CrownLbp,
            "crown" => Method::Crown,
            _ => match word.strip_prefix("relaxed-crown:").map(str::parse) {
                Some(Ok(depth)) if depth >= 1 => Method::RelaxedCrown(depth),
                _ => return Err(unknown()),
            },
        })
    }
}

impl From<Method> for String {
    fn from(method: Method) -> String {
        method.to_string()
    }
}

impl TryFrom<String> for Method {
    type Error = UnknownName;
    fn try_from(word: String) -> Result<Self, UnknownName> {
        word.parse()
    }
}

impl FromStr for super::Strategy {
    type Err = UnknownName;

    fn from_str(word: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|strategy| strategy.name() == word).ok_or_else(|| UnknownName {
            what: "lines",
            word: word.into(),
            choices: "tight, adaptive, constant",
        })
    }
}

/// The norm that measures the region's ε.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Norm {
    /// ℓ∞: every pixel moves by at most ε.
    #[default]
    #[serde(rename = "inf")]
    Inf,
    /// ℓ2.
    #[serde(rename = "2")]
    Two,
    /// ℓ1.
    #[serde(rename = "1")]
    One,
}

impl Norm {
    /// All three, in the order in which they are offered.
    pub const ALL: [Norm; 3] = [Norm::Inf, Norm::Two, Norm::One];

    /// The command line's word.
    pub fn name(self) -> &'static str {
        match self {
            Norm::Inf => "inf",
            Norm::Two => "2",
            Norm::One => "1",
        }
    }
}

impl FromStr for Norm {
    type Err = UnknownName;

    fn from_str(word: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|norm| norm.name() == word).ok_or_else(|| UnknownName {
            what: "norm",
            word: word.into(),
            choices: "inf, 2, 1",
        })
    }
}
