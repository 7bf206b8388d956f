//! The style classes of methods and statuses. `www/style.css` gives them their colours, dashes and patterns.

use crate::{activation::Status, bounds::Method};

/// The style class of a method: its colour and its dash.
pub fn class(method: Method) -> &'static str {
    match method {
        Method::Ibp => "m-ibp",
        Method::CrownIbp => "m-crown-ibp",
        Method::Lbp => "m-lbp",
        Method::CrownLbp => "m-crown-lbp",
        Method::RelaxedCrown(_) => "m-relaxed",
        Method::Crown => "m-crown",
    }
}

/// The style class of a status: its colour and its pattern.
pub fn status_class(status: Status) -> &'static str {
    match status {
        Status::LeftDead => "st-left-dead",
        Status::LeftUnstable => "st-left-unstable",
        Status::Unstable => "st-unstable",
        Status::Alive => "st-alive",
        Status::RightUnstable => "st-right-unstable",
        Status::RightDead => "st-right-dead",
        Status::Unknown => "st-unknown",
    }
}

/// Statuses in drawing order, the unknown last.
pub const DRAWN: [Status; 7] = {
    let [first, second, third, fourth, fifth, sixth] = Status::ALL;
    [first, second, third, fourth, fifth, sixth, Status::Unknown]
};
