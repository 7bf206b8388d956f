//! A set of inputs as ε grows: how far the proofs reach, and what share is proved, beside the share that the attack leaves.

use crate::{
    app::{inspect::results::Shares, text::inspect as text},
    charts::{
        marks::{Marks, Path},
        numbers,
        panel::{Drawing, Table, axis_below, axis_left},
        scales::{Scale, Spread},
    },
};

/// Room for the labels at the left.
const LEFT: f64 = 40.0;
/// Room at the right.
const RIGHT: f64 = 12.0;
/// How far the axis reaches down from the largest ε.
const DOWN: f64 = 1000.0;
/// Bars of the histogram.
const BINS: usize = 24;
/// Points of a curve.
const STEPS: usize = 120;

fn axis(largest: f64, width: f64) -> Scale {
    Scale::new(Spread::Log, largest / DOWN, largest, LEFT, width - RIGHT)
}

/// The radii, as bars: how many end in each part of the axis. Those below it stand in the first.
pub fn histogram(shares: &Shares, largest: f64, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let scale = axis(largest, width);
    let (start, end) = (scale.at(largest / DOWN), scale.at(largest));
    let (top, bottom) = (12.0, 112.0);
    let mut bins = [0usize; BINS];
    for &radius in &shares.proved {
        let share = (scale.at(radius) - start) / (end - start);
        bins[((share * BINS as f64) as usize).min(BINS - 1)] += 1;
    }
    let most = bins.into_iter().max().unwrap_or(0).max(1);
    let height = Scale::new(Spread::Linear, 0.0, most as f64, bottom, top);
    for tick in height.ticks(3).into_iter().filter(|tick| tick.fract() == 0.0) {
        let y = height.at(tick);
        marks.line("grid", LEFT, y, width - RIGHT, y);
        marks.text("t end mute", LEFT - 5.0, y + 3.8, &numbers::tick(tick));
    }
    axis_below(&mut marks, &scale, if width < 500.0 { 4 } else { 8 }, top, bottom);
    let step = (end - start) / BINS as f64;
    for (place, &count) in bins.iter().enumerate() {
        let y = height.at(count as f64);
        marks.rect("zone-proved", start + step * place as f64 + 0.5, y, step - 1.0, bottom - y);
    }
    marks.line("axis", LEFT, bottom, width - RIGHT, bottom);
    Drawing { marks: marks.finish(), height: bottom + 24.0 }
}

/// The radii from and to which the bars between two places reach; the first bar begins at 0.
pub fn brushed(largest: f64, width: f64, places: [f64; 2]) -> [f64; 2] {
    let scale = axis(largest, width);
    let (start, end) = (scale.at(largest / DOWN), scale.at(largest));
    let step = (end - start) / BINS as f64;
    let bin = |place: f64| (((place - start) / step).max(0.0) as usize).min(BINS - 1);
    let (first, last) = (bin(places[0].min(places[1])), bin(places[0].max(places[1])));
    let edge = |bin: usize| scale.invert(start + step * bin as f64);
    let from = if first == 0 { 0.0 } else { edge(first) };
    [from, if last + 1 == BINS { largest } else { edge(last + 1) }]
}

/// What is brushed, behind the bars' edges.
pub fn brush(range: Option<[f64; 2]>, largest: f64, width: f64) -> Drawing {
    let mut marks = Marks::new();
    if let Some([from, to]) = range {
        let scale = axis(largest, width);
        let [left, right] = [from, to].map(|radius| scale.at(radius.clamp(largest / DOWN, largest)));
        marks.rect("brush", left, 6.0, (right - left).max(2.0), 106.0);
    }
    Drawing { marks: marks.finish(), height: 0.0 }
}

/// Both shares as ε grows.
pub fn curves(shares: &Shares, largest: f64, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let scale = axis(largest, width);
    let (top, bottom) = (12.0, 172.0);
    let height = Scale::new(Spread::Linear, 0.0, 1.0, bottom, top);
    axis_left(&mut marks, &height, 4, LEFT, width - RIGHT);
    axis_below(&mut marks, &scale, if width < 500.0 { 4 } else { 8 }, top, bottom);
    let low = scale.at(largest / DOWN);
    let epsilons: Vec<f64> =
        (0..=STEPS).map(|step| scale.invert(low + (width - RIGHT - low) * step as f64 / STEPS as f64)).collect();
    let curve = |share: &dyn Fn(f64) -> f64| {
        let mut path = Path::new();
        epsilons.iter().for_each(|&epsilon| path.to(scale.at(epsilon), height.at(share(epsilon))));
        path
    };
    marks.open("m-crown-ibp");
    marks.path("curve dashed", &curve(&|epsilon| shares.unbroken(epsilon)), None);
    marks.close();
    marks.open("m-crown-lbp");
    marks.path("curve solid", &curve(&|epsilon| shares.verified(epsilon)), None);
    marks.close();
    Drawing { marks: marks.finish(), height: bottom + 24.0 }
}

/// Both shares in numbers.
pub fn table(shares: &Shares, largest: f64, caption: String) -> Table {
    let scale = axis(largest, 600.0);
    let rows = scale.ticks(12).into_iter().map(|epsilon| {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        vec![numbers::epsilon(epsilon), percent(shares.verified(epsilon)), percent(shares.unbroken(epsilon))]
    });
    Table { caption, head: text::SHARES_HEAD.map(String::from).to_vec(), rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brush_holds_what_its_bars_hold() {
        let (largest, width) = (0.5, 600.0);
        let all = brushed(largest, width, [900.0, -5.0]);
        assert_eq!(all, [0.0, largest]);
        let scale = axis(largest, width);
        for radius in [0.000_7, 0.01, 0.2] {
            let [from, to] = brushed(largest, width, [scale.at(radius); 2]);
            assert!(from <= radius && radius <= to && to < 2.0 * radius.max(largest / DOWN), "{from} {radius} {to}");
        }
    }

    #[test]
    fn every_radius_stands_in_a_bar() {
        let shares = Shares { count: 4, right: 4, proved: vec![0.0, 1e-9, 0.1, 0.5], broken: vec![] };
        for width in [240.0, 900.0] {
            let drawn = histogram(&shares, 0.5, width);
            let bars =
                drawn.marks.iter().filter(|mark| mark.attributes.iter().any(|(_, value)| value == "zone-proved"));
            assert_eq!(bars.count(), BINS);
            assert!(curves(&shares, 0.5, width).height > 100.0);
        }
        assert!(table(&shares, 0.5, String::new()).rows.iter().all(|row| row.len() == 3));
    }
}
