//! Random shapes and numbers for trying kernels.

use crate::random::Random;

/// What fills a buffer before a kernel runs: it must be gone where the kernel writes, and still there everywhere else.
pub const POISON: f32 = -1.2345e30;

/// Draws shapes that are awkward on purpose, or large ones.
pub struct Draw {
    random: Random,
    /// How many times as large as the largest drawn otherwise, and the outcome of every coin.
    large: Option<(usize, bool)>,
}

impl Draw {
    /// The shapes of a seed.
    pub fn new(seed: u64) -> Self {
        Draw { random: Random::new(seed), large: None }
    }

    /// Shapes to measure speed on: sides `factor` times as long as the longest of the awkward ones. With `dense` maps are matrices and items of
    /// a batch differ; without it maps are convolutions.
    pub fn large(factor: usize, dense: bool) -> Self {
        Draw { random: Random::new(1), large: Some((factor, dense)) }
    }

    /// A side: 1, a prime, or a size at or beside that of a tile or group.
    pub(super) fn size(&mut self, most: usize) -> usize {
        if let Some((factor, _)) = self.large {
            return if most > 8 { most / 8 * 8 * factor } else { most };
        }
        const SIDES: [usize; 16] = [1, 2, 3, 4, 5, 7, 13, 16, 17, 31, 32, 33, 61, 64, 65, 67];
        let count = SIDES.iter().take_while(|&&side| side <= most).count();
        SIDES[self.random.below(count.max(1))]
    }

    /// How large, where speed is to be measured.
    pub(super) fn factor(&self) -> Option<usize> {
        self.large.map(|(factor, _)| factor)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.random.below(limit)
    }

    pub(super) fn coin(&mut self) -> bool {
        self.large.map_or_else(|| self.random.sign() > 0.0, |(_, coin)| coin)
    }

    /// 0 or 1.
    pub(super) fn flag(&mut self) -> u32 {
        u32::from(self.coin())
    }

    /// `step` or, as often, 0: one item for each image, or one for all.
    pub(super) fn step(&mut self, step: usize) -> u32 {
        if self.coin() { step as u32 } else { 0 }
    }

    /// Numbers in [−2, 2), some of them 0.
    pub(super) fn numbers(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| if self.random.below(16) == 0 { 0.0 } else { 2.0 * self.random.signed() as f32 }).collect()
    }

    /// Numbers in [0.1, 2.1).
    pub(super) fn positive(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| 1.1 + self.random.signed() as f32).collect()
    }

    /// Ends of intervals, some of them points.
    pub(super) fn ranges(&mut self, count: usize) -> (Vec<f32>, Vec<f32>) {
        let lower = self.numbers(count);
        let upper =
            lower.iter().map(|&l| if self.random.below(8) == 0 { l } else { l + 1.0 + self.random.signed() as f32 });
        let upper = upper.collect();
        (lower, upper)
    }
}
