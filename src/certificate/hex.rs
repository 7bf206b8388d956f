//! Floating-point numbers as hexadecimal text: every number has one spelling, which is it to the last bit.
//!
//! `0x1.8p+1` is 3. A normal number is `0x1`, a point and up to 13 digits where there are any (the last of them not 0), and a binary
//! exponent with its sign; numbers too small for that begin with `0x0.` and end with `p-1022`; zero is `0x0p+0`. What C, Python and Java
//! read as such text is the same number.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A finite number that JSON holds as hexadecimal text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hex(pub f64);

/// Digits of the fraction.
const DIGITS: usize = 13;

/// The one spelling of a finite number; `None` for the others.
pub fn write(number: f64) -> Option<String> {
    if !number.is_finite() {
        return None;
    }
    let bits = number.to_bits();
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i64, bits & ((1 << 52) - 1));
    if exponent == 0 && fraction == 0 {
        return Some(format!("{sign}0x0p+0"));
    }
    let (lead, exponent) = if exponent == 0 { (0, -1022) } else { (1, exponent - 1023) };
    let digits = format!("{fraction:013x}");
    let digits = digits.trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    Some(format!("{sign}0x{lead}{point}{digits}p{exponent:+}"))
}

/// The number that a text spells; `None` for any other text.
pub fn read(text: &str) -> Option<f64> {
    // The longest is -0x1.0123456789abcp-1022.
    if text.len() > 24 || !text.is_ascii() {
        return None;
    }
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (digits, exponent) = rest.strip_prefix("0x")?.split_once('p')?;
    let (lead, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if fraction.len() > DIGITS || !fraction.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let exponent: i64 = exponent.parse().ok().filter(|exponent| (-1022..=1023).contains(exponent))?;
    let fraction = u64::from_str_radix(&format!("{fraction:0<13}"), 16).ok()?;
    let biased = match lead {
        "1" => (exponent + 1023) as u64,
        "0" => 0,
        _ => return None,
    };
    let number = f64::from_bits(u64::from(negative) << 63 | biased << 52 | fraction);
    // Whatever else was wrong with the text, its number is spelt otherwise.
    (write(number)? == text).then_some(number)
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match write(self.0) {
            Some(text) => to.serialize_str(&text),
            None => Err(serde::ser::Error::custom(format_args!("{} is no finite number", self.0))),
        }
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        let shown = || text.chars().take(40).collect::<String>();
        read(&text).map(Hex).ok_or_else(|| {
            D::Error::custom(format_args!("\"{}\" is no number in hexadecimal as this format writes them", shown()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn every_number_has_one_spelling() {
        for (number, text) in [
            (0.0, "0x0p+0"),
            (-0.0, "-0x0p+0"),
            (3.0, "0x1.8p+1"),
            (0.1, "0x1.999999999999ap-4"),
            (-1.0, "-0x1p+0"),
            (5e-324, "0x0.0000000000001p-1022"),
            (f64::MAX, "0x1.fffffffffffffp+1023"),
            (f64::MIN_POSITIVE, "0x1p-1022"),
        ] {
            assert_eq!(write(number).as_deref(), Some(text));
            assert_eq!(read(text).map(f64::to_bits), Some(number.to_bits()));
        }
        let mut random = Random::new(3);
        for _ in 0..20_000 {
            let number = f64::from_bits(random.next());
            if let Some(text) = write(number) {
                assert_eq!(read(&text).map(f64::to_bits), Some(number.to_bits()), "{text}");
            }
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        let long = format!("0x1.{}p+0", "0".repeat(1 << 16));
        for text in [
            "",
            "0",
            "1",
            "0x1",
            "0x1p0",
            "0x1p+00",
            "0x1.p+0",
            "0x1.80p+1",
            "0x1.8p+01",
            "0X1.8P+1",
            "0x1.ABp+0",
            "+0x1p+0",
            "0x2p+0",
            "0x0.8p+0",
            "0x1p+1024",
            "0x1p-1023",
            "0x0p+1",
            "0x1.00000000000001p+0",
            "nan",
            "inf",
            "-inf",
            "0x1.8p+1 ",
            " 0x1.8p+1",
            "0x1.8p+１",
            "0x1.+8p+1",
            "0x1.8p++1",
            "--0x1p+0",
            &long,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!([write(f64::NAN), write(f64::INFINITY)], [None, None]);
    }
}
