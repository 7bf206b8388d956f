//! Gradients against finite differences.
//!
//! Bounds have kinks (a coefficient changes sign, a status changes). At one the two one-sided differences disagree; such
//! coordinates are counted, must stay rare, and are left out.

/// The step of a difference.
const STEP: f64 = 1.0 / (1 << 18) as f64;

/// Coordinates looked at, over a whole test.
#[derive(Default)]
pub struct Counts {
    checked: usize,
    kinks: usize,
    /// Of those checked, how many derivatives are not 0.
    moving: usize,
}

impl Counts {
    /// Compares one derivative with differences of `at`.
    pub fn compare(&mut self, what: &str, found: f64, at: impl Fn(f64) -> f64) {
        let (below, here, above) = (at(-STEP), at(0.0), at(STEP));
        let (backward, forward) = ((here - below) / STEP, (above - here) / STEP);
        if (forward - backward).abs() > 1e-3 * (1.0 + forward.abs() + backward.abs()) {
            self.kinks += 1;
            return;
        }
        let wanted = (above - below) / (2.0 * STEP);
        self.checked += 1;
        self.moving += usize::from(wanted.abs() > 1e-6);
        assert!((found - wanted).abs() < 1e-5 * (1.0 + wanted.abs()), "{what}: {found}, differences say {wanted}");
    }

    /// Counts of another check.
    pub fn add(&mut self, other: &Counts) {
        self.checked += other.checked;
        self.kinks += other.kinks;
        self.moving += other.moving;
    }

    /// Kinks must be rare, and enough must depend on what was moved.
    pub fn finish(&self, what: &str) {
        assert!(self.kinks * 100 <= self.checked, "{what}: {} kinks among {} coordinates", self.kinks, self.checked);
        assert!(
            self.moving * 10 > self.checked,
            "{what}: only {} of {} derivatives are not 0",
            self.moving,
            self.checked
        );
    }
}
