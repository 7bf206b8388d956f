//! Which edge of a box to cut.

use super::domain::Domain;

/// Coefficients below this count as this much, so that long edges are cut in the end however flat the bounds are.
const FLAT: f64 = 1e-3;

/// The edge whose halving promises most, by the largest |A|·width over the rows given (docs/verification.md); the widest where no
/// coefficient is a number. `None` where no edge can be cut.
pub(super) fn edge<'a>(domain: &Domain, rows: impl Iterator<Item = &'a [f64]> + Clone) -> Option<usize> {
    let score = |at: usize| {
        let steepest = rows.clone().map(|row| row[at].abs()).fold(FLAT, f64::max);
        let steepest = if steepest.is_finite() { steepest } else { FLAT };
        steepest * (domain.upper[at] - domain.lower[at])
    };
    let edges = (0..domain.lower.len()).filter(|&at| domain.middle(at).is_some());
    edges.map(|at| (score(at), at)).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, at)| at)
}
