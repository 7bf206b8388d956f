//! A question's method, α-CROWN among them.

use super::settings::Climb;
use crate::bounds::{Method, Order, Strategy, UnknownName};
use std::{fmt, str::FromStr};

/// How bounds are found: by one of the methods that walk once, or by a search over slopes. (A [`Method`] is what every processor computes and
/// every message names; a search needs a [`Steerable`](crate::tensor::Steerable) one.)
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bounding {
    /// A method, with the lines of a strategy.
    Plain(Method),
    /// α-CROWN, which chooses its lines itself.
    Alpha(Climb),
}

impl From<Method> for Bounding {
    fn from(method: Method) -> Self {
        Bounding::Plain(method)
    }
}

impl Bounding {
    /// The name people read.
    pub fn label(self) -> String {
        match self {
            Bounding::Plain(method) => method.label(),
            Bounding::Alpha(_) => "α-CROWN".into(),
        }
    }

    /// [`Method::never_looser_than`]; α-CROWN is never looser than CROWN with tight lines, nor than what that is never looser than.
    pub fn never_looser_than(self, other: Bounding, strategy: Strategy, order: Order) -> bool {
        match (self, other) {
            (_, Bounding::Alpha(_)) => self == other,
            (Bounding::Plain(method), Bounding::Plain(other)) => method.never_looser_than(other, strategy, order),
            (Bounding::Alpha(_), Bounding::Plain(other)) => {
                Method::Crown.never_looser_than(other, strategy, order)
                    || (other == Method::Crown && strategy == Strategy::Adaptive)
            }
        }
    }
}

impl fmt::Display for Bounding {
    /// The command line's spelling: `alpha-crown`, or the method's.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bounding::Plain(method) => method.fmt(out),
            Bounding::Alpha(_) => out.write_str("alpha-crown"),
        }
    }
}

impl FromStr for Bounding {
    type Err = UnknownName;

    fn from_str(word: &str) -> Result<Self, UnknownName> {
        if word == "alpha-crown" {
            return Ok(Bounding::Alpha(Climb::default()));
        }
        let choices = "ibp, crown-ibp, lbp, crown-lbp, crown, alpha-crown, relaxed-crown:V with V ≥ 1";
        word.parse().map(Bounding::Plain).map_err(|unknown| UnknownName { choices, ..unknown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_others_refused() {
        for word in ["ibp", "crown", "alpha-crown", "relaxed-crown:3"] {
            assert_eq!(word.parse::<Bounding>().map(|bounding| bounding.to_string()).as_deref(), Ok(word));
        }
        for word in ["alpha", "α-CROWN", "alpha-crown:20", "alpha-crown "] {
            let refused = word.parse::<Bounding>().expect_err("no such word").to_string();
            assert!(refused.contains(word) && refused.contains("alpha-crown, relaxed"), "{refused}");
        }
    }

    #[test]
    fn it_stands_above_crown() {
        let alpha = Bounding::Alpha(Climb::default());
        for strategy in [Strategy::Tight, Strategy::Adaptive] {
            assert!(alpha.never_looser_than(Method::Crown.into(), strategy, Order::Chosen));
            assert!(!Bounding::from(Method::Crown).never_looser_than(alpha, strategy, Order::Nested));
        }
        assert!(alpha.never_looser_than(Method::CrownIbp.into(), Strategy::Tight, Order::Nested));
        assert!(!alpha.never_looser_than(Method::CrownIbp.into(), Strategy::Tight, Order::Chosen));
        assert!(!alpha.never_looser_than(Bounding::Alpha(Climb::alpha(5)), Strategy::Tight, Order::Nested));
    }
}
