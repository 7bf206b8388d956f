//! Which edge of a box to cut.

use super::domain::Domain;

/// Coefficients count as at least this share of the largest one: a bound that is flat along an edge says little of the network there, and the
/// looser the bound, the less. Measured on acasxu (docs/performance.md): with a fixed floor of 10⁻³ two of property 1's networks took more than 100 000 domains, with a
/// share of 0.1 to 0.3 fewer than 1000.
const FLAT: f64 = 0.2;

/// The edge whose halving promises most, by the largest |A|·width over the rows given (docs/verification.md); the widest where no
/// coefficient is a number or all are 0. `None` where no edge can be cut.
pub(super) fn edge<'a>(domain: &Domain, rows: impl Iterator<Item = &'a [f64]> + Clone) -> Option<usize> {
    let steepest = rows.clone().flatten().map(|a| a.abs()).fold(0.0, f64::max);
    let known = steepest.is_finite() && steepest > 0.0;
    let score = |at: usize| {
        let own = rows.clone().map(|row| row[at].abs()).fold(FLAT * steepest, f64::max);
        (if known { own } else { 1.0 }) * (domain.upper[at] - domain.lower[at])
    };
    let edges = (0..domain.lower.len()).filter(|&at| domain.middle(at).is_some());
    edges.map(|at| (score(at), at)).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, at)| at)
}
