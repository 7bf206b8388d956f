//! Two moons: a two-dimensional set that can be drawn whole.

use super::Data;
use crate::random::Random;

/// Two interleaved half circles with noise, scaled into the unit square: `count` points, classes by turns.
pub fn two_moons(count: usize, seed: u64) -> Data {
    let mut random = Random::new(seed);
    let mut pixels = Vec::with_capacity(2 * count);
    let mut labels = Vec::with_capacity(count);
    for index in 0..count {
        let upper = index % 2 == 0;
        let angle = std::f64::consts::PI * (random.signed() + 1.0) / 2.0;
        let (x, y) = if upper { (angle.cos(), angle.sin()) } else { (1.0 - angle.cos(), 0.5 - angle.sin()) };
        // Noise of standard deviation 0.06 around arcs that span [−1, 2] × [−0.5, 1].
        let noisy = |at: f64, random: &mut Random| at + 0.03 * random.bell();
        let (x, y) = (noisy(x, &mut random), noisy(y, &mut random));
        pixels.extend([(x + 1.5) / 4.0, (y + 1.0) / 2.5].map(|at| at.clamp(0.0, 1.0) as f32));
        labels.push(u8::from(!upper));
    }
    Data { shape: vec![2], pixels, labels, classes: 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moons_lie_in_the_unit_square_and_are_the_same_for_a_seed() {
        let data = two_moons(100, 3);
        assert!(data.pixels.iter().all(|at| (0.0..=1.0).contains(at)) && data.len() == 100 && data.inputs() == 2);
        assert_eq!(data, two_moons(100, 3));
        assert_ne!(data, two_moons(100, 4));
    }
}
