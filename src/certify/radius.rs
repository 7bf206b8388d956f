//! The certified radius of one image by one method, by bisection (docs/methods.md §1).

use crate::bounds::BoundsError;

/// How far and how finely to search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Search {
    /// The largest ε tried, above 0.
    pub largest: f64,
    /// Stop when the bracket is narrower than this share of its upper end.
    pub tolerance: f64,
}

impl Default for Search {
    fn default() -> Self {
        Search { largest: 1.0, tolerance: 1e-4 }
    }
}

/// What a search found. The true largest ε of the method need not lie between the two ends: a method's verdicts are
/// not monotone in ε to the last digit. `verified` was itself verified, that is all it says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bracket {
    /// The largest ε that was itself verified; `None` when not even ε = 0 was.
    pub verified: Option<f64>,
    /// The smallest ε above it that was tried and not verified; `None` when the largest ε tried was verified.
    pub refuted: Option<f64>,
}

/// Steps by which the upper end comes down at most before bisection starts: a factor of 4 each.
const DESCENTS: usize = 12;

/// Brackets the largest ε for which `verified` says yes. ε = 0 is asked first, then the largest, then quarters of it
/// until one is verified, then halves of what is left between.
///
/// # Errors
/// Whatever `verified` returns as an error, and a `largest` or `tolerance` that is not above 0.
pub async fn bracket(
    search: Search,
    mut verified: impl AsyncFnMut(f64) -> Result<bool, BoundsError>,
) -> Result<Bracket, BoundsError> {
    for bad in [search.largest, search.tolerance] {
        if !bad.is_finite() || bad <= 0.0 {
            return Err(BoundsError::Epsilon(bad));
        }
    }
    if !verified(0.0).await? {
        return Ok(Bracket { verified: None, refuted: Some(0.0) });
    }
    if verified(search.largest).await? {
        return Ok(Bracket { verified: Some(search.largest), refuted: None });
    }
    let (mut low, mut high) = (0.0, search.largest);
    for _ in 0..DESCENTS {
        let next = high / 4.0;
        if verified(next).await? {
            low = next;
            break;
        }
        high = next;
    }
    // Where not even the last quarter was verified, [0, high] is as good as it gets.
    while low > 0.0 && high - low > search.tolerance * high {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if verified(middle).await? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(Bracket { verified: Some(low), refuted: Some(high) })
}

/// Lowers the verified end of a bracket found in a fast arithmetic until a slower one proves it: at first not at all,
/// then by a millionth, four millionths, and so on. `None` if nothing near it is proved.
///
/// # Errors
/// Whatever `proved` returns as an error.
pub async fn prove(
    verified: f64,
    mut proved: impl AsyncFnMut(f64) -> Result<bool, BoundsError>,
) -> Result<Option<f64>, BoundsError> {
    let steps = std::iter::once(0.0).chain((0..9).map(|step| 1e-6 * f64::from(1 << (2 * step))));
    for step in steps {
        let epsilon = verified * (1.0 - step);
        if proved(epsilon).await? {
            return Ok(Some(epsilon));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(largest: f64, limit: f64) -> (Bracket, usize) {
        let mut asked = 0;
        let found = pollster::block_on(bracket(Search { largest, tolerance: 1e-4 }, async |epsilon| {
            asked += 1;
            Ok(epsilon <= limit)
        }));
        (found.expect("the question is valid"), asked)
    }

    #[test]
    fn the_bracket_holds_the_limit_and_is_narrow() {
        for limit in [0.9, 0.1679, 0.01, 1e-5] {
            let (found, asked) = search(1.0, limit);
            let (low, high) = (found.verified.expect("0 is verified"), found.refuted.expect("1 is not"));
            assert!(low <= limit && limit < high && high - low <= 1.1e-4 * high, "{limit}: {low} {high}");
            assert!(asked < 40, "{asked} questions for {limit}");
        }
    }

    #[test]
    fn ends_are_told_apart() {
        assert_eq!(search(1.0, -1.0).0, Bracket { verified: None, refuted: Some(0.0) });
        assert_eq!(search(1.0, 2.0).0, Bracket { verified: Some(1.0), refuted: None });
        assert_eq!(search(1.0, 0.0).0.verified, Some(0.0));
    }

    #[test]
    fn a_proof_comes_down_to_what_the_slower_arithmetic_proves() {
        let prove_below = |limit: f64| pollster::block_on(prove(0.5, async |epsilon| Ok(epsilon <= limit)));
        assert_eq!(prove_below(0.6), Ok(Some(0.5)));
        let near = prove_below(0.49999).expect("no error").expect("proved a little lower");
        assert!(near <= 0.49999 && near > 0.4999, "{near}");
        assert_eq!(prove_below(0.1), Ok(None));
    }

    #[test]
    fn a_search_that_cannot_be_made_is_an_error() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let search = Search { largest: bad, tolerance: 1e-4 };
            assert!(pollster::block_on(bracket(search, async |_| Ok(true))).is_err());
        }
    }
}
