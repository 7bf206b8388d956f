//! Rows of a walk back: whole numbers that share a power of two. They are rounded down where they grow beyond some 94 bits, and whoever
//! does it pays for it.

use super::dyadic::{Dyadic, Float};
use num_bigint::BigInt;

/// Σ valueᵢ·2^exponent·vᵢ over the places named, in rising order. |value| ≤ 2^94.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) at: Vec<u32>,
    pub(super) values: Vec<i128>,
    pub(super) exponent: i64,
}

/// How much each factor of a row may have lost: less than `times`·2^`exponent`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lost {
    pub(super) times: i64,
    pub(super) exponent: i64,
}

/// Bits that a row's values are kept to.
const ROOM: i64 = 94;
/// A value is high·2^48 + low, so that both fit where products of 64 bits are added up.
const LIMB: i64 = 48;
const MASK: i128 = (1 << LIMB) - 1;

pub(super) fn bits(value: i128) -> i64 {
    i64::from(128 - value.unsigned_abs().leading_zeros())
}

/// A value's two parts.
#[inline]
pub(super) fn split(value: i128) -> [i64; 2] {
    [(value >> LIMB) as i64, (value & MASK) as i64]
}

/// high·2^48 + low: a sum of products.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wide {
    pub(super) high: i128,
    pub(super) low: i128,
}

impl Wide {
    /// Adds value·factor, for |factor| < 2^62 (or 2^53 where 2^24 of them are added up).
    #[inline]
    pub(super) fn add(&mut self, [high, low]: [i64; 2], factor: i64) {
        self.high += i128::from(high) * i128::from(factor);
        self.low += i128::from(low) * i128::from(factor);
    }

    fn settled(self) -> Wide {
        Wide { high: self.high + (self.low >> LIMB), low: self.low & MASK }
    }

    /// At least the bits of a settled number.
    fn bits(self) -> i64 {
        if self.high == 0 || self.high == -1 { LIMB } else { bits(self.high) + LIMB }
    }

    /// The greatest whole number not above this over 2^shift, which must have room.
    fn floor(self, shift: i64) -> i128 {
        let Wide { high, low } = self;
        match shift {
            LIMB.. => (high + (low >> LIMB)) >> (shift - LIMB).min(127),
            0..LIMB => (high << (LIMB - shift)) + (low >> shift),
            _ => ((high << LIMB) + low) << -shift,
        }
    }
}

impl Row {
    /// A single element, or minus it.
    pub(super) fn single(at: usize, negative: bool) -> Row {
        Row { at: vec![at as u32], values: vec![if negative { -1 } else { 1 }], exponent: 0 }
    }

    /// A row of these numbers; `None` where they differ too much in size to be held side by side.
    pub(super) fn of(numbers: &[Float]) -> Option<Row> {
        let used: Vec<_> = numbers.iter().enumerate().filter(|(_, number)| number.whole != 0).collect();
        let exponent = used.iter().map(|(_, number)| number.exponent).min().unwrap_or(0);
        let value = |number: &Float| {
            let shift = number.exponent - exponent;
            (bits(number.whole.into()) + shift <= ROOM).then(|| i128::from(number.whole) << shift)
        };
        let values = used.iter().map(|(_, number)| value(number)).collect::<Option<Vec<_>>>()?;
        Some(Row { at: used.iter().map(|(at, _)| *at as u32).collect(), values, exponent })
    }

    fn lost(exponent: i64, times: i64) -> Option<Lost> {
        (times > 0).then_some(Lost { times, exponent })
    }

    /// Of sums of products of 2^exponent each, by place.
    pub(super) fn settle(at: Vec<u32>, sums: Vec<Wide>, exponent: i64) -> (Row, Option<Lost>) {
        let sums: Vec<Wide> = sums.into_iter().map(Wide::settled).collect();
        let shift = sums.iter().map(|sum| sum.bits() - ROOM).max().unwrap_or(0).max(0);
        let values = sums.into_iter().map(|sum| sum.floor(shift)).collect();
        (Row { at, values, exponent: exponent + shift }, Row::lost(exponent + shift, i64::from(shift > 0)))
    }

    /// Of numbers that may have grown, by place.
    pub(super) fn settle_plain(at: Vec<u32>, values: Vec<i128>, exponent: i64) -> (Row, Option<Lost>) {
        let shift = values.iter().map(|&value| bits(value) - ROOM).max().unwrap_or(0).max(0);
        let values = values.into_iter().map(|value| value >> shift).collect();
        (Row { at, values, exponent: exponent + shift }, Row::lost(exponent + shift, i64::from(shift > 0)))
    }

    /// Each value times a factor that may depend on its place and its sign, rounded down.
    pub(super) fn scaled(&self, factor: impl Fn(usize, bool) -> Float) -> (Row, Option<Lost>) {
        let pairs = self.at.iter().zip(&self.values);
        let factors: Vec<Float> = pairs.map(|(&at, &value)| factor(at as usize, value < 0)).collect();
        let (mut top, mut least) = (i64::MIN, i64::MAX);
        for (&value, factor) in self.values.iter().zip(&factors) {
            if value != 0 && factor.whole != 0 {
                top = top.max(bits(value) + bits(factor.whole.into()) + factor.exponent);
                least = least.min(factor.exponent);
            }
        }
        if top == i64::MIN {
            return (Row { at: Vec::new(), values: Vec::new(), exponent: 0 }, None);
        }
        let to = least.max(top - ROOM);
        let (mut at, mut values) = (Vec::with_capacity(factors.len()), Vec::with_capacity(factors.len()));
        for ((&place, &value), factor) in self.at.iter().zip(&self.values).zip(&factors) {
            if value != 0 && factor.whole != 0 {
                let mut product = Wide::default();
                product.add(split(value), factor.whole);
                at.push(place);
                values.push(product.floor(to - factor.exponent));
            }
        }
        let exponent = self.exponent + to;
        (Row { at, values, exponent }, Row::lost(exponent, i64::from(to > least)))
    }

    /// At most Σ value·factor, where the factor may depend on place and sign.
    pub(super) fn dot(&self, factor: impl Fn(usize, bool) -> Float) -> Dyadic {
        let (row, _) = self.scaled(factor);
        // 2^24 numbers of 95 bits.
        Dyadic::new(row.values.iter().sum::<i128>().into(), row.exponent)
    }

    /// The sum of several rows, at least one.
    pub(super) fn sum(mut rows: Vec<Row>) -> (Row, Option<Lost>) {
        rows.retain(|row| row.values.iter().any(|&value| value != 0));
        match rows.len() {
            0 => (Row { at: Vec::new(), values: Vec::new(), exponent: 0 }, None),
            1 => (rows.swap_remove(0), None),
            count => {
                let largest = |row: &Row| row.values.iter().map(|&value| bits(value)).max().unwrap_or(0);
                let top = rows.iter().map(|row| largest(row) + row.exponent).max().unwrap_or(0);
                let least = rows.iter().map(|row| row.exponent).min().unwrap_or(0);
                // Room for the sums of all rows.
                let to = least.max(top - (ROOM - bits(count as i128)));
                let mut sum = std::collections::BTreeMap::new();
                let mut times = 0;
                for row in &rows {
                    let shift = to - row.exponent;
                    times += i64::from(shift > 0);
                    for (&at, &value) in row.at.iter().zip(&row.values) {
                        let value = if shift > 0 { value >> shift.min(127) } else { value << -shift };
                        *sum.entry(at).or_insert(0) += value;
                    }
                }
                let (at, values) = sum.into_iter().unzip();
                (Row { at, values, exponent: to }, Row::lost(to, times))
            }
        }
    }

    /// Places and values, nearly.
    pub(super) fn near(&self) -> impl Iterator<Item = (usize, f64)> {
        let values = self.at.iter().zip(&self.values);
        values.map(|(&at, &value)| (at as usize, Dyadic::new(value.into(), self.exponent).near()))
    }

    /// The greatest size of a value.
    pub(super) fn largest(&self) -> Dyadic {
        let most = self.values.iter().map(|value| value.abs()).max().unwrap_or(0);
        Dyadic::new(most.into(), self.exponent)
    }

    /// The sum of squares.
    pub(super) fn squares(&self) -> Dyadic {
        let square = |&value: &i128| {
            let value = BigInt::from(value);
            &value * &value
        };
        Dyadic::new(self.values.iter().map(square).sum(), 2 * self.exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn exact(row: &Row, at: u32) -> Dyadic {
        let place = row.at.iter().position(|&place| place == at);
        Dyadic::new(place.map_or(0, |place| row.values[place]).into(), row.exponent)
    }

    #[test]
    fn products_are_rounded_down_by_less_than_what_is_said() {
        let mut random = Random::new(5);
        let mut lossy = 0;
        for _ in 0..2000 {
            let wide = |random: &mut Random| {
                let value = i128::from(random.next() as i64) << 31 | i128::from(random.next() >> 33);
                value >> (random.next() % 96)
            };
            let values: Vec<i128> = (0..5).map(|_| wide(&mut random).clamp(-(1 << 94), 1 << 94)).collect();
            let row = Row { at: (0..5).collect(), values, exponent: random.next() as i64 % 100 };
            let spread = random.next() % 60;
            let factors: Vec<Float> = (0..5)
                .map(|_| Float {
                    whole: random.next() as i64 >> (2 + random.next() % 61),
                    exponent: (random.next() % (spread + 1)) as i64 - 30,
                })
                .collect();
            let (found, lost) = row.scaled(|at, _| factors[at]);
            let most = lost.map_or(Dyadic::zero(), |lost| Dyadic::new(lost.times.into(), lost.exponent));
            lossy += usize::from(lost.is_some());
            for at in 0..5 {
                let wanted = &exact(&row, at) * &Dyadic::from(factors[at as usize]);
                let gap = &wanted - &exact(&found, at);
                assert!(!gap.is_negative() && gap <= most, "{row:?} {factors:?}");
                assert!(bits(exact(&found, at).floor(found.exponent).try_into().expect("it fits")) <= 95);
            }
        }
        assert!(lossy > 200);
    }
}
