//! Decimal numbers as they are written, exactly: ± digits · 10^exponent.

use std::cmp::Ordering;

/// Most digits of a number, written or computed.
const DIGITS: usize = 1200;

/// A decimal number. The limbs are base 2³², the least first, without zeros at the end.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decimal {
    negative: bool,
    limbs: Vec<u32>,
    exponent: i32,
}

/// A number that is too long to compute with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

fn times(limbs: &mut Vec<u32>, factor: u32, plus: u32) {
    let mut carry = u64::from(plus);
    for limb in limbs.iter_mut() {
        let product = u64::from(*limb) * u64::from(factor) + carry;
        *limb = product as u32;
        carry = product >> 32;
    }
    if carry > 0 {
        limbs.push(carry as u32);
    }
}

fn times_ten(limbs: &mut Vec<u32>, mut power: u32) {
    while power > 0 {
        let step = power.min(9);
        times(limbs, 10u32.pow(step), 0);
        power -= step;
    }
}

fn shifted(limbs: &[u32], bits: u32) -> Vec<u32> {
    if limbs.is_empty() {
        return Vec::new();
    }
    let mut out = vec![0; (bits / 32) as usize];
    out.extend_from_slice(limbs);
    let rest = bits % 32;
    if rest > 0 {
        times(&mut out, 1 << rest, 0);
    }
    out
}

fn compare(a: &[u32], b: &[u32]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

fn plus(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut carry = 0;
    let mut out: Vec<u32> = (0..a.len().max(b.len()))
        .map(|at| {
            let sum = u64::from(a.get(at).copied().unwrap_or(0)) + u64::from(b.get(at).copied().unwrap_or(0)) + carry;
            carry = sum >> 32;
            sum as u32
        })
        .collect();
    if carry > 0 {
        out.push(carry as u32);
    }
    out
}

/// a − b, for a ≥ b.
fn minus(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut borrow = 0;
    let mut out: Vec<u32> = (0..a.len())
        .map(|at| {
            let left = i64::from(a[at]) - i64::from(b.get(at).copied().unwrap_or(0)) - borrow;
            borrow = i64::from(left < 0);
            left as u32
        })
        .collect();
    while out.last() == Some(&0) {
        out.pop();
    }
    out
}

impl Decimal {
    /// 0.
    pub(super) fn zero() -> Self {
        Decimal { negative: false, limbs: Vec::new(), exponent: 0 }
    }

    /// 1.
    pub(super) fn one() -> Self {
        Decimal { negative: false, limbs: vec![1], exponent: 0 }
    }

    /// Reads `-12.5e-3` and the like; `None` where it is no number.
    pub(super) fn parse(text: &str) -> Option<Result<Self, TooLong>> {
        let (negative, rest) = match text.as_bytes() {
            [b'-', ..] => (true, &text[1..]),
            [b'+', ..] => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, power) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], Some(&rest[at + 1..])),
            None => (rest, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) {
            return None;
        }
        let mut exponent = 0i64;
        if let Some(power) = power {
            let size = power.strip_prefix(['-', '+']).unwrap_or(power);
            if size.is_empty() || !digits(size) {
                return None;
            }
            // More digits than that say nothing new: it is too long either way.
            exponent = size
                .trim_start_matches('0')
                .get(..9)
                .map_or_else(|| size.trim_start_matches('0').parse().unwrap_or(0), |_| i64::from(i32::MAX));
            if power.starts_with('-') {
                exponent = -exponent;
            }
        }
        if whole.len() + fraction.len() > DIGITS {
            return Some(Err(TooLong));
        }
        let mut limbs = Vec::new();
        for byte in whole.bytes().chain(fraction.bytes()) {
            if byte != b'0' || !limbs.is_empty() {
                times(&mut limbs, 10, u32::from(byte - b'0'));
            }
        }
        let exponent = if limbs.is_empty() { 0 } else { exponent - fraction.len() as i64 };
        if exponent.unsigned_abs() > DIGITS as u64 {
            return Some(Err(TooLong));
        }
        Some(Ok(Decimal { negative: negative && !limbs.is_empty(), limbs, exponent: exponent as i32 }))
    }

    pub(super) fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }

    pub(super) fn is_negative(&self) -> bool {
        self.negative
    }

    pub(super) fn negated(mut self) -> Self {
        self.negative = !self.negative && !self.limbs.is_empty();
        self
    }

    /// The power of ten of the last digit.
    pub(super) fn exponent(&self) -> i32 {
        self.exponent
    }

    /// The same number times a power of ten.
    pub(super) fn moved(mut self, power: i32) -> Self {
        if !self.limbs.is_empty() {
            self.exponent += power;
        }
        self
    }

    fn checked(self) -> Result<Self, TooLong> {
        // 9.63 digits to a limb.
        if self.limbs.len() * 9 > DIGITS || self.exponent.unsigned_abs() as usize > 2 * DIGITS {
            return Err(TooLong);
        }
        Ok(self)
    }

    /// The sum.
    pub(super) fn plus(&self, other: &Self) -> Result<Self, TooLong> {
        if self.is_zero() || other.is_zero() {
            return Ok(if self.is_zero() { other.clone() } else { self.clone() });
        }
        let exponent = self.exponent.min(other.exponent);
        let aligned = |number: &Self| {
            let power = number.exponent.abs_diff(exponent);
            if power as usize > DIGITS {
                return Err(TooLong);
            }
            let mut limbs = number.limbs.clone();
            times_ten(&mut limbs, power);
            Ok(limbs)
        };
        let (a, b) = (aligned(self)?, aligned(other)?);
        let (negative, limbs) = if self.negative == other.negative {
            (self.negative, plus(&a, &b))
        } else if compare(&a, &b) == Ordering::Less {
            (other.negative, minus(&b, &a))
        } else {
            (self.negative, minus(&a, &b))
        };
        if limbs.is_empty() {
            return Ok(Self::zero());
        }
        Decimal { negative, limbs, exponent }.checked()
    }

    /// The product.
    pub(super) fn times(&self, other: &Self) -> Result<Self, TooLong> {
        if self.is_zero() || other.is_zero() {
            return Ok(Self::zero());
        }
        if (self.limbs.len() + other.limbs.len()) * 9 > DIGITS {
            return Err(TooLong);
        }
        let mut limbs = Vec::new();
        for &limb in other.limbs.iter().rev() {
            let mut part = self.limbs.clone();
            times(&mut part, limb, 0);
            while part.last() == Some(&0) {
                part.pop();
            }
            limbs = plus(&shifted(&limbs, 32), &part);
        }
        let exponent = self.exponent + other.exponent;
        Decimal { negative: self.negative != other.negative, limbs, exponent }.checked()
    }

    /// The order of this number and an `f64`, exactly.
    fn against(&self, x: f64) -> Ordering {
        let negative = x.is_sign_negative() && x != 0.0;
        if self.is_zero() || x == 0.0 || self.negative != negative {
            let sign = |zero: bool, negative: bool| if zero { 0 } else { 1 - 2 * i32::from(negative) };
            return sign(self.is_zero(), self.negative).cmp(&sign(x == 0.0, negative));
        }
        let sizes = if x.is_infinite() {
            Ordering::Less
        } else {
            // x = whole · 2^power.
            let bits = x.abs().to_bits();
            let (field, fraction) = ((bits >> 52) as i32, bits & ((1 << 52) - 1));
            let (whole, power) = if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) };
            let (mut ours, mut theirs) = (self.limbs.clone(), vec![whole as u32, (whole >> 32) as u32]);
            if theirs[1] == 0 {
                theirs.pop();
            }
            let ten = self.exponent.unsigned_abs();
            times_ten(if self.exponent > 0 { &mut ours } else { &mut theirs }, ten);
            let two = power.unsigned_abs();
            if power > 0 {
                theirs = shifted(&theirs, two);
            } else {
                ours = shifted(&ours, two);
            }
            compare(&ours, &theirs)
        };
        if negative { sizes.reverse() } else { sizes }
    }

    /// The greatest `f64` not above the number and the least not below it: one and the same where it is an `f64`. Infinite beyond the
    /// largest.
    pub(super) fn around(&self) -> [f64; 2] {
        let near = self.nearest();
        match self.against(near) {
            Ordering::Equal => [near, near],
            Ordering::Less => [near.next_down(), near],
            Ordering::Greater => [near, near.next_up()],
        }
    }

    /// The `f64` that the number is, if it is one.
    pub(super) fn exact(&self) -> Option<f64> {
        let [low, high] = self.around();
        (low == high).then_some(low)
    }

    /// An `f64` that no other is between the number and it.
    fn nearest(&self) -> f64 {
        // Nine digits at a time, from the last.
        let mut limbs = self.limbs.clone();
        let mut digits = Vec::new();
        while !limbs.is_empty() {
            let mut rest = 0u64;
            for limb in limbs.iter_mut().rev() {
                let now = rest << 32 | u64::from(*limb);
                *limb = (now / 1_000_000_000) as u32;
                rest = now % 1_000_000_000;
            }
            while limbs.last() == Some(&0) {
                limbs.pop();
            }
            digits.push(rest);
        }
        let mut text = String::from(if self.negative { "-" } else { "" });
        match digits.split_last() {
            None => return 0.0,
            Some((first, rest)) => {
                text += &first.to_string();
                rest.iter().rev().for_each(|part| text += &format!("{part:09}"));
            }
        }
        // The standard library's reading is correctly rounded.
        format!("{text}e{}", self.exponent).parse().unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn read(text: &str) -> Decimal {
        Decimal::parse(text).expect("a number").expect("short enough")
    }

    #[test]
    fn numbers_are_enclosed_by_neighbours() {
        assert_eq!(read("0.5").around(), [0.5, 0.5]);
        assert_eq!(read("-0").around(), [0.0, 0.0]);
        assert_eq!(read("0.1").around(), [0.1f64.next_down(), 0.1]);
        assert_eq!(read("-0.1").around(), [-0.1, (-0.1f64).next_up()]);
        assert_eq!(read("0.1000000000000000055511151231257827021181583404541015625").around(), [0.1, 0.1]);
        assert_eq!(read("0.1000000000000000055511151231257827021181583404541015626").around(), [0.1, 0.1f64.next_up()]);
        assert_eq!(read("1e-400").around(), [0.0, 5e-324]);
        assert_eq!(read("1e400").around(), [f64::MAX, f64::INFINITY]);
        assert_eq!(read("-1e400").around(), [f64::NEG_INFINITY, f64::MIN]);
        assert_eq!(read("16777217").exact(), Some(16_777_217.0));
        for bad in ["", "-", ".", "e5", "1e", "1e+", "0x1", "1_0", "nan", "inf", "1.2.3", "--1", "1e5.0"] {
            assert!(Decimal::parse(bad).is_none(), "{bad}");
        }
        for long in ["1e99999", "1e-99999999999999999999", &"9".repeat(3000)] {
            assert_eq!(Decimal::parse(long), Some(Err(TooLong)));
        }
    }

    #[test]
    fn every_f64_is_read_back_and_its_neighbours_are_told_apart() {
        let mut random = Random::new(3);
        for _ in 0..2000 {
            let x = f64::from_bits(random.next());
            if !x.is_finite() {
                continue;
            }
            let exact = read(&format!("{x:.1074}").replace("-0.0", "-0.0")[..].chars().take(1190).collect::<String>());
            let short = read(&format!("{x:e}"));
            if x.abs() < 1e300 && x.abs() > 1e-250 {
                let [low, high] = short.around();
                assert!(low <= x && x <= high && (high == low || high == low.next_up()), "{x:e}");
            }
            if x.abs() > 1.0 && x.abs() < 1e300 {
                assert_eq!(exact.exact(), Some(x), "{x:e}");
            }
        }
    }

    #[test]
    fn sums_and_products_are_exact() {
        let mut random = Random::new(4);
        let mut draw = || (random.signed() * 1e6).round() as i64;
        for _ in 0..500 {
            let (a, b) = (draw(), draw());
            let tenth = |number: i64| read(&format!("{number}e-3"));
            let both = |number: i128, power: i32| read(&format!("{number}e{power}"));
            let same = |a: Decimal, b: Decimal| a.plus(&b.negated()).expect("short").is_zero();
            assert!(same(tenth(a).plus(&tenth(b)).expect("short"), both(i128::from(a + b), -3)));
            assert!(same(tenth(a).times(&tenth(b)).expect("short"), both(i128::from(a) * i128::from(b), -6)));
            assert!(same(read("1e20").plus(&tenth(a)).expect("short"), both(10i128.pow(23) + i128::from(a), -3)));
        }
        assert_eq!(read("1e1199").plus(&read("1e-1199")), Err(TooLong));
    }
}
