//! VNN-LIB: questions about networks, versions 1.0 and 2.0 (<https://www.vnnlib.org>).
//!
//! A file declares inputs and outputs and asserts conditions on them: `and` and `or` of linear comparisons. What it asserts describes
//! the *bad* case: the question is whether any input with its outputs satisfies all assertions. What comes out is a
//! [`Query`]: boxes of inputs, each with an unsafe set of outputs.
//!
//! Numbers are read exactly. A box's end that no `f64` is is rounded outward, a limit to either side.

mod decimal;
mod declared;
mod formula;
mod parts;
mod refusal;
mod tree;
mod words;

use super::{FormatError, gunzip, malformed};
use crate::network::Query;
use declared::Declared;
use parts::Gathered;
use refusal::wrong;
use tree::{Reader, Tree, short};
pub use words::{in_words, row_in_words};

/// Largest file, unpacked.
const LIMIT: usize = 64 << 20;
/// Conditions that even a small file may multiply to.
const ROOM: usize = 1 << 12;

/// Reads a question, plain or gzip.
///
/// # Errors
/// The line, what is wrong with it, and what would do; conditions that are not read (on hidden values, on several inputs at once, on
/// products of variables, on several networks) by name.
pub fn read_query(bytes: &[u8]) -> Result<Query, FormatError> {
    let bytes = gunzip(bytes, LIMIT)?;
    if bytes.len() > LIMIT {
        return Err(FormatError::TooLarge { format: "VNN-LIB", limit: LIMIT });
    }
    let text = super::read_text("VNN-LIB", &bytes)?;
    let mut declared = Declared::default();
    let mut gathered = Gathered::new();
    let mut reader = Reader::new(text);
    let mut asserted = false;
    while let Some(list) = reader.next()? {
        let line = list.line();
        let Some((head, arguments)) = list.call() else {
            return Err(wrong(line, format!("{} is no statement; write (assert …)", list.shown())));
        };
        match head {
            "declare-const" | "declare-fun" => declared.single(arguments, line)?,
            "declare-network" => declared.network(arguments, line)?,
            "assert" => {
                let [condition] = arguments else {
                    return Err(wrong(line, format!("assert takes one condition, here are {}", arguments.len())));
                };
                gathered.take(formula::formula(condition, &declared)?);
                asserted = true;
            }
            "vnnlib-version" => version(arguments, line)?,
            // What solvers are told; it asserts nothing.
            "set-logic" | "set-info" | "set-option" | "check-sat" | "get-model" => {}
            other => {
                let why = format!(
                    "({} …) is not known; statements are declare-const, declare-network, vnnlib-version and assert",
                    short(other)
                );
                return Err(wrong(line, why));
            }
        }
    }
    let all = |why: String| malformed("VNN-LIB", why);
    let [inputs, outputs] = declared.counts().map_err(all)?;
    if inputs == 0 || outputs == 0 {
        let missing = if inputs == 0 { "input (X_0)" } else { "output (Y_0)" };
        return Err(all(format!("it declares no {missing}")));
    }
    if !asserted {
        return Err(all("it asserts nothing: without conditions there is no question".into()));
    }
    let parts = gathered.parts(inputs, bytes.len().max(ROOM)).map_err(all)?;
    Ok(Query { inputs, outputs, parts })
}

fn version(arguments: &[Tree<'_>], line: u32) -> Result<(), FormatError> {
    let said = arguments.first().and_then(Tree::word).unwrap_or_default();
    let number = said.trim_start_matches('<').trim_end_matches('>');
    if matches!(number, "1.0" | "2.0") && arguments.len() == 1 {
        return Ok(());
    }
    Err(wrong(line, format!("version \"{}\" is not known; 1.0 and 2.0 are read", short(said))))
}
