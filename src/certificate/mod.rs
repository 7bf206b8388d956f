//! Certificates: a claim about a network, with the numbers that its proof rests on, and the checker that needs nothing else.
//!
//! `format` is the file. `prove` makes one out of a proof in the sound arithmetic, `make` tries methods until the
//! checker has accepted one. `tree` is the file of a search, `record` keeps a search's tree, and `grow` makes the file out of it. `question` holds that file against a question. `accept` takes a file of either kind. `check` shares no bounding code with it: it knows the
//! network's graph and the file, and computes with whole numbers (docs/soundness.md).

mod accept;
mod check;
mod format;
mod grow;
mod hex;
mod make;
mod prove;
mod question;
mod record;
mod tree;

pub use accept::{Accepted, Refused, accept};
pub use check::{Answered, Proved, Rejected, check, check_searched};
pub use format::{
    By, Certificate, Claim, FORMAT, Found, LabelClaim, Layer, Leaf, Line, Lines, Model, Norm, Pick, Picks, Region,
    RowsClaim, VERSION, read, write,
};
pub use grow::{Unwritten, Written, written};
pub use hex::Hex;
pub use make::{Claimed, Made, MakeError, make};
pub use prove::{Origin, Proving, prove};
pub use question::{OtherQuestion, same_question};
pub use record::Record;
pub use tree::{
    AskedPart, Condition, Decide, Halve, Refuted, SEARCHED, Searched, Shown, Slopes, Step, read_searched, version,
    write_searched,
};
