//! Ordering ladder: the worst margins by method, and whether they stand in the order Theorem 2 promises for tight lines.

use crate::{
    app::{
        explore::{
            facts::{values, worst},
            words,
        },
        model::picture::Picture,
        text::page as text,
    },
    charts::{
        colours::class,
        marks::Marks,
        numbers,
        panel::{Drawing, Table, axis_below, fold},
        scales::{Scale, Spread},
    },
};

/// The worst margins on one line each; zero is where proofs begin.
pub fn draw(picture: &Picture, width: f64) -> Drawing {
    const ROW: f64 = 17.0;
    let mut marks = Marks::new();
    let left = if width < 420.0 { 84.0 } else { 118.0 };
    let values = values(picture);
    let low = fold(values.iter().map(|v| v.1), 0.0, f64::min);
    let high = fold(values.iter().map(|v| v.1), 0.0, f64::max);
    let spread = if high - low > 40.0 { Spread::Symlog(1.0) } else { Spread::Linear };
    let room = (high - low).max(0.1) * 0.03;
    let scale = Scale::new(spread, low - room, high + room, left, width - 74.0);
    let bottom = 2.0 + ROW * picture.methods.len() as f64;
    axis_below(&mut marks, &scale, 7, 2.0, bottom);
    for (row, &method) in picture.methods.iter().enumerate() {
        let middle = 2.0 + ROW * (row as f64 + 0.5);
        marks.open(class(method));
        marks.text("t end name", left - 8.0, middle + 4.0, &method.label());
        if let Some(&(_, value)) = values.iter().find(|(m, _)| *m == method) {
            let (zero, x) = (scale.at(0.0), scale.at(value));
            marks.line("stem", zero, middle, x, middle);
            marks.circle("tip", x, middle, 3.6);
            marks.text(if value > 0.0 { "t good" } else { "t" }, width - 66.0, middle + 4.0, &numbers::margin(value));
        } else {
            marks.text("t mute", width - 66.0, middle + 4.0, text::PENDING);
        }
        marks.close();
    }
    marks.line("zero", scale.at(0.0), 0.0, scale.at(0.0), bottom + 3.0);
    Drawing { markup: marks.finish(), height: bottom + 20.0 }
}

/// The plot in numbers.
pub fn table(picture: &Picture) -> Table {
    let rows = picture
        .answers()
        .map(|answer| {
            vec![
                answer.method.label(),
                numbers::exact(worst(&answer.margins)),
                if answer.verified { text::YES } else { text::NO }.into(),
                words::time(answer),
            ]
        })
        .collect();
    let head = text::LADDER_HEAD.map(String::from).to_vec();
    Table { caption: words::ladder_caption(picture), head, rows }
}
