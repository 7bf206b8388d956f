//! What a query declares: the inputs and outputs that it speaks of, in either version of the language.

use super::{
    refusal::wrong,
    tree::{Tree, short},
};
use crate::formats::{FormatError, limits::count};
use std::collections::HashSet;

/// Most numbers that a declaration may speak of.
const LARGEST: usize = 1 << 26;

/// A number of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    Input(usize),
    Output(usize),
}

/// A tensor of version 2.
#[derive(Debug)]
struct Tensor {
    name: String,
    shape: Vec<usize>,
}

/// All declarations.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// Version 1: single numbers.
    inputs: HashSet<usize>,
    outputs: HashSet<usize>,
    /// Version 2: one network with a tensor each.
    network: Option<[Tensor; 2]>,
}

/// The place of a number declared by version 1's convention.
fn place(word: &str, letter: char) -> Option<usize> {
    let digits = word.strip_prefix(letter)?.strip_prefix('_')?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (plain && (digits == "0" || !digits.starts_with('0'))).then(|| digits.parse().ok()).flatten()
}

impl Declared {
    /// `(declare-const X_0 Real)` and `(declare-fun X_0 () Real)`.
    pub(super) fn single(&mut self, arguments: &[Tree<'_>], line: u32) -> Result<(), FormatError> {
        let (name, kind) = match arguments {
            [name, kind] => (name, kind),
            [name, Tree::List(none, _), kind] if none.is_empty() => (name, kind),
            _ => return Err(wrong(line, "a declaration has a name and a type, for instance (declare-const X_0 Real)")),
        };
        let Some(word) = name.word() else { return Err(wrong(line, format!("{} is no name", name.shown()))) };
        if kind.word() != Some("Real") {
            return Err(wrong(line, format!("{} has the type {}; only Real is read", short(word), kind.shown())));
        }
        if self.network.is_some() {
            return Err(wrong(
                line,
                "this file declares a network, as version 2 does; it may not declare single numbers too",
            ));
        }
        let (kept, at) = match (place(word, 'X'), place(word, 'Y')) {
            (Some(at), _) => (&mut self.inputs, at),
            (_, Some(at)) => (&mut self.outputs, at),
            _ => {
                let why = format!("{} is neither an input X_i nor an output Y_j", name.shown());
                return Err(wrong(line, why));
            }
        };
        if at >= LARGEST {
            return Err(wrong(line, format!("{} is beyond the {LARGEST} numbers that are read", short(word))));
        }
        if kept.insert(at) { Ok(()) } else { Err(wrong(line, format!("{} is declared twice", short(word)))) }
    }

    /// `(declare-network f (declare-input X float32 [1,2]) (declare-output Y float32 [3]))`.
    pub(super) fn network(&mut self, arguments: &[Tree<'_>], line: u32) -> Result<(), FormatError> {
        let [name, parts @ ..] = arguments else { return Err(wrong(line, "a network needs a name")) };
        if self.network.is_some() {
            let why = format!("{} is a second network; Boundscope reads questions about one", name.shown());
            return Err(wrong(line, why));
        }
        if !(self.inputs.is_empty() && self.outputs.is_empty()) {
            return Err(wrong(
                line,
                "this file declares single numbers, as version 1 does; it may not declare a network too",
            ));
        }
        let (mut input, mut output) = (None, None);
        for part in parts {
            let (kind, words) = match part.call() {
                Some((kind, words)) => (kind, words),
                None => return Err(wrong(part.line(), format!("{} is no declaration", part.shown()))),
            };
            let side = match kind {
                "declare-input" => &mut input,
                "declare-output" => &mut output,
                "declare-hidden" => {
                    let name = words.first().and_then(Tree::word).unwrap_or_default();
                    let why = format!(
                        "the hidden value {} is inside of the network: only inputs and outputs are read",
                        short(name)
                    );
                    return Err(wrong(part.line(), why));
                }
                other => {
                    let why = format!(
                        "({} …) is not read; a network has one declare-input and one declare-output",
                        short(other)
                    );
                    return Err(wrong(part.line(), why));
                }
            };
            if side.is_some() {
                let why = format!("a second {kind}; networks with one input and one output are read");
                return Err(wrong(part.line(), why));
            }
            *side = Some(tensor(words, part.line())?);
        }
        match (input, output) {
            (Some(input), Some(output)) if input.name != output.name => self.network = Some([input, output]),
            (Some(_), Some(_)) => return Err(wrong(line, "the input and the output have the same name")),
            _ => return Err(wrong(line, "a network has one declare-input and one declare-output")),
        }
        Ok(())
    }

    /// How many inputs and outputs are declared.
    pub(super) fn counts(&self) -> Result<[usize; 2], String> {
        if let Some([input, output]) = &self.network {
            return Ok([input.shape.iter().product(), output.shape.iter().product()]);
        }
        let count = |declared: &HashSet<usize>, letter: char| {
            let most = declared.iter().max().map_or(0, |most| most + 1);
            if most == declared.len() {
                return Ok(most);
            }
            let missing = (0..most).find(|at| !declared.contains(at)).unwrap_or(0);
            Err(format!("{letter}_{missing} is not declared, and {letter}_{} is", most - 1))
        };
        Ok([count(&self.inputs, 'X')?, count(&self.outputs, 'Y')?])
    }

    /// What a word names.
    pub(super) fn variable(&self, word: &str, line: u32) -> Result<Variable, FormatError> {
        let unknown = || Err(wrong(line, format!("\"{}\" is neither a number nor declared before", short(word))));
        let Some(both) = &self.network else {
            return match (place(word, 'X'), place(word, 'Y')) {
                (Some(at), _) if self.inputs.contains(&at) => Ok(Variable::Input(at)),
                (_, Some(at)) if self.outputs.contains(&at) => Ok(Variable::Output(at)),
                _ => unknown(),
            };
        };
        let (name, index) = match word.split_once('[') {
            Some((name, index)) => (name.trim_end(), Some(index)),
            None => (word, None),
        };
        let Some(side) = both.iter().position(|tensor| tensor.name == name) else { return unknown() };
        let shape = &both[side].shape;
        let at = match index {
            None if shape.iter().product::<usize>() == 1 => Some(0),
            None => None,
            Some(index) => flat(index, shape),
        };
        match at {
            Some(at) if side == 0 => Ok(Variable::Input(at)),
            Some(at) => Ok(Variable::Output(at)),
            None => {
                let why = format!("\"{}\" names no element of {name}, whose shape is {shape:?}", short(word));
                Err(wrong(line, why))
            }
        }
    }
}

/// `NAME TYPE [1,2]`, and what an ONNX file calls it.
fn tensor(words: &[Tree<'_>], line: u32) -> Result<Tensor, FormatError> {
    const TYPES: [&str; 6] = ["real", "Real", "float16", "float32", "float64", "bfloat16"];
    let (Some(name), Some(kind), Some(shape)) =
        (words.first().and_then(Tree::word), words.get(1).and_then(Tree::word), words.get(2).and_then(Tree::word))
    else {
        return Err(wrong(line, "a tensor has a name, a type and a shape, for instance X float32 [1,5]"));
    };
    if !TYPES.contains(&kind) {
        return Err(wrong(line, format!("the type \"{}\" is not read; known are {}", short(kind), TYPES.join(", "))));
    }
    // A name in the ONNX file may follow; networks with one input and one output need none.
    if words.len() > 4 || words.get(3).is_some_and(|name| name.word().is_none_or(|name| !name.starts_with('"'))) {
        return Err(wrong(line, format!("more than a name, a type and a shape is said of {}", short(name))));
    }
    let sizes = shape.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let sizes: Option<Vec<usize>> = sizes.and_then(|sizes| {
        if sizes.trim().is_empty() {
            return Some(Vec::new());
        }
        sizes.split(',').map(|size| size.trim().parse().ok().filter(|&size| size > 0)).collect()
    });
    let fits = |shape: &Vec<usize>| count(shape).is_some_and(|count| count <= LARGEST);
    match sizes.filter(fits) {
        Some(shape) => Ok(Tensor { name: name.to_owned(), shape }),
        None => Err(wrong(line, format!("\"{}\" is no shape of at most {LARGEST} numbers", short(shape)))),
    }
}

/// `1,2]` as the place in a tensor's flat order.
fn flat(index: &str, shape: &[usize]) -> Option<usize> {
    let mut sizes = shape.iter();
    let mut at = 0;
    for part in index.strip_suffix(']')?.split(',') {
        let size = *sizes.next()?;
        let part: usize = part.trim().parse().ok().filter(|&part| part < size)?;
        at = at * size + part;
    }
    sizes.next().is_none().then_some(at)
}
