//! One neuron: σ over [l, u] and the pairs of lines that hold it, by strategy.

use crate::{
    activation::{self, Lines, Rule, lines},
    app::{explore::words, text::page as text},
    bounds::Strategy,
    charts::{
        marks::{Marks, Path},
        numbers,
        panel::{Drawing, Table},
        scales::{Scale, Spread},
    },
};

/// Height of the plot.
pub const HEIGHT: f64 = 232.0;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neuron {
    /// σ.
    pub rule: activation::Neuron,
    /// l.
    pub lower: f64,
    /// u.
    pub upper: f64,
    /// The strategy drawn strong.
    pub lines: Strategy,
    /// The image's own pre-activation, where the neuron is the network's.
    pub clean: Option<f64>,
}

impl Neuron {
    /// The lines of a strategy.
    pub fn pair(&self, strategy: Strategy) -> Lines<f64> {
        lines(&self.rule, strategy, self.lower, self.upper)
    }

    /// The slope outside the bends, 0 for rules that have none.
    pub fn slope(&self) -> f64 {
        if let activation::Neuron::Curve(curve) = self.rule { curve.slope } else { 0.0 }
    }

    /// Where σ bends a second time, if it does.
    pub fn bend(&self) -> Option<f64> {
        self.rule.bends().map(|[_, bend]| bend).filter(|bend| bend.is_finite())
    }

    /// The area between the two lines of a strategy over [l, u].
    pub fn area(&self, strategy: Strategy) -> f64 {
        let pair = self.pair(strategy);
        let gap = |z: f64| pair.upper.at(z) - pair.lower.at(z);
        (self.upper - self.lower) * (gap(self.lower) + gap(self.upper)) / 2.0
    }

    /// The horizontal axis: [l, u] and the bends of σ, with room around.
    pub fn axis(&self, width: f64) -> Scale {
        let mut low = self.lower.min(0.0);
        let mut high = self.upper.max(0.0);
        if let Some(bend) = self.bend()
            && bend < high + 2.0 * (high - low)
        {
            high = high.max(bend);
        }
        let room = ((high - low) * 0.16).max(0.05);
        (low, high) = (low - room, high + room);
        Scale::new(Spread::Linear, low, high, 8.0, width - 8.0)
    }
}

/// The plot.
pub fn draw(neuron: &Neuron, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let (l, u) = (neuron.lower, neuron.upper);
    let x = neuron.axis(width);
    let (from, to) = (x.invert(0.0), x.invert(width));
    let value = |z: f64| neuron.rule.value(z);
    let mut low = value(from).min(0.0);
    let mut high = value(to).max(0.0);
    for strategy in Strategy::ALL {
        let pair = neuron.pair(strategy);
        for z in [l, u] {
            low = low.min(pair.lower.at(z));
            high = high.max(pair.upper.at(z));
        }
    }
    let room = ((high - low) * 0.08).max(0.02);
    let base = HEIGHT - 24.0;
    let y = Scale::new(Spread::Linear, low - room, high + room, base, 6.0);
    for tick in x.ticks(6) {
        marks.line("grid", x.at(tick), 6.0, x.at(tick), base);
        marks.text("t mid mute", x.at(tick), HEIGHT - 8.0, &numbers::tick(tick));
    }
    marks.line("axis", x.at(0.0), 6.0, x.at(0.0), base);
    marks.line("axis", 8.0, y.at(0.0), width - 8.0, y.at(0.0));
    let pair = neuron.pair(neuron.lines);
    let mut area = Path::new();
    for (z, line) in [(l, &pair.upper), (u, &pair.upper), (u, &pair.lower), (l, &pair.lower)] {
        area.to(x.at(z), y.at(line.at(z)));
    }
    area.close();
    marks.path("area", &area, None);
    for z in [l, u] {
        marks.line("edge", x.at(z), 6.0, x.at(z), base);
    }
    let others = Strategy::ALL.into_iter().filter(|&s| s != neuron.lines);
    for strategy in others.chain([neuron.lines]) {
        let pair = neuron.pair(strategy);
        marks.open(strategy_class(strategy));
        let weight = if strategy == neuron.lines { "rule strong" } else { "rule" };
        for line in [pair.upper, pair.lower] {
            marks.line(weight, x.at(l), y.at(line.at(l)), x.at(u), y.at(line.at(u)));
        }
        marks.close();
    }
    let mut sigma = Path::new();
    let points: Vec<f64> = match neuron.rule.bends() {
        Some(bends) => [from].into_iter().chain(bends.map(|z| z.clamp(from, to))).chain([to]).collect(),
        None => (0..=96).map(|step| from + (to - from) * f64::from(step) / 96.0).collect(),
    };
    for z in points {
        sigma.to(x.at(z), y.at(value(z)));
    }
    marks.path("sigma", &sigma, None);
    if let Some(clean) = neuron.clean {
        marks.circle("clean", x.at(clean), y.at(value(clean)), 3.2);
    }
    let (at_l, at_u) = (x.at(l), x.at(u));
    let (class, shift) = if at_l > 76.0 { ("t end strong", -5.0) } else { ("t strong", 5.0) };
    marks.text(class, at_l + shift, 18.0, &format!("l = {}", numbers::lower(l)));
    // Above each other where they would meet.
    let below = if at_l <= 76.0 && at_u - at_l < 160.0 { 15.0 } else { 0.0 };
    marks.text("t end strong", at_u.max(82.0) - 5.0, 18.0 + below, &format!("u = {}", numbers::upper(u)));
    if let Some(bend) = neuron.bend().filter(|&bend| x.holds(bend)) {
        marks.line("edge", x.at(bend), base - 6.0, x.at(bend), base + 3.0);
        marks.text("t mid strong", x.at(bend), base - 9.0, "r");
    }
    Drawing { marks: marks.finish(), height: HEIGHT }
}

/// The style class of a strategy's lines.
pub fn strategy_class(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Tight => "s-tight",
        Strategy::Adaptive => "s-adaptive",
        Strategy::Constant => "s-constant",
    }
}

/// The lines in numbers.
pub fn table(neuron: &Neuron, caption: String) -> Table {
    let rows = Strategy::ALL
        .into_iter()
        .map(|strategy| {
            let pair = neuron.pair(strategy);
            vec![
                strategy.name().into(),
                words::equation(pair.lower.slope, pair.lower.intercept),
                words::equation(pair.upper.slope, pair.upper.intercept),
                numbers::bound(neuron.area(strategy)),
            ]
        })
        .collect();
    Table { caption, head: text::NEURON_HEAD.map(String::from).to_vec(), rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_follow_the_lines() {
        let relu = activation::Neuron::Curve(activation::Curve { slope: 0.0, bend: f64::INFINITY });
        let neuron = Neuron { rule: relu, lower: -1.0, upper: 2.0, lines: Strategy::Tight, clean: None };
        assert!((neuron.area(Strategy::Tight) - 3.0).abs() < 1e-12);
        assert!((neuron.area(Strategy::Adaptive) - 1.5).abs() < 1e-12);
        assert!((neuron.area(Strategy::Constant) - 6.0).abs() < 1e-12);
        let drawing = draw(&neuron, 320.0);
        assert!(drawing.markup().contains("s-adaptive") && !drawing.markup().contains("NaN"));
    }
}
