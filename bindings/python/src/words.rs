//! Words as values: read whole, or refused with a sentence that says what would do.

use crate::fault::Fault;
use boundscope::bounds::{Bounding, Climb, Method, Norm, Region, Strategy};
use std::{num::NonZeroUsize, str::FromStr, thread};

/// The arithmetic that numbers are computed in.
#[derive(Clone, Copy)]
pub enum Precision {
    F32,
    F64,
    Sound,
}

/// Anything that reads itself.
fn parse<T: FromStr<Err: ToString>>(word: &str) -> Result<T, Fault> {
    word.parse().map_err(|error: T::Err| Fault::Question(error.to_string()))
}

/// An arithmetic.
///
/// # Errors
/// Another word.
pub fn precision(word: &str) -> Result<Precision, Fault> {
    match word {
        "f32" => Ok(Precision::F32),
        "f64" => Ok(Precision::F64),
        "sound" => Ok(Precision::Sound),
        _ => Err(Fault::Question(format!("unknown arithmetic \"{word}\": use one of f32, f64, sound"))),
    }
}

/// How lines are chosen.
///
/// # Errors
/// Another word.
pub fn lines(word: &str) -> Result<Strategy, Fault> {
    parse(word)
}

/// The region around each input.
///
/// # Errors
/// Another word for the norm, an ε or a clip range that makes no region.
pub fn region(epsilon: f64, norm: &str, clip: Option<(f64, f64)>) -> Result<Region, Fault> {
    let region = Region { norm: parse::<Norm>(norm)?, epsilon, clip: clip.map(|(low, high)| [low, high]) };
    region.check()?;
    Ok(region)
}

/// One method, with the steps that α-CROWN takes.
///
/// # Errors
/// Another word, or steps for another method.
pub fn bounding(word: &str, steps: Option<usize>) -> Result<Bounding, Fault> {
    match (parse(word)?, steps) {
        (Bounding::Alpha(_), Some(steps)) if steps <= 100_000 => Ok(Bounding::Alpha(Climb::alpha(steps))),
        (Bounding::Alpha(_), Some(steps)) => {
            Err(Fault::Question(format!("{steps} is no number of steps from 0 to 100000")))
        }
        (Bounding::Plain(_), Some(_)) => {
            Err(Fault::Question("steps is for alpha-crown: name it as the method, or leave steps out".into()))
        }
        (bounding, None) => Ok(bounding),
    }
}

/// Methods that walk once.
///
/// # Errors
/// Another word, or none.
pub fn methods(words: &[String]) -> Result<Vec<Method>, Fault> {
    if words.is_empty() {
        return Err(Fault::Question("no method: name one at least".into()));
    }
    words.iter().map(|word| parse(word)).collect()
}

/// As many threads as were asked for, or the machine's cores.
///
/// # Errors
/// A number that is none of threads.
pub fn threads(asked: Option<usize>) -> Result<usize, Fault> {
    match asked {
        None => Ok(thread::available_parallelism().map_or(1, NonZeroUsize::get)),
        Some(threads @ 1..=1024) => Ok(threads),
        Some(threads) => Err(Fault::Question(format!("{threads} is no number of threads from 1 to 1024"))),
    }
}

/// A number above 0.
///
/// # Errors
/// Any other.
pub fn positive(name: &str, number: f64) -> Result<f64, Fault> {
    if number.is_finite() && number > 0.0 {
        Ok(number)
    } else {
        Err(Fault::Question(format!("{name} is {number}; it must be a finite number above 0")))
    }
}
