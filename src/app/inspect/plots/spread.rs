//! How the numbers of one tensor are spread.

use crate::{
    charts::{
        marks::Marks,
        numbers,
        panel::Drawing,
        scales::{Scale, Spread},
    },
    import::Weights,
};

/// Height of the bars.
const HEIGHT: f64 = 60.0;

/// A histogram, from the least number to the greatest.
pub fn draw(weights: &Weights, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let scale = Scale::new(Spread::Linear, weights.least, weights.greatest, 2.0, width - 2.0);
    let most = weights.histogram.iter().copied().max().unwrap_or(1).max(1);
    let bins = weights.histogram.len().max(1) as f64;
    let step = (width - 4.0) / bins;
    for (place, &count) in weights.histogram.iter().enumerate() {
        let height = HEIGHT * f64::from(count) / f64::from(most);
        marks.rect("spread", 2.0 + step * place as f64, 4.0 + HEIGHT - height, (step - 1.0).max(0.5), height);
    }
    if weights.least < 0.0 && weights.greatest > 0.0 {
        let x = scale.at(0.0);
        marks.line("cursor", x, 2.0, x, HEIGHT + 6.0);
    }
    marks.line("axis", 2.0, HEIGHT + 4.0, width - 2.0, HEIGHT + 4.0);
    marks.text("t mute", 2.0, HEIGHT + 18.0, &numbers::bound(weights.least));
    marks.text("t end mute", width - 2.0, HEIGHT + 18.0, &numbers::bound(weights.greatest));
    Drawing { marks: marks.finish(), height: HEIGHT + 24.0 }
}
