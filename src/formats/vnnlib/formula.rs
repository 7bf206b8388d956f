//! Assertions: and/or of comparisons of linear terms, made plain.

use super::{
    decimal::{Decimal, TooLong},
    declared::{Declared, Variable},
    refusal::wrong,
    tree::Tree,
};
use crate::{formats::FormatError, network::Row};

/// A comparison in the form in which it is used.
#[derive(Clone, Debug)]
pub(super) enum Atom {
    /// An input's end.
    End {
        input: usize,
        /// Whether it is the upper one.
        upper: bool,
        /// The greatest `f64` not above the end, and the least not below it.
        around: [f64; 2],
        /// Whether the end itself does not count.
        strict: bool,
    },
    /// A condition on outputs.
    Row(Row),
    /// A comparison of numbers alone.
    Constant(bool),
}

/// An assertion.
#[derive(Clone, Debug)]
pub(super) enum Formula {
    And(Vec<Formula>),
    Or(Vec<Formula>),
    Atom(Atom),
}

/// Σ factor·variable + constant.
struct Term {
    factors: Vec<(Variable, Decimal)>,
    constant: Decimal,
}

fn long(line: u32) -> impl Fn(TooLong) -> FormatError {
    move |_| wrong(line, "a number here has too many digits or too large an exponent to be read exactly")
}

impl Term {
    fn constant(constant: Decimal) -> Self {
        Term { factors: Vec::new(), constant }
    }

    fn times(mut self, by: &Decimal) -> Result<Self, TooLong> {
        for (_, factor) in &mut self.factors {
            *factor = factor.times(by)?;
        }
        self.constant = self.constant.times(by)?;
        Ok(self)
    }

    fn plus(mut self, other: Term) -> Result<Self, TooLong> {
        self.factors.extend(other.factors);
        self.constant = self.constant.plus(&other.constant)?;
        Ok(self)
    }

    /// One factor for each variable, by ascending place, without zeros.
    fn gathered(mut self) -> Result<Self, TooLong> {
        let key = |variable: &Variable| match variable {
            Variable::Input(at) => (0, *at),
            Variable::Output(at) => (1, *at),
        };
        self.factors.sort_by_key(|(variable, _)| key(variable));
        let mut gathered: Vec<(Variable, Decimal)> = Vec::new();
        for (variable, factor) in self.factors {
            match gathered.last_mut() {
                Some((last, sum)) if *last == variable => *sum = sum.plus(&factor)?,
                _ => gathered.push((variable, factor)),
            }
        }
        gathered.retain(|(_, factor)| !factor.is_zero());
        Ok(Term { factors: gathered, constant: self.constant })
    }
}

fn term(tree: &Tree<'_>, declared: &Declared) -> Result<Term, FormatError> {
    let line = tree.line();
    if let Some(word) = tree.word() {
        return match Decimal::parse(word) {
            Some(number) => Ok(Term::constant(number.map_err(long(line))?)),
            None => {
                let variable = declared.variable(word, line)?;
                Ok(Term { factors: vec![(variable, Decimal::one())], constant: Decimal::zero() })
            }
        };
    }
    let Some((operator, arguments)) = tree.call() else {
        return Err(wrong(line, format!("{} is no term; write for instance (+ Y_0 (* 2 Y_1))", tree.shown())));
    };
    if !matches!(operator, "+" | "-" | "*") {
        return Err(wrong(
            line,
            format!("\"{}\" is no operator of terms; known are + - *", super::tree::short(operator)),
        ));
    }
    let minus = Decimal::one().negated();
    let mut sum: Option<Term> = None;
    for argument in arguments {
        let next = term(argument, declared)?;
        sum = Some(match (sum, operator) {
            (None, _) => next,
            (Some(sum), "+") => sum.plus(next).map_err(long(line))?,
            (Some(sum), "-") => sum.plus(next.times(&minus).map_err(long(line))?).map_err(long(line))?,
            (Some(sum), _) => {
                let (a, b) = if next.factors.is_empty() { (sum, next) } else { (next, sum) };
                if !b.factors.is_empty() {
                    return Err(wrong(
                        line,
                        "a product of two variables is not linear; one of them has to be a number",
                    ));
                }
                a.times(&b.constant).map_err(long(line))?
            }
        });
    }
    match sum {
        None => Err(wrong(line, format!("({operator}) has no arguments"))),
        Some(only) if operator == "-" && arguments.len() == 1 => only.times(&minus).map_err(long(line)),
        Some(sum) => Ok(sum),
    }
}

/// Reads an assertion. Lists are nested no deeper than the reader lets them.
pub(super) fn formula(tree: &Tree<'_>, declared: &Declared) -> Result<Formula, FormatError> {
    let line = tree.line();
    let Some((operator, arguments)) = tree.call() else {
        return match tree.word() {
            Some("true") => Ok(Formula::Atom(Atom::Constant(true))),
            Some("false") => Ok(Formula::Atom(Atom::Constant(false))),
            _ => Err(wrong(line, format!("{} is no condition; write for instance (<= Y_0 Y_1)", tree.shown()))),
        };
    };
    match operator {
        "and" | "or" => {
            let parts: Result<Vec<_>, _> = arguments.iter().map(|part| formula(part, declared)).collect();
            let parts = parts?;
            Ok(if operator == "and" { Formula::And(parts) } else { Formula::Or(parts) })
        }
        "<=" | ">=" | "<" | ">" | "==" | "=" => {
            let [left, right] = arguments else {
                let why = format!("({operator} …) compares two terms, here are {}", arguments.len());
                return Err(wrong(line, why));
            };
            let minus = Decimal::one().negated();
            let difference = |a: &Tree<'_>, b: &Tree<'_>| {
                let below = term(b, declared)?.times(&minus).map_err(long(line))?;
                term(a, declared)?.plus(below).and_then(Term::gathered).map_err(long(line))
            };
            let strict = matches!(operator, "<" | ">");
            Ok(match operator {
                "<=" | "<" => Formula::Atom(atom(difference(left, right)?, strict, line)?),
                ">=" | ">" => Formula::Atom(atom(difference(right, left)?, strict, line)?),
                _ => Formula::And(vec![
                    Formula::Atom(atom(difference(left, right)?, false, line)?),
                    Formula::Atom(atom(difference(right, left)?, false, line)?),
                ]),
            })
        }
        other => {
            let why = format!(
                "\"{}\" is not known here; conditions are made of and or <= >= < > ==",
                super::tree::short(other)
            );
            Err(wrong(line, why))
        }
    }
}

/// term ≤ 0, or < 0.
fn atom(term: Term, strict: bool, line: u32) -> Result<Atom, FormatError> {
    let inputs = term.factors.iter().filter(|(variable, _)| matches!(variable, Variable::Input(_))).count();
    if term.factors.is_empty() {
        let zero = term.constant.is_zero();
        return Ok(Atom::Constant(if strict {
            term.constant.is_negative()
        } else {
            zero || term.constant.is_negative()
        }));
    }
    let bound = term.constant.negated();
    if inputs == 0 {
        return row(&term.factors, bound, strict, line).map(Atom::Row);
    }
    let [(Variable::Input(input), factor)] = &term.factors[..] else {
        let why = if inputs < term.factors.len() {
            "a comparison of inputs with outputs is not read: conditions are on inputs alone or on outputs alone"
        } else {
            "a condition on several inputs at once is not read: inputs lie in a box, each between two numbers"
        };
        return Err(wrong(line, why));
    };
    let (upper, end) = match factor.exact() {
        Some(1.0) => (true, bound),
        Some(-1.0) => (false, bound.negated()),
        _ => {
            return Err(wrong(line, "an input is multiplied here; divide, and compare the input itself with a number"));
        }
    };
    Ok(Atom::End { input: *input, upper, around: end.around(), strict })
}

fn row(factors: &[(Variable, Decimal)], bound: Decimal, strict: bool, line: u32) -> Result<Row, FormatError> {
    // Times a power of ten, weights that are no f64 become whole numbers; the condition stays the same.
    let exact = factors.iter().all(|(_, factor)| factor.exact().is_some());
    let least = factors.iter().map(|(_, factor)| factor.exponent()).min().unwrap_or(0);
    let power = if exact { 0 } else { -least };
    let weights: Option<Vec<(usize, f64)>> = factors
        .iter()
        .map(|(variable, factor)| {
            let (Variable::Input(at) | Variable::Output(at)) = variable;
            Some((*at, factor.clone().moved(power).exact().filter(|weight| weight.is_finite())?))
        })
        .collect();
    let Some(weights) = weights else {
        return Err(wrong(line, "the factors here have too many digits to be used exactly; write fewer"));
    };
    let [surely, limit] = bound.moved(power).around();
    if !(surely.is_finite() && limit.is_finite()) {
        return Err(wrong(line, "the number that outputs are compared with is too large"));
    }
    Ok(Row { weights, limit, surely, strict })
}
