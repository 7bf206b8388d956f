//! Clip: values cut to a range. HardTanh is the clip to [−1, 1], ReLU6 that to [0, 6].

use super::operator::{Operator, Role, single};
use super::parts::Parts;
use crate::activation::{self, Activation};

/// min(max(z, low), high).
#[derive(Clone, Debug)]
pub struct Clip {
    /// The least value; −∞ where nothing is cut below.
    pub low: f64,
    /// The greatest value, above `low`; ∞ where nothing is cut above.
    pub high: f64,
}

impl Operator for Clip {
    fn name(&self) -> &'static str {
        "clip"
    }

    fn describe(&self) -> String {
        match (self.low.is_finite(), self.high.is_finite()) {
            (true, true) => format!("clip [{}, {}]", self.low, self.high),
            (true, false) => format!("clip ≥ {}", self.low),
            _ => format!("clip ≤ {}", self.high),
        }
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        let Clip { low, high } = self;
        if low.is_nan() || high.is_nan() || low >= high {
            return Err(format!("low is {low} and high {high}; low must be below high"));
        }
        if low.is_infinite() && high.is_infinite() {
            return Err("has neither low nor high, and would do nothing".into());
        }
        single(inputs).map(<[usize]>::to_vec)
    }

    fn role(&self, _: &[&[usize]]) -> Role {
        Role::Activation(Activation::Clip(activation::Clip { low: self.low, high: self.high }))
    }

    fn parts(&self) -> Parts<'_> {
        Parts::Clip { low: self.low, high: self.high }
    }
}

#[cfg(test)]
mod tests {
    use super::Clip;
    use crate::network::tables::{refused, shapes, value};

    #[test]
    fn values_are_cut_to_a_range_that_has_an_end() {
        let clip = Clip { low: -1.0, high: 1.0 };
        shapes(&clip, &[(&[&[3]], Ok(&[3])), (&[&[1, 3, 2]], Ok(&[1, 3, 2])), (&[], Err("one input"))]);
        assert_eq!(value(&clip, &[(&[4], &[-7.0, -1.0, 0.5, 3.0])]), [-1.0, -1.0, 0.5, 1.0]);
        assert_eq!(value(&Clip { low: 0.0, high: f64::INFINITY }, &[(&[2], &[-7.0, 9.0])]), [0.0, 9.0]);
        assert_eq!(value(&Clip { low: f64::NEG_INFINITY, high: 6.0 }, &[(&[2], &[-7.0, 9.0])]), [-7.0, 6.0]);
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::NAN)] {
            refused(&Clip { low, high }, &["low must be below high"]);
        }
        refused(&Clip { low: f64::NEG_INFINITY, high: f64::INFINITY }, &["neither"]);
    }
}
