//! Proved numbers as decimals that claim no more than was proved.
//!
//! A lower bound or a certified radius goes [`Down`](Toward::Down), an upper bound or an ε that is not certified goes
//! [`Up`](Toward::Up). The decimal printed, read back as an `f64`, lies on that side of the number or is the very number; and a
//! number that is not 0 is never printed as 0.

/// The side to which a decimal may deviate from the number it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// To the smaller numbers: lower bounds, certified radii, certified shares.
    Down,
    /// To the larger numbers: upper bounds, errors, ε that are not certified.
    Up,
}

/// Significant digits where a number is too small for the decimals asked for.
const FEW: usize = 3;

/// `value` with so many decimals; with an exponent (`1.80e-90`) where they would all be 0.
pub fn decimal(value: f64, decimals: usize, toward: Toward) -> String {
    let Some((digits, power)) = digits(value) else { return plain(value, decimals) };
    let away = away(value, toward);
    let kept = power + 1 + decimals as i32;
    if kept <= 0 && !away {
        return significant(value, FEW, toward);
    }
    closest(value, away, |up| {
        let (mut whole, _) = cut(&digits, kept.max(0) as usize, up);
        while whole.len() <= decimals {
            whole.insert(0, '0');
        }
        if decimals > 0 {
            whole.insert(whole.len() - decimals, '.');
        }
        whole
    })
}

/// `value` with so many significant digits, at least 1; with an exponent (`1.80e-90`) where it is below 0.00001 or at least ten
/// million. Whole numbers in between keep all their digits.
pub fn significant(value: f64, digits_kept: usize, toward: Toward) -> String {
    let Some((digits, power)) = digits(value) else { return plain(value, 0) };
    if (-5..7).contains(&power) {
        return decimal(value, (digits_kept as i32 - 1 - power).max(0) as usize, toward);
    }
    closest(value, away(value, toward), |up| {
        let (mut mantissa, longer) = cut(&digits, digits_kept, up);
        let power = power + i32::from(longer);
        mantissa.truncate(digits_kept);
        if digits_kept > 1 {
            mantissa.insert(1, '.');
        }
        format!("{mantissa}e{power}")
    })
}

/// `part` of `whole` in percent with so many decimals, rounded as whole numbers are: no division comes between.
pub fn percent(part: usize, whole: usize, decimals: u32, toward: Toward) -> String {
    let (part, whole, scale) = (part as u128, whole.max(1) as u128, 10_u128.pow(decimals));
    let scaled = 100 * scale * part;
    let count = if toward == Toward::Up { scaled.div_ceil(whole) } else { scaled / whole };
    if decimals == 0 {
        return count.to_string();
    }
    format!("{}.{:0width$}", count / scale, count % scale, width = decimals as usize)
}

/// Whether the size of `value` grows on the way.
fn away(value: f64, toward: Toward) -> bool {
    (toward == Toward::Up) == (value > 0.0)
}

/// What is printed of numbers that have no digits to cut.
fn plain(value: f64, decimals: usize) -> String {
    if value == 0.0 { format!("{:.decimals$}", 0.0) } else { format!("{value}") }
}

/// All significant digits of a number, and the power of ten of the first; `None` for 0, infinities and NaN.
fn digits(value: f64) -> Option<(Vec<u8>, i32)> {
    if value == 0.0 || !value.is_finite() {
        return None;
    }
    // The smallest f64 is a multiple of 2⁻¹⁰⁷⁴, so no digit comes later: this is the number itself.
    let text = format!("{:.1074}", value.abs());
    let point = text.find('.').unwrap_or(text.len());
    let all: Vec<u8> = text.bytes().filter(|&byte| byte != b'.').collect();
    let first = all.iter().position(|&digit| digit != b'0')?;
    let last = all.iter().rposition(|&digit| digit != b'0')?;
    Some((all[first..=last].to_vec(), point as i32 - 1 - first as i32))
}

/// The first `kept` digits as a whole number, one more where `up` and digits are lost; and whether that made it longer.
fn cut(digits: &[u8], kept: usize, up: bool) -> (String, bool) {
    let mut whole: Vec<u8> = digits.iter().copied().chain(std::iter::repeat(b'0')).take(kept).collect();
    let mut carry = up && digits.len() > kept;
    for digit in whole.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == b'9';
        *digit = if carry { b'0' } else { *digit + 1 };
    }
    if carry {
        whole.insert(0, b'1');
    }
    (whole.into_iter().map(char::from).collect(), carry)
}

/// Of the decimals just below and just above a number in size: the one that reads back as that very number, else the one on the
/// side asked for.
fn closest(value: f64, away: bool, text: impl Fn(bool) -> String) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    let (asked, other) = (format!("{sign}{}", text(away)), format!("{sign}{}", text(!away)));
    if asked.parse() != Ok(value) && other.parse() == Ok(value) { other } else { asked }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Numbers of every size: random bits, and the neighbours of powers of ten and two.
    fn numbers() -> Vec<f64> {
        let mut random = Random::new(5);
        let mut numbers = vec![0.1, 0.3, 0.04, 1.8e-90, 5e-324, f64::MAX, f64::MIN_POSITIVE, 0.181_827_54, 1e-9];
        for _ in 0..200 {
            let bits = ((random.signed() * 1e9) as i64 as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            numbers.extend([f64::from_bits(bits), f64::from_bits(bits >> 12), random.signed(), 30.0 * random.signed()]);
        }
        for power in (-320..308).step_by(7).chain(-12..12) {
            let ten: f64 = format!("1e{power}").parse().expect("a number");
            numbers.extend([ten, ten.next_up(), ten.next_down(), 3.0 * ten]);
        }
        let negative: Vec<f64> = numbers.iter().map(|number| -number).collect();
        numbers.into_iter().chain(negative).filter(|number| number.is_finite()).collect()
    }

    #[test]
    fn a_decimal_read_back_claims_no_more_and_is_near() {
        for value in numbers() {
            let finite = value.abs() < 1e308;
            for (digits, share) in [(1, 1.0), (4, 1e-3), (6, 1e-5), (9, 1e-8)] {
                let texts = [Toward::Down, Toward::Up].map(|toward| significant(value, digits, toward));
                let [low, high] = texts.each_ref().map(|text| text.parse::<f64>().expect("a number"));
                assert!(low <= value && value <= high, "{value:e}: {texts:?}");
                let near = |end: f64| (end - value).abs() <= share * value.abs() * 1.000_001;
                assert!(!finite || (near(low) && near(high)), "{value:e}: {texts:?}");
                assert!(value == 0.0 || (low != 0.0 && high != 0.0) || value.abs() < 1e-320, "{value:e}: {texts:?}");
                let texts = [Toward::Down, Toward::Up].map(|toward| decimal(value, digits, toward));
                let [low, high] = texts.each_ref().map(|text| text.parse::<f64>().expect("a number"));
                assert!(low <= value && value <= high, "{value:e}: {texts:?}");
                assert!(
                    value == 0.0 || texts.iter().all(|text| text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)))
                );
            }
        }
    }

    #[test]
    fn decimals_read_as_people_write_them() {
        use Toward::{Down, Up};
        assert_eq!(decimal(0.181_827_54, 6, Down), "0.181827");
        assert_eq!(decimal(0.181_827_54, 6, Up), "0.181828");
        assert_eq!(decimal(-0.5, 4, Down), "-0.5000");
        assert_eq!([decimal(9.999_99, 4, Down), decimal(9.999_99, 4, Up)], ["9.9999", "10.0000"]);
        assert_eq!([decimal(1.8e-90, 6, Down), decimal(1.8e-90, 6, Up)], ["1.80e-90", "0.000001"]);
        assert_eq!([decimal(-1.8e-90, 6, Down), decimal(-1.8e-90, 6, Up)], ["-0.000001", "-1.80e-90"]);
        // What names the very number is printed, whichever way.
        assert_eq!([decimal(0.3, 4, Down), decimal(0.1, 4, Up)], ["0.3000", "0.1000"]);
        assert_eq!(decimal(-0.0, 3, Down), "0.000");
        assert_eq!([decimal(7.0, 0, Up), decimal(7.2, 0, Up), decimal(99.5, 0, Up)], ["7", "8", "100"]);
        assert_eq!([significant(0.001_234_56, 4, Down), significant(0.001_234_56, 4, Up)], ["0.001234", "0.001235"]);
        assert_eq!([significant(9.9999e-9, 3, Down), significant(9.9999e-9, 3, Up)], ["9.99e-9", "1.00e-8"]);
        assert_eq!(significant(-2.5e9, 3, Down), "-2.50e9");
        assert_eq!([f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(|it| decimal(it, 3, Up)), ["NaN", "inf", "-inf"]);
    }

    #[test]
    fn shares_are_rounded_as_whole_numbers() {
        assert_eq!([percent(1, 3, 2, Toward::Down), percent(1, 3, 2, Toward::Up)], ["33.33", "33.34"]);
        assert_eq!([percent(300, 1000, 2, Toward::Up), percent(7, 10, 1, Toward::Down)], ["30.00", "70.0"]);
        assert_eq!([percent(1, 100_000, 2, Toward::Up), percent(0, 9, 2, Toward::Up)], ["0.01", "0.00"]);
        assert_eq!([percent(9, 9, 0, Toward::Down), percent(1, 3, 0, Toward::Up)], ["100", "34"]);
    }
}
