//! What is asked of a network: whether an input of some boxes has outputs in an unsafe set.

/// A condition on the outputs, Σ weight·output ≤ limit.
///
/// The weights are exact. A limit that no `f64` is lies between two: whoever proves that the condition never holds uses the larger
/// one, [`limit`](Row::limit), whoever claims that it holds somewhere the smaller one, [`surely`](Row::surely).
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Outputs by index, each with its weight, which is not 0; by ascending index. None at all for a condition on nothing.
    pub weights: Vec<(usize, f64)>,
    /// At least the limit.
    pub limit: f64,
    /// At most the limit.
    pub surely: f64,
    /// Whether the limit itself does not count: Σ weight·output < limit.
    pub strict: bool,
}

impl Row {
    /// Σ weight·output − limit for outputs in f64, against the stricter limit: the condition holds where it is not above 0, below 0 if
    /// it is strict. Rounded as f64 sums are.
    pub fn excess(&self, outputs: &[f64]) -> f64 {
        let sum: f64 = self.weights.iter().map(|&(output, weight)| weight * outputs[output]).sum();
        sum - self.surely
    }

    /// Whether the condition holds for these outputs.
    pub fn holds(&self, outputs: &[f64]) -> bool {
        let excess = self.excess(outputs);
        if self.strict { excess < 0.0 } else { excess <= 0.0 }
    }

    /// The weights of all outputs, zeros included.
    pub fn dense(&self, outputs: usize) -> Vec<f64> {
        let mut dense = vec![0.0; outputs];
        self.weights.iter().for_each(|&(output, weight)| dense[output] = weight);
        dense
    }

    /// Whether the row compares two outputs with each other alone, so that any increasing function of all outputs leaves it as it is.
    pub fn compares(&self) -> bool {
        let [(_, first), (_, second)] = self.weights[..] else { return false };
        first == -second && self.limit == 0.0 && self.surely == 0.0
    }
}

/// Conditions that hold together: one way of being unsafe. Without any, every output is.
pub type Clause = Vec<Row>;

/// A box of inputs with the unsafe outputs that are asked about there.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Lower ends of the inputs, not above the exact ones.
    pub lower: Vec<f64>,
    /// Upper ends, not below the exact ones.
    pub upper: Vec<f64>,
    /// The least and the greatest `f32` of each input within the exact ends; the first above the second where there is none.
    pub points: [Vec<f32>; 2],
    /// The unsafe set: outputs that satisfy one of these.
    pub clauses: Vec<Clause>,
}

/// A question: is there an input in one of the parts with outputs in its unsafe set?
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// How many inputs the network has to take.
    pub inputs: usize,
    /// How many outputs it has to give.
    pub outputs: usize,
    /// Boxes with their unsafe sets; none where no input is asked about.
    pub parts: Vec<Part>,
}

impl Part {
    /// Whether every input has an `f32` within its ends.
    pub fn has_points(&self) -> bool {
        self.points[0].iter().zip(&self.points[1]).all(|(low, high)| low <= high)
    }

    /// Whether a point lies within the exact box.
    pub fn contains(&self, point: &[f32]) -> bool {
        let ends = self.points[0].iter().zip(&self.points[1]);
        point.len() == self.lower.len() && point.iter().zip(ends).all(|(x, (low, high))| low <= x && x <= high)
    }

    /// Whether outputs satisfy a clause.
    pub fn is_unsafe(&self, outputs: &[f64]) -> bool {
        self.clauses.iter().any(|clause| clause.iter().all(|row| row.holds(outputs)))
    }
}

/// The least `f32` that is not below a number; infinite where there is none.
pub fn f32_above(x: f64) -> f32 {
    let near = x as f32;
    if f64::from(near) < x { near.next_up() } else { near }
}

/// The greatest `f32` that is not above a number; infinite where there is none.
pub fn f32_below(x: f64) -> f32 {
    let near = x as f32;
    if f64::from(near) > x { near.next_down() } else { near }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f32_neighbours_lie_on_their_side() {
        for x in [0.1, -0.1, 0.5, 1e-50, -1e-50, 1e39, -1e39, 0.0, 3.991_125_645_861_615] {
            assert!(f64::from(f32_above(x)) >= x && f64::from(f32_below(x)) <= x, "{x}");
            let exact = f64::from(x as f32) == x;
            assert_eq!(f32_above(x) == f32_below(x), exact, "{x}");
        }
    }

    #[test]
    fn a_row_holds_on_its_limit_unless_it_is_strict() {
        let row = |strict| Row { weights: vec![(0, 1.0), (2, -1.0)], limit: 0.0, surely: 0.0, strict };
        assert!(row(false).holds(&[1.0, 9.0, 1.0]) && !row(true).holds(&[1.0, 9.0, 1.0]));
        assert!(row(true).holds(&[1.0, 9.0, 1.5]) && !row(false).holds(&[1.0, 9.0, 0.5]));
        assert!(!row(false).holds(&[f64::NAN, 0.0, 0.0]) && row(false).compares());
    }
}
