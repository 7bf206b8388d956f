//! What lower bounds of rows say of the clauses they stand in.

use crate::network::{Clause, Row};

/// How far a row is from holding anywhere: above 0 where it is proved to hold nowhere. A bound that is not a number proves nothing.
pub(super) fn gap(row: &Row, least: f64) -> f64 {
    let gap = least - row.limit;
    // The limit itself does not count in a strict row, so that reaching it proves as much.
    if row.strict && least == row.limit && gap == 0.0 {
        f64::MIN_POSITIVE
    } else if least > row.limit {
        // However near: what rounds to 0 is above it.
        gap.max(f64::MIN_POSITIVE)
    } else if gap.is_nan() {
        f64::NEG_INFINITY
    } else {
        gap.min(0.0)
    }
}

/// How far a clause is from holding: its rows hold together only if each does. Without rows it holds everywhere.
pub(super) fn clause_gap(clause: &Clause, least: &[f64]) -> f64 {
    clause.iter().zip(least).map(|(row, &least)| gap(row, least)).fold(f64::NEG_INFINITY, f64::max)
}

/// The clause nearest to holding; above 0 where none holds anywhere. `least` are bounds of all rows of all clauses, in order.
pub(super) fn worst(clauses: &[Clause], least: &[f64]) -> f64 {
    let mut at = 0;
    let mut worst = f64::INFINITY;
    for clause in clauses {
        worst = worst.min(clause_gap(clause, &least[at..at + clause.len()]));
        at += clause.len();
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(limit: f64, strict: bool) -> Row {
        Row { weights: vec![(0, 1.0)], limit, surely: limit, strict }
    }

    #[test]
    fn a_bound_on_the_limit_proves_a_strict_row_alone() {
        assert!(gap(&row(1.0, false), 1.0) <= 0.0 && gap(&row(1.0, true), 1.0) > 0.0);
        assert!(gap(&row(1.0, false), 1.0f64.next_up()) > 0.0);
        assert!(gap(&row(0.0, false), f64::from_bits(1)) > 0.0 && gap(&row(0.0, false), -f64::from_bits(1)) <= 0.0);
        for nothing in [f64::NAN, f64::NEG_INFINITY] {
            assert!(gap(&row(0.0, true), nothing) <= 0.0);
        }
    }

    #[test]
    fn one_row_closes_a_clause_and_every_clause_has_to_be_closed() {
        let both = [vec![row(0.0, false), row(0.0, false)], vec![row(0.0, false)]];
        assert!(worst(&both, &[-1.0, 2.0, 3.0]) > 0.0);
        assert!(worst(&both, &[-1.0, 2.0, 0.0]) <= 0.0 && worst(&both, &[-1.0, -2.0, 3.0]) <= 0.0);
        assert!(worst(&[vec![]], &[]) <= 0.0 && worst(&[], &[]) > 0.0);
    }
}
