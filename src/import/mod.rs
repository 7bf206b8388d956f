//! A file of any format becomes a network here: what was read is told, the network is held against the file's own graph, and it is
//! handed on as a file of the project's own. The command line's `inspect` and the page's reader say the same from this.

mod check;
mod question;
mod report;

pub use check::{CheckError, difference, largest, outputs};
pub use question::{Unfit, fits};
pub use report::{Layer, Report, Weights, report};
