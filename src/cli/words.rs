//! Words of the command line as values: read whole, or refused with a sentence that says what would do.

use crate::{
    bounds::{Bounding, Climb, Method},
    train::Motion,
};

/// Anything that reads itself.
pub(super) fn parse<T: std::str::FromStr<Err: ToString>>(word: &str) -> Result<T, String> {
    word.parse().map_err(|error: T::Err| error.to_string())
}

/// A number, neither infinite nor NaN.
pub(super) fn number(word: &str) -> Result<f64, String> {
    let number = word.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("\"{word}\" is no finite number"))
}

/// A number above 0.
pub(super) fn positive(word: &str) -> Result<f64, String> {
    number(word)?;
    number(word).ok().filter(|number| *number > 0.0).ok_or_else(|| format!("{word} is not above 0"))
}

/// Exactly two numbers, separated by a comma.
fn pair(word: &str) -> Option<[f64; 2]> {
    let (first, second) = word.split_once(',')?;
    Some([number(first).ok()?, number(second).ok()?])
}

/// LOW,HIGH.
pub(super) fn clip(word: &str) -> Result<[f64; 2], String> {
    pair(word).ok_or_else(|| format!("\"{word}\" is not LOW,HIGH, for instance 0,1"))
}

/// FROM,TO of κ.
pub(super) fn kappa(word: &str) -> Result<[f64; 2], String> {
    pair(word)
        .filter(|ends| ends.iter().all(|end| (0.0..=1.0).contains(end)))
        .ok_or_else(|| format!("\"{word}\" is not FROM,TO with both in [0, 1], for instance 1,0.5"))
}

/// How ε rises.
pub(super) fn ramp(word: &str) -> Result<Motion, String> {
    match word {
        "linear" => Ok(Motion::Linear),
        "smooth" => Ok(Motion::Smooth),
        _ => Err(format!("unknown ramp \"{word}\"; the choices are linear, smooth")),
    }
}

/// A comma-separated list of methods.
pub(super) fn methods(list: &str) -> Result<Vec<Method>, String> {
    list.split(',').map(|word| parse(word.trim())).collect()
}

/// The same with α-CROWN among them, its steps as asked for.
pub(super) fn boundings(list: &str, steps: Option<usize>) -> Result<Vec<Bounding>, String> {
    let mut all: Vec<Bounding> = list.split(',').map(|word| parse(word.trim())).collect::<Result<_, _>>()?;
    let Some(steps) = steps else { return Ok(all) };
    let mut found = false;
    for bounding in &mut all {
        if let Bounding::Alpha(climb) = bounding {
            (*climb, found) = (Climb::alpha(steps), true);
        }
    }
    if found {
        Ok(all)
    } else {
        Err("--steps is for alpha-crown: name it among the methods, or leave --steps out".into())
    }
}

/// A number of steps of a search, up to 100000.
pub(super) fn steps(word: &str) -> Result<usize, String> {
    let steps = word.parse().ok().filter(|steps| *steps <= 100_000);
    steps.ok_or_else(|| format!("\"{word}\" is no number of steps from 0 to 100000"))
}

/// One of several shares, as I/N.
pub(super) fn shard(word: &str) -> Result<[usize; 2], String> {
    let pair = word.split_once('/').and_then(|(share, shares)| Some([share.parse().ok()?, shares.parse().ok()?]));
    pair.filter(|[share, shares]| (1..=*shares).contains(share))
        .ok_or_else(|| format!("\"{word}\" is not I/N with I from 1 to N, for instance 2/8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_count_from_one() {
        assert_eq!((shard("1/1"), shard("3/8")), (Ok([1, 1]), Ok([3, 8])));
        for bad in ["", "1", "/", "0/3", "4/3", "1/0", "-1/3", "1/3/5", "a/3", "1 / 3"] {
            assert!(shard(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn pairs_are_read_whole_or_refused() {
        assert_eq!((clip("0,1"), clip("-1, +1e-3")), (Ok([0.0, 1.0]), Ok([-1.0, 1e-3])));
        for bad in
            ["", "0", "0,", ",1", "0,1,", "0,1,x", "0,1,2", "0;1", "0 1", "x,0,1", "0,nan", "-inf,inf", "0,1e999"]
        {
            assert!(clip(bad).is_err(), "{bad}");
        }
        assert_eq!(kappa("1,0.5"), Ok([1.0, 0.5]));
        for bad in ["1,0.5,x", "1,2", "-1,0", "1", "1,nan"] {
            assert!(kappa(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_and_lists_are_read_whole_or_refused() {
        assert_eq!((number(" -1e-3 "), positive("+2")), (Ok(-1e-3), Ok(2.0)));
        for bad in ["", "nan", "inf", "1e999", "0.1x", "0,1", "1 2", "--1"] {
            assert!(number(bad).is_err() && positive(bad).is_err(), "{bad}");
        }
        assert!(positive("0").is_err() && positive("-1").is_err());
        assert_eq!(methods("ibp, relaxed-crown:2").map(|all| all.len()), Ok(2));
        for bad in ["", "ibp,", "ibp,,crown", "ibp crown", "ibp,x", "relaxed-crown:", "relaxed-crown:1x"] {
            assert!(methods(bad).is_err() && boundings(bad, None).is_err(), "{bad}");
        }
        assert_eq!(
            boundings("ibp,alpha-crown", Some(7)),
            Ok(vec![Method::Ibp.into(), Bounding::Alpha(Climb::alpha(7))])
        );
        assert!(boundings("ibp", Some(7)).is_err() && methods("alpha-crown").is_err());
        assert!(steps("0").is_ok() && ["", "-1", "1.5", "100001", "x"].into_iter().all(|bad| steps(bad).is_err()));
    }
}
