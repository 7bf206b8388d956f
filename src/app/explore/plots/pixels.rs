//! What a margin's bound is made of, pixel by pixel: three maps, and the account from the image's margin to the bound.

use crate::{
    app::text::pixels as text,
    charts::{
        marks::{Marks, Path},
        numbers,
        panel::{Drawing, Table},
        scales::{Scale, Spread},
    },
    engine::LinearAnswer,
};

/// Shades of a map.
const SHADES: usize = 6;
/// Pixels of the table.
const ROWS: usize = 10;
const MARGIN: f64 = 1.0;

/// Values as a square image, each in the shade of its size by the greatest one; `class` picks among the classes. Nothing where they make no
/// square. The same elements whatever the values: a move of ε writes their outlines.
fn map(values: &[f32], width: f64, classes: &[&str], class: fn(f32) -> usize) -> Drawing {
    let side = values.len().isqrt();
    if side == 0 || side * side != values.len() {
        return Drawing::default();
    }
    let cell = (width - 2.0 * MARGIN) / side as f64;
    let most = values.iter().map(|value| value.abs()).filter(|value| value.is_finite()).fold(0.0_f32, f32::max);
    let mut outlines = vec![Path::new(); classes.len() * SHADES];
    for (place, &value) in values.iter().enumerate().filter(|(_, value)| value.abs() > 0.0 && value.is_finite()) {
        let shade = ((value.abs() / most * SHADES as f32).ceil() as usize).clamp(1, SHADES) - 1;
        let (row, column) = ((place / side) as f64, (place % side) as f64);
        outlines[class(value) * SHADES + shade].rect(MARGIN + cell * column, MARGIN + cell * row, cell, cell);
    }
    let mut marks = Marks::new();
    marks.rect("px-ground", MARGIN, MARGIN, width - 2.0 * MARGIN, width - 2.0 * MARGIN);
    for (place, outline) in outlines.into_iter().enumerate() {
        marks.outline(&format!("{} px{}", classes[place / SHADES], place % SHADES + 1), outline);
    }
    Drawing { marks: marks.finish(), height: width }
}

/// The coefficients.
pub fn watched(answer: &LinearAnswer, width: f64) -> Drawing {
    map(&answer.coefficients.0, width, &["px-raises", "px-lowers"], |value| usize::from(value < 0.0))
}

/// What ε takes at each pixel.
pub fn taken(answer: &LinearAnswer, width: f64) -> Drawing {
    map(&answer.taken.0, width, &["px-taken"], |_| 0)
}

/// The corner, as ink.
pub fn feared(answer: &LinearAnswer, width: f64) -> Drawing {
    map(&answer.corner.0, width, &["px-ink"], |_| 0)
}

/// How many pixels, the dearest first, take half of all that is taken; 0 where nothing is.
pub fn half(taken: &[f32]) -> usize {
    let mut sorted: Vec<f32> = taken.iter().copied().filter(|&taken| taken > 0.0).collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let all: f64 = sorted.iter().copied().map(f64::from).sum();
    let mut sum = 0.0;
    sorted
        .iter()
        .position(|&taken| {
            sum += f64::from(taken);
            sum >= all / 2.0
        })
        .map_or(0, |place| place + 1)
}

/// What the lines lose of the image's margin before a pixel moves, and what ε takes of the rest.
pub fn lost(answer: &LinearAnswer) -> [f64; 2] {
    // Rounding may make the first of them a little less than nothing.
    [answer.margin - answer.at_image, answer.at_image - answer.bound].map(|lost| lost.max(0.0))
}

/// The account: the image's margin, what the lines lose of it, what ε takes, and the bound.
pub fn account(answer: &LinearAnswer, width: f64) -> Drawing {
    let (top, bar, step) = (2.0, 16.0, 38.0);
    let ends = [answer.margin, answer.at_image, answer.bound, 0.0].map(|end| if end.is_finite() { end } else { 0.0 });
    let [low, high] = [ends.iter().copied().fold(0.0, f64::min), ends.iter().copied().fold(0.0, f64::max)];
    let room = (high - low).max(1e-6) * 0.02;
    let scale = Scale::new(Spread::Linear, low - room, high + room, 4.0, width - 4.0);
    let mut marks = Marks::new();
    let [margin, at_image, bound, zero] = ends.map(|end| scale.at(end));
    let lost = lost(answer).map(numbers::upper);
    let rows = [
        ("px-margin", text::MARGIN_HERE, zero, margin, numbers::signed(answer.margin)),
        ("px-lines", text::LINES, at_image, margin, format!("− {}", lost[0])),
        ("px-eps", text::PIXELS, bound, at_image, format!("− {}", lost[1])),
        (
            if answer.bound > 0.0 { "px-left" } else { "px-below" },
            text::BOUND,
            zero,
            bound,
            numbers::margin(answer.bound),
        ),
    ];
    for (row, (class, name, from, to, number)) in rows.into_iter().enumerate() {
        let y = top + step * row as f64;
        marks.text("t", 4.0, y + 11.0, name);
        marks.text("t end strong", width - 4.0, y + 11.0, &number);
        marks.rect(class, from.min(to), y + 16.0, (from - to).abs().max(0.5), bar);
        marks.line("zero", zero, y + 14.0, zero, y + 18.0 + bar);
    }
    Drawing { marks: marks.finish(), height: top + step * 4.0 }
}

/// The pixels that cost most, in numbers.
pub fn table(answer: &LinearAnswer) -> Table {
    let side = answer.taken.len().isqrt().max(1);
    let all: f64 = answer.taken.iter().map(|&taken| f64::from(taken)).sum();
    let mut places: Vec<usize> = (0..answer.taken.len()).filter(|&place| answer.taken[place] > 0.0).collect();
    places.sort_by(|&a, &b| answer.taken[b].total_cmp(&answer.taken[a]));
    let row = |place: usize| {
        let taken = f64::from(answer.taken[place]);
        let share = if all > 0.0 { 100.0 * taken / all } else { 0.0 };
        vec![
            (place / side + 1).to_string(),
            (place % side + 1).to_string(),
            numbers::signed(f64::from(answer.coefficients[place])),
            numbers::upper(taken),
            format!("{share:.1} %"),
        ]
    };
    let head = [text::ROW, text::COLUMN, text::COEFFICIENT, text::LOSS, text::SHARE].map(String::from).to_vec();
    let question = &answer.question;
    let caption =
        text::caption(&question.label, &answer.rival, &answer.method.label(), &numbers::epsilon(question.epsilon));
    Table { caption, head, rows: places.into_iter().take(ROWS).map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        activation::Strategy,
        bounds::{Method, Norm},
        engine::{Floats, Question},
    };

    fn answer(taken: Vec<f32>) -> LinearAnswer {
        let zeros = || Floats(vec![0.0; taken.len()]);
        LinearAnswer {
            question: Question {
                network: "net".into(),
                image: zeros(),
                label: 7,
                norm: Norm::Inf,
                epsilon: 0.02,
                clip: None,
                lines: Strategy::Tight,
            },
            rival: 3,
            method: Method::Crown,
            coefficients: Floats(taken.iter().map(|taken| -taken).collect()),
            corner: zeros(),
            bound: -0.5,
            at_image: 2.0,
            margin: 3.0,
            margin_there: 1.0,
            read_there: 7,
            milliseconds: 1.0,
            taken: Floats(taken),
        }
    }

    #[test]
    fn half_is_counted_from_the_dearest_pixel() {
        assert_eq!(half(&[0.0, 0.0]), 0);
        assert_eq!(half(&[1.0, 3.0, 1.0, 1.0]), 1);
        assert_eq!(half(&[1.0, 1.0, 1.0, 1.0]), 2);
        assert_eq!(half(&[f32::NAN, 1.0]), 1);
    }

    #[test]
    fn each_pixel_is_drawn_once_in_the_shade_of_its_size_and_none_of_what_is_none() {
        let drawn = |drawing: Drawing| -> Vec<usize> {
            let path = |mark: &crate::charts::marks::Mark| {
                mark.attributes.iter().find(|(name, _)| *name == "d").map(|(_, d)| d.matches('M').count())
            };
            drawing.marks.iter().filter_map(path).collect()
        };
        let answer = answer(vec![0.0, 0.1, 0.5, 1.0]);
        assert_eq!(drawn(taken(&answer, 62.0)), [1, 0, 1, 0, 0, 1]);
        // All coefficients are below 0 here; the corner is all white.
        assert_eq!(drawn(watched(&answer, 62.0)), [0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1]);
        assert_eq!(drawn(feared(&answer, 62.0)), [0; SHADES]);
        // A vector of names and numbers is no image; what is no number is not drawn.
        assert!(taken(&self::answer(vec![1.0; 3]), 62.0).marks.is_empty());
        assert_eq!(drawn(taken(&self::answer(vec![f32::NAN, f32::INFINITY, 1.0, 0.0]), 62.0)), [0, 0, 0, 0, 0, 1]);
    }

    #[test]
    fn the_account_adds_up_and_the_table_names_the_dearest_first() {
        let answer = answer(vec![0.5, 0.0, 2.0, 0.0]);
        assert_eq!(lost(&answer), [1.0, 2.5]);
        let table = table(&answer);
        assert_eq!(table.rows.len(), 2);
        assert_eq!(table.rows[0][..2], ["2", "1"]);
        assert_eq!(table.rows[0][4], "80.0 %");
        assert!(
            account(&answer, 300.0).marks.iter().any(|mark| mark.words == "− 2.500"),
            "{:?}",
            account(&answer, 300.0)
        );
    }
}
