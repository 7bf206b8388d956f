//! How a search climbs, and what it says meanwhile.

/// Gradient ascent by Adam: how many steps, how long each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Climb {
    /// Steps after the start; 0 walks once.
    pub steps: usize,
    /// Learning rate of slopes, as a share of the slopes that a neuron may choose from.
    pub slopes: f64,
    /// Learning rate of multipliers, in units of the rows.
    pub multipliers: f64,
    /// What the rates are multiplied by after each step.
    pub decay: f64,
}

impl Climb {
    /// α-CROWN's usual numbers for so many steps: the rate 0.1, and 0.25 where there are 20 steps or fewer; ×0.98 a step.
    pub fn alpha(steps: usize) -> Self {
        Climb { steps, slopes: if steps > 20 { 0.1 } else { 0.25 }, multipliers: 0.05, decay: 0.98 }
    }
}

impl Default for Climb {
    /// A preview's 20 steps.
    fn default() -> Self {
        Climb::alpha(20)
    }
}

/// Where a search stands.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Steps taken.
    pub step: usize,
    /// The best lower bound of each row so far, image after image.
    pub lower: &'a [f64],
}

/// Adam's decay of its two moments, and what keeps a division defined.
pub(super) const MOMENTS: [f64; 2] = [0.9, 0.999];
pub(super) const TINY: f64 = 1e-12;

#[cfg(test)]
mod tests {
    use super::Climb;

    #[test]
    fn short_searches_take_longer_steps() {
        assert!(Climb::default().slopes > Climb::alpha(100).slopes);
        assert_eq!(Climb::default().steps, 20);
    }
}
