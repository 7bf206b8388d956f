//! ε as people write it: in ℓ∞ a share of a pixel's range ("2 %", "5/255", "0.02"), in the other norms a plain number.

use crate::{bounds::Norm, charts::numbers};

/// ε for the sentence and the axis: "2 %" in ℓ∞, "0.5" in the other norms. Never rounded: a proof at 1.9999 % is none at 2 %.
pub fn write(epsilon: f64, norm: Norm) -> String {
    match norm {
        Norm::Inf => format!("{} %", numbers::exact(shifted(epsilon))),
        _ => numbers::exact(epsilon),
    }
}

/// A tick of the axis.
pub fn tick(epsilon: f64, norm: Norm) -> String {
    match norm {
        Norm::Inf => numbers::tick(shifted(epsilon)),
        _ => numbers::tick(epsilon),
    }
}

/// `100·ε` as the decimal that is meant: 0.07 × 100 is 7.000000000000001 in binary.
fn shifted(epsilon: f64) -> f64 {
    let percent = epsilon * 100.0;
    if percent == 0.0 || !percent.is_finite() {
        return percent;
    }
    let power = 10f64.powi(12 - percent.log10().floor() as i32);
    let brief = (percent * power).round() / power;
    if (brief / 100.0 - epsilon).abs() <= 2.0 * f64::EPSILON * epsilon { brief } else { percent }
}

/// What was written, as ε. A bare number of 1 or more means percent in ℓ∞, where ε = 1 is every picture there is.
pub fn read(text: &str, norm: Norm) -> Option<f64> {
    let text = text.trim().replace(',', ".");
    let (number, scale) = if let Some(number) = text.strip_suffix('%') {
        (number, 0.01)
    } else if let Some(number) = text.strip_suffix("/255") {
        (number, 1.0 / 255.0)
    } else {
        (text.as_str(), 1.0)
    };
    let value: f64 = number.trim().parse().ok()?;
    let bare = scale == 1.0 && norm == Norm::Inf && value >= 1.0;
    let epsilon = if bare { value / 100.0 } else { value * scale };
    // Percents are decimals: 7 % is 0.07, not the product nearest to it.
    let epsilon = if scale == 0.01 || bare { (epsilon * 1e15).round() / 1e15 } else { epsilon };
    (epsilon.is_finite() && epsilon >= 0.0).then_some(epsilon)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epsilon_is_read_in_the_three_ways_it_is_written() {
        for (text, wanted) in [
            ("2 %", 0.02),
            ("2%", 0.02),
            ("7 %", 0.07),
            ("0,5 %", 0.005),
            ("8/255", 8.0 / 255.0),
            ("0.02", 0.02),
            ("3", 0.03),
        ] {
            let found = read(text, Norm::Inf).unwrap();
            assert!((found - wanted).abs() < 1e-15, "{text}: {found}");
        }
        assert_eq!(read("7%", Norm::Inf), Some(0.07));
        assert_eq!(read("3", Norm::Two), Some(3.0));
        for text in ["", "%", "a", "-1", "inf", "NaN", "1/2"] {
            assert_eq!(read(text, Norm::Inf), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_what_was_asked() {
        assert_eq!(write(0.02, Norm::Inf), "2 %");
        assert_eq!(write(0.07, Norm::Inf), "7 %");
        assert_eq!(write(0.019_999_9, Norm::Inf), "1.99999 %");
        assert_eq!(write(0.5, Norm::Two), "0.5");
        for step in 1..2000 {
            let epsilon = f64::from(step) / 4000.0;
            assert_eq!(read(&write(epsilon, Norm::Inf), Norm::Inf), Some(epsilon));
        }
    }
}
