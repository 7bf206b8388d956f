//! A file of any format becomes a network here: what was read is told, the network is held against the file's own graph, and it is
//! handed on as a file of the project's own. The command line's `inspect` and the page's reader say the same from this.

mod check;
#[cfg(not(target_arch = "wasm32"))]
mod open;
mod question;
mod report;

pub use check::{CheckError, difference, largest, outputs};
#[cfg(not(target_arch = "wasm32"))]
pub use open::{OpenError, open, read};
#[cfg(feature = "readers")]
pub use question::{AskError, ask};
pub use question::{Unfit, fits};
pub use report::{Layer, Report, Weights, report};
