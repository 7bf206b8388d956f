//! Closing the gap: how far each rung's proof reaches, from no change at all to where a counterexample lies.

use crate::{
    app::{
        explore::words::gap::{self as words, Rung},
        model::closing::{At, Gap},
        text::gap as text,
    },
    charts::{
        colours::class,
        marks::Marks,
        numbers,
        panel::{Drawing, Table, axis_below},
        scales::{Scale, Spread},
    },
};

/// Height of a rung's words, and of its bar.
const WORDS: f64 = 18.0;
const BAR: f64 = 16.0;
/// Room between rungs.
const BETWEEN: f64 = 8.0;
/// Room at both sides.
const SIDE: f64 = 4.0;
/// How far the axis goes on behind the counterexample.
const BEHIND: f64 = 1.08;

/// The rungs, the counterexample behind which nothing can be proved, and the ε that is asked about.
pub fn draw(gap: &Gap, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let rungs = words::rungs(gap);
    let broken = gap.known.broken;
    let far = broken.unwrap_or(gap.largest).max(gap.proved().unwrap_or(0.0));
    let scale = Scale::new(Spread::Linear, 0.0, far.max(f64::MIN_POSITIVE) * BEHIND, SIDE, width - SIDE);
    let (start, end) = (scale.at(0.0), scale.at(far * BEHIND));
    // Three rungs have their places from the start: nothing moves when the next answers.
    let bottom = 3.0 * (WORDS + BAR + BETWEEN);
    if let Some(broken) = broken {
        let x = scale.at(broken);
        marks.rect("zone-broken", x, 0.0, end - x, bottom);
        marks.line("break", x, 0.0, x, bottom);
    }
    for (place, rung) in rungs.iter().enumerate() {
        let top = place as f64 * (WORDS + BAR + BETWEEN);
        marks.open(rung.method.map_or("m-search", class));
        marks.rect("rung-ground", start, top + WORDS, scale.at(far) - start, BAR);
        if let Some(reach) = rung.reach {
            marks.rect("rung-bar", start, top + WORDS, scale.at(reach) - start, BAR);
        }
        marks.text("t name halo", start, top + WORDS - 5.0, &text::row(&rung.name, &rung.end, &rung.took));
        marks.close();
    }
    if let (Some(asking), true) = (gap.known.asking, matches!(gap.at, At::Asking | At::Searching(_))) {
        let x = scale.at(asking);
        marks.line("asking", x, 2.0 * (WORDS + BAR + BETWEEN) + WORDS - 2.0, x, bottom);
    }
    axis_below(&mut marks, &scale, if width < 260.0 { 3 } else { 5 }, 0.0, bottom);
    Drawing { marks: marks.finish(), height: bottom + 24.0 }
}

/// The rungs in numbers.
pub fn table(gap: &Gap) -> Table {
    let row = |Rung { name, end, took, .. }: Rung| vec![name, end, took];
    let question = &gap.question;
    Table {
        caption: text::caption(&question.label, &numbers::lines(question.lines)),
        head: text::HEAD.map(String::from).to_vec(),
        rows: words::rungs(gap).into_iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::model::closing::Optimised,
        bounds::{Method, Norm, Strategy},
        engine::{Floats, Question},
        search::Closing,
    };
    use std::sync::Arc;

    /// Bars end where proofs do, none reaches into the red, and the height is the same from the first answer to the last.
    #[test]
    fn no_bar_reaches_the_counterexample() {
        let question = Question {
            network: "n".into(),
            image: Floats(vec![0.5]),
            label: 7,
            norm: Norm::Inf,
            epsilon: 0.01,
            clip: None,
            lines: Strategy::Tight,
        };
        let mut gap = Gap::new(Arc::new(question), Some((Method::Crown, 0.02, 5.0)), 0.05);
        let before = draw(&gap, 320.0).height;
        gap.optimised = Some(Optimised { proved: Some(0.03), seconds: 1.0 });
        gap.known = Closing { proved: Some(0.0399), broken: Some(0.04), ..Closing::default() };
        let drawing = draw(&gap, 320.0);
        let number = |mark: &crate::charts::marks::Mark, name: &str| {
            mark.attributes
                .iter()
                .find(|(n, _)| *n == name)
                .and_then(|(_, v)| v.parse::<f64>().ok())
                .unwrap_or(f64::NAN)
        };
        let of = |class: &str| {
            let named =
                |mark: &&crate::charts::marks::Mark| mark.attributes.iter().any(|(n, v)| *n == "class" && v == class);
            drawing
                .marks
                .iter()
                .filter(named)
                .map(|mark| (number(mark, "x"), number(mark, "width")))
                .collect::<Vec<_>>()
        };
        let (bars, red) = (of("rung-bar"), of("zone-broken"));
        assert_eq!((bars.len(), red.len()), (3, 1));
        assert!(bars.windows(2).all(|pair| pair[0].1 < pair[1].1), "{bars:?}");
        assert!(bars.iter().all(|(x, width)| x + width < red[0].0 + 0.1), "{bars:?} {red:?}");
        assert!(red[0].0 + red[0].1 <= 320.0);
        assert_eq!(before, drawing.height);
        assert_eq!(table(&gap).rows.len(), 3);
    }
}
