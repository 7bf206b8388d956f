//! Numbers as people read them. Every number on the page passes through here.

use crate::{
    bounds::{Norm, Strategy},
    engine::Arithmetic,
    rounded::{self, Toward},
};

/// A true minus sign, so that columns of signed numbers line up.
const MINUS: char = '−';

/// `value` with `digits` significant digits, without an exponent where that stays short.
pub fn significant(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "not a number".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞".into() } else { "−∞".into() };
    }
    if value == 0.0 {
        return "0".into();
    }
    let power = value.abs().log10().floor() as i32;
    if !(-5..7).contains(&power) {
        let mantissa = value / 10f64.powi(power);
        return minus(format!("{mantissa:.*}×10", digits - 1)) + &superscript(&power.to_string());
    }
    let decimals = (digits as i32 - 1 - power).max(0) as usize;
    minus(format!("{value:.decimals$}"))
}

/// ε with up to four significant digits and no idle zeros.
pub fn epsilon(value: f64) -> String {
    trimmed(significant(value, 4))
}

/// A bracket of ε: the verified end rounded down, the other up, so that no digit claims more than was proved.
pub fn bracket(verified: f64, refuted: f64) -> (String, String) {
    (trimmed(proved(verified, Toward::Down)), trimmed(proved(refuted, Toward::Up)))
}

/// A proved lower bound: four significant digits, rounded down.
pub fn lower(value: f64) -> String {
    proved(value, Toward::Down)
}

/// A proved upper bound: four significant digits, rounded up.
pub fn upper(value: f64) -> String {
    proved(value, Toward::Up)
}

/// A proved lower bound of a margin: rounded down, always signed.
pub fn margin(value: f64) -> String {
    let text = lower(value);
    if value > 0.0 { format!("+{text}") } else { text }
}

/// Four significant digits that claim no more than was proved, as [`significant`] writes numbers.
fn proved(value: f64, toward: Toward) -> String {
    if value == 0.0 || !value.is_finite() {
        return significant(value, 4);
    }
    let text = rounded::significant(value, 4, toward);
    match text.split_once('e') {
        Some((mantissa, power)) => minus(format!("{mantissa}×10")) + &superscript(power),
        None => minus(text),
    }
}

/// A margin seen at a point: four significant digits, always signed.
pub fn signed(value: f64) -> String {
    let text = significant(value, 4);
    if value > 0.0 { format!("+{text}") } else { text }
}

/// A number that is no proof: four significant digits.
pub fn bound(value: f64) -> String {
    significant(value, 4)
}

/// A tick label: as few digits as it takes.
pub fn tick(value: f64) -> String {
    trimmed(significant(value, 3))
}

/// A number that can be read back exactly, for fields, tables and attributes.
pub fn exact(value: f64) -> String {
    format!("{value}")
}

/// A duration.
pub fn milliseconds(value: f64) -> String {
    if value >= 10_000.0 {
        format!("{:.1} s", value / 1000.0)
    } else if value >= 100.0 {
        format!("{value:.0} ms")
    } else {
        format!("{value:.1} ms")
    }
}

/// Seconds with as many digits as they are worth.
pub fn seconds(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

/// A count of things, with thin spaces between thousands.
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && digits.len() > 4 {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// "ℓ∞", "ℓ2", "ℓ1".
pub fn norm(norm: Norm) -> &'static str {
    match norm {
        Norm::Inf => "ℓ∞",
        Norm::Two => "ℓ2",
        Norm::One => "ℓ1",
    }
}

/// How far a number in this arithmetic can be trusted, in two words.
pub fn arithmetic(arithmetic: Arithmetic) -> &'static str {
    match arithmetic {
        Arithmetic::F32 => "f32 preview",
        Arithmetic::F64 => "f64 preview",
        Arithmetic::Sound => "sound arithmetic",
    }
}

/// "tight lines".
pub fn lines(strategy: Strategy) -> String {
    format!("{} lines", strategy.name())
}

/// "ε = 0.08 in ℓ∞, pixels kept in [0, 1]".
pub fn region(value: f64, of: Norm, clip: bool) -> String {
    let clipped = if clip && of == Norm::Inf { ", pixels kept in [0, 1]" } else { "" };
    format!("ε = {} in {}{clipped}", epsilon(value), norm(of))
}

/// Words joined as in "a, b and c".
pub fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn minus(text: String) -> String {
    match text.strip_prefix('-') {
        // "-0.000" is zero.
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_string(),
        Some(rest) => format!("{MINUS}{rest}"),
        None => text,
    }
}

fn trimmed(text: String) -> String {
    if text.contains('.') && !text.contains('×') {
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        text
    }
}

fn superscript(power: &str) -> String {
    power
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '0' => '⁰',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4' => '⁴',
            '5' => '⁵',
            '6' => '⁶',
            '7' => '⁷',
            '8' => '⁸',
            _ => '⁹',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(epsilon(0.08), "0.08");
        assert_eq!(epsilon(0.167_94), "0.1679");
        assert_eq!(bracket(0.167_94, 0.167_97), ("0.1679".into(), "0.168".into()));
        assert_eq!(bracket(0.08, 0.081), ("0.08".into(), "0.081".into()));
        // Four digits of 0.07999999999 would claim the whole of 0.08.
        assert_eq!(bracket(0.079_999_999_99, 0.080_000_000_01), ("0.07999".into(), "0.08001".into()));
        assert_eq!(bracket(1.234_56e-9, 1.234_56e-9), ("1.234×10⁻⁹".into(), "1.235×10⁻⁹".into()));
        assert_eq!([lower(1.000_09), upper(1.000_01), lower(-1.000_01)], ["1.000", "1.001", "−1.001"]);
        assert_eq!([margin(1.8e-90), margin(-1e-9), margin(0.0)], ["+1.800×10⁻⁹⁰", "−1.000×10⁻⁹", "0"]);
        assert_eq!(signed(4.4), "+4.400");
        assert_eq!(signed(-245_860.0), "−245860");
        assert_eq!(signed(0.0), "0");
        assert_eq!(significant(-2.5e9, 3), "−2.50×10⁹");
        assert_eq!(tick(0.5), "0.5");
        assert_eq!(tick(100.0), "100");
        assert_eq!(count(2704), "2704");
        assert_eq!(count(12_704), "12\u{202f}704");
        assert_eq!(bound(f64::NAN), "not a number");
    }

    #[test]
    fn lists_end_in_and() {
        assert_eq!(list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }
}
