//! The ends of classifiers whose format has no graph of its own: what follows from the logits.

use super::{FormatError, reading::Own};

/// What stands behind the logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Shares that sum to 1.
    Softmax,
    /// Their logarithms.
    LogSoftmax,
    /// Each by itself between 0 and 1.
    Sigmoid,
}

impl End {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            End::Softmax => "Softmax",
            End::LogSoftmax => "LogSoftmax",
            End::Sigmoid => "Sigmoid",
        }
    }
}

impl Own for End {
    fn outputs(&self, _: &[f64]) -> Option<Result<Vec<f64>, FormatError>> {
        None
    }

    fn finish(&self, logits: &[f64]) -> Result<Vec<f64>, FormatError> {
        let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = logits.iter().map(|logit| (logit - most).exp()).sum();
        let end = |&logit: &f64| match self {
            End::Softmax => (logit - most).exp() / sum,
            End::LogSoftmax => logit - most - sum.ln(),
            // The form that does not overflow.
            End::Sigmoid if logit >= 0.0 => 1.0 / (1.0 + (-logit).exp()),
            End::Sigmoid => logit.exp() / (1.0 + logit.exp()),
        };
        Ok(logits.iter().map(end).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_what_they_are_called_and_do_not_overflow() {
        let of = |end: End, logits: &[f64]| end.finish(logits).expect("any logits");
        for logits in [[0.0, 1.0, -2.0], [1e3, 0.0, -1e3]] {
            let shares = of(End::Softmax, &logits);
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            for (share, log) in shares.iter().zip(of(End::LogSoftmax, &logits)) {
                assert!((share.ln() - log).abs() < 1e-9 || (*share == 0.0 && log <= -700.0), "{share} {log}");
            }
        }
        assert_eq!(of(End::Sigmoid, &[0.0, 1e4, -1e4]), [0.5, 1.0, 0.0]);
    }
}
