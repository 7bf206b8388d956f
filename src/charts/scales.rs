//! From values to pixels and back: linear, logarithmic and symmetric logarithmic axes, and their ticks.

/// How values are spread along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spread {
    /// Equal differences, equal lengths.
    Linear,
    /// Equal ratios, equal lengths; positive values only.
    Log,
    /// Linear around 0, logarithmic far from it; the number is where one turns into the other.
    Symlog(f64),
}

/// A map from `[from, to]` to pixels `[start, end]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    spread: Spread,
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Scale {
    /// A scale over `[from, to]`; an empty or endless range is widened so that nothing divides by zero.
    pub fn new(spread: Spread, from: f64, to: f64, start: f64, end: f64) -> Self {
        let (mut from, mut to) = (finite(from), finite(to));
        if spread == Spread::Log {
            from = from.max(f64::MIN_POSITIVE);
            to = to.max(from * 1.0001);
        } else if to - from < 1e-12 * (1.0 + from.abs()) {
            (from, to) = (from - 0.5, to + 0.5);
        }
        Scale { spread, from, to, start, end }
    }

    /// The pixel of `value`; values beyond the ends land on them.
    pub fn at(&self, value: f64) -> f64 {
        let (low, high) = (warp(self.spread, self.from), warp(self.spread, self.to));
        let share = (warp(self.spread, finite(value).clamp(self.from, self.to)) - low) / (high - low);
        self.start + share * (self.end - self.start)
    }

    /// The value at a pixel; pixels beyond the ends give them.
    pub fn invert(&self, pixel: f64) -> f64 {
        let share = ((pixel - self.start) / (self.end - self.start)).clamp(0.0, 1.0);
        let (low, high) = (warp(self.spread, self.from), warp(self.spread, self.to));
        unwarp(self.spread, low + share * (high - low)).clamp(self.from, self.to)
    }

    /// Whether `value` lies on the axis.
    pub fn holds(&self, value: f64) -> bool {
        value >= self.from && value <= self.to
    }

    /// About `wanted` round values along the axis.
    pub fn ticks(&self, wanted: usize) -> Vec<f64> {
        let ticks = match self.spread {
            Spread::Linear => linear_ticks(self.from, self.to, wanted),
            Spread::Log => log_ticks(self.from, self.to, wanted),
            Spread::Symlog(knee) => symlog_ticks(self.from, self.to, knee),
        };
        self.apart(ticks)
    }

    /// Drops ticks that would crowd their neighbour; zero stays.
    fn apart(&self, ticks: Vec<f64>) -> Vec<f64> {
        let mut kept: Vec<f64> = Vec::new();
        let near = |a: f64, b: f64| (self.at(a) - self.at(b)).abs() < 26.0;
        for tick in ticks {
            if tick != 0.0 && self.holds(0.0) && self.spread != Spread::Log && near(tick, 0.0) {
                continue;
            }
            match kept.last() {
                Some(&last) if near(tick, last) && tick != 0.0 => {}
                _ => kept.push(tick),
            }
        }
        kept
    }
}

/// The value with three significant digits: what a pointer can mean.
pub fn brief(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let power = 10f64.powi(2 - value.log10().floor() as i32);
    (value * power).round() / power
}

fn finite(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(-1e30, 1e30) }
}

fn warp(spread: Spread, value: f64) -> f64 {
    match spread {
        Spread::Linear => value,
        Spread::Log => value.max(f64::MIN_POSITIVE).log10(),
        Spread::Symlog(knee) => value.signum() * (value.abs() / knee).ln_1p(),
    }
}

fn unwarp(spread: Spread, share: f64) -> f64 {
    match spread {
        Spread::Linear => share,
        Spread::Log => 10f64.powf(share),
        Spread::Symlog(knee) => share.signum() * knee * share.abs().exp_m1(),
    }
}

fn linear_ticks(from: f64, to: f64, wanted: usize) -> Vec<f64> {
    let rough = (to - from) / wanted.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|&s| s >= rough).unwrap_or(10.0 * power);
    let first = (from / step - 1e-9).ceil() as i64;
    let last = (to / step + 1e-9).floor() as i64;
    (first..=last.min(first + 50)).map(|k| k as f64 * step).collect()
}

fn log_ticks(from: f64, to: f64, wanted: usize) -> Vec<f64> {
    let (low, high) = (from.log10().floor() as i32, to.log10().ceil() as i32);
    let multiples: &[f64] = if (to / from).log10() * 3.0 <= wanted as f64 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let stride = (((high - low) as usize).div_ceil(wanted.max(1))).max(1);
    (low..=high)
        .step_by(stride)
        .flat_map(|power| multiples.iter().map(move |m| m * 10f64.powi(power)))
        .filter(|&tick| tick >= from * 0.9999 && tick <= to * 1.0001)
        .collect()
}

fn symlog_ticks(from: f64, to: f64, knee: f64) -> Vec<f64> {
    let far = from.abs().max(to.abs());
    let mut size = 10f64.powf(knee.log10().round());
    let mut ticks = vec![0.0];
    while size <= far {
        ticks.push(size);
        ticks.push(-size);
        size *= 10.0;
    }
    ticks.retain(|&tick| tick >= from && tick <= to);
    crate::sorting::sort_few(&mut ticks, f64::total_cmp);
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_and_values_round_trip() {
        for spread in [Spread::Linear, Spread::Log, Spread::Symlog(1.0)] {
            let scale = Scale::new(spread, 0.001, 50.0, 30.0, 400.0);
            for value in [0.001, 0.01, 0.3, 1.0, 7.0, 50.0] {
                assert!((scale.invert(scale.at(value)) / value - 1.0).abs() < 1e-9, "{spread:?} {value}");
            }
        }
    }

    #[test]
    fn symlog_is_odd_and_passes_zero() {
        let scale = Scale::new(Spread::Symlog(1.0), -100.0, 100.0, -1.0, 1.0);
        assert_eq!(scale.at(0.0), 0.0);
        assert!((scale.at(30.0) + scale.at(-30.0)).abs() < 1e-12);
    }

    #[test]
    fn ends_and_odd_ranges_stay_finite() {
        let scale = Scale::new(Spread::Linear, 2.0, 2.0, 0.0, 10.0);
        assert_eq!(scale.at(2.0), 5.0);
        assert_eq!(scale.at(f64::INFINITY), 10.0);
        assert!(scale.at(f64::NAN).is_finite());
        assert!(Scale::new(Spread::Log, 0.0, 0.0, 0.0, 1.0).at(1.0).is_finite());
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(Scale::new(Spread::Linear, 0.0, 8.5, 0.0, 500.0).ticks(5), vec![0.0, 2.0, 4.0, 6.0, 8.0]);
        let log = Scale::new(Spread::Log, 0.001, 0.5, 0.0, 900.0).ticks(10);
        assert!((log[0] - 0.001).abs() < 1e-12 && (log.last().unwrap() - 0.5).abs() < 1e-12, "{log:?}");
        assert_eq!(Scale::new(Spread::Symlog(1.0), -12.0, 3.0, 0.0, 900.0).ticks(5), vec![-10.0, -1.0, 0.0, 1.0]);
    }
}
