//! The bracket of one input along ε: green as far as a proof reaches, red from where the attack gets through, hatched between.

use crate::{
    app::{inspect::results::Outcome, text::inspect as text},
    charts::{
        colours::class,
        marks::Marks,
        numbers,
        panel::{Drawing, Table},
        scales::{Scale, Spread},
    },
};

/// Height of the bar itself.
const BAR: f64 = 44.0;
/// Height of one line of labels.
const ROW: f64 = 17.0;
/// How far the axis reaches down from the largest ε.
const DOWN: f64 = 1000.0;

/// The bar, up to `largest`.
pub fn draw(outcome: &Outcome, largest: f64, width: f64) -> Drawing {
    let mut marks = Marks::new();
    let scale = Scale::new(Spread::Log, largest / DOWN, largest, 24.0, width - 24.0);
    let (start, end) = (scale.at(largest / DOWN), scale.at(largest));
    let top = 3.0 * ROW + 6.0;
    let bottom = top + BAR;
    let place = |epsilon: f64| scale.at(epsilon.max(largest / DOWN));
    let proved = outcome.best().map_or(start, place);
    let broken = outcome.broken_at().map_or(end, place).max(proved);
    marks.rect("zone-open", start, top, end - start, BAR);
    if !outcome.radii.is_empty() {
        marks.rect("zone-proved", start, top, proved - start, BAR);
        marks.rect("undecided", proved, top, broken - proved, BAR);
        marks.rect("zone-broken", broken, top, end - broken, BAR);
        if outcome.broken_at().is_some() {
            marks.line("break", broken, top, broken, bottom);
        }
        let middle = top + BAR / 2.0 + 4.5;
        if proved - start > 110.0 {
            marks.text("t zone-words good", start + 10.0, middle, text::ZONE_PROVED);
        }
        if end - broken > 80.0 {
            marks.text("t zone-words bad", broken + 10.0, middle, text::ZONE_BROKEN);
        }
        if broken - proved > 120.0 {
            marks.text("t mid zone-words", (broken + proved) / 2.0, middle, text::ZONE_UNKNOWN);
        }
    }
    // The tightest next to the bar; its words lean inwards, so that none leaves the drawing.
    let mut reaches: Vec<_> =
        outcome.radii.iter().filter_map(|answer| Some((answer.method, answer.verified?))).collect();
    crate::sorting::sort_few(&mut reaches, |a, b| b.1.total_cmp(&a.1));
    for (row, (method, reach)) in reaches.into_iter().enumerate().take(5) {
        let x = place(reach);
        let foot = top - 4.0 - ROW * (row.min(2) as f64);
        marks.open(class(method));
        marks.line("stem", x, foot, x, bottom);
        if row < 3 {
            let anchor = if x > width / 2.0 { "t end name halo" } else { "t name halo" };
            marks.text(anchor, if x > width / 2.0 { x - 4.0 } else { x + 4.0 }, foot - 3.0, &method.label());
        }
        marks.close();
    }
    for tick in scale.ticks(if width < 500.0 { 4 } else { 9 }) {
        let x = scale.at(tick);
        marks.line("axis", x, bottom, x, bottom + 4.0);
        marks.text("t mid mute", x, bottom + 17.0, &numbers::tick(tick));
    }
    Drawing { marks: marks.finish(), height: bottom + 24.0 }
}

/// The same in numbers.
pub fn table(outcome: &Outcome, caption: String) -> Table {
    let broken = match &outcome.broken {
        None => text::PENDING.to_owned(),
        Some(broken) => broken.epsilon.map_or(text::UNBROKEN.into(), |epsilon| numbers::bracket(epsilon, epsilon).1),
    };
    let rows = outcome.radii.iter().map(|answer| {
        vec![
            answer.method.label(),
            answer.verified.map_or(text::NONE.into(), |radius| numbers::bracket(radius, radius).0),
            answer.unverified.map_or(text::NONE.into(), |radius| numbers::bracket(radius, radius).1),
            broken.clone(),
            numbers::milliseconds(answer.milliseconds),
        ]
    });
    Table { caption, head: text::BRACKET_HEAD.map(String::from).to_vec(), rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bounds::{Method, Strategy},
        engine::{Arithmetic, BrokenAnswer, RadiusAnswer},
    };

    #[test]
    fn the_zones_meet_and_nothing_is_claimed_without_an_answer() {
        let zones = |outcome: &Outcome| {
            let drawn = draw(outcome, 0.5, 800.0);
            let wide = drawn.marks.into_iter().filter(|mark| mark.element == "rect");
            let number = |mark: &crate::charts::marks::Mark, name: &str| {
                mark.attributes.iter().find(|(n, _)| *n == name).and_then(|(_, v)| v.parse::<f64>().ok())
            };
            let named: Vec<(String, f64, f64)> = wide
                .filter_map(|mark| {
                    let class = mark.attributes.iter().find(|(n, _)| *n == "class")?.1.clone();
                    Some((class, number(&mark, "x")?, number(&mark, "width")?))
                })
                .collect();
            named
        };
        assert_eq!(zones(&Outcome::default()).len(), 1);
        let radius = RadiusAnswer {
            method: Method::Crown,
            lines: Strategy::Tight,
            verified: Some(0.02),
            unverified: Some(0.021),
            arithmetic: Arithmetic::Sound,
            milliseconds: 1.0,
        };
        let broken = BrokenAnswer::bare(Some(0.05), 0.5);
        let outcome = Outcome { radii: vec![radius], broken: Some(broken), ..Outcome::default() };
        let found = zones(&outcome);
        assert_eq!(
            found.iter().map(|zone| zone.0.as_str()).collect::<Vec<_>>(),
            ["zone-open", "zone-proved", "undecided", "zone-broken"]
        );
        for pair in found[1..].windows(2) {
            assert!((pair[0].1 + pair[0].2 - pair[1].1).abs() < 0.2, "{pair:?}");
        }
    }
}
